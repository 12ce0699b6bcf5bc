package app

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

var update = flag.Bool("update", false, "write what the stories come to into their files")

// TestStories plays each file of testdata/story: sections are steps in order,
// "want" compares all tickets with what stands there. The steps:
//
//	mail NAME [box=ADDRESS] [times=N]   a raw mail comes in
//	reply NAME #N [then=STATE]          an agent answers; {NAME.id} and {NAME.to} then stand
//	                                    for its Message-ID and its reply address
//	side NAME #N KIND ADDRESS           an agent writes to somebody else about the ticket
//	order NUMBER ADDRESS                an order of a customer
//	link ADDRESS ADDRESS                both addresses are one customer
//	status #N STATE, merge #N #M, split #N NAME, undo, snooze #N
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/story/*.txt")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d stories, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			engines(t, func(t *testing.T, d *desk) { (&story{desk: d, file: file, names: map[string]string{}}).play() })
		})
	}
}

// story plays one file.
type story struct {
	*desk
	file  string
	names map[string]string
	boxes []ticket.Mailbox
	undo  func() error
	seq   int
}

func (s *story) play() {
	s.t.Helper()
	raw, err := os.ReadFile(s.file)
	s.must(err)
	s.box.Settings.AuthServer = "mx.shop.example"
	s.box, err = s.Tickets.SaveMailbox(s.ctx, s.owner, s.box)
	s.must(err)
	sales := s.box
	sales.ID, sales.Address, sales.Name = 0, "sales@shop.example", "Sales"
	sales, err = s.Tickets.SaveMailbox(s.ctx, s.owner, sales)
	s.must(err)
	s.boxes = []ticket.Mailbox{s.box, sales}
	a := txtar.Parse(raw)
	for i, f := range a.Files {
		words := strings.Fields(f.Name)
		if words[0] != "want" {
			s.step(words, s.fill(string(f.Data)))
			continue
		}
		if got := s.dump(); got != string(f.Data) {
			if *update {
				a.Files[i].Data = []byte(got)
				continue
			}
			s.t.Errorf("%s: after %s:\n%s\nwant:\n%s", s.file, a.Files[max(0, i-1)].Name, got, f.Data)
		}
	}
	if *update {
		s.must(os.WriteFile(s.file, txtar.Format(a), 0o644))
	}
}

func (s *story) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// fill puts in what stands for something that is made anew in each run.
func (s *story) fill(text string) string {
	for name, v := range s.names {
		text = strings.ReplaceAll(text, "{"+name+"}", v)
	}
	return text
}

func (s *story) step(words []string, data string) {
	s.t.Helper()
	option := func(name, otherwise string) string {
		for _, w := range words {
			if v, ok := strings.CutPrefix(w, name+"="); ok {
				return v
			}
		}
		return otherwise
	}
	switch words[0] {
	case "mail":
		n, err := strconv.Atoi(option("times", "1"))
		s.must(err)
		for range n {
			s.arrives(words[1], option("box", s.box.Address), data)
		}
	case "reply":
		m, err := s.Tickets.Reply(s.ctx, s.owner, s.number(words[2]), ticket.NewReply{Body: data, Then: ticket.Status(option("then", "pending"))})
		s.must(err)
		s.sent(words[1], m.ID)
	case "side":
		side, err := s.Tickets.OpenSide(s.ctx, s.owner, s.number(words[2]), ticket.NewSide{Kind: words[3], To: ticket.Address{Address: words[4]}, Subject: "Parcel", Body: data})
		s.must(err)
		s.names["side"] = fmt.Sprint(side.ID)
		last, err := s.Store.Messages(s.ctx, s.space.ID, side.Ticket, 0, 1)
		s.must(err)
		s.sent(words[1], last[0].ID)
	case "order":
		shop, _, err := s.Orders.EnsureShop(s.ctx, auth.ForSystem(s.space.ID), order.Shop{Name: "Shop", Currency: "EUR"})
		s.must(err)
		_, _, err = s.Orders.Save(s.ctx, auth.ForSystem(s.space.ID), order.New{
			Shop: shop.ID, Number: words[1], Email: words[2], Currency: "EUR", Status: order.Open, PlacedAt: time.Now().Add(-time.Hour),
		})
		s.must(err)
	case "link":
		c, _, err := s.Customers.Ensure(s.ctx, s.space.ID, customer.Identity{Kind: customer.Email, Value: words[1]}, "", "")
		s.must(err)
		_, err = s.Customers.Link(s.ctx, s.owner, c.ID, customer.Identity{Kind: customer.Email, Value: words[2]})
		s.must(err)
	case "status":
		s.did(s.number(words[1]))(s.Tickets.SetStatus(s.ctx, s.owner, s.number(words[1]), ticket.Status(words[2]), ticket.Waiting(option("for", ""))))
	case "merge":
		s.did(s.number(words[2]))(s.Tickets.Merge(s.ctx, s.owner, s.number(words[1]), s.number(words[2])))
	case "split":
		found, err := s.Store.MessagesByKey(s.ctx, s.space.ID, []string{s.names[words[2]+".id"]})
		s.must(err)
		_, ev, err := s.Tickets.Split(s.ctx, s.owner, s.number(words[1]), []ticket.MessageID{found[0].ID}, "")
		s.did(s.number(words[1]))(ev, err)
	case "snooze":
		s.did(s.number(words[1]))(s.Tickets.Snooze(s.ctx, s.owner, s.number(words[1]), time.Now().Add(time.Hour), option("wake", "yes") == "yes"))
	case "undo":
		s.must(s.undo())
	default:
		s.t.Fatalf("no step %q", words[0])
	}
}

// did keeps how the last change is taken back.
func (s *story) did(id ticket.ID) func(event.ID, error) {
	return func(ev event.ID, err error) {
		s.t.Helper()
		s.must(err)
		s.undo = func() error { return s.Tickets.Undo(s.ctx, s.owner, id, ev) }
	}
}

func (s *story) number(word string) ticket.ID {
	s.t.Helper()
	n, err := strconv.ParseInt(strings.TrimPrefix(word, "#"), 10, 64)
	s.must(err)
	t, err := s.Tickets.ByNumber(s.ctx, s.owner, n)
	s.must(err)
	return t.ID
}

// arrives lets a mail come in as it stands and waits until it was dealt with.
func (s *story) arrives(name, box, mail string) {
	s.t.Helper()
	i := slices.IndexFunc(s.boxes, func(b ticket.Mailbox) bool { return b.Address == box })
	s.seq++
	raw := mailroom.Raw{Source: fmt.Sprintf("story:%d", s.seq), Body: []byte(strings.ReplaceAll(mail, "\n", "\r\n")), ReceivedAt: time.Now()}
	_, err := s.Mailroom.Accept(s.ctx, s.space.ID, s.boxes[i].ID, []mailroom.Raw{raw}, nil)
	s.must(err)
	s.must(s.Mailroom.Process(s.ctx, job.Job{Workspace: s.space.ID}))
	s.until("the mail was dealt with", func() bool {
		left, err := s.Store.NewMail(s.ctx, s.space.ID, 1)
		return err == nil && len(left) == 0
	})
	if id := regexp.MustCompile(`(?mi)^message-id: <(.*)>`).FindStringSubmatch(mail); id != nil {
		s.names[name+".id"] = id[1]
	}
}

// sent waits until a message has left and keeps what its answers refer to.
func (s *story) sent(name string, id ticket.MessageID) {
	s.t.Helper()
	var m ticket.Message
	s.until("the message has left", func() bool {
		var err error
		m, err = s.Store.Message(s.ctx, s.space.ID, id)
		return err == nil && m.Delivery == ticket.Sent
	})
	s.names[name+".id"], s.names[name+".to"] = m.Key, ticket.ReplyAddress(s.space.Secret, m.Address, m.Ticket, m.Side)
}

// dump writes all tickets with their messages for people to read.
func (s *story) dump() string {
	s.t.Helper()
	var b strings.Builder
	for n := int64(1); ; n++ {
		th, err := s.Tickets.Thread(s.ctx, s.owner, n, 0)
		if err != nil {
			break
		}
		t := th.Ticket
		fmt.Fprintf(&b, "#%d %s", n, t.Status)
		if t.Status == ticket.Pending {
			fmt.Fprintf(&b, " for %s", t.Waiting)
		}
		if t.Unread {
			b.WriteString(" unread")
		}
		if !t.SnoozedUntil.IsZero() {
			b.WriteString(" snoozed")
		}
		fmt.Fprintf(&b, " %q", t.Subject)
		if t.Order != 0 {
			o, err := s.Orders.Get(s.ctx, s.owner, t.Order)
			s.must(err)
			b.WriteString(" order " + o.Number)
		}
		for what, id := range map[string]ticket.ID{" merged into": t.MergedInto, " follows": t.FollowUpOf} {
			if id != 0 {
				fmt.Fprintf(&b, "%s #%d", what, s.desk.ticket(id).Number)
			}
		}
		b.WriteByte('\n')
		if int(t.Messages) != len(th.Messages) {
			fmt.Fprintf(&b, "   WRONG COUNT %d\n", t.Messages)
		}
		for _, m := range th.Messages {
			b.WriteString("   " + line(m) + "\n")
		}
		var people []string
		for _, p := range th.Participants {
			mark := map[bool]string{true: "", false: "?"}[p.Verified]
			people = append(people, mark+p.Address)
		}
		fmt.Fprintf(&b, "   people: %s\n", strings.Join(people, ", "))
		to, err := s.Tickets.ReplyTo(s.ctx, s.owner, t)
		if t.MergedInto == 0 {
			fmt.Fprintf(&b, "   answers go to: %s\n", cmp.Or(addressLine(to), fmt.Sprint("nobody, ", err)))
		}
		if shown := addressLine(th.Recipient()); shown != addressLine(to) {
			fmt.Fprintf(&b, "   BUT THE PAGE SAYS %s\n", shown)
		}
	}
	return b.String()
}

func addressLine(list []ticket.Address) string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.Address
	}
	return strings.Join(out, ", ")
}

// line writes one message on a line.
func line(m ticket.Message) string {
	words := []string{map[ticket.Kind]string{ticket.KindInbound: "<", ticket.KindOutbound: ">", ticket.KindNote: "*"}[m.Kind], m.Address}
	if m.Kind == ticket.KindOutbound {
		words = append(words, "to "+addressLine(m.Recipients.To))
	}
	if m.Side != 0 {
		words = append(words, "(side)")
	}
	if m.Form != ticket.Plain {
		words = append(words, "("+string(m.Form)+")")
	}
	if !m.Verified {
		words = append(words, "(unverified)")
	}
	if m.Delivery != "" {
		words = append(words, "("+string(m.Delivery)+")")
	}
	if n := len(m.Files); n > 0 {
		words = append(words, fmt.Sprintf("(%d files)", n))
	}
	text := []rune(ticket.Preview(m.Body))
	return strings.Join(words, " ") + ": " + string(text[:min(len(text), 60)])
}
