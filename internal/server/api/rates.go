package api

import (
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/platform/auth"
)

func ratesGroup() group {
	read, manage := may(auth.Quote), may(auth.Quote, auth.ManagePlans)
	return group{"Exchange rates", "An exchange rate says that one unit of a currency is worth so many of another, with its day and source.", []operation{
		{"rateList", "GET", "/exchange-rates", read, do((*server).rateList), "List the exchange rates",
			"The rates as they stand now. The merchant's own go before the bank's. Currencies that no rate names together are crossed through the euro."},
		{"rateHistory", "GET", "/exchange-rates/{base}/{quote}", read, do((*server).rateHistory), "List the rates between two currencies",
			"What was told of two currencies, the newest day first. The bank's rates have the base EUR."},
		{"ratePut", "PUT", "/exchange-rates/{base}/{quote}", manage, do((*server).ratePut), "Set a rate of your own",
			"It goes before the bank's until it ends, is replaced or taken away."},
		{"rateImport", "POST", "/exchange-rates/import", manage, do((*server).rateImport).upTo(feed), "Import the bank's rates",
			"Takes a file as the European Central Bank publishes it (`eurofxref-daily.xml`, `-hist.xml`, `.csv`) and tells how many rates are new or different; the same file twice changes nothing."},
		{"rateDrop", "DELETE", "/exchange-rates/{base}/{quote}", manage, do((*server).rateDrop), "Take your own rate away", "The bank's holds again."},
	}}
}

// ExchangeRate says that one unit of base is worth value of quote.
type ExchangeRate struct {
	Base    string    `json:"base" example:"EUR" doc:"ISO 4217."`
	Quote   string    `json:"quote" example:"USD"`
	Value   string    `json:"value" example:"1.0163" doc:"A decimal number, as it was told."`
	Source  string    `json:"source" enum:"ecb,manual" doc:"The European Central Bank's reference rate, or the merchant's own."`
	Day     string    `json:"day" format:"date" example:"2026-11-20"`
	Until   *string   `json:"until" format:"date" doc:"The last day of a rate of one's own."`
	AgeDays int       `json:"age_days" example:"2"`
	Stale   bool      `json:"stale" doc:"Older than five days: use it with care, and say so."`
	AddedAt time.Time `json:"added_at"`
}

func rateRecord(t fx.Table, r fx.Rate) ExchangeRate {
	days, stale := t.Age(r)
	return ExchangeRate{
		Base: r.Base, Quote: r.Quote, Value: r.Value.String(), Source: string(r.Source), Day: r.Day.Format(time.DateOnly), Until: optDate(r.Until),
		AgeDays: days, Stale: stale, AddedAt: at(r.AddedAt),
	}
}

// ExchangeRates is all rates of a moment.
type ExchangeRates struct {
	Data []ExchangeRate `json:"data" nullable:"false"`
}

func (s *server) rateList(c *call, _ *struct{}) (*recordOut[ExchangeRates], error) {
	t, err := s.Rates.Table(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(ExchangeRates{convert(t.Rates(), func(r fx.Rate) ExchangeRate { return rateRecord(t, r) })}), nil
}

// RatePath is two currencies in a path.
type RatePath struct {
	Base  string `path:"base" minLength:"3" maxLength:"3" example:"EUR" doc:"ISO 4217."`
	Quote string `path:"quote" minLength:"3" maxLength:"3" example:"USD"`
}

func (s *server) rateHistory(c *call, in *struct {
	RatePath
	Before string `query:"before" format:"date" doc:"Days before this one: the last day of the page before."`
}) (*recordOut[ExchangeRates], error) {
	list, err := s.Rates.History(c, c.actor, in.Base, in.Quote, dateOf(in.Before), fx.MaxPage)
	if err != nil {
		return nil, err
	}
	now := fx.NewTable(s.Now(), nil)
	return record(ExchangeRates{convert(list, func(r fx.Rate) ExchangeRate { return rateRecord(now, r) })}), nil
}

// RateDraft is a rate of one's own.
type RateDraft struct {
	Value string `json:"value" minLength:"1" maxLength:"20" example:"7.25"`
	Day   string `json:"day,omitempty" format:"date" doc:"The first day; today by default."`
	Until string `json:"until,omitempty" format:"date" doc:"The last day; without it the rate holds until it is taken away."`
}

func (s *server) ratePut(c *call, in *struct {
	RatePath
	Body RateDraft
}) (*recordOut[ExchangeRate], error) {
	v, err := fx.ParseDecimal(in.Body.Value)
	if err != nil {
		return nil, err
	}
	r, err := s.Rates.Put(c, c.actor, fx.Rate{Base: in.Base, Quote: in.Quote, Value: v, Day: dateOf(in.Body.Day), Until: dateOf(in.Body.Until)})
	if err != nil {
		return nil, err
	}
	return record(rateRecord(fx.NewTable(s.Now(), nil), r)), nil
}

// feed bounds a file of the bank; its whole history has 8 MB as XML.
const feed = 32 << 20

// FeedDraft is a file of exchange rates.
type FeedDraft struct {
	Feed string `json:"feed" minLength:"1" doc:"The file as text."`
}

// FeedOutcome is what a file of exchange rates did.
type FeedOutcome struct {
	Changed int `json:"changed" example:"30" doc:"Rates that are new or different."`
}

func (s *server) rateImport(c *call, in *struct{ Body FeedDraft }) (*recordOut[FeedOutcome], error) {
	rates, err := fx.ReadECB(strings.NewReader(in.Body.Feed))
	if err != nil {
		return nil, err
	}
	n, err := s.Rates.Import(c, c.actor, rates)
	if err != nil {
		return nil, err
	}
	return record(FeedOutcome{n}), nil
}

func (s *server) rateDrop(c *call, in *struct{ RatePath }) (*noneOut, error) {
	return &noneOut{}, s.Rates.Drop(c, c.actor, in.Base, in.Quote)
}
