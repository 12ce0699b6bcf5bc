package i18n

import (
	"slices"
	"strings"
	"testing"
)

// customerAreas are the beginnings of the keys that customers read.
var customerAreas = []string{"portal.", "case.letter."}

// names are the texts that are alike in every language.
var names = []string{"portal.payee.iban"}

// TestCustomersReadTheirOwnLanguage finds texts for customers that a language
// lacks, or has in English, and those whose placeholders or plural forms are not
// English's.
func TestCustomersReadTheirOwnLanguage(t *testing.T) {
	english := catalogs()[English]
	keys := 0
	for key, want := range english {
		if !slices.ContainsFunc(customerAreas, func(a string) bool { return strings.HasPrefix(key, a) }) {
			continue
		}
		keys++
		for _, lang := range Customer() {
			got, ok := catalogs()[lang][key]
			if !ok || got.lent {
				t.Errorf("%s: key %q is missing", lang, key)
				continue
			}
			if lang != English && got.other.text == want.other.text && !slices.Contains(names, key) {
				t.Errorf("%s: key %q is still in English: %s", lang, key, got.other.text)
			}
			if a, b := placeholders(got), placeholders(want); !slices.Equal(a, b) {
				t.Errorf("%s: key %q has placeholders %v, English has %v", lang, key, a, b)
			}
			if strings.TrimSpace(got.other.text) != got.other.text || got.other.text == "" {
				t.Errorf("%s: key %q is empty or has blanks around it", lang, key)
			}
			if (got.forms == nil) != (want.forms == nil) && len(Forms(lang)) > 1 {
				t.Errorf("%s: key %q has plural forms in one language and none in the other", lang, key)
			}
			if got.forms == nil {
				continue
			}
			for _, f := range Forms(lang) {
				if got.forms[f].text == "" {
					t.Errorf("%s: key %q lacks the form %s", lang, key, f)
				}
			}
		}
	}
	if keys == 0 {
		t.Error("there is nothing for customers to read")
	}
}
