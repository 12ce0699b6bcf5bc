package web

import (
	"context"
	"testing"

	"godwit.dev/godwit/internal/platform/auth"
)

// TestPasswordsCanBeShown types into a field for a new password in a real browser:
// it is hidden at first, shown on request, hidden again when the form leaves, and
// weighed meanwhile.
func TestPasswordsCanBeShown(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	token, _, err := d.auth.Invite(context.Background(), m.owner, "new@acme.example", "", auth.AgentRole, false, nil)
	must(t, err)
	b := openTab(t, d)
	b.open("/invite/" + token)
	const field, button = "document.querySelector('#f-password')", "document.querySelector('[data-reveal=f-password]')"
	b.until(button + "?.hidden === false && " + field + ".type === 'password' && " + button + ".ariaPressed === 'false' && " + button + ".getAttribute('aria-label')")
	b.run(button + ".click()")
	b.until(field + ".type === 'text' && " + button + ".ariaPressed === 'true'")
	b.run(button + ".click()")
	b.until(field + ".type === 'password'")

	typed := func(text string) {
		t.Helper()
		b.run("const f = " + field + "; f.value = '" + text + "'; f.dispatchEvent(new Event('input', { bubbles: true }))")
	}
	const box, word = "document.querySelector('[data-weighed]')", "document.querySelector('[data-weighed] [role=status]')"
	b.until(box + ".hidden")
	typed("qwerty123456")
	b.until("!" + box + ".hidden && " + box + ".dataset.level === '0' && " + word + ".textContent === 'Known or easy to guess'")
	typed("quiet tide over sand")
	b.until(box + ".dataset.level === '4' && " + word + ".textContent === 'Strong'")
	typed("")
	b.until(box + ".hidden")

	typed("quiet tide over sand")
	b.run(button + ".click()")
	b.run("document.addEventListener('submit', e => { e.preventDefault(); document.body.dataset.left = " + field + ".type }); document.querySelector('form[action^=\"/invite/\"]').requestSubmit()")
	b.until("document.body.dataset.left === 'password'")
}
