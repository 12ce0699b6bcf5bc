package recoup_test

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/recoup"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// TestAgreementsGoBeforeTheRules opens claims under what was agreed on the day on which the goods were sent: the deadline, the
// sum by weight and in all, the papers; what was agreed later, or with others, holds for none of them.
func TestAgreementsGoBeforeTheRules(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x, ctx := newHouse(t, s), t.Context()
		save := func(a recovery.Agreement) recovery.Agreement {
			t.Helper()
			a, err := x.claims.SaveAgreement(ctx, x.system, a)
			x.must(err)
			return a
		}
		_, _, err := x.products.Save(ctx, x.system, product.New{Shop: x.shop.ID, ExternalID: "7", Title: "Lamp", Supplier: "Shenzhen Bright", Batch: "A", Currency: "EUR", ToldAt: x.now,
			Variants: []product.Variant{{ExternalID: "71", SKU: "LAMP", Price: 4500, Cost: 1200, Grams: 1500}}})
		x.must(err)
		carrier := recovery.Agreement{Against: recovery.Carrier, Party: "4px", From: x.now.Add(-40 * day),
			AgreementTerms: recovery.AgreementTerms{Name: "4PX", Days: 120, Reply: 5, Currency: "EUR", PerKg: 2000, Most: 9000, Papers: []string{recovery.Invoice, recovery.PartyForm}, Note: "Contract of 2026, clause 7"}}
		first := save(carrier)
		later := carrier
		later.From, later.Most = x.now.Add(-5*day), 100
		save(later)
		save(recovery.Agreement{Against: recovery.Carrier, Party: "dhl", From: x.now.Add(-40 * day), AgreementTerms: recovery.AgreementTerms{Days: 1}})
		damaged := carrier
		damaged.Cause, damaged.Days = recovery.Damaged, 30
		save(damaged)
		save(recovery.Agreement{Against: recovery.Supplier, Party: "Shenzhen  BRIGHT", From: x.now.Add(-40 * day), AgreementTerms: recovery.AgreementTerms{Days: 60, Currency: "EUR", Most: 2000, Papers: []string{recovery.PhotoDefect}}})
		save(recovery.Agreement{Against: recovery.Insurer, Party: "Ping An", From: x.now.Add(-40 * day), AgreementTerms: recovery.AgreementTerms{Days: 45, Currency: "USD", Most: 10000}})

		// A lost parcel of two lamps of 1.5 kg: 20 EUR for each of 3 kg, of goods worth 80.
		o := x.sells("1001", "4PX", "4PX00000000000001CN")
		sent := x.now.Add(-20 * day)
		x.tells("4PX00000000000001CN", shipment.PickedUp, sent)
		x.tells("4PX00000000000001CN", shipment.Lost, x.now.Add(-time.Minute))
		x.work(0)
		c := x.list(recovery.Filter{Order: o.ID})[0]
		if c.Asked != 6000 || c.Agreed == nil || c.Agreed.ID != first.ID || c.Rule != "4px" || !c.Deadline.Equal(sent.AddDate(0, 0, 120).Truncate(time.Millisecond)) || c.Reply != 5 || len(c.Papers) != 2 || c.Papers[1].Kind != recovery.PartyForm {
			t.Errorf("of the carrier: %+v", c)
		}
		wish := recoup.Wish{Shipment: c.Items[0].Shipment, Against: recovery.Insurer, Party: "Ping An", Cause: recovery.Lost}
		if c, _, err := x.Claim(ctx, x.system, wish); err != nil || c.Asked != 5000 || !c.Deadline.Equal(sent.AddDate(0, 0, 45).Truncate(time.Millisecond)) {
			t.Errorf("of the insurer: %+v, %v", c, err)
		}
		faulty := x.approves(o, cases.Warranty, "defective")
		x.work(0)
		if c := x.list(recovery.Filter{Case: faulty.ID})[0]; c.Asked != 2000 || !c.Deadline.Equal(faulty.OpenedAt.AddDate(0, 0, 60)) || len(c.Papers) != 1 || c.Agreed == nil {
			t.Errorf("of the supplier: %+v", c)
		}

		// The same party, cause and day again takes the place of what was there; claims keep what they have.
		carrier.Most = 0
		if again := save(carrier); again.ID != first.ID {
			t.Errorf("saved again: %d, was %d", again.ID, first.ID)
		}
		list, err := x.claims.Agreements(ctx, x.system)
		if err != nil || len(list) != 6 || list[0].Party != "4px" || list[0].Most != 100 {
			t.Errorf("list: %+v, %v", list, err)
		}
		for range 2 {
			err = x.claims.DropAgreement(ctx, x.system, first.ID)
		}
		if !errs.Is(err, errs.NotFound) {
			t.Errorf("taken off twice: %v", err)
		}
		if c, err := x.claims.Get(ctx, x.system, c.ID); err != nil || c.Agreed == nil || c.Agreed.Most != 9000 {
			t.Errorf("afterwards: %+v, %v", c.Agreed, err)
		}
		foreign := auth.Actor{Kind: auth.Agent, ID: 4, Workspace: x.w + 1, Role: auth.Owner}
		if list, err := x.claims.Agreements(ctx, foreign); err != nil || len(list) != 0 {
			t.Errorf("from another workspace: %+v, %v", list, err)
		}
		if err := x.claims.DropAgreement(ctx, foreign, list[0].ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("taken off from another workspace: %v", err)
		}
		agent := auth.Actor{Kind: auth.Agent, ID: 3, Workspace: x.w, Role: auth.AgentRole}
		if _, err := x.claims.SaveAgreement(ctx, agent, later); !errs.Is(err, errs.Denied) {
			t.Errorf("saved by an agent: %v", err)
		}
		for name, bad := range map[string]recovery.Agreement{
			"nothing":        {Against: recovery.Carrier, Party: "dhl", From: x.now},
			"no party":       {Against: recovery.Carrier, From: x.now, AgreementTerms: recovery.AgreementTerms{Days: 1}},
			"no day":         {Against: recovery.Carrier, Party: "dhl", AgreementTerms: recovery.AgreementTerms{Days: 1}},
			"no currency":    {Against: recovery.Carrier, Party: "dhl", From: x.now, AgreementTerms: recovery.AgreementTerms{Most: 1}},
			"a wrong cause":  {Against: recovery.Supplier, Party: "dhl", Cause: recovery.Lost, From: x.now, AgreementTerms: recovery.AgreementTerms{Days: 1}},
			"a wrong paper":  {Against: recovery.Carrier, Party: "dhl", From: x.now, AgreementTerms: recovery.AgreementTerms{Papers: []string{"money"}}},
			"too many days":  {Against: recovery.Carrier, Party: "dhl", From: x.now, AgreementTerms: recovery.AgreementTerms{Days: recovery.MaxDays + 1}},
			"weight of none": {Against: recovery.Supplier, Party: "dhl", From: x.now, AgreementTerms: recovery.AgreementTerms{PerKg: 1, Currency: "EUR"}},
		} {
			if _, err := x.claims.SaveAgreement(ctx, x.system, bad); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestTheLatestAgreementHolds picks by cause before day, and lays only what is named over the terms.
func TestTheLatestAgreementHolds(t *testing.T) {
	at := func(d int) time.Time { return time.Date(2026, 6, d, 0, 0, 0, 0, time.UTC) }
	list := []recovery.Agreement{
		{ID: 1, Against: recovery.Carrier, Party: "dhl", From: at(1)}, {ID: 2, Against: recovery.Carrier, Party: "dhl", From: at(10)},
		{ID: 3, Against: recovery.Carrier, Party: "dhl", Cause: recovery.Lost, From: at(5)}, {ID: 4, Against: recovery.Insurer, Party: "dhl", From: at(1)},
	}
	for _, x := range []struct {
		cause recovery.Cause
		day   int
		want  recovery.AgreementID
	}{{recovery.Damaged, 1, 1}, {recovery.Damaged, 12, 2}, {recovery.Lost, 4, 1}, {recovery.Lost, 12, 3}} {
		if a, ok := recovery.AgreedOn(list, recovery.Carrier, "DHL", x.cause, at(x.day)); !ok || a.ID != x.want {
			t.Errorf("%s on the %d: %d, want %d", x.cause, x.day, a.ID, x.want)
		}
	}
	if _, ok := recovery.AgreedOn(list, recovery.Carrier, "dhl", recovery.Lost, at(1).Add(-time.Second)); ok {
		t.Error("held before it was in effect")
	}
	rule := recovery.Terms{Rule: recovery.Rule{Name: "r", Reply: 9, Most: money.Amount{Minor: 5, Currency: "USD"}, Papers: []string{recovery.Invoice}}, Deadline: at(3)}
	got := recovery.Agreement{AgreementTerms: recovery.AgreementTerms{Days: 10}}.Over(rule, at(10))
	if !got.Deadline.Equal(at(20)) || got.Reply != 9 || got.Most != rule.Most || len(got.Papers) != 1 || got.Agreed == nil {
		t.Errorf("laid over: %+v", got)
	}
	if got := (recovery.Agreement{AgreementTerms: recovery.AgreementTerms{Days: 10}}).Over(rule, time.Time{}); !got.Deadline.Equal(at(3)) {
		t.Errorf("without a beginning: %v", got.Deadline)
	}
}
