package inspect

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
	"godwit.dev/godwit/internal/adapter/channel/email/reply"
	"godwit.dev/godwit/internal/base/safehtml"
)

// mail is what a message is read as.
type mail struct {
	From       *message.Address  `json:"from"`
	To         []message.Address `json:"to"`
	CC         []message.Address `json:"cc"`
	ReplyTo    []message.Address `json:"reply_to"`
	Subject    string            `json:"subject"`
	Date       *string           `json:"date"`
	MessageID  string            `json:"message_id"`
	InReplyTo  []string          `json:"in_reply_to"`
	References []string          `json:"references"`
	Text       string            `json:"text"`
	HTML       string            `json:"html"`
	parts
	Attachments []message.Attachment `json:"attachments"`
	Kind        message.Kind         `json:"kind"`
	Bounce      *message.Bounce      `json:"bounce,omitempty"`
	Warnings    []string             `json:"warnings"`
}

// inspectMail reads a message from a file or from the line itself.
func inspectMail(dir string) inspector {
	return func(f fields) (job, error) {
		return func() (any, error) {
			raw, err := readMail(f, dir)
			if err != nil {
				return nil, err
			}
			return mailOf(message.Parse(raw, message.DefaultLimits())), nil
		}, nil
	}
}

func mailOf(m *message.Message) mail {
	out := mail{
		To: list(m.To), CC: list(m.CC), ReplyTo: list(m.ReplyTo), Subject: m.Subject, MessageID: m.MessageID, InReplyTo: list(m.InReplyTo),
		References: list(m.References), Text: m.Text, HTML: safehtml.Mail(m.HTML, safehtml.Options{}).HTML,
		parts: partsOf(reply.FromMessage(m.Text, m.HTML, m.TextFromHTML)), Attachments: list(m.Attachments), Kind: m.Kind, Bounce: m.Bounce,
		Warnings: list(m.Warnings),
	}
	if len(m.From) > 0 {
		out.From = &m.From[0]
	}
	if !m.Date.IsZero() {
		date := m.Date.Format(time.RFC3339)
		out.Date = &date
	}
	return out
}

func readMail(f fields, dir string) ([]byte, error) {
	path, err := f.text("path")
	if err != nil {
		return nil, err
	}
	raw, err := f.text("raw")
	switch {
	case err != nil:
		return nil, err
	case f.has("path") && f.has("raw"):
		return nil, sentence(`Give either "path" or "raw", not both.`)
	case f.has("raw"):
		return decode(raw)
	case path == "":
		return nil, sentence(`The field "path" or "raw" is missing.`)
	}
	return readFile(path, dir)
}

// readFile reads a mail as far as the limits of a message go, and one byte more, which tells that it was cut.
func readFile(path, dir string) ([]byte, error) {
	at := path
	if !filepath.IsAbs(path) {
		at = filepath.Join(dir, path)
	}
	// A device or a pipe would never end, or never begin.
	info, err := os.Stat(at)
	if err == nil && !info.Mode().IsRegular() {
		return nil, sentence("%q is not a file.", path)
	}
	var raw []byte
	if err == nil {
		raw, err = readStart(at, int64(message.DefaultLimits().Bytes)+1)
	}
	switch cause := (*fs.PathError)(nil); {
	case err == nil:
		return raw, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, sentence("There is no file %q.", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, sentence("The file %q may not be read.", path)
	case errors.As(err, &cause):
		return nil, sentence("The file %q cannot be read: %v.", path, cause.Err)
	default:
		return nil, sentence("The file %q cannot be read: %v.", path, err)
	}
}

func readStart(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(io.LimitReader(f, most))
	return b.Bytes(), err
}

// decode reads base64 of either alphabet, with or without padding and line ends.
func decode(s string) ([]byte, error) {
	s = strings.NewReplacer("-", "+", "_", "/", "\r", "", "\n", "", " ", "").Replace(s)
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return nil, sentence(`The field "raw" is not valid base64.`)
	}
	return raw, nil
}
