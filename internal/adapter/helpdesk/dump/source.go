package dump

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/migrate"
)

// maxRecord is the longest record or page that is read at once, in bytes.
const maxRecord = 64 << 20

// Source is what was exported: a file, or a folder with all that is below it.
// Close it when done.
type Source struct {
	root  *os.Root
	files []file
	total int64
}

type file struct {
	name string
	size int64
}

// Open opens a source. It fails with errs.NotFound if there is nothing.
func Open(name string) (*Source, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, errs.Wrap(errs.NotFound, err, "error.import_source", "path", name)
	}
	dir, only := name, ""
	if !info.IsDir() {
		dir, only = filepath.Split(name)
		if dir == "" {
			dir = "."
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, errs.Wrap(errs.NotFound, err, "error.import_source", "path", name)
	}
	s := &Source{root: root}
	if only != "" {
		s.add(only, info.Size())
		return s, nil
	}
	err = fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		i, err := d.Info()
		if err == nil {
			s.add(p, i.Size())
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(errs.Wrap(errs.NotFound, err, "error.import_source", "path", name), root.Close())
	}
	return s, nil
}

func (s *Source) add(name string, size int64) {
	s.files = append(s.files, file{name, size})
	s.total += size
}

// Close releases the source.
func (s *Source) Close() error { return s.root.Close() }

// File opens a file of the source by its path below the source, and returns nil
// if there is none. Nothing outside of the source is ever opened.
func (s *Source) File(name string) func() (io.ReadCloser, error) {
	name = path.Clean(strings.TrimPrefix(filepath.ToSlash(name), "/"))
	if !slices.ContainsFunc(s.files, func(f file) bool { return f.name == name }) {
		return nil
	}
	return func() (io.ReadCloser, error) { return s.root.Open(name) }
}

// Each calls fn with the files whose names end in one of some extensions, in the
// order of their paths, and tells how far it is.
func (s *Source) Each(ctx context.Context, extensions []string, tell func(done, total int64), fn func(name string, r io.Reader, size int64) error) error {
	var done int64
	for _, f := range s.files {
		if slices.Contains(extensions, strings.ToLower(path.Ext(f.name))) {
			if err := s.one(ctx, f, done, tell, fn); err != nil {
				return err
			}
		}
		if done += f.size; tell != nil {
			tell(done, s.total)
		}
	}
	return nil
}

func (s *Source) one(ctx context.Context, f file, done int64, tell func(done, total int64), fn func(string, io.Reader, int64) error) error {
	r, err := s.root.Open(f.name)
	if err != nil {
		return errs.Wrap(errs.NotFound, err, "error.import_source", "path", f.name)
	}
	defer func() { _ = r.Close() }()
	return fn(f.name, &counted{ctx: ctx, r: r, tell: func(n int64) {
		if tell != nil {
			tell(min(done+n, s.total), s.total)
		}
	}}, f.size)
}

// counted tells how much was read, and ends with its context.
type counted struct {
	ctx  context.Context
	r    io.Reader
	n    int64
	tell func(int64)
}

// Read reads on.
func (c *counted) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(b)
	c.n += int64(n)
	c.tell(c.n)
	return n, err
}

// Record is one object. List is the name of the list or wrap it stood in, ""
// if none; Err says why Raw is no object.
type Record struct {
	Place migrate.Place
	List  string
	Raw   json.RawMessage
	Err   error
}

// Shape tells records from what holds them: an object that has one of the marks
// is a record; else its lists and wraps are looked into.
type Shape struct {
	Marks, Lists, Wraps []string
}

// Records calls fn with each record of the JSON files of a source.
func (s *Source) Records(ctx context.Context, shape Shape, tell func(done, total int64), fn func(Record) error) error {
	return s.Each(ctx, []string{".json", ".ndjson", ".jsonl"}, tell, func(name string, r io.Reader, size int64) error {
		w := walker{shape: shape, name: name, fn: fn, in: bufio.NewReaderSize(r, 64<<10), line: 1}
		return w.file(size)
	})
}

// walker goes through one file.
type walker struct {
	shape Shape
	name  string
	fn    func(Record) error
	in    *bufio.Reader
	line  int
}

// spaces are those of JSON (RFC 8259 section 2).
const spaces = " \t\r\n"

var errLong = errors.New("longer than 64 MB")

func (w *walker) file(size int64) error {
	if bom, _ := w.in.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = w.in.Discard(3)
	}
	switch c, err := w.peek(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	case c == '[':
		return w.array("")
	case c == '{' && size > maxRecord && !w.lined():
		return w.page()
	}
	return w.lines()
}

// lined reports whether the file has one object a line, as far as can be seen.
func (w *walker) lined() bool {
	head, _ := w.in.Peek(w.in.Size())
	end := bytes.IndexByte(head, '\n')
	return end > 0 && json.Valid(head[:end]) || end < 0
}

