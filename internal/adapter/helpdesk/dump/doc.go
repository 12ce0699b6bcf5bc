// Package dump reads the JSON that other helpdesks export: files and folders of
// records, one a line, in an array, or in the pages of an API.
//
// Words. A record is one object of the other system, with its place. A page is an
// object that holds lists of records; a wrap is an object that holds one record
// or page under a name. A spool keeps records on disk until the record that they
// belong to is read.
//
// Memory is bounded by the longest record, and by an index of a few bytes for
// each record that waits in a spool. What is not JSON is a record with an error:
// the rest of the source is read on.
package dump
