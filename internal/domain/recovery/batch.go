package recovery

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/platform/auth"
)

// BatchDays is how far the book of batches looks back, by the day on which an order was placed.
const BatchDays = 366

// FewFaults is how many faulty units are too few to say that a batch stands out.
const FewFaults = 3

// Rate is a share that was found in a sample, with the interval that holds the true one in 95 of 100 samples: that of
// Wilson (1927), without correction for continuity. All are between 0 and 1.
type Rate struct {
	Share, Low, High float64
}

// RateOf returns the rate of some units among all of them; of none it is unknown, between 0 and 1. More than all counts as
// all.
func RateOf(some, all int64) Rate {
	if all <= 0 {
		return Rate{High: 1}
	}
	const z = 1.959963984540054 // of 95 %
	n, p := float64(all), float64(min(some, all))/float64(all)
	mid, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	r := Rate{Share: p, Low: max((mid-half)/(1+z*z/n), 0), High: min((mid+half)/(1+z*z/n), 1)}
	if some <= 0 { // what rounding leaves
		r.Low = 0
	}
	if some >= all {
		r.High = 1
	}
	return r
}

// Batch is what became of the units of a supplier's batch that were sold in the time of a book.
type Batch struct {
	Supplier  string // as people write it
	Name      string // of the batch; empty if nobody named it
	Articles  int64
	Sold      int64 // units, without orders that were cancelled or deleted
	Found     int64 // of which so many turned out to be faulty, in cases decided for their customers
	Unclaimed int64 // of these, in no claim against a supplier
	Rate      Rate  // of faulty units
	Usual     float64
	StandsOut bool           // even the low end of the rate is above what is usual
	Cost      []money.Amount // of the cases for the faulty units, by currency
	Claims    int64
	Claimed   []BatchSum
}

// BatchSum is what the claims for a batch come to in a currency, in minor units.
type BatchSum struct {
	Currency                 string
	Asked, Granted, Received int64
}

// BatchMoney is what a batch comes to in a currency, in minor units.
type BatchMoney struct {
	BatchSum
	Cost int64
}

// Sums returns what a batch costs and what is claimed for it, by currency in the order of their codes; one row without a
// currency if there is nothing.
func (b Batch) Sums() []BatchMoney {
	var out []BatchMoney
	for _, x := range b.Claimed {
		out = append(out, BatchMoney{BatchSum: x})
	}
	for _, a := range b.Cost {
		i := slices.IndexFunc(out, func(x BatchMoney) bool { return x.Currency == a.Currency })
		if i < 0 {
			i, out = len(out), append(out, BatchMoney{BatchSum: BatchSum{Currency: a.Currency}})
		}
		out[i].Cost = a.Minor
	}
	if len(out) == 0 {
		return []BatchMoney{{}}
	}
	slices.SortFunc(out, func(x, y BatchMoney) int { return strings.Compare(x.Currency, y.Currency) })
	return out
}

// BatchKey is how batches are told apart: by supplier as parties are compared, and by name.
type BatchKey struct{ Party, Name string }

// KeyOfBatch returns the key of a batch.
func KeyOfBatch(supplier, name string) BatchKey {
	return BatchKey{PartyKey(supplier), cut(name, maxName)}
}

// Book is all batches of suppliers, those that stand out first, then by the low end of their rate.
type Book struct {
	Since   time.Time // orders placed since then
	Sold    int64     // in all
	Found   int64
	Batches []Batch
}

// BatchSales is how many units of a batch were sold.
type BatchSales struct {
	Supplier, Batch string
	Articles, Units int64
}

// BatchFaults is how many units of a batch were faulty, and what their cases cost.
type BatchFaults struct {
	Supplier, Batch  string
	Units, Unclaimed int64
	Cost             money.Amount
}

// BatchClaims is what was claimed for a batch.
type BatchClaims struct {
	Party, Batch string
	Claims       int64
	BatchSum
}

// Fault is some units of a line of a case that turned out to be faulty.
type Fault struct {
	Case     cases.ID
	Line     int
	OrderRow int64 // order.Line.ID
	Units    int64
	Cost     money.Amount
}

// FaultSource names a faulty line of a case as claims do.
func FaultSource(c cases.ID, line int) string { return fmt.Sprintf("case/%d/%d", c, line) }

// BatchStore keeps which batch articles were of, and what was faulty.
type BatchStore interface {
	// KeepFaults says which lines of a case are faulty; those that were and are not named are no longer.
	KeepFaults(ctx context.Context, w auth.WorkspaceID, of cases.ID, list []Fault) error
	// BatchSales, BatchFaults and BatchClaims return what somebody sees of orders placed, and claims opened, since a moment.
	BatchSales(ctx context.Context, s auth.Scope, since time.Time) ([]BatchSales, error)
	BatchFaults(ctx context.Context, s auth.Scope, since time.Time) ([]BatchFaults, error)
	BatchClaims(ctx context.Context, s auth.Scope, since time.Time) ([]BatchClaims, error)
	// UnclaimedFaults returns faulty lines of a batch under any of the names of its supplier that stand in no claim against a
	// supplier, oldest case first.
	UnclaimedFaults(ctx context.Context, s auth.Scope, suppliers []string, batch string, since time.Time, limit int) ([]Fault, error)
}

