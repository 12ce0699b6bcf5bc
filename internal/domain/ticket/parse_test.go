package ticket

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"godwit.dev/godwit/internal/platform/auth"
)

var secret = []byte("0123456789abcdef0123456789abcdef")

func TestTokensAreOursAlone(t *testing.T) {
	key, to := MessageKey(secret, 7, 9, "shop.example"), ReplyAddress(secret, "help@shop.example", 7, 3)
	if tk, m, ok := ParseMessageKey(secret, key); !ok || tk != 7 || m != 9 {
		t.Errorf("message key: %d %d %v", tk, m, ok)
	}
	if box, tk, side, ok := ParseReplyAddress(secret, strings.ToUpper(to)); !ok || tk != 7 || side != 3 || box != "help@shop.example" {
		t.Errorf("reply address: %q %d %d %v", box, tk, side, ok)
	}
	if local, _, _ := strings.Cut(to, "@"); len(local) > 64 { // RFC 5321 section 4.5.3.1.1
		t.Errorf("local part of %d bytes", len(local))
	}
	other := append([]byte("x"), secret[1:]...)
	if _, _, ok := ParseMessageKey(other, key); ok {
		t.Error("another secret's key was believed")
	}
	for i := range key[:strings.IndexByte(key, '@')] {
		b := []byte(key)
		if b[i] ^= 1; string(b) != key {
			if _, _, ok := ParseMessageKey(secret, string(b)); ok {
				t.Errorf("believed %q", b)
			}
		}
	}
}

func FuzzTokens(f *testing.F) {
	f.Add(MessageKey(secret, 7, 9, "shop.example"))
	f.Add(ReplyAddress(secret, "help@shop.example", 7, 0))
	f.Add("gw....@")
	f.Add("+gw---@")
	f.Fuzz(func(t *testing.T, s string) {
		if tk, m, ok := ParseMessageKey(secret, s); ok {
			_, domain, _ := strings.Cut(s, "@")
			if got := MessageKey(secret, tk, m, domain); strings.TrimSuffix(got, "@") != strings.TrimSuffix(s, "@") {
				t.Errorf("%q and %q are the same key", s, got)
			}
		}
		if box, tk, side, ok := ParseReplyAddress(secret, s); ok && ReplyAddress(secret, box, tk, side) != strings.ToLower(s) && strings.Contains(s, "@") {
			t.Errorf("%q is not what we made", s)
		}
	})
}

func FuzzParseSearch(f *testing.F) {
	for _, q := range []string{`from:anna order:#1042 "two words" -not before:2026-11-01`, `is:open tag:"a b`, `re: hello`, `has:file :x x: "`, "订单：1042 после:вчера"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q := ParseSearch(s, time.UTC)
		if q.Text == "" && strings.TrimSpace(s) != "" && q.Empty() && len(q.Unknown) == 0 && strings.Trim(s, " \t\n\u3000") != "" && !strings.Contains(s, ":") {
			t.Errorf("%q asks for nothing", s)
		}
		if again := ParseSearch(q.Text, time.UTC); utf8.ValidString(s) && len(again.Unknown) == 0 && again.Empty() && q.Text != "" {
			t.Errorf("the words %q of %q are no words", q.Text, s)
		}
	})
}

func FuzzBaseSubject(f *testing.F) {
	for _, s := range []string{"Re: AW: Fwd: hello", "回复：你好", "Re:", "Re[2]: x", "RE : x", "http://x", "::: "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		base, answer := BaseSubject(s)
		if !strings.Contains(s, base) || !answer && base != strings.TrimSpace(s) {
			t.Errorf("%q has the base %q", s, base)
		}
		if again, more := BaseSubject(base); more && strings.Count(s, ":")+strings.Count(s, "：") < 20 {
			t.Errorf("%q, then %q", base, again)
		}
	})
}

func FuzzExpand(f *testing.F) {
	f.Add("Hello {{ customer.name }}, {{order}} {{ {{x}} }}", "Anna {{order}}")
	f.Fuzz(func(t *testing.T, body, name string) {
		text, unknown := Expand(body, map[string]string{"customer.name": name, "order": "1042"})
		if !strings.Contains(body, "{{") && (text != body || unknown != nil) {
			t.Errorf("%q became %q", body, text)
		}
		if slices.Contains(unknown, "order") {
			t.Error("a known name is unknown")
		}
	})
}

