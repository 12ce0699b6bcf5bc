package recoup_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/recoup"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/vault"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

const day = 24 * time.Hour

// house is a merchant who claims.
type house struct {
	*recoup.Service
	t         *testing.T
	store     *store.Store
	now       time.Time
	w         auth.WorkspaceID
	system    auth.Actor
	shop      order.Shop
	orders    *order.Service
	shipments *shipment.Service
	cases     *cases.Service
	products  *product.Service
	claims    *recovery.Service
	book      *ledger.Book
}

func newHouse(t *testing.T, s *store.Store) *house {
	t.Helper()
	x := &house{t: t, now: time.Now().UTC().Truncate(time.Millisecond)}
	clock := func() time.Time { return x.now }
	ids := id.NewSource(5, clock)
	v, err := vault.New(make([]byte, 32))
	x.must(err)
	x.store, err = store.New(s.DB, store.Config{IDs: ids, Now: clock, Bus: event.NewBus(), Vault: v}) // one clock for all
	x.must(err)
	s = x.store
	x.w = auth.WorkspaceID(ids.Next())
	x.system = auth.ForSystem(x.w)
	x.must(s.AddWorkspace(t.Context(), auth.Workspace{ID: x.w, Slug: "w" + strconv.FormatInt(int64(x.w), 36), Name: "W", Language: "en", Zone: "UTC", CreatedAt: x.now}))
	x.shipments = shipment.New(shipment.Config{Store: s, Journal: s, IDs: ids, Now: clock})
	customers := customer.New(customer.Config{Store: s, Journal: s, IDs: ids, Now: clock})
	x.orders = order.NewService(order.Config{Store: s, Customers: customers, Parcels: x.shipments, Journal: s, IDs: ids, Now: clock})
	engine := action.NewEngine(s, s, map[string]action.Runner{}, clock, slog.New(slog.DiscardHandler))
	tickets := ticket.NewService(ticket.Config{Store: s, Journal: s, Actions: engine, Customers: customers, Orders: x.orders, People: s, IDs: ids, Now: clock})
	x.products = product.NewService(product.Config{Store: s, Journal: s, IDs: ids, Now: clock})
	x.cases = cases.New(cases.Config{Store: s, Orders: x.orders, Journal: s, IDs: ids, Now: clock})
	x.book = ledger.New(ledger.Config{Store: s, IDs: ids, Now: clock})
	x.claims = recovery.New(recovery.Config{Store: s, Ledger: x.book, Journal: s, IDs: ids, Now: clock,
		Convert: func(_ context.Context, _ auth.WorkspaceID, a money.Amount, to string) (money.Amount, error) { // one dollar is half a euro
			return money.Amount{Minor: a.Minor / 2, Currency: to}, nil
		}})
	x.Service = recoup.New(recoup.Config{Store: s, Claims: x.claims, Cases: x.cases, Orders: x.orders, Shipments: x.shipments, Products: x.products, Tickets: tickets, Now: clock})
	x.shop, _, err = x.orders.EnsureShop(t.Context(), x.system, order.Shop{Name: "Shop", Currency: "EUR"})
	x.must(err)
	return x
}

