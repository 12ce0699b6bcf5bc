package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/base/redact"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// Queue is the queue of the deliveries' jobs, and DeliverJob their kind. One job
// stands for one endpoint; what is to be done is read from the deliveries.
const (
	Queue      = "webhook"
	DeliverJob = "webhook.deliver"
)

// Wake returns the job that serves an endpoint.
func Wake(w auth.WorkspaceID, id ID) job.Job {
	return job.New(w, DeliverJob, Ref{w, id}).On(Queue).WithKey(strconv.FormatInt(int64(id), 10))
}

const (
	abreast     = 8                // lanes of one endpoint at a time
	turn        = 20 * time.Second // after which a busy endpoint lets others go first
	replayBatch = 200
	maxAnswer   = 1000 // bytes of an answer that the log keeps

	// The log keeps what is finished for a month, and so many for each endpoint.
	keepLog  = 30 * 24 * time.Hour
	keepRows = 10_000
)

// CourierConfig is what a Courier needs.
type CourierConfig struct {
	Store   Store
	Journal event.Journal
	Queue   job.Queue
	IDs     *id.Source
	Client  *http.Client // of package outbound, without redirects
	Now     func() time.Time
	Log     *slog.Logger
	// Disabled is told of an endpoint that failed itself off, within the transaction
	// that says so: it asks for jobs and does nothing else. Nil tells nobody but the
	// journal.
	Disabled func(context.Context, Endpoint) error
}

// Courier makes the deliveries.
type Courier struct {
	CourierConfig
	dice func() float64
}

// NewCourier returns a Courier.
func NewCourier(c CourierConfig) *Courier { return &Courier{c, rand.Float64} }

// Handle serves one endpoint until nothing is due: the handler of DeliverJob.
func (c *Courier) Handle(ctx context.Context, j job.Job) error {
	var r Ref
	if err := j.Decode(&r); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	r.Workspace = j.Workspace
	for end := c.Now().Add(turn); ; {
		more, err := c.Round(ctx, r)
		if err != nil || !more {
			return err
		}
		if now := c.Now(); !now.Before(end) {
			return job.Later{At: now}
		}
	}
}

// Round makes the deliveries of an endpoint that are due now, side by side for
// different lanes, and reports whether there may be more.
func (c *Courier) Round(ctx context.Context, r Ref) (more bool, err error) {
	e, err := c.Store.Endpoint(ctx, r.Workspace, r.ID)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	now := c.Now().UTC()
	if err != nil || e.State != On || e.DueAt.After(now) {
		return false, err
	}
	if !e.Replay.Empty() {
		if more, err = c.replay(ctx, e, now); err != nil {
			return false, err
		}
	}
	width := abreast
	if e.Streak >= brokenAfter {
		width = 1
	}
	due, err := c.Store.DueDeliveries(ctx, r.Workspace, r.ID, now, width)
	if err != nil || len(due) == 0 {
		return more, err
	}
	group, gctx := errgroup.WithContext(ctx)
	for _, d := range due {
		group.Go(func() error { return c.deliver(gctx, e, d) })
	}
	return true, group.Wait()
}

// replay owes the next batch of a stretch again, and moves its beginning on in
// the same transaction.
func (c *Courier) replay(ctx context.Context, e Endpoint, now time.Time) (more bool, err error) {
	err = c.Store.InTx(ctx, func(ctx context.Context) error {
		held, err := c.Store.HoldEndpoint(ctx, e.Workspace, e.ID)
		if err != nil || held.Replay.Empty() {
			return err
		}
		list, err := c.Store.EventsAfter(ctx, e.Workspace, held.Replay.From-1, replayBatch)
		if err != nil {
			return err
		}
		next := held.Replay.Until
		if len(list) == replayBatch {
			next = list[len(list)-1].ID + 1
		}
		var owed []Delivery
		for _, ev := range list {
			if ev.ID < held.Replay.Until && ev.Kind != Tested {
				owed = append(owed, Owed(ev, []Endpoint{held}, now)...)
			}
		}
		if err := c.Store.Owe(ctx, true, owed...); err != nil {
			return err
		}
		held.Replay.From = min(next, held.Replay.Until)
		more = !held.Replay.Empty()
		return c.Store.SaveEndpoint(ctx, held)
	})
	return more, err
}

