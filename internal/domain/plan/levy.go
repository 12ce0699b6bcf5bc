package plan

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/domain/fx"
)

//go:embed data/levies.csv
var levyTable string

//go:embed data/duties.csv
var dutyTable string

// Levy is what a country takes of parcels that come in, for some days: one row of
// data/levies.csv. Sums are minor units of Currency.
type Levy struct {
	Market       string
	Origins      []string  // countries that goods come from; nil is any
	From, To     time.Time // days on which it holds, zero for no end
	Tax          string    // its name there
	TaxPct       fx.Decimal
	TaxInside    bool   // the tax is a part of the sum that it is taken of: total = (goods + duty) / (1 - rate)
	TaxFree      *int64 // goods up to this sum are free of tax
	TaxWaived    *int64 // a tax up to this sum is not taken
	Collect      string // the scheme under which a registered seller takes the tax at the checkout, "" for none
	CollectLimit *int64
	Duty         string // none, unknown, tiers, or the table of duties.csv: eu, us
	DutyFree     *int64
	Currency     string
	CIF          bool // freight counts for duty and for what is free
	Tiers        []Tier
	PerKilo      int64 // the least duty for each kilogram
	PerLine      int64 // for each HS code in the parcel, up to LineLimit
	LineLimit    *int64
	PerParcel    int64
	ExtraPct     fx.Decimal // on top of the table
	Status       string     // sourced, verify, general_knowledge
	Source       string
	CheckedOn    string // a day, or less of one; "" is not known
	Note         string
}

// Tier is a rate of duty for goods up to a sum.
type Tier struct {
	UpTo   *int64 // nil: without end
	Pct    fx.Decimal
	Less   int64 // taken off
	Excess bool  // of what is above the free sum alone
}

// Tariff is a rate of duty for goods: one row of data/duties.csv.
type Tariff struct {
	HS, Goods string
	Pct       map[string]fx.Decimal // by table; the highest of a span
	Span      map[string]bool       // the source gives a span
	Status    string
	Source    string
	CheckedOn string
}

// Levies is the rules of all markets.
type Levies struct {
	rows    []Levy
	tariffs []Tariff
}

// Embedded returns the rules that this program was built with.
var Embedded = sync.OnceValue(func() Levies {
	l, err := readLevies(levyTable, dutyTable)
	if err != nil {
		panic(err) // it is part of the program, and tested
	}
	return l
})

// Of returns the rule of a market for goods of an origin on a day; the one that
// names the origin goes before the one for all.
func (l Levies) Of(market, origin string, day time.Time) (Levy, bool) {
	var found Levy
	ok := false
	for _, r := range l.rows {
		if r.Market != market || !r.From.IsZero() && day.Before(r.From) || !r.To.IsZero() && day.After(r.To) {
			continue
		}
		if r.Origins == nil {
			if !ok {
				found, ok = r, true
			}
			continue
		}
		for _, o := range r.Origins {
			if o == origin {
				return r, true
			}
		}
	}
	return found, ok
}

// tariff returns the row with the longest beginning of an HS code.
func (l Levies) tariff(hs string) (Tariff, bool) {
	var best Tariff
	for _, t := range l.tariffs {
		n := min(len(t.HS), 6)
		if len(hs) >= n && hs[:n] == t.HS[:n] && len(t.HS) > len(best.HS) {
			best = t
		}
	}
	return best, best.HS != ""
}

func readLevies(levies, duties string) (Levies, error) {
	var out Levies
	rows, err := table(levies)
	if err != nil {
		return out, err
	}
	for i, r := range rows {
		v, err := readLevy(r)
		if err != nil {
			return out, fmt.Errorf("levy %d of %s: %w", i+1, r["market"], err)
		}
		out.rows = append(out.rows, v)
	}
	if rows, err = table(duties); err != nil {
		return out, err
	}
	for _, r := range rows {
		t := Tariff{HS: r["hs"], Goods: r["goods"], Status: r["status"], Source: r["source"], CheckedOn: r["as_of"], Pct: map[string]fx.Decimal{}, Span: map[string]bool{}}
		for _, k := range []string{"us", "eu"} {
			text := r[k+"_pct"]
			if _, high, ok := strings.Cut(text, "-"); ok {
				text, t.Span[k] = high, true
			}
			d, ok := percent(text)
			if !ok {
				return out, fmt.Errorf("duty of %s: %q", t.HS, text)
			}
			t.Pct[k] = d
		}
		out.tariffs = append(out.tariffs, t)
	}
	return out, nil
}

