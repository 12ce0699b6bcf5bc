package plan

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
)

// Bounds of one document.
const (
	mostOf       = 500
	mostDays     = 200
	mostHandling = 60
	mostStock    = 50_000
)

// checker collects what is wrong with a document, each with its place in it.
type checker struct{ problems []error }

func (c *checker) say(place, key string, args ...any) {
	c.problems = append(c.problems, errs.Field(place, key, args...))
}

// Check finds everything that is wrong with a document; all of it is
// errs.Invalid, and each problem names its place: "zones.eu.countries".
func (d Document) Check() error {
	c := &checker{}
	if _, ok := money.Digits(d.Currency); !ok {
		c.say("currency", "error.currency", "currency", d.Currency)
	}
	if len(d.Warehouses) == 0 || len(d.Zones) == 0 || len(d.Services) == 0 {
		c.say("services", "error.plan_empty")
	}
	if max(len(d.Warehouses), len(d.Zones), len(d.Services), len(d.Duties)) > mostOf {
		c.say("services", "error.plan_long", "most", mostOf)
	}
	if d.DefaultGrams < 0 || d.Returns.Days < 0 {
		c.say("returns", "error.plan_negative")
	}
	places := c.warehouses(d)
	zones := c.zones(d)
	c.services(d, places, zones)
	c.rest(d)
	return errors.Join(c.problems...)
}

func country(s string) bool {
	if len(s) != 2 || strings.ToUpper(s) != s {
		return false
	}
	r, err := language.ParseRegion(s)
	return err == nil && r.IsCountry()
}

// key checks that a key is given and new.
func (c *checker) key(place, key string, known map[string]bool) {
	switch {
	case key == "" || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "":
		c.say(place, "error.plan_key", "key", key)
	case known[key]:
		c.say(place, "error.plan_twice", "key", key)
	}
	known[key] = true
}

func (c *checker) warehouses(d Document) map[string]bool {
	known := map[string]bool{}
	for _, w := range d.Warehouses {
		place := "warehouses." + w.Key
		c.key(place, w.Key, known)
		if !country(w.Country) {
			c.say(place+".country", "error.country", "country", w.Country)
		}
		if _, err := time.LoadLocation(w.Zone); err != nil || w.Zone == "" || w.Zone == "Local" {
			c.say(place+".zone", "error.zone", "zone", w.Zone)
		}
		// Hours of one digit would parse as well, and then be later than all of two.
		if t, err := time.Parse("15:04", w.CutOff); err != nil || t.Format("15:04") != w.CutOff {
			c.say(place+".cut_off", "error.plan_cut_off", "time", w.CutOff)
		}
		if w.Handling < 0 || w.Handling > mostHandling {
			c.say(place+".handling_days", "error.plan_days", "most", mostHandling)
		}
		if len(w.Stock) > mostStock {
			c.say(place+".stock", "error.plan_long", "most", mostStock)
		}
		for _, sku := range slices.Sorted(maps.Keys(w.Stock)) {
			if w.Stock[sku] < 0 {
				c.say(place+".stock."+sku, "error.plan_negative")
			}
		}
	}
	return known
}

// zones checks that no place lies in two zones.
func (c *checker) zones(d Document) map[string]bool {
	known, taken := map[string]bool{}, map[string]string{}
	claim := func(place, what, zone string) {
		if other, ok := taken[what]; ok {
			c.say(place, "error.plan_overlap", "place", what, "zone", other)
			return
		}
		taken[what] = zone
	}
	for _, z := range d.Zones {
		place := "zones." + z.Key
		c.key(place, z.Key, known)
		if len(z.Countries)+len(z.Regions)+len(z.Postcodes) == 0 {
			c.say(place, "error.plan_zone_empty", "zone", z.Key)
		}
		for _, k := range z.Countries {
			if !country(k) {
				c.say(place+".countries", "error.country", "country", k)
			}
			claim(place+".countries", k, z.Key)
		}
		for _, parts := range []struct {
			name string
			of   map[string][]string
			fold func(string) string
		}{{"regions", z.Regions, foldRegion}, {"postcodes", z.Postcodes, foldPostcode}} {
			for _, k := range slices.Sorted(maps.Keys(parts.of)) {
				if !country(k) {
					c.say(place+"."+parts.name, "error.country", "country", k)
				}
				for _, p := range parts.of[k] {
					folded := parts.fold(p)
					if folded == "" {
						c.say(place+"."+parts.name, "error.required")
					}
					claim(place+"."+parts.name, k+" "+folded+" "+parts.name, z.Key)
				}
			}
		}
	}
	return known
}

