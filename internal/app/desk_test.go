package app

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
	"godwit.dev/godwit/internal/adapter/channel/email/smtptest"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store/storetest"
)

// desk is a running Core with one mailbox that sends to a test server.
type desk struct {
	*Core
	t     *testing.T
	ctx   context.Context
	space auth.Workspace
	owner auth.Actor
	box   ticket.Mailbox
	out   *smtptest.Server
	seq   int
}

// engines runs a test on each engine; PostgreSQL needs a server, see storetest.
func engines(t *testing.T, run func(t *testing.T, d *desk)) {
	storetest.Each(t, func(t *testing.T, database string) { run(t, newDesk(t, database)) })
}

func newDesk(t *testing.T, database string) *desk {
	t.Helper()
	return newLoggingDesk(t, database, slog.New(slog.DiscardHandler))
}

func newLoggingDesk(t *testing.T, database string, log *slog.Logger) *desk {
	t.Helper()
	d := newIdleDesk(t, Config{Database: database, Log: log})
	d.runner.Start(d.ctx)
	t.Cleanup(func() {
		stop, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		d.runner.Stop(stop)
	})
	return d
}

// newIdleDesk returns a desk that runs no jobs.
func newIdleDesk(t *testing.T, cfg Config) *desk {
	t.Helper()
	ctx := t.Context()
	cfg.Keys, cfg.Address, cfg.UndoSend, cfg.Grace = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "https://desk.shop.example", 30*time.Millisecond, 300*time.Millisecond
	c, err := NewCore(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	d := &desk{Core: c, t: t, ctx: ctx}
	var p auth.Person
	d.space, p, err = c.Auth.Found(ctx, auth.Founding{Workspace: "Bar-tailed", Name: "Li Wei", Email: "Owner@shop.example", Password: "a long enough secret", Language: "en", Zone: "Asia/Shanghai"})
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := c.Auth.SignIn(ctx, "owner@shop.example", "a long enough secret", "127.0.0.1", "test")
	if err != nil {
		t.Fatal(err)
	}
	if d.owner, _, err = c.Auth.Authenticate(ctx, token); err != nil || d.owner.Person() != p.ID {
		t.Fatal(d.owner, err)
	}
	if d.out, err = smtptest.Start(smtptest.Config{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.out.Stop)
	d.box, err = c.Tickets.SaveMailbox(ctx, d.owner, ticket.Mailbox{
		Address: "Help@Shop.example", Name: "Shop help", Signature: "The shop",
		Settings: ticket.MailSettings{InKind: "lmtp", OutKind: "smtp", OutHost: d.out.Host, OutPort: d.out.Port, OutTLS: "none", PlusAddress: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// mail lets a message come in and waits until it is in its ticket.
func (d *desk) mail(headers map[string]string, body string) ticket.Message {
	d.t.Helper()
	d.seq++
	id := fmt.Sprintf("m%d@client.example", d.seq)
	h := map[string]string{"From": "Anna Kowalska <anna@client.example>", "To": "help@shop.example", "Subject": "Question", "Date": "Sun, 22 Nov 2026 10:00:00 +0100", "Message-ID": "<" + id + ">"}
	for k, v := range headers {
		h[k] = v
	}
	var b strings.Builder
	for _, k := range []string{"From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted", "Authentication-Results", "Content-Type"} {
		if h[k] != "" {
			b.WriteString(k + ": " + h[k] + "\r\n")
		}
	}
	raw := b.String() + "\r\n" + strings.ReplaceAll(body, "\n", "\r\n")
	if _, err := d.Mailroom.Accept(d.ctx, d.space.ID, d.box.ID, []mailroom.Raw{{Source: fmt.Sprintf("test:%d", d.seq), Body: []byte(raw), ReceivedAt: time.Now()}}, nil); err != nil {
		d.t.Fatal(err)
	}
	if err := d.Mailroom.Process(d.ctx, job.Job{Workspace: d.space.ID}); err != nil {
		d.t.Fatal(err)
	}
	key := strings.Trim(h["Message-ID"], "<>")
	var found []ticket.Message
	d.until("the mail is in its ticket", func() bool { // the runner may have been faster than we
		var err error
		found, err = d.Store.MessagesByKey(d.ctx, d.space.ID, []string{key})
		left, err2 := d.Store.NewMail(d.ctx, d.space.ID, 1)
		return err == nil && err2 == nil && len(found) > 0 && len(left) == 0
	})
	return found[len(found)-1]
}

func (d *desk) ticket(id ticket.ID) ticket.Ticket {
	d.t.Helper()
	t, err := d.Tickets.Get(d.ctx, d.owner, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return t
}

// reply answers a ticket and waits until the answer has left.
func (d *desk) reply(id ticket.ID, body string) (ticket.Message, *message.Message) {
	d.t.Helper()
	n := len(d.out.Messages())
	m, err := d.Tickets.Reply(d.ctx, d.owner, id, ticket.NewReply{Body: body, Then: ticket.Pending})
	if err != nil {
		d.t.Fatal(err)
	}
	d.until("the reply has left", func() bool {
		m, err = d.Store.Message(d.ctx, d.space.ID, m.ID)
		return err == nil && m.Delivery == ticket.Sent && len(d.out.Messages()) > n
	})
	sent := d.out.Messages()
	return m, message.Parse(sent[len(sent)-1].Body, message.DefaultLimits())
}

func (d *desk) until(what string, ok func() bool) {
	d.t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	d.t.Fatal("waited in vain until " + what)
}

func TestMailIsThreadedAndAnswered(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		first := d.mail(nil, "Where is my parcel?\nAnna")
		tk := d.ticket(first.Ticket)
		if tk.Number != 1 || tk.Status != ticket.New || !tk.Unread || tk.Subject != "Question" || !first.Verified {
			t.Fatalf("ticket %+v, message verified %v", tk, first.Verified)
		}
		sentMsg, sent := d.reply(tk.ID, "It left on Tuesday.")
		if sent.To[0].Address != "anna@client.example" || !strings.Contains(sent.Text, "It left on Tuesday.") || !strings.Contains(sent.Text, "The shop") {
			t.Errorf("sent to %v: %s", sent.To, sent.Text)
		}
		if sent.MessageID != sentMsg.Key || len(sent.InReplyTo) != 1 || sent.InReplyTo[0] != first.Key {
			t.Errorf("ids %q, %v", sent.MessageID, sent.InReplyTo)
		}
		if tk = d.ticket(tk.ID); tk.Status != ticket.Pending || tk.Assignee != d.owner.Person() {
			t.Errorf("after the reply: %s, assignee %d", tk.Status, tk.Assignee)
		}
		answer := d.mail(map[string]string{"Subject": "AW: whatever", "References": "<" + sent.MessageID + ">"}, "Thanks!\n\nOn Sun, 22 Nov 2026 at 10:00, Shop help <help@shop.example> wrote:\n> It left on Tuesday.")
		if answer.Ticket != tk.ID || answer.Body != "Thanks!" || !answer.Verified {
			t.Errorf("answer in %d (%d), %q, verified %v", answer.Ticket, tk.ID, answer.Body, answer.Verified)
		}
		byAddress := d.mail(map[string]string{"Subject": "no trace", "To": sent.ReplyTo[0].Address}, "More.")
		if byAddress.Ticket != tk.ID {
			t.Error("the signed reply address does not lead to the ticket")
		}
		if tk = d.ticket(tk.ID); tk.Status != ticket.Open || tk.Messages != 4 {
			t.Errorf("ticket is %s with %d messages", tk.Status, tk.Messages)
		}
	})
}

func TestStrangersAndForgersStayOutside(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		first := d.mail(nil, "My order is late.")
		_, sent := d.reply(first.Ticket, "We look into it.")
		mallory := map[string]string{"From": "Mallory <mallory@evil.example>", "Subject": "Re: Question", "References": "<" + sent.MessageID + ">"}
		joined := d.mail(mallory, "Send the refund to me.")
		if joined.Ticket != first.Ticket || joined.Verified {
			t.Errorf("a stranger with a signed reference: same ticket %v, verified %v", joined.Ticket == first.Ticket, joined.Verified)
		}
		if to, _ := d.Tickets.ReplyTo(d.ctx, d.owner, d.ticket(first.Ticket)); len(to) != 1 || to[0].Address != "anna@client.example" {
			t.Errorf("answers would go to %v", to)
		}
		mallory["References"] = "<" + first.Key + ">"
		if other := d.mail(mallory, "I saw the thread."); other.Ticket == first.Ticket {
			t.Error("a stranger joined by an unsigned reference")
		}
		forged := strings.Replace(sent.MessageID, "gw.", "gw.0", 1)
		if other := d.mail(map[string]string{"From": "m2@evil.example", "References": "<" + forged + ">"}, "x"); other.Ticket == first.Ticket {
			t.Error("a forged reference was believed")
		}
		spoof := d.mail(map[string]string{"From": "Li Wei <owner@shop.example>", "References": "<" + sent.MessageID + ">"}, "I am the boss.")
		if spoof.AuthorKind == auth.Agent || spoof.Verified || spoof.Kind != ticket.KindInbound {
			t.Errorf("a mail speaks as %s, verified %v", spoof.AuthorKind, spoof.Verified)
		}
	})
}

func TestTheSameMailIsOneMessage(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		a := d.mail(map[string]string{"Message-ID": "<same@client.example>"}, "Hello")
		b := d.mail(map[string]string{"Message-ID": "<same@client.example>"}, "Hello")
		if a.ID != b.ID {
			t.Error("a copy became a second message")
		}
		c := d.mail(map[string]string{"Message-ID": "<same@client.example>", "From": "m@evil.example"}, "Not the same")
		if c.ID == a.ID {
			t.Error("a mail with a used Message-ID was swallowed")
		}
	})
}

func TestBouncesAndAutoRepliesAreTyped(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		first := d.mail(nil, "Hi")
		out, sent := d.reply(first.Ticket, "Answer")
		auto := d.mail(map[string]string{"Subject": "Out of office", "Auto-Submitted": "auto-replied", "References": "<" + sent.MessageID + ">"}, "I am away.")
		if auto.Form != ticket.AutoReply || d.ticket(first.Ticket).Status != ticket.Pending {
			t.Errorf("auto reply is %s, ticket %s", auto.Form, d.ticket(first.Ticket).Status)
		}
		dsn := "--b\nContent-Type: text/plain\n\nIt could not be delivered.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n" +
			"Final-Recipient: rfc822; anna@client.example\nAction: failed\nStatus: 5.1.1\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <" + sent.MessageID + ">\n\n--b--\n"
		bounce := d.mail(map[string]string{"From": "MAILER-DAEMON@mx.example", "Subject": "Undelivered", "Content-Type": `multipart/report; report-type=delivery-status; boundary="b"`}, dsn)
		if bounce.Form != ticket.Bounce || bounce.Ticket != first.Ticket {
			t.Errorf("bounce is %s in %d", bounce.Form, bounce.Ticket)
		}
		if m, _ := d.Store.Message(d.ctx, d.space.ID, out.ID); m.Delivery != ticket.Bounced {
			t.Errorf("the reply is %s", m.Delivery)
		}
		if d.ticket(first.Ticket).Status != ticket.Open {
			t.Error("a bounce left the ticket waiting")
		}
	})
}

