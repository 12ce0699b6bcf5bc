package web

import (
	"context"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/server/web/ui"
)

// How long what pages share is kept. Events of this process end it at once;
// the bounds are for what other processes change and for what has no event.
const (
	houseLife = 5 * time.Second
	seatLife  = 10 * time.Second
	// seatPace is how often the counts of a busy inbox are made anew for changes
	// that others make; one's own show at once.
	seatPace = time.Second
	// savedPace is the same for saved views, whose conditions may have to look at
	// many tickets.
	savedPace = 5 * time.Second
)

// house is what the pages of a workspace name things by. It is read whole and
// never changed, so that all requests of a few seconds share it.
type house struct {
	workspace auth.Workspace
	people    []auth.Person
	person    map[auth.PersonID]auth.Person
	teams     []auth.Team
	team      map[auth.TeamID]string
	shops     []order.Shop
	shop      map[order.ShopID]order.Shop
	boxes     []ticket.Mailbox // without their secrets
	tags      []ticket.Tag
	color     map[string]string // by tag
	fields    []ticket.Field
	macros    []ticket.Macro
	habits    map[string]habit.Own // of markets, by code
	roles     []auth.CustomRole
}

// seat is what one person's pages count.
type seat struct {
	views  []ticket.View
	counts map[string]int // by the key of a view, at most countLimit+1
	bare   bool           // the person manages the workspace and has no second factor
}

// countLimit is how far the views' badges count.
const countLimit = 999

// cache keeps houses and seats. It reads the bus when it is asked for
// something, so that no goroutine is needed to keep it fresh.
type cache struct {
	c   Config
	now func() time.Time // the real clock: the product's may stand still or jump

	mu     sync.Mutex
	sub    *event.Subscription
	spaces map[auth.WorkspaceID]*space
}

// space is the cache of one workspace.
type space struct {
	changes int64 // tickets changed so often
	house   *house
	built   time.Time // when the house was read
	seats   map[auth.PersonID]*place
}

// place keeps a seat.
type place struct {
	making sync.Mutex // held while the seat is made, so that many who need it wait for one
	seat   *seat
	at     time.Time // when it was made
	seen   int64     // the changes it knows of
	own    bool      // its person changed something since
	saved  time.Time // when the saved views were counted
}

func newCache(c Config) *cache {
	return &cache{c: c, now: time.Now, sub: c.Bus.Subscribe(0, 4096), spaces: map[auth.WorkspaceID]*space{}}
}

// space returns the cache of a workspace after all that happened until now.
func (c *cache) space(w auth.WorkspaceID) *space {
	for {
		select {
		case e := <-c.sub.C:
			c.note(e)
			continue
		default:
		}
		break
	}
	if c.sub.Behind() {
		c.spaces = map[auth.WorkspaceID]*space{}
	}
	s := c.spaces[w]
	if s == nil {
		s = &space{seats: map[auth.PersonID]*place{}}
		c.spaces[w] = s
	}
	return s
}

// note marks what an event makes old.
func (c *cache) note(e event.Event) {
	s := c.spaces[e.Workspace]
	if s == nil {
		return
	}
	subject, _, _ := strings.Cut(e.Kind, ".")
	switch subject {
	case "customer", "order":
		return
	case "person", "role", "team": // who sees what has changed
		s.seats = map[auth.PersonID]*place{}
	case "ticket":
		s.changes++
		if p := s.seats[auth.PersonID(e.ActorID)]; p != nil && e.ActorKind == auth.Agent && p.moved(e.Kind) {
			p.own = true
		}
		if e.Kind != "ticket.tags" {
			return
		}
	}
	s.house = nil
}

// moved reports whether a change that the seat's person made may show in its
// counts. What a message moves has an event of its own, and to have read a ticket
// takes it from the mentions at most.
func (p *place) moved(kind string) bool {
	if kind == "ticket.read" {
		return p.seat == nil || p.seat.counts[ui.ViewMentions] > 0
	}
	return kindOf(kind) != "message"
}

// forget drops all that is kept of a workspace.
func (c *cache) forget(w auth.WorkspaceID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.spaces, w)
}

// house returns what the pages of the actor's workspace share.
func (r *request) house() (*house, error) {
	c := r.s.cache
	c.mu.Lock()
	sp := c.space(r.actor.Workspace)
	h, built := sp.house, sp.built
	c.mu.Unlock()
	if h != nil && c.now().Sub(built) < houseLife {
		return h, nil
	}
	h, err := c.furnish(r.Context(), r.actor.Workspace)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.spaces[r.actor.Workspace]; s != nil {
		s.house, s.built = h, c.now()
	}
	return h, nil
}

