package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// How many batches a page shows, and the largest statement.
const (
	batchesPageSize = 25
	mostStatement   = 16 << 20
)

// transferRoutes is the table of refunds that leave by bank.
func transferRoutes() []route {
	transfer := may(auth.ApproveRefunds)
	return []route{
		{"GET", "/transfers", transfer, none, (*server).transfersPage},
		{"POST", "/transfers", transfer, form, (*server).transfersCollect},
		{"POST", "/transfers/statement", transfer, upload, (*server).transfersHear},
		{"GET", "/transfers/{transfers}", transfer, none, (*server).transferPage},
		{"GET", "/transfers/{transfers}/file", transfer, none, (*server).transferFile},
		{"POST", "/transfers/{transfers}", transfer, form, (*server).transferSay},
	}
}

// transfersPage shows what waits to be transferred, and the batches in which what
// does not wait left.
func (s *server) transfersPage(w http.ResponseWriter, r *request) error {
	return s.drawTransfers(w, r, ui.Transfers{})
}

func (s *server) drawTransfers(w http.ResponseWriter, r *request, v ui.Transfers) error {
	waiting, err := s.Pay.Waiting(r.Context(), r.actor)
	if err != nil {
		return err
	}
	list, err := s.Pay.Batches(r.Context(), r.actor, pay.BatchID(r.formNumber("before")), batchesPageSize+1)
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, r.printer.T("transfers.title"), ui.SectionRefunds); err != nil {
		return err
	}
	if len(list) > batchesPageSize {
		list = list[:batchesPageSize]
		v.Older = "/transfers?before=" + id64(int64(list[len(list)-1].ID))
	}
	for _, b := range list {
		v.Batches = append(v.Batches, r.batchRow(b))
	}
	sums := map[pay.NewBatch]int64{}
	counts := map[pay.NewBatch]int64{}
	var ready []pay.NewBatch
	for _, x := range waiting {
		row := ui.TransferWaiting{Refund: int64(x.Refund), Order: x.Number, Amount: r.money(x.Amount.Minor, x.Amount.Currency), Name: x.Payee.Name}
		if x.Known {
			row.Account = x.Payee.Mask()
		}
		switch n := (pay.NewBatch{Account: x.Account, Format: x.Format, Currency: x.Amount.Currency}); {
		case x.Held:
			row.Lacks = "held"
		case !x.Known:
			row.Lacks = "payee"
		case x.Account == 0 || x.Format == "":
			row.Lacks = "account"
		case r.now.Before(x.From):
			row.Lacks = "early"
		default:
			if counts[n] == 0 {
				ready = append(ready, n)
			}
			counts[n]++
			sums[n] += x.Amount.Minor
		}
		v.Waiting = append(v.Waiting, row)
	}
	for _, n := range ready {
		v.Ready = append(v.Ready, ui.TransferReady{Account: int64(n.Account), Format: string(n.Format), Currency: n.Currency, Count: counts[n], Total: r.money(sums[n], n.Currency)})
	}
	return r.draw(w, formStatus(v.Form), ui.TransfersPage(v))
}

func (r *request) batchRow(b pay.Batch) ui.TransferBatch {
	return ui.TransferBatch{
		ID: int64(b.ID), Name: b.ID.Name(), Format: string(b.Format), State: string(b.State), Count: int64(b.Count), Total: r.money(b.Total, b.Currency), On: b.ExecuteOn, By: b.MadeBy.Name, MadeAt: b.MadeAt, SentAt: b.SentAt,
	}
}

// transfersCollect makes a batch of what is ready, and shows it.
func (s *server) transfersCollect(w http.ResponseWriter, r *request) error {
	b, err := s.Pay.Collect(r.Context(), r.actor, pay.NewBatch{Account: pay.AccountID(r.formNumber("account")), Format: pay.Format(r.FormValue("format")), Currency: r.FormValue("currency")})
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawTransfers(w, r, ui.Transfers{Form: f})
	}
	return r.see(w, "/transfers/"+id64(int64(b.ID)), r.told("told.transfers_made"))
}

