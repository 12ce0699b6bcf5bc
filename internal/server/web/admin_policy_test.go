package web

import (
	"net/http"
	"strings"
	"testing"
)

// TestPoliciesPage saves a policy, is refused one below the law, tries one on past
// cases and publishes it.
func TestPoliciesPage(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.as("lead@acme.example")
	b.get("/admin/policies").want(http.StatusOK, "No policy is in force", "Return policies", "keep_below")
	b.get("/admin/policies?policy=other").want(http.StatusNotFound)
	short := strings.Replace(policyStart, "refund: 30", "refund: 10", 1)
	b.post("/admin/policies", "policy", "standard", "text", short, "do", "save").want(http.StatusUnprocessableEntity, "terms.windows.refund", "the law", "this says 10").holds(true, "refund: 10")
	b.post("/admin/policies", "policy", "standard", "text", "currency: [", "do", "save").want(http.StatusUnprocessableEntity, "cannot be read")
	b.post("/admin/policies", "policy", "standard", "text", short, "do", "try", "since", "2026-01-01").want(http.StatusOK, "What it would have changed", "0 of 0 past decisions", "terms.windows.refund")
	if to := b.post("/admin/policies", "policy", "standard", "text", policyStart, "do", "save").to(); to != "/admin/policies?policy=standard" {
		t.Errorf("saved to %s", to)
	}
	b.get("/admin/policies").want(http.StatusOK, "No policy is in force", "Versions never change")
	b.post("/admin/policies", "policy", "standard", "version", "1", "do", "publish").to()
	b.get("/admin/policies").want(http.StatusOK, "standard/1", "In force").holds(false, "No policy is in force")
}
