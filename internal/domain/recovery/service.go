package recovery

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

const (
	// MaxPage is the most claims that one call returns.
	MaxPage = 200
	// MaxItems is the most items of one claim.
	MaxItems = 500

	maxName, maxReference, maxWhy = 200, 100, 2000
	sweepBatch                    = 100
)

// Poster books entries in the transaction in ctx; *ledger.Book is one.
type Poster interface {
	Post(ctx context.Context, w auth.WorkspaceID, entries ...ledger.Entry) ([]ledger.Entry, error)
}

// Config is what a Service needs.
type Config struct {
	Store  Store
	Ledger Poster
	// Convert returns a sum in another currency by the rates of now; errs.Unavailable without one.
	Convert func(ctx context.Context, w auth.WorkspaceID, a money.Amount, to string) (money.Amount, error)
	Journal event.Journal
	IDs     *id.Source
	Now     func() time.Time
}

// Service holds the verbs of claims. All of them write the claim, its entries in the ledger and the journal in one
// transaction.
type Service struct{ Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg}
}

func (s *Service) clock() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// PartyKey is the form in which names of parties are compared: small letters, single spaces.
func PartyKey(name string) string { return strings.Join(strings.Fields(strings.ToLower(name)), " ") }

// NewClaim is a claim to be opened, or added to.
type NewClaim struct {
	Against  Against
	Party    string // the carrier's key, or a name
	Name     string // as people write it; the party if ""
	Cause    Cause
	Currency string
	Batch    string // of a supplier
	Terms    Terms  // a carrier's, and what was agreed with any party
	Item     Item
	Papers   []string          // that the party asks for; those of the terms if nil
	Held     map[string]string // papers that the house has, and where from
	Deadline time.Time         // that of the terms if zero
	Shop     order.ShopID
}

// Open opens a claim for an item, or adds it to the one in which a supplier's batch is gathered. An item that stands in a
// claim of the party stays there: a repeat tells it only which papers there are and what was refunded. It reports whether
// something was added. A deadline that has passed is errs.Conflict. It needs WriteCases.
func (s *Service) Open(ctx context.Context, actor auth.Actor, n NewClaim) (c Claim, added bool, err error) {
	if err := actor.Can(auth.WriteCases); err != nil {
		return c, false, err
	}
	now := s.clock()
	fresh, err := n.claim(now)
	if err != nil {
		return c, false, err
	}
	fresh.ID, fresh.Workspace = ID(s.IDs.Next()), actor.Workspace
	if err := auth.Can(actor, auth.WriteCases, fresh.Resource()); err != nil {
		return c, false, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		c, added, err = s.open(ctx, actor, fresh, n, now)
		return err
	})
	if err != nil {
		return Claim{}, false, fmt.Errorf("open claim: %w", err)
	}
	return c, added, nil
}

// claim checks what is to be claimed, and draws it.
func (n NewClaim) claim(now time.Time) (Claim, error) {
	c := Claim{
		Shop: n.Shop, Against: n.Against, Party: PartyKey(n.Party), Name: cut(cmp.Or(n.Name, n.Party), maxName), Cause: n.Cause, State: Collecting, Currency: strings.ToUpper(n.Currency),
		Batch: cut(n.Batch, maxName), CreatedAt: now, UpdatedAt: now,
	}
	switch {
	case !slices.Contains(Parties(), n.Against):
		return c, errs.Field("against", "error.invalid")
	case c.Party == "" || len(c.Party) > maxName:
		return c, errs.Field("party", "error.required")
	case !slices.Contains(Causes(), n.Cause):
		return c, errs.Field("cause", "error.invalid")
	case n.Item.Source == "" || n.Item.Value < 0 || n.Item.Value > mostMinor/MaxItems:
		return c, errs.Field("amount", "error.invalid")
	}
	if _, ok := money.Digits(c.Currency); !ok {
		return c, errs.Field("currency", "error.currency", "currency", n.Currency)
	}
	c.Deadline = n.Deadline.UTC().Truncate(time.Millisecond)
	if n.Deadline.IsZero() {
		c.Deadline = n.Terms.Deadline
	}
	if !c.Deadline.IsZero() && !c.Deadline.After(now) {
		return c, errs.New(errs.Conflict, "error.recovery_window", "date", c.Deadline.Format(time.DateOnly))
	}
	kinds := n.Papers
	if kinds == nil {
		kinds = n.Terms.Papers
	}
	for _, k := range kinds {
		if !slices.Contains(PaperKinds(), k) {
			return c, errs.Field("papers", "error.invalid")
		}
		c.Papers = append(c.Papers, Paper{Kind: k})
	}
	c.Rule, c.Agreed, c.OpensAt, c.Reply = n.Terms.Name, n.Terms.Agreed, n.Terms.OpensAt, n.Terms.Reply
	return c, nil
}

