package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// Format is the kind of file.
type Format string

// The formats.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl"
)

// Mapping names the column of the file for our fields; see Fields. Fields that
// it leaves out are found by the names of the columns.
type Mapping map[string]string

// Options are what cannot be read from the file itself.
type Options struct {
	Shop     order.ShopID
	DryRun   bool           // report what would happen and change nothing
	Charset  string         // an IANA name; "" finds out
	Zone     *time.Location // of dates that name none; nil is UTC
	DayFirst bool           // 03/04/2026 is in April
	Decimal  byte           // ',' or '.', where 1,234 would be ambiguous; 0 finds out
	// Progress is told how many bytes are read of how many; total is 0 if the
	// size is not known.
	Progress func(done, total int64)
}

// Report says what became of an import.
type Report struct {
	Good      int               `json:"good"` // orders
	Bad       int               `json:"bad"`  // orders
	Created   int               `json:"created"`
	Updated   int               `json:"updated"`
	Unchanged int               `json:"unchanged"`
	Resumed   int               `json:"resumed"`           // orders that an earlier run had done
	Columns   map[string]string `json:"columns,omitempty"` // our field -> the column it was read from
	Ignored   []string          `json:"ignored,omitempty"` // columns that were not read
	Rows      []RowError        `json:"rows,omitempty"`    // the first maxRows of them
	RowsTotal int               `json:"rows_total"`
}

// RowError is one reason why an order was left out.
type RowError struct {
	Line   int    `json:"line"`             // in the file, from 1; of a record over several lines the first
	Column string `json:"column,omitempty"` // as the file names it, "" for the row as a whole
	Value  string `json:"value,omitempty"`  // the first characters of it
	Reason Reason `json:"reason"`
}

const (
	maxRows   = 200
	maxShown  = 80
	batchSize = 500
)

// Orders is what an import needs of orders.
type Orders interface {
	SaveAll(ctx context.Context, actor auth.Actor, shop order.Shop, list []order.New) ([]order.Order, []order.Outcome, error)
}

// Config is what an Importer needs.
type Config struct {
	Orders Orders
	Store  order.Store
	IDs    *id.Source
	Now    func() time.Time
}

// Importer imports orders.
type Importer struct{ cfg Config }

// New returns an Importer.
func New(cfg Config) *Importer {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Importer{cfg}
}

// Import reads a file of orders into a shop. It fails with errs.Denied without
// the permission, and with errs.Invalid if the file cannot be understood at all;
// what was saved before any error stays, and a repeat goes on from there.
func (im *Importer) Import(ctx context.Context, actor auth.Actor, r io.Reader, format Format, mapping Mapping, o Options) (Report, error) {
	if err := actor.Can(auth.ImportOrders); err != nil {
		return Report{}, err
	}
	shop, err := im.cfg.Store.Shop(ctx, actor.Workspace, o.Shop)
	if err != nil {
		return Report{}, fmt.Errorf("import orders: %w", err)
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	run := &run{im: im, actor: actor, shop: shop, o: o, seen: map[uint64]struct{}{}, seed: maphash.MakeSeed()}
	if err := run.do(ctx, r, format, mapping); err != nil {
		return run.report, fmt.Errorf("import orders: %w", err)
	}
	return run.report, nil
}

// run is one import under way.
type run struct {
	im     *Importer
	actor  auth.Actor
	shop   order.Shop
	o      Options
	report Report
	kept   order.Run
	skip   int64 // orders that an earlier run has done
	batch  []*group
	place  map[string]*group // of the batch
	seen   map[uint64]struct{}
	seed   maphash.Seed
}

func (r *run) do(ctx context.Context, in io.Reader, format Format, mapping Mapping) error {
	counted := &counter{r: in, total: size(in), tell: r.o.Progress}
	head, rest, err := peek(counted, sniffSize)
	if err != nil {
		return err
	}
	if err := r.begin(ctx, head, format, mapping); err != nil {
		return err
	}
	var rows rowReader
	switch format {
	case CSV:
		rows, err = newTable(rest, head, mapping, r)
	case JSONL:
		rows, err = newRecords(rest), nil
	default:
		err = errs.Field("format", "error.import_format", "format", string(format))
	}
	if err != nil {
		return err
	}
	r.place = map[string]*group{}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := rows.row(r)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if len(r.batch) > batchSize { // the newest has just begun: all before it are complete
			if err := r.flush(ctx, r.batch[:batchSize]); err != nil {
				return err
			}
			newest := r.batch[batchSize]
			r.batch = append(r.batch[:0], newest)
			r.place = map[string]*group{newest.key: newest}
		}
	}
	if err := r.flush(ctx, r.batch); err != nil {
		return err
	}
	return r.end(ctx)
}

// rowReader reads the next row into the groups of a run.
type rowReader interface{ row(r *run) error }

