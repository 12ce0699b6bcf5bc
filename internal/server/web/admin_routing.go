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
	routed "godwit.dev/godwit/internal/domain/route" // route is a row of the table of routes here
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/flow/routing"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// routingRoutes is the table of who gets tickets.
func routingRoutes() []route {
	manage := may(auth.ManageTeams)
	return []route{
		{"GET", "/admin/routing", manage, none, (*server).routingPage},
		{"POST", "/admin/routing", manage, form, (*server).routingSave},
	}
}

// routingPage shows the people, the rules and the settings, and one part as a form.
func (s *server) routingPage(w http.ResponseWriter, r *request) error {
	v, err := s.Routing.Setting(r.Context(), r.actor)
	if err != nil {
		return err
	}
	list, err := s.Routing.Roster(r.Context(), r.actor)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	var edit *ui.RoutingEdit
	if part := q.Get("part"); part != "" {
		if edit = r.routingValues(v.Book, list, part, q.Get("place")); edit == nil {
			return errs.New(errs.NotFound, "error.not_found")
		}
	}
	return s.drawRouting(w, r, v, list, edit, ui.Form{})
}

// levelFields are the fields of a sheet for the languages of each level, the best first.
var levelFields = []struct {
	name  string
	level routed.Level
}{{"fluent", routed.Fluent}, {"working", routed.Working}, {"basic", routed.Basic}}

// routingValues returns the form of a rule or of a person's sheet, nil if there is none.
func (r *request) routingValues(b routed.Book, list []routing.Roster, part, place string) *ui.RoutingEdit {
	e := &ui.RoutingEdit{Part: part, Place: place, Values: url.Values{}}
	n, err := strconv.ParseInt(place, 10, 64)
	set := func(name string, words []string) { e.Values.Set(name, strings.Join(words, ", ")) }
	switch {
	case part == "rule" && place == "":
		return e
	case part == "rule" && err == nil && n >= 0 && n < int64(len(b.Rules)):
		x := b.Rules[n]
		e.Values.Set("name", x.Name)
		set("when_tiers", x.When.Tiers)
		set("when_languages", x.When.Languages)
		set("when_markets", x.When.Markets)
		set("when_channels", x.When.Channels)
		e.Values["when_topics"], e.Values["when_shops"] = x.When.Topics, writeIDs(x.When.Shops)
		if x.Team != 0 {
			e.Values.Set("team", id64(x.Team))
		}
		for _, p := range x.People {
			e.Values.Add("people", id64(p))
		}
		return e
	case part == "sheet" && err == nil:
		i := slices.IndexFunc(list, func(x routing.Roster) bool { return int64(x.Person) == n })
		if i < 0 {
			return nil
		}
		x := list[i].Sheet
		if x.Version == 0 {
			x.Sheet = routed.Sheet{Capacity: 5, Zone: r.zone.String()}
		}
		e.Title, e.Version = list[i].Name, x.Version
		e.Values.Set("capacity", strconv.Itoa(x.Sheet.Capacity))
		e.Values.Set("zone", x.Sheet.Zone)
		e.Values.Set("country", x.Sheet.Country)
		for _, d := range list[i].Holidays {
			e.Holidays = append(e.Holidays, r.printer.Date(d, time.UTC, i18n.Medium))
		}
		for _, f := range levelFields {
			set(f.name, speakers(x.Sheet, f.level))
		}
		for _, day := range hours.Weekdays() {
			e.Values.Set(day, writeSpans(x.Sheet.Weekly[day]))
		}
		e.Values["topics"] = x.Sheet.Topics
		for _, a := range x.Sheet.Away {
			e.Absences = append(e.Absences, ui.Absence(a))
		}
		e.Absences = append(e.Absences, ui.Absence{})
		return e
	}
	return nil
}

// speakers are the languages of a sheet with a level.
func speakers(s routed.Sheet, level routed.Level) []string {
	var out []string
	for _, l := range slices.Sorted(maps.Keys(s.Languages)) {
		if s.Languages[l] == level {
			out = append(out, l)
		}
	}
	return out
}

