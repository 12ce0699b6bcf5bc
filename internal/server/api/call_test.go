package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/rate"
	"godwit.dev/godwit/internal/platform/once"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func TestRefusalsNameFieldAndFix(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	real := m.stage("ticketUpdate")
	path := staged(Prefix+"/tickets/"+sample(aTicket{}, false), real)

	p := w.call("PATCH", path, m.secret, `{"status": "gone", "colour": 1, "tags": ["a", 7], "assignee_id": "tem_0"}`).problem(http.StatusUnprocessableEntity, "invalid")
	fields := map[string]ProblemField{}
	for _, f := range p.Errors {
		fields[f.Field] = f
	}
	for _, name := range []string{"/status", "/colour", "/tags/1", "/assignee_id"} {
		if f := fields[name]; f.Message == "" || f.In != "body" {
			t.Errorf("%s is not named: %+v", name, p.Errors)
		}
	}
	if fields["/colour"].Fix == "" || fields["/assignee_id"].Fix == "" {
		t.Errorf("no fix: %+v", p.Errors)
	}
	p = w.call("PATCH", path, m.secret, `{"assignee_id": "`+staged(sample(aTeam{}, false), real)[:0]+`per_00000000000zz"}`).problem(http.StatusUnprocessableEntity, "assignee")
	if len(p.Errors) != 1 || p.Errors[0].Field != "/assignee" && p.Errors[0].Field != "/assignee_id" || p.Errors[0].Fix == "" {
		t.Errorf("%+v", p.Errors)
	}
	w.call("PATCH", path, m.secret, `{"status": `).problem(http.StatusBadRequest, "body")
	w.call("PATCH", path, m.secret, `status=open`, "Content-Type", "application/x-www-form-urlencoded").problem(http.StatusUnsupportedMediaType, "media_type")
	w.call("PATCH", path, m.secret, `{"subject": "`+strings.Repeat("x", plain)+`"}`).problem(http.StatusRequestEntityTooLarge, "too_large")
	p = w.call("GET", Prefix+"/tickets?limit=9000&colour=1", m.secret, "").problem(http.StatusUnprocessableEntity, "invalid")
	if len(p.Errors) == 0 || p.Errors[0].In != "query" {
		t.Errorf("%+v", p.Errors)
	}
	p = w.call("GET", Prefix+"/tickets?fields=id,secret", m.secret, "").problem(http.StatusUnprocessableEntity, "")
	if len(p.Errors) != 1 || p.Errors[0].Field != "fields" || p.Errors[0].In != "query" {
		t.Errorf("%+v", p.Errors)
	}
	w.call("GET", Prefix+"/tickets?cursor=nonsense", m.secret, "").problem(http.StatusUnprocessableEntity, "cursor")
	if p := w.call("GET", path+"x", m.secret, "", "Accept-Language", "ru").problem(http.StatusNotFound, ""); !strings.Contains(p.Detail, "записи") {
		t.Errorf("not in Russian: %s", p.Detail)
	}
}

func TestPagesLeadThroughTheWholeList(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	for range 4 {
		m.stage("")
	}
	for _, path := range []string{"/tickets?view=all&sort=oldest", "/customers", "/orders", "/macros", "/teams", "/people", "/tokens", "/tickets/search?q=parcel"} {
		whole := read[Page[map[string]any]](w.call("GET", Prefix+path+glue(path)+"limit=200", m.secret, "").want(200))
		if whole.NextCursor != nil || len(whole.Data) < 4 {
			t.Fatalf("%s: %d records, cursor %v", path, len(whole.Data), whole.NextCursor)
		}
		var got []map[string]any
		next := Prefix + path + glue(path) + "limit=3"
		for next != "" {
			a := w.call("GET", next, m.secret, "").want(200)
			p := read[Page[map[string]any]](a)
			got = append(got, p.Data...)
			link := a.header.Get("Link")
			next = ""
			if (link != "") != (p.NextCursor != nil) {
				t.Fatalf("%s: Link %q, cursor %v", path, link, p.NextCursor)
			}
			if link != "" {
				next = strings.TrimSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
			}
			if len(got) > len(whole.Data) {
				t.Fatalf("%s: more records in pages than in one", path)
			}
		}
		if len(got) != len(whole.Data) {
			t.Errorf("%s: %d records in pages, %d in one", path, len(got), len(whole.Data))
		}
	}
}

