package translate

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
)

// Marks are characters of the private use area of the Basic Multilingual Plane: First is
// mark 0. Most is how many one text may have.
const (
	First = '\uE000'
	last  = '\uF8FF'
	Most  = int(last-First) + 1
)

// Kind says what a marked span is.
type Kind string

// The kinds of span.
const (
	Placeholder Kind = "placeholder" // {{customer.name}}
	Link        Kind = "link"
	Email       Kind = "email"
	Address     Kind = "address" // a street with its number, a postcode with its town
	Name        Kind = "name"
	Glossary    Kind = "glossary"
	Money       Kind = "money"
	Date        Kind = "date" // written in figures
	Code        Kind = "code" // an order number, a tracking code, a model
	Number      Kind = "number"
	Foreign     Kind = "foreign" // a character of the private use area
)

// Mark is a span of a text that a provider does not translate.
type Mark struct {
	Kind   Kind
	Source string // as it stands in the text
	Target string // what stands in the translation; Source but for a term of the glossary
}

// Shown returns what a provider may see of the span, so that its grammar fits: figures and
// terms. Names, addresses, links, codes and placeholders are nobody else's business: "".
func (m Mark) Shown() string {
	switch m.Kind {
	case Glossary:
		return m.Target
	case Money, Date, Number:
		return m.Source
	}
	return ""
}

// Text is a text with marks in it.
type Text struct {
	Text  string // mark i is the character First + i
	Marks []Mark
}

// figure is a number with whatever parts its thousands and decimals, or the time of day.
const figure = `(?:\p{Nd}{1,3}(?:[ \x{a0}\x{202f}]\p{Nd}{3})+(?:[.,]\p{Nd}+)?|\p{Nd}(?:[\p{Nd}.,:'’]*\p{Nd})?)`

// currencies are codes that stand beside sums.
const currencies = `USD|EUR|GBP|JPY|CNY|RUB|KRW|INR|BRL|PLN|CZK|SEK|DKK|NOK|HUF|RON|UAH|KZT|TRY|ILS|THB|VND|IDR|CHF|CAD|AUD|MXN`

// spans finds what survives as it stands, in the order in which kinds are looked for: what
// one of them has taken is not looked at by the next.
var spans = []struct {
	kind Kind
	re   *regexp.Regexp
}{
	{Placeholder, regexp.MustCompile(`\{\{[^{}\n]{1,80}\}\}`)},
	{Link, regexp.MustCompile(`(?i)\b(?:https?://|www\.)[^\s<>"'“”«»()]*[^\s<>"'“”«»().,;:!?]`)},
	{Email, regexp.MustCompile(`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`)},
	{Address, nil},
	{Name, nil}, // and terms of the glossary; the caller names them
	{Money, regexp.MustCompile(`(?:[$€£¥₽₩₹฿₫₴₺₪]|\b(?:` + currencies + `)\b)\s?` + figure + `|` + figure + `\s?(?:[$€£¥₽₩₹฿₫₴₺₪]|zł\b|Kč\b|руб\.?|\b(?:` + currencies + `)\b)`)},
	{Date, regexp.MustCompile(`\p{Nd}{1,4}[./-]\p{Nd}{1,2}[./-]\p{Nd}{1,4}`)},
	{Code, regexp.MustCompile(`[#№]\s?[A-Za-z0-9][A-Za-z0-9/_-]*|[A-Za-z]+[A-Za-z_/-]*[0-9][A-Za-z0-9_/-]*|[0-9][0-9_/-]*[A-Za-z][A-Za-z0-9_/-]*`)},
	{Number, regexp.MustCompile(`[+-]?` + figure + `\s?%?`)},
	{Foreign, regexp.MustCompile(`[\x{e000}-\x{f8ff}]`)},
}

// Term is a word of the glossary as it holds between two languages.
type Term struct {
	Source string
	Target string // Source, if it is not translated at all
}

// longestText bounds a text, in bytes.
const longestText = 64 << 10

