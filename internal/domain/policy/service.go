package policy

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Kinds of event that this package announces.
const (
	Saved       = "policy.saved"        // data: {"name", "version"}
	Published   = "policy.released"     // data: {"name", "version", "from"}
	BudgetNear  = "policy.budget_near"  // four fifths of a cap are spent or reserved; data: Spree
	BudgetSpent = "policy.budget_spent" // a cap is used up; likewise
	SubjectKind = "policy"
)

// MaxPage is the most versions or releases that one call returns.
const MaxPage = 100

// Version is a document under a name and a number. It never changes.
type Version struct {
	Workspace auth.WorkspaceID
	Name      string
	Number    int
	Text      string // as it was written, with its remarks
	SavedAt   time.Time
	SavedBy   auth.PersonID
}

// Label names a version in a case.
func (v Version) Label() string { return fmt.Sprintf("%s/%d", v.Name, v.Number) }

// Release says from when a version is in force, for orders placed from then on.
type Release struct {
	Workspace auth.WorkspaceID
	From      time.Time
	Name      string
	Number    int
	At        time.Time // when it was published
	By        auth.PersonID
}

// Store keeps policies.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	// ReturnPolicy returns a version of a policy, the newest for 0.
	ReturnPolicy(ctx context.Context, w auth.WorkspaceID, name string, number int) (Version, error)
	// ReturnPolicies returns the newest version of each policy, by name.
	ReturnPolicies(context.Context, auth.WorkspaceID) ([]Version, error)
	// PolicyVersions returns the versions of a policy before one, newest first.
	PolicyVersions(ctx context.Context, w auth.WorkspaceID, name string, before, limit int) ([]Version, error)
	// AddReturnPolicy reports false if the number is taken.
	AddReturnPolicy(context.Context, Version) (bool, error)
	// PolicyAt returns the release in force at an instant.
	PolicyAt(context.Context, auth.WorkspaceID, time.Time) (Release, error)
	// PolicyReleases returns the releases, the last to take force first.
	PolicyReleases(ctx context.Context, w auth.WorkspaceID, limit int) ([]Release, error)
	// Spent returns what has gone out under a cap, and what is reserved beside it.
	Spent(ctx context.Context, w auth.WorkspaceID, s Spending) (spent, reserved int64, err error)
	// Spend reserves an amount under a cap for a resolution, once, unless that would pass the limit: then it reports false
	// and reserves nothing.
	Spend(ctx context.Context, w auth.WorkspaceID, of int64, s Spending) (bool, error)
	// ReturnSpending takes what a resolution has taken off its cap again, once.
	ReturnSpending(ctx context.Context, w auth.WorkspaceID, of int64) error
	// SettleSpending says that what a resolution reserved has gone out; what it had given back counts again.
	SettleSpending(ctx context.Context, w auth.WorkspaceID, of int64) error
	// Tell notes that people are told of a percentage of a cap; it reports false where they were, of that or more.
	Tell(ctx context.Context, w auth.WorkspaceID, s Spending, percent int) (bool, error)
	// AddRelease adds a release; one of the same instant is errs.Conflict.
	AddRelease(context.Context, Release) error
}

// Rates knows the rates of exchange.
type Rates interface {
	Table(ctx context.Context, actor auth.Actor) (fx.Table, error)
}

// Config is what a Service needs.
type Config struct {
	Store   Store
	Rates   Rates
	Journal event.Journal
	Law     *decision.Law // decision.Statute() if nil
	Now     func() time.Time
	// Holds reports whether a connected account can hold a sum on a card, and which providers could. Nil is none.
	Holds func(ctx context.Context, w auth.WorkspaceID) (can bool, could []string, err error)
	// Warned is told, in the transaction, that a budget is nearly used up, or is; once each for a day, week or month. Nil is
	// nobody.
	Warned func(ctx context.Context, w auth.WorkspaceID, b Budget) error
}

// Service holds the verbs of policies.
type Service struct {
	cfg    Config
	parsed sync.Map // label with its workspace to Document; versions never change
}

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Law == nil {
		cfg.Law = decision.Statute()
	}
	return &Service{cfg: cfg}
}

var policyName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