func glue(path string) string {
	if strings.Contains(path, "?") {
		return "&"
	}
	return "?"
}

func TestVersionsGuardUpdates(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	real := m.stage("")
	for path, body := range map[string]string{
		"/tickets/" + sample(aTicket{}, false):     `{"subject": "Another subject"}`,
		"/customers/" + sample(aCustomer{}, false): `{"tier": "gold"}`,
		"/macros/" + sample(aMacro{}, false):       `{"name": "Another name"}`,
		"/teams/" + sample(aTeam{}, false):         `{"name": "Another team"}`,
		"/views/" + sample(aView{}, false):         `{"name": "Another view", "condition": {"field": "unread", "op": "is", "value": "1"}}`,
		"/me":                                      `{"signature": "Another"}`,
	} {
		path = Prefix + staged(path, real)
		method := "PATCH"
		if strings.Contains(path, "/macros/") || strings.Contains(path, "/teams/") || strings.Contains(path, "/views/") {
			method = "PUT"
		}
		tag := w.call("GET", path, m.secret, "").want(200).header.Get("ETag")
		if a := w.call("GET", path, m.secret, "", "If-None-Match", tag); tag == "" || a.status != http.StatusNotModified || a.body != "" {
			t.Errorf("%s: tag %q, %d %s", path, tag, a.status, a.body)
		}
		w.call(method, path, m.secret, body, "If-Match", `"old"`).problem(http.StatusPreconditionFailed, "changed")
		w.call(method, path, m.secret, body, "If-Match", tag).want(200)
		w.call(method, path, m.secret, strings.Replace(body, "Another", "Third", 1), "If-Match", tag).problem(http.StatusPreconditionFailed, "changed")
		if w.call("GET", path, m.secret, "", "If-None-Match", tag).status != 200 {
			t.Errorf("%s: the old tag still holds", path)
		}
	}
}

// An update of several properties is done whole or not at all.
func TestUpdatesAreWhole(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	path := Prefix + "/tickets/" + staged(sample(aTicket{}, false), m.stage(""))
	before := w.call("GET", path, m.secret, "").want(200).body
	w.call("PATCH", path, m.secret, `{"subject": "changed", "assignee_id": "per_00000000000zz"}`).problem(http.StatusUnprocessableEntity, "assignee")
	if after := w.call("GET", path, m.secret, "").body; after != before {
		t.Errorf("half of an update stayed: %s", after)
	}
	c := read[TicketChange](w.call("PATCH", path, m.secret, `{"subject": "changed", "priority": "low", "tags": ["x"]}`).want(200))
	if len(c.Events) != 3 || c.Ticket.Subject != "changed" || c.Ticket.Priority != "low" {
		t.Errorf("%+v", c)
	}
	for i := len(c.Events) - 1; i >= 0; i-- {
		w.call("POST", path+"/undo", m.secret, `{"event_id": "`+string(c.Events[i])+`"}`).want(200)
	}
	w.call("PATCH", path, m.secret, `{"assignee_id": null, "snoozed_until": null}`).want(200)
}