// Protect marks what survives of a text: whatever figures, links, streets and addresses it has, the
// given names, and the terms of the glossary. Names and terms are found as whole words in any
// case, the longest first. It fails with errs.Invalid for a text that is too long.
func Protect(text string, names []string, terms []Term) (Text, error) {
	if len(text) > longestText || !utf8.ValidString(text) {
		return Text{}, errs.New(errs.Invalid, "error.translate_long")
	}
	var found []span
	for _, s := range spans {
		switch s.kind {
		case Name:
			found = spoken(text, names, terms, found)
			continue
		case Address:
			for _, at := range addresses(text) {
				source := text[at[0]:at[1]]
				found = place(found, span{at[0], at[1], Mark{Address, source, source}})
			}
			continue
		}
		for _, at := range s.re.FindAllStringIndex(text, -1) {
			source := strings.TrimRightFunc(text[at[0]:at[1]], unicode.IsSpace)
			at[1] = at[0] + len(source)
			if s.kind == Link || s.kind == Email || !overlaps(found, at[0], at[1]) {
				found = place(found, span{at[0], at[1], Mark{s.kind, source, source}})
			}
		}
	}
	slices.SortFunc(found, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	if len(found) > Most {
		return Text{}, errs.New(errs.Invalid, "error.translate_long")
	}
	var out Text
	var b strings.Builder
	at := 0
	for i, s := range found {
		b.WriteString(text[at:s.from])
		b.WriteRune(First + rune(i))
		out.Marks = append(out.Marks, s.Mark)
		at = s.to
	}
	b.WriteString(text[at:])
	out.Text = b.String()
	return out, nil
}

// span is a mark and where it stands, in bytes.
type span struct {
	from, to int
	Mark
}

// place adds a span that overlaps no other.
func place(list []span, s span) []span {
	if s.from >= s.to || overlaps(list, s.from, s.to) {
		return list
	}
	return append(list, s)
}

func overlaps(list []span, from, to int) bool {
	return slices.ContainsFunc(list, func(s span) bool { return s.from < to && from < s.to })
}

// spoken finds names and terms.
func spoken(text string, names []string, terms []Term, found []span) []span {
	type word struct {
		kind           Kind
		source, target string
	}
	var words []word
	for _, t := range terms {
		t.Source, t.Target = strings.TrimSpace(t.Source), strings.TrimSpace(t.Target)
		if t.Source != "" {
			words = append(words, word{Glossary, t.Source, t.Target})
		}
	}
	for _, n := range names {
		for _, part := range append([]string{n}, strings.Fields(n)...) {
			if part = strings.TrimSpace(part); utf8.RuneCountInString(part) > 1 && !slices.Contains(particles, part) {
				words = append(words, word{Name, part, ""})
			}
		}
	}
	slices.SortStableFunc(words, func(a, b word) int { return cmp.Compare(len(b.source), len(a.source)) })
	for _, w := range words {
		re, err := regexp.Compile(`(?i)` + regexp.QuoteMeta(w.source))
		if err != nil {
			continue // a word that is no text is in no text
		}
		for _, at := range re.FindAllStringIndex(text, -1) {
			source := text[at[0]:at[1]]
			// A name is one where it is written as one; "mark the parcel" has none.
			if !whole(text, at[0], at[1]) || w.kind == Name && !named(source, w.source) {
				continue
			}
			target := source
			if w.kind == Glossary && w.target != w.source {
				target = cased(source, w.source, w.target)
			}
			found = place(found, span{at[0], at[1], Mark{w.kind, source, target}})
		}
	}
	return found
}

// particles are parts of names that are everyday words by themselves.
var particles = []string{"al", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "la", "las", "le", "los", "ten", "ter", "und", "van", "von", "zu", "y"}

// named reports whether a name stands as it is written, or in capitals.
func named(found, name string) bool { return found == name || found == strings.ToUpper(name) }

// cased writes a term as it stands at the beginning of a sentence.
func cased(found, source, target string) string {
	f, _ := utf8.DecodeRuneInString(found)
	s, _ := utf8.DecodeRuneInString(source)
	if unicode.IsUpper(f) && unicode.IsLower(s) {
		r, n := utf8.DecodeRuneInString(target)
		return string(unicode.ToUpper(r)) + target[n:]
	}
	return target
}

// whole reports whether a span is made of whole words. Scripts that write no spaces have no
// ends of words to look at.
func whole(text string, from, to int) bool {
	first, _ := utf8.DecodeRuneInString(text[from:])
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	final, _ := utf8.DecodeLastRuneInString(text[:to])
	after, _ := utf8.DecodeRuneInString(text[to:])
	return !(joined(before) && joined(first)) && !(joined(final) && joined(after))
}

// joined reports whether a character belongs to a word that spaces end.
func joined(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)) && !unspaced(r)
}

// unspaced reports whether a character is of a script that writes words without spaces.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// IsMark returns the number of the mark that a character is.
func IsMark(r rune) (int, bool) { return int(r - First), r >= First && r <= last }

// strange are spans that an answer may not have outside its marks, unless the text has them.
var strange = regexp.MustCompile(`\p{Nd}|@|\{\{|\}\}|(?i:https?://|www\.)`)

// Restore puts the spans of a text back into the translation of it. It fails with
// errs.Unavailable if the answer has not each mark exactly once, brings in figures, addresses,
// links or placeholders, says nothing, or is out of all proportion.
func (t Text) Restore(answer string) (string, error) {
	lost := errs.New(errs.Unavailable, "error.translate_marks")
	seen := make([]bool, len(t.Marks))
	var b strings.Builder
	for _, r := range answer {
		n, mark := IsMark(r)
		switch {
		case !mark:
			b.WriteRune(r)
		case n >= len(seen) || seen[n]:
			return "", lost
		default:
			seen[n] = true
			b.WriteString(t.Marks[n].Target)
		}
	}
	long := utf8.RuneCountInString(answer) > 4*utf8.RuneCountInString(t.Text)+100
	if slices.Contains(seen, false) || !among(strange.FindAllString(answer, -1), strange.FindAllString(t.Text, -1)) || long || !utf8.ValidString(answer) || strings.TrimSpace(answer) == "" && strings.TrimSpace(t.Text) != "" {
		return "", lost
	}
	return b.String(), nil
}

// among reports whether each of a list is in another one, as often.
func among(list, all []string) bool {
	for _, s := range list {
		i := slices.Index(all, s)
		if i < 0 {
			return false
		}
		all = slices.Delete(all, i, i+1)
	}
	return true
}