func table(text string) ([]map[string]string, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("read table: %w", err)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		m := make(map[string]string, len(r))
		for i, v := range r {
			m[rows[0][i]] = v
		}
		out = append(out, m)
	}
	return out, nil
}

func readLevy(r map[string]string) (Levy, error) {
	v := Levy{
		Market: r["market"], Origins: strings.Fields(r["origin"]), Tax: r["tax"], TaxInside: r["tax_inside"] != "", Collect: r["collect"], Duty: r["duty"], Currency: r["currency"],
		CIF: r["basis"] == "cif", Status: r["status"], Source: r["source"], CheckedOn: r["as_of"], Note: r["note"],
	}
	if len(v.Origins) == 0 {
		v.Origins = nil
	}
	var err error
	for _, x := range []struct {
		name string
		day  *time.Time
	}{{"from", &v.From}, {"to", &v.To}} {
		if r[x.name] != "" {
			if *x.day, err = time.Parse(time.DateOnly, r[x.name]); err != nil {
				return v, err
			}
		}
	}
	for _, x := range []struct {
		name string
		pct  *fx.Decimal
	}{{"tax_pct", &v.TaxPct}, {"extra_pct", &v.ExtraPct}} {
		if r[x.name] != "" {
			d, ok := percent(r[x.name])
			if !ok {
				return v, fmt.Errorf("%s: %q", x.name, r[x.name])
			}
			*x.pct = d
		}
	}
	sum := func(text string) (*int64, error) {
		if text == "" {
			return nil, nil //nolint:nilnil // an empty cell is no sum
		}
		return minor(text, v.Currency)
	}
	for _, x := range []struct {
		name string
		sum  **int64
	}{{"tax_free", &v.TaxFree}, {"tax_waived", &v.TaxWaived}, {"collect_limit", &v.CollectLimit}, {"duty_free", &v.DutyFree}, {"line_limit", &v.LineLimit}} {
		if *x.sum, err = sum(r[x.name]); err != nil {
			return v, fmt.Errorf("%s: %w", x.name, err)
		}
	}
	for _, x := range []struct {
		name string
		sum  *int64
	}{{"kg_min", &v.PerKilo}, {"line_fee", &v.PerLine}, {"parcel_fee", &v.PerParcel}} {
		n, err := sum(r[x.name])
		if err != nil {
			return v, fmt.Errorf("%s: %w", x.name, err)
		}
		if n != nil {
			*x.sum = *n
		}
	}
	for _, t := range strings.FieldsFunc(r["tiers"], func(c rune) bool { return c == '|' }) {
		tier, err := readTier(t, v.Currency)
		if err != nil {
			return v, err
		}
		v.Tiers = append(v.Tiers, tier)
	}
	return v, nil
}

// readTier reads "50:20" (20 % up to 50), "3000:60-20" (60 % less 20), "*:15e"
// (15 % of what is above the free sum).
func readTier(text, currency string) (Tier, error) {
	upTo, rate, ok := strings.Cut(text, ":")
	if !ok {
		return Tier{}, fmt.Errorf("tier %q", text)
	}
	var t Tier
	var err error
	if upTo != "*" {
		if t.UpTo, err = minor(upTo, currency); err != nil {
			return t, err
		}
	}
	rate, t.Excess = strings.CutSuffix(rate, "e")
	rate, less, _ := strings.Cut(rate, "-")
	if less != "" {
		n, err := minor(less, currency)
		if err != nil {
			return t, err
		}
		t.Less = *n
	}
	if t.Pct, ok = percent(rate); !ok {
		return t, fmt.Errorf("tier %q", text)
	}
	return t, nil
}

// minor reads whole units as minor units.
func minor(text, currency string) (*int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, err
	}
	for range digits(currency) {
		n *= 10
	}
	return &n, nil
}
