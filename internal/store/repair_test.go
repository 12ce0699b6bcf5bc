package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/cost"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/flow/outlay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// mender is a bureau whose merchant repairs.
type mender struct {
	*bureau
	kept     *store.Store
	warranty *warranty.Service
	door     *goods.Service
	ways     *shipment.Service
}

func newMender(t *testing.T, s *store.Store) *mender {
	t.Helper()
	x := &mender{bureau: newBureau(t, s), kept: s}
	x.terms.Policy.Windows[decision.Repair] = 730
	x.warranty = warranty.New(warranty.Config{
		Store: s, Orders: x.orders, Delivered: func(context.Context, order.Order) (time.Time, error) { return x.now.AddDate(0, 0, -3), nil }, Market: casework.Market, Journal: s, IDs: x.ids, Now: func() time.Time { return x.now },
		Moved: x.Mended,
	})
	ways := shipment.New(shipment.Config{Store: s, Journal: s, IDs: x.ids})
	x.ways, x.Sent = ways, s.OutgoingShipments
	x.warranty.Ship = func(ctx context.Context, o order.Order, carrier, number string) (shipment.ID, error) {
		v, err := ways.Announce(ctx, auth.ForSystem(x.w), o, "repair", carrier, number)
		return v.ID, err
	}
	x.Repairs, x.Service.Costs = x.warranty, repairing{x.Service.Costs}
	x.door = goods.New(goods.Config{Store: s, Cases: x.cases, Orders: x.orders, Products: product.NewService(product.Config{Store: s, Journal: s, IDs: x.ids}), Shipments: ways, Journal: s, IDs: x.ids, Now: func() time.Time { return x.now }})
	x.Expect = x.door.Expect
	x.cases.After = func(ctx context.Context, a auth.Actor, c cases.Case, events []cases.Event) error {
		if err := x.Follow(ctx, a, c, events); err != nil {
			return err
		}
		return x.door.CallOff(ctx, c)
	}
	return x
}

// repairing adds what a repair costs to what ways out cost.
type repairing struct{ book casework.Costs }

func (r repairing) Costs(ctx context.Context, w auth.WorkspaceID, f cost.Facts) (decision.Costs, error) {
	c, err := r.book.Costs(ctx, w, f)
	c.Repair = &decision.RepairCost{Cost: 900, Freight: 300, Days: 8}
	return c, err
}

// broken opens a warranty case about the lamp, whose repair the customer chooses and a person approves.
func (x *mender) broken(t *testing.T) (cases.Case, warranty.Repair) {
	t.Helper()
	return x.brokenOf(t, 1)
}

// brokenOf does so about a line of the order.
func (x *mender) brokenOf(t *testing.T, line int) (cases.Case, warranty.Repair) {
	t.Helper()
	ctx := context.Background()
	c, a, err := x.Open(ctx, x.anna, casework.Wish{Order: x.order.ID, Kind: cases.Warranty, Wants: "repair", Items: []casework.Item{{Row: x.order.Lines[line].ID, Quantity: 1, Reason: "defective"}}, Language: "de"})
	must(t, err)
	number := x.offered(t, a, "repair")
	if _, err = x.Choose(ctx, x.anna, c.ID, number); err != nil {
		t.Fatal(err)
	}
	c, err = x.Approve(ctx, x.owner, c.ID, number, "")
	must(t, err)
	return c, x.repair(t, number)
}

func (x *mender) repair(t *testing.T, resolution int64) warranty.Repair {
	t.Helper()
	r, err := x.kept.RepairOf(context.Background(), x.w, resolution)
	must(t, err)
	return r
}

// arrives scans the goods of a case in.
func (x *mender) arrives(t *testing.T, c cases.Case) {
	t.Helper()
	ctx := context.Background()
	list, err := x.door.OfCase(ctx, x.owner, c.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d parcels are expected: %v", len(list), err)
	}
	_, err = x.door.Receive(ctx, x.owner, list[0].ID, "arrives", []goods.Counted{{Line: 1, Matched: 1}})
	must(t, err)
}

