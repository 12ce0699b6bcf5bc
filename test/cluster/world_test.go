package cluster

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to look from outside

	"godwit.dev/godwit/internal/adapter/channel/email/dovecottest"
	"godwit.dev/godwit/internal/adapter/channel/email/smtptest"
	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

const (
	clients  = 16
	owner    = "owner@example.test"
	password = "a long enough secret"
)

// world is the nodes and everything around them.
type world struct {
	t                *testing.T
	primary, standby *database
	wire             *wire
	imap             *dovecottest.Server
	smtp             *smtptest.Server
	nodes            []*node
	balance          *balancer
	agents           []*client
	db               *sql.DB // to look from outside, past the wire
	tally            tally

	mu  sync.Mutex
	fed []string // Message-IDs of the mails that customers wrote, without brackets
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, tally: tally{noted: map[string]bool{}, answered: map[int]bool{}}}
	var starting sync.WaitGroup
	starting.Go(func() {
		dir, err := os.MkdirTemp("", "cluster")
		if err == nil {
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			w.imap, err = dovecottest.Start(dir)
		}
		if err != nil {
			t.Error(err)
		}
	})
	w.primary, w.standby = newPrimary(t)
	starting.Wait()
	if t.Failed() {
		t.FailNow()
	}
	t.Cleanup(w.imap.Stop)
	var err error
	w.smtp, err = smtptest.Start(smtptest.Config{Maildir: w.imap.Maildir})
	must(t, err)
	t.Cleanup(w.smtp.Stop)
	w.wire = newWire(t, w.primary.address())
	w.look(w.primary)
	tokens := w.found()
	log := filepath.Join(t.TempDir(), "node")
	for _, name := range []string{"a", "b", "c"} {
		n := &node{t: t, name: name, dsn: w.wire.dsn(), log: log + "-" + name + ".log"}
		n.start()
		t.Cleanup(n.kill)
		w.nodes = append(w.nodes, n)
	}
	w.balance = newBalancer(t, w.nodes)
	for i := range clients {
		c := newClient(w, i)
		c.token = tokens[i]
		c.signIn(t.Context())
		w.agents = append(w.agents, c)
	}
	return w
}

// look opens a server to look from outside.
func (w *world) look(d *database) {
	db, err := sql.Open("pgx", fmt.Sprintf("postgres://%s@%s/godwit?sslmode=disable&application_name=outside", account, d.address()))
	must(w.t, err)
	w.t.Cleanup(func() { _ = db.Close() })
	w.db = db
}

// found sets the desk up: a workspace with an owner, a mailbox that proves what it
// sent, and a token for each agent.
func (w *world) found() (tokens []string) {
	ctx := w.t.Context()
	core, err := app.NewCore(ctx, config(w.wire.dsn(), slog.New(slog.DiscardHandler)))
	must(w.t, err)
	defer core.Close()
	house, person, err := core.Auth.Found(ctx, auth.Founding{Workspace: "Bar-tailed", Name: "Li Wei", Email: owner, Password: password, Language: "en", Zone: "Asia/Shanghai"})
	must(w.t, err)
	_, err = core.Tickets.SaveMailbox(ctx, auth.ForSystem(house.ID), ticket.Mailbox{
		Address: w.imap.User, Name: "The desk", Signature: "The desk",
		Settings: ticket.MailSettings{
			InKind: "imap", InHost: w.imap.Host, InPort: w.imap.Port, InTLS: "none", InUser: w.imap.User, InAuth: "password",
			OutKind: "smtp", OutHost: w.smtp.Host, OutPort: w.smtp.Port, OutTLS: "none", Copy: true, PlusAddress: true,
		},
		Secrets: ticket.MailSecrets{InPassword: w.imap.Password},
	})
	must(w.t, err)
	for i := range clients {
		secret, _, err := core.Auth.CreateToken(ctx, auth.ForSystem(house.ID), auth.NewToken{
			Name: fmt.Sprintf("agent %d", i), Person: person.ID, Scopes: []auth.Permission{auth.ReadTickets, auth.WriteTickets},
		})
		must(w.t, err)
		tokens = append(tokens, secret)
	}
	return tokens
}

// feed lets a customer's mail arrive, and returns its Message-ID.
func (w *world) feed() string {
	w.mu.Lock()
	n := len(w.fed)
	key := fmt.Sprintf("m%d@client.example", n)
	w.fed = append(w.fed, key)
	w.mu.Unlock()
	raw := fmt.Sprintf("From: Customer <c%d@client.example>\r\nTo: The desk <%s>\r\nSubject: Parcel %d\r\nDate: %s\r\nMessage-ID: <%s>\r\n\r\nWhere is my parcel?\r\n",
		n, w.imap.User, n, time.Now().Format(time.RFC1123Z), key)
	if _, err := smtptest.Deliver(w.imap.Maildir, []byte(raw)); err != nil {
		w.t.Error(err)
	}
	return key
}

// live lets customers write and agents work until the returned function is
// called.
func (w *world) live() (stop func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			w.feed()
			rest(ctx, 400*time.Millisecond)
		}
	})
	for _, c := range w.agents {
		wg.Go(func() { c.work(ctx) })
	}
	return func() {
		cancel()
		wg.Wait()
	}
}

// await waits until something is so, and returns how long that took.
func (w *world) await(what string, most time.Duration, so func() bool) time.Duration {
	w.t.Helper()
	began := time.Now()
	for !so() {
		if time.Since(began) > most {
			w.fail("%s: not within %v", what, most)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return time.Since(began)
}

// fail ends the test with the end of the nodes' logs.
func (w *world) fail(format string, args ...any) {
	w.t.Helper()
	for _, n := range w.nodes {
		format += "\n--- node " + n.name + "\n%s"
		args = append(args, tail(n.log))
	}
	w.t.Fatalf(format, args...)
}

// number reads one number from the database; it reports false when the database
// does not answer.
func (w *world) number(q string, args ...any) (n int64, ok bool) {
	ctx, cancel := context.WithTimeout(w.t.Context(), 5*time.Second)
	defer cancel()
	err := w.db.QueryRowContext(ctx, q, args...).Scan(&n)
	return n, err == nil
}

// leader returns the node that reads the mailbox, nil if none does.
func (w *world) leader() *node {
	id, _ := w.number(`SELECT coalesce(max(holder),0) FROM lease WHERE starts_with(name,'mailbox:') AND until>extract(epoch FROM clock_timestamp())*1000`)
	for _, n := range w.nodes {
		if n.ID == id {
			return n
		}
	}
	return nil
}

// arrives waits until a mail stands in a ticket.
func (w *world) arrives(key string, most time.Duration) time.Duration {
	w.t.Helper()
	return w.await("mail "+key+" in a ticket", most, func() bool {
		n, ok := w.number(`SELECT count(*) FROM message WHERE message_key=$1`, key)
		return ok && n == 1
	})
}
