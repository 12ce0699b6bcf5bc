package app

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/cost"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/platform/auth"
)

// demoPolicy is what the merchant of the demo promises beside the law.
//
//go:embed demo_policy.yaml
var demoPolicy string

// demoCase is a case of the demo: who asks for what, and how far it has come.
type demoCase struct {
	country string
	kind    cases.Kind
	reason  string
	wants   string
	shown   []string // evidence
	words   string
	gift    bool
	foreign string // what was not bought here
	steps   int    // that it has taken already
}

// demoCases are cases of all kinds in the languages of their customers, at different phases.
var demoCases = []demoCase{
	{country: "DE", kind: cases.Withdrawal, reason: "changed_mind", wants: "refund", words: "Hiermit widerrufe ich den Kauf. Der Artikel ist ungeöffnet.", steps: 2},
	{country: "DE", kind: cases.Withdrawal, reason: "changed_mind", wants: "refund", words: "Ich möchte den Kauf widerrufen."},
	{country: "RU", kind: cases.Damaged, reason: "wrong_item", wants: "refund", shown: []string{"photo"}, words: "Прислали не тот цвет: заказывал чёрный, пришёл зелёный.", steps: 1},
	{country: "US", kind: cases.Exchange, reason: "size_fit", wants: "exchange", words: "Too small, I need the next size up before my trip.", steps: 4},
	{country: "JP", kind: cases.Damaged, reason: "damaged", wants: "partial_keep", shown: []string{"photo"}, words: "角に傷がありましたが、このまま使います。一部返金をお願いします。", steps: 3},
	{country: "GB", kind: cases.Warranty, reason: "defective", wants: "repair", shown: []string{"photo", "video"}, words: "It stopped working after a few weeks.", steps: 6},
	{country: "FR", kind: cases.NotReceived, reason: "late", wants: "refund", words: "Le colis n'est jamais arrivé."},
	{country: "US", kind: cases.Goodwill, reason: "other", wants: "partial_keep", words: "Everything is fine, but the box looked as if it had been opened."},
	{country: "PL", kind: cases.AtDoor, reason: "changed_mind", wants: "refund", words: "Nie przyjąłem paczki od kuriera."},
	{country: "DE", kind: cases.Return, reason: "size_fit", wants: "store_credit", gift: true, words: "Das war ein Geschenk und passt leider nicht.", steps: 1},
	{country: "US", kind: cases.Return, reason: "changed_mind", wants: "refund", foreign: "a red kettle", words: "I would like to return a kettle that I think I bought from you."},
	{country: "ES", kind: cases.Return, reason: "not_as_described", wants: "refund", words: "El color no es el de la foto."},
	{country: "IT", kind: cases.Withdrawal, reason: "changed_mind", wants: "refund", words: "Recedo dal contratto.", steps: 4},
}

// loadTerms writes what is promised beside the law, and what ways out cost.
func (l *demoLoader) loadTerms(ctx context.Context) error {
	if err := l.loadRates(ctx); err != nil {
		return err
	}
	if _, err := l.core.Policies.Save(ctx, l.owner, "standard", demoPolicy); err != nil {
		return fmt.Errorf("return policy: %w", err)
	}
	if _, err := l.core.Policies.Publish(ctx, l.owner, "standard", 1, l.clock.now().AddDate(-1, 0, 0)); err != nil {
		return fmt.Errorf("publish return policy: %w", err)
	}
	handling := int64(150)
	book := cost.Book{Currency: "EUR", Handling: &handling, Repair: &cost.Repair{Cost: 900, Freight: 450, Days: 12}}
	for _, place := range demoPlaces { // a parcel to the warehouse next door is cheaper than one home, and so is what leaves from there
		for _, market := range place.Markets {
			if place.Route != "local_warehouse" {
				continue
			}
			book.Lanes = append(book.Lanes,
				cost.Lane{Way: cost.Back, From: market, Route: place.Route, Bands: []cost.Band{{Grams: 500, Freight: 390}, {Grams: 2000, Freight: 620}, {Grams: 10_000, Freight: 1180}}, Fee: 90, Days: 6},
				cost.Lane{Way: cost.Out, From: market, Route: place.Route, Bands: []cost.Band{{Grams: 500, Freight: 440}, {Grams: 2000, Freight: 690}, {Grams: 10_000, Freight: 1290}}, Fee: 110, Days: 4})
		}
	}
	if _, err := l.core.Costs.Put(ctx, l.owner, book, 0); err != nil {
		return fmt.Errorf("cost book: %w", err)
	}
	return nil
}

