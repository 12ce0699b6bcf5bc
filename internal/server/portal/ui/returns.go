package ui

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/flow/casework"
)

// Filled is what a customer has filled in of a return; it is kept as JSON.
type Filled struct {
	Items   []FilledItem `json:"items,omitempty"`
	Foreign string       `json:"foreign,omitempty"` // something that the order does not list
	Gift    bool         `json:"gift,omitempty"`
	Words   string       `json:"words,omitempty"`
}

// FilledItem is units of a line, and why.
type FilledItem struct {
	Row      int64  `json:"row"`
	Quantity int64  `json:"n"`
	Reason   string `json:"why"` // of Reasons
}

// Reasons customers choose from that are no reasons of package decision: they say where the parcel is.
const (
	neverCame = "not_received"
	atDoor    = "refused"
)

// Reasons returns what customers choose from, the commonest first.
func Reasons() []string {
	return []string{"changed_mind", "size_fit", "damaged", "defective", "not_as_described", "wrong_item", "missing_item", "late", neverCame, atDoor, "other"}
}

// DecisionReason is a reason in the words of package decision.
func DecisionReason(reason string) string {
	switch reason {
	case neverCame:
		return decision.Late.String()
	case atDoor:
		return decision.ChangedMind.String()
	}
	return reason
}

// Kind is what the case is called that a form becomes, in the words of package cases: by the gravest of its reasons.
func (f Filled) Kind() string {
	kind := cases.Return
	for _, x := range f.Items {
		switch x.Reason {
		case neverCame:
			return string(cases.NotReceived)
		case atDoor:
			return string(cases.AtDoor)
		case "damaged", "wrong_item", "missing_item", "not_as_described":
			kind = cases.Damaged
		case "defective":
			if kind == cases.Return {
				kind = cases.Warranty
			}
		}
	}
	return string(kind)
}

// Faulty reports whether something is said to be wrong with the goods, which photos show.
func (f Filled) Faulty() bool {
	return slices.ContainsFunc(f.Items, func(x FilledItem) bool {
		return slices.Contains([]string{"damaged", "defective", "not_as_described", "wrong_item", "missing_item"}, x.Reason)
	})
}

// of returns what was filled in for a line.
func (f Filled) of(row int64) FilledItem {
	if i := slices.IndexFunc(f.Items, func(x FilledItem) bool { return x.Row == row }); i >= 0 {
		return f.Items[i]
	}
	return FilledItem{Row: row}
}

// Flow is what the pages of a return share.
type Flow struct {
	Page
	Link     string // the path of the order's status
	Back     string // the same, in the language that was chosen
	Number   string // of the order
	Form     int64
	Filled   Filled
	Step     int // from 1 to 3
	Currency string
}

func (f Flow) at(rest string) string { return f.Link + rest }

// onward is a path of the order in the language that was chosen.
func (f Flow) onward(rest string) string {
	if f.Chosen == "" {
		return f.Link + rest
	}
	return f.Link + rest + "?lang=" + string(f.Chosen)
}

// Return asks what and why.
type Return struct {
	Flow
	Lines []ReturnLine
	Wrong string
}

// ReturnLine is a line of the order.
type ReturnLine struct {
	Row            int64
	Title, Variant string
	Quantity, Free int64
}

// anything reports whether units are left that something may be asked for.
func (v Return) anything() bool {
	return slices.ContainsFunc(v.Lines, func(l ReturnLine) bool { return l.Free > 0 })
}

// mostSteps bounds the quantities that are offered one by one.
const mostSteps = 50

func (l ReturnLine) counts() []int64 {
	out := make([]int64, 0, 8)
	for n := range min(l.Free, mostSteps) + 1 {
		out = append(out, n)
	}
	if l.Free > mostSteps {
		out = append(out, l.Free)
	}
	return out
}

func row(prefix string, n int64) string { return prefix + strconv.FormatInt(n, 10) }

// Show asks for photos and papers.
type Show struct {
	Flow
	Needs []string // evidence that is asked for
	Files []Picture
	Wrong string
}

// Picture is a file as a page shows it.
type Picture struct {
	ID         int64
	Name, Size string
	Path       string
	Shown      bool // a browser draws it
}

// EvidenceWords are the words of a set of evidence.
func EvidenceWords(set decision.Evidence) []string {
	var out []string
	for i, word := range []string{"photo", "video", "serial", "carrier_report", "statement", "proof_of_purchase", "expert_report"} {
		if set&(1<<i) != 0 {
			out = append(out, word)
		}
	}
	return out
}

// evidence names what is asked for.
func (p Page) evidence(words []string) string {
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = p.T("portal.evidence." + w)
	}
	return p.List(names)
}

// Offers compares the ways out.
type Offers struct {
	Flow
	Parts   []Part
	Refused []Refused
	Action  string
	Wrong   string
}

// anything reports whether there is something to choose.
func (v Offers) anything() bool {
	return slices.ContainsFunc(v.Parts, func(p Part) bool { return len(p.Offers) > 0 })
}

// Part is items that are decided about together.
type Part struct {
	Name   string   // of its field
	Titles []string // of the items
	Offers []Offer
}

// Offer is one way out as a page tells it.
type Offer struct {
	Key      string
	Title    string
	Amount   string // "" where no money goes
	Sums     []sum
	To       []string // where the money goes
	Days     string
	Postage  string
	Todo     string
	Why      string
	Note     string // what it still needs, or who looks at it
	Instant  bool
	Selected bool
}

