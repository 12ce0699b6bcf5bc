package importer

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// Bounds of one record.
const (
	maxRecord = 256 << 10 // bytes
	maxBreaks = 200       // lines
)

// reader reads records of separated values (RFC 4180, and what spreadsheets
// make of it). Unlike encoding/csv it bounds a record, and after a quotation mark
// that nobody closes it goes on with the next line.
type reader struct {
	in    *bufio.Reader
	delim byte
	ahead []string // lines that were read for a record that did not end
	line  int      // of the last line taken
	buf   []byte
}

// errQuote says that a record does not end; errLong that a line is too long.
var (
	errQuote = errors.New("quotation mark is not closed")
	errLong  = errors.New("line is too long")
)

func newReader(r io.Reader) *reader { return &reader{in: bufio.NewReaderSize(r, 1<<16)} }

// takeLine returns the next line with its end, "" and io.EOF after the last.
func (r *reader) takeLine() (string, error) {
	if len(r.ahead) > 0 {
		s := r.ahead[0]
		r.ahead = r.ahead[1:]
		r.line++
		return s, nil
	}
	r.buf = r.buf[:0]
	long := false
	for {
		part, err := r.in.ReadSlice('\n')
		if len(r.buf)+len(part) > maxRecord {
			long = true
		} else {
			r.buf = append(r.buf, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		if len(r.buf) == 0 && !long {
			return "", io.EOF
		}
		r.line++
		if long {
			return "", errLong
		}
		return string(r.buf), nil
	}
}

// read returns the values of the next record and the line on which it begins.
// Empty lines are passed over. After errQuote and errLong the next call goes on.
func (r *reader) read() ([]string, int, error) {
	for {
		text, err := r.takeLine()
		if err != nil {
			return nil, r.line, err
		}
		if strings.TrimRight(text, "\r\n") == "" {
			continue
		}
		start := r.line
		var p parser
		p.feed(text, r.delim)
		var more []string
		size := len(text)
		for p.open {
			if len(more) == maxBreaks || size > maxRecord {
				return nil, start, r.back(start, more)
			}
			text, err := r.takeLine()
			if errors.Is(err, io.EOF) || errors.Is(err, errLong) {
				return nil, start, r.back(start, more)
			}
			if err != nil {
				return nil, start, err
			}
			more = append(more, text)
			size += len(text)
			p.feed(text, r.delim)
		}
		return p.end(), start, nil
	}
}

// back puts lines back, so that they are read as records of their own.
func (r *reader) back(start int, lines []string) error {
	r.ahead = append(lines, r.ahead...)
	r.line = start
	return errQuote
}

// parser cuts a record into values.
type parser struct {
	values []string
	value  strings.Builder
	open   bool // within quotation marks
	began  bool // the value has begun
}

// feed takes one line with its end.
func (p *parser) feed(line string, delim byte) {
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case p.open && c == '"' && i+1 < len(line) && line[i+1] == '"':
			p.value.WriteByte('"')
			i++
		case p.open && c == '"':
			if rest := strings.TrimRight(line[i+1:], "\r\n"); rest == "" || rest[0] == delim {
				p.open = false
			} else {
				p.value.WriteByte('"') // a mark in the middle, which should have been doubled
			}
		case p.open:
			p.value.WriteByte(c)
		case c == '"' && !p.began:
			p.open, p.began = true, true
		case c == delim:
			p.values = append(p.values, p.value.String())
			p.value.Reset()
			p.began = false
		case c == '\n' || c == '\r' && strings.TrimLeft(line[i:], "\r\n") == "":
		default:
			p.began = true
			p.value.WriteByte(c)
		}
	}
}

func (p *parser) end() []string { return append(p.values, p.value.String()) }

// sniff returns the delimiter of a header: the one that cuts it most often.
func sniff(header string) byte {
	best, most := byte(','), 0
	for _, d := range []byte{',', ';', '\t', '|'} {
		var p parser
		p.feed(header, d)
		if n := len(p.values); n > most {
			best, most = d, n
		}
	}
	return best
}
