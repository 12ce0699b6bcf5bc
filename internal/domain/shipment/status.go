package shipment

import "slices"

// Status says where a parcel is on its way.
type Status string

// The statuses.
const (
	Unknown        Status = "unknown"          // nobody knows anything yet
	Announced      Status = "announced"        // there is a label, and no scan
	PickedUp       Status = "picked_up"        // the carrier has it
	InTransit      Status = "in_transit"       // it moves
	InCustoms      Status = "in_customs"       // customs has it
	OutForDelivery Status = "out_for_delivery" // a courier has it
	ReadyForPickup Status = "ready_for_pickup" // it waits for its recipient at a shop, locker or post office
	AttemptFailed  Status = "attempt_failed"   // the courier came in vain
	Held           Status = "held"             // somebody must do something before it goes on
	Delivered      Status = "delivered"
	Returning      Status = "returning" // it goes back to its sender
	Returned       Status = "returned"
	Lost           Status = "lost"
	Destroyed      Status = "destroyed"
	Cancelled      Status = "cancelled" // the label was, before a scan
)

// Statuses returns all statuses, in the order of a parcel's way.
func Statuses() []Status {
	return []Status{
		Unknown, Announced, PickedUp, InTransit, InCustoms, OutForDelivery, ReadyForPickup, AttemptFailed,
		Held, Delivered, Returning, Returned, Lost, Destroyed, Cancelled,
	}
}

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool { return s.rank() >= 0 }

// rank orders what happened in the same instant: the later part of the way last.
func (s Status) rank() int { return slices.Index(statuses[:], s) }

var statuses = [...]Status{
	Unknown, Announced, Cancelled, PickedUp, InTransit, InCustoms, Held, OutForDelivery, AttemptFailed,
	ReadyForPickup, Returning, Delivered, Returned, Lost, Destroyed,
}

// Ended reports whether only a correction leads on from s.
func (s Status) Ended() bool {
	return s == Delivered || s == Returned || s == Lost || s == Destroyed
}

// Returns reports whether the parcel is on its way back to its sender, or there.
func (s Status) Returns() bool { return s == Returning || s == Returned }

// Open reports whether news of the parcel are to be expected.
func (s Status) Open() bool { return !s.Ended() && s != Cancelled }

// scan reports whether somebody must have had the parcel in their hands.
func (s Status) scan() bool {
	switch s {
	case Unknown, Announced, Lost, Destroyed, Cancelled:
		return false
	}
	return true
}

// Next returns the status of a parcel that was in one status when an event says
// another of it; docs/states.md has it as a table. A correction is not asked:
// it says what is.
func Next(from, said Status) Status {
	switch {
	case said == Unknown || from.Ended():
		return from
	case said == Announced && from != Unknown && from != Cancelled:
		return from // data about a parcel that is on its way
	case said == Cancelled && from != Unknown && from != Announced:
		return from // a label that was used all the same
	case from == Returning:
		switch said {
		case Returned, Delivered: // carriers deliver a return to its sender
			return Returned
		case Lost, Destroyed:
			return said
		}
		return Returning
	case said == PickedUp && from != Unknown && from != Announced && from != Cancelled:
		return InTransit // the next carrier picked it up
	}
	return said
}

// Direction says whether a parcel goes to the customer or comes back.
type Direction string

// The directions.
const (
	Out  Direction = "out"
	Back Direction = "back"
)

// Cause says who or what a parcel waits for or suffers from.
type Cause string

// The causes.
const (
	ByCarrier    Cause = "carrier"
	ByShipper    Cause = "shipper"
	ByRecipient  Cause = "recipient"
	ByCustoms    Cause = "customs"
	ForceMajeure Cause = "force_majeure"
)

// Valid reports whether c is one of the causes, or none.
func (c Cause) Valid() bool {
	switch c {
	case "", ByCarrier, ByShipper, ByRecipient, ByCustoms, ForceMajeure:
		return true
	}
	return false
}

// Reason is why an event happened, in our words. Carriers' own reasons stand in
// an event's code and text.
type Reason string

// The reasons.
const (
	// NotFound: the carrier does not know the number. In the hours after a label
	// was made that is how it should be, see LabelPatience.
	NotFound Reason = "not_found"
	// PollingExpired: whoever asked the carrier for us has stopped asking.
	PollingExpired Reason = "polling_expired"
	// Delay: the carrier says that it will be late.
	Delay Reason = "delayed"
	// HandedOver: the carrier gave it to the next one.
	HandedOver Reason = "handed_over"

	CustomsInspection Reason = "customs_inspection"
	CustomsDocuments  Reason = "customs_documents" // papers, tax number or identity of the recipient are missing
	CustomsDuty       Reason = "customs_duty"      // duty or tax is unpaid
	CustomsRefused    Reason = "customs_refused"
	CustomsReleased   Reason = "customs_released"

	AddressWrong     Reason = "address_wrong"
	RecipientAbsent  Reason = "recipient_absent"
	RecipientRefused Reason = "recipient_refused"
	RecipientMoved   Reason = "recipient_moved"
	PaymentDue       Reason = "payment_due" // cash on delivery, storage
	NotCollected     Reason = "not_collected"
	NewDate          Reason = "new_date" // the recipient chose another day or place

	Damaged     Reason = "damaged"
	Misrouted   Reason = "misrouted"
	Unpacked    Reason = "packaging"
	Prohibited  Reason = "prohibited"
	Security    Reason = "security"
	Weather     Reason = "weather"
	Strike      Reason = "strike"
	Disaster    Reason = "disaster"
	Holiday     Reason = "holiday"
	Capacity    Reason = "capacity"
	Signed      Reason = "signed"       // by the recipient
	AtNeighbour Reason = "at_neighbour" // given to a neighbour
	AtSafePlace Reason = "at_safe_place"
	ByAgent     Reason = "by_agent" // a reception, a concierge
)

// Reasons returns all reasons.
func Reasons() []Reason {
	return []Reason{
		NotFound, PollingExpired, Delay, HandedOver, CustomsInspection, CustomsDocuments, CustomsDuty, CustomsRefused, CustomsReleased,
		AddressWrong, RecipientAbsent, RecipientRefused, RecipientMoved, PaymentDue, NotCollected, NewDate,
		Damaged, Misrouted, Unpacked, Prohibited, Security, Weather, Strike, Disaster, Holiday, Capacity,
		Signed, AtNeighbour, AtSafePlace, ByAgent,
	}
}

// Valid reports whether r is one of the reasons, or none.
func (r Reason) Valid() bool { return r == "" || slices.Contains(Reasons(), r) }

// Cause returns who or what a reason lies with, for events that do not say.
func (r Reason) Cause() Cause {
	switch r {
	case CustomsInspection, CustomsDocuments, CustomsDuty, CustomsRefused, CustomsReleased:
		return ByCustoms
	case AddressWrong, Unpacked, Prohibited:
		return ByShipper
	case RecipientAbsent, RecipientRefused, RecipientMoved, PaymentDue, NotCollected, NewDate:
		return ByRecipient
	case Delay, Damaged, Misrouted, Security, Capacity:
		return ByCarrier
	case Weather, Strike, Disaster, Holiday:
		return ForceMajeure
	}
	return ""
}
