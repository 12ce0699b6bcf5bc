package cluster

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// programs returns the folder with the newest PostgreSQL's programs, or "".
func programs() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.Sort(found)
	if len(found) == 0 {
		return ""
	}
	return filepath.Dir(found[len(found)-1])
}

// database is one PostgreSQL server.
type database struct {
	t    *testing.T
	dir  string
	port int
}

// account is who runs the servers: PostgreSQL refuses to run as root.
const account = "postgres"

func command(program string, args ...string) *exec.Cmd {
	program = filepath.Join(programs(), program)
	cmd := exec.Command(program, args...)
	if os.Geteuid() == 0 {
		cmd = exec.Command("runuser", append([]string{"-u", account, "--", program}, args...)...)
	}
	cmd.Dir = "/"
	return cmd
}

func newDatabase(t *testing.T) *database {
	t.Helper()
	dir, err := os.MkdirTemp("", "cluster-pg")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if os.Geteuid() == 0 {
		owner, err := user.Lookup(account)
		must(t, err)
		uid, _ := strconv.Atoi(owner.Uid)
		gid, _ := strconv.Atoi(owner.Gid)
		must(t, os.Chown(dir, uid, gid))
	}
	return &database{t: t, dir: dir}
}

func (d *database) data() string { return filepath.Join(d.dir, "data") }

func (d *database) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(d.port)) }

func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	// Into a file: a server that pg_ctl leaves behind would hold a pipe open.
	log, err := os.CreateTemp(t.TempDir(), "log")
	must(t, err)
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(log.Name())
		t.Fatalf("%v: %v\n%s", cmd.Args, err, text)
	}
}

// start runs the server on a free port.
func (d *database) start() {
	d.t.Helper()
	var err error
	for range 5 { // a port may be taken between choosing and binding it
		if d.port, err = freePort(); err != nil {
			continue
		}
		options := fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories=%s -c max_connections=120 -c shared_buffers=64MB", d.port, d.dir)
		if err = command("pg_ctl", "-D", d.data(), "-l", filepath.Join(d.dir, "log"), "-w", "-s", "-o", options, "start").Run(); err == nil {
			break
		}
	}
	must(d.t, err)
	d.t.Cleanup(d.kill)
}

// kill ends the server as a power cut would. A second time does nothing.
func (d *database) kill() {
	_ = command("pg_ctl", "-D", d.data(), "-m", "immediate", "-s", "stop").Run()
}

func (d *database) sql(text string) {
	d.t.Helper()
	run(d.t, command("psql", "-h", "127.0.0.1", "-p", strconv.Itoa(d.port), "-U", account, "-d", account, "-qc", text))
}

// newPrimary makes a server with a standby that has all that was ever
// acknowledged.
func newPrimary(t *testing.T) (primary, standby *database) {
	t.Helper()
	primary = newDatabase(t)
	run(t, command("initdb", "-D", primary.data(), "-A", "trust", "-U", account, "--encoding=UTF8", "--locale=C.UTF-8", "-N"))
	primary.start()
	primary.sql("CREATE DATABASE godwit")
	standby = newDatabase(t)
	run(t, command("pg_basebackup", "-h", "127.0.0.1", "-p", strconv.Itoa(primary.port), "-U", account, "-D", standby.data(), "-R", "-X", "stream", "-c", "fast", "-N"))
	standby.start()
	primary.sql("ALTER SYSTEM SET synchronous_standby_names='*'") // in the primary's own folder: the standby will have none
	primary.sql("SELECT pg_reload_conf()")
	return primary, standby
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// wire is the network between the nodes and the database.
type wire struct {
	ln net.Listener
	wg sync.WaitGroup

	mu    sync.Mutex
	to    string
	state wireState
	conns map[net.Conn]struct{}
}

type wireState int

const (
	whole  wireState = iota
	broken           // connections end, and new ones are refused
	silent           // new connections are taken and nothing is said
)

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	w := &wire{ln: ln, to: to, conns: map[net.Conn]struct{}{}}
	w.wg.Go(w.accept)
	t.Cleanup(func() {
		_ = ln.Close()
		w.set(broken, "")
		w.wg.Wait()
	})
	return w
}

// dsn is the address of the database for a node.
func (w *wire) dsn() string {
	return fmt.Sprintf("postgres://%s@%s/godwit?sslmode=disable", account, w.ln.Addr())
}

// set changes what the network does, and where it leads unless to is "". What is
// connected is cut off.
func (w *wire) set(s wireState, to string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state = s
	if to != "" {
		w.to = to
	}
	for c := range w.conns {
		reset(c)
	}
}

// reset ends a connection with a TCP RST, as a machine does that knows nothing of it.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

func (w *wire) accept() {
	for {
		c, err := w.ln.Accept()
		if err != nil {
			return
		}
		w.mu.Lock()
		state, to := w.state, w.to
		if state == broken {
			w.mu.Unlock()
			reset(c)
			continue
		}
		w.conns[c] = struct{}{}
		w.mu.Unlock()
		w.wg.Go(func() {
			defer w.end(c)
			if state == silent {
				_, _ = io.Copy(io.Discard, c)
				return
			}
			w.join(c, to)
		})
	}
}

func (w *wire) join(c net.Conn, to string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var d net.Dialer
	server, err := d.DialContext(ctx, "tcp", to)
	if err != nil {
		return
	}
	w.mu.Lock()
	w.conns[server] = struct{}{}
	w.mu.Unlock()
	defer w.end(server)
	var both sync.WaitGroup
	both.Go(func() {
		_, _ = io.Copy(server, c)
		_ = server.Close()
	})
	_, _ = io.Copy(c, server)
	_ = c.Close()
	both.Wait()
}

func (w *wire) end(c net.Conn) {
	w.mu.Lock()
	delete(w.conns, c)
	w.mu.Unlock()
	reset(c)
}
