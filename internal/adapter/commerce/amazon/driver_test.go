package amazon_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"godwit.dev/godwit/internal/adapter/commerce/amazon"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/commerce/commercetest"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/connector"
)

const (
	clientSecret = "amzn1.oa2-cs.v1.0a1b2c3d4e5f60718293a4b5c6d7e8f9"
	refreshToken = "Atzr|IwEBIJedGXjDqsU_vMxykqOMg"
)

type object = map[string]any

func load[T any](t testing.TB, path string) T {
	t.Helper()
	var v T
	b, err := os.ReadFile("testdata/" + path + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// partner answers as the models of the Selling Partner API say, with their own examples, and refuses what they do not
// name. It is Login with Amazon as well.
type partner struct {
	t         testing.TB
	orders    []object
	returns   []object
	size      int           // objects on a page
	roles     bool          // the application may see who buys
	token     string        // that is taken now
	tokens    int           // that were given
	life      time.Duration // of the next one
	asked     []string
	forbidden string // the beginning of paths that are refused
}

func newPartner(t testing.TB) *partner {
	return &partner{t: t, orders: load[[]object](t, "api/orders"), returns: load[[]object](t, "api/returns"), size: 2, roles: true, life: time.Hour}
}

// RoundTrip is the network: whatever host is called, by its name.
func (p *partner) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.String() == "https://api.amazon.com/auth/o2/token":
		p.login(w, r)
	case r.URL.Host == "sellingpartnerapi-na.amazon.com":
		p.serve(w, r)
	default:
		p.t.Errorf("a call of %s", r.URL)
		w.WriteHeader(http.StatusNotFound)
	}
	res := w.Result()
	res.Request = r
	return res, nil
}

func (p *partner) login(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.FormValue("grant_type") != "refresh_token" || r.FormValue("client_id") != "amzn1.application-oa2-client.x" || r.FormValue("client_secret") != clientSecret || r.FormValue("refresh_token") != refreshToken {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `{"error_description":"The request has an invalid grant parameter : refresh_token","error":"invalid_grant"}`) // a buffer
		return
	}
	p.tokens++
	p.token = "Atza|" + strconv.Itoa(p.tokens)
	_, _ = fmt.Fprintf(w, `{"access_token":%q,"token_type":"bearer","expires_in":%d,"refresh_token":%q}`, p.token, int(p.life.Seconds()), refreshToken) // a buffer
}

func refuse(w http.ResponseWriter, status int, code, details string) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(object{"errors": []object{{"code": code, "message": code, "details": details}}}) // a buffer
}

// parameters are those of each operation.
var parameters = map[string][]string{
	"/orders/2026-01-01/orders":                              {"createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore", "fulfillmentStatuses", "marketplaceIds", "fulfilledBy", "maxResultsPerPage", "paginationToken", "includedData"},
	"/orders/2026-01-01/orders/{id}":                         {"includedData"},
	"/externalFulfillment/2024-09-11/returns":                {"returnLocationId", "rmaId", "status", "reverseTrackingId", "createdSince", "createdUntil", "lastUpdatedSince", "lastUpdatedUntil", "maxResults", "nextToken"},
	"/externalFulfillment/2024-09-11/returns/{id}":           {},
	"/messaging/v1/orders/{id}":                              {"marketplaceIds"},
	"/customerFeedback/2024-06-01/items/{id}/reviews/topics": {"marketplaceId", "sortBy"},
	"/sellers/v1/marketplaceParticipations":                  {},
}

var included = []string{"BUYER", "RECIPIENT", "PROCEEDS", "EXPENSE", "PROMOTION", "CANCELLATION", "FULFILLMENT", "PACKAGES", "TAX", "PAYMENT", "FULFILLMENT_ORDERS"}

