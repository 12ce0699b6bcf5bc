package goods

import (
	"context"
	"fmt"
	"slices"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/media"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/platform/auth"
)

// Photo is a photo of what came in a parcel.
type Photo struct {
	cases.File
	Unit int64 // of the parcel's units of the line, as Inspect counts them; 0: none in particular
}

// Photograph adds a photo of a line of a parcel (0: of all of it), of one of its units as Inspect counts them or of none in
// particular (0), without the place where it was taken. The same photo, by its content, is added once: a repeat returns it
// as it is. What is no photo is errs.Unsupported. It needs WriteCases and the parcel in sight.
func (s *Service) Photograph(ctx context.Context, actor auth.Actor, number ParcelID, line int, unit int64, name string, data []byte) (Photo, error) {
	if err := actor.Can(auth.WriteCases); err != nil {
		return Photo{}, err
	}
	p, err := s.Get(ctx, actor, number)
	if err != nil {
		return Photo{}, err
	}
	n := cases.NewFile{Line: line, Name: name, Data: data}
	if l, ok := p.line(line); line != 0 && !ok || unit < 0 || unit > 0 && (!ok || unit > l.Quantity) {
		return Photo{}, errs.Field("unit", "error.invalid")
	} else if unit > 0 {
		n.Unit = l.From + unit - 1
	}
	if !media.Of(data).Photo() {
		return Photo{}, errs.New(errs.Unsupported, "error.evidence_type")
	}
	f, err := s.Cases.Attach(ctx, actor, p.Case, n)
	if err != nil {
		return Photo{}, fmt.Errorf("photo of return %d: %w", number, err)
	}
	return p.photo(f), nil
}

// Photos returns the photos that were taken of what came in a parcel, in the order in which they came; what its customer
// showed is with the case. It needs ReadCases and the parcel in sight.
func (s *Service) Photos(ctx context.Context, actor auth.Actor, number ParcelID) ([]Photo, error) {
	p, err := s.Get(ctx, actor, number)
	if err != nil {
		return nil, err
	}
	list, err := s.Cases.Files(ctx, actor, p.Case)
	var out []Photo
	for _, f := range list {
		if p.shows(f) {
			out = append(out, p.photo(f))
		}
	}
	return out, err
}

// PhotoData returns a photo of a parcel and its content, under the same rights as Photos.
func (s *Service) PhotoData(ctx context.Context, actor auth.Actor, number ParcelID, photo cases.FileID) (Photo, []byte, error) {
	p, err := s.Get(ctx, actor, number)
	if err != nil {
		return Photo{}, nil, err
	}
	f, data, err := s.Cases.File(ctx, actor, p.Case, photo)
	if err == nil && !p.shows(f) {
		err = errs.New(errs.NotFound, "error.not_found")
	}
	if err != nil {
		return Photo{}, nil, err
	}
	return p.photo(f), data, nil
}

func (p Parcel) line(number int) (Line, bool) {
	i := slices.IndexFunc(p.Lines, func(l Line) bool { return l.Case == number })
	if i < 0 {
		return Line{}, false
	}
	return p.Lines[i], true
}

// shows reports whether a file is a photo of what came in the parcel: other units of a line may have come in another one.
func (p Parcel) shows(f cases.File) bool {
	l, ok := p.line(f.Line)
	return f.Kind == cases.Photo && !f.Announced() && (f.Line == 0 || ok && (f.Unit == 0 || f.Unit >= l.From && f.Unit < l.From+l.Quantity))
}

func (p Parcel) photo(f cases.File) Photo {
	out := Photo{File: f}
	if l, ok := p.line(f.Line); ok && f.Unit != 0 {
		out.Unit = f.Unit - l.From + 1
	}
	return out
}
