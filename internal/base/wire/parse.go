package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
)

// Limits of a document. Vendors stay far below: the largest order that is known has some hundred kilobytes.
const (
	MaxBytes = 8 << 20 // of a document
	MaxDepth = 64      // of values within values
	MaxNodes = 1 << 20 // values in a document
)

// Parse reads one JSON text (RFC 8259). It fails with errs.Invalid if the text is not valid, too large, too deep, or has
// too many values. Of members with the same name the last one counts, as in most readers, and the name counts as not
// understood: two readers may see two things (RFC 8259, section 4).
func Parse(text []byte) (*Node, error) {
	if len(text) > MaxBytes {
		return nil, refuse(fmt.Errorf("%d bytes are more than %d", len(text), MaxBytes))
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !json.Valid(text) {
		var any json.RawMessage
		return nil, refuse(json.Unmarshal(text, &any))
	}
	p := parser{text: text}
	root, err := p.value(0)
	if err != nil {
		return nil, refuse(err)
	}
	return root, nil
}

// ParseForm reads a form (application/x-www-form-urlencoded) as an object of strings, or of arrays of them where a name
// stands more than once. It fails as Parse does.
func ParseForm(text []byte) (*Node, error) {
	if len(text) > MaxBytes {
		return nil, refuse(fmt.Errorf("%d bytes are more than %d", len(text), MaxBytes))
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, refuse(err)
	}
	n := &Node{kind: Object}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		v := &Node{kind: Array}
		for _, value := range form[name] {
			v.nodes = append(v.nodes, &Node{kind: String, text: value})
		}
		if len(v.nodes) == 1 {
			v = v.nodes[0]
		}
		v.key = name
		n.add(v)
	}
	return n, nil
}

func refuse(err error) error { return errs.Wrap(errs.Invalid, err, "error.json") }

// parser reads a text that is known to be valid, so that it looks at no more than it needs.
type parser struct {
	text  []byte
	at    int
	nodes int
}

// next skips blanks and separators, and returns the byte behind them.
func (p *parser) next() byte {
	for {
		switch c := p.text[p.at]; c {
		case ' ', '\t', '\n', '\r', ',', ':':
			p.at++
		default:
			return c
		}
	}
}

func (p *parser) value(depth int) (*Node, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("values lie deeper than %d", MaxDepth)
	}
	if p.nodes++; p.nodes > MaxNodes {
		return nil, fmt.Errorf("more than %d values", MaxNodes)
	}
	switch p.next() {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"':
		return &Node{kind: String, text: p.string()}, nil
	case 't', 'f':
		return &Node{kind: Bool, text: p.word()}, nil
	case 'n':
		p.word()
		return &Node{kind: Null}, nil
	}
	return &Node{kind: Number, text: p.word()}, nil
}

func (p *parser) object(depth int) (*Node, error) {
	n := &Node{kind: Object}
	p.at++
	for p.next() != '}' {
		name := p.string()
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		v.key = name
		n.add(v)
	}
	p.at++
	return n, nil
}

func (p *parser) array(depth int) (*Node, error) {
	n := &Node{kind: Array}
	p.at++
	for p.next() != ']' {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.nodes = append(n.nodes, v)
	}
	p.at++
	return n, nil
}

// word reads a number, true, false or null.
func (p *parser) word() string {
	start := p.at
	for p.at < len(p.text) && !strings.ContainsRune(" \t\n\r,:]}", rune(p.text[p.at])) {
		p.at++
	}
	return string(p.text[start:p.at])
}

func (p *parser) string() string {
	start, plain := p.at, true
	for p.at++; p.text[p.at] != '"'; p.at++ {
		if p.text[p.at] == '\\' {
			p.at++
			plain = false
		}
	}
	p.at++
	if s := p.text[start+1 : p.at-1]; plain && utf8.Valid(s) {
		return string(s)
	}
	var s string
	_ = json.Unmarshal(p.text[start:p.at], &s) // the text is valid
	return s
}
