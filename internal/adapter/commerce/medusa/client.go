package medusa

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/adapter/commerce/timewalk"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/intake"
)

// Sizes of pages, by what an item costs the shop.
const (
	whole    = 50
	glimpses = 250 // payments or variants of which little is asked
)

// resource is one of the lists of the API.
type resource struct {
	one, many string // members of the answers
	path      string
	fields    string // "+" adds to what the API gives by itself
	convert   func(*wire.Node) intake.Object
}

var resources = map[string]resource{
	intake.KindOrder: {
		"order", "orders", "admin/orders",
		"+email,+currency_code,+customer_id,+region_id,+sales_channel_id,+canceled_at,+payment_status,+fulfillment_status," +
			"+item_subtotal,+item_total,+shipping_total,+discount_total,+tax_total,+credit_line_total," +
			"*items,*items.detail,*items.tax_lines,*items.adjustments,*shipping_address,*billing_address,*shipping_methods,*customer," +
			"*payment_collections.payments,*payment_collections.payments.refunds,*payment_collections.payments.captures," +
			"*fulfillments,*fulfillments.items,*fulfillments.labels,*fulfillments.delivery_address",
		func(n *wire.Node) intake.Object { return order(n) },
	},
	intake.KindProduct: {
		"product", "products", "admin/products", "*variants.options.option",
		func(n *wire.Node) intake.Object { return product(n) },
	},
	intake.KindCustomer: {"customer", "customers", "admin/customers", "*addresses", func(n *wire.Node) intake.Object { return customer(n) }},
	intake.KindReturn:   {"return", "returns", "admin/returns", "*items,*items.reason", func(n *wire.Node) intake.Object { return returned(n) }},
}

// Glimpses of what changes apart from the object that it belongs to.
var (
	payments = resource{many: "payments", path: "admin/payments", fields: "id,updated_at,payment_collection.order.id"}
	variants = resource{many: "variants", path: "admin/product-variants", fields: "id,updated_at,product_id"}
)

// call asks the API.
func (s *shop) call(ctx context.Context, path string, query url.Values) (*wire.Node, error) {
	u := s.root.JoinPath(path)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	req.Header.Set("Authorization", s.auth)
	req.Header.Set("Accept", "application/json")
	body, _, err := commerce.Call(s.client, req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	n, err := wire.Parse(body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, errs.Wrap(errs.Invalid, err, "error.shop_answer"))
	}
	return n, nil
}

// list asks for a list and returns it with the number of all its objects.
func (s *shop) list(ctx context.Context, n resource, query url.Values) ([]*wire.Node, int64, error) {
	query.Set("fields", n.fields)
	answer, err := s.call(ctx, n.path, query)
	if err != nil {
		return nil, 0, err
	}
	if answer.Peek(n.many).Kind() != wire.Array {
		return nil, 0, unreadable(n.path + ": no list")
	}
	return answer.At(n.many).Items(), answer.Int("count"), nil
}

func unreadable(what string) error {
	return errs.Wrap(errs.Invalid, errors.New(what), "error.shop_answer")
}

func unsupported(kind string) error {
	return errs.Wrap(errs.Unsupported, fmt.Errorf("no list of %s", kind), "error.shop_kind")
}

// About tells of the shop's only store. It knows neither its time zone nor its country.
func (s *shop) About(ctx context.Context) (commerce.About, error) {
	answer, err := s.call(ctx, "admin/stores", nil)
	if err != nil {
		return commerce.About{}, err
	}
	stores := answer.At("stores").Items()
	if len(stores) == 0 || !stores[0].Has("name") {
		return commerce.About{}, unreadable("no store")
	}
	a := commerce.About{ID: stores[0].String("id"), Name: stores[0].String("name")}
	for _, c := range stores[0].At("supported_currencies").Items() {
		if c.Bool("is_default") {
			a.Currency = strings.ToUpper(c.String("currency_code"))
		}
	}
	return a, nil
}

