package portal

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/server/portal/ui"
)

const sending = `{"currency": "EUR", "default_grams": 500, "warehouses": [{"key": "cn", "name": "Shenzhen", "country": "CN", "zone": "Asia/Shanghai", "cut_off": "16:00", "handling_days": 1}],
	"zones": [{"key": "eu", "name": "EU", "countries": ["DE", "PL", "US"]}],
	"services": [{"key": "economy", "name": {"default": "Economy <b>", "de": "Sparversand"}, "from": ["cn"], "rates": [{"zone": "eu", "days": [7, 12], "steps": [{"to_grams": 2000, "price": 490}]}]}], "returns": {"days": 30, "free": true}}`

// selling gives the first shop a plan, an article and a rate.
func selling(t *testing.T) *pages {
	p := newPages(t)
	d, err := plan.Parse([]byte(sending))
	must(t, err)
	ids := id.NewSource(9, p.clock)
	products := product.NewService(product.Config{Store: p.store, Journal: p.store, IDs: ids, Now: p.clock})
	rates := fx.New(fx.Config{Store: p.store, Journal: p.store, Now: p.clock})
	p.door.Plans = plan.New(plan.Config{Store: p.store, Products: products, Rates: rates, Journal: p.store, IDs: ids, Now: p.clock})
	p.door.Rates = rates
	p.door.Country = func(a netip.Addr) string { return map[bool]string{true: p.country}[a.IsLoopback()] }
	_, err = p.door.Plans.Save(t.Context(), p.owner(0), plan.Main, d)
	must(t, err)
	_, err = rates.Put(t.Context(), p.owner(0), fx.Rate{Base: "EUR", Quote: "PLN", Value: fx.Decimal{Digits: 4, Scale: 0}, Day: p.now})
	must(t, err)
	_, _, err = products.Save(t.Context(), p.owner(0), product.New{
		Shop: p.shops[0].ID, ExternalID: "1", Title: "Tent", Currency: "EUR", Variants: []product.Variant{{ExternalID: "1", SKU: "TENT", Price: 5000, Grams: 900, HSCode: "630622", Origin: "CN"}},
	})
	must(t, err)
	_, err = p.brands.Save(t.Context(), p.owner(0), p.shops[0].ID, brand.Update{Origins: []string{"https://shop.example"}})
	must(t, err)
	return p
}

func TestQuotePage(t *testing.T) {
	p := selling(t)
	path := Path + p.shops[0].Slug + "/quote"
	form := p.ask("GET", path, nil, "Accept-Language", "de-DE")
	if form.StatusCode != 200 || !strings.Contains(form.body, `<option value="DE" selected>Deutschland`) || strings.Contains(form.body, "Sparversand") || form.Header.Get("X-Robots-Tag") != "" {
		t.Errorf("%d %s", form.StatusCode, form.body)
	}
	a := p.ask("GET", path+"?country=DE&postcode=24103&value=50,00&weight=0.9&lang=de", nil)
	for _, want := range []string{"Sparversand", "4,90", "Voraussichtliche Zustellung", "Schätzungen", "30 Tage", "Der Rückversand ist kostenlos."} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the answer lacks %s: %s", want, a.body)
		}
	}
	if a.Header.Get("X-Robots-Tag") == "" || a.Header.Get("Cache-Control") != "no-store" {
		t.Error(a.Header)
	}
	for _, nothing := range []string{"?country=AQ&value=1&weight=1", "?country=DE&value=1&weight=99", "?country=DE&sku=NO", "?country=%3Cb%3E&value=1&weight=1", "?country=DE&value=NaN&weight=-Inf&currency=%00"} {
		if a := p.ask("GET", path+nothing, nil); a.StatusCode != 200 || strings.Contains(a.body, "<b>") {
			t.Errorf("%s: %d %s", nothing, a.StatusCode, a.body)
		}
	}
	for i, l := range []string{"", "?lang=ar"} {
		find := p.ask("GET", Path+p.shops[0].Slug+"/"+l, nil)
		if !strings.Contains(find.body, `href="`+path+l+`"`) {
			t.Errorf("%d: the form that finds an order does not lead here", i)
		}
		if a := p.ask("GET", path+l, nil); !strings.Contains(a.body, `<p class="back"><a href="`+Path+p.shops[0].Slug+"/"+l+`"`) {
			t.Errorf("%d: no way back", i)
		}
	}
	if a := p.ask("GET", path+"?country=US&value=50&weight=0.9&lang=en", nil); a.StatusCode != 200 || !strings.Contains(a.body, "Something went wrong on our side") || !strings.Contains(a.body, `id="country"`) {
		t.Errorf("without a rate of exchange: %d %s", a.StatusCode, a.body)
	}
	if a := p.ask("GET", Path+p.shops[1].Slug+"/", nil); strings.Contains(a.body, "/quote") {
		t.Error("a shop without a plan leads to none")
	}
	if a := p.ask("GET", Path+p.shops[1].Slug+"/quote?country=DE&value=1&weight=1", nil); a.StatusCode != http.StatusNotFound {
		t.Errorf("a shop without a plan: %d", a.StatusCode)
	}
	if n, err := p.store.Workspaces(t.Context()); err != nil || len(n) != 2 {
		t.Error(n, err)
	}
}