func (s *server) drawRouting(w http.ResponseWriter, r *request, v routing.Setting, list []routing.Roster, edit *ui.RoutingEdit, f ui.Form) error {
	h, err := r.house()
	if err != nil {
		return err
	}
	b := v.Book
	out := ui.Routing{Form: f, Version: v.Version, SavedAt: v.SavedAt, SavedBy: h.person[v.SavedBy].Name, Edit: edit, On: b.On, Patience: writeSpan(b.Patience), Escalate: writeSpan(b.Escalate)}
	if out.Page, err = r.page(w, r.printer.T("admin.routing"), ui.SectionAdmin); err != nil {
		return err
	}
	var tiers []string
	for _, tier := range slices.Sorted(maps.Keys(b.Tiers)) {
		tiers = append(tiers, tier+" "+strings.ReplaceAll(writeSpan(b.Tiers[tier]), " ", ""))
	}
	out.Tiers = strings.Join(tiers, ", ")
	for _, x := range levelFields {
		out.Level = append(out.Level, ui.Option{Value: strconv.Itoa(int(x.level)), Label: r.printer.T("routing.level." + x.name), Selected: x.level == b.Level})
	}
	for _, x := range []routed.HandOver{routed.DueFirst, routed.All, routed.Nothing} {
		out.HandOver = append(out.HandOver, ui.Option{Value: string(x), Label: r.printer.T("routing.hand_over." + string(x)), Selected: x == b.HandOver})
	}
	for _, t := range triage.Topics() {
		weight := ui.Weight{Topic: string(t), Label: r.printer.T("topic." + string(t))}
		if n := b.Weights[string(t)]; n > 0 {
			weight.Weight = strconv.Itoa(n)
		}
		out.Weights = append(out.Weights, weight)
	}
	for i, x := range b.Rules {
		out.Rules = append(out.Rules, r.routingRule(h, i, x))
	}
	for _, x := range list {
		out.People = append(out.People, r.rosterRow(x))
	}
	if edit != nil {
		edit.Topics, edit.Teams = r.topicOptions(""), teamOptions(h, 0)
		for _, x := range h.shops {
			edit.Shops = append(edit.Shops, ui.Option{Value: id64(x.ID), Label: x.Name})
		}
		for _, c := range hours.Countries() {
			edit.Countries = append(edit.Countries, ui.Option{Value: c, Label: r.printer.Country(c)})
		}
		slices.SortFunc(edit.Countries, func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
		for _, x := range list {
			edit.People = append(edit.People, ui.Option{Value: id64(x.Person), Label: x.Name})
		}
		for _, x := range levelFields {
			edit.Languages = append(edit.Languages, ui.RoutingLevel{Name: x.name, Label: r.printer.T("routing.level." + x.name)})
		}
	}
	return r.draw(w, formStatus(f), ui.RoutingPage(out))
}

func (r *request) rosterRow(x routing.Roster) ui.RosterRow {
	row := ui.RosterRow{ID: int64(x.Person), Name: x.Name, Able: x.Able, Has: x.Sheet.Sheet.Capacity > 0, There: x.There, Until: x.Until, Load: x.Load, Capacity: x.Sheet.Sheet.Capacity}
	if x.There && x.Until.After(r.now.AddDate(0, 6, 0)) {
		row.Until = time.Time{}
	}
	var languages, topics []string
	for _, f := range levelFields {
		for _, l := range speakers(x.Sheet.Sheet, f.level) {
			languages = append(languages, r.printer.T("routing.speaks", "Language", r.printer.Language(l), "Level", r.printer.T("routing.level."+f.name)))
		}
	}
	for _, t := range x.Sheet.Sheet.Topics {
		topics = append(topics, r.printer.T("topic."+t))
	}
	if x.Off != "" {
		row.Off = r.printer.T("routing.off." + string(x.Off))
	}
	row.Languages, row.Topics = strings.Join(languages, " · "), strings.Join(topics, " · ")
	return row
}

func (r *request) routingRule(h *house, place int, x routed.Rule) ui.PromisePart {
	row := ui.PromisePart{Place: place, Name: x.Name, What: r.printer.T("promise.all")}
	var conditions []string
	add := func(label string, words []string) {
		if len(words) > 0 {
			conditions = append(conditions, label+": "+strings.Join(words, ", "))
		}
	}
	var topics, shops []string
	for _, t := range x.When.Topics {
		topics = append(topics, r.printer.T("topic."+t))
	}
	for _, shop := range h.shops {
		if slices.Contains(x.When.Shops, int64(shop.ID)) {
			shops = append(shops, shop.Name)
		}
	}
	add(r.printer.T("promise.by.tier"), x.When.Tiers)
	add(r.printer.T("routing.languages"), x.When.Languages)
	add(r.printer.T("promise.by.topic"), topics)
	add(r.printer.T("promise.by.shop"), shops)
	add(r.printer.T("promise.by.market"), x.When.Markets)
	add(r.printer.T("promise.by.channel"), x.When.Channels)
	if len(conditions) > 0 {
		row.What = strings.Join(conditions, " · ")
	}
	if i := slices.IndexFunc(h.teams, func(t auth.Team) bool { return t.ID == x.Team }); i >= 0 {
		row.Lines = append(row.Lines, r.printer.T("routing.team")+": "+h.teams[i].Name)
	} else if x.Team != 0 {
		row.Lines = append(row.Lines, r.printer.T("routing.team_gone"))
	}
	for _, p := range x.People {
		name := h.person[p].Name
		if h.person[p].Status != auth.Active {
			name = r.printer.T("routing.left", "Name", name)
		}
		row.Lines = append(row.Lines, name)
	}
	return row
}

// routingSave saves the settings, a rule or a person's sheet.
func (s *server) routingSave(w http.ResponseWriter, r *request) error {
	v, err := s.Routing.Setting(r.Context(), r.actor)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Field("", "error.required")
	}
	seen, _ := strconv.Atoi(r.PostFormValue("version"))
	part, place := r.PostFormValue("part"), r.PostFormValue("place")
	switch part {
	case "sheet":
		var sheet routed.Sheet
		if sheet, err = readSheet(r.PostForm); err == nil {
			who, _ := strconv.ParseInt(place, 10, 64)
			_, err = s.Routing.SaveSheet(r.Context(), r.actor, auth.PersonID(who), sheet, seen)
		}
	case "rule", "settings":
		var next routed.Book
		if next, err = changedRouting(v.Book, part, place, r.PostFormValue("do") == "delete", r.PostForm); err == nil {
			_, err = s.Routing.Save(r.Context(), r.actor, next, seen)
		}
	default:
		err = errs.New(errs.NotFound, "error.not_found")
	}
	if err == nil {
		return r.saved(w, "/admin/routing", r.told("told.saved"))
	}
	f, ok := r.formErrors(err)
	if !ok {
		return err
	}
	list, err := s.Routing.Roster(r.Context(), r.actor)
	if err != nil {
		return err
	}
	var edit *ui.RoutingEdit
	if part != "settings" {
		if edit = r.routingValues(v.Book, list, part, place); edit == nil {
			return errs.New(errs.NotFound, "error.not_found")
		}
		edit.Values = maps.Clone(r.PostForm)
		if part == "sheet" {
			edit.Absences = append(readAway(r.PostForm), ui.Absence{})
		}
	}
	return s.drawRouting(w, r, v, list, edit, whole(f))
}

