package goods

import (
	"context"
	"fmt"
	"slices"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/platform/auth"
)

// Found returns how the units of a parcel differ from what was announced: those that are missing, those that are something
// else, and those that came damaged, of which less percent would not be refunded (0 leaves them out). Of a line the units
// that are as announced count first, then what is something else, then what is missing.
func (p Parcel) Found(less int64) []cases.Found {
	var out []cases.Found
	add := func(line int, from, n int64, is cases.Finding, less int64) {
		if last := len(out) - 1; last >= 0 && out[last].Line == line && out[last].Is == is && out[last].From+out[last].Quantity == from {
			out[last].Quantity += n
		} else if n > 0 {
			out = append(out, cases.Found{Group: cases.Group{Line: line, From: from, Quantity: n}, Is: is, Less: less})
		}
	}
	for _, l := range p.Lines {
		for i := range l.Matched {
			if less > 0 && i < int64(len(l.Grades)) && Grade(l.Grades[i:i+1]) == GradeC {
				add(l.Case, l.From+i, 1, cases.Worse, less)
			}
		}
		add(l.Case, l.From+l.Matched, l.Unexpected, cases.OtherItem, 100)
		add(l.Case, l.From+l.Matched+l.Unexpected, l.Missing, cases.NotThere, 100)
	}
	return out
}

// Damaged counts the units of a parcel that were announced and came damaged.
func (p Parcel) Damaged() int64 {
	n := int64(0)
	for _, f := range p.Found(100) {
		if f.Is == cases.Worse {
			n += f.Quantity
		}
	}
	return n
}

// Differ asks the customer whether they agree with what their refund becomes, since a parcel does not hold what was
// announced; less is the percentage that units which came damaged lose. Until they agree, or a person decides, the refund
// waits and stays what it is. A parcel that holds what was announced is errs.Conflict, and so is one whose customer was
// asked, or whose refund has left. It needs WriteCases.
func (s *Service) Differ(ctx context.Context, actor auth.Actor, number ParcelID, less int64, note string) (cases.Case, error) {
	if less < 0 || less > 100 {
		return cases.Case{}, errs.Field("less", "error.invalid")
	}
	p, err := s.counted(ctx, actor, number)
	if err != nil {
		return cases.Case{}, err
	}
	found := p.Found(less)
	if less == 0 && p.Damaged() > 0 && !p.Discrepant() {
		return cases.Case{}, errs.Field("less", "error.goods_less")
	}
	if len(found) == 0 {
		return cases.Case{}, errs.New(errs.Conflict, "error.goods_alike")
	}
	c, err := s.Cases.AskDifference(ctx, actor, p.Case, p.Resolution, found, note)
	if err != nil {
		return c, fmt.Errorf("ask about parcel %d: %w", number, err)
	}
	return c, nil
}

// Overlook lets the refund of a parcel be what was promised although it does not hold what was announced. It needs a
// reason, and ApproveRefunds beside WriteCases.
func (s *Service) Overlook(ctx context.Context, actor auth.Actor, number ParcelID, why string) (cases.Case, error) {
	p, err := s.counted(ctx, actor, number)
	if err != nil {
		return cases.Case{}, err
	}
	found := p.Found(100)
	if len(found) == 0 {
		return cases.Case{}, errs.New(errs.Conflict, "error.goods_alike")
	}
	c, err := s.Cases.Overlook(ctx, actor, p.Case, p.Resolution, found, why)
	if err != nil {
		return c, fmt.Errorf("overlook parcel %d: %w", number, err)
	}
	return c, nil
}

// Odd returns the parcel of a case about which the customer can be asked: the first that was opened, does not hold what was
// announced, and about which nobody was asked. ok is false if there is none.
func (s *Service) Odd(ctx context.Context, actor auth.Actor, c cases.Case) (p Parcel, ok bool, err error) {
	list, err := s.OfCase(ctx, actor, c.ID)
	if err != nil {
		return Parcel{}, false, err
	}
	for _, p := range slices.Backward(list) {
		asked := slices.ContainsFunc(c.Differences, func(d cases.Difference) bool { return d.Resolution == p.Resolution })
		waits := slices.ContainsFunc(c.Resolutions, func(r cases.Resolution) bool {
			return r.Number == p.Resolution && (r.Stand == cases.Waiting || r.Stand == cases.Taken)
		})
		if p.Opened() && !asked && waits && len(p.Found(100)) > 0 {
			return p, true, nil
		}
	}
	return Parcel{}, false, nil
}

// counted returns a parcel that was opened and counted to its end.
func (s *Service) counted(ctx context.Context, actor auth.Actor, number ParcelID) (Parcel, error) {
	p, err := s.Get(ctx, actor, number)
	if err == nil && !p.Opened() {
		err = errs.New(errs.Conflict, "error.goods_state")
	}
	return p, err
}
