package aftership

import (
	_ "embed"
	"net/http"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

//go:embed known.txt
var known string

// Source reads webhooks and trackings.
func Source() intake.Source {
	return intake.Source{Name: "aftership", Known: wire.MustVocabulary(known), Convert: convert}
}

func convert(_ http.Header, body *wire.Node) intake.Told {
	t := intake.Told{VendorType: body.String("event"), Key: body.String("event_id"), OccurredAt: body.Time("ts"), Type: "shipment.updated"}
	msg := body.At("msg")
	if !msg.Given() {
		data := body.At("data")
		if msg = data.At("tracking"); !msg.Given() {
			msg = data
		}
	}
	if list := msg.At("trackings"); list.Kind() == wire.Array {
		t.Objects = intake.List(list, func(n *wire.Node) intake.Object { return parcel(n) })
		return t
	}
	if !msg.Given() {
		msg = body
	}
	s := parcel(msg)
	t.Objects = []intake.Object{s}
	if t.Key == "" && s.ID != "" && msg.String("updated_at") != "" {
		t.Key = s.ID + ":" + msg.String("updated_at")
	}
	return t
}

func parcel(n *wire.Node) *intake.Shipment {
	s := &intake.Shipment{
		Head: intake.Head{ID: n.String("id"), CreatedAt: n.Time("created_at"), UpdatedAt: n.Time("updated_at"), Note: n.String("note")}, Direction: "out",
		Carrier: n.String("slug"), Service: n.String("shipment_type"), URLs: n.First("courier_tracking_link", "tracking_url").Texts(), SignedBy: n.String("signed_by"),
		ShippedAt: n.First("shipment_pickup_date", "shipped_at").Time(),
	}
	s.Number = n.String("title")
	s.Numbers = n.At("tracking_number").Texts()
	s.Refer("order", n.First("order_id", "order_number").Text())
	s.Status, s.VendorStatus, s.VendorSubstatus, s.Cause = state(n)
	expired := s.VendorStatus == "Expired"
	if expired {
		s.Attributes = append(s.Attributes, intake.PollingExpired)
	}
	if s.VendorStatus == "Pending" && len(n.At("checkpoints").Items()) == 0 {
		s.Attributes = append(s.Attributes, intake.NumberUnknown)
	}
	switch n.String("on_time_status") {
	case "late", "trending-late", "late-delivery":
		s.Attributes = append(s.Attributes, intake.Delayed)
	}
	if n.Bool("return_to_sender") {
		s.Attributes = append(s.Attributes, "return_to_sender")
	}
	s.Origin = intake.Address{Country: country(n.First("origin_country_region", "origin_country_iso3")), Region: n.String("origin_state"), City: n.String("origin_city"), Postcode: n.String("origin_postal_code")}.Or()
	s.Destination = intake.Address{Country: country(n.First("destination_country_region", "courier_destination_country_iso3", "destination_country_iso3")), Region: n.String("destination_state"), City: n.String("destination_city"), Postcode: n.String("destination_postal_code")}.Or()
	n.First("destination_country_iso3")
	s.Expected = expected(n)
	s.Events = intake.List(n.At("checkpoints"), checkpoint)
	s.DeliveredAt = intake.DeliveredAt(s.Events)
	if told := n.First("shipment_delivery_date", "delivered_at").Time(); s.DeliveredAt.IsZero() {
		s.DeliveredAt = told // the place's own time, where a checkpoint has a zone
	}
	if expired { // nobody asks the carrier any more: what it said last holds
		s.Status = intake.Last(s.Events).Status
	}
	leg := intake.Leg{Carrier: s.Carrier, Numbers: s.Numbers}
	for _, e := range n.At("checkpoints").Items() {
		if slug := e.Peek("slug").Text(); slug != "" && slug != s.Carrier { // another carrier has it
			s.Legs = append(s.Legs[:0], leg, intake.Leg{Carrier: slug})
		}
	}
	n.At("custom_fields").Whole()
	return s
}

// state reads a tag and its subtag.
func state(n *wire.Node) (status, tag, subtag, cause string) {
	status, tag = tags.Of(n, "tag")
	_, subtag = subtagWords.Of(n, "subtag")
	if exact := subtags[subtag]; exact != "" {
		status = exact
	}
	return status, tag, subtag, causes[subtag]
}

func checkpoint(n *wire.Node) intake.Event {
	e := intake.Event{At: n.First("checkpoint_time", "created_at").Time(), Text: n.First("message", "subtag_message").Text(), Carrier: n.String("slug")}
	e.Status, e.Code, e.Detail, e.Cause = state(n)
	e.Reason = reasons[e.Detail]
	if t := n.String("checkpoint_time"); intake.Zoneless(t) {
		e.Local = t
	}
	e.Place = intake.Address{Line1: n.String("location"), City: n.String("city"), Region: n.String("state"), Postcode: n.First("zip", "postal_code").Text(), Country: country(n.First("country_region", "country_iso3"))}.Or()
	if c := n.At("coordinates").Items(); len(c) == 2 {
		e.Lon, e.Lat = c[0].Text(), c[1].Text()
	}
	n.First("raw_tag")
	return e
}

// country is the code of two letters for one of three.
func country(n *wire.Node) string { return intake.Country(n.Text()) }

func expected(n *wire.Node) *intake.Window {
	for _, name := range []string{"latest_estimated_delivery", "courier_estimated_delivery_date", "aftership_estimated_delivery_date"} {
		m := n.At(name)
		w := intake.Window{From: m.First("datetime_min", "estimated_delivery_date_min", "datetime").Time(), To: m.First("datetime_max", "estimated_delivery_date_max", "datetime", "estimated_delivery_date").Time()}
		if w.Or() != nil {
			return &w
		}
	}
	return intake.Window{To: n.First("expected_delivery", "order_promised_delivery_date").Time()}.Or()
}
