package web

import (
	"math"
	"net/http"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// rateRoutes is the table of exchange rates.
func rateRoutes() []route {
	manage := may(auth.ManagePlans)
	return []route{
		{"GET", "/admin/rates", manage, none, (*server).ratesPage},
		{"POST", "/admin/rates", manage, form, (*server).rateSave},
		{"POST", "/admin/rates/import", manage, upload, (*server).ratesImport},
	}
}

// drawnDays is how many days of a pair are drawn.
const drawnDays = 120

// ratesPage shows the rates as they stand, and how one of them went.
func (s *server) ratesPage(w http.ResponseWriter, r *request) error {
	return s.drawRates(w, r, ui.Rates{})
}

func (s *server) drawRates(w http.ResponseWriter, r *request, v ui.Rates) error {
	t, err := s.Rates.Table(r.Context(), r.actor)
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, r.printer.T("admin.rates"), ui.SectionAdmin); err != nil {
		return err
	}
	v.Asked = strings.ToUpper(strings.TrimSpace(r.URL.Query().Get("pair")))
	known := false
	for _, x := range t.Rates() {
		row := r.rateRow(t, x)
		if v.Pair == "" && (v.Asked == "" || v.Asked == row.Pair()) {
			v.Pair, known = row.Pair(), true
		}
		v.Stale = v.Stale || row.Stale
		v.Rows = append(v.Rows, row)
	}
	if v.Asked != "" && !known {
		return errs.New(errs.NotFound, "error.not_found")
	}
	if base, quote, ok := strings.Cut(v.Pair, "-"); ok {
		told, err := s.Rates.History(r.Context(), r.actor, base, quote, time.Time{}, drawnDays)
		if err != nil {
			return err
		}
		for _, x := range told {
			v.Told = append(v.Told, ui.RateTold{Day: x.Day, Value: r.decimal(x.Value), At: number(x.Value), Own: x.Source == fx.Manual})
		}
	}
	return r.draw(w, formStatus(v.Form), ui.RatesPage(v))
}

// rateRow draws a rate as it stands.
func (r *request) rateRow(t fx.Table, x fx.Rate) ui.RateRow {
	row := ui.RateRow{Base: x.Base, Quote: x.Quote, Value: r.decimal(x.Value), Own: x.Source == fx.Manual, Day: x.Day, Until: x.Until}
	days, stale := t.Age(x)
	row.AgeDays, row.Stale = int64(days), stale && !row.Own // one's own holds until it is taken away
	return row
}

// decimal writes a rate with the reader's decimal sign.
func (r *request) decimal(d fx.Decimal) string {
	return r.printer.Decimal(number(d), d.Scale)
}

// number is a rate as something to draw.
func number(d fx.Decimal) float64 { return float64(d.Digits) / math.Pow10(d.Scale) }

// rateSave sets a rate of the merchant's own, or takes it away.
func (s *server) rateSave(w http.ResponseWriter, r *request) error {
	base, quote := strings.ToUpper(strings.TrimSpace(r.FormValue("base"))), strings.ToUpper(strings.TrimSpace(r.FormValue("quote")))
	flash := r.told("told.saved")
	var err error
	if r.FormValue("do") == "drop" {
		err, flash = s.Rates.Drop(r.Context(), r.actor, base, quote), r.told("rate.dropped", "Base", base, "Quote", quote)
	} else {
		err = s.ratePut(r, base, quote)
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawRates(w, r, ui.Rates{Form: f, Own: ui.RateForm{Base: base, Quote: quote, Value: r.FormValue("value"), Day: r.FormValue("day"), Until: r.FormValue("until")}})
	}
	return r.see(w, "/admin/rates", flash)
}

func (s *server) ratePut(r *request, base, quote string) error {
	value, err := fx.ParseDecimal(strings.Replace(strings.TrimSpace(r.FormValue("value")), ",", ".", 1))
	if err != nil {
		return err
	}
	x := fx.Rate{Base: base, Quote: quote, Value: value}
	for _, d := range []struct {
		field string
		to    *time.Time
	}{{"day", &x.Day}, {"until", &x.Until}} {
		if text := r.FormValue(d.field); text != "" {
			if *d.to, err = time.Parse(time.DateOnly, text); err != nil {
				return errs.Field(d.field, "error.invalid")
			}
		}
	}
	_, err = s.Rates.Put(r.Context(), r.actor, x)
	return err
}

// ratesImport takes a file as the European Central Bank publishes it.
func (s *server) ratesImport(w http.ResponseWriter, r *request) error {
	n, err := s.takeRates(r)
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		if f.Errors["feed"] == "" {
			f.Errors["feed"], f.Errors[""] = f.Errors[""], ""
		}
		return s.drawRates(w, r, ui.Rates{Form: f})
	}
	return r.see(w, "/admin/rates", &ui.Flash{Tone: ui.ToneGood, Text: r.printer.N("rate.imported", int64(n))})
}

func (s *server) takeRates(r *request) (int, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File["feed"]) == 0 {
		return 0, errs.Field("feed", "error.required")
	}
	f, err := r.MultipartForm.File["feed"][0].Open()
	if err != nil {
		return 0, errs.Wrap(errs.Invalid, err, "error.rate_feed")
	}
	defer func() { _ = f.Close() }()
	rates, err := fx.ReadECB(f)
	if err != nil {
		return 0, err
	}
	return s.Rates.Import(r.Context(), r.actor, rates)
}
