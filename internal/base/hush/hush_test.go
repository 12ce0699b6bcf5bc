package hush

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	for _, c := range [][2]string{
		{"550 5.1.1 <anna.k+shop@client.example>: no such user", "550 5.1.1 <[address]>: no such user"},
		{"почта@пример.рф и 李@例子.中国", "[address] и [address]"},
		{"dial postgres://desk:pa55@10.0.0.1:5432/desk failed", "dial postgres://[secret]10.0.0.1:5432/desk failed"},
		{"Authorization: Bearer abcdefgh.ijk", "Authorization: [secret]"},
		{"gwt_0123abcXYZ and whsec_AbC/+=", "[secret] and [secret]"},
		{"GET /callback?code=123&state=x token=abc", "GET /callback?[secret]&state=x [secret]"},
		{"nothing to hide: 17 @ 4", "nothing to hide: 17 @ 4"},
		{"", ""},
	} {
		if got := Text(c[0]); got != c[1] {
			t.Errorf("%q: %q, want %q", c[0], got, c[1])
		}
	}
}

func TestHandler(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(Handler(Handler(slog.NewJSONHandler(&out, nil)))).With("who", "anna@client.example").WithGroup("mail")
	log.Warn("refused for anna@client.example", "error", errors.New("no anna@client.example"), "n", 7, slog.Group("in", "to", "anna@client.example"), "list", []string{"anna@client.example"})
	log.Debug("not at this level")
	got := out.String()
	if strings.Contains(got, "anna") || strings.Count(got, "[address]") != 5 || !strings.Contains(got, `"n":7`) || strings.Count(got, "\n") != 1 {
		t.Error(got)
	}
}

func FuzzText(f *testing.F) {
	f.Add("a@b.c gwt_x://u:p@h")
	f.Fuzz(func(t *testing.T, s string) {
		once := Text(s)
		if address.MatchString(once) {
			t.Errorf("%q has an address left: %q", s, once)
		}
	})
}
