package decision

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// worked returns the examples that docs/decisions.md explains: blocks of JSON, a case and what is decided about it.
func worked(t testing.TB) (in, out []json.RawMessage) {
	t.Helper()
	doc, err := os.ReadFile("../../../docs/decisions.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc), "## Worked examples\n")
	blocks := strings.Split(rest, "```json\n")[1:]
	for i, b := range blocks {
		b, _, _ = strings.Cut(b, "\n```")
		if i%2 == 0 {
			in = append(in, json.RawMessage(b))
		} else {
			out = append(out, json.RawMessage(b))
		}
	}
	if len(in) != len(out) {
		t.Fatalf("%d cases and %d decisions", len(in), len(out))
	}
	return in, out
}

func read(t testing.TB, data []byte) Case {
	t.Helper()
	var r Reader
	c, err := r.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// words for people, which the examples word otherwise.
func silence(v map[string]any) {
	delete(v, "id")
	for list, name := range map[string]string{"rights": "law", "offers": "why", "refused": "clause"} {
		for _, x := range v[list].([]any) {
			delete(x.(map[string]any), name)
			if list == "offers" && x.(map[string]any)["law"] != nil {
				x.(map[string]any)["law"] = "some"
			}
		}
	}
}

func TestWorkedExamples(t *testing.T) {
	in, out := worked(t)
	if len(in) < 3 {
		t.Fatalf("%d examples", len(in))
	}
	for i := range in {
		c := read(t, in[i])
		d := Decide(Statute(), &c)
		written, err := json.Marshal(Write(&c, &d, func(*Offer) string { return "" }))
		if err != nil {
			t.Fatal(err)
		}
		var got, want map[string]any
		if json.Unmarshal(written, &got) != nil || json.Unmarshal(out[i], &want) != nil {
			t.Fatal("not JSON")
		}
		silence(got)
		silence(want)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("example %d:\n got %s\nwant %s", i+1, written, out[i])
		}
	}
}

var berlin = func() *time.Location {
	z, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return z
}()

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
	if err != nil {
		panic(err)
	}
	return t
}

// sale is a case of one line that was delivered on Wednesday, 2026-03-04, to be
// changed by each test.
func sale(country, region string, change func(*Case)) Case {
	c := Case{
		ID: "x", Now: at("2026-03-09 10:00"), Market: Market{Country: country, Region: region, Zone: berlin},
		Order: Order{
			Currency: "EUR", PlacedAt: at("2026-03-01 10:00"), Shipment: Delivered, DeliveredAt: at("2026-03-04 10:00"), InformedAt: at("2026-03-01 10:00"),
			Lines:    []Line{{Line: "1", SKU: "A", Qty: 2, Goods: 2000, Tax: 380}},
			Payments: []Payment{{Method: "card", Left: 2880, Until: Never, Days: 5}}, Shipping: 500, Standard: 300,
		},
		Claim:  Claim{Kind: Return, Reason: ChangedMind, Lines: []Asked{{"1", 2}}, Wants: Refund, OpenedAt: at("2026-03-09 09:00")},
		Policy: Policy{Fallback: Fallback{"bank", 3}},
		Costs:  Costs{Credit: Whole, Items: map[string]Item{"A": {Cost: 400, Resale: [3]int64{800, 500, 100}}}},
	}
	c.Costs.Routes[Origin] = &RouteCost{Freight: 900, Days: 20}
	if change != nil {
		change(&c)
	}
	return c
}

// told writes rights in short: basis until remedies refund_by payer.
func told(c Case) string {
	d := Decide(Statute(), &c)
	var out []string
	for _, r := range d.Rights {
		var remedies []string
		for _, m := range r.Remedies {
			remedies = append(remedies, m.String())
		}
		words := []string{r.Basis.String(), r.Until.String(), strings.Join(remedies, "+"), r.RefundBy.String()}
		if !r.Verified {
			words = append(words, "unverified")
		}
		out = append(out, strings.Join(words, " "))
	}
	return strings.Join(out, "; ")
}