// Save checks a document and saves it as the next version of a policy. A text that
// is the newest version already is saved no more than once. What is wrong with it,
// and each clause that promises less than the law, is errs.Invalid with its place.
// It needs ManagePlans.
func (s *Service) Save(ctx context.Context, actor auth.Actor, name, text string) (v Version, err error) {
	if err := actor.Can(auth.ManagePlans); err != nil {
		return v, err
	}
	if !policyName.MatchString(name) || name == BuiltIn {
		return v, errs.Field("name", "error.policy_name", "name", name)
	}
	doc, err := s.Check(text)
	if err == nil {
		err = s.able(ctx, actor.Workspace, doc)
	}
	if err != nil {
		return v, err
	}
	err = s.cfg.Store.InTx(ctx, func(ctx context.Context) error {
		newest, err := s.cfg.Store.ReturnPolicy(ctx, actor.Workspace, name, 0)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		if err == nil && newest.Text == text {
			v = newest
			return nil
		}
		v = Version{Workspace: actor.Workspace, Name: name, Number: newest.Number + 1, Text: text, SavedAt: s.cfg.Now().UTC().Truncate(time.Millisecond), SavedBy: actor.Person()}
		added, err := s.cfg.Store.AddReturnPolicy(ctx, v)
		if err != nil {
			return err
		}
		if !added { // somebody saved at the same moment
			return errs.New(errs.Conflict, "error.busy")
		}
		return s.cfg.Journal.Append(ctx, event.New(Saved, actor, event.Subject{Kind: SubjectKind}, 0, map[string]any{"name": name, "version": v.Number}))
	})
	return v, err
}

// Check reads a text and says everything that is wrong with it, against the law as
// it is known today.
func (s *Service) Check(text string) (Document, error) {
	doc, err := Parse(text)
	if err != nil {
		return doc, err
	}
	return doc, doc.Check(s.cfg.Law)
}

// able refuses clauses that no connected account can carry out.
func (s *Service) able(ctx context.Context, w auth.WorkspaceID, doc Document) error {
	place := ""
	for _, r := range doc.Rules {
		if r.HoldCard != nil && *r.HoldCard {
			place = "rules." + r.Name + ".hold_card"
		}
	}
	if h := doc.Terms.HoldCard; h != nil && *h {
		place = "terms.hold_card"
	}
	if place == "" {
		return nil
	}
	var could []string
	if s.cfg.Holds != nil {
		can, list, err := s.cfg.Holds(ctx, w)
		if err != nil || can {
			return err
		}
		could = list
	}
	return errs.Field(place, "error.policy_hold_card", "providers", strings.Join(could, ", "))
}

// Publish puts a version in force for orders placed from an instant on; a time
// that is over, or none, is now: what was promised for an order is never changed
// afterwards. Only the first release of a workspace may tell of the past, since
// the merchant promised it before anybody wrote it down here. The law may have changed since it was saved, so it is checked again.
// It needs ManagePlans.
func (s *Service) Publish(ctx context.Context, actor auth.Actor, name string, number int, from time.Time) (r Release, err error) {
	if err := actor.Can(auth.ManagePlans); err != nil {
		return r, err
	}
	now := s.cfg.Now().UTC().Truncate(time.Millisecond)
	err = s.cfg.Store.InTx(ctx, func(ctx context.Context) error {
		if from.Before(now) {
			before, err := s.cfg.Store.PolicyReleases(ctx, actor.Workspace, 1)
			if err != nil {
				return err
			}
			if from.IsZero() || len(before) > 0 {
				from = now
			}
		}
		v, err := s.cfg.Store.ReturnPolicy(ctx, actor.Workspace, name, number)
		if err != nil {
			return err
		}
		doc, err := s.Check(v.Text)
		if err == nil {
			err = s.able(ctx, actor.Workspace, doc)
		}
		if err != nil {
			return err
		}
		r = Release{Workspace: actor.Workspace, From: from.UTC().Truncate(time.Millisecond), Name: v.Name, Number: v.Number, At: now, By: actor.Person()}
		if err := s.cfg.Store.AddRelease(ctx, r); err != nil {
			return err
		}
		return s.cfg.Journal.Append(ctx, event.New(Published, actor, event.Subject{Kind: SubjectKind}, 0, map[string]any{"name": v.Name, "version": v.Number, "from": r.From}))
	})
	return r, err
}

// reads reports whether somebody may read policies: those who work with cases, too.
func reads(actor auth.Actor) error {
	if actor.May(auth.ManagePlans) {
		return nil
	}
	return actor.Can(auth.ReadCases)
}

