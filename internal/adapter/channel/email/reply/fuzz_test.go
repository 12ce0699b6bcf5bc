package reply

import (
	"strings"
	"testing"
)

// checkParts asserts what holds for every body: nothing is lost, and the reply,
// split again, stays.
func checkParts(t *testing.T, text string, p Parts) {
	t.Helper()
	got := count(p.Reply + p.Quoted + p.Signature)
	for r, n := range count(text) {
		if got[r] != n {
			t.Fatalf("%q: %d in the body, %d in the parts\nbody %q\nparts %#v", r, n, got[r], text, p)
		}
	}
	if noSpace(visible(text)) != "" && p.Reply == "" {
		t.Fatalf("empty reply of %q", text)
	}
}

func count(s string) map[rune]int {
	m := map[rune]int{}
	for _, r := range noSpace(s) {
		m[r]++
	}
	return m
}

func FuzzFromText(f *testing.F) {
	for _, c := range readCases[upstreamCase](f, "testdata/reply.jsonl") {
		f.Add(c.Text)
	}
	for _, c := range readCases[clientCase](f, "testdata/clients.jsonl") {
		f.Add(c.Text)
	}
	f.Add("\xbf\xffAAAA\xe4AAAA\xd6\n\xa6")
	f.Fuzz(func(t *testing.T, text string) {
		p := FromText(text)
		checkParts(t, strings.ToValidUTF8(text, "\uFFFD"), p)
		if again := FromText(p.Reply); again.Reply != p.Reply {
			t.Fatalf("not idempotent: %q, then %q\nbody %q", p.Reply, again.Reply, text)
		}
	})
}

func FuzzFromHTML(f *testing.F) {
	for _, c := range readCases[htmlCase](f, "testdata/html.jsonl") {
		f.Add(c.HTML)
	}
	f.Fuzz(func(t *testing.T, body string) {
		p := FromHTML(body)
		// The marks in front of quoted lines are the renderer's own.
		drop := strings.NewReplacer(">", "")
		checkParts(t, drop.Replace(TextOf(body)), Parts{drop.Replace(p.Reply), drop.Replace(p.Quoted), drop.Replace(p.Signature)})
	})
}

// TestUnmarked: text without any marker comes back as it was.
func TestUnmarked(t *testing.T) {
	for _, text := range []string{
		"Hello",
		"One\n\n  two\tthree\n\n\n- four",
		"Where is my parcel 1042? It was due on 3 May 2024 at 10:05.",
		"你好，我的包裹在哪里？",
		"مرحبا، أين طردي؟",
		"a\u200bb \u202bc\u202c",
	} {
		if p := FromText(text); p != (Parts{Reply: text}) {
			t.Errorf("FromText(%q) = %#v", text, p)
		}
	}
	if p := FromText(""); p != (Parts{}) {
		t.Errorf("empty text: %#v", p)
	}
}

// TestHostile reads bodies built to be slow: what took more than linear time here
// would not end before the test's own limit.
func TestHostile(t *testing.T) {
	const (
		big  = 1 << 20
		size = 1 << 18
	)
	bodies := map[string]string{
		"quote marks":   strings.Repeat(">", big),
		"on":            strings.Repeat("On ", big/3),
		"on lines":      strings.Repeat("On\n", size/3),
		"wrote":         strings.Repeat("wrote:\n", size/7),
		"attributions":  strings.Repeat("On 1 Jan 2024 10:05, a@b.c wrote:\n", size/34),
		"headers":       strings.Repeat("From: a\n", size/8),
		"device lines":  strings.Repeat("Sent from my iPhone\n", size/20),
		"rules":         strings.Repeat("--\n\n\n\n\n\n\n", size/9),
		"disclaimers":   strings.Repeat("\nconfidential intended recipient "+strings.Repeat("x", 120)+"\n", size/155),
		"alternating":   strings.Repeat("> a\nb\n", size/6),
		"carriages":     strings.Repeat("\r", big),
		"blank":         strings.Repeat(" \n", size/2),
		"brackets":      strings.Repeat("http<", size/5),
		"separators":    strings.Repeat("-----Original Message-----\n", size/27),
		"glued":         strings.Repeat("x On 1 Jan 2024 at 10:05, a@b.c wrote:\n> a\n", size/44),
		"open brackets": strings.Repeat("a <\n> b\n", size/8),
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			checkParts(t, body, FromText(body))
		})
	}
	pages := map[string]string{
		"deep":        strings.Repeat("<div>", size/5) + "x",
		"blockquotes": strings.Repeat("<blockquote>", 10000) + "x",
		"siblings":    strings.Repeat("<blockquote>a</blockquote>b", size/27),
		"gmail":       strings.Repeat(`<div class="gmail_quote">a`, 400) + strings.Repeat("<p>b", 50000),
		"lists":       strings.Repeat("<ul><li>", 10000) + "x",
		"tables":      strings.Repeat("<table><tr><td>", 10000) + "x",
		"formats":     strings.Repeat("<b><i>", 50000) + "x",
		"attributes":  strings.Repeat(`<a href="x" class="gmail_quote">`, 20000) + "x",
	}
	for name, page := range pages {
		t.Run(name, func(t *testing.T) {
			if p := FromHTML(page); p.Reply == "" {
				t.Error("empty reply")
			}
		})
	}
}

func BenchmarkFromText(b *testing.B) {
	cases := readCases[clientCase](b, "testdata/clients.jsonl")
	size := 0
	for _, c := range cases {
		size += len(c.Text)
	}
	b.SetBytes(int64(size / len(cases)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		FromText(cases[i%len(cases)].Text)
	}
}