func TestPartsAndIncludes(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	path := Prefix + "/tickets/" + staged(sample(aTicket{}, false), m.stage(""))
	if body := w.call("GET", path+"?fields=number,id", m.secret, "").want(200).body; !strings.HasPrefix(body, `{"id":"tkt_`) || strings.Count(body, ":") != 2 {
		t.Errorf("%s", body)
	}
	x := read[Ticket](w.call("GET", path+"?include=messages,customer,sides,recipients", m.secret, "").want(200))
	if x.Messages == nil || len(*x.Messages) < 3 || x.Customer == nil || x.Sides == nil || len(*x.Sides) != 1 || x.Recipients == nil {
		t.Errorf("%+v", x)
	}
	if x := read[Ticket](w.call("GET", path, m.secret, "").want(200)); x.Messages != nil || x.Customer != nil {
		t.Error("included unasked")
	}
	w.call("GET", path+"?include=customer", m.token("tickets.read"), "").problem(http.StatusForbidden, "scope_missing")
	w.call("GET", path+"?include=everything", m.secret, "").problem(http.StatusUnprocessableEntity, "")
	list := read[Page[map[string]any]](w.call("GET", Prefix+"/tickets?fields=id,subject", m.secret, "").want(200))
	if len(list.Data) == 0 || len(list.Data[0]) != 2 {
		t.Errorf("%v", list.Data)
	}
}

// The same key gives the same answer and does nothing twice, on both databases.
func TestKeysMakeRepeatsHarmless(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		m := w.found("Acme")
		path := Prefix + "/tickets/" + staged(sample(aTicket{}, false), m.stage(""))
		count := func() int64 { return read[Ticket](w.call("GET", path, m.secret, "").want(200)).MessageCount }
		was := count()
		first := w.call("POST", path+"/notes", m.secret, `{"body": "once"}`, "Idempotency-Key", "k1").want(201)
		again := w.call("POST", path+"/notes", m.secret, `{"body": "once"}`, "Idempotency-Key", "k1").want(201)
		if again.body != first.body || again.header.Get("Idempotent-Replayed") != "true" || first.header.Get("Idempotent-Replayed") != "" || count() != was+1 {
			t.Errorf("%s\n%s, %d notes", first.body, again.body, count()-was)
		}
		if again.header.Get("ETag") != first.header.Get("ETag") || again.header.Get("Content-Type") != first.header.Get("Content-Type") {
			t.Error("the headers differ")
		}
		p := w.call("POST", path+"/notes", m.secret, `{"body": "another"}`, "Idempotency-Key", "k1").problem(http.StatusUnprocessableEntity, "key_reused")
		if p.Errors[0].In != "header" {
			t.Errorf("%+v", p.Errors)
		}
		w.call("POST", path+"/notes", m.token("tickets.read", "tickets.write"), `{"body": "once"}`, "Idempotency-Key", "k1").problem(http.StatusUnprocessableEntity, "key_reused")
		// A refusal changed nothing and is not kept.
		w.call("POST", path+"/notes", m.secret, `{"body": " "}`, "Idempotency-Key", "k2").problem(http.StatusUnprocessableEntity, "note_empty")
		w.call("POST", path+"/notes", m.secret, `{"body": "now"}`, "Idempotency-Key", "k2").want(201)
		// Another workspace's key of the same name is another key.
		other := w.found("Zebrawood")
		w.call("POST", Prefix+"/tags", other.secret, `{"name": "x"}`, "Idempotency-Key", "k1").want(201)
		w.call("POST", path+"/notes", m.secret, `{"body": "x"}`, "Idempotency-Key", strings.Repeat("k", 300)).problem(http.StatusUnprocessableEntity, "key_long")
	})
}

// faulty fails after the effect and before the answer is kept, like a machine
// that loses power there; lost fails after both, like a line that breaks.
type faulty struct {
	*store.Store
	crash bool
}

func (f *faulty) AddAnswer(ctx context.Context, k once.Kept, forget time.Time) error {
	if f.crash {
		return errors.New("the power failed")
	}
	return f.Store.AddAnswer(ctx, k, forget)
}

