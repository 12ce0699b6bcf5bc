package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/payment/sandbox"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store/storetest"
)

// counter is a desk whose exchanges may go out against a hold, and whose clock is moved by hand.
type counter struct {
	*desk
	holds HoldDesk
	now   *time.Time
	n     int
}

const heldPolicy = `currency: EUR
terms:
  windows: {refund: 60, exchange: 60, replace: 60, store_credit: 60}
  fallback: {method: bank, days: 5}
  auto: {exchange: 1000.00}
  trigger: approval
  send_within: 20
  hold_card: true
`

func (x *counter) must(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

func newCounter(t *testing.T, database string) *counter {
	t.Helper()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	x := &counter{now: &now}
	x.desk = newIdleDesk(t, Config{Database: database, Now: func() time.Time { return *x.now }})
	x.holds = HoldDesk{x.Core}
	if _, err := x.Policies.Save(x.ctx, x.owner, "held", heldPolicy); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), "hold_card") {
		t.Fatalf("a hold that no account can make was saved: %v", err)
	}
	_, _, err := x.Pay.Add(x.ctx, x.owner, pay.Input{Driver: sandbox.Name})
	x.must(err)
	_, err = x.Policies.Save(x.ctx, x.owner, "held", heldPolicy)
	x.must(err)
	_, err = x.Policies.Publish(x.ctx, x.owner, "held", 1, now.AddDate(-1, 0, 0))
	x.must(err)
	return x
}

// publishes puts a policy in force for what is ordered from now on.
func (x *counter) publishes(text string) {
	x.t.Helper()
	v, err := x.Policies.Save(x.ctx, x.owner, "held", text)
	x.must(err)
	_, err = x.Policies.Publish(x.ctx, x.owner, "held", v.Number, time.Time{})
	x.must(err)
	*x.now = x.now.AddDate(0, 0, 12)
}

// exchanges sells goods, delivers them and lets their customer choose an exchange.
func (x *counter) exchanges(price int64) (cases.Case, auth.Actor) { return x.exchangesIn("EUR", price) }

func (x *counter) exchangesIn(currency string, price int64) (cases.Case, auth.Actor) {
	x.t.Helper()
	x.n++
	number := string(rune('A'+x.n)) + "-77"
	shop, _, err := x.Orders.EnsureShop(x.ctx, x.owner, order.Shop{Name: "Acme", Currency: "EUR", Market: "DE"})
	x.must(err)
	_, _, err = x.Products.Save(x.ctx, x.owner, product.New{Shop: shop.ID, ExternalID: "boots-43", Title: "Boots 43", Currency: "EUR", Variants: []product.Variant{{SKU: "BOOTS-43", Price: price}}})
	x.must(err)
	o, _, err := x.Orders.Save(x.ctx, x.owner, order.New{Shop: shop.ID, Number: number, Email: "anna@example.de", CustomerName: "Anna", Currency: currency, Goods: price, Total: price, PaymentMethod: "card", PlacedAt: x.now.AddDate(0, 0, -9),
		ShipTo: order.Address{Name: "Anna", Line1: "Am Hafen 1", City: "Kiel", Postcode: "24103", Country: "DE"},
		Lines:  []order.Line{{SKU: "BOOTS-42", Title: "Boots 42", Quantity: 1, Price: price}}})
	x.must(err)
	_, err = x.Shipments.Ingest(x.ctx, auth.ForSystem(x.space.ID), shipment.Delivery{Source: "test", Reports: []shipment.Report{{Number: shipment.Number{Carrier: "dhl", Number: "LX" + number + "00000CN"}, Order: &o,
		Event: shipment.Event{Status: shipment.Delivered, At: x.now.AddDate(0, 0, -3), Zoned: true}}}})
	x.must(err)
	anna := auth.Actor{Kind: auth.Customer, ID: int64(o.Customer), Name: "Anna", Workspace: x.space.ID}
	c, a, err := x.Casework.Open(x.ctx, anna, casework.Wish{Order: o.ID, Kind: cases.Exchange, Wants: "exchange", Language: "de", Items: []casework.Item{{Row: o.Lines[0].ID, Quantity: 1, Reason: "size_fit"}}})
	x.must(err)
	for _, offer := range a.Offers {
		if offer.Remedy.String() == "exchange" {
			c, err = x.Casework.Choose(x.ctx, anna, c.ID, offer.Resolution)
			x.must(err)
			if c.Phase == cases.Submitted { // no rate is known: a person agrees
				c, err = x.Casework.Approve(x.ctx, x.owner, c.ID, offer.Resolution, "looked at it")
				x.must(err)
			}
			break
		}
	}
	return c, anna
}

