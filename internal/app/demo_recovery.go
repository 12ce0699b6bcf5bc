package app

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/base/paper"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/recoup"
)

// Claims of the demo: so many parcels are claimed, and so many customers complain of the batch that stands out.
const demoClaims, demoFaults = 3, 7

// loadRecoveries writes down what was agreed with a carrier, claims parcels that are lost — one is paid in part, one is
// submitted, one waits for its papers — and lets one batch of a supplier be faulty more often than the others.
func (l *demoLoader) loadRecoveries(ctx context.Context) error {
	if _, err := l.core.Recovery.SaveAgreement(ctx, l.owner, recovery.Agreement{Against: recovery.Carrier, Party: "4px", Cause: recovery.Lost, From: l.clock.now().AddDate(-1, 0, 0),
		AgreementTerms: recovery.AgreementTerms{Name: "4PX", Days: 180, Reply: 21, Currency: "USD", Most: 12000, Papers: []string{recovery.Invoice, recovery.Posting}, Note: "Master contract 2026, clause 7.2"}}); err != nil {
		return fmt.Errorf("agree with a carrier: %w", err)
	}
	if err := l.loadFaults(ctx); err != nil {
		return err
	}
	var gone []shipment.Shipment // a small demo may have none that is lost, and claims those that are silent
	for _, s := range []shipment.Status{shipment.Lost, shipment.InTransit} {
		list, err := l.core.Shipments.List(ctx, l.owner, shipment.Filter{Status: []shipment.Status{s}, Direction: shipment.Out}, shipment.Cursor{}, 50)
		if err != nil {
			return err
		}
		gone = append(gone, list...)
	}
	done := 0
	for _, v := range gone {
		if t, ok := recovery.TermsOf(v, recovery.Lost); !ok || t.OpensAt.After(l.clock.now()) || v.Order == 0 {
			continue
		}
		c, added, err := l.core.Recoup.Claim(ctx, l.owner, recoup.Wish{Shipment: v.ID, Against: recovery.Carrier, Cause: recovery.Lost})
		if errs.Is(err, errs.Conflict) || err == nil && (!added || c.Asked == 0) { // too late, or of several parcels
			continue
		}
		if err == nil {
			err = l.pursue(ctx, c, done)
		}
		if err != nil {
			return fmt.Errorf("claim a lost parcel: %w", err)
		}
		if done++; done == demoClaims {
			break
		}
	}
	return nil
}

// pursue takes a claim as far as its place in the row says.
func (l *demoLoader) pursue(ctx context.Context, c recovery.Claim, place int) error {
	if place == demoClaims-1 {
		return nil
	}
	names := map[string]string{recovery.Other: "claim-form.pdf"}
	for _, kind := range append(c.Missing(), recovery.Other) {
		pdf, err := demoPaper(l.clock.now(), kind, c)
		if err == nil {
			_, err = l.core.Recovery.AddDocument(ctx, l.owner, c.ID, recovery.NewDocument{Paper: kind, Name: cmp.Or(names[kind], kind+".pdf"), Data: pdf})
		}
		if err != nil {
			return err
		}
	}
	reference := fmt.Sprintf("CLM-%06d", 204815+place)
	if _, err := l.core.Recovery.Change(ctx, l.owner, c.ID, recovery.Change{To: recovery.Submitted, Reference: &reference}); err != nil || place > 0 {
		return err
	}
	granted, why := c.Asked*3/4, "The value that was declared is lower."
	if _, err := l.core.Recovery.Change(ctx, l.owner, c.ID, recovery.Change{To: recovery.Partly, Granted: &granted, Why: &why}); err != nil {
		return err
	}
	_, err := l.core.Recovery.Pay(ctx, l.owner, c.ID, recovery.NewPayment{Paid: money.Amount{Minor: granted / 2, Currency: c.Currency}, Reference: "2026-11-20/0117"})
	return err
}

// demoPaper is a page as people scan it.
func demoPaper(now time.Time, kind string, c recovery.Claim) ([]byte, error) {
	s := paper.New(paper.A4, kind, now)
	s.Page()
	y := 30.0
	for _, line := range []string{"Greywing", c.Name, c.Items[0].Tracking, c.Items[0].Title, c.Amount(c.Asked).String() + " " + c.Currency} {
		y += s.Text(paper.Box{X: 20, Y: y, Width: 170}, line, paper.Style{Size: 12, Lead: 1.6})
	}
	return s.Bytes()
}

// demoFaultWords are what customers write of a lamp that does not work.
var demoFaultWords = map[string]string{
	"DE": "Nach zwei Wochen lässt es sich nicht mehr einschalten.", "FR": "Il ne s'allume plus depuis deux semaines.", "ES": "Dejó de funcionar a las dos semanas.", "IT": "Dopo due settimane non si accende più.",
	"PL": "Po dwóch tygodniach przestało działać.", "JP": "二週間で電源が入らなくなりました。", "RU": "Через две недели перестал включаться.", "": "It stopped working after two weeks.",
}

// loadFaults lets customers complain of goods of one batch, and decides for them.
func (l *demoLoader) loadFaults(ctx context.Context) error {
	orders, err := l.bought(ctx)
	if err != nil {
		return err
	}
	fit := map[string][]order.Order{}
	for _, o := range orders {
		x := demoCase{country: o.ShipTo.Country, kind: cases.Warranty}
		if _, ok := x.order([]order.Order{o}, l.taken); ok && o.Lines[0].SKU != "" {
			fit[product.Key(o.Lines[0].SKU)] = append(fit[product.Key(o.Lines[0].SKU)], o)
		}
	}
	var most []order.Order
	for _, list := range fit {
		if c := cmp.Compare(len(list), len(most)); c > 0 || c == 0 && list[0].Lines[0].SKU < most[0].Lines[0].SKU {
			most = list
		}
	}
	for i, o := range most[:min(len(most), demoFaults)] {
		words, ok := demoFaultWords[o.ShipTo.Country]
		if !ok {
			words = demoFaultWords[""]
		}
		x := demoCase{country: o.ShipTo.Country, kind: cases.Warranty, reason: "defective", wants: []string{"refund", "replace"}[i%2], shown: []string{"photo", "video"}, words: words}
		l.taken[o.ID] = true
		c, err := x.open(ctx, l.core, o)
		if errs.Is(err, errs.Conflict) || errs.Is(err, errs.Invalid) {
			continue
		}
		for range 2 { // chosen and approved
			if err == nil {
				err = l.core.demoStep(ctx, l.owner, c.ID)
			}
		}
		if err != nil {
			return fmt.Errorf("case of a faulty batch: %w", err)
		}
	}
	return nil
}