func (x *house) must(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

// sells makes an order of two lamps in as many parcels as there are numbers.
func (x *house) sells(number string, carrier string, tracking ...string) order.Order {
	x.t.Helper()
	n := order.New{Shop: x.shop.ID, Number: number, Email: "ana@mail.example", Status: order.Open, Currency: "EUR", Goods: 9000, Discount: 1000, Total: 8000, PlacedAt: x.now.Add(-time.Hour),
		ShipTo: order.Address{Name: "Ana", Country: "PL"}, Lines: []order.Line{{SKU: "LAMP", Title: "Lamp", Quantity: 2, Price: 4500, Discount: 1000}}}
	for _, k := range tracking {
		n.Fulfillments = append(n.Fulfillments, order.Fulfillment{Carrier: carrier, Tracking: k, ShippedAt: x.now})
	}
	o, _, err := x.orders.Save(x.t.Context(), x.system, n)
	x.must(err)
	return o
}

func (x *house) tells(number string, status shipment.Status, at time.Time) {
	x.t.Helper()
	res, err := x.shipments.Ingest(x.t.Context(), x.system, shipment.Delivery{Source: "test", Reports: []shipment.Report{{
		Number: shipment.Number{Number: number}, Event: shipment.Event{Status: status, At: at, Zoned: true, Place: shipment.Place{Country: "CN"}},
	}}})
	if err != nil || len(res.Refused) > 0 {
		x.t.Fatal(err, res)
	}
}

// approves opens a case about all units of an order's line and decides it for its customer.
func (x *house) approves(o order.Order, kind cases.Kind, reason string, evidence ...string) cases.Case {
	x.t.Helper()
	ctx := x.t.Context()
	c, err := x.cases.Open(ctx, x.system, cases.NewCase{Kind: kind, Evidence: evidence, Words: "Пришла разбитой 💔\n到货时已破损", Items: []cases.Item{{Order: o.ID, OrderRow: o.Lines[0].ID, Quantity: o.Lines[0].Quantity, Reason: reason}}})
	x.must(err)
	_, err = x.cases.Submit(ctx, x.system, c.ID, nil)
	x.must(err)
	c, err = x.cases.Approve(ctx, x.system, c.ID, cases.Decision{Policy: "main/1"}, time.Time{}, map[int]int64{1: o.Lines[0].Quantity}, nil)
	x.must(err)
	return c
}

// work does what time does, twice: a repeat changes nothing.
func (x *house) work(later time.Duration) {
	x.t.Helper()
	x.now = x.now.Add(later)
	for range 2 {
		x.must(x.claims.Sweep(x.t.Context(), x.w))
		x.must(x.Work(x.t.Context(), x.w))
	}
}

func (x *house) list(f recovery.Filter) []recovery.Claim {
	x.t.Helper()
	list, err := x.claims.List(x.t.Context(), x.system, f, recovery.Cursor{}, 50)
	x.must(err)
	return list
}

func (x *house) net(account ledger.Account, currency string) int64 {
	x.t.Helper()
	list, err := x.book.Balances(x.t.Context(), x.system)
	x.must(err)
	for _, b := range list {
		if b.Account == account && b.Currency == currency {
			return b.Net()
		}
	}
	return 0
}

// TestClaimsOpenByThemselves loses, breaks and supplies badly, and follows what is claimed until it is paid, refused or
// forgotten.
func TestClaimsOpenByThemselves(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newHouse(t, s)
		ctx := t.Context()

		// A lost parcel is claimed once, for no more than what the carrier pays, with the papers that the house holds.
		o := x.sells("1001", "4PX", "4PX00000000000001CN")
		x.tells("4PX00000000000001CN", shipment.PickedUp, x.now.Add(-20*day))
		x.tells("4PX00000000000001CN", shipment.Lost, x.now.Add(-time.Minute))
		x.work(0)
		list := x.list(recovery.Filter{Order: o.ID})
		if len(list) != 1 {
			t.Fatalf("claims: %+v", list)
		}
		c := list[0]
		if c.State != recovery.Ready || c.Party != "4px" || c.Cause != recovery.Lost || c.Asked != 8000 || c.Rule != "4px" || c.Deadline.IsZero() || len(c.Items) != 1 || len(c.Missing()) != 0 {
			t.Fatalf("claim %+v", c)
		}
		x.approves(o, cases.NotReceived, "late", "statement") // the case about the same parcel adds none
		x.work(0)
		if list := x.list(recovery.Filter{Open: true}); len(list) != 1 {
			t.Fatalf("claimed twice: %+v", list)
		}

		// Two parcels: nobody tells what was in one, so that a person says the sum.
		two := x.sells("1002", "4PX", "4PX00000000000002CN", "4PX00000000000003CN")
		x.tells("4PX00000000000002CN", shipment.PickedUp, x.now.Add(-20*day))
		x.tells("4PX00000000000002CN", shipment.Lost, x.now.Add(-time.Minute))
		x.work(0)
		if list = x.list(recovery.Filter{Order: two.ID}); len(list) != 1 || list[0].State != recovery.Collecting || list[0].Asked != 0 {
			t.Fatalf("one of two: %+v", list)
		}

		// A damaged parcel waits for the photos, and lapses with the loss stated.
		broken := x.sells("1003", "DHL", "LX000000001CN")
		x.tells("LX000000001CN", shipment.Delivered, x.now.Add(-time.Hour))
		damaged := x.approves(broken, cases.Damaged, "damaged", "photo")
		_, err := x.cases.Attach(ctx, x.system, damaged.ID, cases.NewFile{Name: "x.png", Data: pixel})
		x.must(err)
		x.work(0)
		if list = x.list(recovery.Filter{Case: damaged.ID}); len(list) != 1 || list[0].Cause != recovery.Damaged || strings.Join(list[0].Missing(), " ") != "photo_packing" {
			t.Fatalf("damaged: %+v", list)
		}
		late := list[0]
		x.now = late.Deadline.Add(-day)
		x.work(0)
		x.work(2 * day)
		if late, err = x.claims.Get(ctx, x.system, late.ID); err != nil || late.State != recovery.Lapsed || late.Gone() != 8000 {
			t.Fatalf("forgotten: %+v, %v", late, err)
		}
		found, err := s.TicketsOfOrder(ctx, x.w, broken.ID, 10)
		x.must(err)
		if len(found) != 1 {
			t.Fatalf("tickets of it: %+v", found)
		}
		notes, err := s.Messages(ctx, x.w, found[0].ID, 0, 10)
		x.must(err)
		if len(notes) != 2 || !strings.Contains(notes[0].Body, "photos of the packing") || !strings.Contains(notes[1].Body, "80.00") || !strings.Contains(notes[1].Body, "lapsed") {
			t.Errorf("notes: %+v", notes)
		}
		if _, err := x.claims.Change(ctx, x.system, late.ID, recovery.Change{To: recovery.Submitted}); !errs.Is(err, errs.Conflict) {
			t.Errorf("submitted after all: %v", err)
		}
		x.submits(c, late)
		x.pays(c)
		x.papers(x.list(recovery.Filter{Order: two.ID})[0])
		x.supplies()
	})
}

