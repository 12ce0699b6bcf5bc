package easypost

import (
	_ "embed"
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

//go:embed known.txt
var known string

// Source reads events and trackers.
func Source() intake.Source {
	return intake.Source{Name: "easypost", Known: wire.MustVocabulary(known), Convert: convert}
}

func convert(_ http.Header, body *wire.Node) intake.Told {
	if list := body.At("trackers"); list.Kind() == wire.Array { // a page of them
		body.At("has_more")
		return intake.Told{VendorType: "trackers", Objects: intake.List(list, object), Container: "trackers"}
	}
	if body.String("object") != "Event" {
		t := intake.Told{VendorType: strings.ToLower(body.String("object")), Objects: []intake.Object{object(body)}, Container: "result"}
		return t
	}
	result := body.At("result")
	o := object(result)
	t := intake.Told{VendorType: body.String("description"), Key: body.String("id"), OccurredAt: body.First("updated_at", "created_at").Time(), Objects: []intake.Object{o}}
	noun, verb, _ := strings.Cut(t.VendorType, ".")
	if noun == "tracker" {
		noun = "shipment"
	}
	t.Type = noun + "." + verb
	o.Base().Test = body.String("mode") == "test"
	return t
}

func object(n *wire.Node) intake.Object {
	if n.Peek("object").Text() == "Tracker" || n.Has("tracking_details") {
		return parcel(n)
	}
	r := intake.NewRecord(strings.ToLower(n.String("object")), n)
	r.VendorStatus = n.String("status")
	return r
}

func parcel(n *wire.Node) *intake.Shipment {
	s := &intake.Shipment{
		Head: intake.Head{ID: n.String("id"), CreatedAt: n.Time("created_at"), UpdatedAt: n.Time("updated_at"), Test: n.String("mode") == "test"}, Direction: "out", Carrier: n.String("carrier"), Numbers: n.At("tracking_code").Texts(), URLs: n.At("public_url").Texts(),
		SignedBy: n.String("signed_by"), Expected: intake.Window{To: n.Time("est_delivery_date")}.Or(),
	}
	n.At("object")
	if n.Bool("is_return") {
		s.Direction = "back"
	}
	s.Refer("shipment", n.String("shipment_id"))
	s.Status, s.VendorStatus, s.VendorSubstatus = state(n)
	d := n.At("carrier_detail")
	s.Service = d.String("service")
	s.Origin, s.Destination = place(d.At("origin_tracking_location")), place(d.At("destination_tracking_location"))
	s.Events = intake.List(n.At("tracking_details"), func(m *wire.Node) intake.Event {
		e := intake.Event{At: m.Time("datetime"), Text: m.First("message", "description").Text(), Carrier: m.String("source"), Place: place(m.At("tracking_location"))}
		e.Status, e.Code, e.Detail = state(m)
		e.Reason = reasons[e.Detail]
		if code := m.String("carrier_code"); code != "" {
			e.ID = code
		}
		return e
	})
	s.DeliveredAt = intake.DeliveredAt(s.Events)
	return s
}

func state(n *wire.Node) (status, word, detail string) {
	status, word = statuses.Of(n, "status")
	detail = n.String("status_detail")
	if exact := details[detail]; exact != "" {
		status = exact
	}
	return status, word, detail
}

func place(n *wire.Node) *intake.Address {
	return intake.Address{City: n.String("city"), Region: n.String("state"), Country: n.String("country"), Postcode: n.String("zip")}.Or()
}
