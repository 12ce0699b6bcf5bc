// Package foresight tells a desk what its next hours may bring, and its leads before a
// promise is broken.
//
// What comes and what is answered is kept by package clocks as moves, in the transaction in
// which it happens; moves are only added, so that nobody waits for a counter. Work counts
// them by the hour, team and lead, makes a forecast of the whole desk and of each of its
// teams, and keeps the newest of each. It is asked for on every node, as a job that one of
// them does; hours older than the forecast looks back are dropped.
//
// Who is on shift is what their sheets say, for past hours as well: a sheet that was
// changed is believed to have been so all the time. Somebody in several teams counts for
// each of them in part. A workspace of which nobody has a sheet gets no forecast.
//
// When the chance of a broken promise in one of the next hours reaches what the workspace
// has set, its leads are told, once: they are told again only after the chance was less
// than half of that.
package foresight
