package forecastsim_test

import (
	"reflect"
	"testing"

	"godwit.dev/godwit/internal/domain/forecast"
	"godwit.dev/godwit/internal/domain/forecast/forecastsim"
)

// TestBetterThanNaive: on weeks that it has not seen the forecast is better than what the
// same hour did in past weeks or last week, and than going by the last hour; and what it
// says is likely happens about as often as it says.
func TestBetterThanNaive(t *testing.T) {
	for seed := range uint64(3) {
		f := forecastsim.New(100+seed, 10, 13.5).Score(8)
		t.Logf("seed %d: %+v", seed, f)
		for name, naive := range map[string]float64{"hour of the week": f.HourOfWeek, "last week": f.LastWeek, "as now": f.AsNow} {
			if f.Brier > 0.75*naive {
				t.Errorf("seed %d: Brier %.4f, %s %.4f", seed, f.Brier, name, naive)
			}
		}
		if f.Error > 0.06 {
			t.Errorf("seed %d: what was said is %.3f off what happened: %+v", seed, f.Error, f.Bins)
		}
		if f.Base < 0.03 || f.Base > 0.7 {
			t.Errorf("seed %d: a world in which nothing can be told: %.2f", seed, f.Base)
		}
	}
}

// TestSameAgain: the same values give the same forecast.
func TestSameAgain(t *testing.T) {
	s := forecastsim.New(7, 3, 13.5).At(2*7*24 + 15)
	s.Bearable = 0.2
	if one, two := forecast.Make(s), forecast.Make(s); !reflect.DeepEqual(one, two) {
		t.Errorf("%+v\nand then %+v", one, two)
	}
}
