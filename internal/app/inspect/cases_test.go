package inspect_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
)

// The labelled data of the packages below, with its sources and licences in the README.md beside it.
const (
	mailCases  = "../../adapter/channel/email/message/testdata"
	replyCases = "../../adapter/channel/email/reply/testdata/reply.jsonl"
	cardCases  = "../../base/redact/testdata/texts.jsonl"
	htmlCases  = "../../base/safehtml/testdata/vectors.jsonl"
	trackCases = "../../domain/carrier/testdata/numbers.jsonl"
)

// object is a line of labelled data or an answer.
type object map[string]any

func readObjects(t testing.TB, path string) []object {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parseObjects(t, strings.Split(strings.TrimSpace(string(data)), "\n"))
}

func parseObjects(t testing.TB, lines []string) []object {
	t.Helper()
	var out []object
	for _, line := range lines {
		var o object
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v in %.100s", err, line)
		}
		out = append(out, o)
	}
	return out
}

// answers sends each line through a kind and holds what is true of every run: as many answers as lines, the same ids in
// the same order, no errors, the same bytes again.
func answers(t *testing.T, kind string, lines []object, dir string) []object {
	t.Helper()
	var in strings.Builder
	for _, l := range lines {
		b, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(b, '\n'))
	}
	raw, bad := answer(t, kind, in.String(), dir)
	if again, _ := answer(t, kind, in.String(), dir); !slices.Equal(raw, again) {
		t.Error("a repeat gives other bytes")
	}
	got := parseObjects(t, raw)
	if bad != 0 || len(got) != len(lines) {
		t.Fatalf("%d bad of %d answers to %d lines", bad, len(got), len(lines))
	}
	for i := range got {
		if got[i]["id"] != lines[i]["id"] || got[i]["error"] != nil {
			t.Errorf("%v answered by %v: %v", lines[i]["id"], got[i]["id"], got[i]["error"])
		}
		for key, v := range got[i] {
			if v == nil && key != "date" && key != "from" {
				t.Errorf("%v: %s is null", got[i]["id"], key)
			}
		}
	}
	return got
}

// known are the expectations on mail that are not met, each argued where the message package tests its own reading.
var known = map[string]string{
	"mikel/attachment_emails/attachment_message_rfc822.eml/all_attachments_deep":   "a message inside is one file",
	"mikel/mime_emails/raw_email_with_nested_attachment.eml/all_attachments_deep":  "a message inside is one file",
	"enmime/mail/attachment-octet.raw/attachment_bytes":                            "82 digits of base64 are 61 bytes",
	"mikel/multipart_report_emails/multi_address_bounce2.eml/all_attachments_deep": "a message inside is one file",
}

func TestMailCases(t *testing.T) {
	rows := readObjects(t, filepath.Join(mailCases, "mime.jsonl"))
	var lines []object
	for _, r := range rows {
		lines = append(lines, object{"id": r["id"], "path": r["file"]})
	}
	checks, met := 0, 0
	for i, got := range answers(t, "mail", lines, mailCases) {
		expect, _ := rows[i]["expect"].(map[string]any)
		for key, want := range expect {
			ok, applies := meets(got, key, want)
			if !applies {
				continue
			}
			checks++
			at := fmt.Sprintf("%s/%s", rows[i]["id"], key)
			switch reason := known[at]; {
			case ok:
				met++
			case reason == "":
				t.Errorf("%s: want %v of\n%v", at, want, got)
			}
		}
	}
	t.Logf("%d mails, %d of %d expectations met", len(rows), met, checks)
}

// meets tells whether an answer is what a row expects of one key; applies is false for what no answer shows.
func meets(got object, key string, want any) (ok, applies bool) {
	str := func(k string) string { s, _ := got[k].(string); return s }
	each := func(in string) bool {
		return !slices.ContainsFunc(want.([]any), func(w any) bool { return !strings.Contains(in, w.(string)) })
	}
	files, _ := got["attachments"].([]any)
	nth := func(match func(file map[string]any, want any) bool) bool {
		for i, w := range want.([]any) {
			if i >= len(files) || !match(files[i].(map[string]any), w) {
				return false
			}
		}
		return true
	}
	inline := 0
	for _, f := range files {
		if f.(map[string]any)["inline"].(bool) {
			inline++
		}
	}
	switch key {
	case "text_contains", "text_contains_nomarkup":
		return each(str("text")), true
	case "text_equals":
		return str("text") == want, true
	case "html_contains":
		// Cleaning adds to a start tag or takes from it, so only the words stand.
		return each(str("html")) || !slices.ContainsFunc(want.([]any), func(w any) bool { return !strings.Contains(words(str("html")), words(w.(string))) }), true
	case "html_empty":
		return (str("html") == "") == want, true
	case "subject":
		return str("subject") == want, true
	case "subject_contains":
		return each(str("subject")), true
	case "subject_nospace":
		return noSpace(str("subject")) == want, true
	case "from_addrs", "from_names":
		from, _ := got["from"].(map[string]any)
		field := map[string]string{"from_addrs": "address", "from_names": "name"}[key]
		if len(want.([]any)) == 0 {
			return from == nil || from[field] == "", true
		}
		return from != nil && strings.EqualFold(from[field].(string), want.([]any)[0].(string)), true
	case "to_addrs", "reply_to_addrs":
		return slices.EqualFunc(addressesOf(got[strings.TrimSuffix(key, "_addrs")]), want.([]any), func(a string, w any) bool { return strings.EqualFold(a, w.(string)) }), true
	case "message_id", "date":
		return got[key] == want, true
	case "in_reply_to":
		return reflect.DeepEqual(got[key], want), true
	case "references_include":
		return !slices.ContainsFunc(want.([]any), func(w any) bool { return !slices.Contains(got["references"].([]any), w) }), true
	case "attachments":
		return want == float64(len(files)-inline) || want == float64(len(files)), true
	case "inlines":
		return want == float64(inline), true
	case "all_attachments_deep":
		return want == float64(len(files)), true
	case "attachment_names":
		return nth(func(f map[string]any, w any) bool { return f["name"] == w }), true
	case "attachment_bytes":
		return nth(func(f map[string]any, w any) bool { return f["size"] == w }), true
	case "attachment_name_regex":
		return len(files) > 0 && regexp.MustCompile(want.(string)).MatchString(files[0].(map[string]any)["name"].(string)), true
	case "is_report":
		return str("kind") == "report" || str("kind") == "bounce", true
	case "is_bounce":
		return str("kind") == "bounce" && got["bounce"] != nil, true
	}
	return false, false
}

