package automation

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
)

// Bounds of an expression.
const (
	MaxExpr  = 4000 // bytes
	maxTests = 100
	maxDeep  = 20
	maxWords = 50 // of a list
)

// Parse reads an expression; an empty one holds always. What is wrong is errs.Invalid on
// the field "if", with the place, counted in letters from 1, and what to write.
func Parse(text string) (Expr, error) {
	if len(text) > MaxExpr {
		return Expr{}, errs.Field("if", "error.rule_long", "max", MaxExpr)
	}
	if !utf8.ValidString(text) {
		return Expr{}, errs.Field("if", "error.rule_sign", "place", 1, "text", "�")
	}
	p := &parser{text: text}
	p.next()
	if p.tok.kind == end && p.err == nil {
		return Expr{}, nil
	}
	root := p.any(0)
	if p.err == nil && p.tok.kind != end {
		p.fail("error.rule_rest", "text", p.tok.text)
	}
	if p.err != nil {
		return Expr{}, p.err
	}
	return Expr{root}, nil
}

type kind uint8

const (
	end    kind = iota
	name        // a fact, or and, or, not, in, has
	quoted      // a text
	digits      // a number
	signed      // = != < <= > >= ( ) [ ] ,
)

type token struct {
	kind kind
	text string
	at   int // byte offset
}

type parser struct {
	text  string
	pos   int
	tok   token
	tests int
	err   error
}

// fail notes the first problem, at the token.
func (p *parser) fail(key string, args ...any) {
	if p.err == nil {
		p.err = errs.Field("if", key, append([]any{"place", utf8.RuneCountInString(p.text[:p.tok.at]) + 1}, args...)...)
	}
	p.tok = token{kind: end, at: len(p.text)}
	p.pos = len(p.text)
}

// next reads a token.
func (p *parser) next() {
	if p.err != nil {
		return
	}
	rest := strings.TrimLeftFunc(p.text[p.pos:], unicode.IsSpace)
	p.pos = len(p.text) - len(rest)
	p.tok = token{kind: end, at: p.pos}
	if rest == "" {
		return
	}
	take := func(k kind, n int) {
		p.tok.kind, p.tok.text = k, rest[:n]
		p.pos += n
	}
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case r == '"' || r == '“' || r == '”':
		p.quoted(rest, size)
	case r >= '0' && r <= '9' || r == '-':
		n := 1
		for n < len(rest) && (rest[n] >= '0' && rest[n] <= '9' || rest[n] == '.') {
			n++
		}
		take(digits, n)
	case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_':
		n := 0
		for n < len(rest) && (rest[n] == '.' || rest[n] == '_' || rest[n] >= '0' && rest[n] <= '9' || rest[n] >= 'a' && rest[n] <= 'z' || rest[n] >= 'A' && rest[n] <= 'Z') {
			n++
		}
		take(name, n)
	case strings.HasPrefix(rest, "!=") || strings.HasPrefix(rest, "<=") || strings.HasPrefix(rest, ">="):
		take(signed, 2)
	case strings.HasPrefix(rest, "=="):
		take(signed, 2)
		p.tok.text = "="
	case strings.ContainsRune("=<>()[],", r):
		take(signed, 1)
	default:
		p.fail("error.rule_sign", "text", string(r))
	}
}

// quoted reads a text in quotation marks; a backslash makes the next sign one of the text.
func (p *parser) quoted(rest string, from int) {
	var b strings.Builder
	skip := false
	for i, r := range rest[from:] {
		switch {
		case skip:
			b.WriteRune(r)
			skip = false
		case r == '\\':
			skip = true
		case r == '"' || r == '“' || r == '”':
			p.tok.kind, p.tok.text = quoted, b.String()
			p.pos += from + i + utf8.RuneLen(r)
			return
		default:
			b.WriteRune(r)
		}
	}
	p.fail("error.rule_quote")
}

func (p *parser) is(k kind, text string) bool {
	return p.tok.kind == k && strings.EqualFold(p.tok.text, text)
}

// any reads tests joined by or.
func (p *parser) any(deep int) *node { return p.joined("or", deep, (*parser).all) }

func (p *parser) all(deep int) *node { return p.joined("and", deep, (*parser).one) }

