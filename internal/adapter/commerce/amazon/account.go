package amazon

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/intake"
)

// Paths of operations.
const (
	ordersPath   = "/orders/2026-01-01/orders"
	returnsPath  = "/externalFulfillment/2024-09-11/returns"
	messagesPath = "/messaging/v1/orders"
	feedbackPath = "/customerFeedback/2024-06-01/items"
	accountPath  = "/sellers/v1/marketplaceParticipations"
)

// account is a seller's account in some marketplaces.
type account struct {
	*client
	places    []string
	returns   bool        // the seller sends for Amazon and takes goods back (External Fulfillment)
	anonymous atomic.Bool // the application may not see who buys
}

// About tells the first marketplace of the connection. Amazon tells no time zone.
func (a *account) About(ctx context.Context) (commerce.About, error) {
	n, err := a.get(ctx, accountPath, nil)
	if err != nil {
		return commerce.About{}, err
	}
	if n.At("payload").Kind() != wire.Array {
		return commerce.About{}, unreadable("no marketplaces")
	}
	for _, p := range n.At("payload").Items() {
		m := p.At("marketplace")
		if m.String("id") != a.places[0] {
			continue
		}
		name := p.String("storeName")
		if name == "" {
			name = m.String("name")
		}
		return commerce.About{ID: a.places[0], Name: name, Currency: m.String("defaultCurrencyCode"), Country: m.String("countryCode"), URL: "https://" + m.String("domainName")}, nil
	}
	return commerce.About{}, errs.Wrap(errs.Denied, fmt.Errorf("the seller takes no part in %s", a.places[0]), "error.shop_denied")
}

// List walks orders by the time of their change, and returns by that of their creation.
func (a *account) List(ctx context.Context, kind string, c commerce.Cursor) (commerce.Page, error) {
	switch kind {
	case intake.KindOrder:
		return a.orders(ctx, c)
	case intake.KindReturn:
		return a.sentBack(ctx, c)
	}
	return commerce.Page{}, unsupported(kind)
}

func unsupported(kind string) error {
	return errs.Wrap(errs.Unsupported, fmt.Errorf("no list of %q", kind), "error.shop_kind")
}

// Fetch returns an order, a return, what may be written to the buyer of an order (a message that has only actions), or
// what reviews of an article speak of.
func (a *account) Fetch(ctx context.Context, kind, id string) (intake.Object, error) {
	switch kind {
	case intake.KindOrder:
		return a.order(ctx, id)
	case intake.KindReturn:
		return a.back(ctx, id)
	case intake.KindMessage:
		return a.actions(ctx, id)
	case intake.KindFeedback:
		return a.topics(ctx, id)
	}
	return nil, unsupported(kind)
}

// Sets of data of an order. Amazon gives the personal ones only to applications with a restricted role, and then without
// a restricted data token ("Access Orders PII").
var (
	impersonal = []string{"PROCEEDS", "PROMOTION", "CANCELLATION", "FULFILLMENT", "PACKAGES"}
	personal   = []string{"BUYER", "RECIPIENT", "TAX"}
)

// withData asks for an order's data, and if the application may not see who buys, for the rest of it: then and from
// then on.
func (a *account) withData(ctx context.Context, path string, q url.Values) (*wire.Node, error) {
	if !a.anonymous.Load() {
		q.Set("includedData", strings.Join(append(slices.Clone(impersonal), personal...), ","))
		n, err := a.get(ctx, path, q)
		if !errs.Is(err, errs.Denied) {
			return n, err
		}
		q.Set("includedData", strings.Join(impersonal, ","))
		rest, err2 := a.get(ctx, path, q)
		if errs.Is(err2, errs.Denied) {
			return nil, err
		}
		a.anonymous.Store(err2 == nil)
		return rest, err2
	}
	q.Set("includedData", strings.Join(impersonal, ","))
	return a.get(ctx, path, q)
}

// earliest is before all orders that Amazon still tells: of two years, in some marketplaces since 2016.
var earliest = time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC)

// clock is ISO 8601 as the models' examples write it.
const clock = "2006-01-02T15:04:05Z"

func (a *account) orders(ctx context.Context, c commerce.Cursor) (commerce.Page, error) {
	since := c.Since.UTC()
	if since.Before(earliest) {
		since = earliest
	}
	// Pages after the first repeat the question beside their token.
	q := url.Values{"lastUpdatedAfter": {since.Format(clock)}, "marketplaceIds": {strings.Join(a.places, ",")}, "maxResultsPerPage": {"100"}}
	if err := a.resume(q, "paginationToken", c.Token); err != nil {
		return commerce.Page{}, err
	}
	n, err := a.withData(ctx, ordersPath, q)
	if err != nil {
		return commerce.Page{}, err
	}
	if n.At("orders").Kind() != wire.Array {
		return commerce.Page{}, unreadable("no list of orders")
	}
	out := commerce.Page{Objects: intake.List(n.At("orders"), func(o *wire.Node) intake.Object { return order(o) })}
	return a.follow(out, c, n.String("pagination", "nextToken")), nil
}

