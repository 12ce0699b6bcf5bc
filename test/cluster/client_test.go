package cluster

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// client is an agent with a browser, and with a program that notes through the
// API. The browser reads the list and tickets and answers each ticket that is the
// agent's own once.
type client struct {
	w     *world
	me    int
	http  *http.Client
	token string // for the API
	base  string // where it asks, if not the balancer

	known    map[int]string // tickets that it has seen: their identifiers by number
	answered map[int]bool
	notes    int
}

// tally is what the clients did and saw.
type tally struct {
	mu        sync.Mutex
	reads     int
	writes    int
	failures  []failure
	noted     map[string]bool // notes that were asked for: true if acknowledged
	answered  map[int]bool    // tickets whose answer was acknowledged
	lastGood  time.Time
	longest   time.Duration // without any answer that was good
	longestAt time.Time
}

// failure is an answer that a person would have seen as one.
type failure struct {
	at     time.Time
	what   string
	status int
}

func (y *tally) good(wrote bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	now := time.Now()
	if gap := now.Sub(y.lastGood); !y.lastGood.IsZero() && gap > y.longest {
		y.longest, y.longestAt = gap, now
	}
	y.lastGood = now
	if wrote {
		y.writes++
	} else {
		y.reads++
	}
}

func (y *tally) bad(what string, status int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.failures = append(y.failures, failure{time.Now(), what, status})
}

// phase returns what failed and how long nothing was good since the last call.
func (y *tally) phase() (failures []failure, longest time.Duration) {
	y.mu.Lock()
	defer y.mu.Unlock()
	failures, longest = y.failures, y.longest
	y.failures, y.longest = nil, 0
	return failures, longest
}

