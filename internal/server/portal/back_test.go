package portal

import (
	"bytes"
	"image/png"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/platform/auth"
)

// sendsBack withdraws from one unit of an order, whose goods are then expected at the merchant's origin.
func (p *pages) sendsBack(o order.Order) (cases.Case, goods.Parcel) {
	p.t.Helper()
	p.worth = 4500
	ctx, system := p.t.Context(), auth.ForSystem(o.Workspace)
	c, _, err := p.door.Casework.Open(ctx, auth.Actor{Kind: auth.Customer, ID: int64(o.Customer), Workspace: o.Workspace},
		casework.Wish{Order: o.ID, Kind: cases.Withdrawal, Wants: "refund", Items: []casework.Item{{Row: o.Lines[0].ID, Quantity: 1, Reason: "changed_mind"}}})
	must(p.t, err)
	list, err := p.door.Goods.OfCase(ctx, system, c.ID)
	must(p.t, err)
	if len(list) != 1 {
		p.t.Fatalf("%d parcels are expected of a case that is %s: %+v", len(list), c.Phase, c.Resolutions)
	}
	return c, list[0]
}

// origin is where goods go back to, abroad, for a shop.
func (p *pages) origin(shop order.Shop) goods.Place {
	p.t.Helper()
	owner := auth.Actor{Kind: auth.Agent, ID: 9, Workspace: shop.Workspace, Role: auth.Owner}
	at, err := p.door.Goods.(*goods.Service).SavePlace(p.t.Context(), owner, goods.Place{Route: "origin", Name: "深圳退货中心", Hours: "9–18 <b>", Map: "https://maps.example/x",
		Address: order.Address{Line1: "南山区科技园 8 号", City: "深圳市", Country: "CN"}})
	must(p.t, err)
	return at
}

// delivered is an order of somebody that came three days ago, abroad from the origin.
func (p *pages) delivered(number, email string) order.Order {
	p.t.Helper()
	o, _, err := p.orders.Save(p.t.Context(), auth.ForSystem(p.shops[0].Workspace), order.New{
		Shop: p.shops[0].ID, Number: number, Email: email, Status: order.Open, PlacedAt: p.now.AddDate(0, 0, -9), Total: 4950, Goods: 4950, Currency: "EUR",
		ShipTo: order.Address{Name: "Wanda", Country: "DE", Line1: "Hidden Lane 7", City: "Kiel"}, Lines: []order.Line{{SKU: "MUG", Title: "Mug", Quantity: 1, Price: 4950}},
		Fulfillments: []order.Fulfillment{{ShippedAt: p.now.AddDate(0, 0, -6), DeliveredAt: p.now.AddDate(0, 0, -3)}},
	})
	must(p.t, err)
	return o
}

// withWayBack opens the door for returns, and returns the customer's case whose goods are awaited.
func withWayBack(t *testing.T) (p *pages, link, held string, c cases.Case, parcel goods.Parcel) {
	t.Helper()
	p, _, _ = withCases(t)
	p.origin(p.shops[0])
	c, parcel = p.sendsBack(p.delivered("GW-3000", buyer))
	a := p.claim("GW-3000", buyer)
	if link = a.Header.Get("Location"); link == "" {
		t.Fatalf("%d: %s", a.StatusCode, a.body)
	}
	return p, link, p.signIn(link), c, parcel
}

