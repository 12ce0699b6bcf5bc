package decision

import (
	"slices"
	"testing"
)

func TestAFloorNamesItsLawsAndTheirDay(t *testing.T) {
	for market, want := range map[string]struct {
		day  string
		laws []string
	}{
		"DE":     {"2026-06-28", []string{"2011/83/EU art. 9", "(EU) 2019/771 art. 10, 13", "2011/83/EU art. 18"}},
		"GB-SCT": {"2026-04-15", []string{"CCR 2013 reg. 29, 30", "CRA 2015 s. 20, 22", "CRA 2015 s. 23, 24", "CRA 2015 s. 28"}},
		"US":     {"", []string{"16 CFR 435.2"}},
		"ID":     {"2019-11", nil},
	} {
		f := Statute().Floor(market)
		if laws := f.Laws(); f.AsOf != want.day || want.laws != nil && !slices.Equal(laws, want.laws) {
			t.Errorf("%s: %q %q", market, f.AsOf, laws)
		}
	}
}
