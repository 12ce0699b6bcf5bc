package store_test

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func TestMailTraffic(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		busy, idle := d.box(t), d.box(t)
		if _, err := s.AcceptMail(ctx, d.w, busy, []mailroom.Raw{raw("1"), raw("2")}, nil); err != nil {
			t.Fatal(err)
		}
		tk := d.open(t, "Where is it?")
		tk.Mailbox = busy
		if err := s.SaveTicket(ctx, &tk); err != nil {
			t.Fatal(err)
		}
		left := time.UnixMilli(1700000000000).UTC()
		d.say(t, tk.ID, ticket.Message{SentAt: left.Add(time.Hour)}) // an inbound mail's own date is none of ours
		for i, delivery := range []ticket.Delivery{ticket.Sent, ticket.Sent, ticket.Sending, ticket.Scheduled} {
			m := ticket.Message{Kind: ticket.KindOutbound, Delivery: delivery}
			if delivery == ticket.Sent {
				m.SentAt = left.Add(-time.Duration(i) * time.Minute)
			}
			d.say(t, tk.ID, m)
		}
		got, err := s.MailTraffic(ctx, d.w)
		if err != nil {
			t.Fatal(err)
		}
		if want := (ticket.MailTraffic{InAt: jobNow, OutAt: left, Waiting: 2}); got[busy] != want {
			t.Errorf("%+v, want %+v", got[busy], want)
		}
		if got[idle] != (ticket.MailTraffic{}) {
			t.Errorf("nothing moved through %+v", got[idle])
		}
		if other, err := s.MailTraffic(ctx, d.w+1); err != nil || len(other) != 0 {
			t.Errorf("another workspace sees %v, %v", other, err)
		}
	})
}
