// Package chatwoot reads what the Application API of Chatwoot answers
// (conversations, messages, contacts) and the CSV of its contacts export.
//
// https://developers.chatwoot.com/api-reference/conversations/conversations-list
// https://developers.chatwoot.com/api-reference/messages/get-messages
package chatwoot
