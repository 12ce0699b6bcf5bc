// Package importer reads tracking events from files: CSV as carriers, tracking
// services and spreadsheets write it, and JSONL.
//
// A row is one event of one parcel. Files are read as those of orders are, see
// order/importer: encoding, delimiter and date layout are found out, columns are
// mapped by the caller and otherwise by their names.
//
// Status words are those of Godwit and the usual ones of vendors. A
// word that nobody knows is kept as the event's code and makes its status unknown.
// A carrier is taken by its name; where the file has none, by the number.
//
// A row that cannot be an event is left out and reported by line, column and
// reason; all others are kept. All of them end in shipment's Ingest, so that an
// import which is repeated changes nothing.
package importer
