package email

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// State says what a mailbox connection is doing.
type State string

// The states, in the order of a connection's life.
const (
	Connecting State = "connecting"
	Reading    State = "reading" // connected, catching up
	Idle       State = "idle"    // everything read, waiting for news
	Failed     State = "failed"  // Problem says why, RetryAt when it tries again
)

// Status is one change of state, for the console.
type Status struct {
	State   State
	Folder  string // of Reading and of a folder's Problem
	Problem *Problem
	RetryAt time.Time
}

// Options tunes Run. Zero fields take the default named beside them.
type Options struct {
	BatchCount int           // messages offered to the Sink at once: 100
	BatchBytes int64         // octets offered at once, unless one message is longer: 8 MiB
	MaxMessage int64         // longer messages are stored cut and marked: 50 MiB
	Poll       time.Duration // between looks where IDLE does not help: 1 minute
	IdleFor    time.Duration // IDLE is re-issued this often, at most 28 minutes: 5 minutes
	Timeout    time.Duration // of one command; a fetch of text has five times that: 1 minute
	Backoff    time.Duration // first pause after a failure, doubling: 1 second
	MaxBackoff time.Duration // longest pause: 5 minutes

	// Since leaves out mail that the server received before that day. Zero means
	// all mail.
	Since time.Time
	// OnStatus is told each change. It must not block.
	OnStatus func(Status)
}

// maxIdle keeps IDLE below the 29 minutes of RFC 2177, after which servers may
// hang up.
const maxIdle = 28 * time.Minute

// authPatience stretches the pauses after a refused sign-in: providers lock
// accounts that keep trying.
const authPatience = 30

// unreadableAfter is on how many connections a listed message must refuse to come
// before it is passed to the Sink as Unreadable.
const unreadableAfter = 3

const listChunk = 500

func (o Options) withDefaults() Options {
	o.BatchCount = cmp.Or(o.BatchCount, 100)
	o.BatchBytes = cmp.Or(o.BatchBytes, 8<<20)
	o.MaxMessage = cmp.Or(o.MaxMessage, 50<<20)
	o.Poll = cmp.Or(o.Poll, time.Minute)
	o.IdleFor = min(cmp.Or(o.IdleFor, 5*time.Minute), maxIdle)
	o.Timeout = cmp.Or(o.Timeout, time.Minute)
	o.Backoff = cmp.Or(o.Backoff, time.Second)
	o.MaxBackoff = cmp.Or(o.MaxBackoff, 5*time.Minute)
	if o.OnStatus == nil {
		o.OnStatus = func(Status) {}
	}
	return o
}

