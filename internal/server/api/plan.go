package api

import (
	"encoding/json"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/platform/auth"
)

func planGroup() group {
	read, manage := may(auth.Quote), may(auth.Quote, auth.ManagePlans)
	return group{"Shipping", "A shipping plan says what sending costs and how long it takes; a quote is what it says for one basket, with duty and tax.", []operation{
		{"quoteMake", "POST", "/quotes", may(auth.Quote, auth.ReadProducts), do((*server).quoteMake).upTo(texts), "Quote sending",
			"What sending a basket costs, when it arrives, and what duty and tax come on top, cheapest first. Duty and tax are estimates: each says where its rule is from and when it was last checked. " +
				"What an item does not say is taken from the product with its SKU. An order that is saved with `promise.quote` and `promise.service` keeps what was promised; a quote is known for 60 days."},
		{"planList", "GET", "/shipping-plans", read, do((*server).planList), "List shipping plans", "The newest version of each plan."},
		{"planGet", "GET", "/shipping-plans/{plan}", read, do((*server).planGet), "Get a shipping plan", "The newest version of a plan, or the one that is asked for."},
		{"planVersions", "GET", "/shipping-plans/{plan}/versions", read, do((*server).planVersions), "List the versions of a shipping plan", "Newest first. Versions never change."},
		{"planPut", "PUT", "/shipping-plans/{plan}", manage, do((*server).planPut).upTo(texts), "Save a shipping plan",
			"Checks a document and saves it as the next version. The same document twice makes no new version. docs/promise.md describes the document."},
	}}
}

// ShippingPlan is one version of a plan.
type ShippingPlan struct {
	Name     string          `json:"name" example:"main"`
	Version  int             `json:"version" example:"3"`
	Document json.RawMessage `json:"document,omitempty" doc:"As docs/promise.md describes it; left out of lists."`
	SavedAt  time.Time       `json:"saved_at"`
	SavedBy  *Ref[aPerson]   `json:"saved_by" nullable:"true"`
}

func planRecord(p plan.Plan, whole bool) ShippingPlan {
	out := ShippingPlan{Name: p.Name, Version: p.Version, SavedAt: at(p.SavedAt), SavedBy: optRef[aPerson](p.SavedBy)}
	if whole {
		out.Document = json.RawMessage(p.Document.Text())
	}
	return out
}

// ShippingPlans is plans or versions of one.
type ShippingPlans struct {
	Data []ShippingPlan `json:"data" nullable:"false"`
}