func addressesOf(v any) []string {
	var out []string
	for _, a := range v.([]any) {
		out = append(out, a.(map[string]any)["address"].(string))
	}
	return out
}

var tag = regexp.MustCompile(`<[^>]*>`)

func words(s string) string { return noSpace(html.UnescapeString(tag.ReplaceAllString(s, ""))) }

func noSpace(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func TestReplyCases(t *testing.T) {
	var rows, lines []object
	for _, r := range readObjects(t, replyCases) {
		if r["expect_reply"] == nil || r["kind"] == "eml" {
			continue
		}
		kind, _ := r["kind"].(string)
		rows, lines = append(rows, r), append(lines, object{"id": r["id"], kind: r["text"]})
	}
	exact := 0
	for i, got := range answers(t, "reply", lines, "") {
		a, b := strings.TrimSpace(got["reply"].(string)), strings.TrimSpace(strings.ReplaceAll(rows[i]["expect_reply"].(string), "\r\n", "\n"))
		if rows[i]["match"] == "text_ignoring_whitespace" {
			a, b = noSpace(a), noSpace(b)
		}
		if a == b {
			exact++
		} else {
			t.Logf("%v: %q, want %q", got["id"], a, b)
		}
	}
	t.Logf("%d of %d replies exact", exact, len(rows))
	if exact*100 < len(rows)*95 {
		t.Errorf("%d of %d replies exact, want 95 %%", exact, len(rows))
	}
}

func TestCardCases(t *testing.T) {
	rows := readObjects(t, cardCases)
	for i, got := range answers(t, "redact", rows, "") {
		want := rows[i]["spans"]
		if want == nil {
			want = []any{}
		}
		if !reflect.DeepEqual(got["spans"], want) {
			t.Errorf("%v %q: %v, want %v", got["id"], rows[i]["text"], got["spans"], want)
		}
	}
}

func TestTrackingCases(t *testing.T) {
	rows := readObjects(t, trackCases)
	var lines []object
	for _, r := range rows {
		lines = append(lines, object{"id": r["number"], "text": r["number"]})
	}
	for i, got := range answers(t, "tracking", lines, "") {
		told, valid := false, false
		for _, n := range got["numbers"].([]any) {
			for _, c := range n.(map[string]any)["carriers"].([]any) {
				if c := c.(map[string]any); c["carrier"] == rows[i]["courier"] {
					told, valid = true, c["valid"] == true
				}
			}
		}
		if valid != rows[i]["valid"] || valid && !told {
			t.Errorf("%v of %v, valid %v: %v", got["id"], rows[i]["courier"], rows[i]["valid"], got["numbers"])
		}
	}
}

// active are the elements that a page could do something by, runs the addresses.
var (
	active = regexp.MustCompile(`^(script|iframe|frame|object|embed|svg|math|form|base|meta|link|style|template|noscript|textarea)$`)
	runs   = regexp.MustCompile(`(?i)^\s*(javascript|vbscript|data:text)`)
)

func TestHTMLCases(t *testing.T) {
	var lines []object
	for _, r := range readObjects(t, htmlCases) {
		lines = append(lines, object{"id": r["id"], "html": r["payload"]})
	}
	for i, got := range answers(t, "html", lines, "") {
		for z := html.NewTokenizer(strings.NewReader(got["html"].(string))); z.Next() != html.ErrorToken; {
			tok := z.Token()
			bad := tok.Type != html.TextToken && active.MatchString(tok.Data)
			for _, a := range tok.Attr {
				bad = bad || strings.HasPrefix(a.Key, "on") || a.Key == "srcdoc" || runs.MatchString(a.Val)
			}
			if bad {
				t.Errorf("%v: %s is left of %s", got["id"], tok, lines[i]["html"])
			}
		}
	}
}
