package woocommerce

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/intake"
)

// Sizes of pages. The API gives at most 100; an order may ask for its refunds and a product for its variations, one
// request each.
const (
	most     = 100
	orders   = 50
	products = 20
)

// shop is one WooCommerce.
type shop struct {
	root   *url.URL
	auth   string
	client *http.Client

	mu       sync.Mutex
	currency string // of its prices; "" until it was asked for
}

// call asks the API under a path such as wc/v3/orders.
func (s *shop) call(ctx context.Context, method, path string, query url.Values, body any) ([]byte, http.Header, error) {
	u := s.root.JoinPath("wp-json", path)
	u.RawQuery = query.Encode()
	var sent []byte
	if body != nil {
		var err error
		if sent, err = json.Marshal(body); err != nil {
			return nil, nil, fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(sent))
	if err != nil {
		return nil, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.Header.Set("Authorization", s.auth)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	answer, h, err := commerce.Call(s.client, req)
	if err != nil {
		return nil, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return answer, h, nil
}

// read asks for an object.
func (s *shop) read(ctx context.Context, path string) (*wire.Node, error) {
	n, _, err := s.document(ctx, path, nil, wire.Object)
	return n, err
}

// list asks for an array.
func (s *shop) list(ctx context.Context, path string, query url.Values) (*wire.Node, http.Header, error) {
	return s.document(ctx, path, query, wire.Array)
}

func (s *shop) document(ctx context.Context, path string, query url.Values, kind wire.Kind) (*wire.Node, http.Header, error) {
	body, h, err := s.call(ctx, http.MethodGet, path, query, nil)
	if err != nil {
		return nil, nil, err
	}
	n, err := wire.Parse(body)
	if err == nil && n.Kind() != kind {
		err = errs.Wrap(errs.Invalid, errors.New("the answer has another shape"), "error.shop_answer")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return n, h, nil
}

// About asks for the front page of the API, which everybody may read, for the currency, which only a good key may, and
// for the country, which only the key of an administrator may.
func (s *shop) About(ctx context.Context) (commerce.About, error) {
	var a commerce.About
	front, err := s.read(ctx, "")
	if err != nil {
		return a, err
	}
	a.Name, a.URL, a.Zone = front.String("name"), front.String("home"), zone(front.String("timezone_string"), front.String("gmt_offset"))
	if a.Currency, err = s.money(ctx); err != nil {
		return a, err
	}
	where, err := s.read(ctx, "wc/v3/settings/general/woocommerce_default_country")
	if err != nil && !errs.Is(err, errs.Denied) && !errs.Is(err, errs.NotFound) {
		return a, err
	}
	a.Country, _, _ = strings.Cut(where.String("value"), ":") // US:CA
	return a, nil
}

// money returns the currency of a shop's prices, which its products do not tell.
func (s *shop) money(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.currency == "" {
		n, err := s.read(ctx, "wc/v3/data/currencies/current")
		if err != nil {
			return "", err
		}
		s.currency = n.String("code")
		if s.currency == "" {
			return "", errs.Wrap(errs.Invalid, errors.New("the currency has no code"), "error.shop_answer")
		}
	}
	return s.currency, nil
}

// paths are where the lists stand.
var paths = map[string]string{intake.KindOrder: "wc/v3/orders", intake.KindProduct: "wc/v3/products", intake.KindCustomer: "wc/v3/customers"}

func unsupported(kind string) error {
	return errs.Wrap(errs.Unsupported, fmt.Errorf("no list of %s", kind), "error.shop_kind")
}

// Fetch returns one order, product or customer.
func (s *shop) Fetch(ctx context.Context, kind, id string) (intake.Object, error) {
	path := paths[kind]
	if path == "" {
		return nil, unsupported(kind)
	}
	if id == "" || strings.Trim(id, "0123456789") != "" {
		return nil, errs.Wrap(errs.NotFound, fmt.Errorf("%q is no identifier", id), "error.shop_not_found")
	}
	n, err := s.read(ctx, path+"/"+id)
	if err != nil {
		return nil, err
	}
	return s.object(ctx, kind, n)
}

// object reads an object, and asks for what stands apart from it: the refunds of an order, which tell their lines only
// there, and the variations of a product.
func (s *shop) object(ctx context.Context, kind string, n *wire.Node) (intake.Object, error) {
	switch kind {
	case intake.KindOrder:
		o := order(n)
		if len(o.Refunds) == 0 {
			return o, nil
		}
		told, err := s.all(ctx, paths[kind]+"/"+o.ID+"/refunds")
		if err != nil {
			return nil, err
		}
		o.Refunds, o.Refunded = nil, intake.Money{}
		for _, t := range told {
			r := refund(t, o.Currency)
			r.Refer("order", o.ID)
			o.Refunds, o.Refunded = append(o.Refunds, r), intake.Add(o.Refunded, r.Amount)
		}
		return o, nil
	case intake.KindProduct:
		currency, err := s.money(ctx)
		if err != nil {
			return nil, err
		}
		p := product(n, currency)
		if len(p.Refs) == 0 {
			return p, nil
		}
		told, err := s.all(ctx, paths[kind]+"/"+p.ID+"/variations")
		if err != nil {
			return nil, err
		}
		parts := make([]*intake.Product, len(told))
		for i, t := range told {
			parts[i] = product(t, currency)
		}
		vary(p, parts)
		return p, nil
	}
	return customer(n), nil
}

// longest is how many pages a list that belongs to one object may have: two thousand refunds of an order.
const longest = 20

// all returns such a list.
func (s *shop) all(ctx context.Context, path string) ([]*wire.Node, error) {
	var out []*wire.Node
	for page := 1; page <= longest; page++ {
		n, h, err := s.list(ctx, path, numbered(page))
		if err != nil {
			return nil, err
		}
		out = append(out, n.Items()...)
		if page >= count(h, "X-Wp-Totalpages") {
			return out, nil
		}
	}
	return nil, errs.Wrap(errs.Invalid, fmt.Errorf("%s: the list does not end", path), "error.shop_answer")
}

// numbered asks for a page by its number, in an order that nothing changes.
func numbered(page int) url.Values {
	return url.Values{"orderby": {"id"}, "order": {"asc"}, "per_page": {strconv.Itoa(most)}, "page": {strconv.Itoa(page)}}
}

func count(h http.Header, name string) int {
	n, err := strconv.Atoi(h.Get(name))
	if err != nil {
		return 0
	}
	return n
}

// List walks orders and products by the time of their last change, customers by their number.
func (s *shop) List(ctx context.Context, kind string, c commerce.Cursor) (commerce.Page, error) {
	switch kind {
	case intake.KindOrder:
		return s.changed(ctx, kind, orders, c)
	case intake.KindProduct:
		return s.changed(ctx, kind, products, c)
	case intake.KindCustomer:
		return s.customers(ctx, c)
	}
	return commerce.Page{}, unsupported(kind)
}

// place is where a walk by the time of change stands: all before a second was given, and of those changed in that second
// these. Numbered pages would lose an object whenever one before it changes and moves to the end of the list.
type place struct {
	since time.Time
	given []string
}

const clock = "2006-01-02T15:04:05"

func (p place) token() string {
	return p.since.Format(clock) + " " + strings.Join(p.given, ",")
}

func placeOf(c commerce.Cursor) (place, error) {
	at, given, found := strings.Cut(c.Token, " ")
	if c.Token == "" {
		return place{since: c.Since.UTC().Truncate(time.Second)}, nil
	}
	since, err := time.Parse(clock, at)
	if err != nil || !found || strings.Trim(given, "0123456789,") != "" {
		return place{}, errs.Wrap(errs.Invalid, fmt.Errorf("%q is no place in a list", c.Token), "error.shop_answer")
	}
	p := place{since: since}
	if given != "" {
		p.given = strings.Split(given, ",")
	}
	return p, nil
}

// after moves the place behind an object.
func (p place) after(h *intake.Head) place {
	if h.UpdatedAt.After(p.since) {
		return place{h.UpdatedAt, []string{h.ID}}
	}
	return place{p.since, append(p.given[:len(p.given):len(p.given)], h.ID)}
}

func (s *shop) changed(ctx context.Context, kind string, size int, c commerce.Cursor) (commerce.Page, error) {
	at, err := placeOf(c)
	if err != nil {
		return commerce.Page{}, err
	}
	q := url.Values{"orderby": {"modified"}, "order": {"asc"}, "per_page": {strconv.Itoa(size)}}
	if !at.since.IsZero() {
		// The API gives what changed after a time, and a time has whole seconds.
		q.Set("modified_after", at.since.Add(-time.Second).Format(clock))
		q.Set("dates_are_gmt", "true")
	}
	if len(at.given) > 0 {
		q.Set("exclude", strings.Join(at.given, ","))
	}
	n, h, err := s.list(ctx, paths[kind], q)
	if err != nil {
		return commerce.Page{}, err
	}
	var out commerce.Page
	for _, item := range n.Items() {
		o, err := s.object(ctx, kind, item)
		if err != nil {
			return commerce.Page{}, err
		}
		at = at.after(o.Base())
		out.Objects = append(out.Objects, o)
	}
	out.Next, out.More = commerce.Cursor{Since: c.Since, Token: at.token()}, len(out.Objects) > 0 && count(h, "X-Wp-Totalpages") > 1
	if c.Token == "" {
		out.Total = int64(count(h, "X-Wp-Total"))
	}
	return out, nil
}

// customers are listed by their number: the API knows neither an order by change nor a filter for it.
func (s *shop) customers(ctx context.Context, c commerce.Cursor) (commerce.Page, error) {
	page := 1
	if c.Token != "" {
		var err error
		if page, err = strconv.Atoi(c.Token); err != nil || page < 1 {
			return commerce.Page{}, errs.Wrap(errs.Invalid, fmt.Errorf("%q is no page", c.Token), "error.shop_answer")
		}
	}
	n, h, err := s.list(ctx, paths[intake.KindCustomer], numbered(page))
	if err != nil {
		return commerce.Page{}, err
	}
	return commerce.Page{
		Objects: intake.List(n, func(m *wire.Node) intake.Object { return customer(m) }),
		Next:    commerce.Cursor{Since: c.Since, Token: strconv.Itoa(page + 1)},
		More:    page < count(h, "X-Wp-Totalpages"), Total: int64(count(h, "X-Wp-Total")),
	}, nil
}

// hook is a webhook as the API has it.
type hook struct {
	ID      int64  `json:"id,omitempty"`
	Name    string `json:"name,omitempty"`
	Status  string `json:"status,omitempty"`
	Topic   string `json:"topic,omitempty"`
	Address string `json:"delivery_url,omitempty"`
	Secret  string `json:"secret,omitempty"`
}

// Subscribe asks for a webhook on each of our topics. One that is there learns the secret anew and is switched on: the
// API never tells secrets, and WooCommerce switches a webhook off after five failures.
func (s *shop) Subscribe(ctx context.Context, address, secret string) error {
	const path = "wc/v3/webhooks"
	there := map[string]int64{}
	for page := 1; ; page++ {
		body, h, err := s.call(ctx, http.MethodGet, path, numbered(page), nil)
		if err != nil {
			return err
		}
		var list []hook
		if err := json.Unmarshal(body, &list); err != nil {
			return errs.Wrap(errs.Invalid, fmt.Errorf("list webhooks: %w", err), "error.shop_answer")
		}
		for _, h := range list {
			if h.Address == address {
				there[h.Topic] = h.ID
			}
		}
		if page >= count(h, "X-Wp-Totalpages") {
			break
		}
	}
	for _, topic := range topics() {
		h := hook{Name: "Godwit " + topic, Status: "active", Topic: topic, Address: address, Secret: secret}
		method, at := http.MethodPost, path
		if id := there[topic]; id != 0 {
			method, at = http.MethodPut, path+"/"+strconv.FormatInt(id, 10)
		}
		if _, _, err := s.call(ctx, method, at, nil, h); err != nil {
			return err
		}
	}
	return nil
}
