// Package carrier knows who carries parcels and how their numbers look, and recognises such numbers in what people write.
//
// Words: a carrier is who moves parcels, named by a key that never changes ("ups", "dhl"); several products of one house
// are one carrier. A format is one shape of its numbers with the check digit that they carry, if any. A candidate is one
// carrier that a number may belong to. A number is valid for a carrier if it fits a format and the format's check digit
// agrees or there is none. A number of the international post (UPU S10) is one of the key "s10" and of the post of the
// country at its end.
//
// A format's strength says how much it takes to believe it in a text. Shapes that are nobody else's ("own": 1Z and 16
// characters, 22 digits from 92 with their check digit) are believed as they stand, if the check digit agrees. Others
// ("some": two letters and nine digits; "weak": twelve digits) are numbers like any other, and are believed only
//
//   - after a word for a tracking number ("Sendungsnummer", "трек-номер", "运单号") that stands nearer than a word for
//     something else (an order, an invoice, a telephone),
//   - in a link to a tracking page, or near the name of the very carrier,
//   - close behind a word for a parcel, if the check digit agrees,
//   - or if the text is nothing but numbers.
//
// In the first and the last case a number whose check digit does not agree is told as well, as not valid: a typing error is
// worth an answer. Telephone numbers, bank accounts (IBAN), payment cards, article numbers (EAN, ISBN), orders in the
// shapes of the large marketplaces, amounts, dates, UUIDs and addresses of mail are never tracking numbers, unless their
// shape is a carrier's own and the check digit agrees.
//
// Confidence runs from 0 to 1 and ranks the candidates of one number. It is an estimate: carriers share shapes, and a
// check digit of ten values agrees by accident once in ten times.
//
// Everything here is a pure function of its input and of the data built in (data/README.md tells their sources). Work is
// linear in the length of a text, whatever the text. The package asks no carrier, keeps nothing, and never decides whose
// parcel a number is.
package carrier
