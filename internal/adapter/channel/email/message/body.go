package message

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"html"
	"regexp"
	"strings"
)

// block is one stretch of the body: its plain form, its HTML form, or both.
type block struct{ text, html string }

// body gathers the readable blocks and the attachments of a tree.
type body struct {
	m           *Message
	lim         Limits
	attachments []Attachment
	sawText     bool
}

// content is a collected body before its blocks are joined.
type content struct {
	body
	blocks []block
}

func collectBody(root *part, m *Message, lim Limits) *content {
	c := &content{body: body{m: m, lim: lim}}
	c.blocks = c.read(root, "")
	for i := range c.attachments {
		a := &c.attachments[i]
		if a.Inline || a.ContentID == "" {
			continue
		}
		for _, b := range c.blocks {
			if strings.Contains(b.html, "cid:"+a.ContentID) {
				a.Inline = true
				break
			}
		}
	}
	return c
}

// read returns the readable blocks of p and appends its attachments.
func (b *body) read(p *part, parent string) []block {
	if !p.is("multipart") {
		return b.leaf(p, parent)
	}
	var out []block
	switch p.mediaType {
	case "multipart/alternative":
		return b.alternative(p)
	case "multipart/related":
		return b.related(p)
	case "multipart/encrypted":
		b.m.warn(WarnEncrypted)
		for _, child := range p.children {
			b.attach(child, false)
		}
		return nil
	case "multipart/signed":
		for i, child := range p.children {
			if i == 0 {
				out = b.read(child, p.mediaType)
			} else {
				b.attach(child, false)
			}
		}
		return out
	case "multipart/report":
		for i, child := range p.children {
			switch {
			case machineReport(child.mediaType):
				// read by classify; no person wants it as a file
			case i == 0 || child.mediaType == "text/plain" || child.mediaType == "text/html" || child.is("multipart"):
				out = append(out, b.read(child, p.mediaType)...)
			default:
				b.attach(child, false)
			}
		}
		return out
	}
	if len(p.children) == 0 {
		return b.leaf(&part{header: p.header, mediaType: "text/plain", untyped: true, body: p.body}, parent)
	}
	for _, child := range p.children {
		out = append(out, b.read(child, p.mediaType)...)
	}
	return out
}

func machineReport(mediaType string) bool {
	switch mediaType {
	case "message/delivery-status", "message/global-delivery-status", "message/disposition-notification",
		"message/global-disposition-notification", "message/feedback-report", "text/rfc822-headers",
		"message/rfc822-headers", "message/global-headers":
		return true
	}
	return false
}

// alternative takes the first plain form and the last HTML form: senders order by richness.
func (b *body) alternative(p *part) []block {
	var one block
	for _, child := range p.children {
		if child.mediaType == "text/x-amp-html" || child.mediaType == "text/watch-html" {
			continue
		}
		saw := b.sawText
		for _, got := range b.read(child, p.mediaType) {
			if one.text == "" && (got.text != "" || one.html == "") {
				one.text = got.text
			}
			if got.html != "" {
				one.html = got.html
			}
		}
		b.sawText = saw
	}
	if one == (block{}) {
		return nil
	}
	b.sawText = true
	return []block{one}
}

// related reads the root part (RFC 2387); the others are what it embeds.
func (b *body) related(p *part) []block {
	root := 0
	if start := strings.Trim(p.params["start"], "<> "); start != "" {
		for i, child := range p.children {
			if child.contentID == start {
				root = i
			}
		}
	}
	var out []block
	for i, child := range p.children {
		switch {
		case i == root, child.is("multipart"):
			out = append(out, b.read(child, p.mediaType)...)
		case child.is("text") && child.contentID == "" && child.disposition == "" && child.name == "":
			out = append(out, b.read(child, p.mediaType)...)
		default:
			b.attach(child, child.disposition != "attachment")
		}
	}
	return out
}