func (x *mender) move(t *testing.T, id warranty.RepairID, list ...warranty.Move) warranty.Repair {
	t.Helper()
	var r warranty.Repair
	for _, m := range list {
		var err error
		if r, err = x.warranty.MoveRepair(context.Background(), x.owner, id, m); err != nil {
			t.Fatalf("to %s: %v", m.To, err)
		}
	}
	return r
}

// kinds are the kinds of event about repairs in the journal.
func (x *mender) kinds(t *testing.T) []string {
	t.Helper()
	rows, err := x.kept.EventsAfter(context.Background(), x.w, 0, 1000)
	must(t, err)
	var out []string
	for _, e := range rows {
		if strings.HasPrefix(e.Kind, "repair.") {
			out = append(out, e.Kind)
		}
	}
	return out
}

// A repair opens with its resolution, is received when the parcel is scanned in, costs money once, and with its end the case
// ends; the customer is told of it, and their guarantee grows.
func TestARepairGoesFromWishToItsEnd(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newMender(t, s)
		c, r := x.broken(t)
		if r.Stage != warranty.Awaiting || c.Phase != cases.AwaitingGoods || !r.Covered || len(r.Pieces) != 1 || r.Pieces[0].SKU != "LAMP" || r.Customer == 0 {
			t.Fatalf("%s %+v", c.Phase, r)
		}
		must(t, x.warranty.FollowCase(ctx, c)) // a repeat
		if list, err := x.warranty.Repairs(ctx, x.owner, warranty.RepairFilter{Open: true}, 0, 10); err != nil || len(list) != 1 {
			t.Fatalf("%d repairs: %v", len(list), err)
		}
		if _, err := x.warranty.MoveRepair(ctx, x.owner, r.ID, warranty.Move{To: warranty.Received}); !errs.Is(err, errs.Conflict) {
			t.Errorf("received past the door: %v", err)
		}
		lent, err := x.warranty.Lend(ctx, x.owner, r.ID, warranty.Loan{Kind: warranty.Lent, Serial: "L-0042", DueAt: x.now.AddDate(0, 0, 20)})
		must(t, err)
		if again, err := x.warranty.Lend(ctx, x.owner, r.ID, warranty.Loan{Kind: warranty.Lent, Serial: "l 0042", DueAt: x.now.AddDate(0, 0, 30)}); err != nil || len(again.Steps) != len(lent.Steps) {
			t.Errorf("lent again: %v", err)
		}
		x.letters = nil
		x.arrives(t, c)
		if r = x.repair(t, r.Resolution); r.Stage != warranty.Received || len(x.letters) != 1 || !strings.Contains(x.letters[0], "Lampe") && !strings.Contains(x.letters[0], "2001") {
			t.Fatalf("%s, letters %q", r.Stage, x.letters)
		}
		if _, err := x.warranty.MoveRepair(ctx, x.owner, r.ID, warranty.Move{To: warranty.Diagnosed, Fault: "worn", Estimate: 2500}); !errs.Is(err, errs.Invalid) {
			t.Errorf("a price for what the law gives: %v", err)
		}
		x.move(t, r.ID, warranty.Move{To: warranty.Diagnosed, Fault: "a loose contact"}, warranty.Move{To: warranty.InRepair})
		for range 2 {
			if r, err = x.warranty.SpendOn(ctx, x.owner, r.ID, warranty.Spend{Key: "bill 1", Kind: warranty.ForParts, Amount: 700}); err != nil || r.Cost() != 700 {
				t.Fatalf("cost %d, %v", r.Cost(), err)
			}
		}
		steps := len(x.move(t, r.ID, warranty.Move{To: warranty.Tested}).Steps)
		if r = x.move(t, r.ID, warranty.Move{To: warranty.Tested}); len(r.Steps) != steps {
			t.Error("a repeat was written down")
		}
		x.letters = nil
		x.move(t, r.ID, warranty.Move{To: warranty.SentBack, Carrier: "DHL", Tracking: "00340434161094042557"})
		if len(x.letters) != 1 || !strings.Contains(x.letters[0], "00340434161094042557") {
			t.Errorf("letters %q", x.letters)
		}
		if _, err := x.Finish(ctx, x.owner, c.ID, r.Resolution, true, ""); !errs.Is(err, errs.Conflict) {
			t.Errorf("finished past its repair: %v", err)
		}
		stranger := auth.Actor{Kind: auth.Customer, ID: x.anna.ID + 1, Workspace: x.w}
		if _, err := x.warranty.GotBack(ctx, stranger, r.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("a stranger has it back: %v", err)
		}
		if r, err = x.warranty.GotBack(ctx, x.anna, r.ID); err != nil || !r.Mended() {
			t.Fatalf("%+v, %v", r, err)
		}
		if c = x.get(t, c.ID); c.Phase != cases.Closed || c.Reason != cases.Completed || resolved(t, c, r.Resolution).Stand != cases.Done || c.Placed[0].As != cases.BackToBuyer {
			t.Fatalf("%s %s %+v", c.Phase, c.Reason, c.Placed)
		}
		if list, err := x.warranty.Repairs(ctx, x.owner, warranty.RepairFilter{Open: true}, 0, 10); err != nil || len(list) != 1 || !list[0].Loan.Out() {
			t.Fatalf("what is lent is forgotten: %+v, %v", list, err)
		}
		x.tasks, x.now = nil, x.now.AddDate(0, 0, 21)
		for range 2 {
			must(t, x.warranty.Work(ctx, x.w))
		}
		if len(x.tasks) != 1 || !strings.Contains(x.tasks[0], "L-0042") {
			t.Errorf("told %q", x.tasks)
		}
		if r, err = x.warranty.ChargeLoan(ctx, x.owner, r.ID, 4900); err != nil || r.Loan.Charge != 4900 || !r.NextAt().IsZero() {
			t.Errorf("%+v, %v", r.Loan, err)
		}
		if _, err := x.warranty.TakeBack(ctx, x.owner, r.ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("charged, and back: %v", err)
		}
		list, err := x.warranty.Covers(ctx, x.order)
		must(t, err)
		if i := slices.IndexFunc(list, func(v warranty.Covered) bool { return v.SKU == "LAMP" }); !list[i].Coverage.Extended {
			t.Error("the repair does not lengthen the guarantee")
		}
		want := []string{"repair.opened", "repair.loan", "repair.moved", "repair.moved", "repair.moved", "repair.spent", "repair.moved", "repair.moved", "repair.moved", "repair.late", "repair.loan"}
		if got := x.kinds(t); !slices.Equal(got, want) {
			t.Errorf("the journal tells %q", got)
		}
		outsider := x.owner
		outsider.Workspace++
		if _, err := x.warranty.GetRepair(ctx, outsider, r.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace sees it: %v", err)
		}
		if _, err := x.warranty.Repairs(ctx, stranger, warranty.RepairFilter{}, 0, 10); err == nil {
			t.Error("a customer lists repairs")
		}
	})
}

