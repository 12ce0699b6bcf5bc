package replay

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/platform/auth"
)

// Input is what a part of a case was decided by, packed.
type Input struct {
	Case     cases.ID
	Part     int
	OpenedAt time.Time
	Shop     order.ShopID
	Customer customer.ID
	Data     []byte // of decision.Pack
}

// Place is where a page of inputs ends.
type Place struct {
	OpenedAt time.Time
	Case     cases.ID
	Part     int
}

// Store reads inputs.
type Store interface {
	// CountInputs returns how many inputs of cases there are that were opened from an instant on.
	CountInputs(ctx context.Context, w auth.WorkspaceID, since time.Time) (int64, error)
	// Inputs returns a page of them in order, after a place.
	Inputs(ctx context.Context, w auth.WorkspaceID, after Place, limit int) ([]Input, error)
	// PastInputs returns the newest inputs, the newest first.
	PastInputs(ctx context.Context, w auth.WorkspaceID, limit int) ([]Input, error)
}

// Categories knows the category of articles, by SKU.
type Categories func(ctx context.Context, w auth.WorkspaceID, skus []string) (map[string]string, error)

// Rates knows the rates of exchange.
type Rates interface {
	Table(ctx context.Context, actor auth.Actor) (fx.Table, error)
}

// Config is what a Service needs.
type Config struct {
	Store      Store
	Rates      Rates
	Categories Categories // nil: no article has one
	Law        *decision.Law
	Workers    int // all cores if 0
	Jobs       Jobs
}

// Service replays.
type Service struct{ cfg Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Law == nil {
		cfg.Law = decision.Statute()
	}
	if cfg.Workers == 0 {
		cfg.Workers = runtime.GOMAXPROCS(0)
	}
	return &Service{cfg}
}

// pageSize is how many inputs are read at a time.
const pageSize = 2000

// page is what a worker is given.
type page struct {
	inputs     []Input
	categories map[string]string
}

// Run replays the cases of a workspace that were opened from an instant on. tell is
// told how many of how many are done, from this goroutine; nil hears nothing. When
// ctx ends, Run returns what it has with Stopped, and no error. It needs ReadCases.
func (s *Service) Run(ctx context.Context, actor auth.Actor, doc policy.Document, since time.Time, tell func(done, total int64)) (Result, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return Result{}, err
	}
	begun := time.Now()
	rates, err := s.cfg.Rates.Table(ctx, auth.ForSystem(actor.Workspace))
	if err != nil {
		return Result{}, fmt.Errorf("read rates: %w", err)
	}
	total, err := s.cfg.Store.CountInputs(ctx, actor.Workspace, since)
	if err != nil {
		return Result{}, fmt.Errorf("count cases: %w", err)
	}
	pages := make(chan page, s.cfg.Workers)
	sums := make([]*sum, s.cfg.Workers)
	var working sync.WaitGroup
	for i := range sums {
		sums[i] = newSum(s.cfg.Law, policy.NewDecider(doc, rates))
		working.Go(func() {
			for p := range pages {
				sums[i].page(p)
			}
		})
	}
	err = s.read(ctx, actor.Workspace, doc.AsksCategory(), since, pages, func(done int64) {
		if tell != nil {
			tell(done, total)
		}
	})
	close(pages)
	working.Wait()
	for _, other := range sums[1:] {
		sums[0].add(other)
	}
	r := sums[0].result()
	r.Since, r.Total, r.Took = since, total, time.Since(begun)
	if err != nil && ctx.Err() != nil {
		r.Stopped = true
		return r, nil
	}
	return r, err
}

// read hands out all inputs, page by page.
func (s *Service) read(ctx context.Context, w auth.WorkspaceID, categories bool, since time.Time, pages chan<- page, tell func(done int64)) error {
	after := Place{OpenedAt: since, Case: -1}
	done := int64(0)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		inputs, err := s.cfg.Store.Inputs(ctx, w, after, pageSize)
		if err != nil {
			return fmt.Errorf("read cases: %w", err)
		}
		if len(inputs) == 0 {
			return nil
		}
		p := page{inputs: inputs}
		if categories && s.cfg.Categories != nil {
			if p.categories, err = s.cfg.Categories(ctx, w, skus(inputs)); err != nil {
				return fmt.Errorf("read categories: %w", err)
			}
		}
		select {
		case pages <- p:
		case <-ctx.Done():
			return ctx.Err()
		}
		done += int64(len(inputs))
		tell(done)
		last := inputs[len(inputs)-1]
		after = Place{last.OpenedAt, last.Case, last.Part}
		if len(inputs) < pageSize {
			return nil
		}
	}
}

// skus returns the articles that the inputs are about, each once.
func skus(inputs []Input) []string {
	var u decision.Unpacker
	var c decision.Case
	seen := map[string]bool{}
	var out []string
	for _, in := range inputs {
		if u.Unpack(in.Data, &c) != nil {
			continue
		}
		if l := asked(&c); l != nil && !seen[l.SKU] {
			seen[l.SKU] = true
			out = append(out, l.SKU)
		}
	}
	return out
}

// asked is the first line that a case is about: the terms of a part are those of
// its lines, which are alike.
func asked(c *decision.Case) *decision.Line {
	if len(c.Claim.Lines) == 0 {
		return nil
	}
	for i := range c.Order.Lines {
		if c.Order.Lines[i].Line == c.Claim.Lines[0].Line {
			return &c.Order.Lines[i]
		}
	}
	return nil
}

// under returns a policy with what had been spent when a case was decided, as far as it was frozen.
func under(p decision.Policy, was *decision.Cap) decision.Policy {
	if p.Cap != nil && was != nil {
		p.Cap = &decision.Cap{Limit: p.Cap.Limit, Spent: was.Spent}
	}
	return p
}

// Facts are what a policy is asked about a frozen case.
func Facts(c *decision.Case, shop order.ShopID, category string) policy.Facts {
	f := policy.Facts{
		Shop: shop, Market: c.Market.Country, Region: c.Market.Region, Kind: c.Claim.Kind.String(), Reason: c.Claim.Reason.String(), Category: category,
		Currency: c.Order.Currency, Tier: c.Buyer.Tier, Returns: c.Buyer.Returns, Disputes: c.Buyer.Disputes, PlacedAt: c.Order.PlacedAt,
	}
	if l := asked(c); l != nil {
		f.SKU, f.Price = l.SKU, (l.Goods-l.Discount)/l.Qty
	}
	if d := c.Order.DeliveredAt; !d.IsZero() {
		f.Days = max(0, int(decision.DayOf(c.Claim.OpenedAt, c.Market.Zone)-decision.DayOf(d, c.Market.Zone)))
	}
	return f
}
