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

// KeptPromise is what became of what a shop promised by one service in a period.
type KeptPromise struct {
	ShopID     Ref[aShop] `json:"shop_id"`
	Plan       string     `json:"plan" example:"main" doc:"The shipping plan by which it was promised, or what else promised, such as a platform."`
	Service    string     `json:"service" example:"Economy" doc:"As the customer saw it."`
	Due        int        `json:"due" example:"412" doc:"Parcels of promised orders that arrived or were given up."`
	Kept       int        `json:"kept" example:"371" doc:"Of those, how many arrived on the last promised day or earlier."`
	Early      int        `json:"early" example:"40" doc:"Of those kept, how many arrived before the first promised day."`
	Lost       int        `json:"lost" example:"3"`
	FirstDays  float64    `json:"first_days" example:"7" doc:"The fewest days from order to door that were promised, on average."`
	LastDays   float64    `json:"last_days" example:"12" doc:"The most."`
	MedianDays *int       `json:"median_days" example:"9" doc:"Days of the calendar from order to door within which half of those that arrived did; null if none did."`
	P90Days    *int       `json:"p90_days" example:"13" doc:"The same for nine of ten."`
}

// KeptPromises is what became of promises.
type KeptPromises struct {
	Promises []KeptPromise `json:"promises" nullable:"false"`
	More     int           `json:"more" doc:"How many with fewer parcels are left out, beyond 200."`
}

func (s *server) promiseList(c *call, in *struct {
	From string `query:"from" maxLength:"2" example:"CN"`
	To   string `query:"to" maxLength:"2" example:"PL"`
	Days int    `query:"days" minimum:"1" maximum:"730" default:"90" doc:"How many days it goes back; whole weeks are counted."`
	Picking
}) (*recordOut[KeptPromises], error) {
	out := KeptPromises{Promises: []KeptPromise{}}
	if s.Lanes == nil {
		return record(out), nil
	}
	now := s.Now()
	list, all, err := s.Lanes.Promises(c, c.actor, lanes.Filter{From: strings.ToUpper(in.From), To: strings.ToUpper(in.To), Since: now.AddDate(0, 0, -in.Days), Until: now})
	if err != nil {
		return nil, err
	}
	days := func(n int, arrived bool) *int {
		if !arrived {
			return nil
		}
		return &n
	}
	out.More = all - len(list)
	out.Promises = append(out.Promises, convert(list, func(x lanes.Promise) KeptPromise {
		arrived := x.Due > x.Lost
		return KeptPromise{
			ShopID: refTo[aShop](x.Shop), Plan: x.Plan, Service: x.Service, Due: x.Due, Kept: x.Kept, Early: x.Early, Lost: x.Lost,
			FirstDays: x.First, LastDays: x.Last, MedianDays: days(x.Median, arrived), P90Days: days(x.Ninetieth, arrived),
		}
	})...)
	return record(out), nil
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
