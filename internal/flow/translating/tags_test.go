package translating_test

import (
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/flow/translating"
)

// What is written is read again in every notation, and nothing of the private spans is in it.
func TestMarkupIsReadAsItWasWritten(t *testing.T) {
	m, err := translate.Protect(`Ana, your order #10234 costs 12 € & <b>more</b> &lt; "less" X1.`, []string{"Ana"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := m.Pieces()[0]
	for name, tags := range map[string]translating.Tags{"XML": translating.XML, "HTML": translating.HTML, "Bare": translating.Bare} {
		text := tags.Write(p)
		if back, err := tags.Read(text); err != nil || back != p.Text {
			t.Errorf("%s: %q came back as %q, %v", name, text, back, err)
		}
		if strings.Contains(text, "Ana") || strings.Contains(text, "10234") || !strings.Contains(text, "12 €") {
			t.Errorf("%s shows %q", name, text)
		}
	}
	if text := translating.HTML.Write(p); !strings.HasPrefix(text, `<span translate="no" id="x0">X0</span>, your order`) {
		t.Errorf("a name stands as %q", text)
	}
}

// An element that a vendor left half of is no answer, and neither is markup of its own where text is escaped.
func TestHalfAnElementIsNoAnswer(t *testing.T) {
	for _, c := range []struct {
		tags translating.Tags
		text string
	}{
		{translating.XML, `Hola <x id="0">12`}, {translating.XML, `Hola <b>12</b>`}, {translating.Bare, `Hola <x id="0">12`}, {translating.Bare, `Hola 12</x>`},
		{translating.Unescaped, `Hola <span translate="no" id="x0">12`}, {translating.HTML, `Hola <span id="y">1</span>`}, {translating.XML, `<x id="99999999">1</x>`},
	} {
		if got, err := c.tags.Read(c.text); !errs.Is(err, errs.Unavailable) {
			t.Errorf("%q was read as %q, %v", c.text, got, err)
		}
	}
	if got, err := translating.Unescaped.Read(`1 < 2 & 3`); err != nil || got != `1 < 2 & 3` {
		t.Errorf("text was read as %q, %v", got, err)
	}
	list, err := translating.XML.ReadAll([]string{"Hola", "<b>"}, 2)
	if err != nil || list[0] != "Hola" || list[1] != "" {
		t.Errorf("one broken sentence of two: %q %v", list, err)
	}
	if _, err := translating.XML.ReadAll([]string{"Hola"}, 2); !errs.Is(err, errs.Unavailable) {
		t.Errorf("one sentence for two: %v", err)
	}
}

// Whatever a vendor answers is read or refused, and what is read has no element left in it.
func FuzzMarkup(f *testing.F) {
	for _, s := range []string{`Hola <x id="0">12</x>`, `<span translate="no" id="x1">X1</span> &amp; más`, `<x id="0"/><x`, `</span>`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		for _, tags := range []translating.Tags{translating.XML, translating.HTML, translating.Unescaped, translating.Bare} {
			text, err := tags.Read(answer)
			if err != nil && (text != "" || !errs.Is(err, errs.Unavailable)) {
				t.Fatalf("%q: %q %v", answer, text, err)
			}
		}
		if text, err := translating.Bare.Read(answer); err == nil && strings.Contains(text, "</x>") {
			t.Fatalf("%q: %q", answer, text)
		}
	})
}
