package api

import (
	"encoding/base64"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
)

func transferGroup() group {
	read, write, transfer := may(auth.ReadOrders, auth.ReadCases), may(auth.ReadOrders, auth.WriteCases), may(auth.ReadCases, auth.ApproveRefunds)
	return group{"Bank transfers", "Refunds to bank accounts leave in batches: a file that the merchant's bank reads, or a list for people. What became of them is said by hand or by the bank's statement.", []operation{
		{"transferWaiting", "GET", "/bank-transfers/waiting", transfer, do((*server).transferWaiting), "List what waits to be transferred", "Allocations to bank accounts that no batch holds, oldest first, with what each lacks."},
		{"transferList", "GET", "/bank-transfers", transfer, do((*server).transferList), "List batches", "Batches of transfers, newest first, without their transfers."},
		{"transferCreate", "POST", "/bank-transfers", transfer, do((*server).transferCreate).created(), "Make a batch", "Collects what waits to leave by an account, at most 1,000 transfers, and submits all of it in one transaction."},
		{"transferGet", "GET", "/bank-transfers/{transfers}", transfer, do((*server).transferGet), "Get a batch", "One batch with its transfers."},
		{"transferFile", "GET", "/bank-transfers/{transfers}/file", transfer, do((*server).transferFile).as("application/octet-stream"), "Download the file of a batch", "pain.001.001.09 for a bank, or a table for people. It is the same bytes each time."},
		{"transferSent", "POST", "/bank-transfers/{transfers}/sent", transfer, do((*server).transferSent), "Say that a batch was sent", "Says that somebody gave the file to the bank. It can no longer be withdrawn."},
		{"transferWithdraw", "POST", "/bank-transfers/{transfers}/withdraw", transfer, do((*server).transferWithdraw), "Withdraw a batch", "Takes a batch back that nobody gave to the bank: its transfers wait for the next one."},
		{"transferConfirm", "POST", "/bank-transfers/{transfers}/confirm", transfer, do((*server).transferConfirm), "Say what became of transfers", "Says by hand what became of one transfer, or of all that are still on their way."},
		{"transferStatement", "POST", "/bank-statements", transfer, do((*server).transferStatement).upTo(upload), "Read a bank statement", "Reads camt.053 or camt.054: transfers that were executed, and those that came back with the bank's reason. A statement may be read again, and in any order."},
		{"payeeGet", "GET", "/orders/{order}/bank-account", read, do((*server).payeeGet), "Get the account for an order's refunds", "The bank account to which refunds of an order are transferred, masked."},
		{"payeePut", "PUT", "/orders/{order}/bank-account", write, do((*server).payeePut), "Set the account for an order's refunds", "Says to which bank account refunds of an order are transferred. It is sealed, and shown masked from then on."},
	}}
}

// BankAccount is the account to which refunds of an order are transferred, masked.
type BankAccount struct {
	Name    string    `json:"name" example:"Anna Schmidt"`
	Account string    `json:"account" example:"DE89 •••• 3000" doc:"Masked."`
	SavedAt time.Time `json:"saved_at"`
}

func payeeRecord(p pay.Payee) BankAccount { return BankAccount{p.Name, p.Mask(), at(p.SavedAt)} }

// BankAccountDraft is an account as somebody gives it.
type BankAccountDraft struct {
	Name    string `json:"name" minLength:"1" maxLength:"70" example:"Anna Schmidt" doc:"Of the account's holder."`
	IBAN    string `json:"iban,omitempty" maxLength:"50" example:"DE89 3704 0044 0532 0130 00"`
	BIC     string `json:"bic,omitempty" maxLength:"15" example:"COBADEFFXXX"`
	Account string `json:"account,omitempty" maxLength:"300" doc:"Where there are no IBANs: number, bank and branch."`
}

// PayeePath names the order whose account it is.
type PayeePath struct {
	Order Ref[anOrder] `path:"order" doc:"The order's id."`
}

func (p PayeePath) id() order.ID { return order.ID(p.Order.num()) }

