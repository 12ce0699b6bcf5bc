package shopserver

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is the longest that a server may take to boot or to answer a command.
const patience = 4 * time.Minute

// Server is a shop's server that runs.
type Server struct {
	answers chan []byte
	said    *log
	mu      sync.Mutex // of a command and its answer
	stdin   io.Writer
}

// log keeps what a program says; it is shown if the test fails.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Start runs "node server.mjs" in a folder and reads into ready what the program says first. The process, and all that it
// starts, end with the test. Without Node or its packages the test is reported as not run, and fails where
// GODWIT_TEST_SERVERS is 1.
func Start(t *testing.T, dir string, ready any, env ...string) *Server {
	t.Helper()
	if testing.Short() {
		t.Skip("not run: -short")
	}
	missing := func(what string) {
		if os.Getenv("GODWIT_TEST_SERVERS") == "1" {
			t.Fatal(what)
		}
		t.Skip("not run: " + what)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		missing(err.Error())
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		missing(fmt.Sprintf("npm ci --ignore-scripts in test/%s first", filepath.Base(dir)))
	}
	s := &Server{answers: make(chan []byte), said: &log{}}
	cmd := exec.Command(node, "server.mjs")
	cmd.Dir, cmd.Env, cmd.Stderr = dir, append(os.Environ(), env...), s.said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its children end with it
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.stdin = stdin
	go func() {
		defer close(s.answers)
		lines := bufio.NewReader(stdout)
		for {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				return
			}
			s.answers <- line
		}
	}()
	t.Cleanup(func() {
		_ = stdin.Close()
		kill := time.AfterFunc(20*time.Second, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
		for range s.answers { // until the program has closed its output
		}
		_ = cmd.Wait()
		kill.Stop()
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what it left behind
		if t.Failed() {
			t.Logf("the server said:\n%s", s.said)
		}
	})
	s.read(t, "boot", ready)
	return s
}

// Do has the program do something and reads into answer what came of it; answer may be nil. It fails the test if the
// program could not.
func (s *Server) Do(t *testing.T, verb string, args map[string]any, answer any) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	command := map[string]any{"do": verb}
	maps.Copy(command, args)
	line, err := json.Marshal(command)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.stdin.Write(append(line, '\n')); err != nil {
		t.Fatalf("%s: %v", verb, err)
	}
	s.read(t, verb, answer)
}

func (s *Server) read(t *testing.T, verb string, into any) {
	t.Helper()
	select {
	case line, ok := <-s.answers:
		var a struct {
			OK    json.RawMessage
			Error string
		}
		if !ok {
			t.Fatalf("%s: the server has ended", verb)
		}
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatalf("%s: %v: %.500s", verb, err, line)
		}
		if a.Error != "" {
			t.Fatalf("%s: %s", verb, a.Error)
		}
		if into != nil {
			if err := json.Unmarshal(a.OK, into); err != nil {
				t.Fatalf("%s: %v: %.500s", verb, err, a.OK)
			}
		}
	case <-time.After(patience):
		t.Fatalf("%s: no answer", verb)
	}
}
