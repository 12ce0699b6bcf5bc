// Package recoup opens claims by itself when somebody else owes for an after-sales case, and reminds people of them.
//
// It reads the journal. A parcel that its carrier calls lost, or that is presumed lost, and a case of damage or of a parcel
// that never came that was decided for its customer, opens a claim against the carrier; a case with defective goods joins
// the claim against their supplier, by batch. What the house holds is put to the claim as a paper. Deadlines that are near,
// and answers that are late, are noted on the order's ticket.
//
// What cannot be claimed any more is opened by nobody: a history that is imported opens nothing. Which goods are in which
// of several parcels nobody tells, so that the claim for one of them names no sum until a person does; and a damaged
// delivery in several parcels opens no claim, since nobody said which one it was.
package recoup
