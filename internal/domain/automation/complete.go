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
		if owner.Choices == nil {
			return []string{owner.Example()}
		}
		list := []string{}
		for _, c := range owner.Choices {
			list = append(list, quote(c))
		}
		return list
	}
	return begins([]string{"and", "or"})
}
