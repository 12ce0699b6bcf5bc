package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/smtp"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/app/simulate"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

const (
	fetchBatch = 50 // messages that a mailbox reader hands over at once
	intakeMail = 1500
)

// intake measures mail from its arrival to its place in a ticket.
func (b *bench) intake(ctx context.Context) error {
	w := newWatch(b.core.Bus, b.space.ID)
	defer w.close()
	if err := b.run(ctx, "new ticket", func(ctx context.Context, i int) error { return b.stranger(ctx, w, i) }); err != nil {
		return err
	}
	for _, way := range []struct {
		name string
		take func(context.Context, int, [][]byte) error
	}{{"ingest in batches", b.inBatches}, {"ingest over SMTP", b.overSMTP}} {
		if !b.wanted(way.name) {
			continue
		}
		for _, n := range b.Clients {
			var best Result
			for round := range rounds {
				r, err := b.ingest(ctx, way.name, n, round, way.take)
				if err != nil {
					return fmt.Errorf("measure %s: %w", way.name, err)
				}
				if r.PerSecond > best.PerSecond {
					best = r
				}
			}
			b.Progress(fmt.Sprintf("%s, %d clients: %.0f/s", way.name, n, best.PerSecond), 1, 1)
			b.results = append(b.results, best)
		}
	}
	return nil
}

// stranger writes from an address never seen and waits for the ticket.
func (b *bench) stranger(ctx context.Context, w *watch, i int) error {
	name := fmt.Sprintf("s%d-%d", time.Now().UnixNano(), i)
	raw := "From: New Customer <" + name + "@stranger.example>\r\nTo: " + b.box.Address + "\r\nSubject: Question " + name +
		"\r\nMessage-ID: <" + name + "@stranger.example>\r\nDate: " + time.Now().UTC().Format(time.RFC1123Z) +
		"\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\n\r\ndo you ship the travel kettle to Norway, and how long does it take?\r\n\r\nKind regards\r\n"
	done := w.expect("Question " + name)
	_, err := b.core.Mailroom.Accept(ctx, b.space.ID, b.box.ID, []mailroom.Raw{{Source: name, Body: []byte(raw), ReceivedAt: time.Now()}}, nil)
	if err != nil {
		return err
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(20 * time.Second):
		return fmt.Errorf("mail %q made no ticket", name)
	}
}

// ingest hands over distinct messages and waits until all are in tickets. Its
// times are those of handing over one message or one batch, durably.
func (b *bench) ingest(ctx context.Context, name string, clients, round int, take func(context.Context, int, [][]byte) error) (Result, error) {
	raws := b.letters(uint64(time.Now().UnixNano()), intakeMail)
	queue := make(chan [][]byte, len(raws))
	size := 1
	if strings.Contains(name, "batches") {
		size = fetchBatch
	}
	for len(raws) > 0 {
		n := min(size, len(raws))
		queue <- raws[:n]
		raws = raws[n:]
	}
	close(queue)
	took, failed := make([][]time.Duration, clients), make([]error, clients)
	used, began := processorTime(), time.Now()
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			at := time.Now()
			for part := range queue {
				if failed[c] = take(ctx, c, part); failed[c] != nil {
					return
				}
				took[c] = append(took[c], time.Since(at))
				at = time.Now()
			}
		})
	}
	wg.Wait()
	for _, err := range failed {
		if err != nil {
			return Result{}, err
		}
	}
	for {
		left, err := b.core.Store.NewMail(ctx, b.space.ID, 1)
		if err != nil {
			return Result{}, err
		}
		if len(left) == 0 {
			break
		}
		time.Sleep(2 * time.Millisecond)
	}
	all := time.Since(began)
	var flat []time.Duration
	for _, t := range took {
		flat = append(flat, t...)
	}
	r := summary(flat, all)
	r.Name, r.Clients, r.PerSecond, r.CPU = name, clients, float64(intakeMail)/all.Seconds(), perOp(processorTime()-used, intakeMail)
	return r, nil
}

// letters writes distinct mails of customers in many languages, with HTML and
// attachments as they come. Each seed has Message-IDs of its own.
func (b *bench) letters(seed uint64, n int) [][]byte {
	m := simulate.Generate(simulate.Config{Seed: seed, Now: time.Now().UTC(), Orders: n, Tickets: n})
	var out [][]byte
	for t := range m.Threads {
		for i, mail := range m.Threads[t].Messages {
			if mail.From == simulate.FromCustomer && len(out) < n {
				out = append(out, m.Raw(&m.Threads[t], i, ""))
			}
		}
	}
	return out
}

func (b *bench) inBatches(ctx context.Context, _ int, raws [][]byte) error {
	batch := make([]mailroom.Raw, len(raws))
	now := time.Now()
	for i, raw := range raws {
		batch[i] = mailroom.Raw{Source: fmt.Sprintf("bench:%d:%d", now.UnixNano(), b.core.IDs.Next()), Body: raw, ReceivedAt: now}
	}
	_, err := b.core.Mailroom.Accept(ctx, b.space.ID, b.box.ID, batch, nil)
	return err
}

// overSMTP hands each message to the mail door in a session of its own, as
// another server does.
func (b *bench) overSMTP(_ context.Context, _ int, raws [][]byte) error {
	for _, raw := range raws {
		if err := smtp.SendMail(b.app.MailAddr(0), nil, "customer@mail.example", []string{b.box.Address}, raw); err != nil {
			return err
		}
	}
	return nil
}

// watch tells when a ticket with a subject was opened.
type watch struct {
	sub  *event.Subscription
	mu   sync.Mutex
	wait map[string]chan struct{}
	stop chan struct{}
	wg   sync.WaitGroup
}

func newWatch(bus *event.Bus, space auth.WorkspaceID) *watch {
	w := &watch{sub: bus.Subscribe(space, 1<<16), wait: map[string]chan struct{}{}, stop: make(chan struct{})}
	w.wg.Go(func() {
		for {
			select {
			case <-w.stop:
				return
			case e := <-w.sub.C:
				w.see(e)
			}
		}
	})
	return w
}

func (w *watch) see(e event.Event) {
	var d struct {
		Subject string `json:"subject"`
	}
	if e.Kind != "ticket.opened" || json.Unmarshal(e.Data, &d) != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if c := w.wait[d.Subject]; c != nil {
		close(c)
		delete(w.wait, d.Subject)
	}
}

// expect returns a channel that is closed when the ticket is there.
func (w *watch) expect(subject string) <-chan struct{} {
	c := make(chan struct{})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wait[subject] = c
	return c
}

func (w *watch) close() {
	close(w.stop)
	w.wg.Wait()
	w.sub.Close()
}
