package apertium

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/flow/translating/translatingtest"
)

// installed skips a test where there is no Apertium, unless the machine is one that has it.
func installed(t *testing.T) {
	if !Installed() {
		if os.Getenv("GODWIT_TEST_SERVERS") != "" {
			t.Fatal("apertium is not installed")
		}
		t.Skip("apertium is not installed")
	}
}

func TestConformance(t *testing.T) {
	installed(t)
	translatingtest.Run(t, Driver(), translatingtest.Fixture{Settings: func(string) map[string]string { return nil }})
}

func sentence(t *testing.T, text string) translate.Piece {
	m, err := translate.Protect(text, []string{"Ana"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m.Pieces()[0]
}

// What comes out is a translation, and not what went in.
func TestTranslates(t *testing.T) {
	installed(t)
	e := open(program)
	for _, c := range []struct{ from, to, text, want string }{
		{"es", "en", "Hola Ana, mi pedido #1234 no ha llegado.", "has not arrived"},
		{"en", "es", "Hello Ana, your parcel LX123456789CN left Madrid yesterday.", "ayer"},
		{"fr", "en", "Bonjour, où est mon colis?", "Where"}, // by way of Spanish or Catalan
		{"es", "pt-BR", "El paquete está en camino.", "pacote"},
		{"it", "en", "Buongiorno, dove è il mio pacco?", "where"},
	} {
		p := sentence(t, c.text)
		out, err := e.Translate(t.Context(), translating.Ask{From: c.from, To: c.to, Sentences: []translate.Piece{p}})
		if err != nil {
			t.Fatalf("%s to %s: %v", c.from, c.to, err)
		}
		back, err := p.Restore(out.Texts[0])
		if err != nil || !strings.Contains(strings.ToLower(back), strings.ToLower(c.want)) {
			t.Errorf("%s to %s: %q became %q, %v", c.from, c.to, c.text, back, err)
		}
	}
}

func TestWays(t *testing.T) {
	pairs := modes(" eng-spa spa-eng es-pt es-pt_BR fr-es eng-cat_valencia eco-es-fr spa-eng_US nonsense x-y rus-ukr ")
	for _, c := range []struct {
		from, to string
		want     []string
	}{
		{"en", "es", []string{"eng-spa"}}, {"en-GB", "es-MX", []string{"eng-spa"}}, {"es", "pt", []string{"es-pt"}}, {"es", "pt-BR", []string{"es-pt_BR"}},
	} {
		if got := route(pairs, read(c.from), read(c.to)); !slices.Equal(got, c.want) {
			t.Errorf("%s to %s: %q, want %q", c.from, c.to, got, c.want)
		}
	}
}

// fake puts a program in the place of apertium.
func fake(t *testing.T, script string) *engine {
	path := filepath.Join(t.TempDir(), "apertium")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nif [ \"$1\" = -l ]; then echo eng-spa; exit; fi\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return open(path)
}

func TestAProgramThatDoesNotDoAsItShould(t *testing.T) {
	for name, script := range map[string]string{
		"fails": "exit 3", "too much": "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done", "nothing": "echo 'line 1: cg-proc: command not found' >&2", "two for one": "printf 'a\\n\\nb'",
	} {
		e := fake(t, script)
		began := time.Now()
		_, err := e.Translate(t.Context(), translating.Ask{From: "en", To: "es", Sentences: []translate.Piece{sentence(t, "Hello")}})
		if !errs.Is(err, errs.Unavailable) || time.Since(began) > 10*time.Second {
			t.Errorf("%s: %v after %v", name, err, time.Since(began))
		}
	}
	e := open("no-such-apertium")
	if _, err := e.About(t.Context()); !errs.Is(err, errs.Unsupported) {
		t.Errorf("without the program: %v", err)
	}
}

// A pair that misses a program of its own is no pair: the next provider is asked, and Settings does not promise it.
func TestAPairWithoutItsProgramsIsNone(t *testing.T) {
	e := fake(t, "cat")
	e.data = []string{t.TempDir()}
	ask := translating.Ask{From: "en", To: "es", Sentences: []translate.Piece{sentence(t, "Hello")}}
	if _, err := e.Translate(t.Context(), ask); err != nil {
		t.Fatalf("where nothing tells of its steps: %v", err)
	}
	steps := filepath.Join(e.data[0], "eng-spa.mode")
	for text, missing := range map[string]bool{"cat -u | cat '/x'": false, "cat -u '/x' | no-such-cg-proc -w | cat": true, "/no/such/lt-proc | cat": true} {
		if err := os.WriteFile(steps, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		e := &engine{name: e.name, data: e.data, pairs: translating.Listed[[]pair]{Fresh: fresh}}
		_, err := e.Translate(t.Context(), ask)
		about, _ := e.About(t.Context())
		if errs.Is(err, errs.Unsupported) != missing || (len(about.Languages) == 0) != missing {
			t.Errorf("%s: %v, %v", text, err, about.Languages)
		}
	}
}

// The text of a customer is never an argument, nor in the environment, and the environment of
// the server is not the program's.
func TestOnlyThePairIsAnArgument(t *testing.T) {
	t.Setenv("GODWIT_SECRET", "hush")
	e := fake(t, `echo "$# $1 $2 [$GODWIT_SECRET] $(cat)"`)
	out, err := e.Translate(t.Context(), translating.Ask{From: "en", To: "es", Sentences: []translate.Piece{sentence(t, "-d /etc ; rm")}})
	if err != nil || len(out.Texts) != 1 || out.Texts[0] != "2 -u eng-spa [] -d /etc ; rm" {
		t.Errorf("%+v %v", out, err)
	}
}