func (s *server) planList(c *call, _ *struct{}) (*recordOut[ShippingPlans], error) {
	list, err := s.Plans.Plans(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(ShippingPlans{convert(list, func(p plan.Plan) ShippingPlan { return planRecord(p, false) })}), nil
}

// PlanPath is the name of a plan in a path.
type PlanPath struct {
	Plan string `path:"plan" maxLength:"60" example:"main" doc:"The plan's name."`
}

func (s *server) planGet(c *call, in *struct {
	PlanPath
	Version int `query:"version" minimum:"0" doc:"The newest by default."`
}) (*recordOut[ShippingPlan], error) {
	p, err := s.Plans.Plan(c, c.actor, in.Plan, in.Version)
	if err != nil {
		return nil, err
	}
	return record(planRecord(p, true)), nil
}

func (s *server) planVersions(c *call, in *struct {
	PlanPath
	Before int `query:"before" minimum:"0" doc:"Versions before this one: the last of the page before."`
}) (*recordOut[ShippingPlans], error) {
	list, err := s.Plans.Versions(c, c.actor, in.Plan, in.Before)
	if err != nil {
		return nil, err
	}
	return record(ShippingPlans{convert(list, func(p plan.Plan) ShippingPlan { return planRecord(p, false) })}), nil
}

func (s *server) planPut(c *call, in *struct {
	PlanPath
	Body struct {
		Document json.RawMessage `json:"document"`
	} `nameHint:"ShippingPlanDraft"`
}) (*recordOut[ShippingPlan], error) {
	d, err := plan.Parse(in.Body.Document)
	if err != nil {
		return nil, err
	}
	p, err := s.Plans.Save(c, c.actor, in.Plan, d)
	if err != nil {
		return nil, err
	}
	return record(planRecord(p, true)), nil
}

// QuoteDraft asks for a quote.
type QuoteDraft struct {
	Plan     string      `json:"plan,omitempty" maxLength:"60" doc:"The plan's name; main by default."`
	ShopID   *Ref[aShop] `json:"shop_id,omitempty" doc:"Whose products the items are; any shop's by default."`
	Items    []QuoteItem `json:"items" nullable:"false" minItems:"1" maxItems:"200"`
	Currency string      `json:"currency,omitempty" maxLength:"3" example:"EUR" doc:"Of the items' prices. Without it the products' prices are taken, in their currency."`
	Show     string      `json:"show,omitempty" maxLength:"3" example:"PLN" doc:"The currency of the answer; that of the prices by default."`
	Language string      `json:"language,omitempty" maxLength:"35" example:"pl" doc:"Of the names of services."`
	Country  string      `json:"country" minLength:"2" maxLength:"2" example:"PL" doc:"ISO 3166-1 alpha-2."`
	Region   string      `json:"region,omitempty" maxLength:"100"`
	Postcode string      `json:"postcode,omitempty" maxLength:"20" example:"00-549"`
}

// QuoteItem is goods in a basket.
type QuoteItem struct {
	SKU      string `json:"sku" maxLength:"500" example:"TENT-2P"`
	Quantity int64  `json:"quantity" minimum:"1" maximum:"100000" example:"1"`
	Price    int64  `json:"price,omitempty" minimum:"0" example:"5000" doc:"Of one, in minor units."`
	Grams    int64  `json:"grams,omitempty" minimum:"0" example:"2400" doc:"Of one."`
	Size     Size   `json:"size,omitempty" required:"false"`
	HSCode   string `json:"hs_code,omitempty" maxLength:"12" pattern:"^[0-9]*$" example:"630622"`
	Origin   string `json:"origin,omitempty" maxLength:"2" example:"CN"`
}

// ShippingQuote is the ways in which a basket can be sent.
type ShippingQuote struct {
	ID       string           `json:"id" example:"qot_01h8xk3m5q0vg"`
	Plan     string           `json:"plan" example:"main 3" doc:"The plan and its version."`
	QuotedAt time.Time        `json:"quoted_at"`
	Options  []ShippingOption `json:"options" nullable:"false" doc:"Cheapest first."`
	Refused  []ShippingNo     `json:"refused" nullable:"false" doc:"Services that do not take the basket."`
}

// ShippingNo says why a service is no option.
type ShippingNo struct {
	Service string `json:"service"`
	Code    string `json:"code" enum:"zone,stock,weight,size,unweighed"`
}

// ShippingOption is one way of sending a basket.
type ShippingOption struct {
	Service      string        `json:"service" example:"economy"`
	Title        string        `json:"title" example:"Economy"`
	Warehouse    string        `json:"warehouse" example:"shenzhen"`
	Price        Money         `json:"price" doc:"Of sending."`
	Free         bool          `json:"free" doc:"The goods reach the sum from which sending is free."`
	Grams        int64         `json:"billable_grams" doc:"By weight or volume, whichever is more."`
	LeavesOn     string        `json:"leaves_on" format:"date"`
	DeliverFrom  string        `json:"deliver_from" format:"date"`
	DeliverUntil string        `json:"deliver_until" format:"date"`
	DaysFrom     int           `json:"days_from" doc:"Days from the order."`
	DaysUntil    int           `json:"days_until"`
	Duty         Charge        `json:"duty"`
	Tax          Charge        `json:"tax"`
	Total        Money         `json:"total" doc:"Sending with duty and tax, unless the seller pays them."`
	Returns      ReturnTerms   `json:"returns"`
	Rates        []CrossedRate `json:"rates" nullable:"false" doc:"The exchange rates that sums were converted by."`
}

// Charge is an estimate of duty or tax.
type Charge struct {
	Name      *string `json:"name" example:"VAT"`
	Amount    Money   `json:"amount"`
	Due       string  `json:"due" enum:"never,checkout,door,seller,unknown" doc:"Never: nothing is taken. Checkout: the shop takes it. Door: the recipient pays the carrier or customs. Seller: the merchant pays it. Unknown: no rule is known; the amount says nothing."`
	AtLeast   bool    `json:"at_least" doc:"A part of it is not known."`
	Status    *string `json:"status" doc:"sourced, verify, general_knowledge or merchant: how far it can be relied on."`
	Source    *string `json:"source"`
	CheckedOn *string `json:"checked_on" doc:"When the rule was last checked; null if that is not known."`
	Note      *string `json:"note"`
}

// ReturnTerms is how goods go back.
type ReturnTerms struct {
	Days    int     `json:"days" example:"30" doc:"After delivery."`
	Law     bool    `json:"law" doc:"The law of the destination gives more days than the merchant."`
	Free    bool    `json:"free" doc:"The merchant pays the way back."`
	Country *string `json:"country" example:"DE" doc:"Where they go."`
}

// CrossedRate is the rate between two currencies.
type CrossedRate struct {
	From    string   `json:"from" example:"EUR"`
	To      string   `json:"to" example:"PLN"`
	Value   string   `json:"value" example:"4.76300000" doc:"Eight decimals, for people."`
	Sources []string `json:"sources" nullable:"false"`
	Day     string   `json:"day" format:"date"`
	AgeDays int      `json:"age_days"`
	Stale   bool     `json:"stale"`
}

func chargeRecord(c plan.Charge) Charge {
	return Charge{
		Name: optText(c.Name), Amount: Money{c.Amount.Minor, c.Amount.Currency}, Due: string(c.Due), AtLeast: c.AtLeast, Status: optText(c.Status), Source: optText(c.Source),
		CheckedOn: optText(c.CheckedOn), Note: optText(c.Note),
	}
}

func quoteRecord(a plan.Answer) ShippingQuote {
	const refused = len("plan.no.")
	return ShippingQuote{
		ID: a.ID.String(), Plan: a.Plan.Label(), QuotedAt: a.At,
		Refused: convert(a.Offer.Refused, func(r plan.Refusal) ShippingNo { return ShippingNo{r.Service, r.Key[refused:]} }),
		Options: convert(a.Offer.Options, func(o plan.Option) ShippingOption {
			return ShippingOption{
				Service: o.Service, Title: o.Title, Warehouse: o.Warehouse, Price: Money{o.Price.Minor, o.Price.Currency}, Free: o.Free, Grams: o.Grams,
				LeavesOn: o.Leaves.Format(time.DateOnly), DeliverFrom: o.From.Format(time.DateOnly), DeliverUntil: o.To.Format(time.DateOnly), DaysFrom: o.DaysFrom, DaysUntil: o.DaysTo,
				Duty: chargeRecord(o.Duty), Tax: chargeRecord(o.Tax), Total: Money{o.Total.Minor, o.Total.Currency},
				Returns: ReturnTerms{o.Returns.Days, o.Returns.Law, o.Returns.Free, optText(o.Returns.Country)},
				Rates: convert(o.Rates, func(x fx.Cross) CrossedRate {
					return CrossedRate{x.From, x.To, x.Value().FloatString(8), convert(x.Sources(), func(s fx.Source) string { return string(s) }), x.Day.Format(time.DateOnly), x.AgeDays, x.Stale}
				}),
			}
		}),
	}
}

func (s *server) quoteMake(c *call, in *struct{ Body QuoteDraft }) (*recordOut[ShippingQuote], error) {
	d := in.Body
	r := plan.Request{Plan: d.Plan, Priced: d.Currency != "", Basket: plan.Basket{
		Currency: d.Currency, Show: d.Show, Language: d.Language, Country: d.Country, Region: d.Region, Postcode: d.Postcode,
		Items: convert(d.Items, func(i QuoteItem) plan.Item {
			return plan.Item{SKU: i.SKU, Quantity: i.Quantity, Price: i.Price, Grams: i.Grams, Length: i.Size.Length, Width: i.Size.Width, Height: i.Size.Height, HS: i.HSCode, Origin: i.Origin}
		}),
	}}
	if d.ShopID != nil {
		r.Shop = order.ShopID(d.ShopID.num())
	}
	a, err := s.Plans.Quote(c, c.actor, r)
	if err != nil {
		return nil, err
	}
	return record(quoteRecord(a)), nil
}

// promised fills the promise of an order from the quote that it names.
func (s *server) promised(c *call, n *order.New) error {
	if n.Promise.Quote == "" {
		return nil
	}
	p, err := s.Plans.Promise(c, c.actor, n.Promise.Quote, n.Promise.Service)
	switch {
	case errs.Is(err, errs.NotFound):
		return nil // quoted elsewhere, or forgotten: what the order says of it stands
	case err != nil:
		return err
	}
	n.Promise = p
	return nil
}
