package ledger

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
)

// Currencies without minor units, with two digits and with three.
var currencies = []string{"JPY", "KRW", "EUR", "USD", "KWD", "TND"}

func drawMoney(t *rapid.T, label string) money.Amount {
	return money.Amount{Minor: rapid.Int64Range(1, 1e12).Draw(t, label), Currency: rapid.SampledFrom(currencies).Draw(t, label+" currency")}
}

func drawComponents(t *rapid.T) Components {
	n := rapid.Int64Range(-1e9, 1e9)
	return Components{n.Draw(t, "goods"), n.Draw(t, "tax"), n.Draw(t, "duty"), n.Draw(t, "out"), n.Draw(t, "back"), n.Draw(t, "fee"), n.Draw(t, "bonus"), n.Draw(t, "goodwill"), n.Draw(t, "exchange")}
}

// drawEntry books anything that a rule books.
func drawEntry(t *rapid.T) Entry {
	a, b := drawMoney(t, "sum"), drawMoney(t, "other sum")
	way := Way(rapid.SampledFrom([]string{"bank", "store_credit", "payment"}).Draw(t, "way"), "Sandbox!")
	c := drawComponents(t)
	if total, _ := c.Total(a.Currency); total.IsZero() {
		c.Goods++
	}
	owed, err := Owed(c, a.Currency)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := Elsewhere("amazon", c, a.Currency)
	if err != nil {
		t.Fatal(err)
	}
	withdrawn, err := NotOwed(c, a.Currency)
	if err != nil {
		t.Fatal(err)
	}
	e := rapid.SampledFrom([]Entry{withdrawn, PayTwice(way, a),
		Payment("card", "stripe", a), Payment("store_credit", "", a), owed, elsewhere, Submit(a), Succeed(way, a, money.Amount{}), Succeed(way, a, b),
		Fail(a), Bounce(way, a, money.Amount{}), Bounce(way, a, b), Settle("amazon", a), Expire(a), Fee("stripe", a),
		Grant(CarrierReceivable.Of("usps"), CarrierRecovery.Of("usps"), a), Recover(SupplierDue.Of("供应商"), a, a), Recover(InsurerReceivable.Of("ping"), a, money.Amount{Minor: 71, Currency: "CNY"}), WriteOff(a), SettleExchange(a),
	}).Draw(t, "entry")
	e.Key = rapid.StringMatching(`[a-z]{1,20}/[0-9]{1,9}`).Draw(t, "key")
	return e
}

func TestEveryRuleBalancesInEachCurrency(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEntry(t)
		if err := e.Check(); err != nil {
			t.Fatalf("%+v: %v", e, err)
		}
		for _, b := range Balances(e) {
			if b.Debit < 0 || b.Credit < 0 {
				t.Fatalf("%+v", b)
			}
		}
	})
}

func TestReversingRestoresEveryBalance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.SliceOfN(rapid.Custom(drawEntry), 0, 5).Draw(t, "before")
		e := drawEntry(t)
		e.ID = 7
		r, err := Reverse(e, time.Time{})
		if err != nil || r.Check() != nil || r.Reverses != 7 {
			t.Fatalf("%+v: %v, %v", r, err, r.Check())
		}
		nets := func(list ...Entry) map[[2]string]int64 {
			out := map[[2]string]int64{}
			for _, b := range Balances(list...) {
				if b.Net() != 0 {
					out[[2]string{string(b.Account), b.Currency}] = b.Net()
				}
			}
			return out
		}
		was, is := nets(before...), nets(append(slices.Clone(before), e, r)...)
		if len(was) != len(is) {
			t.Fatalf("%v, then %v", was, is)
		}
		for k, v := range was {
			if is[k] != v {
				t.Fatalf("%v was %d and is %d", k, v, is[k])
			}
		}
		if _, err := Reverse(r, time.Time{}); !errs.Is(err, errs.Conflict) {
			t.Fatalf("a reversal was reversed: %v", err)
		}
	})
}

