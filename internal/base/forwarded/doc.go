// Package forwarded decides who sends a request and over what, where proxies may
// stand in between. It is the one place that does: the sign-in gate, sessions,
// the audit trail, limits and the marks of cookies ask it.
//
// The peer is who opened the connection to us; the client is who asks. They are
// the same unless the peer is a proxy that an operator has named (Trust). Only
// such a peer may say, by X-Forwarded-For, Forwarded (RFC 7239) or X-Real-IP,
// from whom it has a request, and by X-Forwarded-Proto or Forwarded whether that
// came over TLS. A chain of proxies is read from the right: each entry is believed
// as long as who wrote it is trusted, so the rightmost address that is not a
// trusted proxy's is the client's, and what a client itself wrote stands to the
// left of it and counts for nothing.
//
// No header names the host: links go to the configured address.
package forwarded
