package app

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// browser is one person at the console without script: it reads pages, fills in
// the forms that it finds there, and sends what their fields hold.
type browser struct {
	t      *testing.T
	client *http.Client
	base   string

	path   string // of the page shown, with its query
	status int
	doc    *html.Node
}

func newBrowser(t *testing.T, base string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, client: &http.Client{Jar: jar, Timeout: 30 * time.Second}, base: base}
}

// open shows a page and expects it to be there.
func (b *browser) open(path string) {
	b.t.Helper()
	b.get(path)
	if b.status != http.StatusOK {
		b.t.Fatalf("GET %s: %d\n%s", path, b.status, b.text())
	}
}

// get shows whatever is at a path.
func (b *browser) get(path string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(req)
}

func (b *browser) do(req *http.Request) {
	b.t.Helper()
	res, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.status, b.path = res.StatusCode, res.Request.URL.RequestURI()
	if b.doc, err = html.Parse(bytes.NewReader(body)); err != nil {
		b.t.Fatal(err)
	}
}

// text is what the page says, without markup.
func (b *browser) text() string {
	var out strings.Builder
	for n := range b.doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			out.WriteString(n.Data)
			out.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

func (b *browser) says(words ...string) {
	b.t.Helper()
	text := b.text()
	for _, w := range words {
		if !strings.Contains(text, w) {
			b.t.Fatalf("%s (%d) does not say %q:\n%s", b.path, b.status, w, text)
		}
	}
}

func (b *browser) silent(words ...string) {
	b.t.Helper()
	text := b.text()
	for _, w := range words {
		if strings.Contains(text, w) {
			b.t.Fatalf("%s says %q:\n%s", b.path, w, text)
		}
	}
}

// until opens a page again and again until it says something.
func (b *browser) until(path string, words ...string) {
	b.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		b.open(path)
		text := b.text()
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			return
		}
		if time.Now().After(end) {
			b.says(words...)
		}
	}
}

func attr(n *html.Node, key string) string {
	v, _ := given(n, key)
	return v
}

func given(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

// find returns the elements with a tag for which ok holds.
func (b *browser) find(tag string, ok func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	for n := range b.doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag && ok(n) {
			out = append(out, n)
		}
	}
	return out
}