func (p *partner) serve(w http.ResponseWriter, r *http.Request) {
	p.asked = append(p.asked, r.URL.Path)
	w.Header().Set("X-Amzn-Ratelimit-Limit", "1000.0")
	if r.Header.Get("X-Amz-Access-Token") != p.token || r.Method != http.MethodGet || !strings.Contains(r.Header.Get("User-Agent"), "(Language=") {
		refuse(w, http.StatusForbidden, "Unauthorized", "The access token you provided has expired.")
		return
	}
	if p.forbidden != "" && strings.HasPrefix(r.URL.Path, p.forbidden) {
		refuse(w, http.StatusForbidden, "Unauthorized", "Access to requested resource is denied.")
		return
	}
	path, id := r.URL.Path, ""
	for pattern := range parameters {
		before, after, ok := strings.Cut(pattern, "{id}")
		if rest, is := strings.CutPrefix(path, before); ok && is && strings.HasSuffix(rest, after) && !strings.Contains(strings.TrimSuffix(rest, after), "/") {
			path, id = pattern, strings.TrimSuffix(rest, after)
			break
		}
	}
	known, ok := parameters[path]
	if !ok {
		p.t.Errorf("the models have no %s", path)
		refuse(w, http.StatusNotFound, "NotFound", "")
		return
	}
	q := r.URL.Query()
	for name := range q {
		if !slices.Contains(known, name) {
			p.t.Errorf("%s has no parameter %s", path, name)
		}
	}
	for _, set := range strings.Split(q.Get("includedData"), ",") {
		if q.Has("includedData") && !slices.Contains(included, set) {
			p.t.Errorf("there is no set of data %q", set)
		}
		if !p.roles && slices.Contains([]string{"BUYER", "RECIPIENT", "TAX"}, set) {
			refuse(w, http.StatusForbidden, "Unauthorized", "Access to requested resource is denied.")
			return
		}
	}
	switch path {
	case "/sellers/v1/marketplaceParticipations":
		p.answer(w, load[object](p.t, "api/participations"))
	case "/orders/2026-01-01/orders":
		p.search(w, q)
	case "/orders/2026-01-01/orders/{id}":
		p.one(w, p.orders, "orderId", id, func(o object) object { return object{"order": p.cut(o, q)} })
	case "/externalFulfillment/2024-09-11/returns":
		p.sentBack(w, q)
	case "/externalFulfillment/2024-09-11/returns/{id}":
		p.one(w, p.returns, "id", id, func(o object) object { return o })
	default:
		p.sandbox(w, path, id, q)
	}
}

func (p *partner) answer(w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		p.t.Error(err)
	}
}

func (p *partner) one(w http.ResponseWriter, list []object, name, id string, as func(object) object) {
	for _, o := range list {
		if o[name] == id {
			p.answer(w, as(o))
			return
		}
	}
	refuse(w, http.StatusNotFound, "NotFound", "")
}

// cut leaves out what was not asked for.
func (p *partner) cut(o object, q url.Values) object {
	out, sets := object{}, strings.Split(q.Get("includedData"), ",")
	for k, v := range o {
		if set := map[string]string{"buyer": "BUYER", "recipient": "RECIPIENT", "proceeds": "PROCEEDS", "fulfillment": "FULFILLMENT", "packages": "PACKAGES", "tax": "TAX"}[k]; set == "" || slices.Contains(sets, set) {
			out[k] = v
		}
	}
	return out
}

func at(t testing.TB, text any) time.Time {
	v, err := time.Parse(time.RFC3339, fmt.Sprint(text))
	if err != nil {
		t.Error(err)
	}
	return v
}

