package portal

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/platform/auth"
)

// TestACustomerRegistersAUnit reads what covers the goods in every language, registers a unit twice, and is refused what is
// no serial number, a unit that is not there, too many tries, and the page without a session.
func TestACustomerRegistersAUnit(t *testing.T) {
	p, link, held := withCases(t)
	came := func(context.Context, order.Order) (time.Time, error) { return p.clock().Add(-48 * time.Hour), nil }
	served := warranty.New(warranty.Config{Store: p.store, Orders: p.orders, Delivered: came, Market: casework.Market, Journal: p.store, IDs: id.NewSource(6, time.Now), Now: p.clock})
	p.door.Warranty = served
	page := link + "/warranty"
	if a := p.ask("GET", link, nil, "Cookie", held); !strings.Contains(a.body, page) {
		t.Error("the order does not lead to what covers it")
	}
	for _, lang := range i18n.Customer() {
		a := p.ask("GET", page+"?lang="+string(lang), nil, "Cookie", held)
		if a.StatusCode != http.StatusOK || untold.MatchString(strings.ReplaceAll(a.body, page, "")) || !strings.Contains(a.body, i18n.For(lang).T("portal.warranty.register")) {
			t.Errorf("%s: %d %s", lang, a.StatusCode, untold.FindString(a.body))
		}
	}
	if a := p.ask("GET", page, nil); a.StatusCode == http.StatusOK {
		t.Error("without a session somebody reads what covers the goods")
	}
	form := url.Values{"line": {p.row()}, "unit": {"1"}, "serial": {"SN-4711"}}
	if a := p.ask("POST", page, form); a.StatusCode == http.StatusSeeOther && strings.HasSuffix(a.Header.Get("Location"), "/warranty") {
		t.Error("without a session somebody registers")
	}
	for range 2 {
		if a := p.ask("POST", page, form, "Cookie", held); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d: %s", a.StatusCode, a.body)
		}
	}
	units, err := p.store.UnitsOfOrder(t.Context(), p.shops[0].Workspace, p.order, 10)
	must(t, err)
	if len(units) != 1 || units[0].Serial != "SN-4711" || units[0].Number != 1 {
		t.Fatalf("registered: %+v", units)
	}
	if a := p.ask("GET", page, nil, "Cookie", held); !strings.Contains(a.body, "SN-4711") {
		t.Error("the page does not show the unit")
	}
	for name, f := range map[string]url.Values{
		"no serial number":     {"line": {p.row()}, "unit": {"2"}, "serial": {"---"}},
		"another serial":       {"line": {p.row()}, "unit": {"1"}, "serial": {"SN-1"}},
		"a unit that is not":   {"line": {p.row()}, "unit": {"99"}, "serial": {"SN-2"}},
		"another order's line": {"line": {"1"}, "unit": {"1"}, "serial": {"SN-3"}},
	} {
		if a := p.ask("POST", page, f, "Cookie", held); a.StatusCode != http.StatusUnprocessableEntity && a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
	}
	tried := 0
	for tried = range 40 {
		if p.ask("POST", page, form, "Cookie", held).StatusCode == http.StatusTooManyRequests {
			break
		}
	}
	if tried > 25 {
		t.Error("serial numbers can be guessed without an end")
	}
	stranger := auth.Actor{Kind: auth.Customer, ID: 1, Workspace: p.shops[0].Workspace}
	if _, _, err := served.Register(t.Context(), stranger, warranty.Registration{Order: p.order, Number: 2}); err == nil {
		t.Error("another customer registers a unit of this order")
	}
}
