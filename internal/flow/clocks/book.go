package clocks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// SavedKind is the kind of event that tells of a new book.
const SavedKind = "promises.saved" // data: {"version"}

// MaxPage is the most versions that one call returns.
const MaxPage = 100

// Book returns the newest book of the actor's workspace; the default one, as version 0,
// until one is saved. Whoever reads tickets or manages teams may.
func (s *Service) Book(ctx context.Context, actor auth.Actor) (Version, error) {
	if err := actor.CanAny(auth.ReadTickets, auth.ManageTeams); err != nil {
		return Version{}, err
	}
	d, err := s.desk(ctx, actor.Workspace)
	if err != nil {
		return Version{}, err
	}
	return d.version, nil
}

// Versions returns the books before one (0: all), newest first, at most MaxPage. Who may
// is as for Book.
func (s *Service) Versions(ctx context.Context, actor auth.Actor, before, limit int) ([]Version, error) {
	if err := actor.CanAny(auth.ReadTickets, auth.ManageTeams); err != nil {
		return nil, err
	}
	if before <= 0 {
		before = 1 << 30
	}
	return s.Store.PromiseBooks(ctx, actor.Workspace, before, min(max(limit, 1), MaxPage))
}

// Save checks a book and saves it as the next version, from which all clocks are set anew
// in the background. It fails with errs.Invalid and the place of each problem, and with
// errs.Conflict if the newest version is not the one that the actor saw. The newest book
// again is saved no more than once. It needs ManageTeams.
func (s *Service) Save(ctx context.Context, actor auth.Actor, b promise.Book, seen int) (v Version, err error) {
	if err := actor.Can(auth.ManageTeams); err != nil {
		return v, err
	}
	if err := s.check(ctx, actor, b); err != nil {
		return v, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		d, err := s.desk(ctx, actor.Workspace)
		if err != nil {
			return err
		}
		if d.version.Number > 0 && sameBook(d.version.Book, b) {
			v = d.version
			return nil
		}
		if d.version.Number != seen {
			return errs.New(errs.Conflict, "error.promise_changed")
		}
		v = Version{Workspace: actor.Workspace, Number: seen + 1, Book: b, SavedAt: s.Now(), SavedBy: actor.Person()}
		added, err := s.Store.AddPromiseBook(ctx, v)
		if err == nil && !added {
			err = errs.New(errs.Conflict, "error.promise_changed")
		}
		if err != nil {
			return err
		}
		if err := s.Journal.Append(ctx, event.New(SavedKind, actor, event.Subject{Kind: "promises", ID: int64(v.Number)}, 0, map[string]any{"version": v.Number})); err != nil {
			return err
		}
		return s.Recount(ctx, actor.Workspace)
	})
	return v, err
}

// sameBook compares books as they are kept.
func sameBook(a, b promise.Book) bool {
	x, err := json.Marshal(a)
	y, also := json.Marshal(b)
	return err == nil && also == nil && bytes.Equal(x, y)
}

// check judges a book, and whether its teams and shops are the workspace's.
func (s *Service) check(ctx context.Context, actor auth.Actor, b promise.Book) error {
	if _, err := promise.Open(b, Waits()); err != nil {
		return err
	}
	teams, err := s.Places.Teams(ctx, actor.Workspace)
	if err != nil {
		return err
	}
	shops, err := s.Places.Shops(ctx, auth.ForSystem(actor.Workspace))
	if err != nil {
		return err
	}
	known := map[int64]bool{}
	for _, x := range shops {
		known[int64(x.ID)] = true
	}
	for i, c := range b.Calendars {
		for _, id := range c.Teams {
			if !slices.ContainsFunc(teams, func(t auth.Team) bool { return int64(t.ID) == id }) {
				return errs.Field(fmt.Sprintf("calendars.%d.teams", i), "error.promise_unknown")
			}
		}
	}
	for i, c := range b.Closures {
		if slices.ContainsFunc(c.Shops, func(id int64) bool { return !known[id] }) {
			return errs.Field(fmt.Sprintf("closures.%d.shops", i), "error.promise_unknown")
		}
	}
	for i, r := range b.Rules {
		if slices.ContainsFunc(r.When.Shops, func(id int64) bool { return !known[id] }) {
			return errs.Field(fmt.Sprintf("rules.%d.when.shops", i), "error.promise_unknown")
		}
	}
	return nil
}

// Hours returns when somebody is there for whoever writes to a workspace, by its newest book.
// Customers may know: it needs no right.
func (s *Service) Hours(ctx context.Context, w auth.WorkspaceID, who promise.Subject) (promise.Hours, error) {
	d, err := s.desk(ctx, w)
	if err != nil {
		return promise.Hours{}, err
	}
	return d.open.Hours(who), nil
}

// Standing is how the promises about a ticket stand.
type Standing struct {
	Clocks   []promise.Clock
	Promises []promise.Promised // what holds for it, and by which rule
	Subject  promise.Subject    // what the rules asked of it
	MarketBy ticket.MarketBy    // what told its market
	Version  Version
}

// Of returns how the promises about a ticket stand. The actor needs to see the ticket.
func (s *Service) Of(ctx context.Context, actor auth.Actor, t ticket.Ticket) (Standing, error) {
	if err := auth.Can(actor, auth.ReadTickets, t.Resource()); err != nil {
		return Standing{}, err
	}
	d, err := s.desk(ctx, t.Workspace)
	if err != nil {
		return Standing{}, err
	}
	return s.stand(ctx, d, t)
}

// Try returns how the promises about a ticket would stand if a book were saved; what is
// wrong with the book is errs.Invalid. The actor needs to see the ticket.
func (s *Service) Try(ctx context.Context, actor auth.Actor, b promise.Book, t ticket.Ticket) (Standing, error) {
	if err := auth.Can(actor, auth.ReadTickets, t.Resource()); err != nil {
		return Standing{}, err
	}
	open, err := promise.Open(b, Waits())
	if err != nil {
		return Standing{}, err
	}
	return s.stand(ctx, &desk{version: Version{Workspace: t.Workspace, Book: b}, open: open}, t)
}

func (s *Service) stand(ctx context.Context, d *desk, t ticket.Ticket) (out Standing, err error) {
	out.Version = d.version
	who, err := s.Store.Traits(ctx, t.Workspace, t)
	if err != nil {
		return out, err
	}
	out.Subject, out.MarketBy = subject(t, who), who.MarketBy
	out.Promises = d.open.Promises(out.Subject)
	if t.Spam || t.MergedInto != 0 {
		return out, nil
	}
	r, err := s.Store.ClockRecord(ctx, t.Workspace, t.ID)
	if errs.Is(err, errs.NotFound) {
		r, err = s.grow(ctx, t, promise.Record{}, true, ticket.Shift{At: s.Now()})
	}
	if err == nil {
		out.Clocks = d.open.Clocks(out.Subject, r)
	}
	return out, err
}
