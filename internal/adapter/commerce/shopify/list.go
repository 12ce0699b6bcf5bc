package shopify

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/intake"
)

// shop is one shop on Shopify.
type shop struct {
	*client

	mu   sync.Mutex
	size map[string]int // objects on a page of a kind, once it had to be less than the kind's own
}

// kind is how objects of one kind are asked for.
type kind struct {
	many, one  string // documents
	list, item string // where their answers stand
	gid        string // as global identifiers name it
	page       int
}

var kinds = map[string]kind{
	intake.KindOrder:    {ordersQuery, orderQuery, "orders", "order", "Order", 10},
	intake.KindProduct:  {productsQuery, productQuery, "products", "product", "Product", 10},
	intake.KindCustomer: {customersQuery, customerQuery, "customers", "customer", "Customer", 50},
}

func kindOf(name string) (kind, error) {
	k, ok := kinds[name]
	if !ok {
		return kind{}, errs.Wrap(errs.Unsupported, fmt.Errorf("no list of %q", name), "error.shop_kind")
	}
	return k, nil
}

// About tells the shop's name, currency, time zone and country.
func (s *shop) About(ctx context.Context) (commerce.About, error) {
	data, err := s.ask(ctx, aboutQuery, nil)
	if err != nil {
		return commerce.About{}, err
	}
	n := data.At("shop")
	if n.String("name") == "" {
		return commerce.About{}, unreadable("a shop without name")
	}
	return commerce.About{ID: tail(n.String("id")), Name: n.String("name"), Currency: n.String("currencyCode"), Zone: n.String("ianaTimezone"), Country: n.String("shopAddress", "countryCodeV2"), URL: n.String("url")}, nil
}

// deepest is how far a walk follows one list: Shopify ends lists at 25,000 objects. The walk goes on in a list that
// begins where it stands, so that what changed in that very second comes twice.
const deepest = 20000

// List walks a list by the time of the last change.
func (s *shop) List(ctx context.Context, name string, c commerce.Cursor) (commerce.Page, error) {
	k, err := kindOf(name)
	if err != nil {
		return commerce.Page{}, err
	}
	count, cursor, err := placeOf(c.Token)
	if err != nil {
		return commerce.Page{}, err
	}
	variables := map[string]any{}
	if cursor != "" {
		variables["after"] = cursor
	}
	if !c.Since.IsZero() {
		variables["query"] = "updated_at:>='" + c.Since.UTC().Format(time.RFC3339) + "'"
	}
	data, err := s.page(ctx, name, k, variables)
	if err != nil {
		return commerce.Page{}, err
	}
	list := data.At(k.list)
	if list.At("nodes").Kind() != wire.Array {
		return commerce.Page{}, unreadable("no list of " + k.list)
	}
	var out commerce.Page
	for _, n := range list.At("nodes").Items() {
		o, err := s.object(ctx, name, n, data)
		if err != nil {
			return commerce.Page{}, err
		}
		out.Objects = append(out.Objects, o)
	}
	out.More = list.Bool("pageInfo", "hasNextPage")
	count += len(out.Objects)
	out.Next = commerce.Cursor{Since: c.Since, Token: strconv.Itoa(count) + " " + list.String("pageInfo", "endCursor")}
	if last := len(out.Objects) - 1; count >= deepest && last >= 0 {
		out.Next = commerce.Cursor{Since: out.Objects[last].Base().UpdatedAt}
	}
	return out, nil
}

func placeOf(token string) (count int, cursor string, err error) {
	if token == "" {
		return 0, "", nil
	}
	number, cursor, ok := strings.Cut(token, " ")
	count, err = strconv.Atoi(number)
	if err != nil || !ok || count < 0 {
		return 0, "", unreadable(fmt.Sprintf("%q is no place in a list", token))
	}
	return count, cursor, nil
}

// page asks for a page, of fewer objects if Shopify finds that they cost too much: how it counts is its own, and changes.
func (s *shop) page(ctx context.Context, name string, k kind, variables map[string]any) (*wire.Node, error) {
	for {
		s.mu.Lock()
		size := s.size[name]
		s.mu.Unlock()
		if size == 0 {
			size = k.page
		}
		variables["first"] = size
		data, err := s.ask(ctx, k.many, variables)
		if !errors.Is(err, errCostly) || size == 1 {
			return data, err
		}
		s.mu.Lock()
		s.size[name] = size / 2
		s.mu.Unlock()
	}
}

// Fetch returns one order, product or customer.
func (s *shop) Fetch(ctx context.Context, name, id string) (intake.Object, error) {
	k, err := kindOf(name)
	if err != nil {
		return nil, err
	}
	if !digits(id) {
		return nil, gone(name, id)
	}
	data, err := s.ask(ctx, k.one, map[string]any{"id": gid(k.gid, id)})
	if err != nil {
		return nil, err
	}
	n := data.At(k.item)
	if !data.Has(k.item) {
		return nil, unreadable("no " + k.item)
	}
	if !n.Given() {
		return nil, gone(name, id)
	}
	return s.object(ctx, name, n, data)
}

func gid(noun, id string) string { return "gid://shopify/" + noun + "/" + id }

func gone(name, id string) error {
	return errs.Wrap(errs.NotFound, fmt.Errorf("no %s %q", name, id), "error.shop_not_found")
}

