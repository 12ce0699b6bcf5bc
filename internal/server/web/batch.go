package web

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"

	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// batchesShown is how many batches the page draws; the file has all of them.
const batchesShown = 100

// batchRoutes is the table of the book of batches.
func batchRoutes() []route {
	return []route{
		{"GET", "/recoveries/batches", may(auth.ReadCases), none, (*server).batchesPage},
		{"POST", "/recoveries/batches", may(auth.WriteCases), form, (*server).batchClaim},
		{"GET", "/recoveries/batches.csv", may(auth.ReadCases), none, (*server).batchesFile},
	}
}

// batchesPage draws which batches of suppliers are faulty more often than others.
func (s *server) batchesPage(w http.ResponseWriter, r *request) error {
	return r.drawBatches(w, http.StatusOK, ui.Form{})
}

func (r *request) drawBatches(w http.ResponseWriter, status int, f ui.Form) error {
	page, err := r.page(w, r.printer.T("recovery.batches"), ui.SectionRefunds)
	if err != nil {
		return err
	}
	b, err := r.s.Recovery.Book(r.Context(), r.actor)
	if err != nil {
		return err
	}
	v := ui.Batches{Page: page, Form: f, Days: recovery.BatchDays, All: int64(len(b.Batches))}
	v.Total = []ui.Sum{
		{Label: r.printer.T("recovery.batches.sold"), Text: r.printer.Number(b.Sold)}, {Label: r.printer.T("recovery.batches.found"), Text: r.printer.Number(b.Found)},
		{Label: r.printer.T("recovery.batches.overall"), Text: r.rate(recovery.RateOf(b.Found, b.Sold).Share)},
	}
	for _, x := range b.Batches[:min(len(b.Batches), batchesShown)] {
		v.Rows = append(v.Rows, r.supplyBatchRow(x))
	}
	return r.draw(w, status, ui.BatchesPage(v))
}

// rate writes a share with a digit after the point, a small one with two.
func (r *request) rate(share float64) string {
	if share > 0 && share < 0.002 {
		return r.printer.Percent(share, 2)
	}
	return r.printer.Percent(share, 1)
}

// supplyBatchRow words a batch.
func (r *request) supplyBatchRow(x recovery.Batch) ui.BatchRow {
	row := ui.BatchRow{
		Supplier: x.Supplier, Name: x.Name, Articles: x.Articles, Sold: x.Sold, Found: x.Found, Unclaimed: x.Unclaimed, Claims: x.Claims,
		Share: x.Rate.Share, Low: x.Rate.Low, High: x.Rate.High, Usual: x.Usual, Rate: "–", UsualText: r.rate(x.Usual),
	}
	if x.Sold > 0 {
		row.Rate, row.Range = r.rate(x.Rate.Share), r.rate(x.Rate.Low)+" – "+r.rate(x.Rate.High)
	}
	if x.StandsOut {
		row.Why = r.printer.T("recovery.batches.why", "Found", r.printer.Number(x.Found), "Sold", r.printer.Number(x.Sold), "Low", r.rate(x.Rate.Low), "Usual", row.UsualText)
	}
	for _, a := range x.Cost {
		row.Cost = append(row.Cost, r.money(a.Minor, a.Currency))
	}
	for _, c := range x.Claimed {
		row.Asked = append(row.Asked, r.money(c.Asked, c.Currency))
		if c.Received > 0 {
			row.Received = append(row.Received, r.money(c.Received, c.Currency))
		}
	}
	return row
}

// batchesFile saves the whole book as a table: a row for each batch and currency, with sums in minor units and rates as
// shares.
func (s *server) batchesFile(w http.ResponseWriter, r *request) error {
	b, err := s.Recovery.Book(r.Context(), r.actor)
	if err != nil {
		return err
	}
	share := func(f float64) string { return strconv.FormatFloat(f, 'f', 6, 64) }
	rows := [][]string{{"supplier", "batch", "articles", "sold", "faulty", "rate", "low", "high", "usual", "stands_out", "unclaimed", "claims", "currency", "cost", "asked", "granted", "received"}}
	for _, x := range b.Batches {
		for _, m := range x.Sums() {
			rows = append(rows, []string{
				inCell(x.Supplier), inCell(x.Name), id64(x.Articles), id64(x.Sold), id64(x.Found), share(x.Rate.Share), share(x.Rate.Low), share(x.Rate.High), share(x.Usual), strconv.FormatBool(x.StandsOut),
				id64(x.Unclaimed), id64(x.Claims), m.Currency, id64(m.Cost), id64(m.Asked), id64(m.Granted), id64(m.Received),
			})
		}
	}
	var out bytes.Buffer
	if err := csv.NewWriter(&out).WriteAll(rows); err != nil {
		return err
	}
	return r.sendFile(w, "text/csv; charset=utf-8", `attachment; filename="batches.csv"`, out.Bytes())
}

// batchClaim claims all faulty units of a batch that no claim holds, and leads to their claim.
func (s *server) batchClaim(w http.ResponseWriter, r *request) error {
	k := recovery.KeyOfBatch(r.FormValue("supplier"), r.FormValue("batch"))
	g, err := s.Recoup.ClaimBatch(r.Context(), r.actor, k)
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return r.drawBatches(w, http.StatusUnprocessableEntity, f)
	}
	said := &ui.Flash{Tone: ui.ToneGood, Text: r.printer.N("recovery.batches.said", g.Units)}
	if g.Units == 0 {
		said = &ui.Flash{Tone: ui.ToneInfo, Text: r.printer.T("recovery.batches.said_none")}
	}
	if len(g.Claims) == 1 && !g.Left {
		return r.see(w, "/recoveries/"+id64(int64(g.Claims[0])), said)
	}
	return r.see(w, "/recoveries/batches", said)
}
