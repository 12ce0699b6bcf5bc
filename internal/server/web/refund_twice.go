package web

import (
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/server/web/ui"
)

// refundTwices draws what a customer got beside an allocation.
func (r *request) refundTwices(a refund.Allocation, currency string) []ui.RefundTwice {
	var out []ui.RefundTwice
	for _, t := range a.Twice {
		x := ui.RefundTwice{
			Number: t.Number, State: string(t.State), Amount: r.money(t.Amount, currency), Out: r.moneyOr(t.Out(), currency), OutPlain: money.Amount{Minor: t.Out(), Currency: currency}.String(), Attempt: t.Attempt, Reference: t.Reference,
			Note: t.Note, At: t.At, EndedAt: t.EndedAt, Live: t.Live(), CanAsk: t.State == refund.TwiceOpen, CanDismiss: t.Attempt == 0 && t.Back == 0,
		}
		if t.Payer != "" {
			x.Payer = r.wayName(t.Payer)
		}
		switch t.State {
		case refund.TwiceOpen, refund.TwiceWritten:
			x.Tone = ui.ToneBad
		case refund.TwiceAsked:
			x.Tone = ui.ToneWarn
		case refund.TwiceRecovered, refund.TwiceDismissed:
			x.Tone = ui.ToneGood
		}
		out = append(out, x)
	}
	return out
}

// refundEventKey is the key of the sentence about an event.
func refundEventKey(e refund.Event) string {
	if e.Kind == refund.WasPaidTwice && e.To != nil {
		return "refunds.event.paid_by_two"
	}
	return "refunds.event." + string(e.Kind)
}

// refundTwice takes a person's word that somebody else paid a part of a refund as well.
func (s *server) refundTwice(w http.ResponseWriter, r *request) error {
	return r.refundDo(w, "twice", func(x refund.Waiting) (refund.Refund, error) {
		sum, err := r.sum("amount", x.Currency)
		if err != nil {
			return refund.Refund{}, err
		}
		return s.Refunds.FoundTwice(r.Context(), r.actor, x.ID, refund.Overlap{Allocation: int(r.formNumber("allocation")), Amount: sum.Minor, Payer: strings.TrimSpace(r.FormValue("payer")), Reference: strings.TrimSpace(r.FormValue("reference"))})
	})
}

// refundTwiceAsk notes that the customer was asked for what they got twice.
func (s *server) refundTwiceAsk(w http.ResponseWriter, r *request) error {
	return r.refundDo(w, "asked_back", func(x refund.Waiting) (refund.Refund, error) {
		return s.Refunds.AskBack(r.Context(), r.actor, x.ID, int(r.formNumber("allocation")), int(r.formNumber("twice")), strings.TrimSpace(r.FormValue("note")))
	})
}

// refundTwiceBack books what came back of it.
func (s *server) refundTwiceBack(w http.ResponseWriter, r *request) error {
	return r.refundDo(w, "came_back", func(x refund.Waiting) (refund.Refund, error) {
		sum, err := r.sum("amount", x.Currency)
		if err != nil {
			return refund.Refund{}, err
		}
		back := refund.Returned{Amount: sum.Minor, Bank: r.FormValue("into") == "bank", Reference: strings.TrimSpace(r.FormValue("reference"))}
		return s.Refunds.CameBack(r.Context(), r.actor, x.ID, int(r.formNumber("allocation")), int(r.formNumber("twice")), back)
	})
}

// refundTwiceWriteOff gives it up, with a reason.
func (s *server) refundTwiceWriteOff(w http.ResponseWriter, r *request) error {
	return r.refundDo(w, "written_off", func(x refund.Waiting) (refund.Refund, error) {
		return s.Refunds.WriteOff(r.Context(), r.actor, x.ID, int(r.formNumber("allocation")), int(r.formNumber("twice")), strings.TrimSpace(r.FormValue("reason")))
	})
}

// refundTwiceDismiss says that it was not twice, with a reason.
func (s *server) refundTwiceDismiss(w http.ResponseWriter, r *request) error {
	return r.refundDo(w, "not_twice", func(x refund.Waiting) (refund.Refund, error) {
		return s.Refunds.NotTwice(r.Context(), r.actor, x.ID, int(r.formNumber("allocation")), int(r.formNumber("twice")), strings.TrimSpace(r.FormValue("reason")))
	})
}
