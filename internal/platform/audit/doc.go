// Package audit makes the part of the journal that concerns security and money
// evident to tamper with.
//
// Each such event becomes one link of its workspace's chain, in the transaction
// that writes the event. A link has a number without gaps, the digest of the
// event, and a hash over the link before it, its own number and that digest.
// Digest and hash are keyed (HMAC-SHA256) with a key that is not in the
// database: whoever can write to the tables alone can neither forge a link nor
// compute the chain anew after a change.
//
// An anchor repeats the newest hash, every hundred links and at least daily, in
// a table of its own and in the log. Whoever keeps the log elsewhere can prove
// that the chain was not cut off and begun again, even by somebody who holds
// the key.
//
// What a row of the journal says may be erased by right (GDPR, Article 17): the
// digest stays in the link, so that the chain holds, and the link says that its
// event was erased.
//
// Audit never decides and never forgets: it is read by people with the
// permission audit.read, by exports and by the doctor.
package audit
