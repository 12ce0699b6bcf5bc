package store_test

import (
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

const returnPolicy = `# ours
currency: EUR
terms:
  windows: {refund: 40}
  label: 4.90
  fallback: {method: bank, days: 5}
  trigger: receipt
`

func TestPoliciesAreKeptInVersionsAndHoldFromAnInstantOn(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d, ctx := newDesk(t, s), t.Context()
		now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
		p := policy.New(policy.Config{Store: s, Rates: fx.New(fx.Config{Store: s, Journal: s}), Journal: s, Now: func() time.Time { return now }})
		facts := func(placed time.Time) policy.Facts {
			return policy.Facts{Market: "DE", Reason: "changed_mind", Currency: "EUR", PlacedAt: placed}
		}
		version := func(placed time.Time) string {
			t.Helper()
			terms, err := p.Terms(ctx, d.w, facts(placed))
			if err != nil {
				t.Fatal(err)
			}
			return terms.Version
		}
		if got := version(now); got != policy.BuiltIn {
			t.Errorf("without a policy it is %q", got)
		}
		if _, err := p.Save(ctx, d.owner, "standard", strings.Replace(returnPolicy, "40", "7", 1)); !errs.Is(err, errs.Invalid) || len(policy.Problems(err)) == 0 {
			t.Errorf("a policy below the law was saved: %v", err)
		}
		first, err := p.Save(ctx, d.owner, "standard", returnPolicy)
		if err != nil || first.Label() != "standard/1" || first.Text != returnPolicy {
			t.Fatalf("saved %+v, %v", first, err)
		}
		if again, err := p.Save(ctx, d.owner, "standard", returnPolicy); err != nil || again.Number != 1 {
			t.Errorf("the same text made version %d, %v", again.Number, err)
		}
		if _, err := p.Save(ctx, d.owner, "standard", strings.Replace(returnPolicy, "40", "60", 1)); err != nil {
			t.Fatal(err)
		}
		if got := version(now); got != policy.BuiltIn {
			t.Errorf("what was only saved is in force: %q", got)
		}
		if _, err := p.Publish(ctx, d.owner, "standard", 1, time.Time{}); err != nil {
			t.Fatal(err)
		}
		if r, err := p.Publish(ctx, d.owner, "standard", 2, now.Add(24*time.Hour)); err != nil || !r.From.Equal(now.Add(24*time.Hour)) {
			t.Fatalf("released %+v, %v", r, err)
		}
		for placed, want := range map[time.Time]string{now.Add(-time.Second): policy.BuiltIn, now: "standard/1", now.Add(24*time.Hour - 1): "standard/1", now.Add(24 * time.Hour): "standard/2"} {
			if got := version(placed); got != want {
				t.Errorf("for an order of %s it is %q, want %q", placed, got, want)
			}
		}
		terms, err := p.Terms(ctx, d.w, facts(now))
		if err != nil || terms.Policy.Windows[decision.Refund] != 40 || *terms.Policy.Label != 490 {
			t.Errorf("terms %+v, %v", terms, err)
		}
		if _, err := p.Publish(ctx, d.owner, "standard", 9, now); !errs.Is(err, errs.NotFound) {
			t.Errorf("a version that does not exist: %v", err)
		}
		versions, err := p.Versions(ctx, d.owner, "standard", 0)
		releases, err2 := p.Releases(ctx, d.owner)
		if err != nil || err2 != nil || len(versions) != 2 || versions[0].Number != 2 || len(releases) != 2 || releases[0].Number != 2 {
			t.Errorf("versions %+v, releases %+v, %v %v", versions, releases, err, err2)
		}
		other := newDesk(t, s)
		if list, err := p.Policies(ctx, other.owner); err != nil || len(list) != 0 {
			t.Errorf("another workspace sees %+v, %v", list, err)
		}
		agent := auth.Actor{Kind: auth.Agent, ID: 2, Workspace: d.w, Role: auth.AgentRole}
		if _, err := p.Save(ctx, agent, "standard", returnPolicy); !errs.Is(err, errs.Denied) {
			t.Errorf("an agent saved a policy: %v", err)
		}
	})
}

// Orders of before the first release have the terms under which they were sold, if the merchant says since when those held.
func TestTheFirstReleaseMayTellOfThePast(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d, ctx := newDesk(t, s), t.Context()
		now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
		p := policy.New(policy.Config{Store: s, Rates: fx.New(fx.Config{Store: s, Journal: s}), Journal: s, Now: func() time.Time { return now }})
		if _, err := p.Save(ctx, d.owner, "standard", returnPolicy); err != nil {
			t.Fatal(err)
		}
		if r, err := p.Publish(ctx, d.owner, "standard", 1, now.AddDate(-1, 0, 0)); err != nil || !r.From.Equal(now.AddDate(-1, 0, 0)) {
			t.Fatalf("released %+v, %v", r, err)
		}
		terms, err := p.Terms(ctx, d.w, policy.Facts{Market: "DE", Reason: "changed_mind", Currency: "EUR", PlacedAt: now.AddDate(0, -6, 0)})
		if err != nil || terms.Version != "standard/1" {
			t.Errorf("half a year ago it was %q, %v", terms.Version, err)
		}
		if r, err := p.Publish(ctx, d.owner, "standard", 1, now.AddDate(0, -3, 0)); err != nil || !r.From.Equal(now) {
			t.Errorf("a later release rewrites the past: %+v, %v", r, err)
		}
	})
}