// leaf reads a part that is text for the reader, or attaches it.
func (b *body) leaf(p *part, parent string) []block {
	readable := false
	switch p.mediaType {
	case "text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown":
		readable = p.disposition != "attachment" && (p.name == "" || !b.sawText && parent != "multipart/mixed")
	}
	if !readable {
		b.attach(p, p.disposition == "inline")
		return nil
	}
	text := b.text(p)
	if strings.TrimSpace(text) == "" {
		return nil
	}
	b.sawText = true
	switch p.mediaType {
	case "text/html":
		return []block{{html: text}}
	case "text/enriched", "text/richtext":
		return []block{{text: tidyText(enrichedText(text))}}
	}
	if p.untyped && looksHTML(text) {
		return []block{{html: text}}
	}
	if strings.EqualFold(strings.TrimSpace(p.params["format"]), "flowed") {
		text = unflow(text, strings.EqualFold(strings.TrimSpace(p.params["delsp"]), "yes"))
	}
	return []block{{text: tidyText(text)}}
}

// text decodes a part to UTF-8 with LF line ends, at most lim.TextBytes long.
func (b *body) text(p *part) string {
	raw, warning := decodeTransfer(p.body, p.header.get("content-transfer-encoding"))
	if warning != "" {
		b.m.warn(warning)
	}
	if len(raw) > b.lim.TextBytes {
		b.m.warn(WarnTextTruncated)
		raw = raw[:b.lim.TextBytes]
		if i := bytes.LastIndexByte(raw, '\n'); i > len(raw)/2 {
			raw = raw[:i+1]
		}
	}
	charset := p.charset()
	if p.mediaType == "text/html" && cleanCharset(charset) == "" {
		charset = metaCharset(raw)
	}
	d := decodeCharset(raw, charset, b.m.hints)
	if d.warning != "" {
		b.m.warn(d.warning)
	}
	return b.cut(unixLines(d.text))
}

func (b *body) cut(s string) string {
	if len(s) > b.lim.TextBytes {
		b.m.warn(WarnTextTruncated)
		return cutUTF8(s, b.lim.TextBytes)
	}
	return s
}

var metaCharsetRE = regexp.MustCompile(`(?i)<meta[^>]{0,200}charset\s*=\s*["']?([a-z0-9_:.\-]{2,40})`)

func metaCharset(raw []byte) string {
	if match := metaCharsetRE.FindSubmatch(raw[:min(len(raw), 2048)]); match != nil {
		return string(match[1])
	}
	return ""
}

func looksHTML(s string) bool {
	head := strings.ToLower(strings.TrimLeft(s[:min(len(s), 200)], " \t\r\n\ufeff"))
	return strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html")
}

// unixLines turns CRLF and lone CR into LF and drops NULs and the byte order mark.
func unixLines(s string) string {
	s = strings.TrimPrefix(s, "\ufeff")
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\n\r", "\n")
	return strings.ReplaceAll(s, "\r", "\n")
}

// tidyText drops empty lines around a text and blanks behind its end.
func tidyText(s string) string {
	for {
		line, rest, more := strings.Cut(s, "\n")
		if !more || strings.TrimSpace(line) != "" {
			break
		}
		s = rest
	}
	return strings.TrimRight(s, " \t\n")
}

var enrichedTagRE = regexp.MustCompile(`<(/?[a-zA-Z][a-zA-Z0-9-]{0,59})>`)

// enrichedText reads text/enriched (RFC 1896): tags off, one line break is a
// blank, n of them are n-1.
func enrichedText(s string) string {
	s = strings.ReplaceAll(s, "<<", "\x00")
	s = enrichedTagRE.ReplaceAllString(s, "")
	s = strings.ReplaceAll(s, "\x00", "<")
	var out strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '\n' {
			out.WriteByte(s[i])
			i++
			continue
		}
		j := i
		for j < len(s) && s[j] == '\n' {
			j++
		}
		if j-i == 1 {
			out.WriteByte(' ')
		} else {
			out.WriteString(s[i+1 : j])
		}
		i = j
	}
	return out.String()
}