// FaultyUnits is how many units of a line of a case were decided to be faulty; 0 unless the case was decided for its
// customer.
func FaultyUnits(c cases.Case, l cases.Line) int64 {
	switch c.Phase {
	case cases.Draft, cases.Submitted, cases.NeedsInfo, cases.Declined, cases.Appealed:
		return 0
	case cases.Closed:
		if c.Reason != cases.Completed {
			return 0
		}
	}
	if l.Reason != "defective" || l.Declined != "" || l.SKU == "" || l.OrderRow == 0 {
		return 0
	}
	if n := l.Count(cases.Authorised); n > 0 {
		return n
	}
	return max(l.Count(cases.Asked), 1)
}

// Book returns the batches of suppliers of which something was sold or claimed in the last BatchDays days, in shops in the
// actor's sight. It needs ReadCases.
func (s *Service) Book(ctx context.Context, actor auth.Actor) (Book, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return Book{}, err
	}
	since := s.clock().AddDate(0, 0, -BatchDays)
	sold, err := s.Store.BatchSales(ctx, actor.Scope(), since)
	if err != nil {
		return Book{}, err
	}
	faults, err := s.Store.BatchFaults(ctx, actor.Scope(), since)
	if err != nil {
		return Book{}, err
	}
	claims, err := s.Store.BatchClaims(ctx, actor.Scope(), since)
	if err != nil {
		return Book{}, err
	}
	return bookOf(since, sold, faults, claims), nil
}

// bookOf puts together what is known of batches. What is usual for a batch is the rate of all others together.
func bookOf(since time.Time, sold []BatchSales, faults []BatchFaults, claims []BatchClaims) Book {
	b, known := Book{Since: since}, map[BatchKey]*Batch{}
	of := func(supplier, name string) *Batch {
		k := KeyOfBatch(supplier, name)
		if known[k] == nil {
			known[k] = &Batch{Supplier: supplier, Name: k.Name}
		}
		return known[k]
	}
	for _, x := range sold {
		to := of(x.Supplier, x.Batch)
		to.Articles += x.Articles
		to.Sold += x.Units
		b.Sold += x.Units
	}
	for _, x := range faults {
		to := of(x.Supplier, x.Batch)
		to.Found += x.Units
		to.Unclaimed += x.Unclaimed
		b.Found += x.Units
		to.cost(x.Cost)
	}
	for _, x := range claims {
		to := of(x.Party, x.Batch)
		to.Claims += x.Claims
		to.Claimed = append(to.Claimed, x.BatchSum)
	}
	for _, x := range known {
		x.Rate, x.Usual = RateOf(x.Found, x.Sold), RateOf(b.Found-x.Found, b.Sold-x.Sold).Share
		x.StandsOut = x.Found >= FewFaults && b.Sold > x.Sold && x.Rate.Low > x.Usual
		b.Batches = append(b.Batches, *x)
	}
	slices.SortFunc(b.Batches, func(x, y Batch) int {
		return cmp.Or(-cmp.Compare(rank(x), rank(y)), -cmp.Compare(x.Rate.Low, y.Rate.Low), -cmp.Compare(x.Found, y.Found), -cmp.Compare(x.Sold, y.Sold),
			strings.Compare(PartyKey(x.Supplier), PartyKey(y.Supplier)), strings.Compare(x.Name, y.Name))
	})
	return b
}

func rank(b Batch) int {
	if b.StandsOut {
		return 1
	}
	return 0
}

// cost adds what cases cost.
func (b *Batch) cost(a money.Amount) {
	if a.Minor == 0 {
		return
	}
	if i := slices.IndexFunc(b.Cost, func(x money.Amount) bool { return x.Currency == a.Currency }); i >= 0 {
		b.Cost[i].Minor += a.Minor
		return
	}
	b.Cost = append(b.Cost, a)
}

// Of returns a batch of the book.
func (b Book) Of(k BatchKey) (Batch, bool) {
	i := slices.IndexFunc(b.Batches, func(x Batch) bool { return KeyOfBatch(x.Supplier, x.Name) == k })
	if i < 0 {
		return Batch{}, false
	}
	return b.Batches[i], true
}

// Unclaimed returns faulty lines of a batch that stand in no claim against a supplier, in shops in the actor's sight, at
// most limit. It needs ReadCases.
func (s *Service) Unclaimed(ctx context.Context, actor auth.Actor, k BatchKey, limit int) ([]Fault, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return nil, err
	}
	since := s.clock().AddDate(0, 0, -BatchDays)
	faults, err := s.Store.BatchFaults(ctx, actor.Scope(), since)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, x := range faults {
		if KeyOfBatch(x.Supplier, x.Batch) == k && !slices.Contains(names, x.Supplier) {
			names = append(names, x.Supplier)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	return s.Store.UnclaimedFaults(ctx, actor.Scope(), names, k.Name, since, limit)
}
