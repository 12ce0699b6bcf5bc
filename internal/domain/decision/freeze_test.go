package decision

import (
	"bytes"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// A frozen case is decided as the case itself was, and freezes to the same bytes again.
func TestAFrozenCaseIsDecidedAlike(t *testing.T) {
	check := func(t rapid.TB, c Case) {
		first, err := Freeze(&c)
		if err != nil {
			t.Fatal(err)
		}
		var r Reader
		again, err := r.Read(first)
		if err != nil {
			t.Fatalf("%v\n%s", err, first)
		}
		second, err := Freeze(&again)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("%v\n%s\n%s", err, first, second)
		}
		if a, b := Decide(Statute(), &c), Decide(Statute(), &again); !reflect.DeepEqual(a, b) {
			t.Fatalf("decided otherwise:\n%+v\n%+v\n%s", a, b, first)
		}
	}
	in, _ := worked(t)
	for _, line := range in {
		check(t, read(t, line))
	}
	rapid.Check(t, func(t *rapid.T) { check(t, drawCase(t)) })
}
