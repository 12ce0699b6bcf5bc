package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// TestMCP talks to the command as an agent does: it is started, and its standard
// streams carry the protocol and nothing else.
func TestMCP(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	start := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Args[0] = "godwit" // TestMain runs the command under this name
		cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "GODWIT_DATABASE=sqlite:" + filepath.Join(home, "godwit.db"), "GODWIT_PASSWORD=correct-horse-battery"}
		cmd.Dir = home
		return cmd
	}
	run := func(args ...string) string {
		t.Helper()
		var complaints bytes.Buffer
		cmd := start(args...)
		cmd.Stderr = &complaints
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, complaints.String())
		}
		return string(out)
	}
	run("init", "--workspace", "Acme", "--name", "Lena", "--email", "lena@acme.example")
	secret := run("token", "create", "--person", "lena@acme.example", "--name", "Agent", "--scopes", "tickets.read,orders.read")
	file := filepath.Join(home, "token")
	if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}

	var complaints bytes.Buffer
	cmd := start("mcp", "--token-file", file)
	cmd.Stderr = &complaints
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), &mcp.CommandTransport{Command: cmd}, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, complaints.String())
	}
	tools, err := session.ListTools(t.Context(), nil)
	if err != nil || len(tools.Tools) != 5 {
		t.Errorf("%d tools, %v", len(tools.Tools), err)
	}
	res, err := session.CallTool(context.Background(), &mcp.CallToolParams{Name: "search_orders", Arguments: map[string]any{"number": "DE-1"}})
	if err != nil || res.IsError {
		t.Errorf("%v %+v", err, res)
	}
	if err := session.Close(); err != nil {
		t.Errorf("%v\n%s", err, complaints.String())
	}

	for _, bad := range []string{"gwt_nonsense", ""} {
		if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, complaints bytes.Buffer
		cmd := start("mcp", "--token-file", file)
		cmd.Stdout, cmd.Stderr = &out, &complaints
		if err := cmd.Run(); err == nil || out.Len() > 0 || !strings.Contains(complaints.String(), "unknown, expired or revoked") {
			t.Errorf("%q: %v, out %q, complaints %q", bad, err, out.String(), complaints.String())
		}
	}
}
