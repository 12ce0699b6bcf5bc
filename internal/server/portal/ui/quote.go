package ui

import (
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/flow/portal"
)

// Choice is one line of a list to choose from.
type Choice struct{ Value, Label string }

// Quote is the form that asks what sending costs, and the answer.
type Quote struct {
	Page
	Country    string
	Countries  []Choice
	Postcode   string
	Value      string // of the goods, as it was typed
	Weight     string // in kilograms
	SKUs       []string
	Currency   string // that is shown
	Charged    string // the shop's
	Currencies []string
	Wrong      string
	Options    []plan.Option
}

// Words is a quote in words that are ready to be shown, for the widget.
type Words struct {
	Lang       string       `json:"lang"`
	Dir        string       `json:"dir"`
	Title      string       `json:"title"`
	CountryIs  string       `json:"country_label"`
	PostcodeIs string       `json:"postcode_label"`
	Action     string       `json:"action"`
	Country    string       `json:"country"`
	Countries  []WordChoice `json:"countries"`
	Problem    string       `json:"problem,omitempty"`
	Options    []WordOption `json:"options"`
	Notes      []string     `json:"notes"`
}

// WordChoice is one country.
type WordChoice struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// WordOption is one way of sending.
type WordOption struct {
	Title string    `json:"title"`
	When  string    `json:"when"`
	Price string    `json:"price"`
	Rows  []WordRow `json:"rows"`
}

// WordRow is one line of an option.
type WordRow struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Whole bool   `json:"whole,omitempty"`
}

// QuoteWords writes a quote in words.
func QuoteWords(v Quote) Words {
	out := Words{
		Lang: string(v.Lang()), Dir: v.Dir(), Title: v.T("portal.quote.title"), CountryIs: v.T("portal.quote.country"), PostcodeIs: v.T("portal.quote.postcode"), Action: v.T("portal.quote.action"),
		Country: v.Country, Countries: []WordChoice{}, Problem: v.Wrong, Options: []WordOption{}, Notes: v.notes(),
	}
	for _, c := range v.Countries {
		out.Countries = append(out.Countries, WordChoice{c.Value, c.Label})
	}
	for _, o := range v.Options {
		x := WordOption{Title: o.Title, When: v.when(o), Price: v.price(o), Rows: []WordRow{}}
		for _, s := range v.charges(o) {
			x.Rows = append(x.Rows, WordRow{s.Word, s.Amount, s.Whole})
		}
		out.Options = append(out.Options, x)
	}
	return out
}

func (v Quote) money(a money.Amount) string { return a.Format(string(v.Lang())) }

// price writes what sending costs.
func (v Quote) price(o plan.Option) string {
	if o.Free {
		return v.T("portal.quote.free")
	}
	return v.money(o.Price)
}

// when writes when an option arrives.
func (v Quote) when(o plan.Option) string {
	from, to := v.Date(o.From, nil, i18n.Medium), v.Date(o.To, nil, i18n.Medium)
	word := v.T("portal.expected") + colon(v.Lang())
	if from == to {
		return word + to
	}
	return word + from + " – " + to
}

// charges are the lines of an option: duty and tax with who takes them, and the sum.
func (v Quote) charges(o plan.Option) []sum {
	var out []sum
	for _, c := range portal.Charges(v.Printer, o) {
		if c.Text != "" {
			out = append(out, sum{Word: c.Word, Amount: c.Text})
		}
	}
	if len(out) > 0 {
		out = append(out, sum{v.T("portal.quote.total"), v.money(o.Total), true})
	}
	return out
}

// notes say what the figures rest on: estimates, rates, returns.
func (v Quote) notes() []string {
	out := []string{}
	if len(v.Options) == 0 {
		return out
	}
	var sources []string
	checked := ""
	rests := false
	for _, o := range v.Options {
		for _, c := range []plan.Charge{o.Duty, o.Tax} {
			rests = rests || c.Due != plan.DueNever
			if c.Source != "" && !slices.Contains(sources, c.Source) {
				sources = append(sources, c.Source)
			}
			if c.CheckedOn != "" && (checked == "" || c.CheckedOn < checked) {
				checked = c.CheckedOn
			}
		}
	}
	if day, err := time.Parse(time.DateOnly, checked); err == nil && rests {
		out = append(out, v.T("portal.quote.estimate", "Date", v.Date(day, nil, i18n.Medium), "Source", Apart(v.Printer, strings.Join(sources, "; "))))
	}
	for _, c := range v.Options[0].Rates {
		if v.Currency != v.Charged && c.To == v.Currency && len(c.Legs) > 0 { // limits of duty are converted too
			out = append(out, v.about(c, v.Charged))
			break
		}
	}
	if t := v.Options[0].Returns; t.Days > 0 {
		out = append(out, v.N("portal.quote.returns", int64(t.Days)))
		if t.Free {
			out[len(out)-1] += " " + v.T("portal.quote.returns_free")
		}
	}
	return out
}

// about says openly that sums are shown in another currency than the one that is charged,
// by which rate, and how old it is.
func (p Page) about(c fx.Cross, charged string) string {
	source := "ECB"
	if s := c.Sources(); len(s) > 0 && s[0] == fx.Manual {
		source = p.Shop
	}
	return p.T("portal.money.about", "Shown", c.To, "Charged", charged, "Date", p.Date(c.Day, nil, i18n.Medium), "Source", Apart(p.Printer, source))
}
