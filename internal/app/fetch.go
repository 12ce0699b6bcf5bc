package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/adapter/channel/email/postman"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/node"
)

// fetchers keeps one reader running for each mailbox that is read over IMAP and
// that this node leads, and follows what people change about mailboxes.
type fetchers struct {
	core  *Core
	group *node.Group
	sink  email.Sink
	opt   email.Options
	wg    sync.WaitGroup
	boxes map[string]ticket.Mailbox // those to be read, by this node or another
	runs  map[string]*fetch
}

// fetch is one reader.
type fetch struct {
	box    ticket.Mailbox
	ctx    context.Context
	cancel context.CancelFunc
	over   sync.WaitGroup
}

// lookEvery is how often changed mailboxes are looked for without an event.
const lookEvery = 30 * time.Second

func newFetchers(c *Core, opt email.Options) *fetchers {
	return &fetchers{
		core: c, group: c.Node.Group("mailbox"), sink: postman.Sink{Store: c.Store, Room: c.Mailroom}, opt: opt,
		boxes: map[string]ticket.Mailbox{}, runs: map[string]*fetch{},
	}
}

func mailboxKey(id ticket.MailboxID) string { return strconv.FormatInt(int64(id), 10) }

// run follows the mailboxes until ctx ends and all readers have stopped, and then
// hands what this node led to the others.
func (f *fetchers) run(ctx context.Context) {
	sub := f.core.Bus.Subscribe(0, 64)
	defer sub.Close()
	defer f.leave(ctx)
	beat := lookEvery // nobody else to share with
	if !f.core.Node.Alone() {
		beat = node.Beat
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	looked := time.Time{}
	for {
		if time.Since(looked) >= lookEvery {
			if err := f.look(ctx); err == nil {
				looked = time.Now()
			} else if ctx.Err() == nil {
				f.core.Log.Error("look for mailboxes", "error", err)
			}
		}
		f.lead(ctx)
		for wait := true; wait; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				wait = false
			case e := <-sub.C:
				if e.Subject.Kind == "mailbox" {
					looked, wait = time.Time{}, false
				}
			}
			if sub.Behind() {
				looked = time.Time{}
			}
		}
	}
}

// look learns which mailboxes are to be read.
func (f *fetchers) look(ctx context.Context) error {
	boxes, err := f.core.Store.AllMailboxes(ctx)
	if err != nil {
		return err
	}
	clear(f.boxes)
	for _, b := range boxes {
		if b.Settings.InKind == "imap" {
			f.boxes[mailboxKey(b.ID)] = b
		}
	}
	return nil
}

// lead starts and stops readers as the mailboxes and the leases now are.
func (f *fetchers) lead(ctx context.Context) {
	held, err := f.group.Lead(ctx, slices.Sorted(maps.Keys(f.boxes)))
	if err != nil && ctx.Err() == nil {
		f.core.Log.Warn("lead mailboxes", "error", err)
	}
	for key, run := range f.runs {
		b, wanted := f.boxes[key]
		same := wanted && reflect.DeepEqual(b.Settings, run.box.Settings) && f.core.Transport.Same(run.box, b)
		if held[key] && same && run.ctx.Err() == nil {
			continue
		}
		run.cancel()
		delete(f.runs, key)
		if !held[key] {
			f.wg.Go(func() {
				run.over.Wait()
				if err := f.group.Release(context.WithoutCancel(ctx), key); err != nil {
					f.core.Log.Debug("hand a mailbox over", "mailbox", key, "error", err)
				}
			})
		}
	}
	for key := range held {
		if f.runs[key] == nil && ctx.Err() == nil {
			f.start(ctx, key, f.boxes[key])
		}
	}
}

// leave waits for the readers and hands their mailboxes over.
func (f *fetchers) leave(ctx context.Context) {
	f.wg.Wait()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), node.Beat)
	defer cancel()
	if err := f.group.Leave(last); err != nil {
		f.core.Log.Debug("hand the mailboxes over", "error", err)
	}
}

func (f *fetchers) start(ctx context.Context, key string, box ticket.Mailbox) {
	ctx, cancel := context.WithCancel(ctx)
	run := &fetch{box: box, ctx: ctx, cancel: cancel}
	f.runs[key] = run
	statuses := make(chan email.Status, 16)
	opt := f.opt
	opt.OnStatus = func(s email.Status) {
		select {
		case statuses <- s:
		default: // a state that nobody had time to note is over
		}
	}
	f.begin(run, func() { f.note(ctx, box, statuses) })
	f.begin(run, func() {
		acct, err := f.core.Transport.Incoming(box)
		if err != nil {
			f.core.Log.Error("mailbox", "mailbox", int64(box.ID), "error", err)
			return
		}
		sink := leading{Sink: f.sink, f: f, key: key, run: run}
		if err := email.Run(ctx, int64(box.ID), acct, sink, opt); err != nil && ctx.Err() == nil {
			f.core.Log.Error("mailbox reader ended", "mailbox", int64(box.ID), "error", err)
		}
	})
}

func (f *fetchers) begin(run *fetch, fn func()) {
	run.over.Add(1)
	f.wg.Go(func() {
		defer run.over.Done()
		fn()
	})
}

// leading is the sink of a leader: what it takes is kept only while the lease is
// this node's. A reader that was stopped for longer than its lease, and believes
// to lead, adds nothing and sets no cursor back.
type leading struct {
	email.Sink
	f   *fetchers
	key string
	run *fetch
}

var errNotLeading = errors.New("another node reads this mailbox")

// Accept keeps a batch if this node still leads the mailbox.
func (l leading) Accept(ctx context.Context, mailboxID int64, batch []email.Raw, next *email.Cursor) error {
	if l.f.core.Node.Alone() {
		return l.Sink.Accept(ctx, mailboxID, batch, next)
	}
	return l.f.core.Store.InTx(ctx, func(ctx context.Context) error {
		leads, err := l.f.group.Leads(ctx, l.key)
		if err != nil {
			return err
		}
		if !leads {
			l.run.cancel()
			return errNotLeading
		}
		return l.Sink.Accept(ctx, mailboxID, batch, next)
	})
}

// note writes down how a mailbox does, when that changes.
func (f *fetchers) note(ctx context.Context, box ticket.Mailbox, statuses <-chan email.Status) {
	last := ""
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-statuses:
			status, detail := "connected", ""
			switch s.State {
			case email.Idle:
				status = "idle"
			case email.Failed:
				status = "failing"
				if s.Problem != nil {
					detail = fmt.Sprintf("%s: %s", s.Problem.Code, s.Problem.Detail)
				}
			case email.Connecting:
				continue
			}
			if now := status + detail; now != last {
				last = now
				if err := f.core.Store.SetMailboxStatus(ctx, box.Workspace, box.ID, status, detail, f.core.Now()); err != nil && ctx.Err() == nil {
					f.core.Log.Error("note mailbox state", "mailbox", int64(box.ID), "error", err)
				}
			}
		}
	}
}
