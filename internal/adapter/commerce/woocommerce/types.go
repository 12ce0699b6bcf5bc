package woocommerce

import "godwit.dev/godwit/internal/flow/intake"

var verbs = map[string]string{"created": "created", "updated": "updated", "deleted": "deleted", "restored": "restored"}

// orderStatuses fold payment and goods into one word.
var orderStatuses = intake.Words{
	"pending": "open", "processing": "open", "on-hold": "open", "completed": "closed", "cancelled": "cancelled", "refunded": "closed", "failed": "open", "trash": "cancelled", "checkout-draft": "draft", "auto-draft": "draft", "any": "open",
}

var paymentStatuses = map[string]string{
	"pending": "pending", "processing": "paid", "on-hold": "pending", "completed": "paid", "cancelled": "cancelled", "refunded": "refunded", "failed": "failed",
}

var fulfillmentStatuses = map[string]string{"processing": "unfulfilled", "completed": "fulfilled", "on-hold": "unfulfilled", "pending": "unfulfilled"}

var productStatuses = intake.Words{"publish": "active", "draft": "draft", "pending": "draft", "private": "active", "trash": "archived", "future": "draft"}
