package portal

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/picture"
	"godwit.dev/godwit/internal/base/rate"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal/ui"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

const buyer = "wanderer@mail.example"

// pages is the door on a database of its own, with two workspaces that each have
// a shop, and an order in the first.
type pages struct {
	t       *testing.T
	now     time.Time
	shops   [2]order.Shop
	store   *store.Store
	parcels *shipment.Service
	desk    *ticket.Service
	orders  *order.Service
	order   order.ID
	flow    *portal.Service
	brands  *brand.Service
	texts   map[string][]string // TXT records
	country string              // where everybody is
	worth   int64               // what goods that came back are sold for
	door    *door
	post    []portal.Letter
	server  *httptest.Server
	client  *http.Client
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (p *pages) clock() time.Time { return p.now }

func newPages(t *testing.T) *pages {
	p := &pages{t: t, now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	s, ids, now := storetest.SQLite(t), id.NewSource(4, time.Now), func() time.Time { return p.now }
	parcels := shipment.New(shipment.Config{Store: s, Journal: s, IDs: ids, Now: now})
	customers := customer.New(customer.Config{Store: s, Journal: s, IDs: ids, Now: now})
	orders := order.NewService(order.Config{Store: s, Customers: customers, Parcels: parcels, Journal: s, IDs: ids, Now: now})
	for i := range p.shops {
		w := auth.WorkspaceID(ids.Next())
		must(t, s.AddWorkspace(t.Context(), auth.Workspace{ID: w, Slug: fmt.Sprint("w", i), Name: "W", Language: "en", Zone: "UTC", Secret: []byte{byte(i), 7, 7, 7}, CreatedAt: p.now}))
		shop, _, err := orders.EnsureShop(t.Context(), auth.ForSystem(w), order.Shop{Name: fmt.Sprint("Tent & Trail ", i), Currency: "EUR"})
		must(t, err)
		p.shops[i] = shop
	}
	actor := auth.ForSystem(p.shops[0].Workspace)
	must(t, s.AddMailbox(t.Context(), ticket.Mailbox{ID: 1, Workspace: actor.Workspace, Address: "help@shop.example", CreatedAt: p.now}))
	const number = "LP123456785CN"
	o, _, err := orders.Save(t.Context(), actor, order.New{
		Shop: p.shops[0].ID, Number: "GW-1042", Email: buyer, Status: order.Open, PlacedAt: p.now.AddDate(0, 0, -9), Total: 9900, Goods: 9900,
		ShipTo:       order.Address{Name: "Wanda <Wanderer>", Line1: "Hidden Lane 7", City: "Kiel", Country: "DE"},
		Lines:        []order.Line{{Title: "<b>Tent</b>", Quantity: 2, Price: 4950}},
		Fulfillments: []order.Fulfillment{{Carrier: "China Post", Tracking: number, ShippedAt: p.now.AddDate(0, 0, -6)}, {Carrier: "DHL Paket", ShippedAt: p.now}},
	})
	must(t, err)
	_, err = parcels.Ingest(t.Context(), actor, shipment.Delivery{Source: "api", Reports: []shipment.Report{{
		Number: shipment.Number{Carrier: "China Post", Number: number},
		Event: shipment.Event{Status: shipment.InCustoms, At: p.now.AddDate(0, 0, -2), Zoned: true, Place: shipment.Place{City: "<i>Leipzig", Country: "DE"},
			Expected: shipment.Window{From: p.now.AddDate(0, 0, 3), To: p.now.AddDate(0, 0, 6)}},
	}}})
	must(t, err)
	p.store = s
	desk := ticket.NewService(ticket.Config{
		Store: s, Journal: s, Actions: action.NewEngine(s, s, nil, now, slog.New(slog.DiscardHandler)), Customers: customers, Orders: orders, People: s, IDs: ids, Now: now,
	})
	p.parcels, p.desk, p.orders, p.order = parcels, desk, orders, o.ID
	p.flow = portal.New(portal.Config{
		Desk: desk, Address: "https://desk.example", Habits: habit.New(habit.Config{Store: s, Journal: s, Now: now}),
		Orders: orders, Shipments: parcels, House: s, Gate: auth.NewGate(s, now), Now: now, Pause: func(context.Context, time.Duration) {}, Store: s, Queue: s,
		Post: func(_ context.Context, _ order.Shop, l portal.Letter) error { p.post = append(p.post, l); return nil },
	})
	p.brands = brand.New(brand.Config{Store: s, Journal: s, Pictures: picture.NewMaker(0), Records: p, Host: "desk.example", Now: now})
	p.flow.Brands = p.brands
	p.door = &door{quotes: rate.New[string](quoteRate, nil, now), Config: Config{Log: slog.New(slog.DiscardHandler), Portal: p.flow, Orders: orders, Brands: p.brands, Now: now, Hosts: []string{"desk.example"}, Next: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "the console")
	})}}
	p.server = httptest.NewServer(p.door.handler())
	t.Cleanup(p.server.Close)
	p.client = p.server.Client()
	p.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return p
}

