package simulator

import (
	"encoding/json"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/adapter/carrier/generic"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/intake"
)

// source reads what the simulator writes: the shape that any program may send.
func source() intake.Source {
	s := generic.Source()
	s.Name = Name
	return s
}

// message is an answer in the shape of docs/tracking.md.
type message struct {
	Parcels []parcel `json:"parcels"`
}

type parcel struct {
	Number    string           `json:"number"`
	Carrier   string           `json:"carrier,omitempty"`
	Service   string           `json:"service,omitempty"`
	Direction string           `json:"direction,omitempty"`
	Status    shipment.Status  `json:"status"`
	Expected  *shipment.Window `json:"expected,omitempty"`
	UpdatedAt time.Time        `json:"updated_at"`
	Onward    *carried         `json:"onward,omitempty"`
	Events    []told           `json:"events"`
}

type carried struct {
	Carrier string `json:"carrier"`
	Number  string `json:"number"`
}

type told struct {
	At     string          `json:"at"`
	Status shipment.Status `json:"status"`
	Reason shipment.Reason `json:"reason,omitempty"`
	Code   string          `json:"code,omitempty"`
	Text   string          `json:"text,omitempty"`
	By     string          `json:"by,omitempty"`
	Place  *place          `json:"place,omitempty"`
}

type place struct {
	Country  string `json:"country,omitempty"`
	City     string `json:"city,omitempty"`
	Postcode string `json:"postcode,omitempty"`
}

func (m message) write() ([]byte, error) {
	raw, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write simulated parcels: %w", err)
	}
	return raw, nil
}

// parcel writes what is known of a journey at a real time; false if nothing is yet.
func (w world) parcel(number string, j journey, now time.Time) (parcel, bool) {
	p := parcel{Number: number, Carrier: j.carrier, Service: j.service, Direction: string(shipment.Out), Status: shipment.Unknown}
	for _, s := range j.scans {
		at := w.real(s.at)
		if w.real(s.heard).After(now) {
			continue
		}
		e := told{At: at.Format("2006-01-02T15:04:05.999Z07:00"), Status: s.status, Reason: s.reason, Code: s.code, Text: s.text, By: j.carrier}
		if s.local && !s.at.After(w.from) { // a clock that runs faster has no zones
			e.At = at.Add(chinaTime).Format("2006-01-02T15:04:05")
		}
		if s.onward {
			e.By = j.onward.Carrier
			p.Onward = &carried{j.onward.Carrier, j.onward.Number}
		}
		if s.place != (shipment.Place{}) {
			e.Place = &place{s.place.Country, s.place.City, s.place.Postcode}
		}
		p.Events = append(p.Events, e)
		if at.After(p.UpdatedAt) {
			p.UpdatedAt = at
		}
		p.Status = shipment.Next(p.Status, s.status)
	}
	if j.expected != (shipment.Window{}) && len(p.Events) > 1 && p.Status.Open() {
		p.Expected = &shipment.Window{From: w.real(j.expected.From), To: w.real(j.expected.To)}
	}
	return p, len(p.Events) > 0
}

// next returns when the first thing is heard that is not known at a real time.
func (w world) next(j journey, now time.Time) (time.Time, bool) {
	var first time.Time
	for _, s := range j.scans {
		if at := w.real(s.heard); at.After(now) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first, !first.IsZero()
}
