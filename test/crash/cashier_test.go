package crash

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
)

// childTill tells a child that it decides on refunds, in this shop.
const childTill = "GODWIT_CRASH_TILL"

// priced is what an order costs; the last digit says how its refund fares at the provider.
func priced(number int64) int64 { return 10_000 + number%7 }

// What becomes of refunds, by the last digit of the sum; the others are paid at once.
const (
	refuses  = 2 // the provider says no
	slow     = 3 // it pays, and says so after a while
	vanishes = 4 // the first request is lost on the way
	hangs    = 5 // it pays, and the first answer is lost on the way
	waits    = 6 // it is pending when it is asked, and paid when it is asked again
)

// till decides, one order after the other, that its customer is owed the whole sum, and approves it. Whoever is killed in
// between leaves an order without a refund, or a refund that nobody approved: the next one takes up the last ones.
func till(ctx context.Context, core *app.Core, actor auth.Actor, shop order.ShopID) error {
	number := int64(1)
	last, err := core.Refunds.List(ctx, actor, refund.Filter{}, 0, 1)
	if err != nil {
		return err
	}
	if len(last) > 0 {
		number = max(last[0].Resolution-3, 1)
	}
	for ; ctx.Err() == nil; number++ {
		for again := true; again && ctx.Err() == nil; {
			err := owe(ctx, core, actor, shop, number)
			if again = err != nil && passing(err); err != nil && !again && ctx.Err() == nil {
				return fmt.Errorf("order %d: %w", number, err)
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// owe saves an order, asks for its refund and approves it, each as if for the first time.
func owe(ctx context.Context, core *app.Core, actor auth.Actor, shop order.ShopID, number int64) error {
	sum := priced(number)
	o, _, err := core.Orders.Save(ctx, actor, order.New{Shop: shop, Number: fmt.Sprint(number), Email: "anna@client.example", Currency: "EUR", Goods: sum, Total: sum,
		PlacedAt: time.Unix(1_790_000_000+number, 0), Lines: []order.Line{{SKU: "MUG", Title: "Mug", Quantity: 1, Price: sum}}})
	if err != nil {
		return err
	}
	list, err := core.Refunds.List(ctx, actor, refund.Filter{Order: o.ID}, 0, 2)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		r, err := core.Refunds.Request(ctx, actor, refund.NewRefund{
			Terms:    refund.Terms{Order: o.ID, Resolution: number, Currency: "EUR", Components: ledger.Components{Goods: sum}},
			Payments: []refund.Payment{{ID: fmt.Sprint("ch_", number), Provider: "stripe", Method: "card", Left: sum}},
		})
		if err != nil {
			return err
		}
		list = append(list, r)
	}
	if list[0].State() == refund.Requested {
		_, err = core.Refunds.Approve(ctx, actor, list[0].ID)
	}
	return err
}

// cashier is the life of a child that decides on refunds.
func cashier(ctx context.Context, log *slog.Logger) error {
	shop, err := strconv.ParseInt(os.Getenv(childTill), 10, 64)
	if err != nil {
		return err
	}
	core, err := app.NewCore(ctx, tillConfig(os.Getenv(childDatabase), log))
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
	fmt.Println(ready)
	return till(ctx, core, actor, order.ShopID(shop))
}

// tillConfig is config with a provider of payments on the same machine.
func tillConfig(database string, log *slog.Logger) app.Config {
	cfg := config(database, log)
	cfg.Networks = outbound.Loopback()
	return cfg
}
