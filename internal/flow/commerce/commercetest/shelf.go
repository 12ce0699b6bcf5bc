package commercetest

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/connector"
)

// Shelf is a shop in memory that keeps every promise of package commerce. It lists by time of change, a few objects a
// page.
type Shelf struct {
	About   commerce.About
	PerPage int // 0 is 10

	mu      sync.Mutex
	objects map[string]map[string]intake.Object // by kind and identifier
	calls   int
	fail    func(call int) error
}

// NewShelf returns an empty shop.
func NewShelf() *Shelf {
	return &Shelf{About: commerce.About{Name: "Shelf", Currency: "EUR", Zone: "Europe/Berlin", Country: "DE"}, objects: map[string]map[string]intake.Object{}}
}

// Put adds an object, or takes the place of the one with its identifier.
func (s *Shelf) Put(o intake.Object) {
	intake.Label(o)
	s.mu.Lock()
	defer s.mu.Unlock()
	b := o.Base()
	if s.objects[b.Kind] == nil {
		s.objects[b.Kind] = map[string]intake.Object{}
	}
	s.objects[b.Kind][b.ID] = o
}

// Remove deletes an object.
func (s *Shelf) Remove(kind, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects[kind], id)
}

// Has reports whether there is an object.
func (s *Shelf) Has(kind, id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.objects[kind][id] != nil
}

// Count returns how many objects of a kind there are.
func (s *Shelf) Count(kind string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.objects[kind])
}

// Fail makes calls fail: fn is asked before each, with its number from 1 on; nil lets all pass again.
func (s *Shelf) Fail(fn func(call int) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail, s.calls = fn, 0
}

// Driver returns the driver by which the shop is connected. It does not use the network.
func (s *Shelf) Driver() commerce.Driver {
	return commerce.Driver{
		Name: "shelf", Title: "Shelf", Docs: "https://shelf.example/docs",
		Options:      []connector.Option{{Name: "token", Kind: connector.Secret, Required: true}},
		Capabilities: commerce.Capabilities{Orders: true, Products: true, Customers: true, Refunds: true, IncrementalOrders: true, IncrementalProducts: true, IncrementalCustomers: true, CompleteOrders: true, CompleteProducts: true, CompleteCustomers: true},
		Rate:         connector.Rate{Requests: 1000, Per: time.Second, Burst: 1000},
		Open:         func(commerce.Settings) (commerce.Shop, error) { return open{s}, nil },
	}
}

type open struct{ *Shelf }

func (s open) call() error {
	s.calls++
	if s.fail != nil {
		return s.fail(s.calls)
	}
	return nil
}

func (s open) About(context.Context) (commerce.About, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Shelf.About, s.call()
}

// List pages by time of change and identifier, so that objects that change meanwhile are met again at the end.
func (s open) List(_ context.Context, kind string, c commerce.Cursor) (commerce.Page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.call(); err != nil {
		return commerce.Page{}, err
	}
	if !slices.Contains(s.Driver().Capabilities.Kinds(), kind) {
		return commerce.Page{}, errs.New(errs.Unsupported, "error.shop_kind")
	}
	var list []intake.Object
	for _, o := range s.objects[kind] {
		if !o.Base().UpdatedAt.Before(c.Since) && place(o) > c.Token {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b intake.Object) int { return cmp.Compare(place(a), place(b)) })
	p := commerce.Page{Objects: list, Next: c, Total: int64(len(s.objects[kind]))}
	if n := cmp.Or(s.PerPage, 10); len(list) > n {
		p.Objects, p.More = list[:n], true
		p.Next.Token = place(list[n-1])
	}
	return p, nil
}

func place(o intake.Object) string {
	return strconv.FormatInt(o.Base().UpdatedAt.UnixMilli()+1e15, 10) + " " + o.Base().ID
}

func (s open) Fetch(_ context.Context, kind, id string) (intake.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.call(); err != nil {
		return nil, err
	}
	if !slices.Contains(s.Driver().Capabilities.Kinds(), kind) {
		return nil, errs.New(errs.Unsupported, "error.shop_kind")
	}
	o, ok := s.objects[kind][id]
	if !ok {
		return nil, errs.New(errs.NotFound, "error.shop_not_found")
	}
	return o, nil
}
