// Package connector is what all families of vendor drivers share: how a driver
// says what a connection needs, and the client through which it calls its vendor.
//
// An Option is one setting of a connection; a form, the API and the documentation
// are made of the options of a driver, and Check judges what somebody gave for
// them. A Rate is how often a vendor permits requests, a Policy adds how patiently
// it is called.
//
// Client keeps within the rate and repeats what may be repeated, so that drivers
// neither sleep nor retry: a request that a method (RFC 9110, section 9.2.2) or
// Repeatable declares repeatable is sent again after a broken connection, 429 and
// 5xx but 501, after the time that Retry-After names or a growing one. A vendor
// that asks for a longer rest than the Policy has patience for gets it from the
// caller's job: RestUntil tells how long. Again does the same for vendors that put
// a call off within a good answer.
//
// The package keeps nothing and knows no vendor. It never writes a vendor's
// answer into an error, for answers repeat keys and addresses.
package connector
