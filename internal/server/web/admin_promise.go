package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/hours"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/clocks"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// promiseRoutes is the table of what is promised about answers.
func promiseRoutes() []route {
	manage := may(auth.ManageTeams)
	return []route{
		{"GET", "/admin/promises", manage, none, (*server).promisesPage},
		{"POST", "/admin/promises", manage, form, (*server).promisesSave},
	}
}

// promisesPage shows the book, one of its parts as a form, and what holds for a ticket.
func (s *server) promisesPage(w http.ResponseWriter, r *request) error {
	v, err := s.Clocks.Book(r.Context(), r.actor)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	var edit *ui.PromiseEdit
	if part := q.Get("part"); part != "" {
		values, ok := promiseValues(v.Book, part, q.Get("place"), r.zone)
		if !ok {
			return errs.New(errs.NotFound, "error.not_found")
		}
		edit = &ui.PromiseEdit{Part: part, Place: q.Get("place"), Values: values}
	}
	return s.drawPromises(w, r, v, edit, ui.Form{})
}

func (s *server) drawPromises(w http.ResponseWriter, r *request, v clocks.Version, edit *ui.PromiseEdit, f ui.Form) error {
	h, err := r.house()
	if err != nil {
		return err
	}
	out := ui.PromiseBook{Form: f, Version: v.Number, SavedAt: v.SavedAt, SavedBy: h.person[v.SavedBy].Name, Edit: edit, MayTry: r.actor.May(auth.ReadTickets)}
	if out.Page, err = r.page(w, r.printer.T("admin.promises"), ui.SectionAdmin); err != nil {
		return err
	}
	b := v.Book
	for _, i := range b.Precedence() {
		out.Rules = append(out.Rules, r.promiseRule(h, out.Page, i, b.Rules[i]))
	}
	var names []ui.Option
	for i, c := range b.Calendars {
		names = append(names, ui.Option{Value: c.Name, Label: c.Name})
		out.Calendars = append(out.Calendars, r.promiseCalendar(h, i, c))
	}
	walls := slices.Clone(names)
	for i, c := range b.Chains {
		walls = append(walls, ui.Option{Value: c.Name, Label: c.Name})
		out.Chains = append(out.Chains, ui.PromisePart{Place: i, Name: c.Name, What: r.printer.List(c.Calendars)})
	}
	for i, c := range b.Closures {
		out.Closures = append(out.Closures, r.promiseClosure(h, i, c))
	}
	for _, o := range walls {
		o.Selected = o.Value == b.Calendar
		out.Default = append(out.Default, o)
	}
	if edit != nil {
		r.promiseChoices(h, edit, names, walls)
	}
	if err := s.tryPromises(r, h, &out); err != nil {
		return err
	}
	return r.draw(w, formStatus(f), ui.PromisesPage(out))
}

// promiseChoices fills in what a form offers.
func (r *request) promiseChoices(h *house, e *ui.PromiseEdit, names, walls []ui.Option) {
	e.Topics, e.Teams, e.Calendars = r.topicOptions(""), teamOptions(h, 0), names
	if e.Part == "rule" {
		e.Calendars = walls
	}
	for _, x := range h.shops {
		e.Shops = append(e.Shops, ui.Option{Value: id64(x.ID), Label: x.Name})
	}
	for _, x := range hours.Events() {
		e.Events = append(e.Events, ui.Option{Value: x.Key, Label: r.printer.T("promise.event." + x.Key)})
	}
	for _, x := range clocks.Waits() {
		e.Waits = append(e.Waits, ui.Option{Value: x, Label: r.printer.T("waiting." + x)})
	}
}

// tryPromises says which rules hold for the ticket whose number the page was asked for.
func (s *server) tryPromises(r *request, h *house, v *ui.PromiseBook) error {
	v.Ticket = strings.TrimSpace(strings.TrimPrefix(r.URL.Query().Get("ticket"), "#"))
	if v.Ticket == "" || !v.MayTry {
		return nil
	}
	n, _ := strconv.ParseInt(v.Ticket, 10, 64)
	t, err := s.Tickets.ByNumber(r.Context(), r.actor, n)
	if errs.Is(err, errs.NotFound) {
		v.Try = r.printer.T("promise.try_unknown")
		return nil
	}
	if err != nil {
		return err
	}
	st, err := s.Clocks.Of(r.Context(), r.actor, t)
	if err != nil {
		return err
	}
	v.Asked = r.askedOf(h, t, st)
	for _, p := range st.Promises {
		c := ui.Clock{Target: string(p.Target), Rule: st.Version.Book.Rules[p.Rule].Name, Minutes: p.Minutes, Calendar: p.Calendar}
		if i := slices.IndexFunc(st.Clocks, func(c promise.Clock) bool { return c.Target == p.Target }); i >= 0 {
			c = r.uiClock(st.Clocks[i])
		}
		v.Tried = append(v.Tried, c)
	}
	if len(v.Tried) == 0 {
		v.Try = r.printer.T("promise.try_nothing")
	}
	return nil
}

