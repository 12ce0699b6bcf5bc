package webhook

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// ID identifies an endpoint.
type ID int64

// State says whether an endpoint receives, and why not.
type State string

// The states of an endpoint. Events that happen while it is not On are not kept
// for it; they can be replayed.
const (
	On   State = "on"
	Off  State = "off"  // by a person
	Gone State = "gone" // it answered 410
	Dead State = "dead" // it only failed for days
)

// Endpoint is an address that events are delivered to.
type Endpoint struct {
	ID          ID
	Workspace   auth.WorkspaceID
	URL         string
	Description string
	Kinds       []string // patterns: "ticket.assigned", "ticket.*" or "*"
	Keys        []Key    // the newest first; sealed at rest
	State       State
	CreatedBy   auth.PersonID
	CreatedAt   time.Time
	UpdatedAt   time.Time

	Streak       int       // failures since the last success
	FailingSince time.Time // the first of them; zero if the last attempt succeeded
	DueAt        time.Time // no attempt before this; zero is any time
	OKAt         time.Time // the last success
	FailedAt     time.Time // the last failure
	DisabledAt   time.Time // when it was last switched off, by whomever

	// Replay is the stretch of the journal that is still to be owed again; its
	// From moves on until the stretch is empty.
	Replay Stretch
}

// Stretch is a part of the journal: From up to but without Until.
type Stretch struct{ From, Until event.ID }

// Empty reports whether nothing lies in the stretch.
func (s Stretch) Empty() bool { return s.From >= s.Until }

// Key is a secret with its end, which is zero for the one in use.
type Key struct {
	Secret Secret
	Until  time.Time
}

// secrets returns what a message is signed with at a moment.
func (e Endpoint) secrets(now time.Time) []Secret {
	var out []Secret
	for _, k := range e.Keys {
		if k.Until.IsZero() || now.Before(k.Until) {
			out = append(out, k.Secret)
		}
	}
	return out
}

// rotated returns the keys with a new one in front. The one it replaces stays
// valid for a day, and those before it end.
func rotated(keys []Key, fresh Secret, now time.Time) []Key {
	out := []Key{{Secret: fresh}}
	if len(keys) > 0 {
		out = append(out, Key{Secret: keys[0].Secret, Until: now.Add(keepOld)})
	}
	return out
}

// Wants reports whether the endpoint asked for events of a kind.
func (e Endpoint) Wants(kind string) bool { return Match(e.Kinds, kind) }

// Match reports whether one of the patterns fits a kind.
func Match(patterns []string, kind string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		prefix, open := strings.CutSuffix(p, "*")
		return p == kind || open && strings.HasPrefix(kind, prefix)
	})
}

// Patterns reads what a person typed, separated by commas or blanks, and refuses
// what fits no kind that there is. Nothing typed means everything.
func Patterns(text string) ([]string, error) {
	list := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
	if len(list) == 0 {
		return []string{"*"}, nil
	}
	slices.Sort(list)
	list = slices.Compact(list)
	if len(list) > 100 {
		return nil, errs.Field("kinds", "error.webhook_kinds_many")
	}
	for _, p := range list {
		open := p == "*" || strings.HasSuffix(p, ".*")
		if strings.Contains(strings.TrimSuffix(p, "*"), "*") || strings.HasSuffix(p, "*") && !open || !slices.ContainsFunc(Kinds(), func(k Kind) bool { return Match([]string{p}, k.Name) }) {
			return nil, errs.Field("kinds", "error.webhook_kind", "kind", p)
		}
	}
	return list, nil
}

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states of a delivery.
const (
	Waiting   DeliveryState = "waiting"   // owed: due, or behind another one of its lane
	Delivered DeliveryState = "delivered" // the receiver took it
	Failed    DeliveryState = "failed"    // given up after the last try
)

// Delivery is one event owed to one endpoint. Endpoint and event identify it.
type Delivery struct {
	Workspace auth.WorkspaceID
	Endpoint  ID
	Event     event.ID
	Kind      string
	Lane      string
	State     DeliveryState
	Attempt   int // how many were made
	Status    int // of the last answer
	DueAt     time.Time
	CreatedAt time.Time
	DoneAt    time.Time
}

// MessageID is what receivers tell repeats by: the same for every attempt, every
// endpoint and every replay of an event.
func (d Delivery) MessageID() string { return MessageID(d.Event) }

// MessageID returns the id under which an event is delivered.
func MessageID(e event.ID) string { return id.Format(prefixEvent, int64(e)) }

// ParseMessageID reads what MessageID wrote. It fails with errs.Invalid on any
// other text.
func ParseMessageID(s string) (event.ID, error) {
	n, err := id.Parse(prefixEvent, s)
	return event.ID(n), err
}

// Lane returns the record whose events keep their order.
func Lane(e event.Event) string {
	if e.TicketID != 0 {
		return "ticket:" + strconv.FormatInt(e.TicketID, 10)
	}
	return e.Subject.Kind + ":" + strconv.FormatInt(e.Subject.ID, 10)
}

// Owed returns the deliveries that an event makes.
func Owed(e event.Event, endpoints []Endpoint, now time.Time) []Delivery {
	if !Known(e.Kind) {
		return nil
	}
	var out []Delivery
	for _, p := range endpoints {
		if p.State == On && p.Wants(e.Kind) {
			out = append(out, owe(e, p, now))
		}
	}
	return out
}

func owe(e event.Event, p Endpoint, now time.Time) Delivery {
	return Delivery{
		Workspace: e.Workspace, Endpoint: p.ID, Event: e.ID, Kind: e.Kind, Lane: Lane(e), State: Waiting, DueAt: now, CreatedAt: now,
	}
}

// Attempt is one try at a delivery, as the log keeps it.
type Attempt struct {
	ID       int64
	Endpoint ID
	Event    event.ID
	Outcome
}

// Host is the part of an address that may be shown anywhere: paths and queries
// of webhooks often hold a token.
func Host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return cmp.Or(u.Host, u.Path)
}
