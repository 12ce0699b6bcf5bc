package web

import (
	"strings"
	"testing"

	"godwit.dev/godwit/internal/flow/commerce"
)

// TestShopPages connects a shop at the console, shows its secret once, and does what the buttons say.
func TestShopPages(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := d.as("owner@acme.example")
	page := b.get("/admin/shops?driver=generic")
	for _, want := range []string{"Files and webhooks", `name="o_currency"`, `name="o_webhook_secret"`, "No shop is connected yet"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the form has no %q", want)
		}
	}
	bad := b.post("/admin/shops", "driver", "generic", "o_name", "Lager", "o_currency", "money")
	if bad.status != 422 || !strings.Contains(bad.body, `id="e-o_currency"`) {
		t.Errorf("%d for a currency that is none", bad.status)
	}
	made := b.post("/admin/shops", "driver", "generic", "o_name", "Lager", "o_currency", "EUR")
	if made.status != 200 || !strings.Contains(made.body, "whsec_") || !strings.Contains(made.body, "/hooks/hok_") {
		t.Errorf("%d, the secret is not shown", made.status)
	}
	list, err := d.shops.Connections(t.Context(), m.owner)
	must(t, err)
	if len(list) != 1 {
		t.Fatalf("%d connections", len(list))
	}
	path := "/admin/shops/" + id64(list[0].ID)
	if again := b.get(path); strings.Contains(again.body, "whsec_") || !strings.Contains(again.body, "<progress") {
		t.Error("the secret is shown again, or the import has no bar")
	}
	for _, step := range []struct {
		do    string
		state commerce.State
	}{{"pause", commerce.Paused}, {"resume", commerce.Importing}, {"sync", commerce.Importing}, {"test", commerce.Importing}} {
		b.post(path, "do", step.do)
		c, err := d.shops.Connection(t.Context(), m.owner, list[0].ID)
		must(t, err)
		if c.State != step.state {
			t.Errorf("%s: %s", step.do, c.State)
		}
	}
	b.post(path, "do", "delete")
	if list, err := d.shops.Connections(t.Context(), m.owner); err != nil || len(list) != 0 {
		t.Errorf("%d connections, %v", len(list), err)
	}
}
