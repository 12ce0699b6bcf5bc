package translate_test

import (
	"testing"

	"godwit.dev/godwit/internal/domain/translate"
)

func TestMaskedHasNoValues(t *testing.T) {
	m, err := translate.Protect("Ana Ruiz, ana@example.com, https://a.example, #1234, LX123456789CN: 12,50 € on 1.2.2026, {{x}}, 3 \uE005", []string{"Ana Ruiz"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.Masked(), "[name], [email], [link], [code], [code]: [money] on [date], [placeholder], [number] [foreign]"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