// What cannot be repaired opens the refund in the same case by itself, and in a later case of the same thing.
func TestARepairThatFailsOpensTheRefund(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newMender(t, s)
		x.now = x.now.AddDate(0, 0, 100) // no promise holds any more: the law alone
		for r := range x.terms.Policy.Windows {
			x.terms.Policy.Windows[r] = 30
		}
		c, r := x.broken(t)
		for _, o := range c.Resolutions {
			if o.Means.Pays() && o.Means != cases.PartialKeep {
				t.Errorf("%s before a repair was tried", o.Means)
			}
		}
		x.arrives(t, c)
		x.letters, x.tasks = nil, nil
		_, err := x.warranty.SpendOn(ctx, x.owner, r.ID, warranty.Spend{Key: "bill 1", Kind: warranty.ForLabour, Amount: 1500})
		must(t, err)
		x.move(t, r.ID, warranty.Move{To: warranty.Diagnosed, Fault: "the core is burnt"}, warranty.Move{To: warranty.Unrepairable})
		c = x.get(t, c.ID)
		for _, e := range outlay.Entries(c) {
			if want := (outlay.Sums{Handling: 1500, Known: 1, Planned: 1200, Happened: 1500}); e.Dim == outlay.ByRemedy && (e.Key.Key != "repair" || e.Sums != want) {
				t.Errorf("what was tried in vain: %+v", e)
			}
		}
		if len(outlay.Entries(c)) == 0 {
			t.Error("what was tried in vain cost nothing")
		}
		if old := resolved(t, c, r.Resolution); old.Stand != cases.Lapsed || old.Code != "not_repairable" {
			t.Fatalf("%+v", old)
		}
		i := slices.IndexFunc(c.Resolutions, func(o cases.Resolution) bool { return o.Stand == cases.Offered && o.Means == cases.RefundOriginal })
		if i < 0 || slices.ContainsFunc(c.Resolutions, func(o cases.Resolution) bool { return o.Stand == cases.Offered && o.Means == cases.Repair }) {
			t.Fatalf("offered: %+v", c.Resolutions)
		}
		if len(x.letters) != 1 || !strings.Contains(x.letters[0], "the core is burnt") || len(x.tasks) != 1 {
			t.Errorf("letters %q, tasks %q", x.letters, x.tasks)
		}
		c, err = x.Approve(ctx, x.owner, c.ID, c.Resolutions[i].Number, "it cannot be repaired")
		must(t, err)
		paid := c.Resolutions[i]
		if paid.Stand != cases.Executing || paid.Refund == 0 {
			t.Fatalf("%+v", paid)
		}
		if list, err := x.door.OfCase(ctx, x.owner, c.ID); err != nil || len(list) != 1 {
			t.Errorf("%d parcels are expected of goods that are here: %v", len(list), err)
		}
		x.pays(t, paid.Refund, true) // whoever let it go on has approved it
		if c = x.get(t, c.ID); c.Phase != cases.Closed || c.Reason != cases.Completed {
			t.Errorf("%s %+v", c.Phase, c.Resolutions)
		}
	})
}

