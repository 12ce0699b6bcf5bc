package crash

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"godwit.dev/godwit/internal/adapter/channel/email/dovecottest"
	"godwit.dev/godwit/internal/adapter/channel/email/smtptest"
	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
)

// mail is one that a customer wrote.
type mail struct {
	key     string // Message-ID without brackets
	from    string
	answers string // the key of the mail that it goes on from, or ""
	copies  int    // how often it was delivered
}

// world is everything outside the desk.
type world struct {
	t        *testing.T
	database string
	token    string
	log      string
	imap     *dovecottest.Server
	smtp     *smtptest.Server
	db       *store.DB // to look from outside

	mu   sync.Mutex // rand.Rand is for one at a time
	dice *rand.Rand

	calm atomic.Bool // servers behave

	living sync.Mutex
	lives  []*life // those that were started and not yet killed
	trap   moment  // when to kill next, if not at random
	sprung map[moment]int

	fed                      []mail
	customers                int
	kills                    int
	doubles                  int // rounds with two children at once
	sent, cancelled          int
	foundThere, foundMissing int
}

// moment is one at which a child is killed on purpose.
type moment string

const (
	atRandom     moment = ""
	beforeStored moment = "the message was on its way and was not stored"
	beforeAnswer moment = "the server had stored the message and had not said so"
)

// life is one child process.
type life struct {
	cmd   *exec.Cmd
	stdin io.Closer
	ready chan struct{} // closed when it works, or is dead
	dead  chan struct{} // closed when it is no more
	err   error         // how it ended, once dead
}

const password = "a long enough secret"