// pays submits a claim, has it granted in part, and books what comes in two currencies.
func (x *house) pays(c recovery.Claim) {
	t, ctx := x.t, x.t.Context()
	ref, why := "CLM-1", "Above the limit."
	c, err := x.claims.Change(ctx, x.system, c.ID, recovery.Change{To: recovery.Submitted, Reference: &ref})
	x.must(err)
	if c.ReplyBy.IsZero() || c.Reference != ref || c.Rule != "4px" {
		t.Fatalf("submitted: %+v", c)
	}
	if again, err := x.claims.Change(ctx, x.system, c.ID, recovery.Change{To: recovery.Submitted, Reference: &ref}); err != nil || !again.UpdatedAt.Equal(c.UpdatedAt) {
		t.Errorf("submitted again: %v, %v", again.UpdatedAt, err)
	}
	agent := auth.Actor{Kind: auth.Agent, ID: 3, Workspace: x.w, Role: auth.AgentRole}
	granted := int64(5000)
	if _, err := x.claims.Change(ctx, agent, c.ID, recovery.Change{To: recovery.Partly, Granted: &granted}); !errs.Is(err, errs.Denied) {
		t.Errorf("granted by an agent: %v", err)
	}
	_, err = x.claims.Change(ctx, x.system, c.ID, recovery.Change{To: recovery.Partly, Granted: &granted, Why: &why})
	x.must(err)
	if n := x.net("carrier_receivable.4px", "EUR"); n != 5000 {
		t.Errorf("%d are receivable", n)
	}
	one := recovery.NewPayment{Paid: money.Amount{Minor: 2000, Currency: "EUR"}, Reference: "bank-1"}
	for range 2 {
		c, err = x.claims.Pay(ctx, x.system, c.ID, one)
		x.must(err)
	}
	if c.State != recovery.Partly || c.Received != 2000 || c.Due() != 3000 {
		t.Errorf("paid once: %+v", c)
	}
	one.Paid.Minor++
	if _, err := x.claims.Pay(ctx, x.system, c.ID, one); !errs.Is(err, errs.Conflict) {
		t.Errorf("another sum under the same reference: %v", err)
	}
	c, err = x.claims.Pay(ctx, x.system, c.ID, recovery.NewPayment{Paid: money.Amount{Minor: 6000, Currency: "USD"}, Reference: "bank-2"})
	x.must(err)
	if c.State != recovery.Paid || c.Received != 5000 || c.Gone() != 3000 || c.EndedAt.IsZero() {
		t.Errorf("paid: %+v", c)
	}
	for account, want := range map[ledger.Account]int64{"carrier_receivable.4px": 0, "carrier_recovery.4px": -5000, "bank": 2000, "exchange": 3000} {
		if n := x.net(account, "EUR"); n != want {
			t.Errorf("%s holds %d, want %d", account, n, want)
		}
	}
	if n := x.net("bank", "USD"); n != 6000 {
		t.Errorf("the bank holds %d dollars", n)
	}
	check, err := x.store.CheckLedger(ctx, x.w)
	if err != nil || len(check.Problems) > 0 {
		t.Errorf("the books: %v, %v", check.Problems, err)
	}
	sums, err := x.claims.Sums(ctx, x.system, recovery.Filter{Party: "4PX"})
	x.must(err)
	if len(sums) != 2 || sums[1].State != recovery.Paid || sums[1].Received != 5000 {
		t.Errorf("sums: %+v", sums)
	}
	history, err := x.claims.History(ctx, x.system, c.ID)
	x.must(err)
	var kinds []string
	for _, e := range history {
		kinds = append(kinds, e.Kind)
	}
	if got := strings.Join(kinds, " "); got != "recovery.opened recovery.moved recovery.moved recovery.paid recovery.paid" {
		t.Errorf("history: %s", got)
	}
	elsewhere := auth.Actor{Kind: auth.Agent, ID: 4, Workspace: x.w + 1, Role: auth.Owner}
	if _, err := x.claims.Get(ctx, elsewhere, c.ID); !errs.Is(err, errs.NotFound) {
		t.Errorf("seen from another workspace: %v", err)
	}
	if list, err := x.claims.List(ctx, elsewhere, recovery.Filter{}, recovery.Cursor{}, 9); err != nil || len(list) != 0 {
		t.Errorf("listed in another workspace: %v, %v", list, err)
	}
}