func FuzzConditionCheck(f *testing.F) {
	f.Add([]byte(`{"group":true,"all":true,"children":[{"field":"status","op":"is","value":"open"},{"field":"f.color","op":"empty"},{"field":"created","op":"older","value":"24"}]}`))
	f.Add([]byte(`{"group":true,"children":[{"group":true,"children":[{"group":true}]}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var c Condition
		if json.Unmarshal(raw, &c) != nil || c.Check() != nil {
			return
		}
		nodes := 0
		var walk func(Condition, int)
		walk = func(c Condition, depth int) {
			if nodes++; depth > 5 || nodes > 100 {
				t.Fatal("too much of a condition was let through")
			}
			for _, x := range c.Children {
				if c.Group {
					walk(x, depth+1)
				}
			}
		}
		walk(c, 1)
	})
}

func TestMentionsAreWholeNames(t *testing.T) {
	people := []auth.Person{{ID: 1, Name: "Lisa", Status: auth.Active}, {ID: 2, Name: "Lisa Marie", Status: auth.Active}, {ID: 3, Name: "李伟", Status: auth.Active}, {ID: 4, Name: "Gone", Status: auth.Disabled}}
	for body, want := range map[string][]auth.PersonID{
		"@lisa, please": {1}, "@Lisa Marie!": {2}, "@Lisandro": nil, "@李伟请看": {3}, "@gone": nil, "a@b @ @@lisa": {1}, "@lisa @lisa @lisa marie": {1, 2},
	} {
		if got := Mentioned(body, people); !slices.Equal(got, want) {
			t.Errorf("%q calls %v, want %v", body, got, want)
		}
	}
}

func TestSecretsDoNotFollowAHost(t *testing.T) {
	old := Mailbox{
		Settings: MailSettings{InHost: "in.example", OutHost: "out.example", InAuth: "oauth2", OutAuth: "oauth2", TokenURL: "https://id.example"},
		Secrets:  MailSecrets{InPassword: "a", OutPassword: "b", ClientSecret: "c", RefreshToken: "d"},
	}
	same := Mailbox{Settings: old.Settings}
	if keepSecrets(old, same) != old.Secrets {
		t.Error("an empty secret does not keep the stored one")
	}
	for what, change := range map[string]func(*MailSettings){
		"incoming": func(s *MailSettings) { s.InHost = "evil.example" }, "outgoing": func(s *MailSettings) { s.OutHost = "evil.example" },
		"token": func(s *MailSettings) { s.TokenURL = "https://evil.example" },
	} {
		m := same
		change(&m.Settings)
		kept := keepSecrets(old, m)
		if kept.RefreshToken != "" || kept.ClientSecret != "" || what == "incoming" && kept.InPassword != "" || what == "outgoing" && kept.OutPassword != "" {
			t.Errorf("a changed %s host gets %+v", what, kept)
		}
	}
}

func TestFieldsKeepValuesInOneForm(t *testing.T) {
	for _, tc := range []struct {
		kind     FieldType
		in, want string
		bad      bool
	}{
		{TextField, " x ", "x", false}, {TextField, strings.Repeat("x", 2001), "", true}, {NumberField, "1,5", "1.5", false}, {NumberField, "one", "", true},
		{DateField, "2026-11-22", "2026-11-22", false}, {DateField, "22.11.2026", "", true}, {SelectField, "a", "a", false}, {SelectField, "b", "", true},
		{CheckField, "1", "1", false}, {CheckField, "0", "", false}, {CheckField, "yes", "", true}, {NumberField, "  ", "", false},
	} {
		got, err := Field{Key: "k", Type: tc.kind, Options: []string{"a"}}.Check(tc.in)
		if got != tc.want || (err != nil) != tc.bad {
			t.Errorf("%s %q: %q, %v", tc.kind, tc.in, got, err)
		}
	}
}
