package product

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
)

var shop = order.Shop{ID: 7, Workspace: 3, Currency: "EUR"}

func told(sec int64) time.Time { return time.Unix(1_780_000_000+sec, 0).UTC() }

func mustBe(t *testing.T, n New) Product {
	t.Helper()
	p, err := normalise(shop, n)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestNormalise(t *testing.T) {
	stock := int64(4)
	p := mustBe(t, New{
		ExternalID: " 88\n12 ", Title: "Tent\x00 for  two", Tags: []string{"a", "a", " "}, Attributes: map[string]string{" ": "x", "Colour": " green "}, ToldAt: told(1).Add(time.Microsecond),
		Variants: []Variant{{SKU: "tent-2p", HSCode: "6306.22.00", Origin: "cn", Stock: &stock}},
	})
	stock = 5
	if p.ExternalID != "88 12" || p.Title != "Tent for two" || !reflect.DeepEqual(p.Tags, []string{"a"}) || p.Attributes["Colour"] != "green" || len(p.Attributes) != 1 || p.Status != Active || p.Currency != "EUR" {
		t.Errorf("product %+v", p)
	}
	v := p.Variants[0]
	if v.ExternalID != "tent-2p" || v.HSCode != "63062200" || v.Origin != "CN" || *v.Stock != 4 || !v.ToldAt.Equal(told(1)) {
		t.Errorf("variant %+v", v)
	}
	if got, ok := p.Variant(" Tent-2p "); !ok || got.HSCode != v.HSCode {
		t.Error("a variant is not found by its SKU")
	}
}

func TestNormaliseRefuses(t *testing.T) {
	for name, n := range map[string]New{
		"no id":         {},
		"status":        {ExternalID: "1", Status: "sold"},
		"currency":      {ExternalID: "1", Currency: "EURO"},
		"twice":         {ExternalID: "1", Variants: []Variant{{SKU: "a"}, {SKU: "a"}}},
		"weight":        {ExternalID: "1", Variants: []Variant{{SKU: "a", Grams: -1}}},
		"size":          {ExternalID: "1", Variants: []Variant{{SKU: "a", Size: Size{Height: maxMillimetre + 1}}}},
		"origin":        {ExternalID: "1", Variants: []Variant{{SKU: "a", Origin: "China"}}},
		"many variants": {ExternalID: "1", Variants: make([]Variant, maxVariants+1)},
		"many tags":     {ExternalID: "1", Tags: strings.Split(strings.Repeat("a,", maxList), ",")},
	} {
		if _, err := normalise(shop, n); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A platform's messages may come late, twice and in any order: the end is the same.
func TestFoldEndsTheSameInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// A platform that changes one thing at each second, and tells of it.
		var tellings []Product
		var parts []bool
		current := map[string]int64{"a": 100}
		for i := range rapid.IntRange(1, 8).Draw(t, "changes") {
			n := New{ExternalID: "1", Title: "T", ToldAt: told(int64(i))}
			id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "variant")
			if n.Part = rapid.Bool().Draw(t, "part"); n.Part {
				current[id] = int64(1000 + i)
				n.Variants = []Variant{{ExternalID: id, Price: current[id]}}
			} else {
				if n.Title = "T" + string(rune('a'+i)); rapid.Bool().Draw(t, "drop") {
					delete(current, id)
				}
				for _, id := range []string{"a", "b", "c"} {
					if price, ok := current[id]; ok {
						n.Variants = append(n.Variants, Variant{ExternalID: id, Price: price})
					}
				}
			}
			p, err := normalise(shop, n)
			if err != nil {
				t.Fatal(err)
			}
			tellings, parts = append(tellings, p), append(parts, n.Part)
		}
		state := func(order []int) (string, map[string]int64) {
			p := Product{Status: Active}
			for _, i := range order {
				p = fold(p, tellings[i], parts[i])
			}
			prices := map[string]int64{}
			for _, v := range p.Variants {
				prices[v.ExternalID] = v.Price
			}
			return p.Title, prices
		}
		inOrder := make([]int, len(tellings))
		for i := range inOrder {
			inOrder[i] = i
		}
		mixed := append(rapid.Permutation(inOrder).Draw(t, "order"), rapid.SliceOf(rapid.SampledFrom(inOrder)).Draw(t, "again")...)
		title, prices := state(inOrder)
		mixedTitle, mixedPrices := state(mixed)
		if title != mixedTitle || !reflect.DeepEqual(prices, mixedPrices) {
			t.Fatalf("in order %q %v, as %v %q %v", title, prices, mixed, mixedTitle, mixedPrices)
		}
	})
}
