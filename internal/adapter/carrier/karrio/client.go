package karrio

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/carrier"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/connector"
)

// names are Karrio's words for carriers (schema Carriers). A tracker without one
// is refused, and so is a carrier that the account has no connection with.
var names = map[carrier.Key]string{
	"ups": "ups", "usps": "usps", "fedex": "fedex", "dhl": "dhl_universal", "canada_post": "canadapost", "purolator": "purolator", "dpd": "dpd",
	"royal_mail": "royalmail", "australia_post": "australiapost", "tnt": "tnt", "aramex": "aramex", "canpar": "canpar", "chronopost": "chronopost",
	"la_poste": "laposte", "bpost": "bpost", "yunexpress": "yunexpress", "yanwen": "yanwen",
}

// tracker is an account.
type tracker struct {
	address string
	header  http.Header
	client  *http.Client
}

func open(s connector.Settings) (tracking.Tracker, error) {
	return &tracker{address: strings.TrimRight(s.Values["address"], "/") + "/v1/trackers", header: http.Header{"Authorization": {"Token " + s.Values["api_key"]}}, client: s.Client}, nil
}

// About lists one tracker, which every key may.
func (t *tracker) About(ctx context.Context) (tracking.About, error) {
	_, err := connector.Do(ctx, t.client, connector.Call{URL: t.address + "?limit=1", Header: t.header})
	return tracking.About{Quota: -1}, err
}

// Register adds one tracker. Karrio returns the one that is there for a number.
func (t *tracker) Register(ctx context.Context, numbers []tracking.Number) ([]tracking.Outcome, error) {
	out := make([]tracking.Outcome, len(numbers))
	for i, n := range numbers {
		key, ok := carrier.Named(n.Carrier)
		if !ok || names[key] == "" {
			out[i].Err = tracking.ErrCarrier()
			continue
		}
		body := map[string]string{"tracking_number": n.Number, "carrier_name": names[key]}
		raw, err := connector.Do(ctx, t.client, connector.Call{URL: t.address, Header: t.header, Body: body, Repeatable: true})
		switch {
		case err == nil:
			var made struct {
				ID string `json:"id"`
			}
			if err := json.Unmarshal(raw, &made); err != nil {
				return nil, errs.Wrap(errs.Unavailable, err, "error.vendor_answer")
			}
			out[i].Ref = made.ID
		case errs.Is(err, errs.Invalid), errs.Is(err, errs.NotFound): // 400, 404 and 424: no such carrier here, or it does not take the number
			out[i].Err = tracking.ErrCarrier()
		default:
			return nil, err
		}
	}
	return out, nil
}

// Poll fetches trackers, by identifier where it is known and else by number.
func (t *tracker) Poll(ctx context.Context, numbers []tracking.Number) (tracking.News, error) {
	var news tracking.News
	for _, n := range numbers {
		id := n.Ref
		if id == "" {
			id = n.Number // "id_or_tracking_number"
		}
		raw, err := connector.Do(ctx, t.client, connector.Call{URL: t.address + "/" + url.PathEscape(id), Header: t.header})
		if errs.Is(err, errs.NotFound) {
			news.Unregistered = append(news.Unregistered, n.Number)
			continue
		}
		if err != nil {
			return tracking.News{}, err
		}
		one, err := tracking.Decoded(Source(), raw, []tracking.Number{n})
		if err != nil {
			return tracking.News{}, err
		}
		news.Raw, news.Shipments = raw, append(news.Shipments, one.Shipments...)
	}
	return news, nil
}
