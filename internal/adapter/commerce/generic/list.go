package generic

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/order/importer"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/auth"
)

const (
	perPage  = 200
	maxLine  = 4 << 20
	maxTable = 256 << 20 // a CSV file is read as a whole
)

// place is where the reading of a file stands: FILE|OFFSET, an offset in bytes of lines, in orders of tables; "end" is
// behind the last one, when all is saved and the file can go.
type place struct {
	file string
	at   int64
	end  bool
}

func (p place) token() string {
	if p.end {
		return p.file + "|end"
	}
	return p.file + "|" + strconv.FormatInt(p.at, 10)
}

func parsePlace(token string) (place, error) {
	i := strings.LastIndexByte(token, '|')
	if i < 0 || token[:i] != filepath.Base(token[:i]) || strings.HasPrefix(token, ".") {
		return place{}, errs.New(errs.Invalid, "error.shop_answer")
	}
	p := place{file: token[:i]}
	if token[i+1:] == "end" {
		p.end = true
		return p, nil
	}
	at, err := strconv.ParseInt(token[i+1:], 10, 64)
	p.at = at
	return p, errs.Wrap(errs.Invalid, err, "error.shop_answer")
}

// List reads files on. Each kind has its own: products.jsonl, customers-2026.jsonl; whatever is called otherwise has
// orders. A file moves to done when it is asked what comes behind it, for then all of it is saved.
func (f *folder) List(_ context.Context, kind string, c commerce.Cursor) (commerce.Page, error) {
	if kind != intake.KindOrder && kind != intake.KindProduct && kind != intake.KindCustomer {
		return commerce.Page{}, errs.New(errs.Unsupported, "error.shop_kind")
	}
	if f.dir == "" {
		return commerce.Page{}, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	p := place{end: true}
	if c.Token != "" {
		var err error
		if p, err = parsePlace(c.Token); err != nil {
			return commerce.Page{}, err
		}
	}
	if p.end {
		if p.file != "" {
			if err := f.finish(p.file); err != nil {
				return commerce.Page{}, files(err)
			}
		}
		name, err := f.claim(kind)
		if err != nil || name == "" {
			return commerce.Page{}, files(err)
		}
		p = place{file: name}
	}
	objects, next, err := f.read(kind, p)
	if err != nil {
		return commerce.Page{}, files(err)
	}
	return commerce.Page{Objects: objects, More: true, Next: commerce.Cursor{Since: c.Since, Token: next.token()}}, nil
}

func files(err error) error {
	if err == nil || errs.KindOf(err) != errs.Internal {
		return err
	}
	return errs.Wrap(errs.Unavailable, err, "error.shop_folder")
}

// kindOf is what a file holds, by its name.
func kindOf(name string) string {
	name = strings.ToLower(name)
	switch {
	case strings.HasPrefix(name, "product"):
		return intake.KindProduct
	case strings.HasPrefix(name, "customer"):
		return intake.KindCustomer
	}
	return intake.KindOrder
}

func readable(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return !strings.HasPrefix(name, ".") && !strings.Contains(name, "|") && (ext == ".csv" || ext == ".jsonl" || ext == ".ndjson") && !(ext == ".csv" && kindOf(name) != intake.KindOrder)
}

// claim returns the file of a kind that is read next: one that was begun, or the first by name, which is claimed.
func (f *folder) claim(kind string) (string, error) {
	for _, dir := range []string{"working", ""} {
		list, err := os.ReadDir(f.place(dir))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		for _, e := range list {
			if !e.Type().IsRegular() || !readable(e.Name()) || kindOf(e.Name()) != kind {
				continue
			}
			if dir != "" {
				return e.Name(), nil
			}
			if err := os.MkdirAll(f.place("working"), 0o770); err != nil {
				return "", err
			}
			err := os.Rename(f.place(e.Name()), f.place("working", e.Name()))
			if errors.Is(err, fs.ErrNotExist) {
				continue // somebody else was faster
			}
			return e.Name(), err
		}
	}
	return "", nil
}

// finish moves a file that is read to its end. A repeat finds it moved.
func (f *folder) finish(name string) error {
	if err := os.MkdirAll(f.place("done"), 0o770); err != nil {
		return err
	}
	f.parsed = parsed{}
	err := os.Rename(f.place("working", name), f.place("done", name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// open returns a file and when it was written. One that is done can still be read on.
func (f *folder) open(name string) (*os.File, time.Time, error) {
	in, err := os.Open(f.place("working", name))
	if errors.Is(err, fs.ErrNotExist) {
		in, err = os.Open(f.place("done", name))
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	info, err := in.Stat()
	if err != nil || !info.Mode().IsRegular() {
		_ = in.Close() // only read
		return nil, time.Time{}, errs.Wrap(errs.Invalid, errors.Join(err, errors.New("no regular file")), "error.shop_folder")
	}
	return in, info.ModTime().UTC().Truncate(time.Millisecond), nil
}

func (f *folder) read(kind string, p place) ([]intake.Object, place, error) {
	if strings.EqualFold(filepath.Ext(p.file), ".csv") {
		return f.table(p)
	}
	in, written, err := f.open(p.file)
	if err != nil {
		return nil, p, err
	}
	defer in.Close()
	if _, err := in.Seek(p.at, io.SeekStart); err != nil {
		return nil, p, err
	}
	r := bufio.NewReaderSize(in, 64<<10)
	var out []intake.Object
	var bad []problem
	next := p
	for len(out)+len(bad) < perPage {
		at := next.at
		line, n, err := takeLine(r)
		next.at += n
		if errors.Is(err, io.EOF) && n == 0 {
			next.end = true
			break
		}
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errLong) {
			return nil, p, err
		}
		o, err := object(line, kind, written, err)
		switch {
		case err != nil:
			bad = append(bad, problem{Offset: at, Problem: words(err), Line: strings.ToValidUTF8(string(line[:min(len(line), 200)]), "\uFFFD")})
		case o != nil:
			out = append(out, o)
		}
	}
	return once(out), next, f.complain(p.file, p.at == 0, bad)
}

// once leaves the last of each object: one page tells of a thing once.
func once(list []intake.Object) []intake.Object {
	seen := map[string]bool{}
	out := make([]intake.Object, 0, len(list))
	for _, o := range slices.Backward(list) {
		if !seen[o.Base().ID] {
			seen[o.Base().ID] = true
			out = append(out, o)
		}
	}
	slices.Reverse(out)
	return out
}

var errLong = errors.New("the line is too long")

// takeLine reads a line of at most maxLine bytes; of a longer one the rest is passed over. N is how many bytes it takes.
func takeLine(r *bufio.Reader) (line []byte, n int64, err error) {
	long := false
	for {
		part, err := r.ReadSlice('\n')
		n += int64(len(part))
		if len(line)+len(part) > maxLine {
			long = true
		} else {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if long && (err == nil || errors.Is(err, io.EOF)) {
			err = errLong
		}
		return line, n, err
	}
}

// object reads one line; an empty one is nothing. What has no time of change counts as changed when the file was written.
func object(line []byte, kind string, written time.Time, failed error) (intake.Object, error) {
	if errors.Is(failed, errLong) {
		return nil, errs.Wrap(errs.Invalid, failed, "error.shop_line")
	}
	line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\uFEFF")))
	if len(line) == 0 {
		return nil, nil
	}
	d, err := Source().Decode(nil, line)
	if err != nil {
		return nil, err
	}
	b := d.Object.Base()
	if b.Kind != kind || b.ID == "" {
		return nil, errs.Wrap(errs.Invalid, fmt.Errorf("an object %q of kind %q", b.ID, b.Kind), "error.shop_line")
	}
	if b.UpdatedAt.IsZero() {
		b.UpdatedAt = written
	}
	return d.Object, nil
}

// problem is one line of NAME.errors.
type problem struct {
	Row     int    `json:"row,omitempty"`    // of a table, from 1
	Offset  int64  `json:"offset,omitempty"` // of a line, in bytes
	Column  string `json:"column,omitempty"`
	Problem string `json:"problem"` // catalogue key
	Line    string `json:"line,omitempty"`
}

func words(err error) string {
	var e *errs.Error
	if errors.As(err, &e) && e.Key != "" {
		return e.Key
	}
	return "error.shop_line"
}

// complain writes what could not be read beside the file, anew with its first page.
func (f *folder) complain(name string, fresh bool, bad []problem) error {
	path := f.place("done", name+".errors")
	if fresh {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if len(bad) == 0 {
		return nil
	}
	if err := os.MkdirAll(f.place("done"), 0o770); err != nil {
		return err
	}
	var text []byte
	for _, p := range bad {
		line, err := json.Marshal(p)
		if err != nil {
			return err
		}
		text = append(append(text, line...), '\n')
	}
	out, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o660)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return errors.Join(err, out.Close())
}

// parsed is a CSV file, read.
type parsed struct {
	name   string
	at     time.Time
	orders []order.New
}

// table reads orders of a CSV file as the import of orders does, with its columns, its charsets and its reasons.
func (f *folder) table(p place) ([]intake.Object, place, error) {
	in, written, err := f.open(p.file)
	if err != nil {
		return nil, p, err
	}
	defer in.Close()
	if f.parsed.name != p.file || !f.parsed.at.Equal(written) {
		shelf := &collector{shop: order.Shop{ID: 1, Currency: f.about.Currency}}
		im := importer.New(importer.Config{Orders: shelf, Store: shelf, IDs: id.NewSource(1, time.Now)})
		actor := auth.ForSystem(1)
		report, err := im.Import(context.Background(), actor, io.LimitReader(in, maxTable), importer.CSV, nil, importer.Options{Shop: 1, DayFirst: f.dayFirst})
		bad := make([]problem, 0, len(report.Rows))
		for _, r := range report.Rows {
			bad = append(bad, problem{Row: r.Line, Column: r.Column, Problem: string(r.Reason), Line: r.Value})
		}
		if err != nil {
			bad = append(bad, problem{Problem: words(err)})
		}
		if err := f.complain(p.file, true, bad); err != nil {
			return nil, p, err
		}
		f.parsed = parsed{p.file, written, shelf.list}
	}
	var out []intake.Object
	list := f.parsed.orders
	next := place{file: p.file, at: min(p.at+perPage, int64(len(list)))}
	next.end = next.at == int64(len(list))
	for _, n := range list[min(p.at, next.at):next.at] {
		if n.Currency == "" {
			n.Currency = f.about.Currency
		}
		o := fromTable(n)
		o.UpdatedAt = written
		intake.Label(o)
		out = append(out, o)
	}
	return once(out), next, nil
}

// collector is what an import saves to: it keeps the orders.
type collector struct {
	order.Store
	shop order.Shop
	list []order.New
}

func (c *collector) InTx(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }
func (c *collector) Shop(context.Context, auth.WorkspaceID, order.ShopID) (order.Shop, error) {
	return c.shop, nil
}
func (c *collector) OrderImport(context.Context, auth.WorkspaceID, string) (order.Run, error) {
	return order.Run{}, errs.New(errs.NotFound, "error.not_found")
}
func (c *collector) SaveOrderImport(context.Context, auth.WorkspaceID, order.Run) error { return nil }
func (c *collector) SaveAll(_ context.Context, _ auth.Actor, _ order.Shop, list []order.New) ([]order.Order, []order.Outcome, error) {
	c.list = append(c.list, list...)
	return make([]order.Order, len(list)), make([]order.Outcome, len(list)), nil
}
