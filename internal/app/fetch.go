package app

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/adapter/channel/email/postman"
	"godwit.dev/godwit/internal/domain/ticket"
)

// fetchers keeps one reader running for each mailbox that is read over IMAP,
// and follows what people change about mailboxes.
type fetchers struct {
	core *Core
	sink email.Sink
	opt  email.Options
	wg   sync.WaitGroup
	runs map[ticket.MailboxID]*fetch
}

type fetch struct {
	box    ticket.Mailbox
	cancel context.CancelFunc
}

// lookEvery is how often changed mailboxes are looked for without an event,
// which is how other nodes' changes are noticed.
const lookEvery = 30 * time.Second

func newFetchers(c *Core, opt email.Options) *fetchers {
	return &fetchers{core: c, sink: postman.Sink{Store: c.Store, Room: c.Mailroom}, opt: opt, runs: map[ticket.MailboxID]*fetch{}}
}

// run follows the mailboxes until ctx ends and all readers have stopped.
func (f *fetchers) run(ctx context.Context) {
	sub := f.core.Bus.Subscribe(0, 64)
	defer sub.Close()
	defer f.wg.Wait()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := f.look(ctx); err != nil && ctx.Err() == nil {
			f.core.Log.Error("look for mailboxes", "error", err)
		}
		for wait := true; wait; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				wait = false
			case e := <-sub.C:
				wait = e.Subject.Kind != "mailbox"
			}
		}
	}
}

// look starts and stops readers as the mailboxes now are.
func (f *fetchers) look(ctx context.Context) error {
	boxes, err := f.core.Store.AllMailboxes(ctx)
	if err != nil {
		return err
	}
	wanted := map[ticket.MailboxID]ticket.Mailbox{}
	for _, b := range boxes {
		if b.Settings.InKind == "imap" {
			wanted[b.ID] = b
		}
	}
	for id, run := range f.runs {
		if b, ok := wanted[id]; !ok || !reflect.DeepEqual(b.Settings, run.box.Settings) || !f.core.Transport.Same(run.box, b) {
			run.cancel()
			delete(f.runs, id)
		}
	}
	for id, b := range wanted {
		if f.runs[id] == nil {
			f.start(ctx, b)
		}
	}
	return nil
}

func (f *fetchers) start(ctx context.Context, box ticket.Mailbox) {
	ctx, cancel := context.WithCancel(ctx)
	f.runs[box.ID] = &fetch{box: box, cancel: cancel}
	statuses := make(chan email.Status, 16)
	opt := f.opt
	opt.OnStatus = func(s email.Status) {
		select {
		case statuses <- s:
		default: // a state that nobody had time to note is over
		}
	}
	f.wg.Go(func() { f.note(ctx, box, statuses) })
	f.wg.Go(func() {
		acct, err := f.core.Transport.Incoming(box)
		if err != nil {
			f.core.Log.Error("mailbox", "mailbox", int64(box.ID), "error", err)
			return
		}
		if err := email.Run(ctx, int64(box.ID), acct, f.sink, opt); err != nil && ctx.Err() == nil {
			f.core.Log.Error("mailbox reader ended", "mailbox", int64(box.ID), "error", err)
		}
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
