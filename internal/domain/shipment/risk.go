package shipment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Risk says why somebody should look after a parcel.
type Risk string

// The risks, each graver than the one before.
const (
	NoRisk       Risk = ""
	Overdue      Risk = "overdue"       // the carrier says so, or the day that it named is over
	Stalled      Risk = "stalled"       // silent for longer than its lane explains
	PresumedLost Risk = "presumed_lost" // hardly any parcel that was silent for so long is seen again
	Contradicted Risk = "contradicted"  // it ended, and a later scan says otherwise
)

var risks = [...]Risk{NoRisk, Overdue, Stalled, PresumedLost, Contradicted}

func (r Risk) grade() int { return slices.Index(risks[:], r) }

// Limits are the moments from which the silence of a parcel is too long, unless
// news come; zero is never.
type Limits struct{ Stalled, Lost time.Time }

// Patience says how long an open parcel may be silent in the status that it is
// in. It is a pure function, and quick.
type Patience func(Shipment) Limits

const day = 24 * time.Hour

// DefaultPatience goes by status and service alone. The days are those after
// which services of that kind are commonly asked about; what is learnt from a
// lane's own history takes its place.
func DefaultPatience(s Shipment) Limits {
	if d := defaultDays(s); d > 0 {
		return Limits{Stalled: s.Seen().Add(d)}
	}
	return Limits{}
}

func defaultDays(s Shipment) time.Duration {
	switch s.Status {
	case Unknown, Announced:
		return LabelPatience
	case PickedUp, InTransit:
		switch {
		case s.Service == "express":
			return 3 * day
		case s.Service == "economy":
			return 12 * day
		case s.Origin.Country != "" && s.Origin.Country == s.To.Country:
			return 4 * day
		}
		return 7 * day
	case InCustoms, ReadyForPickup:
		return 5 * day
	case OutForDelivery, AttemptFailed:
		return 2 * day
	case Held:
		return day
	case Returning:
		return 20 * day
	}
	return 0
}

// Seen is the last sign of life of a parcel.
func (s Shipment) Seen() time.Time {
	seen := s.LastScanAt
	if seen.Before(s.Since) {
		seen = s.Since
	}
	if seen.IsZero() {
		seen = s.CreatedAt
	}
	return seen
}

// judgement says why a parcel is at risk now and since when, from when on it is at
// risk at all, and when to look again unless news come; zero times are never.
type judgement struct {
	risk    Risk
	since   time.Time
	riskAt  time.Time
	sweepAt time.Time
}

// judge says how a parcel stands at now. One that is delayed, unknown to its
// carrier or of doubtful end is at risk since its last sign of life.
func judge(s Shipment, patience Patience, now time.Time) judgement {
	seen := s.Seen()
	if s.Doubtful {
		return judgement{risk: Contradicted, since: seen, riskAt: seen}
	}
	if !s.Status.Open() {
		return judgement{}
	}
	var at [len(risks)]time.Time // when each begins
	if s.Number != "" {          // nobody tells of a parcel without one
		limits := patience(s)
		at[Stalled.grade()], at[PresumedLost.grade()] = limits.Stalled, limits.Lost
	}
	if at[Overdue.grade()] = s.Expected.To; s.Delayed {
		at[Overdue.grade()] = seen
	}
	if s.NotFound || s.PollingExpired {
		at[Stalled.grade()] = seen
	}
	var j judgement
	for grade, t := range at {
		switch {
		case t.IsZero():
			continue
		case !t.After(now):
			j.risk, j.since, j.sweepAt = risks[grade], t, time.Time{}
		case j.sweepAt.IsZero() || t.Before(j.sweepAt):
			j.sweepAt = t
		}
		if j.riskAt.IsZero() || t.Before(j.riskAt) {
			j.riskAt = t
		}
	}
	return j
}

// rejudge brings the risk of a parcel up to now. It reports whether anything is
// another one, and if a graver risk began, since when.
func (s *Shipment) rejudge(patience Patience, now time.Time) (moved bool, graver time.Time) {
	j := judge(*s, patience, now)
	if j.risk.grade() > s.Risk.grade() {
		graver = j.since
	}
	moved = j.risk != s.Risk || !j.riskAt.Equal(s.RiskAt) || !j.sweepAt.Equal(s.SweepAt)
	s.Risk, s.RiskAt, s.SweepAt = j.risk, j.riskAt, j.sweepAt
	return moved, graver
}

// keepSweep leaves a parcel to be looked at when it was to be before, where news
// moved that later: a look too early finds nothing and moves it on, which comes much
// rarer than scans that would move it each time.
func (s *Shipment) keepSweep(was, now time.Time) {
	if was.After(now) && s.SweepAt.After(was) {
		s.SweepAt = was
	}
}

// onItsWay reports whether a parcel went from one state to another without any of
// what changes rarely and what lists and sweeps go by: it stays open and as safe as
// it was, no courier came in vain, and it is looked at again when it was to be.
func onItsWay(a, b Shipment) bool {
	return a.Status.Open() && b.Status.Open() && a.Risk == b.Risk && a.SweepAt.Equal(b.SweepAt) && a.Doubtful == b.Doubtful &&
		a.Attempts == b.Attempts && a.AttemptAt.Equal(b.AttemptAt) && a.DeliveredAt.Equal(b.DeliveredAt)
}

