package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/migrate"
	"godwit.dev/godwit/internal/platform/auth"
)

// samples are the exports of the readers' own tests.
const samples = "../adapter/helpdesk/"

// rows counts what an import could change.
func (d *desk) rows(t *testing.T) string {
	t.Helper()
	_, read := d.Store.Pools()
	var b strings.Builder
	for _, table := range []string{"ticket", "message", "message_term", "customer", "identity", "participant", "ticket_tag", "tag", "blob", "event", "action", "job", "mailbox"} {
		var n int
		if err := read.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %d\n", table, n)
	}
	return b.String()
}

func (d *desk) move(t *testing.T, system, path string, dry bool) *migrate.Report {
	t.Helper()
	r, err := d.Migrate(d.ctx, auth.ForSystem(d.space.ID), Migration{System: system, Path: path, Mailbox: d.box, DryRun: dry})
	if err != nil {
		t.Fatalf("%s: %v", system, err)
	}
	return r
}

// A dry run tells what will happen and changes nothing; the run does that; a
// second one finds everything here.
func TestOtherHelpdesksMoveInOnce(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		for _, c := range []struct {
			system                       string
			tickets, messages, customers int
			reasons                      map[migrate.Reason]int
		}{
			{"zendesk", 3, 3 + 3 + 2 + 1, 3, map[migrate.Reason]int{migrate.Unreadable: 1, migrate.Deleted: 1, migrate.NoCustomer: 1, migrate.FieldLeft: 4, migrate.StatusMapped: 1,
				migrate.CardNumber: 1, migrate.FileAway: 1, migrate.OtherChannel: 2, migrate.NoAddress: 1, migrate.Assignee: 1, migrate.Empty: 1, migrate.NoAuthor: 2}},
			{"freshdesk", 2, 2 + 4 + 3, 1, map[migrate.Reason]int{migrate.Deleted: 1, migrate.FieldLeft: 4, migrate.StatusMapped: 1, migrate.FileAway: 1, migrate.OtherChannel: 1, migrate.Assignee: 1}},
			{"gorgias", 2, 2 + 3 + 1, 2, map[migrate.Reason]int{migrate.Deleted: 1, migrate.Orphan: 1, migrate.FieldLeft: 1, migrate.FileAway: 1, migrate.OtherChannel: 1, migrate.NoAddress: 1, migrate.Assignee: 1}},
			{"chatwoot", 2, 2 + 3 + 1, 3, map[migrate.Reason]int{migrate.NoCustomer: 1, migrate.Activity: 1, migrate.StatusMapped: 1, migrate.FieldLeft: 1, migrate.FileAway: 1, migrate.OtherChannel: 1, migrate.NoAddress: 1, migrate.Assignee: 1}},
			{"csv", 2, 2 + 3 + 1, 0, map[migrate.Reason]int{migrate.NoID: 1, migrate.StatusMapped: 1, migrate.FileAway: 1, migrate.Assignee: 1}},
		} {
			path := samples + c.system + "/testdata/export"
			before := d.rows(t)
			dry := d.move(t, c.system, path, true)
			if after := d.rows(t); after != before {
				t.Errorf("%s: a dry run changed\n%s\nto\n%s", c.system, before, after)
			}
			done := d.move(t, c.system, path, false)
			if dry.Tickets != done.Tickets || dry.Messages != done.Messages || dry.Customers < done.Customers || dry.FindingsTotal != done.FindingsTotal || dry.Files != done.Files {
				t.Errorf("%s: the dry run said %+v, the run did %+v", c.system, dry, done)
			}
			if done.Tickets != c.tickets || done.Messages != c.messages || done.Customers != c.customers {
				t.Errorf("%s: %d tickets, %d messages, %d customers", c.system, done.Tickets, done.Messages, done.Customers)
			}
			for why := range done.Reasons {
				if done.Reasons[why] != c.reasons[why] {
					t.Errorf("%s: %d × %s, want %d: %+v", c.system, done.Reasons[why], why, c.reasons[why], done.Findings)
				}
			}
			if len(done.Reasons) != len(c.reasons) {
				t.Errorf("%s: %v, want %v", c.system, done.Reasons, c.reasons)
			}
			before = d.rows(t)
			again := d.move(t, c.system, path, false)
			if again.Tickets+again.Messages+again.Customers+again.Grown != 0 || again.Known != c.tickets {
				t.Errorf("%s: a second run did %+v", c.system, again)
			}
			if after := d.rows(t); tell(before) != tell(after) {
				t.Errorf("%s: a second run changed\n%s\nto\n%s", c.system, before, after)
			}
		}
		var waiting int
		_, read := d.Store.Pools()
		if err := read.QueryRow("SELECT (SELECT count(*) FROM action)+(SELECT count(*) FROM job)").Scan(&waiting); err != nil || waiting != 0 {
			t.Errorf("%d actions and jobs wait, %v", waiting, err)
		}
	})
}

