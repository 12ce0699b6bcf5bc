package safehtml

import (
	"strconv"
	"strings"
	"unicode"
)

// textWriter lays a mail out as plain text.
type textWriter struct {
	out    strings.Builder
	lines  int  // line breaks owed before the next word
	space  bool // a space is owed
	inLine bool // the line has text
	pre    int
	quote  int
	lists  []int // the next number of each open list, zero for bullets
	link   int   // where the words of the open link begin
	cells  int   // cells of the row so far
}

var blocks = set(`address article aside blockquote center dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header
	li main nav ol p pre section summary table tr ul caption`)

var apart = set(`blockquote dl h1 h2 h3 h4 h5 h6 ol p pre table ul`)

func (t *textWriter) String() string { return t.out.String() }

// breakLine ends the line and leaves n-1 empty ones.
func (t *textWriter) breakLine(n int) {
	t.space = false
	if t.out.Len() > 0 {
		t.lines = max(t.lines, n)
	}
	t.inLine = false
}

func (t *textWriter) put(s string) {
	if t.out.Len() == 0 && t.quote > 0 {
		t.out.WriteString(strings.Repeat("> ", t.quote))
	}
	for ; t.lines > 0; t.lines-- {
		t.out.WriteByte('\n')
		if t.quote > 0 && t.lines == 1 {
			t.out.WriteString(strings.Repeat("> ", t.quote))
		}
	}
	if t.space && t.inLine {
		t.out.WriteByte(' ')
	}
	t.space, t.inLine = false, true
	t.out.WriteString(s)
}

func (t *textWriter) write(s string) {
	if t.pre > 0 {
		for i, line := range strings.Split(s, "\n") {
			if i > 0 {
				t.lines++
				t.inLine, t.space = false, false
			}
			if line != "" {
				t.put(line)
			}
		}
		return
	}
	for len(s) > 0 {
		if i := strings.IndexFunc(s, isBlank); i != 0 {
			if i < 0 {
				i = len(s)
			}
			t.put(s[:i])
			s = s[i:]
			continue
		}
		t.space = true
		if i := strings.IndexFunc(s, func(r rune) bool { return !isBlank(r) }); i > 0 {
			s = s[i:]
		} else {
			s = ""
		}
	}
}

// isBlank tells what collapses into one space: the white space of HTML, no-break spaces used as padding, and the
// zero-width characters with which senders fill previews.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || r == 0x200b || r == 0x200c || r == 0xfeff || r == 0x34f || r == 0xad
}

func (t *textWriter) start(name string, info facts) {
	if blocks[name] {
		n := 1
		if apart[name] && len(t.lists) == 0 {
			n = 2
		}
		t.breakLine(n)
	}
	switch name {
	case "br":
		t.space = false
		if t.out.Len() > 0 {
			t.lines++
		}
		t.inLine = false
	case "hr":
		t.breakLine(1)
		t.put("---")
		t.breakLine(1)
	case "pre":
		t.pre++
	case "blockquote":
		t.quote++
	case "ul":
		t.lists = append(t.lists, 0)
	case "ol":
		t.lists = append(t.lists, max(1, info.start))
	case "li":
		t.item()
	case "tr":
		t.cells = 0
	case "td", "th":
		if t.cells > 0 && t.inLine {
			t.space = true
		}
		t.cells++
	case "a":
		t.link = t.out.Len()
	}
}

func (t *textWriter) item() {
	if len(t.lists) == 0 {
		t.put("-")
	} else {
		last := len(t.lists) - 1
		indent := strings.Repeat("  ", min(last, 10))
		if n := t.lists[last]; n > 0 {
			t.put(indent + strconv.Itoa(n) + ".")
			t.lists[last]++
		} else {
			t.put(indent + "-")
		}
	}
	t.space = true
}

func (t *textWriter) end(name, href string) {
	switch name {
	case "pre":
		t.pre--
	case "ul", "ol":
		t.lists = t.lists[:len(t.lists)-1]
	case "a":
		t.address(href)
	}
	if blocks[name] {
		n := 1
		if apart[name] && len(t.lists) == 0 {
			n = 2
		}
		t.breakLine(n)
	}
	if name == "blockquote" {
		t.quote--
	}
}

// address writes where a link leads, unless its words say so.
func (t *textWriter) address(href string) {
	if href == "" || t.link > t.out.Len() {
		return
	}
	words := strings.TrimSpace(t.out.String()[t.link:])
	bare := strings.TrimSuffix(href, "/")
	for _, scheme := range []string{"mailto:", "tel:", "https://", "http://"} {
		bare = strings.TrimPrefix(bare, scheme)
	}
	if words == "" || strings.Contains(words, bare) || strings.HasPrefix(href, "tel:") {
		return
	}
	t.space = true
	t.put("(" + href + ")")
}

func (t *textWriter) image(alt string) {
	if alt = strings.Join(strings.Fields(alt), " "); alt != "" {
		t.put("[" + alt + "]")
	}
}

// finish drops what is owed at the end.
func (t *textWriter) finish() { t.lines, t.space = 0, false }
