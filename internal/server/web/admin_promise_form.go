package web

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/hours"
	"godwit.dev/godwit/internal/domain/promise"
)

// localTime is how a field of a day and time writes it.
const localTime = "2006-01-02T15:04"

// promiseValues returns a part of a book as the values of its form; place is "" for a new
// one. It reports whether there is such a part.
func promiseValues(b promise.Book, part, place string, zone *time.Location) (url.Values, bool) {
	v := url.Values{}
	list := func(name string, words []string) { v.Set(name, strings.Join(words, ", ")) }
	n, fresh := -1, place == ""
	if !fresh {
		var err error
		if n, err = strconv.Atoi(place); err != nil || n < 0 {
			return nil, false
		}
	}
	switch {
	case part == "rule" && n < len(b.Rules):
		x := promise.Rule{Pauses: map[promise.Target][]string{promise.Resolution: {"customer"}, promise.Update: {"customer"}}, Soon: 60}
		if !fresh {
			x = b.Rules[n]
		}
		v.Set("name", x.Name)
		v.Set("calendar", x.Calendar)
		v.Set("soon", writeSpan(x.Soon))
		list("tiers", x.When.Tiers)
		list("markets", x.When.Markets)
		list("channels", x.When.Channels)
		v["topics"], v["shops"] = x.When.Topics, writeIDs(x.When.Shops)
		for _, t := range promise.Targets() {
			if minutes, ok := x.Targets[t]; ok {
				v.Set(string(t), writeSpan(minutes))
			}
			v["pause."+string(t)] = x.Pauses[t]
		}
	case part == "calendar" && n < len(b.Calendars):
		x := promise.Calendar{Zone: zone.String()}
		if !fresh {
			x = b.Calendars[n]
		}
		v.Set("name", x.Name)
		v.Set("zone", x.Zone)
		for _, day := range hours.Weekdays() {
			v.Set(day, writeSpans(x.Weekly[day]))
		}
		list("countries", x.Countries)
		list("holidays", x.Holidays)
		list("working_days", x.WorkingDays)
		v["events"], v["teams"] = x.Events, writeIDs(x.Teams)
	case part == "chain" && n < len(b.Chains):
		if !fresh {
			v.Set("name", b.Chains[n].Name)
			v["calendars"] = b.Chains[n].Calendars
		}
	case part == "closure" && n < len(b.Closures):
		if !fresh {
			x := b.Closures[n]
			v.Set("from", x.From.In(zone).Format(localTime))
			v.Set("to", x.To.In(zone).Format(localTime))
			v.Set("note", x.Note)
			v["shops"], v["calendars"] = writeIDs(x.Shops), x.Calendars
		}
	default:
		return nil, false
	}
	return v, true
}

// changedBook returns a book in which a form changed, added or deleted one part. A
// calendar that got another name keeps those who go by it.
func changedBook(b promise.Book, part, place string, gone bool, v url.Values, zone *time.Location) (promise.Book, error) {
	n := -1
	if place != "" {
		var err error
		if n, err = strconv.Atoi(place); err != nil || n < 0 {
			return b, errs.New(errs.NotFound, "error.not_found")
		}
	}
	var err error
	switch part {
	case "default":
		b.Calendar = v.Get("calendar")
	case "rule":
		var x promise.Rule
		if x, err = readRule(v); err == nil || gone {
			b.Rules, err = put(b.Rules, n, gone, x)
		}
	case "calendar":
		x := readCalendar(v)
		if n >= 0 && n < len(b.Calendars) && !gone {
			b = renamed(b, b.Calendars[n].Name, x.Name)
		}
		b.Calendars, err = put(b.Calendars, n, gone, x)
	case "chain":
		x := promise.Chain{Name: strings.TrimSpace(v.Get("name")), Calendars: v["calendars"]}
		if n >= 0 && n < len(b.Chains) && !gone {
			b = renamed(b, b.Chains[n].Name, x.Name)
		}
		b.Chains, err = put(b.Chains, n, gone, x)
	case "closure":
		x := promise.Closure{Note: strings.TrimSpace(v.Get("note")), Shops: readIDs(v["shops"]), Calendars: v["calendars"]}
		for name, to := range map[string]*time.Time{"from": &x.From, "to": &x.To} {
			if at, wrong := time.ParseInLocation(localTime, v.Get(name), zone); wrong == nil {
				*to = at.UTC()
			}
		}
		b.Closures, err = put(b.Closures, n, gone, x)
	default:
		err = errs.New(errs.NotFound, "error.not_found")
	}
	return b, err
}

// put changes, deletes or adds (at -1) an element of a list, in a copy.
func put[T any](list []T, n int, gone bool, x T) ([]T, error) {
	list = slices.Clone(list)
	switch {
	case n >= len(list) || n < 0 && gone:
		return nil, errs.New(errs.NotFound, "error.not_found")
	case gone:
		return slices.Delete(list, n, n+1), nil
	case n < 0:
		return append(list, x), nil
	}
	list[n] = x
	return list, nil
}

