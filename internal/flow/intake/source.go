package intake

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/wire"
)

// Delivery is one message of a vendor, understood.
type Delivery struct {
	Provider   string
	Type       string    // ours: order.updated
	VendorType string    // the vendor's: orders/updated
	Key        string    // by which a repeat is told
	OccurredAt time.Time // zero if the message does not say
	Object     Object    // the first of Items
	Items      []Object
	Unknown    []string // paths that were not understood, sorted
	Raw        []byte   // the body as it came, which loses nothing
}

// MarshalJSON writes a moment that is not known as null, and the items only if they are several.
func (d Delivery) MarshalJSON() ([]byte, error) {
	out := struct {
		Provider   string     `json:"provider"`
		Type       string     `json:"type"`
		VendorType string     `json:"vendor_type"`
		Key        string     `json:"key"`
		OccurredAt *time.Time `json:"occurred_at"`
		Object     Object     `json:"object"`
		Items      []Object   `json:"items,omitempty"`
		Unknown    []string   `json:"unknown"`
	}{d.Provider, d.Type, d.VendorType, d.Key, nil, d.Object, nil, d.Unknown}
	if len(d.Items) > 1 {
		out.Items = d.Items
	}
	if !d.OccurredAt.IsZero() {
		out.OccurredAt = &d.OccurredAt
	}
	return json.Marshal(out)
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
	if h == nil {
		h = http.Header{}
	}
	root, err := parse(h, body)
	if err != nil {
		return Delivery{}, fmt.Errorf("decode %s: %w", s.Name, err)
	}
	if root.Kind() != wire.Object && root.Kind() != wire.Array {
		return Delivery{}, errs.Wrap(errs.Invalid, fmt.Errorf("decode %s: the body is no object", s.Name), "error.json")
	}
	t := s.Convert(h, root)
	if len(t.Objects) == 0 {
		t.Objects = []Object{NewRecord("", root)}
	}
	d := Delivery{Provider: s.Name, Type: t.Type, VendorType: t.VendorType, Key: t.Key, OccurredAt: t.OccurredAt, Object: t.Objects[0], Items: t.Objects, Raw: body}
	for _, o := range t.Objects {
		label(o)
	}
	head := d.Object.Base()
	if d.Type == "" {
		d.Type = nounOf(d.Object) + ".updated"
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

// parse reads JSON, or a form, which vendors send as their ping or in old settings.
func parse(h http.Header, body []byte) (*wire.Node, error) {
	if kind, _, err := mime.ParseMediaType(h.Get("Content-Type")); err == nil && kind == "application/x-www-form-urlencoded" {
		return wire.ParseForm(body)
	}
	return wire.Parse(body)
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

// Label names the kind of an object and of those inside it, where they have none yet. Decode does it by itself; it is for
// objects that were made otherwise.
func Label(o Object) { label(o) }

func label(o Object) {
	if b := o.Base(); b.Kind == "" {
		b.Kind = kindOf(o)
	}
	switch o := o.(type) {
	case *Order:
		if o.Customer != nil {
			label(o.Customer)
		}
		labels(o.Fulfillments)
		labels(o.Refunds)
		labels(o.Returns)
		labels(o.Payments)
	case *Return:
		labels(o.Refunds)
		labels(o.Shipments)
	case *Dispute:
		for i := range o.Messages {
			label(&o.Messages[i])
		}
	}
}

func labels[T Object](objects []T) {
	for _, o := range objects {
		label(o)
	}
}

// nounOf is what a type says that an object is.
func nounOf(o Object) string {
	if r, ok := o.(*Record); ok && r.Noun != "" {
		return strings.ToLower(r.Noun)
	}
	return o.Base().Kind
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
