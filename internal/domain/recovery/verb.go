package recovery

import (
	"cmp"
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/platform/auth"
)

// Change is what becomes of a claim; a nil field stays as it is.
type Change struct {
	To        State   // "" leaves the state
	Reference *string // the party's own
	Asked     *int64  // in minor units of the claim's currency; until it is submitted
	Granted   *int64  // with Accepted (what was asked for, if nil) or Partly
	Deadline  *time.Time
	ReplyBy   *time.Time
	Owner     *auth.PersonID
	Have      []string // papers that a person has
	Lack      []string // papers that are missing after all
	Why       *string  // with Refused, Asked, Appealed and WrittenOff
}

// Change moves a claim on, or writes to it. A move that a claim in its state cannot make is errs.Conflict, and so is the
// submission of one before its party takes it; what it says already changes nothing. To refuse, to ask and to write off
// needs a reason. Paid ends a claim for which something came, with what came. It needs WriteCases; what books money
// (Accepted, Partly, Paid, WrittenOff) needs ApproveRefunds besides.
func (s *Service) Change(ctx context.Context, actor auth.Actor, number ID, x Change) (Claim, error) {
	if x.To == Accepted || x.To == Partly || x.To == Paid || x.To == WrittenOff {
		if err := actor.Can(auth.ApproveRefunds); err != nil {
			return Claim{}, err
		}
	}
	return s.change(ctx, actor, auth.WriteCases, number, func(_ context.Context, c Claim, now time.Time) (step, error) {
		next, err := c.apply(x, now)
		if err != nil || same(c, next) {
			return step{}, err
		}
		return step{next: &next}, nil
	})
}

// same reports whether two forms of a claim say the same.
func same(a, b Claim) bool {
	return a.State == b.State && a.Asked == b.Asked && a.Granted == b.Granted && a.Reference == b.Reference && a.Owner == b.Owner && a.Why == b.Why && a.Fixed == b.Fixed &&
		a.Deadline.Equal(b.Deadline) && a.ReplyBy.Equal(b.ReplyBy) && slices.Equal(a.Papers, b.Papers)
}

// apply is what a change makes of a claim; the claim that was given stays as it is.
func (c Claim) apply(x Change, now time.Time) (Claim, error) {
	c.Papers = slices.Clone(c.Papers)
	if !c.State.Open() && !c.repeats(x) {
		return c, errs.New(errs.Conflict, "error.recovery_state")
	}
	if !c.State.Open() {
		return c, nil
	}
	if x.Reference != nil {
		c.Reference = cut(*x.Reference, maxReference)
	}
	if x.Owner != nil {
		c.Owner = *x.Owner
	}
	if x.Why != nil {
		c.Why = cut(*x.Why, maxWhy)
	}
	if err := c.plan(x, now); err != nil {
		return c, err
	}
	for _, k := range x.Have {
		c.has(k, FromPerson, now)
	}
	for _, k := range x.Lack {
		if p := c.paper(k); p != nil && p.From != FromFile { // a document is taken off instead
			c.lacks(k)
		}
	}
	c.settle()
	if x.To == "" || x.To == c.State {
		return c, nil
	}
	return c.move(x, now)
}

// repeats reports whether a change says what a claim that has ended says already.
func (c Claim) repeats(x Change) bool {
	return x.To == c.State && (x.Reference == nil || cut(*x.Reference, maxReference) == c.Reference) && (x.Why == nil || cut(*x.Why, maxWhy) == c.Why)
}

// plan takes the sum and the days of a change.
func (c *Claim) plan(x Change, now time.Time) error {
	if x.Asked != nil && *x.Asked != c.Asked {
		if !c.State.Unsent() || *x.Asked <= 0 || *x.Asked > mostMinor {
			return errs.Field("asked", "error.recovery_asked")
		}
		c.Asked, c.Fixed = *x.Asked, true
	}
	if x.Deadline != nil && !x.Deadline.Equal(c.Deadline) {
		if !c.State.Unsent() || !x.Deadline.IsZero() && !x.Deadline.After(now) {
			return errs.Field("deadline", "error.recovery_deadline")
		}
		c.Deadline = x.Deadline.UTC().Truncate(time.Millisecond)
	}
	if x.ReplyBy != nil {
		c.ReplyBy = x.ReplyBy.UTC().Truncate(time.Millisecond)
	}
	return nil
}

