// Package auth knows who acts and what they may do.
//
// An actor is whoever acts: a customer, an agent, a bot or the system. People
// of the merchant sign in and belong to teams; their role grants permissions.
// Every verb of every service takes the actor and asks Can before it does
// anything; what is not granted is denied. A person may be restricted to the
// tickets of their own teams: Scope carries that into every query, so that
// rights are applied where rows are read and not afterwards.
//
// Passwords are kept as argon2id hashes, session and invite tokens as SHA-256
// hashes. An invite or reset link works once and expires. Sign-in answers alike
// for a known and an unknown address.
package auth
