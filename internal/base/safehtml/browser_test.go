package safehtml

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// startBrowser gives a tab of a headless Chromium. Without a browser the test is not run here, unless
// GODWIT_TEST_BROWSER=1 demands it.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("GODWIT_TEST_BROWSER") == "1" {
			t.Fatal("GODWIT_TEST_BROWSER=1, but no Chromium is installed")
		}
		t.Skip("not run here: no Chromium is installed")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"), // nothing leaves this computer
	)
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	tab, cancelTab := chromedp.NewContext(alloc)
	t.Cleanup(cancelTab)
	if err := chromedp.Do(tab); err != nil { // before any timeout, which would end the browser with it
		t.Fatalf("start Chromium: %v", err)
	}
	return tab
}

// A visit is what a page did in the browser.
type visit struct {
	mu       sync.Mutex
	requests []string
	dialogs  int
	calls    []string
}

const hooks = `<script>
window.calls = [];
for (const name of ['alert', 'prompt', 'confirm', 'open', 'print']) window[name] = (...args) => { calls.push(name + ':' + args) };
for (const name of ['log', 'error', 'warn', 'info']) console[name] = (...args) => { calls.push('console.' + name + ':' + args) };
</script>`

// poke parses each mail again in place, fires the events that handlers wait for, and lists what is still capable.
const poke = `(() => {
	const mails = [...document.querySelectorAll('.mail')];
	for (const m of mails) { m.innerHTML = m.innerHTML; m.innerHTML += ''; }
	for (const e of document.querySelectorAll('.mail *')) {
		for (const type of ['mouseover', 'mouseenter', 'focus', 'blur', 'load', 'error', 'toggle', 'submit', 'dragstart', 'keydown', 'begin', 'start'])
			e.dispatchEvent(new Event(type, {bubbles: true}));
		for (const a of e.attributes) if (a.name.startsWith('on')) calls.push('handler ' + a.name);
		if (e.namespaceURI !== 'http://www.w3.org/1999/xhtml') calls.push('foreign ' + e.tagName);
		if (/^(SCRIPT|IFRAME|OBJECT|EMBED|FORM|STYLE|LINK|META|BASE|TEMPLATE)$/.test(e.tagName)) calls.push('element ' + e.tagName);
		if (e.href && !/^(https?|mailto|tel):/.test(e.href)) calls.push('href ' + e.href);
		const p = getComputedStyle(e).position;
		if (p !== 'static') calls.push('position ' + p);
	}
	return new Promise(done => setTimeout(() => done(calls.map(String)), 500));
})()`

func show(t *testing.T, tab context.Context, body string) *visit {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!doctype html><html><head><link rel=icon href=\"data:,\">%s</head><body>%s</body></html>", hooks, body)
	}))
	defer srv.Close()
	v := &visit{}
	ctx, cancel := context.WithTimeout(tab, 60*time.Second)
	defer cancel()
	if err := chromedp.Listen(ctx, func(ev any) {
		v.mu.Lock()
		defer v.mu.Unlock()
		switch ev := ev.(type) {
		case *network.EventRequestWillBeSent:
			if u := ev.Request.URL; u != srv.URL+"/" && !strings.HasPrefix(u, "data:") {
				v.requests = append(v.requests, u)
			}
		case *page.EventJavascriptDialogOpening:
			v.dialogs++
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL+"/")); err != nil {
		t.Fatal(err)
	}
	calls, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](poke, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.calls = calls
	return v
}

// TestBrowser shows every hostile mail, cleaned, in a page of our own without the frame: nothing may run and nothing may
// be fetched. The same page with a mail that was not cleaned shows that the test would see it.
func TestBrowser(t *testing.T) {
	tab := startBrowser(t)

	raw := show(t, tab, `<div class=mail><img src="https://evil.example/a.png" onerror="alert(1)"><p style="position:fixed">x</p></div>`)
	if len(raw.requests) == 0 || !strings.Contains(strings.Join(raw.calls, " "), "alert:1") || !strings.Contains(strings.Join(raw.calls, " "), "position fixed") {
		t.Fatalf("the hooks are blind: %v %v", raw.calls, raw.requests)
	}

	var body strings.Builder
	all := vectors(t)
	for _, vec := range all {
		fmt.Fprintf(&body, "<div class=mail data-id=%q>%s</div>\n", vec.ID, Mail(vec.Payload, Options{}).HTML)
	}
	v := show(t, tab, body.String())
	if len(v.calls) > 0 || len(v.requests) > 0 || v.dialogs > 0 {
		t.Errorf("ran: %q\nfetched: %q\ndialogs: %d", v.calls, v.requests, v.dialogs)
	}
	n, err := chromedp.Run(tab, chromedp.Evaluate[int](`document.querySelectorAll('body > .mail').length`))
	if err != nil || n != len(all) {
		t.Errorf("%d of %d mails stayed in their place (%v)", n, len(all), err)
	}
}

// TestBrowserFrame shows hostile mail that was not cleaned behind the second wall alone. No policy keeps a document from
// leaving by a meta refresh, so that one is left to the first wall.
func TestBrowserFrame(t *testing.T) {
	tab := startBrowser(t)
	var body strings.Builder
	for _, vec := range vectors(t) {
		fmt.Fprintf(&body, "<iframe sandbox=%q srcdoc=\"%s\"></iframe>\n", Sandbox,
			strings.NewReplacer("&", "&amp;", `"`, "&quot;").Replace(Frame(strings.ReplaceAll(vec.Payload, "http-equiv=refresh", ""))))
	}
	v := show(t, tab, body.String())
	for _, u := range v.requests {
		if strings.Contains(u, "evil.example") || strings.HasPrefix(u, "http") {
			t.Errorf("the frame let %s through", u)
		}
	}
	if v.dialogs > 0 || len(v.calls) > 0 {
		t.Errorf("the frame ran something: %d dialogs, %q", v.dialogs, v.calls)
	}
}
