package vendure

import (
	_ "embed"
	"net/http"
	"strings"
	"unicode"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

//go:embed known.txt
var known string

// Source reads events and entities, with sums as the default strategy of a shop counts them.
func Source() intake.Source {
	return intake.Source{Name: "vendure", Known: wire.MustVocabulary(known), Convert: reader{digits: 2}.convert}
}

// reader reads entities of a shop.
type reader struct {
	digits int // behind the point of every sum: the precision of the shop's money strategy
}

// object reads an entity of a list.
func (r reader) object(kind string, n *wire.Node) intake.Object {
	switch kind {
	case intake.KindOrder:
		return r.order(n)
	case intake.KindProduct:
		return r.product(n)
	}
	return customer(n)
}

// entities are the members under which an event has what it is about, and how it is read.
var entities = []struct {
	name    string
	noun    string
	convert func(r reader, n *wire.Node, currency string) intake.Object
}{
	{"refund", "refund", func(r reader, n *wire.Node, c string) intake.Object { return r.refund(n, c) }},
	{"payment", "payment", func(r reader, n *wire.Node, c string) intake.Object { return r.payment(n, c) }},
	{"fulfillment", "shipment", func(r reader, n *wire.Node, _ string) intake.Object { return r.shipment(n) }},
	{"order", "order", func(r reader, n *wire.Node, _ string) intake.Object { return r.order(n) }},
	{"customer", "customer", func(_ reader, n *wire.Node, _ string) intake.Object { return customer(n) }},
	{"product", "product", func(r reader, n *wire.Node, _ string) intake.Object { return r.product(n) }},
}

func (r reader) convert(_ http.Header, body *wire.Node) intake.Told {
	t := intake.Told{VendorType: body.First("type", "event").Text(), Key: body.First("eventId", "id").Text(), OccurredAt: body.First("createdAt", "timestamp").Time()}
	data := body
	for _, name := range []string{"data", "payload"} {
		if m := body.At(name); m.Kind() == wire.Object {
			data = m
		}
	}
	for _, e := range entities {
		if m := data.Peek(e.name); m.Kind() == wire.Object {
			if !m.Has("createdAt") && !m.Has("state") && !m.Has("code") { // hardly more than an identifier, to be asked for
				o := intake.NewRecord(e.noun, data.At(e.name))
				o.Refer(e.noun, m.Peek("id").Text())
				t.Objects, t.Type = []intake.Object{o}, e.noun+".updated"
				return t
			}
			o := e.convert(r, data.At(e.name), data.Peek("order", "currencyCode").Text())
			if e.name != "order" {
				o.Base().Refer("order", data.Peek("order", "id").Text())
				if data.Has("order") {
					r.order(data.At("order"))
				}
			}
			t.Objects, t.Type = []intake.Object{o}, e.noun+"."+verb(t.VendorType, data)
			return t
		}
	}
	if data.Has("code") && data.Has("state") { // an order, bare
		t.Key, t.OccurredAt = "", data.Time("updatedAt")
		t.Objects, t.Container, t.Type = []intake.Object{r.order(data)}, "order", "order.updated"
	}
	return t
}

// verb is what happened: the state that was reached, the kind of change, or the event's own name.
func verb(event string, data *wire.Node) string {
	for _, name := range []string{"toState", "type"} {
		if to := data.String(name); to != "" && to != event {
			return snake(to)
		}
	}
	if event == "" {
		return "updated"
	}
	return strings.TrimSuffix(snake(strings.TrimSuffix(event, "Event")), "_")
}

func snake(s string) string {
	var b strings.Builder
	for i, c := range s {
		if unicode.IsUpper(c) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}
