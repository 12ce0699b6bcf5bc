package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/flow/outlay"
)

// Outlay is what the cases of one market, product, reason, remedy or way back cost.
type Outlay struct {
	Key       string `json:"key" example:"damaged" doc:"Of a lane the customer's country and the way back."`
	Currency  string `json:"currency" example:"EUR"`
	Cases     int64  `json:"cases" example:"214" doc:"Ways out; by product, one of several articles counts for each."`
	Refunds   int64  `json:"refunds" doc:"Without tax and duty, in minor units as all that follows."`
	Tax       int64  `json:"tax" doc:"Tax and duty that were paid back and do not come back."`
	Goods     int64  `json:"goods" doc:"Sent instead."`
	Freight   int64  `json:"freight"`
	Handling  int64  `json:"handling"`
	Credit    int64  `json:"credit" doc:"What store credit costs."`
	Recovered int64  `json:"recovered" doc:"What goods that come back are worth."`
	Cost      int64  `json:"cost" doc:"The sum of all, less what is recovered: as the decisions expected it."`
	Known     int64  `json:"known" doc:"Ways out of which what happened is known."`
	Planned   int64  `json:"planned" doc:"What those were expected to cost."`
	Happened  int64  `json:"happened" doc:"What they cost."`
}

// OutlayReport is what cases cost.
type OutlayReport struct {
	Data []Outlay `json:"data" nullable:"false"`
}

// OutlayCases are the cases behind a row.
type OutlayCases struct {
	Data []Case `json:"data" nullable:"false"`
}

// OutlayAsk narrows the report.
type OutlayAsk struct {
	By       string `query:"by" enum:"lane,product,reason,remedy,market" default:"reason"`
	Market   string `query:"market" maxLength:"2" example:"DE"`
	Currency string `query:"currency" maxLength:"3" example:"EUR"`
	Days     int    `query:"days" minimum:"1" maximum:"730" default:"90" doc:"Of cases that were opened in that many days; whole weeks are counted."`
}

func (a OutlayAsk) filter(now time.Time) outlay.Filter {
	return outlay.Filter{Dim: outlay.Dim(a.By), Market: a.Market, Currency: a.Currency, Since: now.AddDate(0, 0, -a.Days), Until: now}
}

func (s *server) outlayList(c *call, in *struct{ OutlayAsk }) (*recordOut[OutlayReport], error) {
	list, err := s.Outlays.Report(c, c.actor, in.filter(s.Now()))
	if err != nil {
		return nil, err
	}
	return record(OutlayReport{convert(list, func(r outlay.Row) Outlay {
		return Outlay{
			Key: r.Key, Currency: r.Currency, Cases: r.Cases, Refunds: r.Refunds, Tax: r.Tax, Goods: r.Goods, Freight: r.Freight, Handling: r.Handling, Credit: r.Credit, Recovered: r.Recovered,
			Cost: r.Cost(), Known: r.Known, Planned: r.Planned, Happened: r.Happened,
		}
	})}), nil
}

func (s *server) outlayCases(c *call, in *struct {
	OutlayAsk
	Key string `query:"key" maxLength:"200" example:"damaged" doc:"Of the row."`
}) (*recordOut[OutlayCases], error) {
	list, err := s.Outlays.Cases(c, c.actor, in.filter(s.Now()), in.Key)
	if err != nil {
		return nil, err
	}
	return record(OutlayCases{convert(list, func(x cases.Case) Case { return caseRecord(x) })}), nil
}
