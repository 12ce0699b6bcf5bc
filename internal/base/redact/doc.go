// Package redact finds payment card numbers in text and takes them out before the text is stored, indexed or logged.
//
// Words: a card number (PAN) is 13 to 19 digits with the prefix and length of a card scheme and a right check digit
// (Luhn, ISO/IEC 7812-1 annex B). A group is an unbroken run of digits; a chain is groups joined by separators such as
// spaces, dashes, dots, line wraps or &nbsp;. A card number is whole groups of one chain: digits inside a longer run
// are never one. A verification code (CVV) is the three or four digits that follow a card number.
//
// Where a number could be a card or something else, the choice depends on the scheme. Lengths and prefixes that almost
// only cards have (sixteen digits of Visa or Mastercard, fifteen of American Express, ...) are redacted wherever they
// stand, unless a label with a mark says otherwise ("order #", "订单号"). The ambiguous rest (thirteen digits of Visa
// look like barcodes and shop ids) gives way to any such label, and to the structure of barcodes and identity cards.
//
// The package never keeps, logs or returns what it removed, and it does not decode: base64 and attachments are
// the caller's to decode first.
package redact
