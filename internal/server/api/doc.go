// Package api is the HTTP door for programs: REST under /api/v1, described by an
// OpenAPI 3.1 document that is made from the code.
//
// Words. An operation is a method, a path, a rule and a handler; the tables in
// the files named table_*.go are the whole door. A rule says which permissions a
// token must carry; its names are the scopes of tokens. A call is one request
// with who makes it. A problem is a refusal as RFC 9457 writes it. A record is
// what an operation answers with; its type is the door's own and is converted
// from the domain's by a function of the same name.
//
// A request passes the door in this order: token, rate, rule, body, idempotency
// key, handler. A handler returns an error, which one function turns into a
// problem. A POST with an Idempotency-Key is done once (package once): its
// effect and its answer are one transaction.
//
// Nothing here decides more than an operation's rule: the verbs of the domain
// judge each record. No cookie is read, no browser of another origin is let in,
// and no answer is stored by those who pass it on.
package api
