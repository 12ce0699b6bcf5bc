package store_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"

	"godwit.dev/godwit/internal/adapter/carrier/generic"
	adapter "godwit.dev/godwit/internal/adapter/hook"
)

// service is a tracking service that a test plays.
type service struct {
	registered []string
	asked      []string
	takes      func(tracking.Number) tracking.Outcome
	tells      map[string]*intake.Shipment // by number
	lost       []string                    // numbers that it does not know any more
	err        error
}

func (s *service) About(context.Context) (tracking.About, error) {
	return tracking.About{Quota: -1}, s.err
}

func (s *service) Register(_ context.Context, list []tracking.Number) ([]tracking.Outcome, error) {
	if s.err != nil {
		return nil, s.err
	}
	out := make([]tracking.Outcome, len(list))
	for i, n := range list {
		s.registered = append(s.registered, n.Number)
		out[i].Ref = "ref-" + n.Number
		if s.takes != nil {
			out[i] = s.takes(n)
		}
	}
	return out, nil
}

func (s *service) Poll(_ context.Context, list []tracking.Number) (tracking.News, error) {
	if s.err != nil {
		return tracking.News{}, s.err
	}
	news := tracking.News{Raw: []byte(`{"answer":true}`)}
	for _, n := range list {
		s.asked = append(s.asked, n.Number)
		if v := s.tells[n.Number]; v != nil {
			news.Shipments = append(news.Shipments, v)
		} else if slices.Contains(s.lost, n.Number) {
			news.Unregistered = append(news.Unregistered, n.Number)
		}
	}
	return news, nil
}

// pier is a dock with tracking services.
type pier struct {
	dock
	s        *store.Store
	tracking *tracking.Service
	services map[string]*service
	clock    *time.Time
	hooks    *hook.Service
}

func newPier(t *testing.T, s *store.Store) pier {
	d := newDock(t, s)
	now := d.now.Add(time.Minute) // behind which all numbers are due
	p := pier{dock: d, s: s, services: map[string]*service{"one": {tells: map[string]*intake.Shipment{}}, "two": {tells: map[string]*intake.Shipment{}}}, clock: &now}
	driver := func(name string, webhooks bool) tracking.Driver {
		return tracking.Driver{
			Name: name, Title: name, Options: []connector.Option{{Name: "api_key", Kind: connector.Secret, Required: true}},
			Capabilities: tracking.Capabilities{Webhooks: webhooks, Register: true, Poll: true, RegisterBatch: 2, PollBatch: 2}, Scheme: "standard", Source: generic.Source(),
			Open: func(connector.Settings) (tracking.Tracker, error) { return p.services[name], nil },
		}
	}
	tell := func() time.Time { return *p.clock }
	p.hooks = hook.NewService(hook.Config{
		Store: s, Journal: s, Queue: s, IDs: d.ids, Now: tell, Log: slog.New(slog.DiscardHandler), Schemes: adapter.Schemes(),
		Processors: map[string]hook.Processor{tracking.HookKind: func(ctx context.Context, h hook.Connection, r hook.Received) error {
			return p.tracking.Receive(ctx, h, r)
		}},
	})
	p.tracking = tracking.New(tracking.Config{
		Store: s, Hooks: p.hooks, Parcels: d.parcels, Journal: s, Queue: s, IDs: d.ids, Now: tell, Log: slog.New(slog.DiscardHandler),
		Client: outbound.New(outbound.Options{}), Drivers: []tracking.Driver{driver("one", false), driver("two", true), generic.Driver()},
	})
	return p
}

