package decision

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawCase draws a case of any market, order, claim and policy.
func drawCase(t *rapid.T) Case {
	days := func(name string, from, to int) time.Time {
		return at("2026-03-04 10:00").AddDate(0, 0, rapid.IntRange(from, to).Draw(t, name))
	}
	amount := func(name string, most int64) int64 { return rapid.Int64Range(0, most).Draw(t, name) }
	share := func(name string) Share { return Share(rapid.Int64Range(0, 100).Draw(t, name)) * (Whole / 100) }
	place := rapid.SampledFrom([][2]string{{"DE"}, {"FR"}, {"NL"}, {"GB"}, {"GB", "SCT"}, {"US"}, {"RU"}, {"CN"}, {"KR"}, {"BR"}, {"JP"}, {"CA", "ON"}, {"AU"}, {"TR"}, {"HK"}, {"XX"}}).Draw(t, "place")
	c := Case{ID: "p", Market: Market{Country: place[0], Region: place[1], Zone: berlin}}
	c.Claim.OpenedAt = days("opened", 0, 900)
	c.Now = c.Claim.OpenedAt.Add(time.Hour)
	c.Order = Order{Currency: "EUR", PlacedAt: days("placed", -40, -1), Shipment: Shipment(rapid.IntRange(int(Unknown), int(Cancelled)).Draw(t, "shipment")), Shipping: amount("shipping", 2000), Standard: amount("standard", 2000)}
	if c.Order.Shipment == Delivered {
		c.Order.DeliveredAt = at("2026-03-04 10:00")
	}
	if rapid.Bool().Draw(t, "informed") {
		c.Order.InformedAt, c.Order.Incomplete = days("informed at", -40, 400), rapid.Bool().Draw(t, "incomplete")
	}
	if rapid.Bool().Draw(t, "promised") {
		c.Order.DeliverBy = days("deliver by", -10, 40)
	}
	if rapid.Bool().Draw(t, "further") {
		c.Order.ExtraUntil = days("further until", 0, 60)
	}
	var paid int64
	for i := range rapid.IntRange(1, 3).Draw(t, "lines") {
		l := Line{Line: string(rune('1' + i)), SKU: rapid.SampledFrom([]string{"A", "B"}).Draw(t, "sku"), Qty: rapid.Int64Range(1, 5).Draw(t, "qty"),
			Goods: amount("goods", 20000), Tax: amount("tax", 4000), Duty: amount("duty", 2000), Flags: Flags(rapid.Uint16Range(0, 1<<13-1).Draw(t, "flags"))}
		if rapid.Bool().Draw(t, "plain line") {
			l.Flags = 0
		}
		l.Discount = rapid.Int64Range(0, l.Goods).Draw(t, "discount")
		l.Settled = rapid.Int64Range(0, l.Qty).Draw(t, "settled")
		paid += l.Goods - l.Discount + l.Tax + l.Duty
		c.Order.Lines = append(c.Order.Lines, l)
		if i == 0 || rapid.Bool().Draw(t, "asked") {
			c.Claim.Lines = append(c.Claim.Lines, Asked{l.Line, rapid.Int64Range(1, l.Qty).Draw(t, "asked qty")})
		}
	}
	c.Order.Payments = []Payment{{Method: "card", Left: paid / 2, Until: Never, Days: 5}, {Method: "paypal", Left: paid - paid/2 + c.Order.Shipping, Until: Never, Closed: rapid.Bool().Draw(t, "closed")}}
	c.Claim.Kind = Kind(rapid.IntRange(int(Withdrawal), int(Goodwill)).Draw(t, "kind"))
	c.Claim.Reason = Reason(rapid.IntRange(int(ChangedMind), int(OtherReason)).Draw(t, "reason"))
	c.Claim.Wants = Remedy(rapid.IntRange(int(Refund), int(Repair)).Draw(t, "wants"))
	c.Claim.Evidence = Evidence(rapid.Uint8Range(0, 1<<7-1).Draw(t, "evidence"))
	c.Claim.Major = rapid.Bool().Draw(t, "major")
	c.Policy = Policy{Windows: map[Remedy]int{}, Fee: share("fee"), Duty: rapid.Bool().Draw(t, "duty"), KeepBelow: amount("keep below", 10000), Partial: share("partial"), Bonus: share("bonus"), Fallback: Fallback{"bank", 3},
		Evidence: map[Reason]Evidence{c.Claim.Reason: Evidence(rapid.Uint8Range(0, 1<<7-1).Draw(t, "asked for"))}, Auto: map[Remedy]int64{Refund: amount("auto", 20000), Replace: amount("auto replace", 5000)}}
	if rapid.Bool().Draw(t, "capped") {
		c.Policy.Cap = &Cap{Limit: amount("cap", 20000), Spent: amount("spent", 20000)}
	}
	for r := Refund; r <= Repair; r++ {
		if rapid.Bool().Draw(t, "offered") {
			c.Policy.Windows[r] = rapid.IntRange(0, 900).Draw(t, "window")
		}
	}
	c.Costs = Costs{Handling: amount("handling", 300), Credit: share("credit"), TaxBack: share("tax back"), Items: map[string]Item{"A": {500, [3]int64{900, 500, 100}}, "B": {1500, [3]int64{2900, 1500, 0}}}}
	for route := Carrier; route <= Origin; route++ {
		if rapid.Bool().Draw(t, "route") {
			c.Costs.Routes[route] = &RouteCost{Freight: amount("freight", 3000), Fee: amount("fee of route", 200), Days: rapid.IntRange(1, 30).Draw(t, "days"), DutyBack: share("duty back")}
		}
	}
	if rapid.Bool().Draw(t, "stock") {
		c.Costs.Replace = []Sender{{LocalStore, amount("send", 900), 3}, {Origin, amount("send from afar", 900), 20}}
	}
	if rapid.Bool().Draw(t, "workshop") {
		c.Costs.Repair = &RepairCost{Cost: amount("repair", 4000), Freight: 300, Days: 9}
	}
	return c
}

