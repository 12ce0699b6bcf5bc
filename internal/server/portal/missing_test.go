package portal

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// deliver lets the parcel of the order be delivered.
func (p *pages) deliver() {
	p.t.Helper()
	_, err := p.parcels.Ingest(p.t.Context(), auth.ForSystem(p.shops[0].Workspace), shipment.Delivery{Source: "api", Reports: []shipment.Report{{
		Number: shipment.Number{Carrier: "China Post", Number: "LP123456785CN"},
		Event:  shipment.Event{Status: shipment.Delivered, At: p.now.Add(-time.Hour), Zoned: true, Place: shipment.Place{City: "Kiel", Country: "DE"}},
	}}})
	must(p.t, err)
}

// TestMissingAtTheDoor reports a parcel as a browser without script does: by way of
// the code, with a picture.
func TestMissingAtTheDoor(t *testing.T) {
	p := newPages(t)
	p.deliver()
	link := p.link()
	form := link + "/missing/LP123456785CN"
	if a := p.ask("GET", link, nil); !strings.Contains(a.body, form) {
		t.Error("the status does not lead to the report")
	}
	for _, l := range i18n.Customer() {
		if a := p.ask("GET", form+"?lang="+string(l), nil); a.StatusCode != http.StatusOK || !strings.Contains(a.body, i18n.For(l).T("portal.missing.code")) || strings.Contains(a.body, "<textarea") {
			t.Errorf("%s: %d: a form without a session", l, a.StatusCode)
		}
	}
	if a := p.ask("POST", form, url.Values{"note": {"x"}}); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != link+"/code?next="+url.QueryEscape("missing/LP123456785CN") {
		t.Errorf("%d, %s", a.StatusCode, a.Header.Get("Location"))
	}
	held := p.signIn(link)
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	must(t, m.WriteField("looked", "door"))
	must(t, m.WriteField("note", "<b>Nothing</b> there"))
	f, err := m.CreateFormFile("photo", "../../x.html")
	must(t, err)
	_, err = f.Write([]byte("\x89PNG\r\n\x1a\n\x00"))
	must(t, err)
	must(t, m.Close())
	r, err := http.NewRequestWithContext(t.Context(), "POST", p.server.URL+form, &b)
	must(t, err)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Cookie", held)
	res, err := p.client.Do(r)
	must(t, err)
	must(t, res.Body.Close())
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != link {
		t.Fatalf("%d, %s", res.StatusCode, res.Header.Get("Location"))
	}
	list, _, err := p.desk.List(t.Context(), auth.ForSystem(p.shops[0].Workspace), ticket.ListQuery{}, ticket.Cursor{})
	must(t, err)
	if len(list) != 1 {
		t.Fatalf("%d tickets", len(list))
	}
	if a := p.ask("GET", link, nil); !strings.Contains(a.body, i18n.For("en").Date(p.now, nil, i18n.Medium)) || strings.Contains(a.body, form) {
		t.Error("the status does not tell of the report")
	}
	for _, path := range []string{link + "/missing/-", link + "/missing/GW1042"} {
		if a := p.ask("GET", path, nil, "Cookie", held); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
}

// TestOneClickEndsUpdates follows the List-Unsubscribe of a letter as a mail program
// does (RFC 8058, section 3.2).
func TestOneClickEndsUpdates(t *testing.T) {
	p := newPages(t)
	link := p.link()
	held := p.signIn(link)
	if a := p.ask("POST", link+"/updates", url.Values{}, "Cookie", held); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.StatusCode, a.body)
	}
	active := i18n.For("en").T("portal.updates.active")
	if a := p.ask("GET", link, nil, "Cookie", held); !strings.Contains(a.body, active) {
		t.Error("updates did not begin")
	}
	if a := p.ask("GET", link, nil); strings.Contains(a.body, active) {
		t.Error("whoever has the link sees who reads along")
	}
	o, err := p.orders.Get(t.Context(), auth.ForSystem(p.shops[0].Workspace), p.order)
	must(t, err)
	_, _, stop, err := p.flow.Updates(t.Context(), p.shops[0].Workspace, o)
	must(t, err)
	path := strings.TrimPrefix(stop, "https://desk.example")
	if a := p.ask("GET", path, nil); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "GW-1042") {
		t.Errorf("%d", a.StatusCode)
	}
	if a := p.ask("GET", link, nil, "Cookie", held); !strings.Contains(a.body, active) {
		t.Error("to look at the link ends updates")
	}
	if a := p.ask("POST", path, url.Values{"List-Unsubscribe": {"One-Click"}}); a.StatusCode != http.StatusOK {
		t.Errorf("%d: %s", a.StatusCode, a.body)
	}
	if a := p.ask("GET", link, nil, "Cookie", held); strings.Contains(a.body, active) {
		t.Error("updates go on")
	}
}
