package karrio

import (
	_ "embed"
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

//go:embed known.txt
var known string

// Source reads hooks and trackers.
func Source() intake.Source {
	return intake.Source{Name: "karrio", Known: wire.MustVocabulary(known), Convert: convert}
}

func convert(_ http.Header, body *wire.Node) intake.Told {
	t := intake.Told{VendorType: body.First("event", "type").Text(), OccurredAt: body.First("created_at", "timestamp").Time()}
	data := body.At("data")
	if !data.Given() || t.VendorType == "" {
		t.Objects = []intake.Object{object(body)}
		t.Container, t.OccurredAt = "data", t.Objects[0].Base().UpdatedAt
		return t
	}
	t.Key = body.First("id", "event_id").Text()
	t.Objects = []intake.Object{object(data)}
	t.Objects[0].Base().Test = body.Bool("test_mode")
	noun, verb, _ := strings.Cut(strings.ReplaceAll(t.VendorType, "_", "."), ".")
	if noun == "tracker" {
		noun = "shipment"
	}
	t.Type = noun + "." + verb
	return t
}

func object(n *wire.Node) intake.Object {
	if n.Has("tracking_number") && (n.Has("events") || n.Has("delivered") || n.Has("status")) {
		return parcel(n)
	}
	r := intake.NewRecord(n.First("object_type", "entity").Text(), n)
	r.VendorStatus = n.String("status")
	return r
}

func parcel(n *wire.Node) *intake.Shipment {
	s := &intake.Shipment{Head: intake.Head{ID: n.String("id"), CreatedAt: n.Time("created_at"), UpdatedAt: n.Time("updated_at"), Test: n.Bool("test_mode")}, Direction: "out", Carrier: n.String("carrier_name"), Numbers: n.At("tracking_number").Texts()}
	s.Refer("account", n.String("carrier_id"))
	s.Refer("shipment", n.String("shipment_id"))
	s.Expected = intake.Window{To: n.Time("estimated_delivery")}.Or()
	info := n.At("info")
	s.Service, s.SignedBy = info.String("shipment_service"), info.String("signed_by")
	s.URLs = info.At("carrier_tracking_link").Texts()
	s.Refer("order", info.First("order_id").Text())
	s.Destination = intake.Address{Name: info.String("customer_name"), Country: info.String("shipment_destination_country"), Postcode: info.String("shipment_destination_postal_code")}.Or()
	s.Origin = intake.Address{Country: info.String("shipment_origin_country"), Postcode: info.String("shipment_origin_postal_code")}.Or()
	s.Events = intake.List(n.At("events"), scan)
	s.Status, s.VendorStatus = statuses.Of(n, "status")
	s.DeliveredAt = intake.DeliveredAt(s.Events)
	if s.VendorStatus == "on_hold" && strings.HasPrefix(intake.Last(s.Events).Detail, "customs") {
		s.Status, s.Cause = intake.InCustoms, "customs"
	}
	if n.Bool("delivered") && s.VendorStatus == "" {
		s.Status = intake.Delivered
	}
	if s.VendorStatus == "delivery_delayed" {
		s.Attributes = append(s.Attributes, intake.Delayed)
	}
	n.At("metadata").Whole()
	return s
}

func scan(n *wire.Node) intake.Event {
	e := intake.Event{Text: n.String("description"), Code: n.String("code"), Detail: n.String("reason"), Lat: n.String("latitude"), Lon: n.String("longitude")}
	if where := n.String("location"); where != "" {
		e.Place = &intake.Address{Line1: where}
	}
	e.Status, _ = statuses.Of(n, "status")
	if e.Status == "" {
		e.Status = intake.Unknown
	}
	e.Reason = reasons[e.Detail]
	if strings.HasPrefix(e.Detail, "customs") {
		e.Cause = "customs"
		if e.Status == intake.Held {
			e.Status = intake.InCustoms
		}
	}
	date, clock := n.String("date"), n.String("time")
	if at, ok := wire.Moment(n.String("timestamp")); ok {
		e.At = at
		return e
	}
	for _, form := range []string{clock + ":00", clock, intake.Clock24(clock)} {
		if at, ok := wire.Moment(date + "T" + form); ok && clock != "" {
			e.At = at
			break
		}
	}
	if e.At.IsZero() {
		e.At, _ = wire.Moment(date)
	}
	e.Local = strings.TrimSpace(date + " " + clock) // of the place, without a zone
	return e
}
