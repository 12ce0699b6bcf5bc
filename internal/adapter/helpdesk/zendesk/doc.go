// Package zendesk reads exports of Zendesk Support: the JSON export of an account
// (one object a line: tickets with their comments, users, organizations), and
// pages of the Incremental Exports, Tickets, Users and Ticket Comments APIs.
//
// https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/
// https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/
//
// A page of comments does not name its ticket; the name of its file then must:
// comments-35436.json or 35436/comments.json.
package zendesk
