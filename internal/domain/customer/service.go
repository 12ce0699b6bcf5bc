package customer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// MaxPage is the most customers that one call returns.
const MaxPage = 200

// Config is what a Service needs.
type Config struct {
	Store   Store
	Journal event.Journal
	IDs     *id.Source
	Now     func() time.Time
	// People says who may be a customer's own person; nil: nobody.
	People interface {
		People(context.Context, auth.WorkspaceID) ([]auth.Person, error)
	}
	// Placed joins the transaction in which customers get another tier, country or person of their own, or tickets of others;
	// nil: nobody is to know.
	Placed func(context.Context, auth.WorkspaceID, ...ID) error
}

// Service holds the verbs of customers.
type Service struct {
	store   Store
	journal event.Journal
	ids     *id.Source
	now     func() time.Time
	cfg     Config
}

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{store: cfg.Store, journal: cfg.Journal, ids: cfg.IDs, now: cfg.Now, cfg: cfg}
}

// Ensure returns the customer behind an identity and creates one if nobody has
// it. It joins the transaction in ctx, and in concurrent calls with the same
// identity exactly one creates. A name or language that is still unknown is
// filled in, one that is known stays; an identity that is shown to be verified
// becomes so. It fails with errs.Invalid if the identity cannot be one.
func (s *Service) Ensure(ctx context.Context, w auth.WorkspaceID, i Identity, name, language string) (c Customer, created bool, err error) {
	i = i.Fold()
	if i.Kind == "" || i.Value == "" {
		return c, false, errs.Field("identity", "error.identity")
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		c, created, err = s.ensure(ctx, w, i, tidy(name, maxName), tidy(language, maxWord))
		return err
	})
	if err != nil {
		return Customer{}, false, fmt.Errorf("ensure customer: %w", err)
	}
	return c, created, nil
}

func (s *Service) ensure(ctx context.Context, w auth.WorkspaceID, i Identity, name, language string) (Customer, bool, error) {
	news := func(c Customer) bool { u, verified := learnt(c, i, name, language); return verified || u != (Update{}) }
	c, err := s.store.HoldCustomerByIdentity(ctx, w, i.Kind, i.Value, news)
	if err == nil {
		c, err = s.learn(ctx, c, i, name, language)
		return c, false, err
	}
	if !errs.Is(err, errs.NotFound) {
		return c, false, err
	}
	now := s.now().UTC()
	c = Customer{
		ID: ID(s.ids.Next()), Workspace: w, Name: name, Language: language,
		Identities: []Identity{i}, CreatedAt: now, UpdatedAt: now,
	}
	added, err := s.store.AddCustomer(ctx, c)
	if err != nil {
		return c, false, err
	}
	if !added { // somebody else was faster, or a merge moved the identity while we read
		if c, err = s.store.HoldCustomerByIdentity(ctx, w, i.Kind, i.Value, news); err == nil {
			c, err = s.learn(ctx, c, i, name, language)
		}
		return c, false, err
	}
	e := event.New(Created, auth.ForSystem(w), c.ID.subject(), 0, map[string]string{"via": i.Kind})
	return c, true, s.journal.Append(ctx, e)
}

// learnt is what an identity, a name and a language tell of a customer that was unknown.
func learnt(c Customer, i Identity, name, language string) (u Update, verified bool) {
	for _, known := range c.Identities {
		verified = verified || i.Verified && !known.Verified && known.Kind == i.Kind && known.Value == i.Value
	}
	if c.Name == "" && name != "" {
		u.Name = &name
	}
	if c.Language == "" && language != "" {
		u.Language = &language
	}
	return u, verified
}

// learn fills in what is still unknown about a customer.
func (s *Service) learn(ctx context.Context, c Customer, i Identity, name, language string) (Customer, error) {
	u, verified := learnt(c, i, name, language)
	if verified {
		if err := s.store.VerifyIdentity(ctx, c.Workspace, i.Kind, i.Value); err != nil {
			return c, err
		}
		for n := range c.Identities {
			if known := &c.Identities[n]; known.Kind == i.Kind && known.Value == i.Value {
				known.Verified = true
			}
		}
	}
	return s.save(ctx, auth.ForSystem(c.Workspace), c, u)
}

// save writes an update with its event, if it changes anything.
func (s *Service) save(ctx context.Context, actor auth.Actor, c Customer, u Update) (Customer, error) {
	next, changed := u.apply(c)
	if len(changed) == 0 {
		return c, nil
	}
	next.UpdatedAt = s.now().UTC()
	if err := s.store.SaveCustomer(ctx, next); err != nil {
		return c, err
	}
	return next, s.journal.Append(ctx, event.New(Updated, actor, next.ID.subject(), 0, changed))
}

// Get returns a customer. A merged one is returned as it is, with MergedInto.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (Customer, error) {
	if err := actor.Can(auth.ReadCustomers); err != nil {
		return Customer{}, err
	}
	return s.store.Customer(ctx, actor.Workspace, id)
}

// ByIDs returns customers by their IDs; those that do not exist are missing.
func (s *Service) ByIDs(ctx context.Context, actor auth.Actor, ids []ID) (map[ID]Customer, error) {
	if err := actor.Can(auth.ReadCustomers); err != nil {
		return nil, err
	}
	return byID(s.store.CustomersByID(ctx, actor.Workspace, ids))
}

// Named returns customers as lists name them: like ByIDs, but the identities of
// somebody who has a name are left out.
func (s *Service) Named(ctx context.Context, actor auth.Actor, ids []ID) (map[ID]Customer, error) {
	if err := actor.Can(auth.ReadCustomers); err != nil {
		return nil, err
	}
	return byID(s.store.NamedCustomers(ctx, actor.Workspace, ids))
}

