package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
)

// An owner connects a provider, whose secrets are never seen again, replaces one, pauses the account and deletes it; the
// page says whether what the provider sent last was proven.
func TestAccountsWithProvidersAreKept(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	d.found("rival")
	ctx := context.Background()
	b := d.as("owner@acme.example")
	b.get("/admin/payments").want(http.StatusOK, "No account yet", "Stripe", "Sandbox")
	b.post("/admin/payments", "provider", "stripe", "stripe-api_key", "", "stripe-address", "https://api.stripe.com").want(http.StatusUnprocessableEntity)
	b.post("/admin/payments", "provider", "nobody").want(http.StatusUnprocessableEntity)
	b.post("/admin/payments", "provider", "stripe", "stripe-api_key", "sk_test_hidden", "stripe-webhook_secret", "whsec_hidden", "stripe-address", "https://api.stripe.com", "shop", id64(m.shop.ID)).
		want(http.StatusOK, "Webhook", "Nothing that was proven has come yet.").lacks("hidden")
	list, err := d.pay.Accounts(ctx, m.owner)
	must(t, err)
	if len(list) != 1 || list[0].Shop != m.shop.ID {
		t.Fatalf("%+v", list)
	}
	at := "/admin/payments/" + id64(int64(list[0].ID))
	b.get("/admin/payments").want(http.StatusOK, "Stripe", "Berlin").lacks("hidden")
	b.post(at, "name", "Till of Berlin", "api_key", "", "address", "https://api.stripe.com", "do", "save").want(http.StatusSeeOther)
	b.post(at, "do", "pause").want(http.StatusSeeOther)
	c, err := d.store.PayAccount(ctx, m.owner.Workspace, list[0].ID)
	must(t, err)
	if c.Name != "Till of Berlin" || c.State != pay.Paused || c.Values["api_key"] != "sk_test_hidden" {
		t.Errorf("%+v", c)
	}
	b.post(at, "name", "Till", "api_key", "sk_test_newer", "address", "https://api.stripe.com", "do", "save").want(http.StatusSeeOther)
	if c, _ = d.store.PayAccount(ctx, m.owner.Workspace, c.ID); c.Values["api_key"] != "sk_test_newer" {
		t.Error("the key was not replaced")
	}
	if err := d.hooks.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := d.hooks.Accept(ctx, c.Hook, http.Header{"Stripe-Signature": {"t=1,v1=00"}}, []byte(`{}`)); err == nil {
		t.Error("a forged webhook was taken")
	}
	must(t, d.hooks.Flush(ctx))
	a := b.get(at).want(http.StatusOK, "paused").lacks("sk_test", "whsec")
	if !strings.Contains(a.body, "Headers missing, or too old") && !strings.Contains(a.body, "No secret fits the signature") {
		t.Error("the page hides that a webhook was turned away")
	}
	d.as("owner@rival.example").get(at).want(http.StatusNotFound)
	d.as("agent@acme.example").get("/admin/payments").want(http.StatusForbidden)
	b.post(at, "do", "delete").want(http.StatusSeeOther)
	b.get(at).want(http.StatusNotFound)
}

// Limits are set by role and for two people, all at once; a wrong row changes none.
func TestRefundLimitsAreSet(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	ctx := context.Background()
	b := d.as("owner@acme.example")
	b.get("/admin/limits").want(http.StatusOK, "Refund limits", "Two people above")
	b.post("/admin/limits", "role", "", "currency", "eur", "above", "500", "role", "lead", "currency", "JPY", "above", "20000", "role", "", "currency", "", "above", "").want(http.StatusSeeOther)
	list, err := d.refunds.Limits(ctx, m.owner)
	must(t, err)
	want := []refund.Limit{{Currency: "EUR", Above: 50000}, {Role: auth.Lead, Currency: "JPY", Above: 20000}}
	if len(list) != 2 || list[0] != want[0] || list[1] != want[1] {
		t.Errorf("%+v", list)
	}
	for _, bad := range [][]string{{"", "ABC", "5"}, {"", "EUR", "x"}, {"", "EUR", "-5"}} {
		b.post("/admin/limits", "role", bad[0], "currency", bad[1], "above", bad[2]).want(http.StatusUnprocessableEntity)
	}
	if again, _ := d.refunds.Limits(ctx, m.owner); len(again) != 2 {
		t.Errorf("a wrong form changed them: %+v", again)
	}
	d.as("lead@acme.example").get("/admin/limits").want(http.StatusForbidden)
}
