package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// found returns the numbers of the tickets that a search finds, page by page.
func found(t *testing.T, s *store.Store, scope auth.Scope, text string, ranked bool, limit int) (numbers []int64, matches int) {
	t.Helper()
	q := ticket.ParseSearch(text, time.UTC)
	q.Scope, q.Ranked, q.Limit = scope, ranked, limit
	for range 1000 {
		page, err := s.Search(context.Background(), q)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, h := range page.Hits {
			if h.Message.Ticket != h.Ticket.ID || h.Ticket.Number == 0 {
				t.Errorf("%s: message %d shown with ticket %d", text, h.Message.ID, h.Ticket.ID)
			}
			numbers = append(numbers, h.Ticket.Number)
			matches += h.Matches
		}
		if !page.More {
			return numbers, matches
		}
		q.Cursor, q.Offset = page.Next, page.Offset
	}
	t.Fatalf("%s: the pages never end", text)
	return nil, 0
}

func TestSearchByFields(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		mia := d.person(t, "Mia Świątek")
		shop := order.Shop{ID: order.ShopID(d.ids.Next()), Workspace: d.w, Name: "Shop", Currency: "EUR"}
		if _, err := s.AddShop(ctx, shop); err != nil {
			t.Fatal(err)
		}
		o := order.Order{ID: order.ID(d.ids.Next()), Workspace: d.w, Shop: shop.ID, ExternalID: "1", Number: "GW-1042", NumberKey: "gw1042", NumberAlt: "1042", Currency: "EUR"}
		if _, err := s.AddOrder(ctx, o); err != nil {
			t.Fatal(err)
		}
		day := func(n int) time.Time { return time.Date(2026, 3, n, 12, 0, 0, 0, time.UTC) }

		a := d.open(t, "ВОЗВРАТ куртки", "refund", "vip")
		a.Assignee, a.Order, a.Status = mia, o.ID, ticket.Open
		b := d.open(t, "Paket 100%")
		b.Status, b.SolvedAt = ticket.Solved, day(9)
		for _, tk := range []*ticket.Ticket{&a, &b} {
			if err := s.SaveTicket(ctx, tk); err != nil {
				t.Fatal(err)
			}
		}
		d.say(t, a.ID, ticket.Message{AuthorName: "Юлия Ёлкина", Address: "Julia@Example.RU", Subject: "ВОЗВРАТ куртки", Body: "Хочу вернуть куртку", Channel: ticket.Email, At: day(1)})
		d.say(t, a.ID, ticket.Message{Kind: ticket.KindOutbound, AuthorName: "Mia", Address: "help@shop.example", Channel: ticket.Email, Body: "Пришлите фото", At: day(2),
			Recipients: ticket.Recipients{To: []ticket.Address{{Address: "Julia@Example.RU"}}}})
		d.say(t, b.ID, ticket.Message{AuthorName: "Bo", Address: "bo_b@example.com", Subject: "Paket 100%", Body: "wo ist mein Paket", Channel: "chat", At: day(5), Files: []ticket.File{{Name: "Rechnung.pdf"}}})
		all := auth.Scope{Workspace: d.w, All: true, Person: mia}
		for text, want := range map[string]string{
			"from:julia": "[1]", "from:юлия": "[1]", "from:ёлкина": "[1]", "from:BO_B": "[2]", "from:box": "[]", "to:julia@example.ru": "[1]",
			"subject:возврат": "[1]", "subject:100%": "[2]", "subject:1_0": "[]", "order:#GW-1042": "[1]", "order:1042": "[1]", "order:77": "[]",
			"tag:refund": "[1]", "tag:none": "[]", "is:open": "[1]", "is:solved": "[2]", "is:done": "[2]", "channel:chat": "[]", "channel:email": "[2 1]",
			"assignee:me": "[1]", "assignee:none": "[2]", "assignee:świąt": "[1]", "assignee:ŚWIĄT": "[1]", "has:file": "[2]",
			"before:2026-03-02": "[1]", "after:2026-03-03": "[2]", "after:2026-03-02 before:2026-03-05": "[1]",
			"paket": "[2]", "paket from:bo": "[2]", "paket from:julia": "[]", "куртка": "[1]", "rechnung": "[2]", `"mein paket"`: "[2]", "paket -mein": "[]",
			"фото tag:vip": "[1]", "is:open channel:email tag:vip from:julia": "[1]",
		} {
			for _, ranked := range []bool{false, true} {
				got, _ := found(t, s, all, text, ranked, 10)
				if fmt.Sprint(got) != want {
					t.Errorf("%s (ranked %v): %v, want %s", text, ranked, got, want)
				}
			}
		}
		if got, _ := found(t, s, auth.Scope{Workspace: newDesk(t, s).w, All: true}, "paket", false, 10); len(got) != 0 {
			t.Errorf("another workspace finds %v", got)
		}
	})
}