func TestKeysSurviveACrash(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		m := w.found("Acme")
		cut := &faulty{Store: s, crash: true}
		cfg := w.config()
		cfg.Store = cut
		w.server.Close()
		w.server = httptest.NewServer(New(cfg))
		path := Prefix + "/tickets/" + staged(sample(aTicket{}, false), m.stage(""))
		was := read[Ticket](w.call("GET", path, m.secret, "").want(200)).MessageCount
		w.call("POST", path+"/reply", m.secret, `{"body": "hello"}`, "Idempotency-Key", "k").problem(http.StatusInternalServerError, "internal")
		if n := read[Ticket](w.call("GET", path, m.secret, "").want(200)).MessageCount; n != was {
			t.Fatalf("the effect stayed without its answer: %d messages, were %d", n, was)
		}
		cut.crash = false
		first := w.call("POST", path+"/reply", m.secret, `{"body": "hello"}`, "Idempotency-Key", "k").want(201)
		// The answer got lost on the way, and the process died with it.
		w.server.Close()
		w.server = httptest.NewServer(New(w.config()))
		again := w.call("POST", path+"/reply", m.secret, `{"body": "hello"}`, "Idempotency-Key", "k").want(201)
		if again.body != first.body || again.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("%s\n%s", first.body, again.body)
		}
		if n := read[Ticket](w.call("GET", path, m.secret, "").want(200)).MessageCount; n != was+1 {
			t.Errorf("%d replies", n-was)
		}
	})
}

// Many who send one request at once: it is done once, and whoever does not get
// its answer is told to come again.
func TestKeysMeetAtOnce(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		m := w.found("Acme")
		second := httptest.NewServer(New(w.config())) // another node
		defer second.Close()
		path := Prefix + "/tickets/" + staged(sample(aTicket{}, false), m.stage(""))
		was := read[Ticket](w.call("GET", path, m.secret, "").want(200)).MessageCount
		var wg sync.WaitGroup
		var mu sync.Mutex
		bodies, busy := map[string]int{}, 0
		for i := range 12 {
			node := []*httptest.Server{w.server, second}[i%2]
			wg.Go(func() {
				req, _ := http.NewRequest("POST", node.URL+path+"/notes", strings.NewReader(`{"body": "once"}`))
				req.Header.Set("Authorization", "Bearer "+m.secret)
				req.Header.Set("Content-Type", "application/json")
				req.Header.Set("Idempotency-Key", "same")
				res, err := node.Client().Do(req)
				if err != nil {
					t.Error(err)
					return
				}
				defer func() { _ = res.Body.Close() }()
				var b bytes.Buffer
				_, _ = b.ReadFrom(res.Body)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case res.StatusCode == 201:
					bodies[b.String()]++
				case res.StatusCode == 409 && res.Header.Get("Retry-After") != "":
					busy++
				default:
					t.Errorf("%d %s", res.StatusCode, b.String())
				}
			})
		}
		wg.Wait()
		if len(bodies) != 1 {
			t.Errorf("%d different answers, %d were told to come again", len(bodies), busy)
		}
		if n := read[Ticket](w.call("GET", path, m.secret, "").want(200)).MessageCount; n != was+1 {
			t.Errorf("%d notes", n-was)
		}
	})
}

// One ticket of many that refuses must not leave half a change in the answer's
// transaction.
func TestBulkKeepsRefusalsApart(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		m := w.found("Acme")
		real := m.stage("ticketFollowUp") // the first ticket is closed
		a := w.call("POST", Prefix+"/tickets/bulk", m.secret, staged(`{"ticket_ids": ["`+sample(aTicket{}, false)+`", "`+sample(aTicket{}, true)+`"], "status": "solved"}`, real), "Idempotency-Key", "b")
		out := read[BulkOutcome](a.want(200))
		if len(out.Done) != 1 || len(out.Refused) != 1 || out.Refused[0].Code != "status_move" || out.Done[0].EventID == nil {
			t.Fatalf("%s", a.body)
		}
		w.call("POST", Prefix+"/tickets/bulk/undo", m.secret, `{"event_ids": ["`+string(*out.Done[0].EventID)+`"]}`).want(200)
		w.call("POST", Prefix+"/tickets/bulk", m.secret, staged(`{"ticket_ids": ["`+sample(aTicket{}, false)+`"]}`, real)).problem(http.StatusUnprocessableEntity, "one_verb")
	})
}