// A price that the customer does not agree to sends the unit back as it came and closes the case; a unit that never comes is
// called off, and one serial number is lent once.
func TestARepairThatIsNotWanted(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newMender(t, s)
		c, r := x.broken(t)
		x.arrives(t, c)
		x.letters = nil
		if _, err := x.warranty.AnswerPrice(ctx, x.anna, r.ID, true, ""); !errs.Is(err, errs.Conflict) {
			t.Errorf("agreed to nothing: %v", err)
		}
		x.move(t, r.ID, warranty.Move{To: warranty.Diagnosed, Fault: "Wasser im Sockel", Estimate: 2500, Uncovered: "Wasserschaden"}, warranty.Move{To: warranty.Consent})
		if len(x.letters) != 1 || !strings.Contains(x.letters[0], "25,00") || !strings.Contains(x.letters[0], "Wasserschaden") {
			t.Fatalf("letters %q", x.letters)
		}
		if _, err := x.warranty.MoveRepair(ctx, x.owner, r.ID, warranty.Move{To: warranty.InRepair}); !errs.Is(err, errs.Conflict) {
			t.Errorf("work without an answer: %v", err)
		}
		for range 2 {
			if _, err := x.warranty.AnswerPrice(ctx, x.anna, r.ID, false, ""); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := x.warranty.AnswerPrice(ctx, x.anna, r.ID, true, ""); !errs.Is(err, errs.Conflict) {
			t.Errorf("answered otherwise: %v", err)
		}
		if r = x.move(t, r.ID, warranty.Move{To: warranty.SentBack, Tracking: "00340434161094042557"}, warranty.Move{To: warranty.Done}); r.Mended() {
			t.Error("sent back as it came is mended")
		}
		if c = x.get(t, c.ID); c.Phase != cases.Closed || c.Reason != cases.WasWithdrawn {
			t.Fatalf("%s %s %+v", c.Phase, c.Reason, c.Resolutions)
		}

		c, r = x.broken(t)
		_, err := x.warranty.Lend(ctx, x.owner, r.ID, warranty.Loan{Kind: warranty.Swapped, Serial: "S-1"})
		must(t, err)
		r, err = x.warranty.ChargeLoan(ctx, x.owner, r.ID, 3000)
		must(t, err)
		r = x.move(t, r.ID, warranty.Move{To: warranty.Cancelled})
		if c = x.get(t, c.ID); c.Phase != cases.Closed || c.Reason != cases.Expired {
			t.Fatalf("%s %s %+v", c.Phase, c.Reason, c.Resolutions)
		}
		if list, err := x.door.OfCase(ctx, x.owner, c.ID); err != nil || list[0].State != goods.Cancelled {
			t.Errorf("%+v, %v", list, err)
		}
		c, r = x.broken(t)
		if _, err := x.warranty.Lend(ctx, x.owner, r.ID, warranty.Loan{Kind: warranty.Lent, Serial: "s1", DueAt: x.now.AddDate(0, 0, 5)}); !errs.Is(err, errs.Conflict) {
			t.Errorf("one unit is out twice: %v", err)
		}
		_, err = x.Cancel(ctx, x.anna, c.ID)
		must(t, err)
		if r = x.repair(t, r.Resolution); r.Stage != warranty.Cancelled {
			t.Errorf("given up, and the repair is %s", r.Stage)
		}
	})
}

