package cases

import (
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/platform/auth"
)

// Evidence that a case asked for is waited for.
const (
	urgeEvery = 5 // days from asking to the first reminder, from there to the second, and to the end
	mostUrged = 2 // reminders; then people decide without it
	lawAhead  = 2 // days before the law's last day they do so at the latest
)

var expert = decision.ExpertReport.String()

// Urged tells that the customer was reminded of evidence that a case waits for.
const Urged Happening = "urged"

// Unanswered is the code by which a case goes back to people because what it asked for did not come.
const Unanswered = "unanswered"

// urges says when something is done next about evidence that does not come, and when waiting for it ends; zero is never. The
// law's last day is never waited for: lack of evidence takes nothing that the law gives without it.
func (c Case) urges() (next, end time.Time) {
	if c.Phase != NeedsInfo || c.AskedAt.IsZero() {
		return time.Time{}, time.Time{}
	}
	end = c.AskedAt.AddDate(0, 0, urgeEvery*(mostUrged+1))
	if last := c.Deadline.AddDate(0, 0, -lawAhead); !c.Deadline.IsZero() && last.Before(end) {
		end = last
	}
	if end.Before(c.AskedAt) {
		end = c.AskedAt
	}
	if next = c.AskedAt.AddDate(0, 0, urgeEvery*(c.Urged+1)); next.After(end) {
		next = end
	}
	return next, end
}

// Urge does what is due about evidence that does not come: the customer is reminded of it, in the end people go on without.
// What they chose stays chosen. Before that it does nothing.
func (c Case) Urge(by auth.Actor, now time.Time) ([]Event, error) {
	next, end := c.urges()
	switch {
	case next.IsZero() || now.Before(next):
		return nil, nil
	case !now.Before(end):
		return c.Go(by, Submitted, Unanswered, now)
	}
	return c.plan(by, now).add(Urged, func(e *Event) { e.Evidence = strings.Fields(c.Waiting) }).done()
}

// Lacks returns the evidence, in the words of package decision, that the terms want for what the customer took, as long as
// nothing is left to be chosen, and they have not given. What an expert says costs money: a person asks for that.
func (c Case) Lacks() []string {
	var out []string
	for _, r := range c.Resolutions {
		if r.Stand == Offered {
			return nil
		}
		if r.Stand != Taken || r.Offer == nil {
			continue
		}
		for _, word := range r.Offer.Needs {
			if word != expert && !slices.Contains(c.Evidence, word) && !slices.Contains(out, word) {
				out = append(out, word)
			}
		}
	}
	return out
}
