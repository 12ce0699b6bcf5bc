// Package cost says what a way out of an after-sales case costs the merchant: the
// ways back, handling, what goods cost anew and are worth again, sending a new
// one, repair, and what of tax and duty comes back.
//
// Figures that nobody gave are careful ones: rather too much than too little, so
// that no offer looks cheap by what is merely not known. They are shares of what
// the goods were sold for, so that they need no rate of exchange.
//
// A Book holds a merchant's own figures, which stand in the place of the careful
// ones piece by piece: freight by lane and weight, fees, what articles cost and are
// worth again, repair, tax and duty that come back. Books are kept in versions that
// never change; what was decided stays as it was frozen.
//
// The package decides nothing; package decision ranks offers by its figures.
package cost
