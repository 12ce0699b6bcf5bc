package habit

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed markets.csv
var marketTable string

// First is what customers of a market look for first.
type First string

// What customers look for first.
const (
	SelfService First = "self"   // they like to help themselves, and a person on demand
	Person      First = "person" // they want a person, and help themselves where none is there
	Either      First = "either"
)

// Formality is how customers are addressed.
type Formality string

// How customers are addressed.
const (
	Formal   Formality = "formal"
	Informal Formality = "informal"
	Neutral  Formality = "neutral" // by brand, or the language does not tell
)

// Units are the units of measure that a market reads.
type Units string

// The units of a market.
const (
	Metric   Units = "metric"
	Imperial Units = "imperial"
	Mixed    Units = "mixed" // metric by law, imperial for bodies or roads
)

// Profile is what is known of a market. Traits, Service and Channels hold words of closed lists, but for the names of
// messengers, which stand as they are written.
type Profile struct {
	Market       string
	Currency     string   // ISO 4217
	Languages    []string // BCP 47, the usual one first
	Locale       string
	DatePattern  string // CLDR, of a short date
	FirstWeekday string // Sun, Mon or Sat
	Decimal      string // the mark before the fraction of a number
	Group        string // the mark between thousands; spaces are those that do not break
	Units        Units
	PhonePrefix  string
	Large        bool // an address begins with the country and ends with the door
	FamilyFirst  bool // a name begins with that of the family
	Volts        []int
	Hertz        []int
	Plugs        []string // IEC 60083 letters
	First        First
	Formality    Formality
	AddressAs    []string // the words of that address, in the market's languages
	Traits       []string // how a letter should sound, from Traits()
	Service      []string // what is expected of a service, from Services()
	Channels     []string // in order of use
	Hours        Hours    // when people answer, in the market's wall time; without days nobody said so, as in all shipped ones
	Status       string   // how far the row was verified: "verify" is not at all
	Source       string
	AsOf         string

	postcode *regexp.Regexp
}

// Postcode reports whether a postcode has the shape that the market's have. It is true of every text where the market has
// none or its shape is not known.
func (p Profile) Postcode(code string) bool {
	return p.postcode == nil || p.postcode.MatchString(strings.ToUpper(strings.TrimSpace(code)))
}

// Of returns the profile of a market, and false of one that is not in the table.
func Of(market string) (Profile, bool) {
	p, ok := profiles[strings.ToUpper(market)]
	return p, ok
}

// Markets returns the markets of the table in order.
func Markets() []string { return slices.Sorted(maps.Keys(profiles)) }

// Traits returns the words of Profile.Traits in order, Services those of Profile.Service, and Channels those of
// Profile.Channels that have a word in each language.
func Traits() []string { return words(func(p Profile) []string { return p.Traits }) }

// Services is Traits of what is expected of a service.
func Services() []string { return words(func(p Profile) []string { return p.Service }) }

// Channels is Traits of channels without the names of messengers.
func Channels() []string {
	return words(func(p Profile) []string {
		return slices.DeleteFunc(slices.Clone(p.Channels), func(c string) bool { return c != strings.ToLower(c) })
	})
}

func words(of func(Profile) []string) []string {
	set := map[string]bool{}
	for _, p := range profiles {
		for _, w := range of(p) {
			set[w] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

var profiles = readProfiles(marketTable)

// readProfiles reads the table that is part of the program, which a test reads as well: a mistake in it stops the
// program before anything is served.
func readProfiles(table string) map[string]Profile {
	out := map[string]Profile{}
	for row := range records(table) {
		p := Profile{
			Market: row["market"], Currency: row["currency"], Languages: split(row["languages"]), Locale: row["locale"], DatePattern: row["date_pattern"],
			FirstWeekday: row["first_weekday"], Decimal: row["decimal_sep"], Group: mark(row["group_sep"]), Units: Units(row["units"]), PhonePrefix: row["phone_prefix"],
			Large: row["address_order"] == "large", FamilyFirst: row["name_order"] == "family", Volts: numbers(row["volts"]), Hertz: numbers(row["hertz"]),
			Plugs: split(row["plugs"]), First: First(row["first"]), Formality: Formality(row["formality"]), AddressAs: split(row["address_as"]),
			Traits: split(row["traits"]), Service: split(row["service"]), Channels: split(row["channels"]), Status: row["status"], Source: row["source"], AsOf: row["as_of"],
		}
		if row["postcode"] != "" {
			p.postcode = regexp.MustCompile(row["postcode"])
		}
		out[p.Market] = p
	}
	return out
}

// mark turns the name of a space into the space.
func mark(s string) string {
	switch s {
	case "NBSP":
		return "\u00a0"
	case "NNBSP":
		return "\u202f"
	}
	return s
}

// records yields the rows of a table by the names of their columns.
func records(table string) func(func(map[string]string) bool) {
	lines, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("habit: %v", err))
	}
	return func(yield func(map[string]string) bool) {
		for _, line := range lines[1:] {
			row := map[string]string{}
			for i, name := range lines[0] {
				row[name] = line[i]
			}
			if !yield(row) {
				return
			}
		}
	}
}

func split(s string) []string {
	var out []string
	for _, part := range strings.Split(s, ";") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func numbers(s string) []int {
	var out []int
	for _, part := range split(s) {
		n, err := strconv.Atoi(part)
		if err != nil {
			panic(fmt.Sprintf("habit: %v", err))
		}
		out = append(out, n)
	}
	return out
}

// Date writes a day as the market writes it in figures.
func (p Profile) Date(day time.Time) string {
	var out strings.Builder
	quoted := false
	for i := 0; i < len(p.DatePattern); {
		c := p.DatePattern[i]
		n := 1
		for i+n < len(p.DatePattern) && p.DatePattern[i+n] == c {
			n++
		}
		switch {
		case c == '\'':
			quoted = !quoted
		case quoted:
			out.WriteString(p.DatePattern[i : i+n])
		case c == 'd':
			fmt.Fprintf(&out, "%0*d", n, day.Day())
		case c == 'M':
			fmt.Fprintf(&out, "%0*d", n, int(day.Month()))
		case c == 'y':
			fmt.Fprintf(&out, "%d", day.Year())
		default:
			out.WriteString(p.DatePattern[i : i+n])
		}
		i += n
	}
	return out.String()
}

// Number writes 1234.5 as the market writes it: the two marks that letters get wrong.
func (p Profile) Number() string { return "1" + p.Group + "234" + p.Decimal + "50" }
