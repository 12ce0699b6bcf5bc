package plan

import (
	_ "embed"
	"os"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
)

//go:embed testdata/plan.json
var sample string

func document(t testing.TB) Document {
	t.Helper()
	d, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	return d
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// noon is a Tuesday.
var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

func rates(t testing.TB) fx.Table {
	t.Helper()
	f, err := os.Open("../fx/testdata/eurofxref-daily.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := fx.ReadECB(f)
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		list[i].Day = day("2026-11-23")
	}
	return fx.NewTable(noon, list)
}

func shirt() Item {
	return Item{SKU: "SHIRT", Quantity: 2, Price: 2500, Grams: 200, HS: "61091000", Origin: "CN"}
}

func quote(t testing.TB, d Document, b Basket) Offer {
	t.Helper()
	o, err := Quote(d, b, noon, rates(t), Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func only(t testing.TB, o Offer, service string) Option {
	t.Helper()
	for _, x := range o.Options {
		if x.Service == service {
			return x
		}
	}
	t.Fatalf("no %s among %+v, refused %v", service, o.Options, o.Refused)
	return Option{}
}

func TestQuoteIntoTheUnion(t *testing.T) {
	d := document(t)
	o := only(t, quote(t, d, Basket{Items: []Item{shirt()}, Currency: "EUR", Country: "DE", Language: "de"}), "economy")
	if o.Title != "Günstig" || o.Price.String() != "4.90" || o.Grams != 400 || o.Warehouse != "shenzhen" {
		t.Errorf("option %+v", o)
	}
	if o.Duty.Amount.String() != "3.00" || o.Duty.Due != DueDoor || o.Duty.CheckedOn != "2026-08-30" || !strings.Contains(o.Duty.Source, "2026/382") {
		t.Errorf("duty: EUR 3 for one tariff line, however many shirts: %+v", o.Duty)
	}
	if o.Tax.Amount.String() != "10.43" || o.Tax.Due != DueCheckout || o.Tax.Name != "VAT" { // 19 % of 54.90
		t.Errorf("tax under IOSS: %+v", o.Tax)
	}
	if o.Total.String() != "18.33" {
		t.Errorf("total %s", o.Total)
	}
	// Ordered on Tuesday at 12:00 in Shenzhen, before 16:00; a day of handling; 7 to 12 working days in Germany.
	if o.Leaves != day("2026-11-25") || o.From != day("2026-12-04") || o.To != day("2026-12-11") || o.DaysFrom != 10 || o.DaysTo != 17 {
		t.Errorf("leaves %s, comes %s to %s (%d to %d days)", o.Leaves, o.From, o.To, o.DaysFrom, o.DaysTo)
	}
	if o.Returns.Days != 30 || o.Returns.Law || len(o.Rates) != 0 {
		t.Errorf("returns %+v, rates %v", o.Returns, o.Rates)
	}
}

func TestQuote(t *testing.T) {
	d := document(t)
	shirts := func(n int64) Item { i := shirt(); i.Quantity = n; return i }
	phone := Item{SKU: "PHONE", Quantity: 1, Price: 40000, Grams: 300, HS: "851713", Origin: "CN"}
	tent := Item{SKU: "TENT", Quantity: 1, Price: 9000, Grams: 2400, Length: 600, Width: 200, Height: 200, HS: "630622", Origin: "CN"}
	for name, c := range map[string]struct {
		b                                Basket
		service, price, duty, tax, total string
		dutyDue, taxDue                  Due
	}{
		"two lines":              {Basket{Items: []Item{shirt(), {SKU: "WATCH", Quantity: 1, Price: 1000, Grams: 50, HS: "910211"}}, Currency: "EUR", Country: "FR"}, "economy", "4.90", "10.00", "12.98", "27.88", DueDoor, DueCheckout},
		"above EUR 150":          {Basket{Items: []Item{phone}, Currency: "EUR", Country: "DE"}, "economy", "0.00", "0.00", "76.00", "76.00", DueNever, DueDoor},
		"from within the union":  {Basket{Items: []Item{tent}, Currency: "EUR", Country: "FR"}, "local", "9.90", "0.00", "0.00", "9.90", DueNever, DueNever},
		"United Kingdom":         {Basket{Items: []Item{shirt()}, Currency: "EUR", Country: "GB"}, "express", "19.00", "0.00", "13.80", "32.80", DueNever, DueCheckout},
		"above GBP 135":          {Basket{Items: []Item{shirts(8)}, Currency: "EUR", Country: "GB"}, "express", "19.00", "26.28", "49.06", "94.34", DueDoor, DueDoor}, // own rate of 12 % on 219.00
		"United States":          {Basket{Items: []Item{shirt()}, Currency: "USD", Country: "US"}, "economy", "7.01", "12.00", "0.00", "19.01", DueDoor, DueUnknown},  // 16.5 + 7.5 %
		"in zloty":               {Basket{Items: []Item{shirt()}, Currency: "EUR", Show: "PLN", Country: "PL"}, "economy", "23.34", "14.29", "60.14", "97.77", DueDoor, DueCheckout},
		"by volume":              {Basket{Items: []Item{tent}, Currency: "EUR", Country: "DE"}, "express", "49.00", "3.00", "26.41", "78.41", DueDoor, DueCheckout}, // 24 l / 5 = 4.8 kg
		"free by currency":       {Basket{Items: []Item{shirts(12)}, Currency: "PLN", Country: "PL"}, "economy", "0.00", "14.29", "69.00", "83.29", DueDoor, DueCheckout},
		"Russia below the limit": {Basket{Items: []Item{shirt()}, Currency: "EUR", Country: "RU"}, "economy", "6.90", "0.00", "0.00", "6.90", DueNever, DueNever},
		"Brazil":                 {Basket{Items: []Item{{SKU: "CABLE", Quantity: 1, Price: 2000, Grams: 100, HS: "854442"}}, Currency: "USD", Country: "BR"}, "economy", "7.01", "5.40", "8.10", "20.51", DueDoor, DueDoor}, // 20 % of 27.01; ICMS inside
		"the merchant pays":      {Basket{Items: []Item{shirt()}, Currency: "EUR", Country: "CH"}, "paid", "29.00", "0.00", "6.40", "29.00", DueNever, DueSeller},
	} {
		t.Run(name, func(t *testing.T) {
			o := only(t, quote(t, d, c.b), c.service)
			if o.Price.String() != c.price || o.Duty.Amount.String() != c.duty || o.Tax.Amount.String() != c.tax || o.Total.String() != c.total || o.Duty.Due != c.dutyDue || o.Tax.Due != c.taxDue {
				t.Errorf("price %s duty %s (%s) tax %s (%s) total %s\nwant %s %s (%s) %s (%s) %s", o.Price, o.Duty.Amount, o.Duty.Due, o.Tax.Amount, o.Tax.Due, o.Total,
					c.price, c.duty, c.dutyDue, c.tax, c.taxDue, c.total)
			}
		})
	}
}

func TestWhatIsNotKnownIsNotNothing(t *testing.T) {
	d := document(t)
	d.Duties = nil
	i := shirt()
	i.Quantity = 10
	o := only(t, quote(t, d, Basket{Items: []Item{i}, Currency: "EUR", Country: "GB"}), "express")
	if o.Duty.Due != DueUnknown || !o.Duty.AtLeast || !o.Tax.AtLeast {
		t.Errorf("duty %+v, tax %+v", o.Duty, o.Tax)
	}
	i.Grams = 0
	offer := quote(t, d, Basket{Items: []Item{i}, Currency: "EUR", Country: "GB"})
	if len(offer.Options) != 0 || offer.Refused[0].Key != "plan.no.unweighed" {
		t.Errorf("without a weight: %+v", offer)
	}
	if _, err := Quote(d, Basket{Items: []Item{shirt()}, Currency: "EUR", Show: "USD", Country: "DE"}, noon, fx.Table{}, Embedded()); !errs.Is(err, errs.Unavailable) {
		t.Errorf("without rates: %v", err)
	}
}

func TestServicesAreRefusedForAReason(t *testing.T) {
	d := document(t)
	why := func(b Basket) map[string]string {
		out := map[string]string{}
		for _, r := range quote(t, d, b).Refused {
			out[r.Service] = strings.TrimPrefix(r.Key, "plan.no.")
		}
		return out
	}
	big := shirt()
	big.Length = 3001
	heavy := shirt()
	heavy.Quantity = 200
	tents := Item{SKU: "TENT", Quantity: 9, Price: 1, Grams: 1}
	for name, c := range map[string]struct {
		b    Basket
		want map[string]string
	}{
		"nowhere":  {Basket{Items: []Item{shirt()}, Currency: "EUR", Country: "AQ"}, map[string]string{"economy": "zone", "express": "zone", "local": "zone", "paid": "zone"}},
		"long":     {Basket{Items: []Item{big}, Currency: "EUR", Country: "DE"}, map[string]string{"economy": "size", "express": "size", "local": "stock", "paid": "zone"}},
		"heavy":    {Basket{Items: []Item{heavy}, Currency: "EUR", Country: "DE"}, map[string]string{"economy": "weight", "express": "weight", "local": "stock", "paid": "zone"}},
		"stock":    {Basket{Items: []Item{tents}, Currency: "EUR", Country: "DE"}, map[string]string{"local": "stock", "paid": "zone"}},
		"Canaries": {Basket{Items: []Item{shirt()}, Currency: "EUR", Country: "ES", Postcode: "35 001"}, map[string]string{"economy": "zone", "local": "zone", "paid": "zone"}},
	} {
		got := why(c.b)
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		for k, v := range c.want {
			if got[k] != v {
				t.Errorf("%s: %s is refused for %q, want %q", name, k, got[k], v)
			}
		}
	}
	for name, b := range map[string]Basket{
		"empty": {Currency: "EUR", Country: "DE"}, "country": {Items: []Item{shirt()}, Currency: "EUR", Country: "Germany"}, "currency": {Items: []Item{shirt()}, Currency: "E", Country: "DE"},
		"quantity": {Items: []Item{{SKU: "x"}}, Currency: "EUR", Country: "DE"},
	} {
		if _, err := Quote(d, b, noon, rates(t), Embedded()); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Document)
		want   string
	}{
		"overlapping countries": {func(d *Document) { d.Zones[1].Countries = append(d.Zones[1].Countries, "DE") }, "zones.world.countries"},
		"overlapping postcodes": {func(d *Document) { d.Zones[0].Postcodes = map[string][]string{"ES": {"35"}} }, "postcodes"},
		"unknown country":       {func(d *Document) { d.Zones[0].Countries[0] = "XX" }, "zones.union.countries"},
		"gap in the steps":      {func(d *Document) { d.Services[0].Rates[0].Steps[1].From = 600 }, "services.economy.rates.union.steps"},
		"steps out of order":    {func(d *Document) { d.Services[0].Rates[0].Steps[1].To = 400 }, "services.economy.rates.union.steps"},
		"heavier is cheaper":    {func(d *Document) { d.Services[0].Rates[0].Steps[1].Price = 1 }, "services.economy.rates.union.steps"},
		"unknown zone":          {func(d *Document) { d.Services[0].Rates[0].Zone = "moon" }, "services.economy.rates.moon"},
		"unknown warehouse":     {func(d *Document) { d.Services[0].From = []string{"mars"} }, "services.economy.from"},
		"time zone":             {func(d *Document) { d.Warehouses[0].Zone = "Shenzhen" }, "warehouses.shenzhen.zone"},
		"cut-off":               {func(d *Document) { d.Warehouses[0].CutOff = "4 pm" }, "warehouses.shenzhen.cut_off"},
		"days":                  {func(d *Document) { d.Services[0].Rates[0].Days = [2]int{9, 3} }, "services.economy.rates.union.days"},
		"duty":                  {func(d *Document) { d.Duties[0].Pct = "twelve" }, "duties"},
		"holiday":               {func(d *Document) { d.Holidays = map[string][]string{"CN": {"31.12."}} }, "holidays.CN"},
		"a key twice":           {func(d *Document) { d.Zones[1].Key = "union" }, "zones.union"},
		"currency":              {func(d *Document) { d.Currency = "EURO" }, "currency"},
	} {
		d := document(t)
		c.change(&d)
		if err := d.Check(); !errs.Is(err, errs.Invalid) || !strings.Contains(places(err), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []string{"", "[]", `{"zone": []}`, `{"currency": "EUR"} {}`} {
		if _, err := Parse([]byte(bad)); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	d := document(t)
	again, err := Parse([]byte(d.Text()))
	if err != nil || again.Text() != d.Text() {
		t.Errorf("a document does not read as it is written: %v", err)
	}
}

// places names the places of all problems.
func places(err error) string {
	var out []string
	for _, e := range errs.Fields(err) {
		out = append(out, e.Field)
	}
	return strings.Join(out, " ")
}

func TestLeviesHoldBetweenDays(t *testing.T) {
	l := Embedded()
	for _, c := range []struct {
		market, origin, day string
		perLine             int64
		dutyFree            bool
	}{{"DE", "CN", "2026-06-30", 0, true}, {"DE", "CN", "2026-07-01", 300, false}, {"DE", "CN", "2028-06-30", 300, false}, {"DE", "CN", "2028-07-01", 0, false}, {"FR", "CN", "2026-11-22", 500, false}, {"CA", "US", "2026-11-22", 0, true}} {
		got, ok := l.Of(c.market, c.origin, day(c.day))
		if !ok || got.PerLine != c.perLine || (got.DutyFree != nil) != c.dutyFree {
			t.Errorf("%+v: %+v", c, got)
		}
	}
	if us, _ := l.Of("CA", "US", noon); *us.DutyFree != 15000 {
		t.Errorf("from the United States: %d", *us.DutyFree)
	}
	for _, r := range l.rows {
		if r.Status == "" || r.Source == "" {
			t.Errorf("the levy of %s has no source", r.Market)
		}
		for _, o := range l.rows {
			if r.Market == o.Market && strings.Join(r.Origins, " ") == strings.Join(o.Origins, " ") && r.From.Before(o.From) && (r.To.IsZero() || !r.To.Before(o.From)) {
				t.Errorf("two levies of %s hold on %s", r.Market, o.From)
			}
		}
	}
}

func TestKept(t *testing.T) {
	p := order.Promise{From: day("2026-12-03"), To: day("2026-12-10")}
	at := func(s string, h int) time.Time { return day(s).Add(time.Duration(h) * time.Hour) }
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		promise order.Promise
		came    time.Time
		status  shipment.Status
		zone    *time.Location
		now     time.Time
		want    Outcome
		days    int
	}{
		"nothing promised":        {order.Promise{}, at("2026-12-04", 9), shipment.Delivered, nil, noon, Unpromised, 0},
		"in time":                 {p, at("2026-12-10", 23), shipment.Delivered, nil, noon, InTime, 0},
		"late by the clock there": {p, at("2026-12-10", 23), shipment.Delivered, shanghai, noon, Late, 1},
		"late":                    {p, at("2026-12-13", 9), shipment.Delivered, nil, noon, Late, 3},
		"early":                   {p, at("2026-12-01", 9), shipment.Delivered, nil, noon, Early, -2},
		"on its way":              {p, time.Time{}, shipment.InTransit, nil, at("2026-12-10", 20), Open, 0},
		"overdue":                 {p, time.Time{}, shipment.InTransit, nil, at("2026-12-12", 1), Overdue, 2},
		"lost":                    {p, time.Time{}, shipment.Lost, nil, noon, Failed, 0},
	} {
		v := shipment.Shipment{}
		v.Status, v.DeliveredAt = c.status, c.came
		if out, days := Kept(c.promise, v, c.zone, c.now); out != c.want || days != c.days {
			t.Errorf("%s: %s %d, want %s %d", name, out, days, c.want, c.days)
		}
	}
}

func BenchmarkQuote(b *testing.B) {
	d, table, levies := document(b), rates(b), Embedded()
	basket := Basket{Items: []Item{shirt(), {SKU: "PHONE", Quantity: 1, Price: 1000, Grams: 300, HS: "851713"}}, Currency: "EUR", Show: "PLN", Country: "PL"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Quote(d, basket, noon, table, levies); err != nil {
			b.Fatal(err)
		}
	}
}

// A service is called by the name of the language, of its family, or by one for all.
func TestTitle(t *testing.T) {
	way := Way{Key: "economy", Name: map[string]string{"default": "Economy", "zh": "经济", "pt-BR": "Econômico"}}
	for language, want := range map[string]string{"zh": "经济", "zh-Hans": "经济", "pt-BR": "Econômico", "pt": "Economy", "": "Economy"} {
		if got := way.Title(language); got != want {
			t.Errorf("%q: %s", language, got)
		}
	}
	if got := (Way{Key: "economy"}).Title("de"); got != "economy" {
		t.Error(got)
	}
}
