package wire

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Vocabulary is what a vendor documents: for each container the names of its members. A container is called by the name
// under which it stands, wherever that is: what may lie in `shipping_address` is the same in an order and in a customer.
type Vocabulary map[string]map[string]bool

// free stands for every name, with all that lies below.
const free = "*"

// ReadVocabulary reads lines "container: name name ..."; "a, b: ..." names two containers at once, "container: *" one
// whose members have names that the vendor does not choose. The container "." is the document itself. Lines of one
// container add up, "#" begins a comment.
func ReadVocabulary(r io.Reader) (Vocabulary, error) {
	v := Vocabulary{}
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	for line := 1; s.Scan(); line++ {
		text, _, _ := strings.Cut(s.Text(), "#")
		if strings.TrimSpace(text) == "" {
			continue
		}
		containers, names, ok := strings.Cut(text, ": ")
		if !ok {
			return nil, fmt.Errorf("line %d names no container", line)
		}
		for c := range strings.SplitSeq(containers, ",") {
			c = strings.TrimSpace(c)
			if v[c] == nil {
				v[c] = map[string]bool{}
			}
			for _, n := range strings.Fields(names) {
				v[c][n] = true
			}
		}
	}
	return v, s.Err()
}

// MustVocabulary reads a vocabulary that is part of the program, and panics if it is broken.
func MustVocabulary(text string) Vocabulary {
	v, err := ReadVocabulary(strings.NewReader(text))
	if err != nil {
		panic(err)
	}
	return v
}

// Unknown lists the paths that were not understood, sorted: members that nobody read and the vocabulary does not name,
// and values that were a puzzle. Of a member that is unknown itself nothing below is listed. Container says what the
// document is; naming, if not nil, names the container of an object that tells by itself what it is, and "" for others.
func (n *Node) Unknown(v Vocabulary, container string, naming func(*Node) string) []string {
	w := walk{known: v, naming: naming, out: []string{}}
	w.visit(n, container, "")
	slices.Sort(w.out)
	return w.out
}

type walk struct {
	known  Vocabulary
	naming func(*Node) string
	out    []string
}

func (w *walk) visit(n *Node, container, path string) {
	if n == nil {
		return
	}
	if n.puzzled && path != "" {
		w.out = append(w.out, path)
	}
	if n.whole {
		return
	}
	if n.kind == Array {
		for i, m := range n.nodes {
			w.visit(m, container, Index(path, i))
		}
		return
	}
	if n.kind != Object {
		return
	}
	if w.naming != nil {
		if name := w.naming(n); name != "" {
			container = name
		}
	}
	names := w.known[container]
	if names[free] {
		return
	}
	for _, m := range n.nodes {
		at := Join(path, m.key)
		if !m.read && !names[m.key] {
			w.out = append(w.out, at)
			continue
		}
		w.visit(m, m.key, at)
	}
}

// Join is the path of a member. A name that is no plain word stands in quotes: additionalData["retry.rescueReference"].
func Join(path, name string) string {
	for i := range len(name) {
		c := name[i]
		if c != '_' && c != '-' && c != '$' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c < 0x80 {
			return path + "[" + strconv.Quote(name) + "]"
		}
	}
	if name == "" {
		return path + `[""]`
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// Index is the path of a value in an array.
func Index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
