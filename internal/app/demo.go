package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/smtp"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"godwit.dev/godwit/internal/adapter/carrier/simulator"
	"godwit.dev/godwit/internal/app/simulate"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal"
	"godwit.dev/godwit/internal/server/web/ui"
)

// DemoConfig says which demo to run.
type DemoConfig struct {
	Listen   string
	Seed     uint64
	Orders   int // 0: the merchant's own size
	Tickets  int
	Pace     time.Duration // between two movements of parcels, about; 0 lets them take as long as real ones
	Letters  io.Writer     // gets what would be mailed, a JSON line each, in one Write; nil: nobody does
	Progress func(step string, done, total int)
	Log      *slog.Logger
}

// DemoLogin is somebody who can sign in to the demo.
type DemoLogin struct {
	Role     string `json:"role"`
	Email    string `json:"email"`
	Password string `json:"password"`
}

// Demo is a running lifelike merchant. Everything it keeps lies in a temporary
// folder, and nothing it sends leaves the process.
type Demo struct {
	*App
	Core   *Core
	Logins []DemoLogin
	Token  string // of the first owner, with every scope
	Portal string // the path of the first shop's page for customers
	dir    string
	mail   string // address of the mail door
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// demoPassword is the password of everybody in the demo, which listens on this
// machine and holds only invented people.
const demoPassword = "bar-tailed-godwit"

// demoPost takes letters and sends none outside; what it takes it writes down, if there is something to write to.
type demoPost struct{ letters io.Writer }

func (p demoPost) Send(_ context.Context, box ticket.Mailbox, l mailroom.Letter, mark func() error) mailroom.Answer {
	if err := mark(); err != nil {
		return mailroom.Answer{Verdict: mailroom.RefusedNow, Detail: err.Error()}
	}
	if p.letters != nil && len(l.To) > 0 {
		line, err := json.Marshal(map[string]string{"from": box.Address, "to": l.To[0].Address, "subject": l.Subject, "text": l.Text})
		if err == nil {
			_, err = p.letters.Write(append(line, '\n'))
		}
		if err != nil {
			return mailroom.Answer{Verdict: mailroom.RefusedNow, Detail: err.Error()}
		}
	}
	return mailroom.Answer{Verdict: mailroom.Accepted, Detail: "250 kept in the demo"}
}

func (demoPost) Find(context.Context, ticket.Mailbox, string) (bool, error) { return true, nil }

// demoClock tells the time of the story while it is loaded, and the real one
// afterwards. While it tells the story it never goes back.
type demoClock struct{ story atomic.Int64 }

func (c *demoClock) now() time.Time {
	if ms := c.story.Load(); ms != 0 {
		return time.UnixMilli(ms).UTC()
	}
	return time.Now()
}

func (c *demoClock) to(t time.Time) {
	if ms := t.UnixMilli(); ms > c.story.Load() {
		c.story.Store(ms)
	}
}

// StartDemo makes the merchant and opens its console. Stop it to remove all.
func StartDemo(ctx context.Context, cfg DemoConfig) (*Demo, error) {
	dir, err := os.MkdirTemp("", "godwit-demo-")
	if err != nil {
		return nil, fmt.Errorf("demo folder: %w", err)
	}
	d := &Demo{dir: dir}
	if err := d.start(ctx, cfg); err != nil {
		if d.Core != nil {
			_ = d.Core.Close()
		}
		_ = os.RemoveAll(dir)
		return nil, err
	}
	return d, nil
}

func (d *Demo) start(ctx context.Context, cfg DemoConfig) error {
	clock := &demoClock{}
	now := time.Now().UTC().Truncate(time.Minute)
	merchant := simulate.Generate(simulate.Config{Seed: cfg.Seed, Now: now, Orders: cfg.Orders, Tickets: cfg.Tickets})
	known := fates(merchant)
	told := func(number string) (simulator.Fate, bool) { f, ok := known[order.TrackingKey(number)]; return f, ok }
	var err error
	d.Core, err = NewCore(ctx, Config{Database: "sqlite:" + filepath.Join(d.dir, "demo.db"), Post: demoPost{cfg.Letters}, Networks: outbound.Loopback(), Now: clock.now, Trackers: append(Trackers()[:len(Trackers())-1], simulator.Driver(told)), Log: cfg.Log})
	if err != nil {
		return err
	}
	l := &demoLoader{core: d.Core, clock: clock, merchant: merchant, seed: cfg.Seed, pace: cfg.Pace, progress: cfg.Progress}
	if err := l.load(ctx); err != nil {
		return fmt.Errorf("load the demo: %w", err)
	}
	clock.story.Store(0)
	d.Portal = portal.Path + l.shops[merchant.Shops[0].Key].Slug
	var hints []ui.Login
	for _, p := range l.people {
		d.Logins = append(d.Logins, DemoLogin{Role: string(p.Role), Email: p.Email, Password: demoPassword})
		if p.Role == auth.Owner && d.Token == "" {
			d.Token, _, err = d.Core.Auth.CreateToken(ctx, auth.ForSystem(p.Workspace), auth.NewToken{Name: "Demo", Scopes: auth.Permissions(), Person: p.ID})
			if err != nil {
				return err
			}
		}
		if len(hints) == 0 || hints[len(hints)-1].Role != ui.Role(p.Role) {
			hints = append(hints, ui.Login{Role: ui.Role(p.Role), Email: p.Email, Password: demoPassword})
		}
	}
	d.App, err = Start(ctx, d.Core, ServeConfig{Listen: cfg.Listen, SMTP: "127.0.0.1:0", Logins: hints})
	if err != nil {
		return err
	}
	d.mail = d.MailAddr(0)
	run, cancel := context.WithCancel(ctx)
	d.cancel = cancel
	d.wg.Go(func() { d.live(run, merchant, now) })
	if cfg.Pace > 0 {
		d.wg.Go(func() { l.liveCases(run, max(casesPerMove*cfg.Pace, 50*time.Millisecond)) })
		d.wg.Go(func() { l.drop.live(run, max(ordersPerMove*cfg.Pace, time.Second)) })
	}
	return nil
}

// live lets customers go on writing, over SMTP as their mail would come.
func (d *Demo) live(ctx context.Context, m *simulate.Merchant, from time.Time) {
	at, raw, box := m.Next(from)
	for {
		t := time.NewTimer(time.Until(at))
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
		if err := smtp.SendMail(d.mail, nil, "customer@mail.example", []string{box}, raw); err != nil && ctx.Err() == nil {
			d.Core.Log.Warn("demo mail", "error", err)
		}
		at, raw, box = m.Next(at)
	}
}

// Stop ends the demo and removes its folder.
func (d *Demo) Stop(ctx context.Context) error {
	d.cancel()
	d.wg.Wait()
	err := d.App.Stop(ctx)
	if cerr := d.Core.Close(); err == nil {
		err = cerr
	}
	if rerr := os.RemoveAll(d.dir); err == nil {
		err = rerr
	}
	return err
}

// ordersPerMove is how many times the pace of parcels passes between two files with
// new orders.
const ordersPerMove = 6

// role maps the words of the invented merchant.
func demoRole(r string) auth.Role {
	switch r {
	case "owner":
		return auth.Owner
	case "lead":
		return auth.Lead
	}
	return auth.AgentRole
}
