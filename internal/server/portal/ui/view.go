package ui

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/portal"
)

// Page is the frame that all pages share.
type Page struct {
	*i18n.Printer
	Now    time.Time
	Title  string
	Path   string    // where the page stands; the choice of language leads there
	Chosen i18n.Lang // by the reader, or "" if the browser chose
	Shop   string    // its name, "" where no shop is known
	Home   string    // the shop's page
	Open   bool      // search engines may find it
	After  bool      // it is one of those after the sale
	Look   Look
	Others []Alternate // the same page in all its languages, for search engines
}

// Find is the form that finds an order, with what was wrong with the last try.
type Find struct {
	Page
	Number   string
	Contact  string
	Wrong    string
	Quote    string // the path of the form that asks what sending costs, "" if the shop has none
	Withdraw string // the path of the function to withdraw, "" where the reader's law has none
	Policy   string // the path of the return policy, "" if the shop takes no returns here
	Help     portal.Help
}

// personFirst reports whether the page begins with how to reach a person.
func (f Find) personFirst() bool { return f.Help.First == habit.Person && len(f.Help.Channels) > 0 }

// hours says when people answer, "" if nobody told.
func (f Find) hours() string {
	if len(f.Help.Week) > 0 {
		var parts []string
		for _, o := range f.Help.Week {
			var spans []string
			for _, s := range o.Spans {
				spans = append(spans, s[0]+"–"+s[1])
			}
			parts = append(parts, f.weekdays(o.Days)+", "+strings.Join(spans, ", "))
		}
		return f.T("portal.help.week", "Hours", strings.Join(parts, "; ")+f.clock())
	}
	h := f.Help.Hours
	if len(h.Days) == 0 {
		return ""
	}
	return f.T("portal.help.hours", "Hours", f.weekdays(h.Days)+", "+h.From+"–"+h.To+f.clock())
}

// weekdays names days of the week, those that follow one another by their first and last.
func (f Find) weekdays(list []string) string {
	var days []string
	for _, run := range (habit.Hours{Days: list}).Runs() {
		day := f.Weekday(run[0])
		if run[1] != run[0] {
			day += "–" + f.Weekday(run[1])
		}
		days = append(days, day)
	}
	return f.List(days)
}

// clock says whose clock hours are by, where the reader may have another one.
func (f Find) clock() string {
	if !f.Help.Doubt {
		return ""
	}
	return " (UTC" + f.Now.In(f.Help.Zone).Format("-07:00") + ")"
}

// Status is the status of an order.
type Status struct {
	Page
	portal.Status
	Link       string // the path of the status
	Currency   string // that the reader sees
	Currencies []string
	About      string // the sum in that currency, "" where it is the one that is charged
	AboutRate  string // and the rate behind it
	Return     string // the path where something is sent back or reported, "" if nothing can be
	Withdraw   string // the path of the function to withdraw, "" where the law has none
	Cases      []Case
	Policy     string // the path of the return policy, "" if nothing can be returned here
	Warranty   string // the path where registrations are taken, "" if nobody may see it
}

// InMoney says the sum of an order in the currency that the reader sees.
func (s *Status) InMoney(a money.Amount, c fx.Cross) {
	s.About, s.AboutRate = "≈ "+a.Format(string(s.Lang())), s.about(c, s.Private.Currency)
}

// Code is the form that takes a code.
type Code struct {
	Page
	Link   string // the path of the status behind it
	Back   string // the same, in the language that was chosen
	Next   string // where the code leads to
	Number string // of the order
	Wrong  string
}

// Plain is a page that says one sentence.
type Plain struct {
	Page
	Text string
}

// tone is how a status feels; it chooses the colour.
type tone string

const (
	moving tone = "moving"
	good   tone = "good"
	asks   tone = "asks" // somebody must do something, or something is slow
	bad    tone = "bad"
	still  tone = "still"
)

func toneOf(s shipment.Status) tone {
	switch s {
	case shipment.Delivered:
		return good
	case shipment.InCustoms, shipment.AttemptFailed, shipment.Held, shipment.ReadyForPickup:
		return asks
	case shipment.Lost, shipment.Destroyed:
		return bad
	case shipment.Returning, shipment.Returned, shipment.Cancelled, shipment.Announced, shipment.Unknown:
		return still
	}
	return moving
}

// pictureOf names the picture of a status: a warning only where somebody must act.
func pictureOf(s shipment.Status) string {
	switch toneOf(s) {
	case good:
		return "check"
	case moving:
		return "van"
	case bad:
		return "alert"
	}
	if s == shipment.AttemptFailed || s == shipment.Held {
		return "alert"
	}
	return "box"
}

