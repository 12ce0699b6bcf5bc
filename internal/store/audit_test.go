package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/platform/audit"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// happen writes n events that concern security, and as many that do not.
func happen(t *testing.T, s *store.Store, w auth.WorkspaceID, n int) {
	t.Helper()
	by := auth.Actor{Kind: auth.Agent, ID: 5, Name: "Anna \x00 \xff", Workspace: w}
	for i := range n {
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			return s.Append(ctx,
				event.New("token.created", by, event.Subject{Kind: "token", ID: int64(i)}, 0, map[string]any{"name": "b <é> \x00", "z": 1, "a": []any{1.5, nil, "x"}, "big": int64(1) << 60}),
				event.New("ticket.tags", by, event.Subject{Kind: "ticket", ID: int64(i)}, int64(i+1), nil))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func kindsOf(faults []audit.Fault) (out []audit.FaultKind) {
	for _, f := range faults {
		out = append(out, f.Kind)
	}
	return out
}

func TestTheChainFindsWhatWasChangedBehindItsBack(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		for name, c := range map[string]struct {
			do   []string // $W is the workspace
			want []audit.FaultKind
		}{
			"nothing":                        {nil, nil},
			"another event is nobody's loss": {[]string{`DELETE FROM event WHERE workspace_id=$W AND kind='ticket.tags'`}, nil},
			"data":                           {[]string{`UPDATE event SET data='{"name":"c"}' WHERE workspace_id=$W AND subject_id=3 AND kind='token.created'`}, []audit.FaultKind{audit.Changed}},
			"actor":                          {[]string{`UPDATE event SET actor_id=6 WHERE workspace_id=$W AND subject_id=3 AND kind='token.created'`}, []audit.FaultKind{audit.Changed}},
			"time":                           {[]string{`UPDATE event SET at=at+1 WHERE workspace_id=$W AND subject_id=3 AND kind='token.created'`}, []audit.FaultKind{audit.Changed}},
			"an event less":                  {[]string{`DELETE FROM event WHERE workspace_id=$W AND subject_id=3 AND kind='token.created'`}, []audit.FaultKind{audit.Missing}},
			"an event and its link less":     {[]string{`DELETE FROM event WHERE id=(SELECT event_id FROM audit_link WHERE workspace_id=$W AND seq=4)`, `DELETE FROM audit_link WHERE workspace_id=$W AND seq=4`}, []audit.FaultKind{audit.Gap}},
			"a link less":                    {[]string{`DELETE FROM audit_link WHERE workspace_id=$W AND seq=4`}, []audit.FaultKind{audit.Gap, audit.Unlinked}},
			"a link changed":                 {[]string{`UPDATE audit_link SET digest=(SELECT digest FROM audit_link WHERE workspace_id=$W AND seq=2) WHERE workspace_id=$W AND seq=4`}, []audit.FaultKind{audit.Broken, audit.Changed}},
			"the newest cut off": {[]string{`DELETE FROM event WHERE id=(SELECT event_id FROM audit_link WHERE workspace_id=$W AND seq=10)`,
				`DELETE FROM audit_link WHERE workspace_id=$W AND seq=10`}, []audit.FaultKind{audit.Cut}},
			"an event more": {[]string{`UPDATE event SET kind='token.created' WHERE workspace_id=$W AND kind='ticket.tags' AND subject_id=2`}, []audit.FaultKind{audit.Unlinked}},
			"erased by right": {[]string{`UPDATE event SET data='{}' WHERE workspace_id=$W AND subject_id=3 AND kind='token.created'`,
				`UPDATE audit_link SET erased=(1=1) WHERE workspace_id=$W AND seq=4`}, nil},
		} {
			w := newDesk(t, s).w
			happen(t, s, w, 10)
			write, _ := s.Pools()
			for _, q := range c.do {
				q = replaceW(q, w)
				if res, err := write.Exec(q); err != nil {
					t.Fatalf("%s: %v", q, err)
				} else if n, _ := res.RowsAffected(); n == 0 {
					t.Fatalf("%s: touched nothing", q)
				}
			}
			links, faults, err := s.VerifyAudit(t.Context(), w)
			if err != nil || links < 9 || !slices.Equal(kindsOf(faults), c.want) {
				t.Errorf("%s: %d links, %+v, %v; want %v", name, links, faults, err, c.want)
			}
		}
	})
}

