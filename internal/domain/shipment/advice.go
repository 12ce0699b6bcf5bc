package shipment

// advice are the texts for reasons that ask something of the recipient, or tell them
// where to look.
var advice = map[Status]map[Reason]string{
	InCustoms: {
		CustomsInspection: "portal.customs.inspection", CustomsDocuments: "portal.customs.documents", CustomsDuty: "portal.customs.duty",
		CustomsRefused: "portal.customs.refused", CustomsReleased: "portal.customs.released",
	},
	Held: {
		CustomsInspection: "portal.customs.inspection", CustomsDocuments: "portal.customs.documents", CustomsDuty: "portal.customs.duty",
		CustomsRefused: "portal.customs.refused", AddressWrong: "portal.held.address", PaymentDue: "portal.held.payment",
	},
	AttemptFailed: {AddressWrong: "portal.held.address", PaymentDue: "portal.held.payment"},
	Delivered:     {AtNeighbour: "portal.delivered.neighbour", AtSafePlace: "portal.delivered.safe", ByAgent: "portal.delivered.agent"},
}

// Advice returns the key of the text that tells a recipient what happens next with a
// parcel and what they can do, "" where there is nothing to tell.
func Advice(s Status, r Reason) string {
	if key := advice[s][r]; key != "" {
		return key
	}
	switch s {
	case PickedUp:
		s = InTransit
	case Destroyed:
		s = Lost
	case Cancelled:
		return ""
	}
	return "portal.next." + s.Word()
}

// Word is the name of a status in texts for recipients. A parcel of which nothing is
// known yet was announced.
func (s Status) Word() string {
	if s == Unknown || s == "" {
		return string(Announced)
	}
	return string(s)
}
