package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/event"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// The vector that the reference implementations of Standard Webhooks share
// (standard-webhooks, libraries/*: the test named "sign function works").
func TestPublishedVector(t *testing.T) {
	s, err := ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	const id, body, want = "msg_p5jXN8AQM9LWM0D4loKWxJek", `{"test": 2432232314}`, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	at := time.Unix(1614265330, 0)
	if got := Sign(id, at, []byte(body), s); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for name, c := range map[string]struct {
		id, stamp, signature, body string
		now                        time.Time
		kind                       errs.Kind
		ok                         bool
	}{
		"whole":             {id, "1614265330", want, body, at, 0, true},
		"one of several":    {id, "1614265330", "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,xx " + want, body, at, 0, true},
		"at the edge":       {id, "1614265330", want, body, at.Add(Tolerance), 0, true},
		"too old":           {id, "1614265330", want, body, at.Add(Tolerance + time.Second), errs.Invalid, false},
		"too new":           {id, "1614265330", want, body, at.Add(-Tolerance - time.Second), errs.Invalid, false},
		"other body":        {id, "1614265330", want, body + " ", at, errs.Denied, false},
		"other id":          {"msg_x", "1614265330", want, body, at, errs.Denied, false},
		"other time":        {id, "1614265331", want, body, at, errs.Denied, false},
		"other version":     {id, "1614265330", strings.Replace(want, "v1", "v2", 1), body, at, errs.Denied, false},
		"no version":        {id, "1614265330", strings.TrimPrefix(want, "v1,"), body, at, errs.Denied, false},
		"cut short":         {id, "1614265330", want[:len(want)-4], body, at, errs.Denied, false},
		"nothing":           {id, "1614265330", "", body, at, errs.Denied, false},
		"no id":             {"", "1614265330", want, body, at, errs.Invalid, false},
		"no time":           {id, "", want, body, at, errs.Invalid, false},
		"a time with words": {id, "now", want, body, at, errs.Invalid, false},
	} {
		err := Verify(c.id, c.stamp, c.signature, []byte(c.body), c.now, s)
		if (err == nil) != c.ok || err != nil && errs.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// verifyBySpec follows the text of the specification with nothing of ours.
func verifyBySpec(secret string, h http.Header, body []byte) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return err
	}
	m := hmac.New(sha256.New, key)
	m.Write([]byte(h.Get("webhook-id") + "." + h.Get("webhook-timestamp") + "." + string(body)))
	want := "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
	for _, got := range strings.Split(h.Get("webhook-signature"), " ") {
		if got == want {
			return nil
		}
	}
	return fmt.Errorf("no signature of %q fits", h.Get("webhook-signature"))
}

