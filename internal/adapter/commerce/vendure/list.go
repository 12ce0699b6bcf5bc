package vendure

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/adapter/commerce/timewalk"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/intake"
)

// Sizes of pages, by what an item costs the shop. A Vendure gives at most 1,000 if it is not told otherwise.
const (
	whole    = 50
	glimpses = 250 // orders or variants of which little is asked
)

// phase is a part of a walk.
type phase struct {
	by   string    // the time by which it goes, the oldest first
	from time.Time // where it begins, zero is at the beginning
	find finder
}

// finder says how a page of a phase is read.
type finder int

const (
	items    finder = iota // the list itself
	recent                 // glimpses of orders: those that changed are then read whole
	variants               // glimpses of variants: their products are then read whole
)

// phases returns the parts of a walk.
//
// From the beginning on, a list is walked by a time that never changes, so that no object moves while we read. What
// changed since is found by Vendure's own time of change, and further: a product changes with its variants; and of an
// order that time cannot be believed (see the package), so recent ones are looked at as far as their last entry of
// history. The older an order, the more seldom it changes and the more seldom it is looked at: those of two weeks every
// time, of two months by the first walk of an hour, of a year by the first one of a day.
func phases(kind string, since, now time.Time) []phase {
	if since.IsZero() {
		return []phase{{by: nouns[kind].born}}
	}
	since = timewalk.Floor(since)
	list := []phase{{by: "updatedAt", from: since}}
	switch kind {
	case intake.KindProduct:
		list = append(list, phase{by: "updatedAt", from: since, find: variants})
	case intake.KindOrder:
		depth := 14
		switch {
		case !sameIn(since, now, 24*time.Hour):
			depth = 365
		case !sameIn(since, now, time.Hour):
			depth = 60
		}
		from := timewalk.Floor(now.AddDate(0, 0, -depth))
		if since.Before(from) {
			from = since
		}
		list = append(list, phase{by: "orderPlacedAt", from: from, find: recent})
	}
	return list
}

func sameIn(a, b time.Time, span time.Duration) bool {
	return a.UTC().Truncate(span).Equal(b.UTC().Truncate(span))
}

// starts are the times at which phases begin.
func starts(list []phase) []time.Time {
	out := make([]time.Time, len(list))
	for i, p := range list {
		out[i] = p.from
	}
	return out
}

// List walks a list in phases. An object may come in two of them.
func (s *shop) List(ctx context.Context, kind string, c commerce.Cursor) (commerce.Page, error) {
	if _, ok := nouns[kind]; !ok {
		return commerce.Page{}, unsupported(kind)
	}
	list := phases(kind, c.Since, s.now())
	begin := starts(list)
	at, err := timewalk.At(c.Token, begin)
	if err != nil {
		return commerce.Page{}, err
	}
	known, err := s.schema(ctx)
	if err != nil {
		return commerce.Page{}, err
	}
	w := walk{s, known, kind, timewalk.Floor(c.Since)}
	p := list[at.Phase]
	size, fields, source := whole, known.selection(kind), nouns[kind]
	switch p.find {
	case recent:
		size, fields = glimpses, "id updatedAt orderPlacedAt "+last
	case variants:
		size, fields, source = glimpses, "updatedAt productId", noun{many: "productVariants", options: "ProductVariantListOptions"}
	}
	found, total, err := w.read(ctx, source, fields, w.options(p.by, at, size))
	if err != nil {
		return commerce.Page{}, err
	}
	times := make([]time.Time, len(found))
	for i, n := range found {
		times[i] = n.Time(p.by)
	}
	next, more := at.Behind(times, size, begin)
	page := commerce.Page{Next: commerce.Cursor{Since: c.Since, Token: next.Token()}, More: more}
	if c == (commerce.Cursor{}) {
		page.Total = total
	}
	switch p.find {
	case recent:
		found, err = w.whole(ctx, w.changed(found))
	case variants:
		found, err = w.whole(ctx, products(found))
	}
	if err != nil {
		return commerce.Page{}, err
	}
	for _, n := range found {
		page.Objects = append(page.Objects, known.reader.object(kind, n))
	}
	return page, nil
}

// walk is the reading of one page.
type walk struct {
	*shop
	known *schema
	kind  string
	since time.Time
}

// options asks for items from a place on. A basket that was not bought yet is no order.
func (w walk) options(by string, at timewalk.Place, size int) map[string]any {
	filter := map[string]any{}
	if w.kind == intake.KindOrder {
		filter["orderPlacedAt"] = map[string]any{"isNull": false}
	}
	if !at.From.IsZero() {
		// "after" excludes, and behind what we are shown of a time there may be microseconds.
		filter[by] = map[string]any{"after": at.From.Add(-time.Millisecond).Format(time.RFC3339Nano)}
	}
	return map[string]any{"take": size, "skip": at.Skip, "sort": map[string]any{by: "ASC"}, "filter": filter}
}

// read asks for a list.
func (w walk) read(ctx context.Context, n noun, fields string, options map[string]any) ([]*wire.Node, int64, error) {
	data, err := w.ask(ctx, query{n.listOf(fields), map[string]any{"options": options}})
	if err != nil {
		return nil, 0, err
	}
	list := data.At(n.many)
	if list.Peek("items").Kind() != wire.Array {
		return nil, 0, unreadable("no list")
	}
	return list.At("items").Items(), list.Int("totalItems"), nil
}

// whole reads objects by their identifiers.
func (w walk) whole(ctx context.Context, ids []string) ([]*wire.Node, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	options := map[string]any{"take": len(ids), "filter": map[string]any{"id": map[string]any{"in": ids}}}
	found, _, err := w.read(ctx, nouns[w.kind], w.known.selection(w.kind), options)
	return found, err
}

// changed returns which of some orders changed since, except those that the phase before has found.
func (w walk) changed(orders []*wire.Node) []string {
	var ids []string
	for _, n := range orders {
		if n.Time("updatedAt").Before(w.since) && !changedAt(n).Before(w.since) {
			ids = append(ids, n.String("id"))
		}
	}
	return ids
}

// products returns whose variants these are, each once.
func products(variants []*wire.Node) []string {
	var ids []string
	for _, n := range variants {
		if id := n.String("productId"); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Fetch returns one order, product or customer.
func (s *shop) Fetch(ctx context.Context, kind, id string) (intake.Object, error) {
	n, ok := nouns[kind]
	if !ok {
		return nil, unsupported(kind)
	}
	known, err := s.schema(ctx)
	if err != nil {
		return nil, err
	}
	data, err := s.ask(ctx, query{fmt.Sprintf("query($id:ID!){%s(id:$id){%s}}", n.one, known.selection(kind)), map[string]any{"id": id}})
	if err != nil {
		return nil, err
	}
	found := data.At(n.one)
	if found.Kind() != wire.Object || kind == intake.KindOrder && !found.At("orderPlacedAt").Given() {
		return nil, errs.Wrap(errs.NotFound, fmt.Errorf("no %s %q", n.one, id), "error.shop_not_found")
	}
	return known.reader.object(kind, found), nil
}

func unsupported(kind string) error {
	return errs.Wrap(errs.Unsupported, fmt.Errorf("no list of %s", kind), "error.shop_kind")
}
