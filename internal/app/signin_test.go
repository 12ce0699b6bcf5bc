package app

import (
	"regexp"
	"slices"
	"strings"
	"testing"

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
		if _, err := d.Auth.Accept(d.ctx, link[1], "", "another good secret", "", "UTC", v.Address, ""); err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.Auth.SignIn(d.ctx, "owner@shop.example", "another good secret", v.Address, ""); err != nil {
			t.Fatal(err)
		}
		d.until("the notice has left", func() bool { return len(d.out.Messages()) == 2 })
	})
}
