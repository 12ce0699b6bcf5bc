package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDemo runs the demo on a machine with an empty home: it prints one line once
// it answers, its logins work, and nothing of it stays.
func TestDemo(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home, tmp := t.TempDir(), t.TempDir()
	cmd := exec.CommandContext(t.Context(), program, "demo", "--json", "--listen", "127.0.0.1:0", "--orders", "60", "--tickets", "20")
	cmd.Args[0] = "godwit" // TestMain runs the command under this name
	cmd.Env = []string{"HOME=" + home, "TMPDIR=" + tmp, "PATH=" + os.Getenv("PATH")}
	cmd.Dir = t.TempDir()
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err != nil {
		t.Fatalf("%v\n%s", err, complaints.String())
	}
	var said map[string]json.RawMessage
	if err := json.Unmarshal([]byte(line), &said); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	for _, key := range []string{"console", "portal", "api", "logins", "token", "mail"} {
		if said[key] == nil {
			t.Errorf("no %s in %s", key, line)
		}
	}
	var console string
	var logins []struct{ Role, Email, Password string }
	if err := json.Unmarshal(said["console"], &console); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(said["logins"], &logins); err != nil {
		t.Fatal(err)
	}
	var portal string
	if err := json.Unmarshal(said["portal"], &portal); err != nil {
		t.Fatal(err)
	}
	page, err := http.Get(portal)
	if err != nil {
		t.Fatal(err)
	}
	if page.Body.Close(); page.StatusCode != http.StatusOK {
		t.Errorf("the portal %s answers %d", portal, page.StatusCode)
	}
	roles := map[string]bool{}
	for _, l := range logins {
		if roles[l.Role] {
			continue
		}
		roles[l.Role] = true
		signIn(t, console, l.Email, l.Password)
	}
	if !roles["owner"] || !roles["lead"] || !roles["agent"] {
		t.Errorf("logins for %v", roles)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(lines)
	if err := cmd.Wait(); err != nil || len(rest) > 0 {
		t.Errorf("the demo ended with %v and said %q\n%s", err, rest, complaints.String())
	}
	for _, dir := range []string{home, tmp, cmd.Dir} {
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
			t.Errorf("the demo left %v", left)
		}
	}
}

func signIn(t *testing.T, console, email, password string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	res, err := client.PostForm(console+"/sign-in", url.Values{"email": {email}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Request.URL.Path, "/inbox/") {
		t.Errorf("%s signs in to %s: %s", email, res.Request.URL.Path, res.Status)
	}
}
