// Package csv reads conversations from a table: one message a row, with the
// ticket that it belongs to. Columns are known by the names that are usual in
// several systems, or by a mapping that names them.
//
// A table with one row for each ticket is one with one message for each.
package csv