// object reads an object, and asks for those of its parts that had no place in the answer.
func (s *shop) object(ctx context.Context, name string, n, data *wire.Node) (intake.Object, error) {
	switch name {
	case intake.KindOrder:
		return s.order(ctx, n)
	case intake.KindProduct:
		variants, err := s.rest(ctx, n.At("variants"), variantsQuery, n.String("id"), "product", "variants")
		if err != nil {
			return nil, err
		}
		return graphProduct(n, variants, data.String("shop", "currencyCode")), nil
	}
	return graphCustomer(n), nil
}

// longest is how many further pages a part of an object may have.
const longest = 100

// rest returns the nodes of a connection, with those of its further pages: at path in the answers of a document.
func (s *shop) rest(ctx context.Context, n *wire.Node, document, id string, path ...string) ([]*wire.Node, error) {
	out := n.At("nodes").Items()
	for range longest {
		if !n.Bool("pageInfo", "hasNextPage") {
			return out, nil
		}
		data, err := s.ask(ctx, document, map[string]any{"id": id, "after": n.String("pageInfo", "endCursor")})
		if err != nil {
			return nil, err
		}
		n = data.At(path...)
		out = append(out, n.At("nodes").Items()...)
	}
	return nil, unreadable("a list without end")
}

// order reads an order with all of its lines, parcels, refunds and returns.
func (s *shop) order(ctx context.Context, n *wire.Node) (*intake.Order, error) {
	global := n.String("id")
	lines, err := s.rest(ctx, n.At("lineItems"), linesQuery, global, "order", "lineItems")
	if err != nil {
		return nil, err
	}
	o := graphOrder(n, lines)
	parcels, err := s.parcels(ctx, n)
	if err != nil {
		return nil, err
	}
	for _, p := range parcels {
		inside, err := s.rest(ctx, p.At("fulfillmentLineItems"), parcelLinesQuery, p.String("id"), "fulfillment", "fulfillmentLineItems")
		if err != nil {
			return nil, err
		}
		o.Fulfillments = append(o.Fulfillments, graphParcel(p, inside, o.ID))
	}
	if o.Refunds, err = s.refunds(ctx, n, o.ID); err != nil {
		return nil, err
	}
	if status := n.String("returnStatus"); status != "" && status != "NO_RETURN" {
		data, err := s.ask(ctx, returnsQuery, map[string]any{"id": global})
		if err != nil {
			return nil, err
		}
		list, err := s.rest(ctx, data.At("order", "returns"), returnsQuery, global, "order", "returns")
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			o.Returns = append(o.Returns, graphReturn(r, o.ID))
		}
	}
	return o, nil
}

// parcels returns the fulfillments of an order. They have no pages: those beyond the few of the order's own answer are
// asked for one by one.
func (s *shop) parcels(ctx context.Context, n *wire.Node) ([]*wire.Node, error) {
	out := n.At("fulfillments").Items()
	if int(n.Int("fulfillmentsCount", "count")) <= len(out) {
		return out, nil
	}
	data, err := s.ask(ctx, parcelsQuery, map[string]any{"id": n.String("id")})
	if err != nil {
		return nil, err
	}
	there := len(out)
	for i, p := range data.At("order", "fulfillments").Items() {
		if i < there {
			continue
		}
		data, err := s.ask(ctx, parcelQuery, map[string]any{"id": p.String("id")})
		if err != nil {
			return nil, err
		}
		out = append(out, data.At("fulfillment"))
	}
	return out, nil
}

// few is how many refunds stand in an order's own answer.
const few = 5

func (s *shop) refunds(ctx context.Context, n *wire.Node, order string) ([]*intake.Refund, error) {
	list := n.At("refunds").Items()
	if len(list) >= few {
		data, err := s.ask(ctx, refundsQuery, map[string]any{"id": n.String("id")})
		if err != nil {
			return nil, err
		}
		list = data.At("order", "refunds").Items()
	}
	var out []*intake.Refund
	for _, r := range list {
		data, err := s.ask(ctx, refundQuery, map[string]any{"id": r.String("id")})
		if err != nil {
			return nil, err
		}
		told := data.At("refund")
		lines, err := s.rest(ctx, told.At("refundLineItems"), refundLinesQuery, r.String("id"), "refund", "refundLineItems")
		if err != nil {
			return nil, err
		}
		out = append(out, graphRefund(told, lines, order))
	}
	return out, nil
}

// Subscribe asks for a webhook on each of our topics that has none at this address. Shopify signs with the secret of the
// app, which cannot be chosen: another one is refused, as no webhook could be proven by it.
func (s *shop) Subscribe(ctx context.Context, address, secret string) error {
	if secret != s.secret {
		return errs.Field(commerce.WebhookSecret, "error.shop_value")
	}
	there := map[string]bool{}
	variables := map[string]any{"uri": address}
	for range longest {
		data, err := s.ask(ctx, hooksQuery, variables)
		if err != nil {
			return err
		}
		list := data.At("webhookSubscriptions")
		for _, h := range list.At("nodes").Items() {
			there[h.String("topic")] = there[h.String("topic")] || h.String("uri") == address
		}
		if !list.Bool("pageInfo", "hasNextPage") {
			break
		}
		variables["after"] = list.String("pageInfo", "endCursor")
	}
	for _, topic := range topics {
		if there[topic] {
			continue
		}
		data, err := s.ask(ctx, subscribe, map[string]any{"topic": topic, "uri": address})
		if err != nil {
			return err
		}
		for _, e := range data.At("webhookSubscriptionCreate", "userErrors").Items() {
			return errs.Wrap(errs.Invalid, fmt.Errorf("%s: %s", topic, e.String("message")), "error.shop_answer")
		}
	}
	return nil
}
