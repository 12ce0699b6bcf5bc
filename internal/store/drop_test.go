package store_test

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// promised opens a return of one mug of an order whose money waits for the goods, by the law that an offer names if any.
func (x *goodsDoor) promised(t *testing.T, o order.Order, basis string) (cases.Case, goods.Parcel) {
	t.Helper()
	ctx := context.Background()
	c, err := x.cases.Open(ctx, x.owner, cases.NewCase{Kind: cases.Return, Items: []cases.Item{{Order: o.ID, OrderRow: o.Lines[0].ID, Quantity: 1, Reason: "changed_mind"}}})
	must(t, err)
	_, err = x.cases.Submit(ctx, x.owner, c.ID, nil)
	must(t, err)
	_, err = x.cases.Approve(ctx, x.owner, c.ID, cases.Decision{Policy: "built-in"}, time.Time{}, map[int]int64{1: 1}, nil)
	must(t, err)
	r := mug(1, cases.RefundOriginal, cases.AtReceipt)
	r.Offer = &cases.Offer{Remedy: "refund", Basis: basis, Route: "local_hub"}
	c, err = x.cases.Propose(ctx, x.owner, c.ID, []cases.Resolution{r})
	must(t, err)
	c, err = x.cases.Accept(ctx, x.owner, c.ID, c.Resolutions[0].Number, "")
	must(t, err)
	c, err = x.cases.Go(ctx, x.owner, c.ID, cases.AwaitingGoods, "")
	must(t, err)
	must(t, x.goods.Expect(ctx, c, c.Resolutions[0], "local_hub"))
	list, err := x.goods.OfCase(ctx, x.owner, c.ID)
	must(t, err)
	return c, list[0]
}

// What will not come is dropped by a person, with what that does to its case; a law that keeps the right alive forbids it.
func TestAParcelThatWillNotComeIsDropped(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newGoodsDoor(t, s)
		c, p := x.promised(t, x.sells(t, "4001", "US"), "")
		if law, ok := p.Droppable(c); law != "" || !ok || !c.Alone(p.Resolution) {
			t.Fatalf("%q %v", law, ok)
		}
		reader := auth.Actor{Kind: auth.Agent, ID: 8, Workspace: x.w, Role: "reader"}
		if _, err := x.goods.Drop(ctx, reader, p.ID); !errs.Is(err, errs.Denied) {
			t.Errorf("by a reader: %v", err)
		}
		if _, err := x.goods.Drop(ctx, auth.Actor{Kind: auth.Agent, ID: 9, Workspace: x.w + 1, Role: auth.Owner}, p.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("from another workspace: %v", err)
		}
		for range 2 {
			got, err := x.goods.Drop(ctx, x.owner, p.ID)
			if err != nil || got.State != goods.Cancelled {
				t.Fatalf("%s, %v", got.State, err)
			}
		}
		c, err := x.cases.Get(ctx, x.owner, c.ID)
		if err != nil || c.Phase != cases.Closed || c.Reason != cases.Expired || c.Resolutions[0].Stand != cases.Lapsed {
			t.Errorf("%s %s %+v, %v", c.Phase, c.Reason, c.Resolutions, err)
		}
		if _, err := x.goods.Receive(ctx, x.owner, p.ID, "k1", []goods.Counted{{Line: 1, Matched: 1}}); !errs.Is(err, errs.Conflict) {
			t.Errorf("counted, and nobody takes its case up: %v", err)
		}

		kept, q := x.promised(t, x.sells(t, "4002", "DE"), "withdraw")
		if law, ok := q.Droppable(kept); law == "" || ok {
			t.Fatalf("%q %v", law, ok)
		}
		if _, err := x.goods.Drop(ctx, x.owner, q.ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("the law's: %v", err)
		}
		_, err = x.goods.Receive(ctx, x.owner, q.ID, "k2", []goods.Counted{{Line: 1, Matched: 1}})
		must(t, err)
		if _, err := x.goods.Drop(ctx, x.owner, q.ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("it is here: %v", err)
		}
	})
}

