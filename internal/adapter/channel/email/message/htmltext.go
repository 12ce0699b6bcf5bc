package message

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlToText makes readable text of HTML: blocks become lines, lists get
// dashes, quotes get "> " so that they can be told from the reply. It walks
// tokens, never a tree, so depth costs nothing; out stops at limit bytes.
func htmlToText(s string, limit int) string {
	w := textWriter{limit: limit}
	z := html.NewTokenizer(strings.NewReader(s))
	skip := atom.Atom(0)
	pre := 0
	for len(w.out) < limit {
		tt := z.Next()
		if tt == html.ErrorToken {
			break
		}
		switch tt {
		case html.TextToken:
			if skip != 0 {
				continue
			}
			w.text(html.UnescapeString(string(z.Raw())), pre > 0)
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch a := atom.Lookup(name); a {
			case atom.Script, atom.Style, atom.Title, atom.Template, atom.Noscript:
				if tt == html.StartTagToken {
					skip = a
				}
			case atom.Br:
				w.br()
			case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Table, atom.Hr:
				w.lines(2)
			case atom.Blockquote:
				w.lines(1)
				w.quote++
			case atom.Pre:
				w.lines(1)
				pre++
			case atom.Li:
				w.lines(1)
				w.text("- ", true)
			case atom.Td, atom.Th:
				w.space = w.column > 0
			default:
				if isBlock(a) {
					w.lines(1)
				}
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			if skip != 0 {
				if a == skip {
					skip = 0
				}
				continue
			}
			switch a {
			case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Table:
				w.lines(2)
			case atom.Blockquote:
				w.lines(1)
				w.quote = max(0, w.quote-1)
			case atom.Pre:
				w.lines(1)
				pre = max(0, pre-1)
			default:
				if isBlock(a) || a == atom.Li {
					w.lines(1)
				}
			}
		}
	}
	return tidyText(cutUTF8(string(w.out), limit))
}

func isBlock(a atom.Atom) bool {
	switch a {
	case atom.Div, atom.Tr, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Address, atom.Center,
		atom.Dl, atom.Dt, atom.Dd, atom.Form, atom.Fieldset, atom.Main, atom.Nav, atom.Aside, atom.Figure, atom.Body, atom.Html:
		return true
	}
	return false
}

// textWriter writes words with the pending blanks and line breaks before them.
type textWriter struct {
	out    []byte
	limit  int
	quote  int
	column int // characters on the line so far, the quote mark excluded
	breaks int // line breaks owed before the next word
	space  bool
}

// lines asks for at least n line breaks before the next word.
func (w *textWriter) lines(n int) {
	if len(w.out) > 0 {
		w.breaks = max(w.breaks, n)
	}
	w.space = false
}

// br asks for one more line break.
func (w *textWriter) br() {
	if len(w.out) > 0 && w.breaks < 3 {
		w.breaks++
	}
	w.space = false
}

func (w *textWriter) text(s string, pre bool) {
	for _, r := range s {
		switch r {
		case '\n', '\r', '\t', ' ', '\f', '\u00a0':
			if pre && r == '\n' {
				w.br()
			} else if pre {
				w.put(' ')
			} else {
				w.space = w.column > 0 && w.breaks == 0
			}
		case '\u200b', '\ufeff', '\u00ad', '\u034f', 0: // padding of preview lines
		default:
			w.put(r)
		}
	}
}

func (w *textWriter) put(r rune) {
	if len(w.out) >= w.limit {
		return
	}
	if w.breaks > 0 {
		for range w.breaks {
			w.out = append(w.out, '\n')
		}
		w.breaks, w.column = 0, 0
	}
	if w.column == 0 {
		for range min(w.quote, 20) {
			w.out = append(w.out, '>')
		}
		if w.quote > 0 {
			w.out = append(w.out, ' ')
		}
	} else if w.space {
		w.out = append(w.out, ' ')
	}
	w.space = false
	w.out = append(w.out, string(r)...)
	w.column++
}