// furnish reads a house. It names things for everybody, so it is read by the
// system; what a person may see of tickets and customers is never in it.
func (c *cache) furnish(ctx context.Context, w auth.WorkspaceID) (*house, error) {
	system := auth.ForSystem(w)
	h := &house{person: map[auth.PersonID]auth.Person{}, team: map[auth.TeamID]string{}, shop: map[order.ShopID]order.Shop{}, color: map[string]string{}}
	var err error
	if h.workspace, err = c.c.Auth.Workspace(ctx, system); err != nil {
		return nil, err
	}
	if h.people, err = c.c.Auth.People(ctx, system); err != nil {
		return nil, err
	}
	if h.teams, err = c.c.Auth.Teams(ctx, system); err != nil {
		return nil, err
	}
	if h.shops, err = c.c.Orders.Shops(ctx, system); err != nil {
		return nil, err
	}
	if h.boxes, err = c.c.Tickets.Mailboxes(ctx, system); err != nil {
		return nil, err
	}
	if h.tags, err = c.c.Tickets.TagList(ctx, system); err != nil {
		return nil, err
	}
	if h.fields, err = c.c.Tickets.Fields(ctx, system); err != nil {
		return nil, err
	}
	if h.roles, err = c.c.Auth.Roles(ctx, system); err != nil {
		return nil, err
	}
	if h.macros, err = c.c.Tickets.Macros(ctx, system); err != nil {
		return nil, err
	}
	said, err := c.c.Habits.List(ctx, system)
	if err != nil {
		return nil, err
	}
	h.habits = map[string]habit.Own{}
	for _, v := range said {
		h.habits[v.Market] = v.Own
	}
	for i, p := range h.people {
		h.people[i].PasswordHash = ""
		h.person[p.ID] = h.people[i]
	}
	for _, t := range h.teams {
		h.team[t.ID] = t.Name
	}
	for _, s := range h.shops {
		h.shop[s.ID] = s
	}
	for i := range h.boxes {
		h.boxes[i].Secrets = ticket.MailSecrets{}
	}
	for _, t := range h.tags {
		h.color[t.Name] = t.Color
	}
	return h, nil
}

// profile is how the workspace's customers in a market are used to be served, the zero one for a market that nothing is
// known of.
func (h *house) profile(market string) habit.Profile {
	p, _ := habit.Of(market)
	return p.With(h.habits[p.Market])
}

// seat returns the reader's views with their counts.
func (r *request) seat() (*seat, error) {
	c := r.s.cache
	c.mu.Lock()
	sp := c.space(r.actor.Workspace)
	p := sp.seats[r.actor.Person()]
	if p == nil {
		p = &place{}
		sp.seats[r.actor.Person()] = p
	}
	value, changes := p.seat, sp.changes
	age := c.now().Sub(p.at)
	fresh := value != nil && age < seatLife && (p.seen == changes || age < seatPace && !p.own)
	c.mu.Unlock()
	if fresh {
		return value, nil
	}
	p.making.Lock()
	defer p.making.Unlock()
	c.mu.Lock()
	value, saved := p.seat, p.saved
	made := value != nil && p.seen >= changes && c.now().Sub(p.at) < seatLife // by somebody else while we waited
	c.mu.Unlock()
	if made {
		return value, nil
	}
	keep := value
	if c.now().Sub(saved) >= savedPace {
		keep, saved = nil, c.now()
	}
	value, err := r.takeSeat(keep)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	p.seat, p.at, p.seen, p.own, p.saved = value, c.now(), changes, false, saved
	return value, nil
}

// counted are the built-in views that bear a count.
var counted = []string{ui.ViewMine, ui.ViewUnassigned, ui.ViewOpen, ui.ViewPending, ui.ViewSnoozed, ui.ViewMentions}

// takeSeat reads the reader's views and counts them in one statement. The saved
// views and their counts are taken from keep if there is one.
func (r *request) takeSeat(keep *seat) (*seat, error) {
	bare := keep != nil && keep.bare
	if keep == nil {
		var err error
		if bare, err = r.s.Auth.Bare(r.Context(), r.actor); err != nil {
			return nil, err
		}
	}
	if !r.actor.May(auth.ReadTickets) {
		return &seat{counts: map[string]int{}, bare: bare}, nil
	}
	var views []ticket.View
	if keep != nil {
		views = keep.views
	} else {
		var err error
		if views, err = r.s.Tickets.Views(r.Context(), r.actor); err != nil {
			return nil, err
		}
	}
	keys := append([]string(nil), counted...)
	s := &seat{views: views, bare: bare, counts: make(map[string]int, len(keys)+len(views))}
	for _, v := range views {
		key := viewKey(v.ID)
		if keep != nil {
			if n, ok := keep.counts[key]; ok {
				s.counts[key] = n
				continue
			}
		}
		keys = append(keys, key)
	}
	queries := make([]ticket.ListQuery, len(keys))
	for i, key := range keys {
		queries[i], _, _ = viewQuery(r.actor, key, views)
	}
	counts, err := r.s.Tickets.Counts(r.Context(), r.actor, queries, countLimit)
	if err != nil {
		return nil, err
	}
	for i, key := range keys {
		s.counts[key] = counts[i]
	}
	return s, nil
}