// lasting is how long a token for the next page is used: Amazon's end after a day.
const lasting = 23 * time.Hour

// follow ends a page with Amazon's token for the next one, and the time from which on it lasts.
func (a *account) follow(p commerce.Page, c commerce.Cursor, token string) commerce.Page {
	p.Next = commerce.Cursor{Since: c.Since}
	if token != "" {
		p.More, p.Next.Token = true, strconv.FormatInt(a.now().Unix(), 10)+" "+token
	}
	return p
}

// resume asks for the page that a cursor leads to. A walk that has rested for too long begins anew at Since.
func (a *account) resume(q url.Values, name, cursor string) error {
	if cursor == "" {
		return nil
	}
	given, token, ok := strings.Cut(cursor, " ")
	at, err := strconv.ParseInt(given, 10, 64)
	if err != nil || !ok {
		return unreadable(fmt.Sprintf("%q is no place in a list", cursor))
	}
	if a.now().Sub(time.Unix(at, 0)) < lasting {
		q.Set(name, token)
	}
	return nil
}

var (
	orderID  = regexp.MustCompile(`^[0-9A-Z]{3}-[0-9]{7}-[0-9]{7}$`)
	returnID = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)
	asin     = regexp.MustCompile(`^[0-9A-Z]{10}$`)
)

func gone(id string) error {
	return errs.Wrap(errs.NotFound, fmt.Errorf("there is no %q", id), "error.shop_not_found")
}

func (a *account) order(ctx context.Context, id string) (*intake.Order, error) {
	if !orderID.MatchString(id) {
		return nil, gone(id)
	}
	n, err := a.withData(ctx, ordersPath+"/"+id, url.Values{})
	if err != nil {
		return nil, err
	}
	if n.At("order").Kind() != wire.Object {
		return nil, unreadable("no order")
	}
	return order(n.At("order")), nil
}

// alive is for how long after its creation a return may still change: lists by the time of change exist only for one
// place and one status at a time, so those that were created so long ago are looked through.
const alive = 90 * 24 * time.Hour

func (a *account) sentBack(ctx context.Context, c commerce.Cursor) (commerce.Page, error) {
	if !a.returns {
		return commerce.Page{}, nil
	}
	q := url.Values{"maxResults": {"100"}}
	if !c.Since.IsZero() {
		q.Set("createdSince", c.Since.UTC().Add(-alive).Format(clock))
	}
	if err := a.resume(q, "nextToken", c.Token); err != nil {
		return commerce.Page{}, err
	}
	n, err := a.get(ctx, returnsPath, q)
	if err != nil {
		return commerce.Page{}, err
	}
	if n.At("returns").Kind() != wire.Array {
		return commerce.Page{}, unreadable("no list of returns")
	}
	var out commerce.Page
	for _, m := range n.At("returns").Items() {
		if r := returned(m); !r.UpdatedAt.Before(c.Since) {
			out.Objects = append(out.Objects, r)
		}
	}
	return a.follow(out, c, n.String("nextToken")), nil
}

func (a *account) back(ctx context.Context, id string) (*intake.Return, error) {
	if !a.returns || !returnID.MatchString(id) {
		return nil, gone(id)
	}
	n, err := a.get(ctx, returnsPath+"/"+id, nil)
	if err != nil {
		return nil, err
	}
	return returned(n), nil
}

// actions tells what may be written to the buyer of an order. The marketplace must be the order's.
func (a *account) actions(ctx context.Context, id string) (*intake.Message, error) {
	if !orderID.MatchString(id) {
		return nil, gone(id)
	}
	place := a.places[0]
	if len(a.places) > 1 {
		o, err := a.order(ctx, id)
		if err != nil {
			return nil, err
		}
		place = o.Refs["marketplace"]
	}
	n, err := a.get(ctx, messagesPath+"/"+id, url.Values{"marketplaceIds": {place}})
	if err != nil {
		return nil, err
	}
	if n.At("_links").Kind() != wire.Object {
		return nil, unreadable("no links")
	}
	m := message("", n, nil)
	m.ID = id
	m.Refer("order", id)
	m.Refer("marketplace", place)
	return m, nil
}

// topics tells what reviews of an article speak of, those with the most mentions first.
func (a *account) topics(ctx context.Context, id string) (*intake.Feedback, error) {
	if !asin.MatchString(id) {
		return nil, gone(id)
	}
	n, err := a.get(ctx, feedbackPath+"/"+id+"/reviews/topics", url.Values{"marketplaceId": {a.places[0]}, "sortBy": {"MENTIONS"}})
	if err != nil {
		return nil, err
	}
	f := feedback(n)
	if f.ID == "" {
		return nil, gone(id) // 204: too few reviews
	}
	return f, nil
}