// Run reads a mailbox into the Sink until ctx ends, and returns ctx's error. It
// catches up from the saved cursors, waits for news, and reconnects after every
// failure with growing, jittered pauses; OnStatus tells what happens meanwhile.
//
// A changed UIDVALIDITY rescans the folder from its first message. One Run per
// mailbox at a time suffices; two only do the work twice.
func Run(ctx context.Context, mailboxID int64, acct Account, sink Sink, opt Options) error {
	f := &fetcher{
		id: mailboxID, acct: acct, sink: sink, opt: opt.withDefaults(),
		dates: true, misses: map[string]int{},
	}
	for failures := 0; ; {
		f.tell(Status{State: Connecting})
		f.progress = false
		err := f.connection(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if f.progress {
			failures = 0
		}
		problem := diagnose(err)
		pause := f.pause(failures, problem.Code)
		failures++
		f.tell(Status{State: Failed, Folder: problem.Folder, Problem: problem, RetryAt: time.Now().Add(pause)})
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// fetcher is the memory of one Run across connections.
type fetcher struct {
	id   int64
	acct Account
	sink Sink
	opt  Options

	cursors  map[string]Cursor
	told     Status
	progress bool           // the present connection has got as far as reading
	dates    bool           // INTERNALDATE may be asked for
	misses   map[string]int // by Source: connections on which a listed message did not come
}

// tell passes on what differs from the last thing told.
func (f *fetcher) tell(s Status) {
	if s == f.told {
		return
	}
	f.told = s
	f.opt.OnStatus(s)
}

func (f *fetcher) pause(failures int, code Code) time.Duration {
	base, most := f.opt.Backoff, f.opt.MaxBackoff
	switch code {
	case CodeAuthFailed, CodeAppPassword, CodeTokenRefused:
		base, most = base*authPatience, most*authPatience/5
	}
	d := min(base<<min(failures, 20), most)
	if d <= 0 {
		d = most
	}
	// Half fixed, half random, so that many mailboxes do not return in step.
	return d/2 + rand.N(d/2+1)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// connection lives through one connection and returns what ended it.
func (f *fetcher) connection(ctx context.Context) error {
	saved, err := f.sink.Cursors(ctx, f.id)
	if err != nil {
		return fmt.Errorf("%w: cursors: %w", errSink, err)
	}
	f.cursors = make(map[string]Cursor, len(saved))
	for _, c := range saved {
		f.cursors[c.Folder] = c
	}
	s, err := connect(ctx, f.acct, f.opt.Timeout)
	if err != nil {
		return err
	}
	defer func() {
		if ctx.Err() == nil {
			s.logout()
		} else {
			s.close()
		}
	}()
	for {
		if err := f.pass(ctx, s); err != nil {
			return err
		}
		f.progress = true
		f.tell(Status{State: Idle})
		if err := f.wait(ctx, s); err != nil {
			return err
		}
	}
}

// wait returns when it is time to look again.
func (f *fetcher) wait(ctx context.Context, s *session) error {
	d := f.opt.IdleFor
	if len(f.acct.folders()) > 1 {
		d = min(d, f.opt.Poll)
		if err := s.open(ctx, f.acct.folders()[0]); err != nil {
			return err
		}
	}
	began := time.Now()
	err := s.idle(ctx, d)
	if errors.Is(err, errNoIdle) {
		err = sleep(ctx, f.opt.Poll)
		s.reopen()
	}
	if time.Since(began) >= d {
		s.reopen()
	}
	return err
}

// pass reads every folder to its end. A folder that does not exist is reported
// and passed over, unless none does.
func (f *fetcher) pass(ctx context.Context, s *session) error {
	var missing error
	found := false
	for _, folder := range f.acct.folders() {
		err := f.catchUp(ctx, s, folder)
		var p *Problem
		if errors.As(err, &p) && p.Code == CodeNoFolder {
			missing = err
			f.tell(Status{State: Failed, Folder: folder, Problem: p})
			continue
		}
		if err != nil {
			return err
		}
		found = true
	}
	if !found {
		return missing
	}
	return nil
}

func (f *fetcher) catchUp(ctx context.Context, s *session, folder string) error {
	if err := s.open(ctx, folder); err != nil {
		return err
	}
	cur := f.cursors[folder]
	if cur.Folder == "" || cur.UIDValidity != s.validity {
		cur = Cursor{Folder: folder, UIDValidity: s.validity}
	}
	uids, err := s.listAfter(ctx, cur.LastUID, f.opt.Since)
	if err != nil {
		return err
	}
	if len(uids) > 0 || !f.progress {
		f.tell(Status{State: Reading, Folder: folder})
	}
	for len(uids) > 0 {
		chunk := uids[:min(listChunk, len(uids))]
		uids = uids[len(chunk):]
		heads, err := s.heads(ctx, chunk, f.dates)
		if err != nil {
			if f.dates && diagnose(err).Code == CodeProtocol {
				f.dates = false
			}
			return err
		}
		for len(chunk) > 0 {
			n := f.fits(chunk, heads)
			batch, err := f.fetch(ctx, s, chunk[:n], heads)
			if err != nil {
				return err
			}
			next := cur
			next.LastUID = max(cur.LastUID, chunk[n-1])
			chunk = chunk[n:]
			if len(batch) == 0 && next == cur {
				continue
			}
			if err := f.sink.Accept(ctx, f.id, batch, &next); err != nil {
				return fmt.Errorf("%w: accept: %w", errSink, err)
			}
			cur = next
			f.cursors[folder] = cur
		}
	}
	return nil
}

// fits returns how many of the first uids make one batch, at least one.
func (f *fetcher) fits(uids []uint32, heads map[uint32]head) int {
	var sum int64
	for n, u := range uids {
		size := heads[u].size
		sum += min(size, f.opt.MaxMessage)
		if n > 0 && (sum > f.opt.BatchBytes || n == f.opt.BatchCount || size > f.opt.MaxMessage) {
			return n
		}
		if size > f.opt.MaxMessage {
			return 1 // alone, so that only its beginning is asked for
		}
	}
	return len(uids)
}

// fetch gets the text of one batch. Messages that have left the folder are not in
// the result.
func (f *fetcher) fetch(ctx context.Context, s *session, uids []uint32, heads map[uint32]head) ([]Raw, error) {
	partial := len(uids) == 1 && heads[uids[0]].size > f.opt.MaxMessage
	got, cut, err := s.bodies(ctx, uids, f.opt.MaxMessage, partial)
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	batch := make([]Raw, 0, len(uids))
	for _, u := range uids {
		h := heads[u]
		raw := Raw{Source: imapSource(s.folder, s.validity, u), Size: h.size, ReceivedAt: h.date}
		if raw.ReceivedAt.IsZero() {
			raw.ReceivedAt = now
		}
		body, ok := got[u]
		long := cut[u] || partial
		if !ok {
			var listed bool
			body, long, listed, err = s.single(ctx, u, f.opt.MaxMessage)
			if err != nil {
				return nil, err
			}
			if !listed {
				continue // expunged between the listing and the fetch
			}
		}
		switch {
		case len(body) == 0:
			if f.misses[raw.Source]++; f.misses[raw.Source] < unreadableAfter {
				return nil, &Problem{Code: CodeProtocol, Detail: fmt.Sprintf("the server lists message %d but does not hand it out", u)}
			}
			raw.Mark = Unreadable
		case long:
			raw.Mark = Truncated
		}
		delete(f.misses, raw.Source)
		raw.Body = body
		batch = append(batch, raw)
	}
	return batch, nil
}
