package portal

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/flow/clocks"
	"godwit.dev/godwit/internal/platform/auth"
)

// The first page begins with what customers of the market look for first, as the merchant says, and names only what is
// connected.
func TestTheFirstPageIsTheMarkets(t *testing.T) {
	p := newPages(t)
	markets := p.flow.Habits.(*habit.Service)
	own := func(market string, version int, o habit.Own) {
		t.Helper()
		_, err := markets.Save(t.Context(), auth.ForSystem(p.shops[0].Workspace), market, o, version)
		must(t, err)
	}
	// order says where things stand on the page; what is not there is -1.
	order := func(a answer, texts ...string) []int {
		t.Helper()
		var out []int
		for _, x := range texts {
			out = append(out, strings.Index(a.body, x))
		}
		return out
	}
	page := func(shop int, accept string) answer {
		t.Helper()
		a := p.ask("GET", Path+p.shops[shop].Slug+"/", nil, "Accept-Language", accept)
		if a.StatusCode != http.StatusOK || strings.Count(a.body, "<h1") != 1 {
			t.Fatalf("%s: %d, %d headings", accept, a.StatusCode, strings.Count(a.body, "<h1"))
		}
		return a
	}
	mail := `href="mailto:help@shop.example"`

	self := page(0, "de-DE")
	de := i18n.For("de")
	if at := order(self, "<h1>"+de.T("portal.find.title"), mail, de.T("portal.help.title")); at[0] < 0 || at[1] < at[0] || at[2] >= 0 {
		t.Errorf("self-service: %v", at)
	}
	either := page(0, "pl-PL")
	pl := i18n.For("pl")
	if at := order(either, "<h1>"+pl.T("portal.find.title"), "<h2>"+pl.T("portal.help.title"), mail); at[0] < 0 || at[1] < at[0] || at[2] < at[1] {
		t.Errorf("either: %v", at)
	}
	person := page(0, "it-IT")
	it := i18n.For("it")
	if at := order(person, "<h1>"+it.T("portal.help.title"), mail, "<h2>"+it.T("portal.find.title")); at[0] < 0 || at[1] < at[0] || at[2] < at[1] {
		t.Errorf("person first: %v", at)
	}
	if strings.Contains(person.body, "WhatsApp") || strings.Contains(person.body, "tel:") {
		t.Error("names what is not connected")
	}
	if a := page(1, "it-IT"); strings.Contains(a.body, "mailto:") || !strings.Contains(a.body, "<h1>"+it.T("portal.find.title")) {
		t.Error("a shop that nobody reaches promises a person")
	}

	// It is Friday, 20 November 2026, 12:00 UTC: 13:00 in Berlin.
	weekdays := &habit.Hours{Days: []string{"mon", "tue", "wed", "thu", "fri", "sun"}, From: "09:00", To: "13:30"}
	own("DE", 0, habit.Own{First: habit.Person, Hours: weekdays})
	open := page(0, "de-DE").body
	for _, want := range []string{"<h1>" + de.T("portal.help.title"), "Montag–Freitag und Sonntag, 09:00–13:30", de.T("portal.help.now")} {
		if !strings.Contains(open, want) {
			t.Errorf("open: no %q", want)
		}
	}
	p.now = p.now.Add(time.Hour)
	if shut := page(0, "de-DE").body; strings.Contains(shut, de.T("portal.help.now")) || !strings.Contains(shut, de.T("portal.help.later", "Day", "22. Nov.", "Time", "09:00")) {
		t.Errorf("shut: %s", shut)
	}
	if a := p.ask("GET", Path+p.shops[0].Slug+"/", nil, "Accept-Language", "de-DE"); strings.Contains(a.body, "UTC") {
		t.Error("one zone needs no name")
	}
	own("US", 0, habit.Own{First: habit.Person, Hours: &habit.Hours{Days: []string{"sat"}, From: "09:00", To: "17:00"}})
	if a := page(0, "en-US"); !strings.Contains(a.body, "Saturday, 09:00–17:00 (UTC-05:00)") {
		t.Errorf("of several zones: %s", a.body)
	}
	own("DE", 1, habit.Own{})
	if a := page(0, "de-DE"); strings.Contains(a.body, de.T("portal.help.title")) {
		t.Error("taken back, and still there")
	}
}

