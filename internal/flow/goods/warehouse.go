package goods

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/platform/auth"
)

// Grade is how good a unit is that came back.
type Grade string

// The grades.
const (
	GradeA Grade = "A" // as new
	GradeB Grade = "B" // used, or its packaging is
	GradeC Grade = "C" // damaged or incomplete
)

// Grades returns all grades, the best first.
func Grades() []Grade { return []Grade{GradeA, GradeB, GradeC} }

// Counted is units of a parcel's line that were found, or not, when it was opened.
type Counted struct {
	Line       int // of the case
	Matched    int64
	Unexpected int64 // something else was in its place
}

// Scan is one thing that somebody did at the door of a warehouse. The key tells it from all others: a form that is sent
// twice, or a scanner that fires twice into one form, says one key and counts once; a second unit is another form with
// another key.
type Scan struct {
	ID        int64
	Workspace auth.WorkspaceID
	Key       string
	Parcel    ParcelID // 0: an unknown parcel, kept until it is claimed
	Code      string   // as it was read
	Counted   []Counted
	Note      string
	At        time.Time
	By        auth.Actor
	Claimed   ParcelID // of an unknown one: whose it turned out to be
}

// Receive counts units of a parcel as received, those that were announced and those that are something else, and tells its
// case, which carries out what waits for the receipt. A key that was seen counts nothing again and returns the parcel as
// it stands. More than was announced is errs.Conflict, except as unexpected. It needs WriteCases.
func (s *Service) Receive(ctx context.Context, actor auth.Actor, number ParcelID, key string, counted []Counted) (Parcel, error) {
	if err := checkKey(key); err != nil {
		return Parcel{}, err
	}
	return s.change(ctx, actor, number, func(ctx context.Context, p *Parcel) error {
		fresh, err := s.Store.AddScan(ctx, Scan{ID: s.IDs.Next(), Workspace: p.Workspace, Key: key, Parcel: p.ID, Counted: counted, At: s.clock(), By: actor})
		if err != nil || !fresh {
			return err
		}
		if p.State == Cancelled {
			if err := s.late(ctx, p); err != nil {
				return err
			}
		}
		if p.State == Cancelled || p.Opened() {
			return errs.New(errs.Conflict, "error.goods_state")
		}
		for _, n := range counted {
			if err := s.count(ctx, actor, p, n); err != nil {
				return err
			}
		}
		if p.complete() {
			p.State, p.ReceivedAt = Received, s.clock()
		}
		return nil
	})
}

// late takes up the case of goods that came although nobody expected them any more, and the parcel with it.
func (s *Service) late(ctx context.Context, p *Parcel) error {
	if s.Came == nil {
		return nil
	}
	open, err := s.Came(ctx, p.Workspace, p.Case)
	if err != nil || !open {
		return err
	}
	if *p, err = s.Store.HoldReturn(ctx, p.Workspace, p.ID); err == nil && p.State == Cancelled {
		p.State = Expected
	}
	return err
}

// count adds to the counters of a line, in the parcel and in its case.
func (s *Service) count(ctx context.Context, actor auth.Actor, p *Parcel, n Counted) error {
	i := slices.IndexFunc(p.Lines, func(l Line) bool { return l.Case == n.Line })
	if i < 0 || n.Matched < 0 || n.Unexpected < 0 || n.Matched+n.Unexpected == 0 || n.Unexpected > maxUnits {
		return errs.Field("line", "error.invalid")
	}
	l := &p.Lines[i]
	if l.Matched+l.Unexpected+n.Matched+n.Unexpected > l.Quantity {
		return errs.New(errs.Conflict, "error.goods_more", "count", l.Quantity)
	}
	l.Matched, l.Unexpected, p.touched = l.Matched+n.Matched, l.Unexpected+n.Unexpected, true
	for _, c := range []struct { // what is something else comes first: the case judges the receipt by it
		what cases.Counter
		add  int64
	}{{cases.Unexpected, n.Unexpected}, {cases.Received, n.Matched + n.Unexpected}, {cases.Matched, n.Matched}} {
		if c.add == 0 {
			continue
		}
		if _, err := s.Cases.Count(ctx, actor, p.Case, l.Case, c.what, c.add); err != nil {
			return err
		}
	}
	return nil
}

