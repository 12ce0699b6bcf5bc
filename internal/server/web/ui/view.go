package ui

import (
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"godwit.dev/godwit/internal/base/i18n"
)

// T returns the wording of a key; see [i18n.Printer.T].
func (p Page) T(key string, args ...any) string { return p.printer().T(key, args...) }

// N returns the wording of a key for a count; see [i18n.Printer.N].
func (p Page) N(key string, count int64, args ...any) string {
	return p.printer().N(key, count, args...)
}

func (p Page) printer() *i18n.Printer {
	if p.Printer == nil {
		return i18n.For(i18n.English)
	}
	return p.Printer
}

// has reports whether a key is worded at all.
func (p Page) has(key string) bool { return p.T(key) != key }

// word returns the wording of a value of an open set ("channel", "viber"), the value itself if the set does not know it.
func (p Page) word(set, value string) string {
	if value == "" {
		return ""
	}
	if key := set + "." + value; p.has(key) {
		return p.T(key)
	}
	return value
}

func (p Page) lang() string { return string(p.printer().Lang()) }

func (p Page) theme() string {
	if p.Theme == "" {
		return string(ThemeAuto)
	}
	return string(p.Theme)
}

func (p Page) number(n int64) string { return p.printer().Number(n) }

// here is where the reader's clock stands.
func (p Page) here(t time.Time) time.Time {
	if p.Zone == nil {
		return t.UTC()
	}
	return t.In(p.Zone)
}

// age writes how long ago or ahead t is, in one unit: "now", "5m", "3h", "2d", then the date.
func (p Page) age(t time.Time) string {
	d := p.Now.Sub(t)
	if d < 0 {
		d = -d
	}
	switch {
	case d < time.Minute:
		return p.T("age.now")
	case d < time.Hour:
		return p.T("age.m", "N", strconv.Itoa(int(d.Minutes())))
	case d < 24*time.Hour:
		return p.T("age.h", "N", strconv.Itoa(int(d.Hours())))
	case d < 7*24*time.Hour:
		return p.T("age.d", "N", strconv.Itoa(int(d.Hours()/24)))
	}
	return p.date(t)
}

// date writes a day, with its year unless it is this one.
func (p Page) date(t time.Time) string {
	style := i18n.Brief
	if p.here(t).Year() != p.here(p.Now).Year() {
		style = i18n.Medium
	}
	return p.printer().Date(t, p.Zone, style)
}

func (p Page) clock(t time.Time) string { return p.printer().Time(t, p.Zone) }

// moment writes a day and time, the day only if it is not today.
func (p Page) moment(t time.Time) string {
	a, b := p.here(t), p.here(p.Now)
	if a.Year() == b.Year() && a.YearDay() == b.YearDay() {
		return p.clock(t)
	}
	return p.printer().DateTime(t, p.Zone, i18n.Brief)
}

// full writes a day and time whatever the day.
func (p Page) full(t time.Time) string { return p.printer().DateTime(t, p.Zone, i18n.Medium) }

func iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// initials returns the letters of a face: the given ones, or the first of the first and last word of a name, or its first
// character in scripts without capitals.
func initials(given, name string) string {
	if given != "" {
		return given
	}
	var letters []rune
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '@' || r == '.' }) {
		if r, _ := utf8.DecodeRuneInString(word); unicode.IsLetter(r) || unicode.IsDigit(r) {
			letters = append(letters, unicode.ToUpper(r))
		}
	}
	switch {
	case len(letters) == 0:
		return "?"
	case len(letters) == 1 || !unicode.IsUpper(letters[0]):
		return string(letters[0])
	}
	return string([]rune{letters[0], letters[len(letters)-1]})
}

// beforeAt returns the part of an address that names a person.
func beforeAt(address string) string {
	name, _, _ := strings.Cut(address, "@")
	return name
}

// hue gives a name one of eight quiet colours, always the same.
func hue(name string) string {
	h := fnv.New32a()
	h.Write([]byte(name)) //nolint:errcheck // a hash takes every write
	return strconv.Itoa(int(h.Sum32() % 8))
}

func id64(n int64) string { return strconv.FormatInt(n, 10) }

// post makes a form that works without script and, with it, answers in place.
func post(path string) templ.Attributes {
	return templ.Attributes{"method": "post", "action": path, "hx-boost": "swap:none, push:false"}
}

// postPage makes a form whose answer is the whole page again; its main part is replaced.
func postPage(path string) templ.Attributes {
	return templ.Attributes{"method": "post", "action": path}
}

func ticketPath(n int64, rest ...string) string {
	return "/t/" + id64(n) + strings.Join(rest, "")
}

// openPath leads to a ticket and keeps the list beside it.
func openPath(n int64, query string) string {
	if query == "" {
		return ticketPath(n)
	}
	return ticketPath(n) + "?" + query
}

// query returns what a ticket's link says of the list it stands in.
func (l List) query() string {
	q := l.Filter.Query()
	q.Set("view", l.View.Key)
	return q.Encode()
}

// path returns the list's address, with one filter changed; an empty value takes it off.
func (l List) path(change ...string) string {
	q := l.Filter.Query()
	for i := 0; i+1 < len(change); i += 2 {
		if change[i+1] == "" {
			q.Del(change[i])
		} else {
			q.Set(change[i], change[i+1])
		}
	}
	return withQuery("/inbox/"+url.PathEscape(l.View.Key), q)
}

func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (p Page) viewName(v View) string {
	if v.Name != "" {
		return v.Name
	}
	return p.word("view", v.Key)
}

