package plan

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Main is the name of the plan that quotes are made by unless another is named.
const Main = "main"

// Saved is the event that a version of a plan was saved; data: {"name", "version"}.
const Saved = "plan.saved"

// SubjectKind is the kind of subject of this package's events.
const SubjectKind = "plan"

// KeptFor is how long a quote can be turned into a promise.
const KeptFor = 60 * 24 * time.Hour

// QuoteID identifies a quote.
type QuoteID int64

// Prefix begins the identifier of a quote as others see it.
const Prefix = "qot"

// String writes the identifier as others see it: qot_01h8xk3m5q0vg.
func (q QuoteID) String() string { return id.Format(Prefix, int64(q)) }

// Quoted is what is kept of a quote: what was promised for each service.
type Quoted struct {
	ID        QuoteID
	Workspace auth.WorkspaceID
	Plan      string // name and version
	At        time.Time
	Promises  map[string]order.Promise
}

// Store keeps plans and quotes.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	// ShippingPlan returns a version of a plan, the newest for 0.
	ShippingPlan(ctx context.Context, w auth.WorkspaceID, name string, version int) (Plan, error)
	// ShippingPlans returns the newest version of each plan, by name.
	ShippingPlans(context.Context, auth.WorkspaceID) ([]Plan, error)
	// PlanVersions returns the versions of a plan before one, newest first.
	PlanVersions(ctx context.Context, w auth.WorkspaceID, name string, before, limit int) ([]Plan, error)
	// AddShippingPlan reports false if the version is taken.
	AddShippingPlan(context.Context, Plan) (bool, error)
	// AddQuote adds a quote and takes some of those away that are older than a time.
	AddQuote(ctx context.Context, q Quoted, forget time.Time) error
	Quoted(context.Context, auth.WorkspaceID, QuoteID) (Quoted, error)
}

// Products knows what articles weigh and cost.
type Products interface {
	BySKU(ctx context.Context, actor auth.Actor, shop order.ShopID, skus []string) (map[string]product.Product, error)
}

// Rates knows the rates of exchange.
type Rates interface {
	Table(ctx context.Context, actor auth.Actor) (fx.Table, error)
}

// Config is what a Service needs.
type Config struct {
	Store    Store
	Products Products
	Rates    Rates
	Journal  event.Journal
	IDs      *id.Source
	Now      func() time.Time
	Levies   Levies // Embedded if it is empty
}

// Service holds the verbs of plans and quotes.
type Service struct{ cfg Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Levies.rows == nil {
		cfg.Levies = Embedded()
	}
	return &Service{cfg}
}

// Save checks a document and saves it as the next version of a plan. A document
// that is the newest version already is saved no more than once. What is wrong
// with it is errs.Invalid, each problem with its place. It needs ManagePlans.
func (s *Service) Save(ctx context.Context, actor auth.Actor, name string, d Document) (p Plan, err error) {
	if err := actor.Can(auth.ManagePlans); err != nil {
		return p, err
	}
	if name == "" || len(name) > 60 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return p, errs.Field("name", "error.plan_key", "key", name)
	}
	if err := d.Check(); err != nil {
		return p, err
	}
	err = s.cfg.Store.InTx(ctx, func(ctx context.Context) error {
		newest, err := s.cfg.Store.ShippingPlan(ctx, actor.Workspace, name, 0)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		if err == nil && newest.Document.Text() == d.Text() {
			p = newest
			return nil
		}
		p = Plan{Workspace: actor.Workspace, Name: name, Version: newest.Version + 1, Document: d, SavedAt: s.cfg.Now().UTC().Truncate(time.Millisecond), SavedBy: actor.Person()}
		added, err := s.cfg.Store.AddShippingPlan(ctx, p)
		if err != nil {
			return err
		}
		if !added { // somebody saved at the same moment
			return errs.New(errs.Conflict, "error.busy")
		}
		return s.cfg.Journal.Append(ctx, event.New(Saved, actor, event.Subject{Kind: SubjectKind}, 0, map[string]any{"name": name, "version": p.Version}))
	})
	return p, err
}

// reads reports whether somebody may read plans.
func reads(actor auth.Actor) error {
	if actor.May(auth.ManagePlans) {
		return nil
	}
	return actor.Can(auth.Quote)
}

// Plans returns the newest version of each plan, by name. It needs Quote or
// ManagePlans.
func (s *Service) Plans(ctx context.Context, actor auth.Actor) ([]Plan, error) {
	if err := reads(actor); err != nil {
		return nil, err
	}
	return s.cfg.Store.ShippingPlans(ctx, actor.Workspace)
}

// Plan returns a version of a plan, the newest for 0. It needs Quote or
// ManagePlans.
func (s *Service) Plan(ctx context.Context, actor auth.Actor, name string, version int) (Plan, error) {
	if err := reads(actor); err != nil {
		return Plan{}, err
	}
	return s.cfg.Store.ShippingPlan(ctx, actor.Workspace, name, version)
}

// MaxPage is the most versions that one call returns.
const MaxPage = 100

// Versions returns the versions of a plan before one (0: all), newest first. It
// needs Quote or ManagePlans.
func (s *Service) Versions(ctx context.Context, actor auth.Actor, name string, before int) ([]Plan, error) {
	if err := reads(actor); err != nil {
		return nil, err
	}
	if before <= 0 {
		before = math.MaxInt32
	}
	return s.cfg.Store.PlanVersions(ctx, actor.Workspace, name, before, MaxPage)
}