func (c *checker) services(d Document, places, zones map[string]bool) {
	known := map[string]bool{}
	for _, s := range d.Services {
		place := "services." + s.Key
		c.key(place, s.Key, known)
		if len(s.From) == 0 {
			c.say(place+".from", "error.required")
		}
		for _, w := range s.From {
			if !places[w] {
				c.say(place+".from", "error.plan_unknown", "key", w)
			}
		}
		if min(s.VolumeDivisor, s.MaxGrams, s.MaxSide, s.MaxGirth) < 0 {
			c.say(place, "error.plan_negative")
		}
		if len(s.Rates) == 0 {
			c.say(place+".rates", "error.required")
		}
		into := map[string]bool{}
		for _, r := range s.Rates {
			at := place + ".rates." + r.Zone
			if !zones[r.Zone] {
				c.say(at, "error.plan_unknown", "key", r.Zone)
			}
			if into[r.Zone] {
				c.say(at, "error.plan_twice", "key", r.Zone)
			}
			into[r.Zone] = true
			if r.Days[0] < 0 || r.Days[1] < r.Days[0] || r.Days[1] > mostDays {
				c.say(at+".days", "error.plan_days", "most", mostDays)
			}
			c.steps(at+".steps", r.Steps)
			for _, k := range slices.Sorted(maps.Keys(r.Free)) {
				if _, ok := money.Digits(k); !ok {
					c.say(at+".free_from", "error.currency", "currency", k)
				}
				if r.Free[k] < 0 {
					c.say(at+".free_from", "error.plan_negative")
				}
			}
		}
	}
}

// steps checks that weight steps follow one another without gaps, and that no
// heavier parcel costs less.
func (c *checker) steps(place string, steps []Step) {
	if len(steps) == 0 {
		c.say(place, "error.required")
	}
	end, price := int64(0), int64(0)
	for i, s := range steps {
		switch {
		case s.To <= end:
			c.say(place, "error.plan_step_order", "to", s.To)
		case s.From > end && (i > 0 || s.From != 0), s.From != 0 && s.From < end:
			c.say(place, "error.plan_step_gap", "from", s.From, "end", end)
		case s.Price < price:
			c.say(place, "error.plan_step_price", "to", s.To)
		}
		end, price = s.To, s.Price
	}
}

func (c *checker) rest(d Document) {
	for _, x := range d.Duties {
		if !country(x.Country) {
			c.say("duties", "error.country", "country", x.Country)
		}
		if _, ok := percent(x.Pct); !ok || strings.Trim(x.HS, "0123456789") != "" {
			c.say("duties", "error.plan_duty", "pct", x.Pct, "hs", x.HS)
		}
	}
	if d.Returns.Country != "" && !country(d.Returns.Country) {
		c.say("returns.country", "error.country", "country", d.Returns.Country)
	}
	for name, days := range map[string]map[string][]string{"holidays": d.Holidays, "working_days": d.WorkingDays} {
		for _, k := range slices.Sorted(maps.Keys(days)) {
			if !country(k) {
				c.say(name, "error.country", "country", k)
			}
			for _, day := range days[k] {
				if _, err := time.Parse(time.DateOnly, day); err != nil {
					c.say(name+"."+k, "error.plan_date", "day", day)
				}
			}
		}
	}
}