func (p *partner) search(w http.ResponseWriter, q url.Values) {
	if q.Has("createdAfter") == q.Has("lastUpdatedAfter") {
		p.t.Error("exactly one of createdAfter and lastUpdatedAfter must be given")
	}
	if n, err := strconv.Atoi(q.Get("maxResultsPerPage")); err != nil || n < 1 || n > 100 {
		p.t.Errorf("maxResultsPerPage is %s", q.Get("maxResultsPerPage"))
	}
	since := at(p.t, q.Get("lastUpdatedAfter"))
	var list []object
	for _, o := range p.orders {
		place := o["salesChannel"].(object)["marketplaceId"].(string)
		if !at(p.t, o["lastUpdatedTime"]).Before(since) && slices.Contains(strings.Split(q.Get("marketplaceIds"), ","), place) {
			list = append(list, p.cut(o, q))
		}
	}
	slices.SortFunc(list, func(a, b object) int { return at(p.t, a["lastUpdatedTime"]).Compare(at(p.t, b["lastUpdatedTime"])) })
	page, next := p.page(list, q.Get("paginationToken"))
	out := object{"orders": page, "lastUpdatedBefore": "2026-01-01T00:00:00Z"}
	if next != "" {
		out["pagination"] = object{"nextToken": next}
	}
	p.answer(w, out)
}

func (p *partner) page(list []object, token string) ([]object, string) {
	from := 0
	if token != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(token, "2YgYW55IGNhcm5hbCBwbGVhc3VyZS4 "))
		if err != nil {
			p.t.Errorf("a token that was not given: %q", token)
		}
		from = n
	}
	to := min(from+p.size, len(list))
	page := append([]object{}, list[min(from, to):to]...)
	if to < len(list) {
		return page, "2YgYW55IGNhcm5hbCBwbGVhc3VyZS4 " + strconv.Itoa(to)
	}
	return page, ""
}

func (p *partner) sentBack(w http.ResponseWriter, q url.Values) {
	if q.Has("lastUpdatedSince") && !(q.Has("returnLocationId") && q.Has("status")) {
		p.t.Error("lastUpdatedSince needs returnLocationId and status")
	}
	var list []object
	for _, r := range p.returns {
		if !q.Has("createdSince") || !at(p.t, r["creationDateTime"]).Before(at(p.t, q.Get("createdSince"))) {
			list = append(list, r)
		}
	}
	page, next := p.page(list, q.Get("nextToken"))
	out := object{"returns": page}
	if next != "" {
		out["nextToken"] = next
	}
	p.answer(w, out)
}

// sandbox answers as the static sandbox does: to the parameters of an example with its answer.
func (p *partner) sandbox(w http.ResponseWriter, path, id string, q url.Values) {
	if path == "/messaging/v1/orders/{id}" && id == "123-1234567-1234567" && q.Get("marketplaceIds") == "ATVPDKIKX0DER" {
		p.answer(w, load[object](p.t, "api/actions"))
		return
	}
	for _, name := range []string{"messaging__getMessagingActionsForOrder_400_0", "customerFeedback_2024-06-01__getItemReviewTopics_200_0", "customerFeedback_2024-06-01__getItemReviewTopics_400_0"} {
		e := load[struct {
			Path    string
			Status  int
			Request struct {
				Parameters map[string]struct{ Value any }
			}
			Response any
		}](p.t, name)
		fits := len(e.Request.Parameters) > 0 && strings.Contains(e.Path, path[:strings.Index(path, "{")])
		for k, v := range e.Request.Parameters {
			fits = fits && (v.Value == id || v.Value == q.Get(k))
		}
		if fits {
			w.WriteHeader(e.Status)
			p.answer(w, e.Response)
			return
		}
	}
	refuse(w, http.StatusNotFound, "NotFound", "")
}

func values(more ...string) map[string]string {
	v := map[string]string{"region": "na", "marketplaces": "ATVPDKIKX0DER, A1VC38T7YXB528,A1F83G8C2ARO7P,A2Q3Y263D00KWC,A33AVAJ2PDY3EV", "client_id": "amzn1.application-oa2-client.x", "client_secret": clientSecret, "refresh_token": refreshToken, "returns": "external"}
	for i := 0; i+1 < len(more); i += 2 {
		v[more[i]] = more[i+1]
	}
	return v
}

func connect(t testing.TB, p *partner, now func() time.Time, more ...string) commerce.Shop {
	t.Helper()
	d := amazon.Driver()
	d.Operation = nil // nobody to be kind to
	d.Rate = connector.Rate{Requests: 1000, Per: time.Second, Burst: 1000}
	shop, err := d.Connect(values(more...), &http.Client{Transport: p}, now)
	if err != nil {
		t.Fatal(err)
	}
	return shop
}