func (p *parser) joined(op string, deep int, part func(*parser, int) *node) *node {
	first := part(p, deep)
	if !p.is(name, op) {
		return first
	}
	n := &node{op: op, kids: []*node{first}}
	for p.is(name, op) {
		p.next()
		n.kids = append(n.kids, part(p, deep))
	}
	return n
}

// one reads a test, a negation or a group.
func (p *parser) one(deep int) *node {
	if deep > maxDeep {
		p.fail("error.rule_deep")
		return nil
	}
	switch {
	case p.is(name, "not"):
		p.next()
		return &node{op: "not", kids: []*node{p.one(deep + 1)}}
	case p.is(signed, "("):
		p.next()
		n := p.any(deep + 1)
		if !p.is(signed, ")") {
			p.fail("error.rule_close", "text", ")")
			return nil
		}
		p.next()
		return n
	}
	return p.test()
}

func (p *parser) test() *node {
	if p.tests++; p.tests > maxTests {
		p.fail("error.rule_deep")
		return nil
	}
	if p.tok.kind != name {
		p.fail("error.rule_fact", "text", p.tok.text)
		return nil
	}
	f := fieldByName[strings.ToLower(p.tok.text)]
	if f == nil {
		p.fail("error.rule_unknown", "text", p.tok.text, "like", near(p.tok.text))
		return nil
	}
	p.next()
	n := &node{field: f}
	if f.Type == Truth {
		if p.tok.kind == signed && strings.ContainsAny(p.tok.text, "=<>") {
			p.fail("error.rule_truth", "fact", f.Name)
			return nil
		}
		return n
	}
	n.sign = strings.ToLower(p.tok.text)
	if p.tok.kind == quoted || !slices.Contains(f.Type.Signs(), n.sign) {
		p.fail("error.rule_compare", "fact", f.Name, "signs", strings.Join(f.Type.Signs(), " "))
		return nil
	}
	p.next()
	if n.sign != "in" {
		n.want = []value{p.value(f)}
		return n
	}
	if !p.is(signed, "[") {
		p.fail("error.rule_list", "fact", f.Name)
		return nil
	}
	for more := true; more; more = p.is(signed, ",") {
		p.next()
		if n.want = append(n.want, p.value(f)); len(n.want) > maxWords {
			p.fail("error.rule_deep")
		}
	}
	if !p.is(signed, "]") {
		p.fail("error.rule_close", "text", "]")
		return nil
	}
	p.next()
	return n
}

// value reads a value of a field's type.
func (p *parser) value(f *Field) (v value) {
	bad := func() value {
		p.fail("error.rule_value", "fact", f.Name, "text", p.tok.text, "write", f.Example())
		return value{}
	}
	switch f.Type {
	case Number:
		x, err := strconv.ParseFloat(p.tok.text, 64)
		if p.tok.kind != digits || err != nil || !finite(x) {
			return bad()
		}
		v.number = x
	case Money:
		if p.tok.kind != digits {
			return bad()
		}
		amount := p.tok
		p.next()
		a, err := money.Parse(amount.text, strings.ToUpper(p.tok.text))
		if p.tok.kind != name || err != nil {
			if p.err == nil {
				p.tok.at, p.tok.text = amount.at, strings.TrimSpace(amount.text+" "+p.tok.text)
			}
			return bad()
		}
		v.sum = Sum{a.Minor, a.Currency}
	default:
		if p.tok.kind != quoted {
			return bad()
		}
		v.text = p.tok.text
		if f.Choices != nil && v.text != "" || f.Type == Level {
			i := slices.IndexFunc(f.Choices, func(c string) bool { return strings.EqualFold(c, v.text) })
			if i < 0 {
				return bad()
			}
			v.text = f.Choices[i]
		}
	}
	p.next()
	return v
}

// near returns the fact whose name is most like a word.
func near(word string) string {
	word = strings.ToLower(word)
	best, least := fields[0].Name, 1<<30
	for _, f := range fields {
		d := distance(word, f.Name)
		if _, last, _ := strings.Cut(f.Name, "."); strings.Trim(word, ".") == last {
			d = 0
		}
		if d < least {
			best, least = f.Name, d
		}
	}
	return best
}

// distance is how many letters must be put in, taken out or changed to make one word of another (Levenshtein).
func distance(a, b string) int {
	if len(a) > 60 {
		a = a[:60]
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, last+1)
		}
	}
	return row[len(b)]
}
