package intake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/wire"
)

// Delivery is one message of a vendor, understood.
type Delivery struct {
	Provider   string    `json:"provider"`
	Type       string    `json:"type"`        // ours: order.updated
	VendorType string    `json:"vendor_type"` // the vendor's: orders/updated
	Key        string    `json:"key"`         // by which a repeat is told
	OccurredAt time.Time `json:"-"`           // zero if the message does not say
	Object     Object    `json:"object"`      // the first of Items
	Items      []Object  `json:"items,omitempty"`
	Unknown    []string  `json:"unknown"` // paths that were not understood, sorted
	Raw        []byte    `json:"-"`       // the body as it came, which loses nothing
}

// MarshalJSON writes a moment that is not known as null, and the items only if they are several.
func (d Delivery) MarshalJSON() ([]byte, error) {
	type plain Delivery
	if len(d.Items) < 2 {
		d.Items = nil
	}
	var at *time.Time
	if !d.OccurredAt.IsZero() {
		at = &d.OccurredAt
	}
	return json.Marshal(struct {
		plain
		OccurredAt *time.Time `json:"occurred_at"`
	}{plain(d), at})
}

// Told is what a vendor's converter found in a message.
type Told struct {
	Type       string // ours; "" is the kind of the first object and "updated"
	VendorType string
	Key        string    // by the vendor's documentation; "" if the message has none
	OccurredAt time.Time // of the event; zero takes the latest time of the first object
	Objects    []Object
	Container  string // by what name the vocabulary knows the document; "" is "."
}

// Source is one vendor.
type Source struct {
	Name    string
	Known   wire.Vocabulary
	Naming  func(*wire.Node) string // see wire.Node.Unknown; may be nil
	Convert func(h http.Header, body *wire.Node) Told
}

// Decode reads a message. It fails with errs.Invalid if the body is not JSON, is no object, or is beyond the limits of
// package wire; a message whose kind is not known is a [Record].
func (s Source) Decode(h http.Header, body []byte) (Delivery, error) {
	root, err := wire.Parse(body)
	if err != nil {
		return Delivery{}, fmt.Errorf("decode %s: %w", s.Name, err)
	}
	if root.Kind() != wire.Object && root.Kind() != wire.Array {
		return Delivery{}, errs.Wrap(errs.Invalid, fmt.Errorf("decode %s: the body is no object", s.Name), "error.json")
	}
	if h == nil {
		h = http.Header{}
	}
	t := s.Convert(h, root)
	if len(t.Objects) == 0 {
		t.Objects = []Object{NewRecord("", root)}
	}
	d := Delivery{Provider: s.Name, Type: t.Type, VendorType: t.VendorType, Key: t.Key, OccurredAt: t.OccurredAt, Object: t.Objects[0], Items: t.Objects, Raw: body}
	for _, o := range t.Objects {
		if b := o.Base(); b.Kind == "" {
			b.Kind = kindOf(o)
		}
	}
	head := d.Object.Base()
	if d.Type == "" {
		d.Type = head.Kind + ".updated"
	}
	if d.Key == "" {
		// Nothing names the event: the same document is the same event.
		d.Key = "sha256:" + root.Fingerprint(s.Name, t.VendorType)
	}
	if d.OccurredAt.IsZero() {
		d.OccurredAt = head.UpdatedAt
		if d.OccurredAt.Before(head.CreatedAt) {
			d.OccurredAt = head.CreatedAt
		}
	}
	if t.Container == "" {
		t.Container = "."
	}
	d.Unknown = root.Unknown(s.Known, t.Container, s.Naming)
	return d, nil
}

func kindOf(o Object) string {
	switch o.(type) {
	case *Order:
		return KindOrder
	case *Refund:
		return KindRefund
	case *Return:
		return KindReturn
	case *Shipment:
		return KindShipment
	case *Payment:
		return KindPayment
	case *Payout:
		return KindPayout
	case *Dispute:
		return KindDispute
	case *Message:
		return KindMessage
	case *Feedback:
		return KindFeedback
	case *Customer:
		return KindCustomer
	case *Product:
		return KindProduct
	case *Inventory:
		return KindInventory
	case *FulfillmentOrder:
		return KindFulfillmentOrder
	case *Failure:
		return KindError
	}
	return KindOther
}

// Words brings a vendor's words to ours.
type Words map[string]string

// Of reads a member as a word of ours and as it was written. A word that is not in the table is Unknown, and a puzzle.
func (w Words) Of(n *wire.Node, names ...string) (ours, written string) {
	m := n.At(names...)
	written = m.Text()
	if written == "" {
		return "", ""
	}
	ours, ok := w[strings.ToLower(written)]
	if !ok {
		m.Puzzle()
		return Unknown, written
	}
	return ours, written
}

// Latest returns the latest of several times.
func Latest(times ...time.Time) time.Time {
	var last time.Time
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// List converts each value of an array.
func List[T any](n *wire.Node, convert func(*wire.Node) T) []T {
	items := n.Items()
	if len(items) == 0 {
		return nil
	}
	out := make([]T, len(items))
	for i, m := range items {
		out[i] = convert(m)
	}
	return out
}
