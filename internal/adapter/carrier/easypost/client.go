package easypost

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/carrier"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/connector"
)

// names are EasyPost's words for carriers. Of one that is not here EasyPost finds
// out by the number.
var names = map[carrier.Key]string{
	"ups": "UPS", "usps": "USPS", "fedex": "FedEx", "canada_post": "CanadaPost", "purolator": "Purolator", "royal_mail": "RoyalMail",
	"australia_post": "AustraliaPost", "ontrac": "OnTrac", "lasership": "LaserShipV2", "canpar": "Canpar", "evri": "Hermes", "aramex": "Aramex",
}

// tracker is an account.
type tracker struct {
	address string
	header  http.Header
	client  *http.Client
}

func open(s connector.Settings) (tracking.Tracker, error) {
	basic := base64.StdEncoding.EncodeToString([]byte(s.Values["api_key"] + ":")) // the key is the user, and there is no password
	return &tracker{address: strings.TrimRight(s.Values["address"], "/"), header: http.Header{"Authorization": {"Basic " + basic}}, client: s.Client}, nil
}

// About lists one tracker, which every key may.
func (t *tracker) About(ctx context.Context) (tracking.About, error) {
	_, err := connector.Do(ctx, t.client, connector.Call{URL: t.address + "/trackers?page_size=1", Header: t.header})
	return tracking.About{Quota: -1}, err
}

// Register creates one tracker. EasyPost returns the one that is there for a number
// and carrier that it had within three months ("Create a tracker").
func (t *tracker) Register(ctx context.Context, numbers []tracking.Number) ([]tracking.Outcome, error) {
	out := make([]tracking.Outcome, len(numbers))
	for i, n := range numbers {
		ask := map[string]string{"tracking_code": n.Number}
		if key, ok := carrier.Named(n.Carrier); ok && names[key] != "" {
			ask["carrier"] = names[key]
		}
		raw, err := connector.Do(ctx, t.client, connector.Call{URL: t.address + "/trackers", Header: t.header, Body: map[string]any{"tracker": ask}, Repeatable: true})
		var refused *connector.Answer
		switch {
		case err == nil:
			var made struct {
				ID string `json:"id"`
			}
			if err := json.Unmarshal(raw, &made); err != nil {
				return nil, errs.Wrap(errs.Unavailable, err, "error.vendor_answer")
			}
			out[i].Ref = made.ID
		case errors.As(err, &refused) && refused.Status == http.StatusPaymentRequired:
			out[i].Err = tracking.ErrQuota()
		case errs.Is(err, errs.Invalid):
			out[i].Err = tracking.ErrCarrier() // 422 says alike that the number and that the carrier is unknown
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
		address := t.address + "/trackers?" + url.Values{"tracking_code": {n.Number}, "page_size": {"1"}}.Encode()
		if n.Ref != "" {
			address = t.address + "/trackers/" + url.PathEscape(n.Ref)
		}
		raw, err := connector.Do(ctx, t.client, connector.Call{URL: address, Header: t.header})
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
		if len(one.Shipments) == 0 {
			news.Unregistered = append(news.Unregistered, n.Number)
		}
		news.Raw, news.Shipments = raw, append(news.Shipments, one.Shipments...)
	}
	return news, nil
}