// asks asks for the hold of a case, whose customer agrees or not.
func (x *counter) asks(c cases.Case, agrees bool) hold.Hold {
	x.t.Helper()
	list, err := x.holds.Securable(x.ctx, c)
	if err != nil || len(list) != 1 {
		x.t.Fatalf("%s %+v: %v, %v", c.Phase, c.Resolutions, list, err)
	}
	list[0].Terms, list[0].Language = "We hold it.", "de"
	h, err := x.holds.Ask(x.ctx, c, list[0], "https://shop.example/case")
	x.must(err)
	if again, err := x.holds.Ask(x.ctx, c, list[0], "https://shop.example/case"); err != nil || again.ID != h.ID {
		x.t.Errorf("asked twice: %+v, %v", again, err)
	}
	x.must(x.holds.Answer(x.ctx, h, agrees))
	h, err = x.holds.Look(x.ctx, h)
	x.must(err)
	return h
}

// later moves the clock and lets the holds go on.
func (x *counter) later(h hold.Hold, days int) hold.Hold {
	x.t.Helper()
	*x.now = x.now.AddDate(0, 0, days)
	x.must(x.Pay.WorkHolds(x.ctx, x.space.ID))
	h, err := x.Store.CardHold(x.ctx, x.space.ID, h.ID)
	x.must(err)
	return h
}

// sends sends the replacement of a case out.
func (x *counter) sends(c cases.Case) {
	x.t.Helper()
	list, err := x.Outgoing.List(x.ctx, x.owner, outgoing.Filter{Case: c.ID}, 0, 1)
	if err != nil || len(list) != 1 {
		x.t.Fatalf("no replacement: %v, %v", list, err)
	}
	_, err = x.Outgoing.Choose(x.ctx, x.owner, list[0].ID, 1, "BOOTS-43")
	x.must(err)
	_, err = x.Outgoing.Send(x.ctx, x.owner, list[0].ID, "DHL", "OUT"+list[0].To.Postcode+string(rune('A'+x.n))+"123456")
	x.must(err)
}

// letters counts what was written in a case.
func (x *counter) letters(c cases.Case) (n int) {
	x.t.Helper()
	c, err := x.Cases.Get(x.ctx, x.owner, c.ID)
	x.must(err)
	tk, err := x.Tickets.Get(x.ctx, x.owner, c.Ticket)
	x.must(err)
	th, err := x.Tickets.Open(x.ctx, x.owner, tk, 0)
	x.must(err)
	for _, m := range th.Messages {
		if m.Kind == ticket.KindOutbound {
			n++
		}
	}
	return n
}

func (x *counter) balance(account ledger.Account) int64 {
	x.t.Helper()
	all, err := x.Ledger.Balances(x.ctx, x.owner)
	x.must(err)
	n := int64(0)
	for _, b := range all {
		if b.Account == account {
			n += b.Net()
		}
	}
	return n
}

