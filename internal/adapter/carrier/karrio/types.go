package karrio

import "godwit.dev/godwit/internal/flow/intake"

var statuses = intake.Words{
	"pending": intake.Announced, "unknown": intake.Unknown, "picked_up": intake.PickedUp, "in_transit": intake.InTransit, "incident": intake.Held, "out_for_delivery": intake.OutForDelivery, "ready_for_pickup": intake.ReadyForPickup,
	"delivered": intake.Delivered, "delivery_delayed": intake.InTransit, "delivery_failed": intake.AttemptFailed, "on_hold": intake.Held, "return_to_sender": intake.Returning, "cancelled": intake.Cancelled, "purchased": intake.Announced,
	"draft": intake.Unknown, "created": intake.Announced, "shipped": intake.InTransit, "needs_attention": intake.Held, "returned": intake.Returned,
}

// reasons are ours for those of an incident (Karrio, TrackingIncidentReason).
var reasons = map[string]string{
	"carrier_damaged_parcel": "damaged", "carrier_sorting_error": "misrouted", "carrier_address_not_found": "address_wrong", "carrier_not_enough_time": "delayed", "carrier_vehicle_issue": "delayed",
	"consignee_refused": "recipient_refused", "consignee_business_closed": "recipient_absent", "consignee_not_available": "recipient_absent", "consignee_not_home": "recipient_absent", "consignee_incorrect_address": "address_wrong",
	"consignee_access_restricted": "recipient_absent", "customs_delay": "customs_inspection", "customs_documentation": "customs_documents", "customs_duties_unpaid": "customs_duty", "weather_delay": "weather", "natural_disaster": "disaster",
	"force_majeure": "disaster", "delivery_exception_undeliverable": "address_wrong",
}