// tell leaves the events out: a run notes that it was made.
func tell(rows string) string {
	before, _, _ := strings.Cut(rows, "event ")
	return before
}

func TestWhatAnImportedTicketIs(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		d.move(t, "zendesk", samples+"zendesk/testdata/export", false)
		d.move(t, "csv", samples+"csv/testdata/export", false)
		d.move(t, "gorgias", samples+"gorgias/testdata/export", false)
		find := func(q string) ticket.Thread {
			t.Helper()
			page, err := d.Tickets.Search(d.ctx, d.owner, ticket.SearchQuery{Text: q, Limit: 5})
			if err != nil || len(page.Hits) != 1 {
				t.Fatalf("%q: %d hits, %v", q, len(page.Hits), err)
			}
			th, err := d.Tickets.Thread(d.ctx, d.owner, page.Hits[0].Ticket.Number, 0)
			if err != nil {
				t.Fatal(err)
			}
			return th
		}
		fire := find("colorful")
		tk := fire.Ticket
		if tk.Status != ticket.Open || tk.Priority != ticket.High || !tk.HasTag("enterprise") || tk.CreatedAt.Year() != 2009 || tk.LastAt.Format("2006-01-02") != "2009-07-21" || tk.Messages != 4 || tk.Mailbox != d.box.ID {
			t.Errorf("%+v", tk)
		}
		note, first, ours, remark := fire.Messages[0], fire.Messages[1], fire.Messages[2], fire.Messages[3]
		if note.Kind != ticket.KindNote || note.AuthorKind != auth.System || !strings.Contains(note.Body, "ticket 35436, channel web") || !strings.Contains(note.Body, "crash.log https://company.zendesk.example/attachments/crash.log") {
			t.Errorf("%q", note.Body)
		}
		if first.Body != "The fire is very colorful." || strings.Contains(first.HTML, "script") || !first.Verified || first.Address != "johnny@customer.example" || first.AuthorID != int64(tk.Customer) {
			t.Errorf("%+v", first)
		}
		if strings.Contains(ours.Body, "4111") || ours.Delivery != ticket.Sent || ours.Address != d.box.Address || ours.Recipients.To[0].Address != "johnny@customer.example" || remark.Kind != ticket.KindNote {
			t.Errorf("%+v", ours)
		}
		if to := fire.Recipient(); len(to) != 1 || to[0].Address != "johnny@customer.example" {
			t.Errorf("an answer goes to %v", to)
		}
		if size := find("small"); size.Ticket.Subject != "Wrong size, second look" || size.Ticket.Status != ticket.Pending || len(size.Messages) != 3 {
			t.Errorf("%+v", size.Ticket)
		}
		// A file of the export is here; one outside of it is not.
		zip := find("zip")
		f, data, err := d.Tickets.Attachment(d.ctx, d.owner, zip.Messages[1].ID, "photo.png")
		if err != nil || string(data) != "photo bytes" || f.Size != 11 || len(zip.Messages[1].Files) != 1 {
			t.Errorf("%+v %q %v", f, data, err)
		}
		// A mail that is known by its Message-ID is found by the answers to it.
		known, err := d.Store.MessagesByKey(d.ctx, d.space.ID, []string{"123345676453.2445.234@web.example"})
		if err != nil || len(known) != 1 {
			t.Errorf("%d messages, %v", len(known), err)
		}
		who, err := d.Customers.Get(d.ctx, d.owner, tk.Customer)
		if err != nil || who.Name != "Johnny Agent" || who.Email() != "johnny@customer.example" || len(who.Identities) != 2 || who.CreatedAt.Year() != 2009 {
			t.Errorf("%+v %v", who, err)
		}
	})
}

