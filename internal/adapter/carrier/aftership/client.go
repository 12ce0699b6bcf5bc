package aftership

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/carrier"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/connector"
)

// slugs are AfterShip's codes of carriers. Of a carrier that is not here, or that
// has several, AfterShip finds out by the number.
var slugs = map[carrier.Key]string{
	"ups": "ups", "usps": "usps", "fedex": "fedex", "canada_post": "canada-post", "purolator": "purolator", "royal_mail": "royal-mail",
	"australia_post": "australia-post", "china_post": "china-post", "ems_cn": "china-ems", "yanwen": "yanwen", "4px": "4px", "cainiao": "cainiao",
	"yunexpress": "yunexpress", "sf": "sf-express", "postnl": "postnl", "bpost": "bpost", "correos": "spain-correos-es", "singpost": "singapore-post",
	"japan_post": "japan-post", "aramex": "aramex", "chronopost": "chronopost-france", "yodel": "yodel", "lasership": "lasership", "ontrac": "ontrac",
}

// tracker is an account.
type tracker struct {
	address string
	header  http.Header
	client  *http.Client
}

func open(s connector.Settings) (tracking.Tracker, error) {
	return &tracker{address: strings.TrimRight(s.Values["address"], "/"), header: http.Header{"As-Api-Key": {s.Values["api_key"]}}, client: s.Client}, nil
}

// About lists one tracking: AfterShip has no call that tells of the account alone.
func (t *tracker) About(ctx context.Context) (tracking.About, error) {
	_, err := connector.Do(ctx, t.client, connector.Call{URL: t.address + "/trackings?limit=1", Header: t.header})
	return tracking.About{Quota: -1}, err
}

// answer is the envelope of every answer ("Response body").
type answer struct {
	Meta struct {
		Code int `json:"code"`
	} `json:"meta"`
	Data struct {
		ID string `json:"id"`
	} `json:"data"`
}

// Register creates one tracking. A repeat is answered with the tracking that is
// there, and changes nothing.
func (t *tracker) Register(ctx context.Context, numbers []tracking.Number) ([]tracking.Outcome, error) {
	out := make([]tracking.Outcome, len(numbers))
	for i, n := range numbers {
		body := map[string]string{"tracking_number": n.Number}
		if key, ok := carrier.Named(n.Carrier); ok && slugs[key] != "" {
			body["slug"] = slugs[key]
		}
		if n.Postcode != "" {
			body["destination_postal_code"] = n.Postcode
		}
		raw, err := connector.Do(ctx, t.client, connector.Call{URL: t.address + "/trackings", Header: t.header, Body: body, Repeatable: true})
		var a answer
		if refused := (*connector.Answer)(nil); errors.As(err, &refused) && errs.Is(err, errs.Invalid) {
			if json.Unmarshal(refused.Body, &a) == nil {
				out[i], err = outcome(a), nil
			}
		} else if err == nil {
			if err = json.Unmarshal(raw, &a); err != nil {
				err = errs.Wrap(errs.Unavailable, err, "error.vendor_answer")
			}
			out[i].Ref = a.Data.ID
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// outcome reads the code of a refusal ("Error codes").
func outcome(a answer) tracking.Outcome {
	switch a.Meta.Code {
	case 4003: // it exists
		return tracking.Outcome{Ref: a.Data.ID}
	case 4010, 4011, 4012: // slug invalid, fields of the carrier missing, carrier not recognised
		return tracking.Outcome{Err: tracking.ErrCarrier()}
	}
	return tracking.Outcome{Err: tracking.ErrNumber()}
}

// Poll lists trackings by number ("Get trackings", at most 50 numbers).
func (t *tracker) Poll(ctx context.Context, numbers []tracking.Number) (tracking.News, error) {
	list := make([]string, len(numbers))
	for i, n := range numbers {
		list[i] = n.Number
	}
	q := url.Values{"tracking_numbers": {strings.Join(list, ",")}, "limit": {strconv.Itoa(200)}}
	raw, err := connector.Do(ctx, t.client, connector.Call{URL: t.address + "/trackings?" + q.Encode(), Header: t.header})
	if err != nil {
		return tracking.News{}, err
	}
	return tracking.Decoded(Source(), raw, numbers)
}