// text is what a PDF says, by poppler.
func (x *house) text(pdf []byte) string {
	x.t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		x.t.Skip("pdftotext is not installed")
	}
	cmd := exec.Command(tool, "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	x.must(err)
	return strings.Join(strings.Fields(string(out)), " ")
}

// submits draws up what two claims are submitted with: of a lost parcel of a Chinese carrier, and of a damaged one with a
// photo of its customer.
func (x *house) submits(lost, damaged recovery.Claim) {
	t, ctx := x.t, x.t.Context()
	d, err := x.Dossier(ctx, x.system, lost.ID, "")
	x.must(err)
	if d.Language != i18n.SimplifiedChinese || len(d.Files) != 2 || d.Files[0].Name != "1-letter.pdf" || d.Files[1].Name != "2-records.pdf" || len(d.Missing) != 0 {
		t.Fatalf("of the lost parcel: %s %+v", d.Language, d.Files)
	}
	if said := x.text(d.Letter); !strings.Contains(said, "4PX00000000000001CN") || !strings.Contains(said, "80.00") || !strings.Contains(said, "致承运人") {
		t.Errorf("the letter: %s", said)
	}
	d, err = x.Dossier(ctx, x.system, damaged.ID, "")
	x.must(err)
	if d.Language != i18n.English || len(d.Files) != 3 || d.Files[2].Name != "files/01-inspection-x.png" || strings.Join(d.Missing, " ") != "photo_packing" {
		t.Fatalf("of the damaged parcel: %s %+v, without %v", d.Language, d.Files, d.Missing)
	}
	var one, two bytes.Buffer
	x.must(d.Write(ctx, &one))
	again, err := x.Dossier(ctx, x.system, damaged.ID, i18n.English)
	x.must(err)
	x.must(again.Write(ctx, &two))
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the same dossier makes other bytes")
	}
	z, err := zip.NewReader(bytes.NewReader(one.Bytes()), int64(one.Len()))
	x.must(err)
	held := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		x.must(err)
		held[f.Name], err = io.ReadAll(r)
		x.must(err)
	}
	if len(held) != 3 || !bytes.Equal(held["files/01-inspection-x.png"], pixel) {
		t.Errorf("the archive holds %d files", len(held))
	}
	said := x.text(held["2-records.pdf"])
	for _, want := range []string{"Order 1003", "LX000000001CN", "Пришла разбитой", "到货时已破损", "Ana", "Delivered"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in the records: %s", want, said)
		}
	}
	if _, err := x.Dossier(ctx, x.system, damaged.ID, i18n.Russian); !errs.Is(err, errs.Invalid) {
		t.Errorf("in a language that no letter is written in: %v", err)
	}
	foreign := auth.Actor{Kind: auth.Agent, ID: 4, Workspace: x.w + 1, Role: auth.Owner}
	if _, err := x.Dossier(ctx, foreign, damaged.ID, ""); !errs.Is(err, errs.NotFound) {
		t.Errorf("from another workspace: %v", err)
	}
	if _, err := x.Dossier(ctx, auth.Actor{Kind: auth.Agent, ID: 5, Workspace: x.w, Role: "nobody"}, damaged.ID, ""); !errs.Is(err, errs.Denied) {
		t.Errorf("without a right: %v", err)
	}
}

