package refund

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed methods.csv
var methodTable string

// Back is how money returns to those who paid by a method.
type Back string

// The ways back of methods.
const (
	ToSource  Back = "source"  // to where it came from
	ToAccount Back = "account" // to a bank account that the customer names
	Ask       Back = "ask"     // some providers can, some cannot
	NotBack   Back = "never"
)

// Method is a means of payment, and what it can do for refunds.
type Method struct {
	Key      string
	Name     string
	Way      Back
	Surely   int    // days after the payment in which every provider that was read takes money back; 0: not known
	Latest   int    // days after which none does; 0: no end is known
	Partial  string // yes, limited, no or unknown
	From, To int    // days until it arrives
	Working  bool   // From and To are Mondays to Fridays
	Reversal string // how the payer can take the payment back
	Note     string
	Status   string // sourced, verify or general_knowledge
	Source   string
	AsOf     string
}

var methods = sync.OnceValue(func() map[string]Method {
	m, err := readMethods(methodTable)
	if err != nil {
		panic(err) // it is part of the program, and tested
	}
	return m
})

func readMethods(table string) (map[string]Method, error) {
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read methods: %w", err)
	}
	out := map[string]Method{}
	for _, r := range rows[1:] {
		m := Method{Key: r[0], Name: r[1], Way: Back(r[2]), Partial: r[5], Working: r[8] == "working", Reversal: r[9], Note: r[10], Status: r[11], Source: r[12], AsOf: r[13]}
		for i, into := range map[int]*int{3: &m.Surely, 4: &m.Latest, 6: &m.From, 7: &m.To} {
			if *into, err = strconv.Atoi(r[i]); err != nil {
				return nil, fmt.Errorf("method %s: %w", m.Key, err)
			}
		}
		out[m.Key] = m
	}
	return out, nil
}

// Methods returns the table, by key.
func Methods() []Method {
	var out []Method
	for _, m := range methods() {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Method) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// MethodOf returns what is known of a method. Of one that is not in the table nothing is: it takes money back, in parts,
// without an end, and nobody says when it arrives; its provider will tell.
func MethodOf(key string) (Method, bool) {
	m, ok := methods()[key]
	if !ok {
		return Method{Key: key, Name: key, Way: ToSource, Partial: "unknown"}, false
	}
	return m, true
}

//go:embed words.csv
var wordTable string

var words = sync.OnceValue(func() map[string]string {
	rows, err := csv.NewReader(strings.NewReader(wordTable)).ReadAll()
	if err != nil {
		panic(err) // it is part of the program, and tested
	}
	out := map[string]string{}
	for _, r := range rows[1:] {
		out[r[0]] = r[1]
	}
	return out
})

// MethodKey returns the key of the method that the first of some words which is understood means: what platforms and
// providers call the ways in which people pay. It is the first word itself where none is.
func MethodKey(said ...string) string {
	first := ""
	for _, text := range said {
		w := strings.Trim(strings.Map(func(r rune) rune {
			if r == ' ' || r == '-' || r == '.' || r == '/' {
				return '_'
			}
			return r
		}, strings.ToLower(strings.TrimSpace(text))), "_")
		if first == "" {
			first = w
		}
		for w = strings.TrimPrefix(w, "pp_"); w != ""; { // the whole, then what it begins with: paypal_de
			if key := words()[w]; key != "" {
				return key
			}
			if _, ok := methods()[w]; ok {
				return w
			}
			cut := strings.LastIndexByte(w, '_')
			if cut < 0 {
				break
			}
			w = w[:cut]
		}
	}
	return first
}

// Arrival returns the days between which money arrives that leaves at a time. ok is false where nobody says.
func (m Method) Arrival(leaves time.Time) (from, to time.Time, ok bool) {
	if m.AsOf == "" || m.Way == NotBack {
		return time.Time{}, time.Time{}, false
	}
	return m.after(leaves, m.From), m.after(leaves, m.To), true
}

func (m Method) after(t time.Time, days int) time.Time {
	if !m.Working {
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
