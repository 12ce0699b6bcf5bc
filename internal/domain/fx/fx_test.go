package fx

import (
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
)

func date(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func feed(t testing.TB, name string) []Rate {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rates, err := ReadECB(f)
	if err != nil {
		t.Fatal(err)
	}
	return rates
}

func rate(base, quote, value string, source Source, day string) Rate {
	v, err := ParseDecimal(value)
	if err != nil {
		panic(err)
	}
	return Rate{Base: base, Quote: quote, Value: v, Source: source, Day: date(day)}
}

func TestReadECB(t *testing.T) {
	daily := feed(t, "eurofxref-daily.xml")
	if len(daily) != 31 && len(daily) != 30 || daily[0].Quote != "USD" || daily[0].Value.String() != "1.0163" || daily[0].Day != date("2022-07-08") {
		t.Errorf("daily: %d rates, first %+v", len(daily), daily[0])
	}
	hist := feed(t, "eurofxref-hist.csv")
	if hist[0].Day != date("2024-03-06") || hist[0].Value.String() != "1.0874" {
		t.Errorf("history: first %+v", hist[0])
	}
	days := map[time.Time]int{}
	for _, r := range hist {
		days[r.Day]++
		if r.Quote == "CYP" || r.Quote == "RUB" {
			t.Errorf("a rate where there is none: %+v", r)
		}
	}
	if len(days) != 3 || days[date("2024-03-04")] != days[date("2024-03-06")] {
		t.Errorf("days %v", days)
	}
	short, err := ReadECB(strings.NewReader("\ufeffDate, USD, JPY, \n08 July 2022, 1.0163, 138.05, \n"))
	if err != nil || len(short) != 2 || short[1].Value.String() != "138.05" {
		t.Errorf("daily CSV: %v, %v", short, err)
	}
	for _, bad := range []string{"", "<html></html>", "<x", "USD,1.2\n", "Date,USD\n2024-13-01,1\n", "Date,USD\n2024-01-01,-1\n", "Date,USD\n2024-01-01,1,2,3\n", "Date,USD\n"} {
		if _, err := ReadECB(strings.NewReader(bad)); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzReadECB(f *testing.F) {
	for _, name := range []string{"eurofxref-daily.xml", "eurofxref-hist.csv"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, text string) {
		rates, err := ReadECB(strings.NewReader(text))
		if err != nil && !errs.Is(err, errs.Invalid) {
			t.Fatal(err)
		}
		for _, r := range rates {
			if v, err := ParseDecimal(r.Value.String()); err != nil || v.rat().Cmp(r.Value.rat()) != 0 {
				t.Fatalf("%v is written as %s", r.Value, r.Value)
			}
		}
	})
}

func TestConvert(t *testing.T) {
	table := NewTable(date("2022-07-11").Add(9*time.Hour), append(feed(t, "eurofxref-daily.xml"), rate("USD", "CNY", "7", Manual, "2022-07-01")))
	for _, c := range []struct{ from, to, want string }{
		{"100.00 EUR", "USD", "101.63"},
		{"101.63 USD", "EUR", "100.00"},
		{"1.00 EUR", "JPY", "138"},
		{"1000 JPY", "EUR", "7.24"},   // 7.2437
		{"1000 JPY", "KRW", "9573"},   // through the euro, rounded once: 9573.4154
		{"10.00 USD", "CNY", "70.00"}, // the merchant's own
		{"70.00 CNY", "USD", "10.00"}, // from either side
		{"5.00 GBP", "GBP", "5.00"},   // nothing to convert
		{"0.01 IDR", "EUR", "0.00"},   // less than a cent
		{"-10.00 EUR", "USD", "-10.16"},
	} {
		amount, currency, _ := strings.Cut(c.from, " ")
		a, err := money.Parse(amount, currency)
		if err != nil {
			t.Fatal(err)
		}
		got, cross, err := table.Convert(a, c.to, HalfUp)
		if err != nil || got.String() != c.want {
			t.Errorf("%s in %s = %s, %v; want %s", c.from, c.to, got, err, c.want)
		}
		if c.to == "KRW" && (len(cross.Legs) != 2 || cross.Stale || cross.AgeDays != 3) {
			t.Errorf("cross %+v", cross)
		}
	}
	if _, _, err := table.Convert(money.Amount{Minor: 1, Currency: "EUR"}, "RUB", HalfUp); !errs.Is(err, errs.Unavailable) {
		t.Errorf("without a rate: %v", err)
	}
}

func TestRatesAgeOpenly(t *testing.T) {
	rates := []Rate{rate("EUR", "USD", "1.1", ECB, "2026-04-02"), rate("EUR", "GBP", "0.9", ECB, "2026-04-07")}
	for at, want := range map[string]struct {
		days  int
		stale bool
		ok    bool
	}{"2026-04-07": {5, false, true}, "2026-04-08": {6, true, true}, "2026-06-01": {60, true, true}, "2026-06-02": {0, false, false}} {
		c, err := NewTable(date(at), rates).Between("USD", "GBP")
		if (err == nil) != want.ok || want.ok && (c.AgeDays != want.days || c.Stale != want.stale || c.Day != date("2026-04-02")) {
			t.Errorf("%s: %+v, %v", at, c, err)
		}
	}
	own := rate("EUR", "USD", "1.2", Manual, "2026-01-01")
	ended := rate("EUR", "USD", "1.3", Manual, "2026-02-01")
	ended.Until = date("2026-02-28")
	c, err := NewTable(date("2026-04-07"), append(rates, own, ended)).Between("EUR", "USD")
	if err != nil || c.Legs[0].Value.String() != "1.2" || !c.Stale || c.Sources()[0] != Manual {
		t.Errorf("the merchant's own: %+v, %v", c, err)
	}
}

func TestRounding(t *testing.T) {
	for _, c := range []struct {
		num, den                   int64
		halfUp, halfEven, up, down int64
	}{{5, 2, 3, 2, 3, 2}, {7, 2, 4, 4, 4, 3}, {-5, 2, -3, -2, -3, -2}, {9, 4, 2, 2, 3, 2}, {11, 4, 3, 3, 3, 2}, {4, 2, 2, 2, 2, 2}, {0, 3, 0, 0, 0, 0}} {
		x := big.NewRat(c.num, c.den)
		for r, want := range map[Rounding]int64{HalfUp: c.halfUp, HalfEven: c.halfEven, Up: c.up, Down: c.down} {
			if got, ok := r.Round(x); !ok || got != want {
				t.Errorf("%s of %s = %d, want %d", r, x, got, want)
			}
		}
	}
	if _, ok := HalfUp.Round(new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 80))); ok {
		t.Error("80 bits fit into 64")
	}
}

