// Package medusa runs the driver for Medusa against a real one: server.mjs, on a database of its own in the PostgreSQL that
// GODWIT_TEST_PG names, with the packages that package-lock.json names.
package medusa