func TestRequestIsSignedBySpec(t *testing.T) {
	old, fresh := NewSecret(), NewSecret()
	keys := rotated([]Key{{Secret: old}}, fresh, noon)
	for _, c := range []struct {
		at       time.Time
		old, new bool
	}{{noon, true, true}, {noon.Add(keepOld - time.Second), true, true}, {noon.Add(keepOld), false, true}} {
		body := []byte(`{"a":1}`)
		req, err := Request(t.Context(), "https://example.com/", "evt_1", c.at, body, Endpoint{Keys: keys}.secrets(c.at)...)
		if err != nil {
			t.Fatal(err)
		}
		if err := verifyBySpec(old.Reveal(), req.Header, body); (err == nil) != c.old {
			t.Errorf("%s, old: %v", c.at, err)
		}
		if err := verifyBySpec(fresh.Reveal(), req.Header, body); (err == nil) != c.new {
			t.Errorf("%s, new: %v", c.at, err)
		}
		if got := req.Header.Get("webhook-timestamp"); got != strconv.FormatInt(c.at.Unix(), 10) {
			t.Errorf("timestamp %s", got)
		}
	}
	if n := len(rotated(keys, NewSecret(), noon)); n != 2 {
		t.Errorf("%d keys after a second rotation", n)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	s := NewSecret()
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s", s, s, s, s), fmt.Sprint(Key{Secret: s}), fmt.Sprintf("%+v", Endpoint{Keys: []Key{{Secret: s}}})} {
		if strings.Contains(text, s.Reveal()[len(secretPrefix):]) || strings.Contains(text, fmt.Sprint(s.key)) {
			t.Errorf("printed: %s", text)
		}
	}
	for _, bad := range []string{"", "whsec_", "whsec_%%%", "whsec_c2hvcnQ=", "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 65))} {
		if _, err := ParseSecret(bad); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("msg_1", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1a,x", []byte("{}"))
	f.Add("", "-1", ",,, v1, v1,=", []byte{})
	s := NewSecret()
	f.Fuzz(func(t *testing.T, id, stamp, signature string, body []byte) {
		if err := Verify(id, stamp, signature, body, noon, s); err == nil {
			t.Fatal("a signature without the secret fits")
		}
		if id != "" {
			signed := Sign(id, noon, body, s)
			if err := Verify(id, strconv.FormatInt(noon.Unix(), 10), signature+" "+signed, body, noon, s); err != nil && len(strings.Fields(signature)) < maxSignatures {
				t.Fatalf("%v", err)
			}
		}
	})
}

func TestSchedule(t *testing.T) {
	e, d := Endpoint{State: On}, Delivery{State: Waiting}
	now := noon
	var waits []time.Duration
	for d.State == Waiting {
		// Another delivery succeeds in between, so that the endpoint is no trouble.
		e.Streak, e.FailingSince = 0, time.Time{}
		e, d = Settle(e, d, Outcome{At: now, Status: 500}, 0.5)
		if d.State == Waiting {
			waits = append(waits, d.DueAt.Sub(now))
			now = d.DueAt
		}
	}
	if fmt.Sprint(waits) != fmt.Sprint(schedule) || d.State != Failed || d.Attempt != len(schedule)+1 || e.State != On {
		t.Errorf("%v, %+v, %s", waits, d, e.State)
	}
	if total := now.Sub(noon); total < 60*time.Hour || total > 84*time.Hour {
		t.Errorf("given up after %s", total)
	}
}

func TestEndpointDies(t *testing.T) {
	e := Endpoint{State: On}
	now, probes := noon, 0
	for e.State == On {
		e, _ = Settle(e, Delivery{State: Waiting}, Outcome{At: now, Err: "error.webhook_unreachable"}, 0.5)
		probes++
		if probes >= brokenAfter && !e.DueAt.After(now) {
			t.Fatal("a broken endpoint is asked without a pause")
		}
		now = maxTime(e.DueAt, now.Add(time.Second))
	}
	if e.State != Dead || e.DisabledAt.Sub(noon) < deadAfter || e.DisabledAt.Sub(noon) > deadAfter+26*time.Hour || probes > 30 {
		t.Errorf("%s after %s and %d probes", e.State, e.DisabledAt.Sub(noon), probes)
	}
	e, _ = Settle(Endpoint{State: On, Streak: 3, FailingSince: noon, DueAt: noon}, Delivery{State: Waiting}, Outcome{At: noon.Add(time.Hour), Status: 204}, 0)
	if e.Streak != 0 || !e.FailingSince.IsZero() || !e.DueAt.IsZero() {
		t.Errorf("a success leaves %+v", e)
	}
	e, d := Settle(Endpoint{State: On}, Delivery{State: Waiting}, Outcome{At: noon, Status: http.StatusGone}, 0)
	if e.State != Gone || d.State != Waiting {
		t.Errorf("410: %s, %s", e.State, d.State)
	}
	e, _ = Settle(Endpoint{State: Off}, Delivery{State: Waiting}, Outcome{At: noon, Status: http.StatusGone}, 0)
	if e.State != Off {
		t.Errorf("what a person switched off is %s", e.State)
	}
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func TestRetryAfterIsHeard(t *testing.T) {
	_, d := Settle(Endpoint{State: On}, Delivery{State: Waiting}, Outcome{At: noon, Status: 503, RetryAfter: time.Hour}, 0.5)
	if got := d.DueAt.Sub(noon); got != time.Hour {
		t.Errorf("waits %s", got)
	}
	_, d = Settle(Endpoint{State: On}, Delivery{State: Waiting}, Outcome{At: noon, Status: 503, RetryAfter: 400 * 24 * time.Hour}, 0.5)
	if got := d.DueAt.Sub(noon); got != longestWait {
		t.Errorf("waits %s", got)
	}
	for text, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "-7": 0, "soon": 0, "Wed, 04 Mar 2026 12:01:00 GMT": time.Minute, "Wed, 04 Mar 2020 12:01:00 GMT": 0} {
		if got := retryAfter(http.Header{"Retry-After": {text}}, noon); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// Whatever a receiver answers, the rule never goes back in time, never makes an
// endpoint wait more than a day and a tenth, and never ends a delivery without a
// reason.
func TestSettleHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, d := Endpoint{State: On}, Delivery{State: Waiting}
		now := noon
		for range rapid.IntRange(1, 40).Draw(t, "attempts") {
			o := Outcome{At: now, Status: rapid.SampledFrom([]int{0, 200, 204, 301, 400, 410, 429, 500, 503}).Draw(t, "status"), RetryAfter: time.Duration(rapid.Int64Range(0, int64(100*24*time.Hour)).Draw(t, "asked"))}
			before := d
			e, d = Settle(e, d, o, rapid.Float64Range(0, 0.999).Draw(t, "dice"))
			if d.Attempt != before.Attempt+1 {
				t.Fatal("an attempt is not counted")
			}
			switch d.State {
			case Waiting:
				if !d.DueAt.After(now) {
					t.Fatal("due at once")
				}
			case Delivered:
				if !o.OK() || e.Streak != 0 {
					t.Fatal("delivered without a success")
				}
			case Failed:
				if o.OK() || d.Attempt <= len(schedule) {
					t.Fatal("given up early")
				}
			}
			if d := e.DueAt.Sub(now); d > longestWait+longestWait/10 {
				t.Fatalf("waits %s", d)
			}
			if d.State != Waiting {
				d = Delivery{State: Waiting}
			}
			now = maxTime(maxTime(e.DueAt, d.DueAt), now).Add(time.Second)
			if e.State != On {
				return
			}
		}
	})
}

func TestPatterns(t *testing.T) {
	for text, want := range map[string]string{"": "[*]", "ticket.*": "[ticket.*]", "Ticket.Assigned, ticket.assigned\norder.*": "[order.* ticket.assigned]", "*": "[*]"} {
		got, err := Patterns(text)
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, bad := range []string{"ticket", "tick*", "*.opened", "ticket.eaten", "person.signed_in", "**", "ticket.**"} {
		if _, err := Patterns(bad); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if Match([]string{"ticket.*"}, "tickets.x") || !Match([]string{"ticket.*"}, "ticket.opened") || Match(nil, "ticket.opened") {
		t.Error("patterns match otherwise")
	}
}

func TestPayload(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 890_000_000, time.UTC)
	e := event.Event{
		ID: 1 << 55, Kind: "ticket.snoozed", At: at, ActorKind: "agent", ActorID: 1 << 54, ActorName: "Ada", Subject: event.Subject{Kind: "ticket", ID: 1<<53 + 1}, TicketID: 1<<53 + 1,
		Data: json.RawMessage(`{"number":12,"from":0,"until":1772600000123,"wake":true,"was_wake":false,"secret":"x"}`),
	}
	m, err := Payload(e)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"type":"ticket.snoozed","timestamp":"2026-03-04T05:06:07.89Z","data":{"event":"evt_0100000000000","actor":{"kind":"agent","id":"per_00g0000000000","name":"Ada"},` +
		`"subject":{"kind":"ticket","id":"tkt_0080000000001"},"ticket":"tkt_0080000000001","details":{"from":null,"number":12,"until":"2026-03-04T04:53:20.123Z","wake":true}}}`
	if string(got) != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	e.Kind, e.ActorKind, e.ActorID, e.TicketID, e.Subject = "customer.merged", "system", 0, 0, event.Subject{Kind: "customer", ID: 2}
	e.Data = json.RawMessage(`{"from":1,"into":2,"identities":[9],"orders":[3,4],"tickets":null}`)
	if m, err = Payload(e); err != nil {
		t.Fatal(err)
	}
	if got, err = json.Marshal(m.Data); err != nil || string(got) != `{"event":"evt_0100000000000","actor":{"kind":"system","id":null,"name":"Ada"},"subject":{"kind":"customer","id":"cus_0000000000002"},"ticket":null,`+
		`"details":{"from":"cus_0000000000001","into":"cus_0000000000002","orders":["ord_0000000000003","ord_0000000000004"],"tickets":[]}}` {
		t.Errorf("%s, %v", got, err)
	}
	e.Kind = "person.signed_in"
	if _, err := Payload(e); !errs.Is(err, errs.Unsupported) {
		t.Errorf("%v", err)
	}
}

func TestExcerpt(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		" ok\n\x00\x1b[31mred\xff ": "ok [31mred",
		"card 4111 1111 1111 1111":  "card •••• 1111",
		`{"got":"whsec_abcdef=="}`:  `{"got":"whsec_..."}`,
		"whsec_a whsec_b":           "whsec_... whsec_...",
	} {
		if got := Excerpt([]byte(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := Excerpt([]byte(strings.Repeat("é", 5000))); len(got) > maxAnswer {
		t.Errorf("%d bytes", len(got))
	}
}
