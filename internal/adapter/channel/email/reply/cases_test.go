package reply

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

type upstreamCase struct {
	ID             string
	Kind           string
	Text           string
	ExpectReply    *string  `json:"expect_reply"`
	Match          string   `json:"match"`
	TextNoSpace    *string  `json:"expect_text_nows"`
	Signature      string   `json:"expect_signature"`
	ReplyRegex     []string `json:"reply_matches_regex"`
	LaterRegex     []string `json:"later_fragment_regex"`
	SingleFragment bool     `json:"expect_single_fragment"`
}

// deviations are the rows whose upstream expectation is not met, each with the reason.
var deviations = map[string]string{
	"talon/standard_iphone": "talon's quote remover leaves device lines to its signature remover; two other corpora (crisp, trimmer) want them gone, and the Signature part has a place for them",
}

func TestUpstreamCases(t *testing.T) {
	exact, total := 0, 0
	for _, c := range readCases[upstreamCase](t, "testdata/reply.jsonl") {
		total++
		var p Parts
		switch c.Kind {
		case "html":
			p = FromHTML(c.Text)
		case "eml":
			text, html := readMessage(t, c.Text)
			p = FromMessage(text, html, false)
		default:
			p = FromText(c.Text)
		}
		err := c.check(p)
		reason, known := deviations[c.ID]
		switch {
		case err == nil && known:
			t.Errorf("%s: listed as a deviation (%s) but met", c.ID, reason)
		case err == nil:
			exact++
		case !known:
			t.Errorf("%s: %v\nquoted: %q\nsignature: %q", c.ID, err, p.Quoted, p.Signature)
		}
	}
	t.Logf("%d of %d rows exact", exact, total)
}

func (c upstreamCase) check(p Parts) error {
	if c.ExpectReply != nil {
		got, want := strings.TrimSpace(p.Reply), strings.TrimSpace(strings.ReplaceAll(*c.ExpectReply, "\r\n", "\n"))
		if c.Match == "text_ignoring_whitespace" {
			got, want = noSpace(got), noSpace(want)
		}
		if got != want {
			return fmt.Errorf("reply %q, want %q", got, want)
		}
	}
	if c.TextNoSpace != nil && noSpace(p.Reply) != *c.TextNoSpace {
		return fmt.Errorf("reply %q, want %q but for space", p.Reply, *c.TextNoSpace)
	}
	if c.Signature != "" && p.Signature != c.Signature {
		return fmt.Errorf("signature %q, want %q", p.Signature, c.Signature)
	}
	for _, re := range c.ReplyRegex {
		if !regexp.MustCompile(re).MatchString(p.Reply) {
			return fmt.Errorf("reply %q does not match %s", p.Reply, re)
		}
	}
	for _, re := range c.LaterRegex {
		if !regexp.MustCompile(re).MatchString(p.Signature) {
			return fmt.Errorf("signature %q does not match %s", p.Signature, re)
		}
	}
	if c.SingleFragment && (p.Quoted != "" || p.Signature != "") {
		return fmt.Errorf("cut: %q, %q", p.Quoted, p.Signature)
	}
	return nil
}

func noSpace(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func readCases[C any](t testing.TB, path string) []C {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []C
	sc := bufio.NewScanner(bytes.NewReader(data))
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var c C
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return cases
}

// readMessage decodes the text and HTML parts of a message of the corpus.
func readMessage(t *testing.T, raw string) (text, html string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return readEntity(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
}

func readEntity(t *testing.T, contentType, encoding string, body io.Reader) (text, html string) {
	t.Helper()
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(media, "multipart/") {
		r := multipart.NewReader(body, params["boundary"])
		for {
			part, err := r.NextPart()
			if err == io.EOF {
				return text, html
			}
			if err != nil {
				t.Fatal(err)
			}
			tx, ht := readEntity(t, part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part)
			text, html = text+tx, html+ht
		}
	}
	if strings.EqualFold(encoding, "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	if media == "text/html" {
		return "", string(data)
	}
	return string(data), ""
}

type clientCase struct {
	Client, Lang, Text, Reply string
	Quoted, Signature         *string
}

// TestClients covers what the mail clients write, client by client and language
// by language.
func TestClients(t *testing.T) {
	for i, c := range readCases[clientCase](t, "testdata/clients.jsonl") {
		t.Run(fmt.Sprintf("%d/%s/%s", i+1, c.Client, c.Lang), func(t *testing.T) {
			p := FromText(c.Text)
			if p.Reply != c.Reply {
				t.Errorf("reply %q, want %q\nquoted: %q\nsignature: %q\ntext:\n%s", p.Reply, c.Reply, p.Quoted, p.Signature, c.Text)
			}
			if c.Signature != nil && p.Signature != *c.Signature {
				t.Errorf("signature %q, want %q", p.Signature, *c.Signature)
			}
			if c.Quoted != nil && p.Quoted != *c.Quoted {
				t.Errorf("quoted %q, want %q", p.Quoted, *c.Quoted)
			}
		})
	}
}

type htmlCase struct {
	Client, HTML, Reply string
	Signature           *string
}

// TestHTML covers the elements in which clients wrap history and signatures.
func TestHTML(t *testing.T) {
	for i, c := range readCases[htmlCase](t, "testdata/html.jsonl") {
		t.Run(fmt.Sprintf("%d/%s", i+1, c.Client), func(t *testing.T) {
			p := FromHTML(c.HTML)
			if p.Reply != c.Reply {
				t.Errorf("reply %q, want %q\nquoted: %q\nsignature: %q\nrendered:\n%s", p.Reply, c.Reply, p.Quoted, p.Signature, TextOf(c.HTML))
			}
			if c.Signature != nil && p.Signature != *c.Signature {
				t.Errorf("signature %q, want %q", p.Signature, *c.Signature)
			}
		})
	}
}

func TestFromMessage(t *testing.T) {
	const (
		history = "On Tue, Jan 9, 2024 at 10:05 AM Acme <help@acme.example> wrote:"
		marked  = `<div>Yes.</div><div class="gmail_quote"><div class="gmail_attr">Acme</div><blockquote class="gmail_quote">Sure?</blockquote></div>`
	)
	for _, c := range []struct {
		name, text, html string
		derived          bool
		want             string
	}{
		{"text alone", "Yes.\n\n" + history + "\n> Sure?", "", false, "Yes."},
		{"html alone", "", marked, false, "Yes."},
		{"text derived from html", "Yes.\nAcme\nSure?", marked, true, "Yes."},
		{"only the html is marked", "Yes.\nAcme\nSure?", marked, false, "Yes."},
		{"only the text is marked", "Yes.\n\n" + history + "\n> Sure?", "<div>Yes.</div><div>Acme</div><div>Sure?</div>", false, "Yes."},
		{"same words, the text's layout", "Yes,\n  indeed.\n\n" + history + "\n> Sure?", `<p>Yes, indeed.</p><blockquote type="cite">Sure?</blockquote>`, false, "Yes,\n  indeed."},
		{"nothing at all", "", " ", false, ""},
		{"an empty text part", " \n", "<p>Yes.</p>", false, "Yes."},
		{"a picture alone", "Yes.", `<img src="cid:1">`, false, "Yes."},
	} {
		if got := FromMessage(c.text, c.html, c.derived).Reply; got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestDelimiter(t *testing.T) {
	if !isDelimiter(Delimiter) {
		t.Errorf("%q is not recognised", Delimiter)
	}
}
