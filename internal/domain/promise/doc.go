// Package promise knows what a merchant promises about its answers, and when each
// promise of a conversation is due.
//
// Words. A target is what is promised: the first response, each next response, the
// resolution, and an update at least every so often. A rule promises targets, in minutes
// of open time, to tickets that meet its conditions. A calendar says when a team is at
// work; a chain is calendars that take over from each other around the world. A closure
// is time in which a shop or a calendar is shut. All of them stand in one Book, which is
// saved in versions. A clock is one target of one ticket as it stands: running with an
// instant at which it is due, paused with the open time that is left, or ended.
//
// Precedence. Of the rules that a ticket meets, each target comes from the most specific
// one that names it: a rule that names the tier goes before one that does not, then the
// topic, the shop, the market and the channel; of two that name the same, the one that is
// written first. A rule that sets a target to nought promises nothing of it, whatever
// wider rules say. The market is where the ticket's order goes, else where its customer is,
// else that of its shop. The calendar is the rule's, else that of the ticket's team, else
// the book's, else it is open around the clock. What decided is part of each clock.
//
// What a clock counts from. The first response is counted from the customer's first
// message, the next response from the earliest one that nobody answered, the resolution
// from when the matter began, an update from our last message. Only messages between
// customer and merchant count, and only such as reached their reader as far as we know: a
// reply that was taken back, failed or bounced answered nothing, and one that is to leave
// later answers when it leaves. Time in which a ticket
// waits for somebody is left out of the targets that the rule pauses for that reason, time
// in which it was solved out of all; time for which it was snoozed is not, so that nobody
// stops a clock by putting a ticket out of sight.
//
// The honest clock. A merged ticket has a thread for each conversation in it, and its
// clock is the earliest of them: a reply that was written before the merge answers only the
// thread that it was written in, one written after it answers all. A ticket that is split
// off counts from the times of the messages that moved.
//
// Everything here is a function of values: books, records and instants go in, clocks come
// out. The package keeps nothing and fires nothing; package clocks does.
package promise
