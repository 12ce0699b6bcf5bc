package amazon

import "godwit.dev/godwit/internal/flow/intake"

// orderStatuses are those of the orders API of both versions.
var orderStatuses = intake.Words{
	"pending": "open", "pendingavailability": "open", "pending_availability": "open", "unshipped": "open", "partiallyshipped": "open", "partially_shipped": "open",
	"shipped": "open", "invoiceunconfirmed": "open", "canceled": "cancelled", "cancelled": "cancelled", "unfulfillable": "cancelled",
}

var fulfillmentStatuses = intake.Words{
	"pending": "unfulfilled", "pendingavailability": "unfulfilled", "pending_availability": "unfulfilled", "unshipped": "unfulfilled", "partiallyshipped": "partial",
	"partially_shipped": "partial", "shipped": "fulfilled", "invoiceunconfirmed": "fulfilled", "canceled": "cancelled", "cancelled": "cancelled", "unfulfillable": "cancelled",
}

// paymentStatuses follow the order's: Amazon takes the money when goods are sent.
var paymentStatuses = map[string]string{"pending": "pending", "unshipped": "authorized", "shipped": "paid"}

// milestones are the codes of the tracking API.
var milestones = intake.Words{
	"order_preparing": intake.Announced, "carrier_assigned": intake.Announced, "manifested_not_received": intake.Announced, "booking_received": intake.Announced,
	"booking_accepted": intake.Announced, "booking_confirmed": intake.Announced, "in_transit_to_pickup": intake.Announced, "pickup_failed": intake.Announced, "documents_received_embark_port": intake.Announced,
	"picked_up": intake.PickedUp, "carrier_received_shipment": intake.PickedUp, "received_from_carrier": intake.PickedUp, "received_at_origin": intake.PickedUp, "missing_manifest": intake.PickedUp,
	"shipped": intake.InTransit, "in_transit": intake.InTransit, "arrived": intake.InTransit, "arrived_at_terminal": intake.InTransit, "arrived_at_rail_terminal": intake.InTransit, "arrived_at_destination_yard": intake.InTransit, "arrived_in_destination_country": intake.InTransit,
	"departed": intake.InTransit, "departed_terminal": intake.InTransit, "departed_rail_terminal": intake.InTransit, "loaded": intake.InTransit, "loaded_train": intake.InTransit, "unloaded": intake.InTransit, "unloaded_train": intake.InTransit,
	"trailer_unloading": intake.InTransit, "trailer_unloaded": intake.InTransit, "containerized": intake.InTransit, "dray_stop_off": intake.InTransit, "sorted": intake.InTransit, "missorted": intake.InTransit, "carrier_transfer": intake.InTransit, "delayed": intake.InTransit,
	"damaged": intake.InTransit, "customer_contacted": intake.InTransit, "customer_moved": intake.InTransit, "incorrect_address": intake.Held, "delivery_appointment_confirmed": intake.InTransit, "delivery_address_updated": intake.InTransit, "delivery_change_requested": intake.InTransit,
	"delivery_estimate_updated": intake.InTransit, "ready_for_delivery": intake.InTransit, "documents_received_discharge_port": intake.InTransit, "empty_return": intake.Delivered,
	"customs_processing": intake.InCustoms, "customs_cleared": intake.InTransit, "customs_delay": intake.InCustoms, "customs_hold": intake.InCustoms, "customs_hold_discharge_port": intake.InCustoms, "customs_payment_required": intake.InCustoms, "customs_exception": intake.InCustoms,
	"customs_declaration_embark_port": intake.InCustoms, "customs_declaration_discharge_port": intake.InCustoms, "customs_import_security_filed": intake.InCustoms, "customs_import_security_filing_accepted": intake.InCustoms,
	"out_for_delivery": intake.OutForDelivery, "delivery_attempted": intake.AttemptFailed, "recipient_refused_delivery": intake.AttemptFailed, "ready_for_customer_pickup": intake.ReadyForPickup,
	"carrier_hold": intake.Held, "delivered": intake.Delivered, "customer_pickup_completed": intake.Delivered, "undeliverable": intake.Returning, "return_dropped_off": intake.Returning, "return_in_transit": intake.Returning, "return_picked_up": intake.Returning,
	"returned": intake.Returned, "return_received": intake.Returned, "lost": intake.Lost, "undeliverable_destroy_in_field": intake.Destroyed, "order_cancelled": intake.Cancelled, "booking_cancelled": intake.Cancelled,
	// the ways of packages of the fulfilment APIs
	"pending": intake.Announced, "processing": intake.Announced, "processed": intake.Announced, "new": intake.Announced, "created": intake.Announced, "cancelled": intake.Cancelled, "cancelledbyfulfiller": intake.Cancelled, "cancelledbyseller": intake.Cancelled, "confirmed": intake.Announced,
	"complete": intake.Delivered, "completepartialled": intake.Delivered, "received": intake.Announced, "planning": intake.Announced, "invalid": intake.Cancelled, "unfulfillable": intake.Cancelled,
}

