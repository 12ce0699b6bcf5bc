package seventeentrack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/connector"
)

// The codes of refusals ("Error codes").
const (
	codeRegistered    = -18019901
	codeUnregistered  = -18019902
	codeUndetected    = -18019903
	codeDailyLimit    = -18019907
	codeQuota         = -18019908
	codeWrongCarrier  = -18019910
	codeNeedsPostcode = -18010018 // these three: a carrier wants more than the number
	codeNeedsCode     = -18010019
	codeNeedsPhone    = -18010020
)

// tracker is an account.
type tracker struct {
	address string
	header  http.Header
	client  *http.Client
}

func open(s connector.Settings) (tracking.Tracker, error) {
	return &tracker{address: strings.TrimRight(s.Values["address"], "/"), header: http.Header{"17token": {s.Values["api_key"]}}, client: s.Client}, nil
}

// asked is one number in a request.
type asked struct {
	Number  string `json:"number"`
	Carrier int    `json:"carrier,omitempty"` // 17TRACK's own code
	Param   string `json:"param,omitempty"`
}

type refusal struct {
	Code int `json:"code"`
}

// answer is the envelope of every answer.
type answer struct {
	Code int `json:"code"`
	Data struct {
		Accepted []struct {
			Number  string `json:"number"`
			Carrier int    `json:"carrier"`
		} `json:"accepted"`
		Rejected []struct {
			Number string  `json:"number"`
			Error  refusal `json:"error"`
		} `json:"rejected"`
		Errors []refusal `json:"errors"`
		Remain *int      `json:"quota_remain"`
	} `json:"data"`
}

// call makes a request. Each of them may be repeated: a number that is registered
// is only said to be so.
func (t *tracker) call(ctx context.Context, path string, body any) ([]byte, answer, error) {
	var a answer
	raw, err := connector.Do(ctx, t.client, connector.Call{URL: t.address + path, Header: t.header, Body: body, Repeatable: true})
	if err != nil {
		return nil, a, err
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return nil, a, errs.Wrap(errs.Unavailable, err, "error.vendor_answer")
	}
	code := a.Code
	if len(a.Data.Errors) > 0 {
		code = a.Data.Errors[0].Code
	}
	switch {
	case code == 0:
		return raw, a, nil
	case code == codeDailyLimit || code == codeQuota:
		return nil, a, tracking.ErrQuota()
	case code <= -18010001 && code >= -18010005 && code != -18010003: // whitelist, key, account, access
		return nil, a, errs.Wrap(errs.Denied, fmt.Errorf("code %d", code), "error.vendor_denied")
	case code == -18010003:
		return nil, a, errs.Wrap(errs.Unavailable, fmt.Errorf("code %d", code), "error.vendor_busy")
	}
	return nil, a, errs.Wrap(errs.Invalid, fmt.Errorf("code %d", code), "error.vendor_refused", "status", code)
}

// About asks for the quota.
func (t *tracker) About(ctx context.Context) (tracking.About, error) {
	_, a, err := t.call(ctx, "/getquota", []asked{})
	about := tracking.About{Quota: -1}
	if a.Data.Remain != nil {
		about.Quota = *a.Data.Remain
	}
	return about, err
}

// list brings numbers to the form of a request. Postcodes go along for carriers
// that want one; 17TRACK passes on what each needs.
func list(numbers []tracking.Number) []asked {
	out := make([]asked, len(numbers))
	for i, n := range numbers {
		code, err := strconv.Atoi(n.Ref)
		if err != nil {
			code = 0
		}
		out[i] = asked{Number: n.Number, Carrier: code}
	}
	return out
}

// Register registers numbers. Which carrier moves them 17TRACK finds out; its code
// is the reference.
func (t *tracker) Register(ctx context.Context, numbers []tracking.Number) ([]tracking.Outcome, error) {
	asks := list(numbers)
	for i := range asks {
		asks[i].Param = numbers[i].Postcode
	}
	_, a, err := t.call(ctx, "/register", asks)
	if err != nil {
		return nil, err
	}
	said := map[string]tracking.Outcome{}
	for _, x := range a.Data.Accepted {
		said[order.TrackingKey(x.Number)] = tracking.Outcome{Ref: strconv.Itoa(x.Carrier)}
	}
	for _, x := range a.Data.Rejected {
		said[order.TrackingKey(x.Number)] = outcome(x.Error.Code)
	}
	out := make([]tracking.Outcome, len(numbers))
	for i, n := range numbers {
		o, ok := said[order.TrackingKey(n.Number)]
		if !ok {
			o.Err = tracking.ErrNumber()
		}
		out[i] = o
	}
	return out, nil
}

func outcome(code int) tracking.Outcome {
	switch code {
	case codeRegistered:
		return tracking.Outcome{}
	case codeDailyLimit, codeQuota:
		return tracking.Outcome{Err: tracking.ErrQuota()}
	case codeUndetected, codeWrongCarrier, codeNeedsPostcode, codeNeedsCode, codeNeedsPhone:
		return tracking.Outcome{Err: tracking.ErrCarrier()}
	}
	return tracking.Outcome{Err: tracking.ErrNumber()}
}

// Poll asks for what is known of numbers; it costs no quota.
func (t *tracker) Poll(ctx context.Context, numbers []tracking.Number) (tracking.News, error) {
	raw, a, err := t.call(ctx, "/gettrackinfo", list(numbers))
	if err != nil {
		return tracking.News{}, err
	}
	news, err := tracking.Decoded(Source(), raw, numbers)
	for _, x := range a.Data.Rejected {
		if x.Error.Code == codeUnregistered {
			news.Unregistered = append(news.Unregistered, x.Number)
		}
	}
	return news, err
}
