package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// Printer writes for one language. It is immutable.
type Printer struct {
	lang     Lang
	messages catalog
	locale   *locale
}

// printers holds one Printer for each language that we know.
var printers = sync.OnceValue(func() map[Lang]*Printer {
	all := map[Lang]*Printer{}
	for _, l := range Customer() {
		all[l] = printer(l, catalogs())
	}
	return all
})

// printer makes the Printer of a language. One that was added and that go generate has not read CLDR for yet writes dates
// and numbers as English does.
func printer(l Lang, words map[Lang]catalog) *Printer {
	c, ok := words[l]
	if !ok {
		c = words[English].lent()
	}
	how, ok := locales[l]
	if !ok {
		how = locales[English]
	}
	return &Printer{lang: l, messages: c, locale: how}
}

// For returns the printer of a language. A tag that is not one of [Customer] is served by the same language in the same
// script ("de-AT" by "de", "zh-TW" by "zh-Hant") and otherwise in English.
func For(l Lang) *Printer {
	all := printers()
	if p, ok := all[l]; ok {
		return p
	}
	if tag, err := language.Parse(string(l)); err == nil {
		if near, ok := nearest(tag, Customer()); ok {
			return all[near]
		}
	}
	return all[English]
}

// Lang returns the language that the printer writes.
func (p *Printer) Lang() Lang { return p.lang }

// Dir returns the writing direction of the printer's language: "rtl" or "ltr".
func (p *Printer) Dir() string { return Dir(p.lang) }

// T returns the wording of a key with its placeholders filled from args, which alternate names and values:
//
//	p.T("ticket.assigned", "Agent", name)
//
// Whole numbers are written with the language's grouping; give an identifier as a string. A key that the language lacks
// is worded in English; one that English lacks too comes back as it is. A placeholder without an argument stays visible.
func (p *Printer) T(key string, args ...any) string {
	m, ok := p.messages[key]
	if !ok {
		return key
	}
	if m.other.parts == nil || len(args) == 0 {
		return m.other.text
	}
	return p.fill(m.other, args)
}

// N returns the wording of a key for a count, in the plural form that the language wants, with {{.Count}} filled by the
// count and the other placeholders from args as in [Printer.T].
func (p *Printer) N(key string, count int64, args ...any) string {
	m, ok := p.messages[key]
	if !ok {
		return key
	}
	lang := p.lang
	if m.lent {
		lang = English
	}
	w := m.form(PluralForm(lang, count))
	if w.parts == nil {
		return w.text
	}
	return p.fill(w, append([]any{"Count", count}, args...))
}

// Has reports whether the key is worded in the printer's own language.
func (p *Printer) Has(key string) bool {
	m, ok := p.messages[key]
	return ok && !m.lent
}

func (p *Printer) fill(w wording, args []any) string {
	var b strings.Builder
	b.Grow(len(w.text) + 32)
	spaced := p.lang == SimplifiedChinese || p.lang == "zh-Hant"
	for _, part := range w.parts {
		if spaced && apart(b.String(), part.literal) {
			b.WriteByte(' ')
		}
		b.WriteString(part.literal)
		if part.name == "" {
			continue
		}
		if value, ok := argument(args, part.name); ok {
			if name, is := value.(string); is && spaced && apart(b.String(), name) {
				b.WriteByte(' ')
			}
			p.write(&b, value)
		} else {
			b.WriteString("{{." + part.name + "}}")
		}
	}
	return b.String()
}

// apart reports whether a blank belongs between two texts that a Chinese sentence puts
// together: between Han characters and a name in Latin letters (CLREQ 3.2.2).
func apart(before, after string) bool {
	a, _ := utf8.DecodeLastRuneInString(before)
	b, _ := utf8.DecodeRuneInString(after)
	return unicode.Is(unicode.Han, a) && unicode.Is(unicode.Latin, b) || unicode.Is(unicode.Latin, a) && unicode.Is(unicode.Han, b)
}

func argument(args []any, name string) (any, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1], true
		}
	}
	return nil, false
}

func (p *Printer) write(b *strings.Builder, value any) {
	switch v := value.(type) {
	case string:
		b.WriteString(v)
	case int:
		b.WriteString(p.Number(int64(v)))
	case int64:
		b.WriteString(p.Number(v))
	case int32:
		b.WriteString(p.Number(int64(v)))
	case float64:
		b.WriteString(strconv.FormatFloat(v, 'f', -1, 64))
	case fmt.Stringer:
		b.WriteString(v.String())
	default:
		fmt.Fprint(b, v)
	}
}
