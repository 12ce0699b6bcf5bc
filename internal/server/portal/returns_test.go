package portal

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/cost"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/platform/auth"
)

// careful is a merchant of whom little is known: goods go back to where they came from.
type careful struct{ worth *int64 } // what goods that came back are sold for

func (careful) Spend(context.Context, auth.WorkspaceID, int64, policy.CapTerms, int64) (bool, error) {
	return true, nil
}

func (careful) GiveBack(context.Context, auth.WorkspaceID, int64) error { return nil }

func (careful) Settle(context.Context, auth.WorkspaceID, int64) error { return nil }

func (careful) Terms(context.Context, auth.WorkspaceID, policy.Facts) (policy.Terms, error) {
	p := decision.Policy{
		Windows:  map[decision.Remedy]int{decision.Refund: 30, decision.StoreCredit: 30, decision.PartialKeep: 30, decision.Replace: 30},
		Evidence: map[decision.Reason]decision.Evidence{decision.Damaged: decision.Photo},
		Partial:  decision.Share(250_000_000), Bonus: decision.Share(100_000_000), Auto: map[decision.Remedy]int64{decision.PartialKeep: 100000, decision.StoreCredit: 100000},
		Fallback: decision.Fallback{Method: "store_credit"},
	}
	return policy.Terms{Version: "built-in", Policy: p, Trigger: string(cases.AtReceipt)}, nil
}

func (m careful) Costs(_ context.Context, _ auth.WorkspaceID, f cost.Facts) (decision.Costs, error) {
	c := decision.Costs{Items: map[string]decision.Item{}}
	for _, x := range f.Items {
		c.Items[x.SKU] = decision.Item{Resale: [3]int64{*m.worth, *m.worth, *m.worth}}
	}
	c.Routes[decision.Origin] = &decision.RouteCost{Freight: 1500, Days: 20}
	return c, nil
}

type house struct{}

func (house) Begin(context.Context, auth.Actor, order.Order, casework.Wish) (ticket.ID, error) {
	return 0, nil
}
func (house) Said(context.Context, auth.Actor, cases.Case, string) error { return nil }
func (house) Write(context.Context, cases.Case, string, string) error    { return nil }
func (house) Raise(context.Context, order.Order, string, string) error   { return nil }
func (house) Task(context.Context, cases.Case, string, string) error     { return nil }

// withCases opens the door for returns, on a delivered order, and gives it a session.
func withCases(t *testing.T) (p *pages, link, session string) {
	t.Helper()
	p = newPages(t)
	p.deliver()
	ids, now := id.NewSource(5, time.Now), p.clock
	var desk *cases.Service
	var back *goods.Service
	flow := casework.New(casework.Config{
		Store: p.store, Orders: p.orders, Parcels: p.parcels, Customers: customer.New(customer.Config{Store: p.store, Journal: p.store, IDs: ids, Now: now}),
		Policies: careful{}, Costs: careful{&p.worth}, Cases: func() *cases.Service { return desk }, Desk: house{}, IDs: ids, Now: now,
		Expect: func(ctx context.Context, c cases.Case, r cases.Resolution, route string) error {
			return back.Expect(ctx, c, r, route)
		},
		Left: func(_ context.Context, _ auth.WorkspaceID, o order.Order) ([]refund.Payment, error) {
			return []refund.Payment{{Left: o.Total}}, nil
		},
	})
	desk = cases.New(cases.Config{Store: p.store, Orders: p.orders, Journal: p.store, IDs: ids, Now: now, Acknowledge: flow.Acknowledge,
		After: func(ctx context.Context, a auth.Actor, c cases.Case, events []cases.Event) error {
			return errors.Join(flow.Follow(ctx, a, c, events), back.CallOff(ctx, c))
		}})
	back = goods.New(goods.Config{
		Store: p.store, Cases: desk, Orders: p.orders, Shipments: p.parcels, Journal: p.store, IDs: ids, Now: now,
		Products: product.NewService(product.Config{Store: p.store, Journal: p.store, IDs: ids, Now: now}), Rates: fx.New(fx.Config{Store: p.store, Journal: p.store}),
	})
	p.door.Cases, p.door.Casework, p.door.Goods = desk, flow, back
	p.door.Policies = policy.New(policy.Config{Store: p.store, Journal: p.store, Rates: fx.New(fx.Config{Store: p.store, Journal: p.store}), Now: now})
	p.flow.Forms = desk
	p.flow.Withdraw = func(ctx context.Context, a auth.Actor, o order.Order, d portal.Declaration) (cases.ID, error) {
		c, _, err := flow.Open(ctx, a, casework.Wish{Order: o.ID, Kind: cases.Withdrawal, Wants: "refund", OpenedAt: d.At, Items: []casework.Item{{Row: o.Lines[0].ID, Quantity: 2, Reason: "changed_mind"}}})
		return c.ID, err
	}
	link = p.link()
	return p, link, p.signIn(link)
}