func (s *Service) open(ctx context.Context, actor auth.Actor, c Claim, n NewClaim, now time.Time) (Claim, bool, error) {
	known, err := s.Store.RecoveryOf(ctx, c.Workspace, c.Against, c.Party, n.Item.Source)
	if err == nil {
		had, err := s.Store.HoldRecovery(ctx, c.Workspace, known)
		if err == nil {
			err = auth.Can(actor, auth.WriteCases, had.Resource())
		}
		if err != nil {
			return had, false, err
		}
		had, err = s.tell(ctx, actor, had, n, now)
		return had, false, err
	}
	if !errs.Is(err, errs.NotFound) {
		return c, false, err
	}
	was := c
	if c.Against == Supplier {
		gathering, err := s.Store.GatheringRecovery(ctx, c.Workspace, c.Party, c.Batch, c.Shop, c.Currency)
		if err == nil {
			if was, err = s.Store.HoldRecovery(ctx, c.Workspace, gathering); err != nil {
				return was, false, err
			}
		}
		if err != nil && !errs.Is(err, errs.NotFound) {
			return c, false, err
		}
		if was.State.Unsent() && len(was.Items) < MaxItems { // it may have been submitted just now
			c = was
		}
	}
	began := len(c.Items) == 0
	if began {
		if err := s.Store.AddRecovery(ctx, c); err != nil {
			return c, false, err
		}
	}
	n.Item.At = cmp.Or(n.Item.At.UTC().Truncate(time.Millisecond), now)
	added, err := s.Store.AddRecoveryItem(ctx, c, n.Item)
	if err != nil {
		return c, false, err
	}
	if !added { // somebody else told it at the same moment
		return c, false, errs.New(errs.Unavailable, "error.busy")
	}
	c.Items = append(slices.Clone(c.Items), n.Item)
	for kind, from := range n.Held {
		c.has(kind, from, now)
	}
	c.settle()
	c.UpdatedAt, c.DueAt = now, c.dueAt(now)
	if err := s.Store.SaveRecovery(ctx, c); err != nil {
		return c, false, err
	}
	tells := news{kind: IsNoted, was: was.State}
	if began {
		tells = news{kind: IsOpened}
	} else if c.State != was.State {
		tells.kind = IsMoved
	}
	return c, true, s.Journal.Append(ctx, announce(actor, c, tells, now))
}

// tell keeps what the house learned of an item since it was claimed: papers, and what its customer got back.
func (s *Service) tell(ctx context.Context, actor auth.Actor, c Claim, n NewClaim, now time.Time) (Claim, error) {
	before, next := c, c
	next.Papers = slices.Clone(c.Papers)
	for kind, from := range n.Held {
		next.has(kind, from, now)
	}
	i := slices.IndexFunc(c.Items, func(x Item) bool { return x.Source == n.Item.Source })
	learned := i >= 0 && n.Item.Refunded > c.Items[i].Refunded
	if learned {
		next.Items = slices.Clone(c.Items)
		next.Items[i].Refunded = n.Item.Refunded
		if err := s.Store.SaveRecoveryItem(ctx, next, next.Items[i]); err != nil {
			return c, err
		}
	}
	if !learned && slices.Equal(next.Papers, before.Papers) || !c.State.Open() {
		return c, nil
	}
	next.settle()
	return next, s.save(ctx, actor, before, IsNoted, step{next: &next}, now)
}

// save writes a claim that changed, with what follows: entries in the ledger, and what is announced.
func (s *Service) save(ctx context.Context, actor auth.Actor, before Claim, kind string, does step, now time.Time) error {
	c, p := *does.next, does.paid
	c.UpdatedAt, c.DueAt = now, c.dueAt(now)
	if !c.State.Open() {
		c.EndedAt = now
	}
	if err := s.Store.SaveRecovery(ctx, c); err != nil {
		return err
	}
	entries := Postings(before, c, p, now)
	if len(entries) > 0 {
		if _, err := s.Ledger.Post(ctx, c.Workspace, entries...); err != nil {
			return err
		}
	}
	tells := news{kind: kind, was: before.State, added: does.added, removed: does.removed}
	if p != nil {
		tells.paid = p.Paid.String() + " " + p.Paid.Currency
	} else if before.State != c.State {
		tells.kind = IsMoved
	}
	if tells.was == c.State {
		tells.was = ""
	}
	return s.Journal.Append(ctx, announce(actor, c, tells, now))
}

