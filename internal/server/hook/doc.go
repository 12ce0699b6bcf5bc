// Package hook is the door for other programs' hooks, and for developers who
// listen to what happens.
//
//	POST /hooks/{connection}        a hook of another program, and so any path below
//	GET  /api/v1/listen             messages as webhooks carry them, by long poll
//
// A hook is read up to a bound, verified over its raw bytes, stored, and answered
// with 200 before anything is made of it. A repeat is answered alike. Forged is
// 401, malformed or stale 400, too large 413; a connection that nobody knows is
// 404 after the same work. The answers have no body: the sender is a machine, and
// a stranger learns nothing.
package hook
