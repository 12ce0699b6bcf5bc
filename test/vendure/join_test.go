package vendure

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/commerce/vendure"
	schemes "godwit.dev/godwit/internal/adapter/hook"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// merchant is who uses Godwit for a shop.
type merchant struct {
	t       *testing.T
	s       *store.Store
	owner   auth.Actor
	orders  *order.Service
	parcels *shipment.Service
	shops   *commerce.Service
	hooks   *hook.Service
}

func newMerchant(t *testing.T, s *store.Store) *merchant {
	m := &merchant{t: t, s: s, owner: auth.ForSystem(storetest.Workspace(t, s))}
	ids, log := id.NewSource(id.RandomNode(), time.Now), slog.New(slog.DiscardHandler)
	customers := customer.New(customer.Config{Store: s, Journal: s, IDs: ids, Now: time.Now})
	m.parcels = shipment.New(shipment.Config{Store: s, Journal: s, IDs: ids, Now: time.Now})
	m.orders = order.NewService(order.Config{Store: s, Customers: customers, Parcels: m.parcels, Journal: s, IDs: ids, Now: time.Now})
	products := product.NewService(product.Config{Store: s, Journal: s, IDs: ids, Now: time.Now})
	m.hooks = hook.NewService(hook.Config{Store: s, Journal: s, Queue: s, IDs: ids, Now: time.Now, Log: log, Schemes: schemes.Schemes(), Processors: map[string]hook.Processor{}})
	d := vendure.Driver()
	d.Rate = connector.Rate{Requests: 1000, Per: time.Second, Burst: 1000}
	m.shops = commerce.NewService(commerce.Config{
		Store: s, Orders: m.orders, Customers: customers, Products: products, Hooks: m.hooks, Journal: s, Queue: s, IDs: ids, Client: client(),
		Drivers: []commerce.Driver{d}, Now: time.Now, Log: log,
	})
	m.hooks.Processors[commerce.HookKind] = m.shops.Receive
	return m
}

// work does the jobs that are due, until there are none.
func (m *merchant) work() {
	m.t.Helper()
	ctx := m.t.Context()
	handlers := m.shops.Handlers()
	for {
		jobs, err := m.s.Claim(ctx, commerce.Queue, time.Now(), time.Now().Add(time.Minute), 1)
		if err != nil {
			m.t.Fatal(err)
		}
		if len(jobs) == 0 {
			return
		}
		j := jobs[0]
		err = handlers[j.Kind](ctx, j)
		var later job.Later
		if errors.As(err, &later) {
			err = m.s.Retry(ctx, j, later.At, false, "")
		} else if err == nil {
			_, err = m.s.Finish(ctx, j, time.Now())
		}
		if err != nil {
			m.t.Fatalf("%s: %v", j.Kind, err)
		}
	}
}

// order returns the order of a number with its parcels.
func (m *merchant) order(number string) (order.Order, []shipment.Shipment) {
	m.t.Helper()
	list, err := m.orders.List(m.t.Context(), m.owner, order.Filter{}, order.Cursor{}, 0)
	if err != nil {
		m.t.Fatal(err)
	}
	for _, o := range list {
		if o.Number == number {
			parcels, err := m.parcels.List(m.t.Context(), m.owner, shipment.Filter{Order: o.ID}, shipment.Cursor{}, 0)
			if err != nil {
				m.t.Fatal(err)
			}
			return o, parcels
		}
	}
	return order.Order{}, nil
}

// receive takes the plugin's messages as the door for hooks does: proves, keeps, and leaves the work to a job.
func (m *merchant) receive(c commerce.Connection, told chan<- struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			m.t.Error(err)
			return
		}
		if r.URL.Path != c.Hook.Path() {
			m.t.Errorf("called at %s", r.URL.Path)
		}
		err = m.s.InTx(context.WithoutCancel(r.Context()), func(ctx context.Context) error {
			return m.shops.Receive(ctx, hook.Connection{ID: c.Hook, Workspace: c.Workspace}, hook.Received{
				Workspace: c.Workspace, Connection: c.Hook, ContentType: r.Header.Get("Content-Type"), Body: bytes.Clone(body),
			})
		})
		if err != nil {
			m.t.Error(err)
		}
		select {
		case told <- struct{}{}:
		default:
		}
	}
}

// joined connects Godwit to the shop: the first import, then parcels and refunds, told by the plugin and found by looking.
func (b *bench) joined(t *testing.T) {
	m := newMerchant(t, storetest.SQLite(t))
	p := b.place(t, "dora@example.ru", map[string]int{"MUG-BS": 2, "SAM-1": 1})
	if _, err := m.shops.Connect(t.Context(), m.owner, commerce.New{Driver: "vendure", Settings: map[string]string{"address": b.URL, "key": "no:key"}}); !errs.Is(err, errs.Denied) {
		t.Errorf("connected with a wrong key: %v", err)
	}
	made, err := m.shops.Connect(t.Context(), m.owner, commerce.New{Driver: "vendure", Settings: b.settings()})
	if err != nil {
		t.Fatal(err)
	}
	m.work()
	o, parcels := m.order(p.Code)
	if o.Total != 14288 || o.Currency != "USD" || o.Email != "dora@example.ru" || o.ShipTo.Country != "RU" || o.Customer == 0 || len(o.Lines) != 2 || len(parcels) != 0 {
		t.Fatalf("imported %+v with %d parcels", o, len(parcels))
	}

	// The plugin tells, and what it tells of is fetched.
	told := make(chan struct{}, 1)
	receiver := httptest.NewServer(m.receive(made.Connection, told))
	t.Cleanup(receiver.Close)
	b.Do(t, "hook", map[string]any{"url": receiver.URL + made.Connection.Hook.Path(), "secret": made.Secret}, nil)
	b.Do(t, "fulfil", map[string]any{"lines": map[string]int{p.Lines[0].ID: 1}, "carrier": "China Post", "number": "RB123456785CN"}, nil)
	b.Do(t, "refund", map[string]any{"payment": p.Payments[0].ID, "amount": 8990, "reason": "came broken"}, nil)
	for deadline := time.Now().Add(30 * time.Second); ; {
		select {
		case <-told:
		case <-time.After(time.Until(deadline)):
			t.Fatalf("the plugin's messages do not lead to %+v with %+v", o, parcels)
		}
		m.work()
		if o, parcels = m.order(p.Code); o.Refunded == 8990 && len(parcels) == 1 {
			break
		}
	}
	if l := parcels[0].Legs; len(l) != 1 || l[0].Number != "RB123456785CN" || o.FulfillmentStatus != "partial" {
		t.Errorf("%s, parcel %+v", o.FulfillmentStatus, parcels[0])
	}

	// Without the plugin a look finds it.
	b.Do(t, "hook", nil, nil)
	b.Do(t, "fulfil", map[string]any{"lines": map[string]int{p.Lines[0].ID: 1, p.Lines[1].ID: 1}, "carrier": "СДЭК", "number": "10043344556"}, nil)
	m.work()
	if _, parcels = m.order(p.Code); len(parcels) != 1 {
		t.Fatalf("%d parcels before anybody looked", len(parcels))
	}
	if _, err := m.shops.SyncNow(t.Context(), m.owner, made.Connection.ID, false); err != nil {
		t.Fatal(err)
	}
	m.work()
	if o, parcels = m.order(p.Code); len(parcels) != 2 || o.FulfillmentStatus != "fulfilled" {
		t.Errorf("%s, %d parcels", o.FulfillmentStatus, len(parcels))
	}
}