func (p *pages) row() string {
	o, err := p.orders.Get(p.t.Context(), auth.ForSystem(p.shops[0].Workspace), p.order)
	must(p.t, err)
	return strconv.FormatInt(o.Lines[0].ID, 10)
}

// untold is a key of a text that nobody wrote.
var untold = regexp.MustCompile(`portal\.[a-z_]+\.[a-z_.]+`)

var formField = regexp.MustCompile(`name="form" value="(\d+)"`)

// send posts a page's form, with files if there are any.
func (p *pages) send(path, held string, fields url.Values, file []byte) answer {
	p.t.Helper()
	if file == nil {
		return p.ask("POST", path, fields, "Cookie", held)
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range fields {
		must(p.t, m.WriteField(k, v[0]))
	}
	f, err := m.CreateFormFile("file", "../photo.html")
	must(p.t, err)
	_, err = f.Write(file)
	must(p.t, err)
	must(p.t, m.Close())
	r, err := http.NewRequestWithContext(p.t.Context(), "POST", p.server.URL+path, &b)
	must(p.t, err)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Cookie", held)
	res, err := p.client.Do(r)
	must(p.t, err)
	defer func() { _ = res.Body.Close() }()
	var body bytes.Buffer
	_, _ = body.ReadFrom(res.Body)
	return answer{res, body.String()}
}

func snapshot(t *testing.T) []byte {
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 3))))
	return b.Bytes()
}

// TestAReturnFromOrderToCase goes through the pages as a browser without script does: what and why, a photo, the offers,
// and then sends the last page twice.
func TestAReturnFromOrderToCase(t *testing.T) {
	p, link, held := withCases(t)
	if a := p.ask("GET", link, nil, "Cookie", held); !strings.Contains(a.body, link+"/return") || !strings.Contains(a.body, "/withdraw") {
		t.Error("the order does not lead to its return, or to the withdrawal")
	}
	a := p.ask("GET", link+"/return", nil, "Cookie", held)
	form := formField.FindStringSubmatch(a.body)
	if a.StatusCode != http.StatusOK || form == nil {
		t.Fatalf("%d: %s", a.StatusCode, a.body)
	}
	if a := p.send(link+"/return", held, url.Values{"form": {form[1]}, "n" + p.row(): {"1"}}, nil); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", a.StatusCode)
	}
	a = p.send(link+"/return", held, url.Values{"form": {form[1]}, "n" + p.row(): {"1"}, "why" + p.row(): {"damaged"}, "words": {"The pole <b>broke</b>."}}, nil)
	if a.Header.Get("Location") != link+"/return/show" {
		t.Fatalf("%d, %s: %s", a.StatusCode, a.Header.Get("Location"), a.body)
	}
	if a := p.ask("GET", link+"/return", nil, "Cookie", held); !strings.Contains(a.body, "The pole &lt;b&gt;broke") || !strings.Contains(a.body, `value="damaged" selected`) {
		t.Error("what was filled in is forgotten")
	}
	if a := p.send(link+"/return/show", held, url.Values{"form": {form[1]}}, []byte("<svg onload=alert(1)>")); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("what a browser could run: %d", a.StatusCode)
	}
	if a := p.send(link+"/return/show", held, url.Values{"form": {form[1]}}, snapshot(t)); a.Header.Get("Location") != link+"/return/show" {
		t.Fatalf("%d: %s", a.StatusCode, a.body)
	}
	a = p.ask("GET", link+"/return/show", nil, "Cookie", held)
	file := regexp.MustCompile(link + `/return/file/\d+`).FindString(a.body)
	if f := p.ask("GET", file, nil, "Cookie", held); f.Header.Get("Content-Type") != "image/png" || f.Header.Get("Content-Security-Policy") != filePolicy || f.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s: %+v", file, f.Header)
	}
	if a := p.send(link+"/return/show", held, url.Values{"form": {form[1]}, "on": {"1"}}, nil); a.Header.Get("Location") != link+"/return/offers" {
		t.Errorf("%d, %s", a.StatusCode, a.Header.Get("Location"))
	}
	for _, l := range i18n.Customer() {
		a := p.ask("GET", link+"/return/offers?lang="+string(l), nil, "Cookie", held)
		if a.StatusCode != http.StatusOK || !strings.Contains(a.body, i18n.For(l).T("portal.offers.title")) || untold.MatchString(a.body) {
			t.Errorf("%s: %d: %s", l, a.StatusCode, untold.FindString(a.body))
		}
	}
	a = p.ask("GET", link+"/return/offers", nil, "Cookie", held)
	keys := regexp.MustCompile(`name="part0" value="([^"]+)"`).FindAllStringSubmatch(a.body, -1)
	if len(keys) < 2 {
		t.Fatalf("nothing to compare: %s", a.body)
	}
	if a := p.send(link+"/return/offers", held, url.Values{"form": {form[1]}, "part0": {"refund.origin.1"}}, nil); a.StatusCode != http.StatusConflict {
		t.Errorf("an offer that there is not: %d", a.StatusCode)
	}
	chosen := keys[0][1]
	first := p.send(link+"/return/offers", held, url.Values{"form": {form[1]}, "part0": {chosen}}, nil)
	again := p.send(link+"/return/offers", held, url.Values{"form": {form[1]}, "part0": {chosen}}, nil)
	at := first.Header.Get("Location")
	if !strings.HasPrefix(at, link+"/case/") || again.Header.Get("Location") != at {
		t.Fatalf("%s, then %s: %s", at, again.Header.Get("Location"), first.body)
	}
	if back := p.send(link+"/return", held, url.Values{"form": {form[1]}, "n" + p.row(): {"2"}, "why" + p.row(): {"damaged"}}, nil); back.Header.Get("Location") != at {
		t.Errorf("the page that was left behind leads to %s", back.Header.Get("Location"))
	}
	list, err := p.door.Cases.List(t.Context(), auth.ForSystem(p.shops[0].Workspace), cases.Filter{}, 0, 10)
	must(t, err)
	if len(list) != 1 || list[0].Kind != cases.Damaged {
		t.Fatalf("%d cases", len(list))
	}
	files, err := p.door.Cases.Files(t.Context(), auth.ForSystem(p.shops[0].Workspace), list[0].ID)
	if err != nil || len(files) != 1 || files[0].Name != "photo.png" {
		t.Errorf("%+v, %v", files, err)
	}
	for _, l := range i18n.Customer() {
		a := p.ask("GET", at+"?lang="+string(l), nil, "Cookie", held)
		if a.StatusCode != http.StatusOK || untold.MatchString(a.body) {
			t.Errorf("%s: %d: %s", l, a.StatusCode, untold.FindString(a.body))
		}
	}
	if a := p.ask("GET", link, nil, "Cookie", held); !strings.Contains(a.body, at) {
		t.Error("the order does not list its case")
	}
	if a := p.ask("GET", link, nil); strings.Contains(a.body, at) {
		t.Error("whoever has the link alone sees the case")
	}
}

