// Package webhook tells other programs what happened: it carries events of the
// journal to the endpoints that a merchant named, by the Standard Webhooks
// specification (https://www.standardwebhooks.com).
//
// Its words: an Endpoint is an address with a secret and the kinds of event that
// it wants. A Delivery is one event owed to one endpoint; it is written in the
// transaction of the event itself, so that neither exists without the other. An
// Attempt is one try to make it. The lane of a delivery is the record that it is
// about: its ticket, else its subject.
//
// What is promised: every event of a wanted kind that commits while the endpoint
// is on is delivered at least once, under one id that never changes, within each
// lane in the order of the journal. A delivery that fails is tried again over
// three days and holds back its lane, and no other one. An endpoint that does not
// answer is asked with one delivery at a time until it does; one that says 410
// Gone, or has only failed for five days, is switched off, and its people are
// told. What it missed can be replayed from any point of the journal.
//
// What it never does: read the live bus, send the text of messages, or follow a
// redirect.
package webhook
