package web

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/flow/outlay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// outlayShown is how many rows the page draws; the file has all of them.
const outlayShown = 100

// outlayAsk reads the query of the report. A value that is none of the choices is
// left out.
func (r *request) outlayAsk() (outlay.Filter, int) {
	q := r.URL.Query()
	f := outlay.Filter{Dim: outlay.Dim(q.Get("by")), Market: country(strings.TrimSpace(q.Get("market"))), Currency: strings.ToUpper(q.Get("currency")), Until: r.now}
	if !slices.Contains(outlay.Dims(), f.Dim) {
		f.Dim = outlay.ByReason
	}
	days := lanePeriods[0]
	if n, _ := strconv.Atoi(q.Get("days")); slices.Contains(lanePeriods[:], n) {
		days = n
	}
	f.Since = r.now.AddDate(0, 0, -days)
	return f, days
}

// returnsReport draws where the money of cases goes.
func (s *server) returnsReport(w http.ResponseWriter, r *request) error {
	page, err := r.page(w, r.printer.T("outlay.title"), ui.SectionReports)
	if err != nil {
		return err
	}
	f, days := r.outlayAsk()
	asked := f.Currency
	f.Currency = ""
	list, err := s.Outlays.Report(r.Context(), r.actor, f)
	if err != nil {
		return err
	}
	v := ui.Outlays{Page: page, By: string(f.Dim), Market: f.Market, Days: days}
	count := map[string]int64{}
	for _, x := range list {
		count[x.Currency] += x.Cases
	}
	for code, n := range count {
		if v.Currency == "" || n > count[v.Currency] || n == count[v.Currency] && code < v.Currency {
			v.Currency = code
		}
	}
	if count[asked] > 0 {
		v.Currency = asked
	}
	for code := range count {
		v.Currencies = append(v.Currencies, ui.Option{Value: code, Label: code, Selected: code == v.Currency})
	}
	slices.SortFunc(v.Currencies, func(a, b ui.Option) int { return strings.Compare(a.Value, b.Value) })
	for _, d := range outlay.Dims() {
		v.Dims = append(v.Dims, ui.Option{Value: string(d), Label: r.printer.T("outlay.by." + string(d)), Selected: d == f.Dim})
	}
	for _, n := range slices.Sorted(slices.Values(lanePeriods[:])) {
		v.Periods = append(v.Periods, ui.Option{Value: strconv.Itoa(n), Label: r.printer.N("lanes.days", int64(n)), Selected: n == days})
	}
	var all outlay.Sums
	for _, x := range list {
		if x.Currency != v.Currency {
			continue
		}
		for i, n := range x.Fields() {
			*all.Fields()[i] += *n
		}
		if v.All++; len(v.Rows) < outlayShown {
			v.Rows = append(v.Rows, r.outlayRow(f.Dim, x.Key, x.Sums, v.Currency))
		}
	}
	v.Total = r.outlayRow("", "", all, v.Currency)
	if r.actor.May(auth.ReadCases) {
		claims, err := s.Recovery.Sums(r.Context(), r.actor, recovery.Filter{Since: f.Since})
		if err != nil {
			return err
		}
		var received int64
		for _, x := range claims {
			if x.Currency == v.Currency {
				received += x.Received
			}
		}
		v.Received = r.money(received, v.Currency)
	}
	return r.draw(w, http.StatusOK, ui.OutlaysPage(v))
}

// outlayRow words a row.
func (r *request) outlayRow(dim outlay.Dim, key string, x outlay.Sums, currency string) ui.OutlayRow {
	row := ui.OutlayRow{Key: key, Name: r.outlayName(dim, key), Cases: x.Cases, Cost: r.money(x.Cost(), currency), Known: x.Known, Recovered: x.Recovered, RecoveredText: r.money(x.Recovered, currency)}
	if x.Known > 0 {
		row.Planned, row.Happened = r.money(x.Planned, currency), r.money(x.Happened, currency)
		row.Worse = x.Happened > x.Planned
	}
	for i, n := range []int64{x.Refunds, x.Tax, x.Goods, x.Freight, x.Handling, x.Credit} {
		row.Parts = append(row.Parts, ui.OutlayPart{Key: ui.OutlayParts[i], Amount: max(n, 0), Text: r.money(n, currency)})
	}
	return row
}

// outlayName words what a row is about.
func (r *request) outlayName(dim outlay.Dim, key string) string {
	switch dim {
	case outlay.ByLane:
		from, route, _ := strings.Cut(key, " ")
		return r.printer.Country(from) + " · " + r.printer.T("cases.route."+route)
	case outlay.ByMarket:
		return r.printer.Country(key)
	case outlay.ByReason:
		return r.printer.T("cases.reason." + key)
	case outlay.ByRemedy:
		if name := r.printer.T("cases.remedy." + key); name != "cases.remedy."+key {
			return name
		}
		return r.printer.T("cases.means." + key)
	}
	return key
}

// returnsFile saves the report as a table for other programs: all rows, in minor units.
func (s *server) returnsFile(w http.ResponseWriter, r *request) error {
	f, _ := r.outlayAsk()
	list, err := s.Outlays.Report(r.Context(), r.actor, f)
	if err != nil {
		return err
	}
	rows := [][]string{{string(f.Dim), "currency", "cases", "refunds", "tax_and_duty", "goods", "freight", "handling", "credit", "recovered", "known", "planned", "happened", "cost"}}
	for _, x := range list {
		row := []string{x.Key, x.Currency}
		for _, n := range x.Fields() {
			row = append(row, strconv.FormatInt(*n, 10))
		}
		rows = append(rows, append(row, strconv.FormatInt(x.Cost(), 10)))
	}
	var out bytes.Buffer
	if err := csv.NewWriter(&out).WriteAll(rows); err != nil {
		return err
	}
	return r.sendFile(w, "text/csv; charset=utf-8", `attachment; filename="returns-cost.csv"`, out.Bytes())
}

// returnsCases lists the cases behind a row.
func (s *server) returnsCases(w http.ResponseWriter, r *request) error {
	page, err := r.page(w, r.printer.T("outlay.behind"), ui.SectionReports)
	if err != nil {
		return err
	}
	f, days := r.outlayAsk()
	key := r.URL.Query().Get("key")
	list, err := s.Outlays.Cases(r.Context(), r.actor, f, key)
	if err != nil {
		return err
	}
	v := ui.OutlayCases{Page: page, By: string(f.Dim), Market: f.Market, Days: days, Name: r.outlayName(f.Dim, key), Most: outlay.MostCases}
	for _, c := range list {
		v.Rows = append(v.Rows, ui.OutlayCase{ID: int64(c.ID), Number: c.Number, Kind: string(c.Kind), Phase: string(c.Phase), At: c.OpenedAt})
	}
	return r.draw(w, http.StatusOK, ui.OutlayCasesPage(v))
}
