package web

import (
	"cmp"
	"net/http"

	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/server/web/ui"
)

// sheetMost is how many replacements one sheet holds.
const sheetMost = outgoing.MaxRows

// outgoingSheet sends what is to be sent as a table for whoever packs.
func (s *server) outgoingSheet(w http.ResponseWriter, r *request) error {
	var all []outgoing.Parcel
	for before := outgoing.ID(0); len(all) < sheetMost; {
		list, err := s.Outgoing.List(r.Context(), r.actor, outgoing.Filter{State: outgoing.ToSend}, before, outgoing.MaxPage)
		if err != nil {
			return err
		}
		all = append(all, list...)
		if len(list) < outgoing.MaxPage {
			break
		}
		before = list[len(list)-1].ID
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="to-send.csv"`)
	_, err := w.Write(outgoing.WriteSheet(all))
	return err
}

// outgoingNumbers reads tracking numbers from a sheet and shows what they would do; or, once somebody has seen that, does it.
func (s *server) outgoingNumbers(w http.ResponseWriter, r *request) error {
	data, err := r.upload("sheet", outgoing.MaxSheet)
	if err != nil {
		return err
	}
	do := r.FormValue("do") == "send"
	if do {
		data = []byte(r.FormValue("numbers"))
	}
	list, err := outgoing.ReadSheet(data)
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawOutgoings(w, r, f)
	}
	tell := s.Outgoing.Foresee
	if do {
		tell = s.Outgoing.SendAll
	}
	reports, err := tell(r.Context(), r.actor, list)
	if err != nil {
		return err
	}
	v := ui.OutgoingSheet{Done: do, Numbers: string(data)}
	for _, x := range reports {
		row := ui.OutgoingNumber{Line: int64(x.Line), Carrier: x.Carrier, Tracking: x.Tracking, Code: x.ID.Code()}
		if x.Parcel.ID != 0 {
			row.ID, row.Case, row.Customer = int64(x.ID), x.Parcel.Number, cmp.Or(x.Parcel.To.Name, x.Parcel.To.Company)
		}
		switch {
		case x.Err != nil:
			row.Wrong, v.Wrong = cmp.Or(r.worded(x.Err), r.printer.T("error.not_found")), v.Wrong+1
		case x.Known:
			row.Known = true
		default:
			v.Good++
		}
		v.Rows = append(v.Rows, row)
	}
	if v.Page, err = r.page(w, r.printer.T("outgoing.sheet_title"), ui.SectionCases); err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.OutgoingSheetPage(v))
}
