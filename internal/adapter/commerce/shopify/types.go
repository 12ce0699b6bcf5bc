package shopify

import "godwit.dev/godwit/internal/flow/intake"

// families are the resources of topics: the noun of our types, and whether its body is one of the objects of intake.
var families = map[string]string{
	"orders": "order", "draft_orders": "draft_order", "checkouts": "checkout", "carts": "cart", "refunds": "refund", "returns": "return",
	"disputes": "dispute", "fulfillments": "shipment", "fulfillment_events": "shipment_event", "reverse_deliveries": "return_delivery",
	"fulfillment_orders": "fulfillment_order", "order_transactions": "payment", "tender_transactions": "payment", "customers": "customer",
	"products": "product", "variants": "variant", "inventory_items": "inventory", "inventory_levels": "inventory", "payouts": "payout",
	"companies": "company", "inventory_shipments": "inventory_shipment", "discounts": "discount", "shop": "shop", "app": "app",
	"finance_kyc_information": "finance_kyc_information", "markets_backup_region": "market_backup_region", "customer_address": "customer_address",
}

// verbs are the last parts of topics that have another form with us; others stand as they are.
var verbs = map[string]string{
	"create": "created", "add": "created", "update": "updated", "delete": "deleted", "destroy": "deleted", "remove": "deleted",
	"cancel": "cancelled", "close": "closed", "request": "requested", "approve": "approved", "decline": "declined", "reopen": "reopened",
	"process": "processed", "enable": "enabled", "disable": "disabled", "merge": "merged", "redact": "redact_requested", "data_request": "data_requested",
	"edited": "edited", "dispose": "disposed", "connect": "connected", "disconnect": "disconnected", "revoke": "revoked", "publish": "published",
}

// gids are the types of global identifiers, by which a body without a topic tells what it is.
var gids = map[string]string{
	"Order": "orders", "DraftOrder": "draft_orders", "Refund": "refunds", "Return": "returns", "Dispute": "disputes", "Fulfillment": "fulfillments",
	"FulfillmentEvent": "fulfillment_events", "ReverseDelivery": "reverse_deliveries", "ReverseFulfillmentOrder": "reverse_fulfillment_orders",
	"FulfillmentOrder": "fulfillment_orders", "OrderTransaction": "order_transactions", "TenderTransaction": "tender_transactions", "Customer": "customers",
	"Product": "products", "ProductVariant": "variants", "InventoryItem": "inventory_items", "InventoryLevel": "inventory_levels",
	"CustomerPaymentMethod": "customer_payment_methods", "Collection": "collections", "Location": "locations", "Company": "companies",
	"CompanyContact": "company_contacts", "CompanyLocation": "company_locations", "PaymentSchedule": "payment_schedules", "PaymentTerms": "payment_terms",
	"SellingPlanGroup": "selling_plan_groups", "SubscriptionContract": "subscription_contracts", "Theme": "themes", "Segment": "segments", "Market": "markets",
	"Metaobject": "metaobjects", "ProductFeed": "product_feeds", "InventoryTransfer": "inventory_transfers", "Channel": "channels", "BulkOperation": "bulk_operations",
	"SubscriptionBillingAttempt": "subscription_billing_attempts", "Shop": "shop", "MetafieldDefinition": "metafield_definitions",
}

// wrappers are the names under which the REST API puts what a hook sends bare.
var wrappers = map[string]string{
	"order": "orders", "orders": "orders", "draft_order": "draft_orders", "draft_orders": "draft_orders", "checkout": "checkouts", "checkouts": "checkouts",
	"refund": "refunds", "refunds": "refunds", "return": "returns", "returns": "returns", "dispute": "disputes", "disputes": "disputes",
	"fulfillment": "fulfillments", "fulfillments": "fulfillments", "fulfillment_event": "fulfillment_events", "fulfillment_events": "fulfillment_events",
	"fulfillment_orders": "fulfillment_orders", "transaction": "order_transactions", "transactions": "order_transactions", "customer": "customers", "customers": "customers",
	"tender_transactions": "tender_transactions", "product": "products", "products": "products", "variant": "variants", "variants": "variants",
	"inventory_item": "inventory_items", "inventory_items": "inventory_items", "inventory_level": "inventory_levels", "inventory_levels": "inventory_levels",
	"payout": "payouts", "payouts": "payouts", "customer_address": "customer_address", "address": "customer_address", "addresses": "customer_address",
}