// causes say who is the reason of a code.
var causes = map[string]string{
	"CUSTOMS_DELAY": "customs", "CUSTOMS_HOLD": "customs", "CUSTOMS_HOLD_DISCHARGE_PORT": "customs", "CUSTOMS_EXCEPTION": "customs", "CUSTOMS_PAYMENT_REQUIRED": "customs",
	"RECIPIENT_REFUSED_DELIVERY": "recipient", "CUSTOMER_MOVED": "recipient", "INCORRECT_ADDRESS": "recipient", "CARRIER_HOLD": "carrier", "DAMAGED": "carrier", "LOST": "carrier", "MISSORTED": "carrier",
	"PICKUP_FAILED": "carrier", "MISSING_MANIFEST": "shipper",
}

var returnStatuses = intake.Words{
	"created": "approved", "carrier_notified_to_pick_up_from_customer": "awaiting_goods", "carrier_out_for_pick_up_from_customer": "awaiting_goods", "customer_cancelled_pick_up": "awaiting_goods",
	"customer_rescheduled_pick_up": "awaiting_goods", "picked_from_customer": "goods_moving", "customer_dropped_off": "goods_moving", "in_transit": "goods_moving", "shipped": "goods_moving", "out_for_delivery": "goods_moving",
	"delivered": "goods_here", "replanned": "goods_moving", "partially_processed": "resolving", "processed": "closed", "rejected": "declined", "cancelled": "withdrawn", "undeliverable": "goods_moving", "reject": "declined",
}

var transactionStatuses = intake.Words{"released": "succeeded", "deferred": "pending", "deferred_released": "succeeded", "unreleased": "pending"}

var fulfillmentOrderStatuses = intake.Words{
	"new": "open", "received": "open", "planning": "open", "processing": "in_progress", "processed": "closed", "complete": "closed", "completepartialled": "closed", "cancelled": "cancelled", "unfulfillable": "closed", "invalid": "cancelled",
	"created": "open", "accepted": "open", "confirmed": "in_progress", "package_created": "in_progress", "pickup_slot_retrieved": "in_progress", "invoice_generated": "in_progress", "shiplabel_generated": "in_progress", "shipped": "closed", "delivered": "closed",
}

// notices are the types of notifications: our type. Others are their own name in small letters.
var notices = map[string]string{
	"ORDER_CHANGE": "order.updated", "ORDER_STATUS_CHANGE": "order.updated", "MFN_ORDER_STATUS_CHANGE": "order.updated", "FULFILLMENT_ORDER_STATUS": "fulfillment_order.updated",
	"FBA_OUTBOUND_SHIPMENT_STATUS": "shipment.updated", "SHIPMENT_TRACKING_MILESTONE_CHANGED": "shipment.updated", "TRANSACTION_UPDATE": "payment.updated", "ITEM_INVENTORY_EVENT_CHANGE": "inventory.updated",
	"FBA_INVENTORY_AVAILABILITY_CHANGES": "inventory.updated", "LISTINGS_ITEM_MFN_QUANTITY_CHANGE": "inventory.updated", "EXTERNAL_FULFILLMENT_SHIPMENT_STATUS_CHANGE": "fulfillment_order.updated",
}
