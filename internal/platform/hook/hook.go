package hook

import (
	"context"
	"net/http"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies a connection.
type ID int64

// ReceivedID identifies a stored hook.
type ReceivedID int64

const prefix = "hok"

// Path returns where a connection receives, below the public address.
func (c ID) Path() string { return "/hooks/" + id.Format(prefix, int64(c)) }

// ParseID reads the part of Path that names the connection.
func ParseID(s string) (ID, error) {
	n, err := id.Parse(prefix, s)
	return ID(n), err
}

// Connection is a place where hooks of one sender come in.
type Connection struct {
	ID        ID
	Workspace auth.WorkspaceID
	Name      string
	Scheme    string
	Kind      string
	Keys      []Key // the newest first; sealed at rest
	Disabled  bool
	CreatedBy auth.PersonID
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Key is a secret with its end, which is zero for the one in use.
type Key struct {
	Secret string
	Until  time.Time
}

// String hides the secret from logs.
func (Key) String() string { return "key" }

// GoString hides the secret from %#v.
func (Key) GoString() string { return "key" }

func (c Connection) secrets(now time.Time) []string {
	var out []string
	for _, k := range c.Keys {
		if k.Until.IsZero() || now.Before(k.Until) {
			out = append(out, k.Secret)
		}
	}
	return out
}

// keepOld is how long a secret stays valid after another took its place.
const keepOld = 24 * time.Hour

func rotated(keys []Key, fresh string, now time.Time) []Key {
	out := []Key{{Secret: fresh}}
	if len(keys) > 0 {
		out = append(out, Key{Secret: keys[0].Secret, Until: now.Add(keepOld)})
	}
	return out
}

// Proof is what a verified request says of itself.
type Proof struct {
	Key   string // the sender's id of the event; a repeat has the same
	Topic string // what the sender calls it; "" if it does not say
}

// Scheme is how a sender proves that a request is its own.
type Scheme interface {
	// Verify checks a request over its raw body against the secrets that are valid
	// now, in constant time. It fails with errs.Denied if none fits, and with
	// errs.Invalid if the headers are malformed or the request is too old.
	Verify(h http.Header, body []byte, secrets []string, now time.Time) (Proof, error)
	// NewSecret makes a secret for senders that take one from us.
	NewSecret() string
	// CheckSecret refuses, with errs.Invalid, a secret that can never fit.
	CheckSecret(secret string) error
}

// State is where a stored hook stands.
type State string

// The states of a stored hook.
const (
	Waiting State = "waiting"
	Done    State = "done"
	Failed  State = "failed" // given up; a person may process it again
)

// Received is one verified request.
type Received struct {
	ID          ReceivedID
	Workspace   auth.WorkspaceID
	Connection  ID
	Key         string
	Topic       string
	ContentType string
	Size        int64
	Body        []byte // as it came; lists leave it out
	At          time.Time
	State       State
	Attempt     int
	Problem     string // of the last attempt
	DoneAt      time.Time
}

// Processor makes something of a stored hook, within a transaction. An error of
// kind errs.Invalid or errs.Unsupported is final; every other one is tried again.
type Processor func(ctx context.Context, c Connection, r Received) error

// Journal is the kind of connection whose hooks only become events: webhooks and
// automations take it from there.
const Journal = "journal"

// JustTell is the processor of Journal: the event that every hook becomes is all.
func JustTell(context.Context, Connection, Received) error { return nil }

// Reason says why a request was turned away.
type Reason string

// The reasons.
const (
	Forged    Reason = "forged"
	Malformed Reason = "malformed" // or stale
	Oversized Reason = "oversized"
)

// Refusals counts requests that were turned away on a day.
type Refusals struct {
	Workspace  auth.WorkspaceID
	Connection ID
	Day        int64 // days since 1970 in UTC
	Reason     Reason
	Count      int64
	LastAt     time.Time
}

// why maps the error of a scheme to a reason.
func why(err error) Reason {
	if errs.Is(err, errs.Denied) {
		return Forged
	}
	return Malformed
}
