package smtptest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/emersion/go-smtp"
)

func TestAcceptedMailIsInTheMaildir(t *testing.T) {
	dir := t.TempDir()
	for _, sub := range []string{"tmp", "new", "cur"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var seen Message
	s, err := Start(Config{Maildir: dir, OnAccept: func(m Message) { seen = m }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	c, err := smtp.Dial(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Mail("a@example.test", nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt("b@example.test", nil); err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte("Subject: x\r\n\r\nhi\r\n"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.WaitFor(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(seen.File)
	if err != nil || string(body) != "Subject: x\n\nhi\n" || filepath.Dir(seen.File) != filepath.Join(dir, "new") {
		t.Errorf("%s: %q, %v", seen.File, body, err)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) != 0 {
		t.Errorf("%d files left in tmp", len(left))
	}
}