// papers puts documents to a claim that waits for its sum, and takes them off; one content is kept once.
func (x *house) papers(c recovery.Claim) {
	t, ctx := x.t, x.t.Context()
	pdf := []byte("%PDF-1.7 invoice")
	n := recovery.NewDocument{Paper: recovery.Statement, Name: `C:\me\声明.exe`, Data: pdf}
	d, err := x.claims.AddDocument(ctx, x.system, c.ID, n)
	x.must(err)
	if d.Name != "声明.pdf" || d.Kind != cases.Document || d.Size != int64(len(pdf)) || d.Paper != recovery.Statement {
		t.Errorf("kept: %+v", d)
	}
	if again, err := x.claims.AddDocument(ctx, x.system, c.ID, n); err != nil || again.ID != d.ID {
		t.Errorf("the same twice: %+v, %v", again, err)
	}
	_, err = x.claims.AddDocument(ctx, x.system, c.ID, recovery.NewDocument{Paper: recovery.Posting, Name: "slip.png", Data: pixel})
	x.must(err)
	list, err := x.claims.Documents(ctx, x.system, c.ID)
	if err != nil || len(list) != 2 || list[0].ID != d.ID || list[1].Kind != cases.Photo {
		t.Fatalf("documents: %+v, %v", list, err)
	}
	if got, data, err := x.claims.Document(ctx, x.system, c.ID, d.ID); err != nil || got.SHA256 != d.SHA256 || !bytes.Equal(data, pdf) {
		t.Errorf("content: %+v, %v", got, err)
	}

	// What is asked for, is missing and is given, is there; what is taken off is missing again.
	lost := x.sells("1009", "Royal Mail", "RM000000009GB")
	x.tells("RM000000009GB", shipment.Lost, x.now.Add(-time.Minute))
	x.work(0)
	mail := x.list(recovery.Filter{Order: lost.ID})[0]
	if got := strings.Join(mail.Missing(), " "); got != "proof_of_posting statement" && got != "statement" {
		t.Fatalf("missing: %s of %+v", got, mail)
	}
	word, err := x.claims.AddDocument(ctx, x.system, mail.ID, n)
	x.must(err)
	if mail, err = x.claims.Get(ctx, x.system, mail.ID); err != nil || slices.Contains(mail.Missing(), recovery.Statement) {
		t.Errorf("given: %+v, %v", mail.Papers, err)
	}
	if mail, err = x.claims.Change(ctx, x.system, mail.ID, recovery.Change{Lack: []string{recovery.Statement}}); err != nil || slices.Contains(mail.Missing(), recovery.Statement) {
		t.Errorf("a document is there, whatever is said: %+v, %v", mail.Papers, err)
	}
	x.must(x.claims.DropDocument(ctx, x.system, mail.ID, word.ID))
	if mail, err = x.claims.Get(ctx, x.system, mail.ID); err != nil || !slices.Contains(mail.Missing(), recovery.Statement) || mail.State != recovery.Collecting {
		t.Errorf("taken off: %+v, %v", mail, err)
	}
	if err := x.claims.DropDocument(ctx, x.system, mail.ID, word.ID); !errs.Is(err, errs.NotFound) {
		t.Errorf("taken off twice: %v", err)
	}

	for name, want := range map[string]struct {
		who  auth.Actor
		n    recovery.NewDocument
		kind errs.Kind
	}{
		"another workspace": {auth.Actor{Kind: auth.Agent, ID: 4, Workspace: x.w + 1, Role: auth.Owner}, n, errs.NotFound},
		"no right":          {auth.Actor{Kind: auth.Agent, ID: 5, Workspace: x.w, Role: "nobody"}, n, errs.Denied},
		"no such paper":     {x.system, recovery.NewDocument{Paper: "money", Data: pdf}, errs.Invalid},
		"what could run":    {x.system, recovery.NewDocument{Name: "a.svg", Data: []byte("<svg onload=x>")}, errs.Unsupported},
		"too large":         {x.system, recovery.NewDocument{Data: append(slices.Clone(pdf), make([]byte, cases.MostDocument)...)}, errs.Invalid},
	} {
		if _, err := x.claims.AddDocument(ctx, want.who, c.ID, want.n); !errs.Is(err, want.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	foreign := auth.Actor{Kind: auth.Agent, ID: 4, Workspace: x.w + 1, Role: auth.Owner}
	if _, _, err := x.claims.Document(ctx, foreign, c.ID, d.ID); !errs.Is(err, errs.NotFound) {
		t.Errorf("read from another workspace: %v", err)
	}
	for i := range recovery.MostDocuments - 2 {
		_, err := x.claims.AddDocument(ctx, x.system, c.ID, recovery.NewDocument{Data: fmt.Appendf(nil, "%%PDF-1.7 %d", i)})
		x.must(err)
	}
	if _, err := x.claims.AddDocument(ctx, x.system, c.ID, recovery.NewDocument{Data: []byte("%PDF-1.7 more")}); !errs.Is(err, errs.Invalid) {
		t.Errorf("one too many: %v", err)
	}
	why := "Nobody told what was in it."
	_, err = x.claims.Change(ctx, x.system, c.ID, recovery.Change{To: recovery.WrittenOff, Why: &why})
	x.must(err)
	if err := x.claims.DropDocument(ctx, x.system, c.ID, d.ID); !errs.Is(err, errs.Conflict) {
		t.Errorf("taken off a claim that has ended: %v", err)
	}
	if again, err := x.claims.AddDocument(ctx, x.system, c.ID, n); err != nil || again.ID != d.ID {
		t.Errorf("given again after its end: %+v, %v", again, err)
	}
	history, err := x.claims.History(ctx, x.system, mail.ID)
	x.must(err)
	var told recovery.Summary
	x.must(history[len(history)-1].Decode(&told))
	if told.Removed != recovery.Statement {
		t.Errorf("told: %+v", told)
	}
}

// supplies sells faulty lamps of two batches.
func (x *house) supplies() {
	t, ctx := x.t, x.t.Context()
	for _, batch := range []string{"2026-05-B", "2026-06-A"} {
		_, _, err := x.products.Save(ctx, x.system, product.New{Shop: x.shop.ID, ExternalID: "7", Title: "Lamp", Supplier: "Shenzhen  Bright", Batch: batch, Currency: "EUR", ToldAt: x.now,
			Variants: []product.Variant{{ExternalID: "71", SKU: "LAMP", Price: 4500, Cost: 1200}}})
		x.must(err)
		x.now = x.now.Add(2 * time.Hour) // what was sold before was of the batch before
		for i := range 2 {
			x.approves(x.sells(fmt.Sprint("2", batch, i), "DHL"), cases.Warranty, "defective")
		}
		x.work(time.Minute)
	}
	list := x.list(recovery.Filter{Against: recovery.Supplier, Batch: "2026-05-B"})
	if len(list) != 1 || len(list[0].Items) != 2 || list[0].Asked != 4*1200 || list[0].Party != "shenzhen bright" || list[0].State != recovery.Collecting {
		t.Fatalf("of the first batch: %+v", list)
	}
	d, err := x.Dossier(ctx, x.system, list[0].ID, "")
	x.must(err)
	if said := x.text(d.Letter); d.Language != i18n.SimplifiedChinese || len(d.Files) != 1 || !strings.Contains(said, "2026-05-B") || !strings.Contains(said, "LAMP") || strings.Contains(said, "Ana") {
		t.Errorf("to the supplier: %+v, %s", d.Files, said)
	}
	c, err := x.claims.Change(ctx, x.system, list[0].ID, recovery.Change{To: recovery.Submitted, Have: recovery.SupplierPapers()})
	if err != nil || c.State != recovery.Submitted || c.Asked != 4800 {
		t.Errorf("submitted: %+v, %v", c, err)
	}
	if list := x.list(recovery.Filter{Against: recovery.Supplier, Batch: "2026-06-A"}); len(list) != 1 || list[0].ID == c.ID || len(list[0].Items) != 2 {
		t.Errorf("of the second batch: %+v", list)
	}
}

// pixel is a picture.
var pixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82")

// TestNamesFromTheRightAreReadInLetters reads names in Arabic and Hebrew back from the letter and the records of a claim, with the
// numbers that stand beside them.
func TestNamesFromTheRightAreReadInLetters(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x, ctx := newHouse(t, s), t.Context()
		const carrier, goods = "شركة الشحن السريع", "מנורת שולחן"
		o, _, err := x.orders.Save(ctx, x.system, order.New{Shop: x.shop.ID, Number: "1001", Email: "ana@mail.example", Status: order.Open, Currency: "EUR", Goods: 9000, Total: 9000, PlacedAt: x.now.Add(-time.Hour),
			ShipTo: order.Address{Name: "أحمد العلي", Country: "SA"}, Lines: []order.Line{{SKU: "LAMP", Title: goods, Quantity: 2, Price: 4500}},
			Fulfillments: []order.Fulfillment{{Carrier: carrier, Tracking: "LX000000001CN", ShippedAt: x.now}}})
		x.must(err)
		x.tells("LX000000001CN", shipment.Lost, x.now.Add(-time.Minute))
		sent, err := x.shipments.List(ctx, x.system, shipment.Filter{Order: o.ID}, shipment.Cursor{}, 1)
		x.must(err)
		c, _, err := x.Claim(ctx, x.system, recoup.Wish{Shipment: sent[0].ID, Against: recovery.Insurer, Party: carrier, Cause: recovery.Lost})
		x.must(err)
		d, err := x.Dossier(ctx, x.system, c.ID, i18n.English)
		x.must(err)
		if said := x.text(d.Letter); !strings.Contains(said, carrier) || !strings.Contains(said, "LX000000001CN") || !strings.Contains(said, "90.00") {
			t.Errorf("the letter: %s", said)
		}
		var all bytes.Buffer
		x.must(d.Write(ctx, &all))
		z, err := zip.NewReader(bytes.NewReader(all.Bytes()), int64(all.Len()))
		x.must(err)
		for _, f := range z.File {
			if f.Name != "2-records.pdf" {
				continue
			}
			r, err := f.Open()
			x.must(err)
			records, err := io.ReadAll(r)
			x.must(err)
			said := x.text(records)
			for _, want := range []string{"أحمد العلي", goods, "LX000000001CN"} {
				if !strings.Contains(said, want) {
					t.Errorf("%q is not in the records: %s", want, said)
				}
			}
			return
		}
		t.Error("there are no records")
	})
}
