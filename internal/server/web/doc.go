// Package web is the HTTP door of the console: it reads requests, calls verbs of
// the domain and draws their outcome with package ui.
//
// Words. A route is a method, a pattern, a rule and a handler; the tables in
// route.go and route_admin.go are the whole door. A rule says who may pass: anybody, whoever is
// signed in, or whoever holds a permission. A handler answers one route and
// returns an error, which one writer turns into a page, a part or JSON. The
// house is what every page of a workspace needs to name things by (people,
// teams, shops, mailboxes, tags); a seat is what one person's pages count.
//
// Every answer to somebody signed in is private and not stored. Requests of
// other origins that change anything are refused before they reach a handler
// (http.CrossOriginProtection), so forms carry no tokens. Nothing here decides
// what a person may do beyond the route's rule: the verbs judge each record.
//
// The package knows no database, no mail server and no vendor; what it needs of
// them comes in as functions in Config.
package web