func TestReplyCanBeTakenBackAndIsSentOnce(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		first := d.mail(nil, "Hi")
		d.Tickets.UndoSend = time.Hour
		m, err := d.Tickets.Reply(d.ctx, d.owner, first.Ticket, ticket.NewReply{Body: "Too fast", Then: ticket.Solved, Key: "k1"})
		if err != nil {
			t.Fatal(err)
		}
		again, err := d.Tickets.Reply(d.ctx, d.owner, first.Ticket, ticket.NewReply{Body: "Too fast", Key: "k1"})
		if err != nil || again.ID != m.ID {
			t.Errorf("a repeated request made message %d, not %d (%v)", again.ID, m.ID, err)
		}
		for range 2 {
			if err := d.Tickets.Unsend(d.ctx, d.owner, first.Ticket, m.ID); err != nil {
				t.Fatal(err)
			}
		}
		th, err := d.Tickets.Thread(d.ctx, d.owner, 1, 0)
		if err != nil || th.Drafts[ticket.KindOutbound].Data.Body != "Too fast" {
			t.Errorf("draft %+v, %v", th.Drafts, err)
		}
		if got := d.ticket(first.Ticket).Status; got != ticket.Open {
			t.Errorf("an answer that never left leaves the ticket %s", got)
		}
		time.Sleep(100 * time.Millisecond)
		if n := len(d.out.Messages()); n != 0 {
			t.Errorf("%d mails left", n)
		}
		if m, _ := d.Store.Message(d.ctx, d.space.ID, m.ID); m.Delivery != ticket.Cancelled {
			t.Errorf("the reply is %s", m.Delivery)
		}
	})
}