// An exchange goes out at once against a hold: released when the goods are back, taken when they never come, and never
// before the day that the customer agreed to. Where nothing is held it waits for the goods.
func TestAnExchangeGoesOutAgainstAHold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database string) {
		x := newCounter(t, database)
		t.Run("the goods come back", func(t *testing.T) {
			c, _ := x.exchanges(5000)
			if r := c.Resolutions[0]; len(c.Resolutions) == 0 || r.Parcel != 0 {
				t.Fatalf("sent without a hold: %+v", c.Resolutions)
			}
			h := x.asks(c, true)
			if h.State != hold.Held || h.Amount != 5000 || h.Units[0].Paid != 5000 || h.EndsAt.IsZero() {
				t.Fatalf("%+v", h)
			}
			x.sends(c)
			if h = x.later(h, 8); h.State != hold.Lapsed {
				t.Errorf("after its bank let go: %+v", h)
			}
			_, err := x.Cases.Go(x.ctx, x.owner, c.ID, cases.GoodsMoving, "")
			x.must(err)
			_, err = x.Cases.Go(x.ctx, x.owner, c.ID, cases.GoodsHere, "")
			x.must(err)
			_, err = x.Cases.Count(x.ctx, x.owner, c.ID, 1, cases.Received, 1)
			x.must(err)
			if h = x.later(h, 0); h.State != hold.Released || x.balance(ledger.GoodsKept) != 0 {
				t.Errorf("%+v, kept %d", h, x.balance(ledger.GoodsKept))
			}
		})
		t.Run("they never come, and are charged; then they come", func(t *testing.T) {
			c, _ := x.exchanges(6000)
			h := x.asks(c, true)
			x.sends(c)
			if h = x.later(h, 19); h.State == hold.Taken || h.RemindedAt.IsZero() {
				t.Errorf("a day before: %+v", h)
			}
			written := x.letters(c)
			x.must(x.Casework.Work(x.ctx, x.space.ID))
			if n := x.letters(c); n != written {
				t.Errorf("asked twice for the same goods: %d letters, then %d", written, n)
			}
			if h = x.later(h, 2); h.State != hold.Taken || h.Take != 6000 || h.Payment == "" {
				t.Errorf("%+v", h)
			}
			if n, m := x.balance(ledger.GoodsKept), x.balance(ledger.Clearing.Of(sandbox.Name)); n != -6000 || m != 6000 {
				t.Errorf("kept %d, clearing %d", n, m)
			}
			if _, err := x.Pay.ReturnHold(x.ctx, auth.Actor{Kind: auth.Agent, Workspace: x.space.ID, ID: x.owner.ID}, h.ID, "they came"); !errs.Is(err, errs.Denied) {
				t.Errorf("without the right: %v", err)
			}
			other := x.owner
			other.Workspace++
			if _, err := x.Pay.ReturnHold(x.ctx, other, h.ID, "they came"); !errs.Is(err, errs.NotFound) {
				t.Errorf("from another house: %v", err)
			}
			_, err := x.Pay.ReturnHold(x.ctx, x.owner, h.ID, "they came")
			x.must(err)
			if h = x.later(h, 0); h.State != hold.Returned || x.balance(ledger.GoodsKept) != 0 {
				t.Errorf("%+v, kept %d", h, x.balance(ledger.GoodsKept))
			}
		})
		t.Run("the card has no money", func(t *testing.T) {
			c, _ := x.exchanges(7000 + sandbox.LapsesUnpaid)
			h := x.asks(c, true)
			x.sends(c)
			if h = x.later(h, 21); h.State != hold.Unpaid || h.Code != "insufficient_funds" || x.balance(ledger.GoodsKept) != 0 {
				t.Errorf("%+v", h)
			}
			if _, err := x.Pay.TakeHold(x.ctx, x.owner, h.ID); err != nil {
				t.Error(err)
			}
			if h = x.later(h, 0); h.State != hold.Unpaid || h.Attempt != 2 {
				t.Errorf("asked again: %+v", h)
			}
			_, err := x.Pay.ReleaseHold(x.ctx, x.owner, h.ID, "never mind")
			x.must(err)
			if h = x.later(h, 0); h.State != hold.Released {
				t.Errorf("%+v", h)
			}
		})
		t.Run("the answer is lost", func(t *testing.T) {
			c, _ := x.exchanges(8000 + sandbox.HangsPaid)
			h := x.asks(c, true)
			x.sends(c)
			if h = x.later(h, 21); h.State != hold.Taking || h.Tries != 1 || x.balance(ledger.GoodsKept) != 0 {
				t.Errorf("%+v", h)
			}
			if h = x.later(h, 1); h.State != hold.Taken || x.balance(ledger.GoodsKept) != -8002 {
				t.Errorf("%+v, kept %d", h, x.balance(ledger.GoodsKept))
			}
		})
		t.Run("a share of the price, in yen", func(t *testing.T) {
			x.publishes(strings.Replace(heldPolicy, "hold_card: true", "hold_card: true\n  hold_share: 30%", 1))
			c, _ := x.exchangesIn("JPY", 1999)
			h := x.asks(c, true)
			if h.State != hold.Held || h.Sum() != (money.Amount{Minor: 600, Currency: "JPY"}) || h.Units[0].Paid != 600 {
				t.Fatalf("%+v", h)
			}
			x.sends(c)
			if h = x.later(h, 21); h.State != hold.Taken || h.ToTake() != (money.Amount{Minor: 600, Currency: "JPY"}) {
				t.Errorf("%+v", h)
			}
			list, err := x.Pay.Holds(x.ctx, x.owner, c.ID)
			if err != nil || len(list) != 1 || list[0].Amount != 600 || list[0].Take != 600 || list[0].Currency != "JPY" {
				t.Errorf("%+v, %v", list, err)
			}
			all, err := x.Ledger.Balances(x.ctx, x.owner)
			x.must(err)
			if !slices.ContainsFunc(all, func(b ledger.Balance) bool {
				return b.Account == ledger.GoodsKept && b.Currency == "JPY" && b.Net() == -600
			}) {
				t.Errorf("the books: %+v", all)
			}
			x.publishes(heldPolicy)
		})
		t.Run("the card is refused, or nobody answers", func(t *testing.T) {
			c, anna := x.exchanges(9000)
			before := x.asks(c, false)
			if before.State != hold.Failed {
				t.Errorf("%+v", before)
			}
			c, err := x.Cases.Get(x.ctx, x.owner, c.ID)
			x.must(err)
			if c.Resolutions[0].Parcel != 0 || c.Phase != cases.AwaitingGoods {
				t.Errorf("%s %+v", c.Phase, c.Resolutions)
			}
			again, err := x.holds.Securable(x.ctx, c)
			if err != nil || len(again) != 1 {
				t.Fatalf("%v, %v", again, err)
			}
			h, err := x.holds.Ask(x.ctx, c, again[0], "https://shop.example/case")
			x.must(err)
			_, err = x.Casework.Cancel(x.ctx, anna, c.ID)
			x.must(err)
			if h = x.later(h, 0); h.State != hold.Released {
				t.Errorf("of a case that was given up: %+v", h)
			}
		})
	})
}
