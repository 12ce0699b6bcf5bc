package cases

import (
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// SubjectKind is the kind of subject of this package's events in the journal.
const SubjectKind = "case"

// Kinds of event that this package announces; all carry a Summary.
const (
	IsOpened = "case.opened"
	IsMoved  = "case.moved" // its phase changed
	IsNoted  = "case.noted" // something else about it changed
)

// Summary is what a case's event tells: the phase that the event caused.
type Summary struct {
	Number     int64        `json:"number"`
	Kind       Kind         `json:"kind"`
	What       Happening    `json:"what"`
	Phase      Phase        `json:"phase"`
	Was        Phase        `json:"was,omitempty"`
	Reason     CloseReason  `json:"reason,omitempty"`
	Code       string       `json:"code,omitempty"`
	Resolution int64        `json:"resolution,omitzero"`
	Stand      Stand        `json:"stand,omitempty"`
	Orders     []order.ID   `json:"orders,omitempty"`
	Shop       order.ShopID `json:"shop,omitzero"`
}

// announce tells of an event, given the case that it led to.
func announce(actor auth.Actor, c Case, e Event, now time.Time) event.Event {
	sum := Summary{c.Number, c.Kind, e.Kind, e.Phase, e.Was, e.Reason, e.Code, e.About, e.Stand, c.Orders(), c.Shop}
	record := func(kind string) event.Event {
		x := event.New(kind, actor, event.Subject{Kind: SubjectKind, ID: int64(c.ID)}, int64(c.Ticket), sum)
		x.At = now
		return x
	}
	switch {
	case e.Kind == WasOpened:
		return record(IsOpened)
	case e.Was != "":
		return record(IsMoved)
	}
	return record(IsNoted)
}