func byID(list []Customer, err error) (map[ID]Customer, error) {
	if err != nil {
		return nil, err
	}
	out := make(map[ID]Customer, len(list))
	for _, c := range list {
		out[c.ID] = c
	}
	return out, nil
}

// ByEmail returns the customer who holds an address, errs.NotFound if nobody does.
func (s *Service) ByEmail(ctx context.Context, w auth.WorkspaceID, email string) (Customer, error) {
	return s.store.CustomerByIdentity(ctx, w, Email, FoldEmail(email))
}

// Update changes a customer. A repeat changes nothing and announces nothing.
// It fails with errs.Conflict if the customer was merged into another, and with
// errs.Invalid for a person of their own who cannot sign in.
func (s *Service) Update(ctx context.Context, actor auth.Actor, id ID, u Update) (c Customer, err error) {
	if err := actor.Can(auth.WriteTickets); err != nil {
		return c, err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		was, err := s.living(ctx, actor.Workspace, id)
		if err != nil {
			return err
		}
		if u.Agent != nil && *u.Agent != was.Agent {
			if err := s.mayOwn(ctx, actor.Workspace, *u.Agent); err != nil {
				return err
			}
		}
		if c, err = s.save(ctx, actor, was, u); err != nil || c.Agent == was.Agent && c.Tier == was.Tier && c.Country == was.Country {
			return err
		}
		return s.placed(ctx, actor.Workspace, id)
	})
	return c, err
}

// placed lets whoever goes by tiers, countries and own people know, in the transaction in ctx.
func (s *Service) placed(ctx context.Context, w auth.WorkspaceID, list ...ID) error {
	if s.cfg.Placed == nil {
		return nil
	}
	return s.cfg.Placed(ctx, w, list...)
}

// Speak keeps which language a customer writes ("" leaves it), and returns the customer as they were before. Said means that
// a person says so: from then on what is read out of messages does not change it. A repeat changes nothing. It needs
// WriteTickets, and fails with errs.Conflict if the customer was merged into another.
func (s *Service) Speak(ctx context.Context, actor auth.Actor, id ID, language string, said bool) (was Customer, err error) {
	if err := actor.Can(auth.WriteTickets); err != nil {
		return was, err
	}
	u := Update{said: &said}
	if language != "" {
		u.Language = &language
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if was, err = s.living(ctx, actor.Workspace, id); err != nil {
			return err
		}
		_, err = s.save(ctx, actor, was, u)
		return err
	})
	return was, err
}

// mayOwn fails with errs.Invalid for whoever is nobody of the workspace, or no more.
func (s *Service) mayOwn(ctx context.Context, w auth.WorkspaceID, who auth.PersonID) error {
	if who == 0 {
		return nil
	}
	var people []auth.Person
	if s.cfg.People != nil {
		var err error
		if people, err = s.cfg.People.People(ctx, w); err != nil {
			return err
		}
	}
	if !slices.ContainsFunc(people, func(p auth.Person) bool { return p.ID == who && p.Status == auth.Active }) {
		return errs.Field("agent", "error.assignee")
	}
	return nil
}

// Link adds an identity to a customer. A repeat changes nothing; it fails with
// errs.Conflict if another customer holds the identity.
func (s *Service) Link(ctx context.Context, actor auth.Actor, id ID, i Identity) (c Customer, err error) {
	if err := actor.Can(auth.WriteTickets); err != nil {
		return c, err
	}
	if i = i.Fold(); i.Kind == "" || i.Value == "" {
		return c, errs.Field("identity", "error.identity")
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if c, err = s.living(ctx, actor.Workspace, id); err != nil {
			return err
		}
		for _, known := range c.Identities {
			if known.Kind == i.Kind && known.Value == i.Value {
				return nil
			}
		}
		added, err := s.store.AddIdentity(ctx, actor.Workspace, id, i, s.now())
		if err != nil {
			return err
		}
		if !added {
			return errs.New(errs.Conflict, "error.identity_taken", "value", i.Value)
		}
		c.Identities = append(c.Identities, i)
		return s.journal.Append(ctx, event.New(Linked, actor, id.subject(), 0, map[string]string{"kind": i.Kind, "value": i.Value}))
	})
	return c, err
}

// living locks a customer that is not merged away.
func (s *Service) living(ctx context.Context, w auth.WorkspaceID, id ID) (Customer, error) {
	held, err := s.store.HoldCustomers(ctx, w, id)
	if err != nil {
		return Customer{}, err
	}
	if held[0].MergedInto != 0 {
		return Customer{}, errs.New(errs.Conflict, "error.customer_merged")
	}
	return held[0], nil
}

// Search returns customers of whom a name, a later part of it, or an identity
// begins with prefix. An empty prefix finds nobody.
func (s *Service) Search(ctx context.Context, actor auth.Actor, prefix string, limit int) ([]Customer, error) {
	if err := actor.Can(auth.ReadCustomers); err != nil {
		return nil, err
	}
	if prefix = FoldName(prefix); prefix == "" {
		return nil, nil
	}
	return s.store.FindCustomers(ctx, actor.Workspace, cut(prefix, maxWord), page(limit))
}

// List returns customers, newest first, after the one with ID before; 0 begins
// at the newest.
func (s *Service) List(ctx context.Context, actor auth.Actor, before ID, limit int) ([]Customer, error) {
	if err := actor.Can(auth.ReadCustomers); err != nil {
		return nil, err
	}
	return s.store.ListCustomers(ctx, actor.Workspace, before, page(limit))
}

func page(limit int) int {
	if limit < 1 || limit > MaxPage {
		return MaxPage
	}
	return limit
}
