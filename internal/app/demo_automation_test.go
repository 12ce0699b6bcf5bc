package app

import (
	"slices"
	"testing"

	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/auth"
)

// demoRulesAct holds that the rules of the demo are on, and that what they did to tickets stands in their log.
func demoRulesAct(t *testing.T, c *Core, w auth.WorkspaceID) {
	rules, err := c.Store.Rules(t.Context(), w)
	if err != nil || len(rules) != len(demoRules) {
		t.Fatalf("%d rules, %v", len(rules), err)
	}
	for i, r := range rules {
		if !r.On || r.Shipped != demoRules[i] {
			t.Errorf("%s, made from %q: on %v", r.Name, r.Shipped, r.On)
		}
	}
	log, err := c.Store.Deeds(t.Context(), w, rules[0].ID, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	tagged := slices.ContainsFunc(log, func(d automating.Deed) bool {
		if d.Outcome != automation.Did || d.Number == 0 {
			return false
		}
		k, err := c.Tickets.Get(t.Context(), auth.ForSystem(w), d.Ticket)
		return err == nil && k.Number == d.Number && k.HasTag("returns")
	})
	if !tagged {
		t.Errorf("no rule has tagged a return: %+v", log)
	}
}
