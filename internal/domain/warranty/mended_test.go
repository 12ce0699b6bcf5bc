package warranty

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
)

func TestRepairsOfCasesAreOfTheirUnits(t *testing.T) {
	opened, done := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 8, 20, 0, 0, 0, 0, time.UTC)
	c := cases.Case{OpenedAt: opened, UpdatedAt: done, Lines: []cases.Line{{Number: 1, OrderRow: 7, From: 3, SKU: "TV"}}, Resolutions: []cases.Resolution{
		{Means: cases.Repair, Stand: cases.Done, Units: []cases.Group{{Line: 1, From: 2, Quantity: 1}}},
		{Means: cases.Repair, Stand: cases.Failed, Units: []cases.Group{{Line: 1, From: 1, Quantity: 1}}},
		{Means: cases.Resend, Stand: cases.Done, Units: []cases.Group{{Line: 1, From: 1, Quantity: 1}}},
	}}
	list := MendedBy([]cases.Case{c})
	if len(list) != 1 || !list[0].Claimed.Equal(opened) || !list[0].Done.Equal(done) {
		t.Fatalf("repairs are %+v", list)
	}
	r := Repair{Pieces: list[0].Pieces}
	if !r.Of(7, 4) || r.Of(7, 3) || r.Of(8, 4) {
		t.Errorf("the second unit of a case that begins with the third of its line is the fourth: %+v", r.Pieces)
	}
}
