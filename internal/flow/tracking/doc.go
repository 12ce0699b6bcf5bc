// Package tracking asks services about parcels and takes what they tell.
//
// A Driver is one such service, as data plus Open; a Tracker is an account there.
// The vendor's words end in the driver: what it hands up is an intake.Shipment,
// and Reports makes tracking events of one, the same way for all. Everything ends
// in shipment.Ingest, which knows what it knows already.
//
// A Connection is an account that a workspace has with a service. The numbers of
// its parcels are followed by one connection each: the oldest that is switched on
// and whose service takes the number. A number is registered once; after that the
// service calls a hook of ours, and numbers that are silent, or whose service has
// no hook, are asked about at times that follow from the state of the parcel: see
// Interval. A number that came to its end is asked about no more.
//
// One job works for a connection, in rounds: it registers what is new and asks
// about what is due, in batches as large as the service takes. What a round did is
// written before the next begins, so that one which breaks off is repeated from
// there; registering twice is the same as once. A service that asks for a rest, or
// whose quota is used up, gets it.
//
// The package never decides what a parcel's state is, and never tells a customer.
package tracking