// Try says what a version of a plan answers to a basket now, with all its prices
// given. Nothing is kept and nothing promised: it is how a merchant tries a plan.
// It needs Quote or ManagePlans.
func (s *Service) Try(ctx context.Context, actor auth.Actor, p Plan, b Basket) (Offer, error) {
	if err := reads(actor); err != nil {
		return Offer{}, err
	}
	table, err := s.cfg.Rates.Table(ctx, actor)
	if err != nil {
		return Offer{}, err
	}
	return Quote(p.Document, b, s.cfg.Now().UTC(), table, s.cfg.Levies)
}

// Request asks for a quote. What an item does not say of its article is taken from
// the products: weight, size, HS code, origin and, where Priced is false, price.
type Request struct {
	Plan   string // Main if empty
	Shop   order.ShopID
	Basket Basket
	Priced bool // the prices are the basket's; else those of the products
	// Passing asks for figures alone: nothing is kept, nothing can be promised by the
	// answer, and it has no ID. Strangers ask so.
	Passing bool
}

// Answer is a quote with what it was made by.
type Answer struct {
	ID    QuoteID
	Plan  Plan
	Shown string // the currency
	At    time.Time
	Offer Offer
}

// Quote makes a quote and keeps what it promises for KeptFor. Without a plan or
// with an unknown article it is errs.Invalid. It needs Quote.
func (s *Service) Quote(ctx context.Context, actor auth.Actor, r Request) (Answer, error) {
	var a Answer
	if err := actor.Can(auth.Quote); err != nil {
		return a, err
	}
	if r.Plan == "" {
		r.Plan = Main
	}
	var err error
	if a.Plan, err = s.cfg.Store.ShippingPlan(ctx, actor.Workspace, r.Plan, 0); err != nil {
		if errs.Is(err, errs.NotFound) {
			err = errs.Field("plan", "error.plan_none", "plan", r.Plan)
		}
		return a, err
	}
	if r.Basket.Items, r.Basket.Currency, err = s.complete(ctx, actor, r); err != nil {
		return a, err
	}
	table, err := s.cfg.Rates.Table(ctx, actor)
	if err != nil {
		return a, err
	}
	a.At = s.cfg.Now().UTC().Truncate(time.Millisecond)
	if a.Offer, err = Quote(a.Plan.Document, r.Basket, a.At, table, s.cfg.Levies); err != nil {
		return a, err
	}
	if a.Shown = r.Basket.Show; a.Shown == "" {
		a.Shown = r.Basket.Currency
	}
	if r.Passing {
		return a, nil
	}
	a.ID = QuoteID(s.cfg.IDs.Next())
	q := Quoted{ID: a.ID, Workspace: actor.Workspace, Plan: a.Plan.Label(), At: a.At, Promises: map[string]order.Promise{}}
	for _, o := range a.Offer.Options {
		q.Promises[o.Service] = o.Promise(a.ID.String(), q.Plan, a.At)
	}
	if err := s.cfg.Store.AddQuote(ctx, q, a.At.Add(-KeptFor)); err != nil {
		return a, fmt.Errorf("keep quote: %w", err)
	}
	return a, nil
}

// complete fills in what the products know of the items.
func (s *Service) complete(ctx context.Context, actor auth.Actor, r Request) ([]Item, string, error) {
	if len(r.Basket.Items) > MaxItems {
		return nil, "", errs.Field("items", "error.basket", "most", MaxItems)
	}
	var skus []string
	for _, i := range r.Basket.Items {
		skus = append(skus, i.SKU)
	}
	known, err := s.cfg.Products.BySKU(ctx, actor, r.Shop, skus)
	if err != nil {
		return nil, "", err
	}
	out := make([]Item, len(r.Basket.Items))
	currency := r.Basket.Currency
	for n, i := range r.Basket.Items {
		p, ok := known[product.Key(i.SKU)]
		v, _ := p.Variant(i.SKU)
		switch {
		case !ok && !r.Priced:
			return nil, "", errs.Field("items", "error.plan_article", "sku", i.SKU)
		case !ok:
		case !r.Priced && currency != "" && currency != p.Currency:
			return nil, "", errs.Field("items", "error.plan_currencies")
		case !r.Priced:
			i.Price, currency = v.Price, p.Currency
		}
		if i.Grams == 0 {
			i.Grams = v.Grams
		}
		if i.Length == 0 && i.Width == 0 && i.Height == 0 {
			i.Length, i.Width, i.Height = v.Size.Length, v.Size.Width, v.Size.Height
		}
		if i.HS == "" {
			i.HS = v.HSCode
		}
		if i.Origin == "" {
			i.Origin = v.Origin
		}
		out[n] = i
	}
	return out, currency, nil
}

// Promise returns what a quote promised for a service, by its key: what an order
// that was placed with it keeps. A quote that is unknown or forgotten, or that
// had no such option, is errs.NotFound. It needs Quote.
func (s *Service) Promise(ctx context.Context, actor auth.Actor, quote, service string) (order.Promise, error) {
	if err := actor.Can(auth.Quote); err != nil {
		return order.Promise{}, err
	}
	n, err := id.Parse(Prefix, quote)
	if err != nil {
		return order.Promise{}, errs.New(errs.NotFound, "error.not_found")
	}
	q, err := s.cfg.Store.Quoted(ctx, actor.Workspace, QuoteID(n))
	if err != nil {
		return order.Promise{}, err
	}
	p, ok := q.Promises[service]
	if !ok {
		return p, errs.New(errs.NotFound, "error.not_found")
	}
	return p, nil
}
