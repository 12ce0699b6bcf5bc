package portal

import (
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"

	"godwit.dev/godwit/internal/base/forwarded"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// moneyCookie keeps the currency that a reader chose, and nothing else.
const moneyCookie = "godwit_currency"

// newer are the currencies of countries that changed theirs after the table of x/text
// (CLDR 32) was made.
var newer = map[string]string{"HR": "EUR", "BG": "EUR", "CW": "XCG", "SX": "XCG"}

// currencyOf returns the currency of a country, "" if it is not known.
func currencyOf(country string) string {
	if c, ok := newer[country]; ok {
		return c
	}
	r, err := language.ParseRegion(country)
	if err != nil {
		return ""
	}
	u, ok := currency.FromRegion(r)
	if !ok {
		return ""
	}
	return u.String()
}

// countryOf guesses where somebody is: by the operator's database where there is one,
// else by the first region that the browser's languages name; "" if neither tells.
func (d *door) countryOf(r *request) string {
	if d.Country != nil {
		if c := d.Country(forwarded.Of(r.Request).Address); c != "" {
			return c
		}
	}
	wishes, _, err := language.ParseAcceptLanguage(clip(r.Header.Get("Accept-Language"), 512))
	if err != nil {
		return ""
	}
	for _, w := range wishes {
		if region, sure := w.Region(); sure == language.Exact && region.IsCountry() {
			return region.String()
		}
	}
	return ""
}

// currencies lists what prices can be shown in: what is charged, and those that there are
// rates for.
func (d *door) currencies(r *request, charged string) []string {
	out := []string{charged}
	if d.Rates == nil {
		return out
	}
	t, err := d.Rates.Table(r.Context(), auth.ForSystem(r.shop.Workspace))
	if err != nil {
		return out
	}
	for _, x := range t.Rates() {
		for _, c := range []string{x.Base, x.Quote} {
			if _, known := money.Digits(c); !known || slices.Contains(out, c) {
				continue
			}
			if _, err := t.Between(charged, c); err == nil {
				out = append(out, c)
			}
		}
	}
	slices.Sort(out[1:])
	return out
}

// shown chooses the currency that prices are shown in: the reader's choice, else that of
// where they are, else that of where the goods go, else the one that is
// charged, the first of those to choose from.
func (d *door) shown(r *request, have []string, shipTo string) string {
	wishes := []string{r.FormValue("currency")}
	if c, err := r.Cookie(moneyCookie); err == nil {
		wishes = append(wishes, c.Value)
	}
	wishes = append(wishes, currencyOf(d.countryOf(r)), currencyOf(shipTo))
	for _, w := range wishes {
		if w = strings.ToUpper(w); slices.Contains(have, w) {
			return w
		}
	}
	return have[0]
}

// remember keeps a currency that was chosen, in the browser alone.
func (d *door) remember(w http.ResponseWriter, r *request, have []string) {
	chosen := strings.ToUpper(r.URL.Query().Get("currency"))
	if !slices.Contains(have, chosen) {
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: moneyCookie, Value: chosen, Path: r.top(), MaxAge: 90 * 24 * 3600, HttpOnly: true, Secure: d.Secure || forwarded.Of(r.Request).TLS, SameSite: http.SameSiteLaxMode,
	})
}

// inMoney says what the sum of an order is about, in the currency that the reader sees.
func (d *door) inMoney(w http.ResponseWriter, r *request, v *ui.Status) error {
	charged := v.Private.Currency
	v.Currencies = d.currencies(r, charged)
	v.Currency = d.shown(r, v.Currencies, v.Private.ShipTo.Country)
	d.remember(w, r, v.Currencies)
	if v.Currency == charged || d.Rates == nil {
		return nil
	}
	t, err := d.Rates.Table(r.Context(), auth.ForSystem(r.shop.Workspace))
	if err != nil {
		return err
	}
	sum, cross, err := t.Convert(money.Amount{Minor: v.Private.Total, Currency: charged}, v.Currency, fx.HalfUp)
	if err != nil {
		return nil //nolint:nilerr // a rate that is gone leaves the sum that is charged
	}
	v.InMoney(sum, cross)
	return nil
}
