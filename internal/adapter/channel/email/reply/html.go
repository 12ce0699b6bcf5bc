package reply

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxHTML bounds how much of an HTML body is read, in bytes. What the sender wrote
// stands in the first kilobytes; megabytes are pasted pictures and old threads.
const maxHTML = 4 << 20

// FromHTML splits an HTML body: the elements in which mail clients wrap history
// and signatures come first, the rules of [FromText] see to the rest.
func FromHTML(body string) Parts {
	lines := render(body)
	p := split(lines)
	if p.Quoted == "" && p.Signature == "" {
		return p // all history, which split returns whole, or all new
	}
	return settle(p)
}

// TextOf renders an HTML body as text: a line for every block and <br>, a blank
// line around paragraphs, "- " or "1. " before list items, the words of links.
// Styles, scripts, the head, hidden elements and pictures are left out. At most 4
// MiB of body are read; a body nested too deeply for the parser loses its layout
// but not its words. The walk uses no recursion.
func TextOf(body string) string {
	return whole(render(body))
}

// render turns a body into lines, each knowing whether an element made it a quote
// or a signature.
func render(body string) []line {
	if len(body) > maxHTML {
		cut := maxHTML
		for cut > 0 && !utf8.RuneStart(body[cut]) {
			cut--
		}
		body = body[:cut]
	}
	body = strings.ToValidUTF8(body, "\uFFFD")
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return renderFlat(body)
	}
	r := renderer{roles: findRoles(root)}
	r.walk(root)
	r.endLine()
	markOddQuotes(r.lines)
	return r.lines
}

