package money

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
	"pgregory.net/rapid"
)

// TestFormatLikeICU compares with what ICU 78 wrote for each locale, 32 currencies and 8 values.
func TestFormatLikeICU(t *testing.T) {
	data, err := os.ReadFile("testdata/format.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Values []string
		Golden map[string]map[string][]string
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	cases, bad := 0, 0
	for locale, byCurrency := range file.Golden {
		for currency, want := range byCurrency {
			for i, v := range file.Values {
				minor, _ := strconv.ParseInt(v, 10, 64)
				cases++
				if got := (Amount{minor, currency}).Format(locale); got != want[i] {
					if bad++; bad <= 40 {
						t.Errorf("%s %s %s = %+q, ICU has %+q", locale, v, currency, got, want[i])
					}
				}
			}
		}
	}
	t.Logf("%d of %d equal", cases-bad, cases)
	if cases < 32*32*8 || len(file.Golden) != len(Locales())-1 { // all but fr-CH, see gen/golden.mjs
		t.Errorf("only %d cases in %d locales", cases, len(file.Golden))
	}
}

func TestFormatFallsBack(t *testing.T) {
	for _, c := range []struct{ locale, want string }{
		{"zh-CN", "US$12.34"}, {"de-LI", "12,34\u00a0$"}, {"tlh", "$12.34"}, {"", "$12.34"}, {"pt-PT", "12,34\u00a0US$"}, {"zh-Hant-HK", "US$12.34"},
	} {
		if got := (Amount{1234, "USD"}).Format(c.locale); got != c.want {
			t.Errorf("%q: %q, want %q", c.locale, got, c.want)
		}
	}
	if got := (Amount{-1234, "ZZZ"}).Format("en"); got != "-ZZZ\u00a012.34" {
		t.Errorf("unknown currency: %q", got)
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text, currency string
		want           int64
	}{
		{"12.34", "EUR", 1234}, {"12.3", "EUR", 1230}, {"12", "EUR", 1200}, {"-0.05", "EUR", -5}, {"1200", "JPY", 1200}, {"1.234", "KWD", 1234}, {"0", "USD", 0},
		{"92233720368547758.07", "USD", math.MaxInt64}, {"-92233720368547758.08", "USD", math.MinInt64}, {"5", "MGA", 500}, {"7", "CLP", 7}, {"1.0000", "CLF", 10000},
	} {
		got, err := Parse(c.text, c.currency)
		if err != nil || got != (Amount{c.want, c.currency}) {
			t.Errorf("Parse(%q, %s) = %v, %v", c.text, c.currency, got, err)
		}
	}
	for _, c := range [][2]string{
		{"", "EUR"}, {".5", "EUR"}, {"5.", "EUR"}, {"+5", "EUR"}, {"--5", "EUR"}, {"1,5", "EUR"}, {" 5", "EUR"}, {"5 ", "EUR"}, {"1e3", "EUR"}, {"1.234", "EUR"}, {"1.0", "JPY"},
		{"٣", "EUR"}, {"1.2.3", "EUR"}, {"92233720368547758.08", "USD"}, {"0x10", "EUR"}, {"1_0", "EUR"}, {"-", "EUR"}, {"1", "eur"}, {"1", ""}, {"1", "XXX"},
	} {
		if got, err := Parse(c[0], c[1]); !errs.Is(err, errs.Invalid) {
			t.Errorf("Parse(%q, %q) = %v, %v, want errs.Invalid", c[0], c[1], got, err)
		}
	}
}

func TestStringRoundTrips(t *testing.T) {
	codes := make([]string, 0, len(currencies))
	for c := range currencies {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	rapid.Check(t, func(t *rapid.T) {
		a := Amount{rapid.Int64().Draw(t, "minor"), rapid.SampledFrom(codes).Draw(t, "currency")}
		if b, err := Parse(a.String(), a.Currency); err != nil || a != b {
			t.Fatalf("%v became %v, %v", a, b, err)
		}
		data, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var c Amount
		if err := json.Unmarshal(data, &c); err != nil || c != a {
			t.Fatalf("%s became %v, %v", data, c, err)
		}
		a.Format("ar")
	})
}

func TestArithmetic(t *testing.T) {
	eur := func(n int64) Amount { return Amount{n, "EUR"} }
	if got, err := eur(5).Add(eur(-7)); err != nil || got != eur(-2) {
		t.Error(got, err)
	}
	if got, err := eur(5).Sub(eur(-7)); err != nil || got != eur(12) {
		t.Error(got, err)
	}
	if got, err := eur(5).Add(eur(0)); err != nil || got != eur(5) {
		t.Error(got, err)
	}
	if got, err := Sum("EUR", eur(1), eur(2)); err != nil || got != eur(3) {
		t.Error(got, err)
	}
	if _, err := Sum("EUR", eur(1), Amount{1, "USD"}, eur(2)); !errs.Is(err, errs.Conflict) {
		t.Error(err)
	}
	for name, f := range map[string]func() (Amount, error){
		"max+1": func() (Amount, error) { return eur(math.MaxInt64).Add(eur(1)) },
		"min-1": func() (Amount, error) { return eur(math.MinInt64).Sub(eur(1)) },
		"0-min": func() (Amount, error) { return eur(0).Sub(eur(math.MinInt64)) },
		"-min":  func() (Amount, error) { return eur(math.MinInt64).Neg() },
	} {
		if got, err := f(); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s = %v, %v", name, got, err)
		}
	}
	if _, err := eur(1).Add(Amount{1, "USD"}); !errs.Is(err, errs.Conflict) {
		t.Error("currencies mixed")
	}
	if c, err := eur(1).Cmp(eur(2)); err != nil || c != -1 {
		t.Error(c, err)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		sum, err := eur(a).Add(eur(b))
		wide := float64(a) + float64(b)
		if err == nil {
			if back, err := sum.Sub(eur(b)); err != nil || back != eur(a) {
				t.Fatalf("%d + %d - %d = %v, %v", a, b, b, back, err)
			}
		} else if math.Abs(wide) < math.MaxInt64/2 {
			t.Fatalf("%d + %d: %v", a, b, err)
		}
	})
}

