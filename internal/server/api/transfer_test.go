package api

import (
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/connector"
)

// paper is a bank that writes what it is told into a line.
type paper struct{}

func (paper) About() pay.About                       { return pay.About{Name: "Acme"} }
func (paper) Takes(p pay.Payee, _ money.Amount) bool { return p.IBAN != "" }
func (paper) Day(told time.Time) time.Time           { return told.UTC().Truncate(24 * time.Hour) }
func (paper) File(b pay.Batch) (pay.File, error) {
	return pay.File{Name: b.ID.Name() + ".xml", Media: "application/xml", Data: []byte(b.Transfers[0].EndToEnd)}, nil
}

var bankDriver = pay.Driver{Name: pay.BankName, Title: "Bank transfer", Docs: "https://bank.example", Options: []connector.Option{{Name: "holder", Kind: connector.Text, Required: true}},
	Bank:      func(connector.Settings) (pay.Bank, error) { return paper{}, nil },
	Statement: func([]byte) ([]pay.Booked, error) { return nil, nil }}

// stageTransfer makes what operations on transfers find: an account, an order that is owed money, and a batch.
func (w *world) stageTransfer(m *merchant, n, op string, put func(kind, bool, int64)) {
	ctx := w.t.Context()
	list, err := w.pay.Accounts(ctx, m.owner)
	must(w.t, err)
	for _, x := range list {
		must(w.t, w.pay.Delete(ctx, m.owner, x.ID))
	}
	x, _, err := w.pay.Add(ctx, m.owner, pay.Input{Driver: pay.BankName, Values: map[string]string{"holder": m.mark}})
	must(w.t, err)
	put(aPayAccount{}, false, int64(x.ID))
	o, _, err := w.orders.Save(ctx, m.owner, order.New{Shop: m.shop.ID, Number: "B-" + n, CustomerName: n, Currency: "EUR", Goods: 5000, Total: 5000, PlacedAt: w.now()})
	must(w.t, err)
	put(anOrder{}, false, int64(o.ID))
	if op == "payeePut" {
		return
	}
	_, err = w.pay.SavePayee(ctx, m.owner, o.ID, pay.Payee{Name: m.mark, IBAN: "DE89370400440532013000"})
	must(w.t, err)
	r, err := w.refunds.Request(ctx, m.owner, refund.NewRefund{Terms: refund.Terms{Order: o.ID, Currency: "EUR", Components: ledger.Components{Goods: 100}, Reason: m.mark},
		Payments: []refund.Payment{{ID: "m", Provider: "multibanco", Method: "multibanco", Left: 5000}}})
	must(w.t, err)
	_, err = w.refunds.Approve(ctx, m.owner, r.ID)
	must(w.t, err)
	if op == "transferCreate" || op == "transferWaiting" {
		return
	}
	b, err := w.pay.Collect(ctx, m.owner, pay.NewBatch{Account: x.ID, Format: pay.BySEPA, Currency: "EUR"})
	must(w.t, err)
	put(aBatch{}, false, int64(b.ID))
}
