package portal

import (
	"errors"
	"net/http"

	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// askUpdates begins updates, or says that a letter is on its way.
func (d *door) askUpdates(w http.ResponseWriter, r *request) error {
	begun, err := d.Portal.AskUpdates(r.Context(), r.shop, r.PathValue("token"), r.session(), r.visit())
	text, status := r.printer.T("portal.updates.sent"), http.StatusOK
	var wait *portal.Wait
	switch {
	case errors.As(err, &wait):
		text, status = r.wait(w, wait), http.StatusTooManyRequests
	case err != nil:
		return err
	case begun:
		http.Redirect(w, r.Request, r.with(r.link()), http.StatusSeeOther)
		return nil
	}
	page := r.page(r.printer.T("portal.updates.title"))
	page.Path = r.link()
	return r.draw(w, status, ui.PlainPage(ui.Plain{Page: page, Text: text}))
}

func (d *door) stopUpdates(w http.ResponseWriter, r *request) error {
	if err := d.Portal.StopUpdates(r.Context(), r.shop, r.PathValue("token"), r.session(), r.visit()); err != nil {
		return err
	}
	http.Redirect(w, r.Request, r.with(r.link()), http.StatusSeeOther)
	return nil
}

// letterLink asks whether to do what the link of a letter says: mail programs and
// their filters follow links on their own.
func (d *door) letterLink(w http.ResponseWriter, r *request) error {
	l, err := d.Portal.ReadLetterLink(r.Context(), r.shop, r.PathValue("token"))
	if err != nil {
		return err
	}
	key, action := "portal.updates.leave", "portal.updates.stop"
	if l.Begins {
		key, action = "portal.updates.confirm", "portal.updates.begin"
	}
	page := r.page(r.printer.T(key, "Number", ui.Apart(r.printer, l.Number)))
	return r.draw(w, http.StatusOK, ui.AskPage(ui.Ask{Page: page, Action: r.printer.T(action)}))
}

// followLetterLink does it, for a person or for a mail program that was told to (RFC
// 8058).
func (d *door) followLetterLink(w http.ResponseWriter, r *request) error {
	l, err := d.Portal.FollowLetterLink(r.Context(), r.shop, r.PathValue("token"), r.visit())
	if err != nil {
		return err
	}
	key := "portal.updates.stopped"
	if l.Begins {
		key = "portal.updates.active"
	}
	text := r.printer.T(key)
	return r.draw(w, http.StatusOK, ui.PlainPage(ui.Plain{Page: r.page(text), Text: text}))
}
