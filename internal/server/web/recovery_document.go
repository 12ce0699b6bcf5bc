package web

import (
	"net/http"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/media"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/flow/recoup"
	"godwit.dev/godwit/internal/server/web/ui"
)

// recoveryPapers adds what the party wants to see, with the files that people put to the claim.
func (r *request) recoveryPapers(v *ui.RecoveryView, c recovery.Claim) error {
	for _, p := range c.Papers {
		v.Papers = append(v.Papers, ui.RecoveryPaper{Kind: p.Kind, Label: r.printer.T("recovery.paper." + p.Kind), From: p.From})
	}
	list, err := r.s.Recovery.Documents(r.Context(), r.actor, c.ID)
	if err != nil {
		return err
	}
	for _, d := range list {
		v.Documents = append(v.Documents, ui.RecoveryDocument{
			ID: int64(d.ID), Href: "/recoveries/" + id64(int64(c.ID)) + "/documents/" + id64(int64(d.ID)), Kind: string(d.Kind), Name: d.Name, Paper: r.printer.T("recovery.paper." + d.Paper),
			Size: r.printer.Bytes(d.Size), Preview: media.Type(d.Type).Shown(),
		})
	}
	var missing []string
	for _, k := range c.Missing() {
		missing = append(missing, r.printer.T("recovery.paper."+k))
	}
	v.Missing = r.printer.List(missing)
	for _, l := range recoup.LetterLanguages() {
		v.Languages = append(v.Languages, ui.Option{Value: string(l), Label: i18n.NativeName(l), Selected: l == recoup.LanguageOf(c)})
	}
	first := recovery.Other // what is missing first
	if missing := c.Missing(); len(missing) > 0 {
		first = missing[0]
	}
	if k := r.FormValue("paper"); k != "" {
		first = k
	}
	for _, k := range recovery.PaperKinds() {
		v.Fields.Papers = append(v.Fields.Papers, ui.Option{Value: k, Label: r.printer.T("recovery.paper." + k), Selected: k == first})
	}
	return nil
}

// recoveryDocuments puts files to a claim, or takes one off.
func (s *server) recoveryDocuments(w http.ResponseWriter, r *request) error {
	return r.recoveryDo(w, "saved", func(c recovery.Claim) error {
		if n := r.formNumber("remove"); n != 0 {
			err := s.Recovery.DropDocument(r.Context(), r.actor, c.ID, recovery.DocumentID(n))
			if errs.Is(err, errs.NotFound) {
				return nil // a form that was sent twice
			}
			return err
		}
		files, err := r.uploads("file")
		if err == nil && len(files) == 0 {
			err = errs.Field("file", "error.required")
		}
		for _, f := range files {
			if err != nil {
				break
			}
			_, err = s.Recovery.AddDocument(r.Context(), r.actor, c.ID, recovery.NewDocument{Paper: r.FormValue("paper"), Name: f.Name, Data: f.Data})
		}
		if errs.Is(err, errs.Unsupported) {
			err = errs.Field("file", "error.evidence_type")
		}
		return err
	})
}

// recoveryDocument sends a file of a claim: a picture to be looked at, all else to be saved.
func (s *server) recoveryDocument(w http.ResponseWriter, r *request) error {
	c, err := r.recoveryOf()
	if err != nil {
		return err
	}
	n, err := r.number("document")
	if err != nil {
		return err
	}
	d, data, err := s.Recovery.Document(r.Context(), r.actor, c.ID, recovery.DocumentID(n))
	if err != nil {
		return err
	}
	how := "attachment"
	if media.Type(d.Type).Shown() {
		how = "inline"
	}
	return r.sendFile(w, d.Type, contentDisposition(how, d.Name), data)
}

// recoveryDossier sends what a claim is submitted with, one file after the other.
func (s *server) recoveryDossier(w http.ResponseWriter, r *request) error {
	d, err := r.dossier()
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", contentDisposition("attachment", d.Name()))
	if err := d.Write(r.Context(), w); err != nil {
		s.Log.Error("dossier", "claim", int64(d.Claim.ID), "error", err)
		panic(http.ErrAbortHandler) // half an archive must not look like a whole one
	}
	return nil
}

// recoveryLetter sends the letter alone.
func (s *server) recoveryLetter(w http.ResponseWriter, r *request) error {
	d, err := r.dossier()
	if err != nil {
		return err
	}
	return r.sendFile(w, "application/pdf", contentDisposition("attachment", "claim-"+id64(int64(d.Claim.ID))+".pdf"), d.Letter)
}

func (r *request) dossier() (recoup.Dossier, error) {
	n, err := r.number("recovery")
	if err != nil {
		return recoup.Dossier{}, err
	}
	return r.s.Recoup.Dossier(r.Context(), r.actor, recovery.ID(n), i18n.Lang(r.URL.Query().Get("language")))
}
