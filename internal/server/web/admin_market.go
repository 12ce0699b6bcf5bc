package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/hours"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/server/web/ui"
)

// marketsPage lists the markets with how their customers are served, those that a shop sells in first.
func (s *server) marketsPage(w http.ResponseWriter, r *request) error {
	page, err := r.page(w, r.printer.T("admin.markets"), ui.SectionAdmin)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	list, err := s.Habits.List(r.Context(), r.actor)
	if err != nil {
		return err
	}
	v := ui.Markets{Page: page}
	for _, x := range list {
		p := x.Profile()
		row := ui.MarketRow{
			Code: x.Market, Name: r.printer.Country(x.Market), First: r.printer.T("habit.first." + string(p.First)), Formality: r.printer.T("habit.formality." + string(p.Formality)),
			Channels: strings.Join(r.channelNames(p.Channels), ", "), Hours: r.hoursText(p.Hours), Own: !x.Own.IsZero(),
		}
		if slices.ContainsFunc(h.shops, func(shop order.Shop) bool { return shop.Market == x.Market }) {
			v.Sold = append(v.Sold, row)
		} else {
			v.Others = append(v.Others, row)
		}
	}
	for _, rows := range [][]ui.MarketRow{v.Sold, v.Others} {
		slices.SortStableFunc(rows, func(a, b ui.MarketRow) int { return strings.Compare(a.Name, b.Name) })
	}
	return r.draw(w, http.StatusOK, ui.MarketsPage(v))
}

func (r *request) channelNames(list []string) []string {
	var out []string
	for _, c := range list {
		out = append(out, r.channelName(c))
	}
	return out
}

// marketPage shows the form of a market.
func (s *server) marketPage(w http.ResponseWriter, r *request) error {
	x, err := s.Habits.Get(r.Context(), r.actor, r.PathValue("market"))
	if err != nil {
		return err
	}
	return s.drawMarket(w, r, x, ownTyped(x.Own), ui.Form{})
}

// typed is what the form of a market holds as text.
type typed struct {
	habit.Own
	from, to, volts, plugs string
}

// ownTyped writes what is kept as the form has it.
func ownTyped(o habit.Own) typed {
	t := typed{Own: o, plugs: strings.Join(o.Plugs, ", ")}
	var volts []string
	for _, n := range o.Volts {
		volts = append(volts, strconv.Itoa(n))
	}
	t.volts = strings.Join(volts, ", ")
	if o.Hours != nil {
		t.from, t.to = o.Hours.From, o.Hours.To
	}
	return t
}

