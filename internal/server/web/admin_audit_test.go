package web

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/platform/audit"
	"godwit.dev/godwit/internal/platform/auth"
)

// TestAuditPage shows who did what from where, narrows it, pages through it, and
// leads to the objects.
func TestAuditPage(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := d.as("owner@acme.example")
	b.post("/admin/teams", "name", "Night shift").to()
	b.post("/admin/tokens", "name", "=HYPERLINK(1)", "scopes", "tickets.read", "expires", "30").want(http.StatusOK)
	d.as("lead@acme.example").post("/admin/teams", "name", "Night owls").to()
	page := b.get("/admin/audit").want(http.StatusOK, "Signed in", "Night shift", "Made the token", "Unbroken through #", "Anchored at #1", "127.0.0.1")
	if !strings.Contains(page.body, `href="/admin/tokens"`) || !strings.Contains(page.body, "subject=team.") {
		t.Error("no way to the object or to its trail")
	}
	lead := id64(m.people[auth.Lead].ID)
	b.get("/admin/audit?person="+lead).want(http.StatusOK, "Night owls").lacks("Night shift", "HYPERLINK")
	b.get("/admin/audit?kind=token").want(http.StatusOK, "HYPERLINK").lacks("Night shift", "Night owls")
	b.get("/admin/audit?kind=team.saved&person="+lead).want(http.StatusOK, "Night owls").lacks("Night shift")
	b.get("/admin/audit?subject=team."+id64(m.team.ID)).want(http.StatusOK, "Only Returns").lacks("Night shift", "Night owls")
	day := time.Now().UTC()
	b.get("/admin/audit?from="+day.AddDate(0, 0, 1).Format(time.DateOnly)).want(http.StatusOK, "Nothing of that kind")
	b.get("/admin/audit?until="+day.Format(time.DateOnly)+"&from="+day.Format(time.DateOnly)).want(http.StatusOK, "Night shift")
	for _, bad := range []string{"kind=ticket", "kind=token.", "person=x", "subject=team.", "subject=team.-1"} {
		b.get("/admin/audit?" + bad).want(http.StatusNotFound)
	}
	b.post("/admin/audit/check").to()
	b.get("/admin/audit").want(http.StatusOK, "The chain is unbroken through")
	d.as("lead@acme.example").get("/admin/audit").want(http.StatusForbidden)

	// A custom role may read it, and sees links to what it may open alone.
	role, err := d.auth.SaveRole(context.Background(), m.owner, auth.CustomRole{Name: "Auditor", Permissions: []auth.Permission{auth.ReadAudit}})
	must(t, err)
	auditor := d.as(d.member(m, "auditor", role.Key))
	if a := auditor.get("/admin/audit").want(http.StatusOK, "Night shift"); strings.Contains(a.body, `href="/admin/tokens"`) {
		t.Error("the auditor is led to the tokens")
	}

	// Pages lead through the whole, newest first, none twice.
	for range 60 {
		_, err := d.auth.SaveTeam(context.Background(), m.owner, auth.Team{Name: "T " + id64(time.Now().UnixNano())})
		must(t, err)
	}
	seen, next := map[string]bool{}, "/admin/audit"
	for next != "" {
		a := b.get(next).want(http.StatusOK)
		for _, href := range a.attrs("href") {
			if u, err := url.Parse(href); err == nil && strings.HasPrefix(u.Query().Get("subject"), "team.") {
				seen[u.Query().Get("subject")] = true
			}
		}
		next = ""
		for _, href := range a.attrs("href") {
			if strings.Contains(href, "before=") {
				next = href
			}
		}
	}
	if len(seen) != 63 {
		t.Errorf("%d teams in the trail, want 63", len(seen))
	}
}

// TestAuditPageFindsATamperedRow changes the journal past the program.
func TestAuditPageFindsATamperedRow(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := d.as("owner@acme.example")
	b.get("/admin/audit").want(http.StatusOK, "Unbroken through")
	write, _ := d.store.Pools()
	_, err := write.Exec(`UPDATE event SET actor_name='Nobody' WHERE workspace_id=?1 AND kind='team.saved'`, int64(m.workspace.ID))
	must(t, err)
	b.post("/admin/audit/check").to()
	b.get("/admin/audit").want(http.StatusOK, "The chain is broken", "the entry says something else now", "run godwit doctor").lacks("Unbroken")
}

// TestAuditExport takes the trail out, in both forms, after a proof.
func TestAuditExport(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := d.as("owner@acme.example")
	b.post("/admin/tokens", "name", "=HYPERLINK(1)", "scopes", "tickets.read", "expires", "30").want(http.StatusOK)
	for range 2 * audit.MaxPage / 10 {
		_, err := d.auth.SaveTeam(context.Background(), m.owner, auth.Team{Name: "T " + id64(time.Now().UnixNano())})
		must(t, err)
	}
	a := b.post("/admin/audit/export", "format", "jsonl").want(http.StatusOK)
	if a.header.Get("Content-Type") != "application/jsonl" || !strings.HasPrefix(a.header.Get("Content-Disposition"), `attachment; filename="godwit-audit-`) {
		t.Errorf("%v", a.header)
	}
	lines := strings.Split(strings.TrimSpace(a.body), "\n")
	var first, last audit.Line
	must(t, json.Unmarshal([]byte(lines[0]), &first))
	must(t, json.Unmarshal([]byte(lines[len(lines)-1]), &last))
	if first.Kind != "audit.exported" || last.Seq != 1 || int64(len(lines)) != first.Seq {
		t.Errorf("%d lines, from %s #%d to #%d", len(lines), first.Kind, first.Seq, last.Seq)
	}
	table, err := csv.NewReader(strings.NewReader(b.post("/admin/audit/export", "format", "csv", "kind", "token").want(http.StatusOK).body)).ReadAll()
	must(t, err)
	if len(table) != 2 || table[1][3] != "token.created" || len(table[0]) != len(audit.Columns()) {
		t.Errorf("%v", table)
	}
	if empty := b.post("/admin/audit/export", "format", "csv", "kind", "dispute").want(http.StatusOK).body; strings.Count(empty, "\n") != 1 {
		t.Errorf("%q", empty)
	}
	// Without a fresh proof the browser is asked for one, and nothing leaves.
	d.age(20 * time.Minute)
	b.post("/admin/audit/export", "format", "csv").want(http.StatusForbidden).lacks("token.created")
	if still := (audit.Line{Actor: "=1+1"}).Cells()[4]; still != "'=1+1" {
		t.Errorf("a formula leaves as %q", still)
	}
}
