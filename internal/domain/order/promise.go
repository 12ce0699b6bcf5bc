package order

import (
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// Promise is what the customer was told of delivery when they bought. The zero
// Promise is none: nothing was told, or nobody told us.
type Promise struct {
	Quote    string    `json:"quote,omitempty"`    // the quote that it was taken from, "" if it came another way
	Service  string    `json:"service,omitempty"`  // the way of sending, as the customer saw it
	Currency string    `json:"currency,omitempty"` // of the sums, ISO 4217
	Price    int64     `json:"price,omitempty"`    // of sending, in minor units
	Duty     int64     `json:"duty,omitempty"`     // an estimate, unless the seller pays it
	Tax      int64     `json:"tax,omitempty"`      // likewise
	Paid     bool      `json:"paid,omitempty"`     // duty and tax are paid by the seller: nothing is due at the door
	From     time.Time `json:"from,omitzero"`      // the first day on which it should come: midnight in UTC names the day there
	To       time.Time `json:"to,omitzero"`        // the last day
	DaysFrom int       `json:"days_from,omitempty"`
	DaysTo   int       `json:"days_to,omitempty"` // days after the order, where no dates were told
	Source   string    `json:"source,omitempty"`  // who says so: a plan and its version, the shop's platform, a file
	QuotedAt time.Time `json:"quoted_at,omitzero"`
}

// IsZero reports whether nothing was promised.
func (p Promise) IsZero() bool { return p == Promise{} }

// longestPromise is the most days ahead of an order that a promise may speak of.
const longestPromise = 400

// normalise fills the dates of a promise from its days, and checks it.
func (p Promise) normalise(placed time.Time, currency string) (Promise, error) {
	if p.IsZero() {
		return p, nil
	}
	p.Quote, p.Service, p.Source = line(p.Quote), line(p.Service), line(p.Source)
	p.From, p.To, p.QuotedAt = day(p.From), day(p.To), toMilli(p.QuotedAt)
	if p.Currency == "" {
		p.Currency = currency
	}
	if !isCurrency(p.Currency) {
		return p, errs.Field("promise", "error.currency", "currency", p.Currency)
	}
	if p.DaysFrom < 0 || p.DaysTo < 0 || p.DaysTo != 0 && p.DaysTo < p.DaysFrom || max(p.DaysFrom, p.DaysTo) > longestPromise {
		return p, errs.Field("promise", "error.promise_days")
	}
	if p.To.IsZero() && p.DaysTo != 0 && !placed.IsZero() {
		p.From, p.To = day(placed).AddDate(0, 0, p.DaysFrom), day(placed).AddDate(0, 0, p.DaysTo)
	}
	if p.From.IsZero() {
		p.From = p.To
	}
	if p.To.Before(p.From) {
		return p, errs.Field("promise", "error.promise_days")
	}
	if p.Price < 0 || p.Duty < 0 || p.Tax < 0 {
		return p, errs.Field("promise", "error.promise_sum")
	}
	return p, nil
}

// day is the day of a time in UTC, as its midnight.
func day(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
