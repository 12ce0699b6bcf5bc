// Package sepa transfers refunds out of the merchant's own bank account: it writes files that banks read (pain.001.001.09 of
// ISO 20022, by the SEPA Credit Transfer rulebook and its customer-to-bank guidelines of the EPC), lists for people where
// no such file can go, and reads what banks booked (camt.053 and camt.054, versions 02 and 08).
//
// A file carries euros to accounts in the European Economic Area. There the IBAN alone is enough; other countries of the
// SEPA ask for the payer's address or the bank's BIC as well, so those go onto the list, as do all other currencies.
package sepa