// renamed returns a book in which those who go by a calendar or chain go by its new name.
func renamed(b promise.Book, from, to string) promise.Book {
	swap := func(list []string) []string {
		list = slices.Clone(list)
		for i := range list {
			if list[i] == from {
				list[i] = to
			}
		}
		return list
	}
	b.Rules, b.Chains, b.Closures = slices.Clone(b.Rules), slices.Clone(b.Chains), slices.Clone(b.Closures)
	for i := range b.Rules {
		b.Rules[i].Calendar = swap([]string{b.Rules[i].Calendar})[0]
	}
	for i := range b.Chains {
		b.Chains[i].Calendars = swap(b.Chains[i].Calendars)
	}
	for i := range b.Closures {
		b.Closures[i].Calendars = swap(b.Closures[i].Calendars)
	}
	b.Calendar = swap([]string{b.Calendar})[0]
	return b
}

func readRule(v url.Values) (promise.Rule, error) {
	x := promise.Rule{
		Name: strings.TrimSpace(v.Get("name")), Calendar: v.Get("calendar"), Targets: map[promise.Target]int{}, Pauses: map[promise.Target][]string{},
		When: promise.When{Tiers: readNames(v.Get("tiers")), Markets: readWords(strings.ToUpper(v.Get("markets"))), Channels: readWords(v.Get("channels")), Topics: v["topics"], Shops: readIDs(v["shops"])},
	}
	var ok bool
	for _, t := range promise.Targets() {
		if text := v.Get(string(t)); strings.TrimSpace(text) != "" {
			if x.Targets[t], ok = readSpan(text); !ok {
				return x, errs.Field(string(t), "error.promise_span", "text", text)
			}
		}
		if reasons := v["pause."+string(t)]; len(reasons) > 0 {
			x.Pauses[t] = reasons
		}
	}
	if text := v.Get("soon"); strings.TrimSpace(text) != "" {
		if x.Soon, ok = readSpan(text); !ok {
			return x, errs.Field("soon", "error.promise_span", "text", text)
		}
	}
	return x, nil
}

func readCalendar(v url.Values) promise.Calendar {
	x := promise.Calendar{
		Name: strings.TrimSpace(v.Get("name")), Zone: strings.TrimSpace(v.Get("zone")), Weekly: map[string][][2]string{}, Countries: readWords(strings.ToUpper(v.Get("countries"))),
		Events: v["events"], Holidays: readWords(v.Get("holidays")), WorkingDays: readWords(v.Get("working_days")), Teams: readIDs(v["teams"]),
	}
	for _, day := range hours.Weekdays() {
		for _, span := range readWords(v.Get(day)) {
			from, to, _ := strings.Cut(strings.ReplaceAll(span, "–", "-"), "-")
			x.Weekly[day] = append(x.Weekly[day], [2]string{clockText(from), clockText(to)})
		}
	}
	return x
}

// clockText writes 9:00 as 09:00.
func clockText(s string) string {
	if s = strings.TrimSpace(s); len(s) == 4 && s[1] == ':' {
		return "0" + s
	}
	return s
}

func writeSpans(spans [][2]string) string {
	words := make([]string, len(spans))
	for i, s := range spans {
		words[i] = s[0] + "-" + s[1]
	}
	return strings.Join(words, ", ")
}

// readWords reads a list with commas or blanks between its words.
func readWords(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(", ;，、\t\r\n", r) })
}

// readNames reads a list with commas between names, which may have blanks in them.
func readNames(s string) []string {
	var out []string
	for _, name := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;，、\r\n", r) }) {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	return out
}

func readIDs(list []string) []int64 {
	var out []int64
	for _, s := range list {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			out = append(out, n)
		}
	}
	return out
}

func writeIDs(list []int64) []string {
	var out []string
	for _, n := range list {
		out = append(out, strconv.FormatInt(n, 10))
	}
	return out
}

var spanText = regexp.MustCompile(`^(?:(\d{1,5})\s*h)?\s*(?:(\d{1,6})\s*(?:m|min)?)?$`)

// readSpan reads 24h, 1h 30m, 45m or 45 as minutes.
func readSpan(s string) (int, bool) {
	m := spanText.FindStringSubmatch(strings.ToLower(strings.TrimSpace(s)))
	if m == nil || m[1] == "" && m[2] == "" {
		return 0, false
	}
	h, _ := strconv.Atoi(m[1]) // digits, or nothing
	minutes, _ := strconv.Atoi(m[2])
	return h*60 + minutes, true
}

func writeSpan(minutes int) string {
	h, m := minutes/60, minutes%60
	switch {
	case h == 0:
		return strconv.Itoa(m) + "m"
	case m == 0:
		return strconv.Itoa(h) + "h"
	}
	return strconv.Itoa(h) + "h " + strconv.Itoa(m) + "m"
}
