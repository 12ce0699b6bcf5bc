package portal_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// world is a database with two workspaces, and the pages of their shops.
type world struct {
	t         *testing.T
	now       time.Time
	store     *store.Store
	orders    *order.Service
	shipments *shipment.Service
	pages     *portal.Service
	desk      *ticket.Service
	pauses    int
	letters   []portal.Letter
	spaces    [2]auth.WorkspaceID
	shops     [3]order.Shop // two of the first workspace, one of the second
	order     order.Order   // of the first shop
}

const (
	buyer  = "wanderer@mail.example"
	street = "Hidden Lane 7"
	phone  = "+49 (0)151 2345 6789"
)

func newWorld(t *testing.T, s *store.Store) *world {
	w := &world{t: t, now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), store: s}
	now := func() time.Time { return w.now }
	ids := id.NewSource(3, time.Now)
	w.shipments = shipment.New(shipment.Config{Store: s, Journal: s, IDs: ids, Now: now})
	customers := customer.New(customer.Config{Store: s, Journal: s, IDs: ids, Now: now})
	w.orders = order.NewService(order.Config{Store: s, Customers: customers, Parcels: w.shipments, Journal: s, IDs: ids, Now: now})
	w.desk = ticket.NewService(ticket.Config{
		Store: s, Journal: s, Actions: action.NewEngine(s, s, nil, now, slog.New(slog.DiscardHandler)), Customers: customers, Orders: w.orders, People: s, IDs: ids, Now: now,
	})
	w.pages = portal.New(portal.Config{
		Desk: w.desk, Address: "https://desk.example",
		Orders: w.orders, Shipments: w.shipments, House: s, Gate: auth.NewGate(s, now), Now: now, Store: s, Queue: s,
		Post: func(_ context.Context, _ order.Shop, l portal.Letter) error {
			w.letters = append(w.letters, l)
			return nil
		},
		Pause: func(context.Context, time.Duration) { w.pauses++ },
	})
	for i := range w.spaces {
		w.spaces[i] = auth.WorkspaceID(ids.Next())
		name := "w" + strconv.FormatInt(int64(w.spaces[i]), 36)
		w.must(s.AddWorkspace(t.Context(), auth.Workspace{ID: w.spaces[i], Slug: name, Name: name, Language: "en", Zone: "UTC", Secret: []byte(name + " has a secret of its own"), CreatedAt: w.now}))
	}
	for i := range w.shops {
		shop, _, err := w.orders.EnsureShop(t.Context(), auth.ForSystem(w.spaces[i/2]), order.Shop{Name: []string{"Shop", "Other", "Shop"}[i], Currency: "EUR"})
		w.must(err)
		w.shops[i] = shop
	}
	w.order = w.save(w.shops[0], "GW-1042", buyer)
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) save(shop order.Shop, number, email string, parcels ...order.Fulfillment) order.Order {
	w.t.Helper()
	o, _, err := w.orders.Save(w.t.Context(), auth.ForSystem(shop.Workspace), order.New{
		Shop: shop.ID, Number: number, Email: email, CustomerName: "Wanda Wanderer", Status: order.Open, PaymentMethod: "visa", PlacedAt: w.now.AddDate(0, 0, -9),
		ShipTo:       order.Address{Name: "Wanda Wanderer", Line1: street, City: "Kiel", Postcode: "24103", Country: "DE", Phone: phone},
		Lines:        []order.Line{{Title: "Tent", Variant: "Green", Quantity: 2, Price: 9900}},
		Fulfillments: parcels, Total: 19800, Goods: 19800,
	})
	w.must(err)
	return o
}

func (w *world) find(shop order.Shop, number, contact, address string) (string, error) {
	return w.pages.Find(w.t.Context(), shop, portal.Claim{Number: number, Contact: contact, Address: address})
}

func TestFind(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		for i, c := range [][2]string{
			{"GW-1042", buyer}, {" gw 1042 ", "  WANDERER@Mail.Example "}, {"1042", buyer}, {"#GW１０４２", buyer},
			{"GW-1042", "+49 151 23456789"}, {"gw1042", "0151/23456789"}, {"GW-1042", "0049 151 2345 6789"},
		} {
			token, err := w.find(w.shops[0], c[0], c[1], "192.0.2."+strconv.Itoa(i))
			w.must(err)
			st, err := w.pages.Show(t.Context(), w.shops[0], token, "")
			w.must(err)
			if st.Number != "GW-1042" {
				t.Errorf("%v finds %s", c, st.Number)
			}
		}
		if w.pauses != 0 {
			t.Errorf("right answers were held up %d times", w.pauses)
		}
	})
}

