package portal

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/forwarded"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/base/rate"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// quoteRate is how many quotes somebody's network may ask for, all nodes together.
var quoteRate = rate.Rate{PerMinute: 60, Burst: 30}

// mostSKUs is the most articles of one question.
const mostSKUs = 20

// quote draws the form that asks what sending costs, and the answer to it. All of the
// question stands in the address, so that it works without script and can be kept.
func (d *door) quote(w http.ResponseWriter, r *request) error {
	v, wait, err := d.ask(r)
	if err != nil {
		return err
	}
	v.Page = r.page(r.printer.T("portal.quote.title"))
	v.Open = r.URL.RawQuery == ""
	d.remember(w, r, v.Currencies)
	if v.Open {
		w.Header().Del("X-Robots-Tag")
	}
	status := http.StatusOK
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(wait))
		status = http.StatusTooManyRequests
	}
	return r.draw(w, status, ui.QuotePage(v))
}

// quoteJSON gives the same answer to the widget, in words that are ready to be shown, to
// the sites that the shop listed and to no other.
func (d *door) quoteJSON(w http.ResponseWriter, r *request) error {
	h := w.Header()
	h.Add("Vary", "Origin, Accept-Language")
	if origin := r.Header.Get("Origin"); origin != "" {
		if !r.brand.Asks(origin) {
			w.WriteHeader(http.StatusForbidden)
			return nil
		}
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	v, wait, err := d.ask(r)
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.NotFound) {
		v, err = ui.Quote{Wrong: r.printer.T("portal.quote.none")}, nil
	}
	if err != nil {
		return err
	}
	if wait > 0 {
		h.Set("Retry-After", strconv.Itoa(wait))
		h.Set("Access-Control-Expose-Headers", "Retry-After")
		w.WriteHeader(http.StatusTooManyRequests)
		return nil
	}
	v.Page = r.page("")
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(ui.QuoteWords(v)); err != nil {
		return err
	}
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	_, _ = w.Write(b.Bytes()) // a reader who went away is no failure
	return nil
}

// offers reports whether a shop says what sending costs: it does if there is a plan.
func (d *door) offers(r *request) (bool, error) {
	if d.Plans == nil {
		return false, nil
	}
	_, err := d.Plans.Plan(r.Context(), auth.ForSystem(r.shop.Workspace), plan.Main, 0)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// ask reads a question and answers it. wait is for how many seconds the network of
// whoever asks must be patient.
func (d *door) ask(r *request) (v ui.Quote, wait int, err error) {
	actor := auth.ForSystem(r.shop.Workspace)
	if d.Plans == nil {
		return v, 0, errs.New(errs.NotFound, "error.not_found")
	}
	kept, err := d.Plans.Plan(r.Context(), actor, plan.Main, 0)
	if err != nil {
		return v, 0, err // a shop without a plan has no such page
	}
	q := r.URL.Query()
	v = ui.Quote{
		Country: strings.ToUpper(q.Get("country")), Postcode: clip(q.Get("postcode"), 20), Value: clip(q.Get("value"), 20), Weight: clip(q.Get("weight"), 20), SKUs: q["sku"],
		Charged: r.shop.Currency, Currencies: d.currencies(r, r.shop.Currency),
	}
	asked := v.Country != ""
	v.Countries = r.countries(kept.Document)
	if v.Country == "" {
		v.Country = d.countryOf(r)
	}
	v.Currency = d.shown(r, v.Currencies, v.Country)
	if !asked && len(v.SKUs) == 0 {
		return v, 0, nil
	}
	if x := d.quotes.Take(forwarded.Network(forwarded.Of(r.Request).String())); !x.OK {
		v.Wrong = r.printer.T("portal.find.wait", "Wait", r.printer.Duration(x.Wait))
		return v, rate.Seconds(x.Wait), nil
	}
	if !slices.ContainsFunc(v.Countries, func(c ui.Choice) bool { return c.Value == v.Country }) {
		v.Wrong = r.printer.T("portal.quote.none")
		return v, 0, nil
	}
	b := plan.Basket{Currency: r.shop.Currency, Show: v.Currency, Language: string(r.printer.Lang()), Country: v.Country, Postcode: v.Postcode}
	priced := len(v.SKUs) == 0
	if priced {
		digits, _ := money.Digits(r.shop.Currency)
		item := plan.Item{SKU: "basket", Quantity: 1, Price: number(v.Value, digits), Grams: number(v.Weight, 3)}
		b.Items = []plan.Item{item}
	} else {
		b.Currency = ""
		for _, sku := range v.SKUs[:min(len(v.SKUs), mostSKUs)] {
			b.Items = append(b.Items, plan.Item{SKU: clip(sku, 200), Quantity: 1})
		}
	}
	a, err := d.Plans.Quote(r.Context(), actor, plan.Request{Shop: r.shop.ID, Basket: b, Priced: priced, Passing: true})
	if errs.Is(err, errs.Unavailable) && v.Currency != v.Charged { // no rate: in the shop's own
		v.Currency, b.Show = v.Charged, ""
		a, err = d.Plans.Quote(r.Context(), actor, plan.Request{Shop: r.shop.ID, Basket: b, Priced: priced, Passing: true})
	}
	if errs.Is(err, errs.Invalid) {
		v.Wrong = r.printer.T("portal.quote.none")
		return v, 0, nil
	}
	var missing *errs.Error
	if errors.As(err, &missing) && missing.Key == "error.rate_none" { // the merchant's to mend; who asks can still ask for another country
		d.Log.WarnContext(r.Context(), "quote without a rate of exchange", "shop", int64(r.shop.ID), "country", v.Country, "error", err)
		v.Wrong = r.printer.T("portal.fail")
		return v, 0, nil
	}
	v.Options = a.Offer.Options
	if err == nil && len(v.Options) == 0 {
		v.Wrong = r.printer.T("portal.quote.none")
	}
	return v, 0, err
}

func clip(s string, most int) string {
	s = strings.ToValidUTF8(strings.TrimSpace(s), "")
	if r := []rune(s); len(r) > most {
		s = string(r[:most])
	}
	return s
}

// number reads a positive number as somebody typed it, with a point or a comma before its
// decimals, in units of 10^-digits; what is none is 0.
func number(typed string, digits int) int64 {
	f, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(typed), ",", "."), 64)
	f = math.Round(f * math.Pow10(digits))
	if err != nil || math.IsNaN(f) || f < 0 || f > 1e8 {
		return 0
	}
	return int64(f)
}

// countries lists where a plan sends to, by their names.
func (r *request) countries(d plan.Document) []ui.Choice {
	var out []ui.Choice
	for _, c := range d.Countries() {
		out = append(out, ui.Choice{Value: c, Label: r.printer.Country(c)})
	}
	slices.SortFunc(out, func(a, b ui.Choice) int {
		return cmp.Or(strings.Compare(a.Label, b.Label), strings.Compare(a.Value, b.Value))
	})
	return out
}