// The page of a case whose goods are awaited says where they go to, has the papers, takes the tracking number and follows
// the parcel.
func TestTheWayBack(t *testing.T) {
	p, link, held, c, parcel := withWayBack(t)
	at := link + "/case/" + strconv.FormatInt(int64(c.ID), 10)
	back := at + "/back/" + strconv.FormatInt(int64(parcel.ID), 10)
	a := p.ask("GET", at, nil, "Cookie", held)
	for _, want := range []string{"南山区科技园 8 号", "9–18 &lt;b&gt;", `href="https://maps.example/x" rel="noreferrer noopener"`, goods.Spaced(parcel.RMA), back + "/label.pdf", back + "/label-a6.pdf", back + "/customs.pdf", back + "/code.png", back + "/sent"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	for _, l := range i18n.Customer() {
		a := p.ask("GET", at+"?lang="+string(l), nil, "Cookie", held)
		if a.StatusCode != http.StatusOK || untold.MatchString(a.body) || !strings.Contains(a.body, i18n.For(l).T("portal.back.title")) {
			t.Errorf("%s: %d: %s", l, a.StatusCode, untold.FindString(a.body))
		}
		if a := p.ask("GET", back+"/label.pdf?lang="+string(l), nil, "Cookie", held); !strings.HasPrefix(a.body, "%PDF-") {
			t.Errorf("the label in %s: %d", l, a.StatusCode)
		}
	}
	for _, name := range []string{"label.pdf", "label-a6.pdf", "customs.pdf"} {
		a := p.ask("GET", back+"/"+name, nil, "Cookie", held)
		if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.body, "%PDF-") || a.Header.Get("Content-Type") != "application/pdf" || a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Content-Security-Policy") != filePolicy {
			t.Errorf("%s: %d, %v", name, a.StatusCode, a.Header)
		}
	}
	code := p.ask("GET", back+"/code.png", nil, "Cookie", held)
	if img, err := png.Decode(bytes.NewReader([]byte(code.body))); err != nil || img.Bounds().Dx() < 200 || img.Bounds().Dx() != img.Bounds().Dy() {
		t.Errorf("the code: %v", err)
	}
	if a := p.ask("GET", back+"/other.pdf", nil, "Cookie", held); a.StatusCode != http.StatusNotFound {
		t.Errorf("a paper that there is not: %d", a.StatusCode)
	}

	say := func(number string) answer {
		return p.ask("POST", back+"/sent", url.Values{"tracking": {number}, "carrier": {"DHL Paket"}}, "Cookie", held)
	}
	for _, wrong := range []string{"", "?!", "LP123456785CN"} { // the last one is the number of the parcel that went out
		if a := say(wrong); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, i18n.For("en").T("portal.back.wrong")) || !strings.Contains(a.body, `aria-invalid`) {
			t.Errorf("%q: %d", wrong, a.StatusCode)
		}
	}
	for range 2 { // sent twice
		if a := say(" 0034 0434161094042557 "); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != at {
			t.Fatalf("%d: %s", a.StatusCode, a.body)
		}
	}
	system := auth.ForSystem(p.shops[0].Workspace)
	list, err := p.parcels.List(t.Context(), system, shipment.Filter{Direction: shipment.Back}, shipment.Cursor{}, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d parcels are followed, %v", len(list), err)
	}
	if a := p.ask("GET", at, nil, "Cookie", held); !strings.Contains(a.body, i18n.For("en").T("portal.back.change")) || !strings.Contains(a.body, "0034 0434161094042557") {
		t.Error("the number is not on the page")
	}
	_, err = p.parcels.Ingest(t.Context(), system, shipment.Delivery{Source: "api", Reports: []shipment.Report{{
		Number: shipment.Number{Carrier: "DHL Paket", Number: "00340434161094042557"}, Direction: shipment.Back,
		Event: shipment.Event{Status: shipment.InTransit, At: p.now, Zoned: true, Place: shipment.Place{City: "Kiel", Country: "DE"}},
	}}})
	must(t, err)
	must(t, p.door.Goods.(*goods.Service).Follow(t.Context(), p.shops[0].Workspace))
	a = p.ask("GET", at, nil, "Cookie", held)
	if !strings.Contains(a.body, "Kiel") || !strings.Contains(a.body, i18n.For("en").T("portal.case.is.moving")) || strings.Contains(a.body, back+"/label.pdf") || strings.Contains(a.body, at+"/cancel") {
		t.Error("the page does not follow the parcel, or still lets it be given up")
	}
	if a := say("1Z999AA10123456784"); a.StatusCode != http.StatusConflict || !strings.Contains(a.body, i18n.For("en").T("portal.back.late")) {
		t.Errorf("another number for a parcel that moves: %d", a.StatusCode)
	}
}

