package web

import (
	"bytes"
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cost"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// costRoutes is the table of what ways out of cases cost.
func costRoutes() []route {
	manage := may(auth.ManagePlans)
	return []route{
		{"GET", "/admin/costs", manage, none, (*server).costsPage},
		{"POST", "/admin/costs", manage, text, (*server).costsSave},
		{"GET", "/admin/costs/lanes.csv", manage, none, (*server).costLanes},
		{"GET", "/admin/costs/goods.csv", manage, none, (*server).costGoods},
		{"POST", "/admin/costs/import", manage, upload, (*server).costsImport},
	}
}

// A page edits as many rows as one can look over; longer tables come and go as files.
const (
	costRows  = 60
	spareRows = 2
	mostTable = 4 << 20 // bytes of a file
)

// costDraft is a form of costs as it was typed, and the book that it makes.
type costDraft struct {
	book  cost.Book
	lanes []ui.CostLane
	goods []ui.CostGoods
	rest  map[string]string // the other fields, by name
	wrong []error
}

func (s *server) costsPage(w http.ResponseWriter, r *request) error {
	v, err := s.Costs.Book(r.Context(), r.actor, 0)
	if err != nil {
		return err
	}
	return s.drawCosts(w, r, s.written(v.Book), ui.Costs{}, v)
}

// written is the form of a book.
func (s *server) written(b cost.Book) costDraft {
	d := costDraft{book: b, rest: map[string]string{
		"currency": cmp.Or(b.Currency, "EUR"), "handling": decimals(b.Handling, b.Currency), "anew": string(b.Anew), "resale_a": string(b.ResaleA), "resale_b": string(b.ResaleB),
		"resale_c": string(b.ResaleC), "tax_back": string(b.TaxBack), "credit": string(b.Credit),
	}}
	if r := b.Repair; r != nil {
		d.rest["repair_cost"], d.rest["repair_freight"], d.rest["repair_days"] = decimals(&r.Cost, b.Currency), decimals(&r.Freight, b.Currency), strconv.Itoa(r.Days)
	}
	for _, l := range b.Lanes {
		row := ui.CostLane{Way: l.Way, From: l.From, To: l.To, Route: l.Route, Fee: decimals(&l.Fee, b.Currency), Days: strconv.Itoa(l.Days), Duty: string(l.DutyBack)}
		var bands []string
		for _, x := range l.Bands {
			bands = append(bands, strconv.FormatInt(x.Grams, 10)+": "+decimals(&x.Freight, b.Currency))
		}
		row.Bands = strings.Join(bands, ", ")
		d.lanes = append(d.lanes, row)
	}
	for _, g := range b.Goods {
		row := ui.CostGoods{SKU: g.SKU, Cost: decimals(g.Cost, b.Currency), A: decimals(g.ResaleA, b.Currency), B: decimals(g.ResaleB, b.Currency), C: decimals(g.ResaleC, b.Currency)}
		if g.Grams > 0 {
			row.Grams = strconv.FormatInt(g.Grams, 10)
		}
		d.goods = append(d.goods, row)
	}
	return d
}

// decimals writes an amount for a field; nil is empty.
func decimals(n *int64, currency string) string {
	if n == nil {
		return ""
	}
	a, err := money.New(*n, currency)
	if err != nil {
		return ""
	}
	return a.String()
}

// drawCosts draws a draft of the book, with what it would change.
func (s *server) drawCosts(w http.ResponseWriter, r *request, d costDraft, v ui.Costs, at cost.Version) error {
	var err error
	if v.Page, err = r.page(w, r.printer.T("admin.costs"), ui.SectionAdmin); err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	versions, err := s.Costs.Versions(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for _, x := range versions[:min(len(versions), 10)] {
		v.Versions = append(v.Versions, ui.PolicyVersion{Number: x.Number, At: x.SavedAt, By: h.person[x.SavedBy].Name})
	}
	v.Number, v.Rest = at.Number, d.rest
	v.AllLanes, v.AllGoods = int64(len(d.lanes)), int64(len(d.goods))
	v.FixedLanes, v.FixedGoods = len(d.lanes) > costRows, len(d.goods) > costRows
	v.Lanes, v.Goods = d.lanes[:min(len(d.lanes), costRows)], d.goods[:min(len(d.goods), costRows)]
	if !v.FixedLanes {
		v.Lanes = append(slices.Clone(v.Lanes), make([]ui.CostLane, spareRows)...)
	}
	if !v.FixedGoods {
		v.Goods = append(slices.Clone(v.Goods), make([]ui.CostGoods, spareRows)...)
	}
	for i := range v.Lanes {
		l := &v.Lanes[i]
		l.Ways = []ui.Option{{Value: cost.Back, Label: r.printer.T("cost.way.back")}, {Value: cost.Out, Label: r.printer.T("cost.way.out")}}
		for j := range l.Ways {
			l.Ways[j].Selected = l.Ways[j].Value == l.Way
		}
		for _, x := range cost.Routes(cost.Back) {
			l.Routes = append(l.Routes, ui.Option{Value: x.String(), Label: r.printer.T("cases.route." + x.String()), Selected: x.String() == l.Route})
		}
	}
	for _, x := range decision.Reasons() {
		v.Reasons = append(v.Reasons, ui.Option{Value: x.String(), Label: r.printer.T("cases.reason." + x.String()), Selected: x.String() == r.FormValue("try_reason")})
	}
	v.Sample = map[string]string{"try_from": "DE", "try_to": "CN", "try_qty": "1", "try_price": "49.00", "try_currency": v.Rest["currency"]}
	for _, name := range []string{"try_from", "try_to", "try_sku", "try_qty", "try_grams", "try_price", "try_currency"} {
		if text := r.FormValue(name); text != "" {
			v.Sample[name] = text
		}
	}
	v.Careful = map[string]string{}
	for name, pct := range cost.CarefulShares() {
		v.Careful[name] = r.printer.Percent(float64(pct)/100, 0)
	}
	return r.draw(w, formStatus(v.Form), ui.CostsPage(v))
}

// costsSave tries a typed book on an example order, or saves it.
func (s *server) costsSave(w http.ResponseWriter, r *request) error {
	stands, err := s.Costs.Book(r.Context(), r.actor, 0)
	if err != nil {
		return err
	}
	d := r.costDraft(stands.Book)
	v := ui.Costs{}
	if err = joinErrs(d.wrong); err == nil {
		if r.FormValue("do") == "try" {
			v.Weighed, err = s.weigh(r, stands.Book, d.book)
		} else {
			seen, _ := strconv.Atoi(r.FormValue("version"))
			var saved cost.Version
			if saved, err = s.Costs.Put(r.Context(), r.actor, d.book, seen); err == nil {
				return r.see(w, "/admin/costs", r.told("cost.told", "N", r.printer.Number(int64(saved.Number))))
			}
		}
		if len(errs.Fields(err)) > 0 { // places are counted in the book's own order
			d = s.written(d.book.Tidy())
		}
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		v.Form = f
		for _, e := range errs.Fields(err) {
			v.Wrong = append(v.Wrong, ui.PlanWrong{Place: e.Field, Text: r.worded(e)})
		}
	}
	return s.drawCosts(w, r, d, v, stands)
}

// weigh decides about the example order by the book that stands and by the draft.
func (s *server) weigh(r *request, stands, draft cost.Book) (*ui.CostWeighed, error) {
	field := func(name string) string { return strings.TrimSpace(r.FormValue("try_" + name)) }
	x := casework.Sample{From: strings.ToUpper(field("from")), To: strings.ToUpper(field("to")), SKU: cmp.Or(field("sku"), "EXAMPLE"), Currency: strings.ToUpper(field("currency")), Reason: field("reason")}
	x.Qty, _ = strconv.ParseInt(field("qty"), 10, 64)
	x.Grams, _ = strconv.ParseInt(field("grams"), 10, 64)
	price, err := money.Parse(strings.Replace(field("price"), ",", ".", 1), x.Currency)
	if err != nil {
		return nil, errs.Field("try_price", "error.policy_amount", "amount", field("price"), "currency", x.Currency)
	}
	x.Price = price.Minor
	did, err := s.Casework.Weigh(r.Context(), r.actor, x, stands, draft)
	if err != nil {
		if list := errs.Fields(err); len(list) == 1 { // the example's fields have names of their own
			return nil, errs.Field("try_"+list[0].Field, list[0].Key, list[0].Args...)
		}
		return nil, err
	}
	out := &ui.CostWeighed{NoRate: did.Figures.NoRate, Unweighed: !did.Figures.GramsKnown}
	rank := func(list []decision.Offer, o decision.Offer) (int, *decision.Offer) {
		for i := range list {
			if list[i].Remedy == o.Remedy && list[i].Basis == o.Basis {
				return i + 1, &list[i]
			}
		}
		return 0, nil
	}
	row := func(o decision.Offer) ui.CostOffer {
		why := decision.Explain(&did.Case, &o)
		return ui.CostOffer{Remedy: r.printer.T("cases.remedy." + o.Remedy.String()), Route: r.printer.T("cases.route." + o.Route.String()), Why: r.printer.T(why.Key, why.Args...), ByLaw: o.Law != ""}
	}
	for i, o := range did.After {
		x := row(o)
		x.Rank, x.Cost = i+1, r.money(o.Cost, did.Case.Order.Currency)
		if n, was := rank(did.Before, o); was != nil {
			x.WasRank, x.Was = n, r.money(was.Cost, did.Case.Order.Currency)
			if was.Route != o.Route {
				x.WasRoute = r.printer.T("cases.route." + was.Route.String())
			}
		}
		out.Offers = append(out.Offers, x)
	}
	for i, o := range did.Before {
		if n, _ := rank(did.After, o); n == 0 {
			x := row(o)
			x.WasRank, x.Was = i+1, r.money(o.Cost, did.Case.Order.Currency)
			out.Offers = append(out.Offers, x)
		}
	}
	out.Figures = r.costFigures(did.Figures, did.Stood, did.Case.Order.Currency)
	return out, nil
}

// costFigures lists what figures an example rests on, and who gave each.
func (r *request) costFigures(f, was cost.Figures, currency string) []ui.CostFigure {
	var out []ui.CostFigure
	add := func(label, value, before string, from cost.Source) {
		if value != before || from != "" {
			out = append(out, ui.CostFigure{Label: label, Value: value, Was: before, Source: string(from)})
		}
	}
	way := func(c *decision.RouteCost) string {
		if c == nil {
			return r.printer.T("cost.no_way")
		}
		return r.money(c.Freight, currency) + " + " + r.money(c.Fee, currency) + " · " + r.printer.N("cases.days", int64(c.Days))
	}
	for _, route := range cost.Routes(cost.Back) {
		if f.Costs.Routes[route] != nil || was.Costs.Routes[route] != nil {
			add(r.printer.T("cases.route."+route.String()), way(f.Costs.Routes[route]), way(was.Costs.Routes[route]), f.Routes[route])
		}
	}
	add(r.printer.T("cost.handling"), r.money(f.Costs.Handling, currency), r.money(was.Costs.Handling, currency), f.Handling)
	for sku, item := range f.Items {
		old := was.Items[sku]
		add(r.printer.T("cost.new"), r.money(item.Cost, currency), r.money(old.Cost, currency), f.Goods[sku])
		for g, letter := range []string{"A", "B", "C"} {
			add(r.printer.T("cost.resale", "Grade", letter), r.money(item.Resale[g], currency), r.money(old.Resale[g], currency), f.Resale[sku])
		}
	}
	for i, x := range f.Costs.Replace {
		before := ""
		for _, y := range was.Costs.Replace {
			if y.From == x.From {
				before = r.money(y.Freight, currency) + " · " + r.printer.N("cases.days", int64(y.Days))
			}
		}
		add(r.printer.T("cost.sent_from."+x.From.String()), r.money(x.Freight, currency)+" · "+r.printer.N("cases.days", int64(x.Days)), before, f.Replace[i])
	}
	if x := f.Costs.Repair; x != nil {
		add(r.printer.T("cost.repair"), r.money(x.Cost+x.Freight, currency), "", f.Repair)
	}
	share := func(s decision.Share) string { return r.printer.Percent(float64(s)/float64(decision.Whole), 0) }
	add(r.printer.T("cost.tax_back"), share(f.Costs.TaxBack), share(was.Costs.TaxBack), f.TaxBack)
	add(r.printer.T("cost.credit"), share(f.Costs.Credit), share(was.Costs.Credit), f.Credit)
	return out
}

func (s *server) costLanes(w http.ResponseWriter, r *request) error {
	v, err := s.Costs.Book(r.Context(), r.actor, 0)
	if err != nil {
		return err
	}
	return r.sendFile(w, "text/csv; charset=utf-8", `attachment; filename="cost-lanes.csv"`, v.Book.LanesCSV())
}

func (s *server) costGoods(w http.ResponseWriter, r *request) error {
	v, err := s.Costs.Book(r.Context(), r.actor, 0)
	if err != nil {
		return err
	}
	return r.sendFile(w, "text/csv; charset=utf-8", `attachment; filename="cost-goods.csv"`, v.Book.GoodsCSV())
}

// costsImport puts a file in the place of the book's lanes or goods.
func (s *server) costsImport(w http.ResponseWriter, r *request) error {
	stands, err := s.Costs.Book(r.Context(), r.actor, 0)
	if err != nil {
		return err
	}
	data, err := r.upload("file", mostTable)
	switch {
	case err != nil:
	case len(data) == 0:
		err = errs.Field("file", "error.required")
	case len(data) > mostTable:
		err = errs.Field("file", "error.cost_file")
	}
	book := stands.Book
	book.Currency = cmp.Or(book.Currency, strings.ToUpper(strings.TrimSpace(r.FormValue("currency"))))
	if err == nil {
		book, err = book.ReadCSV(bytes.NewReader(data))
	}
	if err == nil {
		var saved cost.Version
		if saved, err = s.Costs.Put(r.Context(), r.actor, book, 0); err == nil {
			return r.see(w, "/admin/costs", r.told("cost.told", "N", r.printer.Number(int64(saved.Number))))
		}
	}
	f, ok := r.formErrors(err)
	if !ok {
		return err
	}
	v := ui.Costs{Form: f}
	for _, e := range errs.Fields(err) {
		v.Wrong = append(v.Wrong, ui.PlanWrong{Place: e.Field, Text: r.worded(e)})
	}
	return s.drawCosts(w, r, s.written(stands.Book), v, stands)
}