func (p pier) add(t *testing.T, driver string) tracking.Connection {
	t.Helper()
	c, _, err := p.tracking.Add(context.Background(), p.owner, tracking.Input{Driver: driver, Values: map[string]string{"api_key": "hush-hush"}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// work runs the job of a connection, and returns when it wants to come again.
func (p pier) work(t *testing.T, c tracking.Connection) time.Time {
	t.Helper()
	err := p.tracking.Handle(context.Background(), tracking.Wake(c.Workspace, c.ID))
	var later job.Later
	if errors.As(err, &later) {
		return later.At
	}
	if err != nil {
		t.Fatal(err)
	}
	return time.Time{}
}

func (p pier) follow(t *testing.T, number string) tracking.Follow {
	t.Helper()
	list := p.list(t, shipment.Filter{Key: order.TrackingKey(number)})
	if len(list) != 1 {
		t.Fatalf("%d parcels %s", len(list), number)
	}
	follows, err := p.s.FollowsOf(context.Background(), p.owner.Workspace, []shipment.ID{list[0].ID})
	if err != nil || len(follows) != 1 {
		t.Fatalf("%d follows of %s: %v", len(follows), number, err)
	}
	return follows[0]
}

func (p pier) told(number, status string, hours int) *intake.Shipment {
	at := p.now.Add(time.Duration(hours) * time.Hour)
	v := &intake.Shipment{Direction: "out", Carrier: "royal-mail", Numbers: []string{number}, Events: []intake.Event{{At: at, Status: status, Code: status, Text: "it is"}}}
	v.Status, v.UpdatedAt = status, at
	return v
}

func TestParcelsAreFollowed(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		p := newPier(t, s)
		p.order(t, "1", "AB000000001GB") // before the connection
		c := p.add(t, "one")
		p.order(t, "2", "AB000000002GB", "AB000000003GB")
		one := p.services["one"]
		again := p.work(t, c)
		if want := []string{"AB000000001GB", "AB000000002GB", "AB000000003GB"}; !slices.Equal(slices.Sorted(slices.Values(one.registered)), want) || len(one.asked) != 0 {
			t.Fatalf("registered %v, asked about %v", one.registered, one.asked)
		}
		if wait := again.Sub(*p.clock); wait < time.Minute || wait > 10*time.Minute {
			t.Errorf("comes again after %v", wait)
		}
		if f := p.follow(t, "AB000000002GB"); f.Stage != tracking.Followed || f.Ref != "ref-AB000000002GB" || f.Number.Carrier != "Royal Mail" || f.Number.Country != "DE" || f.Number.Postcode != "10115" {
			t.Errorf("%+v", f)
		}
		one.tells["AB000000001GB"], one.tells["AB000000002GB"] = p.told("AB000000001GB", intake.OutForDelivery, -1), p.told("AB000000002GB", intake.InTransit, -2)
		*p.clock = again
		p.work(t, c)
		if len(one.asked) != 3 || len(one.registered) != 3 {
			t.Errorf("registered %v, asked about %v", one.registered, one.asked)
		}
		out, way, silent := p.follow(t, "AB000000001GB"), p.follow(t, "AB000000002GB"), p.follow(t, "AB000000003GB")
		if !out.DueAt.Before(way.DueAt) || out.DueAt.Sub(again) > time.Hour || way.HeardAt.IsZero() || !silent.HeardAt.IsZero() || silent.DueAt.IsZero() {
			t.Errorf("due %v, %v, %v", out.DueAt, way.DueAt, silent.DueAt)
		}
		parcel := p.list(t, shipment.Filter{Key: "AB000000001GB"})[0]
		events, err := p.parcels.Events(ctx, p.owner, parcel.ID)
		if parcel.Status != shipment.OutForDelivery || err != nil || events[len(events)-1].Source != "one" || events[len(events)-1].Payload == 0 {
			t.Errorf("%s %+v %v", parcel.Status, events, err)
		}

		// The same again changes nothing; after the end one last look is taken.
		before := len(events)
		*p.clock = out.DueAt
		p.work(t, c)
		one.tells["AB000000001GB"].Events = append(one.tells["AB000000001GB"].Events, intake.Event{At: out.DueAt, Status: intake.Delivered, Code: "D"})
		*p.clock = p.follow(t, "AB000000001GB").DueAt
		p.work(t, c)
		events, _ = p.parcels.Events(ctx, p.owner, parcel.ID)
		if len(events) != before+1 {
			t.Errorf("%d events, were %d", len(events), before)
		}
		last := p.follow(t, "AB000000001GB")
		if last.Stage != tracking.Followed || last.DueAt.Sub(*p.clock) < 12*time.Hour {
			t.Errorf("%+v", last)
		}
		*p.clock = last.DueAt.Add(time.Hour)
		p.work(t, c)
		if f := p.follow(t, "AB000000001GB"); f.Stage != tracking.Done || !f.DueAt.IsZero() {
			t.Errorf("%+v", f)
		}
	})
}

func TestNumbersGoToWhoTakesThem(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		p := newPier(t, s)
		first, second := p.add(t, "one"), p.add(t, "two")
		one, two := p.services["one"], p.services["two"]
		one.takes = func(n tracking.Number) tracking.Outcome {
			if n.Number == "AB000000001GB" {
				return tracking.Outcome{Err: tracking.ErrCarrier()}
			}
			return tracking.Outcome{Err: tracking.ErrQuota()}
		}
		two.takes = func(tracking.Number) tracking.Outcome { return tracking.Outcome{Err: tracking.ErrNumber()} }
		p.order(t, "1", "AB000000001GB", "AB000000002GB")
		p.work(t, first)
		if f := p.follow(t, "AB000000001GB"); f.Connection != second.ID || f.Stage != tracking.Fresh {
			t.Errorf("%+v", f)
		}
		if f := p.follow(t, "AB000000002GB"); f.Connection != first.ID || f.Stage != tracking.Fresh || f.Problem != "error.tracker_quota" {
			t.Errorf("%+v", f)
		}
		c, err := p.tracking.Connection(ctx, p.owner, first.ID)
		if err != nil || c.Problem != "error.tracker_quota" || !c.QuotaUntil.After(*p.clock) || c.Values["api_key"] != "" {
			t.Errorf("%+v %v", c, err)
		}
		n := len(one.registered)
		if p.work(t, first).Before(c.QuotaUntil) || len(one.registered) != n {
			t.Errorf("registers without quota: %v", one.registered)
		}
		p.work(t, second)
		if f := p.follow(t, "AB000000001GB"); f.Stage != tracking.Refused || !f.DueAt.IsZero() {
			t.Errorf("%+v", f)
		}

		// With the first one gone the second inherits what nobody follows.
		two.takes = nil
		if err := p.tracking.Delete(ctx, p.owner, first.ID); err != nil {
			t.Fatal(err)
		}
		p.work(t, second)
		if f := p.follow(t, "AB000000002GB"); f.Connection != second.ID || f.Stage != tracking.Followed {
			t.Errorf("%+v", f)
		}
	})
}

