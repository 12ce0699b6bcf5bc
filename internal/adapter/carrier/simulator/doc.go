// Package simulator is a tracking service whose parcels are invented: for the demo,
// for tests, and for trying Godwit out before a real service is connected. It says
// of itself that it is one, and never calls anybody.
//
// A journey is all that happens to a number: scans of one carrier or two, customs,
// attempts in vain, holds, a return, a silence without end. It is a pure function of
// the seed, the number and where the parcel goes, laid out from the moment at which
// the parcel was announced; what the service tells is the part of it that lies
// behind now. Ways and their times are those of package lanesim, which the figures
// of docs/tracking.md rest on too.
//
// The simulated clock runs with the world's until some instant and faster from then
// on. A parcel's scans have the real times at which that clock showed theirs, so
// that nothing ever lies in the future.
//
// A Fate is what is known of a journey beforehand. Whoever tries Godwit out chooses
// one by a number that begins with SIM and its name: see Names.
//
// Faults are what services do wrong: scans told twice or too late, times without a
// zone. They never change what happened.
package simulator