func newWorld(t *testing.T, database string) *world {
	w := &world{t: t, database: database, sprung: map[moment]int{}, dice: rand.New(rand.NewPCG(*seed, 1)), log: filepath.Join(t.TempDir(), "child.log")}
	dir, err := os.MkdirTemp("", "crash")
	w.must(err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	w.imap, err = dovecottest.Start(dir)
	w.must(err)
	t.Cleanup(w.imap.Stop)
	w.smtp, err = smtptest.Start(smtptest.Config{Maildir: w.imap.Maildir, Fault: w.fault, OnAccept: w.accepted})
	w.must(err)
	t.Cleanup(w.smtp.Stop)
	w.found()
	w.db, err = store.Open(t.Context(), database)
	w.must(err)
	t.Cleanup(func() { _ = w.db.Close() })
	return w
}

// found sets the desk up: a workspace with an owner who is signed in and a
// mailbox that proves what it sent.
func (w *world) found() {
	ctx := w.t.Context()
	core, err := app.NewCore(ctx, config(w.database, slog.New(slog.DiscardHandler)))
	w.must(err)
	defer core.Close()
	_, _, err = core.Auth.Found(ctx, auth.Founding{Workspace: "Bar-tailed", Name: "Li Wei", Email: "owner@example.test", Password: password, Language: "en", Zone: "Asia/Shanghai"})
	w.must(err)
	w.token, _, err = core.Auth.SignIn(ctx, "owner@example.test", password, "127.0.0.1", "crash")
	w.must(err)
	actor, _, err := core.Auth.Authenticate(ctx, w.token)
	w.must(err)
	_, err = core.Tickets.SaveMailbox(ctx, actor, ticket.Mailbox{
		Address: w.imap.User, Name: "The desk", Signature: "The desk",
		Settings: ticket.MailSettings{
			InKind: "imap", InHost: w.imap.Host, InPort: w.imap.Port, InTLS: "none", InUser: w.imap.User, InAuth: "password",
			OutKind: "smtp", OutHost: w.smtp.Host, OutPort: w.smtp.Port, OutTLS: "none", Copy: true, PlusAddress: true,
		},
		Secrets: ticket.MailSecrets{InPassword: w.imap.Password},
	})
	w.must(err)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// roll returns a number from 0 up to n.
func (w *world) roll(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dice.IntN(n)
}

func (w *world) between(from, to time.Duration) time.Duration {
	return from + time.Duration(w.roll(int(to-from)))
}

// fault is how the mail server treats a recipient (one address) or a message
// (the customer's and our own).
func (w *world) fault(_ string, to []string) smtptest.Fault {
	later := &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "come back later"}
	if w.calm.Load() {
		return smtptest.Fault{}
	}
	p := w.roll(100)
	if len(to) == 1 {
		if p < 2 {
			return smtptest.Fault{Rcpt: later}
		}
		return smtptest.Fault{}
	}
	if w.spring(beforeStored) {
		return smtptest.Fault{DropUnstored: true}
	}
	switch {
	case p < 3:
		return smtptest.Fault{DropBeforeData: true}
	case p < 8:
		return smtptest.Fault{DropUnstored: true}
	case p < 13:
		return smtptest.Fault{DropAfterStore: true}
	case p < 16:
		return smtptest.Fault{StoreLate: w.between(0, 250*time.Millisecond)}
	case p < 20:
		return smtptest.Fault{Reply: later}
	case p < 35:
		return smtptest.Fault{Delay: w.between(0, 60*time.Millisecond)}
	}
	return smtptest.Fault{}
}

// accepted is called when a message is stored and before the sender is told.
func (w *world) accepted(smtptest.Message) { w.spring(beforeAnswer) }

// spring kills what lives if this is the moment for it.
func (w *world) spring(at moment) bool {
	w.living.Lock()
	defer w.living.Unlock()
	if w.trap != at {
		return false
	}
	w.sprung[at]++
	w.end()
	return true
}

// kill ends what lives and returns when it is over.
func (w *world) kill() {
	w.living.Lock()
	defer w.living.Unlock()
	w.end()
}

func (w *world) end() {
	for _, l := range w.lives {
		_ = l.cmd.Process.Kill()
	}
	for _, l := range w.lives {
		<-l.dead
		if l.cmd.ProcessState.Exited() {
			w.t.Errorf("a child ended by itself: %v", l.err)
		}
	}
	w.kills += len(w.lives)
	w.lives, w.trap = nil, atRandom
}

// set chooses the moment of the next kill.
func (w *world) set(at moment) {
	w.living.Lock()
	defer w.living.Unlock()
	if len(w.lives) > 0 {
		w.trap = at
	}
}

// start begins a life.
func (w *world) start() *life {
	l := begin(w.t, w.log, childDatabase+"="+w.database, childToken+"="+w.token)
	w.living.Lock()
	w.lives = append(w.lives, l)
	w.living.Unlock()
	return l
}

// begin starts a child that is told some things and writes a log.
func begin(t *testing.T, path string, told ...string) *life {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	must(err)
	log, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(err)
	l := &life{cmd: exec.Command(self), ready: make(chan struct{}), dead: make(chan struct{})}
	l.cmd.Env = append(os.Environ(), told...)
	l.cmd.Stderr = log
	l.stdin, err = l.cmd.StdinPipe()
	must(err)
	out, err := l.cmd.StdoutPipe()
	must(err)
	must(l.cmd.Start())
	go func() {
		lines := bufio.NewScanner(out)
		for first := true; lines.Scan(); {
			if first && lines.Text() == ready {
				close(l.ready)
				first = false
			}
		}
		l.err = l.cmd.Wait()
		_ = log.Close()
		select {
		case <-l.ready:
		default:
			close(l.ready)
		}
		close(l.dead)
	}()
	return l
}

// round is one life with mail coming in, and its end.
func (w *world) round() {
	var feeding sync.WaitGroup
	l := w.start()
	feeding.Go(func() {
		for range w.roll(8) {
			time.Sleep(w.between(0, 60*time.Millisecond))
			w.feed()
		}
	})
	// Several nodes may share a PostgreSQL server, as during an upgrade.
	if !w.db.Lite() && w.roll(8) == 0 {
		w.start()
		w.doubles++
	}
	span := w.between(30*time.Millisecond, 400*time.Millisecond)
	switch p := w.roll(100); {
	case p < 20:
		w.set(beforeAnswer)
		span = time.Second
	case p < 28:
		w.set(beforeStored)
		span = time.Second
	case p < 75:
		<-l.ready // live that long after the start-up
	case p < 79:
		span = 2 * time.Second
	}
	select {
	case <-l.dead:
	case <-time.After(span):
	}
	w.kill()
	feeding.Wait()
	if w.t.Failed() {
		w.fail("seed %d", *seed)
	}
}

// feed lets a mail arrive: a new question, one that goes on from an earlier one,
// or one that arrives twice.
func (w *world) feed() {
	m := mail{key: fmt.Sprintf("m%d@client.example", len(w.fed)), copies: 1}
	references := ""
	if n := len(w.fed); n > 0 && w.roll(10) < 2 {
		before := w.fed[w.roll(n)]
		m.from, m.answers = before.from, before.key
		references = "In-Reply-To: <" + before.key + ">\r\n"
	} else {
		m.from = fmt.Sprintf("c%d@client.example", w.customers)
		w.customers++
	}
	if w.roll(20) == 0 {
		m.copies = 2
	}
	body := strings.Repeat("Where is my parcel? It was to be here on Tuesday.\r\n", 1+w.roll(200))
	raw := fmt.Sprintf("From: Customer <%s>\r\nTo: The desk <%s>\r\nSubject: Parcel %d\r\nDate: %s\r\nMessage-ID: <%s>\r\n%s\r\n%s",
		m.from, w.imap.User, len(w.fed), time.Now().Format(time.RFC1123Z), m.key, references, body)
	for range m.copies {
		if _, err := smtptest.Deliver(w.imap.Maildir, []byte(raw)); err != nil {
			w.t.Error(err)
		}
	}
	w.fed = append(w.fed, m)
}

// finish lets one more life come to rest and end in order.
func (w *world) finish() {
	w.calm.Store(true)
	l := w.start()
	ctx, cancel := context.WithTimeout(w.t.Context(), 5*time.Minute) // an attempt that was killed counts, and each doubles the wait before the next
	defer cancel()
	<-l.ready // or there may be nothing left before it lives
	for left := w.left(); left != ""; left = w.left() {
		select {
		case <-l.dead:
			w.fail("the last child ended by itself: %v", l.err)
		case <-ctx.Done():
			stuck := w.pairs(`SELECT state || ', attempt ' || attempt || ', ' || detail, 'due in ' || (run_at-` + strconv.FormatInt(time.Now().UnixMilli(), 10) + `) || ' ms' FROM action WHERE state IN ('ready','running','committing')
				UNION ALL SELECT kind || ', attempt ' || attempt || ', ' || last_error, 'due in ' || (run_at-` + strconv.FormatInt(time.Now().UnixMilli(), 10) + `) || ' ms' FROM job WHERE queue='action'`)
			_ = l.cmd.Process.Signal(syscall.SIGQUIT) // it says where it stands
			<-l.dead
			b, _ := os.ReadFile(w.log)
			w.t.Fatalf("the last child does not come to rest: %s: %q\n%s", left, stuck, b[max(0, len(b)-40_000):])
		case <-time.After(20 * time.Millisecond):
		}
	}
	_ = l.stdin.Close()
	select {
	case <-l.dead:
	case <-time.After(10 * time.Second):
		_ = l.cmd.Process.Kill()
		<-l.dead
	}
	if l.err != nil {
		w.fail("the last child: %v", l.err)
	}
}

// fail ends the test with the end of the child's log.
func (w *world) fail(format string, args ...any) {
	w.t.Helper()
	b, _ := os.ReadFile(w.log)
	w.t.Fatalf(format+"\n%s", append(args, b[max(0, len(b)-4000):])...)
}
