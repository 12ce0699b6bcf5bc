package cost

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Saved is announced when a book was saved. Data: {"version"}.
const (
	Saved       = "costs.saved"
	SubjectKind = "costs"
)

// MaxPage is the most versions that one call returns.
const MaxPage = 100

// Facts are the goods of a case and where they are.
type Facts struct {
	Shop     order.ShopID
	From     string // the country where the goods are
	To       string // the country where they were sent from
	Items    []Item
	Currency string
	At       time.Time // by the book as it stood then; now if zero
}

// Item is units of an article.
type Item struct {
	SKU   string
	Qty   int64
	Grams int64 // of one; 0 is not known
	Price int64 // of one
}

// Version is a book as somebody saved it. It never changes.
type Version struct {
	Workspace auth.WorkspaceID
	Number    int // from 1; 0: nothing was ever saved
	Book      Book
	SavedAt   time.Time
	SavedBy   auth.PersonID
}

// Store keeps books.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	// CostBook returns the version of a workspace, the newest for 0.
	CostBook(ctx context.Context, w auth.WorkspaceID, number int) (Version, error)
	// CostBookAt returns the version that stood at an instant.
	CostBookAt(context.Context, auth.WorkspaceID, time.Time) (Version, error)
	// CostBooks returns the versions, newest first, without their books.
	CostBooks(ctx context.Context, w auth.WorkspaceID, limit int) ([]Version, error)
	// AddCostBook reports false if the number is taken.
	AddCostBook(context.Context, Version) (bool, error)
}

// Products knows what articles cost and weigh.
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
	Now      func() time.Time
}

// Service holds the verbs of costs.
type Service struct{ cfg Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg}
}

// Book returns a version of the book, the newest for 0; before the first one it is
// the zero Version. It needs ReadCases or ManagePlans.
func (s *Service) Book(ctx context.Context, a auth.Actor, number int) (Version, error) {
	if err := reads(a); err != nil {
		return Version{}, err
	}
	v, err := s.cfg.Store.CostBook(ctx, a.Workspace, number)
	if number == 0 && errs.Is(err, errs.NotFound) {
		return Version{Workspace: a.Workspace}, nil
	}
	return v, err
}

// Versions returns who saved what when, newest first, without the books. It needs
// ReadCases or ManagePlans.
func (s *Service) Versions(ctx context.Context, a auth.Actor) ([]Version, error) {
	if err := reads(a); err != nil {
		return nil, err
	}
	return s.cfg.Store.CostBooks(ctx, a.Workspace, MaxPage)
}

func reads(a auth.Actor) error {
	if a.May(auth.ManagePlans) {
		return nil
	}
	return a.Can(auth.ReadCases)
}

// Put saves a whole book as the next version, in force for what is decided from
// now on; what was decided stays as it was frozen. The same book twice makes no new
// version. What is wrong with it is errs.Invalid with its place; after, if not 0,
// is the version that the writer has seen, and another newest one is errs.Conflict.
// It needs ManagePlans.
func (s *Service) Put(ctx context.Context, a auth.Actor, b Book, after int) (v Version, err error) {
	if err := a.Can(auth.ManagePlans); err != nil {
		return v, err
	}
	b = b.Tidy()
	if err := b.Check(); err != nil {
		return v, err
	}
	err = s.cfg.Store.InTx(ctx, func(ctx context.Context) error {
		newest, err := s.Book(ctx, a, 0)
		if err != nil {
			return err
		}
		if newest.Number > 0 && same(newest.Book, b) {
			v = newest
			return nil
		}
		if after != 0 && after != newest.Number {
			return errs.New(errs.Conflict, "error.cost_changed")
		}
		v = Version{Workspace: a.Workspace, Number: newest.Number + 1, Book: b, SavedAt: s.cfg.Now().UTC().Truncate(time.Millisecond), SavedBy: a.Person()}
		added, err := s.cfg.Store.AddCostBook(ctx, v)
		if err != nil {
			return err
		}
		if !added { // somebody saved at the same moment
			return errs.New(errs.Conflict, "error.busy")
		}
		return s.cfg.Journal.Append(ctx, event.New(Saved, a, event.Subject{Kind: SubjectKind}, 0, map[string]any{"version": v.Number}))
	})
	return v, err
}

// same reports whether two books are written the same.
func same(a, b Book) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// Costs returns what the ways out for some goods cost, in f.Currency, by the book
// as it stood at f.At.
func (s *Service) Costs(ctx context.Context, w auth.WorkspaceID, f Facts) (decision.Costs, error) {
	at := f.At
	if at.IsZero() {
		at = s.cfg.Now()
	}
	v, err := s.cfg.Store.CostBookAt(ctx, w, at)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return decision.Costs{}, fmt.Errorf("read the cost book: %w", err)
	}
	out, err := s.figures(ctx, w, f, v.Book)
	return out.Costs, err
}

// Try returns what ways out would cost by a book that need not be saved, with who
// gave each figure. It needs ReadCases or ManagePlans.
func (s *Service) Try(ctx context.Context, a auth.Actor, f Facts, b Book) (Figures, error) {
	if err := reads(a); err != nil {
		return Figures{}, err
	}
	if b = b.Tidy(); b.Currency != "" {
		if err := b.Check(); err != nil {
			return Figures{}, err
		}
	}
	return s.figures(ctx, a.Workspace, f, b)
}

// figures gathers what the products and the rates say.
func (s *Service) figures(ctx context.Context, w auth.WorkspaceID, f Facts, b Book) (Figures, error) {
	var skus []string
	for _, i := range f.Items {
		skus = append(skus, i.SKU)
	}
	actor := auth.ForSystem(w)
	products, err := s.cfg.Products.BySKU(ctx, actor, f.Shop, skus)
	if err != nil {
		return Figures{}, fmt.Errorf("read what articles cost: %w", err)
	}
	foreign := b.Currency != "" && b.Currency != f.Currency
	for _, p := range products {
		foreign = foreign || p.Currency != f.Currency
	}
	x := exchange{from: b.Currency, to: f.Currency}
	if foreign {
		if x.table, err = s.cfg.Rates.Table(ctx, actor); err != nil {
			return Figures{}, fmt.Errorf("read rates: %w", err)
		}
	}
	_, x.ok = convert(x.table, 1, x.from, x.to, fx.Up)
	known, costs := map[string]product.Variant{}, map[string]int64{}
	for _, i := range f.Items {
		p, ok := products[product.Key(i.SKU)]
		if !ok {
			continue
		}
		v, _ := p.Variant(i.SKU)
		known[i.SKU] = v
		if v.Cost == 0 {
			continue
		}
		if n, ok := convert(x.table, v.Cost, p.Currency, f.Currency, fx.Up); ok {
			costs[i.SKU] = n
		}
	}
	return figures(f, &b, known, costs, x), nil
}
