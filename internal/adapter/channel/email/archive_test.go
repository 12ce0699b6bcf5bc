package email

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, path, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}

func walk(t *testing.T, root string, from Position) []Item {
	t.Helper()
	var items []Item
	if err := Walk(t.Context(), root, from, func(it Item) error {
		items = append(items, it)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return items
}

const archiveMbox = "From anna@example.com Wed Jul  1 09:30:00 2026\n" +
	"Subject: one\nContent-Length: 3\n\nfirst\n>From the start\n>>From deeper\n\nFrom here on it is text\n\n" +
	"From MAILER-DAEMON Wed Jul  1 10:30:00 2026 +0200\n\n" +
	"From b@example.com Thu Jul 02 11:00:00 2026\r\n" +
	"Subject: two\r\n\r\nsecond\r\nFrom x Thu Jul 02 11:00:00 2026\r\n\r\n\r\n" +
	"From \"a b\" c Fri Jul  3 11:00:00 CEST 2026\nSubject: three\n\nlast, no line end"

func TestMbox(t *testing.T) {
	root := filepath.Join(t.TempDir(), "mail.mbox")
	write(t, root, archiveMbox)
	items := walk(t, root, Position{})
	want := []string{
		"Subject: one\nContent-Length: 3\n\nfirst\nFrom the start\n>From deeper\n\nFrom here on it is text\n",
		"Subject: two\r\n\r\nsecond\r\nFrom x Thu Jul 02 11:00:00 2026\r\n\r\n",
		"Subject: three\n\nlast, no line end",
	}
	if len(items) != len(want) {
		t.Fatalf("%d messages, want %d", len(items), len(want))
	}
	for i, it := range items {
		if string(it.Body) != want[i] {
			t.Errorf("%d: got %q, want %q", i, it.Body, want[i])
		}
		if it.Mark != Whole || it.Size != int64(len(it.Body)) || it.Total != int64(len(archiveMbox)) {
			t.Errorf("%d: %+v", i, it)
		}
	}
	if got := items[0].ReceivedAt; !got.Equal(time.Date(2026, 7, 1, 9, 30, 0, 0, time.UTC)) {
		t.Errorf("date %v", got)
	}
	if last := items[2]; last.Done != last.Total || last.Next.Offset != -1 {
		t.Errorf("the end is at %d of %d, %+v", last.Done, last.Total, last.Next)
	}
	for i, it := range items {
		rest := walk(t, root, it.Next)
		if len(rest) != len(items)-i-1 {
			t.Fatalf("from behind %d: %d items", i, len(rest))
		}
		for j, r := range rest {
			if whole := items[i+1+j]; r.Source != whole.Source || !r.ReceivedAt.Equal(whole.ReceivedAt) || r.Done != whole.Done {
				t.Errorf("from behind %d: %+v, want %+v", i, r, whole)
			}
		}
	}
}

func TestWalkFolders(t *testing.T) {
	root := t.TempDir()
	md := filepath.Join(root, "Maildir")
	for _, sub := range []string{"cur", "new", "tmp", ".Sent.2026/cur", ".Sent.2026/new", ".Sent.2026/tmp"} {
		if err := os.MkdirAll(filepath.Join(md, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, md+"/cur/1.host:2,S", mail(1))
	write(t, md+"/new/2.host", "From x Wed Jul  1 09:30:00 2026\n"+mail(2)) // a stray line, still one message
	write(t, md+"/tmp/3.host", mail(3))
	write(t, md+"/dovecot-uidlist", "3 V1 N3\n")
	write(t, md+"/.Sent.2026/cur/4.host:2,", mail(4))
	write(t, md+"/.Sent.2026/maildirfolder", "")
	write(t, root+"/eml/deep/5.eml", mail(5))
	write(t, root+"/eml/notes.txt", "Note: not mail\n")
	write(t, root+"/eml/empty.eml", "")
	write(t, root+"/box", archiveMbox)
	write(t, root+"/.index", mail(6))

	var got []string
	var all []Item
	for _, it := range walk(t, root, Position{}) {
		subject := "?"
		for line := range strings.SplitSeq(string(it.Body), "\n") {
			if s, ok := strings.CutPrefix(line, "Subject: "); ok {
				subject = strings.TrimSpace(s)
				break
			}
		}
		got = append(got, it.Folder+"|"+subject)
		all = append(all, it)
	}
	want := []string{
		"Maildir/Sent/2026|4", "Maildir|1", "Maildir|2", "box|one", "box|two", "box|three", "eml/deep|5",
	}
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range all {
		if rest := walk(t, root, all[i].Next); len(rest) != len(all)-i-1 {
			t.Errorf("from behind %d: %d items", i, len(rest))
		}
	}
	if one := walk(t, root+"/eml/deep/5.eml", Position{}); len(one) != 1 || one[0].Folder != "" || string(one[0].Body) != mail(5) {
		t.Errorf("lone file: %+v", one)
	}
	if one := walk(t, md, Position{}); len(one) != 3 || one[0].Folder != "Sent/2026" || one[1].Folder != "" {
		t.Errorf("lone maildir: %d", len(one))
	}
}

func TestWalkStops(t *testing.T) {
	root := filepath.Join(t.TempDir(), "mbox")
	write(t, root, archiveMbox)
	stop := errors.New("stop")
	n := 0
	err := Walk(t.Context(), root, Position{}, func(Item) error {
		n++
		return stop
	})
	if !errors.Is(err, stop) || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Walk(ctx, root, Position{}, func(Item) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := Walk(t.Context(), root+"x", Position{}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// A large mbox is read in constant memory: only the message at hand is held.
func TestMboxStreams(t *testing.T) {
	const n = 20_000
	r, w := io.Pipe()
	go func() {
		for i := range n {
			_, _ = fmt.Fprintf(w, "From x Wed Jul  1 09:30:00 2026\n%s\n", mail(i))
		}
		// One message far above the limit, in one line.
		_, _ = fmt.Fprintf(w, "From x Wed Jul  1 09:30:00 2026\n%s%s\n", mail(n), strings.Repeat("x", 3<<20))
		_ = w.Close()
	}()
	m := newMbox(r, 0, 1<<20)
	for i := 0; ; i++ {
		raw, err := m.next()
		if errors.Is(err, io.EOF) {
			if i != n+1 {
				t.Errorf("%d messages", i)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if i == n && (raw.Mark != Truncated || len(raw.Body) != 1<<20 || raw.Size < 3<<20) {
			t.Errorf("mark %v, %d of %d", raw.Mark, len(raw.Body), raw.Size)
		}
	}
}

func TestEnvelopeLine(t *testing.T) {
	for line, want := range map[string]bool{
		"From a@b.c Wed Jul  1 09:30:00 2026\n":          true,
		"From a@b.c Wed Jul 01 09:30:00 2026 +0200\n":    true,
		"From - Wed Jul  1 09:30:00 2026\r\n":            true,
		"From a b Wed Jul  1 09:30 2026\n":               true,
		"From x Wed, 1 Jul 2026 09:30:00 +0000\n":        true,
		"From 1234@xxx Wed Jul 01 09:30:00 +0000 2026\n": true,
		"From here on Wed nothing happens at all\n":      false,
		"From Monday\n":                          false,
		"From: a@b.c\n":                          false,
		"From time to time\n":                    false,
		">From a@b.c Wed Jul  1 09:30:00 2026\n": false,
		"From " + strings.Repeat("x", 2000) + " Wed Jul  1 09:30:00 2026\n": false,
	} {
		if _, got := envelopeLine([]byte(line)); got != want {
			t.Errorf("%q: got %v", line, got)
		}
	}
}

func FuzzMbox(f *testing.F) {
	f.Add([]byte(archiveMbox), int64(100))
	f.Add([]byte("From x Wed Jul  1 09:30:00 2026\n\n\n>From\n"), int64(3))
	f.Add([]byte("From "), int64(1))
	f.Fuzz(func(t *testing.T, data []byte, limit int64) {
		limit = 1 + limit&0xfff
		type found struct {
			raw Raw
			at  int64
		}
		var all []found
		m := newMbox(bytes.NewReader(data), 0, limit)
		for {
			raw, err := m.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if int64(len(raw.Body)) > limit || raw.Size > int64(len(data)) || (raw.Mark == Truncated) != (raw.Size > int64(len(raw.Body))) {
				t.Fatalf("%v, %d of %d", raw.Mark, len(raw.Body), raw.Size)
			}
			all = append(all, found{raw, m.at})
			if len(all) > len(data)+1 {
				t.Fatal("no progress")
			}
		}
		// Going on behind each message finds the rest as it was.
		for i, x := range all {
			if x.at < 0 {
				continue
			}
			m := newMbox(bytes.NewReader(data[x.at:]), x.at, limit)
			raw, err := m.next()
			if err != nil || !bytes.Equal(raw.Body, all[i+1].raw.Body) || m.at != all[i+1].at {
				t.Fatalf("from %d: %q, %v; want %q", x.at, raw.Body, err, all[i+1].raw.Body)
			}
		}
	})
}
