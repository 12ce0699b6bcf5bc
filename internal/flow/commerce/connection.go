package commerce

import (
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/hook"
)

// ID identifies a connection.
type ID int64

const prefix = "shc"

// String writes it as addresses and the API have it.
func (c ID) String() string { return id.Format(prefix, int64(c)) }

// ParseID reads what String wrote.
func ParseID(s string) (ID, error) {
	n, err := id.Parse(prefix, s)
	return ID(n), err
}

// State is where a connection stands. Whether it works is another question, which Problem answers.
type State string

// The states.
const (
	Importing State = "importing" // the first walk through all lists is not finished
	Live      State = "live"
	Paused    State = "paused" // by a person; nothing is asked and hooks wait for the next look
)

// Connection is one shop on its platform.
type Connection struct {
	ID        ID
	Workspace auth.WorkspaceID
	Shop      order.ShopID
	Driver    string
	Settings  map[string]string // sealed at rest; the service shows it without secrets
	State     State
	Lists     []Walk // one for each kind that is listed
	Hook      hook.ID
	Called    time.Time // when the shop was asked to call us; zero if it was not
	CreatedBy auth.PersonID
	CreatedAt time.Time
	UpdatedAt time.Time // of the settings

	DueAt    time.Time // of the next look
	OKAt     time.Time // when a look last came to its end
	FailedAt time.Time // of the last failure
	Streak   int64     // failures since the last success
	Problem  string    // catalogue key of the last failure, "" if there was none since OKAt
}

// Walk is how far a list is read. It goes from a beginning to the end of the list; then it is over, and the next one
// begins a little before the latest change that this one saw.
type Walk struct {
	Kind       string    `json:"kind"`
	Cursor     Cursor    `json:"cursor,omitzero"` // where it goes on
	Done       int64     `json:"done"`            // objects read
	Total      int64     `json:"total,omitempty"` // objects there are, if the vendor says
	Began      time.Time `json:"began,omitzero"`  // zero: none is under way
	Latest     time.Time `json:"latest,omitzero"` // change that it saw
	Since      time.Time `json:"since,omitzero"`  // where the next one begins
	FinishedAt time.Time `json:"finished_at,omitzero"`
	WholeAt    time.Time `json:"whole_at,omitzero"` // when the last one that read everything began
	Objects    int64     `json:"objects"`           // versions taken, ever
}

// String hides the settings from logs.
func (c Connection) String() string { return c.ID.String() }

// GoString hides the settings from %#v.
func (c Connection) GoString() string { return c.ID.String() }

// Failing reports whether the last attempt failed.
func (c Connection) Failing() bool { return c.Problem != "" && c.State != Paused }

// Share is how much of the first import is done, in percent; known is false as long as a shop has not told how much
// there is. Each list that is done counts alike where totals are missing.
func (c Connection) Share() (percent int, known bool) {
	if len(c.Lists) == 0 {
		return 0, false
	}
	var sum float64
	known = true
	for _, w := range c.Lists {
		switch {
		case !w.FinishedAt.IsZero():
			sum++
		case w.Total > 0:
			sum += min(1, float64(w.Done)/float64(w.Total))
		case !w.Began.IsZero():
			known = false
		}
	}
	return int(sum / float64(len(c.Lists)) * 100), known
}

// Taken is how many versions of objects were taken, ever.
func (c Connection) Taken() int64 {
	var n int64
	for _, w := range c.Lists {
		n += w.Objects
	}
	return n
}

const (
	pollEvery  = 5 * time.Minute
	wholeEvery = 24 * time.Hour     // of lists that cannot begin at a time of change
	sweepEvery = 7 * 24 * time.Hour // of the others: whatever a shop changed without saying so
	overlap    = 10 * time.Minute   // by which a walk begins before the latest change that was seen
)

// begin starts the walks that are due. A walk that is under way goes on.
func (c *Connection) begin(caps Capabilities, now time.Time) {
	for _, kind := range caps.Kinds() {
		if !slices.ContainsFunc(c.Lists, func(w Walk) bool { return w.Kind == kind }) {
			c.Lists = append(c.Lists, Walk{Kind: kind})
		}
	}
	for i := range c.Lists {
		w := &c.Lists[i]
		if !w.Began.IsZero() {
			continue
		}
		switch incremental := caps.Incremental(w.Kind); {
		case w.wholeDue(incremental, now):
			w.Cursor, w.WholeAt = Cursor{}, now
		case incremental:
			w.Cursor = Cursor{Since: w.Since}
		default:
			continue
		}
		w.Began, w.Done, w.Total, w.Latest = now, 0, 0, time.Time{}
	}
}

func (w Walk) wholeDue(incremental bool, now time.Time) bool {
	every := sweepEvery
	if !incremental {
		every = wholeEvery
	}
	return w.WholeAt.IsZero() || !now.Before(w.WholeAt.Add(every))
}

// current returns the walk that goes on next, nil if none is under way.
func (c *Connection) current() *Walk {
	for i := range c.Lists {
		if !c.Lists[i].Began.IsZero() {
			return &c.Lists[i]
		}
	}
	return nil
}

// advance moves a walk behind a page of which a number of objects were taken.
func (w *Walk) advance(p Page, taken int, now time.Time) {
	w.Done += int64(len(p.Objects))
	w.Objects += int64(taken)
	w.Total = max(w.Total, p.Total)
	for _, o := range p.Objects {
		if at := o.Base().UpdatedAt; at.After(w.Latest) {
			w.Latest = at
		}
	}
	if p.More {
		w.Cursor = p.Next
		return
	}
	// What changes while the walk is under way may lie behind it already, so the next one begins no later than this one
	// did. A shop whose clock is ahead must not lead us past what comes next.
	if next := earlier(w.Latest, w.Began); !next.IsZero() {
		if next = next.Add(-overlap); next.After(w.Since) {
			w.Since = next
		}
	}
	w.Cursor, w.Began, w.FinishedAt = Cursor{}, time.Time{}, now
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// Version is which version of an object was taken last.
type Version struct {
	Kind      string
	External  string    // the vendor's identifier
	ChangedAt time.Time // by the vendor's clock, zero if it does not say
	AskedAt   time.Time // when we asked for it, by our clock; zero if it came with a webhook
	Digest    string    // of its content
	Problem   string    // catalogue key of why it could not be taken, "" if it was
	Detail    string    // of the problem
	Body      []byte    // of objects that have no record of their own: JSON
	Deleted   bool      // the shop has it no more
}

// yields reports whether another version of the object takes the place of this one: what changed later, and of what
// changed at the same time, as far as the vendor's clock tells, what was asked for later. Older never wins.
func (v Version) yields(to Version) bool {
	switch {
	case v.ChangedAt.IsZero() || to.ChangedAt.IsZero():
	case to.ChangedAt.After(v.ChangedAt):
		return true
	case to.ChangedAt.Before(v.ChangedAt):
		return false
	}
	return to.AskedAt.After(v.AskedAt)
}
