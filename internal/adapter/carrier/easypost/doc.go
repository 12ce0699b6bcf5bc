// Package easypost reads what EasyPost sends: events (whose identifier is the key of a delivery) and trackers as its API
// answers them. Its other objects are told as records.
//
// known.txt names the members that EasyPost documents: what no converter reads and stands there is deliberately left
// out, because it says how EasyPost delivers its events. Everything else is reported.
//
// It never talks to EasyPost.
package easypost
