// Package proxy holds the proof that the examples in deploy/ do what they say.
// It is all tests.
//
// nginx, HAProxy and Caddy run from Debian's packages with the files of deploy/,
// in which only ports, folders and the name of the certificate are others. A
// browser's steps go through each: the redirect to TLS, signing in, a live
// screen, and whose address the desk believes.
//
// It needs the three programs; without them it says that it did not run, and
// fails if GODWIT_TEST_SERVERS is 1.
package proxy
