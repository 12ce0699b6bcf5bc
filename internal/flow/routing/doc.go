// Package routing gives tickets to people: it runs package route over the queue of a
// workspace that has turned it on.
//
// A ticket that is open and has nobody enters the queue within the transaction that makes it
// so, and leaves it the same way (Keep). The same transaction asks for the workspace's one
// job (Work), which decides and gives. Each ticket is given in a transaction of its own that
// holds the person's sheet, counts their load once more and takes the ticket only if it is
// as it was decided about: two nodes that decide at once give it once, and nobody above
// their capacity. Whatever has become another matter meanwhile is decided about anew.
//
// Nothing is swept: when nothing can be given, the job sleeps until the first instant at
// which a decision may become another by itself: a shift begins or ends, a ticket has
// waited long enough to ask for less. Whatever happens to tickets before wakes it.
//
// Who goes off shift hands over what routing gave them, as the book says; what somebody was
// given by hand, or took, stays with them.
package routing
