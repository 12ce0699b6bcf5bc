package karrio

import "godwit.dev/godwit/internal/flow/intake"

var statuses = intake.Words{
	"pending": intake.Announced, "unknown": intake.Unknown, "picked_up": intake.PickedUp, "in_transit": intake.InTransit, "incident": intake.Held, "out_for_delivery": intake.OutForDelivery, "ready_for_pickup": intake.ReadyForPickup,
	"delivered": intake.Delivered, "delivery_delayed": intake.InTransit, "delivery_failed": intake.AttemptFailed, "on_hold": intake.Held, "return_to_sender": intake.Returning, "cancelled": intake.Cancelled, "purchased": intake.Announced,
	"draft": intake.Unknown, "created": intake.Announced, "shipped": intake.InTransit, "needs_attention": intake.Held, "returned": intake.Returned,
}
