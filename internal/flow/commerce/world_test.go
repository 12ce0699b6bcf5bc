package commerce_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/commerce/commercetest"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
)

// fataler is a test, or a draw of a property.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// world is a merchant whose shop is a Shelf, with a clock that only the test moves.
type world struct {
	t         fataler
	s         *store.Store
	shelf     *commercetest.Shelf
	messages  []intake.Object // webhooks by number
	clock     time.Time
	svc       *commerce.Service
	orders    *order.Service
	customers *customer.Service
	products  *product.Service
	owner     auth.Actor
	hooks     map[hook.ID]commerce.ID
}

func newWorld(t fataler, s *store.Store, shelf *commercetest.Shelf, w auth.WorkspaceID, clock time.Time) *world {
	x := &world{t: t, s: s, shelf: shelf, clock: clock, hooks: map[hook.ID]commerce.ID{}}
	ids := id.NewSource(id.RandomNode(), time.Now)
	now := func() time.Time { x.clock = x.clock.Add(time.Millisecond); return x.clock }
	x.customers = customer.New(customer.Config{Store: s, Journal: s, IDs: ids, Now: now})
	parcels := shipment.New(shipment.Config{Store: s, Journal: s, IDs: ids, Now: now})
	x.orders = order.NewService(order.Config{Store: s, Customers: x.customers, Parcels: parcels, Journal: s, IDs: ids, Now: now})
	x.products = product.NewService(product.Config{Store: s, Journal: s, IDs: ids, Now: now})
	d := shelf.Driver()
	d.Scheme, d.Capabilities.Webhooks, d.TopicHeader = "standard", true, "X-Topic"
	d.Whole = []string{intake.KindOrder, intake.KindProduct, intake.KindCustomer}
	d.Source = intake.Source{Name: d.Name, Convert: x.decode}
	hooks := hook.NewService(hook.Config{Store: s, Journal: s, Queue: s, IDs: ids, Now: now, Log: slog.New(slog.DiscardHandler), Schemes: map[string]hook.Scheme{"standard": trusting{}}, Processors: map[string]hook.Processor{}})
	x.svc = commerce.NewService(commerce.Config{
		Store: s, Orders: x.orders, Customers: x.customers, Products: x.products, Hooks: hooks, Journal: s, Queue: s, IDs: ids, Client: &http.Client{},
		Drivers: []commerce.Driver{d}, Now: now, Log: slog.New(slog.DiscardHandler),
	})
	hooks.Processors[commerce.HookKind] = x.svc.Receive
	x.owner = auth.Actor{Kind: auth.System, Name: "Owner", Workspace: w}
	return x
}

// trusting believes everybody.
type trusting struct{}

func (trusting) Verify(h http.Header, _ []byte, _ []string, _ time.Time) (hook.Proof, error) {
	return hook.Proof{Key: h.Get("Key"), Topic: h.Get("X-Topic")}, nil
}
func (trusting) NewSecret() string        { return "made secret" }
func (trusting) CheckSecret(string) error { return nil }

// decode is the vendor's converter: a message has the number of a version, and its topic says whether all of it.
func (x *world) decode(h http.Header, body *wire.Node) intake.Told {
	o := x.messages[body.Int("message")]
	if o.Base().Kind == commerce.KindPrivacy {
		c := &intake.Customer{Head: intake.Head{Kind: intake.KindCustomer, ID: o.Base().ID}, Email: "ada@example.com"}
		return intake.Told{Type: "customer.redact_requested", Objects: []intake.Object{c}}
	}
	if o.Base().Deleted {
		r := intake.NewRecord(o.Base().Kind, body)
		r.Refer(o.Base().Kind, o.Base().ID)
		return intake.Told{Type: o.Base().Kind + ".deleted", Objects: []intake.Object{r}}
	}
	if h.Get("X-Topic") == "thin" {
		r := intake.NewRecord("change", body)
		r.Refer(o.Base().Kind, o.Base().ID)
		o = r
	}
	return intake.Told{Type: "changed", Objects: []intake.Object{o}}
}

// put changes the shop and returns the number of the message that tells of it.
func (x *world) put(o intake.Object) int {
	x.shelf.Put(o)
	x.messages = append(x.messages, o)
	return len(x.messages) - 1
}

// remove deletes an object at the shop and returns the number of the message that tells of it.
func (x *world) remove(kind, id string) int {
	x.shelf.Remove(kind, id)
	x.messages = append(x.messages, &intake.Record{Head: intake.Head{Kind: kind, ID: id, Deleted: true}})
	return len(x.messages) - 1
}

// sweep reads everything again, from the beginning.
func (x *world) sweep(c commerce.Connection) commerce.Connection {
	x.t.Helper()
	if _, err := x.svc.SyncNow(context.Background(), x.owner, c.ID, true); err != nil {
		x.t.Fatalf("sweep: %v", err)
	}
	c = x.look(c)
	x.work(500) // what the lists lacked
	return c
}

// connect makes the connection.
func (x *world) connect() commerce.Connection {
	x.t.Helper()
	m, err := x.svc.Connect(context.Background(), x.owner, commerce.New{Driver: "shelf", Settings: map[string]string{"token": "hidden token"}})
	if err != nil {
		x.t.Fatalf("connect: %v", err)
	}
	x.hooks[m.Connection.Hook] = m.Connection.ID
	return m.Connection
}

