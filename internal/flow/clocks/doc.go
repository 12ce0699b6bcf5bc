// Package clocks keeps the promises about tickets: it runs package promise over what
// happens to tickets, and tells when a promise is soon due and when it is broken.
//
// A ticket's clocks are brought in line within the transaction that changes the ticket or
// its messages (Keep), so that there is no moment in which a customer has written and no
// clock runs. What they need to know of the past is one small record for each ticket,
// grown message by message; a ticket without one is read once as a whole. Clocks that run
// or are paused are rows with the instant at which the next thing is to be told, under an
// index, and the nearest due instant stands in the ticket's own row for lists.
//
// Nothing is swept. Each node reads the front of that index, sleeps until the first instant
// in it, half a second at most, and tells what has come (Run). Whoever tells moves the row
// on in the same transaction, and does so only if it stands as it was read: a thing is told
// once, by whichever node, and a clock that was answered meanwhile tells nothing.
//
// When a book of promises is saved, a job goes through the open tickets and sets their
// clocks anew, quietly: what the new book would have called late before it was saved is
// shown as late and told to nobody. A customer's new tier or country, and an order that goes
// elsewhere, ask for the same for their tickets alone, where a rule asks for it; what is late
// by that is told.
package clocks