// A ticket is shown once, however many of its messages match and on however
// many pages they would lie; and nothing is passed over.
func TestSearchPagesAreDistinctAndWhole(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		team := auth.Team{ID: auth.TeamID(d.ids.Next()), Workspace: d.w, Name: "Secret"}
		if err := s.AddTeam(context.Background(), team); err != nil {
			t.Fatal(err)
		}
		var tickets []ticket.Ticket
		for i := range 45 {
			tk := d.open(t, fmt.Sprint("T", i), "tagged")
			if i%3 == 0 {
				tk.Team = team.ID
				if err := s.SaveTicket(context.Background(), &tk); err != nil {
					t.Fatal(err)
				}
			}
			tickets = append(tickets, tk)
		}
		for i := range 900 { // the messages of tickets lie between each other
			body := "nothing of note"
			if i%2 == 0 {
				body = "a broken zipper " + strings.Repeat("zipper ", i%5)
			}
			d.say(t, tickets[i%45].ID, ticket.Message{Body: body})
		}
		for _, c := range []struct {
			scope auth.Scope
			want  int
		}{{auth.Scope{Workspace: d.w, All: true}, 45}, {auth.Scope{Workspace: d.w, Person: 1}, 30}, {auth.Scope{Workspace: d.w, Teams: []auth.TeamID{team.ID}}, 45},
			{auth.Scope{Workspace: d.w, AnyTeam: true, Limits: auth.Limits{Shops: []int64{}}}, 0}, {auth.Scope{Workspace: d.w, AnyTeam: true, Limits: auth.Limits{Mailboxes: []int64{1}}}, 0}} {
			for _, text := range []string{"zipper", "tag:tagged", "zipper tag:tagged", "is:open"} {
				got, _ := found(t, s, c.scope, text, false, 7)
				once := slices.Compact(slices.Sorted(slices.Values(got)))
				if len(got) != c.want || len(once) != c.want {
					t.Errorf("%s: %d hits, %d tickets, want %d", text, len(got), len(once), c.want)
				}
			}
			// Ranked reads the best 400 of 450 messages, which lie in all tickets.
			got, _ := found(t, s, c.scope, "zipper", true, 7)
			if len(got) != len(slices.Compact(slices.Sorted(slices.Values(got)))) || len(got) < c.want*8/10 {
				t.Errorf("ranked: %d hits, want about %d", len(got), c.want)
			}
		}
	})
}

// However common a word is among how many messages, and whichever way leads to
// them, every ticket is found once.
func TestSearchFindsCommonAndRareWords(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		const tickets, each = 60, 10
		want := map[string]int{}
		for i := range tickets {
			tk := d.open(t, "Lantern")
			for j := range each {
				n := i*each + j
				body := "lantern"
				for word, every := range map[string]int{"harbour": 3, "meadow": 25, "quartz": 400} {
					if n%every == every-1 {
						body += " " + word
						want[word]++
					}
				}
				want["lantern"]++
				d.say(t, tk.ID, ticket.Message{Subject: "", Body: body, Channel: ticket.Email, At: time.UnixMilli(int64(n))})
			}
		}
		scope := auth.Scope{Workspace: d.w, All: true}
		for word, n := range want {
			numbers, _ := found(t, s, scope, word, false, 20)
			slices.Sort(numbers)
			if once := slices.Compact(slices.Clone(numbers)); len(once) != len(numbers) {
				t.Errorf("%s: %v", word, numbers)
			}
			if least := min(tickets, (n+each-1)/each); len(numbers) < least || word == "lantern" && len(numbers) != tickets || word == "quartz" && len(numbers) != n {
				t.Errorf("%s stands in %d messages: %d tickets", word, n, len(numbers))
			}
		}
	})
}
