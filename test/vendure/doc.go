// Package vendure runs the driver for Vendure against a real one: server.mjs, in memory, with the packages that
// package-lock.json names. Its licence (GPL-3.0) is that of a tool of the tests; nothing of it is part of Godwit.
package vendure
