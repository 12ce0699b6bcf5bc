package crash

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/adapter/payment/sandbox"
	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/platform/auth"
)

// childTill tells a child that it works on cases, in this shop.
const childTill = "GODWIT_CRASH_TILL"

// What becomes of refunds at Stripe, by the last digit of the sum.
const (
	refuses = 2 // the provider says no
	waits   = 6 // it is pending when it is asked, and paid when it is asked again
)

// magic are the sums of orders that were paid through the sandbox: what they make it do stands there.
var magic = []int64{0, sandbox.Fails, sandbox.HangsPaid, sandbox.HangsUnheard, sandbox.Late, sandbox.FailsLate}

// priced is what an order costs, and who was paid.
func priced(number int64) (sum int64, provider string) {
	if number%3 == 0 {
		return 10_000 + magic[number/3%int64(len(magic))], sandbox.Name
	}
	return 10_000 + number%7, "stripe"
}

// fails reports whether the provider refuses the refund of an order.
func fails(number int64) bool {
	sum, provider := priced(number)
	if provider == sandbox.Name {
		return sum%100 == sandbox.Fails || sum%100 == sandbox.FailsLate
	}
	return sum%10 == refuses
}

// counter is a desk where customers come with what they want back, and everybody who has a part in it: the shop, the
// customers, the people, the warehouse.
type counter struct {
	*app.Core
	person auth.Actor
	shop   order.ShopID
	bank   string // where customers answer
}

// work serves one order after the other. Whoever is killed in between leaves an order without a case, or a case that goes
// no further: the next one takes up the last ones.
func (x counter) work(ctx context.Context) error {
	number, err := x.last(ctx)
	if err != nil {
		return err
	}
	for number = max(number-3, 1); ctx.Err() == nil; number++ {
		for again := true; again && ctx.Err() == nil; {
			err := x.serve(ctx, number)
			if again = err != nil && passing(err); err != nil && !again && ctx.Err() == nil {
				return fmt.Errorf("order %d: %w", number, err)
			}
		}
	}
	return nil
}

// last returns the number of the newest case, which is that of its order, 0 if there is none.
func (x counter) last(ctx context.Context) (int64, error) {
	list, err := x.Cases.List(ctx, x.person, cases.Filter{}, 0, 1)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0].Number, nil
}

// serve saves an order, lets its customer ask for their money, and takes the case on until only its refund is left to the
// provider, each as if for the first time. Odd orders are of Germans who withdraw, and wait for nobody; even ones of
// Americans, whom a person has to agree with, and of whom some want another mug (see swaps).
func (x counter) serve(ctx context.Context, number int64) error {
	sum, provider := priced(number)
	day := time.Now().UTC().Truncate(24 * time.Hour)
	n := order.New{
		Shop: x.shop, Number: fmt.Sprint(number), Email: fmt.Sprintf("c%d@client.example", number), CustomerName: "Anna", Currency: "EUR", Goods: sum, Total: sum, PlacedAt: day.AddDate(0, 0, -9),
		Lines: []order.Line{{SKU: "MUG", Title: "Mug", Quantity: 1, Price: sum}}, ShipTo: order.Address{Name: "Anna", City: "Berlin", Country: "DE"},
		Fulfillments: []order.Fulfillment{{ShippedAt: day.AddDate(0, 0, -7), DeliveredAt: day.AddDate(0, 0, -3)}},
		Payments:     []order.Payment{{ID: fmt.Sprint("ch_", number), Provider: provider, Method: "card", Amount: sum, PaidAt: day.AddDate(0, 0, -9), CapturedAt: day.AddDate(0, 0, -9)}},
	}
	wish := casework.Wish{Kind: cases.Withdrawal, Wants: "refund", Words: "Ich widerrufe.", Language: "de", Items: []casework.Item{{Quantity: 1, Reason: "changed_mind"}}}
	if number%2 == 0 {
		n.ShipTo = order.Address{Name: "Anna", City: "Portland", Region: "OR", Country: "US"}
		wish.Kind, wish.Words, wish.Language, wish.Items[0].Reason = cases.Return, "It does not fit.", "en", "size_fit"
	}
	take := x.step
	if swap, _ := swaps(number); swap {
		wish.Kind, wish.Wants, take = cases.Exchange, "exchange", x.swap
	}
	o, _, err := x.Orders.Save(ctx, x.person, n)
	if err != nil {
		return err
	}
	wish.Order, wish.Items[0].Row = o.ID, o.Lines[0].ID
	system := auth.ForSystem(o.Workspace)
	form, err := x.Cases.Begin(ctx, system, o.Shop, o.ID, fmt.Sprint("wish ", number), nil)
	if err != nil {
		return err
	}
	customer := auth.Actor{Kind: auth.Customer, ID: int64(o.Customer), Name: "Anna", Workspace: o.Workspace}
	form, err = x.Cases.Become(ctx, system, form.ID, func(ctx context.Context, f *cases.Form) error {
		c, _, err := x.Casework.Open(ctx, customer, wish)
		f.Case = c.ID
		return err
	})
	if err != nil {
		return err
	}
	for range 40 {
		c, err := x.Cases.Get(ctx, x.person, form.Case)
		if err != nil {
			return err
		}
		went, err := take(ctx, customer, c)
		if err != nil || !went {
			return err
		}
	}
	return fmt.Errorf("case %d does not come to its refund", form.Case)
}

