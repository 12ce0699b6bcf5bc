// Package dovecottest runs a private Dovecot IMAP server for tests: one user, one
// Maildir, a loopback port, everything below one directory. It is for tests and
// the crash harness only, and never touches a Dovecot that the machine runs.
package dovecottest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Path is where Debian and its kin put the server.
const Path = "/usr/sbin/dovecot"

// Server is one running Dovecot.
type Server struct {
	Host, Addr     string // Addr is Host:Port
	Port           int
	User, Password string
	Maildir        string // delivering means: write into Maildir/tmp, rename into Maildir/new

	dir    string
	cmd    *exec.Cmd
	exited chan error
}

// Available reports whether the server is installed.
func Available() bool {
	_, err := os.Stat(Path)
	return err == nil
}

// Start runs a server whose files live below dir, which must exist, and returns
// when it answers. A second Start on the same dir serves the same Maildir.
func Start(dir string) (*Server, error) {
	if !Available() {
		return nil, fmt.Errorf("dovecottest: %s is not installed", Path)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	// Dovecot's sockets live below its run directory, and a socket's path has room
	// for about 100 bytes: keep that part short whatever dir is.
	run, err := os.MkdirTemp("", "dc")
	if err != nil {
		return nil, err
	}
	s := &Server{
		Host: "127.0.0.1", User: "desk@example.test", Password: "s3cret-pass",
		Maildir: filepath.Join(dir, "Maildir"), dir: run, exited: make(chan error, 1),
	}
	if err := s.start(); err != nil {
		_ = os.RemoveAll(run)
		return nil, err
	}
	return s, nil
}

func (s *Server) start() error {
	owner, err := s.owner()
	if err != nil {
		return err
	}
	if err := s.makeMaildir(owner); err != nil {
		return err
	}
	// The port is free when asked for and taken a moment later; another process may
	// win it in between, so a few are tried.
	for range 5 {
		if err = s.launch(owner); err == nil {
			return nil
		}
	}
	return err
}

type identity struct {
	uid, gid    int
	name, group string // of the unprivileged account that serves
}

// owner chooses who serves mail: the current user, or nobody when that is root,
// for whom Dovecot refuses to open mailboxes.
func (s *Server) owner() (identity, error) {
	me, err := user.Current()
	if err != nil {
		return identity{}, err
	}
	if me.Uid == "0" {
		me, err = user.Lookup("nobody")
		if err != nil {
			return identity{}, err
		}
	}
	group, err := user.LookupGroupId(me.Gid)
	if err != nil {
		return identity{}, err
	}
	id := identity{name: me.Username, group: group.Name}
	id.uid, _ = strconv.Atoi(me.Uid)
	id.gid, _ = strconv.Atoi(me.Gid)
	return id, nil
}

func (s *Server) makeMaildir(id identity) error {
	for _, d := range []string{s.dir, s.Maildir, s.Maildir + "/tmp", s.Maildir + "/new", s.Maildir + "/cur"} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
		if err := os.Chmod(d, 0o755); err != nil {
			return err
		}
		if d != s.dir && os.Geteuid() == 0 {
			if err := os.Chown(d, id.uid, id.gid); err != nil {
				return err
			}
		}
	}
	if os.Geteuid() != 0 {
		return nil
	}
	// The served account must be able to walk down to the Maildir.
	for d := filepath.Dir(s.Maildir); strings.HasPrefix(d, os.TempDir()+string(filepath.Separator)); d = filepath.Dir(d) {
		info, err := os.Stat(d)
		if err != nil {
			return err
		}
		if err := os.Chmod(d, info.Mode().Perm()|0o011); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) launch(id identity) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	s.Port, s.Addr = port, net.JoinHostPort(s.Host, strconv.Itoa(port))
	conf := filepath.Join(s.dir, "dovecot.conf")
	if err := os.WriteFile(conf, []byte(s.config(id)), 0o644); err != nil {
		return err
	}
	cmd := exec.Command(Path, "-F", "-c", conf)
	cmd.Dir = s.dir
	// Its own group, so that Stop reaches every helper process and a terminal's
	// interrupt does not.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd = cmd
	go func() { s.exited <- cmd.Wait() }()
	return s.ready()
}

func (s *Server) ready() error {
	deadline := time.Now().Add(15 * time.Second)
	for time.Now().Before(deadline) {
		select {
		case err := <-s.exited:
			return fmt.Errorf("dovecot ended: %w\n%s", errors.Join(err, errors.New("see log")), s.Log())
		default:
		}
		if greeted(s.Addr) {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.end()
	return fmt.Errorf("dovecot does not answer\n%s", s.Log())
}

func greeted(addr string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
	line, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && strings.HasPrefix(line, "* OK")
}

// Log returns what the server has written to its log.
func (s *Server) Log() string {
	b, _ := os.ReadFile(filepath.Join(s.dir, "dovecot.log"))
	return string(b)
}

// Stop ends the server and its helpers and removes its run directory; the Maildir
// stays. A second Stop does nothing.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	s.end()
	s.cmd = nil
	_ = os.RemoveAll(s.dir)
}

// Kill ends the server as a power cut would, for tests that want that. Stop still
// cleans up afterwards.
func (s *Server) Kill() {
	if s.cmd != nil {
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	}
}

// grace is short because nothing is lost by a kill: a Maildir is safe at any moment.
const grace = 700 * time.Millisecond

func (s *Server) end() {
	pgid := s.cmd.Process.Pid
	_ = syscall.Kill(pgid, syscall.SIGTERM)
	select {
	case <-s.exited:
	case <-time.After(grace):
		_ = syscall.Kill(-pgid, syscall.SIGKILL)
		<-s.exited
	}
	_ = syscall.Kill(-pgid, syscall.SIGKILL)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// config is for Dovecot 2.3. Every service that would switch to an account of its
// own or into a chroot is told to stay, so that it runs for any user.
func (s *Server) config(id identity) string {
	run := s.dir
	return fmt.Sprintf(`
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/dovecot.log
instance_name = %[2]s
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = %[3]s
default_internal_group = %[4]s
default_login_user = %[3]s
mail_location = maildir:%[5]s
auth_failure_delay = 0
mail_fsync = never
first_valid_uid = 1
maildir_very_dirty_syncs = no
mailbox_idle_check_interval = 1 secs
mail_max_userip_connections = 200

passdb {
  driver = static
  args = password=%[6]s
}
userdb {
  driver = static
  args = uid=%[7]d gid=%[8]d home=%[1]s/home
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    special_use = \Sent
    auto = create
  }
}
service imap-login {
  chroot =
  process_min_avail = 1
  inet_listener imap {
    address = 127.0.0.1
    port = %[9]d
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap {
  process_min_avail = 1
}
`, run, filepath.Base(run), id.name, id.group, s.Maildir, s.Password, id.uid, id.gid, s.Port)
}
