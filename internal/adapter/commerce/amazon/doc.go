// Package amazon reads what Amazon's Selling Partner API sends: notifications (whose identifier is the key of a delivery,
// in both ways of writing that Amazon uses), answers of its operations, and recorded exchanges: method, path, status,
// request and response in one object, as its models hold them. An answer of errors is one, whatever was asked.
//
// known.txt names the members that Amazon's models document: what no converter reads and stands there is deliberately
// left out, because it says how Amazon's own warehouse and pricing work. What stands in the parameters of a recorded
// request is the caller's own. Everything else is reported.
//
// It never talks to Amazon.
package amazon
