package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// demoMoment is something that happens between the messages of the story.
type demoMoment struct {
	at time.Time
	do func(context.Context) error
}

// happen lets happen what was to happen until then.
func (l *demoLoader) happen(ctx context.Context, until time.Time) error {
	for len(l.moments) > 0 && !l.moments[0].at.After(until) {
		m := l.moments[0]
		l.moments = l.moments[1:]
		l.clock.to(m.at)
		if err := m.do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// demoHold is an exchange that goes out at once against a sum on the customer's card. Days are counted from when it is asked
// for; 0 is never.
type demoHold struct {
	ago     int // days before the end of the story
	words   string
	refused bool // by the customer's bank
	posted  int  // they send their goods
	arrived int  // and those are here
}

// demoHolds are such exchanges as they end, and as they are on their way: the goods never came, they came, the bank has let
// go before they did, they are awaited, and the bank refused.
var demoHolds = []demoHold{
	{ago: 24, words: "I need the smaller one before I leave on Friday."},
	{ago: 16, words: "The bigger one, please. I will drop this one off this week.", posted: 3, arrived: 8},
	{ago: 9, words: "It is not the size I had in mind. Could I have the next one up?", posted: 6},
	{ago: 3, words: "I meant to order the larger one, sorry. Can you send it now?"},
	{ago: 2, words: "Too small for me, please swap it.", refused: true},
}

const (
	demoTerms = 45 * 24 * time.Hour // so long before the end of the story its policy was written
	demoDay   = 24 * time.Hour
)

// plan says what happens while the merchant's mail is told: the policy is written, exchanges go out against a hold, and
// letters come in many languages.
func (l *demoLoader) plan(context.Context) error {
	end := l.merchant.Now()
	l.taken = map[order.ID]bool{}
	l.moments = []demoMoment{{end.Add(-demoTerms), l.loadTerms}}
	for _, x := range demoHolds {
		var id cases.ID
		day := func(n int, do func(context.Context, cases.ID) error) {
			l.moments = append(l.moments, demoMoment{end.Add(time.Duration(n-x.ago) * demoDay), func(ctx context.Context) error {
				if id == 0 { // a small demo has nobody whom it befell
					return nil
				}
				return do(ctx, id)
			}})
		}
		l.moments = append(l.moments, demoMoment{end.Add(time.Duration(-x.ago) * demoDay), func(ctx context.Context) (err error) {
			id, err = l.askHeld(ctx, x)
			return err
		}})
		for n := 1; n < x.ago; n++ {
			switch {
			case x.refused:
			case n == 1, n == 5: // the replacement leaves, and is delivered
				day(n, l.sendHeld)
			case n == x.posted:
				day(n, func(ctx context.Context, id cases.ID) error { return l.count(ctx, id, cases.Shipped) })
			case n == x.arrived:
				day(n, func(ctx context.Context, id cases.ID) error { return l.count(ctx, id, cases.Received) })
			}
			day(n, func(ctx context.Context, _ cases.ID) error { return l.core.Pay.WorkHolds(ctx, l.space.ID) })
		}
	}
	l.planRules()
	if err := l.planLetters(); err != nil {
		return err
	}
	slices.SortStableFunc(l.moments, func(a, b demoMoment) int { return a.at.Compare(b.at) })
	return nil
}

// askHeld lets a customer ask for an exchange, choose it, and answer about the sum on their card. It returns 0 where nobody has
// an order for it.
func (l *demoLoader) askHeld(ctx context.Context, x demoHold) (cases.ID, error) {
	for i := range l.merchant.Orders {
		s := &l.merchant.Orders[i]
		if demoMarkets[s.Shop] || s.Address.Country != "US" || s.Payment.Status != "paid" || s.Refunded > 0 || len(s.Fulfillments) == 0 {
			continue
		}
		if at := s.Fulfillments[len(s.Fulfillments)-1].DeliveredAt; at.IsZero() || at.After(l.clock.now().Add(-demoDay)) || at.Before(l.clock.now().Add(-50*demoDay)) {
			continue
		}
		if cents := (s.Lines[0].UnitPrice - s.Lines[0].Discount + s.Lines[0].Tax) % 100; cents > 0 && cents < 10 { // a magic amount of the sandbox
			continue
		}
		found, err := l.core.Orders.Find(ctx, l.owner, []string{order.Key(s.Number)})
		if err != nil || len(found) == 0 {
			return 0, err
		}
		if l.taken[found[0].ID] {
			continue
		}
		l.taken[found[0].ID] = true
		c, err := demoCase{kind: cases.Exchange, reason: "size_fit", wants: "exchange", words: x.words}.open(ctx, l.core, found[0])
		if errs.Is(err, errs.Conflict) || errs.Is(err, errs.Invalid) {
			continue
		}
		if err == nil {
			err = l.core.demoStep(ctx, l.owner, c.ID) // the customer chooses
		}
		if err == nil {
			c, err = l.core.Cases.Get(ctx, l.owner, c.ID)
		}
		if err == nil && c.Phase != cases.AwaitingGoods {
			err = l.core.demoStep(ctx, l.owner, c.ID) // a person approves
		}
		if err == nil {
			_, err = l.core.demoSecure(ctx, l.owner, c.ID, !x.refused)
		}
		if err != nil {
			return 0, fmt.Errorf("exchange against a hold, order %s: %w", s.Number, err)
		}
		return c.ID, l.drain(ctx)
	}
	return 0, nil
}

// demoSecure lets a customer have the sum held that they may, or not, and reports whether there was one.
func (c *Core) demoSecure(ctx context.Context, by auth.Actor, id cases.ID, agrees bool) (bool, error) {
	x, err := c.Cases.Get(ctx, by, id)
	if err != nil {
		return false, err
	}
	desk := HoldDesk{c}
	asked, err := desk.Holds(ctx, x)
	if err != nil || len(asked) > 0 { // whom the bank refused does not ask again
		return false, err
	}
	list, err := desk.Securable(ctx, x)
	if err != nil || len(list) == 0 {
		return false, err
	}
	h := list[0]
	h.Terms, h.Language = ui.HoldTerms(i18n.For(i18n.English), h), "en"
	if h, err = desk.Ask(ctx, x, h, ""); err != nil {
		return false, err
	}
	if err := desk.Answer(ctx, h, agrees); err != nil {
		return false, err
	}
	h, err = desk.Look(ctx, h)
	return h.State == hold.Held, err
}

// sendHeld brings the replacement of a case a step further.
func (l *demoLoader) sendHeld(ctx context.Context, id cases.ID) error {
	x, err := l.core.Cases.Get(ctx, l.owner, id)
	if err != nil {
		return err
	}
	for _, r := range x.Resolutions {
		if r.Stand == cases.Executing && r.Parcel != 0 {
			return l.core.demoJudge(ctx, l.owner, x)
		}
	}
	return nil
}

// count counts what comes back of a case; what is here is put on a shelf.
func (l *demoLoader) count(ctx context.Context, id cases.ID, what cases.Counter) error {
	x, err := l.core.Cases.Get(ctx, l.owner, id)
	if err != nil || x.Phase == cases.Closed {
		return err
	}
	if err := l.core.demoCount(ctx, l.owner, x, what); err != nil || what != cases.Received {
		return err
	}
	if x, err = l.core.Cases.Get(ctx, l.owner, id); err != nil {
		return err
	}
	return l.core.demoPlace(ctx, l.owner, x)
}
