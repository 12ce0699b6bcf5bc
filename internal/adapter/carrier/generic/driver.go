package generic

import (
	"net/http"
	"time"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver only receives.
func Driver() tracking.Driver {
	return tracking.Driver{
		Name: "webhook", Title: "Webhook", Docs: "https://www.standardwebhooks.com/",
		Options:      []connector.Option{{Name: "webhook_secret", Kind: connector.Secret}},
		Capabilities: tracking.Capabilities{Webhooks: true},
		Rate:         connector.Rate{Requests: 1, Per: time.Second},
		Scheme:       "standard", HookSecret: "webhook_secret", Source: Source(),
	}
}

// Source reads messages of the shape in docs/tracking.md.
func Source() intake.Source {
	return intake.Source{Name: "webhook", Known: wire.MustVocabulary(".: type"), Convert: convert}
}

// words are the statuses, which are their own.
var words = func() intake.Words {
	w := intake.Words{}
	for _, s := range shipment.Statuses() {
		w[string(s)] = string(s)
	}
	return w
}()

func convert(_ http.Header, body *wire.Node) intake.Told {
	t := intake.Told{VendorType: body.String("type"), Key: body.String("id"), Type: "shipment.updated"}
	if list := body.At("parcels"); list.Kind() == wire.Array {
		t.Objects = intake.List(list, parcel)
		return t
	}
	t.Objects = []intake.Object{parcel(body)}
	return t
}

// parcel reads a parcel with its events, or an event that is a parcel's only one.
func parcel(n *wire.Node) intake.Object {
	s := &intake.Shipment{Carrier: n.String("carrier"), Service: n.String("service"), Direction: n.String("direction"), Numbers: n.At("number").Texts()}
	if s.Direction == "" {
		s.Direction = string(shipment.Out)
	}
	s.Refer("order", n.String("order"))
	s.UpdatedAt = n.Time("updated_at")
	s.Expected = intake.Window{From: n.At("expected").Time("from"), To: n.At("expected").Time("to")}.Or()
	if list := n.At("events"); list.Kind() == wire.Array {
		s.Events = intake.List(list, event)
		s.Status, s.VendorStatus = words.Of(n, "status")
	} else {
		s.Events = []intake.Event{event(n)}
		s.Status = s.Events[0].Status
	}
	s.Legs = []intake.Leg{{Carrier: s.Carrier, Numbers: s.Numbers}}
	if onward := n.At("onward"); onward.Given() {
		s.Legs = append(s.Legs, intake.Leg{Carrier: onward.String("carrier"), Numbers: onward.At("number").Texts()})
	}
	return s
}

func event(n *wire.Node) intake.Event {
	e := intake.Event{
		ID: n.String("event_id"), At: n.Time("at"), Code: n.String("code"), Text: n.String("text"), Cause: n.String("cause"), Reason: n.String("reason"), Carrier: n.String("by"),
		Lat: n.At("place").At("lat").Text(), Lon: n.At("place").At("lon").Text(),
	}
	var word string
	if e.Status, word = words.Of(n, "status"); e.Status == "" {
		e.Status = intake.Unknown
	}
	if e.Code == "" {
		e.Code = word
	}
	if text := n.String("at"); intake.Zoneless(text) {
		e.Local = text
	}
	p := n.At("place")
	e.Place = intake.Address{Country: intake.Country(p.String("country")), Region: p.String("region"), City: p.String("city"), Postcode: p.String("postcode")}.Or()
	return e
}
