package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// guarantor is a counter whose goods have guarantees.
type guarantor struct {
	*counterDesk
	warranty *warranty.Service
	came     time.Time
}

func newGuarantor(t *testing.T, s *store.Store) *guarantor {
	t.Helper()
	x := &guarantor{counterDesk: newCounter(t, s)}
	x.came = x.now.AddDate(0, 0, -3)
	x.warranty = warranty.New(warranty.Config{
		Store: s, Orders: x.orders, Delivered: func(context.Context, order.Order) (time.Time, error) { return x.came, nil }, Market: casework.Market, Journal: s, IDs: x.ids, Now: func() time.Time { return x.now },
	})
	return x
}

func (x *guarantor) sells(t *testing.T, number string, lines ...order.Line) order.Order {
	t.Helper()
	o, _, err := x.orders.Save(context.Background(), x.owner, order.New{Shop: x.order.Shop, Number: number, Email: "anna@client.example", Currency: "EUR", Goods: 5000, Total: 5000,
		PlacedAt: x.now.AddDate(0, 0, -9), ShipTo: order.Address{Name: "Anna Müller", City: "Berlin", Country: "DE"}, Lines: lines})
	must(t, err)
	return o
}

func TestWarrantiesAreKept(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		x := newGuarantor(t, s)
		n, err := x.warranty.Import(ctx, x.owner, strings.NewReader("name,months,skus,guarantor,remedies,repair_group,last_made\nKettles,36,KETTLE-*,Greywing GmbH,replace repair,display,2026-01-31\nAll,12,,Greywing GmbH,,,\n"))
		must(t, err)
		if n != 2 {
			t.Fatalf("%d terms were read", n)
		}
		if _, err := x.warranty.Import(ctx, x.owner, strings.NewReader("name,months\nx,12\n")); !errs.Is(err, errs.Invalid) {
			t.Errorf("a guarantee of nobody: %v", err)
		}
		if _, err := x.warranty.Import(ctx, x.owner, strings.NewReader("name,months,guarantor\nAll,24,Greywing GmbH\n")); err != nil {
			t.Fatal(err)
		}
		terms, err := x.warranty.Terms(ctx, x.owner)
		must(t, err)
		if len(terms) != 2 || terms[0].LastMade.String() != "2026-01-31" || terms[0].Remedies[0] != decision.Replace || terms[1].Months != 24 || terms[1].LastMade != decision.Never {
			t.Fatalf("terms are %+v", terms)
		}
		plus, err := x.warranty.SavePlan(ctx, x.owner, warranty.Plan{Name: "Plus", SKUs: []string{"plus-12"}, Months: 12})
		must(t, err)
		if plans, err := x.warranty.Plans(ctx, x.owner); err != nil || len(plans) != 1 || plans[0].SKUs[0] != "PLUS-12" || plans[0].ID != plus.ID {
			t.Fatalf("plans are %+v, %v", plans, err)
		}

		o := x.sells(t, "W-1", order.Line{SKU: "KETTLE-1", Title: "Kettle", Quantity: 3, Price: 1000}, order.Line{SKU: "PLUS-12", Title: "Plus", Quantity: 1, Price: 500})
		u, added, err := x.warranty.Register(ctx, x.owner, warranty.Registration{Order: o.ID, Row: o.Lines[0].ID, Number: 2, Serial: "sn-77"})
		must(t, err)
		if !added || u.Number != 2 {
			t.Fatalf("registered %+v, %v", u, added)
		}
		for _, again := range []warranty.Registration{{Order: o.ID, Row: o.Lines[0].ID, Serial: "SN 77"}, {Order: o.ID, Row: o.Lines[0].ID, Number: 2, Serial: "sn-77"}} {
			if v, added, err := x.warranty.Register(ctx, x.owner, again); err != nil || added || v.ID != u.ID {
				t.Errorf("registered again: %+v, %v, %v", v, added, err)
			}
		}
		other := x.sells(t, "W-2", order.Line{SKU: "KETTLE-1", Title: "Kettle", Quantity: 1, Price: 1000})
		if _, _, err := x.warranty.Register(ctx, x.owner, warranty.Registration{Order: other.ID, Row: other.Lines[0].ID, Serial: "SN77"}); !errs.Is(err, errs.Conflict) {
			t.Errorf("one serial number twice: %v", err)
		}
		list, err := x.warranty.Covers(ctx, o)
		must(t, err)
		// Unit 1 has the plan, 2 is registered, 3 is plain; the plan's own line is none.
		if len(list) != 3 || list[0].Coverage.Plan == nil || list[1].Unit == nil || list[2].Coverage.Plan != nil || list[1].Coverage.Commercial.Name != "Kettles" {
			t.Fatalf("covered: %+v", list)
		}
		came := decision.DayOf(x.came, casework.Market(o.ShipTo).Zone)
		if got := list[0].Coverage.Plan.Until; got != came.AddMonths(36).AddMonths(12) {
			t.Errorf("the plan ends on %s", got)
		}
		windows, err := x.warranty.Windows(ctx, o, o.Lines[0].ID)
		must(t, err)
		if windows[decision.Repair] != int(came.AddMonths(36)-came) {
			t.Errorf("repairs are given for %d days: no unit gets more than was promised for it", windows[decision.Repair])
		}
		units, err := x.warranty.Units(ctx, x.owner, []string{"KETTLE-1"}, 0, 10)
		must(t, err)
		if len(units) != 1 || units[0].Serial != "sn-77" {
			t.Errorf("units of the article: %+v", units)
		}

		// Whom the order is not of, and other workspaces, reach nothing.
		stranger := auth.Actor{Kind: auth.Customer, ID: int64(o.Customer) + 1, Workspace: x.w}
		if _, _, err := x.warranty.Order(ctx, stranger, o.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("a stranger sees %v", err)
		}
		if _, _, err := x.warranty.Register(ctx, stranger, warranty.Registration{Order: o.ID, Row: o.Lines[0].ID}); !errs.Is(err, errs.NotFound) {
			t.Errorf("a stranger registers: %v", err)
		}
		if _, err := x.warranty.SaveTerm(ctx, stranger, terms[0]); err == nil {
			t.Error("a customer writes a guarantee")
		}
		if err := s.SaveWarrantyTerm(ctx, warranty.Term{ID: terms[0].ID, Workspace: x.w + 1, Name: "mine"}); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace's guarantee was written: %v", err)
		}
		own := auth.Actor{Kind: auth.Customer, ID: int64(o.Customer), Workspace: x.w}
		if _, added, err := x.warranty.Register(ctx, own, warranty.Registration{Order: o.ID, Row: o.Lines[0].ID, Number: 1}); err != nil || !added {
			t.Errorf("the customer registers their own: %v, %v", added, err)
		}
		x.came = time.Time{}
		if _, _, err := x.warranty.Register(ctx, own, warranty.Registration{Order: o.ID, Row: o.Lines[0].ID, Number: 3}); !errs.Is(err, errs.Conflict) {
			t.Errorf("registered before it came: %v", err)
		}
	})
}
