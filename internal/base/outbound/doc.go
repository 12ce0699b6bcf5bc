// Package outbound is the one client with which Godwit calls addresses that
// somebody else chose: webhook receivers, token issuers, files to fetch.
//
// Such an address may name a machine of our own network, at once or after its
// name was looked up a second time. The check is therefore made where it cannot
// be talked round: at the moment of connecting, on the very IP address that the
// socket is opened to, for the first request and for every redirect alike.
// Only addresses of the public internet pass; Options.Allow names networks that
// the operator permits besides.
//
// A client has no cookies, takes no proxy from the environment, sends
// credentials to the origin that they were meant for and to no other, and ends
// every exchange in bounded time and after a bounded number of bytes. Do hides
// the query and the user of a URL from the errors that it returns.
//
// Ports below 1024 other than 80 and 443 are closed: they belong to protocols
// that an HTTP request could be made to speak. Those above are open, for many
// receivers live there, and behind them is still only the public internet.
package outbound
