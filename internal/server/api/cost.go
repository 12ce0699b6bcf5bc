package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/cost"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/platform/auth"
)

func costGroup() group {
	read, manage := may(auth.ReadCases), may(auth.ReadCases, auth.ManagePlans)
	return group{"Cost book", "The cost book holds what ways out of cases cost the merchant: freight by lane and weight, fees, what goods cost and are worth again, repair, tax and duty that come back. What it does not give stands as a careful built-in figure. Offers are ranked by it. Versions never change; what was decided stays as it was.", []operation{
		{"costBookGet", "GET", "/cost-book", read, do((*server).bookGet), "Get the cost book", "The newest version, or the one that is asked for. Version 0 is a book that nobody saved yet."},
		{"costBookPut", "PUT", "/cost-book", manage, do((*server).bookPut).upTo(costTexts), "Save the cost book", "Checks a whole book and saves it as the next version, in force for what is decided from now on; the same book twice makes no new one. What is wrong with it is told with its place, such as `lanes.3.bands.1.grams`."},
		{"costBookTry", "POST", "/cost-book/trials", manage, do((*server).bookTry).upTo(costTexts), "Try a cost book on an example order", "Decides about an order that never was by the policy in force, once by the saved book and once by this one, and tells the offers of both, the cheapest first. Writes nothing."},
	}}
}

// costTexts is how large a book may be.
const costTexts = 4 << 20

// CostBook is a version of the cost book.
type CostBook struct {
	Version int            `json:"version" example:"3" doc:"0: nobody saved one yet."`
	SavedAt *time.Time     `json:"saved_at" nullable:"true"`
	SavedBy *Ref[aPerson]  `json:"saved_by" nullable:"true"`
	Book    CostBookFigure `json:"book"`
}

// CostBookFigure is the figures of a book.
type CostBookFigure struct {
	Currency string      `json:"currency" maxLength:"3" example:"EUR"`
	Lanes    []CostLane  `json:"lanes,omitempty" nullable:"false"`
	Handling *int64      `json:"handling,omitempty" example:"150" doc:"Inspection and grading of a unit, in minor units."`
	Anew     string      `json:"anew,omitempty" example:"55%" doc:"Of the price, that goods without a cost of their own cost anew."`
	ResaleA  string      `json:"resale_a,omitempty" example:"80%" doc:"Of the price, that goods like new are worth again."`
	ResaleB  string      `json:"resale_b,omitempty" example:"50%" doc:"With signs of use."`
	ResaleC  string      `json:"resale_c,omitempty" example:"10%" doc:"For parts."`
	Repair   *CostRepair `json:"repair,omitempty"`
	TaxBack  string      `json:"tax_back,omitempty" example:"100%" doc:"Of refunded tax, that comes back."`
	Credit   string      `json:"credit,omitempty" example:"70%" doc:"Of its face value, that store credit costs."`
	Goods    []CostGoods `json:"goods,omitempty" nullable:"false"`
}

// CostLane is what parcels of one way cost.
type CostLane struct {
	Way      string     `json:"way" enum:"back,out" example:"back"`
	From     string     `json:"from,omitempty" maxLength:"2" example:"DE" doc:"The customer's country; any by default."`
	To       string     `json:"to,omitempty" maxLength:"2" example:"CN" doc:"The country that the order was sent from; any by default."`
	Route    string     `json:"route" enum:"drop_off,local_hub,local_warehouse,origin" example:"local_hub" doc:"Out: of the last two."`
	Bands    []CostBand `json:"bands" nullable:"false" doc:"Heavier than the last is several parcels of it."`
	Fee      int64      `json:"fee,omitempty" example:"80" doc:"Of the hub or counter, a unit."`
	Days     int        `json:"days,omitempty" example:"4"`
	DutyBack string     `json:"duty_back,omitempty" example:"0%" doc:"Of refunded duty, that comes back by this way."`
}

// CostBand is the freight of a parcel up to a weight.
type CostBand struct {
	Grams   int64 `json:"grams" example:"500"`
	Freight int64 `json:"freight" example:"390"`
}

// CostRepair is what the repair of a unit costs.
type CostRepair struct {
	Cost    int64 `json:"cost" example:"1200"`
	Freight int64 `json:"freight,omitempty" example:"390" doc:"Back to the customer."`
	Days    int   `json:"days,omitempty" example:"10"`
}

// CostGoods is the figures of an article.
type CostGoods struct {
	SKU     string `json:"sku" maxLength:"200" example:"LAMP-S"`
	Cost    *int64 `json:"cost,omitempty" example:"900" doc:"Of a new unit."`
	ResaleA *int64 `json:"resale_a,omitempty" example:"2400"`
	ResaleB *int64 `json:"resale_b,omitempty" example:"1500"`
	ResaleC *int64 `json:"resale_c,omitempty" example:"200"`
	Grams   int64  `json:"grams,omitempty" example:"740" doc:"Of one, packed."`
}

func bookRecord(v cost.Version) CostBook {
	out := CostBook{Version: v.Number, SavedBy: optRef[aPerson](v.SavedBy), Book: bookFigures(v.Book)}
	if v.Number > 0 {
		t := at(v.SavedAt)
		out.SavedAt = &t
	}
	return out
}

