package proactive

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// Page is what the page of a shop knows of an order and one of its parcels.
type Page struct {
	Wish     Wish
	Language i18n.Lang // in which updates were asked for, "" if they were not
	Status   string    // the address of the order's status; "" if no public address is known
	Stop     string    // the address that ends letters with one request
	Parcel   Parcel
}

// Parcel is what a letter tells of a parcel.
type Parcel struct {
	Status   shipment.Status
	Reason   shipment.Reason
	Number   string
	Carrier  string
	Link     string // the carrier's own page on it, or ""
	Pickup   string // the town where it waits, or ""
	Papers   string // what customs there commonly ask for, or ""
	Country  string // in whose customs it is
	Expected shipment.Window
}

// Config is what a Service needs.
type Config struct {
	Store  Store
	Orders interface {
		Get(ctx context.Context, actor auth.Actor, id order.ID) (order.Order, error)
		Shops(ctx context.Context, actor auth.Actor) ([]order.Shop, error)
	}
	Shipments interface {
		Get(ctx context.Context, actor auth.Actor, id shipment.ID) (shipment.Shipment, error)
	}
	Customers interface {
		ByIDs(ctx context.Context, actor auth.Actor, ids []customer.ID) (map[customer.ID]customer.Customer, error)
	}
	// Page reads what the page of a shop knows.
	Page func(ctx context.Context, o order.Order, v shipment.Shipment) (Page, error)
	// Expected returns when parcels on their way should arrive, as Page says it of one.
	Expected func(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) (map[shipment.ID]shipment.Window, error)
	// Reachable reports whether pages have a public address, without which no letter
	// can say how to end them.
	Reachable func() bool
	Actions   interface {
		Propose(ctx context.Context, by auth.Actor, kind, key string, ticket int64, payload any, at time.Time) (action.Action, error)
	}
	Courier Courier
	Journal event.Journal
	Queue   job.Queue
	IDs     *id.Source
	Now     func() time.Time
}

// Service writes to customers before they ask.
type Service struct{ Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg}
}

const (
	reader  = "proactive"
	batch   = 500
	overlap = 2 * time.Minute // events of another node may be committed after younger ones
	// recent is how long ago an event may have become known to be told of. It covers a
	// weekend in which nothing ran; an event that itself is long over is dropped anyhow.
	recent = 3 * 24 * time.Hour
)

// JobKind is the kind of the jobs that decide about letters, Queue where they stand.
const (
	JobKind = "proactive.letter"
	Queue   = "proactive"
)

type jobArgs struct {
	Order  order.ID `json:"order"`
	Letter int64    `json:"letter"`
}

// Work reads what the journal has since the last time, looks at the promised days that
// are near or over, and plans letters. It may be repeated at any time: an occasion is
// planned once.
func (s *Service) Work(ctx context.Context, w auth.WorkspaceID) error {
	at, err := s.Store.EventCursor(ctx, w, reader)
	if err != nil {
		return fmt.Errorf("plan letters: %w", err)
	}
	at = max(at, event.ID(id.Floor(s.Now().Add(-recent))))
	settled := event.ID(id.Floor(s.Now().Add(-overlap)))
	policies, err := s.policies(ctx, w)
	if err != nil {
		return fmt.Errorf("plan letters: %w", err)
	}
	for {
		list, err := s.Store.EventsAfter(ctx, w, at, batch)
		if err != nil {
			return fmt.Errorf("plan letters: %w", err)
		}
		for _, e := range list {
			if err := s.plan(ctx, w, policies, e); err != nil {
				return fmt.Errorf("plan letter: %w", err)
			}
		}
		if len(list) > 0 {
			at = list[len(list)-1].ID
			if err := s.Store.MoveEventCursor(ctx, w, reader, min(at, settled)); err != nil {
				return fmt.Errorf("plan letters: %w", err)
			}
		}
		if len(list) < batch {
			break
		}
	}
	if err := s.keep(ctx, w, policies); err != nil {
		return fmt.Errorf("keep promises: %w", err)
	}
	return nil
}

// plan writes a letter down if an event is an occasion for one, with the job that
// decides about it. Occasions on which nobody wants a letter leave no trace.
func (s *Service) plan(ctx context.Context, w auth.WorkspaceID, policies map[order.ShopID]Policy, e event.Event) error {
	var told shipment.Summary
	if e.Subject.Kind != shipment.SubjectKind || json.Unmarshal(e.Data, &told) != nil {
		return nil
	}
	o, detail, ok := Of(e.Kind, told)
	at := time.UnixMilli(told.At).UTC()
	if !ok || told.Direction != shipment.Out || s.Now().Sub(at) > o.fresh() {
		return nil
	}
	v, err := s.Shipments.Get(ctx, auth.ForSystem(w), shipment.ID(e.Subject.ID))
	if errs.Is(err, errs.NotFound) || err == nil && v.Order == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	return s.write(ctx, w, policies, v, o, detail, at)
}

