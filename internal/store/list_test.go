package store_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// queue is a workspace full of tickets, in the database and in memory.
type queue struct {
	desk
	people  []auth.PersonID
	teams   []auth.TeamID
	shops   []order.ShopID
	boxes   []ticket.MailboxID
	tickets []ticket.Ticket
	mention map[auth.PersonID]map[ticket.ID]bool
}

var (
	queueTags     = []string{"vip", "refund", "возврат", "退款"}
	queueSubjects = []string{"Where is my parcel?", "WO IST MEIN PAKET", "Где моя посылка", "我的包裹在哪里", "100% off_er", `back\slash`}
	queueNow      = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
)

func newQueue(t *testing.T, s *store.Store, n int) *queue {
	t.Helper()
	ctx, dice := context.Background(), rand.New(rand.NewPCG(1, 2))
	q := &queue{desk: newDesk(t, s), mention: map[auth.PersonID]map[ticket.ID]bool{}}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 4 {
		p := auth.Person{ID: auth.PersonID(q.ids.Next()), Workspace: q.w, Email: fmt.Sprintf("p%d@example.com", i), Name: fmt.Sprintf("Person %d", i), Role: auth.AgentRole, Status: auth.Active}
		must(s.AddPerson(ctx, p))
		q.people, q.mention[p.ID] = append(q.people, p.ID), map[ticket.ID]bool{}
	}
	for i := range 3 {
		team := auth.Team{ID: auth.TeamID(q.ids.Next()), Workspace: q.w, Name: fmt.Sprintf("Team %d", i), Members: q.people[i : i+1]}
		must(s.AddTeam(ctx, team))
		q.teams = append(q.teams, team.ID)
		shop := order.Shop{ID: order.ShopID(q.ids.Next()), Workspace: q.w, Name: fmt.Sprintf("Shop %d", i), Currency: "EUR"}
		_, err := s.AddShop(ctx, shop)
		must(err)
		q.shops = append(q.shops, shop.ID)
		box := ticket.Mailbox{ID: ticket.MailboxID(q.ids.Next()), Workspace: q.w, Address: fmt.Sprintf("b%d@example.com", i)}
		must(s.AddMailbox(ctx, box))
		q.boxes = append(q.boxes, box.ID)
	}
	who := q.ensure(t, "c@example.com", "C").ID
	must(s.InTx(ctx, func(ctx context.Context) error {
		for i := range n {
			tk := ticket.Ticket{
				ID: ticket.ID(q.ids.Next()), Workspace: q.w, Number: int64(i + 1), Version: 1, Channel: pick(dice, ticket.Email, "chat"), Customer: who,
				Shop: maybe(dice, q.shops), Mailbox: maybe(dice, q.boxes), Assignee: maybe(dice, q.people), Team: maybe(dice, q.teams),
				Subject: pick(dice, queueSubjects...), Language: pick(dice, "", "de", "zh-Hans"), Topic: pick(dice, "", "other", "damaged"), Mood: pick(dice, triage.Mood(""), triage.Negative, triage.Neutral), Alarm: pick(dice, triage.Alarm(""), triage.Legal), Status: pick(dice, ticket.Statuses()...),
				Spam: dice.IntN(10) == 0, Priority: pick(dice, ticket.Low, ticket.Normal, ticket.High, ticket.Urgent), Unread: dice.IntN(2) == 0,
				CreatedAt: queueNow.Add(-time.Duration(dice.IntN(2000)) * time.Hour), Fields: map[string]string{},
			}
			tk.LastAt = queueNow.Add(-time.Duration(dice.IntN(100)) * time.Hour) // many at the same moment
			if dice.IntN(3) > 0 {
				tk.LastInboundAt = tk.LastAt.Add(-time.Hour)
			}
			if tk.Status == ticket.Pending {
				tk.Waiting = pick(dice, ticket.Waits()...)
			}
			if tk.Status != ticket.Solved && tk.Status != ticket.Closed && dice.IntN(5) == 0 {
				tk.SnoozedUntil = queueNow.Add(time.Hour)
			}
			if dice.IntN(2) == 0 {
				tk.Fields["size"] = pick(dice, "", "L", "XL", `"$.x`)
			}
			for _, tag := range queueTags {
				if dice.IntN(4) == 0 {
					tk.Tags = append(tk.Tags, tag)
				}
			}
			slices.Sort(tk.Tags)
			if dice.IntN(3) > 0 {
				tk.DueAt = queueNow.Add(time.Duration(dice.IntN(100)-30) * time.Hour)
			}
			if err := s.AddTicket(ctx, tk); err != nil {
				return err
			}
			if dice.IntN(8) == 0 {
				p := pick(dice, q.people...)
				q.mention[p][tk.ID] = true
				if err := s.AddMentions(ctx, q.w, tk.ID, 1, []auth.PersonID{p}); err != nil {
					return err
				}
			}
			q.tickets = append(q.tickets, tk)
		}
		return nil
	}))
	return q
}

