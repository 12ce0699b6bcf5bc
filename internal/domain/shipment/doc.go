// Package shipment knows the parcels of a workspace: which carriers move them,
// what those carriers say, and what that adds up to.
//
// A shipment is one parcel. It travels in legs, one behind another, each with a
// carrier and that carrier's number; most parcels have one. Carriers tell
// tracking events: append-only, with the raw code and text kept for ever. An
// event's key tells it from every other one, so that the same event twice
// changes nothing.
//
// The state of a shipment is a fold of its events, in the order in which they
// happened and not in that in which they came in. Fold makes it from all of
// them; Advance goes on from a kept state and folds anew only where something
// came late, to the same result. A late event therefore never moves a state
// back. A parcel that is delivered, returned, lost or destroyed stays so
// whatever comes after; only an event that says that it corrects may change
// that. Scans that contradict such an end mark it as doubtful.
//
// Carriers call a hand-over to the next carrier a delivery. Delivered on an
// early leg counts for the parcel only where the place is that of the recipient.
//
// Numbers are used again by carriers, some after half a year. A number belongs
// to a parcel from one moment to another; see ReuseAfter.
//
// The package never talks to a carrier: drivers turn what carriers send into
// reports, and all of them end in Ingest.
package shipment