func TestConformance(t *testing.T) {
	d := amazon.Driver()
	d.Operation = nil
	d.Rate = connector.Rate{Requests: 1000, Per: time.Second, Burst: 1000}
	commercetest.Run(t, d, commercetest.Fixture{
		Settings: values(), Client: &http.Client{Transport: newPartner(t)}, Missing: "999-9999999-9999999",
		About: commerce.About{ID: "ATVPDKIKX0DER", Name: "Amazon.com", Currency: "USD", Country: "US", URL: "https://www.amazon.com"},
		Want:  map[string]int{intake.KindOrder: 5, intake.KindReturn: 2},
	})
}

func fetch[T intake.Object](t *testing.T, shop commerce.Shop, kind, id string) T {
	t.Helper()
	o, err := shop.Fetch(t.Context(), kind, id)
	if err != nil {
		t.Fatal(err)
	}
	return o.(T)
}

func TestOrders(t *testing.T) {
	shop := connect(t, newPartner(t), time.Now)
	us := fetch[*intake.Order](t, shop, intake.KindOrder, "123-4567890-1234567")
	if us.Total.String() != "154.99" || us.Goods.String() != "149.97" || us.Tax.String() != "0.02" || us.Tip.String() != "5.00" || us.Lines[0].VendorStatus != "cancellation_requested" || us.Refs["marketplace"] != "ATVPDKIKX0DER" {
		t.Errorf("%+v", us)
	}
	if p := us.Fulfillments[0]; p.Numbers[0] != "1Z999AA1234567890" || p.Status != intake.Delivered || p.Carrier != "UPS" || p.Lines[0].LineItem != "12345678901234" {
		t.Errorf("%+v", p)
	}
	jp := fetch[*intake.Order](t, shop, intake.KindOrder, "250-1234567-8901234")
	if jp.Currency != "JPY" || jp.Total.Minor != 19940 || jp.Lines[1].Price.Minor != 6980 || jp.ShipTo.Country != "JP" || jp.Customer.Email != "buyer-email@marketplace.amazon.co.jp" {
		t.Errorf("%+v", jp)
	}
}

// An application without the restricted roles gets orders without a person, and asks for no more from then on.
func TestWhoBuysIsNotForEveryApplication(t *testing.T) {
	p := newPartner(t)
	p.roles = false
	shop := connect(t, p, time.Now)
	o := fetch[*intake.Order](t, shop, intake.KindOrder, "250-1234567-8901234")
	if o.Customer != nil || o.ShipTo != nil || o.Email != "" || o.Total.Minor != 19940 {
		t.Errorf("%+v", o)
	}
	before := len(p.asked)
	if _, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{}); err != nil || len(p.asked) != before+1 {
		t.Errorf("%d questions, %v", len(p.asked)-before, err)
	}
	p.forbidden = "/orders/"
	if _, err := connect(t, p, time.Now).List(t.Context(), intake.KindOrder, commerce.Cursor{}); !errs.Is(err, errs.Denied) {
		t.Error(err)
	}
}

