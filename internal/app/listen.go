package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/webhook"
)

const (
	listenWait = 25 * time.Second
	// listenOverlap is how far back a listener looks again: nodes commit in another
	// order than they give identifiers.
	listenOverlap = 10 * time.Second
	// listenRest is between two tries at a server that does not answer.
	listenRest = 2 * time.Second
)

// Source gives messages after an event, waiting for some if it is to.
type Source func(ctx context.Context, after event.ID, wait time.Duration) ([]webhook.Message, event.ID, error)

// ServerSource listens to a server with a token that has the scope
// webhooks.manage. The person who runs the command chose the address, so any
// network may be called.
func ServerSource(server, token, kinds string) Source {
	client := outbound.New(outbound.Options{Allow: outbound.Any(), Timeout: -1, HeaderTimeout: listenWait + 30*time.Second, MaxBody: 64 << 20})
	return func(ctx context.Context, after event.ID, wait time.Duration) ([]webhook.Message, event.ID, error) {
		q := url.Values{"kinds": {kinds}, "wait": {strconv.Itoa(int(wait / time.Second))}, "after": {"now"}}
		if after != 0 {
			q.Set("after", webhook.MessageID(after))
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(server, "/")+"/api/v1/listen?"+q.Encode(), nil)
		if err != nil {
			return nil, 0, errs.Wrap(errs.Invalid, outbound.Clean(err), "error.outbound_url")
		}
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := outbound.Do(client, req)
		if err != nil {
			return nil, 0, errs.Wrap(errs.Unavailable, err, "error.webhook_unreachable")
		}
		body, err := outbound.Read(res, 64<<20)
		if err != nil {
			return nil, 0, errs.Wrap(errs.Unavailable, err, "error.webhook_unreachable")
		}
		var a struct {
			Messages []webhook.Message `json:"messages"`
			Next     string            `json:"next"`
			Detail   string            `json:"detail"`
		}
		if err := json.Unmarshal(body, &a); err != nil {
			return nil, 0, errs.Wrap(errs.Unsupported, err, "error.listen_server")
		}
		switch {
		case res.StatusCode >= 500:
			return nil, 0, errs.New(errs.Unavailable, "error.webhook_unreachable")
		case res.StatusCode != http.StatusOK:
			return nil, 0, errs.New(errs.Denied, "error.listen_refused", "detail", a.Detail)
		}
		next, err := webhook.ParseMessageID(a.Next)
		return a.Messages, next, err
	}
}

// JournalSource listens to the journal of a workspace in the database itself.
func (c *Core) JournalSource(w auth.WorkspaceID, kinds []string) Source {
	return func(ctx context.Context, after event.ID, wait time.Duration) ([]webhook.Message, event.ID, error) {
		if after == 0 {
			after = event.ID(id.Floor(c.Now()))
		}
		for end := c.Now().Add(wait); ; {
			list, next, err := c.Webhooks.Listen(ctx, auth.ForSystem(w), kinds, after, 500)
			if err != nil || len(list) > 0 || !c.Now().Before(end) {
				return list, next, err
			}
			after = next
			if err := rest(ctx, time.Second); err != nil {
				return nil, after, err
			}
		}
	}
}

// Listener prints what happens, for a developer, and hands it to a program of
// theirs if there is one.
type Listener struct {
	Source  Source
	After   event.ID  // 0 is now
	Out     io.Writer // a message in each line
	Notes   io.Writer // what else there is to tell
	Forward string    // an address to which messages go as webhooks; "" is none
	Secret  webhook.Secret
	client  *http.Client
	seen    map[string]event.ID
}

// Run listens until ctx ends, which is no error. It goes on by itself after the
// server could not be reached for a while.
func (l *Listener) Run(ctx context.Context) error {
	l.client = outbound.New(outbound.Options{Allow: outbound.Any(), MaxRedirects: -1, Timeout: webhookPatience})
	l.seen = map[string]event.ID{}
	after := l.After
	began := event.ID(0)
	for ctx.Err() == nil {
		wait := listenWait
		if after == 0 {
			wait = 0 // learn where now is, and tell that it works
		}
		list, next, err := l.Source(ctx, after, wait)
		if err == nil && after != 0 {
			// What committed late stands before what was read already.
			var late []webhook.Message
			back := max(event.ID(id.Floor(id.Time(int64(after)).Add(-listenOverlap))), began)
			if late, _, err = l.Source(ctx, back, 0); err == nil {
				list = append(late, list...)
			}
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case errs.Is(err, errs.Unavailable):
			fmt.Fprintln(l.Notes, "godwit: the server does not answer; trying again")
			if rest(ctx, listenRest) != nil {
				return nil
			}
			continue
		case err != nil:
			return err
		}
		if began == 0 {
			began = next
			if after != 0 {
				began = after
			}
			fmt.Fprintln(l.Notes, "godwit: listening")
		}
		for _, m := range list {
			if err := l.tell(ctx, m); err != nil {
				return err
			}
		}
		if after = next; len(l.seen) > 5000 {
			l.forget(after)
		}
	}
	return nil
}

// forget drops what the overlap no longer reaches.
func (l *Listener) forget(after event.ID) {
	floor := event.ID(id.Floor(id.Time(int64(after)).Add(-2 * listenOverlap)))
	for text, e := range l.seen {
		if e < floor {
			delete(l.seen, text)
		}
	}
}

// tell prints and forwards a message that was not told before.
func (l *Listener) tell(ctx context.Context, m webhook.Message) error {
	e, err := webhook.ParseMessageID(m.Data.Event)
	if err != nil {
		return err
	}
	if _, ok := l.seen[m.Data.Event]; ok {
		return nil
	}
	l.seen[m.Data.Event] = e
	line, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	if _, err := fmt.Fprintf(l.Out, "%s\n", line); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	if l.Forward == "" {
		return nil
	}
	req, err := webhook.Request(ctx, l.Forward, m.Data.Event, time.Now(), line, l.Secret)
	if err != nil {
		return err
	}
	res, err := outbound.Do(l.client, req)
	if err != nil {
		fmt.Fprintf(l.Notes, "godwit: %s: %v\n", m.Data.Event, err)
		return nil
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // so that the connection can be used again
	_ = res.Body.Close()
	fmt.Fprintf(l.Notes, "godwit: %s %s: %s\n", m.Data.Event, m.Type, res.Status)
	return nil
}

func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