func newClient(w *world, me int) *client {
	jar, _ := cookiejar.New(nil) // fails only with options
	return &client{w: w, me: me, known: map[int]string{}, answered: map[int]bool{}, http: &http.Client{
		Jar: jar, Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 4},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (c *client) url(path string) string {
	if c.base != "" {
		return c.base + path
	}
	return c.w.balance.server.URL + path
}

// at returns the same person at another address.
func (c *client) at(base string) *client {
	return &client{w: c.w, me: c.me, http: c.http, token: c.token, base: base}
}

// get reads a page. It returns "" after a failure, which is counted.
func (c *client) get(ctx context.Context, path string) string {
	status, body := c.ask(ctx, http.MethodGet, path, "", "")
	if status != http.StatusOK {
		return ""
	}
	c.w.tally.good(false)
	return body
}

// post sends a form once. It reports whether it was taken, and whether that is
// sure: when it is not, the form may have been taken or not.
func (c *client) post(ctx context.Context, path string, form url.Values) (taken, sure bool, status int) {
	status, _ = c.ask(ctx, http.MethodPost, path, form.Encode(), "")
	if status == http.StatusSeeOther {
		c.w.tally.good(true)
	}
	return status == http.StatusSeeOther, status != 0 && status < 500, status
}

// ask sends a request, with a token and under a key if it has one, and returns
// the status and the body of the answer. What is no success is counted, and a
// status of 0 is no answer at all.
func (c *client) ask(ctx context.Context, method, path, body, key string) (int, string) {
	req, err := http.NewRequestWithContext(ctx, method, c.url(path), strings.NewReader(body))
	must(c.w.t, err)
	if strings.HasPrefix(path, "/api/") {
		req.Header.Set("Authorization", "Bearer "+c.token)
		req.Header.Set("Content-Type", "application/json")
		if key != "" {
			req.Header.Set("Idempotency-Key", key)
		}
	} else if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() == nil {
			c.w.tally.bad(method+" "+path+": "+err.Error(), 0)
		}
		return 0, ""
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	status := resp.StatusCode
	if err != nil {
		status = 0
	}
	if (status < 200 || status >= 400) && ctx.Err() == nil {
		c.w.tally.bad(method+" "+path, status)
	}
	if where := resp.Header.Get("Location"); strings.HasPrefix(where, "/sign-in") {
		c.w.t.Errorf("agent %d is signed out: %s %s", c.me, method, path)
	}
	return status, string(b)
}

func (c *client) signIn(ctx context.Context) {
	c.w.t.Helper()
	taken, _, status := c.post(ctx, "/sign-in", url.Values{"email": {owner}, "password": {password}})
	if !taken {
		c.w.t.Fatalf("sign in: %d", status)
	}
}

var (
	ticketLink = regexp.MustCompile(`/t/(\d+)[?"]`)
	customerOf = regexp.MustCompile(`c\d+@client\.example`)
)

const (
	betweenActs = 250 * time.Millisecond
	apart       = 1 // the ticket that agents leave alone
)

// work does what an agent does until ctx ends.
func (c *client) work(ctx context.Context) {
	for ctx.Err() == nil {
		mine := 0
		for _, m := range ticketLink.FindAllStringSubmatch(c.get(ctx, "/inbox/open"), -1) {
			n, _ := strconv.Atoi(m[1])
			if n != apart && n%clients == c.me && !c.answered[n] {
				mine = n
			}
		}
		known := slices.Collect(maps.Keys(c.known))
		switch {
		case mine != 0:
			c.answer(ctx, mine)
		case len(known) == 0 || rand.IntN(4) == 0:
			c.list(ctx)
		case rand.IntN(2) == 0:
			n := known[rand.IntN(len(known))]
			c.note(ctx, c.known[n])
		default:
			c.get(ctx, fmt.Sprintf("/t/%d", known[rand.IntN(len(known))]))
		}
		rest(ctx, betweenActs/2+rand.N(betweenActs))
	}
}

// list learns the identifiers of tickets from the API.
func (c *client) list(ctx context.Context) {
	var page struct {
		Data []struct {
			ID     string
			Number int
		}
	}
	if text := c.get(ctx, "/api/v1/tickets"); text != "" {
		must(c.w.t, json.Unmarshal([]byte(text), &page))
	}
	for _, t := range page.Data {
		if t.Number != apart {
			c.known[t.Number] = t.ID
		}
	}
}

// note writes a note through the API, and asks again under the same key until it
// is acknowledged.
func (c *client) note(ctx context.Context, ticket string) {
	c.notes++
	text := fmt.Sprintf("note %d of agent %d.", c.notes, c.me)
	c.w.tally.note(text, false)
	for ctx.Err() == nil {
		status, body := c.ask(ctx, http.MethodPost, "/api/v1/tickets/"+ticket+"/notes", fmt.Sprintf(`{"body":%q}`, text), fmt.Sprintf("%d-%d", c.me, c.notes))
		switch {
		case status == http.StatusCreated:
			c.w.tally.note(text, true)
			c.w.tally.good(true)
			return
		case status >= 400 && status < 500 && status != http.StatusConflict:
			c.w.t.Errorf("%s is refused with %d: %s", text, status, body)
			return
		}
		rest(ctx, 300*time.Millisecond)
	}
}

func (y *tally) note(text string, acknowledged bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.noted[text] = acknowledged
}

// answer sends the answer to a ticket, and sends it again under the same key
// until it is acknowledged.
func (c *client) answer(ctx context.Context, ticket int) {
	to := customerOf.FindString(c.get(ctx, fmt.Sprintf("/t/%d", ticket)))
	if to == "" {
		return
	}
	form := url.Values{
		"body": {fmt.Sprintf("It is on its way.\nYour question was number %d.", ticket)}, "to": {to}, "then": {"pending"}, "key": {fmt.Sprintf("answer-%d", ticket)},
	}
	for {
		taken, sure, status := c.post(ctx, fmt.Sprintf("/t/%d/reply", ticket), form)
		if taken {
			c.answered[ticket] = true
			c.w.tally.mu.Lock()
			c.w.tally.answered[ticket] = true
			c.w.tally.mu.Unlock()
			return
		}
		if ctx.Err() != nil {
			return
		}
		if sure && status != http.StatusConflict {
			c.w.t.Errorf("the answer to ticket %d is refused with %d", ticket, status)
			return
		}
		rest(ctx, 300*time.Millisecond)
	}
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// watch follows the live stream until ctx ends, and connects again as a browser
// does. It calls connected each time, and seen with each ticket that changed.
func (c *client) watch(ctx context.Context, connected func(), seen func(ticket int)) {
	endless := *c.http
	endless.Timeout = 0
	retry, after := time.Second, ""
	for ctx.Err() == nil {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url("/live"), http.NoBody)
		must(c.w.t, err)
		if after != "" {
			req.Header.Set("Last-Event-ID", after)
		}
		resp, err := endless.Do(req)
		if err == nil && resp.StatusCode == http.StatusOK {
			connected()
			lines := bufio.NewScanner(resp.Body)
			name := ""
			for lines.Scan() {
				field, value, _ := strings.Cut(lines.Text(), ": ")
				switch field {
				case "retry":
					ms, _ := strconv.Atoi(value)
					retry = time.Duration(ms) * time.Millisecond
				case "id":
					after = value
				case "event":
					name = value
				case "data":
					if m := numberIn.FindStringSubmatch(value); name == "ticket" && m != nil {
						n, _ := strconv.Atoi(m[1])
						seen(n)
					}
				}
			}
		}
		if err == nil {
			_ = resp.Body.Close()
		}
		rest(ctx, retry)
	}
}

var numberIn = regexp.MustCompile(`"number":(\d+)`)