func pick[T any](dice *rand.Rand, of ...T) T { return of[dice.IntN(len(of))] }

func maybe[T any](dice *rand.Rand, of []T) T {
	var none T
	if dice.IntN(3) == 0 {
		return none
	}
	return pick(dice, of...)
}

// holds judges a ticket in memory as the statements should in the database.
func (q *queue) holds(t *ticket.Ticket, l ticket.ListQuery) bool {
	switch {
	case !l.Scope.Sees(t.Resource()),
		l.Bucket != "" && t.Bucket() != l.Bucket,
		l.Status != "" && t.Status != l.Status,
		l.Nobody && t.Assignee != 0,
		!l.Nobody && l.Assignee != 0 && t.Assignee != l.Assignee,
		l.Team != 0 && t.Team != l.Team,
		l.Shop != 0 && t.Shop != l.Shop,
		l.Channel != "" && t.Channel != l.Channel,
		l.Tag != "" && !t.HasTag(l.Tag),
		l.Mentions != 0 && !q.mention[l.Mentions][t.ID]:
		return false
	}
	return l.Cond == nil || q.meets(t, *l.Cond, l.Scope)
}

func (q *queue) meets(t *ticket.Ticket, c ticket.Condition, s auth.Scope) bool {
	if c.Group {
		for _, child := range c.Children {
			if q.meets(t, child, s) != c.All {
				return !c.All
			}
		}
		return c.All || len(c.Children) == 0
	}
	value, ok := strings.CutPrefix(c.Field, "f.")
	if ok {
		return tests(c, t.Fields[value])
	}
	ref := func(id int64) bool {
		if c.Value == "me" {
			c.Value = strconv.FormatInt(int64(s.Person), 10)
		}
		if id == 0 {
			return tests(c, "")
		}
		return tests(c, strconv.FormatInt(id, 10))
	}
	when := func(at time.Time) bool {
		hours, _ := strconv.Atoi(c.Value)
		return at.Before(queueNow.Add(-time.Duration(hours)*time.Hour)) == (c.Op == "older")
	}
	switch c.Field {
	case "status":
		return tests(c, string(t.Status))
	case "bucket":
		return tests(c, string(t.Bucket()))
	case "channel":
		return tests(c, string(t.Channel))
	case "waiting":
		return tests(c, string(t.Waiting))
	case "language":
		return tests(c, t.Language)
	case "topic":
		return tests(c, t.Topic)
	case "mood":
		return tests(c, string(t.Mood))
	case "alarm":
		return tests(c, string(t.Alarm))
	case "priority":
		return tests(c, t.Priority.String())
	case "unread":
		return tests(c, map[bool]string{true: "1", false: "0"}[t.Unread])
	case "assignee":
		return ref(int64(t.Assignee))
	case "team":
		return ref(int64(t.Team))
	case "shop":
		return ref(int64(t.Shop))
	case "mailbox":
		return ref(int64(t.Mailbox))
	case "order":
		return ref(int64(t.Order))
	case "tag":
		return t.HasTag(c.Value) == (c.Op == "has")
	case "subject":
		return tests(c, t.Subject)
	case "created":
		return when(t.CreatedAt)
	case "activity":
		return when(t.LastAt)
	case "inbound":
		return when(t.LastInboundAt)
	case "due":
		hours, _ := strconv.Atoi(c.Value)
		return map[string]bool{"empty": t.DueAt.IsZero(), "set": !t.DueAt.IsZero(), "within": !t.DueAt.IsZero() && !t.DueAt.After(queueNow.Add(time.Duration(hours)*time.Hour))}[c.Op]
	}
	panic(c.Field)
}