// answer is what came back.
type answer struct {
	*http.Response
	body string
}

func (p *pages) ask(method, path string, form url.Values, header ...string) answer {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.server.URL+path, strings.NewReader(form.Encode()))
	must(p.t, err)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	res, err := p.client.Do(r)
	must(p.t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	must(p.t, err)
	return answer{res, string(body)}
}

func (p *pages) claim(number, contact string, header ...string) answer {
	p.t.Helper()
	return p.ask("POST", Path+p.shops[0].Slug+"/", url.Values{"number": {number}, "contact": {contact}}, header...)
}

// link finds the order as its customer does.
func (p *pages) link() string {
	p.t.Helper()
	a := p.claim("gw 1042", buyer)
	if a.StatusCode != http.StatusSeeOther {
		p.t.Fatalf("%d: %s", a.StatusCode, a.body)
	}
	return a.Header.Get("Location")
}

func TestEveryRouteHasARule(t *testing.T) {
	for _, rt := range routes() {
		switch rt.rule {
		case public, claim, link, held:
		default:
			t.Errorf("%s %s has the rule %q", rt.method, rt.pattern, rt.rule)
		}
		if strings.Contains(rt.pattern, "{token}") && rt.rule == public || rt.method != "GET" && rt.rule == public {
			t.Errorf("%s %s has the rule of another", rt.method, rt.pattern)
		}
	}
}

func TestHeaders(t *testing.T) {
	p := newPages(t)
	status := p.link()
	for _, path := range []string{Path + p.shops[0].Slug + "/", status, status + "x", Path + "no-such-shop", Path, Path + "a/b/c/d"} {
		a := p.ask("GET", path, nil)
		for name, want := range map[string]string{
			"Content-Security-Policy": ui.ContentSecurityPolicy(ui.Look{}), "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			"X-Robots-Tag": map[bool]string{false: "noindex, nofollow"}[path == Path+p.shops[0].Slug+"/"], "Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if len(a.Cookies()) > 0 || strings.Contains(a.body, "<script") || strings.Contains(a.body, "style=") {
			t.Errorf("%s sets cookies or has a script or style in it", path)
		}
	}
	if a := p.ask("GET", status, nil, "Accept-Encoding", "gzip"); a.Header.Get("Content-Encoding") != "gzip" {
		t.Error("the page is not compressed")
	}
	for _, method := range []string{"PUT", "DELETE", "POST", "TRACE"} {
		if a := p.ask(method, status, nil); a.StatusCode < 400 {
			t.Errorf("%s: %d", method, a.StatusCode)
		}
	}
}

// TestWrongClaimsAreAnsweredAlike holds the answers to an unknown number and to a
// wrong address to the same bytes, but for what was typed.
func TestWrongClaimsAreAnsweredAlike(t *testing.T) {
	p := newPages(t)
	typed := regexp.MustCompile(` value="[^"]*"( required)? maxlength`)
	var first answer
	for i, c := range [][2]string{{"GW-9999", buyer}, {"GW-1042", "somebody@else.example"}, {"GW-1042", "0151 2345678"}} {
		a := p.claim(c[0], c[1])
		a.body = typed.ReplaceAllString(a.body, "")
		a.Header.Del("Date")
		a.Header.Del("Content-Length")
		if i == 0 {
			first = a
			if !strings.Contains(a.body, i18n.For("en").T("portal.find.none")) {
				t.Errorf("%d: %s", a.StatusCode, a.body)
			}
			continue
		}
		if a.StatusCode != first.StatusCode || a.body != first.body || fmt.Sprint(a.Header) != fmt.Sprint(first.Header) {
			t.Errorf("%v is answered otherwise: %d, %s", c, a.StatusCode, a.body)
		}
	}
}

func TestTooManyClaimsWait(t *testing.T) {
	p := newPages(t)
	var a answer
	for i := range 8 {
		a = p.claim("GW-1042", fmt.Sprintf("guess%d@mail.example", i))
	}
	if a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" {
		t.Errorf("%d, %v", a.StatusCode, a.Header)
	}
	if a = p.claim("GW-1042", buyer); a.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the right claim is told from the wrong ones: %d", a.StatusCode)
	}
}

