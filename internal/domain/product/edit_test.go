package product

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// What is written by hand stays whatever the shop tells and whenever, and taken back it is
// as if nobody had ever written.
func TestByHandStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"", "630622", "630629", "A"})
		tell := func(sec int64) Product {
			p, err := normalise(shop, New{ExternalID: "1", Title: "Tent", ToldAt: told(sec), Variants: []Variant{{SKU: "T", HSCode: word.Draw(t, "hs"), Supplier: word.Draw(t, "supplier")}}})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		first := tell(0)
		first.Variants[0].ID = 5
		plain, p := first, first
		own := map[string]string{}
		for sec := range rapid.Int64Range(1, 8).Draw(t, "steps") {
			if name := rapid.SampledFrom([]string{"", HSCode, Supplier}).Draw(t, "field"); name != "" {
				value := rapid.SampledFrom([]string{"", "700000", "B"}).Draw(t, "value")
				p.Variants = []Variant{p.Variants[0].set(name, value)}
				if own[name] = value; value == "" {
					delete(own, name)
				}
			}
			n := tell(rapid.Int64Range(0, sec+1).Draw(t, "told"))
			plain, p = fold(plain, n, false), fold(p, n, false)
			for name, value := range own {
				if got := *p.Variants[0].field(name); got != value {
					t.Fatalf("%s is %q and not %q, as somebody wrote", name, got, value)
				}
			}
		}
		for name := range maps.Clone(p.Variants[0].Own) {
			p.Variants = []Variant{p.Variants[0].set(name, "")}
		}
		if p.Variants[0].Own = nil; !reflect.DeepEqual(p, plain) {
			t.Fatalf("taken back: %+v\nas told: %+v", p, plain)
		}
	})
}

// A variant that the shop takes away and brings again, as another one, under its SKU is
// what people wrote of it.
func TestByHandOutlivesTheVariant(t *testing.T) {
	tell := func(sec int64, variants ...Variant) Product {
		p, err := normalise(shop, New{ExternalID: "1", Title: "Tent", ToldAt: told(sec), Variants: variants})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := tell(0, Variant{ExternalID: "a", SKU: "T", HSCode: "630622"})
	first.Variants[0] = first.Variants[0].set(HSCode, "630629")
	gone := fold(first, tell(1, Variant{ExternalID: "z", SKU: "Z"}), false)
	if len(gone.Variants) != 1 || gone.Variants[0].Own != nil || gone.Shelf["T"][HSCode].Value != "630629" {
		t.Fatalf("%+v", gone)
	}
	for name, p := range map[string]Product{
		"later":       fold(gone, tell(2, Variant{ExternalID: "b", SKU: "t ", HSCode: "630612"}), false),
		"at once":     fold(first, tell(2, Variant{ExternalID: "b", SKU: "t ", HSCode: "630612"}), false),
		"as one part": fold(gone, tell(2, Variant{ExternalID: "b", SKU: "t ", HSCode: "630612"}), true),
	} {
		v, _ := p.Variant("T")
		if v.HSCode != "630629" || v.Own[HSCode].Told != "630612" || p.Shelf != nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestWords(t *testing.T) {
	p := Product{Title: "Zelt für zwei 帐篷", Variants: []Variant{{SKU: "Tent-2P"}, {SKU: " "}}}
	if got := Words(p); !slices.Equal(got, []string{"2p", "fur", "tent", "tent-2p", "tent2p", "zelt", "zwei", "帐篷", "篷"}) {
		t.Errorf("%q", got)
	}
	if got := Sought("FÜR  tent-2"); !slices.Equal(got, []string{"fur", "tent", "2", "tent2"}) {
		t.Errorf("%q", got)
	}
}