// begin finds out whether an earlier run of the same file was cut off.
func (r *run) begin(ctx context.Context, head []byte, format Format, mapping Mapping) error {
	opts, err := json.Marshal([]any{r.shop.ID, format, mapping, r.o.Charset, r.o.Zone.String(), r.o.DayFirst, r.o.Decimal})
	if err != nil {
		return err
	}
	sum := sha256.New()
	sum.Write(opts)
	sum.Write(head)
	key := hex.EncodeToString(sum.Sum(nil))
	fresh := order.Run{ID: r.im.cfg.IDs.Next(), Source: key}
	if r.o.DryRun {
		r.kept = fresh
		return nil
	}
	kept, err := r.im.cfg.Store.OrderImport(ctx, r.actor.Workspace, key)
	switch {
	case errs.Is(err, errs.NotFound):
		kept = fresh
	case err != nil:
		return err
	case kept.Finished: // again from the beginning: the file may have grown
		kept = order.Run{ID: kept.ID, Source: key}
	}
	r.kept, r.skip = kept, kept.Position.Groups
	p := kept.Position
	r.report.Resumed = int(r.skip)
	r.report.Good, r.report.Bad = int(kept.Good), int(kept.Bad)
	r.report.Created, r.report.Updated, r.report.Unchanged = p.Created, p.Updated, p.Unchanged
	return nil
}

// of returns the group of an order, new if it has not begun. It returns nil if
// the order was saved in an earlier batch: its lines are scattered too far.
func (r *run) of(key string, line int) *group {
	if g := r.place[key]; g != nil {
		return g
	}
	h := maphash.String(r.seed, key)
	if _, again := r.seen[h]; again {
		return nil
	}
	r.seen[h] = struct{}{}
	g := &group{key: key, line: line, order: order.New{Shop: r.shop.ID}}
	r.batch = append(r.batch, g)
	r.place[key] = g
	return g
}

// alone returns a group of its own, for a row that belongs to no order.
func (r *run) alone(line int) *group {
	g := &group{line: line}
	r.batch = append(r.batch, g)
	return g
}

// tell adds what was wrong with an order to the report.
func (r *run) tell(g *group) {
	r.report.RowsTotal += g.errors
	room := maxRows - len(r.report.Rows)
	r.report.Rows = append(r.report.Rows, g.rows[:min(room, len(g.rows))]...)
}

// errDry takes back what a dry run has done.
var errDry = errors.New("dry run")

// flush saves complete orders together with the position after them.
func (r *run) flush(ctx context.Context, groups []*group) error {
	if n := int64(len(groups)); r.skip >= n {
		r.skip -= n
		return nil
	}
	r.skip = 0 // the file has grown since; what was done in part is done again, which is harmless
	var list []order.New
	for _, g := range groups {
		if g.errors == 0 {
			g.finish(r.shop)
		}
		if g.errors == 0 {
			list = append(list, g.order)
		}
		r.tell(g)
	}
	next := r.kept
	next.Good += int64(len(list))
	next.Bad += int64(len(groups) - len(list))
	next.Position.Groups += int64(len(groups))
	next.UpdatedAt = r.im.cfg.Now()
	var outcomes []order.Outcome
	err := r.im.cfg.Store.InTx(ctx, func(ctx context.Context) error {
		done := next
		var err error
		if _, outcomes, err = r.im.cfg.Orders.SaveAll(ctx, r.actor, r.shop, list); err != nil {
			return err
		}
		if r.o.DryRun {
			return errDry
		}
		done.Position = tally(next.Position, outcomes)
		return r.im.cfg.Store.SaveOrderImport(ctx, r.actor.Workspace, done)
	})
	if err != nil && !errors.Is(err, errDry) {
		return err
	}
	next.Position = tally(next.Position, outcomes)
	r.kept = next
	p := next.Position
	r.report.Good, r.report.Bad = int(next.Good), int(next.Bad)
	r.report.Created, r.report.Updated, r.report.Unchanged = p.Created, p.Updated, p.Unchanged
	return nil
}

func tally(p order.Position, outcomes []order.Outcome) order.Position {
	for _, o := range outcomes {
		switch o {
		case order.Added:
			p.Created++
		case order.Changed:
			p.Updated++
		case order.Unchanged:
			p.Unchanged++
		}
	}
	return p
}

// end marks the run as finished.
func (r *run) end(ctx context.Context) error {
	if r.o.DryRun {
		return nil
	}
	r.kept.Finished, r.kept.UpdatedAt = true, r.im.cfg.Now()
	return r.im.cfg.Store.SaveOrderImport(ctx, r.actor.Workspace, r.kept)
}

// counter tells how much of a reader is read.
type counter struct {
	r           io.Reader
	done, total int64
	told        int64
	tell        func(done, total int64)
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.done += int64(n)
	if c.tell != nil && (c.done-c.told >= 1<<16 || err != nil) {
		c.told = c.done
		c.tell(c.done, c.total)
	}
	return n, err
}

// size returns how much there is to read, 0 if it cannot be known.
func size(r io.Reader) int64 {
	switch v := r.(type) {
	case interface{ Len() int }:
		return int64(v.Len())
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := v.Stat(); err == nil && info.Mode().IsRegular() {
			return info.Size()
		}
	}
	return 0
}
