package api

import "strings"

// fixes says what would be right, by the key of what is wrong. They are for
// developers and are in the language of the reference.
var fixes = map[string]string{
	"error.address":          "Send one address, such as lukas@client.example.",
	"error.reply_empty":      "Send `body` with at least one character, or at least one file.",
	"error.note_empty":       "Send `body` with at least one character.",
	"error.no_recipient":     "Send `to` with at least one address: nobody in this ticket can be answered yet.",
	"error.subject_empty":    "Send `subject` with at least one character.",
	"error.assignee":         "Send the id of an active person; GET /people lists them.",
	"error.team":             "Send the id of a team; GET /teams lists them.",
	"error.priority":         "Send low, normal, high or urgent.",
	"error.status":           "Send new, open, pending, solved or closed.",
	"error.waiting":          "Send customer, carrier, supplier, marketplace or colleague.",
	"error.field_unknown":    "Send the key of a custom field; GET /fields lists them.",
	"error.field_value":      "Send a value of the field's type; GET /fields tells type and options.",
	"error.field_required":   "Set this custom field first, in this or an earlier update.",
	"error.order_unknown":    "Send the number of an order that the workspace knows; GET /orders finds it.",
	"error.snooze_past":      "Send a time in the future, in RFC 3339.",
	"error.cursor":           "Send `next_cursor` of the page before as it is, with the same filters, or leave `cursor` out.",
	"error.condition_field":  "See the table of fields and comparisons at POST /views.",
	"error.condition_value":  "Send an id of the field's kind, or `me`.",
	"error.condition_hours":  "Send a whole number of hours as text.",
	"error.currency":         "Send an ISO 4217 code, such as EUR.",
	"error.name_taken":       "Choose a name that no other record of this kind has.",
	"error.address_taken":    "Choose an address that nobody has yet.",
	"error.key_reused":       "Use a new Idempotency-Key for each new request, and the same one only to repeat it.",
	"error.bulk_size":        "Send at most 200 tickets at a time.",
	"error.split_choice":     "Name at least one message and leave at least one in the ticket.",
	"error.merge_self":       "Name another record than the one in the path.",
	"error.search_long":      "Send at most 1,000 characters.",
	"error.identity":         "Send a mail address for `email`, a number with at least five digits for `phone`.",
	"problem.fields_unknown": "Name properties of the record at the top level, apart by commas.",
	"problem.include":        "See the operation's description for what can be included.",
}

// fixOf says what would be right where the schema was not met.
func fixOf(message string) string {
	switch {
	case strings.HasPrefix(message, "unexpected property"):
		return "Leave it out; the reference lists the properties that there are."
	case strings.HasPrefix(message, "expected string to match pattern"):
		return "Send the identifier as the API gave it."
	case strings.HasPrefix(message, "unknown query parameter"):
		return "Leave it out; the reference lists the parameters that there are."
	}
	return ""
}
