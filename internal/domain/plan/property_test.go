package plan

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/hours"
)

// More goods or heavier ones never cost less to send, unless they pass the sum from
// which sending is free; and all figures add up.
func TestSendingIsMonotone(t *testing.T) {
	d, table := document(t), rates(t)
	for i := range d.Services {
		for k := range d.Services[i].Rates {
			d.Services[i].Rates[k].Free = nil
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		b := Basket{Currency: "EUR", Show: rapid.SampledFrom([]string{"EUR", "PLN", "JPY"}).Draw(t, "show"), Country: rapid.SampledFrom([]string{"DE", "PL", "US", "GB"}).Draw(t, "country")}
		b.Items = []Item{{
			SKU: "A", Quantity: rapid.Int64Range(1, 9).Draw(t, "quantity"), Price: rapid.Int64Range(0, 9000).Draw(t, "price"), Grams: rapid.Int64Range(1, 900).Draw(t, "grams"),
			Length: rapid.Int64Range(0, 400).Draw(t, "length"), Width: 100, Height: 100, HS: "610910",
		}}
		more := b
		more.Items = []Item{b.Items[0]}
		more.Items[0].Grams += rapid.Int64Range(0, 500).Draw(t, "heavier")
		more.Items[0].Quantity += rapid.Int64Range(0, 3).Draw(t, "more")
		less, err := Quote(d, b, noon, table, Embedded())
		if err != nil {
			t.Fatal(err)
		}
		after, err := Quote(d, more, noon, table, Embedded())
		if err != nil {
			t.Fatal(err)
		}
		was := map[string]Option{}
		for _, o := range less.Options {
			was[o.Service] = o
			sum := o.Price
			for _, c := range []Charge{o.Duty, o.Tax} {
				if c.Due == DueDoor || c.Due == DueCheckout {
					sum, _ = sum.Add(c.Amount)
				}
			}
			if sum != o.Total {
				t.Fatalf("%s: the total %s is not the sum %s of what is shown", o.Service, o.Total, sum)
			}
		}
		for _, o := range after.Options {
			before, ok := was[o.Service]
			if !ok {
				t.Fatalf("%s takes more than it takes less", o.Service)
			}
			if o.Price.Minor < before.Price.Minor || o.Grams < before.Grams {
				t.Fatalf("%s: %d g cost %s, %d g %s", o.Service, before.Grams, before.Price, o.Grams, o.Price)
			}
			if b.Country == "DE" && o.Tax.Amount.Minor < before.Tax.Amount.Minor {
				t.Fatalf("tax fell from %s to %s", before.Tax.Amount, o.Tax.Amount)
			}
		}
	})
}

// A sum from which sending is free never makes it cost more, and dearer goods never
// cost more to send than cheaper ones of their weight.
func TestFreeSendingNeverCostsMore(t *testing.T) {
	table := rates(t)
	rapid.Check(t, func(t *rapid.T) {
		with, without := documentOf(sample), documentOf(sample)
		from := rapid.Int64Range(0, 30000).Draw(t, "from")
		with.Services[0].Rates[0].Free = map[string]int64{rapid.SampledFrom([]string{"EUR", "PLN"}).Draw(t, "currency"): from}
		without.Services[0].Rates[0].Free = nil
		price := rapid.Int64Range(0, 40000).Draw(t, "price")
		cost := func(d Document, price int64) money.Amount {
			o, err := Quote(d, Basket{Items: []Item{{SKU: "A", Quantity: 1, Price: price, Grams: 100}}, Currency: "EUR", Country: "DE"}, noon, table, Embedded())
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range o.Options {
				if x.Service == "economy" {
					return x.Price
				}
			}
			t.Fatal("no option")
			return money.Amount{}
		}
		if a, b := cost(with, price), cost(without, price); a.Minor > b.Minor {
			t.Fatalf("free from %d: %s instead of %s", from, a, b)
		}
		if a, b := cost(with, price+rapid.Int64Range(0, 9000).Draw(t, "dearer")), cost(with, price); a.Minor > b.Minor {
			t.Fatalf("dearer goods cost %s to send instead of %s", a, b)
		}
	})
}

func documentOf(text string) Document {
	d, err := Parse([]byte(text))
	if err != nil {
		panic(err)
	}
	return d
}

// Days are counted as somebody with a wall calendar counts them: hour by hour to
// the cut-off, day by day after it.
func TestDaysAgainstAWallCalendar(t *testing.T) {
	d := document(t)
	d.Holidays = map[string][]string{"DE": {"2026-12-24", "2026-12-31"}}
	d.WorkingDays = map[string][]string{"CN": {"2027-02-13"}}
	rapid.Check(t, func(t *rapid.T) {
		w := d.Warehouses[rapid.IntRange(0, 1).Draw(t, "warehouse")]
		w.Handling = rapid.IntRange(0, 4).Draw(t, "handling")
		ordered := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 200*24*60).Draw(t, "minutes")) * time.Minute)
		zone, err := time.LoadLocation(w.Zone)
		if err != nil {
			t.Fatal(err)
		}
		works := func(country string, at time.Time) bool {
			text := at.Format(time.DateOnly)
			for _, x := range d.WorkingDays[country] {
				if x == text {
					return true
				}
			}
			for _, x := range d.Holidays[country] {
				if x == text {
					return false
				}
			}
			for _, c := range closures[country] {
				if text >= c[0] && text <= c[1] {
					return false
				}
			}
			return at.Weekday() != time.Saturday && at.Weekday() != time.Sunday && !hours.Holiday(country, day(text))
		}
		// Walk minute by minute until the shutters of a working day close.
		at := ordered.In(zone)
		for !works(w.Country, at) || at.Format("15:04") >= w.CutOff {
			at = at.Add(time.Minute)
		}
		for n := w.Handling; n > 0; {
			at = at.AddDate(0, 0, 1)
			if works(w.Country, at) {
				n--
			}
		}
		if got := d.Dispatch(w, ordered); got.Format(time.DateOnly) != at.Format(time.DateOnly) {
			t.Fatalf("ordered %s: leaves %s, by the wall calendar %s", ordered, got.Format(time.DateOnly), at.Format(time.DateOnly))
		}
		transit := rapid.IntRange(0, 15).Draw(t, "transit")
		leaves := day(at.Format(time.DateOnly))
		came := leaves
		for n := transit; n > 0; {
			came = came.AddDate(0, 0, 1)
			if works("DE", came) {
				n--
			}
		}
		if got := d.Arrival(Way{}, "DE", leaves, transit); !got.Equal(came) {
			t.Fatalf("leaves %s: comes %s, by the wall calendar %s", leaves, got, came)
		}
	})
}
