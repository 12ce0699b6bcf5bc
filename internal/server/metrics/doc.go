// Package metrics counts what the process does and shows it to Prometheus.
//
// Words. A series is one number under a name and a few labels. A route is the
// pattern of the tables that answered a request, such as "GET /t/{number}"; what
// no table knows is "none".
//
// Every label takes its values from a list that the program itself holds: routes,
// classes of status, states, queues of the database. None comes from a request,
// a message or a person, so the series neither grow with use nor tell of anyone.
// What is read from the database is read at most once in a while, however often
// somebody asks; all nodes read the same there, so of those numbers the largest
// over the nodes is right, and not the sum.
//
// The numbers are for a listener of their own. Nothing here is ever served at the
// public door.
package metrics
