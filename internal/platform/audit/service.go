package audit

import (
	"context"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Entry is a link and what it stands for.
type Entry struct {
	Link
	What event.Event // zero if it is gone
}

// Filter narrows the trail; the zero Filter narrows nothing.
type Filter struct {
	Person  auth.PersonID // who did it
	Family  string        // the beginning of the kind, such as "person"
	Kind    string        // the whole kind, such as "person.invited"
	Subject event.Subject // what it was done to
	From    time.Time     // at or after
	Until   time.Time     // before
}

// Store keeps the chain.
type Store interface {
	// AuditPage returns entries of events before one, the newest first; before 0
	// begins with the newest.
	AuditPage(ctx context.Context, w auth.WorkspaceID, f Filter, before event.ID, limit int) ([]Entry, error)
	// AuditFrom returns entries after a number, the oldest first.
	AuditFrom(ctx context.Context, w auth.WorkspaceID, after int64, limit int) ([]Entry, error)
	// AuditHead returns the newest link, as far as the head tells it (its number and
	// hash), and the newest anchor; both are zero where nothing happened yet.
	AuditHead(ctx context.Context, w auth.WorkspaceID) (Link, Anchor, error)
	// Anchors returns all anchors, the oldest first.
	Anchors(ctx context.Context, w auth.WorkspaceID) ([]Anchor, error)
}

// Config is what a Service needs.
type Config struct {
	Store   Store
	Journal event.Journal
	Signer  Signer
	Now     func() time.Time
}

// Service lets people with the permission audit.read read the trail and have its
// chain checked.
type Service struct {
	Config
	mu    sync.Mutex
	walks map[auth.WorkspaceID]*walk
}

// walk is how far the chain of a workspace was checked by this process.
type walk struct {
	busy  sync.Mutex // held while it goes on: many readers wait for one check
	v     *Verifier
	began time.Time
	state State
}

// NewService returns a Service.
func NewService(c Config) *Service {
	return &Service{Config: c, walks: map[auth.WorkspaceID]*walk{}}
}

// MaxPage is the most entries of one page.
const MaxPage = 500

// Page returns entries of events before one, the newest first; before 0 begins
// with the newest. It needs ReadAudit.
func (s *Service) Page(ctx context.Context, a auth.Actor, f Filter, before event.ID, limit int) ([]Entry, error) {
	if err := a.Can(auth.ReadAudit); err != nil {
		return nil, err
	}
	return s.Store.AuditPage(ctx, a.Workspace, f, before, min(max(limit, 1), MaxPage))
}

// Export calls fn for each entry, the newest first, and reads no more of them at
// once than a page. That the trail left the house is an entry itself, written
// before the first one leaves. It needs ReadAudit.
func (s *Service) Export(ctx context.Context, a auth.Actor, f Filter, format string, fn func(Entry) error) error {
	if err := a.Can(auth.ReadAudit); err != nil {
		return err
	}
	head, _, err := s.Store.AuditHead(ctx, a.Workspace)
	if err != nil {
		return err
	}
	data := map[string]any{"format": format, "through": head.Seq}
	if err := s.Journal.Append(ctx, event.New("audit.exported", a, event.Subject{Kind: "workspace", ID: int64(a.Workspace)}, 0, data)); err != nil {
		return err
	}
	for before := event.ID(0); ; {
		list, err := s.Store.AuditPage(ctx, a.Workspace, f, before, MaxPage)
		if err != nil {
			return err
		}
		for _, e := range list {
			if err := fn(e); err != nil {
				return err
			}
			before = e.Event
		}
		if len(list) < MaxPage {
			return nil
		}
	}
}

// State is what is known of a chain.
type State struct {
	Links   int64     // how many there are, as the head tells
	Checked int64     // through which one they were compared
	At      time.Time // when the whole chain was last walked from its first link
	Faults  []Fault
	Anchor  Anchor // the newest; zero if there is none yet
}

// Whole reports whether every link was compared and none was at fault.
func (s State) Whole() bool { return len(s.Faults) == 0 && s.Checked == s.Links }

// checkedFor is how long a whole walk is believed: within it only what was added
// is compared. A row changed meanwhile is found by the next walk.
const checkedFor = time.Hour

// Check compares the links with their events and with each other: all of them if
// anew is true or the last time is long ago, else those that were added since. It
// holds no lock on the chain and no transaction. Events that should be links and
// are none are found by godwit doctor, which reads the whole journal. It needs
// ReadAudit.
func (s *Service) Check(ctx context.Context, a auth.Actor, anew bool) (State, error) {
	if err := a.Can(auth.ReadAudit); err != nil {
		return State{}, err
	}
	s.mu.Lock()
	w := s.walks[a.Workspace]
	if w == nil {
		w = &walk{}
		s.walks[a.Workspace] = w
	}
	s.mu.Unlock()
	w.busy.Lock()
	defer w.busy.Unlock()
	return s.walk(ctx, a.Workspace, w, anew)
}

const walkPage = 500

func (s *Service) walk(ctx context.Context, id auth.WorkspaceID, w *walk, anew bool) (State, error) {
	// Anchors first: what is anchored meanwhile lies beyond the head read after it.
	anchors, err := s.Store.Anchors(ctx, id)
	if err != nil {
		return State{}, err
	}
	head, _, err := s.Store.AuditHead(ctx, id)
	if err != nil {
		return State{}, err
	}
	if now := s.Now(); anew || w.v == nil || len(w.state.Faults) > 0 || now.Sub(w.began) > checkedFor || head.Seq < w.state.Checked {
		w.v, w.began = NewVerifier(s.Signer, nil), now
	}
	v := w.v
	w.v = nil // a walk that breaks off is begun anew
	v.expect(anchors)
	for v.prev.Seq < head.Seq {
		list, err := s.Store.AuditFrom(ctx, id, v.prev.Seq, walkPage)
		if err != nil {
			return State{}, err
		}
		if len(list) == 0 {
			break // the end is missing, which End tells
		}
		for _, e := range list {
			if e.Seq > head.Seq {
				break
			}
			what := &e.What
			if what.ID == 0 {
				what = nil
			}
			if err := v.Link(e.Link, what); err != nil {
				return State{}, err
			}
		}
		if last := list[len(list)-1].Seq; last > head.Seq {
			break
		}
	}
	checked := v.prev.Seq
	faults := v.End(head)
	out := State{Links: head.Seq, Checked: checked, At: w.began, Faults: faults}
	if n := len(anchors); n > 0 {
		out.Anchor = anchors[n-1]
	}
	w.state, w.v = out, v
	return out, nil
}

// KindOf returns the family and the kind that a text asks for: "person" or
// "person.invited". It fails for what the chain does not cover.
func KindOf(text string) (family, kind string, err error) {
	family, verb, whole := strings.Cut(text, ".")
	if text == "" {
		return "", "", nil
	}
	if whole && verb != "" {
		kind = text
	}
	if !Covers(family+"."+verb) || whole && verb == "" {
		return "", "", errs.Field("kind", "error.audit_kind")
	}
	return family, kind, nil
}

// Families returns the beginnings of kinds that the chain covers, without their
// dots.
func Families() []string {
	out := Prefixes()
	for i := range out {
		out[i] = strings.TrimSuffix(out[i], ".")
	}
	return out
}

// Family returns the beginning of a kind.
func Family(kind string) string {
	family, _, _ := strings.Cut(kind, ".")
	return family
}
