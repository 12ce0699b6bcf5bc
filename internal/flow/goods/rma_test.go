package goods

import (
	"bytes"
	"strings"
	"testing"
)

func TestANumberThatIsMisreadIsNoNumber(t *testing.T) {
	rma, err := newRMA(bytes.NewReader([]byte{0, 31, 7, 200, 12, 99, 3, 250}))
	if err != nil || len(rma) != 10 {
		t.Fatalf("%q, %v", rma, err)
	}
	for _, s := range []string{rma, Spaced(rma), " " + strings.ToLower(rma) + "\n", strings.ReplaceAll(rma, "0", "O")} {
		if got, ok := ParseRMA(s); !ok || got != rma {
			t.Errorf("%q reads %q, %v", s, got, ok)
		}
	}
	swaps, missed := 0, 0
	for i := 1; i < 9; i++ {
		for _, c := range symbols {
			if wrong := rma[:i] + string(c) + rma[i+1:]; wrong != rma {
				if _, ok := ParseRMA(wrong); ok {
					t.Errorf("%s with %c at %d passes", rma, c, i)
				}
			}
		}
		if i < 8 && rma[i] != rma[i+1] {
			swaps++
			if _, ok := ParseRMA(rma[:i] + string(rma[i+1]) + string(rma[i]) + rma[i+2:]); ok {
				missed++
			}
		}
	}
	if missed*4 > swaps {
		t.Errorf("%d of %d swaps pass", missed, swaps)
	}
	for _, s := range []string{"", "R", "1234567890", "RUUUUUUUU1", "退货退货退货退"} {
		if _, ok := ParseRMA(s); ok {
			t.Errorf("%q passes", s)
		}
	}
}

// The example of the standard for MOD 37,36 (ISO/IEC 7064): A12425GABC1234002 has the check character M, as the Global
// Release Identifier of IFPI prints it.
func TestTheCheckCharacterIsThatOfTheStandard(t *testing.T) {
	if c := check("A12425GABC1234002"); c != 'M' {
		t.Errorf("check is %c", c)
	}
}

func FuzzParseRMA(f *testing.F) {
	f.Add("R7K2-M9QP-4X")
	f.Fuzz(func(t *testing.T, s string) {
		if rma, ok := ParseRMA(s); ok {
			if again, same := ParseRMA(Spaced(rma)); !same || again != rma {
				t.Errorf("%q reads %q, then %q", s, rma, again)
			}
		}
	})
}