// statusWord names a status.
func (p Page) statusWord(s shipment.Status) string { return p.T("portal.status." + s.Word()) }

// Missing is the form that reports a parcel as not received.
type Missing struct {
	Page
	Link      string // the path of the status
	Back      string // the same, in the language that was chosen
	Number    string // of the order
	Parcel    portal.Parcel
	Places    []string // where to look first
	Held      bool     // a session may report
	Wrong     string
	Note      string
	AnswerBy  time.Time
	MostPhoto int64
}

// Ask is a page with one question and the button that answers it.
type Ask struct {
	Page
	Action string
}

// ParcelPath names a parcel in the path of its report.
func ParcelPath(p portal.Parcel) string { return cmp.Or(p.Key, "-") }

// Apart is for names within a text that is put together elsewhere.
func Apart(p *i18n.Printer, name string) string { return Page{Printer: p}.apart(name) }

// reported says when a parcel was reported, and what happens.
func (p Page) reported(m *portal.Missing) string {
	return p.T("portal.missing.done", "Date", p.Date(m.ReportedAt, nil, i18n.Medium), "By", p.Date(m.AnswerBy, nil, i18n.Medium))
}

// nextWord says what happens next and what the reader can do.
func (p Page) nextWord(v portal.Parcel) string {
	if key := shipment.Advice(v.Status, v.Reason); key != "" {
		return p.T(key)
	}
	return ""
}

// mark is one step on a parcel's way as the page draws it.
type mark struct {
	Word    string
	Done    bool
	Current bool
}

// way returns the steps of a parcel, or none where it is not on the usual way.
func (p Page) way(v portal.Parcel) []mark {
	words := []string{"portal.step.ordered", "portal.step.shipped", "portal.status.in_transit"}
	moves := len(words) - 1
	if v.Customs {
		words = append(words, "portal.status.in_customs")
		moves++
	}
	last := "portal.status.out_for_delivery"
	if v.Pickup {
		last = "portal.status.ready_for_pickup"
	}
	words = append(words, last, "portal.status.delivered")
	at := 0
	switch v.Status {
	case shipment.Announced, shipment.Unknown:
	case shipment.PickedUp:
		at = 1
	case shipment.InTransit, shipment.InCustoms, shipment.Held:
		at = moves
	case shipment.OutForDelivery, shipment.ReadyForPickup, shipment.AttemptFailed:
		at = moves + 1
	case shipment.Delivered:
		at = moves + 2
	default:
		return nil
	}
	out := make([]mark, len(words))
	for i, w := range words {
		out[i] = mark{Word: p.T(w), Done: i < at || v.Status == shipment.Delivered, Current: i == at}
	}
	return out
}

// day writes a date: in words beside today, in full otherwise.
func (p Page) day(t time.Time) string { return p.Day(t, p.Now, nil) }

// date writes a date for machines.
func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// usual says what is usual on a parcel's way, "" if nothing is to be said.
func (p Page) usual(u portal.Usual) string {
	var said []string
	if u.To > 0 {
		said = append(said, p.N("portal.route.days", int64(u.To), "From", int64(u.From)))
	}
	if u.Silent > 0 {
		said = append(said, p.N("portal.route.silent", int64(u.Silent)))
	}
	return strings.Join(said, p.space())
}

// space is what stands between two sentences.
func (p Page) space() string {
	switch p.Lang() {
	case "zh-Hans", "zh-Hant", "ja":
		return ""
	}
	return " "
}

// expected writes when a parcel is expected, "" if nobody said.
func (p Page) expected(w shipment.Window) string {
	if w.IsZero() || w.To.Before(p.Now.Add(-24*time.Hour)) && !w.To.IsZero() {
		return ""
	}
	from, to := w.From, w.To
	switch {
	case from.IsZero():
		from = to
	case to.IsZero():
		to = from
	}
	if date(from) == date(to) {
		return p.day(to)
	}
	return p.day(from) + " – " + p.day(to)
}

// behind writes the country of a place behind its town, as far as it is known.
func (p Page) behind(s portal.Step) string {
	switch {
	case s.Country == "":
		return ""
	case s.City == "":
		return p.Country(s.Country)
	}
	return comma(p.Lang()) + p.Country(s.Country)
}

