package api

import (
	"context"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/flow/recoup"
	"godwit.dev/godwit/internal/platform/auth"
)

func (w *world) recoveries() *recovery.Service {
	return recovery.New(recovery.Config{Store: w.store, Ledger: w.ledger, Journal: w.store, IDs: w.ids, Now: w.now, Convert: func(_ context.Context, _ auth.WorkspaceID, a money.Amount, to string) (money.Amount, error) {
		return money.Amount{Minor: a.Minor, Currency: to}, nil
	}})
}

func (w *world) recoups() *recoup.Service {
	return recoup.New(recoup.Config{Store: w.store, Claims: w.recoveries(), Cases: w.cases, Orders: w.orders, Shipments: w.shipments, Products: w.products, Tickets: w.tickets, Now: w.now})
}

// stageRecovery makes a claim, submitted where money is to come.
func (w *world) stageRecovery(m *merchant, n, op string, put func(kind, bool, int64)) {
	ctx := context.Background()
	c, _, err := w.recoveries().Open(ctx, m.owner, recovery.NewClaim{Against: recovery.Carrier, Party: "dhl", Name: m.mark + " DHL", Cause: recovery.Lost, Currency: "EUR", Shop: m.shop.ID,
		Papers: []string{recovery.Posting}, Item: recovery.Item{Source: n + op, Title: m.mark, Quantity: 1, Value: 5000}})
	must(w.t, err)
	if op == "recoveryPay" {
		c, err = w.recoveries().Change(ctx, m.owner, c.ID, recovery.Change{To: recovery.Submitted, Have: []string{recovery.Posting}})
		must(w.t, err)
	}
	put(aRecovery{}, false, int64(c.ID))
	a, err := w.recoveries().SaveAgreement(ctx, m.owner, recovery.Agreement{Against: recovery.Carrier, Party: n + op, From: w.now(), AgreementTerms: recovery.AgreementTerms{Name: m.mark, Days: 9}})
	must(w.t, err)
	put(anAgreement{}, false, int64(a.ID))
	d, err := w.recoveries().AddDocument(ctx, m.owner, c.ID, recovery.NewDocument{Name: m.mark + ".pdf", Data: []byte("%PDF-1.7 " + m.mark)})
	must(w.t, err)
	put(aRecoveryDocument{}, false, int64(d.ID))
}