// TestGuessesTellNothing holds every wrong claim to one answer, which leaves at an
// even time.
func TestGuessesTellNothing(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.save(w.shops[1], "GW-7777", buyer)
	w.save(w.shops[2], "GW-8888", buyer)
	said := map[string]bool{}
	for i, c := range [][2]string{
		{"GW-1042", "somebody@else.example"}, {"GW-9999", buyer}, {"GW-7777", buyer}, {"GW-8888", buyer}, {"GW-1042", "6789"},
		{"GW-1042", "0151 99999999"}, {"GW-9999", phone}, {"GW-1042", "@"}, {"GW-1042", "%"}, {"GW-1042' OR 1=1", buyer},
	} {
		before := w.pauses
		token, err := w.find(w.shops[0], c[0], c[1], "198.51.100."+strconv.Itoa(i))
		if token != "" || !errs.Is(err, errs.NotFound) || w.pauses != before+1 {
			t.Errorf("%v: %q, %v, %d pauses", c, token, err, w.pauses-before)
			continue
		}
		said[err.Error()] = true
	}
	if len(said) != 1 {
		t.Errorf("different answers: %v", said)
	}
	for _, c := range [][2]string{{"", buyer}, {"GW-1042", ""}, {" - ", buyer}, {"GW-1042", "  "}} {
		if _, err := w.find(w.shops[0], c[0], c[1], "203.0.113.1"); !errs.Is(err, errs.Invalid) {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// TestAttemptsAreCounted: who tries too often waits, and a right claim does not
// tell itself from a wrong one while they do.
func TestAttemptsAreCounted(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	const guesser = "198.51.100.7"
	var wait *portal.Wait
	for _, number := range []string{"GW-1042", "GW-9999"} {
		n := 0
		for ; n < 20; n++ {
			_, err := w.find(w.shops[0], number, "guess"+strconv.Itoa(n)+"@mail.example", guesser)
			if errors.As(err, &wait) {
				break
			}
		}
		if n != 5 {
			t.Errorf("%s: %d guesses pass", number, n)
		}
	}
	if _, err := w.find(w.shops[0], "GW-1042", buyer, guesser); !errors.As(err, &wait) {
		t.Errorf("the right claim passes after guesses: %v", err)
	}
	if _, err := w.find(w.shops[0], "GW-1042", buyer, "203.0.113.9"); err != nil {
		t.Errorf("the customer is locked out by a guesser elsewhere: %v", err)
	}
	n := 0
	for ; n < 200; n++ {
		if _, err := w.find(w.shops[0], "N"+strconv.Itoa(n), buyer, "192.0.2.77"); errors.As(err, &wait) {
			break
		}
	}
	if n != 60 {
		t.Errorf("one network looks for %d orders", n)
	}
}

// TestLinksAreOfOneOrder: a link that was changed, that ended or that belongs to
// another shop or workspace shows nothing.
func TestLinksAreOfOneOrder(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	token, err := w.find(w.shops[0], "GW-1042", buyer, "192.0.2.1")
	w.must(err)
	refused := func(what string, shop order.Shop, token string) {
		t.Helper()
		if st, err := w.pages.Show(t.Context(), shop, token, ""); !errs.Is(err, errs.NotFound) {
			t.Errorf("%s: %+v, %v", what, st, err)
		}
	}
	for i := range token {
		other := "0"
		if token[i] == '0' {
			other = "1"
		}
		refused("changed", w.shops[0], token[:i]+other+token[i+1:])
	}
	refused("cut", w.shops[0], token[:len(token)-1])
	refused("longer", w.shops[0], token+"0")
	refused("empty", w.shops[0], "")
	refused("in capitals", w.shops[0], strings.ToUpper(token))
	refused("of another shop", w.shops[1], token)
	refused("of another workspace", w.shops[2], token)
	w.now = w.now.Add(portal.LinkLife - time.Second)
	if _, err := w.pages.Show(t.Context(), w.shops[0], token, ""); err != nil {
		t.Error(err)
	}
	w.now = w.now.Add(time.Second)
	refused("over", w.shops[0], token)
}

func TestStatusTellsNothingPrivate(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.save(w.shops[0], "GW-2000", buyer, order.Fulfillment{Carrier: "DHL Paket", Tracking: "00340434161094042557", ShippedAt: w.now.AddDate(0, 0, -3)})
	token, err := w.find(w.shops[0], "GW-2000", buyer, "192.0.2.1")
	w.must(err)
	st, err := w.pages.Show(t.Context(), w.shops[0], token, "")
	w.must(err)
	raw, err := json.Marshal(st)
	w.must(err)
	for _, secret := range []string{street, "Wanda", "24103", "2345", buyer, "9900", "19800", "visa", "GW-1042"} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("the status tells %q: %s", secret, raw)
		}
	}
}

func TestParcels(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	shipped := w.now.AddDate(0, 0, -6)
	w.save(w.shops[0], "GW-3000", buyer,
		order.Fulfillment{Carrier: "DHL Paket", Tracking: "00340434161094042557", ShippedAt: shipped},
		order.Fulfillment{Carrier: "China Post", Tracking: "LP123456785CN", ShippedAt: shipped})
	at := func(h int, s shipment.Status, city, country string) shipment.Report {
		return shipment.Report{Number: shipment.Number{Carrier: "China Post", Number: "LP123456785CN"}, Event: shipment.Event{
			Status: s, At: shipped.Add(time.Duration(h) * time.Hour), Zoned: true, Place: shipment.Place{City: city, Country: country, Postcode: "24103"},
		}}
	}
	_, err := w.shipments.Ingest(t.Context(), auth.ForSystem(w.spaces[0]), shipment.Delivery{Source: "api", Reports: []shipment.Report{
		at(1, shipment.PickedUp, "Shenzhen", "CN"), at(20, shipment.InTransit, "Guangzhou", "CN"), at(21, shipment.InTransit, "Guangzhou", "CN"), at(90, shipment.InCustoms, "Leipzig", "DE"),
	}})
	w.must(err)
	token, err := w.find(w.shops[0], "GW-3000", buyer, "192.0.2.1")
	w.must(err)
	st, err := w.pages.Show(t.Context(), w.shops[0], token, "")
	w.must(err)
	if len(st.Parcels) != 2 || len(st.Items) != 1 || st.Items[0].Quantity != 2 {
		t.Fatalf("%+v", st)
	}
	for _, p := range st.Parcels {
		switch p.Carrier {
		case "DHL Paket":
			if p.Status != shipment.Announced || p.Link == "" {
				t.Errorf("%+v", p)
			}
		case "China Post":
			if p.Status != shipment.InCustoms || !p.Customs || len(p.History) != 3 || p.History[0].City != "Leipzig" || p.History[2].City != "Shenzhen" {
				t.Errorf("%+v", p)
			}
		default:
			t.Errorf("whose is %+v", p)
		}
	}
}

// TestContact: a page names the mailbox of its own shop, or the one for all.
func TestContact(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	for i, m := range []ticket.Mailbox{{Address: "all@shop.example"}, {Address: "other@shop.example", Shop: w.shops[1].ID}, {Address: "off@shop.example", Shop: w.shops[0].ID, Disabled: true}} {
		m.ID, m.Workspace, m.CreatedAt = ticket.MailboxID(9000+i), w.spaces[0], w.now
		w.must(w.store.AddMailbox(t.Context(), m))
	}
	token, err := w.find(w.shops[0], "GW-1042", buyer, "192.0.2.1")
	w.must(err)
	st, err := w.pages.Show(t.Context(), w.shops[0], token, "")
	w.must(err)
	if st.Contact != "all@shop.example" {
		t.Errorf("contact %q", st.Contact)
	}
}

func TestShopsShareNoAddress(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	if w.shops[0].Slug != "shop" || w.shops[2].Slug != "shop-2" {
		t.Errorf("%q, %q", w.shops[0].Slug, w.shops[2].Slug)
	}
	for _, shop := range w.shops {
		got, err := w.orders.ShopBySlug(t.Context(), shop.Slug)
		if err != nil || got.ID != shop.ID {
			t.Errorf("%s: %v, %v", shop.Slug, got, err)
		}
	}
	if _, err := w.orders.ShopBySlug(t.Context(), ""); !errs.Is(err, errs.NotFound) {
		t.Error(err)
	}
}
