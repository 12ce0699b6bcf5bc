// Package trace knows what is asked of carriers about parcels: search requests and
// claims, with their deadlines, papers and money.
//
// A trace begins as a draft. It is sent to the carrier, who gives it a reference;
// answered, and then paid or rejected; a rejected one may be sent once more. One
// that is not sent by its deadline expires. Each parcel has one open trace at most.
//
// What people write to a trace are its notes, each with who wrote it and when. They
// stay as they were written.
//
// A window is the time in which a carrier takes a trace: it opens some days after
// the dispatch, the first scan or the day on which the parcel was due, and closes
// by a deadline. Windows stand in windows.csv, each with its source and how far it
// is to be trusted; they are no legal advice.
//
// The package never talks to a carrier: people send traces, and tell what came
// of them.
package trace