func (s *server) drawMarket(w http.ResponseWriter, r *request, x habit.Setting, o typed, f ui.Form) error {
	page, err := r.page(w, r.printer.Country(x.Market), ui.SectionAdmin)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	t := r.printer.T
	p, _ := habit.Of(x.Market)
	v := ui.MarketEdit{
		Page: page, Form: f, Code: x.Market, Name: r.printer.Country(x.Market), Version: x.Version, SavedAt: x.SavedAt, SavedBy: h.person[x.SavedBy].Name, Own: !x.Own.IsZero(),
		From: o.from, To: o.to, Volts: o.volts, Plugs: o.plugs, ShippedVolts: join(p.Volts), ShippedPlugs: strings.Join(p.Plugs, ", "),
		ShippedChannels: strings.Join(r.channelNames(p.Channels), ", "), Verified: p.Status != "verify", Source: p.Source, AsOf: p.AsOf,
	}
	pick := func(name, prefix, shipped, chosen string, values ...string) {
		c := ui.Select{Name: name, Label: t("habit.edit." + name), Options: []ui.Option{{Label: t("habit.as_shipped", "Value", t(prefix+shipped)), Selected: chosen == ""}}}
		for _, x := range values {
			c.Options = append(c.Options, ui.Option{Value: x, Label: t(prefix + x), Selected: x == chosen})
		}
		v.Choices = append(v.Choices, c)
	}
	order := func(b *bool, yes, no string) string {
		switch {
		case b == nil:
			return ""
		case *b:
			return yes
		}
		return no
	}
	pick("first", "habit.first.", string(p.First), string(o.First), string(habit.SelfService), string(habit.Person), string(habit.Either))
	pick("formality", "habit.formality.", string(p.Formality), string(o.Formality), string(habit.Formal), string(habit.Informal), string(habit.Neutral))
	pick("name", "habit.name.", order(&p.FamilyFirst, "family", "given"), order(o.FamilyFirst, "family", "given"), "given", "family")
	pick("address", "habit.address.", order(&p.Large, "large", "small"), order(o.Large, "large", "small"), "small", "large")
	pick("units", "habit.units.", string(p.Units), string(o.Units), string(habit.Metric), string(habit.Imperial), string(habit.Mixed))
	for i := range habit.MostChannels {
		var chosen string
		if i < len(o.Channels) {
			chosen = o.Channels[i]
		}
		c := ui.Select{Name: "channels", Label: t("habit.edit.channel", "N", i+1), Options: []ui.Option{{Label: t("habit.edit.none"), Selected: chosen == ""}}}
		for _, x := range habit.ChannelNames() {
			c.Options = append(c.Options, ui.Option{Value: x, Label: r.channelName(x), Selected: x == chosen})
		}
		v.Channels = append(v.Channels, c)
	}
	for _, d := range hours.Weekdays() {
		v.Days = append(v.Days, ui.Option{Value: d, Label: t("promise.day." + d), Selected: o.Hours != nil && slices.Contains(o.Hours.Days, d)})
	}
	return r.draw(w, formStatus(f), ui.MarketPage(v))
}

// readMarket reads the form of a market. What is no number is errs.Invalid at its field.
func (r *request) readMarket() (o typed, err error) {
	o.from, o.to, o.volts, o.plugs = strings.TrimSpace(r.PostFormValue("from")), strings.TrimSpace(r.PostFormValue("to")), r.PostFormValue("volts"), r.PostFormValue("plugs")
	o.First, o.Formality, o.Units = habit.First(r.PostFormValue("first")), habit.Formality(r.PostFormValue("formality")), habit.Units(r.PostFormValue("units"))
	yes := func(name, value string) *bool {
		if got := r.PostFormValue(name); got != "" {
			b := got == value
			return &b
		}
		return nil
	}
	o.FamilyFirst, o.Large = yes("name", "family"), yes("address", "large")
	for _, c := range r.PostForm["channels"] {
		if c != "" {
			o.Channels = append(o.Channels, c)
		}
	}
	if days := r.PostForm["days"]; len(days) > 0 || o.from != "" || o.to != "" {
		o.Hours = &habit.Hours{Days: days, From: o.from, To: o.to}
	}
	o.Own.Plugs = fieldsOf(o.plugs)
	for _, word := range fieldsOf(o.volts) {
		n, bad := strconv.Atoi(word)
		if bad != nil {
			err = cmp.Or[error](err, errs.Field("volts", "error.habit_number"))
		}
		o.Own.Volts = append(o.Own.Volts, n)
	}
	return o, err
}

// fieldsOf splits a list that is typed with commas, slashes or spaces.
func fieldsOf(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,;/", r) })
}

// marketSave keeps what the workspace says of a market, or takes it back.
func (s *server) marketSave(w http.ResponseWriter, r *request) error {
	x, err := s.Habits.Get(r.Context(), r.actor, r.PathValue("market"))
	if err != nil {
		return err
	}
	seen, _ := strconv.Atoi(r.PostFormValue("version"))
	flash := r.told("told.saved")
	var o typed
	if r.PostFormValue("do") == "reset" {
		flash = r.told("habit.told_reset", "Market", r.printer.Country(x.Market))
	} else {
		o, err = r.readMarket()
	}
	if err == nil {
		_, err = s.Habits.Save(r.Context(), r.actor, x.Market, o.Own, seen)
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawMarket(w, r, x, o, f)
	}
	return r.saved(w, "/admin/markets", flash)
}