// changedRouting returns a book in which a form changed the settings, or changed, added or
// deleted a rule.
func changedRouting(b routed.Book, part, place string, gone bool, v url.Values) (routed.Book, error) {
	if part == "rule" {
		n := -1
		if place != "" {
			var err error
			if n, err = strconv.Atoi(place); err != nil || n < 0 {
				return b, errs.New(errs.NotFound, "error.not_found")
			}
		}
		x := routed.Rule{Name: strings.TrimSpace(v.Get("name")), When: routed.When{
			Tiers: readNames(v.Get("when_tiers")), Languages: readWords(v.Get("when_languages")), Markets: readWords(strings.ToUpper(v.Get("when_markets"))),
			Channels: readWords(v.Get("when_channels")), Topics: v["when_topics"], Shops: readIDs(v["when_shops"]),
		}}
		for _, id := range readIDs([]string{v.Get("team")}) {
			x.Team = auth.TeamID(id)
		}
		for _, id := range readIDs(v["people"]) {
			x.People = append(x.People, auth.PersonID(id))
		}
		var err error
		b.Rules, err = put(b.Rules, n, gone, x)
		return b, err
	}
	b.On, b.HandOver, b.Tiers, b.Weights = v.Get("on") == "yes", routed.HandOver(v.Get("hand_over")), map[string]int{}, map[string]int{}
	level, _ := strconv.Atoi(v.Get("level")) // what is no number is no level
	b.Level = routed.Level(level)
	var ok bool
	if b.Patience, ok = readSpan(v.Get("patience")); !ok {
		return b, errs.Field("patience", "error.promise_span", "text", v.Get("patience"))
	}
	if b.Escalate, ok = readSpan(v.Get("escalate")); !ok {
		return b, errs.Field("escalate", "error.promise_span", "text", v.Get("escalate"))
	}
	for _, part := range strings.FieldsFunc(v.Get("tiers"), func(r rune) bool { return strings.ContainsRune(",;，、", r) }) {
		words := strings.Fields(part)
		if len(words) < 2 {
			return b, errs.Field("tiers", "error.promise_span", "text", strings.TrimSpace(part))
		}
		last := len(words) - 1
		if b.Tiers[strings.Join(words[:last], " ")], ok = readSpan(words[last]); !ok {
			return b, errs.Field("tiers", "error.promise_span", "text", words[last])
		}
	}
	for _, t := range triage.Topics() {
		if text := strings.TrimSpace(v.Get("weight." + string(t))); text != "" && text != "1" {
			n, err := strconv.Atoi(text)
			if err != nil {
				return b, errs.Field("weight."+string(t), "error.route_weight", "most", routed.MostWeight)
			}
			b.Weights[string(t)] = n
		}
	}
	return b, nil
}