// Sites that the shop listed may ask from their pages, and no other site.
func TestWhoMayAskForQuotes(t *testing.T) {
	p := selling(t)
	path := Path + p.shops[0].Slug + "/quote.json?sku=TENT&country=DE&lang=de"
	good := p.ask("GET", path, nil, "Origin", "https://shop.example", "Sec-Fetch-Site", "cross-site")
	var w ui.Words
	must(t, json.Unmarshal([]byte(good.body), &w))
	if good.Header.Get("Access-Control-Allow-Origin") != "https://shop.example" || good.Header.Get("Access-Control-Allow-Credentials") != "" || !strings.Contains(good.Header.Get("Vary"), "Origin") ||
		good.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || len(w.Options) != 1 || w.Options[0].Title != "Sparversand" || w.Dir != "ltr" || w.Lang != "de" || len(w.Notes) == 0 {
		t.Errorf("%v %+v", good.Header, w)
	}
	for _, origin := range []string{"https://evil.example", "http://shop.example", "https://shop.example.evil.example", "null", "https://shop.example:8443"} {
		a := p.ask("GET", path, nil, "Origin", origin)
		if a.StatusCode != http.StatusForbidden || a.Header.Get("Access-Control-Allow-Origin") != "" || a.body != "" {
			t.Errorf("%s: %d %v %s", origin, a.StatusCode, a.Header, a.body)
		}
	}
	if a := p.ask("GET", Path+p.shops[1].Slug+"/quote.json?country=DE", nil, "Origin", "https://shop.example"); a.StatusCode != http.StatusForbidden {
		t.Errorf("another shop's: %d", a.StatusCode)
	}
	for i := range 40 {
		if a := p.ask("GET", path, nil, "Origin", "https://shop.example"); a.StatusCode == http.StatusTooManyRequests {
			if n, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || n < 1 || i < 10 {
				t.Errorf("after %d: %v", i, a.Header)
			}
			return
		}
	}
	t.Error("nobody is told to wait")
}

func TestTheWidgetIsForEverySite(t *testing.T) {
	p := selling(t)
	a := p.ask("GET", ui.WidgetPath, nil)
	if a.StatusCode != 200 || a.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || a.Header.Get("Cache-Control") != "public, max-age=3600" || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/javascript") {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
	for _, risky := range []string{"innerHTML", "eval(", "document.cookie", "localStorage", "style="} {
		if strings.Contains(a.body, risky) {
			t.Errorf("the widget has %s in it", risky)
		}
	}
}

// Where somebody is decides in which currency prices are shown, openly, and they can
// choose another one.
func TestCurrencies(t *testing.T) {
	p := selling(t)
	path := Path + p.shops[0].Slug + "/quote?country=DE&value=50&weight=0.9&lang=en"
	plain := p.ask("GET", path, nil, "Accept-Language", "en")
	if strings.Contains(plain.body, "charged in") {
		t.Error(plain.body)
	}
	polish := p.ask("GET", path, nil, "Accept-Language", "pl-PL,pl")
	if !strings.Contains(polish.body, "Shown in PLN, about; charged in EUR") || !strings.Contains(polish.body, "19.60") {
		t.Error(polish.body)
	}
	p.country = "PL" // the operator's database goes before the browser
	if a := p.ask("GET", path, nil, "Accept-Language", "en-US"); !strings.Contains(a.body, "charged in EUR") {
		t.Error(a.body)
	}
	chosen := p.ask("GET", path+"&currency=EUR", nil)
	cookies := chosen.Cookies()
	if strings.Contains(chosen.body, "charged in") || len(cookies) != 1 || cookies[0].Value != "EUR" || !cookies[0].HttpOnly {
		t.Errorf("%v %s", cookies, chosen.body)
	}
	if a := p.ask("GET", path, nil, "Cookie", cookies[0].Name+"="+cookies[0].Value); strings.Contains(a.body, "charged in") {
		t.Error("a choice is forgotten")
	}
	if a := p.ask("GET", path+"&currency=XXX", nil); len(a.Cookies()) != 0 {
		t.Error("a currency without a rate is kept")
	}
	for country, want := range map[string]string{"DE": "EUR", "PL": "PLN", "HR": "EUR", "BG": "EUR", "US": "USD", "": "", "ZZ": "", "??": ""} {
		if got := currencyOf(country); got != want {
			t.Errorf("%q: %q", country, got)
		}
	}
}

// An order's sum is said in the reader's currency beside the one that was charged.
func TestAnOrderInAnotherCurrency(t *testing.T) {
	p := selling(t)
	p.country = "PL"
	link := p.link()
	if a := p.ask("GET", link, nil); strings.Contains(a.body, "PLN") {
		t.Error("a status without a session speaks of money")
	}
	cookie := p.signIn(link)
	a := p.ask("GET", link+"?lang=en", nil, "Cookie", cookie)
	if !strings.Contains(a.body, "≈") || !strings.Contains(a.body, "396.00") || !strings.Contains(a.body, "Shown in PLN, about; charged in EUR") {
		t.Error(a.body)
	}
	if a := p.ask("GET", link+"?lang=en&currency=EUR", nil, "Cookie", cookie); strings.Contains(a.body, "≈") || !strings.Contains(a.body, `<option value="EUR" selected`) {
		t.Error(a.body)
	}
}

func FuzzQuoteNumbers(f *testing.F) {
	f.Add("12,50")
	f.Add("1e309")
	f.Add("-Inf")
	f.Fuzz(func(t *testing.T, typed string) {
		if n := number(typed, 2); n < 0 || n > 1e8 {
			t.Errorf("%q is %d", typed, n)
		}
		if c := clip(typed, 20); len([]rune(c)) > 20 {
			t.Errorf("%q is clipped to %q", typed, c)
		}
	})
}
