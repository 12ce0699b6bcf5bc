package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// Address is a mailbox with an optional display name.
type Address struct {
	Name string
	Addr string // local@domain
}

// File is one attachment. With Inline and a ContentID it is part of the HTML,
// which names it as "cid:" + ContentID.
type File struct {
	Name        string
	ContentType string // application/octet-stream if empty or malformed
	ContentID   string
	Inline      bool
	Data        []byte
}

// Outgoing is a message to send.
type Outgoing struct {
	From, ReplyTo Address // ReplyTo with an empty Addr is left out
	To, CC, BCC   []Address
	Subject       string
	MessageID     string // with or without angle brackets; required
	InReplyTo     string
	References    []string // oldest first
	Text, HTML    string
	Attachments   []File
	Date          time.Time // required
	// Headers are further fields, such as Auto-Submitted on automatic mail. Those
	// that Compose writes itself are refused.
	Headers map[string]string
}

// Limits of a composed message.
const (
	maxReferences = 20       // the first and the newest ones stay
	maxIDLen      = 250      // longer message identifiers are left out of References
	maxSubject    = 2000     // octets
	maxText       = 10 << 20 // octets of text, and of HTML
)

// Recipients returns the envelope's recipients: To, CC and BCC without repeats.
func (o Outgoing) Recipients() []string {
	var out []string
	for _, list := range [][]Address{o.To, o.CC, o.BCC} {
		for _, a := range list {
			if !slices.ContainsFunc(out, func(have string) bool { return strings.EqualFold(have, a.Addr) }) {
				out = append(out, a.Addr)
			}
		}
	}
	return out
}

// Compose writes the message as RFC 5322 and MIME octets with CRLF line ends. The
// same Outgoing gives the same octets, so that a retry sends the same message.
// BCC is not written. It fails with errs.Invalid, naming the field, when a value
// cannot stand in a header: a line break or NUL anywhere, an address without a
// domain, a field name that Compose owns.
//
// The tree is written here and not by go-mail, because there the boundaries are
// random or else the same on every level, long words stay unfolded, and file names
// are not encoded by RFC 2231.
func Compose(o Outgoing) ([]byte, error) {
	h, err := o.header()
	if err != nil {
		return nil, err
	}
	body, err := o.tree()
	if err != nil {
		return nil, err
	}
	w := &bytes.Buffer{}
	w.Grow(len(o.Text)*2 + len(o.HTML)*2 + 4096)
	for _, f := range h {
		writeField(w, f.name, f.value)
	}
	writeField(w, "MIME-Version", "1.0")
	body.write(w, o.boundarySeed(), "0")
	return w.Bytes(), nil
}

type field struct{ name, value string }

