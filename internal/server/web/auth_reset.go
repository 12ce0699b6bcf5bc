package web

import (
	"net/http"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/server/web/ui"
)

// forgotPage asks for the address of whoever has forgotten a password.
func (s *server) forgotPage(w http.ResponseWriter, r *request) error {
	return s.drawForgot(w, r, ui.Forgot{})
}

func (s *server) drawForgot(w http.ResponseWriter, r *request, v ui.Forgot) (err error) {
	if v.Page, err = r.page(w, r.printer.T("forgot.title"), ""); err != nil {
		return err
	}
	return r.draw(w, formStatus(v.Form), ui.ForgotPage(v))
}

// forgot takes the wish. The answer is the same whether or not the address is
// somebody's.
func (s *server) forgot(w http.ResponseWriter, r *request) error {
	email := r.PostFormValue("email")
	err := s.Auth.AskReset(r.Context(), email, r.visit())
	if errs.Is(err, errs.Invalid) {
		f, _ := r.formErrors(err)
		return s.drawForgot(w, r, ui.Forgot{Form: f, Email: email})
	}
	if err != nil {
		return err
	}
	return s.drawForgot(w, r, ui.Forgot{Sent: true, Email: email})
}
