package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store/storetest"
)

// archive writes an mbox with n conversations: a question, our answer, thanks.
func archive(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	for i := range n {
		who := fmt.Sprintf("c%d@client.example", i)
		day := 1 + i%28
		fmt.Fprintf(&b, "From %s Sat Jan %2d 10:00:00 2022\nFrom: C%d <%s>\nTo: help@shop.example\nSubject: Question %d\nDate: Sat, %02d Jan 2022 10:00:00 +0000\nMessage-ID: <q%d@client.example>\n\nWhere is it?\n\n", who, day, i, who, i, day, i)
		fmt.Fprintf(&b, "From help@shop.example Sat Jan %2d 11:00:00 2022\nFrom: Shop <help@shop.example>\nTo: %s\nSubject: Re: Question %d\nDate: Sat, %02d Jan 2022 11:00:00 +0000\nMessage-ID: <a%d@shop.example>\nIn-Reply-To: <q%d@client.example>\n\nOn its way.\n\n", day, who, i, day, i, i)
		fmt.Fprintf(&b, "From %s Sat Jan %2d 12:00:00 2022\nFrom: C%d <%s>\nTo: help@shop.example\nSubject: Re: Question %d\nDate: Sat, %02d Jan 2022 12:00:00 +0000\nMessage-ID: <t%d@client.example>\nIn-Reply-To: <a%d@shop.example>\n\nThanks\n\n", who, day, i, who, i, day, i, i)
	}
	path := filepath.Join(t.TempDir(), "old.mbox")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnArchiveBecomesHistoryOnce(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		path := archive(t, 120) // more than one batch
		by := auth.ForSystem(d.space.ID)
		out, err := d.ImportMail(d.ctx, by, MailImport{Path: path, Mailbox: d.box})
		if err != nil || out.Read != 360 || out.Added != 360 {
			t.Fatalf("first run %+v, %v", out, err)
		}
		again, err := d.ImportMail(d.ctx, by, MailImport{Path: path, Mailbox: d.box})
		if err != nil || again.Added != 0 {
			t.Errorf("second run %+v, %v", again, err)
		}
		th, err := d.Tickets.Thread(d.ctx, d.owner, 7, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(th.Messages) != 3 || th.Ticket.Status != ticket.Solved || th.Ticket.Unread || th.Ticket.LastAt.Year() != 2022 {
			t.Errorf("ticket %+v with %d messages", th.Ticket, len(th.Messages))
		}
		ours := th.Messages[1]
		if ours.Kind != ticket.KindOutbound || ours.AuthorKind != auth.System || ours.Delivery != ticket.Sent {
			t.Errorf("our answer is %s by %s, %s", ours.Kind, ours.AuthorKind, ours.Delivery)
		}
		n, err := d.Tickets.Count(d.ctx, d.owner, ticket.ListQuery{Bucket: ticket.InDone}, 1000)
		if err != nil || n != 120 {
			t.Errorf("%d conversations, %v", n, err)
		}
	})
}

func TestACutOffImportGoesOn(t *testing.T) {
	d := newDesk(t, storetest.File(t))
	path := archive(t, 150)
	by := auth.ForSystem(d.space.ID)
	stop := false
	func() {
		defer func() { stop = recover() != nil }()
		_, _ = d.ImportMail(d.ctx, by, MailImport{Path: path, Mailbox: d.box, Progress: func(_, _ int64, n int) {
			if n == 250 {
				panic("the machine stops")
			}
		}})
	}()
	if !stop {
		t.Fatal("the import was not cut off")
	}
	out, err := d.ImportMail(d.ctx, by, MailImport{Path: path, Mailbox: d.box})
	if err != nil || !out.Resumed || out.Read != 250 || out.Added != 250 {
		t.Errorf("after the cut %+v, %v", out, err)
	}
}

func TestOnlyOwnersImportMail(t *testing.T) {
	d := newDesk(t, storetest.File(t))
	agent := d.owner
	agent.Role = auth.AgentRole
	if _, err := d.ImportMail(d.ctx, agent, MailImport{Path: archive(t, 1), Mailbox: d.box}); err == nil {
		t.Error("an agent imported an archive")
	}
}
