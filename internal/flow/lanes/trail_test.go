package lanes

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/shipment"
)

func TestTrailsAreReadAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var signs []shipment.Sign
		at := time.UnixMilli(rapid.Int64Range(0, 1e13).Draw(t, "start")).UTC()
		for range rapid.IntRange(1, 20).Draw(t, "signs") {
			signs = append(signs, shipment.Sign{
				At: at, Status: rapid.SampledFrom(shipment.Statuses()).Draw(t, "status"), Country: rapid.SampledFrom([]string{"", "CN", "DE"}).Draw(t, "country"),
			})
			at = at.Add(time.Duration(rapid.Int64Range(1, 1e10).Draw(t, "gap")) * time.Millisecond)
		}
		if got, ok := readTrail(writeTrail(signs)); !ok || !slices.Equal(got, signs) {
			t.Fatalf("%v became %v", signs, got)
		}
	})
}

// A trail that a place cannot stand in is none, and then the events are read.
func TestTrailOfAStrangePlaceIsNone(t *testing.T) {
	if s := writeTrail([]shipment.Sign{{At: time.UnixMilli(5), Status: shipment.InTransit, Country: "Germany"}}); s != "" {
		t.Errorf("wrote %q", s)
	}
}

func FuzzTrail(f *testing.F) {
	for _, s := range []string{"", "1kDCN", "1kDCN5iD", "D", "z", "-5D", "99999999999999D", "1Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		signs, ok := readTrail(s)
		if ok == (len(signs) == 0) {
			t.Fatalf("%q: %v, %v", s, signs, ok)
		}
	})
}