// A unit that goes back is a parcel of its order: its case waits for the carrier, and the carrier's word ends the repair. What
// bills say it cost takes the place of the cost book in the report, whenever they come.
func TestARepairedUnitGoesBackInAParcel(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newMender(t, s)
		c, r := x.broken(t)
		x.arrives(t, c)
		r = x.move(t, r.ID, warranty.Move{To: warranty.Diagnosed, Fault: "a loose contact"}, warranty.Move{To: warranty.InRepair}, warranty.Move{To: warranty.Tested})
		if who, until := x.get(t, c.ID).Waits(); who != cases.ByUs || !until.Equal(r.DueAt) {
			t.Errorf("in the workshop it waits for %s until %v, not %v", who, until, r.DueAt)
		}
		if _, err := x.warranty.MoveRepair(ctx, x.owner, r.ID, warranty.Move{To: warranty.SentBack, Carrier: "DHL", Tracking: "??"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("sent under a number that cannot be one: %v", err)
		}
		back := warranty.Move{To: warranty.SentBack, Carrier: "DHL", Tracking: "00340434161094042557"}
		r = x.move(t, r.ID, back, back)
		if who, until := x.get(t, c.ID).Waits(); r.Shipment == 0 || who != cases.ByCarrier || !until.Equal(r.DueAt) {
			t.Fatalf("%+v, waits for %s until %v", r, who, until)
		}
		if list, err := s.OutgoingShipments(ctx, x.w, r.Order); err != nil || !slices.Contains(list, r.Shipment) {
			t.Errorf("the unit's way counts as the order's: %v, %v", list, err)
		}
		must(t, x.warranty.Follow(ctx, x.w))
		if r = x.repair(t, r.Resolution); r.Stage != warranty.SentBack {
			t.Fatalf("%s before it came", r.Stage)
		}
		_, err := x.ways.Ingest(ctx, auth.ForSystem(x.w), shipment.Delivery{Source: "api", Reports: []shipment.Report{{Number: shipment.Number{Carrier: "DHL", Number: "00340434161094042557"},
			Event: shipment.Event{Status: shipment.Delivered, At: time.Now(), Zoned: true, Text: "delivered"}}}})
		must(t, err)
		for range 2 {
			must(t, x.warranty.Follow(ctx, x.w))
		}
		if r = x.repair(t, r.Resolution); !r.Mended() {
			t.Fatalf("%s", r.Stage)
		}
		c = x.get(t, c.ID)
		known := func() outlay.Sums {
			for _, e := range outlay.Entries(x.get(t, c.ID)) {
				if e.Dim == outlay.ByRemedy {
					return e.Sums
				}
			}
			return outlay.Sums{}
		}
		before := known()
		if c.Phase != cases.Closed || before.Known != 1 {
			t.Fatalf("%s, %+v", c.Phase, before)
		}
		for range 2 { // the bill comes when all is over
			_, err = x.warranty.SpendOn(ctx, x.owner, r.ID, warranty.Spend{Key: "bill 9", Kind: warranty.ForLoan, Amount: 4321})
			must(t, err)
		}
		after := known()
		book := before.Happened - (after.Happened - 4321)
		if after.Known != 1 || after.Planned != before.Planned || book != 900+300 || x.get(t, c.ID).Phase != cases.Closed {
			t.Errorf("before %+v, after %+v", before, after)
		}
	})
}