func textOf(n *html.Node) string {
	var out strings.Builder
	for x := range n.Descendants() {
		if x.Type == html.TextNode {
			out.WriteString(x.Data + " ")
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// link returns where the first link goes whose address has a prefix.
func (b *browser) link(prefix string) string {
	b.t.Helper()
	for _, a := range b.find("a", func(n *html.Node) bool { return strings.HasPrefix(attr(n, "href"), prefix) }) {
		return attr(a, "href")
	}
	b.t.Fatalf("%s has no link to %s\n%s", b.path, prefix, b.text())
	return ""
}

// rows are the subjects of a list, from the top, by the ticket's number.
func (b *browser) rows() (numbers []string) {
	for _, li := range b.find("li", func(n *html.Node) bool { return strings.HasPrefix(attr(n, "id"), "row-") }) {
		numbers = append(numbers, attr(li, "data-number"))
	}
	return numbers
}

// form is a form of a page, with the values that its fields hold.
type form struct {
	b         *browser
	node      *html.Node
	action    string
	multipart bool
	values    url.Values
	known     map[string]bool
	files     []upload
}

type upload struct {
	field, name, kind string
	body              []byte
}

// form returns the form that posts to a path. Where several do, the first that
// has all the named fields or buttons ("name=value").
func (b *browser) form(action string, with ...string) *form {
	b.t.Helper()
	for _, n := range b.find("form", func(n *html.Node) bool {
		return attr(n, "action") == action && strings.EqualFold(attr(n, "method"), "post")
	}) {
		f := b.read(n)
		if !slices.ContainsFunc(with, func(w string) bool { return !f.known[w] }) {
			return f
		}
	}
	b.t.Fatalf("%s (%d) has no form to %s with %v\n%s", b.path, b.status, action, with, b.text())
	return nil
}

// read takes the fields of a form as a browser would (HTML, "constructing the
// entry list"): those inside, and those elsewhere that name it.
func (b *browser) read(node *html.Node) *form {
	f := &form{b: b, node: node, action: attr(node, "action"), multipart: attr(node, "enctype") == "multipart/form-data", values: url.Values{}, known: map[string]bool{}}
	for n := range b.doc.Descendants() {
		if n.Type != html.ElementNode || !f.owns(n) {
			continue
		}
		name := attr(n, "name")
		if name == "" {
			continue
		}
		switch n.Data {
		case "textarea":
			f.known[name] = true
			f.values.Add(name, strings.ReplaceAll(strings.TrimPrefix(rawText(n), "\n"), "\n", "\r\n"))
		case "select":
			f.known[name] = true
			f.values.Add(name, chosen(n))
		case "button":
			f.known[name+"="+attr(n, "value")] = true
		case "input":
			f.known[name] = true
			switch attr(n, "type") {
			case "checkbox", "radio":
				f.known[name+"="+attr(n, "value")] = true
				if _, on := given(n, "checked"); on {
					f.values.Add(name, attr(n, "value"))
				}
			case "file", "submit":
			default:
				f.values.Add(name, attr(n, "value"))
			}
		}
	}
	return f
}

func (f *form) owns(n *html.Node) bool {
	if id := attr(n, "form"); id != "" {
		return id == attr(f.node, "id")
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Type == html.ElementNode && p.Data == "form" {
			return p == f.node
		}
	}
	return false
}

func rawText(n *html.Node) string {
	var out strings.Builder
	for x := range n.Descendants() {
		if x.Type == html.TextNode {
			out.WriteString(x.Data)
		}
	}
	return out.String()
}

func chosen(sel *html.Node) string {
	first, seen := "", false
	for o := range sel.Descendants() {
		if o.Type != html.ElementNode || o.Data != "option" {
			continue
		}
		if _, on := given(o, "selected"); on {
			return attr(o, "value")
		}
		if !seen {
			first, seen = attr(o, "value"), true
		}
	}
	return first
}

// fill sets fields that the form must have.
func (f *form) fill(pairs ...string) *form {
	f.b.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !f.known[pairs[i]] {
			f.b.t.Fatalf("the form to %s has no field %s, only %v", f.action, pairs[i], slices.Sorted(maps.Keys(f.known)))
		}
		f.values.Set(pairs[i], pairs[i+1])
	}
	return f
}

// tick chooses boxes of one name.
func (f *form) tick(name string, values ...string) *form {
	f.b.t.Helper()
	for _, v := range values {
		if !f.known[name+"="+v] {
			f.b.t.Fatalf("the form to %s has no box %s=%s, only %v", f.action, name, v, slices.Sorted(maps.Keys(f.known)))
		}
		f.values.Add(name, v)
	}
	return f
}

func (f *form) attach(field, name, kind string, body []byte) *form {
	f.b.t.Helper()
	if !f.known[field] {
		f.b.t.Fatalf("the form to %s takes no file %s", f.action, field)
	}
	f.files = append(f.files, upload{field, name, kind, body})
	return f
}

// pressOn presses a button that belongs to the form and says where it goes.
func (f *form) pressOn(button *html.Node) {
	f.b.t.Helper()
	if !f.owns(button) {
		f.b.t.Fatalf("the button to %s is not of the form to %s", attr(button, "formaction"), f.action)
	}
	f.action, f.multipart = attr(button, "formaction"), attr(button, "formenctype") == "multipart/form-data"
	f.press("")
}

// press submits the form by a button ("name=value"), or by the one without a
// name, and shows the page that follows.
func (f *form) press(button string) {
	f.b.t.Helper()
	if button != "" {
		if !f.known[button] {
			f.b.t.Fatalf("the form to %s has no button %s, only %v", f.action, button, slices.Sorted(maps.Keys(f.known)))
		}
		name, value, _ := strings.Cut(button, "=")
		f.values.Add(name, value)
	}
	var body bytes.Buffer
	kind := "application/x-www-form-urlencoded"
	if f.multipart {
		w := multipart.NewWriter(&body)
		for name, list := range f.values {
			for _, v := range list {
				_ = w.WriteField(name, v)
			}
		}
		for _, u := range f.files {
			part, err := w.CreatePart(map[string][]string{
				"Content-Disposition": {fmt.Sprintf("form-data; name=%q; filename=%q", u.field, u.name)}, "Content-Type": {u.kind},
			})
			if err != nil {
				f.b.t.Fatal(err)
			}
			_, _ = part.Write(u.body)
		}
		if err := w.Close(); err != nil {
			f.b.t.Fatal(err)
		}
		kind = w.FormDataContentType()
	} else {
		body.WriteString(f.values.Encode())
	}
	req, err := http.NewRequestWithContext(f.b.t.Context(), http.MethodPost, f.b.base+f.action, &body)
	if err != nil {
		f.b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Origin", f.b.base)
	req.Header.Set("Referer", f.b.base+f.b.path)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	f.b.do(req)
	if f.b.status >= 500 {
		f.b.t.Fatalf("POST %s: %d\n%s", f.action, f.b.status, f.b.text())
	}
}

// listen follows the live stream until the test ends and returns its lines.
func (b *browser) listen(ctx context.Context) <-chan string {
	b.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base+"/live", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	stream := &http.Client{Jar: b.client.Jar} // a stream has no end to wait for
	res, err := stream.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		b.t.Fatalf("/live: %s, %s", res.Status, res.Header.Get("Content-Type"))
	}
	lines := make(chan string, 256)
	go func() {
		defer res.Body.Close()
		defer close(lines)
		in := bufio.NewScanner(res.Body)
		for in.Scan() {
			select {
			case lines <- in.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

// hears waits for an event with a word in its data.
func hears(t *testing.T, lines <-chan string, event, word string) {
	t.Helper()
	name := ""
	for end := time.After(patience); ; {
		select {
		case line, ok := <-lines:
			if !ok {
				t.Fatalf("the stream ended before it told of %s %s", event, word)
			}
			if n, ok := strings.CutPrefix(line, "event: "); ok {
				name = n
			}
			if data, ok := strings.CutPrefix(line, "data: "); ok && name == event && strings.Contains(data, word) {
				return
			}
		case <-end:
			t.Fatalf("the stream did not tell of %s %s", event, word)
		}
	}
}