func TestMergeSplitAndUndo(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		a := d.mail(nil, "First")
		b := d.mail(map[string]string{"From": "Bo <bo@client.example>", "Subject": "Other"}, "Second")
		if _, err := d.Tickets.ChangeTags(d.ctx, d.owner, b.Ticket, []string{"VIP"}, nil); err != nil {
			t.Fatal(err)
		}
		ev, err := d.Tickets.Merge(d.ctx, d.owner, b.Ticket, a.Ticket)
		if err != nil {
			t.Fatal(err)
		}
		merged, gone := d.ticket(a.Ticket), d.ticket(b.Ticket)
		if merged.Messages != 2 || !merged.HasTag("vip") || gone.MergedInto != a.Ticket || gone.Status != ticket.Closed {
			t.Errorf("merged %+v, gone %+v", merged, gone)
		}
		if all, _, err := d.Tickets.List(d.ctx, d.owner, ticket.ListQuery{}, ticket.Cursor{}); err != nil || len(all) != 1 {
			t.Errorf("%d tickets are listed after the merge, %v", len(all), err)
		}
		if c := d.mail(map[string]string{"From": "Bo <bo@client.example>", "References": "<" + b.Key + ">"}, "Third"); c.Ticket != a.Ticket {
			t.Error("an answer to the merged ticket did not reach its heir")
		}
		if err := d.Tickets.Undo(d.ctx, d.owner, a.Ticket, ev); err != nil {
			t.Fatal(err)
		}
		if err := d.Tickets.Undo(d.ctx, d.owner, a.Ticket, ev); err == nil {
			t.Error("undone twice")
		}
		back := d.ticket(b.Ticket)
		if back.MergedInto != 0 || back.Messages != 1 || back.Status != ticket.New || len(d.ticket(a.Ticket).Tags) != 0 {
			t.Errorf("after undo %+v", back)
		}
		off, ev, err := d.Tickets.Split(d.ctx, d.owner, a.Ticket, []ticket.MessageID{a.ID}, "Split off")
		if err != nil || off.Messages != 1 || d.ticket(a.Ticket).Messages != 1 {
			t.Fatalf("split %+v, %v", off, err)
		}
		if err := d.Tickets.Undo(d.ctx, d.owner, a.Ticket, ev); err != nil || d.ticket(a.Ticket).Messages != 2 {
			t.Errorf("undo of split: %v", err)
		}
	})
}

