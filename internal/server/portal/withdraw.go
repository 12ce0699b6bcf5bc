package portal

import (
	"crypto/rand"
	"errors"
	"net/http"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// nonce names a form, so that what is sent twice is one.
func nonce() string { return rand.Text() }

// withdrawPage is the first step of a withdrawal; without login, under an address that a shop can link to.
func (d *door) withdrawPage(w http.ResponseWriter, r *request) error {
	w.Header().Del("X-Robots-Tag")
	return d.drawWithdraw(w, r, r.URL.Query().Get("number"), http.StatusOK, "")
}

func (d *door) drawWithdraw(w http.ResponseWriter, r *request, number string, status int, wrong string) error {
	v := r.withdrawal()
	v.Open, v.Wrong = true, wrong
	if v.Number == "" && len(number) <= 100 {
		v.Number = number
	}
	return r.draw(w, status, ui.WithdrawPage(v))
}

func (r *request) withdrawal() ui.Withdrawal {
	return ui.Withdrawal{
		Page: r.later("portal.withdraw.title"), Path: r.base + "/withdraw", Key: r.PostFormValue("key"),
		Name: r.PostFormValue("name"), Number: r.PostFormValue("number"), Contact: r.PostFormValue("contact"), Words: r.PostFormValue("words"),
	}
}

// withdraw takes both steps: the first leads to the second, which declares.
func (d *door) withdraw(w http.ResponseWriter, r *request) error {
	if r.PostFormValue("step") == "change" {
		return d.drawWithdraw(w, r, "", http.StatusOK, "")
	}
	v := r.withdrawal()
	said, err := portal.Declaration{Name: v.Name, Number: v.Number, Contact: v.Contact, Words: v.Words}.Check()
	if errs.Is(err, errs.Invalid) {
		return d.drawWithdraw(w, r, "", http.StatusUnprocessableEntity, r.printer.T("portal.withdraw.empty"))
	}
	if err != nil {
		return err
	}
	v.Name, v.Number, v.Contact, v.Words = said.Name, said.Number, said.Contact, said.Words
	if r.PostFormValue("step") != "confirm" || v.Key == "" {
		v.Key = nonce()
		v.Statement = r.printer.T("portal.withdraw.statement", "Number", ui.Apart(r.printer, v.Number), "Name", ui.Apart(r.printer, v.Name), "At", portal.Moment(r.printer, r.now))
		return r.draw(w, http.StatusOK, ui.ConfirmPage(v))
	}
	err = d.Portal.Declare(r.Context(), r.shop, v.Key, said, r.visit())
	var wait *portal.Wait
	if errors.As(err, &wait) {
		return d.drawWithdraw(w, r, "", http.StatusTooManyRequests, r.wait(w, wait))
	}
	if err != nil {
		return err
	}
	v.Title = r.printer.T("portal.withdraw.done")
	return r.draw(w, http.StatusOK, ui.DeclaredPage(v))
}
