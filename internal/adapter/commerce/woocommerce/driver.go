package woocommerce

import (
	"cmp"
	"encoding/base64"
	"net"
	"net/url"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver reads shops by the REST API v3, which every WooCommerce since 3.5 has.
func Driver() commerce.Driver {
	return commerce.Driver{
		Name: "woocommerce", Title: "WooCommerce", Docs: "https://woocommerce.github.io/woocommerce-rest-api-docs/ (v3)",
		Options: []connector.Option{
			{Name: "address", Kind: connector.URL, Required: true},
			{Name: "key", Kind: connector.Secret, Required: true},
			{Name: "secret", Kind: connector.Secret, Required: true},
		},
		Capabilities: commerce.Capabilities{
			Orders: true, Products: true, Customers: true, Refunds: true,
			CompleteOrders: true, CompleteProducts: true, CompleteCustomers: true,
			IncrementalOrders: true, IncrementalProducts: true, Webhooks: true, WebhookSetup: true,
		},
		// A shop stands on a server of its own, of whatever strength; WooCommerce itself names no limit.
		Rate:   connector.Rate{Requests: 4, Per: time.Second, Burst: 4},
		Scheme: "woocommerce", Source: Source(), TopicHeader: "X-WC-Webhook-Topic", Open: open,
	}
}

// open checks that the credentials travel encrypted: over http the API takes OAuth 1.0a signatures only, and a password
// in the clear is nobody's wish. On this machine itself there is nobody to listen.
func open(s commerce.Settings) (commerce.Shop, error) {
	u, err := url.Parse(s.Values["address"])
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.outbound_url")
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme != "https" && !ip.IsLoopback() {
		return nil, errs.Field("address", "error.outbound_plain")
	}
	key := s.Values["key"] + ":" + s.Values["secret"]
	return &shop{root: u, auth: "Basic " + base64.StdEncoding.EncodeToString([]byte(key)), client: s.Client}, nil
}

// topics are what a shop tells us of.
func topics() []string {
	var out []string
	for _, noun := range []string{"order", "product", "customer"} {
		for _, verb := range []string{"created", "updated", "deleted", "restored"} {
			if noun == "customer" && verb == "restored" { // customers have no trash
				continue
			}
			out = append(out, noun+"."+verb)
		}
	}
	return out
}

// zone is the IANA name of a shop's time zone: its own, or that of a whole number of hours east of UTC. The names of
// "Etc" have the sign of POSIX, which counts west.
func zone(name, hours string) string {
	if name != "" {
		return name
	}
	switch h, err := time.ParseDuration(cmp.Or(hours, "0") + "h"); {
	case err != nil || h%time.Hour != 0:
		return ""
	case h == 0:
		return "UTC"
	case h < 0:
		return "Etc/GMT+" + hours[1:]
	default:
		return "Etc/GMT-" + hours
	}
}
