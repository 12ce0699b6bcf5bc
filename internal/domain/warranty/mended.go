package warranty

import (
	"time"

	"godwit.dev/godwit/internal/domain/cases"
)

// Mended is a repair that was done, of units of a line.
type Mended struct {
	Pieces  []Piece
	Claimed time.Time
	Done    time.Time
}

// MendedBy returns the repairs that cases have brought about: resolutions "repair" that are done. The newest step of a case
// is taken for the day on which its repair was. It is pure.
func MendedBy(list []cases.Case) []Mended {
	var out []Mended
	for _, c := range list {
		for _, r := range c.Resolutions {
			if r.Means != cases.Repair || r.Stand != cases.Done {
				continue
			}
			m := Mended{Claimed: c.OpenedAt, Done: c.UpdatedAt}
			for _, g := range r.Units {
				if g.Line >= 1 && g.Line <= len(c.Lines) {
					l := c.Lines[g.Line-1]
					m.Pieces = append(m.Pieces, Piece{Row: l.OrderRow, First: max(l.From, 1) + g.From - 1, Quantity: g.Quantity, SKU: l.SKU, Title: l.Title})
				}
			}
			out = append(out, m)
		}
	}
	return out
}
