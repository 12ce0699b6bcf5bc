// Package amazon connects sellers' accounts by Amazon's Selling Partner API, and reads what it sends: notifications (whose identifier is the key of a delivery,
// in both ways of writing that Amazon uses), answers of its operations, and recorded exchanges: method, path, status,
// request and response in one object, as its models hold them. An answer of errors is one, whatever was asked.
//
// known.txt names the members that Amazon's models document: what no converter reads and stands there is deliberately
// left out, because it says how Amazon's own warehouse and pricing work. What stands in the parameters of a recorded
// request is the caller's own. Everything else is reported.
//
// Orders are read by the version 2026-01-01, which needs no restricted data token: Amazon leaves out who buys, or refuses,
// by the roles of the application, and an order then has no person. The package only reads.
package amazon
