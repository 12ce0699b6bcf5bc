// Package postman joins the mail transport to the mailroom: it reads raw mail
// into the portable form, hands letters to the transport, and takes what the
// transport fetched to the store.
package postman
