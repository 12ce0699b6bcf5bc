package message

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Kind says what sort of mail a message is; see the package comment.
type Kind string

// The kinds of a message.
const (
	KindMessage   Kind = "message"
	KindBounce    Kind = "bounce"
	KindAutoReply Kind = "auto_reply"
	KindList      Kind = "list"
	KindReport    Kind = "report"
)

// Warning codes: what was wrong with a message, in no language.
const (
	WarnBytesLimit       = "bytes_limit"       // longer than Limits.Bytes; the rest was not read
	WarnHeaderLimit      = "header_limit"      // a field or the block was cut
	WarnHeaderMissing    = "header_missing"    // no header where one must stand
	WarnHeaderMalformed  = "header_malformed"  // a line of the header is no field
	WarnHeaderCharset    = "header_charset"    // raw 8-bit bytes in a header
	WarnPartsLimit       = "parts_limit"       // more parts than Limits.Parts; the rest was not read
	WarnDepthLimit       = "depth_limit"       // nested deeper than Limits.Depth; the inner ones were read as text
	WarnTextTruncated    = "text_truncated"    // text or HTML longer than Limits.TextBytes
	WarnBoundaryMissing  = "boundary_missing"  // a multipart without a usable boundary
	WarnBoundaryUnclosed = "boundary_unclosed" // a multipart without its end
	WarnTypeMalformed    = "type_malformed"    // an unreadable Content-Type
	WarnEncodingUnknown  = "encoding_unknown"  // an unknown Content-Transfer-Encoding
	WarnEncodingBroken   = "encoding_broken"   // bytes that break the transfer encoding
	WarnCharsetUnknown   = "charset_unknown"   // an unknown charset label
	WarnCharsetWrong     = "charset_wrong"     // bytes that do not fit the declared charset
	WarnAddressInvalid   = "address_invalid"   // an entry of an address field holds no address
	WarnFromMissing      = "from_missing"      // nobody says who wrote it
	WarnFromMultiple     = "from_multiple"     // more than one From field; the first counts
	WarnDateMissing      = "date_missing"      // no Date field
	WarnDateInvalid      = "date_invalid"      // an unreadable or absurd Date
	WarnIDMissing        = "message_id_missing"
	WarnEncrypted        = "encrypted" // the body is ciphertext, kept as attachments
	WarnInternal         = "internal"  // the parser gave up; only the header stands
)

// Limits bound what one message may cost. A zero field means its default.
type Limits struct {
	Bytes       int // of the raw message read at all
	HeaderBytes int // of header values kept, per part
	Parts       int // in the whole message
	Depth       int // of nested multiparts
	TextBytes   int // of Text and of HTML, each
}

// DefaultLimits suit a mailbox open to the world.
func DefaultLimits() Limits {
	return Limits{Bytes: 50 << 20, HeaderBytes: 256 << 10, Parts: 1000, Depth: 20, TextBytes: 2 << 20}
}

func (l Limits) orDefaults() Limits {
	d := DefaultLimits()
	for _, f := range []struct {
		v   *int
		def int
	}{{&l.Bytes, d.Bytes}, {&l.HeaderBytes, d.HeaderBytes}, {&l.Parts, d.Parts}, {&l.Depth, d.Depth}, {&l.TextBytes, d.TextBytes}} {
		if *f.v <= 0 {
			*f.v = f.def
		}
	}
	return l
}

// Address is a mailbox of a header field. The domain is in lower case and in
// Unicode; the local part is as written. Address may lack a domain when a
// local user such as MAILER-DAEMON wrote.
type Address struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Attachment is a part that is not the body. Data may share memory with the
// raw message and must not be changed. SHA256 is in lower-case hex.
type Attachment struct {
	Name        string `json:"name"`
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"`
	Inline      bool   `json:"inline"` // shown within the body, not below it
	ContentID   string `json:"content_id"`
	Data        []byte `json:"-"`
	SHA256      string `json:"-"`
}

// Bounce says that a mail did not arrive. Status is an enhanced status code
// (RFC 3463), 5.0.0 or 4.0.0 when only its class is known. OriginalMessageID is the id of the mail that
// was returned, without brackets, "" if the bounce does not tell.
type Bounce struct {
	Recipient         string `json:"recipient"`
	Status            string `json:"status"`
	Action            string `json:"action"`
	Diagnostic        string `json:"-"`
	OriginalMessageID string `json:"-"`
	Permanent         bool   `json:"-"`
}