// Who has no session, or another order's, reaches nothing.
func TestCasesAreTheirCustomers(t *testing.T) {
	p, link, held := withCases(t)
	system := auth.ForSystem(p.shops[0].Workspace)
	o, err := p.orders.Get(t.Context(), system, p.order)
	must(t, err)
	open := func(o order.Order, gift bool) string {
		c, _, err := p.door.Casework.Open(t.Context(), system, casework.Wish{Order: o.ID, Kind: cases.Return, Gift: gift, Items: []casework.Item{{Row: o.Lines[0].ID, Quantity: 1, Reason: "size_fit"}}})
		must(t, err)
		return strconv.FormatInt(int64(c.ID), 10)
	}
	mine := open(o, false)
	other, _, err := p.orders.Save(t.Context(), system, order.New{
		Shop: p.shops[0].ID, Number: "GW-2000", Email: "else@mail.example", Status: order.Open, PlacedAt: p.now.AddDate(0, 0, -9), Total: 4950, Goods: 4950, Currency: "EUR",
		ShipTo: order.Address{Country: "DE"}, Lines: []order.Line{{Title: "Mug", Quantity: 1, Price: 4950}},
	})
	must(t, err)
	theirs, gift := open(other, false), open(o, true)
	if a := p.ask("GET", link+"/case/"+mine, nil, "Cookie", held); a.StatusCode != http.StatusOK {
		t.Errorf("the own case: %d", a.StatusCode)
	}
	for name, id := range map[string]string{"another's": theirs, "a gift that somebody else gives back": gift, "no": "1", "not a": "x"} {
		for _, path := range []string{"", "/file/1"} {
			if a := p.ask("GET", link+"/case/"+id+path, nil, "Cookie", held); a.StatusCode != http.StatusNotFound {
				t.Errorf("%s case%s: %d", name, path, a.StatusCode)
			}
		}
		if a := p.ask("POST", link+"/case/"+id+"/cancel", url.Values{}, "Cookie", held); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s case is given up: %d", name, a.StatusCode)
		}
	}
	if a := p.ask("GET", link, nil, "Cookie", held); strings.Contains(a.body, "/case/"+gift) || strings.Contains(a.body, "/case/"+theirs) || !strings.Contains(a.body, "/case/"+mine) {
		t.Error("the list is not theirs")
	}
	foreign := strings.Replace(link, p.shops[0].Slug, p.shops[1].Slug, 1)
	for _, path := range []string{"/return", "/return/show", "/return/offers", "/case/" + mine} {
		if a := p.ask("GET", foreign+path, nil, "Cookie", held); a.StatusCode != http.StatusNotFound {
			t.Errorf("another workspace, %s: %d", path, a.StatusCode)
		}
		if a := p.ask("GET", link+path, nil); a.StatusCode != http.StatusSeeOther || !strings.Contains(a.Header.Get("Location"), "/code?next=") {
			t.Errorf("without a session, %s: %d", path, a.StatusCode)
		}
	}
	p.now = p.now.Add(portal.SessionLife + time.Second)
	if a := p.ask("GET", link+"/case/"+mine, nil, "Cookie", held); a.StatusCode != http.StatusSeeOther {
		t.Errorf("an expired session: %d", a.StatusCode)
	}
}