// lines reads objects one after another: one a line, or each over several lines.
func (w *walker) lines() error {
	for {
		if _, err := w.peek(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		at := w.line
		raw, err := w.row()
		if err == nil && bytes.HasPrefix(raw, []byte("{")) && !json.Valid(raw) { // an object over several lines, or a broken one
			raw, err = w.rest(raw)
		}
		if err != nil && !errors.Is(err, errLong) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		if err := w.give(at, "", raw, err, 0); err != nil {
			return err
		}
	}
}

// row reads one line.
func (w *walker) row() ([]byte, error) {
	var out []byte
	long := false
	for {
		part, err := w.in.ReadSlice('\n')
		if long = long || len(out)+len(part) > maxRecord; !long {
			out = append(out, part...)
		}
		switch {
		case err == nil:
			w.line++
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case !errors.Is(err, io.EOF):
			return nil, err
		}
		if long {
			return nil, errLong
		}
		return bytes.Trim(out, spaces), nil
	}
}

// rest goes on with an object that did not end with its line. A line that looks
// like the beginning of the next record of a broken one ends it.
func (w *walker) rest(first []byte) ([]byte, error) {
	var b balance
	b.add(first)
	out := first
	for !b.closed() {
		if next, err := w.in.Peek(2); err == nil && string(next) == `{"` {
			return out, io.ErrUnexpectedEOF
		}
		more, err := w.in.ReadSlice('\n')
		if len(out)+len(more) > maxRecord {
			return nil, errLong
		}
		out = append(append(out, '\n'), more...)
		b.add(more)
		if err == nil {
			w.line++
		} else if errors.Is(err, io.EOF) {
			break
		} else if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
	return bytes.Trim(out, spaces), nil
}

// peek returns the next byte that is no space.
func (w *walker) peek() (byte, error) {
	for {
		c, err := w.in.ReadByte()
		if err != nil {
			return 0, err
		}
		switch c {
		case '\n':
			w.line++
		case ' ', '\t', '\r':
		default:
			return c, w.in.UnreadByte()
		}
	}
}

// array reads the elements of an array that begins here.
func (w *walker) array(list string) error {
	if _, err := w.in.ReadByte(); err != nil {
		return err
	}
	for {
		c, err := w.peek()
		switch {
		case errors.Is(err, io.EOF):
			return w.give(w.line, list, nil, io.ErrUnexpectedEOF, 0)
		case err != nil:
			return err
		case c == ',':
			_, _ = w.in.ReadByte()
			continue
		case c == ']':
			_, err := w.in.ReadByte()
			return err
		}
		at := w.line
		raw, err := w.value()
		if err != nil && !errors.Is(err, errLong) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		if gerr := w.give(at, list, raw, err, 0); gerr != nil || errors.Is(err, io.ErrUnexpectedEOF) {
			return gerr
		}
	}
}

// page reads a large object: its lists are read element by element, and what else
// it holds is no record.
func (w *walker) page() error {
	if _, err := w.in.ReadByte(); err != nil {
		return err
	}
	for {
		c, err := w.peek()
		switch {
		case errors.Is(err, io.EOF) || err == nil && c == '}':
			return nil
		case err != nil:
			return err
		case c == ',' || c == ':':
			_, _ = w.in.ReadByte()
			continue
		}
		raw, err := w.value()
		if err != nil {
			return w.give(w.line, "", nil, err, 0)
		}
		var key string
		_ = json.Unmarshal(raw, &key) // what is no key is passed over
		if c, err := w.peek(); err == nil && c == ':' {
			_, _ = w.in.ReadByte()
		}
		if c, err := w.peek(); err == nil && c == '[' && slices.Contains(w.shape.Lists, key) {
			if err := w.array(key); err != nil {
				return err
			}
		}
	}
}

// value reads one value.
func (w *walker) value() ([]byte, error) {
	var b balance
	var out []byte
	long := false
	for {
		c, err := w.in.ReadByte()
		if errors.Is(err, io.EOF) {
			if b.depth == 0 && !b.quoted && len(out) > 0 {
				return out, nil
			}
			return out, io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		if b.depth == 0 && !b.quoted && len(out) > 0 && strings.IndexByte(",]}: \t\r\n", c) >= 0 { // behind a number or a word
			return out, w.in.UnreadByte()
		}
		if c == '\n' {
			w.line++
		}
		if len(out) < maxRecord {
			out = append(out, c)
		} else {
			long = true
		}
		if b.one(c); b.closed() {
			if long {
				return nil, errLong
			}
			return out, nil
		}
	}
}

// balance counts brackets outside of strings.
type balance struct {
	depth           int
	quoted, escaped bool
	begun           bool
}

func (b *balance) add(p []byte) {
	for _, c := range p {
		b.one(c)
	}
}

func (b *balance) one(c byte) {
	switch {
	case b.escaped:
		b.escaped = false
	case b.quoted && c == '\\':
		b.escaped = true
	case c == '"':
		b.quoted, b.begun = !b.quoted, true
	case b.quoted:
	case c == '{' || c == '[':
		b.depth, b.begun = b.depth+1, true
	case c == '}' || c == ']':
		b.depth--
	}
}

func (b *balance) closed() bool { return b.begun && b.depth <= 0 && !b.quoted }

// maxWraps is how deep pages and wraps are looked into.
const maxWraps = 4

// give hands a record on, or what a page or wrap holds.
func (w *walker) give(line int, list string, raw []byte, err error, depth int) error {
	rec := Record{Place: migrate.Place{File: w.name, Line: line}, List: list, Raw: raw, Err: err}
	var all map[string]json.RawMessage
	if err == nil {
		if rec.Err = json.Unmarshal(raw, &all); rec.Err == nil && all == nil {
			rec.Err = errors.New("null")
		}
	}
	if rec.Err != nil || depth == maxWraps || slices.ContainsFunc(w.shape.Marks, func(m string) bool { return all[m] != nil }) {
		return w.fn(rec)
	}
	held := false
	for _, name := range w.shape.Lists {
		var elements []json.RawMessage
		if all[name] == nil || json.Unmarshal(all[name], &elements) != nil {
			continue
		}
		held = true
		for _, e := range elements {
			if err := w.give(line, name, e, nil, depth+1); err != nil {
				return err
			}
		}
	}
	for _, name := range w.shape.Wraps {
		if inner := bytes.TrimSpace(all[name]); len(inner) > 0 && inner[0] == '{' {
			held = true
			if err := w.give(line, name, inner, nil, depth+1); err != nil {
				return err
			}
		}
	}
	if held {
		return nil
	}
	return w.fn(rec)
}