// loadCases opens cases of all kinds by the verbs that customers and people have, and lets some of them go on.
func (l *demoLoader) loadCases(ctx context.Context) error {
	orders, err := l.bought(ctx)
	if err != nil {
		return err
	}
	for _, x := range demoCases {
		o, ok := x.order(orders, l.taken)
		if !ok {
			continue
		}
		l.taken[o.ID] = true
		c, err := x.open(ctx, l.core, o)
		if errs.Is(err, errs.Conflict) || errs.Is(err, errs.Invalid) { // a small demo may have nobody whom that befell
			continue
		}
		if err != nil {
			return fmt.Errorf("case of %s: %w", x.country, err)
		}
		for range x.steps {
			if err := l.core.demoStep(ctx, l.owner, c.ID); err != nil {
				return fmt.Errorf("case of %s goes on: %w", x.country, err)
			}
		}
	}
	leaner := strings.NewReplacer("bonus: 10%", "bonus: 5%", "partial: 20%", "partial: 30%", "postage: {size_fit: merchant}", "postage: {}").Replace(demoPolicy)
	if _, err := l.core.Replay.Start(ctx, l.owner, "standard", leaner, l.clock.now().AddDate(-1, 0, 0)); err != nil {
		return fmt.Errorf("replay a return policy: %w", err)
	}
	return nil
}

// bought returns the newest orders of the merchant, with their lines.
func (l *demoLoader) bought(ctx context.Context) ([]order.Order, error) {
	var out []order.Order
	var after order.Cursor
	for len(out) < 2000 {
		list, err := l.core.Orders.List(ctx, l.owner, order.Filter{}, after, 200)
		if err != nil || len(list) == 0 {
			return out, err
		}
		out = append(out, list...)
		last := list[len(list)-1]
		after = order.Cursor{PlacedAt: last.PlacedAt, ID: last.ID}
	}
	return out, nil
}

// order finds an order that the case may be about: delivered lately, or not at all where that is what is wrong; of its
// country, or of any where a small demo has none there.
func (x demoCase) order(list []order.Order, used map[order.ID]bool) (order.Order, bool) {
	var other order.Order
	for _, o := range list {
		if used[o.ID] || o.Customer == 0 || len(o.Lines) == 0 || o.Status == order.Cancelled || o.Refunded > 0 || len(o.Fulfillments) == 0 {
			continue
		}
		here := !slices.ContainsFunc(o.Fulfillments, func(f order.Fulfillment) bool { return f.DeliveredAt.IsZero() })
		if away := x.kind == cases.NotReceived || x.kind == cases.AtDoor; here == away {
			continue
		}
		if o.ShipTo.Country == x.country {
			return o, true
		}
		if other.ID == 0 {
			other = o
		}
	}
	return other, other.ID != 0
}

func (x demoCase) open(ctx context.Context, core *Core, o order.Order) (cases.Case, error) {
	w := casework.Wish{Order: o.ID, Kind: x.kind, Wants: x.wants, Evidence: x.shown, Words: x.words, Gift: x.gift, Items: []casework.Item{{Row: o.Lines[0].ID, Quantity: 1, Reason: x.reason}}}
	if x.foreign != "" {
		w.Items = []casework.Item{{Foreign: x.foreign, Quantity: 1, Reason: x.reason}}
	}
	customer := auth.Actor{Kind: auth.Customer, ID: int64(o.Customer), Name: o.ShipTo.Name, Workspace: o.Workspace}
	c, _, err := core.Casework.Open(ctx, customer, w)
	return c, err
}

// demoStep lets whoever a case waits for do what they would do next: the customer choose and send, the carrier bring, the
// warehouse look, people approve and carry out. A case that waits for nobody, or for the bank, stays as it is.
func (c *Core) demoStep(ctx context.Context, by auth.Actor, id cases.ID) error {
	x, err := c.Cases.Get(ctx, by, id)
	if err != nil {
		return err
	}
	who, _ := x.Waits()
	switch {
	case who == "":
		return nil
	case x.Phase == cases.NeedsInfo:
		_, err = c.Casework.Answer(ctx, by, id, []string{"photo"}, "")
	case who == cases.ByCustomer && x.Phase == cases.AwaitingGoods:
		if held, serr := c.demoSecure(ctx, by, id, true); held || serr != nil {
			return serr
		}
		err = c.demoCount(ctx, by, x, cases.Shipped)
	case who == cases.ByCustomer:
		if r, ok := demoChoice(x); ok {
			_, err = c.Casework.Choose(ctx, by, id, r.Number)
		}
	case who == cases.ByCarrier && slices.ContainsFunc(x.Resolutions, func(r cases.Resolution) bool { return r.Stand == cases.Executing && r.Hand.By == who }):
		err = c.demoJudge(ctx, by, x) // what goes out arrives
	case who == cases.ByCarrier:
		err = c.demoCount(ctx, by, x, cases.Received)
	case who == cases.ByWarehouse:
		err = c.demoPlace(ctx, by, x)
	default:
		err = c.demoJudge(ctx, by, x)
	}
	if errs.Is(err, errs.Conflict) { // somebody else was faster
		return nil
	}
	return err
}

