package safehtml

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

type vector struct{ ID, Title, Payload, Kind string }

func vectors(t testing.TB) []vector {
	t.Helper()
	f, err := os.Open("testdata/vectors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []vector
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var v vector
		if err := json.Unmarshal(sc.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	for _, s := range ownVectors {
		all = append(all, vector{ID: "own", Payload: s, Kind: "attack"})
	}
	return all
}

// ownVectors are tricks of mail senders and of filters' past.
var ownVectors = []string{
	`<a href="jav&#x09;ascript:alert(1)">x</a><a href="&#1;javascript:alert(1)">x</a><a href="JaVaScRiPt&colon;alert(1)">x</a>`,
	`<a href="data:text/html,<script>alert(1)</script>">x</a><a href="vbscript:msgbox(1)">x</a><a href="//evil.example">x</a>`,
	`<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+"><img src="javascript:alert(1)">`,
	`<div style="background:url(https://evil.example/x.png);position:fixed;top:0;left:0;width:100%;height:100%">x</div>`,
	`<div style="width: expression(alert(1)); background-image: u\72l(https://evil.example)">x</div>`,
	`<p style="font-family:'x;}</style><script>alert(1)</script>'">x</p>`,
	`<table background="https://evil.example/b.png"><tr><td background=//evil.example/c.png>x</table>`,
	`<img srcset="https://evil.example/a.png 2x"><picture><source srcset="https://evil.example/b.png"><img src=x onerror=alert(1)></picture>`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>`,
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
	`<svg><![CDATA[><img src=x onerror=alert(1)>]]></svg>`, `<svg><foreignObject><iframe srcdoc="<script>alert(1)</script>"></iframe></foreignObject>`,
	`<select><template><style><img src=x onerror=alert(1)></select>`, `<xmp><img src=x onerror=alert(1)></xmp>`, `<plaintext><img src=x onerror=alert(1)>`,
	`<textarea></textarea ><img src=x onerror=alert(1)>`, `<title><img src=x onerror=alert(1)></title><img/src=x/onerror=alert(1)>`,
	`<!--[if mso]><img src=x onerror=alert(1)><![endif]--><![if !mso]><img src=x onerror=alert(1)><![endif]>`, `<!--><img src=x onerror=alert(1)>-->`,
	`<object data="https://evil.example/x.swf"><embed src="https://evil.example"></object><link rel=stylesheet href=https://evil.example/s.css><base href=https://evil.example>`,
	`<meta http-equiv=refresh content="0;url=https://evil.example"><form action=https://evil.example><input type=submit formaction=javascript:alert(1)></form>`,
	`<details open ontoggle=alert(1)><summary>x</summary>y</details><body onload=alert(1)><marquee onstart=alert(1)>x</marquee>`,
	`<a id=x name=x class=x href="https://ok.example/" ping="https://evil.example" onmouseover=alert(1)>x</a>`,
	"<img src=x:x onerror\x00=alert(1)><a href='java\x00script:alert(1)'>x</a>", `<img src="https://ok.example/a b.png" alt="&quot;><script>alert(1)</script>">`,
}

var contexts = []string{"body", "div", "td", "tr", "table", "select", "template", "svg", "math", "noscript", "title", "a", "p"}

// inert fails if anything in the parsed HTML could run, fetch or take over the page.
func inert(t testing.TB, name, safe string, images bool) {
	t.Helper()
	for _, ctx := range contexts {
		parent := &html.Node{Type: html.ElementNode, Data: ctx, DataAtom: atom.Lookup([]byte(ctx))}
		if ctx == "svg" || ctx == "math" {
			parent.Namespace = ctx
		}
		nodes, err := html.ParseFragment(strings.NewReader(safe), parent)
		if err != nil {
			t.Fatalf("%s in %s: %v", name, ctx, err)
		}
		for _, root := range nodes {
			for n := range descend(root) {
				if n.Type == html.CommentNode || n.Type == html.DoctypeNode {
					t.Errorf("%s in %s: comment in %q", name, ctx, safe)
				}
				if n.Type != html.ElementNode {
					continue
				}
				if !elements[n.Data] {
					t.Errorf("%s in %s: element %s in %q", name, ctx, n.Data, safe)
				}
				for _, a := range n.Attr {
					ok := values[a.Key] != nil && values[a.Key].MatchString(a.Val)
					switch a.Key {
					case "href":
						ok = n.Data == "a" && linkURL.MatchString(a.Val)
					case "src":
						ok = n.Data == "img" && imageURL.MatchString(a.Val) && (images || strings.HasPrefix(a.Val, "data:"))
					case "style":
						low := strings.ToLower(a.Val)
						ok = !strings.Contains(low, "url") && !strings.Contains(low, "position") && !strings.Contains(low, "expression") && !strings.ContainsAny(low, `\@{}`)
					case "target", "rel", "referrerpolicy":
						ok = true
					}
					if !ok {
						t.Errorf("%s in %s: attribute %s=%q in %q", name, ctx, a.Key, a.Val, safe)
					}
				}
			}
		}
	}
}

func descend(root *html.Node) func(func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		if yield(root) {
			for n := range root.Descendants() {
				if !yield(n) {
					return
				}
			}
		}
	}
}

func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		for _, images := range []bool{false, true} {
			opt := Options{RemoteImages: images}
			res := Mail(v.Payload, opt)
			inert(t, v.ID, res.HTML, images)
			c := cleaner{opt: opt, blocked: map[string]bool{}}
			if c.run(v.Payload); c.out.String() != res.HTML {
				t.Errorf("%s: the wall had to change %q to %q", v.ID, c.out.String(), res.HTML)
			}
			if again := Mail(res.HTML, opt); again.HTML != res.HTML {
				t.Errorf("%s: unstable: %q then %q", v.ID, res.HTML, again.HTML)
			}
		}
	}
}

