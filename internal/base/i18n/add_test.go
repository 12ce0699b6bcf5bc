package i18n

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// A translator adds a language by files alone: a line in languages.json and catalogues named area.language.json.
func TestALanguageIsAddedByFiles(t *testing.T) {
	all, err := readLanguages([]byte(`[{"tag": "en", "name": "English", "console": true}, {"tag": "lt", "name": "Lietuvių", "console": true}, {"tag": "fa", "name": "فارسی"}]`))
	if err != nil || len(all) != 3 || all[1].Tag != "lt" || !all[1].Console || all[2].Console {
		t.Fatalf("%+v, %v", all, err)
	}
	words, _, err := load(fstest.MapFS{
		"locale/languages.json": {Data: []byte(`[]`)}, // no catalogue
		"locale/x.en.json":      {Data: []byte(`{"x": {"parcels": {"one": "{{.Count}} parcel", "other": "{{.Count}} parcels"}, "bye": "Bye"}}`)},
		"locale/x.lt.json":      {Data: []byte(`{"x": {"parcels": {"one": "{{.Count}} siunta", "few": "{{.Count}} siuntos", "other": "{{.Count}} siuntų"}}}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := printer("lt", words)
	for n, want := range map[int64]string{1: "1 siunta", 2: "2 siuntos", 11: "11 siuntų", 21: "21 siunta", 22: "22 siuntos"} {
		if got := p.N("x.parcels", n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := p.T("x.bye"); got != "Bye" || p.Has("x.bye") {
		t.Errorf("what is not translated yet is English: %q", got)
	}
	if Dir("fa") != "rtl" {
		t.Error("Persian is written from the right")
	}
}

func TestTheListOfLanguagesIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"not English first": `[{"tag": "de", "name": "Deutsch", "console": true}, {"tag": "en", "name": "English", "console": true}]`,
		"twice":             `[{"tag": "en", "name": "English", "console": true}, {"tag": "en", "name": "English"}]`,
		"another case":      `[{"tag": "en", "name": "English", "console": true}, {"tag": "pt-br", "name": "Português"}]`,
		"no tag":            `[{"tag": "en", "name": "English", "console": true}, {"tag": "nowhere at all", "name": "x"}]`,
		"no name":           `[{"tag": "en", "name": "English", "console": true}, {"tag": "lt"}]`,
		"a field too many":  `[{"tag": "en", "name": "English", "console": true, "rtl": true}]`,
		"nothing":           `[]`,
		"no list":           `{}`,
	} {
		if _, err := readLanguages([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), "read the list of languages: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The rules of golang.org/x/text, which serve added languages, are those of ours, so both may stand for each other.
func TestPluralsOfAddedLanguagesAreThoseOfCLDR(t *testing.T) {
	for _, l := range []Lang{"en", "de", "ru", "uk", "pl", "cs", "ro", "ar", "ja", "sv", "hu"} {
		for n := range uint64(1200) {
			if got, want := other(l, n), PluralForm(l, int64(n)); got != want {
				t.Fatalf("%s: %d is %s here and %s there", l, n, want, got)
			}
		}
	}
	if got := Forms("lt"); !slices.Equal(got, []Form{One, Few, Other}) {
		t.Errorf("Lithuanian has %v", got)
	}
}
