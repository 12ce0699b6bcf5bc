package bench

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
)

// deepRow is the row of the open list at which the deep page begins.
const deepRow = 50_000

// desk measures what agents wait for.
func (b *bench) desk(ctx context.Context) error {
	c, err := b.signIn(ctx)
	if err != nil {
		return err
	}
	deep, err := b.cursorAt(ctx, deepRow)
	if err != nil {
		return err
	}
	open := ticket.ListQuery{Bucket: ticket.InOpen}
	views := []ticket.ListQuery{
		{Assignee: b.owner.Person(), Bucket: ticket.InOpen}, {Nobody: true, Bucket: ticket.InOpen}, open, {Bucket: ticket.InWaiting},
		{Bucket: ticket.InSnoozed}, {Mentions: b.owner.Person()},
	}
	builtIn := len(views)
	saved, err := b.core.Tickets.Views(ctx, b.owner)
	if err != nil {
		return err
	}
	for _, v := range saved {
		views = append(views, ticket.ListQuery{Cond: &v.Condition})
	}
	for _, m := range []struct {
		name string
		do   op
	}{
		{"list page 1", c.get("/inbox/open")},
		{"list row 50000", c.get("/inbox/open?after=" + deep.String())},
		{"list rows only", c.get("/inbox/open/rows")},
		{"ticket", func(ctx context.Context, _ int) error {
			return c.part(ctx, fmt.Sprintf("/t/%d?view=open", b.anyNumber()), "div#thread")
		}},
		{"ticket, whole page", func(ctx context.Context, _ int) error { return c.fetch(ctx, fmt.Sprintf("/t/%d", b.anyNumber())) }},
		{"search common word", c.get("/search?sort=new&q=order")},
		{"search common ranked", c.get("/search?sort=rank&q=order")},
		{"search phrase", c.get("/search?sort=new&q=" + url.QueryEscape(`"`+commonPhrase+`"`))},
		{"search two words", c.get("/search?sort=rank&q=" + url.QueryEscape("refund parcel"))},
		{"search rare word", func(ctx context.Context, _ int) error {
			return c.fetch(ctx, fmt.Sprintf("/search?sort=new&q=GW%d", 1001+rand.IntN(b.Tickets)))
		}},
		{"counts", func(ctx context.Context, _ int) error {
			_, err := b.core.Tickets.Counts(ctx, b.owner, views[:builtIn], 999)
			return err
		}},
		{"counts with saved views", func(ctx context.Context, _ int) error {
			_, err := b.core.Tickets.Counts(ctx, b.owner, views, 999)
			return err
		}},
		{"counts part", c.get("/inbox/counts")},
		{"reports page", c.get("/reports")},
		{"service: list page 1", func(ctx context.Context, _ int) error {
			_, _, err := b.core.Tickets.List(ctx, b.owner, open, ticket.Cursor{})
			return err
		}},
		{"service: list row 50000", func(ctx context.Context, _ int) error {
			_, _, err := b.core.Tickets.List(ctx, b.owner, open, deep)
			return err
		}},
		{"service: ticket", func(ctx context.Context, _ int) error {
			t, err := b.core.Tickets.ByNumber(ctx, b.owner, b.anyNumber())
			if err == nil {
				_, err = b.core.Tickets.Open(ctx, b.owner, t, 0)
			}
			return err
		}},
		{"note", func(ctx context.Context, i int) error {
			return c.post(ctx, fmt.Sprintf("/t/%d/note", b.openNumber()), url.Values{"body": {fmt.Sprintf("Asked the carrier, note %d: the parcel waits at customs.", i)}})
		}},
		{"reply", func(ctx context.Context, i int) error {
			return c.post(ctx, fmt.Sprintf("/t/%d/reply", b.openNumber()), url.Values{
				"body": {"Thank you for waiting. Your parcel left customs this morning and arrives on Friday."}, "key": {fmt.Sprintf("bench-%d-%d", time.Now().UnixNano(), i)}})
		}},
		{"service: note", func(ctx context.Context, i int) error {
			return b.onOpen(ctx, func(t ticket.ID) error {
				_, err := b.core.Tickets.Note(ctx, b.owner, t, ticket.NewNote{Body: fmt.Sprintf("Asked the carrier, note %d: the parcel waits at customs.", i)})
				return err
			})
		}},
		{"service: reply", func(ctx context.Context, i int) error {
			return b.onOpen(ctx, func(t ticket.ID) error {
				_, err := b.core.Tickets.Reply(ctx, b.owner, t, ticket.NewReply{Body: "Thank you for waiting. Your parcel left customs this morning.", Key: fmt.Sprint(time.Now().UnixNano(), i)})
				return err
			})
		}},
	} {
		if err := b.run(ctx, m.name, m.do); err != nil {
			return err
		}
	}
	return nil
}

// commonPhrase stands in many of the loaded messages.
const commonPhrase = "my order"

func (b *bench) anyNumber() int64 { return 1 + rand.Int64N(int64(b.Tickets)) }

// openNumber is the number of a ticket that the load left open; see settle.
func (b *bench) openNumber() int64 {
	return rand.Int64N(int64(b.Tickets)/20)*20 + 5 + rand.Int64N(8)
}

func (b *bench) onOpen(ctx context.Context, do func(ticket.ID) error) error {
	t, err := b.core.Store.TicketByNumber(ctx, b.space.ID, b.openNumber())
	if err != nil {
		return err
	}
	return do(t.ID)
}

// cursorAt returns the cursor behind a row of the open list.
func (b *bench) cursorAt(ctx context.Context, row int) (ticket.Cursor, error) {
	_, r := b.core.Store.Pools()
	var c ticket.Cursor
	var at int64
	err := r.QueryRowContext(ctx, fmt.Sprintf(`SELECT last_at, id FROM ticket WHERE workspace_id=%d AND bucket='open' ORDER BY last_at DESC, id DESC LIMIT 1 OFFSET %d`,
		b.space.ID, min(row, b.Tickets/2))).Scan(&at, &c.ID)
	c.At = time.UnixMilli(at).UTC()
	return c, err
}

// client is a signed-in browser.
type client struct {
	http   *http.Client
	base   string
	cookie string
}

func (b *bench) signIn(ctx context.Context) (*client, error) {
	people, err := b.core.Auth.People(ctx, b.owner)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		if p.ID == b.owner.Person() {
			token, _, err := b.core.Auth.SignIn(ctx, p.Email, password, "127.0.0.1", "bench")
			if err != nil {
				return nil, err
			}
			t := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
			return &client{http: &http.Client{Transport: t}, base: "http://" + b.app.Addr(), cookie: "godwit=" + token}, nil
		}
	}
	return nil, fmt.Errorf("the bench's owner is gone")
}

func (c *client) get(path string) op {
	return func(ctx context.Context, _ int) error { return c.fetch(ctx, path) }
}

func (c *client) fetch(ctx context.Context, path string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return err
	}
	return c.do(req)
}

// part asks for what fills an element of a page that is there, as the console's
// script does.
func (c *client) part(ctx context.Context, path, target string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("HX-Request", "true")
	req.Header.Set("HX-Target", target)
	return c.do(req)
}

// post sends a form as the console's script does.
func (c *client) post(ctx context.Context, path string, form url.Values) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("HX-Request", "true")
	return c.do(req)
}

func (c *client) do(req *http.Request) error {
	req.Header.Set("Cookie", c.cookie)
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s answered %s: %.300s", req.Method, req.URL.Path, res.Status, body)
	}
	return err
}