// Nothing is paid that was not, every allocation adds up, and all of a right's
// lines have their remedy or a reason why not.
func TestMoneyIsConserved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		var left int64
		for _, p := range c.Order.Payments {
			left += p.Left
		}
		d := Decide(Statute(), &c)
		for _, o := range d.Offers {
			m := o.Money
			if m.Total != m.Goods+m.Tax+m.Duty+m.Out+m.Back+m.Fee+m.Bonus {
				t.Fatalf("%v does not add up", m)
			}
			if m.Goods < 0 || m.Tax < 0 || m.Duty < 0 || m.Out < 0 || m.Bonus < 0 || m.Back > 0 || m.Fee > 0 || m.Total > left {
				t.Fatalf("%v of %d", m, left)
			}
			var to int64
			for _, a := range o.To {
				if a.Amount <= 0 {
					t.Fatalf("%v", o.To)
				}
				to += a.Amount
			}
			if o.Remedy <= StoreCredit && to != max(m.Total, 0) || o.Remedy > StoreCredit && to != 0 {
				t.Fatalf("%s: %d of %d is sent", o.Remedy, to, m.Total)
			}
			if (o.Postage == 0) != (o.Route == NoRoute) {
				t.Fatalf("%s by %s is paid by %q", o.Remedy, o.Route, o.Postage)
			}
		}
	})
}

// The parts of a line add up to the line, however its units come back.
func TestPartsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount, qty := rapid.Int64Range(0, 1<<50).Draw(t, "amount"), rapid.Int64Range(1, 1000).Draw(t, "qty")
		var sum int64
		for from := int64(0); from < qty; {
			n := rapid.Int64Range(1, qty-from).Draw(t, "units")
			p := part(amount, from, n, qty)
			if p < 0 {
				t.Fatalf("%d units from %d of %d are %d", n, from, amount, p)
			}
			sum, from = sum+p, from+n
		}
		if sum != amount {
			t.Fatalf("%d of %d", sum, amount)
		}
	})
}

// No policy takes away what the law gives: whatever its windows, fees, flags,
// evidence and limits, each line keeps its legal refund and its amount.
func TestFloorIsNotCrossed(t *testing.T) {
	legal := func(d *Decision) []Money {
		var out []Money
		for _, o := range d.Offers {
			if o.Remedy == Refund && o.Basis != 0 {
				out = append(out, o.Money)
			}
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		generous := Decide(Statute(), &c)
		hard := c
		hard.Policy.Windows, hard.Policy.Fee, hard.Policy.NoReturn, hard.Policy.FinalSale = nil, Whole, 1<<13-1, []string{"A", "B"}
		hard.Policy.Duty, hard.Policy.Auto, hard.ShopDays = false, nil, nil
		stingy := Decide(Statute(), &hard)
		if !reflect.DeepEqual(generous.Rights, stingy.Rights) {
			t.Fatalf("%v\n%v", generous.Rights, stingy.Rights)
		}
		if a, b := legal(&generous), legal(&stingy); !reflect.DeepEqual(a, b) {
			t.Fatalf("%v\n%v", a, b)
		}
	})
}

