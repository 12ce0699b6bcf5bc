package app

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/platform/auth"
)

// TestForgottenPassword asks for a link, finds it in the letter that leaves by the
// workspace's mailbox, and signs in with a new password.
func TestForgottenPassword(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		v := auth.Visit{Address: "192.0.2.1"}
		for _, email := range []string{"nobody@shop.example", "owner@shop.example"} {
			if err := d.Auth.AskReset(d.ctx, email, v); err != nil {
				t.Fatal(err)
			}
		}
		d.until("the letter has left", func() bool { return len(d.out.Messages()) == 1 })
		letter := d.out.Messages()[0]
		text := strings.ReplaceAll(strings.ReplaceAll(string(letter.Body), "=\r\n", ""), "=3D", "=")
		link := regexp.MustCompile(`https://desk\.shop\.example/invite/([A-Za-z0-9_-]{20,})`).FindStringSubmatch(text)
		if link == nil || !slices.Equal(letter.To, []string{"owner@shop.example"}) {
			t.Fatalf("no link in the letter:\n%s", text)
		}
		if _, err := d.Auth.Accept(d.ctx, link[1], auth.Joining{Password: "another good secret", Zone: "UTC"}, v); err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.Auth.SignIn(d.ctx, "owner@shop.example", "another good secret", v.Address, ""); err != nil {
			t.Fatal(err)
		}
		d.until("the notices of the password and of the browser have left", func() bool { return len(d.out.Messages()) == 3 })
	})
}

// TestANewBrowserIsToldOfByMail signs in from another browser and reads the letter
// that leaves by the workspace's mailbox.
func TestANewBrowserIsToldOfByMail(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		v := auth.Visit{Address: "198.51.100.7", UserAgent: "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0", Browser: auth.NewBrowser()}
		for range 2 { // known from the first time on
			if _, err := d.Auth.Enter(d.ctx, "owner@shop.example", "a long enough secret", v); err != nil {
				t.Fatal(err)
			}
		}
		d.until("the letter has left", func() bool { return len(d.out.Messages()) == 1 })
		if text := string(d.out.Messages()[0].Body); !strings.Contains(text, "Firefox on Windows") || !strings.Contains(text, "198.51.100.7") {
			t.Errorf("the letter:\n%s", text)
		}
		// A mailbox that sends itself a copy of what leaves it opens no ticket with that.
		raw := mailroom.Raw{Source: "copy", Body: d.out.Messages()[0].Body, ReceivedAt: time.Now()}
		if _, err := d.Mailroom.Accept(d.ctx, d.space.ID, d.box.ID, []mailroom.Raw{raw}, nil); err != nil {
			t.Fatal(err)
		}
		d.until("the copy is seen to", func() bool {
			left, err := d.Store.NewMail(d.ctx, d.space.ID, 1)
			return err == nil && len(left) == 0
		})
		if list, _, err := d.Tickets.List(d.ctx, d.owner, ticket.ListQuery{}, ticket.Cursor{}); err != nil || len(list) > 0 {
			t.Errorf("the copy opened a ticket: %+v, %v", list, err)
		}
	})
}

// TestATokenThatEndsIsToldOfByMail starts what looks for them beside a token that ends
// in three days: its person gets one letter.
func TestATokenThatEndsIsToldOfByMail(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		now := time.Now()
		if err := d.Store.AddToken(d.ctx, auth.Token{
			ID: 77, Workspace: d.space.ID, Person: d.owner.Person(), Name: "Warehouse", Scopes: []auth.Permission{auth.ReadTickets}, Prefix: "gwt_abcdef",
			CreatedAt: now.Add(-30 * 24 * time.Hour), ExpiresAt: now.Add(3 * 24 * time.Hour),
		}, auth.TokenHash("secret")); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(d.ctx)
		var done sync.WaitGroup
		done.Go(func() { d.warn(ctx) })
		d.until("the letter has left", func() bool { return len(d.out.Messages()) == 1 })
		stop()
		done.Wait()
		if n, err := d.Auth.WarnOfEnds(d.ctx); n != 0 || err != nil {
			t.Errorf("told again: %d, %v", n, err)
		}
		if text := string(d.out.Messages()[0].Body); !strings.Contains(text, "Warehouse") || !strings.Contains(text, "gwt_abcdef") {
			t.Errorf("the letter:\n%s", text)
		}
	})
}