// demoChoice is the offer that the customer wanted, else the first.
func demoChoice(x cases.Case) (cases.Resolution, bool) {
	i := slices.IndexFunc(x.Resolutions, func(r cases.Resolution) bool {
		return r.Stand == cases.Offered && r.Offer != nil && r.Offer.Remedy == x.Wants
	})
	if i < 0 {
		i = slices.IndexFunc(x.Resolutions, func(r cases.Resolution) bool { return r.Stand == cases.Offered })
	}
	if i < 0 {
		return cases.Resolution{}, false
	}
	return x.Resolutions[i], true
}

// demoSend takes a replacement a step further: what is sent is said, it leaves, and it is delivered.
func (c *Core) demoSend(ctx context.Context, by auth.Actor, id outgoing.ID) error {
	p, err := c.Outgoing.Get(ctx, by, id)
	switch {
	case err != nil:
		return err
	case p.State == outgoing.Sent:
		_, err = c.Outgoing.End(ctx, by, id, outgoing.Delivered, "")
		return err
	case p.State != outgoing.ToSend:
		return nil
	}
	for _, l := range p.Lines {
		if l.SKU == "" {
			if _, err := c.Outgoing.Choose(ctx, by, id, l.Case, l.Had); err != nil {
				return err
			}
		}
	}
	if p.Confirm {
		if _, err := c.Outgoing.Readdress(ctx, by, id, p.To); err != nil {
			return err
		}
	}
	_, err = c.Outgoing.Send(ctx, by, id, "Yanwen", fmt.Sprintf("UR%09dYP", int64(id)%1_000_000_000))
	return err
}

// demoJudge is what people do: approve what was chosen and the refund that it leads to, send and repair, decline what
// nothing can be done about.
func (c *Core) demoJudge(ctx context.Context, by auth.Actor, x cases.Case) error {
	for _, r := range x.Resolutions {
		switch {
		case r.Stand == cases.Taken:
			_, err := c.Casework.Approve(ctx, by, x.ID, r.Number, "looked at the order and the photos")
			return err
		case r.Stand == cases.Executing && r.Parcel != 0:
			return c.demoSend(ctx, by, outgoing.ID(r.Parcel))
		case r.Stand == cases.Executing && r.Means == cases.Repair:
			return c.demoMend(ctx, by, x)
		case r.Stand == cases.Executing && r.Refund == 0:
			_, err := c.Casework.Finish(ctx, by, x.ID, r.Number, true, "")
			return err
		case r.Stand == cases.Executing:
			f, err := c.Refunds.Get(ctx, by, r.Refund)
			if err == nil && f.State() == refund.Requested {
				_, err = c.Refunds.Approve(ctx, by, r.Refund)
			}
			return err
		}
	}
	if x.Phase == cases.Submitted && !slices.ContainsFunc(x.Resolutions, func(r cases.Resolution) bool { return r.Stand == cases.Offered }) {
		_, err := c.Casework.Decline(ctx, by, x.ID, nil, "")
		return err
	}
	return nil
}

// demoMended are the stages that a workshop brings a repair through.
var demoMended = map[warranty.Stage]warranty.Move{
	warranty.Received:  {To: warranty.Diagnosed, Fault: "A contact inside has come loose."},
	warranty.Diagnosed: {To: warranty.Parts, Note: "Contact ordered"},
	warranty.Parts:     {To: warranty.InRepair},
	warranty.InRepair:  {To: warranty.Tested},
	warranty.Tested:    {To: warranty.SentBack, Carrier: "Royal Mail", Tracking: "RM120935551GB"},
	warranty.SentBack:  {To: warranty.Done},
}

// demoMend brings the repair of a case one stage further.
func (c *Core) demoMend(ctx context.Context, by auth.Actor, x cases.Case) error {
	list, err := c.Warranty.Repairs(ctx, by, warranty.RepairFilter{Case: x.ID, Open: true}, 0, 1)
	if err != nil || len(list) == 0 {
		return err
	}
	if m, ok := demoMended[list[0].Stage]; ok {
		_, err = c.Warranty.MoveRepair(ctx, by, list[0].ID, m)
	}
	return err
}

// casesPerMove is how many times the pace of parcels passes between two steps of cases.
const casesPerMove = 4

// liveCases lets cases go on, one step at a time.
func (l *demoLoader) liveCases(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		list, err := l.core.Cases.List(ctx, l.owner, cases.Filter{}, 0, cases.MaxPage)
		list = slices.DeleteFunc(list, func(c cases.Case) bool { who, _ := c.Waits(); return who == "" })
		if err == nil && len(list) > 0 {
			err = l.core.demoStep(ctx, l.owner, list[n%len(list)].ID)
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, context.Canceled) {
			l.core.Log.Warn("demo case", "error", err)
		}
	}
}
