package store_test

import (
	"context"
	"fmt"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func (d desk) box(t testing.TB) ticket.MailboxID {
	t.Helper()
	box := ticket.Mailbox{ID: ticket.MailboxID(d.ids.Next()), Workspace: d.w, Address: fmt.Sprintf("b%d@shop.example", d.ids.Next())}
	if err := d.AddMailbox(context.Background(), box); err != nil {
		t.Fatal(err)
	}
	return box.ID
}

func raw(source string) mailroom.Raw {
	return mailroom.Raw{Source: source, Body: []byte("Subject: " + source + "\r\n\r\nHello \x00\xff"), ReceivedAt: jobNow, Envelope: mailroom.Envelope{MailFrom: "a@example.com", RcptTo: []string{"b@example.com"}, TLS: true}}
}

func TestMailIsAcceptedOnceWithItsCursor(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		box := d.box(t)
		at := func(uid uint32) *mailroom.Cursor {
			return &mailroom.Cursor{Folder: "INBOX", UIDValidity: 4000000000, LastUID: uid}
		}
		if n, err := s.AcceptMail(ctx, d.w, box, []mailroom.Raw{raw("1"), raw("2"), raw("1")}, at(2)); err != nil || n != 2 {
			t.Fatalf("%d were new, %v", n, err)
		}
		if n, err := s.AcceptMail(ctx, d.w, box, []mailroom.Raw{raw("2"), raw("3")}, at(3)); err != nil || n != 1 {
			t.Errorf("%d were new, %v", n, err)
		}
		if n, err := s.AcceptMail(ctx, d.w, d.box(t), []mailroom.Raw{raw("1")}, nil); err != nil || n != 1 {
			t.Errorf("the same source in another mailbox: %d, %v", n, err)
		}
		if c, err := s.Cursors(ctx, box); err != nil || !reflect.DeepEqual(c, []mailroom.Cursor{*at(3)}) {
			t.Errorf("cursors %v, %v", c, err)
		}
		// A batch that cannot be kept leaves the cursor where it was.
		if _, err := s.AcceptMail(ctx, d.w+1, box, []mailroom.Raw{raw("9")}, at(9)); err == nil {
			t.Error("mail was kept for no workspace")
		}
		if c, _ := s.Cursors(ctx, box); c[0].LastUID != 3 {
			t.Errorf("the cursor moved to %d without its mail", c[0].LastUID)
		}
		list, err := s.NewMail(ctx, d.w, 10)
		if err != nil || len(list) != 4 {
			t.Fatalf("%d are new, %v", len(list), err)
		}
		if got, want := list[0].Raw, raw("1"); !reflect.DeepEqual(got, want) {
			t.Errorf("came back as %+v", got)
		}
		if jobs, err := s.Claim(ctx, mailroom.Queue, time.Now().Add(time.Hour), time.Now().Add(2*time.Hour), 5); err != nil || len(jobs) != 1 {
			t.Errorf("%d jobs to process, %v", len(jobs), err)
		}
	})
}

func TestMailIsTakenOnce(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		box := d.box(t)
		if _, err := s.AcceptMail(ctx, d.w, box, []mailroom.Raw{raw("1"), raw("2")}, nil); err != nil {
			t.Fatal(err)
		}
		list, err := s.NewMail(ctx, d.w, 10)
		if err != nil || len(list) != 2 {
			t.Fatal(len(list), err)
		}
		var taken atomic.Int32
		var g errgroup.Group
		for range 8 {
			g.Go(func() error {
				return s.InTx(ctx, func(ctx context.Context) error {
					ok, err := s.TakeMail(ctx, d.w, list[0].ID, "")
					if ok {
						taken.Add(1)
						time.Sleep(20 * time.Millisecond) // the others wait or go without
					}
					return err
				})
			})
		}
		if err := g.Wait(); err != nil || taken.Load() != 1 {
			t.Errorf("taken %d times, %v", taken.Load(), err)
		}
		if ok, err := s.TakeMail(ctx, d.w, list[1].ID, "too odd\x00"); err != nil || !ok {
			t.Error(ok, err)
		}
		if left, _ := s.NewMail(ctx, d.w, 10); len(left) != 0 {
			t.Errorf("%d are left", len(left))
		}
		if n, err := s.RetryFailedMail(ctx, d.w); err != nil || n != 1 {
			t.Errorf("%d were made new again, %v", n, err)
		}
		if left, _ := s.NewMail(ctx, d.w, 10); len(left) != 1 || left[0].ID != list[1].ID {
			t.Errorf("new again: %v", left)
		}
		if body, err := s.Raw(ctx, d.w, list[0].ID); err != nil || string(body) != string(raw("1").Body) {
			t.Errorf("raw %q, %v", body, err)
		}
	})
}