// Whatever happens on a refund's way, what is payable, in transit and with the provider adds up to what the refund is.
func TestARefundLeavesNothingBehind(t *testing.T) {
	eur := func(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }
	way := Clearing.Of("stripe")
	owed, err := Owed(Components{Goods: 2100, Tax: 399, ShippingBack: -390}, "EUR")
	if err != nil {
		t.Fatal(err)
	}
	net := func(account Account, list ...Entry) (n int64) {
		for _, b := range Balances(list...) {
			if b.Account == account {
				n += b.Net()
			}
		}
		return n
	}
	a := eur(2109)
	story := []Entry{Payment("card", "stripe", eur(8486)), owed}
	for _, step := range []struct {
		name                      string
		entry                     Entry
		payable, transit, holding int64
	}{
		{"asked", Submit(a), 0, -2109, 8486},
		{"refused", Fail(a), -2109, 0, 8486},
		{"asked again", Submit(a), 0, -2109, 8486},
		{"paid", Succeed(way, a, money.Amount{}), 0, 0, 6377},
		{"sent back by the bank", Bounce(way, a, money.Amount{}), -2109, 0, 8486},
		{"paid by the marketplace", Settle("stripe", a), 0, 0, 6377},
	} {
		story = append(story, step.entry)
		if p, tr, h := net(RefundsPayable, story...), net(RefundsInTransit, story...), net(way, story...); p != step.payable || tr != step.transit || h != step.holding {
			t.Errorf("%s: payable %d, in transit %d, with the provider %d; want %d, %d, %d", step.name, p, tr, h, step.payable, step.transit, step.holding)
		}
	}
}

func TestTwoCurrenciesMeetInTheExchangeAccountAlone(t *testing.T) {
	e := Succeed(Clearing.Of("paypal"), money.Amount{Minor: 10000, Currency: "EUR"}, money.Amount{Minor: 17280, Currency: "JPY"})
	e.Key = "x"
	if err := e.Check(); err != nil {
		t.Fatal(err)
	}
	want := []Balance{{"clearing.paypal", "JPY", 0, 17280, 1}, {"exchange", "EUR", 0, 10000, 1}, {"exchange", "JPY", 17280, 0, 1}, {"refunds_in_transit", "EUR", 10000, 0, 1}}
	if got := Balances(e); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	dearer := Succeed(Clearing.Of("paypal"), money.Amount{Minor: 10000, Currency: "EUR"}, money.Amount{Minor: 10030, Currency: "EUR"})
	dearer.Key = "y"
	if err := dearer.Check(); err != nil || Balances(dearer)[1] != (Balance{ExchangeResult, "EUR", 30, 0, 1}) {
		t.Errorf("%+v, %v", Balances(dearer), err)
	}
}

func TestWhatDoesNotAddUpIsRefused(t *testing.T) {
	good := Submit(money.Amount{Minor: 1, Currency: "JPY"})
	good.Key = "k"
	for name, spoil := range map[string]func(*Entry){
		"no key":          func(e *Entry) { e.Key = "" },
		"no lines":        func(e *Entry) { e.Lines = nil },
		"off by one":      func(e *Entry) { e.Lines[0].Amount++ },
		"other currency":  func(e *Entry) { e.Lines[0].Currency = "KRW" },
		"no currency":     func(e *Entry) { e.Lines[0].Currency = "XYZ" },
		"no such account": func(e *Entry) { e.Lines[0].Account = "pocket" },
		"part missing":    func(e *Entry) { e.Lines[0].Account = Clearing },
		"part too many":   func(e *Entry) { e.Lines[0].Account = "bank.mine" },
		"nothing":         func(e *Entry) { e.Lines[0].Amount, e.Lines[1].Amount = 0, 0 },
		"beyond 64 bits": func(e *Entry) {
			e.Lines = []Line{{Bank, 1 << 62, "JPY"}, {Bank, 1 << 62, "JPY"}, {Bank, 1 << 62, "JPY"}, {Bank, 1 << 62, "JPY"}}
		},
	} {
		e := good
		e.Lines = slices.Clone(good.Lines)
		spoil(&e)
		if err := e.Check(); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
}

func TestTheChartIsInOrder(t *testing.T) {
	seen := map[Account]bool{}
	last := ""
	for _, e := range Chart() {
		if e.Number <= last || seen[e.Account] || e.Class == "" {
			t.Errorf("%+v", e)
		}
		last, seen[e.Account] = e.Number, true
		a := e.Account
		if e.Parts {
			a = a.Of("Some Provider")
		}
		if got, ok := a.Entry(); !ok || got != e {
			t.Errorf("%s: %+v, %v", a, got, ok)
		}
	}
}
