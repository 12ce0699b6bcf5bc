package store_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/proactive"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// crowd fills a workspace with n tickets of n/4 customers, each with two
// messages, an order, a tag and five events, faster than through the store's methods.
func crowd(t *testing.T, d desk, n int) {
	t.Helper()
	people := []auth.PersonID{d.person(t, "p0"), d.person(t, "p1")}
	team := auth.Team{ID: auth.TeamID(d.ids.Next()), Workspace: d.w, Name: "Team"}
	shop := order.Shop{ID: order.ShopID(d.ids.Next()), Workspace: d.w, Name: "Shop", Currency: "EUR"}
	if err := d.AddTeam(context.Background(), team); err != nil {
		t.Fatal(err)
	}
	if _, err := d.AddShop(context.Background(), shop); err != nil {
		t.Fatal(err)
	}
	json := func(s string) string {
		if d.Lite() {
			return "'" + s + "'"
		}
		return "cast('" + s + "' as jsonb)"
	}
	text := func(s string) string { return "cast(" + s + " as text)" }
	count := func(n int) string {
		return fmt.Sprintf("WITH RECURSIVE c(i) AS (SELECT cast(1 AS bigint) UNION ALL SELECT i+1 FROM c WHERE i<%d) ", n)
	}
	const at = "1700000000000+i*60000"
	terms := `INSERT INTO message_term (message_id, terms) ` + count(2*n) + `SELECT 5000000+i, cast('paket:1 w` + fmt.Sprint(d.w) + `:2 n' || i || ':3' as tsvector) FROM c`
	if d.Lite() {
		terms = `INSERT INTO message_term (rowid, raw, stem) ` + count(2*n) + `SELECT 5000000+i, 'paket w` + fmt.Sprint(d.w) + ` n' || i, '' FROM c`
	}
	write, _ := d.Pools()
	for _, q := range []string{
		`INSERT INTO customer (id, workspace_id, name, language, country, tier, note, created_at, updated_at) ` + count(n/4) +
			`SELECT 1000000+i, %d, 'Name ' || i, '', '', '', '', 0, 0 FROM c`,
		`INSERT INTO identity (id, workspace_id, customer_id, kind, value, verified, created_at) ` + count(n/4) +
			`SELECT 1000000+i, %d, 1000000+i, 'email', 'c' || i || '@example.com', FALSE, 0 FROM c`,
		`INSERT INTO orders (id, workspace_id, shop_id, external_id, number, number_key, number_alt, customer_id, email, status, payment_status, fulfillment_status, currency,
			goods, discount, shipping, tax, duty, total, refunded, payment_method, ship_to, placed_at, updated_at) ` + count(n) +
			`SELECT 2000000+i, %d, ` + fmt.Sprint(shop.ID) + `, ` + text("i") + `, 'GW-' || i, 'gw' || i, ` + text("i") + `, 1000001+i%%` + fmt.Sprint(n/4) +
			`, 'c' || i || '@example.com', 'open', 'paid', '', 'EUR', 0, 0, 0, 0, 0, 0, 0, '', ` + json("{}") + `, ` + at + `, 0 FROM c`,
		`INSERT INTO order_line (id, workspace_id, order_id, position, sku, title, variant, quantity, price, discount, tax, duty, shop_id, placed_at, sku_key) ` + count(n) +
			`SELECT 4000000+i, %d, 2000000+i, 0, 'SKU-' || i%%50, '', '', 1, 0, 0, 0, 0, ` + fmt.Sprint(shop.ID) + `, ` + at + `, 'SKU-' || i%%50 FROM c`,
		`INSERT INTO ticket (id, workspace_id, number, version, channel, customer_id, order_id, subject, preview, language, topic, status, bucket, waiting, priority,
			assignee_id, team_id, tags, fields, snoozed_until, wake_on_reply, messages, unread, reopened, last_at, created_at, solved_at) ` + count(n) +
			`SELECT 3000000+i, %d, i, 1, 'email', 1000001+i%%` + fmt.Sprint(n/4) + `, CASE WHEN i%%2=0 THEN 2000000+i END, 'Subject', '', 'de', '',
			CASE i%%3 WHEN 0 THEN 'open' WHEN 1 THEN 'pending' ELSE 'solved' END, CASE i%%3 WHEN 0 THEN 'open' WHEN 1 THEN 'waiting' ELSE 'done' END, '', 0,
			CASE WHEN i%%5=0 THEN cast(` + fmt.Sprint(people[0]) + ` as bigint) END, CASE WHEN i%%7=0 THEN cast(` + fmt.Sprint(team.ID) + ` as bigint) END, ` +
			json("[]") + `, ` + json("{}") + `, CASE WHEN i%%100=0 THEN 1800000000000 END, FALSE, 2, FALSE, 0, ` + at + `, ` + at + `, CASE WHEN i%%3=2 THEN ` + at + ` END FROM c`,
		`INSERT INTO ticket_tag (workspace_id, tag, ticket_id) ` + count(n/50) + `SELECT %d, 'vip', 3000000+i*50 FROM c`,
		`INSERT INTO ticket_tag (workspace_id, tag, ticket_id) ` + count(n) + `SELECT %d, 't' || i%%20, 3000000+i FROM c`,
		`INSERT INTO message (id, workspace_id, ticket_id, kind, form, channel, author_kind, author_id, author_name, verified, address, rcpt, subject, body, quoted,
			signature, html, language, message_key, digest, delivery, delivery_detail, auth, warnings, mentions, files, at) ` + count(2*n) +
			`SELECT 5000000+i, %d, 3000001+i%%` + fmt.Sprint(n) + `, 'inbound', 'message', 'email', 'customer', 0, 'Name', FALSE, 'c' || i || '@example.com', ` + json("{}") +
			`, 'Subject', 'Wo ist mein Paket', '', '', '', 'de', 'k' || i, 'd', '', '', ` + json("{}") + `, ` + json("[]") + `, ` + json("[]") + `, ` + json("[]") + `, ` + at + ` FROM c`,
		terms,
		`INSERT INTO ticket_record (ticket_id, workspace_id, record) ` + count(n) + `SELECT 3000000+i, %d, ` + json("{}") + ` FROM c`,
		`INSERT INTO ticket_clock (ticket_id, target, workspace_id, rule, place, calendar, thread_id, minutes, from_at, soon_at, due_at, rest, paused, stage, next_at) ` + count(n) +
			`SELECT 3000000+i, 'next', %d, 'all', 0, '', 3000000+i, 60, ` + at + `, 0, 3600000+` + at + `, 0, '', 0, 3600000+` + at + ` FROM c`,
		`UPDATE ticket SET due_at=last_at+3600000 WHERE workspace_id=%d AND number%%3<>1`,
		`INSERT INTO event (id, workspace_id, at, kind, actor_kind, actor_id, actor_name, subject_kind, subject_id, ticket_id, data) ` + count(5*n) +
			`SELECT 9000000+i, %d, ` + at + `, 'ticket.x', 'system', 0, '', 'ticket', 1, 3000001+i%%` + fmt.Sprint(n) + `, ` + json("{}") + ` FROM c`,
	} {
		if strings.Contains(q, "%") {
			q = fmt.Sprintf(q, d.w)
		}
		if _, err := write.Exec(q); err != nil {
			t.Fatalf("%v\n%s", err, q)
		}
	}
	if !d.Lite() {
		if _, err := write.Exec("VACUUM ANALYZE"); err != nil {
			t.Fatal(err)
		}
	}
}

