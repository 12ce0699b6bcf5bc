package medusa

import (
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver reads shops by the Admin API of Medusa 2.
func Driver() commerce.Driver {
	return commerce.Driver{
		Name: "medusa", Title: "Medusa", Docs: "https://docs.medusajs.com/api/admin (2.21)",
		Options: []connector.Option{
			{Name: "address", Kind: connector.URL, Required: true},
			{Name: "key", Kind: connector.Secret, Required: true},
		},
		Capabilities: commerce.Capabilities{
			Orders: true, Products: true, Customers: true, Returns: true, Refunds: true, ListsReturns: true,
			CompleteOrders: true, CompleteProducts: true, CompleteCustomers: true,
			IncrementalOrders: true, IncrementalProducts: true, IncrementalCustomers: true, IncrementalReturns: true, Webhooks: true,
		},
		// A shop stands on a server of its own, of whatever strength; Medusa itself names no limit.
		Rate:   connector.Rate{Requests: 5, Per: time.Second, Burst: 5},
		Scheme: "standard", Source: Source(), Open: open,
	}
}

// open checks that the key travels encrypted, except on this machine itself. A secret key is the name of Basic
// authentication, without a password.
func open(s commerce.Settings) (commerce.Shop, error) {
	u, err := url.Parse(s.Values["address"])
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.outbound_url")
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme != "https" && !ip.IsLoopback() {
		return nil, errs.Field("address", "error.outbound_plain")
	}
	return &shop{root: u, auth: "Basic " + base64.StdEncoding.EncodeToString([]byte(s.Values["key"]+":")), client: s.Client}, nil
}

// shop is one Medusa.
type shop struct {
	root   *url.URL
	auth   string
	client *http.Client
}
