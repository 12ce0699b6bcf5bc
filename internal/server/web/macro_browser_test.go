package web

import (
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/ticket"
)

// TestMacroWithScript chooses a macro in a browser, reloads before the draft was
// saved, takes the macro off, chooses it again, and sends.
func TestMacroWithScript(t *testing.T) {
	d, m, _, tk := deskOf(t)
	mac, _ := chosen(t, d, m, tk, ticket.MacroActions{AddTags: []string{"sent"}, Status: ticket.Solved})
	b := openTab(t, d)
	b.password()
	b.at("/inbox/mine")
	held := "document.querySelector('[data-macro-held]:not([hidden])')"
	waits := held + " && document.querySelector('[name=macro]').value === '" + id64(mac.ID) + "' && " + held + ".innerText.includes('On its way')" +
		" && document.querySelector('#reply-body').value.includes('It travels.') && document.querySelector('[data-send]').value === 'solved'"
	choose := func() {
		t.Helper()
		b.run("document.querySelector('button[data-macro]').click()")
		b.until(waits)
	}
	b.open(path(tk, ""))
	b.until("document.querySelector('button[data-macro]')")
	choose()
	b.open(path(tk, "")) // before the pause after which drafts are saved
	b.until(waits)
	if got := reload(t, d, m, tk); got.HasTag("sent") {
		t.Fatal("choosing acted")
	}
	b.run("document.querySelector('[data-macro-drop]').click()")
	b.until("!" + held + " && document.querySelector('[name=macro]').value === '' && document.querySelector('[data-send]').value === 'pending'")
	b.open(path(tk, ""))
	b.until("!" + held + " && document.querySelector('#reply-body').value.includes('It travels.')")
	b.run("const a = document.querySelector('#reply-body'); a.value = ''; a.dispatchEvent(new Event('input', { bubbles: true }))")
	choose()
	b.run("document.querySelector('[data-send]').click()")
	b.until("!" + held + " && document.querySelector('#reply-body').value === '' && document.querySelector('#items').innerText.includes('It travels.')")
	got := reload(t, d, m, tk)
	if !got.HasTag("sent") || got.Status != ticket.Solved || got.Messages != 2 {
		t.Fatalf("after sending: %+v", got)
	}
	// The draft that was sent does not come back, not even from a late saving.
	b.open(path(tk, ""))
	b.until("!" + held + " && document.querySelector('#reply-body').value === ''")
	if kept, err := d.tickets.DraftOf(t.Context(), m.owner, tk.ID, ticket.KindOutbound); err != nil || strings.TrimSpace(kept.Data.Body) != "" {
		t.Fatalf("the sent draft is back: %+v, %v", kept.Data, err)
	}
}