func TestAllocate(t *testing.T) {
	got, err := Amount{100, "EUR"}.Allocate(1, 1, 1)
	if err != nil || got[0].Minor != 34 || got[1].Minor != 33 || got[2].Minor != 33 {
		t.Error(got, err)
	}
	if got, err = (Amount{-5, "EUR"}).Allocate(3, 7); err != nil || got[0].Minor+got[1].Minor != -5 {
		t.Error(got, err)
	}
	if got, err = (Amount{math.MinInt64, "EUR"}).Allocate(1); err != nil || got[0].Minor != math.MinInt64 {
		t.Error(got, err)
	}
	for _, parts := range [][]int64{nil, {0}, {0, 0}, {1, -1}, {math.MaxInt64, math.MaxInt64, math.MaxInt64}} {
		if got, err := (Amount{5, "EUR"}).Allocate(parts...); !errs.Is(err, errs.Invalid) {
			t.Errorf("by %v: %v, %v", parts, got, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a := Amount{rapid.Int64().Draw(t, "minor"), "EUR"}
		parts := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 12).Draw(t, "parts")
		got, err := a.Allocate(parts...)
		if err != nil {
			return
		}
		sum := int64(0)
		for i, share := range got {
			sum += share.Minor
			if parts[i] == 0 && share.Minor != 0 {
				t.Fatalf("%d by %v = %v: nothing became something", a.Minor, parts, got)
			}
		}
		if sum != a.Minor {
			t.Fatalf("%d by %v = %v", a.Minor, parts, got)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("12.34", "EUR")
	f.Fuzz(func(t *testing.T, text, currency string) {
		a, err := Parse(text, currency)
		if err != nil {
			return
		}
		if b, err := Parse(a.String(), currency); err != nil || a != b {
			t.Errorf("%q: %v, %v, %v", text, a, b, err)
		}
	})
}

func BenchmarkFormat(b *testing.B) {
	a := Amount{-12345650, "EUR"}
	b.ReportAllocs()
	for b.Loop() {
		a.Format("de")
	}
}