// What is too large is refused, and what nobody with a session sends is not even read.
func TestHugeUploads(t *testing.T) {
	p, link, held := withCases(t)
	form := formField.FindStringSubmatch(p.ask("GET", link+"/return", nil, "Cookie", held).body)[1]
	huge := append([]byte("\xff\xd8\xff\xe0"), make([]byte, cases.MostPhoto)...)
	p.send(link+"/return", held, url.Values{"form": {form}, "n" + p.row(): {"1"}, "why" + p.row(): {"damaged"}}, nil)
	if a := p.send(link+"/return/show", held, url.Values{"form": {form}}, huge); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, `role="alert"`) {
		t.Errorf("%d: %s", a.StatusCode, a.body)
	}
	if a := p.send(link+"/return/show", "", url.Values{"form": {form}}, huge[:1<<20]); a.StatusCode != http.StatusSeeOther || !strings.Contains(a.Header.Get("Location"), "/code") {
		t.Errorf("without a session: %d", a.StatusCode)
	}
}

// The two steps of a withdrawal need neither login nor account, are acknowledged, and answer alike whatever is known.
func TestWithdrawal(t *testing.T) {
	p, _, _ := withCases(t)
	at := Path + p.shops[0].Slug + "/withdraw"
	for _, l := range i18n.Customer() {
		if a := p.ask("GET", at+"?lang="+string(l), nil); a.StatusCode != http.StatusOK || !strings.Contains(a.body, i18n.For(l).T("portal.withdraw.title")) || a.Header.Get("X-Robots-Tag") != "" {
			t.Errorf("%s: %d", l, a.StatusCode)
		}
	}
	if a := p.ask("POST", at, url.Values{"name": {"W"}, "number": {"GW-1042"}, "contact": {"nobody"}}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without an address: %d", a.StatusCode)
	}
	key := regexp.MustCompile(`name="key" value="([^"]+)"`)
	said := map[string]string{}
	for name, number := range map[string]string{"known": "gw 1042", "unknown": "GW-77"} {
		fields := url.Values{"name": {"Wanda"}, "number": {number}, "contact": {buyer}}
		a := p.ask("POST", at, fields)
		k := key.FindStringSubmatch(a.body)
		if a.StatusCode != http.StatusOK || k == nil || !strings.Contains(a.body, `value="confirm"`) {
			t.Fatalf("%s: %d: %s", name, a.StatusCode, a.body)
		}
		fields.Set("key", k[1])
		fields.Set("step", "confirm")
		for range 2 { // sent twice
			a = p.ask("POST", at, fields)
			said[name] = strconv.Itoa(a.StatusCode) + a.body
		}
	}
	if said["known"] != said["unknown"] || !strings.HasPrefix(said["known"], "200") {
		t.Errorf("the answers differ: %s\n%s", said["known"], said["unknown"])
	}
	system := auth.ForSystem(p.shops[0].Workspace)
	list, err := p.door.Cases.List(t.Context(), system, cases.Filter{}, 0, 10)
	must(t, err)
	if len(list) != 1 || !list[0].Statutory {
		t.Errorf("%+v", list)
	}
	tickets, _, err := p.desk.List(t.Context(), system, ticket.ListQuery{}, ticket.Cursor{})
	must(t, err)
	if len(tickets) != 1 {
		t.Errorf("%d tickets", len(tickets))
	}
	before := len(p.post)
	p.work()
	if len(p.post) != before+1 || p.post[before].To != buyer || !strings.Contains(p.post[before].Text, "GW-77") || !strings.Contains(p.post[before].Text, "2026") {
		t.Errorf("%+v", p.post[before:])
	}
}