func TestSearchFindsEveryScriptWithinRights(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		for i, body := range []string{"Wo bleibt mein Paket mit den Kopfhörern?", "我的耳机还没有到，请退款", "Где мои наушники? Заказ 77123", "ヘッドホンが届きません"} {
			d.mail(map[string]string{"From": fmt.Sprintf("c%d@client.example", i), "Subject": fmt.Sprintf("Case %d", i)}, body)
		}
		find := func(actor auth.Actor, q string) (out []int64) {
			for _, ranked := range []bool{false, true} {
				sq := ticket.ParseSearch(q, time.UTC)
				sq.Ranked = ranked
				page, err := d.Tickets.Search(d.ctx, actor, sq)
				if err != nil {
					t.Fatalf("%s: %v", q, err)
				}
				out = nil
				for _, h := range page.Hits {
					out = append(out, h.Ticket.Number)
				}
			}
			return out
		}
		for q, want := range map[string]string{
			"kopfhörer": "[1]", "退款": "[2]", "наушники": "[3]", "ヘッドホン": "[4]", "77123": "[3]", "from:c3@client.example": "[4]", "paket -kopfhörern": "[]", `"mein paket"`: "[1]", "is:done": "[]",
		} {
			if got := fmt.Sprint(find(d.owner, q)); got != want {
				t.Errorf("%s: %s, want %s", q, got, want)
			}
		}
		team, err := d.Auth.SaveTeam(d.ctx, d.owner, auth.Team{Name: "Secret"})
		if err != nil {
			t.Fatal(err)
		}
		tk, _ := d.Tickets.ByNumber(d.ctx, d.owner, 1)
		if _, err := d.Tickets.SetTeam(d.ctx, d.owner, tk.ID, team.ID); err != nil {
			t.Fatal(err)
		}
		outsider := d.owner
		outsider.ID, outsider.Restricted, outsider.Role = 1, true, auth.AgentRole
		if got := fmt.Sprint(find(outsider, "kopfhörer")); got != "[]" {
			t.Errorf("an outsider finds %s", got)
		}
		stranger := d.owner
		stranger.Workspace++
		if got := fmt.Sprint(find(stranger, "kopfhörer")); got != "[]" {
			t.Errorf("another workspace finds %s", got)
		}
	})
}

func TestCardNumbersNeverReachTheDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "godwit.db")
	d := newDesk(t, "sqlite:"+path)
	d.mail(map[string]string{"Subject": "card 4111 1111 1111 1111"}, "Refund to 4111-1111-1111-1111 please, or 5555555555554444.")
	d.mail(map[string]string{"Content-Type": "text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64"}, "UmVmdW5kIHRvIDQxMTExMTExMTExMTExMTEgcGxlYXNl\n")
	raws, err := d.Store.NewMail(d.ctx, d.space.ID, 10)
	if err != nil || len(raws) != 0 {
		t.Fatal(raws, err)
	}
	for i := range 2 {
		th, err := d.Tickets.Thread(d.ctx, d.owner, int64(i+1), 0)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := d.Store.Raw(d.ctx, d.space.ID, th.Messages[0].Intake)
		if err != nil {
			t.Fatal(err)
		}
		m := message.Parse(raw, message.DefaultLimits())
		all := string(raw) + m.Text + m.Subject + fmt.Sprintf("%+v%+v", th.Ticket, th.Messages)
		for _, pan := range []string{"4111 1111 1111 1111", "4111-1111-1111-1111", "5555555555554444", "4111111111111111"} {
			if strings.Contains(all, pan) {
				t.Errorf("mail %d still holds %s", i+1, pan)
			}
		}
	}
}