// attach keeps p as a file. A message inside keeps its raw bytes.
func (b *body) attach(p *part, inline bool) {
	if p.is("multipart") {
		for _, child := range p.children {
			b.attach(child, false)
		}
		return
	}
	data, warning := decodeTransfer(p.body, p.header.get("content-transfer-encoding"))
	if warning != "" {
		b.m.warn(warning)
	}
	if p.mediaType == "application/pkcs7-mime" || p.mediaType == "application/x-pkcs7-mime" {
		if t := strings.ToLower(p.params["smime-type"]); t != "signed-data" && t != "certs-only" {
			b.m.warn(WarnEncrypted)
		}
	}
	name := p.name
	if name == "" {
		name = b.fallbackName(p, data)
	}
	sum := sha256.Sum256(data)
	b.attachments = append(b.attachments, Attachment{
		Name:        name,
		ContentType: p.mediaType,
		Size:        int64(len(data)),
		Inline:      inline,
		ContentID:   p.contentID,
		Data:        data,
		SHA256:      hex.EncodeToString(sum[:]),
	})
}

// fallbackName names a part that came without a name.
func (b *body) fallbackName(p *part, data []byte) string {
	if p.mediaType == "message/rfc822" || p.mediaType == "message/global" {
		h, _ := parseHeader(data, 64<<10, func(string) {})
		if subject := fileName(strings.ReplaceAll(b.m.text(h.get("subject")), "/", "_"), b.m.hints); subject != "" {
			return cutUTF8(subject, 100) + ".eml"
		}
		return "message.eml"
	}
	if ext := extensions[p.mediaType]; ext != "" {
		return "attachment" + ext
	}
	switch {
	case p.is("image"), p.is("audio"), p.is("video"):
		_, sub, _ := strings.Cut(p.mediaType, "/")
		return "attachment." + strings.TrimPrefix(sub, "x-")
	case p.is("text"):
		return "attachment.txt"
	}
	return "attachment.bin"
}

var extensions = map[string]string{
	"image/jpeg": ".jpg", "image/svg+xml": ".svg", "image/tiff": ".tif", "image/x-icon": ".ico",
	"audio/mpeg": ".mp3", "video/quicktime": ".mov", "video/x-msvideo": ".avi",
	"text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv", "text/vcard": ".vcf", "text/x-vcard": ".vcf", "text/xml": ".xml",
	"application/pdf": ".pdf", "application/zip": ".zip", "application/json": ".json", "application/xml": ".xml", "application/msword": ".doc",
	"application/ms-tnef": ".dat", "application/pgp-signature": ".asc", "application/pgp-keys": ".asc", "application/pgp-encrypted": ".asc",
	"application/pkcs7-signature": ".p7s", "application/x-pkcs7-signature": ".p7s", "application/pkcs7-mime": ".p7m", "application/x-pkcs7-mime": ".p7m",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       ".xlsx",
}

// result joins the blocks. A text that stands alone beside blocks with HTML
// (the footer of a list, what Apple Mail writes around pictures) appears in
// both forms; but one text and one HTML in a plain multipart/mixed are two
// forms of the same, wrongly wrapped.
func (c *content) result(lim Limits) (text, htmlText string, fromHTML bool) {
	texts, htmls := 0, 0
	for _, b := range c.blocks {
		if b.text != "" {
			texts++
		}
		if b.html != "" {
			htmls++
		}
	}
	twoForms := len(c.blocks) == 2 && texts == 1 && htmls == 1
	var t, h []string
	for _, b := range c.blocks {
		switch {
		case b.text != "":
			t = append(t, b.text)
		case texts == 0 || !twoForms:
			t = append(t, htmlToText(b.html, lim.TextBytes))
		}
		switch {
		case b.html != "":
			h = append(h, b.html)
		case htmls > 0 && !twoForms:
			h = append(h, `<div style="white-space:pre-wrap">`+html.EscapeString(b.text)+`</div>`)
		}
	}
	return c.cut(strings.Join(t, "\n\n")), c.cut(strings.Join(h, "\n<br>\n")), texts == 0 && htmls > 0
}
