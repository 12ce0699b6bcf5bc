package vendure

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver reads shops by the Admin API of Vendure 3.
func Driver() commerce.Driver {
	return commerce.Driver{
		Name: "vendure", Title: "Vendure", Docs: "https://docs.vendure.io/reference/graphql-api/admin/queries (3.7)",
		Options: []connector.Option{
			{Name: "address", Kind: connector.URL, Required: true},
			{Name: "key", Kind: connector.Secret},
			{Name: "user", Kind: connector.Text},
			{Name: "password", Kind: connector.Secret},
			{Name: "channel", Kind: connector.Text},
		},
		Capabilities: commerce.Capabilities{
			Orders: true, Products: true, Customers: true, Refunds: true,
			CompleteOrders: true, CompleteProducts: true, CompleteCustomers: true,
			IncrementalOrders: true, IncrementalProducts: true, IncrementalCustomers: true, Webhooks: true,
		},
		// A shop stands on a server of its own, of whatever strength; Vendure itself names no limit.
		Rate:   connector.Rate{Requests: 5, Per: time.Second, Burst: 5},
		Scheme: "standard", Source: Source(), Open: open,
	}
}

// open takes an API key (Vendure 3.6 and later, with the token method api-key) or the name and password of an
// administrator (with the token method bearer).
func open(s commerce.Settings) (commerce.Shop, error) {
	u, err := url.Parse(s.Values["address"])
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.outbound_url")
	}
	if strings.Trim(u.Path, "/") == "" {
		u = u.JoinPath("admin-api")
	}
	if s.Values["key"] == "" && (s.Values["user"] == "" || s.Values["password"] == "") {
		return nil, errs.Field("key", "error.required")
	}
	return &shop{
		address: u.String(), client: s.Client, now: s.Now,
		key: s.Values["key"], user: s.Values["user"], password: s.Values["password"], channel: s.Values["channel"],
	}, nil
}

// shop is one channel of a Vendure.
type shop struct {
	address        string
	client         *http.Client
	now            func() time.Time
	key            string
	user, password string
	channel        string // token of the channel, "" is the default one

	mu      sync.Mutex
	session string  // token of the administrator's session, "" before the first
	learnt  *schema // what the shop says of its own making, nil until it was asked
}
