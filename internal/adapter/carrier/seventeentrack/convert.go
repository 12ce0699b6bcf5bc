package seventeentrack

import (
	_ "embed"
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

//go:embed known.txt
var known string

// Source reads hooks and answers.
func Source() intake.Source {
	return intake.Source{Name: "17track", Known: wire.MustVocabulary(known), Convert: convert}
}

func convert(_ http.Header, body *wire.Node) intake.Told {
	t := intake.Told{VendorType: body.String("event"), Type: "shipment.updated"}
	if t.VendorType == "TRACKING_STOPPED" {
		t.Type = "shipment.polling_stopped"
	}
	data := body.At("data")
	items := data.At("accepted").Items()
	switch {
	case len(items) > 0:
	case data.Kind() == wire.Array:
		items = data.Items()
	case data.Given():
		items = []*wire.Node{data}
	default:
		items = []*wire.Node{body}
	}
	for _, n := range items {
		s := parcel(n)
		if t.VendorType == "TRACKING_STOPPED" {
			s.Attributes = append(s.Attributes, intake.PollingExpired)
		}
		t.Objects = append(t.Objects, s)
	}
	return t
}

func parcel(n *wire.Node) *intake.Shipment {
	s := &intake.Shipment{Head: intake.Head{ID: n.String("number")}, Direction: "out", Carrier: n.String("carrier")}
	s.Numbers = n.At("number").Texts()
	s.Refer("tag", n.String("tag"))
	s.Note = n.String("remark")
	info := n.First("track_info", "track")
	last := info.At("latest_status")
	s.Status, s.VendorStatus = statuses.Of(last, "status")
	if ours, word := substatuses.Of(last, "sub_status"); word != "" {
		s.VendorSubstatus, s.Cause = word, causes[word]
		if ours != intake.Unknown || word == "NotFound_InvalidCode" {
			s.Status = ours
		}
		if word == "Exception_Delayed" {
			s.Attributes = append(s.Attributes, intake.Delayed)
		}
	}
	if s.VendorStatus == "NotFound" {
		s.Attributes = append(s.Attributes, intake.NumberUnknown)
	}
	if s.VendorStatus == "Expired" {
		s.Attributes = append(s.Attributes, intake.PollingExpired)
	}
	ship := info.At("shipping_info")
	s.Origin, s.Destination = address(ship.At("shipper_address")), address(ship.At("recipient_address"))
	misc := info.At("misc_info")
	s.Service = misc.String("service_type")
	s.Refer("order", misc.String("reference_number"))
	s.Refer("customer", misc.String("customer_number"))
	eta := info.At("time_metrics", "estimated_delivery_date")
	s.Expected = intake.Window{From: eta.Time("from"), To: eta.Time("to")}.Or()
	s.UpdatedAt = info.At("latest_event").First("time_utc", "time_iso").Time()
	for _, m := range info.At("milestone").Items() {
		at := m.First("time_utc", "time_iso").Time()
		switch m.String("key_stage") {
		case "PickedUp":
			s.ShippedAt = at
		case "Delivered":
			s.DeliveredAt = at
		}
	}
	for _, p := range info.At("tracking", "providers").Items() {
		who := p.At("provider")
		leg := intake.Leg{Carrier: who.First("name", "key").Text(), Country: who.String("country")}
		for _, e := range p.At("events").Items() {
			x := scan(e)
			x.Carrier = leg.Carrier
			s.Events = append(s.Events, x)
		}
		s.Legs = append(s.Legs, leg)
	}
	if s.VendorStatus == "Expired" && len(s.Events) > 0 { // nobody asks the carrier any more: what it said last holds
		s.Status = intake.Last(s.Events).Status
	}
	if local := misc.String("local_number"); local != "" && len(s.Legs) > 0 {
		s.Legs[len(s.Legs)-1].Numbers = []string{local}
		s.Numbers = append(s.Numbers, local)
	}
	if len(s.Legs) == 1 {
		s.Carrier, s.Legs = s.Legs[0].Carrier, nil
		s.Refer("carrier", n.String("carrier"))
	}
	return s
}

func scan(n *wire.Node) intake.Event {
	e := intake.Event{At: n.First("time_utc", "time_iso").Time(), Text: n.String("description")}
	e.Status = intake.Unknown
	if stage, word := stages.Of(n, "stage"); word != "" {
		e.Status, e.Code = stage, word
	}
	if ours, word := substatuses.Of(n, "sub_status"); word != "" {
		e.Detail, e.Cause, e.Reason = word, causes[word], reasons[word]
		if ours != intake.Unknown {
			e.Status = ours
		}
		if e.Code == "" {
			e.Code, _, _ = strings.Cut(word, "_")
		}
	}
	if raw := n.At("time_raw"); raw.Given() && raw.String("timezone") == "" {
		e.Local = strings.TrimSpace(raw.String("date") + " " + raw.String("time"))
	}
	e.Place = address(n.At("address"))
	if where := n.String("location"); where != "" {
		if e.Place == nil {
			e.Place = &intake.Address{}
		}
		if e.Place.Line1 == "" {
			e.Place.Line1 = where
		}
	}
	c := n.At("address", "coordinates")
	e.Lat, e.Lon = c.String("latitude"), c.String("longitude")
	return e
}

func address(n *wire.Node) *intake.Address {
	return intake.Address{Country: n.String("country"), Region: n.String("state"), City: n.String("city"), Line1: n.String("street"), Postcode: n.String("postal_code")}.Or()
}