// Refused says kindly why something is not possible.
type Refused struct{ What, Why string }

// OfferKey tells an offer from the others of its part, whenever it is computed.
func OfferKey(o casework.Offer) string {
	return fmt.Sprintf("%s.%s.%d", o.Remedy, o.Route, o.Money.Total)
}

// Compare words an advice for a customer; titles are those of the case's lines.
func Compare(p Page, a casework.Advice, titles map[int]string) ([]Part, []Refused) {
	parts := make([]Part, len(a.Parts))
	for i := range parts {
		parts[i].Name = "part" + strconv.Itoa(i)
		for _, n := range a.Parts[i].Lines {
			parts[i].Titles = append(parts[i].Titles, titles[n])
		}
	}
	for _, o := range a.Offers {
		if o.Part < len(parts) && !slices.ContainsFunc(parts[o.Part].Offers, func(x Offer) bool { return x.Key == OfferKey(o) }) {
			parts[o.Part].Offers = append(parts[o.Part].Offers, p.offer(a, o))
		}
	}
	for i := range parts { // what costs the shop least stands first, and is not chosen for anybody
		if list := parts[i].Offers; len(list) == 1 {
			list[0].Selected = true
		}
	}
	var refused []Refused
	for _, x := range a.Refused {
		r := Refused{Why: p.code(x.Code)}
		if x.Remedy != "" {
			r.What = p.T("portal.remedy." + x.Remedy)
		}
		if !slices.Contains(refused, r) && x.Code != decision.NotOffered.String() {
			refused = append(refused, r)
		}
	}
	return parts, refused
}

// code words why something is not possible; a code that has no words of its own is told by those for all.
func (p Page) code(code string) string {
	if key := "portal.refused." + code; p.Has(key) {
		return p.T(key)
	}
	return p.T("portal.refused.other")
}

func (p Page) offer(a casework.Advice, o casework.Offer) Offer {
	v := Offer{Key: OfferKey(o), Title: p.T("portal.remedy." + o.Remedy.String()), Why: p.because(o), Todo: p.T("portal.route." + routeWord(o))}
	m := o.Money
	if m.Total != 0 {
		v.Amount = p.money(m.Total, o.Currency)
		v.Sums = p.components(o.Currency, []part{{"portal.sum.goods", m.Goods}, {"portal.sum.tax", m.Tax}, {"portal.sum.duty", m.Duty}, {"portal.sum.shipping", m.Out},
			{"portal.sum.back", m.Back}, {"portal.sum.fee", m.Fee}, {"portal.sum.bonus", m.Bonus}})
	}
	for _, to := range o.To {
		word := "portal.to.original"
		if to.Method == "bank" || to.Method == "store_credit" {
			word = "portal.to." + to.Method
		}
		if text := p.T(word); !slices.Contains(v.To, text) {
			v.To = append(v.To, text)
		}
	}
	if o.Days > 0 {
		v.Days = "≈ " + p.Duration(time.Duration(o.Days)*24*time.Hour)
	}
	if o.Route != decision.NoRoute && o.Postage != 0 {
		v.Postage = p.T("portal.postage." + o.Postage.String())
	}
	v.Instant = o.Remedy == decision.Exchange && o.Trigger == cases.AtApproval && o.Route != decision.NoRoute
	switch {
	case o.Needs != 0:
		v.Note = p.T("portal.offers.needs", "What", p.evidence(EvidenceWords(o.Needs)))
	case !o.Auto && o.Basis == 0:
		v.Note = p.T("portal.offers.person")
	}
	return v
}

func routeWord(o casework.Offer) string {
	if o.Route == decision.NoRoute {
		return "none"
	}
	return o.Route.String()
}

// because says in one sentence why there is an offer: what the law gives, in plain words, or that the shop gives it.
func (p Page) because(o casework.Offer) string {
	if o.Basis == 0 {
		return p.T("portal.why.policy")
	}
	return p.T("portal.why."+o.Basis.String(), "Law", p.apart(o.Law))
}

// part is one component of a sum.
type part struct {
	key   string
	minor int64
}

// components are the parts of a sum that are not nothing.
func (p Page) components(currency string, list []part) []sum {
	var out []sum
	for _, x := range list {
		if x.minor != 0 {
			out = append(out, sum{Word: p.T(x.key), Amount: p.money(x.minor, currency)})
		}
	}
	return out
}

func (p Page) money(minor int64, currency string) string {
	return money.Amount{Minor: minor, Currency: currency}.Format(string(p.Lang()))
}

// named lists the titles of a part.
func (p Part) named(q Page) string {
	out := make([]string, len(p.Titles))
	for i, t := range p.Titles {
		out[i] = q.apart(t)
	}
	return q.List(out)
}

// Withdrawal is the function by which somebody withdraws from a contract, in two steps.
type Withdrawal struct {
	Page
	Path                         string
	Key                          string
	Name, Number, Contact, Words string
	Wrong                        string
	Statement                    string // of the second step
}

// evidenceHint says what may be added.
func (p Page) evidenceHint() string {
	return p.T("portal.evidence.hint", "Photo", p.Bytes(cases.MostPhoto), "Video", p.Bytes(cases.MostVideo), "Document", p.Bytes(cases.MostDocument))
}

func number64(n int64) string { return strconv.FormatInt(n, 10) }
