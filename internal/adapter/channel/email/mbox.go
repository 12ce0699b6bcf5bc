package email

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"time"
)

// mbox reads messages from a file in which each begins with a "From " line. The
// format has several dialects and no standard (RFC 4155 only registers it):
// mboxo quotes "From " at a line's start as ">From ", mboxrd also quotes what is
// quoted already; Content-Length of mboxcl is a lie as soon as anybody edits the
// file, and is ignored.
//
// A line is taken for the start of a message when it begins with "From ", ends
// in a date, and follows an empty line or the file's beginning: body text that
// begins with "From " unquoted then stays where it is.
type mbox struct {
	r      *bufio.Reader
	pos    int64 // offset of the next octet to read
	at     int64 // offset of the envelope line of the next message, -1 behind the last
	limit  int64
	opened bool
	stamp  time.Time // of the envelope line that was read last
}

// mboxBuffer is also the longest "From " line that is recognised.
const mboxBuffer = 64 << 10

// newMbox reads from r, which stands at the envelope line at offset start.
func newMbox(r io.Reader, start, limit int64) *mbox {
	return &mbox{r: bufio.NewReaderSize(r, mboxBuffer), pos: start, at: start, limit: limit}
}

// next returns the next message, or io.EOF after the last. ReceivedAt is the
// envelope line's date and zero if that has none.
func (m *mbox) next() (Raw, error) {
	if !m.opened {
		m.opened = true
		if err := m.open(); err != nil {
			return Raw{}, err
		}
	}
	if m.at < 0 {
		return Raw{}, io.EOF
	}
	msg := mboxMessage{limit: m.limit}
	msg.raw.ReceivedAt = m.stamp
	afterEmpty, lineBegins := true, true
	for {
		line, err := m.r.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return Raw{}, err
		}
		if len(line) == 0 {
			m.at = -1
			return msg.end(), nil
		}
		if lineBegins && afterEmpty {
			if stamp, ok := envelopeLine(line); ok {
				m.at, m.stamp = m.pos, stamp
				m.pos += int64(len(line))
				return msg.end(), nil
			}
		}
		m.pos += int64(len(line))
		if lineBegins {
			line = unquoteFrom(line)
		}
		afterEmpty = lineBegins && len(bytes.TrimRight(line, "\r\n")) == 0
		msg.add(line, afterEmpty)
		lineBegins = !errors.Is(err, bufio.ErrBufferFull)
	}
}

// open reads the first envelope line. A file that goes on with something else has
// been changed since; what is there is then read as text.
func (m *mbox) open() error {
	if b, err := m.r.Peek(5); err != nil || string(b) != "From " {
		if len(b) == 0 {
			m.at = -1
		}
		return nil
	}
	line, err := m.r.ReadSlice('\n')
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return err
	}
	m.pos += int64(len(line))
	m.stamp, _ = envelopeLine(line)
	return nil
}

// mboxMessage gathers a message up to the limit. It holds an empty line back, as
// the one in front of an envelope line or of the file's end belongs to the mbox.
type mboxMessage struct {
	raw   Raw
	limit int64
	empty []byte
}

func (g *mboxMessage) add(line []byte, empty bool) {
	g.take(g.empty)
	g.empty = nil
	if empty {
		g.empty = bytes.Clone(line)
		return
	}
	g.take(line)
}

func (g *mboxMessage) take(b []byte) {
	g.raw.Size += int64(len(b))
	room := max(g.limit-int64(len(g.raw.Body)), 0)
	g.raw.Body = append(g.raw.Body, b[:min(int64(len(b)), room)]...)
}

func (g *mboxMessage) end() Raw {
	if g.raw.Size > int64(len(g.raw.Body)) {
		g.raw.Mark = Truncated
	}
	return g.raw
}

// unquoteFrom takes one ">" off ">From ", ">>From " and so on, which undoes
// mboxrd exactly and mboxo as well as can be.
func unquoteFrom(line []byte) []byte {
	if len(line) > 0 && line[0] == '>' && bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
		return line[1:]
	}
	return line
}

// envelopeLine reports whether line is "From <sender> <date>", and its date.
func envelopeLine(line []byte) (time.Time, bool) {
	if !bytes.HasPrefix(line, []byte("From ")) || len(line) > 1000 {
		return time.Time{}, false
	}
	fields := strings.Fields(string(line[5:]))
	// The date is ctime's, with or without a zone in one of several places. The
	// sender may be missing or have spaces, so it is looked for from the weekday.
	for i := range fields {
		rest := fields[i:]
		if len(rest) < 5 || !weekday(rest[0]) {
			continue
		}
		for _, layout := range []string{
			"Mon Jan 2 15:04:05 2006", "Mon Jan 2 15:04:05 2006 -0700", "Mon Jan 2 15:04:05 -0700 2006",
			"Mon Jan 2 15:04:05 MST 2006", "Mon Jan 2 15:04 2006", "Mon, 2 Jan 2006 15:04:05 -0700",
			"Mon Jan 2 15:04:05 2006 MST",
		} {
			if t, err := time.Parse(layout, strings.Join(rest, " ")); err == nil {
				return t.UTC(), true
			}
		}
		// A date in a shape of its own is still no prose when it has a clock time and
		// a year.
		if clock(rest) && year(rest) {
			return time.Time{}, true
		}
	}
	return time.Time{}, false
}

func weekday(s string) bool {
	s = strings.TrimSuffix(s, ",")
	return len(s) == 3 && strings.Contains("MonTueWedThuFriSatSun", s) && s[0] >= 'A' && s[0] <= 'Z'
}

func clock(fields []string) bool {
	for _, f := range fields {
		if len(f) >= 5 && f[2] == ':' {
			return true
		}
	}
	return false
}

func year(fields []string) bool {
	for _, f := range fields {
		if len(f) == 4 && (f[:2] == "19" || f[:2] == "20") {
			return true
		}
	}
	return false
}