func tests(c ticket.Condition, value string) bool {
	has := strings.Contains(strings.ToLower(value), strings.ToLower(c.Value))
	return map[string]bool{"is": value == c.Value, "not": value != c.Value, "empty": value == "", "set": value != "", "has": has, "lacks": !has}[c.Op]
}

func (q *queue) condition(depth int) *rapid.Generator[ticket.Condition] {
	return rapid.Custom(func(r *rapid.T) ticket.Condition {
		if depth > 0 && rapid.IntRange(0, 2).Draw(r, "kind") == 0 {
			return ticket.Condition{Group: true, All: rapid.Bool().Draw(r, "all"), Children: rapid.SliceOfN(q.condition(depth-1), 0, 3).Draw(r, "children")}
		}
		names := make([]string, 0, 20)
		for name := range ticket.ConditionOps() {
			names = append(names, name)
		}
		slices.Sort(names)
		c := ticket.Condition{Field: rapid.SampledFrom(names).Draw(r, "field")}
		c.Op = rapid.SampledFrom(ticket.ConditionOps()[c.Field]).Draw(r, "op")
		one := func(of ...string) string { return rapid.SampledFrom(of).Draw(r, "value") }
		switch c.Field {
		case "field":
			c.Field = "f." + one("size", "none", `$.x"[`, "")
			c.Value = one("", "L", "XL", `"$.x`)
		case "status":
			c.Value = one("new", "open", "pending", "solved", "closed")
		case "bucket":
			c.Value = one("open", "waiting", "snoozed", "done", "spam")
		case "channel":
			c.Value = one("email", "chat", "phone")
		case "waiting":
			c.Value = one("", "customer", "carrier")
		case "language":
			c.Value = one("", "de", "zh-Hans")
		case "topic":
			c.Value = one("", "other", "damaged")
		case "mood":
			c.Value = one("", "negative", "positive")
		case "alarm":
			c.Value = one("", "legal", "risk")
		case "priority":
			c.Value = one("low", "normal", "high", "urgent")
		case "unread":
			c.Value = one("0", "1")
		case "tag":
			c.Value = rapid.SampledFrom(queueTags).Draw(r, "tag")
		case "subject":
			c.Value = one("parcel", "PAKET", "ПОСЫЛКА", "посылка", "包裹", "%", "_", `\`, "Where is my parcel?", "")
		case "created", "activity", "inbound", "due":
			c.Value = one("0", "1", "48", "1000")
		case "assignee":
			c.Value = one("me", strconv.FormatInt(int64(q.people[0]), 10))
		case "team":
			c.Value = strconv.FormatInt(int64(q.teams[1]), 10)
		case "shop":
			c.Value = strconv.FormatInt(int64(q.shops[1]), 10)
		case "mailbox":
			c.Value = strconv.FormatInt(int64(q.boxes[1]), 10)
		}
		return c
	})
}

func numbers[T ~int64](ids []T) []int64 {
	out := []int64{}
	for _, v := range ids {
		out = append(out, int64(v))
	}
	return out
}

func (q *queue) list(r *rapid.T) ticket.ListQuery {
	l := ticket.ListQuery{Scope: auth.Scope{Workspace: q.w, All: true, Person: q.people[0]}, Oldest: rapid.Bool().Draw(r, "oldest"), Due: rapid.Bool().Draw(r, "by due")}
	sometimes := func(name string) bool { return rapid.IntRange(0, 3).Draw(r, name) == 0 }
	if sometimes("scope") {
		l.Scope.All = false
		if l.Scope.AnyTeam = rapid.Bool().Draw(r, "any team"); !l.Scope.AnyTeam {
			l.Scope.Teams = q.teams[:rapid.IntRange(0, 3).Draw(r, "teams")]
		}
		if rapid.Bool().Draw(r, "boxes") {
			l.Scope.Mailboxes = numbers(q.boxes[:rapid.IntRange(0, 3).Draw(r, "of boxes")])
		}
		if rapid.Bool().Draw(r, "shops") {
			l.Scope.Shops = numbers(q.shops[:rapid.IntRange(0, 3).Draw(r, "of shops")])
		}
	}
	if rapid.Bool().Draw(r, "in a bucket") {
		l.Bucket = rapid.SampledFrom([]ticket.Bucket{ticket.InOpen, ticket.InWaiting, ticket.InSnoozed, ticket.InDone, ticket.InSpam}).Draw(r, "bucket")
	}
	if sometimes("status") {
		l.Status = rapid.SampledFrom(ticket.Statuses()).Draw(r, "status")
	}
	if sometimes("assignee") {
		l.Assignee = rapid.SampledFrom(q.people).Draw(r, "person")
	} else {
		l.Nobody = sometimes("nobody")
	}
	if sometimes("team") {
		l.Team = rapid.SampledFrom(q.teams).Draw(r, "team id")
	}
	if sometimes("tag") {
		l.Tag = rapid.SampledFrom(queueTags).Draw(r, "tag")
	}
	if sometimes("channel") {
		l.Channel = rapid.SampledFrom([]ticket.Channel{ticket.Email, "chat"}).Draw(r, "channel")
	}
	if sometimes("shop") {
		l.Shop = rapid.SampledFrom(q.shops).Draw(r, "shop")
	}
	if sometimes("mentions") {
		l.Mentions = rapid.SampledFrom(q.people).Draw(r, "mentioned")
	}
	if rapid.Bool().Draw(r, "condition") {
		c := q.condition(3).Draw(r, "tree")
		l.Cond = &c
	}
	return l
}

// Whatever is asked for, the pages of a list together are the sorted list, and
// the counts are its length.
func TestListsAreWholeAndSorted(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		store.SetNow(s, func() time.Time { return queueNow })
		newQueue(t, s, 40) // of another workspace: never seen
		q := newQueue(t, s, 500)
		ctx := context.Background()
		rapid.Check(t, func(r *rapid.T) {
			l := q.list(r)
			if l.Cond != nil {
				if err := l.Cond.Check(); err != nil {
					r.Fatal(err)
				}
			}
			var want []ticket.ID
			for _, tk := range q.sorted(l) {
				if q.holds(&tk, l) {
					want = append(want, tk.ID)
				}
			}
			l.Limit = rapid.IntRange(1, 120).Draw(r, "limit")
			var got []ticket.ID
			page := l
			for {
				rows, err := s.Tickets(ctx, page)
				if err != nil {
					r.Fatal(err)
				}
				for _, tk := range rows {
					got = append(got, tk.ID)
				}
				if len(rows) < l.Limit || len(got) > 600 {
					break
				}
				page.AfterTime, page.AfterID = rows[len(rows)-1].LastAt, rows[len(rows)-1].ID
				if l.Due {
					page.AfterTime = rows[len(rows)-1].DueAt
				}
			}
			if !slices.Equal(got, want) {
				r.Fatalf("%d tickets, want %d\n%+v\n%+v", len(got), len(want), l, l.Cond)
			}
			if n, err := s.CountTickets(ctx, l, 1000); err != nil || n != len(want) {
				r.Fatalf("counted %d, %v, want %d", n, err, len(want))
			}
			other := ticket.ListQuery{Scope: l.Scope, Bucket: ticket.InOpen}
			if n, err := s.CountLists(ctx, []ticket.ListQuery{l, other, l}, 7); err != nil || n[0] != min(7, len(want)) || n[2] != n[0] {
				r.Fatalf("counted %v, %v, want %d", n, err, len(want))
			}
		})
	})
}

func (q *queue) sorted(l ticket.ListQuery) []ticket.Ticket {
	out := slices.Clone(q.tickets)
	slices.SortFunc(out, func(a, b ticket.Ticket) int {
		if l.Due {
			if a.DueAt.IsZero() != b.DueAt.IsZero() {
				return map[bool]int{true: 1, false: -1}[a.DueAt.IsZero()]
			}
			return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID))
		}
		c := cmp.Or(a.LastAt.Compare(b.LastAt), cmp.Compare(a.ID, b.ID))
		if l.Oldest {
			return c
		}
		return -c
	})
	return out
}
