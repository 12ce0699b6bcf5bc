package api

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestFaultChildOfAnotherTicket names what belongs to one ticket under another of
// the same workspace, in the path and in the body: it does not exist there.
func TestFaultChildOfAnotherTicket(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	ofTicket := map[string]bool{"ticketSplit": true, "ticketUndo": true}
	tried := 0
	for _, op := range allOperations() {
		child := strings.Contains(op.path, "{message}") || strings.Contains(op.path, "{side}")
		if !strings.HasPrefix(op.path, "/tickets/{ticket}/") || !child && !ofTicket[op.id] {
			continue
		}
		tried++
		t.Run(op.id, func(t *testing.T) {
			w.t = t
			real := m.stage(op.id)
			w.late += 10 * time.Second
			other := m.stage(op.id)
			real[sample(aTicket{}, false)] = other[sample(aTicket{}, false)]
			m.news()
			path, body := op.request(real)
			a := w.call(op.method, path, m.secret, body)
			if a.status != http.StatusNotFound && (child || a.status != http.StatusUnprocessableEntity) {
				t.Errorf("%s %s %s: %d %.300s", op.method, path, body, a.status, a.body)
			}
			if len(m.news()) > 0 {
				t.Error("something has happened")
			}
		})
	}
	w.t = t
	if tried < 10 {
		t.Errorf("only %d operations name a child of a ticket", tried)
	}
}

// TestFaultForgedProxyHeaders sends what only a trusted proxy could vouch for, in
// the place of a token: nobody is let in by it.
func TestFaultForgedProxyHeaders(t *testing.T) {
	w := sqlite(t)
	w.found("Acme")
	for _, name := range []string{
		"X-Remote-User", "Remote-User", "X-Forwarded-User", "X-Forwarded-Email", "X-Auth-Request-Email", "X-Webauth-User", "Cf-Access-Authenticated-User-Email", "X-Api-Key",
		"X-Godwit-Token", "X-Workspace", "X-Client-Cert-Dn",
	} {
		w.call("GET", Prefix+"/me", "", "", name, "owner@acme.example").problem(http.StatusUnauthorized, "token_missing")
	}
	w.call("GET", Prefix+"/me", "", "", "X-Original-Url", "/healthz", "X-Rewrite-Url", "/healthz", "X-Http-Method-Override", "OPTIONS").problem(http.StatusUnauthorized, "token_missing")
}