// askedOf says what the rules asked of a ticket, in the order in which it counts.
func (r *request) askedOf(h *house, t ticket.Ticket, st clocks.Standing) string {
	var words []string
	add := func(d promise.Dimension, what string) {
		if what != "" {
			words = append(words, r.printer.T("promise.by."+string(d))+": "+what)
		}
	}
	add(promise.ByTier, st.Subject.Tier)
	if t.Topic != "" {
		add(promise.ByTopic, r.printer.T("topic."+t.Topic))
	}
	add(promise.ByShop, h.shop[t.Shop].Name)
	if st.Subject.Market != "" {
		add(promise.ByMarket, r.printer.T("promise.market."+string(st.MarketBy), "Market", r.printer.Country(strings.ToUpper(st.Subject.Market))))
	}
	add(promise.ByChannel, r.printer.T("channel."+string(t.Channel)))
	return strings.Join(words, " · ")
}

func (r *request) promiseRule(h *house, p ui.Page, place int, x promise.Rule) ui.PromisePart {
	row := ui.PromisePart{Place: place, Name: x.Name, What: r.printer.T("promise.all")}
	var conditions []string
	for _, d := range x.When.Names() {
		var words []string
		switch d {
		case promise.ByTier:
			words = x.When.Tiers
		case promise.ByTopic:
			for _, t := range x.When.Topics {
				words = append(words, r.printer.T("topic."+t))
			}
		case promise.ByShop:
			for _, shop := range h.shops {
				if slices.Contains(x.When.Shops, int64(shop.ID)) {
					words = append(words, shop.Name)
				}
			}
		case promise.ByMarket:
			words = x.When.Markets
		case promise.ByChannel:
			words = x.When.Channels
		}
		conditions = append(conditions, r.printer.T("promise.by."+string(d))+": "+strings.Join(words, ", "))
	}
	if len(conditions) > 0 {
		row.What = strings.Join(conditions, " · ")
	}
	for _, t := range promise.Targets() {
		if minutes, ok := x.Targets[t]; ok {
			row.Lines = append(row.Lines, r.printer.T("promise.target."+string(t))+": "+p.Open(time.Duration(minutes)*time.Minute))
		}
	}
	if x.Calendar != "" {
		row.Lines = append(row.Lines, r.printer.T("promise.part.calendar")+": "+x.Calendar)
	}
	return row
}

func (r *request) promiseCalendar(h *house, place int, x promise.Calendar) ui.PromisePart {
	row := ui.PromisePart{Place: place, Name: x.Name, What: x.Zone}
	for _, day := range hours.Weekdays() {
		if spans := x.Weekly[day]; len(spans) > 0 {
			row.Lines = append(row.Lines, r.printer.T("promise.day."+day)+" "+writeSpans(spans))
		}
	}
	if len(x.Countries) > 0 {
		row.Lines = append(row.Lines, r.printer.T("promise.countries")+": "+strings.Join(x.Countries, ", "))
	}
	for _, team := range h.teams {
		if slices.Contains(x.Teams, int64(team.ID)) {
			row.What += " · " + team.Name
		}
	}
	return row
}

func (r *request) promiseClosure(h *house, place int, x promise.Closure) ui.PromisePart {
	when := func(t time.Time) string { return r.printer.DateTime(t, r.zone, i18n.Medium) }
	row := ui.PromisePart{Place: place, Name: x.Note, What: when(x.From) + " – " + when(x.To), Lines: slices.Clone(x.Calendars)}
	if row.Name == "" {
		row.Name = r.printer.T("promise.part.closure")
	}
	for _, shop := range h.shops {
		if slices.Contains(x.Shops, int64(shop.ID)) {
			row.Lines = append(row.Lines, shop.Name)
		}
	}
	if len(row.Lines) == 0 {
		row.Lines = []string{r.printer.T("promise.everywhere")}
	}
	return row
}

// promisesSave changes one part of the book and saves the whole as its next version.
func (s *server) promisesSave(w http.ResponseWriter, r *request) error {
	v, err := s.Clocks.Book(r.Context(), r.actor)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Field("", "error.required")
	}
	seen, _ := strconv.Atoi(r.PostFormValue("version"))
	part, place := r.PostFormValue("part"), r.PostFormValue("place")
	next, err := changedBook(v.Book, part, place, r.PostFormValue("do") == "delete", r.PostForm, r.zone)
	if err == nil {
		_, err = s.Clocks.Save(r.Context(), r.actor, next, seen)
	}
	if err == nil {
		return r.saved(w, "/admin/promises", r.told("told.saved"))
	}
	f, ok := r.formErrors(err)
	if !ok {
		return err
	}
	var edit *ui.PromiseEdit
	if part != "default" {
		kept := maps.Clone(r.PostForm)
		edit = &ui.PromiseEdit{Part: part, Place: place, Values: url.Values(kept)}
	}
	return s.drawPromises(w, r, v, edit, whole(f))
}