// move takes a claim to another state.
func (c Claim) move(x Change, now time.Time) (Claim, error) {
	if !slices.Contains(c.State.Verbs(), x.To) {
		return c, errs.New(errs.Conflict, "error.recovery_state")
	}
	switch x.To {
	case Submitted, Appealed:
		if x.To == Submitted && now.Before(c.OpensAt) {
			return c, errs.New(errs.Conflict, "error.recovery_early", "date", c.OpensAt.Format(time.DateOnly))
		}
		if c.SubmittedAt.IsZero() {
			c.SubmittedAt = now
		}
		if x.ReplyBy == nil && c.Reply > 0 {
			c.ReplyBy = now.AddDate(0, 0, c.Reply)
		}
	case Accepted, Partly:
		granted := c.Asked
		if x.Granted != nil {
			granted = *x.Granted
		} else if x.To == Partly {
			return c, errs.Field("granted", "error.required")
		}
		if granted <= 0 || granted > mostMinor || granted < c.Received || x.To == Partly && granted >= c.Asked || x.To == Accepted && granted < c.Asked {
			return c, errs.Field("granted", "error.recovery_granted")
		}
		c.grant(granted)
	case Paid:
		if c.Received == 0 {
			return c, errs.New(errs.Conflict, "error.recovery_unpaid")
		}
		c.grant(c.Received)
	case Refused, Asked, WrittenOff:
		if x.Why == nil || c.Why == "" {
			return c, errs.Field("why", "error.required")
		}
		if x.To != Asked {
			c.grant(c.Received)
		}
	}
	c.State = x.To
	return c, nil
}

// grant says what the party will pay in all.
func (c *Claim) grant(minor int64) {
	if minor != c.Granted {
		c.Granted = minor
		c.Grants++
	}
}

// NewPayment is money that came from a party.
type NewPayment struct {
	Paid      money.Amount
	Counts    int64 // of the claim's currency; by the rate of now if 0 and the currency is another
	Reference string
	At        time.Time // now if zero
}

// mostMinor is more than anybody pays, and so little that no sum of claims is beyond 64 bits.
const mostMinor = 1_000_000_000_000

// Pay books what a party paid: all of it, or a part. Money that comes without a word before grants the claim so far as it
// goes; once all that is granted has come, the claim is paid. A repeat of a reference changes nothing; the same reference
// with another sum, and money for a claim that nobody submitted or that has ended, is errs.Conflict. It needs ApproveRefunds.
func (s *Service) Pay(ctx context.Context, actor auth.Actor, number ID, n NewPayment) (Claim, error) {
	n.Reference = cut(n.Reference, maxReference)
	if n.Reference == "" {
		return Claim{}, errs.Field("reference", "error.required")
	}
	if _, ok := money.Digits(n.Paid.Currency); !ok {
		return Claim{}, errs.Field("currency", "error.currency", "currency", n.Paid.Currency)
	}
	if n.Paid.Minor <= 0 || n.Paid.Minor > mostMinor || n.Counts < 0 || n.Counts > mostMinor {
		return Claim{}, errs.Field("amount", "error.invalid")
	}
	return s.change(ctx, actor, auth.ApproveRefunds, number, func(ctx context.Context, c Claim, now time.Time) (step, error) {
		known, err := s.Store.RecoveryPayments(ctx, actor.Workspace, number)
		if err != nil {
			return step{}, err
		}
		if i := slices.IndexFunc(known, func(p Payment) bool { return p.Reference == n.Reference }); i >= 0 {
			if known[i].Paid != n.Paid {
				return step{}, errs.New(errs.Conflict, "error.recovery_reference", "reference", n.Reference)
			}
			return step{}, nil
		}
		if !c.State.Open() || c.State.Unsent() {
			return step{}, errs.New(errs.Conflict, "error.recovery_state")
		}
		p := Payment{ID: PaymentID(s.IDs.Next()), Workspace: actor.Workspace, Claim: number, Reference: n.Reference, Paid: n.Paid, Counts: n.Counts, At: cmp.Or(n.At.UTC().Truncate(time.Millisecond), now), By: actor, BookedAt: now}
		if p.At.After(now) {
			return step{}, errs.Field("at", "error.invalid")
		}
		if n.Paid.Currency == c.Currency {
			p.Counts = n.Paid.Minor
		} else if p.Counts == 0 {
			counts, err := s.Convert(ctx, actor.Workspace, n.Paid, c.Currency)
			if err != nil {
				return step{}, err
			}
			p.Counts = counts.Minor
		}
		if p.Counts <= 0 {
			return step{}, errs.Field("counts", "error.invalid")
		}
		if _, err := s.Store.AddRecoveryPayment(ctx, p); err != nil { // the claim is held, so that its references are known
			return step{}, err
		}
		next := c.paid(p)
		return step{next: &next, paid: &p}, nil
	})
}

// paid is what a payment makes of a claim.
func (c Claim) paid(p Payment) Claim {
	c.Received += p.Counts
	if c.Received > c.Granted {
		c.grant(c.Received)
	}
	switch {
	case c.State == Accepted || c.State == Partly:
		if c.Received >= c.Granted {
			c.State = Paid
		}
	case c.Received >= c.Asked:
		c.State = Paid
	default:
		c.State = Partly
	}
	return c
}
