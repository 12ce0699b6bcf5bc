package commerce

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/connector"
)

// maxPage is the most objects that one page may have.
const maxPage = 1000

// Connect opens a shop: it checks values, puts patience under the client, and holds the driver to the promises of Shop.
// The client is one of package outbound; it is not changed. Connect does not touch the network. The Shop keeps the rate
// across its calls, and is meant to be kept. It is a Subscriber if the driver's is.
func (d Driver) Connect(values map[string]string, client *http.Client, now func() time.Time) (Shop, error) {
	values, err := connector.Check(d.Options, values)
	if err != nil {
		return nil, fmt.Errorf("connect %s: %w", d.Name, err)
	}
	shop, err := d.Open(Settings{Workspace: d.workspace, Values: values, Client: connector.Client(client, d.policy()), Now: now})
	if err != nil {
		return nil, fmt.Errorf("connect %s: %w", d.Name, err)
	}
	h := held{driver: d, shop: shop}
	if s, ok := shop.(Subscriber); ok {
		return struct {
			held
			subscriber
		}{h, subscriber{d.Name, s}}, nil
	}
	return h, nil
}

// held is a driver's shop, held to its promises.
type held struct {
	driver Driver
	shop   Shop
}

func (h held) About(ctx context.Context) (About, error) {
	a, err := connector.Again(ctx, func() (About, error) { return h.shop.About(ctx) })
	if err != nil {
		return About{}, fmt.Errorf("%s: about: %w", h.driver.Name, err)
	}
	return a, nil
}

func (h held) List(ctx context.Context, kind string, c Cursor) (Page, error) {
	p, err := connector.Again(ctx, func() (Page, error) { return h.shop.List(ctx, kind, c) })
	if err == nil {
		err = p.check(kind, c)
	}
	if err != nil {
		return Page{}, fmt.Errorf("%s: list %s: %w", h.driver.Name, kind, err)
	}
	return p, nil
}

func (h held) Fetch(ctx context.Context, kind, id string) (intake.Object, error) {
	o, err := connector.Again(ctx, func() (intake.Object, error) { return h.shop.Fetch(ctx, kind, id) })
	if err == nil {
		err = check(kind, o)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: fetch %s: %w", h.driver.Name, kind, err)
	}
	return o, nil
}

// check refuses pages that would lead a walk astray.
func (p Page) check(kind string, from Cursor) error {
	switch {
	case len(p.Objects) > maxPage:
		return unreadable("a page of %d objects", len(p.Objects))
	case p.More && p.Next == from:
		return unreadable("a page that leads to itself")
	}
	for _, o := range p.Objects {
		if err := check(kind, o); err != nil {
			return err
		}
	}
	return nil
}

// check refuses objects that cannot be told from others, and labels the rest.
func check(kind string, o intake.Object) error {
	if o == nil {
		return unreadable("no object")
	}
	intake.Label(o)
	if b := o.Base(); b.ID == "" || b.Kind != kind {
		return unreadable("an object %q of kind %q", b.ID, b.Kind)
	}
	return nil
}

func unreadable(format string, args ...any) error {
	return errs.Wrap(errs.Invalid, fmt.Errorf("unreadable answer: "+format, args...), "error.shop_answer")
}

// subscriber is a driver's Subscriber with its name on its errors.
type subscriber struct {
	name string
	s    Subscriber
}

func (s subscriber) Subscribe(ctx context.Context, address, secret string) error {
	_, err := connector.Again(ctx, func() (struct{}, error) { return struct{}{}, s.s.Subscribe(ctx, address, secret) })
	if err != nil {
		return fmt.Errorf("%s: subscribe: %w", s.name, err)
	}
	return nil
}
