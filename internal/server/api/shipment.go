package api

import (
	"errors"
	"math"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

func shipmentGroup() group {
	read, tell := may(auth.ReadShipments), may(auth.WriteShipments)
	return group{"Shipments", "A shipment is one parcel, in one or more legs; a tracking event is one thing that a carrier told of it.", []operation{
		{"shipmentList", "GET", "/shipments", read, do((*server).shipmentList), "List or find shipments",
			"Shipments, newest first. With `board` those that want looking after, the longest waiting first; `open` is all that are on their way, newest first. `number` finds a shipment by the number of any leg, however it is written."},
		{"shipmentCount", "GET", "/shipments/counts", read, do((*server).shipmentCount), "Count what wants looking after",
			"How many shipments each board holds under the same filters as the list, counted up to 200: `more` says that there are more."},
		{"shipmentGet", "GET", "/shipments/{shipment}", read, do((*server).shipmentGet), "Get a shipment",
			"One shipment with its legs and all tracking events, in the order in which they happened."},
		{"shipmentPayload", "GET", "/shipments/{shipment}/payloads/{payload}", tell, do((*server).shipmentPayload).as("application/octet-stream"), "Get what a carrier sent",
			"What a carrier or a tracking service sent, byte for byte, by the `payload_id` of an event. It may hold names and addresses, so it takes the right to tell events."},
		{"laneList", "GET", "/lanes", read, do((*server).laneList), "See what lanes did",
			"What each lane did in a period: how many parcels arrived and were lost, the median time from the first scan to delivery, that of the slowest of ten, and how many promises were kept."},
		{"promiseList", "GET", "/promises", read, do((*server).promiseList), "See whether promises were kept",
			"What became of what customers were promised in a period, by shop, shipping plan and service: the days that were promised, how many parcels came on the last of them or earlier, and how long they took. Those first of which most parcels ended; of the shops that you may see."},
		{"trackingSave", "POST", "/tracking-events", tell, do((*server).trackingSave).upTo(texts), "Tell tracking events",
			"Takes up to 1,000 tracking events of any parcels. Events that are known already change nothing, so that whole histories may be sent again. A number that is new makes a shipment. " +
				"States are folded by the time at which events happened: a late one never moves a parcel back, and only an event with `correction` leads on from delivered, returned, lost or destroyed. " +
				"Events that cannot be are listed in `refused`, and all others are taken."},
	}}
}

// Shipment is one parcel.
type Shipment struct {
	ID             Ref[aShipment]  `json:"id"`
	OrderID        *Ref[anOrder]   `json:"order_id" nullable:"true" doc:"The order that it first belonged to; null if none is known."`
	ShopID         *Ref[aShop]     `json:"shop_id" nullable:"true"`
	Direction      string          `json:"direction" enum:"out,back" doc:"To the customer, or back."`
	Status         string          `json:"status" enum:"unknown,announced,picked_up,in_transit,in_customs,out_for_delivery,ready_for_pickup,attempt_failed,held,delivered,returning,returned,lost,destroyed,cancelled"`
	Since          *time.Time      `json:"since" doc:"When what caused the status happened."`
	Cause          *string         `json:"cause" enum:"carrier,shipper,recipient,customs,force_majeure" doc:"With whom the reason lies."`
	Reason         *string         `json:"reason" example:"customs_documents"`
	Carrier        string          `json:"carrier" example:"dhl" doc:"Of the first leg, in small letters and digits."`
	Number         string          `json:"number" example:"00340434161094" doc:"Of the first leg."`
	Origin         Place           `json:"origin"`
	Destination    Place           `json:"destination"`
	Service        *string         `json:"service" example:"economy"`
	FirstScanAt    *time.Time      `json:"first_scan_at"`
	PickedUpAt     *time.Time      `json:"picked_up_at"`
	DeliveredAt    *time.Time      `json:"delivered_at"`
	LastScanAt     *time.Time      `json:"last_scan_at"`
	CustomsSince   *time.Time      `json:"customs_since"`
	ExpectedFrom   *time.Time      `json:"expected_from" doc:"When the carrier last said that it will deliver."`
	ExpectedTo     *time.Time      `json:"expected_to"`
	Attempts       int             `json:"attempts" example:"0" doc:"Visits of the courier in vain."`
	Place          Place           `json:"place" doc:"Where it was last."`
	Delayed        bool            `json:"delayed" doc:"The carrier says that it will be late."`
	NotFound       bool            `json:"not_found" doc:"The carrier does not know the number, three days after the label."`
	PollingExpired bool            `json:"polling_expired" doc:"Nobody asks the carrier any more."`
	Doubtful       bool            `json:"delivery_doubtful" doc:"It ended, and a later scan contradicts that."`
	AtRisk         bool            `json:"at_risk" doc:"Somebody should look after it."`
	RiskAt         *time.Time      `json:"risk_at" doc:"When it counts as at risk unless news come before."`
	Legs           []ShipmentLeg   `json:"legs" nullable:"false"`
	CreatedAt      time.Time       `json:"created_at"`
	UpdatedAt      time.Time       `json:"updated_at"`
	Events         []TrackingEvent `json:"events,omitempty" nullable:"false" doc:"Only where one shipment is asked for."`
}

// Place is where something happened or is to go, as far as it is known.
type Place struct {
	Country  string   `json:"country,omitempty" maxLength:"2" example:"PL" doc:"ISO 3166-1 alpha-2."`
	Region   string   `json:"region,omitempty" maxLength:"200"`
	City     string   `json:"city,omitempty" maxLength:"200" example:"Warszawa"`
	Postcode string   `json:"postcode,omitempty" maxLength:"200" example:"00-549"`
	Lat      *float64 `json:"lat,omitempty" minimum:"-90" maximum:"90" example:"52.2256" doc:"WGS 84, to the millionth of a degree."`
	Lon      *float64 `json:"lon,omitempty" minimum:"-180" maximum:"180" example:"21.0152"`
}

// ShipmentLeg is the part of a parcel's way that one carrier moves it under one number.
type ShipmentLeg struct {
	Seq     int               `json:"seq" example:"1" doc:"Legs follow one another by it."`
	Carrier string            `json:"carrier" example:"DHL"`
	Number  string            `json:"number" example:"00340434161094"`
	Params  map[string]string `json:"params,omitempty" doc:"What the carrier wants to know besides the number."`
	LabelAt *time.Time        `json:"label_at"`
}

// TrackingEvent is one thing that a carrier told of a parcel.
type TrackingEvent struct {
	Leg          int            `json:"leg" example:"1" doc:"The seq of its leg."`
	Status       string         `json:"status" example:"in_transit" doc:"What we make of it; unknown if nobody knows the code."`
	Cause        *string        `json:"cause"`
	Reason       *string        `json:"reason"`
	Code         *string        `json:"code" example:"DEP" doc:"The carrier's own."`
	Text         *string        `json:"text" example:"Departed from the sorting centre" doc:"The carrier's own words."`
	At           time.Time      `json:"at" doc:"When it happened."`
	Zoned        bool           `json:"zoned" doc:"The time came with its zone; else it was taken as UTC."`
	Place        Place          `json:"place"`
	ExpectedFrom *time.Time     `json:"expected_from"`
	ExpectedTo   *time.Time     `json:"expected_to"`
	Correction   bool           `json:"correction"`
	Source       string         `json:"source" example:"api"`
	PayloadID    *Ref[aPayload] `json:"payload_id" nullable:"true" doc:"What it was told by, as it was sent; null if that was not kept."`
	ArrivedAt    time.Time      `json:"arrived_at" doc:"When it became known."`
}

func placeRecord(p shipment.Place) Place {
	out := Place{Country: p.Country, Region: p.Region, City: p.City, Postcode: p.Postcode}
	if p.Lat != 0 || p.Lon != 0 {
		lat, lon := float64(p.Lat)/1e6, float64(p.Lon)/1e6
		out.Lat, out.Lon = &lat, &lon
	}
	return out
}

func (p Place) place() shipment.Place {
	out := shipment.Place{Country: p.Country, Region: p.Region, City: p.City, Postcode: p.Postcode}
	if p.Lat != nil && p.Lon != nil {
		out.Lat, out.Lon = int32(math.Round(*p.Lat*1e6)), int32(math.Round(*p.Lon*1e6))
	}
	return out
}

func (s *server) shipmentRecord(v shipment.Shipment) Shipment {
	return Shipment{
		ID: refTo[aShipment](v.ID), OrderID: optRef[anOrder](v.Order), ShopID: optRef[aShop](v.Shop), Direction: string(v.Direction), Status: string(v.Status),
		Since: optTime(v.Since), Cause: optText(string(v.Cause)), Reason: optText(string(v.Reason)), Carrier: v.Carrier, Number: v.Number,
		Origin: placeRecord(v.Origin), Destination: placeRecord(v.To), Service: optText(v.Service), FirstScanAt: optTime(v.FirstScanAt),
		PickedUpAt: optTime(v.PickedUpAt), DeliveredAt: optTime(v.DeliveredAt), LastScanAt: optTime(v.LastScanAt), CustomsSince: optTime(v.CustomsSince),
		ExpectedFrom: optTime(v.Expected.From), ExpectedTo: optTime(v.Expected.To), Attempts: v.Attempts, Place: placeRecord(v.Place),
		Delayed: v.Delayed, NotFound: v.NotFound, PollingExpired: v.PollingExpired, Doubtful: v.Doubtful, AtRisk: v.AtRisk(s.Now()), RiskAt: optTime(v.RiskAt),
		Legs: convert(v.Legs, func(l shipment.Leg) ShipmentLeg {
			return ShipmentLeg{l.Seq, l.Name, l.Number, l.Params, optTime(l.LabelAt)}
		}),
		CreatedAt: at(v.CreatedAt), UpdatedAt: at(v.UpdatedAt),
	}
}

func trackingRecord(v shipment.Shipment, e shipment.Event) TrackingEvent {
	out := TrackingEvent{
		Status: string(e.Status), Cause: optText(string(e.Cause)), Reason: optText(string(e.Reason)), Code: optText(e.Code), Text: optText(e.Text),
		At: at(e.At), Zoned: e.Zoned, Place: placeRecord(e.Place), ExpectedFrom: optTime(e.Expected.From), ExpectedTo: optTime(e.Expected.To),
		Correction: e.Correction, Source: e.Source, PayloadID: optRef[aPayload](e.Payload), ArrivedAt: at(e.ArrivedAt),
	}
	for _, l := range v.Legs {
		if l.ID == e.Leg {
			out.Leg = l.Seq
		}
	}
	return out
}

// Sieve narrows a list of shipments, and their counts.
type Sieve struct {
	Status    string        `query:"status" maxLength:"300" example:"held,ready_for_pickup" doc:"Statuses apart by commas."`
	Order     Ref[anOrder]  `query:"order"`
	Product   Ref[aProduct] `query:"product" doc:"Of the newest 10,000 order lines of this product; takes the right to see products."`
	Shop      Ref[aShop]    `query:"shop"`
	Carrier   string        `query:"carrier" maxLength:"100" example:"Royal Mail"`
	Number    string        `query:"number" maxLength:"200" example:"3400 4341 6109 4"`
	From      string        `query:"from" maxLength:"2" example:"CN" doc:"The country that it comes from."`
	To        string        `query:"to" maxLength:"2" example:"PL" doc:"The country that it goes to."`
	Direction string        `query:"direction" enum:"out,back"`
}

func (s *server) filter(c *call, v Sieve) (shipment.Filter, error) {
	f := shipment.Filter{
		Order: order.ID(v.Order.num()), Shop: order.ShopID(v.Shop.num()), Carrier: v.Carrier, Key: order.TrackingKey(v.Number),
		From: strings.ToUpper(v.From), To: strings.ToUpper(v.To), Direction: shipment.Direction(v.Direction),
	}
	var err error
	if f.Sold, err = s.sold(c, v.Product); err != nil {
		return f, err
	}
	for name := range strings.FieldsFuncSeq(v.Status, func(r rune) bool { return r == ',' || r == ' ' }) {
		status := shipment.Status(name)
		if !status.Valid() {
			return f, errs.Field("status", "error.tracking_status", "status", name)
		}
		f.Status = append(f.Status, status)
	}
	return f, nil
}

func (s *server) shipmentList(c *call, in *struct {
	Board string `query:"board" enum:"risk,customs,attempts,pickup,lost,doubtful,open" doc:"What wants looking after."`
	Sieve
	Paging
	Picking
}) (*pageOut[Shipment], error) {
	f, err := s.filter(c, in.Sieve)
	if err != nil {
		return nil, err
	}
	f = f.On(shipment.Board(in.Board), s.Now())
	sort, _ := f.Sort()
	var after shipment.Cursor
	if in.Cursor != "" {
		var kind, ms, last int64
		if err := readCursor('s', in.Cursor, &kind, &ms, &last); err != nil {
			return nil, err
		}
		if kind != int64(sort) {
			return nil, errs.Field("cursor", "error.cursor")
		}
		after = shipment.Cursor{At: time.UnixMilli(ms).UTC(), ID: shipment.ID(last)}
	}
	found, err := s.Shipments.List(c, c.actor, f, after, min(in.Limit+1, shipment.MaxPage))
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > in.Limit || len(found) == shipment.MaxPage {
		found = found[:min(len(found), in.Limit)]
		place := f.CursorAt(found[len(found)-1])
		next = writeCursor('s', int64(sort), place.At.UnixMilli(), int64(place.ID))
	}
	return page(c, convert(found, s.shipmentRecord), next), nil
}

// BoardCount is how many shipments a board holds.
type BoardCount struct {
	Board string `json:"board" enum:"risk,customs,attempts,pickup,lost,doubtful,open"`
	Count int    `json:"count" example:"12"`
	More  bool   `json:"more" doc:"There are more than were counted."`
}

// BoardCounts is how many shipments each board holds.
type BoardCounts struct {
	Boards []BoardCount `json:"boards" nullable:"false"`
}

func (s *server) shipmentCount(c *call, in *struct {
	Sieve
	Picking
}) (*recordOut[BoardCounts], error) {
	f, err := s.filter(c, in.Sieve)
	if err != nil {
		return nil, err
	}
	boards := shipment.Boards()
	list := convert(boards, func(b shipment.Board) shipment.Filter { return f.On(b, s.Now()) })
	counts, err := s.Shipments.Counts(c, c.actor, list, shipment.CountLimit+1)
	if err != nil {
		return nil, err
	}
	out := BoardCounts{}
	for i, b := range boards {
		out.Boards = append(out.Boards, BoardCount{string(b), min(counts[i], shipment.CountLimit), counts[i] > shipment.CountLimit})
	}
	return record(out), nil
}

func (s *server) shipmentGet(c *call, in *struct {
	Shipment Ref[aShipment] `path:"shipment" doc:"The shipment's id."`
	Picking
}) (*recordOut[Shipment], error) {
	id := shipment.ID(in.Shipment.num())
	v, err := s.Shipments.Get(c, c.actor, id)
	if err != nil {
		return nil, err
	}
	events, err := s.Shipments.Events(c, c.actor, id)
	if err != nil {
		return nil, err
	}
	out := s.shipmentRecord(v)
	out.Events = convert(events, func(e shipment.Event) TrackingEvent { return trackingRecord(v, e) })
	return record(out), nil
}

func (s *server) shipmentPayload(c *call, in *struct {
	Shipment Ref[aShipment] `path:"shipment" doc:"The shipment's id."`
	Payload  Ref[aPayload]  `path:"payload" doc:"The payload_id of an event of the shipment."`
}) (*bytesOut, error) {
	raw, err := s.Shipments.Payload(c, c.actor, shipment.ID(in.Shipment.num()), shipment.PayloadID(in.Payload.num()))
	if err != nil {
		return nil, err
	}
	return &bytesOut{ContentType: "application/octet-stream", Policy: filePolicy, Disposition: download(string(in.Payload) + ".txt"), Body: raw}, nil
}

// TrackingDraft is a tracking event as a program tells it.
type TrackingDraft struct {
	Carrier      string            `json:"carrier,omitempty" maxLength:"200" example:"DHL" doc:"May be left out where the number says enough."`
	Number       string            `json:"number" minLength:"1" maxLength:"200" example:"00340434161094"`
	Params       map[string]string `json:"params,omitempty" doc:"What the carrier wants to know besides the number. Kept when the number is new."`
	Onward       *OnwardNumber     `json:"onward,omitempty" doc:"The number under which the next carrier moves the parcel, if the event tells it."`
	Status       string            `json:"status,omitempty" enum:"unknown,announced,picked_up,in_transit,in_customs,out_for_delivery,ready_for_pickup,attempt_failed,held,delivered,returning,returned,lost,destroyed,cancelled"`
	Cause        string            `json:"cause,omitempty" enum:"carrier,shipper,recipient,customs,force_majeure" doc:"That of the reason by default."`
	Reason       string            `json:"reason,omitempty" maxLength:"40" example:"recipient_absent"`
	Code         string            `json:"code,omitempty" maxLength:"200" example:"DEP" doc:"The carrier's own."`
	Text         string            `json:"text,omitempty" maxLength:"1000" example:"Departed from the sorting centre" doc:"The carrier's own words."`
	At           time.Time         `json:"at" doc:"When it happened."`
	Unzoned      bool              `json:"unzoned,omitempty" doc:"The time's zone is not known."`
	Place        Place             `json:"place,omitempty" required:"false"`
	ExpectedFrom *time.Time        `json:"expected_from,omitempty" doc:"When the carrier thinks to deliver."`
	ExpectedTo   *time.Time        `json:"expected_to,omitempty"`
	Correction   bool              `json:"correction,omitempty" doc:"The event tells what is, against what was said before."`
}

// OnwardNumber is the number of a next leg.
type OnwardNumber struct {
	Carrier string            `json:"carrier,omitempty" maxLength:"200" example:"Poczta Polska"`
	Number  string            `json:"number" minLength:"1" maxLength:"200" example:"RR123456785PL"`
	Params  map[string]string `json:"params,omitempty"`
}

// TrackingBatch is tracking events of any parcels.
type TrackingBatch struct {
	Events []TrackingDraft `json:"events" nullable:"false" minItems:"1" maxItems:"1000"`
}

// TrackingResult says what became of tracking events.
type TrackingResult struct {
	Added   int               `json:"added" example:"3" doc:"Events that were not known."`
	Known   int               `json:"known" example:"0" doc:"Events that were."`
	Created int               `json:"created" example:"0" doc:"Shipments that were made for numbers nobody had told of."`
	Changed int               `json:"changed" example:"2" doc:"Statuses that the events caused."`
	Refused []TrackingRefusal `json:"refused" nullable:"false"`
}

// TrackingRefusal says why an event was not taken.
type TrackingRefusal struct {
	Index int    `json:"index" example:"0" doc:"Its place in the list that was sent, from 0."`
	Field string `json:"field" example:"at"`
	Code  string `json:"code" example:"tracking_time"`
}

func (d TrackingDraft) report() shipment.Report {
	r := shipment.Report{
		Number: shipment.Number{Carrier: d.Carrier, Number: d.Number, Params: d.Params},
		Event: shipment.Event{
			Status: shipment.Status(d.Status), Cause: shipment.Cause(d.Cause), Reason: shipment.Reason(d.Reason), Code: d.Code, Text: d.Text,
			At: d.At, Zoned: !d.Unzoned, Place: d.Place.place(), Expected: shipment.Window{From: timeOf(d.ExpectedFrom), To: timeOf(d.ExpectedTo)}, Correction: d.Correction,
		},
	}
	if d.Onward != nil {
		r.Onward = shipment.Number{Carrier: d.Onward.Carrier, Number: d.Onward.Number, Params: d.Onward.Params}
	}
	return r
}

func (s *server) trackingSave(c *call, in *struct{ Body TrackingBatch }) (*recordOut[TrackingResult], error) {
	did, err := s.Shipments.Ingest(c, c.actor, shipment.Delivery{Source: "api", Reports: convert(in.Body.Events, TrackingDraft.report)})
	if err != nil {
		return nil, err
	}
	out := TrackingResult{Added: did.Added, Known: did.Known, Created: did.Created, Changed: did.Changed}
	out.Refused = convert(did.Refused, func(r shipment.Refusal) TrackingRefusal {
		x := TrackingRefusal{Index: r.Index}
		var e *errs.Error
		if errors.As(r.Err, &e) {
			x.Field, x.Code = e.Field, strings.TrimPrefix(e.Key, "error.")
		}
		return x
	})
	return record(out), nil
}
