// Package helpdesktest holds readers of other helpdesks' exports to what they
// promise: the same source reads the same, and no bytes break them.
package helpdesktest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/migrate"
)

var update = flag.Bool("update", false, "write what is read as what is wanted")

// sheet is a sink that writes down what it takes.
type sheet struct {
	b        strings.Builder
	findings []string
}

func (s *sheet) Ticket(_ context.Context, t migrate.Ticket) error {
	p := func(format string, args ...any) { fmt.Fprintf(&s.b, format+"\n", args...) }
	p("ticket %s  %s:%d", t.ID, t.Place.File, t.Place.Line)
	p("  subject %q channel %q status %s waiting %q priority %s spam %v language %q", t.Subject, t.Channel, t.Status, t.Waiting, t.Priority, t.Spam, t.Language)
	p("  customer %s  assignee %q  others %v  tags %q  left %q", who(t.Customer), t.Assignee, t.Others, t.Tags, t.Left)
	p("  created %s updated %s solved %s url %q", at(t.CreatedAt), at(t.UpdatedAt), at(t.SolvedAt), t.URL)
	for _, m := range t.Messages {
		p("  %s %s by %s at %s to %v cc %v id %q failed %v", m.Kind, m.ID, who(m.Author), at(m.At), m.To, m.CC, m.MessageID, m.Failed)
		p("    text %q quoted %q html %q", m.Text, m.Quoted, m.HTML)
		for _, f := range m.Files {
			p("    file %q %q %d %q here %v", f.Name, f.Type, f.Size, f.URL, f.Open != nil)
		}
	}
	return nil
}

func who(p migrate.Person) string {
	return fmt.Sprintf("[%s %q %s %s staff %v]", p.ID, p.Name, p.Email, p.Phone, p.Staff)
}

func at(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.RFC3339)
}

func (s *sheet) Customer(_ context.Context, at migrate.Place, p migrate.Person) error {
	fmt.Fprintf(&s.b, "customer %s  %s:%d\n", who(p), at.File, at.Line)
	return nil
}

func (s *sheet) Find(f migrate.Finding) {
	s.findings = append(s.findings, fmt.Sprintf("%s:%d %s: %s %s", f.File, f.Line, f.Record, f.Reason, f.Detail))
}

func (s *sheet) Progress(done, total int64) {
	if done < 0 || done > total {
		panic(fmt.Sprintf("%d of %d bytes are read", done, total))
	}
}

// Golden compares what a reader reads with a file.
func Golden(t *testing.T, read migrate.Reader, want string) {
	t.Helper()
	var s sheet
	if err := read(t.Context(), &s); err != nil {
		t.Fatal(err)
	}
	slices.Sort(s.findings)
	got := s.b.String() + strings.Join(s.findings, "\n") + "\n"
	if *update {
		if err := os.WriteFile(want, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	raw, err := os.ReadFile(want)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(raw) {
		return
	}
	a, b := strings.Split(got, "\n"), strings.Split(string(raw), "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			t.Fatalf("%s:%d\n got %s\nwant %s", want, i+1, line(a, i), line(b, i))
		}
	}
}

func line(l []string, i int) string {
	if i < len(l) {
		return l[i]
	}
	return "(the end)"
}

// Fuzz reads any bytes as a file of an export: no bytes break a reader, and what
// it reads can be brought into our words.
func Fuzz(f *testing.F, ext string, read func(path string) migrate.Reader) {
	files, err := filepath.Glob("testdata/export/*" + ext)
	if err != nil || len(files) == 0 {
		f.Fatalf("no samples: %v", err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	house := migrate.House{System: "test", Workspace: 1, Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	f.Fuzz(func(t *testing.T, raw []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "x"+ext), raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := read(dir)(context.Background(), &judge{t: t, house: house}); err != nil && !strings.Contains(err.Error(), "invalid") {
			t.Fatal(err)
		}
	})
}

// judge is a sink that brings tickets into our words and holds them to the rules
// of a conversation.
type judge struct {
	t     *testing.T
	house migrate.House
}

func (j *judge) Ticket(_ context.Context, t migrate.Ticket) error {
	b, ok := j.house.Build(t, j.Find)
	if !ok {
		return nil
	}
	last := time.Time{}
	for _, m := range b.Messages[1:] {
		if m.Key == "" || m.At.IsZero() || m.At.After(j.house.Now) || strings.Contains(m.HTML, "<script") {
			j.t.Errorf("message %q at %s html %q", m.Key, m.At, m.HTML)
		}
		if m.Kind != ticket.KindNote && m.At.After(last) {
			last = m.At
		}
	}
	if len(b.Customer.Identities) == 0 || b.Ticket.CreatedAt.IsZero() || b.Ticket.LastAt.Before(last) || int(b.Ticket.Messages) != len(b.Messages) {
		j.t.Errorf("ticket %+v", b.Ticket)
	}
	return nil
}

func (j *judge) Customer(_ context.Context, _ migrate.Place, p migrate.Person) error {
	j.house.Person(p)
	return nil
}

func (j *judge) Find(f migrate.Finding) {
	if f.Reason.English() == "" {
		j.t.Errorf("a finding without words: %+v", f)
	}
}

func (j *judge) Progress(int64, int64) {}
