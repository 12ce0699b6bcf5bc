package api

import (
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/lanes"
)

// Lane is what one lane did in a period.
type Lane struct {
	From         string   `json:"from" example:"CN" doc:"The country that its parcels come from; empty if nobody knows."`
	To           string   `json:"to" example:"PL"`
	Carrier      string   `json:"carrier" example:"yunexpress"`
	Service      string   `json:"service" example:"economy" doc:"Of the carrier, or empty."`
	Arrived      int      `json:"arrived" example:"412"`
	Lost         int      `json:"lost" example:"3"`
	LossRate     float64  `json:"loss_rate" example:"0.0072" doc:"From 0 to 1."`
	Due          int      `json:"due" doc:"Parcels that had a promise."`
	Kept         int      `json:"kept" doc:"Those that arrived within it."`
	PromisedDays *float64 `json:"promised_days" doc:"What customers were told, on average; null without promises."`
	MedianDays   *float64 `json:"median_days" example:"9.4" doc:"From the first scan to delivery."`
	P90Days      *float64 `json:"p90_days" example:"16.1" doc:"The same for the slowest parcel of ten."`
}

// Lanes is what lanes did.
type Lanes struct {
	Lanes []Lane `json:"lanes" nullable:"false"`
}

func (s *server) laneList(c *call, in *struct {
	From    string `query:"from" maxLength:"2" example:"CN"`
	To      string `query:"to" maxLength:"2" example:"PL"`
	Carrier string `query:"carrier" maxLength:"100" example:"yunexpress"`
	Days    int    `query:"days" minimum:"1" maximum:"730" default:"90" doc:"How many days it goes back; whole weeks are counted."`
	Picking
}) (*recordOut[Lanes], error) {
	out := Lanes{Lanes: []Lane{}}
	if s.Lanes == nil {
		return record(out), nil
	}
	now := s.Now()
	list, err := s.Lanes.Performance(c, c.actor, lanes.Filter{
		From: strings.ToUpper(in.From), To: strings.ToUpper(in.To), Carrier: shipment.CarrierKey(in.Carrier), Since: now.AddDate(0, 0, -in.Days), Until: now,
	})
	if err != nil {
		return nil, err
	}
	days := func(d time.Duration) *float64 {
		if d <= 0 {
			return nil
		}
		n := d.Hours() / 24
		return &n
	}
	out.Lanes = append(out.Lanes, convert(list, func(x lanes.Row) Lane {
		return Lane{
			From: x.Lane.Origin, To: x.Lane.Dest, Carrier: x.Carrier, Service: x.Service, Arrived: x.Arrived, Lost: x.Lost, LossRate: x.LossRate, Due: x.Due, Kept: x.Kept,
			PromisedDays: days(x.Promised), MedianDays: days(x.Median), P90Days: days(x.Ninetieth),
		}
	})...)
	return record(out), nil
}
