package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// warrantyRoutes is the table of guarantees and extended plans.
func warrantyRoutes() []route {
	manage := may(auth.ManagePlans)
	return []route{
		{"GET", "/admin/warranties", manage, none, (*server).warrantiesPage},
		{"POST", "/admin/warranties", manage, form, (*server).warrantySave},
		{"POST", "/admin/warranties/import", manage, upload, (*server).warrantyImport},
		{"GET", "/admin/warranties/plans", manage, none, (*server).warrantyPlansPage},
		{"POST", "/admin/warranties/plans", manage, form, (*server).warrantyPlanSave},
	}
}

// remedyOrders are the orders in which a guarantee may give its remedies.
var remedyOrders = []string{"repair replace refund", "replace repair refund", "repair replace", "repair refund", "replace refund", "repair", "replace", "refund"}

func (s *server) warrantiesPage(w http.ResponseWriter, r *request) error {
	v := ui.Warranties{Edit: ui.WarrantyTerm{Months: "24", Start: string(warranty.FromDelivery), Remedies: remedyOrders[0], Postage: "merchant"}}
	if n, err := strconv.ParseInt(r.URL.Query().Get("term"), 10, 64); err == nil {
		list, err := s.Warranty.Terms(r.Context(), r.actor)
		if err != nil {
			return err
		}
		found := false
		for _, t := range list {
			if int64(t.ID) == n {
				v.Edit, found = r.uiTerm(t, nil), true
			}
		}
		if !found {
			return errs.New(errs.NotFound, "error.not_found")
		}
	}
	return s.drawWarranties(w, r, v)
}

func (s *server) drawWarranties(w http.ResponseWriter, r *request, v ui.Warranties) error {
	list, err := s.Warranty.Terms(r.Context(), r.actor)
	if err != nil {
		return err
	}
	names, shops, err := s.shopChoices(r, v.Edit.Shop)
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, r.printer.T("admin.warranties"), ui.SectionAdmin); err != nil {
		return err
	}
	v.Shops, v.Columns = shops, strings.Join(warranty.Columns(), ", ")
	option := func(value, label, chosen string) ui.Option {
		return ui.Option{Value: value, Label: label, Selected: value == chosen}
	}
	for _, x := range warranty.Starts() {
		v.Starts = append(v.Starts, option(string(x), r.printer.T("warranty.start."+string(x)), v.Edit.Start))
	}
	for _, x := range remedyOrders {
		v.Orders = append(v.Orders, option(x, r.remedyOrder(x), v.Edit.Remedies))
	}
	for _, x := range []string{"merchant", "customer"} {
		v.Postages = append(v.Postages, option(x, r.printer.T("warranty.postage."+x), v.Edit.Postage))
	}
	v.Groups = []ui.Option{{Label: r.printer.T("warranty.group.none")}}
	for _, x := range warranty.Groups() {
		v.Groups = append(v.Groups, option(x.Name, r.printer.T("warranty.group."+x.Name), v.Edit.Group))
	}
	for _, t := range list {
		v.Rows = append(v.Rows, r.uiTerm(t, names))
	}
	return r.draw(w, formStatus(v.Form), ui.WarrantiesPage(v))
}

// shopChoices are the shops for a form, with their names.
func (s *server) shopChoices(r *request, chosen string) (map[order.ShopID]string, []ui.Option, error) {
	names := map[order.ShopID]string{}
	out := []ui.Option{{Label: r.printer.T("place.all_shops")}}
	if !r.actor.May(auth.ReadOrders) {
		return names, out, nil
	}
	shops, err := s.Orders.Shops(r.Context(), r.actor)
	for _, x := range shops {
		names[x.ID] = x.Name
		out = append(out, ui.Option{Value: id64(x.ID), Label: x.Name, Selected: id64(x.ID) == chosen})
	}
	return names, out, err
}

// remedyOrder names remedies in their order.
func (r *request) remedyOrder(words string) string {
	var out []string
	for _, x := range strings.Fields(words) {
		out = append(out, r.printer.T("warranty.remedy."+x))
	}
	return strings.Join(out, ", ")
}