func TestReturnsOfAnyAgeThatChanged(t *testing.T) {
	p := newPartner(t)
	shop := connect(t, p, time.Now)
	r := fetch[*intake.Return](t, shop, intake.KindReturn, "ff40dee3-3bbc-47b6-a5b1-7b6a1c6d45e3")
	if r.Number != "rmaIdOneShipmentMultItemOneQty200" || r.Refs["order"] != "207-7727827-8514700" || r.Status != "awaiting_goods" || r.Lines[0].SKU != "SerialYT1" || r.Shipments[0].Direction != "back" {
		t.Errorf("%+v", r)
	}
	p.returns[0]["creationDateTime"] = "2021-02-01T00:00:00Z" // changed long after it was made
	p.returns[0]["lastUpdatedDateTime"] = "2021-03-20T00:00:00Z"
	page, err := shop.List(t.Context(), intake.KindReturn, commerce.Cursor{Since: time.Date(2021, 3, 19, 0, 0, 0, 0, time.UTC)})
	if err != nil || len(page.Objects) != 1 || page.Objects[0].Base().ID != "ee39cdd9-9caa-47b6-a5b1-7b6a1c6d43d1" {
		t.Errorf("%+v, %v", page.Objects, err)
	}
	before := len(p.asked)
	page, err = connect(t, p, time.Now, "returns", "no").List(t.Context(), intake.KindReturn, commerce.Cursor{})
	if err != nil || len(page.Objects) != 0 || page.More || len(p.asked) != before {
		t.Errorf("a seller who sends nothing for Amazon: %+v, %v", page, err)
	}
}

func TestWhatMayBeWrittenAndWhatReviewsSay(t *testing.T) {
	shop := connect(t, newPartner(t), time.Now, "marketplaces", "ATVPDKIKX0DER")
	m := fetch[*intake.Message](t, shop, intake.KindMessage, "123-1234567-1234567")
	if m.ID != "123-1234567-1234567" || len(m.Actions) != 11 || m.Actions[8] != "unexpectedProblem" || m.Refs["order"] != m.ID {
		t.Errorf("%+v", m)
	}
	if _, err := shop.Fetch(t.Context(), intake.KindMessage, "123-1234567-0000000"); !errs.Is(err, errs.Invalid) {
		t.Error(err)
	}
	f := fetch[*intake.Feedback](t, shop, intake.KindFeedback, "B08PD3JNPF")
	if f.Product != "B0BT5K9B2T" || f.Topics[0].Topic != "Assembly/Installation" || f.Topics[0].Mood != "positive" || f.Topics[0].Mentions != 36 || f.Period == nil {
		t.Errorf("%+v", f)
	}
	if _, err := shop.Fetch(t.Context(), intake.KindFeedback, "0000000000"); !errs.Is(err, errs.NotFound) {
		t.Error(err)
	}
}

// With several marketplaces the order's own is asked for first.
func TestMessagesNeedTheMarketplaceOfTheOrder(t *testing.T) {
	p := newPartner(t)
	_, err := connect(t, p, time.Now).Fetch(t.Context(), intake.KindMessage, "250-1234567-8901234")
	if !errs.Is(err, errs.NotFound) || !slices.Equal(p.asked, []string{"/orders/2026-01-01/orders/250-1234567-8901234", "/messaging/v1/orders/250-1234567-8901234"}) {
		t.Errorf("%v, %v", p.asked, err)
	}
}

func TestAccessTokens(t *testing.T) {
	p, now := newPartner(t), time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	shop := connect(t, p, func() time.Time { return now })
	about := func(want int) {
		t.Helper()
		if _, err := shop.About(t.Context()); err != nil || p.tokens != want {
			t.Errorf("%d tokens, want %d, %v", p.tokens, want, err)
		}
	}
	about(1)
	about(1)
	now = now.Add(58 * time.Minute)
	about(1)
	now = now.Add(time.Minute)
	about(2)
	now = now.Add(10 * time.Minute)
	p.token = "taken back"
	about(3)
	p.forbidden = "/sellers/"
	for range 2 { // a fresh token is refused as well: no other one is fetched
		if _, err := shop.About(t.Context()); !errs.Is(err, errs.Denied) || p.tokens != 3 {
			t.Errorf("%d tokens, %v", p.tokens, err)
		}
	}
	_, err := connect(t, p, time.Now, "refresh_token", "Atzr|another").About(t.Context())
	if !errs.Is(err, errs.Denied) || strings.Contains(err.Error(), "Atzr") {
		t.Error(err)
	}
}