// deliver brings a webhook.
func (x *world) deliver(c commerce.Connection, message int, thin bool) {
	x.t.Helper()
	body, _ := json.Marshal(map[string]int{"message": message})
	r := hook.Received{Workspace: c.Workspace, Connection: c.Hook, ContentType: "application/json", Body: body}
	if thin {
		r.Topic = "thin"
	}
	err := x.s.InTx(context.Background(), func(ctx context.Context) error {
		return x.svc.Receive(ctx, hook.Connection{ID: c.Hook, Workspace: c.Workspace}, r)
	})
	if err != nil {
		x.t.Fatalf("deliver: %v", err)
	}
}

// work runs jobs that are due, at most a number of them. A job that fails is due again in a minute.
func (x *world) work(most int) {
	x.t.Helper()
	ctx := context.Background()
	handlers := x.svc.Handlers()
	for range most {
		jobs, err := x.s.Claim(ctx, commerce.Queue, x.clock, x.clock.Add(time.Minute), 1)
		if err != nil {
			x.t.Fatalf("claim: %v", err)
		}
		if len(jobs) == 0 {
			return
		}
		j := jobs[0]
		err = handlers[j.Kind](ctx, j)
		var later job.Later
		switch {
		case err == nil:
			_, err = x.s.Finish(ctx, j, x.clock)
		case errors.As(err, &later):
			err = x.s.Retry(ctx, j, later.At, false, "")
		case errs.Is(err, errs.Internal):
			x.t.Fatalf("job %s: %v", j.Kind, err)
		default:
			err = x.s.Retry(ctx, j, x.clock.Add(time.Minute), false, err.Error())
		}
		if err != nil {
			x.t.Fatalf("settle job: %v", err)
		}
	}
}

// look lets time pass and reads the shop to the end of all lists.
func (x *world) look(c commerce.Connection) commerce.Connection {
	x.t.Helper()
	for range 200 {
		x.clock = x.clock.Add(2 * time.Hour)
		if err := x.svc.Wake(context.Background()); err != nil {
			x.t.Fatal(err)
		}
		began := x.clock
		x.work(500)
		got, err := x.s.ShopConnection(context.Background(), c.Workspace, c.ID)
		if err != nil {
			x.t.Fatal(err)
		}
		if got.State == commerce.Live && got.OKAt.After(began.Add(-time.Minute)) {
			return got
		}
	}
	x.t.Fatal("the shop is never read to its end")
	return c
}

// state is everything that is known of a shop, without what differs between two copies of the same.
type state struct {
	Orders   map[string]order.Order
	Products map[string]product.Product
	Wrong    map[string]string // orders whose customer is not theirs
}

func (x *world) state(c commerce.Connection) state {
	x.t.Helper()
	ctx := context.Background()
	out := state{map[string]order.Order{}, map[string]product.Product{}, map[string]string{}}
	var after order.Cursor
	for {
		list, err := x.orders.List(ctx, x.owner, order.Filter{}, after, 0)
		if err != nil {
			x.t.Fatal(err)
		}
		if len(list) == 0 {
			break
		}
		for _, o := range list {
			if o.Customer != 0 {
				who, err := x.customers.Get(ctx, x.owner, o.Customer)
				if err != nil {
					x.t.Fatal(err)
				}
				if !slices.ContainsFunc(who.Identities, func(i customer.Identity) bool { return i.Kind == customer.Email && i.Value == o.Email }) && o.Email != "" {
					out.Wrong[o.ExternalID] = "a customer without the order's address"
				}
			}
			after = order.Cursor{PlacedAt: o.PlacedAt, ID: o.ID}
			if x.shelf.Has(intake.KindOrder, o.ExternalID) != o.DeletedAt.IsZero() {
				out.Wrong[o.ExternalID] = "deleted at " + o.DeletedAt.String()
			}
			if !o.DeletedAt.IsZero() {
				continue
			}
			o.ID, o.Workspace, o.Shop, o.Customer, o.UpdatedAt = 0, 0, 0, 0, time.Time{}
			for i := range o.Lines {
				o.Lines[i].ID = 0
			}
			for i := range o.Fulfillments {
				o.Fulfillments[i].ID = 0
			}
			// Those that were there before stand first.
			slices.SortFunc(o.Fulfillments, func(a, b order.Fulfillment) int { return strings.Compare(a.Tracking, b.Tracking) })
			out.Orders[o.ExternalID] = o
		}
	}
	var last product.ID
	for {
		list, err := x.products.List(ctx, x.owner, product.Filter{}, last, 0)
		if err != nil {
			x.t.Fatal(err)
		}
		if len(list) == 0 {
			return out
		}
		for _, p := range list {
			last = p.ID
			if x.shelf.Has(intake.KindProduct, p.ExternalID) == (p.Status == product.Deleted) {
				out.Wrong["product "+p.ExternalID] = "is " + p.Status
			}
			if p.Status == product.Deleted {
				continue
			}
			p.ID, p.Workspace, p.Shop, p.CreatedAt, p.UpdatedAt = 0, 0, 0, time.Time{}, time.Time{}
			for i := range p.Variants {
				p.Variants[i].ID = 0
			}
			out.Products[p.ExternalID] = p
		}
	}
}

// clear takes away what an earlier run left, since due work is looked for in all workspaces.
func (x *world) clear() {
	x.t.Helper()
	write, _ := x.s.Pools()
	for _, q := range []string{"DELETE FROM shop_connection", "DELETE FROM job"} {
		if _, err := write.Exec(q); err != nil {
			x.t.Fatal(err)
		}
	}
}
