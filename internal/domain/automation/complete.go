package automation

import (
	"slices"
	"strings"
)

// Complete returns what may be written next at the end of an expression, or instead of the word with which it ends: facts,
// signs, values, and the words that join tests.
func Complete(text string) []string {
	p := &parser{text: text}
	var tokens []token
	for p.next(); p.err == nil && p.tok.kind != end; p.next() {
		tokens = append(tokens, p.tok)
	}
	word := ""
	if n := len(tokens); n > 0 && tokens[n-1].kind == name && strings.HasSuffix(text, tokens[n-1].text) {
		word, tokens = strings.ToLower(tokens[n-1].text), tokens[:n-1]
	}
	last := func(i int) token {
		if n := len(tokens) - i; n >= 0 {
			return tokens[n]
		}
		return token{kind: name, text: "and"} // a fact begins an expression
	}
	begins := func(list []string) []string {
		return slices.DeleteFunc(list, func(s string) bool { return !strings.HasPrefix(s, word) || s == word })
	}
	before := last(1)
	fact := fieldByName[strings.ToLower(before.text)]
	owner := fieldByName[strings.ToLower(last(2).text)]
	switch {
	case before.kind == name && slices.Contains([]string{"and", "or", "not"}, strings.ToLower(before.text)) || before.kind == signed && before.text == "(":
		list := []string{}
		for _, f := range fields {
			list = append(list, f.Name)
		}
		return begins(append(list, "not"))
	case before.kind == name && fact != nil && fact.Type != Truth:
		return begins(slices.Clone(fact.Type.Signs()))
	case owner != nil && slices.Contains(owner.Type.Signs(), strings.ToLower(before.text)) && before.kind != quoted:
		if list := owner.offers(); len(list) > 0 {
			return list
		}
		return []string{owner.Example()}
	}
	if f, next := listed(tokens); f != nil {
		if !next {
			return []string{",", "]"}
		}
		list := f.offers()
		if len(list) == 0 {
			list = append(list, quote("vip"))
		}
		return list
	}
	return begins([]string{"and", "or"})
}

// offers are the words that a fact may be compared with, as they are written.
func (f *Field) offers() []string {
	list := []string{}
	for _, c := range slices.Concat(f.Choices, f.Known) {
		list = append(list, quote(c))
	}
	return list
}

// listed returns the fact whose list of values is not closed yet, and whether a value comes next.
func listed(tokens []token) (f *Field, next bool) {
	for i := len(tokens) - 1; i >= 0; i-- {
		switch t := tokens[i]; {
		case t.kind == signed && t.text == "[" && i >= 2:
			return fieldByName[strings.ToLower(tokens[i-2].text)], tokens[len(tokens)-1].kind != quoted
		case t.kind != quoted && t.text != ",":
			return nil, false
		}
	}
	return nil, false
}