// AutoInfo tells whether a machine may answer this mail (RFC 3834).
type AutoInfo struct {
	AutoSubmitted string // the keyword of the field, lower case, "" if absent
	MayReply      bool
	Reason        string // a short stable code when MayReply is false
}

// Message is one mail as the rest of Godwit sees it.
type Message struct {
	From, To, CC, ReplyTo []Address
	Sender                *Address
	ReturnPath            string // the envelope sender
	NullReturnPath        bool   // the envelope sender is "<>": never answer
	Subject               string
	Date                  time.Time // zero if absent or absurd; keeps the sender's offset
	MessageID             string
	InReplyTo, References []string // without <>, valid ids, in order, each once

	Text         string // UTF-8, LF, flowed lines joined
	HTML         string // raw: never show it unsanitised
	TextFromHTML bool   // there was no plain text; Text was made from HTML

	Attachments []Attachment
	Kind        Kind
	Bounce      *Bounce // set if and only if Kind is KindBounce
	Auto        AutoInfo
	ListID      string   // of List-Id, without <>
	DeliveredTo []string // the mailboxes it was delivered to, for routing
	AuthResults []string // raw Authentication-Results fields, topmost first
	Warnings    []string // Warn codes, each once, in the order met

	header header
	hints  []string
}

// Header returns the first value of a field, unfolded and decoded, "" if absent.
func (m *Message) Header(name string) string {
	return m.text(m.header.get(strings.ToLower(name)))
}

// HeaderAll returns every value of a field, topmost first, unfolded and decoded.
func (m *Message) HeaderAll(name string) []string {
	out := m.header.all(strings.ToLower(name))
	for i := range out {
		out[i] = m.text(out[i])
	}
	return out
}

// HeaderNames returns the names of all fields in lower case, in order, with repeats.
func (m *Message) HeaderNames() []string {
	out := make([]string, len(m.header.fields))
	for i, f := range m.header.fields {
		out[i] = f.name
	}
	return out
}

// utf8 returns a header value as UTF-8 with its encoded words in place.
func (m *Message) utf8(v string) string {
	if isASCII([]byte(v)) && !strings.Contains(v, "\x1b$") || utf8.ValidString(v) && !strings.Contains(v, "\x1b$") {
		return v
	}
	return decodeCharset([]byte(v), "", m.hints).text
}

func (m *Message) text(v string) string {
	return strings.TrimSpace(cleanHeader(decodeWords(m.utf8(v))))
}

func (m *Message) warn(code string) {
	if !slices.Contains(m.Warnings, code) {
		m.Warnings = append(m.Warnings, code)
	}
}

// Parse reads one mail. It never fails and never panics: whatever can be read
// is read, and Warnings name the rest. Cost is bounded by lim. The result may
// share memory with raw, which must not change afterwards.
func Parse(raw []byte, lim Limits) *Message {
	lim = lim.orDefaults()
	m := &Message{Kind: KindMessage}
	func() {
		defer func() {
			if recover() != nil {
				m.warn(WarnInternal)
			}
		}()
		m.parse(raw, lim)
	}()
	return m
}

// ParseReader reads a mail from r and parses it. It returns the bytes read,
// for keeping; at most one byte beyond lim.Bytes is read. The error is the
// reader's; what came before it has been parsed all the same.
func ParseReader(r io.Reader, lim Limits) (*Message, []byte, error) {
	lim = lim.orDefaults()
	raw, err := io.ReadAll(io.LimitReader(r, int64(lim.Bytes)+1))
	return Parse(raw, lim), raw, err
}

func (m *Message) parse(raw []byte, lim Limits) {
	if len(raw) > lim.Bytes {
		raw = raw[:lim.Bytes]
		m.warn(WarnBytesLimit)
	}
	raw = trimPreamble(raw)
	t := &tree{data: raw, lim: lim, warn: m.warn}
	root, _, _ := t.read("")
	m.header = root.header
	m.hints = charsetHints(root)
	m.readHeader()
	b := collectBody(root, m, lim)
	m.Text, m.HTML, m.TextFromHTML = b.result(lim)
	m.Attachments = b.attachments
	m.classify(root)
}

