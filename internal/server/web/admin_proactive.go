package web

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/proactive"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// proactiveRoutes is the table of what shops write to customers by themselves.
func proactiveRoutes() []route {
	manage := may(auth.Manage)
	return []route{
		{"GET", "/admin/proactive", manage, none, (*server).proactivePage},
		{"GET", "/admin/proactive/{shop}", manage, none, (*server).proactiveShop},
		{"POST", "/admin/proactive/{shop}", manage, form, (*server).proactiveSave},
	}
}

// proactivePage lists the shops with what each of them writes.
func (s *server) proactivePage(w http.ResponseWriter, r *request) error {
	list, err := s.Proactive.Settings(r.Context(), r.actor)
	if err != nil {
		return err
	}
	v := ui.Proactive{Public: s.Proactive.Reachable()}
	if v.Page, err = r.page(w, r.printer.T("admin.proactive"), ui.SectionAdmin); err != nil {
		return err
	}
	for _, x := range list {
		v.Rows = append(v.Rows, r.proactiveRow(x))
	}
	return r.draw(w, http.StatusOK, ui.ProactivePage(v))
}

func (r *request) proactiveRow(x proactive.Setting) ui.ProactiveRow {
	row := ui.ProactiveRow{Shop: int64(x.Shop.ID), Name: x.Shop.Name, On: x.Policy.On, Box: x.Box}
	if x.Policy.On {
		var words []string
		for _, o := range x.Policy.Occasions {
			words = append(words, r.printer.T("proactive.occasion."+string(o)))
		}
		row.Occasions = r.printer.List(words)
	}
	return row
}

// proactiveShop shows the policy of one shop and a letter as it would be.
func (s *server) proactiveShop(w http.ResponseWriter, r *request) error {
	n, err := r.number("shop")
	if err != nil {
		return err
	}
	x, err := s.Proactive.Setting(r.Context(), r.actor, order.ShopID(n))
	if err != nil {
		return err
	}
	return s.drawProactive(w, r, x, ui.Form{})
}

func (s *server) drawProactive(w http.ResponseWriter, r *request, x proactive.Setting, f ui.Form) error {
	p := x.Policy
	v := ui.ProactiveEdit{
		Form: f, ProactiveRow: r.proactiveRow(x), Public: x.Public, From: strconv.Itoa(p.From), Until: strconv.Itoa(p.Until),
		Gap: strconv.FormatInt(int64(p.Gap/time.Hour), 10), Most: strconv.Itoa(p.Most),
	}
	if len(f.Errors) > 0 { // what was typed stays
		v.From, v.Until, v.Gap, v.Most = r.PostFormValue("from_hour"), r.PostFormValue("until_hour"), r.PostFormValue("gap_hours"), r.PostFormValue("most")
	}
	var err error
	if v.Page, err = r.page(w, x.Shop.Name, ui.SectionAdmin); err != nil {
		return err
	}
	q := r.URL.Query()
	shown := proactive.Occasion(q.Get("occasion"))
	if !shown.Valid() {
		shown = proactive.Delay
	}
	t := i18n.For(i18n.Lang(cmp.Or(q.Get("language"), string(r.printer.Lang()))))
	for _, o := range proactive.Occasions() {
		label := r.printer.T("proactive.occasion." + string(o))
		v.Ticks = append(v.Ticks, ui.Option{Value: string(o), Label: label, Selected: p.Has(o)})
		v.Occasion = append(v.Occasion, ui.Option{Value: string(o), Label: label, Selected: o == shown})
	}
	for _, l := range i18n.Customer() {
		v.Language = append(v.Language, ui.Option{Value: string(l), Label: i18n.NativeName(l), Selected: l == t.Lang()})
	}
	v.PreviewLang, v.PreviewDir = string(t.Lang()), t.Dir()
	v.Subject, v.Body = proactive.Compose(t, proactive.Sample(x.Shop.Name, shown, r.now))
	return r.draw(w, formStatus(f), ui.ProactiveShopPage(v))
}

// proactiveSave changes the policy of one shop.
func (s *server) proactiveSave(w http.ResponseWriter, r *request) error {
	n, err := r.number("shop")
	if err != nil {
		return err
	}
	x, err := s.Proactive.Setting(r.Context(), r.actor, order.ShopID(n))
	if err != nil {
		return err
	}
	p := x.Policy
	p.On, p.Occasions = r.PostFormValue("active") != "", nil
	for _, o := range r.PostForm["occasions"] {
		p.Occasions = append(p.Occasions, proactive.Occasion(o))
	}
	gap := 0
	for name, to := range map[string]*int{"from_hour": &p.From, "until_hour": &p.Until, "gap_hours": &gap, "most": &p.Most} {
		if *to, err = strconv.Atoi(r.PostFormValue(name)); err != nil {
			*to = -1 // no policy takes it, which says why
		}
	}
	p.Gap = time.Duration(gap) * time.Hour
	if _, err = s.Proactive.Set(r.Context(), r.actor, p); err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		x.Policy = p
		return s.drawProactive(w, r, x, f)
	}
	return r.saved(w, "/admin/proactive/"+id64(n), r.told("told.saved"))
}

// letters returns what was written to the customer of an order, the newest first: all
// of it, or that about one parcel.
func (r *request) letters(o order.ID, only shipment.ID) ([]ui.Told, error) {
	if r.s.Proactive == nil || o == 0 || !r.actor.May(auth.ReadOrders) {
		return nil, nil
	}
	list, err := r.s.Proactive.About(r.Context(), r.actor, o)
	if errs.Is(err, errs.NotFound) { // of a shop that the reader does not see
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []ui.Told
	for _, l := range list {
		if only != 0 && l.Shipment != only {
			continue
		}
		t := ui.Told{
			ID: int64(l.ID), Occasion: string(l.Occasion), State: string(l.State), Problem: l.Problem, At: l.HappenedAt, Due: l.DueAt,
			Subject: l.Subject, Body: l.Body, To: l.To, Lang: string(l.Language), Dir: i18n.Dir(l.Language),
		}
		if !l.SentAt.IsZero() {
			t.At = l.SentAt
		}
		if l.Why != proactive.Fine {
			t.Why = r.printer.T("proactive.why." + string(l.Why))
		}
		out = append(out, t)
	}
	return out, nil
}

// wrote reports whether a letter reached its reader, as far as we know.
func wrote(t ui.Told) bool {
	return t.State == string(proactive.Left) || t.State == string(proactive.Leaving) || t.State == string(proactive.Unknown)
}

// wroteLines are the lines that letters make in a timeline.
func (r *request) wroteLines(list []ui.Told) []ui.TimelineEntry {
	var out []ui.TimelineEntry
	for _, t := range list {
		if wrote(t) {
			out = append(out, ui.TimelineEntry{At: t.At, Kind: "message", Text: r.printer.T("proactive.wrote", "What", r.printer.T("proactive.occasion."+t.Occasion)), Href: "#told"})
		}
	}
	return out
}
