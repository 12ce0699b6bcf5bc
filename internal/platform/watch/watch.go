package watch

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/forwarded"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// The kinds of event.
const (
	RefusedKind = "security.refused"
	UnusualKind = "security.unusual"
)

// Bounds of what a minute of a flood leaves behind, on each node.
const (
	mostKeys   = 2000 // told apart in memory and in the log
	mostEvents = 10   // of a workspace in the journal; one more sums up the rest
)

// Store is what watching needs of the database.
type Store interface {
	event.Journal
	InTx(context.Context, func(context.Context) error) error
	// EventsOf returns the newest events of a kind since a moment.
	EventsOf(ctx context.Context, w auth.WorkspaceID, kind string, since time.Time, limit int) ([]event.Event, error)
	PeopleByEmail(ctx context.Context, email string) ([]auth.Person, error)
	Workspaces(context.Context) ([]auth.Workspace, error)
}

// Config is what a Watch needs.
type Config struct {
	Store Store
	// Once reports whether something happens for the first time within a while, on
	// whichever node.
	Once func(ctx context.Context, what, who string, within time.Duration) (bool, error)
	// Tell asks for letters to the owners; it joins a transaction in ctx.
	Tell  func(ctx context.Context, w auth.WorkspaceID, a Alarm) error
	Nodes func() int // how many nodes serve; nil: one
	Now   func() time.Time
	Log   *slog.Logger
}

// Refusal is one refusal, as a door saw it.
type Refusal struct {
	What    What
	Actor   auth.Actor // the zero Actor if nobody is known
	Account string     // the mail address that was typed at sign-in, if that is all there is
	Address string     // of the network
	Where   string     // the pattern of the route, the operation or the tool: never a path
}

// key tells refusals apart that are counted together.
type key struct {
	what      What
	workspace auth.WorkspaceID
	person    auth.PersonID
	token     auth.TokenID
	account   string
	network   string
}

// seen is what was counted under a key.
type seen struct {
	n     int
	actor auth.Actor
	where string // of the first one
	since time.Time
}

// Watch counts. It is safe for concurrent use.
type Watch struct {
	Config

	mu      sync.Mutex
	counts  map[key]*seen
	readers map[key]*use
	tokens  map[key]*use
	alarms  []alarmed
}

// use is what somebody did within an hour.
type use struct {
	since    time.Time
	n        int
	networks map[string]struct{}
	told     bool
}

// alarmed is an alarm that was raised since the last Flush.
type alarmed struct {
	workspace auth.WorkspaceID
	Alarm
}

// New returns a Watch.
func New(c Config) *Watch {
	return &Watch{Config: c, counts: map[key]*seen{}, readers: map[key]*use{}, tokens: map[key]*use{}}
}

// Refused takes note of a refusal. It does not ask the database.
func (w *Watch) Refused(ctx context.Context, r Refusal) {
	if w == nil {
		return
	}
	k := key{r.What, r.Actor.Workspace, r.Actor.Person(), r.Actor.Token, r.Account, forwarded.Network(r.Address)}
	w.mu.Lock()
	s := w.counts[k]
	if s == nil && len(w.counts) >= mostKeys {
		k = key{what: r.What, workspace: r.Actor.Workspace}
		s = w.counts[k]
	}
	first := s == nil
	if first {
		s = &seen{actor: r.Actor, where: r.Where, since: w.Now()}
		w.counts[k] = s
	}
	s.n++
	w.mu.Unlock()
	if first {
		w.Log.WarnContext(ctx, "refused", "what", string(r.What), "where", r.Where, "workspace", int64(k.workspace), "person", int64(k.person), "token", int64(k.token),
			"network", forwarded.Coarse(r.Address))
	}
}

// Used takes note that a token was used from an address.
func (w *Watch) Used(a auth.Actor, address string) {
	if w == nil || a.Token == 0 {
		return
	}
	network := forwarded.Coarse(address)
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.within(w.tokens, key{workspace: a.Workspace, token: a.Token})
	if len(u.networks) <= mostNetworks {
		u.networks[network] = struct{}{}
	}
	if len(u.networks) > mostNetworks && !u.told {
		u.told = true
		w.alarms = append(w.alarms, alarmed{a.Workspace, Alarm{Networks, Count{Token: a.Token, N: len(u.networks)}}})
	}
}

