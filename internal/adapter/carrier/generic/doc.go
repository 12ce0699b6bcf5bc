// Package generic takes tracking events from any program: a signed webhook whose
// JSON shape is ours.
//
// A message is one event, a list of them under "events", or a parcel with its
// events; docs/tracking.md has the shape with an example. Words of a status are
// those of docs/states.md. What is not understood is listed, as of every source,
// and changes nothing.
//
// The sender signs by the Standard Webhooks specification, as Godwit's own
// webhooks do. It is never called.
package generic
