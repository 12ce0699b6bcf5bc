package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// broken lets the customer say that a shirt came damaged, and choose another one, which the law gives them.
func (x *bureau) broken(t *testing.T, evidence ...string) (cases.Case, cases.Resolution) {
	t.Helper()
	w := x.wish(cases.Damaged, "damaged", "replace", 1)
	w.Evidence = evidence
	c, adv, err := x.Open(context.Background(), x.anna, w)
	must(t, err)
	n := x.offered(t, adv, "replace")
	c, err = x.Choose(context.Background(), x.anna, c.ID, n)
	must(t, err)
	return c, c.Resolutions[slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Number == n })]
}

// What the law gives is offered without evidence; where the terms want some before it goes on by itself, the customer is
// asked in the step in which they choose, once, and it goes on when it comes. What never comes takes nothing away.
func TestWhatIsChosenAsksForItsEvidence(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newBureau(t, s)
		x.terms.Policy.Evidence = map[decision.Reason]decision.Evidence{decision.Damaged: decision.Photo}
		x.terms.Policy.Auto[decision.Replace] = 50_000
		c, r := x.broken(t)
		if c.Phase != cases.NeedsInfo || c.Waiting != "photo" || r.Stand != cases.Taken || r.Law == "" || !slices.Equal(r.Offer.Needs, []string{"photo"}) {
			t.Fatalf("%s for %q: %+v", c.Phase, c.Waiting, r)
		}
		if n := len(x.letters); n != 2 || !strings.Contains(x.letters[1], "Foto") {
			t.Fatalf("letters %q", x.letters)
		}
		c, err := x.Answer(ctx, x.anna, c.ID, []string{"photo"}, "")
		must(t, err)
		i := slices.IndexFunc(c.Resolutions, func(y cases.Resolution) bool { return y.Means == r.Means && y.Stand.Alive() })
		if i < 0 || c.Resolutions[i].Stand == cases.Taken || len(c.Resolutions[i].Offer.Needs) > 0 || c.Phase == cases.Submitted {
			t.Fatalf("with it: %s %+v", c.Phase, c.Resolutions)
		}
		if c.Decision.By != 0 || c.Resolutions[i].Decider != 0 {
			t.Error("somebody had to decide")
		}

		c, r = x.broken(t) // nothing ever comes
		had := len(x.letters)
		for range 40 {
			x.now = x.now.Add(12 * time.Hour)
			must(t, x.Work(ctx, x.w))
		}
		c = x.get(t, c.ID)
		who, _ := c.Waits()
		if c.Phase != cases.Submitted || who != cases.ByUs || c.Resolutions[slices.IndexFunc(c.Resolutions, func(y cases.Resolution) bool { return y.Number == r.Number })].Stand != cases.Taken {
			t.Errorf("%s waits for %s: %+v", c.Phase, who, c.Resolutions)
		}
		if n := len(x.letters) - had; n != 2 || !strings.Contains(x.letters[had], "noch") || len(x.tasks) == 0 || !strings.Contains(x.tasks[len(x.tasks)-1], "has not sent") {
			t.Errorf("%d letters: %q; tasks %q", n, x.letters[had:], x.tasks)
		}
		if _, err := x.Approve(ctx, x.lead, c.ID, r.Number, ""); !errs.Is(err, errs.Invalid) {
			t.Errorf("approved without evidence or a reason: %v", err)
		}
		if c, err = x.Approve(ctx, x.lead, c.ID, r.Number, "the carrier says the same"); err != nil || c.Phase == cases.Submitted {
			t.Errorf("%s, %v", c.Phase, err)
		}
	})
}
