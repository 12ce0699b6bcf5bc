package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/carrier"
	"godwit.dev/godwit/internal/domain/order"
	rows "godwit.dev/godwit/internal/domain/order/importer"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// Options are what cannot be read from the file itself.
type Options struct {
	DryRun   bool   // report what would happen and change nothing
	Charset  string // an IANA name; "" finds out
	DayFirst bool   // 03/04/2026 is in April
	// Zone is that of times which name none. Without it they are taken as UTC, and
	// as uncertain by as much as zones differ.
	Zone *time.Location
	// Progress is told how many bytes are read of how many; total is 0 if the
	// size is not known.
	Progress func(done, total int64)
}

// Report says what became of an import.
type Report struct {
	Good      int               `json:"good"`     // rows that are events
	Bad       int               `json:"bad"`      // rows that are not
	Added     int               `json:"added"`    // events that were not known
	Known     int               `json:"known"`    // events that were
	Created   int               `json:"created"`  // parcels that nobody had told of
	Changed   int               `json:"changed"`  // statuses that the events caused
	Unlinked  int               `json:"unlinked"` // rows that name an order which is not here, or not the only one of that number
	Columns   map[string]string `json:"columns,omitempty"`
	Ignored   []string          `json:"ignored,omitempty"`
	Rows      []rows.RowError   `json:"rows,omitempty"` // the first maxRows of the bad ones
	RowsTotal int               `json:"rows_total"`
}

const (
	maxRows   = 200
	batchSize = 1000
	keysAsked = 20 // orders looked up at once
	source    = "csv"
)

// Parcels is what an import needs of shipments.
type Parcels interface {
	Ingest(context.Context, auth.Actor, shipment.Delivery) (shipment.Result, error)
}

// Orders is what an import needs of orders.
type Orders interface {
	Find(ctx context.Context, actor auth.Actor, keys []string) ([]order.Order, error)
}

// Store is what an import reads and writes besides.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	HoldByNumbers(ctx context.Context, w auth.WorkspaceID, keys []string) ([]shipment.Shipment, error)
}

// Config is what an Importer needs.
type Config struct {
	Parcels Parcels
	Orders  Orders
	Store   Store
}

// Importer imports tracking events.
type Importer struct {
	cfg   Config
	words vocabulary
}

// New returns an Importer.
func New(cfg Config) *Importer { return &Importer{cfg, newVocabulary()} }

// errDry takes back what a dry run has done.
var errDry = errors.New("dry run")

// Import reads a file of tracking events. It fails with errs.Denied without the
// permission WriteShipments, and with errs.Invalid if the file cannot be understood
// at all; what was kept before any error stays, and a repeat changes none of it.
// Orders are found among those that the actor may see; a parcel without an order
// is then linked to the one that its row names.
func (im *Importer) Import(ctx context.Context, actor auth.Actor, r io.Reader, format rows.Format, m rows.Mapping, o Options) (Report, error) {
	if err := actor.Can(auth.WriteShipments); err != nil {
		return Report{}, err
	}
	run := &run{Importer: im, actor: actor, o: o}
	do := func(ctx context.Context) error { return run.do(ctx, r, format, m) }
	var err error
	if o.DryRun {
		err = im.cfg.Store.InTx(ctx, func(ctx context.Context) error {
			if err := do(ctx); err != nil {
				return err
			}
			return errDry
		})
		if errors.Is(err, errDry) {
			err = nil
		}
	} else {
		err = do(ctx)
	}
	if err != nil {
		return run.report, fmt.Errorf("import tracking: %w", err)
	}
	return run.report, nil
}

// run is one import under way.
type run struct {
	*Importer
	actor  auth.Actor
	o      Options
	in     *rows.Rows
	report Report
}

