package order

import "testing"

func TestSlug(t *testing.T) {
	for name, want := range map[string]string{
		"Godwit Outdoor":    "godwit-outdoor",
		"  Café  Müller!! ": "cafe-muller",
		"Ozon (RU)":         "ozon-ru",
		"晨光商店":              "shop",
		"Лавка":             "shop",
		"":                  "shop",
		"ＡＢＣ 123":           "abc-123",
		"a name that is by far too long for an address of the web": "a-name-that-is-by-far-too-long-for-an-ad",
	} {
		if got := Slug(name); got != want {
			t.Errorf("Slug(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestSlugsEndInOneThatIsFree(t *testing.T) {
	a, b := slugs(Shop{ID: 1, Name: "Shop"}), slugs(Shop{ID: 2, Name: "Shop"})
	if a[0] != b[0] || a[len(a)-1] == b[len(b)-1] {
		t.Errorf("%v, %v", a, b)
	}
}
