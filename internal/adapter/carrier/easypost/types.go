package easypost

import "godwit.dev/godwit/internal/flow/intake"

var statuses = intake.Words{
	"unknown": intake.Unknown, "pre_transit": intake.Announced, "in_transit": intake.InTransit, "out_for_delivery": intake.OutForDelivery, "delivered": intake.Delivered, "available_for_pickup": intake.ReadyForPickup,
	"return_to_sender": intake.Returning, "failure": intake.AttemptFailed, "cancelled": intake.Cancelled, "error": intake.Unknown,
}

// details say more than their status. Those that are not here say the same.
var details = map[string]string{
	"received_at_origin_facility": intake.PickedUp, "in_transit_pickup": intake.PickedUp, "accepted": intake.PickedUp, "departed_origin_facility": intake.InTransit, "held": intake.Held, "awaiting_customs": intake.InCustoms, "customs_clearance": intake.InCustoms, "customs_delay": intake.InCustoms,
	"lost": intake.Lost, "return": intake.Returning, "returned": intake.Returned, "destroyed": intake.Destroyed, "refused": intake.AttemptFailed,
}

// reasons say why, of the details that do.
var reasons = map[string]string{
	"address_correction": "address_wrong", "awaiting_information": "customs_documents", "customs_delay": "customs_inspection", "damaged": "damaged", "delayed": "delayed", "expired": "polling_expired", "missorted": "misrouted",
	"refused": "recipient_refused", "transferred_to_destination_carrier": "handed_over", "weather_delay": "weather",
}