// AtRisk reports whether somebody should look after the parcel.
func (s Shipment) AtRisk(now time.Time) bool { return !s.RiskAt.IsZero() && !s.RiskAt.After(now) }

// Silent returns for how many whole days nothing was heard of an open parcel.
func (s Shipment) Silent(now time.Time) int {
	seen := s.LastScanAt
	if seen.IsZero() {
		seen = s.Since
	}
	if !s.Status.Open() || seen.IsZero() || now.Before(seen) {
		return 0
	}
	return int(now.Sub(seen) / day)
}

// sweepBatch is how many parcels one transaction of a sweep judges.
const sweepBatch = 5000

// Swept says what a sweep did.
type Swept struct {
	Judged int // parcels looked at
	Moved  int // of these, whose risk or its time is another one
	Raised int // of these, of which a graver risk was told
}

func (a *Swept) add(b Swept) {
	a.Judged, a.Moved, a.Raised = a.Judged+b.Judged, a.Moved+b.Moved, a.Raised+b.Raised
}

// Sweep judges the parcels of a workspace whose time has come, and announces
// graver risks, a batch to a transaction. A repeat finds nothing left; several
// may run at once.
func (s *Service) Sweep(ctx context.Context, w auth.WorkspaceID) (Swept, error) {
	var all Swept
	for {
		now := s.now().UTC().Truncate(time.Millisecond)
		patience, err := s.patience(ctx, w)
		if err != nil {
			return all, fmt.Errorf("sweep parcels: %w", err)
		}
		var did Swept
		err = s.store.InTx(ctx, func(ctx context.Context) error {
			list, err := s.store.DueShipments(ctx, w, now, sweepBatch)
			if err == nil {
				did, err = s.settle(ctx, w, list, patience, now)
			}
			return err
		})
		if err != nil {
			return all, fmt.Errorf("sweep parcels: %w", err)
		}
		all.add(did)
		if did.Judged < sweepBatch {
			return all, nil
		}
	}
}

// slack is how much sooner a limit may come before a parcel that is not due is
// written anew. One that comes later is found out when the parcel is looked at.
const slack = time.Hour

// Rejudge judges all open parcels of a workspace, for when what is known of their
// lanes has changed; it writes those that must be looked at more than an hour
// sooner, in the order in which they lie in the store. each is told of every batch,
// before it is judged, and may be nil.
func (s *Service) Rejudge(ctx context.Context, w auth.WorkspaceID, each func(context.Context, []Shipment) error) (Swept, error) {
	var all Swept
	for after := ID(0); ; {
		now := s.now().UTC().Truncate(time.Millisecond)
		patience, err := s.patience(ctx, w)
		if err != nil {
			return all, fmt.Errorf("judge parcels anew: %w", err)
		}
		list, err := s.store.OpenShipments(ctx, w, after, sweepBatch)
		if err == nil && each != nil && len(list) > 0 {
			err = each(ctx, list)
		}
		if err != nil {
			return all, fmt.Errorf("judge parcels anew: %w", err)
		}
		did, err := s.rejudge(ctx, w, list, patience, now)
		if err != nil {
			return all, fmt.Errorf("judge parcels anew: %w", err)
		}
		all.add(did)
		if len(list) < sweepBatch {
			return all, nil
		}
		after = list[len(list)-1].ID
	}
}

// rejudge judges parcels that are not held, and writes those that moved. News may
// have come since they were read: where only the time is another one, it is not
// written then, and where the risk is, the parcel is held, read and judged again.
func (s *Service) rejudge(ctx context.Context, w auth.WorkspaceID, list []Shipment, patience Patience, now time.Time) (Swept, error) {
	did := Swept{Judged: len(list)}
	var later []Shipment
	var other []ID
	for _, v := range list {
		was := v
		switch v.rejudge(patience, now); {
		case was.Risk != v.Risk:
			other = append(other, v.ID)
		case sooner(was.SweepAt, v.SweepAt):
			later = append(later, v)
		}
	}
	if len(later)+len(other) == 0 {
		return did, nil
	}
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.MoveRisks(ctx, w, later); err != nil {
			return err
		}
		held, err := s.store.HoldOpen(ctx, w, other)
		if err != nil {
			return err
		}
		settled, err := s.settle(ctx, w, held, patience, now)
		did.Moved, did.Raised = len(later)+settled.Moved, settled.Raised
		return err
	})
	return did, err
}

// sooner reports whether a parcel that was to be looked at at one time must be at
// another one much before it; zero is never.
func sooner(was, is time.Time) bool {
	return !is.IsZero() && (was.IsZero() || was.Sub(is) > slack)
}

// settle judges held parcels and writes those that moved.
func (s *Service) settle(ctx context.Context, w auth.WorkspaceID, list []Shipment, patience Patience, now time.Time) (Swept, error) {
	did := Swept{Judged: len(list)}
	actor := auth.ForSystem(w)
	var moved []Shipment
	var told []event.Event
	for _, v := range list {
		changed, graver := v.rejudge(patience, now)
		if !changed {
			continue
		}
		moved = append(moved, v)
		if !graver.IsZero() {
			told = append(told, announceRisk(actor, v, graver, now))
		}
	}
	did.Moved, did.Raised = len(moved), len(told)
	if err := s.store.SaveRisks(ctx, w, moved); err != nil || len(told) == 0 {
		return did, err
	}
	return did, s.journal.Append(ctx, told...)
}
