package web

import (
	"cmp"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// planRoutes is the table of shipping plans.
func planRoutes() []route {
	manage := may(auth.ManagePlans)
	return []route{
		{"GET", "/admin/plans", manage, none, (*server).plansPage},
		{"POST", "/admin/plans", manage, text, (*server).planSave},
		{"GET", "/admin/plans/file", manage, none, (*server).planDownload},
		{"POST", "/admin/plans/file", manage, upload, (*server).planUpload},
	}
}

// shownPlan returns the plan that is asked for and whether it is the newest
// version of it. Without any plan it is errs.NotFound.
func (s *server) shownPlan(r *request) (p plan.Plan, newest bool, err error) {
	name := cmp.Or(r.FormValue("plan"), plan.Main)
	last, err := s.Plans.Plan(r.Context(), r.actor, name, 0)
	if err != nil {
		return p, false, err
	}
	asked, _ := strconv.Atoi(r.FormValue("version"))
	if asked <= 0 || asked == last.Version {
		return last, true, nil
	}
	p, err = s.Plans.Plan(r.Context(), r.actor, name, asked)
	return p, false, err
}

// plansPage shows a plan in one of its versions, and what it answers to a basket.
func (s *server) plansPage(w http.ResponseWriter, r *request) error {
	p, newest, err := s.shownPlan(r)
	if err != nil {
		if errs.Is(err, errs.NotFound) && r.FormValue("plan") == "" {
			return s.drawPlan(w, r, ui.Plans{None: true, Name: plan.Main}, p, nil)
		}
		return err
	}
	v := ui.Plans{Newest: newest}
	if err := s.tryPlan(r, &v, p); err != nil {
		return err
	}
	return s.drawPlan(w, r, v, p, nil)
}

// drawPlan draws a plan. What was typed and refused stands where it was typed.
func (s *server) drawPlan(w http.ResponseWriter, r *request, v ui.Plans, p plan.Plan, typed url.Values) error {
	h, err := r.house()
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, r.printer.T("admin.plans"), ui.SectionAdmin); err != nil {
		return err
	}
	if !v.None {
		all, err := s.Plans.Plans(r.Context(), r.actor)
		if err != nil {
			return err
		}
		for _, x := range all {
			v.Names = append(v.Names, x.Name)
		}
		versions, err := s.Plans.Versions(r.Context(), r.actor, p.Name, 0)
		if err != nil {
			return err
		}
		for _, x := range versions {
			v.Versions = append(v.Versions, ui.PlanVersion{Version: x.Version, At: x.SavedAt, By: h.person[x.SavedBy].Name})
		}
		v.Name, v.Now = p.Name, ui.PlanVersion{Version: p.Version, At: p.SavedAt, By: h.person[p.SavedBy].Name}
		r.planFigures(&v, p.Document)
		retype(&v, typed)
	}
	return r.draw(w, formStatus(v.Form), ui.PlansPage(v))
}