// scopeWords says what goods a scope is for.
func (r *request) scopeWords(x warranty.Scope, names map[order.ShopID]string) string {
	parts := []string{strings.Join(x.SKUs, ", "), strings.Join(x.Categories, ", "), names[x.Shop], strings.Join(x.Markets, ", ")}
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		return r.printer.T("warranty.everything")
	}
	return strings.Join(out, " · ")
}

func (r *request) uiTerm(t warranty.Term, names map[order.ShopID]string) ui.WarrantyTerm {
	var remedies []string
	for _, x := range t.Remedies {
		remedies = append(remedies, x.String())
	}
	v := ui.WarrantyTerm{
		ID: int64(t.ID), Name: t.Name, Months: strconv.Itoa(t.Months), Start: string(t.Start), Register: strconv.Itoa(t.Register), Markets: strings.Join(t.Scope.Markets, ", "), SKUs: strings.Join(t.Scope.SKUs, ", "),
		Categories: strings.Join(t.Scope.Categories, ", "), Guarantor: t.Guarantor, Covered: t.Covered, Excluded: t.Excluded, Remedies: strings.Join(remedies, " "), Postage: t.Postage.String(), Group: t.Group,
		LastMade: t.LastMade.String(), Transfer: t.Transfer, Off: t.Off, ShownScope: r.scopeWords(t.Scope, names), ShownMonths: r.printer.Number(int64(t.Months)),
	}
	if t.Scope.Shop != 0 {
		v.Shop = id64(t.Scope.Shop)
	}
	if t.Months > 0 {
		v.Given = r.remedyOrder(v.Remedies)
	}
	if t.Group != "" {
		v.ShownGroup = r.printer.T("warranty.group." + t.Group)
	}
	return v
}

// listed reads a list that commas or semicolons part.
func listed(s string) []string {
	return strings.FieldsFunc(s, func(c rune) bool { return c == ',' || c == ';' || c == '\n' })
}

func (r *request) scope() warranty.Scope {
	shop, _ := strconv.ParseInt(r.PostFormValue("shop"), 10, 64)
	return warranty.Scope{Shop: order.ShopID(shop), Markets: listed(r.PostFormValue("markets")), SKUs: listed(r.PostFormValue("skus")), Categories: listed(r.PostFormValue("categories"))}
}

// warrantySave writes a term.
func (s *server) warrantySave(w http.ResponseWriter, r *request) error {
	get := r.PostFormValue
	number, _ := strconv.ParseInt(get("id"), 10, 64)
	months, err := strconv.Atoi(strings.TrimSpace(get("months")))
	if err != nil {
		months = -1
	}
	register, _ := strconv.Atoi(strings.TrimSpace(get("register")))
	t := warranty.Term{
		ID: warranty.TermID(number), Name: get("name"), Months: months, Start: warranty.Start(get("start")), Register: register, Scope: r.scope(), Guarantor: get("guarantor"), Covered: get("covered"),
		Excluded: get("excluded"), Group: get("group"), LastMade: decision.Never, Transfer: get("transfer") != "", Off: get("off") != "",
	}
	t.Postage, _ = decision.ParsePayer(get("postage"))
	for _, word := range strings.Fields(get("remedies")) {
		x, _ := decision.ParseRemedy(word) // 0 is refused
		t.Remedies = append(t.Remedies, x)
	}
	if d := get("last_made"); d != "" {
		if t.LastMade, err = decision.ParseDay(d); err != nil {
			err = errs.Field("last_made", "error.invalid")
		}
	} else {
		err = nil
	}
	if err == nil {
		_, err = s.Warranty.SaveTerm(r.Context(), r.actor, t)
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		edit := r.uiTerm(t, nil)
		edit.Months = get("months")
		return s.drawWarranties(w, r, ui.Warranties{Form: f, Edit: edit})
	}
	return r.see(w, "/admin/warranties", r.told("told.saved"))
}

// warrantyImport writes the terms of a file.
func (s *server) warrantyImport(w http.ResponseWriter, r *request) error {
	data, err := r.upload("file", warranty.MaxFile)
	if err == nil {
		_, err = s.Warranty.Import(r.Context(), r.actor, strings.NewReader(string(data)))
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawWarranties(w, r, ui.Warranties{Form: f, Edit: ui.WarrantyTerm{Months: "24"}})
	}
	return r.see(w, "/admin/warranties", r.told("told.saved"))
}