func TestAWalkThatRestedTooLongBeginsAnew(t *testing.T) {
	p, now := newPartner(t), time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	shop := connect(t, p, func() time.Time { return now })
	first, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{})
	if err != nil || !first.More {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	if next, err := shop.List(t.Context(), intake.KindOrder, first.Next); err != nil || next.Objects[0].Base().ID == first.Objects[0].Base().ID {
		t.Errorf("%+v, %v", next, err)
	}
	now = now.Add(23 * time.Hour)
	if again, err := shop.List(t.Context(), intake.KindOrder, first.Next); err != nil || again.Objects[0].Base().ID != first.Objects[0].Base().ID {
		t.Errorf("%+v, %v", again, err)
	}
	for _, bad := range []string{"x", "1", "x y"} {
		if _, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{Token: bad}); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Each operation has a usage plan of its own: twenty pages of orders at once, then one in three minutes, which is longer
// than we wait, while the rest of the account is read on.
func TestUsagePlans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPartner(t)
		network := roundTrip(func(r *http.Request) (*http.Response, error) {
			res, err := p.RoundTrip(r)
			res.Header.Del("X-Amzn-Ratelimit-Limit") // as Amazon does when it refuses a caller
			if r.URL.Path == "/orders/2026-01-01/orders" {
				res.Header.Set("X-Amzn-Ratelimit-Limit", "0.0056")
			}
			return res, err
		})
		shop, err := amazon.Driver().Connect(values(), &http.Client{Transport: network}, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for i := range 20 {
			if _, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{}); err != nil {
				t.Fatalf("page %d: %v", i, err)
			}
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("twenty pages took %s", took)
		}
		if _, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{}); !errs.Is(err, errs.Unavailable) {
			t.Errorf("the page after them: %v", err)
		}
		if _, err := shop.About(t.Context()); err != nil || time.Since(began) > time.Second {
			t.Errorf("another operation: %v after %s", err, time.Since(began))
		}
		time.Sleep(3 * time.Minute)
		if _, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{}); err != nil {
			t.Errorf("three minutes later: %v", err)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestWhatAnAccountIsConnectedBy(t *testing.T) {
	for _, c := range []struct{ name, value, field string }{
		{"marketplaces", "ATVPDKIKX0DER;A1VC38T7YXB528", "marketplaces"}, {"marketplaces", "amazon.com", "marketplaces"}, {"marketplaces", strings.Repeat("A1,", 51) + "A1", "marketplaces"}, {"region", "cn", "region"}, {"returns", "yes", "returns"},
	} {
		_, err := amazon.Driver().Connect(values(c.name, c.value), http.DefaultClient, time.Now)
		if list := errs.Fields(err); len(list) != 1 || list[0].Field != c.field {
			t.Errorf("%s %s: %v", c.name, c.value, err)
		}
	}
}

// FuzzAnswers reads answers as they may come, whatever they are.
func FuzzAnswers(f *testing.F) {
	for _, name := range []string{"orders", "returns"} {
		b, err := json.Marshal(object{name: load[[]object](f, "api/"+name), "nextToken": "x"})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"_links":{"actions":[{"name":"warranty"},7]},"topics":{"positiveTopics":[{"topic":"x","asinMetrics":{"numberOfMentions":1e99}}]},"asin":"B0"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		rt := roundTrip(func(r *http.Request) (*http.Response, error) {
			w, answer := httptest.NewRecorder(), body
			if r.Method == http.MethodPost {
				answer = []byte(`{"access_token":"x","expires_in":3600}`)
			}
			_, _ = w.Write(answer) // a buffer
			return w.Result(), nil
		})
		shop, err := amazon.Driver().Open(commerce.Settings{Values: values(), Client: &http.Client{Transport: rt}, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{intake.KindOrder, intake.KindReturn, intake.KindMessage, intake.KindFeedback} {
			_, _ = shop.List(t.Context(), kind, commerce.Cursor{})           // that it ends is all
			_, _ = shop.Fetch(t.Context(), kind, "123-1234567-1234567"[:19]) // likewise
			_, _ = shop.Fetch(t.Context(), kind, "B08PD3JNPF")               // likewise
		}
	})
}