func TestMail(t *testing.T) {
	cid := func(id string) string {
		if id == "logo@x" {
			return "/blob/7"
		}
		return ""
	}
	for _, tc := range []struct {
		name, in, html string
		blocked        string
		remote         int
	}{
		{"plain", `<p>Hi <b>there</b></p>`, `<p>Hi <b>there</b></p>`, "", 0},
		{"style kept", `<p style="COLOR:#f00;font-size:12px;margin:0 auto !important">x</p>`, `<p style="color: #f00; font-size: 12px; margin: 0 auto !important">x</p>`, "", 0},
		{"style dropped", `<p style="position:fixed;behavior:url(x);mso-line-height-rule:exactly">x</p>`, `<p>x</p>`, "position style", 0},
		{"table", `<table width="600" cellpadding=0 bgcolor="#ffffff"><tr><td align=center>x<td>y</table>z`, `<table width="600" cellpadding="0" bgcolor="#ffffff"><tr><td align="center">x</td><td>y</td></tr></table>z`, "", 0},
		{"link", `<a href=" https://x.example/a?b=1&c=2 " class=q onclick=x()>go</a>`, `<a href="https://x.example/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer nofollow">go</a>`, "event_handler", 0},
		{"bad link", `<a href="javascript:alert(1)">go</a>`, `<a>go</a>`, "dangerous_url", 0},
		{"remote image", `<img src="https://x.example/a.png" alt="A" width=10>`, `<img alt="A" width="10">`, "remote_image", 1},
		{"pixel", `a<img src="https://x.example/a.png" width=1 height=1>b`, `ab`, "remote_image tracking_pixel", 1},
		{"cid", `<img src="cid:logo%40x"><img src="cid:none">`, `<img src="/blob/7"><img>`, "", 0},
		{"path from mail", `<img src="/logout">`, `<img>`, "", 0},
		{"data image", `<img src="data:image/png;base64,AAAA"><img src="data:image/svg+xml,x">`, `<img src="data:image/png;base64,AAAA"><img>`, "dangerous_url", 0},
		{"background", `<td style="background:url('https://x.example/a.png')">x</td>`, `<td>x</td>`, "remote_image", 1},
		{"script and style", `a<script>x</script><style>y</style>b`, `ab`, "script style", 0},
		{"unclosed svg loses no text", `a<svg><circle>b`, `ab`, "svg", 0},
		{"form", `<form action="https://x.example"><input name=a>text<button>ok</button></form>`, `textok`, "form", 0},
		{"page", `<html><head><title>T</title><meta charset=x></head><body bgcolor="#eee" onload=x>b</body></html>`, `<div bgcolor="#eee">b</div>`, "event_handler meta", 0},
		{"stray ends", `</div></td>a</table></p><b>b`, `a<b>b</b>`, "", 0},
		{"misnested", `<b><i>a</b>b</i>`, `<b><i>a</i></b>b`, "", 0},
		{"conditional comment", `<!--[if mso]><table><![endif]-->a`, `a`, "conditional_comment", 0},
		{"hidden", `<div hidden>x</div>`, `<div style="display: none">x</div>`, "", 0},
		{"controls", "a\x00b\x08c", "abc", "", 0},
	} {
		got := Mail(tc.in, Options{CID: cid})
		if got.HTML != tc.html || strings.Join(got.Blocked, " ") != tc.blocked || got.RemoteImages != tc.remote {
			t.Errorf("%s:\n got %q %v %d\nwant %q %v %d", tc.name, got.HTML, got.Blocked, got.RemoteImages, tc.html, tc.blocked, tc.remote)
		}
	}
	got := Mail(`<img src="//x.example/a.png">`, Options{RemoteImages: true})
	if want := `<img src="https://x.example/a.png" referrerpolicy="no-referrer">`; got.HTML != want || len(got.Blocked) > 0 || got.RemoteImages != 1 {
		t.Errorf("allowed image: %+v, want %s", got, want)
	}
}