func TestRateIsLimitedPerToken(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	cfg := w.config()
	start := time.Now()
	cfg.Now = func() time.Time { return start.Add(w.late) }
	cfg.Rate = rate.Rate{PerMinute: 60, Burst: 3}
	w.server.Close()
	w.server = httptest.NewServer(New(cfg))
	for i := range 3 {
		a := w.call("GET", Prefix+"/me", m.secret, "").want(200)
		if left, _ := strconv.Atoi(a.header.Get("RateLimit-Remaining")); left != 2-i || a.header.Get("RateLimit-Limit") != "3" || a.header.Get("RateLimit-Reset") == "" {
			t.Errorf("%v", a.header)
		}
	}
	a := w.call("GET", Prefix+"/me", m.secret, "")
	if a.problem(http.StatusTooManyRequests, "rate"); a.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
	w.call("GET", Prefix+"/me", m.token("tickets.read"), "").want(200)
	w.late += time.Second
	w.call("GET", Prefix+"/me", m.secret, "").want(200)
}

func TestAnswersAreSafe(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	real := m.stage("")
	a := w.call("GET", Prefix+"/tickets", m.secret, "", "Origin", "https://evil.example", "Cookie", "godwit=x", "Accept-Encoding", "gzip").want(200)
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "", "Set-Cookie": "", "Content-Encoding": "gzip",
		"Referrer-Policy": "no-referrer", "Content-Disposition": `attachment; filename="api.json"`,
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	cfg := w.config()
	cfg.Secure = true
	rec := httptest.NewRecorder()
	New(cfg).ServeHTTP(rec, httptest.NewRequest("GET", Prefix+"/me", nil))
	if rec.Header().Get("Strict-Transport-Security") == "" || rec.Code != 401 {
		t.Errorf("%d %v", rec.Code, rec.Header())
	}
	// A session of the console opens nothing here.
	session, _, err := w.auth.SignIn(context.Background(), "owner@acme.example", password, "127.0.0.1", "test")
	must(t, err)
	w.call("GET", Prefix+"/me", "", "", "Cookie", "godwit="+session).problem(http.StatusUnauthorized, "token_missing")
	w.call("GET", Prefix+"/me", session, "").problem(http.StatusUnauthorized, "token_bad")
	// What came from outside is a download, and its layout holds no script.
	path := Prefix + "/tickets/" + staged(sample(aTicket{}, false)+"/messages/"+sample(aMessage{}, false), real)
	file := w.call("GET", path+"/files/label.txt", m.secret, "").want(200)
	if !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment") || !strings.Contains(file.header.Get("Content-Security-Policy"), "sandbox") || file.body != "label of Acme" {
		t.Errorf("%v %s", file.header, file.body)
	}
	if html := w.call("GET", path+"/html", m.secret, "").want(200).body; strings.Contains(html, "alert") {
		t.Errorf("%s", html)
	}
	// A child under another parent does not exist.
	w.call("GET", Prefix+"/tickets/"+staged(sample(aTicket{}, true)+"/messages/"+sample(aMessage{}, false), real), m.secret, "").problem(http.StatusNotFound, "")
	// Secrets go in and never come out.
	box := `{"address": "s@acme.example", "in": {"kind": "off"}, "out": {"kind": "smtp", "host": "a.example", "port": 25}, "secrets": {"out_password": "hunter2hunter2"}}`
	made := w.call("POST", Prefix+"/mailboxes", m.secret, box).want(201)
	got := w.call("GET", Prefix+"/mailboxes/"+string(read[Mailbox](made).ID), m.secret, "").want(200)
	if strings.Contains(made.body+got.body, "hunter2") || !read[Mailbox](got).Secrets.OutPassword {
		t.Errorf("%s %s", made.body, got.body)
	}
}

