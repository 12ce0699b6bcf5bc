package shopify

import (
	"net"
	"net/url"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/connector"
)

// Version is the version of the GraphQL Admin API that is spoken: the latest stable one. Shopify brings out one a quarter
// and serves each for a year.
const Version = "2026-07"

// Driver reads shops by the GraphQL Admin API.
func Driver() commerce.Driver {
	return commerce.Driver{
		Name: "shopify", Title: "Shopify", Docs: "https://shopify.dev/docs/api/admin-graphql/" + Version,
		Options: []connector.Option{
			{Name: "address", Kind: connector.URL, Required: true},
			{Name: "client_id", Kind: connector.Text},
			// The client secret of the app, by which Shopify signs and for which it gives tokens.
			{Name: commerce.WebhookSecret, Kind: connector.Secret, Required: true},
			{Name: "token", Kind: connector.Secret},
		},
		Capabilities: commerce.Capabilities{
			Orders: true, Products: true, Customers: true, Returns: true, Refunds: true,
			CompleteProducts: true, CompleteCustomers: true, // orders are those of 60 days, unless the app may see all
			IncrementalOrders: true, IncrementalProducts: true, IncrementalCustomers: true, Webhooks: true, WebhookSetup: true,
		},
		// The limit is of points, a hundred a second on the smallest plan. What is spent beyond it is put off by Shopify
		// itself (see client.ask).
		Rate:   connector.Rate{Requests: 2, Per: time.Second, Burst: 10},
		Scheme: "shopify", Source: Source(), TopicHeader: "X-Shopify-Topic", Open: open,
	}
}

// home ends the address by which every shop's API is reached, whatever domain its customers see.
const home = ".myshopify.com"

// open wants an app's token, or its identifier and secret, for which Shopify gives tokens of a day.
func open(s commerce.Settings) (commerce.Shop, error) {
	v := s.Values
	u, err := url.Parse(v["address"])
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.outbound_url")
	}
	if ip := net.ParseIP(u.Hostname()); !ip.IsLoopback() && (u.Scheme != "https" || !strings.HasSuffix(u.Hostname(), home)) {
		return nil, errs.Field("address", "error.shop_value")
	}
	c := &client{root: u, http: s.Client, now: s.Now, fixed: v["token"], id: v["client_id"], secret: v[commerce.WebhookSecret]}
	if c.fixed == "" && c.id == "" {
		return nil, errs.Field("token", "error.required")
	}
	return &shop{client: c, size: map[string]int{}}, nil
}

// topics are what a shop tells us of.
var topics = []string{
	"ORDERS_CREATE", "ORDERS_UPDATED", "ORDERS_EDITED", "ORDERS_CANCELLED", "ORDERS_DELETE", "FULFILLMENTS_CREATE", "FULFILLMENTS_UPDATE", "FULFILLMENT_EVENTS_CREATE",
	"REFUNDS_CREATE", "RETURNS_REQUEST", "RETURNS_APPROVE", "RETURNS_DECLINE", "RETURNS_CANCEL", "RETURNS_CLOSE", "RETURNS_REOPEN", "RETURNS_UPDATE",
	"PRODUCTS_CREATE", "PRODUCTS_UPDATE", "PRODUCTS_DELETE", "CUSTOMERS_CREATE", "CUSTOMERS_UPDATE", "CUSTOMERS_DELETE", "CUSTOMERS_MERGE", "DISPUTES_CREATE", "DISPUTES_UPDATE",
}
