// Package gorgias reads what the API of Gorgias answers, as there is no other
// export: tickets with or without their messages, pages of messages, customers
// and users.
//
// https://developers.gorgias.com/reference/the-ticket-object
// https://developers.gorgias.com/reference/the-ticketmessage-object
package gorgias
