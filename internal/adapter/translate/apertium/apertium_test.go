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
		"fails": "exit 3", "too much": "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done", "two for one": "printf 'a\\n\\nb'",
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