func (s *server) warrantyPlansPage(w http.ResponseWriter, r *request) error {
	v := ui.WarrantyPlans{Edit: ui.WarrantyPlan{Months: "12"}}
	if n, err := strconv.ParseInt(r.URL.Query().Get("plan"), 10, 64); err == nil {
		list, err := s.Warranty.Plans(r.Context(), r.actor)
		if err != nil {
			return err
		}
		found := false
		for _, p := range list {
			if int64(p.ID) == n {
				v.Edit, found = r.uiPlan(p, nil), true
			}
		}
		if !found {
			return errs.New(errs.NotFound, "error.not_found")
		}
	}
	return s.drawWarrantyPlans(w, r, v)
}

func (s *server) drawWarrantyPlans(w http.ResponseWriter, r *request, v ui.WarrantyPlans) error {
	list, err := s.Warranty.Plans(r.Context(), r.actor)
	if err != nil {
		return err
	}
	names, shops, err := s.shopChoices(r, v.Edit.Shop)
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, r.printer.T("admin.warranties"), ui.SectionAdmin); err != nil {
		return err
	}
	v.Shops = shops
	for _, p := range list {
		v.Rows = append(v.Rows, r.uiPlan(p, names))
	}
	return r.draw(w, formStatus(v.Form), ui.WarrantyPlansPage(v))
}

func (r *request) uiPlan(p warranty.Plan, names map[order.ShopID]string) ui.WarrantyPlan {
	v := ui.WarrantyPlan{
		ID: int64(p.ID), Name: p.Name, Months: strconv.Itoa(p.Months), PlanSKUs: strings.Join(p.SKUs, ", "), Markets: strings.Join(p.Scope.Markets, ", "), SKUs: strings.Join(p.Scope.SKUs, ", "),
		Categories: strings.Join(p.Scope.Categories, ", "), Covered: p.Covered, Off: p.Off, ShownScope: r.scopeWords(p.Scope, names), ShownMonths: r.printer.Number(int64(p.Months)),
	}
	if p.Scope.Shop != 0 {
		v.Shop = id64(p.Scope.Shop)
	}
	return v
}

// warrantyPlanSave writes an extended plan.
func (s *server) warrantyPlanSave(w http.ResponseWriter, r *request) error {
	get := r.PostFormValue
	number, _ := strconv.ParseInt(get("id"), 10, 64)
	months, _ := strconv.Atoi(strings.TrimSpace(get("months"))) // 0 is refused
	p := warranty.Plan{ID: warranty.PlanID(number), Name: get("name"), SKUs: listed(get("plan_skus")), Months: months, Scope: r.scope(), Covered: get("covered"), Off: get("off") != ""}
	if _, err := s.Warranty.SavePlan(r.Context(), r.actor, p); err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawWarrantyPlans(w, r, ui.WarrantyPlans{Form: f, Edit: r.uiPlan(p, nil)})
	}
	return r.see(w, "/admin/warranties/plans", r.told("told.saved"))
}

