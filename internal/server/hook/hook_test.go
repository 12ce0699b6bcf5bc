package hook_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	adapter "godwit.dev/godwit/internal/adapter/hook"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/webhook"
	door "godwit.dev/godwit/internal/server/hook"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

type house struct {
	*testing.T
	store   *store.Store
	service *hook.Service
	owner   auth.Actor
	server  *httptest.Server
	failing func() error // what the processor does
}

func newHouse(t *testing.T, s *store.Store) *house {
	t.Helper()
	h := &house{T: t, store: s, failing: func() error { return nil }}
	log := slog.New(slog.DiscardHandler)
	ids := id.NewSource(9, time.Now)
	h.owner = auth.Actor{Kind: auth.Agent, ID: 5, Name: "Ada", Role: auth.Owner, Workspace: storetest.Workspace(t, s)}
	h.service = hook.NewService(hook.Config{
		Store: s, Journal: s, Queue: s, IDs: ids, Now: time.Now, Log: log, Schemes: adapter.Schemes(),
		Processors: map[string]hook.Processor{hook.Journal: hook.JustTell, "odd": func(context.Context, hook.Connection, hook.Received) error { return h.failing() }},
	})
	h.server = httptest.NewServer(door.New(door.Config{Hooks: h.service, Now: time.Now, Log: log}))
	t.Cleanup(h.server.Close)
	return h
}

func (h *house) add(scheme, kind, secret string) hook.Connection {
	h.Helper()
	c, _, err := h.service.Add(h.Context(), h.owner, hook.New{Name: "Shop", Scheme: scheme, Kind: kind, Secret: secret})
	if err != nil {
		h.Fatal(err)
	}
	return c
}

func (h *house) post(path string, body []byte, pairs ...string) int {
	h.Helper()
	req, err := http.NewRequestWithContext(h.Context(), http.MethodPost, h.server.URL+path, bytes.NewReader(body))
	if err != nil {
		h.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		req.Header.Set(pairs[i], pairs[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.Fatal(err)
	}
	defer res.Body.Close()
	if text, err := io.ReadAll(res.Body); err != nil || len(text) > 0 {
		h.Errorf("the answer tells %q, %v", text, err)
	}
	return res.StatusCode
}

// run does the jobs that are due, as often as a runner would.
func (h *house) run() {
	h.Helper()
	jobs, err := h.store.Claim(h.Context(), hook.Queue, time.Now().Add(time.Hour), time.Now().Add(2*time.Hour), 100)
	if err != nil {
		h.Fatal(err)
	}
	for _, j := range jobs {
		if err := h.service.Process(h.Context(), j); err != nil {
			if err := h.store.Retry(h.Context(), j, time.Now(), j.Attempt >= j.MaxAttempts, err.Error()); err != nil {
				h.Fatal(err)
			}
			continue
		}
		if _, err := h.store.Finish(h.Context(), j, time.Now()); err != nil {
			h.Fatal(err)
		}
	}
}

const secret = "It's a Secret to Everybody"

var signed = []string{"X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", "X-GitHub-Event", "push"}

func with(key string) []string { return append([]string{"X-GitHub-Delivery", key}, signed...) }

func (h *house) events() []event.Event {
	h.Helper()
	list, err := h.store.EventsAfter(h.Context(), h.owner.Workspace, 0, 500)
	if err != nil {
		h.Fatal(err)
	}
	var out []event.Event
	for _, e := range list {
		if e.Kind == hook.Came {
			out = append(out, e)
		}
	}
	return out
}

func TestAHookIsStoredOnceAndProcessed(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		c := h.add("github", "", secret)
		body := []byte("Hello, World!")
		var together sync.WaitGroup
		for range 8 { // senders repeat, also at the same time
			together.Go(func() {
				if got := h.post(c.ID.Path(), body, with("d1")...); got != http.StatusOK {
					t.Errorf("status %d", got)
				}
			})
		}
		together.Wait()
		if got := h.post(c.ID.Path()+"/and/more", body, with("d2")...); got != http.StatusOK {
			t.Errorf("below: %d", got)
		}
		list, err := h.service.History(t.Context(), h.owner, c.ID, "", 0, 10)
		if err != nil || len(list) != 2 || list[0].Key != "d2" || list[0].Topic != "push" || list[0].State != hook.Waiting || list[0].Body != nil {
			t.Fatalf("%+v, %v", list, err)
		}
		one, err := h.service.Received(t.Context(), h.owner, c.ID, list[1].ID)
		if err != nil || !bytes.Equal(one.Body, body) || one.Size != int64(len(body)) {
			t.Errorf("%+v, %v", one, err)
		}
		if n := len(h.events()); n != 0 {
			t.Errorf("%d events before the job", n)
		}
		h.run()
		h.run()
		if n := len(h.events()); n != 2 {
			t.Errorf("%d events", n)
		}
		if err := h.service.Replay(t.Context(), h.owner, c.ID, one.ID); err != nil {
			t.Fatal(err)
		}
		h.run()
		if n := len(h.events()); n != 3 {
			t.Errorf("%d events after a replay", n)
		}
		if one, err = h.service.Received(t.Context(), h.owner, c.ID, one.ID); err != nil || one.State != hook.Done {
			t.Errorf("%s, %v", one.State, err)
		}
		m, err := webhook.Payload(h.events()[0])
		if err != nil || m.Data.Details["key"] != "d1" && m.Data.Details["key"] != "d2" || !strings.HasPrefix(m.Data.Details["connection"].(string), "hok_") {
			t.Errorf("%+v, %v", m, err)
		}
		if err := s.ForgetReceived(t.Context(), time.Now().Add(time.Hour), 10); err != nil {
			t.Fatal(err)
		}
		if list, err := h.service.History(t.Context(), h.owner, c.ID, "", 0, 10); err != nil || len(list) != 0 {
			t.Errorf("%d are kept, %v", len(list), err)
		}
	})
}

