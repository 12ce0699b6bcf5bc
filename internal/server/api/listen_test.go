package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// A listener hears what it asked for, is woken by it, and is answered when the
// process stops; it is one of the door's operations, with scope and rate.
func TestListen(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	bus, done := event.NewBus(), make(chan struct{})
	cfg := w.config()
	cfg.Bus, cfg.Done = bus, done
	w.server.Close()
	w.server = httptest.NewServer(New(cfg))
	path := Prefix + "/listen"
	w.call("GET", path, m.token(auth.ReadTickets), "").problem(http.StatusForbidden, "scope_missing")
	w.call("GET", path+"?kinds=ticket.eaten", m.secret, "").problem(http.StatusUnprocessableEntity, "webhook_kind")
	w.call("GET", path+"?after=tkt_0", m.secret, "").problem(http.StatusUnprocessableEntity, "cursor")
	w.call("GET", path+"?wait=900", m.secret, "").problem(http.StatusUnprocessableEntity, "invalid")
	a := w.call("GET", path+"?after=now", m.secret, "").want(200)
	if a.header.Get("RateLimit-Remaining") == "" || a.header.Get("RateLimit-Policy") == "" {
		t.Errorf("%v", a.header)
	}
	next := string(read[HeardList](a).Next)
	happen := func(kind string) {
		e := []event.Event{event.New(kind, m.owner, event.Subject{Kind: "ticket", ID: 1}, 1, map[string]any{"number": 1})}
		must(t, w.store.Append(context.Background(), e...))
		bus.Publish(e...)
	}
	heard := make(chan HeardList)
	wait := func(query string) {
		go func() { heard <- read[HeardList](w.call("GET", path+query, m.secret, "").want(200)) }()
	}
	wait("?kinds=ticket.*&wait=30&after=" + next)
	happen("macro.saved")
	happen("ticket.opened")
	if x := <-heard; len(x.Messages) != 1 || x.Messages[0].Type != "ticket.opened" || x.Messages[0].Data.Ticket == nil {
		t.Errorf("%+v", x)
	}
	all := read[HeardList](w.call("GET", path+"?after="+next, m.secret, "").want(200))
	if len(all.Messages) != 2 {
		t.Errorf("%+v", all)
	}
	wait("?wait=30&after=" + string(all.Next))
	close(done)
	if x := <-heard; len(x.Messages) != 0 || x.Next == "" {
		t.Errorf("%+v", x)
	}
}

// The trail over the door: pages, filters, and from where and by which token.
func TestAuditOverTheDoor(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	m.stage("")
	team := read[Team](w.call("POST", Prefix+"/teams", m.secret, `{"name": "Auditors"}`).want(201))
	one := read[Page[AuditEntry]](w.call("GET", Prefix+"/audit?subject_id="+string(team.ID), m.secret, "").want(200)).Data
	if len(one) != 1 || one[0].Kind != "team.saved" || one[0].Address != "127.0.0.1" || one[0].TokenID == nil || one[0].PersonID == nil || one[0].Hash == "" {
		t.Fatalf("%+v", one)
	}
	var last, n int64
	for next := Prefix + "/audit?limit=3"; next != ""; {
		p := read[Page[AuditEntry]](w.call("GET", next, m.secret, "").want(200))
		for _, e := range p.Data {
			if last != 0 && e.Number != last-1 {
				t.Fatalf("#%d comes after #%d", e.Number, last)
			}
			last, n = e.Number, n+1
		}
		next = ""
		if p.NextCursor != nil {
			next = Prefix + "/audit?limit=3&cursor=" + *p.NextCursor
		}
	}
	s := read[AuditState](w.call("GET", Prefix+"/audit/state", m.secret, "").want(200))
	if last != 1 || !s.Unbroken || s.Through != n || s.Anchor == nil {
		t.Errorf("%d entries down to #%d; %+v", n, last, s)
	}
	w.call("GET", Prefix+"/audit?kind=ticket", m.secret, "").problem(http.StatusUnprocessableEntity, "audit_kind")
	w.call("GET", Prefix+"/audit?subject_id=evt_1", m.secret, "").problem(http.StatusUnprocessableEntity, "audit_subject")
}

// Who made the token decides: a program hands out no scope that takes a proof.
func TestTokensMadeByTokensAreHarmless(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	p := w.call("POST", Prefix+"/tokens", m.secret, `{"name": "x", "scopes": ["tickets.read", "people.manage"]}`).problem(http.StatusUnprocessableEntity, "scope_grave")
	if len(p.Errors) != 1 || p.Errors[0].Field != "/scopes" {
		t.Errorf("%+v", p.Errors)
	}
	w.call("POST", Prefix+"/tokens", m.secret, `{"name": "x", "scopes": ["tickets.read"]}`).want(201)
}
