// Package importer reads orders from files: CSV as shops export it, and JSONL.
//
// A CSV file has a header. Its columns are mapped to our fields by the caller,
// and by their names where the caller says nothing: those of Shopify,
// WooCommerce and Amazon are known, and common words in English, Chinese and
// Russian. An order is one row, or as many rows as it has lines, told together
// by the order number; a value that belongs to the whole order is taken from the
// first row that has it. Encoding, delimiter, decimal sign and date layout are
// found out, and can be told.
//
// A JSONL file holds one order a line, see Record.
//
// An order with a bad row is left out as a whole and reported by line, column
// and reason; all others are kept. Orders are saved five hundred to a
// transaction together with the position, so that an import that was cut off
// goes on where it stopped, and one that is repeated changes nothing.
//
// Nothing is guessed about money: an amount with more decimals than its currency
// has is an error, never rounded.
package importer
