// Package shopserver runs a shop's own server for a test: a Node program that stands in a folder beside the test with its
// locked packages. The program listens on loopback, takes one command a line from its standard input, answers each with
// one line on its standard output, and ends when its input ends, so that it never outlives the test.
package shopserver
