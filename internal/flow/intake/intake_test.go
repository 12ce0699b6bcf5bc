package intake_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

func node(t *testing.T, text string) *wire.Node {
	t.Helper()
	n, err := wire.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestMoneyIsExact(t *testing.T) {
	for _, c := range []struct {
		amount, currency, want string // "" says that the vendor states none
		puzzle                 bool
	}{
		{`"12.34"`, "EUR", "12.34", false}, {`12.3`, "eur", "12.30", false}, {`"0.1"`, "USD", "0.10", false}, {`8184.23`, "USD", "8184.23", false}, {`"12.3400"`, "EUR", "12.34", false}, {`1.5e3`, "USD", "1500.00", false},
		{`-2000`, "USD", "-2000.00", false}, {`1000`, "JPY", "1000", false}, {`"1.99"`, "JPY", "1.99", true}, {`1000`, "KWD", "1000.000", false}, {`5`, "XXQ", "5", true}, {`"many"`, "EUR", "many", true}, {`null`, "EUR", "", false},
		{`true`, "EUR", "", false}, {`"1e99"`, "EUR", "1e99", true}, {`92233720368547758.07`, "EUR", "92233720368547758.07", false}, {`92233720368547758.08`, "EUR", "92233720368547758.08", true}, {`"5"`, "", "5", false}, {`"-0.05"`, "EUR", "-0.05", false}, {`1E-2`, "EUR", "0.01", false},
	} {
		n := node(t, `{"a":`+c.amount+`}`)
		if got := written(t, intake.Decimal(n.At("a"), c.currency)); got != c.want {
			t.Errorf("%s %s is %s, want %s", c.amount, c.currency, got, c.want)
		}
		if got := len(n.Unknown(nil, ".", nil)) == 1; got != c.puzzle {
			t.Errorf("%s %s: puzzle %v", c.amount, c.currency, got)
		}
	}
}

func TestMinorUnits(t *testing.T) {
	odd := map[string]int{"ISK": 2, "IDR": 0}
	for _, c := range []struct{ amount, currency, want string }{
		{`1099`, "usd", "10.99"}, {`-500`, "USD", "-5.00"}, {`5`, "EUR", "0.05"}, {`500`, "JPY", "500"}, {`1000`, "KWD", "1.000"}, {`500`, "ISK", "5"}, {`501`, "ISK", "501"}, {`500`, "IDR", "500.00"}, {`"1000"`, "EUR", "10.00"},
		{`0`, "EUR", "0.00"}, {`9223372036854775807`, "EUR", "92233720368547758.07"}, {`null`, "EUR", ""}, {`7`, "currency", "7"},
	} {
		if got := written(t, intake.Minor(node(t, `{"a":`+c.amount+`}`).At("a"), c.currency, odd)); got != c.want {
			t.Errorf("%s %s is %s, want %s", c.amount, c.currency, got, c.want)
		}
	}
}

func written(t *testing.T, m intake.Money) string {
	t.Helper()
	if m.IsZero() {
		return ""
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var v struct{ Amount, Currency string }
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v.Amount
}

func TestSumsOfSeveralCurrenciesAreNone(t *testing.T) {
	eur, usd := node(t, `{"amount":"1.50","currency":"EUR"}`), node(t, `{"value":"2","currency_code":"USD"}`)
	a, b := intake.Price(eur), intake.Price(usd)
	if got := intake.Add(a, intake.Money{}, a); got.String() != "3.00" || got.Currency != "EUR" {
		t.Error(got)
	}
	if got := intake.Add(a, b); !got.IsZero() {
		t.Error(got)
	}
	if got := intake.Times(a, -2); got.String() != "-3.00" {
		t.Error(got)
	}
	if got := intake.Times(a, 1<<62); !got.IsZero() {
		t.Error(got)
	}
}

func TestAWordThatIsNewSurvives(t *testing.T) {
	words := intake.Words{"open": "open"}
	n := node(t, `{"a":"OPEN","b":"teleported","c":null}`)
	for name, want := range map[string][2]string{"a": {"open", "OPEN"}, "b": {intake.Unknown, "teleported"}, "c": {"", ""}, "d": {"", ""}} {
		if ours, theirs := words.Of(n, name); ours != want[0] || theirs != want[1] {
			t.Errorf("%s: %q %q", name, ours, theirs)
		}
	}
	if got := n.Unknown(nil, ".", nil); !slices.Equal(got, []string{"b"}) {
		t.Error(got)
	}
}

func TestWhatHasNoTypeIsARecord(t *testing.T) {
	s := intake.Source{Name: "test", Known: wire.MustVocabulary(".: id order_id price client_secret created_at\nprice: amount currency_code\n"), Convert: func(http.Header, *wire.Node) intake.Told { return intake.Told{} }}
	d, err := s.Decode(nil, []byte(`{"id":9007199254740993,"order_id":"7","price":{"amount":"1.50","currency_code":"EUR"},"client_secret":"hush","created_at":"2024-01-01T00:00:00Z","new":{"deep":true}}`))
	if err != nil {
		t.Fatal(err)
	}
	r, ok := d.Object.(*intake.Record)
	if !ok || r.ID != "9007199254740993" || r.Refs["order"] != "7" || r.Amounts["price"].String() != "1.50" || r.Facts["client_secret"] != "" || r.Facts["new.deep"] != "true" || d.OccurredAt.IsZero() {
		t.Errorf("%+v", r)
	}
	if d.Type != "other.updated" || !slices.Equal(d.Unknown, []string{"new"}) {
		t.Error(d.Type, d.Unknown)
	}
}

func TestBodiesThatAreNone(t *testing.T) {
	s := intake.Source{Name: "test", Convert: func(http.Header, *wire.Node) intake.Told { return intake.Told{} }}
	for _, body := range []string{"", "1", `"a"`, "null", "{", "a=1"} {
		if _, err := s.Decode(nil, []byte(body)); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", body, err)
		}
	}
	if d, err := s.Decode(http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}, []byte("webhook_id=12")); err != nil || d.Object.Base().Refs["webhook"] != "12" {
		t.Error(d, err)
	}
}

func TestPlaces(t *testing.T) {
	for code, want := range map[string]string{"USA": "US", "DEU": "DE", "de": "de", "": "", "XYZ": "XYZ", "Germany": "Germany"} {
		if got := intake.Country(code); got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
	for text, want := range map[string]bool{"2024-03-04T09:58:00": true, "2024-03-04T09:58:00Z": false, "2024-03-04T09:58:00-05:00": false, "2024-03-04": false, "": false} {
		if got := intake.Zoneless(text); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	for text, want := range map[string]string{"02:05 PM": "14:05:00", "14:05": "14:05:00", "noon": ""} {
		if got := intake.Clock24(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
