package trace

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/domain/shipment"
)

//go:embed windows.csv
var table string

// Rule is when a carrier takes traces.
type Rule struct {
	Name              string
	Carriers          []string // shipment.CarrierKey; none is every post whose numbers are those of the UPU
	Service, From, To string   // "" is any; To may be europe
	Opens, Closes     int      // days; Closes 0: not known
	OpensAfter        string   // dispatch, first_scan or due
	Working           bool     // Opens counts Mondays to Fridays
	Papers            []string
	Status            string // sourced, verify or general_knowledge
	Source, AsOf      string
}

// Window is the time in which a carrier takes a trace of a parcel.
type Window struct {
	Rule
	OpensAt  time.Time
	ClosesAt time.Time // zero if no deadline is known
}

// Rules returns the table, the narrower rules of a carrier first.
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
		return nil, fmt.Errorf("read windows: %w", err)
	}
	var out []Rule
	for _, r := range rows[1:] {
		opens, err := strconv.Atoi(r[5])
		if err != nil {
			return nil, fmt.Errorf("window of %s: %w", r[0], err)
		}
		closes, err := strconv.Atoi(r[8])
		if err != nil {
			return nil, fmt.Errorf("window of %s: %w", r[0], err)
		}
		out = append(out, Rule{
			Name: r[0], Carriers: strings.Fields(r[1]), Service: r[2], From: r[3], To: r[4], Opens: opens, OpensAfter: r[6], Working: r[7] == "yes",
			Closes: closes, Papers: strings.Fields(r[10]), Status: r[11], Source: r[12], AsOf: r[13],
		})
	}
	return out, nil
}

// postal is the form of the numbers of the UPU (standard S10).
var postal = regexp.MustCompile(`^[A-Z]{2}[0-9]{9}[A-Z]{2}$`)

// europe are the countries that count as Europe by post.
const europe = "AD AL AT BA BE BG CH CY CZ DE DK EE ES FI FO FR GI GL GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS SE SI SK SM TR UA VA XK"

// WindowOf returns the window of a parcel; ok is false if none is known.
func WindowOf(v shipment.Shipment) (w Window, ok bool) {
	for _, r := range rules() {
		if !r.fits(v) {
			continue
		}
		w.Rule = r
		posted := Posted(v)
		w.OpensAt = after(r.start(v), r.Opens, r.Working)
		if r.Closes > 0 {
			w.ClosesAt = posted.AddDate(0, 0, r.Closes)
			if r.OpensAfter == "first_scan" {
				w.ClosesAt = r.start(v).AddDate(0, 0, r.Closes)
			}
		}
		return w, true
	}
	return w, false
}

func (r Rule) fits(v shipment.Shipment) bool {
	switch {
	case len(r.Carriers) == 0:
		if v.Origin.Country == v.To.Country || !slices.ContainsFunc(v.Legs, func(l shipment.Leg) bool { return postal.MatchString(l.Key) }) && !postal.MatchString(v.Number) {
			return false
		}
	case !slices.Contains(r.Carriers, v.Carrier):
		return false
	}
	if r.OpensAfter == "first_scan" && v.FirstScanAt.IsZero() || strings.HasSuffix(r.Name, "_unscanned") && !v.FirstScanAt.IsZero() {
		return false
	}
	to := r.To == "" || r.To == v.To.Country || r.To == "europe" && strings.Contains(europe, v.To.Country) && v.To.Country != ""
	return to && (r.From == "" || r.From == v.Origin.Country) && (r.Service == "" || r.Service == v.Service)
}

// start is the day from which a window's opening is counted. A parcel without an
// announced day is taken for due when it was sent.
func (r Rule) start(v shipment.Shipment) time.Time {
	switch {
	case r.OpensAfter == "first_scan":
		return v.FirstScanAt
	case r.OpensAfter == "due" && !v.Expected.To.IsZero():
		return v.Expected.To
	}
	return Posted(v)
}

// Posted is when a parcel was posted, as far as is known.
func Posted(v shipment.Shipment) time.Time {
	for _, t := range []time.Time{v.PickedUpAt, v.FirstScanAt} {
		if !t.IsZero() {
			return t
		}
	}
	for _, l := range v.Legs {
		if !l.LabelAt.IsZero() {
			return l.LabelAt
		}
	}
	return v.CreatedAt
}

// after adds days to a time, or working days.
func after(t time.Time, days int, working bool) time.Time {
	if !working {
		return t.AddDate(0, 0, days)
	}
	for days > 0 {
		t = t.AddDate(0, 0, 1)
		if d := t.Weekday(); d != time.Saturday && d != time.Sunday {
			days--
		}
	}
	return t
}
