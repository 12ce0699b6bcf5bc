package portal

import (
	"errors"
	"io"
	"net/http"
	"slices"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// gone returns the parcel of a request among those of a status, if it is said to be
// delivered; else errs.NotFound.
func (r *request) gone(st portal.Status) (portal.Parcel, error) {
	i := slices.IndexFunc(st.Parcels, func(p portal.Parcel) bool {
		return ui.ParcelPath(p) == r.PathValue("parcel") && p.Status == shipment.Delivered
	})
	if i < 0 || st.Private == nil && !st.Asks {
		return portal.Parcel{}, errs.New(errs.NotFound, "error.not_found")
	}
	return st.Parcels[i], nil
}

// missing draws the form that reports a parcel, or asks for a code first.
func (d *door) missing(w http.ResponseWriter, r *request) error {
	st, err := d.show(r)
	if err != nil {
		return err
	}
	p, err := r.gone(st)
	if err != nil {
		return err
	}
	if p.Missing != nil {
		http.Redirect(w, r.Request, r.with(r.link()), http.StatusSeeOther)
		return nil
	}
	return d.drawMissing(w, r, st, p, http.StatusOK, "")
}

func (d *door) drawMissing(w http.ResponseWriter, r *request, st portal.Status, p portal.Parcel, status int, wrong string) error {
	return r.draw(w, status, ui.MissingPage(ui.Missing{
		Page: r.page(r.printer.T("portal.missing.title")), Link: r.link(), Back: r.with(r.link()), Number: st.Number, Parcel: p, Places: portal.Places(p.Country),
		Held: st.Private != nil, Wrong: wrong, Note: r.PostFormValue("note"), AnswerBy: portal.AnswerBy(r.now), MostPhoto: portal.MostPhoto,
	}))
}

// reportMissing takes the form.
func (d *door) reportMissing(w http.ResponseWriter, r *request) error {
	st, err := d.show(r)
	if err != nil {
		return err
	}
	p, err := r.gone(st)
	if err != nil {
		return err
	}
	report := portal.Report{Parcel: p.Key, Looked: r.PostForm["looked"], When: r.PostFormValue("when"), Note: r.PostFormValue("note")}
	if r.MultipartForm != nil {
		report.Looked = r.MultipartForm.Value["looked"]
		if f, _, err := r.FormFile("photo"); err == nil {
			report.Photo, err = io.ReadAll(f)
			_ = f.Close()
			if err != nil {
				return err
			}
		}
	}
	_, err = d.Portal.ReportMissing(r.Context(), r.shop, r.PathValue("token"), r.session(), report, r.visit())
	var wait *portal.Wait
	switch {
	case errors.As(err, &wait):
		return d.drawMissing(w, r, st, p, http.StatusTooManyRequests, r.wait(w, wait))
	case errs.Is(err, errs.Invalid):
		return d.drawMissing(w, r, st, p, http.StatusUnprocessableEntity, r.printer.T("portal.missing.wrong_photo", "Size", r.printer.Bytes(portal.MostPhoto)))
	case err != nil:
		return err
	}
	http.Redirect(w, r.Request, r.with(r.link()), http.StatusSeeOther)
	return nil
}
