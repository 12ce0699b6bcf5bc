package app

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"godwit.dev/godwit/internal/adapter/channel/email/smtptest"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store/storetest"
)

// logbook is a log in memory.
type logbook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// discreet looks, when a journey has ended, at everything that was logged on it:
// no line holds a mail address, or what a customer is called, wrote about, or
// wrote. After a failure the log is shown.
func (w *world) discreet() {
	got := w.log.String()
	lower := strings.ToLower(got)
	for _, line := range strings.Split(got, "\n") {
		if strings.Contains(line, "@") && !strings.Contains(line, "stack=") { // of functions, in module@version
			w.t.Errorf("an address is in the log: %s", line)
		}
	}
	for _, private := range w.private {
		if private = strings.ToLower(strings.TrimSpace(private)); len(private) < 6 {
			continue // a word so short is found anywhere
		}
		if i := strings.Index(lower, private); i >= 0 {
			w.t.Errorf("%q is in the log: %s", private, got[max(0, i-200):min(len(got), i+len(private)+100)])
		}
	}
	if w.t.Failed() {
		w.t.Logf("the log:\n%s", got)
	}
}

// A day at the desk, with all that goes wrong: refused mail whose answer names the
// customer, mail that cannot be read, a wrong password, a bad token. The log at
// its most talkative names nobody and quotes nothing.
func TestTheLogTellsNothingOfAnybody(t *testing.T) {
	var out logbook
	d := newLoggingDesk(t, storetest.File(t), slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	a, err := Start(t.Context(), d.Core, ServeConfig{Listen: "127.0.0.1:0", Metrics: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Stop(t.Context()) })

	first := d.mail(map[string]string{"Subject": "Kopfhörer ZX81"}, "My heart rate monitor is broken.")
	d.reply(first.Ticket, "Please send a photograph of it.")
	tries := 0
	bad, err := smtptest.Start(smtptest.Config{Fault: func(string, []string) smtptest.Fault {
		tries++
		return smtptest.Fault{Reply: &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "mailbox of anna@client.example is busy"}}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bad.Stop)
	box, err := d.Tickets.SaveMailbox(d.ctx, d.owner, ticket.Mailbox{
		Address: "refused@shop.example", Name: "Shop help",
		Settings: ticket.MailSettings{InKind: "lmtp", OutKind: "smtp", OutHost: bad.Host, OutPort: bad.Port, OutTLS: "none"},
	})
	if err != nil {
		t.Fatal(err)
	}
	raw := "From: Anna Kowalska <anna@client.example>\r\nTo: refused@shop.example\r\nSubject: Kopfhörer ZX81\r\nMessage-ID: <second@client.example>\r\n\r\nMy heart rate monitor again.\r\n"
	if _, err := d.Mailroom.Accept(d.ctx, d.space.ID, box.ID, []mailroom.Raw{{Source: "second", Body: []byte(raw), ReceivedAt: time.Now()}}, nil); err != nil {
		t.Fatal(err)
	}
	var second []ticket.Message
	d.until("the second mail is in its ticket", func() bool {
		second, err = d.Store.MessagesByKey(d.ctx, d.space.ID, []string{"second@client.example"})
		return err == nil && len(second) > 0
	})
	if _, err := d.Tickets.Reply(d.ctx, d.owner, second[0].Ticket, ticket.NewReply{Body: "Please send a photograph of it."}); err != nil {
		t.Fatal(err)
	}
	d.until("the refusal is logged", func() bool { return strings.Contains(out.String(), "action postponed") })

	secret, _, err := d.Auth.CreateToken(d.ctx, d.owner, auth.NewToken{Name: "warehouse bridge", Scopes: []auth.Permission{auth.ReadTickets}})
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	base := "http://" + a.Addr()
	ask := func(method, path, bearer string, form url.Values) {
		t.Helper()
		req, err := http.NewRequest(method, base+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		if form != nil {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		if bearer != "" {
			req.Header.Set("Authorization", "Bearer "+bearer)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		_, _ = io.Copy(io.Discard, res.Body) // only what it left in the log matters
	}
	for _, password := range []string{"wrong horse battery", "a long enough secret"} {
		ask("POST", "/signin", "", url.Values{"email": {"owner@shop.example"}, "password": {password}})
	}
	ask("POST", "/sign-in", "", url.Values{"email": {"stranger@shop.example"}, "password": {"guessed it"}})
	ask("TRACE", "/search?q=anna", "", nil)
	ask("DELETE", "/api/v1/me", secret, nil)
	ask("GET", "/api/v1/webhooks", secret, nil)
	if err := d.Watch.Flush(d.ctx); err != nil {
		t.Fatal(err)
	}
	ask("GET", fmt.Sprintf("/t/%d", d.ticket(first.Ticket).Number), "", nil)
	ask("GET", "/invite/gwi_notatokenatall", "", nil)
	ask("GET", "/search?q=anna%40client.example", "", nil)
	ask("GET", "/api/v1/tickets", secret, nil)
	ask("GET", "/api/v1/tickets", secret+"x", nil)
	d.Log.Error("a driver speaks", "error", fmt.Errorf("dial postgres://desk:pa55word@db/desk: no role for owner@shop.example"))

	got := strings.ToLower(out.String())
	for _, private := range []string{
		"anna", "kowalska", "client.example", "shop.example", "owner@", "li wei", "zx81", "heart rate", "photograph", "wrong horse", "long enough secret",
		"pa55word", "notatoken", "127.0.0.1", "guessed@", "stranger@", "gwt_", "warehouse", strings.ToLower(secret),
	} {
		if i := strings.Index(got, private); i >= 0 {
			t.Errorf("%q is in the log: %s", private, got[max(0, i-200):min(len(got), i+100)])
		}
	}
	for _, refusal := range []string{"what=sign_in", "what=token", "what=method", "what=action", "network=127.0.0.0/24"} {
		if !strings.Contains(got, refusal) {
			t.Errorf("the log lacks %s", refusal)
		}
	}
	if !strings.Contains(got, "[address] is busy") {
		t.Errorf("the refusal should stay readable:\n%s", got)
	}
}