// A later export brings what was written since, and a ticket that is worked on
// here keeps its state.
func TestLaterExportsGrowTickets(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		path := filepath.Join(t.TempDir(), "t.csv")
		write := func(rows string) {
			if err := os.WriteFile(path, []byte("ticket id,message id,email,direction,body,date,status\n"+rows), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		first := "7,1,anna@client.example,inbound,Where is it?,2024-03-01T10:00:00Z,open\n"
		write(first)
		d.move(t, "csv", path, false)
		th, err := d.Tickets.Thread(d.ctx, d.owner, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Tickets.SetStatus(d.ctx, d.owner, th.Ticket.ID, ticket.Solved, ""); err != nil {
			t.Fatal(err)
		}
		write(first + "7,2,anna@client.example,inbound,Still nothing,2024-03-02T10:00:00Z,open\n8,3,maria@client.example,inbound,Hello,2024-03-02T11:00:00Z,new\n")
		r := d.move(t, "csv", path, false)
		if r.Grown != 1 || r.Tickets != 1 || r.Messages != 1+2 {
			t.Errorf("%+v", r)
		}
		th, err = d.Tickets.Thread(d.ctx, d.owner, 1, 0)
		if err != nil || len(th.Messages) != 3 || th.Ticket.Messages != 3 || th.Ticket.Status != ticket.Solved || th.Ticket.Preview != "Still nothing" || th.Ticket.LastInboundAt.Day() != 2 {
			t.Errorf("%+v %v", th.Ticket, err)
		}
		if r = d.move(t, "csv", path, false); r.Known != 2 || r.Messages != 0 {
			t.Errorf("%+v", r)
		}
	})
}

// Many tickets are written in batches, a run that was cut off is completed by the
// next one, and numbers go on where they were.
func TestACutOffMigrationIsCompleted(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		var b strings.Builder
		b.WriteString("ticket id,email,body,date\n")
		for i := range 450 {
			fmt.Fprintf(&b, "T%d,c%d@client.example,Question %d,2024-03-01T10:00:00Z\n", i, i%100, i)
		}
		path := filepath.Join(t.TempDir(), "many.csv")
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		by := auth.ForSystem(d.space.ID)
		// The customers write meanwhile: one of them is here before the batch is.
		if _, _, err := d.Customers.Ensure(d.ctx, d.space.ID, customer.Identity{Kind: customer.Email, Value: "c5@client.example"}, "C5", ""); err != nil {
			t.Fatal(err)
		}
		part := b.String()[:strings.Index(b.String(), "T250,")]
		half := filepath.Join(t.TempDir(), "many.csv")
		if err := os.WriteFile(half, []byte(part), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Migrate(d.ctx, by, Migration{System: "csv", Path: half, Mailbox: d.box}); err != nil {
			t.Fatal(err)
		}
		r, err := d.Migrate(d.ctx, by, Migration{System: "csv", Path: path, Mailbox: d.box})
		if err != nil || r.Known != 250 || r.Tickets != 200 || r.Customers != 0 {
			t.Errorf("%+v %v", r, err)
		}
		n, err := d.Store.NextNumber(d.ctx, d.space.ID)
		if err != nil || n != 451 {
			t.Errorf("the next number is %d, %v", n, err)
		}
		tickets, err := d.Tickets.OfCustomer(d.ctx, d.owner, 0, 10)
		if err != nil || len(tickets) != 0 {
			t.Errorf("%d tickets of nobody, %v", len(tickets), err)
		}
		if _, err := d.Migrate(d.ctx, by, Migration{System: "osticket", Path: path}); !errs.Is(err, errs.Unsupported) {
			t.Errorf("%v", err)
		}
		if _, err := d.Migrate(d.ctx, auth.Actor{Kind: auth.Agent, Workspace: d.space.ID, Role: auth.AgentRole}, Migration{System: "csv", Path: path}); !errs.Is(err, errs.Denied) {
			t.Errorf("%v", err)
		}
	})
}