// Who holds the key and the database can compute a shorter chain; what was
// anchored elsewhere gives that away.
func TestAnAnchorKeptElsewhereFindsACutChain(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		w := newDesk(t, s).w
		happen(t, s, w, 205)
		anchors, err := s.Anchors(t.Context(), w)
		if err != nil || len(anchors) != 3 || anchors[0].Seq != 1 || anchors[2].Seq != 201 {
			t.Fatalf("anchors: %+v, %v", anchors, err)
		}
		write, _ := s.Pools()
		for _, q := range []string{
			`DELETE FROM event WHERE id IN (SELECT event_id FROM audit_link WHERE workspace_id=$W AND seq>150)`, `DELETE FROM audit_link WHERE workspace_id=$W AND seq>150`,
			`DELETE FROM audit_anchor WHERE workspace_id=$W AND seq>150`, `UPDATE audit_head SET seq=150, hash=(SELECT hash FROM audit_link WHERE workspace_id=$W AND seq=150) WHERE workspace_id=$W`,
		} {
			if _, err := write.Exec(replaceW(q, w)); err != nil {
				t.Fatal(err)
			}
		}
		if _, faults, err := s.VerifyAudit(t.Context(), w); err != nil || len(faults) != 0 {
			t.Fatalf("without the anchor: %v, %v", faults, err)
		}
		if _, faults, err := s.VerifyAudit(t.Context(), w, anchors[2]); err != nil || !slices.Equal(kindsOf(faults), []audit.FaultKind{audit.Cut}) {
			t.Errorf("with the anchor: %v, %v", faults, err)
		}
	})
}

func TestLinksMadeAtOnceFormOneChain(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		w := newDesk(t, s).w
		var g errgroup.Group
		for range 8 {
			g.Go(func() error {
				for range 10 {
					if err := s.Append(context.Background(), event.New("person.signed_in", auth.ForSystem(w), event.Subject{Kind: "person", ID: 1}, 0, nil)); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		if links, faults, err := s.VerifyAudit(t.Context(), w); err != nil || links != 80 || len(faults) != 0 {
			t.Errorf("%d links, %v, %v", links, faults, err)
		}
	})
}

func replaceW(q string, w auth.WorkspaceID) string {
	return strings.ReplaceAll(q, "$W", fmt.Sprint(int64(w)))
}

// TestAuditPagesUseAnIndex asks for the plan of each filter: none reads more of the
// trail than its page.
func TestAuditPagesUseAnIndex(t *testing.T) {
	s := storetest.SQLite(t)
	w := storetest.Workspace(t, s)
	happen(t, s, w, 20)
	_, read := s.Pools()
	for cond, index := range map[string]string{
		"":                     "audit_link_event",
		"AND l.person_id=5":    "audit_link_person",
		"AND l.family='token'": "audit_link_family",
		"AND l.subject_kind='token' AND l.subject_id=3": "audit_link_subject",
	} {
		rows, err := read.Query(`EXPLAIN QUERY PLAN SELECT l.seq FROM audit_link l LEFT JOIN event e ON e.id=l.event_id AND e.workspace_id=l.workspace_id
			WHERE l.workspace_id=?1 AND l.event_id<?2 `+cond+` ORDER BY l.event_id DESC LIMIT 51`, int64(w), int64(1)<<62)
		if err != nil {
			t.Fatal(err)
		}
		plan := ""
		for rows.Next() {
			var a, b, c int
			var text string
			if err := rows.Scan(&a, &b, &c, &text); err != nil {
				t.Fatal(err)
			}
			plan += text + "; "
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan, index) || strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%q: %s", cond, plan)
		}
	}
	list, err := s.AuditPage(t.Context(), w, audit.Filter{Person: 5, Family: "token", Kind: "token.created", Subject: event.Subject{Kind: "token", ID: 3}}, 0, 10)
	if err != nil || len(list) != 1 || list[0].What.Subject.ID != 3 {
		t.Errorf("%+v %v", list, err)
	}
}
