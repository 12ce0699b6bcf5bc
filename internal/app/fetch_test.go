package app

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/action"
)

// What waited for a paused mailbox leaves when the mailbox goes on; what is to
// leave later still does.
func TestAResumedMailboxSendsAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		m := d.mail(nil, "Where is it?")
		d.box.Disabled = true
		if _, err := d.Tickets.SaveMailbox(d.ctx, d.owner, d.box); err != nil {
			t.Fatal(err)
		}
		waits, err := d.Tickets.Reply(d.ctx, d.owner, m.Ticket, ticket.NewReply{Body: "On its way."})
		if err != nil {
			t.Fatal(err)
		}
		later, err := d.Tickets.Reply(d.ctx, d.owner, m.Ticket, ticket.NewReply{Body: "Is it there?", At: time.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		d.until("the reply is held", func() bool {
			a, err := d.Store.ActionByKey(d.ctx, d.space.ID, ticket.SendKey(waits.ID))
			return err == nil && a.State == action.Ready && a.Detail != ""
		})
		d.box.Disabled = false
		if _, err := d.Tickets.SaveMailbox(d.ctx, d.owner, d.box); err != nil {
			t.Fatal(err)
		}
		d.until("the reply has left", func() bool { return len(d.out.Messages()) == 1 })
		if x, err := d.Store.Message(d.ctx, d.space.ID, later.ID); err != nil || x.Delivery != ticket.Scheduled {
			t.Errorf("the later reply is %s, %v", x.Delivery, err)
		}
	})
}