// TestLinksThatShowNothing: forged, foreign and ended links get one answer.
func TestLinksThatShowNothing(t *testing.T) {
	p := newPages(t)
	status := p.link()
	token := status[strings.LastIndexByte(status, '/')+1:]
	lost := func(path string) string {
		t.Helper()
		a := p.ask("GET", path, nil)
		if a.StatusCode != http.StatusNotFound || !strings.Contains(a.body, "no longer works") || strings.Contains(a.body, "1042") {
			t.Errorf("%s: %d, %s", path, a.StatusCode, a.body)
		}
		return a.body
	}
	forged := lost(status + "0")
	lost(Path + p.shops[1].Slug + "/o/" + token)
	p.now = p.now.Add(portal.LinkLife)
	if ended := lost(status); ended != forged {
		t.Error("a link that ended is told from one that was forged")
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	p := newPages(t)
	if a := p.claim("GW-1042", buyer, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"); a.StatusCode != http.StatusForbidden {
		t.Errorf("%d", a.StatusCode)
	}
}

func TestLargeFormsAreRefused(t *testing.T) {
	p := newPages(t)
	if a := p.claim("GW-1042", strings.Repeat("a", 64<<10)); a.StatusCode != http.StatusBadRequest {
		t.Errorf("%d", a.StatusCode)
	}
}

// TestEveryLanguage draws all pages in all languages: in the right direction, with
// every text found, and with what outsiders wrote kept apart.
func TestEveryLanguage(t *testing.T) {
	p := newPages(t)
	status := p.link()
	for _, l := range i18n.Customer() {
		for _, path := range []string{Path + p.shops[0].Slug + "/", status, status + "0", Path + "no-such-shop"} {
			a := p.ask("GET", path+"?lang="+string(l), nil, "Accept-Language", "en")
			if !strings.Contains(a.body, fmt.Sprintf(`<html lang="%s" dir="%s">`, l, i18n.Dir(l))) {
				t.Errorf("%s %s: another language or direction", l, path)
			}
			if strings.Contains(a.body, "portal.") && !strings.Contains(a.body, "/p/-/shared/portal.") || strings.Contains(a.body, "{{") || strings.Contains(a.body, ">portal.") {
				t.Errorf("%s %s: a text is missing", l, path)
			}
			if strings.Contains(a.body, "<b>Tent") || strings.Contains(a.body, "<i>Leipzig") || strings.Contains(a.body, "Hidden Lane") || strings.Contains(a.body, buyer) {
				t.Errorf("%s %s: tells what it must not", l, path)
			}
			if path == status && (!strings.Contains(a.body, "LP123456785CN") || !strings.Contains(a.body, i18n.For(l).T("portal.status.in_customs")) || !strings.Contains(a.body, "help@shop.example")) {
				t.Errorf("%s: the status is not told", l)
			}
		}
	}
	if a := p.ask("GET", status, nil, "Accept-Language", "zh-TW,zh;q=0.9,en;q=0.8"); a.Header.Get("Content-Language") != "zh-Hant" {
		t.Errorf("the browser's language is not taken: %s", a.Header.Get("Content-Language"))
	}
	a := p.ask("POST", Path+p.shops[0].Slug+"?lang=he", url.Values{"number": {"GW-1042"}, "contact": {buyer}})
	if !strings.HasSuffix(a.Header.Get("Location"), "?lang=he") {
		t.Errorf("the choice is forgotten: %s", a.Header.Get("Location"))
	}
}

// TestUsualWays: what is usual on a route is said in the reader's language and in the
// right form of its words, and nothing where nothing is known.
func TestUsualWays(t *testing.T) {
	p := newPages(t)
	status := p.link()
	if a := p.ask("GET", status+"?lang=en", nil); strings.Contains(a.body, "on this route") || strings.Contains(a.body, "last scan was") {
		t.Error("it says what nobody knows")
	}
	var usual portal.Usual
	p.flow.Usuals = func(_ context.Context, _ auth.WorkspaceID, list []shipment.Shipment) (map[shipment.ID]portal.Usual, error) {
		out := map[shipment.ID]portal.Usual{}
		for _, v := range list {
			out[v.ID] = usual
		}
		return out, nil
	}
	for _, c := range []struct {
		usual portal.Usual
		lang  i18n.Lang
		want  string
	}{
		{portal.Usual{From: 9, To: 14, Silent: 3}, "en", "Parcels on this route usually arrive 9 to 14 days after the first scan. The last scan was 3 days ago, which is normal here."},
		{portal.Usual{Silent: 1}, "en", ">The last scan was 1 day ago, which is normal here.<"},
		{portal.Usual{From: 9, To: 21}, "ru", ">На этом маршруте посылки обычно приходят через 9–21 день после первого сканирования.<"},
		{portal.Usual{From: 9, To: 14, Silent: 2}, "ru", "через 9–14 дней после первого сканирования. Последнее сканирование было 2 дня назад"},
		{portal.Usual{From: 9, To: 14, Silent: 2}, "ar", "بعد 9 إلى 14 يومًا من أول مسح. كان آخر مسح قبل يومين"},
		{portal.Usual{From: 2, To: 4}, "cs", "2 až 4 dny"},
		{portal.Usual{From: 9, To: 14, Silent: 3}, "zh-Hans", "9 至 14 天送达。上次扫描是 3 天前"},
	} {
		usual = c.usual
		if a := p.ask("GET", status+"?lang="+string(c.lang), nil); !strings.Contains(a.body, c.want) {
			t.Errorf("%s %+v: no %q", c.lang, c.usual, c.want)
		}
	}
	usual = portal.Usual{From: 9, To: 14, Silent: 3}
	for _, l := range i18n.Customer() {
		n := i18n.For(l)
		if days, silent := n.N("portal.route.days", 14, "From", int64(9)), n.N("portal.route.silent", 3); !strings.Contains(p.ask("GET", status+"?lang="+string(l), nil).body, days) || strings.Contains(days+silent, "{{") {
			t.Errorf("%s: %s %s", l, days, silent)
		}
	}
}

// TestPagesAreSmall holds the first view to what a slow line takes at once.
func TestPagesAreSmall(t *testing.T) {
	p := newPages(t)
	a := p.ask("GET", p.link(), nil)
	style := regexp.MustCompile(`href="(/p/-/[^"]+)"`).FindStringSubmatch(a.body)
	if style == nil {
		t.Fatal("there is no style sheet")
	}
	css := p.ask("GET", style[1], nil)
	if css.StatusCode != http.StatusOK || !strings.Contains(css.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("%d, %v", css.StatusCode, css.Header)
	}
	if n := len(a.body) + len(css.body); n > 20_000 {
		t.Errorf("%d bytes", n)
	}
	if old := p.ask("GET", "/p/-/shared/portal.old.css", nil); old.StatusCode != http.StatusNotFound {
		t.Errorf("an old style sheet: %d", old.StatusCode)
	}
}