func bookFigures(b cost.Book) CostBookFigure {
	out := CostBookFigure{
		Currency: b.Currency, Handling: b.Handling, Anew: string(b.Anew), ResaleA: string(b.ResaleA), ResaleB: string(b.ResaleB), ResaleC: string(b.ResaleC), TaxBack: string(b.TaxBack), Credit: string(b.Credit),
		Lanes: convert(b.Lanes, func(l cost.Lane) CostLane {
			return CostLane{Way: l.Way, From: l.From, To: l.To, Route: l.Route, Fee: l.Fee, Days: l.Days, DutyBack: string(l.DutyBack), Bands: convert(l.Bands, func(x cost.Band) CostBand { return CostBand(x) })}
		}),
		Goods: convert(b.Goods, func(g cost.Goods) CostGoods { return CostGoods(g) }),
	}
	if b.Repair != nil {
		r := CostRepair(*b.Repair)
		out.Repair = &r
	}
	return out
}

// book reads the figures of a request.
func (f CostBookFigure) book() cost.Book {
	out := cost.Book{
		Currency: f.Currency, Handling: f.Handling, Anew: cost.Percent(f.Anew), ResaleA: cost.Percent(f.ResaleA), ResaleB: cost.Percent(f.ResaleB), ResaleC: cost.Percent(f.ResaleC), TaxBack: cost.Percent(f.TaxBack), Credit: cost.Percent(f.Credit),
		Lanes: convert(f.Lanes, func(l CostLane) cost.Lane {
			return cost.Lane{Way: l.Way, From: l.From, To: l.To, Route: l.Route, Fee: l.Fee, Days: l.Days, DutyBack: cost.Percent(l.DutyBack), Bands: convert(l.Bands, func(x CostBand) cost.Band { return cost.Band(x) })}
		}),
		Goods: convert(f.Goods, func(g CostGoods) cost.Goods { return cost.Goods(g) }),
	}
	if f.Repair != nil {
		r := cost.Repair(*f.Repair)
		out.Repair = &r
	}
	return out
}

func (s *server) bookGet(c *call, in *struct {
	Version int `query:"version" minimum:"0" doc:"The newest by default."`
}) (*recordOut[CostBook], error) {
	v, err := s.Costs.Book(c, c.actor, in.Version)
	if err != nil {
		return nil, err
	}
	return record(bookRecord(v)), nil
}

func (s *server) bookPut(c *call, in *struct {
	Body struct {
		Book  CostBookFigure `json:"book"`
		After int            `json:"after,omitempty" minimum:"0" example:"2" doc:"The version that this one was made from; another newest one is a conflict. 0 does not ask."`
	} `nameHint:"CostBookDraft"`
}) (*recordOut[CostBook], error) {
	v, err := s.Costs.Put(c, c.actor, in.Body.Book.book(), in.Body.After)
	if err != nil {
		return nil, err
	}
	return record(bookRecord(v)), nil
}

// CostOffer is a way out and what it costs.
type CostOffer struct {
	Remedy string `json:"remedy" example:"refund"`
	Basis  string `json:"basis" example:"policy" doc:"What it is offered by: the law's right, or the policy."`
	Route  string `json:"route" example:"local_hub"`
	Days   int    `json:"days" example:"9"`
	Paid   int64  `json:"paid" example:"4900" doc:"To the customer, in minor units of the order's currency."`
	Cost   int64  `json:"cost" example:"3120" doc:"To the merchant."`
}

// CostTrial is what a book changes for an example order.
type CostTrial struct {
	Currency string      `json:"currency" example:"EUR"`
	Before   []CostOffer `json:"before" nullable:"false" doc:"By the saved book, the cheapest first."`
	After    []CostOffer `json:"after" nullable:"false" doc:"By the book that is tried."`
	NoRate   bool        `json:"no_rate" doc:"The book is in a currency without a rate to the order's: its amounts were left out."`
}

func costOffers(list []decision.Offer) []CostOffer {
	return convert(list, func(o decision.Offer) CostOffer {
		return CostOffer{Remedy: o.Remedy.String(), Basis: o.Basis.String(), Route: o.Route.String(), Days: o.Days, Paid: o.Money.Total, Cost: o.Cost}
	})
}

func (s *server) bookTry(c *call, in *struct {
	Body struct {
		Book     CostBookFigure `json:"book"`
		From     string         `json:"from" maxLength:"2" example:"DE" doc:"The customer's country."`
		To       string         `json:"to,omitempty" maxLength:"2" example:"CN" doc:"The country that the order was sent from."`
		SKU      string         `json:"sku,omitempty" maxLength:"200" example:"LAMP-S"`
		Qty      int64          `json:"qty" minimum:"1" example:"1"`
		Grams    int64          `json:"grams,omitempty" example:"740" doc:"Of one; as the article weighs by default."`
		Price    int64          `json:"price" minimum:"1" example:"4900" doc:"Of one, in minor units."`
		Currency string         `json:"currency" maxLength:"3" example:"EUR"`
		Reason   string         `json:"reason" example:"changed_mind"`
	} `nameHint:"CostTrialDraft"`
}) (*recordOut[CostTrial], error) {
	stands, err := s.Costs.Book(c, c.actor, 0)
	if err != nil {
		return nil, err
	}
	b := in.Body
	did, err := s.Casework.Weigh(c, c.actor, casework.Sample{From: b.From, To: b.To, SKU: b.SKU, Qty: b.Qty, Grams: b.Grams, Price: b.Price, Currency: b.Currency, Reason: b.Reason}, stands.Book, b.Book.book())
	if err != nil {
		return nil, err
	}
	return record(CostTrial{Currency: b.Currency, Before: costOffers(did.Before), After: costOffers(did.After), NoRate: did.Figures.NoRate}), nil
}
