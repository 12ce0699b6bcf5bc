package portal

import (
	"errors"
	"net/http"
	"regexp"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/forwarded"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// cookie holds the session of one order, for the pages of one shop alone.
const cookie = "godwit_order"

// session returns the session that a browser holds, "" if none. What it is worth
// is for the order to say.
func (r *request) session() string {
	c, err := r.Cookie(cookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// onward is where somebody may have been on the way to when a code was asked for.
var onward = regexp.MustCompile(`^(missing/[0-9A-Za-z-]{1,60}|return|case/[0-9]{1,19})$`)

// next is where a session leads to, "" for the status.
func (r *request) next() string {
	next := r.FormValue("next")
	switch {
	case next != "":
	case r.PathValue("parcel") != "":
		next = "missing/" + r.PathValue("parcel")
	case r.PathValue("case") != "":
		next = "case/" + r.PathValue("case")
	case strings.Contains(r.Pattern, "/return"):
		next = "return"
	}
	if !onward.MatchString(next) {
		return ""
	}
	return next
}

// keep gives a browser a session, or takes it back with "".
func (d *door) keep(w http.ResponseWriter, r *request, session string) {
	c := http.Cookie{
		Name: cookie, Value: session, Path: r.top(), MaxAge: int(portal.SessionLife.Seconds()),
		HttpOnly: true, Secure: d.Secure || forwarded.Of(r.Request).TLS, SameSite: http.SameSiteLaxMode,
	}
	if session == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, &c)
}

// code draws the form that takes a code. It says that one was sent whether or not
// the order has an address.
func (d *door) code(w http.ResponseWriter, r *request) error {
	st, err := d.show(r)
	if err != nil {
		return err
	}
	return d.drawCode(w, r, st, http.StatusOK, "")
}

func (d *door) drawCode(w http.ResponseWriter, r *request, st portal.Status, status int, wrong string) error {
	page := r.page(r.printer.T("portal.code.title"))
	page.Path = r.link() + "/code" // a form that was sent is no page
	return r.draw(w, status, ui.CodePage(ui.Code{Page: page, Link: r.link(), Back: r.with(r.link()), Next: r.next(), Number: st.Number, Wrong: wrong}))
}

// sendCode lets a code be sent.
func (d *door) sendCode(w http.ResponseWriter, r *request) error {
	st, err := d.show(r)
	if err != nil {
		return err
	}
	err = d.Portal.AskCode(r.Context(), r.shop, r.PathValue("token"), r.visit())
	var wait *portal.Wait
	if errors.As(err, &wait) {
		return d.drawCode(w, r, st, http.StatusTooManyRequests, r.wait(w, wait))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r.Request, r.with(r.link()+"/code", "next", r.next()), http.StatusSeeOther)
	return nil
}

// enter takes a code and opens a session.
func (d *door) enter(w http.ResponseWriter, r *request) error {
	st, err := d.show(r)
	if err != nil {
		return err
	}
	session, err := d.Portal.Enter(r.Context(), r.shop, r.PathValue("token"), r.PostFormValue("code"), r.visit())
	var wait *portal.Wait
	switch {
	case errors.As(err, &wait):
		return d.drawCode(w, r, st, http.StatusTooManyRequests, r.wait(w, wait))
	case errs.Is(err, errs.Denied):
		return d.drawCode(w, r, st, http.StatusUnprocessableEntity, r.printer.T("portal.code.wrong"))
	case err != nil:
		return err
	}
	d.keep(w, r, session)
	to := r.link()
	if next := r.next(); next != "" {
		to += "/" + next
	}
	http.Redirect(w, r.Request, r.with(to), http.StatusSeeOther)
	return nil
}

// leave ends a session in its browser.
func (d *door) leave(w http.ResponseWriter, r *request) error {
	if _, err := d.show(r); err != nil {
		return err
	}
	d.keep(w, r, "")
	http.Redirect(w, r.Request, r.with(r.link()), http.StatusSeeOther)
	return nil
}
