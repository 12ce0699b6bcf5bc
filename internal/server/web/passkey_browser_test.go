package web

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"godwit.dev/godwit/internal/platform/auth"
)

// tab is a page of a Chromium with an authenticator of its own.
type tab struct {
	*testing.T
	ctx  context.Context
	base string
}

// openTab starts a browser. Without one the test is not run here, unless
// GODWIT_TEST_BROWSER=1 demands it.
func openTab(t *testing.T, d *door) *tab {
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
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true),
	)
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancelTab := chromedp.NewContext(alloc)
	t.Cleanup(cancelTab)
	must(t, chromedp.Do(ctx)) // before any timeout, which would end the browser with it
	ctx, stop := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(stop)
	b := &tab{t, ctx, strings.Replace(d.server.URL, "127.0.0.1", "localhost", 1)}
	_, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{})
	must(t, err)
	b.plug(webauthn.AuthenticatorTransportInternal)
	return b
}

// plug adds an authenticator whose person is always there and always the right one.
func (b *tab) plug(by webauthn.AuthenticatorTransport) {
	b.Helper()
	_, err := chromedp.Call(b.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: by, HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	must(b.T, err)
}

func (b *tab) open(path string) {
	b.Helper()
	must(b.T, chromedp.Do(b.ctx, chromedp.Navigate(b.base+path)))
}

// run evaluates a script in the page.
func (b *tab) run(script string) {
	b.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("(() => {"+script+"; return true})()")); err != nil {
		b.Fatalf("%s: %v", script, err)
	}
}

// until waits for something to be true of the page.
func (b *tab) until(what string) {
	b.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		// While a page goes and another comes, there is nothing to ask.
		if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("document.readyState === 'complete' && !!("+what+")")); err == nil && ok {
			return
		}
		if time.Now().After(end) {
			where, _ := chromedp.Run(b.ctx, chromedp.Location())
			text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.body.innerText"))
			b.Fatalf("never %s at %s:\n%s", what, where, clip(text))
		}
	}
}

func (b *tab) at(path string) { b.Helper(); b.until("location.pathname === '" + path + "'") }

// press clicks the button of the form that a passkey answers.
func (b *tab) press(kind string) {
	b.Helper()
	b.until("document.querySelector('form[data-passkey=" + kind + "]:not([hidden]) button')")
	b.run("document.querySelector('form[data-passkey=" + kind + "] button').click()")
}

func (b *tab) signOut() {
	b.Helper()
	b.open("/account")
	b.run("document.querySelector('form[action=\"/sign-out\"]').submit()")
	b.at("/sign-in")
}

func (b *tab) password() {
	b.Helper()
	b.open("/sign-in")
	b.run("const f = document.querySelector('form[action=\"/sign-in\"]'); f.email.value = 'owner@acme.example'; f.password.value = '" + password + "'; f.submit()")
}

// TestPasskeys registers passkeys on a virtual authenticator, signs in by one
// alone, by one as the second step, proves oneself by one, and takes one out of use
// whose counter goes backwards.
func TestPasskeys(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := openTab(t, d)
	b.password()
	b.at("/inbox/mine")
	add := func(name string) {
		t.Helper()
		b.open("/account/security")
		b.until("document.querySelector('form[data-passkey=create]:not([hidden])')")
		b.run("document.querySelector('form[data-passkey=create] input[name=name]').value = '" + name + "'")
		b.press("create")
	}
	add("Laptop")
	b.until("document.querySelectorAll('.codes li').length === 10")
	b.plug(webauthn.AuthenticatorTransportUsb)
	add("Key ring")
	b.until("document.querySelectorAll('form[action^=\"/account/security/passkeys/\"]').length >= 2")
	keys, err := d.store.Passkeys(t.Context(), m.owner.Workspace, m.owner.Person())
	if err != nil || len(keys) != 2 || keys[0].Name != "Laptop" || keys[1].Name != "Key ring" {
		t.Fatalf("%+v, %v", keys, err)
	}

	b.signOut()
	b.press("get")
	b.at("/inbox/mine")

	b.signOut()
	b.password()
	b.at("/sign-in/factor")
	b.press("get")
	b.at("/inbox/mine")

	d.age(auth.FreshFor + time.Minute)
	b.open("/account/security/app")
	b.at("/confirm")
	b.press("prove")
	b.at("/account/security/app")
	b.until("document.querySelector('svg.qr path')")

	write, _ := d.store.Pools()
	_, err = write.Exec(`UPDATE passkey SET record=json_set(record, '$.authenticator.signCount', 1000000)`)
	must(t, err)
	b.signOut()
	b.press("get")
	b.until("document.querySelector('.bar[data-tone=bad]')")
	keys, err = d.store.Passkeys(t.Context(), m.owner.Workspace, m.owner.Person())
	if err != nil || keys[0].ClonedAt.IsZero() == keys[1].ClonedAt.IsZero() {
		t.Errorf("the copied passkey goes on: %+v, %v", keys, err)
	}
	b.open("/account")
	b.at("/sign-in")
}
