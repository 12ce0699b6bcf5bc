package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"
)

// Fingerprint returns a SHA-256 of the document that does not depend on the order of its members or its blanks. Numbers
// count as they are written: 1 and 1.0 are two documents. What stands around a document and tells it apart from the same
// one elsewhere is hashed before it.
func (n *Node) Fingerprint(around ...string) string {
	h := sha256.New()
	for _, s := range around {
		_, _ = io.WriteString(h, s+"\x00") // a hash never fails
	}
	n.write(h)
	return hex.EncodeToString(h.Sum(nil))
}

// write writes the document with sorted members and without blanks.
func (n *Node) write(w io.Writer) {
	put := func(s string) { _, _ = io.WriteString(w, s) } // a hash and a builder never fail
	quoted := func(s string) {
		b, _ := json.Marshal(s) // a string never fails
		_, _ = w.Write(b)
	}
	switch n.Kind() {
	case Absent, Null:
		put("null")
	case String:
		quoted(n.text)
	case Bool, Number:
		put(n.text)
	case Array:
		for i, m := range n.nodes {
			put("[,"[min(i, 1) : min(i, 1)+1])
			m.write(w)
		}
		if len(n.nodes) == 0 {
			put("[")
		}
		put("]")
	case Object:
		put("{")
		for i, m := range n.Members() {
			if i > 0 {
				put(",")
			}
			quoted(m.key)
			put(":")
			m.write(w)
		}
		put("}")
	}
}

// Compact returns the document as JSON with sorted members and without blanks.
func (n *Node) Compact() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}
