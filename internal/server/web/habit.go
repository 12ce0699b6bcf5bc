package web

import (
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// habits words what is known of a customer's market, and beside a question about a size or a product what its numbers
// mean there; nil for a market that nothing is known of.
func (r *request) habits(h *house, o *opened, orders []order.Order) (*ui.Habit, error) {
	p := h.profile(o.want.Market)
	if p.Market == "" {
		return nil, nil
	}
	t := r.printer.T
	u := &ui.Habit{
		Market: r.printer.Country(p.Market), First: t("habit.first." + string(p.First)), Formality: t("habit.formality." + string(p.Formality)), As: p.AddressAs,
		Date: p.Date(r.now.In(r.zone)), Number: p.Number(), Units: t("habit.units." + string(p.Units)),
		Volts: join(p.Volts), Hertz: join(p.Hertz), Plugs: strings.Join(p.Plugs, ", "), Verified: p.Status != "verify",
	}
	u.Name, u.Address = t("habit.name.given"), t("habit.address.small")
	if p.FamilyFirst {
		u.Name = t("habit.name.family")
	}
	if p.Large {
		u.Address = t("habit.address.large")
	}
	for _, x := range p.Traits {
		u.Traits = append(u.Traits, t("habit.trait."+x))
	}
	for _, x := range p.Service {
		u.Service = append(u.Service, t("habit.service."+x))
	}
	for _, c := range p.Channels {
		u.Channels = append(u.Channels, r.channelName(c))
	}
	u.Hours = r.hoursText(p.Hours)
	u.Own = !h.habits[p.Market].IsZero()
	if r.actor.May(auth.Manage) {
		u.Edit = "/admin/markets/" + p.Market
	}
	asked, about := question(o.thread.Messages)
	products, err := r.productsOf(about, orders)
	if err != nil {
		return nil, err
	}
	if slices.Contains(about, triage.SizeFit) || slices.Contains(about, triage.ExchangeRequest) {
		u.Sizes = r.sizes(asked, p, products)
	}
	if slices.Contains(about, triage.ProductQuestion) || slices.Contains(about, triage.SizeFit) {
		for _, m := range habit.Measures(asked) {
			u.Measures = append(u.Measures, ui.Means{Said: m.Text, Means: r.printer.Decimal(m.Value, 1) + " " + m.Unit})
		}
	}
	for _, x := range products {
		if c, said := r.power(p, x); said {
			u.Power = append(u.Power, c)
		}
	}
	return u, nil
}

// channelName words a channel of a profile; messengers have names of their own.
func (r *request) channelName(c string) string {
	if slices.Contains(habit.Channels(), c) {
		return r.printer.T("habit.channel." + c)
	}
	return c
}

// hoursText words when people answer a market, "" if nobody said so.
func (r *request) hoursText(h habit.Hours) string {
	if len(h.Days) == 0 {
		return ""
	}
	var days []string
	for _, run := range h.Runs() {
		day := r.printer.Weekday(run[0])
		if run[1] != run[0] {
			day += "–" + r.printer.Weekday(run[1])
		}
		days = append(days, day)
	}
	return r.printer.T("habit.hours_value", "Days", r.printer.List(days), "From", h.From, "To", h.To)
}

// question returns the customer's last message and what it was read to be about.
func question(list []ticket.Message) (text string, about []triage.Topic) {
	for _, m := range slices.Backward(list) {
		if m.Kind != ticket.KindInbound {
			continue
		}
		if m.Reading != nil {
			about = m.Reading.About()
		}
		return m.Body, about
	}
	return "", nil
}

// productsOf returns the products of the first order, if the question is about goods.
func (r *request) productsOf(about []triage.Topic, orders []order.Order) ([]product.Product, error) {
	ofGoods := func(t triage.Topic) bool {
		return t == triage.ProductQuestion || t == triage.SizeFit || t == triage.ExchangeRequest
	}
	if len(orders) == 0 || !r.actor.May(auth.ReadProducts) || !slices.ContainsFunc(about, ofGoods) {
		return nil, nil
	}
	var skus []string
	for _, l := range orders[0].Lines {
		skus = append(skus, l.SKU)
	}
	known, err := r.s.Products.BySKU(r.Context(), r.actor, orders[0].Shop, skus)
	if err != nil {
		return nil, err
	}
	var out []product.Product
	for _, l := range orders[0].Lines {
		p, ok := known[product.Key(l.SKU)]
		if !ok || slices.ContainsFunc(out, func(x product.Product) bool { return x.ID == p.ID }) {
			continue
		}
		if v, ok := p.Variant(l.SKU); ok {
			p.Variants = []product.Variant{v} // the one that was bought
		}
		out = append(out, p)
	}
	return out, nil
}

// fitsBeside is how many rows stand beside a size that is of several kinds of goods.
const fitsBeside = 3

// sizes says what the sizes of a question are in the other scales, the customer's own first.
func (r *request) sizes(asked string, p habit.Profile, products []product.Product) []ui.SizeFit {
	var goods habit.Goods
	if len(products) > 0 {
		goods = habit.GoodsOf(append([]string{products[0].Title, products[0].Type}, products[0].Tags...)...)
	}
	own := habit.ScaleOf(p.Market)
	t := r.printer.T
	var out []ui.SizeFit
	for _, s := range habit.Sizes(asked, p.Market) {
		fits := habit.Fits(s, goods)
		for _, f := range fits[:min(len(fits), fitsBeside)] {
			u := ui.SizeFit{Said: strings.ToUpper(string(s.Scale)) + " " + s.Value, Goods: t("habit.goods." + string(f.Goods)), Gender: t("habit.gender." + f.Gender), Basis: t("habit.basis."+basisKey(f.Basis), "Measure", f.Measure)}
			for _, scale := range habit.Scales() {
				if v := f.Values[scale]; v != "" {
					u.Values = append(u.Values, ui.SizeValue{Scale: strings.ToUpper(string(scale)), Value: v, Own: scale == own, Said: scale == s.Scale})
				}
			}
			out = append(out, u)
		}
	}
	return out
}

// basisKey is the first word of what is measured, which names it in the catalogue.
func basisKey(basis string) string {
	word, _, _ := strings.Cut(basis, " ")
	key, _, _ := strings.Cut(word, "/")
	return key
}

// power words whether a product works at the sockets of a market; false if the product does not say.
func (r *request) power(p habit.Profile, x product.Product) (ui.PowerCheck, bool) {
	titles, attributes := []string{x.Title}, map[string]string{}
	for _, m := range []map[string]string{x.Attributes, x.Own} {
		for k, v := range m {
			attributes[k] = v
		}
	}
	for _, v := range x.Variants {
		titles = append(titles, v.Title)
		for k, value := range v.Attributes {
			attributes[k] = value
		}
	}
	w := p.Check(titles, attributes)
	u := ui.PowerCheck{Product: x.Title}
	takes := strconv.Itoa(w.Low)
	if w.High != w.Low {
		takes += "–" + strconv.Itoa(w.High)
	}
	if w.Voltage != habit.Unknown {
		u.Lines = append(u.Lines, ui.PowerLine{Text: r.printer.T("habit.volt."+string(w.Voltage), "Takes", takes, "Mains", join(p.Volts)), Bad: w.Voltage == habit.Burns, Warn: w.Voltage == habit.Weak})
	}
	if w.Plug != habit.Unknown {
		u.Lines = append(u.Lines, ui.PowerLine{Text: r.printer.T("habit.plug."+string(w.Plug), "Plug", strings.Join(w.Plugs, ", "), "Sockets", strings.Join(p.Plugs, ", ")), Warn: w.Plug == habit.Adapter})
	}
	return u, len(u.Lines) > 0
}

// join writes numbers such as those of voltages.
func join(list []int) string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = strconv.Itoa(n)
	}
	return strings.Join(out, " / ")
}
