package amazon

import (
	"net/http"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/connector"
)

// Regions and their sandboxes, which answer with examples ("SP-API Endpoints", "SP-API Sandbox Endpoints").
var endpoints = map[string]string{
	"na": "https://sellingpartnerapi-na.amazon.com", "eu": "https://sellingpartnerapi-eu.amazon.com", "fe": "https://sellingpartnerapi-fe.amazon.com",
	"sandbox-na": "https://sandbox.sellingpartnerapi-na.amazon.com", "sandbox-eu": "https://sandbox.sellingpartnerapi-eu.amazon.com", "sandbox-fe": "https://sandbox.sellingpartnerapi-fe.amazon.com",
}

// tokens is where Login with Amazon gives access tokens, in all regions.
const tokens = "https://api.amazon.com/auth/o2/token"

// Driver reads a seller's account by the Selling Partner API: Orders 2026-01-01, External Fulfillment Returns 2024-09-11,
// Messaging v1, Customer Feedback 2024-06-01 and Sellers v1.
func Driver() commerce.Driver {
	return commerce.Driver{
		Name: "amazon", Title: "Amazon", Docs: "https://developer-docs.amazon.com/sp-api/docs/orders-api-v2026-01-01-reference",
		Options: []connector.Option{
			{Name: "region", Kind: connector.Choice, Choices: []string{"na", "eu", "fe", "sandbox-na", "sandbox-eu", "sandbox-fe"}, Default: "eu", Required: true},
			{Name: "marketplaces", Kind: connector.Text, Required: true},
			{Name: "client_id", Kind: connector.Text, Required: true},
			{Name: "client_secret", Kind: connector.Secret, Required: true},
			{Name: "refresh_token", Kind: connector.Secret, Required: true},
			{Name: "returns", Kind: connector.Choice, Choices: []string{"no", "external"}, Default: "no"},
		},
		Capabilities: commerce.Capabilities{
			Orders: true, Returns: true, ListsReturns: true, IncrementalOrders: true, IncrementalReturns: true, Messages: true, Feedback: true,
		},
		Rate:      connector.Rate{Requests: 1, Per: 2 * time.Second, Burst: 5, Told: "X-Amzn-Ratelimit-Limit"},
		Operation: operation, Open: open,
	}
}

// operation names the operation that a request asks for, with the default usage plan of Amazon's model: each has its own.
// Of those that are not listed the answer tells the plan.
func operation(r *http.Request) (string, connector.Rate) {
	path := r.URL.Path
	switch {
	case r.Method == http.MethodPost:
		return "token", connector.Rate{Requests: 1, Per: time.Second, Burst: 5}
	case path == ordersPath: // 0.0056 a second: a page of a hundred orders in three minutes, twenty at once
		return "searchOrders", connector.Rate{Requests: 56, Per: 10000 * time.Second, Burst: 20}
	case strings.HasPrefix(path, ordersPath+"/"):
		return "getOrder", connector.Rate{}
	case path == accountPath:
		return "getMarketplaceParticipations", connector.Rate{Requests: 16, Per: 1000 * time.Second, Burst: 15}
	case path == returnsPath:
		return "listReturns", connector.Rate{}
	case strings.HasPrefix(path, returnsPath+"/"):
		return "getReturn", connector.Rate{}
	case strings.HasPrefix(path, messagesPath):
		return "getMessagingActionsForOrder", connector.Rate{Requests: 1, Per: time.Second, Burst: 5}
	}
	return "getItemReviewTopics", connector.Rate{}
}

func open(s commerce.Settings) (commerce.Shop, error) {
	v := s.Values
	var places []string
	for id := range strings.SplitSeq(v["marketplaces"], ",") {
		id = strings.TrimSpace(id)
		if id == "" || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			return nil, errs.Field("marketplaces", "error.shop_value")
		}
		places = append(places, id)
	}
	if len(places) > 50 { // of one question (searchOrders, marketplaceIds)
		return nil, errs.Field("marketplaces", "error.shop_value")
	}
	c := &client{root: endpoints[v["region"]], http: s.Client, now: s.Now, id: v["client_id"], secret: v["client_secret"], refresh: v["refresh_token"]}
	return &account{client: c, places: places, returns: v["returns"] == "external"}, nil
}
