// Package route decides who gets a ticket, and says why.
//
// Words. A sheet is what a person can do and when: languages with levels, topics,
// capacity, hours of the week in their own zone, days away, and the country whose public
// holidays they have off. A rule sends tickets that
// meet its conditions to a team, to its dedicated people, or both. The weight of a ticket
// is how much of a person's capacity it takes, by its topic. The queue is the tickets that
// wait for a person.
//
// Who is next. Tickets stand in the order of when they began to wait, less a head start: a
// tier may have one, and so has priority. A head start is time and no class: whoever has
// waited longer than it goes before everybody who comes later, so nobody is overtaken for
// ever, and of two that came at once the one with the head start is first.
//
// Who gets it. Only a person who is on shift, has room for its weight, may see the ticket
// and belongs to its team. Among them the ticket looks for those who fit, and asks for less
// the longer it waits: the customer's own person, whatever language and topic; dedicated people who speak its language and know its topic; then
// anybody who speaks and knows; then anybody who speaks; in the end anybody. The first three
// are asked for until the ticket has waited as long as the book's patience, the fourth for
// twice that. A demand that nobody can meet before it ends is not waited for. Of those who
// fit, points decide: who answered this customer last, how well they speak the language,
// whether the topic is theirs, and how much room they have left. Equal points go to who was
// given nothing for the longest time.
//
// A ticket whose promise is due within the book's escalation gets a head start of eight hours
// and is held back for nobody: it goes to the best of those who have room.
//
// Nobody starves: with every demand dropped in the end, the ticket at the front goes to the
// first person of its team who has room for its weight. If some have room, but none enough,
// the room of whoever lacks least is kept for it, and nothing lighter from behind takes it.
//
// A person who goes off shift keeps what can wait until they are back, and hands over what
// is due before that (HandOver), or all, or nothing, as the book says.
//
// Everything here is a function of values: a book, people, tickets and an instant go in,
// decisions with their reasons come out. The package keeps nothing; package routing does.
package route
