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

// tryMailbox runs the connection test and words its steps. The test is not
// waited for longer than testLimit; it sees its context end and stops.
func (r *request) tryMailbox(m ticket.Mailbox) []ui.TestStep {
	if m.Settings.InKind == "off" && m.Settings.OutKind == "off" {
		return []ui.TestStep{{Name: r.printer.T("mailtest.off"), Text: r.printer.T("mailtest.off_text")}}
	}
	ctx, cancel := context.WithTimeout(r.Context(), testLimit)
	defer cancel()
	steps := r.s.MailTest(ctx, m)
	var out []ui.TestStep
	for _, x := range steps {
		out = append(out, r.uiStep(m, x))
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		out = append(out, ui.TestStep{Tone: ui.ToneBad, Name: r.printer.T("mailbox.result"), Text: r.printer.T("mailtest.late")})
	}
	if m.Settings.InKind == "lmtp" {
		out = append(out, ui.TestStep{Name: r.printer.T("mailtest.wait"), Text: r.printer.T("mailtest.wait_text", "Address", m.Address)})
	}
	return out
}

// testSteps are the names of steps that the console words; each is said of one
// direction: "in.connect", "out.sign_in".
var testSteps = []string{"resolve", "connect", "tls", "sign_in", "folder", "send"}

func (r *request) uiStep(m ticket.Mailbox, x TestStep) ui.TestStep {
	out := ui.TestStep{Tone: ui.ToneBad, Name: x.Name, Detail: x.Detail}
	switch {
	case x.Skipped:
		out.Tone = ui.ToneNone
	case x.OK:
		out.Tone = ui.ToneGood
	}
	if x.Key != "" {
		out.Text = r.printer.T(x.Key, x.Args...)
	}
	direction, step, ok := strings.Cut(x.Name, ".")
	if !ok || !slices.Contains(testSteps, step) {
		return out
	}
	set := m.Settings
	host, port, user := set.InHost, set.InPort, set.InUser
	if direction == "out" {
		host, port, user = set.OutHost, set.OutPort, set.OutUser
	}
	if step == "connect" {
		host = net.JoinHostPort(host, strconv.Itoa(port))
	}
	folder := cmp.Or(strings.Join(set.Folders, ", "), "INBOX")
	out.Name = r.printer.T("mailtest."+step, "Host", host, "User", cmp.Or(user, m.Address), "Folder", folder, "Address", m.Address)
	return out
}