// phase is a part of a walk.
type phase struct {
	by   string // the time by which it goes, the oldest first
	read resource
	of   func(*wire.Node) string // whose glimpse this is; nil reads the objects themselves
}

// phases returns the parts of a walk: from the beginning on by the time that never changes, so that no object moves while
// we read; from a time on by that of change. Payments are captured without their order changing, and variants change
// without their product.
func phases(kind string, since time.Time) ([]phase, []time.Time) {
	if since.IsZero() {
		return []phase{{by: "created_at", read: resources[kind]}}, []time.Time{{}}
	}
	list := []phase{{by: "updated_at", read: resources[kind]}}
	switch kind {
	case intake.KindOrder:
		list = append(list, phase{"updated_at", payments, func(n *wire.Node) string { return n.String("payment_collection", "order", "id") }})
	case intake.KindProduct:
		list = append(list, phase{"updated_at", variants, func(n *wire.Node) string { return n.String("product_id") }})
	}
	starts := make([]time.Time, len(list))
	for i := range starts {
		starts[i] = timewalk.Floor(since)
	}
	return list, starts
}

// List walks a list in phases. An object may come in two of them.
func (s *shop) List(ctx context.Context, kind string, c commerce.Cursor) (commerce.Page, error) {
	n, ok := resources[kind]
	if !ok {
		return commerce.Page{}, unsupported(kind)
	}
	list, starts := phases(kind, c.Since)
	at, err := timewalk.At(c.Token, starts)
	if err != nil {
		return commerce.Page{}, err
	}
	p, size := list[at.Phase], whole
	if p.of != nil {
		size = glimpses
	}
	query := url.Values{"order": {p.by}, "limit": {strconv.Itoa(size)}, "offset": {strconv.Itoa(at.Skip)}}
	if !at.From.IsZero() { // behind what we are shown of a time there may be microseconds
		query.Set(p.by+"[$gte]", at.From.Add(-time.Millisecond).Format(time.RFC3339Nano))
	}
	found, total, err := s.list(ctx, p.read, query)
	if err != nil {
		return commerce.Page{}, err
	}
	times := make([]time.Time, len(found))
	for i, n := range found {
		times[i] = n.Time(p.by)
	}
	next, more := at.Behind(times, size, starts)
	page := commerce.Page{Next: commerce.Cursor{Since: c.Since, Token: next.Token()}, More: more}
	if c == (commerce.Cursor{}) {
		page.Total = total
	}
	if p.of != nil {
		if found, err = s.owners(ctx, n, p, found); err != nil {
			return commerce.Page{}, err
		}
	}
	for _, o := range found {
		page.Objects = append(page.Objects, n.convert(o))
	}
	return page, nil
}

// owners reads the objects that glimpses belong to, each once.
func (s *shop) owners(ctx context.Context, n resource, p phase, found []*wire.Node) ([]*wire.Node, error) {
	var ids []string
	for _, g := range found {
		if id := p.of(g); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	var out []*wire.Node
	for some := range slices.Chunk(ids, whole) {
		list, _, err := s.list(ctx, n, url.Values{"id[]": some, "limit": {strconv.Itoa(len(some))}})
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// Fetch returns one order, product, customer or return.
func (s *shop) Fetch(ctx context.Context, kind, id string) (intake.Object, error) {
	n, ok := resources[kind]
	if !ok {
		return nil, unsupported(kind)
	}
	if id == "" || strings.ContainsAny(id, "/?#.") {
		return nil, errs.Wrap(errs.NotFound, fmt.Errorf("%q is no identifier", id), "error.shop_not_found")
	}
	answer, err := s.call(ctx, n.path+"/"+id, url.Values{"fields": {n.fields}})
	if err != nil {
		return nil, err
	}
	if answer.Peek(n.one).Kind() != wire.Object {
		return nil, unreadable(n.path + ": no object")
	}
	return n.convert(answer.At(n.one)), nil
}