// transfersHear reads a bank's statement and says what became of what it names.
func (s *server) transfersHear(w http.ResponseWriter, r *request) error {
	data, err := r.upload("statement", mostStatement)
	if err == nil && (len(data) == 0 || len(data) > mostStatement) {
		err = errs.Field("statement", "error.form")
	}
	var h pay.Heard
	if err == nil {
		h, err = s.Pay.ReadStatement(r.Context(), r.actor, data)
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawTransfers(w, r, ui.Transfers{Form: ui.Form{Errors: map[string]string{"statement": cmp.Or(f.Err("statement"), f.Err("content"), f.Err(""))}}})
	}
	return s.drawTransfers(w, r, ui.Transfers{Heard: &ui.TransferHeard{Bookings: int64(h.Bookings), Ours: int64(h.Ours), News: int64(h.News), Returned: int64(h.Returned), Odd: h.Odd}})
}

// transferPage shows a batch with what became of each of its transfers.
func (s *server) transferPage(w http.ResponseWriter, r *request) error {
	n, err := r.number("transfers")
	if err != nil {
		return err
	}
	return s.drawTransfer(w, r, pay.BatchID(n), ui.Form{})
}

func (s *server) drawTransfer(w http.ResponseWriter, r *request, id pay.BatchID, f ui.Form) error {
	b, err := s.Pay.Batch(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	v := ui.TransferView{TransferBatch: r.batchRow(b), Form: f}
	if v.Page, err = r.page(w, r.printer.T("transfers.batch", "Name", b.ID.Name()), ui.SectionRefunds); err != nil {
		return err
	}
	for _, x := range b.Transfers {
		row := ui.TransferRow{Number: x.Number, Name: x.EndToEnd, Refund: int64(x.Refund), About: x.About, Amount: r.money(x.Amount, b.Currency), Payee: x.Payee.Name, Account: x.Payee.Mask(), State: string(x.State), Code: x.Code, Returned: x.Returned, Over: x.Over}
		row.Moving = !x.Over && x.State.Moving()
		row.Paid = !x.Over && x.State == refund.Succeeded
		v.Moving = v.Moving || row.Moving
		v.Rows = append(v.Rows, row)
	}
	heard := slices.ContainsFunc(b.Transfers, func(x pay.Transfer) bool { return x.Over || x.State != refund.Submitted })
	v.CanWithdraw, v.CanSend = b.State == pay.BatchMade && !heard, b.State == pay.BatchMade
	return r.draw(w, formStatus(f), ui.TransferPage(v))
}

// transferFile hands out the file of a batch.
func (s *server) transferFile(w http.ResponseWriter, r *request) error {
	n, err := r.number("transfers")
	if err != nil {
		return err
	}
	f, err := s.Pay.BatchFile(r.Context(), r.actor, pay.BatchID(n))
	if err != nil {
		return err
	}
	return r.sendFile(w, f.Media, `attachment; filename="`+f.Name+`"`, f.Data)
}

// transferSay takes what a person says of a batch, or of one transfer in it.
func (s *server) transferSay(w http.ResponseWriter, r *request) error {
	n, err := r.number("transfers")
	if err != nil {
		return err
	}
	id, ctx := pay.BatchID(n), r.Context()
	path := "/transfers/" + id64(n)
	switch do := r.FormValue("do"); do {
	case "sent":
		_, err = s.Pay.Sent(ctx, r.actor, id)
	case "withdraw":
		_, err = s.Pay.Withdraw(ctx, r.actor, id)
		path = "/transfers"
	default:
		_, err = s.Pay.Confirm(ctx, r.actor, id, int(r.formNumber("transfer")), refund.Outcome(do), strings.TrimSpace(r.FormValue("code")))
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawTransfer(w, r, id, f)
	}
	return r.see(w, path, r.told("told.saved"))
}