// big are the tables that grow with the years, under the names that the
// statements give them.
const big = `(ticket|message|message_term|event|orders|customer|identity|participant|intake|order_line|fulfillment|ticket_tag|t|m|f|e|o|c)`

var (
	liteScan = regexp.MustCompile(`\bSCAN ` + big + `\b.*`)
	fullScan = regexp.MustCompile(`(?:Seq|Index|Index Only) Scan .*?on (?:` + strings.Trim(big, "()") + `)\b`)
	sorted   = regexp.MustCompile(`Sort Key: .*|.*TEMP B-TREE FOR (?:LAST TERM OF )?ORDER BY.*`)
)

// wholeTable returns the part of a plan that reads a table from end to end.
func wholeTable(lite bool, plan string) string {
	if lite {
		if scan := liteScan.FindString(plan); !strings.Contains(scan, "VIRTUAL TABLE") {
			return scan
		}
		return ""
	}
	nodes := regexp.MustCompile(`(?m)^ *->  |\A`).Split(plan, -1)
	for _, node := range nodes {
		head, _, _ := strings.Cut(node, "\n")
		if fullScan.MatchString(head) && !strings.Contains(node, "Index Cond:") {
			return strings.TrimSpace(head)
		}
	}
	return ""
}

// explain returns the plan of a statement. PostgreSQL is told to read a table
// whole, or to join so, only where there is no index for better: a table of
// this size it would often read at one go.
func explain(t *testing.T, s *store.Store, text string, args []any) string {
	t.Helper()
	_, read := s.Pools()
	query, verb := read.Query, "EXPLAIN QUERY PLAN "
	if !s.Lite() {
		tx, err := read.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback() //nolint:errcheck // it has changed nothing
		for _, way := range []string{"enable_seqscan=off", "enable_hashjoin=off", "enable_mergejoin=off", "random_page_cost=1.1"} {
			if _, err := tx.Exec("SET LOCAL " + way); err != nil {
				t.Fatal(err)
			}
		}
		query, verb = tx.Query, "EXPLAIN "
	}
	rows, err := query(verb+text, args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id, parent, unused int
		var line string
		dest := []any{&line}
		if s.Lite() {
			dest = []any{&id, &parent, &unused, &line}
		}
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		out = append(out, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, "\n")
}

// No page, count or look-up reads a table from end to end, on either engine,
// once the tables are large.
func TestNothingReadsAWholeTable(t *testing.T) {
	if testing.Short() {
		t.Skip("not run: large tables take their time")
	}
	t.Setenv(storetest.Only, "") // the run of the other engine is the short one
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		const n = 20_000
		crowd(t, d, n)
		ctx := context.Background()
		mia := auth.PersonID(1)
		list, err := s.People(ctx, d.w)
		if err != nil || len(list) == 0 {
			t.Fatal(err)
		}
		mia = list[0].ID
		teams, err := s.Teams(ctx, d.w)
		if err != nil || len(teams) == 0 {
			t.Fatal(err)
		}
		all := auth.Scope{Workspace: d.w, All: true, Person: mia}
		own := auth.Scope{Workspace: d.w, Person: mia, Teams: []auth.TeamID{teams[0].ID}}
		limited := auth.Scope{Workspace: d.w, Person: mia, AnyTeam: true, Limits: auth.Limits{Mailboxes: []int64{1, 2, 3}, Shops: []int64{4}}}
		tk, who := ticket.ID(3000100), customer.ID(1000100)
		lists := map[string]ticket.ListQuery{
			"open": {Bucket: ticket.InOpen}, "mine": {Bucket: ticket.InOpen, Assignee: mia}, "unassigned": {Bucket: ticket.InOpen, Nobody: true},
			"team": {Bucket: ticket.InOpen, Team: teams[0].ID}, "done": {Bucket: ticket.InDone}, "oldest": {Bucket: ticket.InOpen, Oldest: true},
			"due": {Bucket: ticket.InOpen, Due: true}, "mine, due": {Bucket: ticket.InOpen, Assignee: mia, Due: true}, "deep, due": {Bucket: ticket.InOpen, Due: true, AfterTime: time.UnixMilli(1700000000000), AfterID: tk},
			"deep": {Bucket: ticket.InDone, AfterTime: time.UnixMilli(1700000000000 + int64(n/2)*60000), AfterID: ticket.ID(3000000 + n/2)},
			"all":  {Cond: &ticket.Condition{Field: "bucket", Op: "not", Value: "spam"}}, "mentions": {Mentions: mia},
			"tag": {Tag: "vip"}, "order": {Order: 2000100}, "status": {Status: ticket.Open, Bucket: ticket.InOpen},
			"saved": {Cond: &ticket.Condition{Group: true, All: true, Children: []ticket.Condition{{Field: "tag", Op: "has", Value: "vip"}, {Field: "assignee", Op: "is", Value: "me"}}}},
		}
		sold := order.Sold{Shop: 4, Keys: []string{"SKU-1", "SKU-2"}, Since: time.UnixMilli(1700000000000)}
		reads := map[string]func() error{}
		add := func(name string, fn func() error) { reads[name] = fn }
		add("mail traffic", func() error { _, err := s.MailTraffic(ctx, d.w); return err })
		for name, l := range lists {
			for scopeName, scope := range map[string]auth.Scope{"": all, " restricted": own, " limited": limited} {
				l.Scope, l.Limit = scope, 51
				add("list "+name+scopeName, func() error { _, err := s.Tickets(ctx, l); return err })
				add("count "+name+scopeName, func() error { _, err := s.CountTickets(ctx, l, 100); return err })
			}
		}
		for _, text := range []string{"paket", "n77", "paket tag:vip", "from:c77@example.com paket", "is:open paket", "order:gw100", "tag:vip", "is:open", "assignee:me", "before:2023-12-01 paket"} {
			for _, ranked := range []bool{false, true} {
				for name, scope := range map[string]auth.Scope{"": all, " restricted": own, " limited": limited} {
					q := ticket.ParseSearch(text, time.UTC)
					q.Scope, q.Ranked, q.Limit = scope, ranked, 30
					add(fmt.Sprintf("search %s ranked %v%s", text, ranked, name), func() error {
						page, err := s.Search(ctx, q)
						if err == nil && page.More && !ranked {
							q.Cursor = page.Next
							_, err = s.Search(ctx, q)
						}
						return err
					})
				}
			}
		}
		day := []ticket.DayTraffic{{From: time.UnixMilli(1700000000000), To: time.UnixMilli(1700000000000 + 86400000)}}
		for name, fn := range map[string]func() error{
			"ticket":       func() error { _, err := s.Ticket(ctx, d.w, tk); return err },
			"by number":    func() error { _, err := s.TicketByNumber(ctx, d.w, 7); return err },
			"by id":        func() error { _, err := s.TicketsByID(ctx, d.w, []ticket.ID{tk, tk + 1, tk + 2}); return err },
			"of customer":  func() error { _, err := s.TicketsOfCustomer(ctx, all, who, 10); return err },
			"open for":     func() error { _, err := s.OpenTicketFor(ctx, d.w, who, time.UnixMilli(1), 5); return err },
			"follow ups":   func() error { _, err := s.FollowUps(ctx, d.w, tk); return err },
			"ringing":      func() error { _, err := s.Ringing(ctx, time.UnixMilli(1700000000000), 10); return err },
			"clocks":       func() error { _, err := s.Clocks(ctx, d.w, tk); return err },
			"clock record": func() error { _, err := s.ClockRecord(ctx, d.w, tk); return err },
			"marks":        func() error { _, err := s.Marks(ctx, d.w, tk, 7); return err },
			"open to count": func() error {
				_, err := s.OpenTickets(ctx, d.w, ticket.InOpen, ticket.Cursor{At: time.UnixMilli(5), ID: 7}, 20)
				return err
			},
			"books":       func() error { _, err := s.PromiseBooks(ctx, d.w, 9, 10); return err },
			"newest book": func() error { _, err := s.PromiseVersion(ctx, d.w); return err },
			"traits": func() error {
				_, err := s.Traits(ctx, d.w, ticket.Ticket{Customer: who, Order: 5, Shop: 4})
				return err
			},
			"open of a customer": func() error {
				_, err := s.OpenTicketsOfCustomer(ctx, d.w, who, ticket.Cursor{At: time.UnixMilli(5), ID: 7}, 20)
				return err
			},
			"open of an order": func() error {
				_, err := s.OpenTicketsOfOrder(ctx, d.w, 5, ticket.Cursor{At: time.UnixMilli(5), ID: 7}, 20)
				return err
			},
			"places": func() error {
				_, err := s.PlacesOf(ctx, d.w, ticket.Ticket{Order: 5, Customer: who, Shop: 4})
				return err
			},
			"snoozed":     func() error { _, err := s.DueSnoozed(ctx, time.Now(), 10); return err },
			"messages":    func() error { _, err := s.Messages(ctx, d.w, tk, 0, 50); return err },
			"last":        func() error { _, err := s.LastMessage(ctx, d.w, tk); return err },
			"by key":      func() error { _, err := s.MessagesByKey(ctx, d.w, []string{"k1", "k2", "k3"}); return err },
			"message ids": func() error { _, err := s.MessageIDs(ctx, d.w, tk); return err },
			"timeline":    func() error { _, err := s.Timeline(ctx, d.w, tk, time.Time{}, time.Time{}, 300); return err },
			"undone":      func() error { _, err := s.Undone(ctx, d.w, tk, 9000001); return err },
			"journal":     func() error { _, err := s.EventsAfter(ctx, d.w, event.ID(9000000+n), 100); return err },
			"people in":   func() error { _, err := s.Participants(ctx, d.w, tk); return err },
			"sides":       func() error { _, err := s.Sides(ctx, d.w, tk); return err },
			"drafts":      func() error { _, err := s.DraftsOf(ctx, d.w, mia, []ticket.ID{tk}); return err },
			"tagged":      func() error { _, err := s.TicketsWithTag(ctx, d.w, "vip", 50); return err },
			"customer":    func() error { _, err := s.CustomerByIdentity(ctx, d.w, "email", "c7@example.com"); return err },
			"customers":   func() error { _, err := s.ListCustomers(ctx, d.w, who, 50); return err },
			"find":        func() error { _, err := s.FindCustomers(ctx, d.w, "na", 10); return err },
			"orders":      func() error { _, err := s.ListOrders(ctx, all, order.Filter{}, order.Cursor{}, 50); return err },
			"products by words": func() error {
				_, err := s.ListProducts(ctx, all, product.Filter{Words: "tent gre"}, 0, 50)
				return err
			},
			"sold": func() error {
				_, err := s.SoldOrders(ctx, all, sold, order.Cursor{PlacedAt: time.UnixMilli(1700000600000), ID: 2000010}, 10)
				return err
			},
			"batch sales":  func() error { _, err := s.BatchSales(ctx, all, sold.Since); return err },
			"batch faults": func() error { _, err := s.BatchFaults(ctx, limited, sold.Since); return err },
			"batch claims": func() error { _, err := s.BatchClaims(ctx, all, sold.Since); return err },
			"unclaimed faults": func() error {
				_, err := s.UnclaimedFaults(ctx, all, []string{"Bright", "bright"}, "B", sold.Since, 100)
				return err
			},
			"batch of an article": func() error {
				_, _, err := s.SupplierBatch(ctx, d.w, 4, "SKU-1", sold.Since)
				if errs.Is(err, errs.NotFound) {
					return nil
				}
				return err
			},
			"sales": func() error { _, err := s.Sales(ctx, all, sold); return err },
			"sold tickets": func() error {
				_, err := s.Tickets(ctx, ticket.ListQuery{Scope: all, Sold: &sold, Limit: 10})
				return err
			},
			"sold tickets, counted": func() error {
				_, err := s.CountTickets(ctx, ticket.ListQuery{Scope: limited, Sold: &sold, Bucket: ticket.InOpen}, 100)
				return err
			},
			"sold parcels": func() error {
				_, err := s.ListShipments(ctx, all, shipment.Filter{Sold: &sold}, shipment.Cursor{ID: 5}, 10)
				return err
			},
			"promised orders": func() error {
				_, err := s.PromisedOrders(ctx, d.w, proactive.PromisedOrder{By: time.UnixMilli(1700000000000)}, time.UnixMilli(1700086400000), 50)
				return err
			},
			"orders of":           func() error { _, err := s.OrdersOf(ctx, all, who, "c7@example.com", 10); return err },
			"orders by":           func() error { _, err := s.OrdersByKeys(ctx, all, []string{"gw7", "8"}, 10); return err },
			"orders of few shops": func() error { _, err := s.ListOrders(ctx, limited, order.Filter{}, order.Cursor{}, 50); return err },
			"of, of few shops":    func() error { _, err := s.OrdersOf(ctx, limited, who, "c7@example.com", 10); return err },
			"by, of few shops":    func() error { _, err := s.OrdersByKeys(ctx, limited, []string{"gw7", "8"}, 10); return err },
			"statuses of few":     func() error { _, err := s.StatusCounts(ctx, limited, 10_000); return err },
			"loads of few":        func() error { _, err := s.Loads(ctx, limited, 10_000); return err },
			"traffic of few":      func() error { return s.Traffic(ctx, limited, day) },
			"tracking":            func() error { _, err := s.OrdersByTracking(ctx, d.w, []string{"x"}, 10); return err },
			"new mail":            func() error { _, err := s.NewMail(ctx, d.w, 64); return err },
			"statuses":            func() error { _, err := s.StatusCounts(ctx, all, 10_000); return err },
			"loads":               func() error { _, err := s.Loads(ctx, all, 10_000); return err },
			"traffic":             func() error { return s.Traffic(ctx, all, day) },
			"solve times": func() error {
				_, err := s.SolveTimes(ctx, all, time.UnixMilli(1700000000000+int64(n)*59000), 100)
				return err
			},
			"next due": func() error { _, err := s.NextDue(ctx, job.DefaultQueue); return err },
			"side counts": func() error {
				_, err := s.CountLists(ctx, []ticket.ListQuery{{Scope: all, Bucket: ticket.InOpen}, {Scope: own, Bucket: ticket.InOpen, Nobody: true}}, 100)
				return err
			},
		} {
			add(name, fn)
		}
		few := map[string]bool{"tag": true, "mentions": true, "order": true, "saved": true} // these begin with few tickets and sort them
		seen := map[string]bool{}
		for name, read := range reads {
			type call struct {
				text string
				args []any
			}
			var calls []call
			s.DB.Trace(func(text string, args []any) { calls = append(calls, call{text, args}) })
			err := read()
			s.DB.Trace(nil)
			if err != nil || len(calls) == 0 {
				t.Errorf("%s: %d statements, %v", name, len(calls), err)
			}
			for _, c := range calls {
				if seen[c.text] {
					continue
				}
				seen[c.text] = true
				plan := explain(t, s, c.text, c.args)
				if bad := wholeTable(s.Lite(), plan); bad != "" {
					t.Errorf("%s reads a whole table: %s\n%s\n%s", name, bad, c.text, plan)
				}
				// What an agent looks at all day comes out of an index in its order.
				if bad := sorted.FindString(plan); bad != "" && strings.HasPrefix(name, "list ") && !few[strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(name, " limited"), "list "), " restricted")] {
					t.Errorf("%s sorts: %s\n%s\n%s", name, bad, c.text, plan)
				}
			}
		}
		if len(seen) < 60 {
			t.Errorf("only %d statements were seen", len(seen))
		}
	})
}
