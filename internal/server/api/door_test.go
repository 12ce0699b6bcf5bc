package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Every documented example is sent to a live door, and its answer must be as the
// description says.
func TestExamplesWork(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	spec := document()
	ops := operationsOf(spec.doc)
	for _, op := range allOperations() {
		t.Run(op.id, func(t *testing.T) {
			w.t = t
			path, body := op.request(m.stage(op.id))
			w.late += 10 * time.Second // the journal shows what has settled
			a := w.call(op.method, path, m.secret, body)
			o := ops[op.id]
			if a.status != o.DefaultStatus {
				t.Fatalf("%s %s answered %d, the description says %d: %.600s", op.method, path, a.status, o.DefaultStatus, a.body)
			}
			if op.handle.media != "" {
				if got := a.header.Get("Content-Type"); !strings.HasPrefix(got, op.handle.media) {
					t.Errorf("Content-Type is %s, the description says %s", got, op.handle.media)
				}
				return
			}
			if a.status == http.StatusNoContent {
				return
			}
			schema := o.Responses[statusText(a.status)].Content["application/json"].Schema
			if op.handle.query["fields"] && strings.Contains(path, "fields=") {
				return // a part of the record
			}
			res := &huma.ValidateResult{}
			huma.Validate(spec.doc.Components.Schemas, schema, huma.NewPathBuffer([]byte{}, 0), huma.ModeReadFromServer, read[any](a), res)
			for _, err := range res.Errors {
				t.Errorf("the answer is not as described: %v in %.300s", err, a.body)
			}
		})
	}
	w.t = t
}

func statusText(n int) string {
	return map[int]string{200: "200", 201: "201"}[n]
}

// Nobody passes without a good token, without a scope that the operation names,
// or with the records of another workspace. New operations are tried as well:
// the test knows them from the tables.
func TestNobodyPassesTheDoor(t *testing.T) {
	w := sqlite(t)
	ours, theirs := w.found("Acme"), w.found("Zebrawood")
	revoked := ours.token(auth.Permissions()...)
	for _, tok := range mustTokens(t, w, ours) {
		if strings.HasPrefix(revoked, tok.Prefix) {
			must(t, w.auth.RevokeToken(context.Background(), ours.owner, tok.ID))
		}
	}
	expired, _, err := w.auth.CreateToken(context.Background(), ours.proved(), auth.NewToken{Name: "old", Scopes: auth.Permissions(), ExpiresAt: w.now().Add(time.Minute)})
	must(t, err)
	w.late += 2 * time.Minute
	for _, op := range allOperations() {
		t.Run(op.id, func(t *testing.T) {
			w.t = t
			own := ours.stage(op.id)
			path, body := op.request(own)
			for name, secret := range map[string]string{"none": "", "bad": "gwt_nonsense", "session": "0123456789", "revoked": revoked, "expired": expired} {
				a := w.call(op.method, path, secret, body)
				if a.status != http.StatusUnauthorized || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
					t.Errorf("token %s: %d %s", name, a.status, a.body)
				}
			}
			for _, scope := range op.rule.scopes {
				rest := slices.DeleteFunc(auth.Permissions(), func(p auth.Permission) bool { return p == scope })
				p := w.call(op.method, path, ours.token(rest...), body).problem(http.StatusForbidden, "scope_missing")
				if !strings.Contains(p.Detail, string(scope)) {
					t.Errorf("without %s: the refusal does not say what is missing: %s", scope, p.Detail)
				}
			}
			w.foreign(t, op, ours, theirs, own)
		})
	}
	w.t = t
}

// foreign sends the records of another workspace in path, query and body, all at
// once and then one after another: nothing of theirs may come back or change.
func (w *world) foreign(t *testing.T, op operation, ours, theirs *merchant, own map[string]string) {
	strange := theirs.stage(op.id)
	theirs.news()
	tries := []map[string]string{strange}
	for k, v := range strange {
		if strings.Contains(k, "_") && len(k) == 17 && v != own[k] {
			mixed := map[string]string{}
			for name, id := range own {
				mixed[name] = id
			}
			mixed[k] = v
			tries = append(tries, mixed)
		}
	}
	seen := map[string]bool{}
	for _, real := range tries {
		path, body := op.request(real)
		if ownPath, ownBody := op.request(own); path == ownPath && body == ownBody || seen[path+body] {
			continue // no identifier of theirs in it
		}
		seen[path+body] = true
		a := w.call(op.method, path, ours.secret, body)
		mark := strings.ToLower(theirs.mark) // what was sent may come back
		if strings.Contains(strings.ToLower(a.body), mark) && !strings.Contains(strings.ToLower(path+body), mark) {
			t.Errorf("%s %s %s tells of another workspace: %d %s", op.method, path, body, a.status, a.body)
		}
		inPath := false
		for _, part := range strings.Split(op.samplePath(), "/") {
			if v := strange[part]; v != "" && strings.Contains(path, v) && len(part) == 17 {
				inPath = true
			}
		}
		if inPath && a.status != http.StatusNotFound && a.status != http.StatusForbidden && a.status != http.StatusUnprocessableEntity && a.status != http.StatusConflict {
			t.Errorf("%s %s of another workspace is answered with %d: %s", op.method, path, a.status, a.body)
		}
	}
	if changed := theirs.news(); len(changed) > 0 {
		t.Errorf("another workspace was changed: %s", changed[len(changed)-1].Kind)
	}
}

// news returns what the journal of a workspace has got since the last time.
func (m *merchant) news() []event.Event {
	list, err := m.w.store.EventsBetween(context.Background(), m.workspace.ID, 0, m.read, 1<<62, 1<<20)
	must(m.w.t, err)
	if n := len(list); n > 0 {
		m.read = list[n-1].ID
	}
	return list
}

func mustTokens(t *testing.T, w *world, m *merchant) []auth.Token {
	list, err := w.auth.Tokens(context.Background(), m.owner)
	must(t, err)
	return list
}

// A path that no operation knows, and a method that a path does not, are
// problems too.
func TestUnknownPathsAreProblems(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	for _, path := range []string{"/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/tickets", "/api/v1/nothing", "/api/v1/tickets/x/y/z"} {
		w.call("GET", path, m.secret, "").problem(http.StatusNotFound, "path")
	}
	a := w.call("DELETE", "/api/v1/tickets", m.secret, "")
	if a.problem(http.StatusMethodNotAllowed, "method"); a.header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow is %q", a.header.Get("Allow"))
	}
	for _, bad := range []string{"tkt_0", "x", "msg_00b5e7d1c4a2f", "tkt_zzzzzzzzzzzzz", "1"} {
		w.call("GET", "/api/v1/tickets/"+bad, m.secret, "").problem(http.StatusNotFound, "not_found")
	}
}
