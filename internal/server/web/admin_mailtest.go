package web

import (
	"cmp"
	"context"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/server/web/ui"
)

// testLimit is how long a connection test may take.
const testLimit = 20 * time.Second

// tryMailbox runs the connection test and words its steps. The test sees its
// context end after testLimit and stops.
func (r *request) tryMailbox(m ticket.Mailbox) []ui.TestStep {
	if m.Settings.InKind == "off" && m.Settings.OutKind == "off" {
		return []ui.TestStep{{Name: r.printer.T("mailtest.off"), Text: r.printer.T("mailtest.off_text")}}
	}
	ctx, cancel := context.WithTimeout(r.Context(), testLimit)
	defer cancel()
	var out []ui.TestStep
	for _, x := range r.s.MailTest(ctx, m) {
		out = append(out, r.uiSteps(m, x)...)
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		out = append(out, ui.TestStep{Tone: ui.ToneBad, Name: r.printer.T("mailbox.result"), Text: r.printer.T("mailtest.late")})
	}
	if m.Settings.InKind == "lmtp" {
		out = append(out, ui.TestStep{Name: r.printer.T("mailtest.wait"), Text: r.printer.T("mailtest.wait_text", "Address", m.Address)})
	}
	return out
}

// reached tells by the code of a problem how far a connection came. Problems
// that can befall it anywhere are said of the connection itself, so that no step
// is shown as passed that was perhaps never tried.
var reached = map[string]string{
	"dns": "resolve", "tls_name": "tls", "tls_unknown_ca": "tls", "tls_expired": "tls", "tls_mismatch": "tls", "no_starttls": "tls",
	"plain_refused": "tls", "auth_failed": "sign_in", "app_password_needed": "sign_in", "token_refused": "sign_in", "no_mechanism": "sign_in",
	"oauth_incomplete": "sign_in", "no_such_folder": "folder",
}

// uiSteps shows the outcome of one direction step by step: what was passed, what
// failed, and what was not reached. A step under any other name stands as it is.
func (r *request) uiSteps(m ticket.Mailbox, x TestStep) []ui.TestStep {
	last := ui.TestStep{Tone: ui.ToneBad, Name: x.Name, Detail: x.Detail}
	switch {
	case x.Skipped:
		last.Tone = ui.ToneNone
	case x.OK:
		last.Tone = ui.ToneGood
	}
	if x.Key != "" {
		last.Text = r.printer.T(x.Key, x.Args...)
	}
	set := m.Settings
	host, port, user, security := set.InHost, set.InPort, set.InUser, set.InTLS
	steps := []string{"resolve", "connect", "tls", "sign_in", "folder"}
	switch x.Name {
	case "incoming":
	case "outgoing":
		host, port, user, security = set.OutHost, set.OutPort, set.OutUser, set.OutTLS
		steps = []string{"resolve", "connect", "tls", "sign_in"}
	default:
		return []ui.TestStep{last}
	}
	failed := ""
	if !x.OK {
		failed = cmp.Or(reached[strings.TrimPrefix(x.Key, "mailtest.")], "connect")
	}
	if security == "none" && failed != "tls" {
		steps = slices.DeleteFunc(steps, func(s string) bool { return s == "tls" })
	}
	words := []any{
		"Host", host, "Door", net.JoinHostPort(host, strconv.Itoa(port)), "User", cmp.Or(user, m.Address),
		"Folder", cmp.Or(strings.Join(set.Folders, ", "), "INBOX"),
	}
	var out []ui.TestStep
	tone := ui.ToneGood
	for i, s := range steps {
		step := ui.TestStep{Tone: tone, Name: r.printer.T("mailtest."+s, words...)}
		if s == failed || x.OK && i == len(steps)-1 {
			step.Tone, step.Text, step.Detail = last.Tone, last.Text, last.Detail
		}
		if s == failed {
			tone = ui.ToneNone
		}
		out = append(out, step)
	}
	return out
}