// Policies returns the newest version of each policy, by name. It needs ReadCases
// or ManagePlans, as all that reads here.
func (s *Service) Policies(ctx context.Context, actor auth.Actor) ([]Version, error) {
	if err := reads(actor); err != nil {
		return nil, err
	}
	return s.cfg.Store.ReturnPolicies(ctx, actor.Workspace)
}

// Policy returns a version of a policy, the newest for 0.
func (s *Service) Policy(ctx context.Context, actor auth.Actor, name string, number int) (Version, error) {
	if err := reads(actor); err != nil {
		return Version{}, err
	}
	return s.cfg.Store.ReturnPolicy(ctx, actor.Workspace, name, number)
}

// Versions returns the versions of a policy before one (0: all), newest first.
func (s *Service) Versions(ctx context.Context, actor auth.Actor, name string, before int) ([]Version, error) {
	if err := reads(actor); err != nil {
		return nil, err
	}
	if before <= 0 {
		before = math.MaxInt32
	}
	return s.cfg.Store.PolicyVersions(ctx, actor.Workspace, name, before, MaxPage)
}

// Releases returns what was and will be in force, the last first.
func (s *Service) Releases(ctx context.Context, actor auth.Actor) ([]Release, error) {
	if err := reads(actor); err != nil {
		return nil, err
	}
	return s.cfg.Store.PolicyReleases(ctx, actor.Workspace, MaxPage)
}

// Public returns the document in force for orders that are placed at an instant,
// with its label. Without one it is errs.NotFound. Anybody may read it.
func (s *Service) Public(ctx context.Context, w auth.WorkspaceID, at time.Time) (Document, string, error) {
	r, err := s.cfg.Store.PolicyAt(ctx, w, at)
	if err != nil {
		return Document{}, "", err
	}
	v := Version{Workspace: w, Name: r.Name, Number: r.Number}
	doc, err := s.document(ctx, v)
	return doc, v.Label(), err
}

type documentKey struct {
	w     auth.WorkspaceID
	label string
}

// document returns the document of a version. Whatever the law has become since
// it was saved, it is read as it stands: package decision keeps the law.
func (s *Service) document(ctx context.Context, v Version) (Document, error) {
	key := documentKey{v.Workspace, v.Label()}
	if d, ok := s.parsed.Load(key); ok {
		return d.(Document), nil
	}
	kept, err := s.cfg.Store.ReturnPolicy(ctx, v.Workspace, v.Name, v.Number)
	if err != nil {
		return Document{}, fmt.Errorf("read policy %s: %w", v.Label(), err)
	}
	doc, err := Parse(kept.Text)
	if err != nil {
		return doc, fmt.Errorf("read policy %s: %w", v.Label(), err)
	}
	s.parsed.Store(key, doc)
	return doc, nil
}

// Terms returns what the version that was in force when the order was placed says
// of some facts, or the built-in terms where the merchant had published none.
func (s *Service) Terms(ctx context.Context, w auth.WorkspaceID, f Facts) (Terms, error) {
	at := f.PlacedAt
	if at.IsZero() {
		at = s.cfg.Now()
	}
	doc, label, err := s.Public(ctx, w, at)
	if errs.Is(err, errs.NotFound) {
		return builtIn(), nil
	}
	if err != nil {
		return Terms{}, err
	}
	var rates fx.Table
	if f.Currency != doc.Currency {
		if rates, err = s.cfg.Rates.Table(ctx, auth.ForSystem(w)); err != nil {
			return Terms{}, fmt.Errorf("read rates: %w", err)
		}
	}
	t := doc.Decide(f, rates)
	t.Version = label
	if k := t.Cap; k != nil {
		spent, reserved, err := s.cfg.Store.Spent(ctx, w, k.spending(s.cfg.Now(), 0))
		if err != nil {
			return Terms{}, fmt.Errorf("read what was spent: %w", err)
		}
		t.Policy.Cap.Spent = scaled(spent+reserved, k.Of, k.Limit)
	}
	return t, nil
}

// Problems returns what is wrong with a document, one by one, from the error of
// Check, Save or Publish.
func Problems(err error) []*errs.Error {
	if list := errs.Fields(err); len(list) > 0 {
		return list
	}
	var one *errs.Error
	if errors.As(err, &one) {
		return []*errs.Error{one}
	}
	return nil
}