const maxUnits, maxKey = 10_000, 64

func checkKey(key string) error {
	if key == "" || len(key) > maxKey {
		return errs.Field("key", "error.invalid")
	}
	return nil
}

// Finish says that a parcel was opened and holds nothing more: what was announced and not found is missing, which the case
// is told. A repeat changes nothing. It needs WriteCases.
func (s *Service) Finish(ctx context.Context, actor auth.Actor, number ParcelID) (Parcel, error) {
	return s.change(ctx, actor, number, func(ctx context.Context, p *Parcel) error {
		if p.State == Received {
			return nil
		}
		if p.State == Cancelled {
			return errs.New(errs.Conflict, "error.goods_state")
		}
		for i := range p.Lines {
			l := &p.Lines[i]
			lack := l.Quantity - l.Matched - l.Unexpected - l.Missing
			if lack == 0 {
				continue
			}
			l.Missing += lack
			if _, err := s.Cases.Count(ctx, actor, p.Case, l.Case, cases.Missing, lack); err != nil {
				return err
			}
		}
		p.State, p.ReceivedAt = Received, s.clock()
		return nil
	})
}

// Inspect grades received units of a line and says what becomes of them; both may be said again otherwise. Units count from
// 1 within the parcel's units of the line. Once every unit that came was graded and nothing is missing or other than
// announced, what waits for the inspection is carried out; else it waits until the customer agreed or a person decided. It
// needs WriteCases.
func (s *Service) Inspect(ctx context.Context, actor auth.Actor, number ParcelID, line int, from, quantity int64, g Grade, as cases.Disposition) (Parcel, error) {
	if !slices.Contains(Grades(), g) {
		return Parcel{}, errs.Field("grade", "error.invalid")
	}
	if !slices.Contains(cases.Dispositions(), as) {
		return Parcel{}, errs.Field("as", "error.invalid")
	}
	return s.change(ctx, actor, number, func(ctx context.Context, p *Parcel) error {
		i := slices.IndexFunc(p.Lines, func(l Line) bool { return l.Case == line })
		if i < 0 {
			return errs.Field("line", "error.invalid")
		}
		l := &p.Lines[i]
		if p.State != Received || from < 1 || quantity < 1 || from+quantity-1 > l.Matched+l.Unexpected {
			return errs.New(errs.Conflict, "error.goods_state")
		}
		c, err := s.Cases.Get(ctx, actor, p.Case)
		if err != nil {
			return err
		}
		if c.Phase == cases.GoodsHere {
			if _, err := s.Cases.Go(ctx, actor, p.Case, cases.Inspecting, ""); err != nil {
				return err
			}
		}
		if len(l.Grades) == 0 {
			l.Grades = strings.Repeat("-", int(l.Matched+l.Unexpected))
		}
		l.Grades = l.Grades[:from-1] + strings.Repeat(string(g), int(quantity)) + l.Grades[from-1+quantity:]
		p.touched = true
		c, err = s.Cases.Dispose(ctx, actor, p.Case, cases.Placed{Group: cases.Group{Line: line, From: l.From + from - 1, Quantity: quantity}, As: as, Grade: string(g)})
		if err != nil || !p.inspected() || c.Unlike() || slices.Contains(c.Met, cases.Inspected) {
			return err
		}
		_, err = s.Cases.Meet(ctx, actor, p.Case, cases.Inspected)
		return err
	})
}

// Opened reports whether a parcel was counted to its end.
func (p Parcel) Opened() bool { return p.State == Received }

// complete reports whether everything that was announced is accounted for.
func (p Parcel) complete() bool {
	return !slices.ContainsFunc(p.Lines, func(l Line) bool { return l.Matched+l.Unexpected+l.Missing < l.Quantity })
}

func (p Parcel) inspected() bool {
	return !slices.ContainsFunc(p.Lines, func(l Line) bool {
		return l.Matched+l.Unexpected > 0 && (l.Grades == "" || strings.Contains(l.Grades, "-"))
	})
}

// Discrepant reports whether something is missing from a parcel or other than announced.
func (p Parcel) Discrepant() bool {
	return slices.ContainsFunc(p.Lines, func(l Line) bool { return l.Missing+l.Unexpected > 0 })
}