// apart keeps a name from taking the direction of the words around it, or giving
// them its own (Unicode Bidirectional Algorithm, section 2.4.2).
func (p Page) apart(name string) string {
	if p.Dir() == "ltr" {
		return name
	}
	return "\u2068" + name + "\u2069"
}

// colon stands between a word and what it names.
func colon(l i18n.Lang) string {
	switch l {
	case i18n.SimplifiedChinese, "zh-Hant", "ja":
		return "："
	case "fr":
		return "\u00a0: "
	}
	return ": "
}

// comma separates the parts of a place.
func comma(l i18n.Lang) string {
	switch l {
	case "ar":
		return "، "
	case "ja":
		return "、"
	case i18n.SimplifiedChinese, "zh-Hant":
		return "，"
	}
	return ", "
}

// times writes how many of an item there are.
func (p Page) times(n int64) string { return p.Number(n) + " ×" }

// mail is the link to write to the shop about an order.
func (s Status) mail() string {
	q := url.Values{"subject": {s.T("portal.order", "Number", s.Status.Number)}}
	return "mailto:" + s.Contact + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// several says how many parcels there are, of more than one.
func (s Status) several() string {
	if len(s.Parcels) < 2 {
		return ""
	}
	return s.N("portal.parcels", int64(len(s.Parcels)))
}

func (s Status) parcelTitle(i int) string {
	return s.T("portal.parcel", "N", i+1, "Count", len(s.Parcels))
}

func number(n int) string { return strconv.Itoa(n) }

func id(prefix string, i int) string { return prefix + strconv.Itoa(i) }

// languages lists the languages to choose from.
func (p Page) languages() []i18n.Lang {
	if len(p.Look.Languages) > 0 {
		return p.Look.Languages
	}
	return i18n.Customer()
}

// described ties a form to what was wrong with it.
func described(wrong bool) templ.Attributes {
	if !wrong {
		return nil
	}
	return templ.Attributes{"aria-describedby": "wrong"}
}

// current marks the step that a parcel is at.
func current(here bool) templ.Attributes {
	if !here {
		return nil
	}
	return templ.Attributes{"aria-current": "step"}
}

// StatusTitle is what a status is called: its order, or its parcel where the order
// stays private.
func StatusTitle(p *i18n.Printer, st portal.Status) string {
	if st.Number == "" && len(st.Parcels) > 0 {
		return p.T("portal.number") + " " + Page{Printer: p}.apart(st.Parcels[0].Number)
	}
	return OrderTitle(p, st.Number)
}

// address writes where an order goes, line by line, its country last.
func (p Page) address(a order.Address) []string {
	lines := i18n.PostalAddress{
		Name: a.Name, Company: a.Company, Line1: a.Line1, Line2: a.Line2, City: a.City, Region: a.Region, Postcode: a.Postcode, Country: a.Country,
	}.Lines()
	if a.Country != "" {
		lines = append(lines, p.Country(a.Country))
	}
	return lines
}

// missing is the path of the report on a parcel.
func (s Status) missing(p portal.Parcel) string {
	path := s.Link + "/missing/" + ParcelPath(p)
	if s.Chosen != "" {
		path += "?lang=" + url.QueryEscape(string(s.Chosen))
	}
	return path
}

// sum is one line below the items of an order.
type sum struct {
	Word, Amount string
	Whole        bool // the one that all others make
}

// amount writes money of an order, "" in a currency that nobody knows.
func (s Status) amount(minor int64) string {
	return money.Amount{Minor: minor, Currency: s.Private.Currency}.Format(string(s.Lang()))
}

// sums are the sums of an order; those of nothing are left out.
func (s Status) sums() []sum {
	v := s.Private
	var out []sum
	for _, x := range []struct {
		key   string
		minor int64
	}{
		{"portal.sum.discount", -v.Discount}, {"portal.sum.shipping", v.Shipping}, {"portal.sum.tax", v.Tax}, {"portal.sum.duty", v.Duty},
	} {
		if x.minor != 0 {
			out = append(out, sum{Word: s.T(x.key), Amount: s.amount(x.minor)})
		}
	}
	out = append(out, sum{s.T("portal.sum.total"), s.amount(v.Total), true})
	if v.Refunded != 0 {
		out = append(out, sum{Word: s.T("portal.sum.refunded"), Amount: s.amount(-v.Refunded)})
	}
	return out
}

// OrderTitle is what an order is called by its number, which may be written from
// the other side than the words around it.
func OrderTitle(p *i18n.Printer, number string) string {
	return p.T("portal.order", "Number", Page{Printer: p}.apart(number))
}
