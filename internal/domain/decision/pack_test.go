package decision

import (
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestAPackedCaseDecidesAsItDid(t *testing.T) {
	var u Unpacker
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		var again Case
		if err := u.Unpack(Pack(&c), &again); err != nil {
			t.Fatal(err)
		}
		if a, b := fmt.Sprintf("%+v", Decide(Statute(), &c)), fmt.Sprintf("%+v", Decide(Statute(), &again)); a != b {
			t.Fatalf("decided otherwise:\n%s\n%s", a, b)
		}
		if !reflect.DeepEqual(Pack(&again), Pack(&c)) {
			t.Fatal("it packs differently")
		}
	})
}

func FuzzUnpack(f *testing.F) {
	c := sale("DE", "", nil)
	f.Add(Pack(&c))
	f.Fuzz(func(t *testing.T, data []byte) {
		var again Case
		var u Unpacker
		_ = u.Unpack(data, &again)
	})
}

func BenchmarkUnpack(b *testing.B) {
	c := sale("DE", "", func(c *Case) { c.Policy.Windows = map[Remedy]int{Refund: 30, StoreCredit: 60, Exchange: 30} })
	data := Pack(&c)
	b.ReportMetric(float64(len(data)), "bytes")
	b.ReportAllocs()
	var u Unpacker
	for b.Loop() {
		if err := u.Unpack(data, &c); err != nil {
			b.Fatal(err)
		}
	}
}
