// Package generic connects any system that can write a file or send a signed request: an ERP, a shop of one's own.
//
// It speaks one JSON shape, which docs/shops.md describes, in two ways. Files in a drop folder: CSV as `godwit import
// orders` reads it, or JSON lines, an object a line. And webhooks, signed by the Standard Webhooks specification, with
// an object as "data".
//
// A file is claimed by renaming it into "working", so that two readers never have the same one, and stands in "done" at
// its end; what could not be read in it stands beside it, in NAME.errors. A file that is still being written ends in
// ".part" or ".tmp" or begins with a dot, and is left alone.
//
// Objects come by themselves and cannot be asked for again.
package generic
