// Package seventeentrack reads what 17TRACK sends: hooks of version 2 of its API, and answers of its track list. Its
// messages have no identifier: the same number with the same events is the same message.
//
// A status is a main status with a sub-status that says more; both are kept, and the sub-status decides where it is
// known. "Not found" without more, in the days after a label was made, is an announced parcel and no error.
//
// known.txt names the members that 17TRACK documents: what no converter reads and stands there is deliberately left out,
// because it says how and when 17TRACK asked a carrier. Everything else is reported.
//
// It never talks to 17TRACK.
package seventeentrack