func (o Outgoing) header() ([]field, error) {
	if o.Date.IsZero() {
		return nil, errs.Field("date", "email.date_missing")
	}
	id, err := messageID(o.MessageID)
	if err != nil {
		return nil, errs.Field("message_id", "email.message_id_invalid")
	}
	h := []field{{"Date", o.Date.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700")}}

	add := func(name, fieldName string, list ...Address) error {
		if len(list) == 0 {
			return nil
		}
		v, err := addressList(list)
		if err != nil {
			return errs.Field(fieldName, "email.address_invalid")
		}
		h = append(h, field{name, v})
		return nil
	}
	if err := add("From", "from", o.From); err != nil {
		return nil, err
	}
	if o.ReplyTo.Addr != "" {
		if err := add("Reply-To", "reply_to", o.ReplyTo); err != nil {
			return nil, err
		}
	}
	if err := add("To", "to", o.To...); err != nil {
		return nil, err
	}
	if err := add("Cc", "cc", o.CC...); err != nil {
		return nil, err
	}
	if _, err := addressList(o.BCC); err != nil {
		return nil, errs.Field("bcc", "email.address_invalid")
	}
	if len(o.To)+len(o.CC)+len(o.BCC) == 0 {
		return nil, errs.Field("to", "email.recipient_missing")
	}
	if len(o.To)+len(o.CC) == 0 {
		// RFC 5322 section 3.4: an empty group keeps hidden recipients hidden.
		h = append(h, field{"To", "undisclosed-recipients:;"})
	}
	if len(o.Subject) > maxSubject || breaksLine(o.Subject) {
		return nil, errs.Field("subject", "email.subject_invalid")
	}
	h = append(h, field{"Subject", unstructured(o.Subject)}, field{"Message-ID", id})
	if o.InReplyTo != "" {
		if breaksLine(o.InReplyTo) {
			return nil, errs.Field("in_reply_to", "email.message_id_invalid")
		}
		// A foreign identifier that breaks the grammar is left out, not refused: the
		// customer's program made it, and the answer must go out all the same.
		if v, err := messageID(o.InReplyTo); err == nil {
			h = append(h, field{"In-Reply-To", v})
		}
	}
	refs, err := references(o.References)
	if err != nil {
		return nil, err
	}
	if refs != "" {
		h = append(h, field{"References", refs})
	}
	more, err := o.extra()
	return append(h, more...), err
}

// references bounds the list as RFC 5322 section 3.6.4 leaves to the sender: the
// root, which threads hang on, and the newest.
func references(ids []string) (string, error) {
	var good []string
	for _, id := range ids {
		if breaksLine(id) {
			return "", errs.Field("references", "email.message_id_invalid")
		}
		if v, err := messageID(id); err == nil && !slices.Contains(good, v) {
			good = append(good, v)
		}
	}
	if len(good) > maxReferences {
		good = slices.Concat(good[:1], good[len(good)-maxReferences+1:])
	}
	return strings.Join(good, " "), nil
}

// owned are the fields that Compose writes, or that would change what it wrote.
var owned = []string{
	"Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Message-Id", "In-Reply-To", "References",
	"Mime-Version", "Return-Path", "Received", "Dkim-Signature",
}

func (o Outgoing) extra() ([]field, error) {
	var h []field
	for name, value := range o.Headers {
		reserved := slices.ContainsFunc(owned, func(n string) bool { return strings.EqualFold(n, name) }) ||
			len(name) >= 8 && strings.EqualFold(name[:8], "content-") && !strings.EqualFold(name, "Content-Language") // RFC 3282
		if reserved || !fieldName(name) || breaksLine(value) || len(value) > maxSubject {
			return nil, errs.Field("headers", "email.header_invalid", "name", name)
		}
		if len(name) > 5 && strings.EqualFold(name[:5], "list-") { // addresses, never encoded words (RFC 2369 section 2)
			if !visible(value) || len(name)+len(value) > hardLine-4 {
				return nil, errs.Field("headers", "email.header_invalid", "name", name)
			}
			h = append(h, field{name, value})
			continue
		}
		h = append(h, field{name, unstructured(value)})
	}
	slices.SortFunc(h, func(a, b field) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(h); i++ {
		if strings.EqualFold(h[i].name, h[i-1].name) {
			return nil, errs.Field("headers", "email.header_invalid", "name", h[i].name)
		}
	}
	return h, nil
}

// boundarySeed depends on everything that could hold a boundary by accident or by
// malice, so that no text can contain the one drawn from it.
func (o Outgoing) boundarySeed() []byte {
	h := sha256.New()
	put := func(b []byte) {
		_ = binary.Write(h, binary.BigEndian, uint64(len(b)))
		h.Write(b)
	}
	put([]byte(o.MessageID))
	put([]byte(o.Date.UTC().Format(time.RFC3339)))
	put([]byte(o.Text))
	put([]byte(o.HTML))
	for _, f := range o.Attachments {
		put([]byte(f.Name))
		put(f.Data)
	}
	return h.Sum(nil)
}

func boundary(seed []byte, path string) string {
	sum := sha256.Sum256(append(slices.Clone(seed), path...))
	return "=_gw_" + hex.EncodeToString(sum[:16])
}

// part is a node of the MIME tree: a leaf with data or a multipart with children.
type part struct {
	fields   []field // Content-Disposition and the like, already encoded
	kind     string  // the Content-Type's value; of a multipart without boundary
	encoding string
	data     []byte // encoded
	children []*part
}

// tree builds mixed( related( alternative(text, html), inline files ), files ),
// leaving out each level that has one child.
func (o Outgoing) tree() (*part, error) {
	if len(o.Text) > maxText || len(o.HTML) > maxText {
		return nil, errs.Field("text", "email.text_too_long")
	}
	var body *part
	switch {
	case o.HTML == "":
		body = textPart("plain", o.Text)
	case o.Text == "":
		body = textPart("html", o.HTML)
	default:
		body = &part{kind: "multipart/alternative", children: []*part{textPart("plain", o.Text), textPart("html", o.HTML)}}
	}
	var inline, attached []*part
	for i, f := range o.Attachments {
		p, err := filePart(f, o.HTML != "")
		if err != nil {
			return nil, errs.Field(fmt.Sprintf("attachments.%d", i), "email.attachment_invalid")
		}
		if f.Inline && o.HTML != "" {
			inline = append(inline, p)
		} else {
			attached = append(attached, p)
		}
	}
	if len(inline) > 0 {
		body = &part{kind: "multipart/related", children: append([]*part{body}, inline...)}
	}
	if len(attached) > 0 {
		body = &part{kind: "multipart/mixed", children: append([]*part{body}, attached...)}
	}
	return body, nil
}

func (p *part) write(w *bytes.Buffer, seed []byte, path string) {
	if len(p.children) == 0 {
		writeField(w, "Content-Type", p.kind)
		writeField(w, "Content-Transfer-Encoding", p.encoding)
		for _, f := range p.fields {
			writeField(w, f.name, f.value)
		}
		w.WriteString("\r\n")
		w.Write(p.data)
		return
	}
	b := boundary(seed, path)
	writeField(w, "Content-Type", p.kind+`; boundary="`+b+`"`)
	w.WriteString("\r\n")
	for i, c := range p.children {
		w.WriteString("--" + b + "\r\n")
		c.write(w, seed, fmt.Sprintf("%s.%d", path, i))
		// The line break before a boundary belongs to the boundary (RFC 2046, 5.1.1).
		w.WriteString("\r\n")
	}
	w.WriteString("--" + b + "--\r\n")
}