var paymentStatuses = intake.Words{
	"pending": "pending", "authorized": "authorized", "partially_paid": "partially_paid", "paid": "paid", "partially_refunded": "partially_refunded",
	"refunded": "refunded", "voided": "cancelled", "expired": "expired", "unpaid": "pending",
}

var fulfillmentStatuses = intake.Words{
	"fulfilled": "fulfilled", "partial": "partial", "unfulfilled": "unfulfilled", "restocked": "cancelled", "unshipped": "unfulfilled", "shipped": "fulfilled",
	"partially_fulfilled": "partial", "pending_fulfillment": "unfulfilled", "request_declined": "unfulfilled", // the words of GraphQL
	"pending": "unfulfilled", "not_eligible": "not_needed", "scheduled": "unfulfilled", "on_hold": "on_hold", "in_progress": "unfulfilled", "open": "unfulfilled",
}

// fulfilments say what the shop did with a parcel, parcels what the carrier did.
var fulfilments = intake.Words{
	"pending": intake.Announced, "open": intake.Announced, "success": intake.Announced, "cancelled": intake.Cancelled, "failure": intake.Cancelled, "error": intake.Unknown,
}

var parcels = intake.Words{
	"label_printed": intake.Announced, "label_purchased": intake.Announced, "confirmed": intake.Announced, "submitted": intake.Announced, "marked_as_fulfilled": intake.Announced, "fulfilled": intake.Announced,
	"carrier_picked_up": intake.PickedUp, "picked_up": intake.Delivered, "in_transit": intake.InTransit, "delayed": intake.InTransit,
	"out_for_delivery": intake.OutForDelivery, "ready_for_pickup": intake.ReadyForPickup, "attempted_delivery": intake.AttemptFailed,
	"delivered": intake.Delivered, "failure": intake.Unknown, "not_delivered": intake.Unknown, "canceled": intake.Cancelled, "label_voided": intake.Cancelled,
}

var returnStatuses = intake.Words{
	"requested": "submitted", "open": "approved", "closed": "closed", "declined": "declined", "canceled": "withdrawn", "cancelled": "withdrawn",
}

var transactionStatuses = intake.Words{
	"pending": "pending", "success": "succeeded", "failure": "failed", "error": "failed", "awaiting_response": "needs_action", "unknown": intake.Unknown,
}

var disputeStages = intake.Words{"chargeback": intake.StageChargeback, "inquiry": intake.StageInquiry}

var disputeStatuses = intake.Words{
	"needs_response": intake.DisputeNeedsResponse, "under_review": intake.DisputeUnderReview, "charge_refunded": intake.DisputeClosed,
	"accepted": intake.DisputeClosed, "won": intake.DisputeClosed, "lost": intake.DisputeClosed, "prevented": intake.DisputeClosed,
}

// disputeOutcomes are those of closed disputes; a charge that was refunded while it was inquired prevented a chargeback.
var disputeOutcomes = map[string]string{
	"charge_refunded": intake.OutcomePrevented, "prevented": intake.OutcomePrevented, "accepted": intake.OutcomeAccepted, "won": intake.OutcomeWon, "lost": intake.OutcomeLost,
}

var fulfillmentOrderStatuses = intake.Words{
	"open": "open", "in_progress": "in_progress", "scheduled": "scheduled", "on_hold": "held", "cancelled": "cancelled", "closed": "closed", "incomplete": "closed",
}

var payoutStatuses = intake.Words{
	"scheduled": "scheduled", "in_transit": "submitted", "paid": "succeeded", "failed": "failed", "canceled": "cancelled", "cancelled": "cancelled",
}

var draftStatuses = intake.Words{"open": "draft", "invoice_sent": "draft", "completed": "closed"}

var customerStatuses = intake.Words{"enabled": "active", "disabled": "inactive", "invited": "invited", "declined": "inactive"}

var productStatuses = intake.Words{"active": "active", "draft": "draft", "archived": "archived", "unlisted": "active"}