// step is what becomes of a claim.
type step struct {
	next           *Claim // nil: nothing changes
	paid           *Payment
	added, removed string // the paper of a document
}

// change holds a claim in the actor's sight and writes what decide makes of it.
func (s *Service) change(ctx context.Context, actor auth.Actor, p auth.Permission, number ID, decide func(ctx context.Context, c Claim, now time.Time) (step, error)) (c Claim, err error) {
	if err := actor.Can(p); err != nil {
		return c, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err = s.Store.HoldRecovery(ctx, actor.Workspace, number)
		if err == nil {
			err = auth.Can(actor, p, c.Resource())
		}
		if err != nil {
			return err
		}
		now := s.clock()
		work := c
		work.Papers, work.Items = slices.Clone(c.Papers), slices.Clone(c.Items)
		does, err := decide(ctx, work, now)
		if err != nil || does.next == nil {
			return err
		}
		kind := IsNoted
		if does.paid != nil {
			kind = IsPaid
		}
		if err := s.save(ctx, actor, c, kind, does, now); err != nil {
			return err
		}
		c, err = s.Store.Recovery(ctx, actor.Workspace, number)
		return err
	})
	if err != nil {
		return Claim{}, fmt.Errorf("claim %d: %w", number, err)
	}
	return c, nil
}

// Get returns a claim that the actor may see; any other is errs.NotFound. It needs ReadCases.
func (s *Service) Get(ctx context.Context, actor auth.Actor, number ID) (Claim, error) {
	if err := actor.Can(auth.ReadCases); err != nil { // before anything is read
		return Claim{}, err
	}
	c, err := s.Store.Recovery(ctx, actor.Workspace, number)
	if err == nil {
		err = auth.Can(actor, auth.ReadCases, c.Resource())
	}
	if err != nil {
		return Claim{}, err
	}
	return c, nil
}

// List returns the claims under a filter that the actor may see, after a cursor, at most MaxPage. It needs ReadCases.
func (s *Service) List(ctx context.Context, actor auth.Actor, f Filter, after Cursor, limit int) ([]Claim, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return nil, err
	}
	if limit < 1 || limit > MaxPage {
		limit = MaxPage
	}
	f.Party = PartyKey(f.Party)
	return s.Store.Recoveries(ctx, actor.Scope(), f, after, limit)
}

// Sums adds up the claims under a filter that the actor may see, by state and currency. It needs ReadCases.
func (s *Service) Sums(ctx context.Context, actor auth.Actor, f Filter) ([]Sum, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return nil, err
	}
	f.Party = PartyKey(f.Party)
	return s.Store.RecoverySums(ctx, actor.Scope(), f)
}

// Payments returns what was paid for a claim that the actor may see, oldest first.
func (s *Service) Payments(ctx context.Context, actor auth.Actor, number ID) ([]Payment, error) {
	if _, err := s.Get(ctx, actor, number); err != nil {
		return nil, err
	}
	return s.Store.RecoveryPayments(ctx, actor.Workspace, number)
}

// History returns what happened to a claim that the actor may see, oldest first.
func (s *Service) History(ctx context.Context, actor auth.Actor, number ID) ([]event.Event, error) {
	if _, err := s.Get(ctx, actor, number); err != nil {
		return nil, err
	}
	return s.Store.RecoveryEvents(ctx, actor.Workspace, number)
}

// Sweep does what time does to the claims of a workspace: it tells of deadlines that are near and answers that are late,
// and lets lapse what was not submitted. A repeat finds nothing left.
func (s *Service) Sweep(ctx context.Context, w auth.WorkspaceID) error {
	system := auth.ForSystem(w)
	for {
		n, now := 0, s.clock()
		err := s.Store.InTx(ctx, func(ctx context.Context) error {
			due, err := s.Store.DueRecoveries(ctx, w, now, sweepBatch)
			n = len(due)
			for _, c := range due {
				next := c
				if c.State.Unsent() && !c.Deadline.After(now) {
					next.State = Lapsed
				}
				if err == nil {
					err = s.save(ctx, system, c, IsDue, step{next: &next}, now)
				}
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("sweep claims: %w", err)
		}
		if n < sweepBatch {
			return nil
		}
	}
}

func cut(s string, most int) string {
	s = strings.ToValidUTF8(strings.TrimSpace(s), "\uFFFD")
	for i := range s {
		if i > most {
			return strings.TrimSpace(s[:i])
		}
	}
	return s
}