// readSheet reads a person's sheet.
func readSheet(v url.Values) (routed.Sheet, error) {
	s := routed.Sheet{Zone: strings.TrimSpace(v.Get("zone")), Country: v.Get("country"), Topics: v["topics"], Languages: map[string]routed.Level{}, Weekly: map[string][][2]string{}}
	var err error
	if s.Capacity, err = strconv.Atoi(strings.TrimSpace(v.Get("capacity"))); err != nil {
		return s, errs.Field("capacity", "error.route_capacity", "most", routed.MostCapacity)
	}
	for _, f := range slices.Backward(levelFields) { // of a language that is named twice the better level counts
		for _, l := range readWords(v.Get(f.name)) {
			s.Languages[l] = f.level
		}
	}
	days := hours.Weekdays()
	for i, day := range days {
		for _, span := range readWords(v.Get(day)) {
			from, to, _ := strings.Cut(strings.ReplaceAll(span, "–", "-"), "-")
			if from, to = clockText(from), clockText(to); len(from) == len(to) && to < from { // a night, which goes on into the next day
				if next := days[(i+1)%len(days)]; to > "00:00" {
					s.Weekly[next] = append(s.Weekly[next], [2]string{"00:00", to})
				}
				to = "24:00"
			}
			s.Weekly[day] = append(s.Weekly[day], [2]string{from, to})
		}
	}
	for _, spans := range s.Weekly {
		slices.SortFunc(spans, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	}
	for _, a := range readAway(v) {
		s.Away = append(s.Away, routed.Absence(a))
	}
	return s, nil
}

// readAway reads the rows of days away; an empty row is none, and a day alone is that day.
func readAway(v url.Values) (out []ui.Absence) {
	for i, from := range v["away_from"] {
		a := ui.Absence{From: from}
		if i < len(v["away_to"]) {
			a.To = v["away_to"][i]
		}
		if i < len(v["away_note"]) {
			a.Note = strings.TrimSpace(v["away_note"][i])
		}
		if a.To == "" {
			a.To = a.From
		}
		if a.From != "" || a.To != "" {
			out = append(out, a)
		}
	}
	return out
}
