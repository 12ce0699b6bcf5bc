package translate

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"godwit.dev/godwit/internal/base/errs"
)

// Book is what a workspace has laid down about translations.
type Book struct {
	Glossary []Entry `json:"glossary"`
	// Limit is how many characters a month providers that are paid by them get; 0 for no limit.
	Limit int64 `json:"limit"`
	// Memory is how many sentences the translation memory keeps; those that were of no use
	// for longest go first.
	Memory int `json:"memory"`
}

// Entry is a word of the glossary: one that is never translated, or one as it is in each
// language.
type Entry struct {
	Keep  string            `json:"keep,omitempty"`
	Words map[string]string `json:"words,omitempty"` // by language
}

// The most that a book holds.
const (
	MostTerms  = 1000
	MostMemory = 200_000
	MostLimit  = 1_000_000_000
	longTerm   = 100 // in characters
)

// DefaultBook is what holds before anything was saved.
func DefaultBook() Book { return Book{Limit: 500_000, Memory: 20_000} }

// Check judges a book. It fails with errs.Invalid and the place of each problem.
func (b Book) Check() error {
	var wrong []error
	if len(b.Glossary) > MostTerms {
		wrong = append(wrong, errs.Field("glossary", "error.translate_many", "most", MostTerms))
	}
	if b.Limit < 0 || b.Limit > MostLimit {
		wrong = append(wrong, errs.Field("limit", "error.translate_limit", "most", MostLimit))
	}
	if b.Memory < 0 || b.Memory > MostMemory {
		wrong = append(wrong, errs.Field("memory", "error.translate_limit", "most", MostMemory))
	}
	for i, e := range b.Glossary[:min(len(b.Glossary), MostTerms)] {
		if !e.good() {
			wrong = append(wrong, errs.Field(fmt.Sprintf("glossary.%d", i), "error.translate_term"))
		}
	}
	if len(wrong) > 0 {
		return errs.Wrap(errs.Invalid, errors.Join(wrong...), "error.invalid")
	}
	return nil
}

func (e Entry) good() bool {
	if e.Keep != "" {
		return len(e.Words) == 0 && goodTerm(e.Keep)
	}
	for l, w := range e.Words {
		if _, err := language.Parse(l); err != nil || !goodTerm(w) {
			return false
		}
	}
	return len(e.Words) > 1
}

func goodTerm(s string) bool {
	return strings.TrimSpace(s) == s && s != "" && utf8.RuneCountInString(s) <= longTerm && !strings.ContainsAny(s, "\n\r\t")
}

// Tongue brings a tag to the one under which translations are kept: a language, with the script
// where it is written in two, and pt-BR apart from pt. It is "" for no known language.
func Tongue(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return ""
	}
	base, _ := t.Base()
	region, sure := t.Region()
	script, _ := t.Script()
	switch {
	case base.String() == "und":
		return ""
	case base.String() == "zh":
		return "zh-" + script.String()
	case base.String() == "pt" && sure == language.Exact && region.String() == "BR":
		return "pt-BR"
	}
	return base.String()
}

// Terms returns the glossary as it holds from one language to another. A language that has no
// words of its own uses those of its base, pt-BR those of pt, and else those of the same language elsewhere: en those of
// en-US, zh-Hans those of zh-CN.
func (b Book) Terms(from, to string) []Term {
	var out []Term
	for _, e := range b.Glossary {
		switch source, target := e.in(from), e.in(to); {
		case e.Keep != "":
			out = append(out, Term{e.Keep, e.Keep})
		case source != "" && target != "":
			out = append(out, Term{source, target})
		}
	}
	return out
}

func (e Entry) in(lang string) string {
	for lang != "" {
		if w := e.Words[lang]; w != "" {
			return w
		}
		for _, tag := range slices.Sorted(maps.Keys(e.Words)) {
			if Tongue(tag) == lang && e.Words[tag] != "" {
				return e.Words[tag]
			}
		}
		lang = lang[:max(strings.LastIndex(lang, "-"), 0)]
	}
	return ""
}
