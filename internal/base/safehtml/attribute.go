package safehtml

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// facts are what the text writer and the cleaner need to know of an element.
type facts struct {
	href, alt string
	start     int
	hidden    bool
	pixel     bool
}

func isEvent(key string) bool {
	return len(key) > 2 && key[0] == 'o' && key[1] == 'n'
}

// attributes gives what may be written of an element's attributes, in order, each once.
func (c *cleaner) attributes(name string, in []html.Attribute) ([]html.Attribute, facts) {
	var (
		out  []html.Attribute
		info = facts{start: 1}
		seen [maxAttrs]string

		hidden bool
	)
	add := func(key, val string) { out = append(out, html.Attribute{Key: key, Val: val}) }
	for i, a := range in[:min(len(in), maxAttrs)] {
		if slices.Contains(seen[:i], a.Key) || a.Namespace != "" {
			continue
		}
		seen[i] = a.Key
		switch a.Key {
		case "href":
			if href, ok := c.link(a.Val); ok && name == "a" {
				info.href = href
				add("href", href)
				add("target", "_blank")
				add("rel", "noopener noreferrer nofollow")
			}
		case "src":
			if name != "img" {
				c.link(a.Val)
				continue
			}
			if src, remote := c.image(a.Val); src != "" {
				add("src", src)
				if remote {
					add("referrerpolicy", "no-referrer")
				}
			}
		case "srcset", "background", "poster", "lowsrc", "dynsrc":
			c.noteRemote(a.Val)
		case "style":
			if style := c.style(a.Val, &info); style != "" {
				add("style", style)
			}
		case "hidden":
			hidden = true
		case "action", "formaction", "xlink:href", "cite", "data", "code", "longdesc":
			c.link(a.Val)
		default:
			val := strings.TrimSpace(a.Val)
			if check := values[a.Key]; check != nil && check.MatchString(val) {
				add(a.Key, val)
				switch a.Key {
				case "alt":
					info.alt = val
				case "start":
					info.start, _ = strconv.Atoi(val)
				}
			}
		}
	}
	if hidden && !info.hidden {
		info.hidden = true
		if i := slices.IndexFunc(out, func(a html.Attribute) bool { return a.Key == "style" }); i >= 0 {
			out[i].Val += "; display: none"
		} else {
			add("style", "display: none")
		}
	}
	if name == "img" {
		info.pixel = c.isPixel(in, info.hidden)
	}
	return out, info
}

// checkRemoved notes what the attributes of an element that is taken out would have done.
func (c *cleaner) checkRemoved(t html.Token) {
	if t.Data == "link" || t.Data == "base" || t.Data == "meta" {
		return
	}
	c.attributes(t.Data, t.Attr)
}

// clean removes what browsers ignore in an address (URL standard, section 4.4): controls and spaces around it, tabs
// and line breaks within.
func clean(raw string) string {
	raw = strings.TrimFunc(raw, func(r rune) bool { return r <= ' ' || r == 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff })
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, raw)
}

// link accepts http, https, mailto and tel.
func (c *cleaner) link(raw string) (string, bool) {
	s := clean(raw)
	scheme, _, ok := strings.Cut(s, ":")
	if s == "" || s[0] == '#' || s[0] == '?' || !ok {
		return "", false // relative addresses lead nowhere from a mail
	}
	switch strings.ToLower(scheme) {
	case "http", "https", "mailto", "tel":
	case "cid", "mid", "sms", "ftp", "about", "geo", "callto", "skype", "whatsapp", "sip", "xmpp", "webcal":
		return "", false
	default:
		if !strings.ContainsAny(scheme, "/?#. ") {
			c.blocked[BlockDangerousURL] = true
		}
		return "", false
	}
	return canonical(s)
}

// canonical escapes an address so that it reads the same to every parser.
func canonical(s string) (string, bool) {
	if len(s) > maxURL {
		return "", false
	}
	u, err := url.Parse(strings.ReplaceAll(s, " ", "%20"))
	if err != nil {
		return "", false
	}
	s = u.String()
	return s, linkURL.MatchString(s)
}

// image decides on the source of an image: the address to write, or "" for none.
func (c *cleaner) image(raw string) (src string, remote bool) {
	s := clean(raw)
	low := strings.ToLower(s[:min(len(s), 32)])
	switch {
	case strings.HasPrefix(low, "cid:"):
		if c.opt.CID == nil {
			return "", false
		}
		id, err := url.PathUnescape(s[4:])
		if err != nil {
			id = s[4:]
		}
		src = c.opt.CID(strings.Trim(id, "<> "))
		if imageURL.MatchString(src) {
			return src, false
		}
		return "", false
	case strings.HasPrefix(low, "data:"):
		s = strings.ReplaceAll(s, " ", "")
		head, body, _ := strings.Cut(s, ",")
		s = strings.ToLower(head) + "," + strings.ReplaceAll(body, "%3D", "=")
		if len(s) <= maxDataImage && imageURL.MatchString(s) {
			return s, false
		}
		c.blocked[BlockDangerousURL] = true
		return "", false
	case strings.HasPrefix(low, "//"):
		s, low = "https:"+s, "https:"
	}
	if !strings.HasPrefix(low, "http:") && !strings.HasPrefix(low, "https:") {
		c.link(s)
		return "", false
	}
	c.remote++
	if c.opt.RemoteImages {
		if src, ok := canonical(s); ok {
			return src, true
		}
	}
	c.blocked[BlockRemoteImage] = true
	return "", false
}

// noteRemote counts an image named elsewhere than in src; such images are never shown.
func (c *cleaner) noteRemote(raw string) {
	s := strings.ToLower(clean(raw))
	if strings.HasPrefix(s, "http:") || strings.HasPrefix(s, "https:") || strings.HasPrefix(s, "//") {
		c.remote++
		c.blocked[BlockRemoteImage] = true
		return
	}
	c.link(raw)
}

var tiny = regexp.MustCompile(`(?i)(?:^|[;\s])(?:max-)?(?:width|height)\s*:\s*[012](?:px)?\s*(?:;|!|$)`)

// isPixel reports whether a remote image is too small to be seen.
func (c *cleaner) isPixel(attrs []html.Attribute, hidden bool) bool {
	small, remote := hidden, false
	for _, a := range attrs {
		switch a.Key {
		case "src":
			s := strings.ToLower(clean(a.Val))
			remote = strings.HasPrefix(s, "http") || strings.HasPrefix(s, "//")
		case "width", "height":
			switch strings.TrimSuffix(strings.TrimSpace(a.Val), "px") {
			case "0", "1", "2":
				small = true
			}
		case "style":
			small = small || tiny.MatchString(a.Val)
		}
	}
	if small && remote {
		c.blocked[BlockTrackPixel] = true
		c.blocked[BlockRemoteImage] = true
	}
	return small && remote
}
