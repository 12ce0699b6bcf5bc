package trace

import (
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// SubjectKind is the kind of subject of this package's events.
const SubjectKind = "trace"

// Kinds of event that this package announces; all carry a Summary.
const (
	IsOpened = "trace.opened"
	IsMoved  = "trace.moved" // its state changed
	IsNoted  = "trace.noted" // something else about it changed
	IsDue    = "trace.due"   // its deadline is near, and it is not sent
)

// Summary is what a trace's event tells.
type Summary struct {
	Shipment  shipment.ID  `json:"shipment"`
	Shop      order.ShopID `json:"shop,omitzero"`
	Order     order.ID     `json:"order,omitzero"`
	Ticket    ticket.ID    `json:"ticket,omitzero"`
	Kind      Kind         `json:"kind"`
	State     State        `json:"state"`
	Was       State        `json:"was,omitempty"`
	Carrier   string       `json:"carrier,omitempty"`
	Number    string       `json:"number"`
	Reference string       `json:"reference,omitempty"`
	Deadline  int64        `json:"deadline,omitempty"` // Unix milliseconds
	Amount    int64        `json:"amount,omitempty"`   // in minor units
	Currency  string       `json:"currency,omitempty"`
	Note      NoteID       `json:"note,omitzero"` // what was written with it
}

func announce(actor auth.Actor, kind string, t Trace, was State, note NoteID, now time.Time) event.Event {
	sum := Summary{
		Shipment: t.Shipment, Shop: t.Shop, Order: t.Order, Ticket: t.Ticket, Kind: t.Kind, State: t.State, Was: was, Carrier: t.Carrier, Number: t.Number,
		Reference: t.Reference, Amount: t.Amount.Minor, Currency: t.Amount.Currency, Note: note,
	}
	if !t.Deadline.IsZero() {
		sum.Deadline = t.Deadline.UnixMilli()
	}
	record := func(kind string) event.Event {
		e := event.New(kind, actor, event.Subject{Kind: SubjectKind, ID: int64(t.ID)}, int64(t.Ticket), sum)
		e.At = now
		return e
	}
	switch kind {
	case IsOpened:
		return record(IsOpened)
	case IsMoved:
		return record(IsMoved)
	case IsDue:
		return record(IsDue)
	}
	return record(IsNoted)
}
