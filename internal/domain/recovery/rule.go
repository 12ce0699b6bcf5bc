package recovery

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/trace"
)

//go:embed rules.csv
var table string

// Cause is why money is asked for.
type Cause string

// The causes.
const (
	Lost         Cause = "lost"
	NeverScanned Cause = "never_scanned"
	Damaged      Cause = "damaged"
	Delayed      Cause = "delayed"
	Defective    Cause = "defective"
)

// Causes returns all causes.
func Causes() []Cause { return []Cause{Lost, NeverScanned, Damaged, Delayed, Defective} }

// Rule is what a carrier says of claims.
type Rule struct {
	Name     string
	Carriers []string // shipment.CarrierKey; none is every carrier
	Causes   []Cause
	Traced   bool         // the window is the one of package trace; otherwise it begins with the delivery
	Closes   int          // days after the delivery
	Reply    int          // days in which the carrier answers at the latest; 0: not known
	Basis    string       // declared or insured: what the sum is measured by
	Most     money.Amount // zero: not known
	Freight  bool         // what the carriage cost is paid besides
	Papers   []string
	Status   string // sourced, verify or general_knowledge
	Source   string
	AsOf     string
}

// Rules returns the table; the first rule that fits holds.
func Rules() []Rule { return slices.Clone(rules()) }

var rules = sync.OnceValue(func() []Rule {
	list, err := readRules(table)
	if err != nil {
		panic(err) // it is part of the program, and tested
	}
	return list
})

func readRules(text string) ([]Rule, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	var out []Rule
	for _, r := range rows[1:] {
		rule := Rule{
			Name: r[0], Carriers: strings.Fields(r[1]), Traced: r[3] == "trace", Basis: r[6], Freight: r[9] == "yes", Papers: strings.Fields(r[10]), Status: r[11], Source: r[12], AsOf: r[13],
		}
		for _, c := range strings.Fields(r[2]) {
			rule.Causes = append(rule.Causes, Cause(c))
		}
		var err [3]error
		rule.Closes, err[0] = strconv.Atoi(r[4])
		rule.Reply, err[1] = strconv.Atoi(r[5])
		rule.Most.Minor, err[2] = strconv.ParseInt(r[7], 10, 64)
		for _, e := range err {
			if e != nil {
				return nil, fmt.Errorf("rule %s: %w", r[0], e)
			}
		}
		rule.Most.Currency = r[8]
		out = append(out, rule)
	}
	return out, nil
}

// Terms are what a rule means for one parcel, or what was agreed with another party.
type Terms struct {
	Rule
	Agreed   *Agreement   // nil: the rule alone holds
	PerKg    money.Amount // zero: not limited by weight
	OpensAt  time.Time    // zero: at once
	Deadline time.Time    // zero: not known
}

// TermsOf returns what the carrier of a parcel says of a claim; ok is false for a cause that no carrier answers for.
func TermsOf(v shipment.Shipment, cause Cause) (t Terms, ok bool) {
	i := slices.IndexFunc(rules(), func(r Rule) bool {
		return slices.Contains(r.Causes, cause) && (len(r.Carriers) == 0 || slices.Contains(r.Carriers, v.Carrier))
	})
	if i < 0 {
		return t, false
	}
	t.Rule = rules()[i]
	switch {
	case t.Traced:
		if w, known := trace.WindowOf(v); known {
			t.OpensAt, t.Deadline = w.OpensAt, w.ClosesAt
		}
	case !v.DeliveredAt.IsZero():
		t.Deadline = v.DeliveredAt.AddDate(0, 0, t.Closes)
	}
	return t, true
}

// CountsFrom is when the days of a claim for a parcel begin: with its delivery where it came, otherwise with its dispatch.
func CountsFrom(v shipment.Shipment, cause Cause) time.Time {
	if cause == Damaged || cause == Delayed {
		return v.DeliveredAt
	}
	return trace.Posted(v)
}

// Claimable is what may be asked for goods of a weight in grams (0: not known) that were sold for a sum: that sum, but no more
// than what is paid at most, in all and by weight. A limit by weight counts only where the weight is known. It fails where
// there is no rate between both currencies, with what convert says.
func (t Terms) Claimable(worth money.Amount, grams int64, convert func(a money.Amount, to string) (money.Amount, error)) (money.Amount, error) {
	weight := t.PerKg
	weight.Minor = weight.Minor * grams / 1000
	for _, limit := range []money.Amount{t.Most, weight} {
		if limit.Minor == 0 || worth.Minor == 0 {
			continue
		}
		if limit.Currency != worth.Currency {
			var err error
			if limit, err = convert(limit, worth.Currency); err != nil {
				return worth, err
			}
		}
		worth.Minor = min(worth.Minor, limit.Minor)
	}
	return worth, nil
}