// step lets whoever a case waits for do their part. It reports false when that is the provider, or nobody.
func (x counter) step(ctx context.Context, customer auth.Actor, c cases.Case) (bool, error) {
	l := c.Lines[0]
	at := func(stand cases.Stand) (cases.Resolution, bool) {
		i := slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool {
			return r.Stand == stand && r.Offer != nil && r.Offer.Remedy == c.Wants
		})
		if i < 0 {
			return cases.Resolution{}, false
		}
		return c.Resolutions[i], true
	}
	var err error
	switch c.Phase {
	case cases.Submitted:
		if r, ok := at(cases.Offered); ok {
			_, err = x.Casework.Choose(ctx, customer, c.ID, r.Number)
		} else if r, ok := at(cases.Taken); ok {
			_, err = x.Casework.Approve(ctx, x.person, c.ID, r.Number, "it was never worn")
		} else {
			err = fmt.Errorf("case %d: nothing is offered: %s", c.ID, c.Decision.Output)
		}
	case cases.AwaitingGoods:
		_, err = x.Cases.Count(ctx, x.person, c.ID, l.Number, cases.Shipped, 1)
	case cases.GoodsMoving:
		_, err = x.Cases.Count(ctx, x.person, c.ID, l.Number, cases.Received, 1)
	case cases.GoodsHere:
		_, err = x.Cases.Dispose(ctx, x.person, c.ID, cases.Placed{Group: cases.Group{Line: l.Number, From: 1, Quantity: 1}, As: cases.RestockNew, Grade: "A"})
	case cases.Resolving:
		for _, r := range c.Resolutions {
			if r.Refund == 0 {
				continue
			}
			if f, err := x.Refunds.Get(ctx, x.person, r.Refund); err != nil || f.State() != refund.Requested {
				return false, err
			}
			if _, err := x.Refunds.Approve(ctx, x.person, r.Refund); err != nil {
				return false, err
			}
		}
		return false, nil
	default:
		return false, nil
	}
	return true, err
}

// cashier is the life of a child that works at the counter.
func cashier(ctx context.Context, log *slog.Logger) error {
	shop, err := strconv.ParseInt(os.Getenv(childTill), 10, 64)
	if err != nil {
		return err
	}
	core, err := app.NewCore(ctx, tillConfig(os.Getenv(childDatabase), log, nil))
	if err != nil {
		return err
	}
	defer core.Close()
	actor, _, err := core.Auth.Authenticate(ctx, os.Getenv(childToken))
	if err != nil {
		return err
	}
	desk := core.Background(email.Options{Backoff: 20 * time.Millisecond})
	desk.Start(ctx)
	defer func() {
		patience, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		desk.Stop(patience)
	}()
	i18n.For(i18n.English) // reads all catalogues, which would take most of a short life
	fmt.Println(ready)
	return counter{core, actor, order.ShopID(shop), os.Getenv(childBank)}.work(ctx)
}

// tillConfig is config with a provider of payments on the same machine, and a clock: nil is the real one.
func tillConfig(database string, log *slog.Logger, now func() time.Time) app.Config {
	cfg := config(database, log)
	cfg.Networks, cfg.Now = outbound.Loopback(), now
	return cfg
}