func TestText(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"paragraphs", "<p>One\n two</p><p>Three</p>", "One two\n\nThree"},
		{"breaks", "a<br>b<br><br>c", "a\nb\n\nc"},
		{"divs", "<div>a</div><div>b</div>", "a\nb"},
		{"link", `See <a href="https://x.example/t/1">your order</a>.`, "See your order (https://x.example/t/1)."},
		{"bare link", `<a href="https://x.example/">x.example</a> <a href="mailto:a@b.example">a@b.example</a>`, "x.example a@b.example"},
		{"lists", "<p>Do:</p><ul><li>a<li>b<ol start=3><li>c<li>d</ol></ul>e", "Do:\n\n- a\n- b\n  3. c\n  4. d\n\ne"},
		{"table", "<table><tr><td>Mug</td><td>2</td></tr><tr><td>Cup<td>1</table>", "Mug 2\nCup 1"},
		{"quote", "a<blockquote>b<br>c</blockquote>d", "a\n\n> b\n> c\n\nd"},
		{"pre", "<pre>a\n  b</pre>", "a\n  b"},
		{"hidden", `<div style="display:none">pre\u200c</div>a`, "a"},
		{"script", "a<script>b</script><style>c</style>", "a"},
		{"entities", "5 &lt; 6&nbsp;&amp; more", "5 < 6 & more"},
		{"image", `<img src=x alt="Our  logo">`, "[Our logo]"},
		{"Chinese", "<div>你好，</div><div>包裹在哪里？</div>", "你好，\n包裹在哪里？"},
	} {
		if got := Text(tc.in); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
		if got := Mail(tc.in, Options{}).Text; got != tc.want {
			t.Errorf("%s: Mail gives %q, want %q", tc.name, got, tc.want)
		}
	}
}

// TestHuge reads input made to hurt: what took more than linear time here would
// not end before the test's own limit.
func TestHuge(t *testing.T) {
	n := 1 << 20
	if testing.Short() {
		n = 1 << 17
	}
	for name, s := range map[string]string{
		"deep":        strings.Repeat("<div>", n/5),
		"deep tables": strings.Repeat("<table><tr><td>", n/15),
		"links":       strings.Repeat("<a href=http://x>", n/17),
		"unclosed":    strings.Repeat("<svg>", n/5),
		"ends":        strings.Repeat("</div>", n/6),
		"titles":      strings.Repeat("<title></title>", n/15),
		"less":        strings.Repeat("<", n),
		"attributes":  "<p " + strings.Repeat("a b c=d ", n/8) + ">",
		"style":       `<p style="` + strings.Repeat("color:red;", n/10) + `">`,
		"parens":      `<p style="` + strings.Repeat("url(", n/4) + `">`,
		"quotes":      strings.Repeat("<blockquote>x<br>", n/17),
		"entities":    strings.Repeat("&amp;", n/5),
		"comments":    strings.Repeat("<!--", n/4),
	} {
		if out := len(Mail(s, Options{}).HTML); out > 8*len(s) {
			t.Errorf("%s: %d bytes became %d", name, len(s), out)
		}
	}
}

func TestFrame(t *testing.T) {
	blocked := Frame(Mail(`<p>x</p>`, Options{}).HTML)
	if !strings.Contains(blocked, Policy(false)) || !strings.Contains(blocked, "light dark") {
		t.Error(blocked)
	}
	if shown := Frame(Mail(`<p style="color:#000"><img src="https://x.example/a"></p>`, Options{RemoteImages: true}).HTML); !strings.Contains(shown, Policy(true)) || strings.Contains(shown, "light dark") {
		t.Error(shown)
	}
	if forged := Frame(Mail(`<p title=' referrerpolicy="no-referrer"'> referrerpolicy="no-referrer"</p>`, Options{}).HTML); !strings.Contains(forged, Policy(false)) {
		t.Error("a mail chose the policy of its frame")
	}
}

func FuzzMail(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Payload)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, opt := range []Options{{}, {RemoteImages: true}} {
			res := Mail(s, opt)
			inert(t, "fuzz", res.HTML, opt.RemoteImages)
			if again := Mail(res.HTML, opt); again.HTML != res.HTML {
				t.Fatalf("unstable: %q\n gives %q\n then %q", s, res.HTML, again.HTML)
			}
			if !slices.IsSorted(res.Blocked) {
				t.Fatal(res.Blocked)
			}
		}
	})
}

func BenchmarkMail(b *testing.B) {
	small := `<div dir="ltr">Hello,<br><br>my order <b>#10234</b> has not arrived. <a href="https://shop.example/o/10234">Here</a> it is.<div style="color:#555;font-family:Arial,sans-serif">Best<br>Ann</div></div>`
	big := `<html><body>` + strings.Repeat(`<table width="600" cellpadding="0"><tr><td align="left" style="padding:4px 8px;font-size:14px;color:#333">`+small+`</td></tr></table>`, 40) + `</body></html>`
	for name, s := range map[string]string{"small": small, "newsletter": big} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				Mail(s, Options{})
			}
		})
	}
}