func TestRights(t *testing.T) {
	opened := func(day string) func(*Case) {
		return func(c *Case) { c.Claim.OpenedAt, c.Now = at(day+" 09:00"), at(day+" 10:00") }
	}
	damaged := func(c *Case) { c.Claim.Reason = Damaged }
	all := func(list ...func(*Case)) func(*Case) {
		return func(c *Case) {
			for _, f := range list {
				f(c)
			}
		}
	}
	unsent := func(c *Case) { c.Order.Shipment, c.Order.DeliveredAt = Announced, time.Time{} }
	flagged := func(f Flags) func(*Case) { return func(c *Case) { c.Order.Lines[0].Flags = f } }
	untold := func(c *Case) { c.Order.InformedAt = time.Time{} }
	for _, x := range []struct {
		name, country, region string
		change                func(*Case)
		want                  string
	}{
		{"fourteen days", "DE", "", nil, "withdraw 2026-03-18 refund 2026-03-23"},
		{"last day counts", "DE", "", opened("2026-03-18"), "withdraw 2026-03-18 refund 2026-04-01"},
		{"a day late", "DE", "", opened("2026-03-19"), ""},
		{"weekend rolls", "DE", "", func(c *Case) { c.Order.DeliveredAt = at("2026-03-07 10:00") }, "withdraw 2026-03-23 refund 2026-03-23"},
		{"no roll in Britain", "GB", "", func(c *Case) { c.Order.DeliveredAt = at("2026-03-07 10:00") }, "withdraw 2026-03-21 refund "},
		{"never informed", "FR", "", all(untold, opened("2027-03-18")), "withdraw 2027-03-18 refund 2027-04-01"},
		{"informed in part", "FR", "", func(c *Case) { c.Order.Incomplete = true }, "withdraw 2027-03-18 refund 2026-03-23"},
		{"informed later", "FR", "", func(c *Case) { c.Order.InformedAt = at("2026-03-06 10:00") }, "withdraw 2026-03-20 refund 2026-03-23"},
		{"made to measure", "DE", "", flagged(CustomMade), ""},
		{"price fluctuates in Britain", "GB", "", flagged(PriceFluctuates), "withdraw 2026-03-18 refund "},
		{"before delivery", "DE", "", unsent, "withdraw  refund 2026-03-23"},
		{"Russia", "RU", "", nil, "withdraw 2026-03-11 refund 2026-03-19"},
		{"Russia without terms", "RU", "", untold, "withdraw 2026-06-04 refund 2026-03-19"},
		{"China", "CN", "", func(c *Case) { c.Claim.ReturnedAt = at("2026-03-09 08:00") }, "withdraw 2026-03-11 refund 2026-03-16"},
		{"Korea", "KR", "", func(c *Case) { c.Claim.ReturnedAt = at("2026-03-06 08:00") }, "withdraw 2026-03-11 refund 2026-03-11"},
		{"Korea without document", "KR", "", untold, "withdraw  refund "},
		{"Brazil", "BR", "", nil, "withdraw 2026-03-11 refund 2026-03-09"},
		{"Japan with clause", "JP", "", nil, ""},
		{"Japan without clause", "JP", "", untold, "withdraw 2026-03-11 refund "},
		{"Ontario with copy", "CA", "ON", func(c *Case) { c.Order.Currency = "CAD"; c.Order.Lines[0].Goods = 6000 }, ""},
		{"Ontario without copy", "CA", "ON", func(c *Case) {
			c.Order.Currency = "CAD"
			c.Order.Lines[0].Goods, c.Order.InformedAt = 6000, time.Time{}
		}, "withdraw 2026-03-31 refund 2026-03-24"},
		{"Ontario, cheap", "CA", "ON", func(c *Case) { c.Order.Currency = "CAD"; c.Order.InformedAt = time.Time{} }, ""},
		{"no law known", "FK", "", nil, ""},
		{"by the table", "TW", "", nil, "withdraw 2026-03-11 refund "},
		{"working days by the table", "MX", "", nil, "withdraw 2026-03-11 refund "},
		{"nobody checked", "TH", "", nil, "withdraw 2026-03-11 refund  unverified"},

		{"damaged in Germany", "DE", "", damaged, "withdraw 2026-03-18 refund 2026-03-23; conformity 2028-03-04 repair+replace+partial_keep+refund "},
		{"there is a cure", "DE", "", all(damaged, func(c *Case) { c.Costs.Replace = []Sender{{Origin, 500, 9}} }), "withdraw 2026-03-18 refund 2026-03-23; conformity 2028-03-04 repair+replace "},
		{"major defect", "DE", "", all(damaged, func(c *Case) { c.Claim.Major = true; c.Costs.Repair = &RepairCost{} }), "withdraw 2026-03-18 refund 2026-03-23; conformity 2028-03-04 repair+replace+partial_keep+refund "},
		{"repaired before", "ES", "", all(damaged, opened("2029-06-01"), func(c *Case) {
			c.Claim.Prior = []Prior{{Repair, at("2026-07-31 01:00"), false}}
			c.Costs.Repair = &RepairCost{}
		}), "conformity 2030-03-04 repair+replace "},
		{"repaired too early", "ES", "", all(damaged, opened("2029-06-01"), func(c *Case) { c.Claim.Prior = []Prior{{Repair, at("2026-07-30 23:00"), false}} }), ""},
		{"as long as it lasts", "NL", "", all(damaged, opened("2033-06-01"), func(c *Case) { c.Costs.Repair = &RepairCost{} }), "conformity  repair+replace "},
		{"rejection", "GB", "", all(damaged, opened("2026-04-03"), func(c *Case) { c.Costs.Repair = &RepairCost{} }), "reject 2026-04-03 refund ; conformity 2032-03-04 repair+replace "},
		{"Scotland", "GB", "SCT", all(damaged, opened("2026-04-04"), func(c *Case) { c.Costs.Repair = &RepairCost{} }), "conformity 2031-03-04 repair+replace "},
		{"hidden defect", "BR", "", all(damaged, opened("2026-09-01"), func(c *Case) { c.Claim.Discovered = at("2026-08-01 10:00"); c.Costs.Repair = &RepairCost{} }), "conformity 2026-10-30 repair "},
		{"food", "BR", "", all(damaged, flagged(NonDurable), opened("2026-04-02"), func(c *Case) { c.Costs.Repair = &RepairCost{} }), "conformity 2026-04-03 repair "},
		{"complex goods", "RU", "", all(damaged, flagged(Complex), opened("2026-04-02"), func(c *Case) { c.Costs.Repair = &RepairCost{} }), "conformity 2028-03-04 repair  unverified"},
		{"by age", "CN", "", all(damaged, opened("2026-03-15")), "conformity 2027-03-04 repair+replace  unverified"},

		{"late in Europe", "DE", "", all(unsent, func(c *Case) { c.Order.DeliverBy = at("2026-03-08 10:00") }), "late_delivery   ; withdraw  refund 2026-03-23"},
		{"further period passed", "DE", "", all(unsent, func(c *Case) {
			c.Order.DeliverBy, c.Order.ExtraUntil = at("2026-03-05 10:00"), at("2026-03-08 10:00")
		}), "late_delivery  refund ; withdraw  refund 2026-03-23"},
		{"not yet late", "DE", "", all(unsent, func(c *Case) { c.Order.DeliverBy = at("2026-03-09 08:00") }), "withdraw  refund 2026-03-23"},
		{"not shipped in the US", "US", "", all(unsent, func(c *Case) { c.Order.ShipBy = at("2026-03-08 10:00") }), "late_delivery  refund 2026-03-18"},
		{"silence to a short delay", "US", "", all(unsent, func(c *Case) {
			c.Order.ShipBy, c.Order.Delays = at("2026-03-08 10:00"), []Delay{{at("2026-03-20 10:00"), Silent}}
		}), ""},
		{"silence to a second delay", "US", "", all(unsent, func(c *Case) {
			c.Order.ShipBy, c.Order.Delays = at("2026-03-08 10:00"), []Delay{{at("2026-03-20 10:00"), Accepted}, {at("2026-03-25 10:00"), Silent}}
		}), "late_delivery  refund 2026-03-18"},
		{"refused delay", "US", "", all(unsent, func(c *Case) {
			c.Order.ShipBy, c.Order.Delays = at("2026-03-20 10:00"), []Delay{{at("2026-03-25 10:00"), Refused}}
		}), "late_delivery  refund 2026-03-18"},
		{"shipped in the US", "US", "", func(c *Case) {
			c.Order.Shipment, c.Order.DeliveredAt, c.Order.ShipBy = InTransit, time.Time{}, at("2026-03-02 10:00")
		}, ""},
		{"late in Russia", "RU", "", all(unsent, func(c *Case) { c.Order.DeliverBy = at("2026-03-08 10:00") }), "late_delivery  refund 2026-03-19 unverified; withdraw  refund 2026-03-19"},
	} {
		if got := told(sale(x.country, x.region, x.change)); got != x.want {
			t.Errorf("%s: %q, want %q", x.name, got, x.want)
		}
	}
}