// renderFlat renders the tokens of a body that cannot be parsed into a tree.
func renderFlat(body string) []line {
	var r renderer
	z := html.NewTokenizer(strings.NewReader(body))
	var skip string
	for {
		switch z.Next() {
		case html.ErrorToken:
			r.endLine()
			return r.lines
		case html.TextToken:
			if skip == "" {
				r.text(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch a := atom.Lookup(name); {
			case a == atom.Style || a == atom.Script || a == atom.Title:
				skip = string(name)
			case a == atom.Br || isBlock(a):
				r.endLine()
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if string(name) == skip {
				skip = ""
			}
			if isBlock(atom.Lookup(name)) {
				r.endLine()
			}
		}
	}
}

// renderer builds lines from a tree.
type renderer struct {
	roles map[*html.Node]role
	lines []line
	cur   strings.Builder

	pending bool // a space is due before the next word
	gap     bool // a blank line is due before the next line
	filled  bool // the current line has text

	pre, quotes, weak, attributions, signatures int // depth of such elements around
	history                                     bool
	lists                                       []int // next number of each open list; -1 for bullets
}

// walk visits the tree in document order without recursion.
func (r *renderer) walk(root *html.Node) {
	n := root
	for {
		if r.enter(n) && n.FirstChild != nil {
			n = n.FirstChild
			continue
		}
		for {
			r.leave(n)
			if n == root {
				return
			}
			if n.NextSibling != nil {
				n = n.NextSibling
				break
			}
			n = n.Parent
		}
	}
}

// enter handles the start of a node and reports whether to visit its children.
func (r *renderer) enter(n *html.Node) bool {
	switch n.Type {
	case html.TextNode:
		r.text(n.Data)
		return false
	case html.ElementNode:
	default:
		return n.Type == html.DocumentNode
	}
	if role := r.roles[n]; role != roleNone {
		r.endLine()
		switch role {
		case roleQuote:
			r.quotes++
		case roleWeakQuote:
			r.quotes++
			r.weak++
		case roleAttribution:
			r.attributions++
		case roleSignature:
			r.signatures++
		case roleHistory:
			r.history = true
		}
	}
	if isHidden(n) {
		return false
	}
	switch n.DataAtom {
	case atom.Br:
		r.breakLine()
		return false
	case atom.Hr:
		r.endLine()
		r.gap = true
		return false
	case atom.Pre, atom.Textarea:
		r.pre++
	case atom.Ul:
		r.lists = append(r.lists, -1)
	case atom.Ol:
		r.lists = append(r.lists, 1)
	case atom.Td, atom.Th:
		r.pending = r.pending || r.filled
		return true
	}
	if isBlock(n.DataAtom) {
		r.endLine()
		r.gap = r.gap || isParagraph(n)
	}
	if n.DataAtom == atom.Li {
		r.bullet()
	}
	return true
}

func (r *renderer) leave(n *html.Node) {
	if n.Type != html.ElementNode {
		return
	}
	if isBlock(n.DataAtom) {
		r.endLine()
		r.gap = r.gap || isParagraph(n)
	}
	switch n.DataAtom {
	case atom.Pre, atom.Textarea:
		r.pre--
	case atom.Ul, atom.Ol:
		r.lists = r.lists[:len(r.lists)-1]
	}
	switch r.roles[n] {
	case roleQuote:
		r.endLine()
		r.quotes--
	case roleWeakQuote:
		r.endLine()
		r.quotes--
		r.weak--
	case roleAttribution:
		r.endLine()
		r.attributions--
	case roleSignature:
		r.endLine()
		r.signatures--
	}
}

func (r *renderer) bullet() {
	mark := "- "
	if k := len(r.lists) - 1; k >= 0 && r.lists[k] > 0 {
		mark = strconv.Itoa(r.lists[k]) + ". "
		r.lists[k]++
	}
	r.cur.WriteString(strings.Repeat("  ", max(0, min(len(r.lists), 9)-1)) + mark)
}

// text adds a text node, with its white space collapsed unless in <pre>.
func (r *renderer) text(s string) {
	if r.pre > 0 {
		for i, part := range strings.Split(s, "\n") {
			if i > 0 {
				r.breakLine()
			}
			r.cur.WriteString(part)
			r.filled = r.filled || strings.TrimSpace(part) != ""
		}
		return
	}
	for i, word := range strings.FieldsFunc(s, isCollapsible) {
		if i > 0 || r.pending || s != "" && isCollapsible(rune(s[0])) {
			if r.filled {
				r.cur.WriteByte(' ')
			}
		}
		r.pending = false
		r.cur.WriteString(strings.ReplaceAll(word, "\u00a0", " "))
		r.filled = true
	}
	if s != "" && isCollapsible(rune(s[len(s)-1])) {
		r.pending = true
	}
}

// isCollapsible reports whether r is white space to HTML; a no-break space is not.
func isCollapsible(r rune) bool {
	return r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f'
}

// breakLine ends the line even if it is empty.
func (r *renderer) breakLine() {
	if strings.TrimSpace(r.cur.String()) == "" {
		r.cur.Reset()
		r.gap = false
		r.emit("")
		r.filled, r.pending = false, false
		return
	}
	r.endLine()
}

// endLine ends the line if it has text.
func (r *renderer) endLine() {
	r.pending = false
	s := strings.TrimRight(r.cur.String(), " \t")
	if !r.filled || strings.TrimSpace(s) == "" {
		if !r.filled {
			return // keeps the bullet of an item whose text is in a block of its own
		}
		r.cur.Reset()
		r.filled = false
		r.emit("")
		return
	}
	r.cur.Reset()
	r.filled = false
	if r.gap && len(r.lines) > 0 && r.lines[len(r.lines)-1].kind != kindBlank {
		r.emit("")
	}
	r.gap = false
	r.emit(s)
}

func (r *renderer) emit(s string) {
	l := newLine(s)
	if l.kind != kindBlank {
		switch {
		case r.history:
			l.kind, l.fromDOM = kindHistory, true
		case r.quotes > 0:
			l.kind, l.fromDOM, l.weak = kindQuote, true, r.weak == r.quotes
			l.depth = min(r.quotes, 20)
		case r.attributions > 0:
			l.kind, l.fromDOM = kindAttribution, true
		case r.signatures > 0:
			l.kind, l.fromDOM = kindSignature, true
		}
	}
	r.lines = append(r.lines, l)
}

func isBlock(a atom.Atom) bool {
	switch a {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Center, atom.Dd, atom.Details, atom.Div, atom.Dl, atom.Dt,
		atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Header,
		atom.Hr, atom.Li, atom.Main, atom.Nav, atom.Ol, atom.P, atom.Pre, atom.Section, atom.Summary, atom.Table, atom.Tbody, atom.Thead, atom.Tfoot, atom.Tr, atom.Ul, atom.Caption, atom.Textarea:
		return true
	}
	return false
}

// isParagraph reports whether a blank line surrounds n. Outlook's paragraphs have
// no margin.
func isParagraph(n *html.Node) bool {
	switch n.DataAtom {
	case atom.P:
		if n.Parent != nil && n.Parent.DataAtom == atom.Li {
			return false
		}
		return !strings.Contains(attr(n, "class"), "Mso") && !strings.Contains(strings.ReplaceAll(attr(n, "style"), " ", ""), "margin:0")
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Table, atom.Pre:
		return n.Parent == nil || n.Parent.DataAtom != atom.Li
	}
	return false
}

func isHidden(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Head, atom.Style, atom.Script, atom.Title, atom.Template, atom.Svg, atom.Math, atom.Iframe, atom.Object, atom.Noscript, atom.Select:
		return true
	}
	style := attr(n, "style")
	if style == "" || len(style) > 1<<12 {
		return false
	}
	style = strings.ReplaceAll(strings.ToLower(style), " ", "")
	return strings.Contains(style, "display:none")
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
