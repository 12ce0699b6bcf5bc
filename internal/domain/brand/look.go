package brand

import (
	"context"
	"net"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// When a proven host is looked at, and what follows if its proof stays away. Zones are
// moved, and resolvers have bad days: nobody is told of one bad look, and nothing is
// taken from anybody who has not had a week to mend it.
const (
	lookEvery     = 24 * time.Hour
	lookSoon      = time.Hour // after the DNS did not answer
	warnAfter     = 3 * 24 * time.Hour
	withdrawAfter = 14 * 24 * time.Hour
	leastNotice   = 7 * 24 * time.Hour
)

// Finding is what a look at a proven host found.
type Finding int

// What there is to find.
const (
	Unheard Finding = iota // the DNS did not answer, which says nothing of the host
	Sound                  // the record is there, and the host leads here
	Gone                   // the record is missing, or the host leads elsewhere
)

// Fate is what becomes of a proven host after a look.
type Fate string

// What becomes of hosts.
const (
	Keep     Fate = "keep"
	Warn     Fate = "warn"     // once, when the proof has been gone for three days
	Withdraw Fate = "withdraw" // after fourteen, and a week after the warning
)

// after is the rule: what a look makes of a proven host. Of one that is not proven it
// makes nothing.
func (d Domain) after(f Finding, now time.Time) (Domain, Fate) {
	if !d.Proven() {
		return d, Keep
	}
	d.LookAt = now.Add(lookEvery)
	switch {
	case f == Unheard:
		d.LookAt = now.Add(lookSoon)
	case f == Sound:
		d.FailingSince, d.WarnedAt = time.Time{}, time.Time{}
	case d.FailingSince.IsZero():
		d.FailingSince = now
	case d.WarnedAt.IsZero() && now.Sub(d.FailingSince) >= warnAfter:
		d.WarnedAt = now
		return d, Warn
	case !d.WarnedAt.IsZero() && !now.Before(d.EndsAt()):
		return Domain{Host: d.Host, FailingSince: d.FailingSince}, Withdraw
	}
	return d, Keep
}

// EndsAt is from when on a failing host is withdrawn by the next bad look. Before the
// warning it is no promise.
func (d Domain) EndsAt() time.Time {
	ends := d.FailingSince.Add(withdrawAfter)
	if notice := d.WarnedAt.Add(leastNotice); notice.After(ends) {
		ends = notice
	}
	return ends
}

// Due is a shop whose host is to be looked at.
type Due struct {
	Workspace auth.WorkspaceID
	Shop      order.ShopID
}

// LookAgain looks whether the proven host of a shop still is its own and leads here, as
// Prove did. One that is not due, or that somebody changed meanwhile, is left alone:
// asked twice, on whichever nodes, it does its work once.
func (s *Service) LookAgain(ctx context.Context, due Due) error {
	b, err := s.Store.Brand(ctx, due.Workspace, due.Shop)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	was, now := b.Domain, s.Now().UTC().Truncate(time.Millisecond)
	if err != nil || !was.Proven() || now.Before(was.LookAt) {
		return err
	}
	found, err := s.find(ctx, b)
	if err != nil {
		return err
	}
	is, fate := was.after(found, now)
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		moved, err := s.Store.MoveDomain(ctx, b.Workspace, b.Shop, was, is)
		if err != nil || !moved {
			return err
		}
		b.Domain = is
		system := auth.ForSystem(b.Workspace)
		switch {
		case fate == Warn:
			err = s.note(ctx, DomainFailing, system, b)
		case fate == Withdraw:
			err = s.note(ctx, DomainWithdrawn, system, b)
		case was.Failing() && !is.Failing():
			return s.recovered(ctx, system, b, was)
		}
		if err == nil && fate != Keep && s.Tell != nil {
			err = s.Tell(ctx, due, is.Host, fate)
		}
		return err
	})
	if fate == Withdraw {
		s.forget()
	}
	return err
}

// find looks into the DNS as Prove does.
func (s *Service) find(ctx context.Context, b Brand) (Finding, error) {
	if s.Host == "" || net.ParseIP(s.Host) != nil { // nothing can lead here by name
		return Unheard, nil
	}
	want, err := s.RecordOf(ctx, b)
	if err != nil {
		return Unheard, err
	}
	switch err := prove(ctx, s.Records, want, b.Domain.Host, Host(s.Host)); {
	case err == nil:
		return Sound, nil
	case errs.Is(err, errs.Invalid):
		return Gone, nil
	case ctx.Err() != nil:
		return Unheard, ctx.Err()
	default:
		return Unheard, nil
	}
}

// recovered notes that a host is sound again, if anybody was told that it was not.
func (s *Service) recovered(ctx context.Context, actor auth.Actor, b Brand, was Domain) error {
	if was.WarnedAt.IsZero() {
		return nil
	}
	return s.note(ctx, DomainRecovered, actor, b)
}

// note appends an event about the host of a shop.
func (s *Service) note(ctx context.Context, kind string, actor auth.Actor, b Brand) error {
	return s.Journal.Append(ctx, event.New(kind, actor, event.Subject{Kind: order.ShopSubject, ID: int64(b.Shop)}, 0, map[string]string{"host": b.Domain.Host}))
}
