// Package freshdesk reads exports of Freshdesk: the JSON files of an account
// export (helpdesk_ticket with its notes, user), and what its API version 2
// answers: tickets with conversations, conversations, contacts and agents.
//
// https://developers.freshdesk.com/api/#tickets
// https://developer.freshdesk.com/api/v1/#tickets
package freshdesk