func TestAServiceThatFailsGetsItsRest(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		p := newPier(t, s)
		c := p.add(t, "one")
		p.order(t, "1", "AB000000001GB")
		one := p.services["one"]
		one.err = errs.New(errs.Unavailable, "error.vendor_busy")
		var rests []time.Duration
		for range 4 {
			again := p.work(t, c)
			rests = append(rests, again.Sub(*p.clock))
			*p.clock = again
		}
		if rests[0] < time.Minute || rests[3] < 4*rests[0] || rests[3] > time.Hour {
			t.Errorf("rests %v", rests)
		}
		one.err = errs.New(errs.Denied, "error.vendor_denied")
		if again := p.work(t, c); !again.IsZero() {
			t.Errorf("comes again at %v", again)
		}
		got, err := p.tracking.Connection(ctx, p.owner, c.ID)
		if err != nil || got.State != tracking.Broken || got.Problem != "error.vendor_denied" {
			t.Errorf("%+v %v", got, err)
		}
		one.err = nil
		if p.work(t, c); len(one.registered) != 0 {
			t.Error("works although it is broken")
		}
		if got, err = p.tracking.Change(ctx, p.owner, c.ID, tracking.Input{Name: "Mine", Values: map[string]string{"api_key": ""}}); err != nil || got.State != tracking.On || got.Name != "Mine" {
			t.Fatalf("%+v %v", got, err)
		}
		if p.work(t, c); len(one.registered) != 1 {
			t.Error("does not work although it is right again")
		}
		if _, err := p.tracking.Pause(ctx, p.owner, c.ID, true); err != nil {
			t.Fatal(err)
		}
		p.order(t, "2", "AB000000002GB")
		p.work(t, c)
		if _, err := p.tracking.Pause(ctx, p.owner, c.ID, false); err != nil {
			t.Fatal(err)
		}
		if p.work(t, c); len(one.registered) != 2 {
			t.Errorf("what came in the pause is not taken up: %v", one.registered)
		}
	})
}

