package simulate

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/htmlindex"
)

// parts returns the decoded parts of a message by media type, UTF-8 texts.
func parts(t *testing.T, header func(string) string, body io.Reader, into map[string][]string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(header("Content-Type"))
	if err != nil {
		t.Fatalf("content type %q: %v", header("Content-Type"), err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		r := multipart.NewReader(body, params["boundary"])
		for {
			p, err := r.NextRawPart()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			parts(t, p.Header.Get, p, into)
		}
	}
	switch header("Content-Transfer-Encoding") {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	if cs := params["charset"]; cs != "" {
		enc, err := htmlindex.Get(cs)
		if err != nil {
			t.Fatal(err)
		}
		if raw, err = enc.NewDecoder().Bytes(raw); err != nil {
			t.Fatal(err)
		}
	}
	into[kind] = append(into[kind], strings.ReplaceAll(string(raw), "\r\n", "\n"))
}

var addressForm = regexp.MustCompile(`[\w.+-]+@([\w-]+\.)+[a-zA-Z]+`)

func checkRaw(t *testing.T, name string, raw []byte, want Mail) *mail.Message {
	t.Helper()
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	dec := mime.WordDecoder{CharsetReader: func(cs string, r io.Reader) (io.Reader, error) {
		enc, err := htmlindex.Get(cs)
		if err != nil {
			return nil, err
		}
		return enc.NewDecoder().Reader(r), nil
	}}
	p := mail.AddressParser{WordDecoder: &dec}
	from, err := p.Parse(msg.Header.Get("From"))
	if err != nil || from.Address != want.Address || from.Name != want.Name {
		t.Errorf("%s: from %v, %v; want %s <%s>", name, from, err, want.Name, want.Address)
	}
	if _, err := p.ParseList(msg.Header.Get("To")); err != nil {
		t.Errorf("%s: to: %v", name, err)
	}
	if at, err := msg.Header.Date(); err != nil || !at.Equal(want.At) {
		t.Errorf("%s: date %v, %v; want %v", name, at, err, want.At)
	}
	if s, err := dec.DecodeHeader(msg.Header.Get("Subject")); err != nil || s != want.Subject {
		t.Errorf("%s: subject %q, %v; want %q", name, s, err, want.Subject)
	}
	for _, line := range strings.Split(string(raw), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("%s: bad line %.60q", name, line)
		}
	}
	got := map[string][]string{}
	parts(t, msg.Header.Get, msg.Body, got)
	if len(got["text/plain"]) == 0 || !strings.Contains(got["text/plain"][0], strings.TrimSpace(want.Text)) {
		t.Errorf("%s: text is not in the mail: %q, want %q", name, got["text/plain"], want.Text)
	}
	for _, a := range want.Attachments {
		if len(got[a.ContentType]) != 1 {
			t.Errorf("%s: attachment %s is missing", name, a.Name)
		}
	}
	read := msg.Header.Get("From") + msg.Header.Get("Message-Id") + msg.Header.Get("Received")
	for _, list := range got {
		read += strings.Join(list, "\n")
	}
	for _, a := range addressForm.FindAllString(read, -1) {
		if !strings.HasSuffix(a, ".example") && !strings.Contains(a, "@t0") && !strings.Contains(a, "@l0") {
			t.Errorf("%s: address %s may be somebody's", name, a)
		}
	}
	return msg
}

func TestRaw(t *testing.T) {
	m := Generate(Config{Seed: 4, Now: noon})
	ids, clients, charsets := map[string]bool{}, map[string]int{}, map[string]int{}
	for i := range m.Threads {
		th := &m.Threads[i]
		for k, want := range th.Messages {
			raw := m.Raw(th, k, "r1@greywing.example")
			if want.From == FromAgent || want.From == FromNote {
				if raw != nil {
					t.Errorf("%s/%d: mail of an agent", th.Key, k)
				}
				continue
			}
			msg := checkRaw(t, th.Key, raw, want)
			id := msg.Header.Get("Message-Id")
			if ids[id] || id == "" {
				t.Errorf("message id %q twice or empty", id)
			}
			ids[id] = true
			if k > 0 && want.From == FromCustomer && !strings.Contains(msg.Header.Get("References"), "<r1@greywing.example>") {
				t.Errorf("%s/%d: references %q", th.Key, k, msg.Header.Get("References"))
			}
			if want.From == FromCustomer {
				clients[want.Client]++
			}
			for cs := range charsetNames(raw) {
				charsets[cs]++
			}
		}
	}
	for _, c := range []string{"gmail", "outlook", "apple", "qq", "mailru", "yandex", "yahoo", "gmx", "naver", "amazon", "ozon"} {
		if clients[c] == 0 {
			t.Errorf("nobody uses %s: %v", c, clients)
		}
	}
	for _, c := range []string{"utf-8", "gb18030", "koi8-r", "iso-2022-jp", "windows-1251", "iso-8859-1"} {
		if charsets[c] == 0 {
			t.Errorf("no mail in %s: %v", c, charsets)
		}
	}
}

var charsetForm = regexp.MustCompile(`charset=([\w-]+)`)

func charsetNames(raw []byte) map[string]bool {
	out := map[string]bool{}
	for _, m := range charsetForm.FindAllSubmatch(raw, -1) {
		out[string(m[1])] = true
	}
	return out
}

func TestRawWithoutReply(t *testing.T) {
	m := Generate(Config{Seed: 4, Now: noon, Orders: 300, Tickets: 100})
	for i := range m.Threads {
		th := &m.Threads[i]
		if len(th.Messages) < 3 || th.Messages[2].From != FromCustomer || th.Messages[0].From != FromCustomer {
			continue
		}
		first, _ := mail.ReadMessage(bytes.NewReader(m.Raw(th, 0, "")))
		later, _ := mail.ReadMessage(bytes.NewReader(m.Raw(th, 2, "")))
		if first.Header.Get("In-Reply-To") != "" {
			t.Errorf("%s: the first mail answers something", th.Key)
		}
		if got, want := later.Header.Get("In-Reply-To"), first.Header.Get("Message-Id"); got != want && th.Messages[1].From != FromCustomer {
			t.Errorf("%s: in reply to %s, want %s", th.Key, got, want)
		}
	}
}

func TestNext(t *testing.T) {
	m := Generate(Config{Seed: 9, Now: noon, Orders: 900, Tickets: 200})
	boxes := map[string]bool{}
	for _, b := range m.Mailboxes {
		boxes[b.Address] = true
	}
	ids, answers := map[string]bool{}, 0
	at, last := noon, time.Time{}
	for i := range 400 {
		next, raw, box := m.Next(at)
		if gap := next.Sub(at); i > 0 && (gap < 20*time.Second || gap > 40*time.Second) {
			t.Errorf("mail %d comes after %v", i, gap)
		}
		if again, same, _ := m.Next(at); !again.Equal(next) || !bytes.Equal(same, raw) {
			t.Errorf("mail %d differs when asked again", i)
		}
		msg, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if d, err := msg.Header.Date(); err != nil || !d.Equal(next) {
			t.Errorf("mail %d is dated %v, %v; want %v", i, d, err, next)
		}
		if id := msg.Header.Get("Message-Id"); ids[id] {
			t.Errorf("message id %s twice", id)
		} else {
			ids[id] = true
		}
		if msg.Header.Get("In-Reply-To") != "" {
			answers++
		}
		if !boxes[box] {
			t.Errorf("mail %d is for %q", i, box)
		}
		at, last = next, next
	}
	if answers < 100 || answers > 200 {
		t.Errorf("%d of 400 mails continue a thread", answers)
	}
	if early, _, _ := m.Next(noon.AddDate(-1, 0, 0)); early.Before(noon) || early.After(last) {
		t.Errorf("the stream begins at %v", early)
	}
}

func TestBulk(t *testing.T) {
	run := func() (string, map[string]bool) {
		var b strings.Builder
		seen := map[string]bool{}
		Bulk(Config{Seed: 1}, 2000, func(i int, subject, text, from, order string) {
			b.WriteString(subject + text + from + order)
			seen[text] = true
			if subject == "" || text == "" || !strings.HasSuffix(from, ".example") || strings.ContainsAny(text, "{}") {
				t.Errorf("message %d: %q %q %q", i, subject, text, from)
			}
		})
		return b.String(), seen
	}
	first, seen := run()
	if again, _ := run(); again != first {
		t.Error("bulk is not deterministic")
	}
	if len(seen) < 1900 {
		t.Errorf("%d distinct texts of 2000", len(seen))
	}
}

func BenchmarkBulk(b *testing.B) {
	Bulk(Config{Seed: 1}, b.N, func(int, string, string, string, string) {})
}

func BenchmarkGenerate(b *testing.B) {
	for range b.N {
		Generate(Config{Seed: 1, Now: noon})
	}
}