func viewIcon(key string) string {
	switch key {
	case ViewMine:
		return "user"
	case ViewUnassigned:
		return "inbox"
	case ViewOpen:
		return "circle-dot"
	case ViewPending:
		return "circle-pause"
	case ViewSnoozed:
		return "alarm-clock"
	case ViewMentions:
		return "at-sign"
	case ViewSolved:
		return "circle-check"
	case ViewAll:
		return "mails"
	case ViewSpam:
		return "ban"
	}
	return "layers"
}

func statusIcon(s Status) string {
	switch s {
	case StatusPending:
		return "circle-pause"
	case StatusSolved:
		return "circle-check"
	case StatusClosed:
		return "archive"
	case StatusNew:
		return "circle-dot"
	}
	return "circle"
}

func channelIcon(c Channel) string {
	switch c {
	case "email":
		return "mail"
	case "chat", "whatsapp", "telegram":
		return "message-circle"
	case "phone":
		return "phone"
	case "sms":
		return "smartphone"
	case "marketplace":
		return "store"
	case "api":
		return "webhook"
	}
	return "globe"
}

func reasonIcon(r Reason) string {
	switch r {
	case "vip":
		return "crown"
	case "reopened":
		return "rotate-ccw"
	case "mention":
		return "at-sign"
	case "followup":
		return "forward"
	case "unverified":
		return "shield-alert"
	case "haste":
		return "clock"
	}
	return "triangle-alert"
}

func reasonTone(r Reason) string {
	switch r {
	case "risk", "safety", "legal", "chargeback", "press", "bounced", "failed":
		return string(ToneBad)
	case "unverified", "haste":
		return string(ToneWarn)
	}
	return string(ToneInfo)
}

func moodTone(mood string) string {
	if mood == "negative" {
		return string(ToneWarn)
	}
	return string(ToneGood)
}

func partyIcon(party string) string {
	switch party {
	case "carrier":
		return "truck"
	case "supplier":
		return "factory"
	case "marketplace":
		return "store"
	}
	return "forward"
}

func toneIcon(t Tone) string {
	switch t {
	case ToneGood:
		return "circle-check"
	case ToneWarn:
		return "triangle-alert"
	case ToneBad:
		return "circle-alert"
	}
	return "info"
}

func orderTone(s OrderStatus) string {
	switch s {
	case OrderFulfilled:
		return string(ToneGood)
	case OrderCancelled, OrderReturned:
		return string(ToneWarn)
	}
	return string(ToneInfo)
}

// parcelStep says how far along its way a parcel is, of four.
func parcelStep(s ParcelStatus) int {
	switch s {
	case ParcelAnnounced, ParcelUnknown:
		return 0
	case ParcelPicked:
		return 1
	case ParcelOut, ParcelPickup, ParcelAttempt:
		return 3
	case ParcelDelivered, ParcelReturned:
		return 4
	}
	return 2
}

func parcelTone(s ParcelStatus) string {
	switch s {
	case ParcelDelivered:
		return string(ToneGood)
	case ParcelLost, ParcelDestroyed:
		return string(ToneBad)
	case ParcelHeld, ParcelAttempt, ParcelReturning, ParcelReturned, ParcelCancelled:
		return string(ToneWarn)
	}
	return string(ToneInfo)
}

func paymentTone(status string) string {
	switch status {
	case "paid":
		return string(ToneGood)
	case "failed", "unpaid":
		return string(ToneBad)
	case "refunded", "partially_refunded":
		return string(ToneWarn)
	}
	return string(ToneInfo)
}

// authTone judges the checks of a mail's origin together.
func authTone(results []AuthResult) Tone {
	tone := ToneNone
	for _, r := range results {
		switch {
		case r.Method == "DMARC" && r.Result == "fail":
			return ToneBad
		case r.Result == "fail" || r.Result == "softfail" || r.Result == "permerror":
			tone = ToneWarn
		case r.Result == "pass" && tone == ToneNone:
			tone = ToneGood
		}
	}
	return tone
}

// mentionPieces cuts a note at its mentions: odd pieces are mentions.
func mentionPieces(text string, names []string) []string {
	pieces := []string{""}
	for len(text) > 0 {
		at := strings.IndexByte(text, '@')
		if at < 0 {
			break
		}
		found := ""
		for _, name := range names {
			if strings.HasPrefix(text[at+1:], name) && len(name) > len(found) {
				found = name
			}
		}
		pieces[len(pieces)-1] += text[:at]
		if found == "" {
			pieces[len(pieces)-1] += "@"
			text = text[at+1:]
			continue
		}
		pieces = append(pieces, "@"+found, "")
		text = text[at+1+len(found):]
	}
	pieces[len(pieces)-1] += text
	return pieces
}

// localTime writes t for a datetime-local input in the page's zone.
func (p Page) localTime(t time.Time) string { return p.here(t).Format("2006-01-02T15:04") }

func tagNames(tags []Tag) string {
	names := make([]string, len(tags))
	for i, t := range tags {
		names[i] = t.Name
	}
	return strings.Join(names, ", ")
}

// mayOpen reports whether the reader may open one of the named admin pages.
func mayOpen(p Page, pages ...string) bool {
	return slices.ContainsFunc(pages, func(name string) bool { return slices.Contains(p.Nav.Admin, name) })
}

func lateTone(n int64) string {
	if n > 0 {
		return string(ToneBad)
	}
	return ""
}

// dayName writes a day given as 2006-01-02; what is not a day is written as it is.
func (p Page) dayName(day string) string {
	t, err := time.ParseInLocation("2006-01-02", day, p.here(p.Now).Location())
	if err != nil {
		return day
	}
	return p.date(t)
}
