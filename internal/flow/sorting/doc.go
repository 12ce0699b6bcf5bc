// Package sorting reads customers' messages with what is known of their orders, and learns from the people who know better.
//
// It joins package triage, which reads words, with packages order and shipment, which know how an order stands: "where is
// it?" of a parcel that was delivered is another matter than of one that stands still. Package ticket keeps what was read.
//
// A correction is a person's word that a ticket is about another topic than was read. It is kept as a reference to the
// customer's message and holds no words of its own, so that it is gone with the message. A lesson is what is learned of
// all corrections of a workspace, on top of the shipped model and never on top of another lesson; each is a version with
// figures. A job learns some minutes after a correction, on one node; a lesson that reads anything worse is kept for its
// figures only. A workspace learns, holds the version that somebody chose, or reads as shipped.
//
// A workspace may have an outside model asked about what tells no topic: never before the message is kept, at most so
// often a day, with marks in place of what is nobody else's business. What it says gives a ticket without a topic one, is
// kept with the message, and is not learned of.
//
// Each node loads a version once. What was learned on top of the model of an earlier release is not used: the shipped
// model reads until the corrections are learned anew.
package sorting