// A number that the service has forgotten is registered anew, three times.
func TestForgottenNumbersAreRegisteredAnew(t *testing.T) {
	p := newPier(t, storetest.SQLite(t))
	c := p.add(t, "one")
	p.order(t, "1", "AB000000001GB")
	one := p.services["one"]
	one.lost = []string{"AB000000001GB"}
	for range 12 {
		if again := p.work(t, c); !again.IsZero() {
			*p.clock = again
		}
	}
	if f := p.follow(t, "AB000000001GB"); len(one.registered) > 5 || f.Stage == tracking.Fresh {
		t.Errorf("%+v, registered %v", f, one.registered)
	}
}

func TestAServiceCallsUs(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		p := newPier(t, s)
		c := p.add(t, "two")
		p.order(t, "1", "AB000000001GB")
		p.work(t, c)
		list, err := p.hooks.Connections(ctx, p.owner)
		if err != nil || len(list) != 1 || list[0].ID != c.Hook || list[0].Kind != tracking.HookKind {
			t.Fatalf("%+v %v", list, err)
		}
		body := []byte(`{"id":"e1","number":"AB000000001GB","carrier":"Royal Mail","status":"in_transit","at":"` + p.clock.Add(-time.Hour).Format(time.RFC3339) + `","text":"Hub"}`)
		receive := func(b []byte) error {
			return s.InTx(ctx, func(ctx context.Context) error {
				return p.tracking.Receive(ctx, list[0], hook.Received{Workspace: c.Workspace, Body: b, ContentType: "application/json"})
			})
		}
		for range 2 { // a repeat adds nothing
			if err := receive(body); err != nil {
				t.Fatal(err)
			}
		}
		parcel := p.list(t, shipment.Filter{Key: "AB000000001GB"})[0]
		events, err := p.parcels.Events(ctx, p.owner, parcel.ID)
		if err != nil || len(events) != 1 || parcel.Status != shipment.InTransit || events[0].Source != "two" {
			t.Errorf("%s %+v %v", parcel.Status, events, err)
		}
		if f := p.follow(t, "AB000000001GB"); f.HeardAt.IsZero() || f.DueAt.Sub(*p.clock) < 20*time.Hour {
			t.Errorf("%+v", f)
		}
		if err := receive([]byte(`no JSON`)); !errs.Is(err, errs.Invalid) {
			t.Errorf("no JSON: %v", err)
		}
		if err := receive([]byte(`{"type":"ping"}`)); err != nil {
			t.Errorf("nothing: %v", err)
		}
		if err := p.tracking.Delete(ctx, p.owner, c.ID); err != nil {
			t.Fatal(err)
		}
		if list, _ := p.hooks.Connections(ctx, p.owner); len(list) != 0 {
			t.Errorf("its hook is still there: %+v", list)
		}
	})
}

func TestConnectionsBelongToTheirWorkspace(t *testing.T) {
	p := newPier(t, storetest.SQLite(t))
	ctx := context.Background()
	c := p.add(t, "one")
	other := p.owner
	other.Workspace = storetest.Workspace(t, p.s)
	if list, err := p.tracking.Connections(ctx, other); err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
	for name, call := range map[string]func(auth.Actor) error{
		"get":    func(a auth.Actor) error { _, err := p.tracking.Connection(ctx, a, c.ID); return err },
		"change": func(a auth.Actor) error { _, err := p.tracking.Change(ctx, a, c.ID, tracking.Input{}); return err },
		"pause":  func(a auth.Actor) error { _, err := p.tracking.Pause(ctx, a, c.ID, true); return err },
		"test":   func(a auth.Actor) error { _, err := p.tracking.Test(ctx, a, c.ID); return err },
		"delete": func(a auth.Actor) error { return p.tracking.Delete(ctx, a, c.ID) },
	} {
		if err := call(other); !errs.Is(err, errs.NotFound) {
			t.Errorf("%s of another workspace: %v", name, err)
		}
		limited := p.owner
		limited.Permissions = auth.NewSet(auth.ReadShipments, auth.WriteShipments)
		if err := call(limited); !errs.Is(err, errs.Denied) {
			t.Errorf("%s without the right: %v", name, err)
		}
	}
}
