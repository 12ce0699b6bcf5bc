package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/order"
)

// Promise is what a customer was told of delivery when they bought.
type Promise struct {
	Quote        *string    `json:"quote" doc:"The quote that it was taken from."`
	Service      *string    `json:"service" example:"Economy"`
	Price        Money      `json:"price" doc:"Of sending."`
	Duty         Money      `json:"duty" doc:"An estimate, unless the seller pays it."`
	Tax          Money      `json:"tax" doc:"Likewise."`
	Paid         bool       `json:"duty_and_tax_paid" doc:"The seller pays duty and tax: nothing is due at the door."`
	DeliverFrom  *string    `json:"deliver_from" format:"date" example:"2026-12-01"`
	DeliverUntil *string    `json:"deliver_until" format:"date" example:"2026-12-08"`
	Source       *string    `json:"source" example:"main 3" doc:"Who says so: a shipping plan and its version, the shop's platform, a file."`
	QuotedAt     *time.Time `json:"quoted_at"`
}

func promiseRecord(p order.Promise) *Promise {
	if p.IsZero() {
		return nil
	}
	sum := func(minor int64) Money { return Money{minor, p.Currency} }
	return &Promise{
		Quote: optText(p.Quote), Service: optText(p.Service), Price: sum(p.Price), Duty: sum(p.Duty), Tax: sum(p.Tax), Paid: p.Paid,
		DeliverFrom: optDate(p.From), DeliverUntil: optDate(p.To), Source: optText(p.Source), QuotedAt: optTime(p.QuotedAt),
	}
}

// optDate writes a day, null for none.
func optDate(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.Format(time.DateOnly)
	return &s
}

// dateOf reads a day. The schema has judged the text; one that is empty is none.
func dateOf(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, s)
	return t
}

// PromiseDraft is a promise as a shop tells it. Sums are in minor units.
type PromiseDraft struct {
	Quote        string     `json:"quote,omitempty" maxLength:"100"`
	Service      string     `json:"service,omitempty" maxLength:"500" example:"Economy"`
	Currency     string     `json:"currency,omitempty" maxLength:"3" example:"EUR" doc:"The order's by default."`
	Price        int64      `json:"price,omitempty" minimum:"0" example:"490"`
	Duty         int64      `json:"duty,omitempty" minimum:"0"`
	Tax          int64      `json:"tax,omitempty" minimum:"0"`
	Paid         bool       `json:"duty_and_tax_paid,omitempty"`
	DeliverFrom  string     `json:"deliver_from,omitempty" format:"date" example:"2026-12-01"`
	DeliverUntil string     `json:"deliver_until,omitempty" format:"date" example:"2026-12-08"`
	DaysFrom     int        `json:"days_from,omitempty" minimum:"0" maximum:"400" doc:"Days after the order, where no dates were told."`
	DaysUntil    int        `json:"days_until,omitempty" minimum:"0" maximum:"400"`
	Source       string     `json:"source,omitempty" maxLength:"500"`
	QuotedAt     *time.Time `json:"quoted_at,omitempty"`
}

func (d PromiseDraft) promise() order.Promise {
	return order.Promise{
		Quote: d.Quote, Service: d.Service, Currency: d.Currency, Price: d.Price, Duty: d.Duty, Tax: d.Tax, Paid: d.Paid, From: dateOf(d.DeliverFrom), To: dateOf(d.DeliverUntil),
		DaysFrom: d.DaysFrom, DaysTo: d.DaysUntil, Source: d.Source, QuotedAt: timeOf(d.QuotedAt),
	}
}