// However a sum is cut up, its parts convert to what it converts to, if what is
// added up is exact; and a conversion is never further from the truth than half a
// unit.
func TestConversionsRoundOnce(t *testing.T) {
	all := feed(t, "eurofxref-daily.xml")
	table := NewTable(date("2022-07-08"), all)
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.SampledFrom(all).Draw(t, "from").Quote
		to := rapid.SampledFrom(all).Draw(t, "to").Quote
		parts := rapid.SliceOfN(rapid.Int64Range(0, 1_000_000), 1, 6).Draw(t, "parts")
		sum, whole := new(big.Rat), money.Amount{Currency: from}
		for _, p := range parts {
			x, _, err := table.Exact(money.Amount{Minor: p, Currency: from}, to)
			if err != nil {
				t.Fatal(err)
			}
			sum.Add(sum, x)
			whole.Minor += p
		}
		got, _, err := table.Convert(whole, to, HalfEven)
		if err != nil {
			t.Fatal(err)
		}
		if want, _ := HalfEven.Round(sum); want != got.Minor {
			t.Fatalf("parts make %d, the whole %d", want, got.Minor)
		}
		off := new(big.Rat).Sub(sum, new(big.Rat).SetInt64(got.Minor))
		if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("off by %s", off)
		}
	})
}