func (r *run) do(ctx context.Context, in io.Reader, format rows.Format, m rows.Mapping) error {
	schema := rows.Schema{Fields: fields, Need: []string{"tracking", "at"}}
	var err error
	if r.in, err = rows.OpenRows(in, format, schema, m, rows.Options{Charset: r.o.Charset, Progress: r.o.Progress}); err != nil {
		return err
	}
	r.report.Columns, r.report.Ignored = r.in.Columns, r.in.Ignored
	batch := make([]rows.Row, 0, batchSize)
	for {
		row, err := r.in.Next()
		switch {
		case errors.Is(err, io.EOF):
			err = r.flush(ctx, batch)
			slices.SortStableFunc(r.report.Rows, func(a, b rows.RowError) int { return cmp.Compare(a.Line, b.Line) })
			return err
		case err != nil:
			return err
		case row.Bad != nil:
			r.bad(*row.Bad)
			continue
		}
		if batch = append(batch, row); len(batch) == batchSize {
			if err := r.flush(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
}

// bad counts a row that is left out.
func (r *run) bad(e rows.RowError) {
	r.report.Bad++
	r.report.RowsTotal++
	if len(r.report.Rows) < maxRows {
		r.report.Rows = append(r.report.Rows, e)
	}
}

// flush makes events of rows.
func (r *run) flush(ctx context.Context, batch []rows.Row) error {
	if err := ctx.Err(); err != nil || len(batch) == 0 {
		return err
	}
	known, err := r.known(ctx, batch)
	if err != nil {
		return err
	}
	orders, err := r.orders(ctx, batch)
	if err != nil {
		return err
	}
	var reports []shipment.Report
	var from []rows.Row
	for _, row := range batch {
		rep, field, why := r.read(row)
		if why == "" {
			rep.Carrier, why = carrierOf(row.Values["carrier"], rep.Number.Number, known[order.TrackingKey(rep.Number.Number)])
			field = "carrier"
		}
		if why != "" {
			r.bad(r.in.Error(row, field, why))
			continue
		}
		rep.Order = orders[order.Key(row.Values["order"])]
		reports, from = append(reports, rep), append(from, row)
	}
	did, err := r.cfg.Parcels.Ingest(ctx, r.actor, shipment.Delivery{Source: source, Reports: reports})
	if err != nil {
		return err
	}
	refused := map[int]bool{}
	for _, x := range did.Refused {
		refused[x.Index] = true
		r.bad(r.refusal(from[x.Index], x.Err))
	}
	for i, rep := range reports {
		if !refused[i] && rep.Order == nil && from[i].Values["order"] != "" {
			r.report.Unlinked++
		}
	}
	r.report.Good += len(reports) - len(did.Refused)
	r.report.Added += did.Added
	r.report.Known += did.Known
	r.report.Created += did.Created
	r.report.Changed += did.Changed
	return nil
}

// refusal says which column Ingest did not take.
func (r *run) refusal(row rows.Row, err error) rows.RowError {
	var e *errs.Error
	if errors.As(err, &e) {
		switch e.Field {
		case "at":
			return r.in.Error(row, "at", rows.ReasonDate)
		case "number":
			return r.in.Error(row, "tracking", rows.ReasonEvent)
		case "status":
			return r.in.Error(row, "status", rows.ReasonMissing)
		}
	}
	return r.in.Error(row, "", rows.ReasonEvent)
}

// known returns the carriers of the numbers of rows: those of their parcels, else
// the first that a row names.
func (r *run) known(ctx context.Context, batch []rows.Row) (map[string][]string, error) {
	seen := map[string]bool{}
	var keys []string
	for _, row := range batch {
		if key := order.TrackingKey(row.Values["tracking"]); key != "" && !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	out := map[string][]string{}
	if len(keys) == 0 {
		return out, nil
	}
	held, err := r.cfg.Store.HoldByNumbers(ctx, r.actor.Workspace, keys)
	if err != nil {
		return nil, err
	}
	for _, v := range held {
		for _, l := range v.Legs {
			if l.Name != "" {
				out[l.Key] = append(out[l.Key], l.Name)
			}
		}
	}
	for _, row := range batch {
		key := order.TrackingKey(row.Values["tracking"])
		if name := row.Values["carrier"]; name != "" && key != "" && len(out[key]) == 0 {
			name, _ = carrierOf(name, key, nil)
			out[key] = []string{name}
		}
	}
	return out, nil
}

// orders returns the orders that rows name, by key of their number. Of several
// with one number none is taken.
func (r *run) orders(ctx context.Context, batch []rows.Row) (map[string]*order.Order, error) {
	asked := map[string]bool{}
	var keys []string
	for _, row := range batch {
		if key := order.Key(row.Values["order"]); key != "" && !asked[key] {
			asked[key] = true
			keys = append(keys, key)
		}
	}
	out := map[string]*order.Order{}
	for len(keys) > 0 {
		n := min(keysAsked, len(keys))
		found, err := r.cfg.Orders.Find(ctx, r.actor, keys[:n])
		if err != nil {
			return nil, err
		}
		keys = keys[n:]
		for i := range found {
			key := order.Key(found[i].Number)
			was, twice := out[key]
			switch {
			case !asked[key]: // found by another of its numbers
			case !twice:
				out[key] = &found[i]
			case was != nil && was.ID != found[i].ID:
				out[key] = nil
			}
		}
	}
	return out, nil
}

// read makes a report of a row, all but its carrier and order; or it says which
// field is bad, and why.
func (r *run) read(row rows.Row) (rep shipment.Report, field string, why rows.Reason) {
	v := row.Values
	rep.Number.Number = v["tracking"]
	e := &rep.Event
	e.Place = shipment.Place{City: v["city"], Postcode: v["postcode"]}
	for _, need := range []string{"tracking", "at"} {
		if v[need] == "" {
			return rep, need, rows.ReasonMissing
		}
	}
	zone := r.o.Zone
	if zone == nil {
		zone = time.UTC
	}
	at, named, ok := rows.ParseDate(v["at"], zone, r.o.DayFirst)
	if !ok {
		return rep, "at", rows.ReasonDate
	}
	e.At, e.Zoned = at, named || r.o.Zone != nil
	if c := v["country"]; c != "" {
		region, err := language.ParseRegion(c)
		if err != nil || !region.IsCountry() {
			return rep, "country", rows.ReasonCountry
		}
		e.Place.Country = region.Canonicalize().String()
	}
	e.Code, e.Text = v["code"], v["text"]
	if word := v["status"]; word != "" {
		e.Status, e.Reason = r.words.read(word)
		switch { // the word stays, since we may learn to read it
		case e.Code == "":
			e.Code = word
		case e.Text == "":
			e.Text = word
		case e.Status == shipment.Unknown && !strings.EqualFold(word, e.Code):
			e.Text = word + ": " + e.Text
		}
	}
	return rep, "", ""
}

// carrierOf returns the carrier's name for a number, and known with it. Without a
// name the number tells; where it does not, a parcel of that number does.
func carrierOf(name, number string, known []string) (string, rows.Reason) {
	if name != "" {
		if key, ok := carrier.Named(name); ok {
			return called(key, known), ""
		}
		return name, ""
	}
	post := false
	for _, c := range carrier.Recognise(number) {
		switch {
		case !c.Valid:
		case c.Carrier == carrier.International: // a kind of number, and nobody who moves it
			post = true
		default:
			return called(c.Carrier, known), ""
		}
	}
	switch {
	case post:
		return "", ""
	case len(known) == 0 || slices.ContainsFunc(known, func(k string) bool { return k != known[0] }):
		return "", rows.ReasonCarrier
	}
	return known[0], ""
}

// called returns a carrier's name: as a parcel of the number has it already, so
// that both are one parcel, else the usual one.
func called(key carrier.Key, known []string) string {
	for _, k := range known {
		if same, ok := carrier.Named(k); ok && same == key {
			return k
		}
	}
	c, _ := carrier.ByKey(key)
	return c.Name
}