// covers says what covers the units of an order that the reader may see; of the rows alone that are given, or of all.
func (r *request) covers(o order.Order, rows map[int64]bool) ([]ui.Cover, error) {
	if r.s.Warranty == nil {
		return nil, nil
	}
	list, err := r.s.Warranty.Covers(r.Context(), o)
	if err != nil {
		return nil, err
	}
	today := decision.DayOf(r.s.Now(), time.UTC)
	var out []ui.Cover
	for _, c := range list {
		if rows != nil && !rows[c.Row] {
			continue
		}
		v := ui.Cover{Title: c.Title, SKU: c.SKU, Parts: r.coverParts(c.Coverage, today)}
		if len(v.Parts) == 0 {
			continue
		}
		if c.Quantity > 1 {
			v.Units = r.printer.N("warranty.units", c.Quantity)
		}
		if c.Unit != nil {
			v.Units = r.printer.T("warranty.serial") + " " + c.Unit.Serial
			if c.Unit.Serial == "" {
				v.Units = r.printer.T("warranty.registered_one")
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// caseCovers says what covers the units that a case is about.
func (r *request) caseCovers(v *ui.CaseView, c cases.Case) error {
	for _, number := range c.Orders() {
		o, err := r.s.Orders.Get(r.Context(), auth.ForSystem(r.actor.Workspace), number)
		if err != nil {
			return err
		}
		rows := map[int64]bool{}
		for _, l := range c.Lines {
			if l.Order == number && l.OrderRow != 0 {
				rows[l.OrderRow] = true
			}
		}
		list, err := r.covers(o, rows)
		if err != nil {
			return err
		}
		v.Covers = append(v.Covers, list...)
	}
	return nil
}

// dayWords writes a day, which is a date and no moment.
func (r *request) dayWords(d decision.Day) string {
	return r.printer.Date(d.Time(), time.UTC, i18n.Medium)
}

// coverParts says a coverage in words.
func (r *request) coverParts(c warranty.Coverage, today decision.Day) []ui.CoverPart {
	var out []ui.CoverPart
	add := func(key string, p *warranty.Part, hints ...string) {
		if p == nil {
			return
		}
		v := ui.CoverPart{Label: r.printer.T(key), Holds: p.Holds(today)}
		switch {
		case p.Waiting && p.Until == decision.Never:
			v.Text = r.printer.T("warranty.to_register")
		case p.Waiting:
			v.Text = r.printer.T("warranty.to_register_by", "Day", r.dayWords(p.Until))
		case p.Until == decision.Never:
			v.Text = r.printer.T("warranty.no_end")
		case p.From > today:
			v.Text = r.printer.T("warranty.from_until", "From", r.dayWords(p.From), "Day", r.dayWords(p.Until))
		case v.Holds:
			v.Text = r.printer.T("warranty.until", "Day", r.dayWords(p.Until))
		default:
			v.Text = r.printer.T("warranty.ended", "Day", r.dayWords(p.Until))
		}
		hints = append([]string{p.Name, p.Law}, hints...)
		var said []string
		for _, h := range hints {
			if h != "" {
				said = append(said, h)
			}
		}
		v.Hint = strings.Join(said, " · ")
		out = append(out, v)
	}
	hint := func(say bool, key string) string {
		if !say {
			return ""
		}
		return r.printer.T(key)
	}
	add("warranty.by_law", c.Statutory, hint(c.Extended, "warranty.extended"), hint(c.Hidden, "warranty.hidden"), hint(c.Statutory != nil && !c.Verified, "warranty.unread"))
	add("warranty.promised", c.Commercial)
	add("warranty.prolonged", c.Plan)
	add("warranty.repairable", c.Repair, hint(c.Estimated, "warranty.estimated"))
	return out
}

// productCover says what is promised for a product's variants, and who registered one.
func (r *request) productCover(p product.Product) (*ui.ProductCover, error) {
	if r.s.Warranty == nil || !r.actor.May(auth.ReadCases) {
		return nil, nil
	}
	terms, err := r.s.Warranty.Terms(r.Context(), r.actor)
	if err != nil {
		return nil, err
	}
	v := &ui.ProductCover{}
	for _, x := range p.Variants {
		for _, t := range warranty.TermsFor(terms, warranty.Goods{Shop: p.Shop, SKU: x.SKU, Category: p.Type}) {
			where := strings.Join(t.Scope.Markets, ", ")
			if where == "" {
				where = r.printer.T("warranty.all_markets")
			}
			v.Terms = append(v.Terms, ui.Option{Label: x.SKU + " · " + where, Value: r.printer.N("warranty.months_n", int64(t.Months)) + " · " + t.Name})
		}
	}
	units, err := r.s.Warranty.Units(r.Context(), r.actor, p.Keys(), 0, shownUnits)
	for _, u := range units {
		v.Units = append(v.Units, ui.CoverUnit{Serial: u.Serial, SKU: u.SKU, Href: "/orders/" + id64(u.Order), At: r.printer.Date(u.RegisteredAt, nil, i18n.Medium)})
	}
	return v, err
}

// shownUnits is how many registered units the page of a product shows.
const shownUnits = 20