// More evidence takes no offer away, and no offer then needs more.
func TestEvidenceNeverHurts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		before := Decide(Statute(), &c)
		c.Claim.Evidence |= Evidence(rapid.Uint8Range(0, 1<<7-1).Draw(t, "more"))
		after := Decide(Statute(), &c)
		for _, o := range before.Offers {
			i := slices.IndexFunc(after.Offers, func(p Offer) bool {
				return p.Remedy == o.Remedy && p.Basis == o.Basis && p.Law == o.Law && o.Lines[0] == p.Lines[0]
			})
			if i < 0 {
				t.Fatalf("%s is gone", o.Remedy)
			}
			if p := after.Offers[i]; p.Needs&^o.Needs != 0 || o.Auto && !p.Auto || p.Money.Total < o.Money.Total && len(p.Lines) == len(o.Lines) {
				t.Fatalf("%v became %v", o, p)
			}
		}
	})
}

// Dearer freight makes no offer that brings goods back cheaper.
func TestCostIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		if c.Policy.Label != nil {
			return
		}
		before := Decide(Statute(), &c)
		more := rapid.Int64Range(1, 5000).Draw(t, "more")
		for route, r := range c.Costs.Routes {
			if r != nil {
				dearer := *r
				dearer.Freight += more
				c.Costs.Routes[route] = &dearer
			}
		}
		c.Costs.Handling += more
		after := Decide(Statute(), &c)
		if len(before.Offers) != len(after.Offers) {
			t.Fatalf("%d offers became %d", len(before.Offers), len(after.Offers))
		}
		for _, o := range before.Offers {
			for _, p := range after.Offers {
				if p.Remedy == o.Remedy && p.Basis == o.Basis && reflect.DeepEqual(p.Lines, o.Lines) && p.Cost < o.Cost {
					t.Fatalf("%v became %v", o, p)
				}
			}
		}
	})
}

func TestSameCaseSameDecision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		a, b := Decide(Statute(), &c), Decide(Statute(), &c)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%v\n%v", a, b)
		}
	})
}

func TestBadCases(t *testing.T) {
	in, _ := worked(t)
	for path, change := range map[string]func(map[string]any){
		"now":                     func(m map[string]any) { delete(m, "now") },
		"market.zone":             func(m map[string]any) { m["market"].(map[string]any)["zone"] = "Europe/Nowhere" },
		"order.currency":          func(m map[string]any) { m["order"].(map[string]any)["currency"] = "EUX" },
		"order.shipment":          func(m map[string]any) { m["order"].(map[string]any)["shipment"] = "flying" },
		"order.delivered_at":      func(m map[string]any) { delete(m["order"].(map[string]any), "delivered_at") },
		"order.lines[0].goods":    func(m map[string]any) { first(m, "order")["goods"] = "70.0" },
		"order.lines[0].tax":      func(m map[string]any) { first(m, "order")["tax"] = "-1.00" },
		"order.lines[0].discount": func(m map[string]any) { first(m, "order")["discount"] = "70.01" },
		"case.lines[0].line":      func(m map[string]any) { first(m, "case")["line"] = "9" },
		"case.lines[0].qty":       func(m map[string]any) { first(m, "case")["qty"] = 4 },
		"case.kind":               func(m map[string]any) { m["case"].(map[string]any)["kind"] = "whim" },
		"case.reason":             func(m map[string]any) { m["case"].(map[string]any)["reason"] = nil },
		"case.wants":              func(m map[string]any) { m["case"].(map[string]any)["wants"] = "money" },
		"policy.fee":              func(m map[string]any) { m["policy"].(map[string]any)["fee"] = "1.1" },
		"policy.fallback":         func(m map[string]any) { delete(m["policy"].(map[string]any), "fallback") },
		"costs.routes": func(m map[string]any) {
			m["costs"].(map[string]any)["routes"].(map[string]any)["none"] = map[string]any{}
		},
	} {
		var m map[string]any
		if err := json.Unmarshal(in[0], &m); err != nil {
			t.Fatal(err)
		}
		change(m)
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var r Reader
		_, err = r.Read(data)
		if p, ok := err.(*Problem); !ok || p.Path != path {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func first(m map[string]any, of string) map[string]any {
	return m[of].(map[string]any)["lines"].([]any)[0].(map[string]any)
}

func FuzzRead(f *testing.F) {
	in, _ := worked(f)
	for _, data := range in {
		f.Add([]byte(data))
	}
	var r Reader
	law := Statute()
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := r.Read(data)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		d := Decide(law, &c)
		if _, err := json.Marshal(Write(&c, &d, func(o *Offer) string { return Explain(&c, o).Key })); err != nil {
			t.Error(err)
		}
	})
}
