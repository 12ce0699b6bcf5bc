package auth

import (
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

func TestNewPasswordsHaveALength(t *testing.T) {
	word := []rune("gull dune reed ebb tern silt marsh curlew spit foam kelp creek moor lark wisp sedge plover heath fen mudflat wader sandbar estuary ")
	of := func(n int) string { return string(word[:n]) }
	for name, tc := range map[string]struct {
		password string
		key      string // of the refusal; "" for none
	}{
		"eleven letters":                     {"gulldunetrk", "error.password_short"},
		"twelve letters":                     {"gulldunetrkq", ""},
		"eleven and a run of spaces":         {"gull dune      q", "error.password_short"},
		"eleven between spaces":              {"   gulldunetrk   ", "error.password_short"},
		"eleven characters of three bytes":   {"潮水退去沙滩上的鹬鸟", "error.password_short"},
		"twelve characters of three bytes":   {"潮水退去沙滩上的鹬鸟很多呢", ""},
		"64 characters":                      {of(64), ""},
		"128 characters":                     {of(128), ""},
		"128 characters of three bytes":      {strings.Repeat("潮水退去沙滩上的", 15) + "鹬鸟很多呢啊是吗", ""},
		"129 characters":                     {of(129), "error.password_long"},
		"129, of which most are one space":   {"gulldunetrkq" + strings.Repeat(" ", 117), "error.password_long"},
		"nothing":                            {"", "error.password_short"},
		"any characters, without any others": {"zvqhmtrwplkd", ""},
	} {
		var e *errs.Error
		list := errs.Fields(CheckNew(tc.password))
		if len(list) > 0 {
			e = list[0]
		}
		if got := keyOf(e); got != tc.key {
			t.Errorf("%s: %q, want %q", name, got, tc.key)
		}
	}
}

func keyOf(e *errs.Error) string {
	if e == nil {
		return ""
	}
	return e.Key
}

// TestBreachedPasswordsAreRefused asks for each listed password that is long
// enough, and for how it is commonly dressed up.
func TestBreachedPasswordsAreRefused(t *testing.T) {
	long := 0
	for p := range common() {
		if len([]rune(p)) < MinPassword {
			continue
		}
		long++
		for _, dressed := range []string{p, strings.ToUpper(p), strings.ToUpper(p[:1]) + p[1:], " " + p + "  "} {
			if CheckNew(dressed) == nil {
				t.Errorf("%q passes", dressed)
			}
		}
	}
	if long < 3000 {
		t.Errorf("the list holds %d passwords that the rule would let through", long)
	}
}

func TestStrength(t *testing.T) {
	about := []string{"olga.berg@lumen.example", "Olga Berg", "Lumen Home"}
	for _, tc := range []struct {
		password string
		want     Strength
	}{
		{"password1234", Guessable}, {"Passw0rd!2024", Guessable}, {"P@$$w0rd1234", Guessable}, {"qwertyuiop123", Guessable}, {"iloveyou12345", Guessable},
		{"aaaaaaaaaaaa", Guessable}, {"123456789012", Guessable}, {"098765432109", Guessable}, {"abcdefghijkl", Guessable}, {"zxcvbnm,./zx", Guessable},
		{"letmeinletmein", Guessable}, {"olgaolgaolga", Guessable}, {"Olga.Berg2026", Guessable}, {"lumen-home-1", Guessable}, {"olga.berg@lumen.example", Guessable},
		{"godwitgodwit", Guessable}, {"пароль123456", Guessable}, {"йцукенгшщзхъ", Guessable}, {"ПарольПароль", Guessable},
		{"bar-tailed-godwit", Good}, {"quiet tide over sand", Good}, {"correct horse battery", Good}, {"another good one", Fair}, {"a long enough secret", Fair},
		{"潮水退去沙滩上的鹬鸟很多呢", Strong}, {"gY7#pQ2!vN9&xL4*", Strong}, {"тихий прилив над песком", Strong},
	} {
		got := Judge(tc.password, about...)
		if tc.want == Guessable && got != Guessable || got < tc.want {
			t.Errorf("%q is %d, want %d", tc.password, got, tc.want)
		}
	}
	if Judge("olga berg of lumen") == Guessable {
		t.Error("what is nobody's name is judged like one")
	}
}

// TestStrengthIsCheap judges what a hostile visitor would send: the work is
// bounded by the length.
func TestStrengthIsCheap(t *testing.T) {
	if testing.Short() {
		t.Skip("counts work")
	}
	Judge("the list is read once")
	for _, unit := range []string{"4@3$7!1+0", "a1", "1qaz", "пароль", "\x00", "İ", string([]byte{0xff, 0xfe})} {
		done := make(chan struct{})
		go func() {
			defer close(done)
			Judge(strings.Repeat(unit, 60_000))
			Judge("x" + strings.Repeat(unit, 40))
		}()
		select {
		case <-done:
		case <-time.After(30 * time.Second):
			t.Fatalf("%q takes too long", unit)
		}
	}
}

func FuzzJudge(f *testing.F) {
	for _, s := range []string{"", "a", "P@ssw0rd", "İİİİİİİİİİİİ", "тихий прилив", "\xff\xfe\xfd", "1qaz2wsx"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := Judge(s, s); got < Guessable || got > Strong {
			t.Errorf("%q is %d", s, got)
		}
		if CheckNew(s) == nil && Judge(s) == Guessable {
			t.Errorf("%q passes", s)
		}
	})
}
