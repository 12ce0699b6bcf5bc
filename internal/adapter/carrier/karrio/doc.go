// Package karrio reads what Karrio sends: hooks about trackers and shipments, and trackers as its API answers them. A hook
// has an identifier in its newer versions; the same message without one is the same event.
//
// known.txt names the members that Karrio documents: what no converter reads and stands there is deliberately left out,
// because it says how Karrio asked a carrier. Everything else is reported.
//
// It never talks to a Karrio server.
package karrio
