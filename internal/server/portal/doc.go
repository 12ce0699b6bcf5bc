// Package portal is the door of the page that a shop shows its customers. It
// reads requests, asks package flow/portal what may be told, and draws it with
// package ui.
//
// Words. A route is a method, a pattern, a rule and a handler; the table in
// portal.go is the whole door. A rule says what lets somebody pass: nothing, for
// what is public; a claim, which the gate counts; a signed link; or such a link and a
// session on its order.
//
// The page has no script and no account, and a cookie only for the half hour after a
// code. Its language is that of the
// browser unless the address names one. Answers are never stored, never indexed
// and never sent on as a referrer, for a link is all that somebody needs to see
// the status behind it.
package portal
