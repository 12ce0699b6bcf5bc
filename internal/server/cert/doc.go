// Package cert gets the certificates of the public door by itself, and renews
// them: by ACME (RFC 8555), proving the domain at the door's own listener with
// TLS-ALPN-01 (RFC 8737), or at the plain one with HTTP-01 (RFC 8555, section 8.3).
//
// The keys, the account and the certificates lie in one folder that nobody else
// can read. Nodes that serve one domain must share it, or leave the certificates
// to a proxy: the challenge of one node may arrive at another.
//
// Names that shops have proven to be theirs join when they are first asked for: who
// knows them is asked in the handshake, which waits for the certificate.
//
// It never serves a certificate for a name that it was not told. For the names that it
// was started with it never waits for one: until the first has come, connections are
// refused.
package cert