// offered writes offers in short, and refusals behind them.
func offered(c Case) string {
	d := Decide(Statute(), &c)
	var out []string
	for _, o := range d.Offers {
		words := []string{o.Remedy.String(), o.Route.String(), decimal(o.Money.Total, 2), decimal(o.Cost, 2)}
		if o.Postage != 0 {
			words = append(words, o.Postage.String())
		}
		if o.Needs != 0 {
			words = append(words, "needs", strings.Join(evidenceWords.list(o.Needs), "+"))
		}
		for _, to := range o.To {
			words = append(words, to.Method, decimal(to.Amount, 2))
		}
		if o.Auto {
			words = append(words, "auto")
		}
		out = append(out, strings.Join(words, " "))
	}
	for _, r := range d.Refused {
		out = append(out, "no "+r.Remedy.String()+": "+r.Code.String())
	}
	return strings.Join(out, "; ")
}

func TestOffers(t *testing.T) {
	policy := func(f func(*Case)) func(*Case) {
		return func(c *Case) {
			c.Market.Country = "HK" // whose law gives nothing here
			c.Policy.Windows = map[Remedy]int{Refund: 10}
			f(c)
		}
	}
	fee := Share(100_000_000)
	for _, x := range []struct {
		name    string
		country string
		change  func(*Case)
		want    string
	}{
		{"all of an order by law", "DE", nil, "refund origin 26.80 10.80 customer card 26.80 auto"},
		{"part of an order", "DE", func(c *Case) { c.Claim.Lines[0].Qty = 1 }, "refund origin 11.90 3.90 customer card 11.90 auto"},
		{"a label", "DE", func(c *Case) { n := int64(400); c.Policy.Label = &n }, "refund origin 22.80 15.80 customer card 22.80 auto"},
		{"a payment that takes nothing back", "DE", func(c *Case) { c.Order.Payments[0].Closed, c.Policy.Fallback.Method = true, "store_credit" }, "refund origin 26.80 10.80 customer bank 26.80 auto"},
		{"a payment of last year", "DE", func(c *Case) { c.Order.Payments[0].Until = Date(2026, 3, 8) }, "refund origin 26.80 10.80 customer bank 26.80 auto"},
		{"no way back", "DE", func(c *Case) { c.Costs.Routes[Origin] = nil }, "refund none 26.80 26.80 card 26.80 auto"},
		{"in dispute", "DE", func(c *Case) { c.Order.Payments[0].Dispute = true }, "no refund: dispute_open"},
		{"settled", "DE", func(c *Case) { c.Order.Lines[0].Settled = 1 }, "refund origin 14.90 6.90 customer card 14.90 auto; no refund: unit_settled"},
		{"all settled", "DE", func(c *Case) { c.Order.Lines[0].Settled = 2 }, "no refund: unit_settled"},
		{"nothing left", "DE", func(c *Case) { c.Order.Payments[0].Left = 100 }, "no refund: above_paid"},
		{"no offer", "HK", nil, "no refund: not_offered"},
		{"by policy", "", policy(func(c *Case) { c.Policy.Fee = fee }), "refund origin 21.80 5.80 customer card 21.80"},
		{"by policy of a tier", "", policy(func(c *Case) {
			n, auto := Share(0), int64(3000)
			c.Policy.Fee, c.Policy.Tiers, c.Buyer.Tier = fee, map[string]Tier{"vip": {Fee: &n, Auto: &auto}}, "vip"
		}), "refund origin 23.80 7.80 customer card 23.80 auto"},
		{"looked at by a person", "", policy(func(c *Case) {
			n := int64(3)
			c.Policy.Auto, c.Policy.Review.Returns, c.Buyer.Returns = map[Remedy]int64{Refund: 9999}, &n, 3
		}), "refund origin 23.80 7.80 customer card 23.80"},
		{"window over", "", policy(func(c *Case) { c.Policy.Windows[Refund] = 4 }), "no refund: window_over"},
		{"the marketplace's window", "", policy(func(c *Case) { n := 30; c.Policy.Windows[Refund], c.ShopDays = 4, &n }), "refund origin 23.80 7.80 customer card 23.80"},
		{"final sale", "", policy(func(c *Case) { c.Policy.FinalSale = []string{"A"} }), "no refund: final_sale"},
		{"final sale, damaged", "", policy(func(c *Case) { c.Policy.FinalSale, c.Claim.Reason = []string{"A"}, Damaged }), "refund origin 28.80 35.80 merchant card 28.80"},
		{"flag", "", policy(func(c *Case) { c.Policy.NoReturn, c.Order.Lines[0].Flags = Used, Used|Complex }), "no refund: exempt"},
		{"evidence", "", policy(func(c *Case) {
			c.Claim.Reason, c.Policy.Evidence = Damaged, map[Reason]Evidence{Damaged: Photo}
		}), "no refund: evidence_missing"},
		{"not late", "", policy(func(c *Case) {
			c.Claim.Kind, c.Order.Shipment, c.Order.DeliveredAt = NotReceived, InTransit, time.Time{}
		}), "no refund: not_late"},
		{"lost", "", policy(func(c *Case) {
			c.Claim.Kind, c.Order.Shipment, c.Order.DeliveredAt = NotReceived, Lost, time.Time{}
		}), "refund none 28.80 28.80 card 28.80"},
		{"delivered, says the carrier", "", policy(func(c *Case) { c.Claim.Kind = NotReceived }), "refund none 28.80 28.80 card 28.80"},
		{"not sent yet", "", policy(func(c *Case) { c.Order.Shipment, c.Order.DeliveredAt = Announced, time.Time{} }), "refund none 23.80 7.80 card 23.80"},
		{"on its way back", "", policy(func(c *Case) { c.Order.Shipment, c.Order.DeliveredAt = Returning, time.Time{} }), "refund carrier 23.80 7.80 customer card 23.80"},
		{"the goods may stay", "", policy(func(c *Case) { c.Policy.KeepBelow, c.Policy.Partial = 2500, fee }), "refund origin 23.80 7.80 customer card 23.80; full_keep none 23.80 23.80 card 23.80"},
		{"the goods may not stay", "", policy(func(c *Case) { c.Claim.Wants = FullKeep }), "refund origin 23.80 7.80 customer card 23.80; no full_keep: above_threshold"},
		{"nothing to send", "", policy(func(c *Case) { c.Claim.Wants, c.Policy.Windows[Exchange] = Exchange, 10 }), "refund origin 23.80 7.80 customer card 23.80; no exchange: no_stock"},
		{"nothing is broken", "", policy(func(c *Case) { c.Claim.Wants = Repair }), "refund origin 23.80 7.80 customer card 23.80; no repair: not_applicable"},
		{"credit", "", policy(func(c *Case) {
			c.Policy.Windows = map[Remedy]int{StoreCredit: 10}
			c.Policy.Bonus, c.Costs.Credit, c.Claim.Wants, c.Order.Lines[0].Duty = fee, 800_000_000, StoreCredit, 100
		}), "store_credit origin 26.80 5.44 customer store_credit 26.80"},
		{"further period first", "DE", func(c *Case) {
			c.Order.Shipment, c.Order.DeliveredAt, c.Order.Lines[0].Flags, c.Order.PlacedAt = InTransit, time.Time{}, CustomMade, at("2026-01-01 10:00")
		}, "no refund: extra_period_first"},
		{"expert after a year", "DE", func(c *Case) {
			c.Claim.Reason, c.Claim.OpenedAt, c.Claim.Evidence = Defective, at("2027-03-05 10:00"), Photo
			c.Policy.Evidence, c.Policy.Auto = map[Reason]Evidence{Defective: Photo | Serial | ProofOfPurchase}, map[Remedy]int64{Repair: 9999}
			c.Costs.Repair, c.Claim.Wants = &RepairCost{Cost: 300, Freight: 200, Days: 4}, Repair
		}, "repair origin 0.00 17.00 merchant needs serial+expert_report"},
	} {
		c := sale("DE", "", nil)
		if x.country != "" {
			c.Market.Country = x.country
		}
		if x.change != nil {
			x.change(&c)
		}
		if got := offered(c); got != x.want {
			t.Errorf("%s:\n got %q\nwant %q", x.name, got, x.want)
		}
	}
}

func TestLawHasAllRows(t *testing.T) {
	l := Statute()
	for _, key := range append(slices.Clone(members), "GB", "GB-SCT", "US", "CA-ON", "CA-QC", "RU", "CN", "JP", "KR", "BR", "AU", "NZ", "SG", "NO", "TR", "ID") {
		if l.markets[key] == nil {
			t.Errorf("no law of %s", key)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	in, _ := worked(b)
	var cases []Case
	for _, data := range in {
		cases = append(cases, read(b, data))
	}
	law := Statute()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Decide(law, &cases[i%len(cases)])
	}
}
