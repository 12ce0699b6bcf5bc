package safehtml

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Options says what a reader has allowed.
type Options struct {
	// RemoteImages keeps images that are fetched over http or https. Tracking pixels go in any case.
	RemoteImages bool
	// CID gives the address of the inline image with a Content-ID (RFC 2392), without angle brackets: a path from the
	// root, http, https or a data URL of an image; "" if there is none. A nil CID knows none.
	CID func(contentID string) string
}

// A Result is a mail made safe.
type Result struct {
	HTML         string   // safe to write into a page
	Text         string   // the same for reading as plain text
	Blocked      []string // what was taken out, the Block constants, sorted, each once
	RemoteImages int      // images that would be fetched, whether kept or not, tracking pixels included
}

// What Mail takes out. The codes are stable.
const (
	BlockBase         = "base"
	BlockComment      = "conditional_comment"
	BlockDangerousURL = "dangerous_url"
	BlockEvent        = "event_handler"
	BlockForm         = "form"
	BlockFrame        = "iframe"
	BlockLink         = "link"
	BlockMath         = "math"
	BlockMedia        = "media"
	BlockMeta         = "meta"
	BlockObject       = "object"
	BlockPosition     = "position"
	BlockRemoteImage  = "remote_image"
	BlockScript       = "script"
	BlockStyle        = "style"
	BlockSVG          = "svg"
	BlockTemplate     = "template"
	BlockTooDeep      = "too_deep"
	BlockTrackPixel   = "tracking_pixel"
)

// Limits against input made to hurt. Elements nested deeper than maxDepth lose their tags, never their text.
const (
	maxDepth     = 120
	maxAttrs     = 64
	maxDataImage = 2 << 20
	maxURL       = 8 << 10
)

// Mail cleans the HTML of a mail. Any input gives a result, in time linear in its length; Mail of its own result
// changes nothing, save that addresses given by Options.CID are not accepted from mail.
func Mail(source string, opt Options) Result {
	c := cleaner{opt: opt, blocked: map[string]bool{}}
	c.run(source)
	res := Result{HTML: wall.Sanitize(c.out.String()), Text: c.text.String(), RemoteImages: c.remote}
	for code := range c.blocked {
		res.Blocked = append(res.Blocked, code)
	}
	slices.Sort(res.Blocked)
	return res
}

// Text renders HTML as plain text: a line for each block, "- " and numbers for lists, "> " for quotations, the address
// of a link after its words, no hidden parts.
func Text(source string) string {
	c := cleaner{blocked: map[string]bool{}, textOnly: true}
	c.run(source)
	return c.text.String()
}

// An open element waits for its end tag.
type open struct {
	name   string // as written to the output
	source string // as read
	link   string
}

type cleaner struct {
	opt      Options
	textOnly bool
	out      strings.Builder
	text     textWriter
	stack    []open
	blocked  map[string]bool
	remote   int
	hidden   int // depth of the outermost hidden element, or zero
}

