package seventeentrack

import "godwit.dev/godwit/internal/flow/intake"

// statuses are the main statuses.
var statuses = intake.Words{
	"notfound": intake.Announced, "inforeceived": intake.Announced, "intransit": intake.InTransit, "expired": intake.Unknown, "availableforpickup": intake.ReadyForPickup,
	"outfordelivery": intake.OutForDelivery, "deliveryfailure": intake.AttemptFailed, "delivered": intake.Delivered, "exception": intake.Held,
}

// substatuses say more than their main status.
var substatuses = intake.Words{
	"notfound_other": intake.Announced, "notfound_invalidcode": intake.Unknown, "inforeceived": intake.Announced, "inforeceived_other": intake.Announced,
	"intransit_pickedup": intake.PickedUp, "intransit_other": intake.InTransit, "intransit_departure": intake.InTransit, "intransit_arrival": intake.InTransit, "intransit_customsprocessing": intake.InCustoms, "intransit_customsreleased": intake.InTransit, "intransit_customsrequiringinformation": intake.Held,
	"expired_other": intake.Unknown, "availableforpickup_other": intake.ReadyForPickup, "outfordelivery_other": intake.OutForDelivery,
	"deliveryfailure_other": intake.AttemptFailed, "deliveryfailure_nobody": intake.AttemptFailed, "deliveryfailure_security": intake.AttemptFailed, "deliveryfailure_rejected": intake.AttemptFailed, "deliveryfailure_invalidaddress": intake.AttemptFailed,
	"delivered_other": intake.Delivered, "exception_other": intake.Held, "exception_returning": intake.Returning, "exception_returned": intake.Returned, "exception_nobody": intake.Held, "exception_security": intake.Held, "exception_damage": intake.Held,
	"exception_rejected": intake.Held, "exception_delayed": intake.InTransit, "exception_lost": intake.Lost, "exception_destroyed": intake.Destroyed, "exception_cancel": intake.Cancelled,
}

// stages are the words of milestones and of the stage of an event.
var stages = intake.Words{
	"inforeceived": intake.Announced, "pickedup": intake.PickedUp, "departure": intake.InTransit, "arrival": intake.InTransit, "availableforpickup": intake.ReadyForPickup, "outfordelivery": intake.OutForDelivery, "delivered": intake.Delivered,
	"returned": intake.Returned, "returning": intake.Returning,
}

// causes say who is the reason of a sub-status.
var causes = map[string]string{
	"InTransit_CustomsProcessing": "customs", "InTransit_CustomsRequiringInformation": "customs", "DeliveryFailure_NoBody": "recipient", "DeliveryFailure_Rejected": "recipient", "DeliveryFailure_InvalidAddress": "shipper",
	"Exception_NoBody": "recipient", "Exception_Rejected": "recipient", "Exception_Security": "carrier", "Exception_Damage": "carrier", "Exception_Lost": "carrier",
}

// reasons say why, of the sub-statuses that do.
var reasons = map[string]string{
	"InTransit_CustomsReleased": "customs_released", "InTransit_CustomsRequiringInformation": "customs_documents", "DeliveryFailure_NoBody": "recipient_absent", "DeliveryFailure_Security": "security",
	"DeliveryFailure_Rejected": "recipient_refused", "DeliveryFailure_InvalidAddress": "address_wrong", "Exception_NoBody": "recipient_absent", "Exception_Security": "prohibited", "Exception_Damage": "damaged",
	"Exception_Rejected": "recipient_refused", "Exception_Delayed": "delayed",
}
