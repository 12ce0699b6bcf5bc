package aftership

import "godwit.dev/godwit/internal/flow/intake"

// tags are the delivery statuses.
var tags = intake.Words{
	"pending": intake.Announced, "inforeceived": intake.Announced, "intransit": intake.InTransit, "outfordelivery": intake.OutForDelivery, "availableforpickup": intake.ReadyForPickup,
	"attemptfail": intake.AttemptFailed, "delivered": intake.Delivered, "exception": intake.Held, "expired": intake.Unknown,
}

// subtags say more than their tag. Those that are not here say the same.
var subtags = map[string]string{
	"InTransit_002": intake.PickedUp, "InTransit_006": intake.InCustoms, "Exception_003": intake.AttemptFailed, "Exception_004": intake.InCustoms, "Exception_005": intake.Held, "Exception_006": intake.Held,
	"Exception_008": intake.Held, "Exception_010": intake.Returning, "Exception_011": intake.Returned, "Exception_013": intake.Lost,
}

// causes say who is the reason of a subtag.
var causes = map[string]string{
	"Exception_002": "recipient", "Exception_003": "recipient", "Exception_004": "customs", "Exception_005": "carrier", "Exception_006": "recipient", "Exception_007": "shipper", "Exception_008": "recipient",
	"Exception_009": "carrier", "Exception_012": "carrier", "Exception_013": "carrier", "AttemptFail_002": "recipient", "AttemptFail_003": "recipient",
}

// reasons say why, of the subtags that do.
var reasons = map[string]string{
	"InTransit_005": "customs_released", "InTransit_009": "new_date", "AttemptFail_002": "recipient_absent", "AttemptFail_003": "recipient_absent", "Delivered_003": "signed",
	"Exception_002": "recipient_moved", "Exception_003": "recipient_refused", "Exception_004": "customs_inspection", "Exception_005": "delayed", "Exception_006": "payment_due", "Exception_007": "address_wrong",
	"Exception_008": "not_collected", "Exception_012": "damaged",
}

// subtagWords are the subtags that AfterShip documents; another is kept, and reported.
var subtagWords = intake.Words{}.With(
	"Pending_001", "Pending_002", "Pending_003", "Pending_004", "Pending_005", "Pending_006", "InfoReceived_001",
	"InTransit_001", "InTransit_002", "InTransit_003", "InTransit_004", "InTransit_005", "InTransit_006", "InTransit_007", "InTransit_008", "InTransit_009", "InTransit_010", "InTransit_011", "InTransit_012", "InTransit_013", "InTransit_014", "InTransit_015", "InTransit_016", "InTransit_017", "InTransit_018",
	"OutForDelivery_001", "OutForDelivery_003", "OutForDelivery_004", "AvailableForPickup_001", "AttemptFail_001", "AttemptFail_002", "AttemptFail_003", "Delivered_001", "Delivered_002", "Delivered_003", "Delivered_004",
	"Exception_001", "Exception_002", "Exception_003", "Exception_004", "Exception_005", "Exception_006", "Exception_007", "Exception_008", "Exception_009", "Exception_010", "Exception_011", "Exception_012", "Exception_013", "Expired_001",
)
