package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email/dovecottest"
	"godwit.dev/godwit/internal/adapter/channel/email/message"
	"godwit.dev/godwit/internal/adapter/channel/email/smtptest"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/store/storetest"
)

// patience is how long a test waits for what should take a moment.
const patience = 15 * time.Second

// say is a sentence of the console in English.
func say(key string, args ...any) string { return i18n.For("en").T(key, args...) }

// world is everything around one running Godwit: its database, a Dovecot with
// the shop's mailbox, and the mail server through which all sides send. Mail to
// the shop's address lands in Dovecot; all other mail stays at that server, as
// what customers and carriers have received.
type world struct {
	t        *testing.T
	database string
	keyFile  string

	box  *dovecottest.Server
	post *smtptest.Server

	core *Core
	app  *App
	seq  int

	log     logbook  // all that Godwit logs, at its most talkative
	private []string // what customers wrote, and who they are
}

// everywhere runs a journey on each engine, with real mail servers beside it.
func everywhere(t *testing.T, run func(t *testing.T, w *world)) {
	if !dovecottest.Available() {
		if os.Getenv(storetest.Servers) == "1" {
			t.Fatal(dovecottest.Path + " is not installed")
		}
		t.Skip("not run here: " + dovecottest.Path + " is not installed")
	}
	storetest.Each(t, func(t *testing.T, database string) { run(t, newWorld(t, database)) })
}

func newWorld(t *testing.T, database string) *world {
	t.Helper()
	w := &world{t: t, database: database, keyFile: filepath.Join(t.TempDir(), "godwit.key")}
	var err error
	if w.box, err = dovecottest.Start(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.box.Stop)
	w.post, err = smtptest.Start(smtptest.Config{User: w.box.User, Password: w.box.Password, OnAccept: w.route})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.post.Stop)
	t.Cleanup(w.discreet)
	return w
}

// route puts mail to the shop into its mailbox, as its mail server would.
func (w *world) route(m smtptest.Message) {
	local, domain, _ := strings.Cut(w.box.User, "@")
	for _, to := range m.To {
		if name, d, _ := strings.Cut(to, "@"); d == domain && (name == local || strings.HasPrefix(name, local+"+")) {
			if _, err := smtptest.Deliver(w.box.Maildir, append([]byte("Delivered-To: "+to+"\r\n"), m.Body...)); err != nil {
				w.t.Error(err)
			}
		}
	}
}

// start runs Godwit on the world's database. undo is how long replies wait.
func (w *world) start(undo time.Duration) {
	w.t.Helper()
	ctx := w.t.Context()
	var err error
	w.core, err = NewCore(ctx, Config{
		Database: w.database, KeyFile: w.keyFile, UndoSend: undo, Grace: 300 * time.Millisecond, Log: slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.app, err = Start(ctx, w.core, ServeConfig{Listen: "127.0.0.1:0", SMTP: "127.0.0.1:0", LMTP: "127.0.0.1:0"})
	if err != nil {
		_ = w.core.Close()
		w.t.Fatal(err)
	}
	app, core := w.app, w.core
	w.t.Cleanup(func() { w.end(app, core) })
}

// end stops one run of Godwit; a second time does nothing.
func (w *world) end(app *App, core *Core) {
	if app != w.app || app == nil {
		return
	}
	w.app, w.core = nil, nil
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := app.Stop(ctx); err != nil {
		w.t.Errorf("stop: %v", err)
	}
	if err := core.Close(); err != nil {
		w.t.Errorf("close: %v", err)
	}
}

func (w *world) stop() { w.end(w.app, w.core) }

func (w *world) base() string { return "http://" + w.app.Addr() }

// letter is a mail that somebody outside writes.
type letter struct {
	from, to, subject, body string
	headers                 []string // further lines, "Name: value"
}

// arrives lets a letter come to the shop's mailbox and returns its Message-ID.
func (w *world) arrives(l letter) string {
	w.t.Helper()
	w.seq++
	w.private = append(w.private, l.from, bare(l.from), l.subject)
	w.private = append(w.private, strings.Split(l.body, "\n")...)
	id := fmt.Sprintf("journey-%d@client.example", w.seq)
	lines := []string{
		"From: " + l.from, "To: " + l.to, "Subject: " + l.subject, "Date: " + time.Now().Format(time.RFC1123Z), "Message-ID: <" + id + ">",
		"MIME-Version: 1.0",
	}
	if !slices.ContainsFunc(l.headers, func(h string) bool { return strings.HasPrefix(h, "Content-Type:") }) {
		lines = append(lines, "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit")
	}
	lines = append(append(lines, l.headers...), "", l.body, "")
	if l.to == "" {
		w.t.Fatal("a letter to nobody")
	}
	w.route(smtptest.Message{From: l.from, To: []string{bare(l.to)}, Body: []byte(strings.ReplaceAll(strings.Join(lines, "\n"), "\n", "\r\n"))})
	return id
}

func bare(address string) string {
	if _, rest, ok := strings.Cut(address, "<"); ok {
		return strings.TrimSuffix(rest, ">")
	}
	return address
}

// gets waits for the next mail to an address after the first n and returns it.
func (w *world) gets(address string, n int) *message.Message {
	w.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if list := w.received(address); len(list) > n {
			return message.Parse(list[n].Body, message.DefaultLimits())
		}
	}
	w.t.Fatalf("%s got %d mails, not %d", address, len(w.received(address)), n+1)
	return nil
}

// received is what has been sent to an address.
func (w *world) received(address string) (out []smtptest.Message) {
	for _, m := range w.post.Messages() {
		if slices.Contains(m.To, address) {
			out = append(out, m)
		}
	}
	return out
}

// program builds the command once for all tests; TestMain removes it.
var program = sync.OnceValues(func() (string, error) {
	path := filepath.Join(programDir, "godwit")
	out, err := exec.Command("go", "build", "-o", path, "godwit.dev/godwit/cmd/godwit").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

var programDir string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if programDir, err = os.MkdirTemp("", "godwit-journey-"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(programDir)
		return m.Run()
	}())
}

// command runs godwit beside the server, on the same database.
func (w *world) command(args ...string) string {
	w.t.Helper()
	path, err := program()
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.CommandContext(w.t.Context(), path, args...)
	cmd.Env = append(os.Environ(), "GODWIT_DATABASE="+w.database, "GODWIT_KEY_FILE="+w.keyFile)
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("godwit %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}