// Read takes note that somebody was given n records or files. Of several nodes
// each sees its share.
func (w *Watch) Read(a auth.Actor, n int) {
	if w == nil || n == 0 || a.Workspace == 0 {
		return
	}
	nodes := 1
	if w.Nodes != nil {
		nodes = max(w.Nodes(), 1)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.within(w.readers, key{workspace: a.Workspace, person: a.Person(), token: a.Token})
	if u.n += n; u.n > mostRecords/nodes && !u.told {
		u.told = true
		w.alarms = append(w.alarms, alarmed{a.Workspace, Alarm{Export, Count{Person: a.Person(), Token: a.Token, N: u.n}}})
	}
}

// within returns what is known of somebody in this hour of theirs.
func (w *Watch) within(of map[key]*use, k key) *use {
	now := w.Now()
	u := of[k]
	if u == nil || now.Sub(u.since) > time.Hour {
		if len(of) >= mostKeys {
			maps.DeleteFunc(of, func(_ key, u *use) bool { return now.Sub(u.since) > time.Hour })
		}
		if len(of) >= mostKeys {
			clear(of) // more people than a house has: begin anew rather than grow
		}
		u = &use{since: now, networks: map[string]struct{}{}}
		of[k] = u
	}
	return u
}

// Every is how often Run writes down what was counted.
const Every = time.Minute

// Run writes down what was counted, every minute and at the end of ctx.
func (w *Watch) Run(ctx context.Context) {
	tick := time.NewTicker(Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			if err := w.Flush(last); err != nil {
				w.Log.Error("write down refusals", "error", err)
			}
			return
		case <-tick.C:
			if err := w.Flush(ctx); err != nil && ctx.Err() == nil {
				w.Log.Error("write down refusals", "error", err)
			}
		}
	}
}

// row is what goes into one event.
type row struct {
	Count
	Where string    `json:"where,omitempty"`
	Since time.Time `json:"since"`
	Rest  bool      `json:"rest,omitempty"` // the sum of what was too much to tell apart

	actor auth.Actor
}

// Flush writes down what was counted since the last time and raises alarms. What
// could not be written is lost but for its lines in the log: to hold on to it while
// the database is away would let a flood fill the memory.
func (w *Watch) Flush(ctx context.Context) error {
	w.mu.Lock()
	counts, alarms := w.counts, w.alarms
	w.counts, w.alarms = map[key]*seen{}, nil
	w.mu.Unlock()
	rows, err := w.rows(ctx, counts)
	if err != nil {
		return err
	}
	for id, list := range rows {
		if err := w.write(ctx, id, list); err != nil {
			return fmt.Errorf("refusals: %w", err)
		}
		recent, err := w.recent(ctx, id)
		if err != nil {
			return err
		}
		for _, a := range Judge(recent) {
			alarms = append(alarms, alarmed{id, a})
		}
	}
	for _, a := range alarms {
		if err := w.raise(ctx, a.workspace, a.Alarm); err != nil {
			return fmt.Errorf("raise an alarm: %w", err)
		}
	}
	return nil
}

// rows sorts what was counted by workspace, the most frequent first. What is
// nobody's belongs to the only workspace, if there is one; else the log alone has it.
func (w *Watch) rows(ctx context.Context, counts map[key]*seen) (map[auth.WorkspaceID][]row, error) {
	out := map[auth.WorkspaceID][]row{}
	if len(counts) == 0 {
		return out, nil
	}
	home := auth.WorkspaceID(0)
	all, err := w.Store.Workspaces(ctx)
	if err != nil {
		return nil, err
	}
	if len(all) == 1 {
		home = all[0].ID
	}
	for k, s := range counts {
		if s.n > 1 {
			w.Log.WarnContext(ctx, "refused repeatedly", "what", string(k.what), "where", s.where, "workspace", int64(k.workspace), "person", int64(k.person), "token", int64(k.token),
				"network", coarse(k.network), "count", s.n)
		}
		x := row{Count: Count{k.what, k.person, k.token, k.network, s.n}, Where: s.where, Since: s.since, actor: s.actor}
		var owners []auth.Person
		if k.account != "" {
			if owners, err = w.Store.PeopleByEmail(ctx, k.account); err != nil {
				return nil, err
			}
		}
		for _, p := range owners {
			x.Person = p.ID
			out[p.Workspace] = append(out[p.Workspace], x)
		}
		if of := cmp.Or(k.workspace, home); len(owners) == 0 && of != 0 {
			out[of] = append(out[of], x)
		}
	}
	for id, list := range out {
		slices.SortFunc(list, func(a, b row) int {
			return cmp.Or(cmp.Compare(b.N, a.N), a.Since.Compare(b.Since), cmp.Compare(a.Network, b.Network))
		})
		if len(list) > mostEvents {
			rest := map[What]row{}
			for _, x := range list[mostEvents:] {
				sum, ok := rest[x.What]
				if !ok {
					sum = row{Count: Count{What: x.What}, Since: x.Since, Rest: true}
				}
				sum.N += x.N
				rest[x.What] = sum
			}
			out[id] = append(list[:mostEvents:mostEvents], slices.SortedFunc(maps.Values(rest), func(a, b row) int { return cmp.Compare(a.What, b.What) })...)
		}
	}
	return out, nil
}

