// Package money is sums of money: exact, in one currency each, written as people of each locale write them.
//
// Words: an [Amount] is a whole number of a currency's minor units (cents, fils; yen have none) and its ISO 4217 code;
// a locale is a BCP 47 tag such as "pt-BR". Sums of two currencies never mix, overflow is an error, and no float is
// ever involved. Exchange rates and rounding to cash belong to whoever quotes them. What [Amount.Format] wrote is for
// eyes alone and is never parsed.
package money

//go:generate go run ./gen -cldr ../../../node_modules