// trimPreamble takes away what is no part of the message: a byte order mark,
// empty lines, the "From " line of an mbox, and line ends of bare CR.
func trimPreamble(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\r') >= 0 {
		raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
	}
	for len(raw) > 0 && (raw[0] == '\n' || raw[0] == '\r') {
		raw = raw[1:]
	}
	for {
		line, rest := cutLine(raw)
		if !bytes.HasPrefix(line, []byte("From ")) && !bytes.HasPrefix(line, []byte(">From ")) {
			return raw
		}
		raw = rest
	}
}

// charsetHints lists the charsets that the parts declare: raw bytes in a
// header are most likely in the charset of the body.
func charsetHints(root *part) []string {
	var hints []string
	var walk func(*part)
	walk = func(p *part) {
		if c := p.charset(); c != "" && len(hints) < 4 && !slices.Contains(hints, c) {
			hints = append(hints, c)
		}
		for _, child := range p.children {
			walk(child)
		}
	}
	walk(root)
	return hints
}

func (m *Message) readHeader() {
	h := &m.header
	for i := range h.fields {
		if !isASCII([]byte(h.fields[i].value)) {
			m.warn(WarnHeaderCharset)
			break
		}
	}
	m.From = m.addresses("from")
	m.To = m.addresses("to")
	m.CC = m.addresses("cc")
	m.ReplyTo = m.addresses("reply-to")
	if s := m.addresses("sender"); len(s) > 0 {
		m.Sender = &s[0]
	}
	switch from := h.all("from"); {
	case len(m.From) == 0:
		m.warn(WarnFromMissing)
	case len(from) > 1:
		m.warn(WarnFromMultiple)
	}
	m.Subject = m.text(h.get("subject"))
	m.readEnvelope()
	switch date := h.get("date"); {
	case date == "":
		m.warn(WarnDateMissing)
	default:
		var ok bool
		if m.Date, ok = parseDate(date); !ok {
			m.Date = time.Time{}
			m.warn(WarnDateInvalid)
		}
	}
	if m.MessageID = messageID(h.get("message-id")); m.MessageID == "" {
		m.warn(WarnIDMissing)
	}
	m.InReplyTo = messageIDs(h.all("in-reply-to"))
	m.References = messageIDs(h.all("references"))
	m.AuthResults = h.all("authentication-results")
	m.ListID = listID(m.text(h.get("list-id")))
}

// readEnvelope reads what the delivering servers noted of the envelope.
func (m *Message) readEnvelope() {
	if values := m.header.all("return-path"); len(values) > 0 {
		m.ReturnPath = cleanAddress(m.utf8(values[0]))
		m.NullReturnPath = m.ReturnPath == "" && strings.Contains(values[0], "<>")
	}
	for _, name := range []string{"delivered-to", "x-original-to", "x-delivered-to", "envelope-to", "x-envelope-to", "x-rcpt-to", "x-forwarded-to", "apparently-to"} {
		for _, v := range m.header.all(name) {
			list, _ := parseAddresses(m.utf8(v))
			for _, a := range list {
				if strings.Contains(a.Address, "@") && !slices.Contains(m.DeliveredTo, a.Address) && len(m.DeliveredTo) < 50 {
					m.DeliveredTo = append(m.DeliveredTo, a.Address)
				}
			}
		}
	}
}

// addresses reads all fields of a name; From counts once (RFC 5322 section
// 3.6), as a second one is how phishers hide.
func (m *Message) addresses(name string) []Address {
	values := m.header.all(name)
	if name == "from" && len(values) > 1 {
		values = values[:1]
	}
	var out []Address
	for _, v := range values {
		list, dropped := parseAddresses(m.utf8(v))
		if dropped > 0 {
			m.warn(WarnAddressInvalid)
		}
		out = append(out, list[:min(len(list), maxAddresses-len(out))]...)
	}
	return out
}

func listID(s string) string {
	if open := strings.LastIndexByte(s, '<'); open >= 0 {
		s, _, _ = strings.Cut(s[open+1:], ">")
	}
	return cutUTF8(strings.ToLower(strings.TrimSpace(s)), 255)
}
