package i18n

import "testing"

func TestCountry(t *testing.T) {
	for _, c := range []struct {
		lang Lang
		code string
		want string
	}{
		{"en", "BR", "Brazil"}, {"zh-Hans", "BR", "巴西"}, {"ru", "BR", "Бразилия"}, {"ru", "GB", "Великобритания"},
		{"en", "", ""}, {"en", "ZZ", "ZZ"}, {"en", "Brazil", "Brazil"}, {"en", "150", "150"},
	} {
		if got := For(c.lang).Country(c.code); got != c.want {
			t.Errorf("%s in %s: %q, not %q", c.code, c.lang, got, c.want)
		}
	}
	for _, l := range Customer() {
		if got := For(l).Country("DE"); got == "DE" || got == "" {
			t.Errorf("no name of Germany in %s", l)
		}
	}
}