// Look returns what a code that was scanned or typed may mean, the likeliest first: parcels by RMA or tracking number, by
// the number of their order, and, of the parcel that is open on the table, the line of a SKU or of the barcode on the
// goods; where it is none of these, the parcels that are still to come of customers of that name. It needs ReadCases.
func (s *Service) Look(ctx context.Context, actor auth.Actor, code string, open ParcelID) (found []Parcel, line int, err error) {
	code = strings.TrimSpace(code)
	if code == "" || utf8.RuneCountInString(code) > maxWord {
		return nil, 0, errs.Field("code", "error.required")
	}
	if open != 0 {
		p, err := s.Get(ctx, actor, open)
		if err != nil {
			return nil, 0, err
		}
		if line, err = s.lineOf(ctx, p, code); line != 0 || err != nil {
			return []Parcel{p}, line, err
		}
	}
	if found, err = s.Find(ctx, actor, code); len(found) > 0 || err != nil {
		return found, 0, err
	}
	orders, err := s.Orders.Find(ctx, actor, []string{order.Key(code)})
	for _, o := range orders {
		list, err := s.List(ctx, actor, Filter{Order: o.ID}, 0, MaxPage)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, list...)
	}
	if len(found) == 0 && err == nil {
		found, err = s.named(ctx, actor, code)
	}
	return found, 0, err
}

// lineOf returns the line of a parcel whose goods carry a code, one that is not complete before one that is; 0 for none.
func (s *Service) lineOf(ctx context.Context, p Parcel, code string) (int, error) {
	var skus []string
	for _, l := range p.Lines {
		skus = append(skus, l.SKU)
	}
	products, err := s.Products.BySKU(ctx, auth.ForSystem(p.Workspace), p.Shop, skus)
	if err != nil {
		return 0, err
	}
	hit := 0
	for _, l := range p.Lines {
		v, _ := products[product.Key(l.SKU)].Variant(l.SKU)
		if product.Key(l.SKU) != product.Key(code) && (v.Barcode == "" || v.Barcode != code) {
			continue
		}
		if l.Matched+l.Unexpected < l.Quantity {
			return l.Case, nil
		}
		hit = l.Case
	}
	return hit, nil
}

// Keep notes a parcel that nobody expects, under what can be read on it, until somebody claims it. A key that was seen adds
// nothing. It needs WriteCases.
func (s *Service) Keep(ctx context.Context, actor auth.Actor, key, code, note string) error {
	if err := actor.Can(auth.WriteCases); err != nil {
		return err
	}
	if err := checkKey(key); err != nil {
		return err
	}
	code, note = strings.TrimSpace(code), strings.TrimSpace(note)
	if code == "" || utf8.RuneCountInString(code) > maxWord {
		return errs.Field("code", "error.required")
	}
	if utf8.RuneCountInString(note) > maxText {
		return errs.Field("note", "error.goods_long", "max", maxText)
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		_, err := s.Store.AddScan(ctx, Scan{ID: s.IDs.Next(), Workspace: actor.Workspace, Key: key, Code: code, Note: note, At: s.clock(), By: actor})
		return err
	})
}

// Unknown returns parcels that were kept and that nobody has claimed, the newest first, before one of them. It needs
// ReadCases.
func (s *Service) Unknown(ctx context.Context, actor auth.Actor, before int64, limit int) ([]Scan, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return nil, err
	}
	return s.Store.UnknownScans(ctx, actor.Workspace, before, min(limit, MaxPage))
}

// Claim says whose a kept parcel is: it is then opened and counted as that one. It fails with errs.NotFound if it was
// claimed before. It needs WriteCases.
func (s *Service) Claim(ctx context.Context, actor auth.Actor, scan int64, number ParcelID) (p Parcel, err error) {
	if err := actor.Can(auth.WriteCases); err != nil {
		return p, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if p, err = s.Get(ctx, actor, number); err != nil {
			return err
		}
		return s.Store.ClaimScan(ctx, actor.Workspace, scan, number)
	})
	if err != nil {
		return Parcel{}, fmt.Errorf("claim parcel: %w", err)
	}
	return p, nil
}
