package app

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to write behind the program's back

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// names answers as the DNS of a domain would.
type names map[string][]string

func (n names) LookupHost(context.Context, string) ([]string, error) { return nil, errors.New("no") }

func (n names) LookupTXT(_ context.Context, name string) ([]string, error) {
	if v, ok := n[name]; ok {
		return v, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (n names) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	if v, ok := n["mx."+name]; ok {
		return []*net.MX{{Host: v[0]}}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// patient makes a set-up in a folder of its own and returns how to open it.
func patient(t *testing.T) (Config, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "godwit.db")
	cfg := Config{Database: "sqlite:" + file, Log: slog.New(slog.DiscardHandler), Now: time.Now}
	c, err := NewCore(t.Context(), cfg)
	must(t, err)
	w, anna, err := c.Auth.Found(t.Context(), auth.Founding{Workspace: "Acme", Name: "Anna", Email: "anna@acme.example", Password: "correct horse battery", Language: "en", Zone: "UTC"})
	must(t, err)
	must(t, c.Store.AddPasskey(t.Context(), auth.Passkey{ID: 77, Workspace: w.ID, Person: anna.ID, Credential: []byte("key"), Name: "Key", CreatedAt: time.Now()}))
	_, err = c.Tickets.SaveMailbox(t.Context(), auth.ForSystem(w.ID), ticket.Mailbox{Address: "help@acme.example", Name: "Acme", Settings: ticket.MailSettings{InKind: "lmtp", OutKind: "off"}})
	must(t, err)
	must(t, c.Close())
	return cfg, file
}

func TestTheDoctorFindsWhatIsWrongAndSaysWhatToDo(t *testing.T) {
	healthy := DoctorConfig{
		DNS:      names{"acme.example": {"v=spf1 -all"}, "_dmarc.acme.example": {"v=DMARC1; p=none"}, "mx.acme.example": {"mx"}},
		Newest:   func(context.Context) (time.Time, error) { return time.Now(), nil },
		FreeDisk: func(string) (uint64, uint64, error) { return 100 << 30, 200 << 30, nil },
	}
	for name, c := range map[string]struct {
		harm  func(t *testing.T, cfg *Config, d *DoctorConfig, file string)
		check string
		state Health
		says  string // in the finding or its cure
	}{
		"nothing":     {func(*testing.T, *Config, *DoctorConfig, string) {}, "", Well, ""},
		"no database": {func(t *testing.T, _ *Config, _ *DoctorConfig, file string) { must(t, os.Remove(file)) }, "database", Sick, "is not there"},
		"a database of tomorrow": {func(t *testing.T, _ *Config, _ *DoctorConfig, file string) {
			behind(t, file, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`)
		}, "database", Sick, "newer Godwit"},
		"a broken file": {func(t *testing.T, _ *Config, _ *DoctorConfig, file string) {
			behind(t, file, `PRAGMA writable_schema=ON`, `UPDATE sqlite_schema SET rootpage=2 WHERE name='event_workspace'`)
		}, "database", Sick, "restore the newest backup"},
		"a lost key": {func(t *testing.T, _ *Config, _ *DoctorConfig, file string) {
			must(t, os.Remove(filepath.Join(filepath.Dir(file), "godwit.key")))
		}, "keys", Sick, "Put the key file back"},
		"another key": {func(_ *testing.T, cfg *Config, _ *DoctorConfig, _ string) {
			cfg.Keys = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
		}, "keys", Sick, "Put the key that sealed"},
		"a key for all": {func(t *testing.T, _ *Config, _ *DoctorConfig, file string) {
			must(t, os.Chmod(filepath.Join(filepath.Dir(file), "godwit.key"), 0o644))
		}, "keys", Uneasy, "chmod 600"},
		"a changed event": {func(t *testing.T, _ *Config, _ *DoctorConfig, file string) {
			behind(t, file, `UPDATE event SET actor_name='Nobody' WHERE kind='workspace.founded'`)
		}, "audit", Sick, "changed"},
		"a balance that was changed": {func(t *testing.T, _ *Config, _ *DoctorConfig, file string) {
			behind(t, file, `INSERT INTO ledger_balance (workspace_id, account, currency, debit, credit, lines) SELECT id, 'bank', 'EUR', 100, 0, 1 FROM workspace`)
		}, "ledger", Sick, "bank in EUR is off by 100"},
		"a clock that runs ahead": {func(_ *testing.T, cfg *Config, _ *DoctorConfig, _ string) {
			cfg.Now = func() time.Time { return time.Now().Add(-time.Hour) }
		}, "clock", Sick, "NTP"},
		"a full disk": {func(_ *testing.T, _ *Config, d *DoctorConfig, _ string) {
			d.FreeDisk = func(string) (uint64, uint64, error) { return 1 << 20, 100 << 30, nil }
		}, "disk", Sick, "Free some space"},
		"a mailbox that fails": {func(t *testing.T, _ *Config, _ *DoctorConfig, file string) {
			behind(t, file, `UPDATE mailbox SET status='failing', status_detail='wrong password'`)
		}, "mail", Sick, "wrong password"},
		"a mail server that is away": {func(t *testing.T, cfg *Config, d *DoctorConfig, _ string) {
			d.Mail = true
			core, err := NewCore(t.Context(), *cfg)
			must(t, err)
			w, err := core.Workspace(t.Context(), "")
			must(t, err)
			boxes, err := core.Store.Mailboxes(t.Context(), w.ID)
			must(t, err)
			boxes[0].Settings.InKind, boxes[0].Settings.InHost, boxes[0].Settings.InPort, boxes[0].Settings.InTLS = "imap", "127.0.0.1", 1, "none"
			boxes[0].Settings.InUser, boxes[0].Settings.InAuth, boxes[0].Secrets.InPassword = "u", "password", "p"
			_, err = core.Tickets.SaveMailbox(t.Context(), auth.ForSystem(w.ID), boxes[0])
			must(t, err)
			must(t, core.Close())
		}, "mail", Sick, "incoming"},
		"an owner without a second factor": {func(t *testing.T, _ *Config, _ *DoctorConfig, file string) {
			behind(t, file, `DELETE FROM passkey`)
		}, "sign-in", Uneasy, "1 who manage it"},
		"sessions of a month": {func(t *testing.T, cfg *Config, _ *DoctorConfig, _ string) {
			core, err := NewCore(t.Context(), *cfg)
			must(t, err)
			w, err := core.Workspace(t.Context(), "")
			must(t, err)
			must(t, core.Auth.SaveSecurity(t.Context(), auth.ForSystem(w.ID), auth.Policy{Way: auth.AnyWay, Lasting: auth.MonthSessions}))
			must(t, core.Close())
		}, "sign-in", Uneasy, "720h"},
		"plain HTTP for everybody": {func(_ *testing.T, _ *Config, d *DoctorConfig, _ string) {
			d.Serve = ServeConfig{Listen: "0.0.0.0:7700"}
		}, "network", Uneasy, "--trusted-proxies"},
		"a proxy that nobody named": {func(t *testing.T, cfg *Config, _ *DoctorConfig, _ string) {
			core, err := NewCore(t.Context(), *cfg)
			must(t, err)
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = "10.0.0.1:9"
			r.Header.Set("X-Forwarded-For", "203.0.113.7")
			core.proxies(nil, http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), r)
			must(t, core.Close())
		}, "network", Uneasy, "--trusted-proxies"},
		"no SPF": {func(_ *testing.T, _ *Config, d *DoctorConfig, _ string) {
			d.DNS = names{"_dmarc.acme.example": {"v=DMARC1; p=none"}, "mx.acme.example": {"mx"}}
		}, "dns", Uneasy, "v=spf1"},
		"no DMARC": {func(_ *testing.T, _ *Config, d *DoctorConfig, _ string) {
			d.DNS = names{"acme.example": {"v=spf1 -all"}, "mx.acme.example": {"mx"}}
		}, "dns", Uneasy, "_dmarc.acme.example"},
		"jobs that gave up": {func(t *testing.T, _ *Config, _ *DoctorConfig, file string) {
			behind(t, file, `INSERT INTO job (id, workspace_id, queue, kind, args, run_at, attempt, max_attempts, wanted, dead, last_error) VALUES (1,1,'q','k','{}',0,9,9,1,1,'boom')`)
		}, "jobs", Uneasy, "boom"},
		"jobs that nobody does": {func(t *testing.T, _ *Config, _ *DoctorConfig, file string) {
			behind(t, file, `INSERT INTO job (id, workspace_id, queue, kind, args, run_at, attempt, max_attempts, wanted, dead, last_error) VALUES (1,1,'q','k','{}',1000,0,9,1,0,'')`)
		}, "jobs", Uneasy, "godwit serve"},
		"no backup": {func(_ *testing.T, _ *Config, d *DoctorConfig, _ string) {
			d.Newest = func(context.Context) (time.Time, error) {
				return time.Time{}, errs.New(errs.NotFound, "error.backup_none")
			}
		}, "backup", Sick, "godwit backup"},
		"an old backup": {func(_ *testing.T, _ *Config, d *DoctorConfig, _ string) {
			d.Newest = func(context.Context) (time.Time, error) { return time.Now().Add(-72 * time.Hour), nil }
		}, "backup", Uneasy, "72h"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, file := patient(t)
			d := healthy
			c.harm(t, &cfg, &d, file)
			found := Doctor(t.Context(), cfg, d)
			hit := c.check == ""
			for _, f := range found {
				if f.State != Well && f.Fix == "" && !strings.Contains(f.Detail, "more") {
					t.Errorf("no cure: %+v", f)
				}
				if f.Check == c.check && f.State == c.state && strings.Contains(f.Detail+" "+f.Fix, c.says) {
					hit = true
				} else if f.State != Well && c.check == "" {
					t.Errorf("the healthy one: %+v", f)
				}
			}
			if !hit {
				t.Errorf("not found: %+v", found)
			}
		})
	}
}

// behind writes to a database past the program.
func behind(t *testing.T, file string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	must(t, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, q := range statements {
		if _, err := db.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
