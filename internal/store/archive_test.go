package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/migration"
	"godwit.dev/godwit/internal/store/storetest"
)

// archive returns the archive of a workspace, or of all if w is 0.
func archive(t *testing.T, s *store.Store, w auth.WorkspaceID) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := s.WriteArchive(t.Context(), &b, w, nil); err != nil {
		t.Fatalf("write archive: %v", err)
	}
	return b.Bytes()
}

func load(t *testing.T, s *store.Store, raw []byte, o store.LoadOptions) error {
	t.Helper()
	a, err := store.OpenArchive(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	defer a.Close()
	_, err = s.Load(t.Context(), a, o)
	return err
}

// contents reads every table whole, as texts that do not depend on the engine.
func contents(t *testing.T, s *store.Store, w auth.WorkspaceID) map[string][]string {
	t.Helper()
	e := migration.Postgres
	if s.Lite() {
		e = migration.SQLite
	}
	names, err := migration.Tables(e)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	_, read := s.Pools()
	for _, table := range names {
		if table == "message_term" || table == "lease" {
			continue
		}
		out[table] = rowsOf(t, read, table, w)
	}
	return out
}

func rowsOf(t *testing.T, db *sql.DB, table string, w auth.WorkspaceID) (out []string) {
	t.Helper()
	rows, err := db.Query("SELECT * FROM " + table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	cols, _ := rows.Columns()
	vals, dest := make([]any, len(cols)), make([]any, len(cols))
	for i := range vals {
		dest[i] = &vals[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		mine := w == 0
		for i, v := range vals {
			switch x := v.(type) {
			case bool:
				v = 0
				if x {
					v = 1
				}
			case []byte:
				v = string(x)
			case int64:
				mine = mine || x == int64(w)
			}
			text := fmt.Sprint(v)
			var doc any // jsonb spaces and sorts what it holds
			if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
				if json.Unmarshal([]byte(text), &doc) == nil {
					raw, _ := json.Marshal(doc)
					text = string(raw)
				}
			}
			fmt.Fprintf(&b, "%s=%q ", cols[i], text)
		}
		if mine {
			out = append(out, b.String())
		}
	}
	slices.Sort(out)
	return out
}

func compare(t *testing.T, what string, got, want map[string][]string, except ...string) {
	t.Helper()
	for table, rows := range want {
		if slices.Contains(except, table) {
			continue
		}
		if !slices.Equal(got[table], rows) {
			t.Errorf("%s: table %s: %d rows, want %d", what, table, len(got[table]), len(rows))
			for _, r := range rows {
				if !slices.Contains(got[table], r) {
					t.Errorf("missing %.600s", r)
					break
				}
			}
			for _, r := range got[table] {
				if !slices.Contains(rows, r) {
					t.Errorf("too many %.600s", r)
					break
				}
			}
		}
	}
}

// lived makes two workspaces in which things have happened.
func lived(t *testing.T, s *store.Store) (a, b *house) {
	t.Helper()
	a, _ = newHouse(t, s)
	b, _ = newHouse(t, s)
	for _, h := range []*house{a, b} {
		h.live(t)
		happen(t, s, h.w, 3)
	}
	return a, b
}

// live does a little of everything that leaves rows.
func (h *house) live(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	first := h.asked(t)
	r, err := h.mail("anna@client.example", ticket.Inbound{Subject: "The parcel \x01 \u2028 посылка 包裹", Body: "Where is my parcel? \\ \"quoted\" \t\n", Files: []ticket.InboundFile{
		{File: ticket.File{Name: "photo.jpg", ContentType: "image/jpeg"}, Data: []byte{0xff, 0xd8, 0, 1, 2}}, {File: ticket.File{Name: "empty.txt", ContentType: "text/plain"}, Data: []byte{}}}})
	must(t, err)
	second := h.get(t, r.Ticket)
	sent, err := h.tickets.Reply(ctx, h.owner, first.ID, ticket.NewReply{Body: "It is on its way.", Key: "k"})
	must(t, err)
	h.pass(time.Minute)
	must(t, h.send(sent.ID))
	_, err = h.tickets.Reply(ctx, h.owner, second.ID, ticket.NewReply{Body: "Soon.", Key: "l"})
	must(t, err)
	_, err = h.tickets.Note(ctx, h.owner, first.ID, ticket.NewNote{Body: "@lea please look"})
	must(t, err)
	_, err = h.tickets.SaveMacro(ctx, h.owner, ticket.Macro{Name: "Hello", Bodies: map[string]string{"": "Hello", "ru": "Привет"}})
	must(t, err)
	_, err = h.tickets.SaveField(ctx, h.owner, ticket.Field{Key: "colour", Label: "Colour", Type: ticket.TextField})
	must(t, err)
	_, err = h.tickets.SaveView(ctx, h.owner, ticket.View{Name: "All", Condition: ticket.Condition{Group: true, All: true}})
	must(t, err)
	must(t, h.tickets.SaveTag(ctx, h.owner, ticket.Tag{Name: "customs"}))
	_, err = h.tickets.SaveDraft(ctx, h.owner, second.ID, ticket.KindOutbound, ticket.DraftData{Body: "half a"})
	must(t, err)
	_, err = h.tickets.OpenSide(ctx, h.owner, first.ID, ticket.NewSide{Kind: "carrier", To: ticket.Address{Address: "c@carrier.example"}, Subject: "s", Body: "b"})
	must(t, err)
	third := h.asked(t)
	_, err = h.tickets.Merge(ctx, h.owner, third.ID, first.ID) // an older one points at it, and the other way round
	must(t, err)
	fourth := h.asked(t)
	_, err = h.tickets.Merge(ctx, h.owner, second.ID, fourth.ID)
	must(t, err)
	_, err = h.AcceptMail(ctx, h.w, h.box.ID, []mailroom.Raw{raw("1")}, &mailroom.Cursor{Folder: "INBOX", UIDValidity: 4000000000, LastUID: 7})
	must(t, err)
	_, err = ledger.New(ledger.Config{Store: h.Store, IDs: h.ids}).Post(ctx, h.w, keyed("paid", ledger.Payment("card", "sandbox", yen(5000))), keyed("asked", ledger.Submit(yen(700))))
	must(t, err)
	must(t, h.AddSession(ctx, auth.Session{Hash: fmt.Appendf(nil, "session of %d", h.w), Workspace: h.w, Person: h.owner.Person(), CreatedAt: h.time(), SeenAt: h.time(), ExpiresAt: h.time()}))
}

// pay lets a case run to its refund in a workspace of its own.
func pay(t *testing.T, s *store.Store) {
	t.Helper()
	paid := newCounter(t, s)
	c := paid.opens(t, cases.Withdrawal, 1)
	_, err := paid.cases.Withdraw(t.Context(), paid.owner, c.ID, cases.Decision{Policy: "main/3"}, paid.now, nil)
	must(t, err)
	c, err = paid.cases.Propose(t.Context(), paid.owner, c.ID, []cases.Resolution{mug(1, cases.RefundOriginal, cases.AtApproval)})
	must(t, err)
	_, err = paid.cases.Accept(t.Context(), paid.owner, c.ID, c.Resolutions[0].Number, "")
	must(t, err)
}

// find returns how many tickets a search finds in a database that holds them.
func (h *house) find(t *testing.T, s *store.Store, words string) int {
	t.Helper()
	page, err := s.Search(t.Context(), ticket.SearchQuery{Scope: h.owner.Scope(), Text: words, Limit: 50})
	must(t, err)
	return len(page.Hits)
}

func unzip(t *testing.T, b []byte) []byte {
	t.Helper()
	z, err := zstd.NewReader(bytes.NewReader(b))
	must(t, err)
	defer z.Close()
	out, err := io.ReadAll(z)
	must(t, err)
	return out
}

func zip(t *testing.T, b []byte) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	must(t, err)
	return z.EncodeAll(b, nil)
}

// cutLine takes a row out of an archive's text.
func cutLine(b []byte) []byte {
	at := bytes.LastIndex(b, []byte("\n["))
	end := bytes.IndexByte(b[at+1:], '\n')
	return append(bytes.Clone(b[:at+1]), b[at+1+end+1:]...)
}

// A whole database comes out of one engine and into the other and back, and is
// the same.
func TestAnArchiveHoldsEveryRowOnEveryEngine(t *testing.T) {
	lite, big := storetest.SQLite(t), storetest.Postgres(t)
	d, _ := lived(t, lite)
	pay(t, lite)
	raw := archive(t, lite, 0)
	if err := load(t, big, raw, store.LoadOptions{}); err != nil {
		t.Fatalf("into PostgreSQL: %v", err)
	}
	want := contents(t, lite, 0)
	compare(t, "SQLite to PostgreSQL", contents(t, big, 0), want, "action")
	if links, faults, err := big.VerifyAudit(t.Context(), d.w); err != nil || len(faults) > 0 || links == 0 {
		t.Errorf("the chain after the move: %d links, %v, %v", links, faults, err)
	}
	back := storetest.SQLite(t)
	if err := load(t, back, archive(t, big, 0), store.LoadOptions{}); err != nil {
		t.Fatalf("back into SQLite: %v", err)
	}
	compare(t, "and back", contents(t, back, 0), want, "action")
	for name, s := range map[string]*store.Store{"PostgreSQL": big, "back in SQLite": back} {
		if hits := d.find(t, s, "parcel"); hits == 0 || hits != d.find(t, lite, "parcel") {
			t.Errorf("search in %s finds %d", name, hits)
		}
	}
}

// A workspace moves into a database where another one lives, and touches it not.
func TestAWorkspaceMovesBesideAnother(t *testing.T) {
	storetest.Open(t, func(t *testing.T, to *store.Store) {
		source := storetest.SQLite(t)
		d, other := lived(t, source)
		resident, _ := lived(t, to)
		before := contents(t, to, resident.w)
		raw := archive(t, source, d.w)
		if err := load(t, to, raw, store.LoadOptions{}); err != nil {
			t.Fatal(err)
		}
		// Both have a shop of one name; TestAMovedShopGivesWay says what becomes of it.
		compare(t, "moved", contents(t, to, d.w), contents(t, source, d.w), "action", "session", "invite", "goose_db_version", "shop")
		compare(t, "the resident", contents(t, to, resident.w), before)
		if got := contents(t, to, other.w); len(got["ticket"]) != 0 {
			t.Error("the neighbour's tickets came along")
		}
		if err := load(t, to, raw, store.LoadOptions{}); !errs.Is(err, errs.Conflict) {
			t.Errorf("a second time: %v", err)
		}
	})
}

// What was on its way is asked for in the world by the one that takes over, and
// is left alone by a copy.
func TestWhatWasOnItsWayIsNotSentTwice(t *testing.T) {
	storetest.Open(t, func(t *testing.T, to *store.Store) {
		source := storetest.SQLite(t)
		d, _ := lived(t, source)
		write, _ := source.Pools()
		if n, err := write.Exec(`UPDATE action SET state='ready'`); err != nil {
			t.Fatal(err)
		} else if rows, _ := n.RowsAffected(); rows == 0 {
			t.Fatal("nothing is on its way")
		}
		raw := archive(t, source, d.w)
		if err := load(t, to, raw, store.LoadOptions{}); err != nil {
			t.Fatal(err)
		}
		if got := column(t, to, `SELECT DISTINCT state FROM action`); !slices.Equal(got, []string{"committing"}) {
			t.Errorf("taken over: actions are %v", got)
		}
		trial := storetest.SQLite(t)
		if err := load(t, trial, raw, store.LoadOptions{Copy: true}); err != nil {
			t.Fatal(err)
		}
		if got := column(t, trial, `SELECT DISTINCT state FROM action`); !slices.Equal(got, []string{"cancelled"}) {
			t.Errorf("copied: actions are %v", got)
		}
		if got := column(t, trial, `SELECT DISTINCT cast(disabled AS text) FROM mailbox`); !slices.Equal(got, []string{"1"}) {
			t.Errorf("copied: mailboxes disabled: %v", got)
		}
	})
}

func column(t *testing.T, s *store.Store, q string) (out []string) {
	t.Helper()
	_, read := s.Pools()
	rows, err := read.Query(q)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// An archive that is cut off, bent or foreign is refused whole.
func TestABadArchiveLeavesNothing(t *testing.T) {
	source := storetest.SQLite(t)
	d, other := lived(t, source)
	raw := archive(t, source, d.w)
	storetest.Open(t, func(t *testing.T, to *store.Store) {
		foreign := bytes.ReplaceAll(unzip(t, raw), fmt.Appendf(nil, `"workspace":%d`, d.w), fmt.Appendf(nil, `"workspace":%d`, other.w))
		for name, bad := range map[string][]byte{
			"empty":           nil,
			"not an archive":  []byte("hello"),
			"cut off":         raw[:len(raw)/2],
			"another's rows":  zip(t, foreign),
			"a line is gone":  zip(t, cutLine(unzip(t, raw))),
			"unknown table":   zip(t, bytes.Replace(unzip(t, raw), []byte(`"table":"customer"`), []byte(`"table":"goose_db_version"`), 1)),
			"unknown column":  zip(t, bytes.Replace(unzip(t, raw), []byte(`"subject"`), []byte(`"id) VALUES (1); --"`), 1)),
			"newer format":    zip(t, bytes.Replace(unzip(t, raw), []byte(`"godwit_archive":1`), []byte(`"godwit_archive":99`), 1)),
			"another schema":  zip(t, bytes.Replace(unzip(t, raw), []byte(`"schema":`), []byte(`"schema":9`), 1)),
			"a row too short": zip(t, bytes.Replace(unzip(t, raw), []byte("\n["), []byte("\n[1],["), 1)),
		} {
			if err := load(t, to, bad, store.LoadOptions{}); err == nil {
				t.Errorf("%s: taken", name)
			}
			if got := contents(t, to, 0); len(got["workspace"])+len(got["ticket"]) != 0 {
				t.Fatalf("%s: left something behind", name)
			}
		}
	})
}

// An archive is one moment, whatever is written while it is made.
func TestAnArchiveIsOneMoment(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d, _ := lived(t, s)
		want := contents(t, s, 0)
		pr, pw := io.Pipe()
		first := make(chan struct{})
		done := make(chan error, 1)
		go func() {
			_, err := s.WriteArchive(context.Background(), pw, 0, func(string, int64) {
				select {
				case <-first:
				default:
					close(first)
				}
			})
			done <- errors.Join(err, pw.Close())
		}()
		var b bytes.Buffer
		read := make(chan struct{})
		go func() { defer close(read); <-first; happen(t, s, d.w, 20); _, _ = io.Copy(&b, pr) }()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		<-read
		to := storetest.SQLite(t)
		if err := load(t, to, b.Bytes(), store.LoadOptions{}); err != nil {
			t.Fatal(err)
		}
		compare(t, "the moment", contents(t, to, 0), want, "action")
	})
}