// deliver makes one attempt and writes down what came of it. A process that ends
// in between leaves the delivery as it was: it is made again, under the same id.
func (c *Courier) deliver(ctx context.Context, e Endpoint, d Delivery) error {
	o, err := c.attempt(ctx, e, d)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Unsupported) {
		// The event was erased, or is of a kind that is no longer sent.
		d.State, d.DoneAt = Failed, c.Now().UTC()
		lost := Outcome{At: d.DoneAt, Err: "error.webhook_event"}
		return c.Store.SettleDelivery(ctx, d, Attempt{ID: c.IDs.Next(), Endpoint: e.ID, Event: d.Event, Outcome: lost})
	}
	if err != nil {
		return err
	}
	return c.Store.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		held, err := c.Store.HoldEndpoint(ctx, e.Workspace, e.ID)
		if errs.Is(err, errs.NotFound) {
			return nil // deleted meanwhile, its log with it
		}
		if err != nil {
			return err
		}
		next, made := Settle(held, d, o, c.dice())
		if err := c.Store.SettleDelivery(ctx, made, Attempt{ID: c.IDs.Next(), Endpoint: e.ID, Event: d.Event, Outcome: o}); err != nil {
			return err
		}
		if err := c.Store.SaveEndpoint(ctx, next); err != nil {
			return err
		}
		if next.State == held.State {
			return nil
		}
		if err := note(ctx, c.Journal, auth.ForSystem(e.Workspace), Disabled, next); err != nil || c.Disabled == nil {
			return err
		}
		return c.Disabled(ctx, next)
	})
}

// attempt sends a delivery. Its error is for what is our fault or the end of the
// process, and counts for nothing; whatever the receiver does is an Outcome.
func (c *Courier) attempt(ctx context.Context, e Endpoint, d Delivery) (Outcome, error) {
	ev, err := c.Store.Event(ctx, d.Workspace, d.Event)
	if err != nil {
		return Outcome{}, err
	}
	m, err := Payload(ev)
	if err != nil {
		return Outcome{}, err
	}
	body, err := json.Marshal(m)
	if err != nil {
		return Outcome{}, fmt.Errorf("payload: %w", err)
	}
	began := c.Now()
	req, err := Request(ctx, e.URL, d.MessageID(), began, body, e.secrets(began)...)
	if err != nil {
		return Outcome{At: began, Err: "error.outbound_url"}, nil
	}
	res, err := outbound.Do(c.Client, req)
	o := Outcome{At: c.Now().UTC(), Took: c.Now().Sub(began)}
	if err != nil {
		if ctx.Err() != nil {
			return o, ctx.Err()
		}
		o.Err = reason(err)
		return o, nil
	}
	defer res.Body.Close()
	// What was read before the answer broke off is worth keeping; its status counts.
	answer, _ := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	o.Status, o.Answer, o.RetryAfter = res.StatusCode, Excerpt(answer), retryAfter(res.Header, o.At)
	return o, nil
}

// Request makes the signed request of a message (Standard Webhooks).
func Request(ctx context.Context, address, messageID string, at time.Time, body []byte, secrets ...Secret) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make request: %w", outbound.Clean(err))
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Godwit-Webhooks/1.0")
	req.Header.Set(HeaderID, messageID)
	req.Header.Set(HeaderTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(HeaderSignature, Sign(messageID, at, body, secrets...))
	return req, nil
}

// reason names what kept an answer away: a catalogue key for the person. The
// error's own words may tell of machines in our network.
func reason(err error) string {
	var known *errs.Error
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &known):
		return known.Key
	case errors.As(err, &timeout) && timeout.Timeout():
		return "error.webhook_timeout"
	}
	return "error.webhook_unreachable"
}

// Excerpt makes the beginning of an answer fit to be kept and shown: text alone,
// without card numbers and what looks like a secret of ours.
func Excerpt(answer []byte) string {
	text := strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(answer[:min(len(answer), maxAnswer)]), ""))
	for at := 0; ; {
		i := strings.Index(text[at:], secretPrefix)
		if i < 0 {
			break
		}
		i += at
		end := strings.IndexFunc(text[i:], func(r rune) bool { return strings.ContainsRune(" \"'<>,;&", r) })
		if end < 0 {
			end = len(text) - i
		}
		text = text[:i] + secretPrefix + "..." + text[i+end:]
		at = i + len(secretPrefix) + 3
	}
	text, _ = redact.Cards(text)
	return strings.TrimSpace(text)
}

// retryAfter reads Retry-After in seconds or as a date (RFC 9110 section 10.2.3).
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if n, err := strconv.ParseInt(v, 10, 32); err == nil {
		return max(0, time.Duration(n)*time.Second)
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(0, t.Sub(now))
	}
	return 0
}