func TestPanicsTellNothing(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	cfg := w.config()
	cfg.Tickets = nil
	w.server.Close()
	w.server = httptest.NewServer(New(cfg))
	a := w.call("GET", Prefix+"/tickets", m.secret, "")
	if a.problem(http.StatusInternalServerError, "internal"); strings.Contains(a.body, "nil") || !strings.Contains(w.log.String(), "panicked") {
		t.Errorf("%s", a.body)
	}
}

func TestReferenceIsReadable(t *testing.T) {
	w := sqlite(t)
	a := w.call("GET", docsPath, "", "").want(200)
	for _, op := range allOperations() {
		if !strings.Contains(a.body, `id="`+op.id+`"`) {
			t.Errorf("%s is not in the reference", op.id)
		}
	}
	if strings.Contains(a.body, "<script") || strings.Contains(a.body, "style=") || !strings.Contains(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error("the reference must do without scripts and inline styles")
	}
	for _, k := range problemKinds() {
		if !strings.Contains(a.body, `id="problem-`+strings.ReplaceAll(k.name, "_", "-")+`"`) {
			t.Errorf("%s is not explained", k.name)
		}
	}
	found := w.call("GET", docsPath+"?q=snooze+bulk", "", "").want(200)
	if !strings.Contains(found.body, `id="ticketBulk"`) && strings.Contains(found.body, `id="tokenList"`) {
		t.Error("the search does not narrow")
	}
	w.call("GET", stylePath, "", "").want(200)
	w.call("GET", Prefix+"/openapi.json", "", "").want(200)
}

// The journal is followed without a gap and without repeats.
func TestJournalIsFollowed(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	m.stage("")
	w.late += 10 * time.Second
	var seen []Event
	next := Prefix + "/events?limit=3"
	for range 100 {
		p := read[Page[Event]](w.call("GET", next, m.secret, "").want(200))
		if p.NextCursor == nil {
			t.Fatal("no cursor")
		}
		next = Prefix + "/events?limit=3&cursor=" + *p.NextCursor
		if seen = append(seen, p.Data...); len(p.Data) == 0 {
			break
		}
	}
	for i := 1; i < len(seen); i++ {
		if seen[i].ID <= seen[i-1].ID {
			t.Fatalf("%s comes after %s", seen[i].ID, seen[i-1].ID)
		}
	}
	n := len(seen)
	m.stage("")
	if p := read[Page[Event]](w.call("GET", next, m.secret, "").want(200)); len(p.Data) != 0 {
		t.Error("an event that has not settled is shown")
	}
	w.late += 10 * time.Second
	if p := read[Page[Event]](w.call("GET", next, m.secret, "").want(200)); len(p.Data) != 3 || n == 0 {
		t.Errorf("%d new events after %d", len(p.Data), n)
	}
	for _, e := range read[Page[Event]](w.call("GET", Prefix+"/events?limit=200", m.token("tickets.read"), "").want(200)).Data {
		if !strings.HasPrefix(e.Kind, "ticket.") && !strings.HasPrefix(e.Kind, "macro.") && !strings.HasPrefix(e.Kind, "field.") {
			t.Errorf("%s is shown to a token for tickets", e.Kind)
		}
	}
}

func BenchmarkGetTicket(b *testing.B) {
	w := newWorld(b, storetest.SQLite(b))
	m := w.found("Acme")
	real := m.stage("")
	h := w.server.Config.Handler
	r := httptest.NewRequest("GET", Prefix+"/tickets/"+staged(sample(aTicket{}, false), real), nil)
	r.Header.Set("Authorization", "Bearer "+m.secret)
	ref := Ref[aTicket](staged(sample(aTicket{}, false), real))
	b.Run("api", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			if rec.Code != 200 {
				b.Fatal(rec.Body.String())
			}
		}
	})
	b.Run("domain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := w.tickets.Get(context.Background(), m.owner, TicketPath{ref}.id()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("token", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := w.auth.AuthenticateToken(context.Background(), m.secret); err != nil {
				b.Fatal(err)
			}
		}
	})
}