// write plans a letter about a parcel, unless nobody wants one.
func (s *Service) write(ctx context.Context, w auth.WorkspaceID, policies map[order.ShopID]Policy, v shipment.Shipment, o Occasion, detail string, at time.Time) error {
	if !policyOf(policies, w, v.Shop).Wants(o) {
		wish, err := s.wish(ctx, w, v)
		if err != nil || wish != Wanted {
			return err
		}
	}
	l := Letter{
		ID: ticketID(s.IDs), Workspace: w, Shop: v.Shop, Order: v.Order, Shipment: v.ID, Occasion: o, Detail: detail, HappenedAt: at,
		State: Planned, DueAt: s.Now(), CreatedAt: s.Now(),
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		added, err := s.Store.PlanLetter(ctx, l)
		if err != nil || !added {
			return err
		}
		return s.Queue.Enqueue(ctx, job.New(w, JobKind, jobArgs{l.Order, int64(l.ID)}).On(Queue).At(l.DueAt).WithKey(fmt.Sprint(int64(l.ID))).Tries(100))
	})
}

// wish is what the customer of a parcel said.
func (s *Service) wish(ctx context.Context, w auth.WorkspaceID, v shipment.Shipment) (Wish, error) {
	o, err := s.Orders.Get(ctx, auth.ForSystem(w), v.Order)
	if errs.Is(err, errs.NotFound) {
		return Silent, nil
	}
	if err != nil {
		return Silent, err
	}
	page, err := s.Page(ctx, o, v)
	return page.Wish, err
}

func policyOf(set map[order.ShopID]Policy, w auth.WorkspaceID, shop order.ShopID) Policy {
	if p, ok := set[shop]; ok {
		return p
	}
	return Default(w, shop)
}

func (s *Service) policies(ctx context.Context, w auth.WorkspaceID) (map[order.ShopID]Policy, error) {
	list, err := s.Store.ProactivePolicies(ctx, w)
	out := make(map[order.ShopID]Policy, len(list))
	for _, p := range list {
		out[p.Shop] = p
	}
	return out, err
}

// Setting is the policy of a shop, and whether letters of it can leave.
type Setting struct {
	Shop   order.Shop
	Policy Policy
	Box    string // the address of the mailbox that sends them, "" if none does
	Public bool   // there is a public address for their links
}

// Settings returns the policies of all shops that the actor sees, in their order; it
// takes the right to manage the workspace.
func (s *Service) Settings(ctx context.Context, actor auth.Actor) ([]Setting, error) {
	if err := actor.Can(auth.Manage); err != nil {
		return nil, err
	}
	shops, err := s.Orders.Shops(ctx, auth.ForSystem(actor.Workspace)) // to manage is enough to see their names
	if err != nil {
		return nil, err
	}
	set, err := s.policies(ctx, actor.Workspace)
	if err != nil {
		return nil, err
	}
	boxes, err := s.Store.Mailboxes(ctx, actor.Workspace)
	if err != nil {
		return nil, err
	}
	out := make([]Setting, 0, len(shops))
	for _, shop := range shops {
		if !actor.Scope().Sees(shop.Resource()) {
			continue
		}
		box, _ := mailboxOf(shop.ID, boxes)
		out = append(out, Setting{Shop: shop, Policy: policyOf(set, actor.Workspace, shop.ID), Box: box.Address, Public: s.Reachable()})
	}
	return out, nil
}

// Setting returns the policy of one shop; errs.NotFound if the actor sees no such shop.
func (s *Service) Setting(ctx context.Context, actor auth.Actor, shop order.ShopID) (Setting, error) {
	list, err := s.Settings(ctx, actor)
	if err != nil {
		return Setting{}, err
	}
	i := slices.IndexFunc(list, func(x Setting) bool { return x.Shop.ID == shop })
	if i < 0 {
		return Setting{}, errs.New(errs.NotFound, "error.not_found")
	}
	return list[i], nil
}

// Set changes the policy of a shop. Letters that are planned obey it from then on. It
// fails with errs.Invalid and the field that is wrong; a repeat changes nothing.
func (s *Service) Set(ctx context.Context, actor auth.Actor, p Policy) (Setting, error) {
	was, err := s.Setting(ctx, actor, p.Shop)
	if err != nil {
		return was, err
	}
	if err := p.Check(); err != nil {
		return was, err
	}
	p = p.tidy()
	p.Workspace, p.UpdatedAt = actor.Workspace, s.Now()
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.PutProactivePolicy(ctx, p); err != nil {
			return err
		}
		return s.Journal.Append(ctx, event.New(policySet, actor, event.Subject{Kind: "shop", ID: int64(p.Shop)}, 0, map[string]any{
			"on": p.On, "occasions": p.Occasions, "gap_hours": int64(p.Gap / time.Hour), "most": p.Most, "from_hour": p.From, "until_hour": p.Until,
		}))
	})
	was.Policy = p
	return was, err
}

// Kinds of event that this package announces.
const (
	letterSent   = "proactive.sent"
	letterFailed = "proactive.failed"
	policySet    = "proactive.set"
)

// About returns the letters of an order, newest first, to whom may see it. Those that
// were dropped say why.
func (s *Service) About(ctx context.Context, actor auth.Actor, o order.ID) ([]Letter, error) {
	if _, err := s.Orders.Get(ctx, actor, o); err != nil {
		return nil, err
	}
	list, err := s.Store.Letters(ctx, actor.Workspace, o)
	slices.Reverse(list)
	return list, err
}
