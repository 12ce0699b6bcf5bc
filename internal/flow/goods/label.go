package goods

import (
	"context"
	"fmt"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/paper"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// Label returns a parcel's label on a sheet of A4, beside the slip that goes into the parcel, as PDF in a language. It
// fails with errs.Conflict while the parcel has no place to go to, and once it was received or cancelled. It needs
// ReadCases.
func (s *Service) Label(ctx context.Context, actor auth.Actor, number ParcelID, language string) ([]byte, error) {
	return s.print(ctx, actor, number, func(p Parcel, to Place) ([]byte, error) {
		x := newLabel(s, paper.A4, p, to, language)
		if err := x.label(0, 0); err != nil {
			return nil, err
		}
		x.cut(0, 0)
		x.slip(paper.Box{X: paper.A6.Width, Width: paper.A4.Width - paper.A6.Width, Height: paper.A6.Height})
		return x.Bytes()
	})
}

// LabelA6 returns the label alone, for a printer of labels. It fails as Label does.
func (s *Service) LabelA6(ctx context.Context, actor auth.Actor, number ParcelID, language string) ([]byte, error) {
	return s.print(ctx, actor, number, func(p Parcel, to Place) ([]byte, error) {
		x := newLabel(s, paper.A6, p, to, language)
		if err := x.label(0, 0); err != nil {
			return nil, err
		}
		return x.Bytes()
	})
}

// print reads a parcel that can still be sent, with its place.
func (s *Service) print(ctx context.Context, actor auth.Actor, number ParcelID, make func(Parcel, Place) ([]byte, error)) ([]byte, error) {
	p, err := s.Get(ctx, actor, number)
	if err != nil {
		return nil, err
	}
	if !p.State.Open() {
		return nil, errs.New(errs.Conflict, "error.goods_state")
	}
	if p.Place == 0 {
		return nil, errs.New(errs.Conflict, "error.goods_no_place")
	}
	to, err := s.Store.Place(ctx, p.Workspace, p.Place)
	if err != nil {
		return nil, err
	}
	pdf, err := make(p, to)
	if err != nil {
		return nil, fmt.Errorf("print return %d: %w", number, err)
	}
	return pdf, nil
}

type label struct {
	*paper.Sheet
	Parcel
	to  Place
	say *i18n.Printer
}

func newLabel(s *Service, size paper.Size, p Parcel, to Place, language string) label {
	x := label{paper.New(size, Spaced(p.RMA), s.clock()), p, to, i18n.For(i18n.Match(language, i18n.Customer()))}
	x.Page()
	return x
}

// lines writes an address as the post of its country wants it, with the country below in capitals, as the UPU asks of
// letters that leave it (Convention Manual, "Addressing"), in English, which every post reads.
func lines(a order.Address) string {
	rows := i18n.PostalAddress{Name: a.Name, Company: a.Company, Line1: a.Line1, Line2: a.Line2, City: a.City, Region: a.Region, Postcode: a.Postcode, Country: a.Country}.Lines()
	return strings.Join(append(rows, strings.ToUpper(i18n.For(i18n.English).Country(a.Country))), "\n")
}

// label draws the label, 105 by 148 mm from a corner.
func (x label) label(left, top float64) error {
	box := func(dx, dy, w, h float64) paper.Box { return paper.Box{X: left + dx, Y: top + dy, Width: w, Height: h} }
	x.Text(box(6, 6, 60, 9), x.say.T("portal.slip.title"), paper.Style{Size: 18, Bold: true, Align: paper.Left})
	x.Text(box(60, 7, 39, 8), x.say.T("portal.slip.case", "Number", x.say.Number(x.Number)), paper.Style{Size: 10, Align: paper.Right})
	x.Line(left+6, top+17, left+99, top+17, 0.5)

	x.Text(box(6, 20, 14, 5), x.say.T("portal.slip.from"), paper.Style{Size: 7, Align: paper.Left})
	x.Text(box(21, 19.5, 78, 21), lines(x.Sender), paper.Style{Size: 8, Align: paper.Left})
	x.Line(left+6, top+42, left+99, top+42, 0.2)
	x.Text(box(6, 46, 14, 5), x.say.T("portal.slip.to"), paper.Style{Size: 9, Bold: true, Align: paper.Left})
	to := x.to.Address
	if to.Company == "" && to.Name == "" {
		to.Company = x.to.Name
	}
	x.Text(box(21, 45, 78, 34), lines(to), paper.Style{Size: 13, Align: paper.Left})
	x.Line(left+6, top+81, left+99, top+81, 0.5)

	if err := x.Code128(box(3, 84, 70, 20), x.RMA); err != nil {
		return err
	}
	x.Text(box(6, 105, 64, 7), Spaced(x.RMA), paper.Style{Size: 14, Bold: true, Align: paper.Centre})
	if err := x.QR(left+73, top+83, 29, x.RMA); err != nil {
		return err
	}
	note := "portal.slip.postage"
	if x.Route == decision.DropOff.String() {
		note = "portal.slip.counter"
	}
	h := x.Text(box(6, 116, 93, 16), x.say.T(note), paper.Style{Size: 9})
	x.Text(box(6, 118+h, 93, 26-h), x.to.Note, paper.Style{Size: 8})
	return nil
}

// cut draws the line along which the label is cut out of a bigger sheet.
func (x label) cut(left, top float64) {
	for d := 0.0; d < paper.A6.Height; d += 4 {
		x.Line(left+paper.A6.Width, top+d, left+paper.A6.Width, top+d+2, 0.1)
	}
	for d := 0.0; d < paper.A6.Width; d += 4 {
		x.Line(left+d, top+paper.A6.Height, left+d+2, top+paper.A6.Height, 0.1)
	}
}

// slip draws what goes into the parcel, and what is to be done.
func (x label) slip(b paper.Box) {
	y, w := b.Y+6, b.Width-14
	put := func(text string, st paper.Style, gap float64) {
		y += x.Text(paper.Box{X: b.X + 7, Y: y, Width: w}, text, st) + gap
	}
	put(x.say.T("portal.slip.inside"), paper.Style{Size: 12, Bold: true}, 2)
	put(Spaced(x.RMA), paper.Style{Size: 12, Align: paper.Left}, 4)
	put(x.say.T("portal.slip.contents"), paper.Style{Size: 9, Bold: true}, 1)
	const most = 12
	for i, l := range x.Lines {
		if i == most {
			put("…", paper.Style{Size: 9}, 1)
			break
		}
		name := l.Title
		if l.SKU != "" {
			name += " (" + l.SKU + ")"
		}
		h := x.Text(paper.Box{X: b.X + 19, Y: y, Width: w - 12, Height: 8}, name, paper.Style{Size: 9})
		x.Text(paper.Box{X: b.X + 7, Y: y, Width: 11}, x.say.Number(l.Quantity)+" ×", paper.Style{Size: 9, Align: paper.Left})
		y += max(h, 4) + 0.5
	}
	y += 3
	steps := []string{"portal.slip.stick", "portal.slip.cover", "portal.slip.tell"}
	if x.Route == decision.DropOff.String() {
		steps = []string{"portal.slip.stick", "portal.slip.cover"}
	}
	for i, key := range steps {
		x.Text(paper.Box{X: b.X + 7, Y: y, Width: 8}, x.say.Number(int64(i+1))+".", paper.Style{Size: 9, Align: paper.Left})
		y += x.Text(paper.Box{X: b.X + 14, Y: y, Width: w - 7}, x.say.T(key), paper.Style{Size: 9}) + 1
	}
	if x.to.Hours != "" {
		y += 2
		put(x.say.T("portal.slip.hours"), paper.Style{Size: 9, Bold: true}, 1)
		put(x.to.Hours, paper.Style{Size: 9}, 1)
	}
}