// coarse is forwarded.Coarse of what Network wrote.
func coarse(network string) string {
	if c := forwarded.Coarse(network); c != "" {
		return c
	}
	if len(network) > 4 && network[len(network)-3:] == "/64" {
		return forwarded.Coarse(network[:len(network)-3])
	}
	return ""
}

// write appends the events of a workspace.
func (w *Watch) write(ctx context.Context, id auth.WorkspaceID, list []row) error {
	return w.Store.InTx(ctx, func(ctx context.Context) error {
		for _, x := range list {
			by := x.actor
			if by.Workspace != id {
				by = auth.ForSystem(id)
			}
			from := event.From(ctx, event.Origin{Address: x.Network, Token: x.Token})
			if err := w.Store.Append(from, event.New(RefusedKind, by, subject(id, x.Count), 0, x)); err != nil {
				return err
			}
		}
		return nil
	})
}

// subject is the record that a count is about.
func subject(id auth.WorkspaceID, c Count) event.Subject {
	switch {
	case c.Token != 0:
		return event.Subject{Kind: "token", ID: int64(c.Token)}
	case c.Person != 0:
		return event.Subject{Kind: "person", ID: int64(c.Person)}
	}
	return event.Subject{Kind: "workspace", ID: int64(id)}
}

// mostRecent bounds what is read of the last Window: ten minutes of a flood at
// nine nodes.
const mostRecent = 1000

// recent returns what all nodes have refused in the last Window.
func (w *Watch) recent(ctx context.Context, id auth.WorkspaceID) ([]Count, error) {
	events, err := w.Store.EventsOf(ctx, id, RefusedKind, w.Now().Add(-Window), mostRecent)
	if err != nil {
		return nil, err
	}
	var out []Count
	for _, e := range events {
		var c Count
		if err := e.Decode(&c); err != nil {
			return nil, fmt.Errorf("event %d: %w", e.ID, err)
		}
		out = append(out, c)
	}
	return out, nil
}

// quiet is for how long an alarm about a subject is not repeated, and letters of
// its kind are not written.
const quiet = 24 * time.Hour

// raise writes an alarm down and tells the owners, unless that was done today.
func (w *Watch) raise(ctx context.Context, id auth.WorkspaceID, a Alarm) error {
	return w.Store.InTx(ctx, func(ctx context.Context) error {
		who := a.Count
		who.N = 0
		first, err := w.Once(ctx, "unusual", fmt.Sprintf("%d %s %+v", id, a.Kind, who), quiet)
		if err != nil || !first {
			return err
		}
		w.Log.WarnContext(ctx, "unusual activity", "kind", string(a.Kind), "what", string(a.What), "workspace", int64(id), "person", int64(a.Person), "token", int64(a.Token),
			"network", coarse(a.Network), "count", a.N)
		data := struct {
			Kind Kind `json:"kind"`
			Count
		}{a.Kind, a.Count}
		if err := w.Store.Append(ctx, event.New(UnusualKind, auth.ForSystem(id), subject(id, a.Count), 0, data)); err != nil {
			return err
		}
		letter, err := w.Once(ctx, "unusual letter", fmt.Sprintf("%d %s", id, a.Kind), quiet)
		if err != nil || !letter || w.Tell == nil {
			return err
		}
		return w.Tell(ctx, id, a)
	})
}
