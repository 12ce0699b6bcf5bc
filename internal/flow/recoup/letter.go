package recoup

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/base/paper"
	"godwit.dev/godwit/internal/domain/recovery"
)

const (
	margin, wide = 18.0, 174.0
	foot         = 272.0 // where a page ends
)

// letter is what is written to a party.
type letter struct {
	claim recovery.Claim
	from  string
	now   time.Time
	say   *i18n.Printer
	names []string // of what is enclosed
	left  int      // files that found no room
}

// sheet is a document that is written from top to bottom.
type sheet struct {
	*paper.Sheet
	y float64
}

func newSheet(title string, now time.Time) *sheet {
	s := &sheet{Sheet: paper.New(paper.A4, title, now)}
	s.next()
	return s
}

func (s *sheet) next() {
	s.Page()
	s.y = margin
}

// room begins the next page unless so much is left of this one.
func (s *sheet) room(height float64) {
	if s.y+height > foot {
		s.next()
	}
}

// write sets a text, paragraph by paragraph, and as many pages as it takes.
func (s *sheet) write(text string, size float64, bold bool, after float64) {
	for _, part := range strings.Split(text, "\n") {
		for runes := []rune(part); len(runes) > 0; {
			n := len(runes)
			if n > 500 {
				n = 500
				for i := 499; i > 400; i-- { // between words, if there are any
					if runes[i] == ' ' {
						n = i + 1
						break
					}
				}
			}
			piece := string(runes[:n])
			runes = runes[n:]
			s.room(size * 0.5 * (1 + float64(n)/60))
			s.y += s.Text(paper.Box{X: margin, Y: s.y, Width: wide}, piece, paper.Style{Size: size, Bold: bold, Lead: 1.4})
		}
	}
	s.y += after
}

// row sets the cells of a table; numbers stand to the right.
func (s *sheet) row(widths []float64, bold bool, cells ...string) {
	const height = 8.0
	s.room(height)
	x := margin
	for i, text := range cells {
		b := paper.Box{X: x, Y: s.y, Width: widths[i], Height: height}
		if bold {
			s.Fill(b, 235)
		}
		s.Frame(b, 0.15)
		s.Text(paper.Box{X: x + 1, Y: s.y + 0.8, Width: widths[i] - 2, Height: height - 1.2}, text, paper.Style{Size: 8, Bold: bold, Align: paper.Left})
		x += widths[i]
	}
	s.y += height
}

func (l letter) sum(minor int64, currency string) string {
	digits, _ := money.Digits(currency)
	return l.say.Decimal(float64(minor)/math.Pow10(digits), digits) + "\u00a0" + currency
}

func (l letter) day(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return l.say.Date(t, time.UTC, i18n.Medium)
}

// draw makes the letter.
func (l letter) draw() ([]byte, error) {
	c, say := l.claim, l.say
	s := newSheet(say.T("recovery.letter.title"), l.now)
	s.write(say.T("recovery.letter.from")+": "+l.from, 10, false, 1)
	s.write(say.T("recovery.letter.to."+string(c.Against))+": "+c.Name, 10, false, 1)
	s.write(say.T("recovery.letter.date")+": "+l.day(l.now), 10, false, 1)
	s.write(say.T("recovery.letter.number")+": "+fmt.Sprint(int64(c.ID)), 10, false, 0)
	if c.Reference != "" {
		s.write(say.T("recovery.letter.yours")+": "+c.Reference, 10, false, 0)
	}
	s.y += 6
	s.write(say.T("recovery.letter.subject."+string(c.Cause), "Sum", l.sum(c.Asked, c.Currency)), 14, true, 4)
	s.write(say.T("recovery.letter.dear"), 10, false, 2)
	s.write(say.T("recovery.letter.body."+string(c.Cause)), 10, false, 2)
	if c.Batch != "" {
		s.write(say.T("recovery.letter.batch", "Batch", c.Batch), 10, false, 2)
	}
	l.table(s)
	s.write(say.T("recovery.letter.asked", "Sum", l.sum(c.Asked, c.Currency)), 11, true, 2)
	s.write(say.T("recovery.letter.basis")+": "+say.T("recovery.letter.basis."+l.basis()), 10, false, 2)
	if !c.Deadline.IsZero() {
		s.write(say.T("recovery.letter.deadline", "Day", l.day(c.Deadline)), 10, false, 2)
	}
	s.write(say.T("recovery.letter.answer"), 10, false, 5)
	if len(l.names) > 0 {
		s.room(20)
		s.write(say.T("recovery.letter.enclosed"), 11, true, 1)
		for i, name := range l.names {
			s.write(fmt.Sprintf("%d. %s", i+1, name), 9, false, 0)
		}
		if l.left > 0 {
			s.write(say.N("recovery.letter.left", int64(l.left)), 9, false, 0)
		}
		s.y += 5
	}
	s.room(30)
	s.write(say.T("recovery.letter.regards"), 10, false, 14)
	s.Line(margin, s.y, margin+70, s.y, 0.2)
	s.y++
	s.write(l.from, 9, false, 0)
	return s.Bytes()
}

// basis is on what a claim rests, by who answers for it and why.
func (l letter) basis() string {
	switch c := l.claim; {
	case c.Against != recovery.Carrier:
		return string(c.Against)
	case c.Cause == recovery.Damaged || c.Cause == recovery.Delayed:
		return string(c.Cause)
	}
	return "lost"
}

