package cluster

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/rate"
)

// What the parent tells a node.
const (
	nodeDatabase = "GODWIT_CLUSTER_DATABASE"
	nodePort     = "GODWIT_CLUSTER_PORT"
)

// drain is how long a node serves on that is told to stop.
const drain = time.Second

// config makes the undo time of replies and the search for doubtful ones short.
// Leases and all other times are those of a real server.
func config(database string, log *slog.Logger) app.Config {
	return app.Config{
		Database: database, Keys: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", Log: log,
		UndoSend: 20 * time.Millisecond, Grace: time.Second,
	}
}

// hello is what a node says when it works.
type hello struct {
	Addr string
	ID   int64
}

// node is the life of one server process: that of godwit serve. It ends with
// SIGTERM, and the returned exit code is 0 if it could finish what it did.
func serve() int {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil)).With("pid", os.Getpid())
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	core, err := app.NewCore(ctx, config(os.Getenv(nodeDatabase), log))
	if err != nil {
		log.Error("open", "error", err)
		return 3
	}
	defer core.Close()
	a, err := app.Start(ctx, core, app.ServeConfig{
		Listen: "127.0.0.1:" + os.Getenv(nodePort), Mail: email.Options{Backoff: 100 * time.Millisecond}, Drain: drain,
		ConsoleRate: rate.Rate{PerMinute: 10_000_000, Burst: 10_000_000}, // sixteen clients share a few people
	})
	if err != nil {
		log.Error("start", "error", err)
		return 3
	}
	b, _ := json.Marshal(hello{a.Addr(), core.Node.ID})
	fmt.Println(string(b))
	select {
	case <-ctx.Done():
	case err = <-a.Failed():
	}
	patience, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if serr := a.Stop(patience); err == nil {
		err = serr
	}
	if err != nil {
		log.Error("stop", "error", err)
		return 3
	}
	return 0
}

// node is one server process and those that follow it at the same place.
type node struct {
	t    *testing.T
	name string
	dsn  string
	port string // the same in each life, as behind a real proxy
	log  string

	cmd  *exec.Cmd
	dead chan struct{} // closed when the process is no more
	err  error         // how it ended, once dead
	hello
}

// start begins a life and returns when the node works.
func (n *node) start() {
	n.t.Helper()
	self, err := os.Executable()
	must(n.t, err)
	log, err := os.OpenFile(n.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(n.t, err)
	if n.port == "" {
		port, err := freePort()
		must(n.t, err)
		n.port = strconv.Itoa(port)
	}
	n.cmd, n.dead = exec.Command(self), make(chan struct{})
	n.cmd.Env = append(os.Environ(), nodeDatabase+"="+n.dsn, nodePort+"="+n.port)
	n.cmd.Stderr = log
	out, err := n.cmd.StdoutPipe()
	must(n.t, err)
	must(n.t, n.cmd.Start())
	ready := make(chan hello, 1)
	go func(cmd *exec.Cmd, dead chan struct{}) {
		defer close(dead)
		defer log.Close()
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			var h hello
			if json.Unmarshal(lines.Bytes(), &h) == nil && h.Addr != "" {
				ready <- h
			}
		}
		n.err = cmd.Wait()
	}(n.cmd, n.dead)
	select {
	case n.hello = <-ready:
	case <-n.dead:
		n.t.Fatalf("node %s: %v\n%s", n.name, n.err, tail(n.log))
	case <-time.After(30 * time.Second):
		n.t.Fatalf("node %s does not start\n%s", n.name, tail(n.log))
	}
}

// kill ends the process with SIGKILL and returns when it is over.
func (n *node) kill() {
	_ = n.cmd.Process.Kill()
	<-n.dead
}

// stop asks the process to stop and returns when it has, in order.
func (n *node) stop() {
	n.t.Helper()
	_ = n.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-n.dead:
	case <-time.After(40 * time.Second):
		n.kill()
		n.t.Errorf("node %s does not stop\n%s", n.name, tail(n.log))
	}
	if n.err != nil {
		n.t.Errorf("node %s stopped with %v\n%s", n.name, n.err, tail(n.log))
	}
}

func tail(file string) string {
	b, _ := os.ReadFile(file)
	return string(b[max(0, len(b)-4000):])
}
