// Package proactive writes to customers before they ask.
//
// Words. An occasion is a kind of thing that a customer wants to hear of at once: a
// delay, a customs hold, a failed attempt, a parcel that waits to be picked up, one that
// was delivered, one that is presumed lost. A letter is one mail about one occasion of
// one parcel. A policy is what a shop wants: which occasions, how often, and between
// which hours of the customer's day. A wish is what the customer said: nothing, that
// they want updates, or that they want none.
//
// The life of a letter. The journal tells of an occasion; the letter is planned once for
// it, as a row with a job, in one transaction. When its hour has come everything is
// looked at anew: the letter leaves, waits for a decent hour or for the gap between two
// letters of one order, or is dropped, and says why. What leaves is written down word
// for word together with the action that sends it, which is marked before it can happen
// and looked up in the mailbox where its end was not heard, like every reply.
//
// A wish is stronger than a policy: whoever asked for updates gets them although the
// shop is silent by itself, and whoever ended them gets none. The updates that customers
// ask for on the page of a shop are these letters and no others, so that one event is
// one mail.
//
// A person is stronger than both. Once somebody of the shop has answered after something
// happened, nothing is written about it, and while they are in conversation nothing is
// written that was not asked for.
//
// The package decides by values alone: see [Decide]. It knows neither mail servers nor
// pages, writes to nobody but the address of the order, and changes neither orders,
// parcels nor tickets.
package proactive
