package wire

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kind is what a value is.
type Kind uint8

// The kinds of JSON values. A node that is not there is Absent.
const (
	Absent Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// few is how many members are searched one by one; beyond it an index is made.
const few = 24

// Node is one value of a document. Nil is a value that is not there.
type Node struct {
	kind    Kind
	key     string // its name, in an object
	text    string // of a string, number or bool
	nodes   []*Node
	index   map[string]int // of the members, if there are many
	read    bool           // somebody asked for it
	whole   bool           // its members have names that the vendor does not choose
	puzzled bool           // its value was not understood
}

func (n *Node) add(v *Node) {
	if i := n.find(v.key); i >= 0 {
		v.puzzled = true
		n.nodes[i] = v
		return
	}
	n.nodes = append(n.nodes, v)
	if n.index != nil {
		n.index[v.key] = len(n.nodes) - 1
	} else if len(n.nodes) > few {
		n.index = make(map[string]int, 2*few)
		for i, m := range n.nodes {
			n.index[m.key] = i
		}
	}
}

func (n *Node) find(key string) int {
	if n.index != nil {
		if i, ok := n.index[key]; ok {
			return i
		}
		return -1
	}
	for i, m := range n.nodes {
		if m.key == key {
			return i
		}
	}
	return -1
}

// Kind returns what the value is.
func (n *Node) Kind() Kind {
	if n == nil {
		return Absent
	}
	return n.kind
}

// Key returns the name that the value has in its object, "" elsewhere.
func (n *Node) Key() string {
	if n == nil {
		return ""
	}
	return n.key
}

// Given reports whether the value is there and not null.
func (n *Node) Given() bool { return n.Kind() > Null }

// Peek returns the member at the end of a chain of names, without a note that it was read.
func (n *Node) Peek(names ...string) *Node {
	for _, name := range names {
		if n.Kind() != Object {
			return nil
		}
		i := n.find(name)
		if i < 0 {
			return nil
		}
		n = n.nodes[i]
	}
	return n
}

// Has reports whether a member is there, be it null; it does not count as read.
func (n *Node) Has(names ...string) bool { return n.Peek(names...) != nil }

// At returns the member at the end of a chain of names, and notes that it was read.
func (n *Node) At(names ...string) *Node {
	for i := range names {
		n = n.Peek(names[i])
		n.note()
	}
	return n
}

func (n *Node) note() {
	if n != nil {
		n.read = true
	}
}

// First returns the first of several members that is given, and notes all of those that are there as read: vendors
// rename fields and send both for years.
func (n *Node) First(names ...string) *Node {
	var first *Node
	for _, name := range names {
		if m := n.At(name); first == nil && m.Given() {
			first = m
		}
	}
	return first
}

// Items returns the values of an array, or nothing.
func (n *Node) Items() []*Node {
	if n.Kind() != Array {
		return nil
	}
	n.note()
	return n.nodes
}

// Members returns the members of an object, sorted by name, or the values of an array in their order. They do not count
// as read.
func (n *Node) Members() []*Node {
	if n.Kind() < Array {
		return nil
	}
	if n.kind == Array {
		return n.nodes
	}
	return slices.SortedFunc(slices.Values(n.nodes), func(a, b *Node) int { return strings.Compare(a.key, b.key) })
}

// Size returns how many members or values there are.
func (n *Node) Size() int {
	if n == nil {
		return 0
	}
	return len(n.nodes)
}

// Text returns a string, number or bool as it was written, and "" for everything else.
func (n *Node) Text() string {
	if n == nil {
		return ""
	}
	return n.text
}

// String returns the text of a member; see At and Text.
func (n *Node) String(names ...string) string { return n.At(names...).Text() }

// Int returns a whole number, from a number or a string, or 0. One that is not whole or does not fit is a puzzle.
func (n *Node) Int(names ...string) int64 {
	m := n.At(names...)
	text := m.Text()
	if text == "" {
		return 0
	}
	whole, fraction, _ := strings.Cut(text, ".")
	i, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || strings.Trim(fraction, "0") != "" {
		m.Puzzle()
		return 0
	}
	return i
}

// Bool returns a bool, also one that was written as a string ("true").
func (n *Node) Bool(names ...string) bool {
	m := n.At(names...)
	switch m.Text() {
	case "true", "True", "TRUE", "1":
		return true
	case "", "false", "False", "FALSE", "0":
	default:
		m.Puzzle()
	}
	return false
}

// layouts are the forms of times that vendors write. Those without a zone are taken as UTC.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999 -0700", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05 MST", "2006-01-02", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", time.RFC1123Z, time.RFC1123, "02/01/2006 15:04:05"}

// Time returns a moment, from a text (RFC 3339 and its relatives) or from a number of seconds or milliseconds since
// 1970; the offset is kept. The zero time is one that is not there or cannot be read, which is then a puzzle.
func (n *Node) Time(names ...string) time.Time {
	m := n.At(names...)
	text := strings.TrimSpace(m.Text())
	if text == "" || m.Kind() == Bool {
		return time.Time{}
	}
	if t, ok := Moment(text); ok {
		return t
	}
	m.Puzzle()
	return time.Time{}
}

// Moment reads what [Node.Time] reads.
func Moment(text string) (time.Time, bool) {
	for _, l := range layouts {
		if len(text) < 10 || text[4] == '-' != (l[4] == '-') {
			continue
		}
		if t, err := time.Parse(l, text); err == nil && t.Year() > 0 {
			return t, true
		}
	}
	whole, fraction, _ := strings.Cut(text, ".")
	i, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || i <= 0 || len(whole) < 6 || len(whole) > 13 {
		return time.Time{}, false
	}
	if len(whole) > 11 { // seconds reach the year 5138 with eleven digits
		return time.UnixMilli(i).UTC(), true
	}
	nanos, err := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
	if err != nil {
		nanos = 0
	}
	return time.Unix(min(i, math.MaxInt32*40), nanos).UTC(), true
}

// Puzzle notes that the value was not understood, such as a status that is new.
func (n *Node) Puzzle() {
	if n != nil {
		n.read, n.puzzled = true, true
	}
}

// Whole notes that all below the value is understood, whatever its names: they are a merchant's or a customer's own.
func (n *Node) Whole() *Node {
	if n != nil {
		n.read, n.whole = true, true
	}
	return n
}

// Texts returns the texts of an array's values, or the one text of a value that is none.
func (n *Node) Texts() []string {
	if n.Kind() != Array {
		if t := n.Text(); t != "" {
			return []string{t}
		}
		return nil
	}
	var out []string
	for _, m := range n.Items() {
		if t := m.Text(); t != "" {
			out = append(out, t)
		}
	}
	return out
}

// Copy returns a scalar apart from its document, so that a trial reading leaves no note there.
func (n *Node) Copy() *Node {
	if n == nil {
		return nil
	}
	return &Node{kind: n.kind, key: n.key, text: n.text}
}
