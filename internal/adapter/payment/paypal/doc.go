// Package paypal pays refunds through PayPal and reads what PayPal sends: webhook events (whose identifier is the key of a delivery; the transmission's
// where there is none), and objects of its REST API: orders, captures, authorisations, refunds, disputes, the older sales.
//
// A dispute that PayPal itself decides is a platform case, one that a bank decides is a chargeback: the channel tells.
//
// known.txt names the members that PayPal documents: what no converter reads and stands there is deliberately left out,
// because it only links to PayPal's pages or describes how a payment was presented. Everything else is reported.
//
// A refund is asked for under a request identifier that PayPal knows for 45 days; after that nothing is asked under it any
// more, and people see to it.
package paypal
