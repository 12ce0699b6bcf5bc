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

func TestLanguage(t *testing.T) {
	for _, c := range []struct {
		lang      Lang
		tag, want string
	}{{"en", "de", "German"}, {"en", "zh-Hans", "Simplified Chinese"}, {"ru", "de", "немецкий"}, {"zh-Hans", "fr", "法语"}, {"en", "not a tag", "not a tag"}} {
		if got := For(c.lang).Language(c.tag); got != c.want {
			t.Errorf("%s in %s: %q", c.tag, c.lang, got)
		}
	}
}
