// Package auth knows who acts and what they may do.
//
// An actor is whoever acts: a customer, an agent, a bot or the system. People
// of the merchant sign in and belong to teams; their role, built in or made by the
// workspace, grants permissions. Every verb of every service takes the actor and
// asks Can before it does anything; what is not granted is denied. A person may be
// limited to the tickets of their own teams, to mailboxes and to shops: Scope
// carries that into every query, so that rights are applied where rows are read
// and not afterwards.
//
// An API token acts for a person with a part of that person's permissions, its
// scopes, and dies with them.
//
// Passwords are kept as argon2id hashes, session and invite tokens as SHA-256
// hashes. An invite or reset link works once and expires. Sign-in answers alike
// for a known and an unknown address.
//
// A sign-in has one step or two. Enter judges a password and gives a session, or
// a pending sign-in that a factor ends: a code of an authenticator app (TOTP), a
// recovery code, a passkey. A passkey alone, and an issuer of single sign-on, give
// a session at once. A policy says for each workspace who needs a factor and which
// ways in there are; an owner always keeps one. What was begun in a browser (a
// pending sign-in, a challenge, a trip to an issuer) is a ceremony: it belongs to
// that browser, works once and ends by itself.
//
// A session remembers when its person last proved themself; StepUp asks that this
// be not long ago. With every proof and every change of factors the session gets a
// new token, and other sessions end.
package auth