// table lists what happened, with its sums.
func (l letter) table(s *sheet) {
	c, say := l.claim, l.say
	goods := c.Against == recovery.Supplier
	widths := []float64{24, 48, 62, 14, 26}
	what := say.T("recovery.number")
	if goods {
		what = "SKU"
	}
	s.row(widths, true, say.T("recovery.letter.date"), what, say.T("recovery.what"), say.T("recovery.letter.units"), say.T("recovery.sum.asked"))
	for _, x := range c.Items {
		key, title := cmp.Or(x.Tracking, x.SKU), x.Title
		if x.Shipment != 0 {
			title = say.T("recovery.letter.order", "Number", x.Title)
		}
		value := "–"
		if x.Value > 0 {
			value = l.sum(x.Value, c.Currency)
		}
		s.row(widths, false, l.day(x.At), key, title, say.Number(x.Quantity), value)
	}
	s.y += 4
}

// drawRecords prints what the house's records say of what happened: the order, the parcel's history, the case.
func (l letter) drawRecords(list []record) ([]byte, error) {
	s := newSheet(l.say.T("recovery.letter.records"), l.now)
	s.write(l.say.T("recovery.letter.records"), 14, true, 1)
	s.write(l.say.T("recovery.letter.records_lead", "House", l.from, "Day", l.day(l.now)), 9, false, 4)
	for i, r := range list {
		if i > 0 {
			s.next()
		}
		if r.order != nil {
			l.order(s, r)
		}
		if r.parcel != nil {
			l.parcel(s, r)
		}
		if r.about != nil {
			l.about(s, r)
		}
	}
	return s.Bytes()
}

// order prints what was sold, for which sum, and where it goes.
func (l letter) order(s *sheet, r record) {
	o, say := r.order, l.say
	s.write(say.T("recovery.letter.order", "Number", o.Number)+" · "+l.day(o.PlacedAt), 12, true, 1)
	a := o.ShipTo
	var to []string
	for _, part := range []string{a.Name, a.Company, a.Line1, a.Line2, strings.TrimSpace(a.Postcode + " " + a.City), a.Region, a.Country} {
		if part != "" {
			to = append(to, part)
		}
	}
	s.write(say.T("recovery.letter.sent_to")+": "+strings.Join(to, ", "), 9, false, 2)
	widths := []float64{40, 72, 16, 46}
	s.row(widths, true, "SKU", say.T("recovery.what"), say.T("recovery.letter.units"), say.T("recovery.letter.price"))
	for _, x := range o.Lines {
		s.row(widths, false, x.SKU, strings.TrimSpace(x.Title+" "+x.Variant), say.Number(x.Quantity), l.sum(x.Price*x.Quantity-x.Discount, o.Currency))
	}
	s.row(widths, true, "", say.T("recovery.letter.goods"), "", l.sum(max(o.Goods-o.Discount, 0), o.Currency))
	s.y += 5
}

// parcel prints the scans of a parcel, the oldest first.
func (l letter) parcel(s *sheet, r record) {
	say := l.say
	s.room(30)
	s.write(say.T("recovery.letter.history", "Number", r.parcel.Number), 12, true, 1)
	if len(r.scans) == 0 {
		s.write(say.T("recovery.letter.no_scan"), 9, false, 4)
		return
	}
	widths := []float64{40, 34, 40, 60}
	s.row(widths, true, say.T("recovery.letter.date")+" (UTC)", say.T("filter.status"), say.T("recovery.letter.place"), say.T("recovery.letter.words"))
	for _, e := range r.scans {
		s.row(widths, false, say.DateTime(e.At, time.UTC, i18n.Medium), say.T("parcel."+string(e.Status)), strings.Trim(e.Place.City+", "+say.Country(e.Place.Country), ", "), e.Text)
	}
	s.y += 5
}

// about prints what the customer said, what was found in the warehouse and what was given back.
func (l letter) about(s *sheet, r record) {
	c, say := r.about, l.say
	s.room(30)
	s.write(say.T("recovery.letter.case", "Number", say.Number(c.Number), "Kind", say.T("cases.kind."+string(c.Kind)))+" · "+l.day(c.OpenedAt), 12, true, 1)
	if c.Words != "" {
		s.write(say.T("recovery.letter.customer")+":", 9, true, 0)
		s.write(c.Words, 9, false, 2)
	}
	for _, x := range c.Lines {
		s.write(fmt.Sprintf("%s × %s: %s", say.Number(x.Count("asked")), cmp.Or(x.Title, x.SKU, x.Foreign), say.T("cases.reason."+x.Reason)), 9, false, 0)
	}
	for _, p := range c.Placed {
		if p.Grade != "" {
			s.write(say.T("recovery.letter.grade", "Day", l.day(p.At), "Units", say.Number(p.Quantity), "Grade", p.Grade), 9, false, 0)
		}
	}
	for _, x := range c.Resolutions {
		if total, err := x.Money.Components.Total(x.Money.Currency); err == nil && total.Minor > 0 && x.Stand == "done" {
			s.write(say.T("recovery.letter.refunded", "Sum", l.sum(total.Minor, x.Money.Currency)), 9, false, 0)
		}
	}
	s.y += 4
}