// At the door a parcel is found by the name of whoever sends it; a code is no name.
func TestAParcelIsFoundByName(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newGoodsDoor(t, s)
		x.goods.Customers = customer.New(customer.Config{Store: s, Journal: s, IDs: x.ids})
		o := x.sells(t, "4000", "US")
		o, _, err := x.orders.Save(ctx, x.owner, order.New{Shop: o.Shop, Number: "4001", Email: "am@client.example", CustomerName: "Anna Müller", Currency: "EUR", Goods: 5000, Total: 5000, PlacedAt: o.PlacedAt, ShipTo: o.ShipTo, Lines: o.Lines})
		must(t, err)
		_, p := x.promised(t, o, "")
		for word, want := range map[string]int{"müller": 1, "Anna M": 1, "ann": 1, "Schmidt": 0, "4001": 1, "am@client.example": 1, "49": 0, "x": 0} {
			found, _, err := x.goods.Look(ctx, x.owner, word, 0)
			if err != nil || len(found) != want || want == 1 && found[0].ID != p.ID {
				t.Errorf("%q finds %d, %v", word, len(found), err)
			}
		}
		found, _, err := x.goods.Look(ctx, auth.Actor{Kind: auth.Agent, ID: 9, Workspace: x.w + 1, Role: auth.Owner}, "müller", 0)
		if err != nil || len(found) > 0 {
			t.Errorf("another workspace finds %d, %v", len(found), err)
		}
	})
}

// A photo is of one unit, once, and seen by those alone who see its parcel.
func TestAUnitIsPhotographed(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newGoodsDoor(t, s)
		c, p := x.awaits(t, x.sells(t, "4001", "US"), 2, cases.FirstScan, "local_hub")
		_, err := x.goods.Receive(ctx, x.owner, p.ID, "k1", []goods.Counted{{Line: 1, Matched: 2}})
		must(t, err)
		for range 2 {
			got, err := x.goods.Photograph(ctx, x.owner, p.ID, 1, 2, "seam.png", snap(t, 9))
			if err != nil || got.Unit != 2 || got.Line != 1 {
				t.Fatalf("%+v, %v", got, err)
			}
		}
		_, err = x.goods.Photograph(ctx, x.owner, p.ID, 0, 0, "all.png", snap(t, 10))
		must(t, err)
		_, err = x.cases.Attach(ctx, auth.Actor{Kind: auth.Customer, ID: int64(c.Customer), Workspace: x.w}, c.ID, cases.NewFile{Line: 1, Name: "mine.png", Data: snap(t, 11)})
		must(t, err)
		list, err := x.goods.Photos(ctx, x.owner, p.ID)
		if err != nil || len(list) != 2 || list[0].Unit != 2 || list[1].Unit != 0 || list[1].Line != 0 {
			t.Fatalf("%+v, %v", list, err)
		}
		if _, data, err := x.goods.PhotoData(ctx, x.owner, p.ID, list[0].ID); err != nil || len(data) == 0 {
			t.Errorf("%d bytes, %v", len(data), err)
		}
		files, err := x.cases.Files(ctx, x.owner, c.ID)
		must(t, err)
		if _, _, err := x.goods.PhotoData(ctx, x.owner, p.ID, files[2].ID); len(files) != 3 || !files[2].Announced() || !errs.Is(err, errs.NotFound) {
			t.Errorf("what the customer showed is no photo of what came: %v", err)
		}
		if _, err := x.goods.Photograph(ctx, x.owner, p.ID, 1, 3, "", snap(t, 12)); !errs.Is(err, errs.Invalid) {
			t.Errorf("of a third of two: %v", err)
		}
		if _, err := x.goods.Photograph(ctx, x.owner, p.ID, 1, 1, "", []byte("%PDF-1.7 no photo")); !errs.Is(err, errs.Unsupported) {
			t.Errorf("a paper: %v", err)
		}
		if _, err := x.goods.Photograph(ctx, auth.Actor{Kind: auth.Agent, ID: 8, Workspace: x.w, Role: "reader"}, p.ID, 1, 1, "", snap(t, 12)); !errs.Is(err, errs.Denied) {
			t.Errorf("by a reader: %v", err)
		}
		if _, err := x.goods.Photos(ctx, auth.Actor{Kind: auth.Agent, ID: 9, Workspace: x.w + 1, Role: auth.Owner}, p.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("from another workspace: %v", err)
		}
	})
}
