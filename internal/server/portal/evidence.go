package portal

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/media"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// evidence bounds a request that carries files: a video, or some photos at a time. So much is held in memory by
// mostUploads requests at most.
const (
	evidence    = cases.MostVideo + 8<<20
	mostUploads = 4
)

// showPage asks for photos and papers.
func (d *door) showPage(w http.ResponseWriter, r *request) error {
	v, err := d.filling(r)
	if err != nil {
		return err
	}
	if len(v.filled.Items) == 0 && v.filled.Foreign == "" {
		return r.to(w, "/return")
	}
	return d.drawShow(w, r, v, http.StatusOK, "")
}

func (d *door) drawShow(w http.ResponseWriter, r *request, v visitor, status int, wrong string) error {
	files, err := d.Cases.FormFiles(r.Context(), v.system, v.form.ID)
	if err != nil {
		return err
	}
	advice, err := d.Casework.Advise(r.Context(), v.Actor, d.wish(r, v, files))
	if err != nil {
		return err
	}
	return r.draw(w, status, ui.ShowPage(ui.Show{
		Flow: r.flow(v, "portal.evidence.title", 2), Needs: ui.EvidenceWords(needs(advice)), Files: d.pictures(r, files, r.link()+"/return/file/"), Wrong: wrong,
	}))
}

// pictures are files as a page shows them, below the path from which they are fetched.
func (d *door) pictures(r *request, files []cases.File, path string) []ui.Picture {
	out := make([]ui.Picture, len(files))
	for i, f := range files {
		out[i] = ui.Picture{ID: int64(f.ID), Name: f.Name, Size: r.printer.Bytes(f.Size), Path: path + strconv.FormatInt(int64(f.ID), 10), Shown: media.Type(f.Type).Shown()}
	}
	return out
}

// takeFiles adds files, removes one, or goes on.
func (d *door) takeFiles(w http.ResponseWriter, r *request) error {
	v, err := d.filling(r)
	if err != nil {
		return err
	}
	if v.form.Became() {
		return r.became(w, v.form)
	}
	if id, bad := strconv.ParseInt(r.PostFormValue("remove"), 10, 64); bad == nil {
		if err := d.Cases.Detach(r.Context(), v.system, v.form.ID, cases.FileID(id)); err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		return r.to(w, "/return/show")
	}
	if words := bound(r.PostFormValue("words"), mostWords); words != v.filled.Words && r.PostForm.Has("words") {
		v.filled.Words = words
		if err := d.save(r, &v); err != nil {
			return err
		}
	}
	sent, err := r.files(func(n cases.NewFile) error {
		_, err := d.Cases.AttachForm(r.Context(), v.system, v.form.ID, n)
		return err
	})
	if wrong := r.wrongFile(err); wrong != "" {
		return d.drawShow(w, r, v, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	if sent > 0 || r.PostFormValue("on") == "" {
		return r.to(w, "/return/show")
	}
	return r.to(w, "/return/offers")
}

// files hands over the files of a request, and says how many there were.
func (r *request) files(take func(cases.NewFile) error) (int, error) {
	if r.MultipartForm == nil {
		return 0, nil
	}
	n := 0
	for _, h := range r.MultipartForm.File["file"] {
		if h.Size == 0 {
			continue // nothing was chosen
		}
		f, err := h.Open()
		if err != nil {
			return n, err
		}
		data, err := io.ReadAll(f)
		_ = f.Close()
		if err != nil {
			return n, err
		}
		if err := take(cases.NewFile{Name: h.Filename, Data: data}); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// wrongFile says what is wrong with a file, "" if nothing is, or nothing that its sender could mend.
func (r *request) wrongFile(err error) string {
	var e *errs.Error
	if !errors.As(err, &e) {
		return ""
	}
	switch e.Key {
	case "error.evidence_type":
		return r.printer.T("portal.evidence.type")
	case "error.evidence_broken":
		return r.printer.T("portal.evidence.broken")
	case "error.evidence_size":
		return r.printer.T("portal.evidence.size", "Photo", r.printer.Bytes(cases.MostPhoto), "Video", r.printer.Bytes(cases.MostVideo), "Document", r.printer.Bytes(cases.MostDocument))
	case "error.evidence_many":
		return r.printer.T("portal.evidence.many", "Count", r.printer.Number(cases.MostFiles), "Size", r.printer.Bytes(cases.MostTogether))
	}
	return ""
}

// formFile sends a file of a form that is being filled in.
func (d *door) formFile(w http.ResponseWriter, r *request) error {
	v, err := d.filling(r)
	if err != nil {
		return err
	}
	id, bad := strconv.ParseInt(r.PathValue("file"), 10, 64)
	if bad != nil {
		return errs.New(errs.NotFound, "error.not_found")
	}
	f, data, err := d.Cases.FormFile(r.Context(), v.system, v.form.ID, cases.FileID(id))
	if err != nil {
		return err
	}
	return sendFile(w, f, data)
}

// filePolicy is the policy of a file that is opened by itself: nothing in it runs, loads or navigates.
const filePolicy = "default-src 'none'; sandbox"

// sendFile sends what came from outside. A browser draws the pictures that it knows by their bytes; all else is saved.
func sendFile(w http.ResponseWriter, f cases.File, data []byte) error {
	h := w.Header()
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("Content-Type", "application/octet-stream")
	how := "attachment"
	if t := media.Of(data); t.Shown() {
		how = "inline"
		h.Set("Content-Type", string(t))
	}
	h.Set("Content-Disposition", how+"; filename*=UTF-8''"+strings.ReplaceAll(url.QueryEscape(f.Name), "+", "%20"))
	h.Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data) // a reader who went away is no failure
	return nil
}