func TestWhatIsTurnedAway(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		c, off := h.add("github", "", secret), h.add("github", "", secret)
		yes := true
		if _, err := h.service.Change(t.Context(), h.owner, off.ID, hook.Update{Disabled: &yes}); err != nil {
			t.Fatal(err)
		}
		std := h.add("standard", "", "")
		old := webhook.NewSecret()
		stale, err := webhook.Request(t.Context(), "http://x/", "m1", time.Now().Add(-time.Hour), nil, old)
		if err != nil {
			t.Fatal(err)
		}
		known := h.add("standard", "", old.Reveal())
		headers := func(r *http.Request) (out []string) {
			for k := range r.Header {
				out = append(out, k, r.Header.Get(k))
			}
			return out
		}
		for name, x := range map[string]struct {
			path string
			body []byte
			h    []string
			want int
		}{
			"forged":       {c.ID.Path(), []byte("Hello, world!"), with("d1"), 401},
			"unsigned":     {c.ID.Path(), []byte("Hello, World!"), nil, 400},
			"garbage":      {c.ID.Path(), nil, []string{"X-Hub-Signature-256", "sha256=zz"}, 400},
			"stale":        {known.ID.Path(), nil, headers(stale), 400},
			"other secret": {std.ID.Path(), nil, headers(stale), 401},
			"oversized":    {c.ID.Path(), make([]byte, door.MaxBody+1), with("d1"), 413},
			"unknown":      {hook.ID(1 << 50).Path(), []byte("Hello, World!"), with("d1"), 404},
			"no name":      {"/hooks/12", []byte("Hello, World!"), with("d1"), 404},
			"switched off": {off.ID.Path(), []byte("Hello, World!"), with("d1"), 404},
		} {
			if got := h.post(x.path, x.body, x.h...); got != x.want {
				t.Errorf("%s: %d, want %d", name, got, x.want)
			}
		}
		res, err := http.Get(h.server.URL + c.ID.Path())
		if err != nil || res.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("GET: %v", err)
		}
		_ = res.Body.Close()
		if err := h.service.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := h.service.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		counts := map[hook.Reason]int64{}
		list, err := h.service.Refused(t.Context(), h.owner, c.ID)
		for _, r := range list {
			counts[r.Reason] += r.Count
		}
		if err != nil || counts[hook.Forged] != 1 || counts[hook.Malformed] != 2 || counts[hook.Oversized] != 1 {
			t.Errorf("%v, %v", counts, err)
		}
		for _, id := range []hook.ID{c.ID, off.ID, std.ID, known.ID} {
			if list, err := h.service.History(t.Context(), h.owner, id, "", 0, 10); err != nil || len(list) != 0 {
				t.Errorf("stored: %+v, %v", list, err)
			}
		}
	})
}

func TestAFailingProcessorIsTriedAgain(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		c := h.add("github", "odd", secret)
		h.failing = func() error { return errs.New(errs.Unavailable, "error.busy") }
		h.post(c.ID.Path(), []byte("Hello, World!"), with("d1")...)
		state := func() hook.Received {
			list, err := h.service.History(t.Context(), h.owner, c.ID, "", 0, 10)
			if err != nil || len(list) != 1 {
				t.Fatalf("%v, %v", list, err)
			}
			return list[0]
		}
		h.run()
		if r := state(); r.State != hook.Waiting || r.Attempt != 1 || r.Problem == "" {
			t.Errorf("%+v", r)
		}
		h.failing = func() error { return errs.New(errs.Invalid, "error.invalid") }
		h.run()
		if r := state(); r.State != hook.Failed {
			t.Errorf("%+v", r)
		}
		h.failing = func() error { return nil }
		if err := h.service.Replay(t.Context(), h.owner, c.ID, state().ID); err != nil {
			t.Fatal(err)
		}
		h.run()
		if r := state(); r.State != hook.Done || r.Problem != "" || len(h.events()) != 1 {
			t.Errorf("%+v", r)
		}
	})
}

func TestStrangersSeeNoHooks(t *testing.T) {
	s := storetest.SQLite(t)
	h := newHouse(t, s)
	c := h.add("github", "", secret)
	h.post(c.ID.Path(), []byte("Hello, World!"), with("d1")...)
	list, err := h.service.History(t.Context(), h.owner, c.ID, "", 0, 10)
	if err != nil || len(list) != 1 {
		t.Fatal(err)
	}
	foreign, agent, limited := h.owner, h.owner, h.owner
	foreign.Workspace, agent.Role, limited.Restricted = storetest.Workspace(t, s), auth.AgentRole, true
	for who, want := range map[*auth.Actor]errs.Kind{&foreign: errs.NotFound, &agent: errs.Denied, &limited: errs.Denied} {
		for name, call := range map[string]func() error{
			"connection": func() error { _, err := h.service.Connection(t.Context(), *who, c.ID); return err },
			"change":     func() error { _, err := h.service.Change(t.Context(), *who, c.ID, hook.Update{}); return err },
			"rotate":     func() error { _, err := h.service.Rotate(t.Context(), *who, c.ID, ""); return err },
			"delete":     func() error { return h.service.Delete(t.Context(), *who, c.ID) },
			"received":   func() error { _, err := h.service.Received(t.Context(), *who, c.ID, list[0].ID); return err },
			"replay":     func() error { return h.service.Replay(t.Context(), *who, c.ID, list[0].ID) },
		} {
			if err := call(); !errs.Is(err, want) {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
		}
	}
}
