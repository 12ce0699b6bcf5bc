// Package fx keeps exchange rates, each with its day and source, and converts
// sums by them.
//
// A rate says that one unit of its base is worth so many of its quote. Two
// sources know rates: the reference rates that the European Central Bank
// publishes on working days at about 16:00 CET against the euro ([ECB]), and the
// merchant ([Manual]). A rate of the merchant's holds from its day until it is
// replaced, taken away or, if it has one, until its last day; while it holds it
// goes before the bank's. Two currencies that no rate names together are crossed
// through the euro.
//
// A [Table] is the rates as they stood at one moment. Everything that is computed
// from it is exact until the end; only then is it rounded, once, to the minor
// units of the currency, by a named [Rounding]. What a sum was converted by comes
// with it: days, sources, and whether the rate is old. After [StaleAfter] days a
// rate is used and called stale; after [UsableFor] it is not used any more.
//
// Reference rates are for information: nobody sells at them. Whoever shows a
// converted sum to a customer says that it is an estimate.
package fx