// A parcel that is handed in at a counter names the others near its customer, the nearest first, and takes one of them; a
// counter that is switched off, of another shop or in another country is none of them.
func TestOtherCountersNearACustomer(t *testing.T) {
	p, link, held, c, parcel := withWayBack(t)
	ctx, warehouse := t.Context(), p.door.Goods.(*goods.Service)
	owner := auth.Actor{Kind: auth.Agent, ID: 9, Workspace: p.shops[0].Workspace, Role: auth.Owner}
	counter := func(name, postcode, city, country string, change func(*goods.Place)) goods.Place {
		t.Helper()
		x := goods.Place{Route: "drop_off", Name: name, Hours: "9–18", Address: order.Address{Line1: "1", Postcode: postcode, City: city, Country: country}}
		if change != nil {
			change(&x)
		}
		x, err := warehouse.SavePlace(ctx, owner, x)
		must(t, err)
		return x
	}
	first := counter("Counter Altona", "22765", "Hamburg", "DE", nil)
	far := counter("Counter Munich", "80331", "München", "DE", nil)
	near := counter("Counter Kiel", "24103", "Kiel", "DE", nil)
	counter("Counter Switched Off", "24103", "Kiel", "DE", func(x *goods.Place) { x.Off = true })
	counter("Counter Vienna", "1010", "Wien", "AT", nil)
	counter("Counter For Others", "24103", "Kiel", "DE", func(x *goods.Place) { x.Markets = []string{"FR"} })
	_, err := warehouse.Redirect(ctx, owner, parcel.ID, first.ID)
	must(t, err)
	at := link + "/case/" + strconv.FormatInt(int64(c.ID), 10)
	page := p.ask("GET", at, nil, "Cookie", held).body
	if k, m := strings.Index(page, near.Name), strings.Index(page, far.Name); k < 0 || m < k {
		t.Errorf("the nearest is not first: Kiel at %d, Munich at %d", k, m)
	}
	for _, name := range []string{"Counter Switched Off", "Counter Vienna", "Counter For Others"} {
		if strings.Contains(page, name) {
			t.Errorf("%s is named", name)
		}
	}
	take := func(id goods.PlaceID) goods.Parcel {
		t.Helper()
		form := url.Values{"place": {strconv.FormatInt(int64(id), 10)}}
		if a := p.ask("POST", at+"/back/"+strconv.FormatInt(int64(parcel.ID), 10)+"/place", form, "Cookie", held); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d: %s", a.StatusCode, a.body)
		}
		list, err := warehouse.OfCase(ctx, auth.ForSystem(p.shops[0].Workspace), c.ID)
		must(t, err)
		return list[0]
	}
	if got := take(near.ID); got.Place != near.ID {
		t.Errorf("it goes to %d, not to %d", got.Place, near.ID)
	}
	if a := p.ask("GET", at, nil, "Cookie", held); !strings.Contains(a.body, "24103") {
		t.Error("the page does not say where it is handed in now")
	}
}

// What was given up is expected no more, and its papers are gone.
func TestAWayBackThatIsGivenUp(t *testing.T) {
	p, link, held, c, parcel := withWayBack(t)
	at := link + "/case/" + strconv.FormatInt(int64(c.ID), 10)
	back := at + "/back/" + strconv.FormatInt(int64(parcel.ID), 10)
	for range 2 {
		if a := p.ask("POST", at+"/cancel", url.Values{}, "Cookie", held); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d: %s", a.StatusCode, a.body)
		}
	}
	list, err := p.door.Goods.OfCase(t.Context(), auth.ForSystem(p.shops[0].Workspace), c.ID)
	if err != nil || len(list) != 1 || list[0].State != goods.Cancelled {
		t.Errorf("%+v, %v", list, err)
	}
	for _, name := range []string{"/label.pdf", "/customs.pdf", "/code.png"} {
		if a := p.ask("GET", back+name, nil, "Cookie", held); a.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
	}
	if a := p.ask("GET", at, nil, "Cookie", held); a.StatusCode != http.StatusOK || strings.Contains(a.body, "/back/") {
		t.Error("it can still be sent")
	}
}

