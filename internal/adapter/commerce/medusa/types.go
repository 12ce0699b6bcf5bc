package medusa

import "godwit.dev/godwit/internal/flow/intake"

// verbs are the last parts of events in our words; others are theirs.
var verbs = map[string]string{"placed": "created", "canceled": "cancelled", "requested": "requested", "request_item_return": "requested", "return_requested": "requested", "return_received": "received"}

// nouns are the first parts of events in our words; others are theirs.
var nouns = map[string]string{"fulfillment": "shipment", "delivery": "shipment"}

var orderStatuses = intake.Words{"pending": "open", "completed": "closed", "draft": "draft", "archived": "closed", "canceled": "cancelled", "requires_action": "open"}

var paymentStatuses = intake.Words{
	"not_paid": "pending", "awaiting": "pending", "authorized": "authorized", "partially_authorized": "authorized", "captured": "paid", "partially_captured": "partially_paid", "partially_refunded": "partially_refunded", "refunded": "refunded", "canceled": "cancelled", "requires_action": "needs_action",
	"pending": "pending", "completed": "paid", "failed": "failed",
}

var fulfillmentStatuses = intake.Words{
	"not_fulfilled": "unfulfilled", "partially_fulfilled": "partial", "fulfilled": "fulfilled", "partially_shipped": "partial", "shipped": "fulfilled", "partially_delivered": "partial", "delivered": "fulfilled", "canceled": "cancelled",
}

var returnStatuses = intake.Words{"open": "submitted", "requested": "submitted", "received": "goods_here", "partially_received": "goods_here", "canceled": "withdrawn"}