// planFigures fills in the tables of a plan.
func (r *request) planFigures(v *ui.Plans, d plan.Document) {
	v.Currency = d.Currency
	zones, places := map[string]plan.Zone{}, map[string]string{}
	for _, z := range d.Zones {
		zones[z.Key] = z
	}
	for _, w := range d.Warehouses {
		places[w.Key] = cmp.Or(w.Name, w.Key)
		row := ui.PlanPlace{Key: w.Key, Name: places[w.Key], Country: r.printer.Country(w.Country), Zone: w.Zone, CutOff: w.CutOff, Handling: strconv.Itoa(w.Handling), Stocked: -1}
		if w.Stock != nil {
			row.Stocked = int64(len(w.Stock))
		}
		v.Places = append(v.Places, row)
	}
	for _, x := range d.Services {
		way := ui.PlanWay{Key: x.Key, Title: x.Title(string(r.printer.Lang())), Facts: r.planFacts(x)}
		var from []string
		for _, k := range x.From {
			from = append(from, places[k])
		}
		way.From = r.printer.List(from)
		for _, z := range x.Rates {
			way.Rates = append(way.Rates, r.planRate("services."+x.Key+".rates."+z.Zone, z, zones[z.Zone], d.Currency))
		}
		v.Ways = append(v.Ways, way)
	}
	for _, c := range d.Countries() {
		v.Countries = append(v.Countries, ui.Option{Value: c, Label: r.printer.Country(c), Selected: c == v.Try.Country})
	}
	slices.SortFunc(v.Countries, func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
}

// planFacts words the limits of a service.
func (r *request) planFacts(x plan.Way) []string {
	var out []string
	if x.VolumeDivisor > 0 {
		out = append(out, r.printer.T("plan.divisor", "N", r.printer.Number(x.VolumeDivisor)))
	}
	if x.MaxGrams > 0 {
		out = append(out, r.printer.T("plan.most", "Weight", r.grams(x.MaxGrams)))
	}
	if x.DutyPaid {
		out = append(out, r.printer.T("plan.duty_paid"))
	}
	if x.EveryDay {
		out = append(out, r.printer.T("plan.every_day"))
	}
	return out
}

// mostNamed is how many countries of a zone are named.
const mostNamed = 6

func (r *request) planRate(place string, x plan.ZoneRate, z plan.Zone, currency string) ui.PlanRate {
	row := ui.PlanRate{Place: place, Title: cmp.Or(z.Name, x.Zone), From: strconv.Itoa(x.Days[0]), To: strconv.Itoa(x.Days[1])}
	var named []string
	for _, c := range (plan.Document{Zones: []plan.Zone{z}}).Countries() {
		named = append(named, r.printer.Country(c))
	}
	if more := len(named) - mostNamed; more > 0 {
		named = append(named[:mostNamed:mostNamed], r.printer.N("plan.more", int64(more)))
	}
	row.Countries = r.printer.List(named)
	for _, k := range slices.Sorted(maps.Keys(x.Free)) {
		if k == currency {
			row.Free = money.Amount{Minor: x.Free[k], Currency: k}.String()
		} else {
			row.FreeToo = strings.TrimPrefix(row.FreeToo+" · "+r.money(x.Free[k], k), " · ")
		}
	}
	for _, s := range x.Steps {
		row.Steps = append(row.Steps, ui.PlanStep{Upto: r.printer.T("plan.upto", "Weight", r.grams(s.To)), Price: money.Amount{Minor: s.Price, Currency: currency}.String()})
	}
	return row
}

// grams writes a weight in grams, from a kilogram on in kilograms.
func (r *request) grams(n int64) string {
	if n >= 1000 {
		decimals := 0
		if n%1000 != 0 {
			decimals = 1
		}
		return r.printer.T("plan.kilograms", "N", r.printer.Decimal(float64(n)/1000, decimals))
	}
	return r.printer.T("plan.grams", "N", r.printer.Number(n))
}

// retype puts what was typed back into the tables.
func retype(v *ui.Plans, typed url.Values) {
	put := func(to *string, name string) {
		if x, ok := typed[name]; ok && len(x) == 1 {
			*to = x[0]
		}
	}
	for i := range v.Places {
		w := &v.Places[i]
		put(&w.CutOff, "warehouses."+w.Key+".cut_off")
		put(&w.Handling, "warehouses."+w.Key+".handling_days")
	}
	for i := range v.Ways {
		for k := range v.Ways[i].Rates {
			x := &v.Ways[i].Rates[k]
			put(&x.From, x.Place+".days.0")
			put(&x.To, x.Place+".days.1")
			put(&x.Free, x.Place+".free_from")
			for n := range x.Steps {
				put(&x.Steps[n].Price, x.Place+".steps."+strconv.Itoa(n))
			}
		}
	}
}

// planSave takes the days, prices, limits and hours of the page, or makes an old
// version the newest one.
func (s *server) planSave(w http.ResponseWriter, r *request) error {
	p, newest, err := s.shownPlan(r)
	if err != nil {
		return err
	}
	restore := r.FormValue("do") == "restore"
	switch {
	case restore:
	case !newest: // somebody saved one while this page was open
		err = errs.New(errs.Conflict, "error.plan_changed")
	default:
		err = planEdit(&p.Document, r.PostForm)
	}
	if err == nil {
		p, err = s.Plans.Save(r.Context(), r.actor, p.Name, p.Document)
	}
	if err != nil {
		return s.planRefused(w, r, err)
	}
	return r.see(w, "/admin/plans?plan="+p.Name, r.told("plan.told", "N", r.printer.Number(int64(p.Version))))
}

// planRefused draws the newest version with what was typed and what was wrong with it.
func (s *server) planRefused(w http.ResponseWriter, r *request, problem error) error {
	f, ok := r.formErrors(problem)
	if !ok {
		return problem
	}
	v := ui.Plans{Form: f, Newest: true}
	for _, e := range errs.Fields(problem) {
		if e.Field != "name" && e.Field != "document" {
			v.Wrong = append(v.Wrong, ui.PlanWrong{Place: e.Field, Text: r.worded(e)})
		}
	}
	p, err := s.Plans.Plan(r.Context(), r.actor, cmp.Or(r.FormValue("plan"), plan.Main), 0)
	switch {
	case errs.Is(err, errs.NotFound):
		v.None, v.Name = true, plan.Main
	case err != nil:
		return err
	}
	return s.drawPlan(w, r, v, p, r.PostForm)
}

// planEdit changes a document by the fields of the page, which are named by their
// places in it. What is not there stays as it is.
func planEdit(d *plan.Document, form url.Values) error {
	var problems []error
	figure := func(name, place string, to func(text string) error) {
		if x, ok := form[name]; ok && len(x) == 1 {
			if err := to(strings.TrimSpace(x[0])); err != nil {
				problems = append(problems, errs.Field(place, "error.plan_number"))
			}
		}
	}
	days := func(to *int) func(string) error {
		return func(text string) (err error) { *to, err = strconv.Atoi(text); return err }
	}
	sum := func(text string) (int64, error) {
		a, err := money.Parse(strings.Replace(text, ",", ".", 1), d.Currency)
		return a.Minor, err
	}
	for i := range d.Warehouses {
		w := &d.Warehouses[i]
		at := "warehouses." + w.Key
		figure(at+".cut_off", at+".cut_off", func(text string) error { w.CutOff = text; return nil })
		figure(at+".handling_days", at+".handling_days", days(&w.Handling))
	}
	for i := range d.Services {
		for k := range d.Services[i].Rates {
			x := &d.Services[i].Rates[k]
			at := "services." + d.Services[i].Key + ".rates." + x.Zone
			figure(at+".days.0", at+".days", days(&x.Days[0]))
			figure(at+".days.1", at+".days", days(&x.Days[1]))
			figure(at+".free_from", at+".free_from", func(text string) error {
				if text == "" {
					delete(x.Free, d.Currency)
					return nil
				}
				n, err := sum(text)
				if x.Free == nil {
					x.Free = map[string]int64{}
				}
				x.Free[d.Currency] = n
				return err
			})
			for n := range x.Steps {
				name := at + ".steps." + strconv.Itoa(n)
				figure(name, name, func(text string) (err error) { x.Steps[n].Price, err = sum(text); return err })
			}
		}
	}
	return errors.Join(problems...)
}

// planDownload sends a version of a plan as its document.
func (s *server) planDownload(w http.ResponseWriter, r *request) error {
	p, _, err := s.shownPlan(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", contentDisposition("attachment", "shipping-plan-"+p.Name+"-"+strconv.Itoa(p.Version)+".json"))
	_, err = io.WriteString(w, p.Document.Text())
	return err
}

// planUpload saves a document as the next version of a plan.
func (s *server) planUpload(w http.ResponseWriter, r *request) error {
	p, err := s.takePlan(r)
	if err != nil {
		return s.planRefused(w, r, err)
	}
	return r.see(w, "/admin/plans?plan="+p.Name, r.told("plan.told", "N", r.printer.Number(int64(p.Version))))
}

func (s *server) takePlan(r *request) (plan.Plan, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File["document"]) == 0 {
		return plan.Plan{}, errs.Field("document", "error.required")
	}
	f, err := r.MultipartForm.File["document"][0].Open()
	if err != nil {
		return plan.Plan{}, errs.Wrap(errs.Invalid, err, "error.plan_json", "why", err.Error())
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(f) // bounded by the route
	if err != nil {
		return plan.Plan{}, errs.Wrap(errs.Invalid, err, "error.plan_json", "why", err.Error())
	}
	d, err := plan.Parse(data)
	if err != nil {
		return plan.Plan{}, err
	}
	return s.Plans.Save(r.Context(), r.actor, strings.TrimSpace(r.FormValue("name")), d)
}