// The first page tells the hours of the desk's calendar, with holidays and closures, on the reader's clock.
func TestTheFirstPageTellsTheDesksHours(t *testing.T) {
	p := newPages(t)
	ctx, actor, shop := t.Context(), auth.ForSystem(p.shops[0].Workspace), p.shops[0]
	for _, market := range []string{"DE", "US", "IT", "JP"} {
		_, err := p.flow.Habits.(*habit.Service).Save(ctx, actor, market, habit.Own{First: habit.Person, Hours: &habit.Hours{Days: []string{"sat"}, From: "03:00", To: "04:00"}}, 0)
		must(t, err)
	}
	desk := clocks.New(clocks.Config{Store: p.store, Places: p, Journal: p.store, Queue: p.store, Now: func() time.Time { return p.now }})
	p.flow.Hours = desk.Hours
	version := 0
	save := func(b promise.Book) {
		t.Helper()
		v, err := desk.Save(ctx, actor, b, version)
		must(t, err)
		version = v.Number
	}
	says := func(what, accept string, want ...string) string {
		t.Helper()
		_, body, _ := strings.Cut(p.ask("GET", Path+shop.Slug+"/", nil, "Accept-Language", accept).body, `href="mailto:`)
		body, _, _ = strings.Cut(body, "</section>")
		for _, x := range want {
			if !strings.Contains(body, x) {
				t.Errorf("%s: no %q in %s", what, x, body)
			}
		}
		return body
	}
	de := i18n.For("de")
	says("no calendar", "de-DE", "Samstag, 03:00–04:00", de.T("portal.help.later", "Day", "morgen", "Time", "03:00"))

	// It is Friday, 20 November 2026, 12:00 UTC. Thursday is Thanksgiving.
	office := [][2]string{{"09:00", "12:30"}, {"13:30", "18:00"}}
	book := promise.Book{
		Calendars: []promise.Calendar{
			{Name: "Boston", Zone: "America/New_York", Countries: []string{"US"}, Weekly: map[string][][2]string{"mon": office, "tue": office, "wed": office, "thu": office, "fri": {{"09:00", "12:00"}}}},
			{Name: "Shenzhen", Zone: "Asia/Shanghai", Weekly: map[string][][2]string{"mon": {{"20:00", "24:00"}}, "tue": {{"00:00", "04:00"}, {"20:00", "24:00"}}, "wed": {{"00:00", "04:00"}}}},
		},
		Calendar: "Boston",
		Rules: []promise.Rule{
			{Name: "all", Targets: map[promise.Target]int{promise.First: 60}},
			{Name: "Italy", When: promise.When{Markets: []string{"IT"}}, Calendar: "Shenzhen", Targets: map[promise.Target]int{promise.First: 60}},
		},
	}
	save(book)
	body := says("Boston, read in Germany", "de-DE", "In den nächsten sieben Tagen antworten wir: Montag–Mittwoch, 15:00–18:30, 19:30–24:00; Freitag, 15:00–18:00",
		de.T("portal.help.later", "Day", "heute", "Time", "15:00"))
	if strings.Contains(body, "Samstag") || strings.Contains(body, "UTC") {
		t.Error("the hours of the market go behind the calendar, and the reader's clock is known")
	}
	says("read in a country of several zones", "en-US", "Monday–Wednesday, 09:00–12:30, 13:30–18:00; Friday, 09:00–12:00 (UTC-05:00)")
	says("read in nobody knows where", "de", "(UTC-05:00)")
	says("a night goes on after midnight", "ja-JP", "月曜日, 23:00–02:30; 火曜日–水曜日, 03:30–08:00, 23:00–02:30; 木曜日, 03:30–08:00; 金曜日, 03:30–08:00, 23:00–02:00")
	it := i18n.For("it")
	says("a rule of the market has a calendar", "it-IT", "lunedì–martedì, 13:00–21:00", it.T("portal.help.later", "Day", it.Day(p.now.AddDate(0, 0, 3), p.now, time.UTC), "Time", "13:00"))

	p.now = p.now.Add(3 * time.Hour)
	says("open", "de-DE", de.T("portal.help.now"))
	book.Closures = []promise.Closure{{From: p.now.Add(-time.Hour), To: p.now.AddDate(0, 0, 4), Shops: []int64{int64(shop.ID)}}}
	save(book)
	says("the shop is shut", "de-DE", "antworten wir: Dienstag, 16:00–18:30, 19:30–24:00; Mittwoch, 15:00–18:30, 19:30–24:00 <b>", de.T("portal.help.later", "Day", "24. Nov.", "Time", "16:00"))
	book.Closures[0].To = p.now.AddDate(0, 1, 0)
	save(book)
	if body := says("shut for a month", "de-DE", de.T("portal.help.later", "Day", "21. Dez.", "Time", "15:00")); strings.Contains(body, "sieben Tagen") {
		t.Error("hours of a week in which nobody is there")
	}
	if body := p.ask("GET", Path+p.shops[1].Slug+"/", nil, "Accept-Language", "de-DE").body; strings.Contains(body, de.T("portal.help.title")) {
		t.Error("the desk of another workspace answers")
	}
}

// Teams and Shops are what a book of promises may speak of.
func (p *pages) Teams(ctx context.Context, w auth.WorkspaceID) ([]auth.Team, error) {
	return p.store.Teams(ctx, w)
}

func (p *pages) Shops(ctx context.Context, a auth.Actor) ([]order.Shop, error) {
	return p.orders.Shops(ctx, a)
}