func (c *cleaner) run(source string) {
	z := html.NewTokenizer(strings.NewReader(source))
	skip, skipDepth, at := "", 0, 0
	closed := lastEnds(source)
	for {
		kind := z.Next()
		if kind == html.ErrorToken { // the end of a string is its only error
			break
		}
		at += len(z.Raw())
		if skip != "" {
			switch kind {
			case html.StartTagToken, html.EndTagToken:
				name, more := z.TagName()
				if kind == html.StartTagToken {
					c.noteSkipped(string(name))
				}
				for more {
					var key []byte
					key, _, more = z.TagAttr()
					if kind == html.StartTagToken && isEvent(string(key)) {
						c.blocked[BlockEvent] = true
					}
				}
				if string(name) == skip {
					skipDepth += map[html.TokenType]int{html.StartTagToken: 1, html.EndTagToken: -1}[kind]
				}
				if skipDepth == 0 {
					skip = ""
				}
			}
			continue
		}
		switch kind {
		case html.TextToken:
			c.writeText(string(z.Text()))
		case html.CommentToken:
			if strings.HasPrefix(string(z.Text()), "[if") {
				c.blocked[BlockComment] = true
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.Data == "noscript" {
				z.NextIsNotRawText() // scripts never run here, so its content is the mail's
			}
			c.start(t)
			end, found := closed[t.Data]
			closes := found && end >= at
			if dropContent[t.Data] && kind == html.StartTagToken && closes {
				skip, skipDepth = t.Data, 1
			} else if rawContent[t.Data] && dropContent[t.Data] {
				skip, skipDepth = t.Data, 1
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			c.end(string(name))
		}
	}
	for len(c.stack) > 0 {
		c.pop()
	}
	c.text.finish()
}

func (c *cleaner) noteSkipped(name string) {
	if code := blockedElements[name]; code != "" {
		c.blocked[code] = true
	}
}

// lastEnds finds where the last end tag is of each element whose content is dropped: behind an element left open all
// text would be lost with it.
func lastEnds(source string) map[string]int {
	last := map[string]int{}
	for at := len(source); ; {
		if at = strings.LastIndex(source[:at], "</"); at < 0 {
			return last
		}
		rest := source[at+2 : min(len(source), at+12)]
		end := 0
		for end < len(rest) && (rest[end]|0x20)-'a' <= 25 {
			end++
		}
		name := strings.ToLower(rest[:end])
		if _, have := last[name]; !have && dropContent[name] {
			last[name] = at
		}
	}
}

func (c *cleaner) start(t html.Token) {
	name := t.Data
	c.noteSkipped(name)
	for i, a := range t.Attr {
		if isEvent(a.Key) && i < maxAttrs {
			c.blocked[BlockEvent] = true
		}
	}
	if to, ok := renamed[name]; ok {
		name = to
	}
	if !elements[name] {
		c.checkRemoved(t)
		if breaksLine[t.Data] {
			c.text.breakLine(1)
		}
		return
	}
	c.closeImplied(name)
	if !void[name] && len(c.stack) >= maxDepth {
		c.blocked[BlockTooDeep] = true
		return
	}
	attrs, info := c.attributes(name, t.Attr)
	if name == "img" {
		if info.pixel {
			return
		}
		if c.hidden == 0 {
			c.text.image(info.alt)
		}
	}
	if !c.textOnly {
		c.out.WriteByte('<')
		c.out.WriteString(name)
		for _, a := range attrs {
			c.out.WriteByte(' ')
			c.out.WriteString(a.Key)
			c.out.WriteString(`="`)
			c.out.WriteString(html.EscapeString(a.Val))
			c.out.WriteByte('"')
		}
		c.out.WriteByte('>')
	}
	if c.hidden == 0 {
		c.text.start(name, info)
	}
	if void[name] {
		return
	}
	c.stack = append(c.stack, open{name: name, source: t.Data, link: info.href})
	if info.hidden && c.hidden == 0 {
		c.hidden = len(c.stack)
	}
}

func (c *cleaner) end(source string) {
	if source == "p" && !c.isOpen("p") || source == "br" { // browsers read these as empty elements
		if source == "br" {
			c.start(html.Token{Data: "br"})
		}
		return
	}
	fence := !tableParts[source] && source != "table"
	for i := len(c.stack) - 1; i >= 0; i-- {
		if c.stack[i].source == source {
			for len(c.stack) > i {
				c.pop()
			}
			return
		}
		if fence && cell[c.stack[i].name] || tableParts[source] && c.stack[i].name == "table" {
			return
		}
	}
}

func (c *cleaner) isOpen(source string) bool {
	for i := len(c.stack) - 1; i >= 0 && !cell[c.stack[i].name]; i-- {
		if c.stack[i].source == source {
			return true
		}
	}
	return false
}

func (c *cleaner) pop() {
	last := c.stack[len(c.stack)-1]
	if c.hidden == 0 {
		c.text.end(last.name, last.link)
	}
	if c.hidden == len(c.stack) {
		c.hidden = 0
	}
	c.stack = c.stack[:len(c.stack)-1]
	if !c.textOnly {
		c.out.WriteString("</")
		c.out.WriteString(last.name)
		c.out.WriteByte('>')
	}
}

// closeImplied closes what a start tag ends by itself (HTML section 13.2.6.4.7), so that the elements written nest.
func (c *cleaner) closeImplied(name string) {
	rule, ok := implied[name]
	if !ok {
		return
	}
	for i := len(c.stack) - 1; i >= 0; i-- {
		have := c.stack[i].name
		if slices.Contains(rule.closes, have) {
			for len(c.stack) > i {
				c.pop()
			}
			if !rule.all {
				return
			}
			continue
		}
		if slices.Contains(rule.until, have) {
			return
		}
	}
}

func (c *cleaner) writeText(s string) {
	s = strings.Map(func(r rune) rune { // control characters have no place in HTML and confuse filters
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' && r != '\f' || r == 0x7f {
			return -1
		}
		if r == '\r' || r == '\f' {
			return '\n'
		}
		return r
	}, s)
	if !c.textOnly {
		c.out.WriteString(html.EscapeString(s))
	}
	if c.hidden == 0 {
		c.text.write(s)
	}
}