func (s *server) payeeGet(c *call, in *struct{ PayeePath }) (*recordOut[BankAccount], error) {
	p, err := s.Pay.Payee(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return record(payeeRecord(p)), nil
}

func (s *server) payeePut(c *call, in *struct {
	PayeePath
	Body BankAccountDraft
}) (*recordOut[BankAccount], error) {
	p, err := s.Pay.SavePayee(c, c.actor, in.id(), pay.Payee{Name: in.Body.Name, IBAN: in.Body.IBAN, BIC: in.Body.BIC, Account: in.Body.Account})
	if err != nil {
		return nil, err
	}
	return record(payeeRecord(p)), nil
}

// TransferWaiting is an allocation that no batch holds yet.
type TransferWaiting struct {
	RefundID   Ref[aRefund]      `json:"refund_id"`
	Allocation int               `json:"allocation" example:"1"`
	OrderID    Ref[anOrder]      `json:"order_id"`
	Order      string            `json:"order" example:"10023"`
	Amount     Money             `json:"amount"`
	Account    *string           `json:"account" nullable:"true" example:"DE89 •••• 3000" doc:"The customer's, masked; null while it is not known."`
	AccountID  *Ref[aPayAccount] `json:"account_id" nullable:"true" doc:"Ours, by which it leaves; null if there is none that is on."`
	Format     string            `json:"format,omitempty" example:"sepa" doc:"sepa: in a file; list: by hand."`
	Disputed   bool              `json:"disputed" doc:"A dispute is open: it stays."`
	From       *time.Time        `json:"not_before" nullable:"true"`
}

// TransfersWaiting is all of them.
type TransfersWaiting struct {
	Data []TransferWaiting `json:"data" nullable:"false"`
}

func (s *server) transferWaiting(c *call, _ *struct{}) (*recordOut[TransfersWaiting], error) {
	list, err := s.Pay.Waiting(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(TransfersWaiting{convert(list, func(w pay.Waiting) TransferWaiting {
		x := TransferWaiting{RefundID: refTo[aRefund](w.Refund), Allocation: w.Allocation, OrderID: refTo[anOrder](w.Order), Order: w.Number, Amount: Money{w.Amount.Minor, w.Amount.Currency},
			AccountID: optRef[aPayAccount](w.Account), Format: string(w.Format), Disputed: w.Held, From: optTime(w.From)}
		if mask := w.Payee.Mask(); w.Known {
			x.Account = &mask
		}
		return x
	})}), nil
}

// TransferBatch is a set of transfers that one file tells.
type TransferBatch struct {
	ID        Ref[aBatch]      `json:"id"`
	AccountID Ref[aPayAccount] `json:"account_id"`
	Name      string           `json:"name" example:"GWB2V8K1D0Q" doc:"What the batch is called in its file."`
	Format    string           `json:"format" enum:"sepa,list"`
	State     string           `json:"state" enum:"made,sent,withdrawn"`
	Count     int              `json:"count" example:"3"`
	Total     Money            `json:"total"`
	ExecuteOn string           `json:"execute_on" format:"date" example:"2026-11-24" doc:"The day that the bank is asked for, on which TARGET is open."`
	File      string           `json:"file" example:"GWB2V8K1D0Q.xml"`
	MadeAt    time.Time        `json:"made_at"`
	SentAt    *time.Time       `json:"sent_at" nullable:"true"`
	Withdrawn *time.Time       `json:"withdrawn_at" nullable:"true"`
	Transfers []Transfer       `json:"transfers,omitempty" nullable:"false" doc:"Left out of lists."`
}

// Transfer is one transfer of a batch.
type Transfer struct {
	Number     int          `json:"number" example:"1"`
	EndToEnd   string       `json:"end_to_end_id" example:"GW2V8K1D0Q-1-1" doc:"What it is called on its way through the banks."`
	RefundID   Ref[aRefund] `json:"refund_id"`
	Allocation int          `json:"allocation" example:"1"`
	OrderID    Ref[anOrder] `json:"order_id"`
	Amount     Money        `json:"amount"`
	Payee      string       `json:"payee" example:"Anna Schmidt"`
	Account    string       `json:"account" example:"DE89 •••• 3000" doc:"Masked."`
	State      string       `json:"state" example:"pending" doc:"Of the allocation."`
	Over       bool         `json:"over" doc:"It was withdrawn, or a later attempt has taken its place."`
	Code       string       `json:"code,omitempty" example:"AC04" doc:"Why it failed or came back."`
	Returned   bool         `json:"returned" doc:"A bank said that it came back."`
}

func batchRecord(b pay.Batch) TransferBatch {
	out := TransferBatch{ID: refTo[aBatch](b.ID), AccountID: refTo[aPayAccount](b.Account), Name: b.ID.Name(), Format: string(b.Format), State: string(b.State), Count: b.Count,
		Total: Money{b.Total, b.Currency}, ExecuteOn: b.ExecuteOn.UTC().Format(time.DateOnly), File: b.FileName, MadeAt: at(b.MadeAt), SentAt: optTime(b.SentAt), Withdrawn: optTime(b.WithdrawnAt)}
	if b.Transfers != nil {
		out.Transfers = convert(b.Transfers, func(x pay.Transfer) Transfer {
			return Transfer{Number: x.Number, EndToEnd: x.EndToEnd, RefundID: refTo[aRefund](x.Refund), Allocation: x.Allocation, OrderID: refTo[anOrder](x.Order), Amount: Money{x.Amount, b.Currency},
				Payee: x.Payee.Name, Account: x.Payee.Mask(), State: string(x.State), Over: x.Over, Code: x.Code, Returned: x.Returned}
		})
	}
	return out
}

func batchOut(b pay.Batch, err error) (*recordOut[TransferBatch], error) {
	if err != nil {
		return nil, err
	}
	return record(batchRecord(b)), nil
}

// TransfersPath names a batch.
type TransfersPath struct {
	Transfers Ref[aBatch] `path:"transfers" doc:"The batch's id."`
}

func (p TransfersPath) id() pay.BatchID { return pay.BatchID(p.Transfers.num()) }

func (s *server) transferList(c *call, in *struct{ Paging }) (*pageOut[TransferBatch], error) {
	var before int64
	if err := readCursor('b', in.Cursor, &before); err != nil {
		return nil, err
	}
	list, err := s.Pay.Batches(c, c.actor, pay.BatchID(before), in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) > in.Limit {
		list = list[:in.Limit]
		next = writeCursor('b', int64(list[len(list)-1].ID))
	}
	return page(c, convert(list, batchRecord), next), nil
}

// TransferDraft says what a batch is to hold.
type TransferDraft struct {
	AccountID Ref[aPayAccount] `json:"account_id" doc:"Ours, with the provider bank."`
	Format    string           `json:"format" enum:"sepa,list"`
	Currency  string           `json:"currency" minLength:"3" maxLength:"3" example:"EUR"`
}

func (s *server) transferCreate(c *call, in *struct{ Body TransferDraft }) (*recordOut[TransferBatch], error) {
	return batchOut(s.Pay.Collect(c, c.actor, pay.NewBatch{Account: pay.AccountID(in.Body.AccountID.num()), Format: pay.Format(in.Body.Format), Currency: in.Body.Currency}))
}

func (s *server) transferGet(c *call, in *struct{ TransfersPath }) (*recordOut[TransferBatch], error) {
	return batchOut(s.Pay.Batch(c, c.actor, in.id()))
}

func (s *server) transferFile(c *call, in *struct{ TransfersPath }) (*bytesOut, error) {
	f, err := s.Pay.BatchFile(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return &bytesOut{ContentType: "application/octet-stream", Policy: filePolicy, Disposition: download(f.Name), Body: f.Data}, nil
}

func (s *server) transferSent(c *call, in *struct{ TransfersPath }) (*recordOut[TransferBatch], error) {
	return batchOut(s.Pay.Sent(c, c.actor, in.id()))
}

func (s *server) transferWithdraw(c *call, in *struct{ TransfersPath }) (*recordOut[TransferBatch], error) {
	return batchOut(s.Pay.Withdraw(c, c.actor, in.id()))
}

// TransferFate is what became of transfers.
type TransferFate struct {
	Transfer int    `json:"transfer,omitempty" minimum:"1" doc:"Its number in the batch; left out: all that are on their way."`
	Outcome  string `json:"outcome" enum:"succeeded,failed,reversed" doc:"reversed: it had succeeded, and the money came back."`
	Code     string `json:"code,omitempty" maxLength:"60" example:"AC04" doc:"Why, unless it succeeded."`
}

func (s *server) transferConfirm(c *call, in *struct {
	TransfersPath
	Body TransferFate
}) (*recordOut[TransferBatch], error) {
	return batchOut(s.Pay.Confirm(c, c.actor, in.id(), in.Body.Transfer, refund.Outcome(in.Body.Outcome), in.Body.Code))
}

// StatementDraft is a bank's statement.
type StatementDraft struct {
	Content string `json:"content" contentEncoding:"base64" minLength:"4" doc:"camt.053 or camt.054 as XML, in base 64; at most 16 MB."`
}

// StatementHeard is what a statement told.
type StatementHeard struct {
	Bookings int      `json:"bookings" doc:"That name a transfer, of whomever."`
	Ours     int      `json:"ours" doc:"Of them, transfers of this house."`
	News     int      `json:"news" doc:"Of them, what was not known."`
	Returned int      `json:"returned" doc:"Of them, money that came back."`
	Odd      []string `json:"odd" nullable:"false" doc:"Transfers that are told with another sum: nothing was concluded from them."`
}

func (s *server) transferStatement(c *call, in *struct{ Body StatementDraft }) (*recordOut[StatementHeard], error) {
	raw, err := base64.StdEncoding.DecodeString(in.Body.Content)
	if err != nil {
		return nil, errs.Field("content", "error.invalid")
	}
	h, err := s.Pay.ReadStatement(c, c.actor, raw)
	if err != nil {
		return nil, err
	}
	return record(StatementHeard{h.Bookings, h.Ours, h.News, h.Returned, append([]string{}, h.Odd...)}), nil
}