// Counters are chosen among those that the page names, and no number that somebody else has entered is taken.
func TestTheWayBackIsItsCustomers(t *testing.T) {
	p, link, held, mine, parcel := withWayBack(t)
	at := p.origin(p.shops[0]) // another one
	theirs, foreign := p.sendsBack(p.delivered("GW-2000", "else@mail.example"))
	_, err := p.door.Goods.Sent(t.Context(), auth.ForSystem(p.shops[0].Workspace), foreign.ID, "DHL Paket", "00340434161094042557")
	must(t, err)
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	own := link + "/case/" + number(int64(mine.ID)) + "/back/" + number(int64(parcel.ID))
	if a := p.ask("POST", own+"/sent", url.Values{"tracking": {"00340434161094042557"}}, "Cookie", held); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("another's number: %d", a.StatusCode)
	}
	if a := p.ask("POST", own+"/place", url.Values{"place": {number(int64(at.ID))}}, "Cookie", held); a.StatusCode != http.StatusSeeOther {
		t.Errorf("a place that the page does not name: %d", a.StatusCode)
	}
	paths := []string{"/label.pdf", "/label-a6.pdf", "/customs.pdf", "/code.png"}
	forms := []string{"/sent", "/place"}
	for name, base := range map[string]string{
		"another's case":        link + "/case/" + number(int64(theirs.ID)) + "/back/" + number(int64(foreign.ID)),
		"another's parcel":      link + "/case/" + number(int64(mine.ID)) + "/back/" + number(int64(foreign.ID)),
		"no parcel":             link + "/case/" + number(int64(mine.ID)) + "/back/x",
		"in another workspace":  strings.Replace(own, p.shops[0].Slug, p.shops[1].Slug, 1),
		"behind a broken link":  strings.Replace(own, "/case/", "0/case/", 1),
		"of a case that is not": link + "/case/1/back/" + number(int64(parcel.ID)),
	} {
		for _, path := range paths {
			if a := p.ask("GET", base+path, nil, "Cookie", held); a.StatusCode != http.StatusNotFound || strings.HasPrefix(a.body, "%PDF") {
				t.Errorf("%s, %s: %d", name, path, a.StatusCode)
			}
		}
		for _, path := range forms {
			if a := p.ask("POST", base+path, url.Values{"tracking": {"1Z999AA10123456784"}, "place": {"1"}}, "Cookie", held); a.StatusCode != http.StatusNotFound {
				t.Errorf("%s, %s: %d", name, path, a.StatusCode)
			}
		}
	}
	for _, path := range paths {
		if a := p.ask("GET", own+path, nil); a.StatusCode != http.StatusSeeOther || !strings.Contains(a.Header.Get("Location"), "/code?next=") {
			t.Errorf("without a session, %s: %d", path, a.StatusCode)
		}
	}
	for _, path := range forms {
		if a := p.ask("POST", own+path, url.Values{"tracking": {"1Z999AA10123456784"}}); a.StatusCode != http.StatusSeeOther || !strings.Contains(a.Header.Get("Location"), "/code?next=") {
			t.Errorf("without a session, %s: %d", path, a.StatusCode)
		}
	}
	list, err := p.door.Goods.OfCase(t.Context(), auth.ForSystem(p.shops[0].Workspace), mine.ID)
	if err != nil || list[0].Tracking != "" || list[0].Place == at.ID {
		t.Errorf("%+v, %v", list, err)
	}
}
