package vendure

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/connector"
)

// query is the body of a GraphQL request.
type query struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables,omitempty"`
}

// ask sends a query and returns its data. A session that has ended is begun anew, once.
func (s *shop) ask(ctx context.Context, q query) (*wire.Node, error) {
	if s.key != "" {
		data, _, err := s.post(ctx, q, "Vendure-Api-Key", s.key)
		return data, err
	}
	token, err := s.signIn(ctx, "")
	if err != nil {
		return nil, err
	}
	data, _, err := s.post(ctx, q, "Authorization", "Bearer "+token)
	if !errs.Is(err, errs.Denied) {
		return data, err
	}
	if token, err = s.signIn(ctx, token); err != nil {
		return nil, err
	}
	data, _, err = s.post(ctx, q, "Authorization", "Bearer "+token)
	return data, err
}

// signIn returns the token of a session that is not the old one.
func (s *shop) signIn(ctx context.Context, old string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session != old {
		return s.session, nil
	}
	data, h, err := s.post(ctx, query{signIn, map[string]any{"user": s.user, "password": s.password}}, "", "")
	if err != nil {
		return "", err
	}
	s.session = h.Get("Vendure-Auth-Token")
	if data.Peek("login", "id").Text() == "" || s.session == "" {
		// Wrong words are a good answer of another type; a good sign-in without a token has the method cookie alone.
		code := cmp.Or(data.Peek("login", "errorCode").Text(), "no bearer token")
		return "", errs.Wrap(errs.Denied, fmt.Errorf("sign in: %s", code), "error.shop_denied")
	}
	return s.session, nil
}

// post sends a query with one header and returns the data and the headers of the answer.
func (s *shop) post(ctx context.Context, q query, header, value string) (*wire.Node, http.Header, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, nil, fmt.Errorf("encode query: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address, bytes.NewReader(body))
	if err != nil {
		return nil, nil, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if header != "" {
		req.Header.Set(header, value)
	}
	if s.channel != "" {
		req.Header.Set("Vendure-Token", s.channel)
	}
	answer, h, err := commerce.Call(s.client, connector.Repeatable(req))
	if err != nil {
		return nil, nil, err
	}
	n, err := wire.Parse(answer)
	if err != nil {
		return nil, nil, errs.Wrap(errs.Invalid, err, "error.shop_answer")
	}
	if err := fault(n); err != nil {
		return nil, nil, err
	}
	return n.At("data"), h, nil
}

// fault is what an answer of 200 says went wrong: its first error, by the codes of Vendure and of Apollo Server.
func fault(n *wire.Node) error {
	if n.Peek("errors").Kind() != wire.Array {
		if n.Peek("data").Kind() != wire.Object {
			return unreadable("no data")
		}
		return nil
	}
	first := n.Peek("errors").Members()
	if len(first) == 0 {
		return unreadable("no error")
	}
	code := first[0].Peek("extensions", "code").Text()
	err := fmt.Errorf("%s: %.200q", cmp.Or(code, "no code"), first[0].Peek("message").Text())
	switch code {
	case "FORBIDDEN", "UNAUTHORIZED", "UNAUTHENTICATED", "CHANNEL_NOT_FOUND":
		return errs.Wrap(errs.Denied, err, "error.shop_denied")
	case "INTERNAL_SERVER_ERROR":
		return errs.Wrap(errs.Unavailable, err, "error.shop_unavailable")
	case "ENTITY_NOT_FOUND":
		return errs.Wrap(errs.NotFound, err, "error.shop_not_found")
	}
	return errs.Wrap(errs.Invalid, err, "error.shop_answer")
}

func unreadable(what string) error {
	return errs.Wrap(errs.Invalid, errors.New(what), "error.shop_answer")
}

// About tells of the channel: its name, or that of the shop's seller where it is the only channel.
func (s *shop) About(ctx context.Context) (commerce.About, error) {
	data, err := s.ask(ctx, query{Query: about})
	if err != nil {
		return commerce.About{}, err
	}
	c := data.At("activeChannel")
	if !c.Has("code") {
		return commerce.About{}, unreadable("no channel")
	}
	a := commerce.About{ID: c.String("id"), Name: c.String("code"), Currency: c.String("defaultCurrencyCode")}
	if seller := c.String("seller", "name"); seller != "" && strings.HasPrefix(a.Name, "__default") {
		a.Name = seller
	}
	return a, nil
}

// schema is what a shop was configured with.
type schema struct {
	reader reader
	fields map[string][]string // custom fields with plain values, by entity
}

// plain are the types of custom fields that have a value and no inside.
var plain = map[string]bool{"string": true, "localeString": true, "text": true, "localeText": true, "int": true, "float": true, "boolean": true, "datetime": true}

// schema asks how the shop counts money and which custom fields it has, once.
func (s *shop) schema(ctx context.Context) (*schema, error) {
	s.mu.Lock()
	learnt := s.learnt
	s.mu.Unlock()
	if learnt != nil {
		return learnt, nil
	}
	data, err := s.ask(ctx, query{Query: settings})
	if err != nil {
		return nil, err
	}
	c := data.At("globalSettings", "serverConfig")
	if !c.Has("moneyStrategyPrecision") {
		return nil, unreadable("no settings")
	}
	learnt = &schema{reader: reader{int(c.Int("moneyStrategyPrecision"))}, fields: map[string][]string{}}
	for _, e := range c.At("entityCustomFields").Items() {
		for _, f := range e.At("customFields").Items() {
			// A field that asks for more rights than its entity would fail the whole query.
			if plain[f.String("type")] && len(f.At("requiresPermission").Items()) == 0 {
				learnt.fields[e.String("entityName")] = append(learnt.fields[e.String("entityName")], f.String("name"))
			}
		}
	}
	s.mu.Lock()
	s.learnt = learnt
	s.mu.Unlock()
	return learnt, nil
}

// custom selects the custom fields of an entity, nothing if it has none.
func (s *schema) custom(entity string) string {
	if len(s.fields[entity]) == 0 {
		return ""
	}
	return "customFields{" + strings.Join(s.fields[entity], " ") + "}"
}
