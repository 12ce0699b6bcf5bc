// Package authres says how far the sender of a mail can be believed: it
// verifies DKIM (RFC 6376), SPF (RFC 7208) and DMARC alignment (RFC 7489), or
// takes the word of a server that did so and wrote Authentication-Results (RFC
// 8601).
//
// A header is believed only when it bears the configured authserv-id: anybody
// can write the field, and the server that owns the id is bound to remove
// forged ones (RFC 8601 section 5). The topmost such field counts.
//
// Results are recorded and shown. This package refuses nothing: the mail is in
// already, and a customer behind a broken forwarder is still a customer.
package authres
