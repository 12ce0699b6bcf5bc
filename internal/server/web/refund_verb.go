package web

import (
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/server/web/ui"
)

// refundDo does something to the refund that a path names, once for the page on
// which it was asked for: if more has happened since, nothing is done and the page
// is shown as it is now. What is wrong with the form is shown on it.
func (r *request) refundDo(w http.ResponseWriter, said string, do func(refund.Waiting) (refund.Refund, error)) error {
	x, err := r.refundOf()
	if err != nil {
		return err
	}
	to := r.back("/refunds/" + id64(int64(x.ID)))
	if r.FormValue("seen") != "" && r.formNumber("seen") != int64(x.Events) {
		return r.see(w, to, &ui.Flash{Tone: ui.ToneWarn, Text: r.printer.T("refunds.said.changed")})
	}
	if _, err := do(x); err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return r.drawRefund(w, http.StatusUnprocessableEntity, x, f)
	}
	return r.see(w, to, r.told("refunds.said."+said))
}

// refundApprove makes a refund payable.
func (s *server) refundApprove(w http.ResponseWriter, r *request) error {
	return r.refundDo(w, "approved", func(x refund.Waiting) (refund.Refund, error) {
		return s.Refunds.Approve(r.Context(), r.actor, x.ID)
	})
}

// refundCancel gives a refund up, with a reason.
func (s *server) refundCancel(w http.ResponseWriter, r *request) error {
	return r.refundDo(w, "cancelled", func(x refund.Waiting) (refund.Refund, error) {
		return s.Refunds.Cancel(r.Context(), r.actor, x.ID, strings.TrimSpace(r.FormValue("reason")))
	})
}

// refundRedirect sends a part of a refund once more, or another way.
func (s *server) refundRedirect(w http.ResponseWriter, r *request) error {
	return r.refundDo(w, "sent", func(x refund.Waiting) (refund.Refund, error) {
		return s.Refunds.Resend(r.Context(), r.actor, x.ID, int(r.formNumber("allocation")), r.FormValue("to"))
	})
}

// refundElsewhere takes a person's word that a part of a refund has been paid.
func (s *server) refundElsewhere(w http.ResponseWriter, r *request) error {
	return r.refundDo(w, "paid", func(x refund.Waiting) (refund.Refund, error) {
		payer, proof := strings.TrimSpace(r.FormValue("payer")), strings.TrimSpace(r.FormValue("reference"))
		return s.Refunds.Elsewhere(r.Context(), r.actor, x.ID, int(r.formNumber("allocation")), payer, proof)
	})
}

// refundAsk asks the provider of a part of a refund what became of it.
func (s *server) refundAsk(w http.ResponseWriter, r *request) error {
	return r.refundDo(w, "asked", func(x refund.Waiting) (refund.Refund, error) {
		return s.Pay.AskNow(r.Context(), r.actor, x.ID, int(r.formNumber("allocation")))
	})
}
