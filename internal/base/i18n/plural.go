package i18n

import (
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Form is a CLDR plural category.
type Form uint8

// The plural categories. Every language has Other; which of the rest it has, [Forms] tells.
const (
	Other Form = iota
	Zero
	One
	Two
	Few
	Many
)

var formNames = [...]string{"other", "zero", "one", "two", "few", "many"}

// String returns CLDR's name of the category.
func (f Form) String() string { return formNames[f] }

// Forms lists the plural categories that a catalogue of the language must give, Other last. Categories that only
// fractions or whole millions fall into are left out, except Other.
func Forms(l Lang) []Form {
	switch base(l) {
	case "ja", "ko", "zh", "th", "vi", "id":
		return []Form{Other}
	case "ru", "uk", "pl":
		return []Form{One, Few, Many, Other}
	case "cs", "ro":
		return []Form{One, Few, Other}
	case "ar":
		return []Form{Zero, One, Two, Few, Many, Other}
	case "he":
		return []Form{One, Two, Other}
	case "en", "de", "fr", "es", "it", "pt", "nl", "kk", "tr", "sv", "da", "nb", "fi", "el", "hu":
		return []Form{One, Other}
	}
	var out []Form
	for n := range uint64(200) { // whatever a rule tells apart, it does by the last two figures
		if f := other(l, n); f != Other && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return append(out, Other)
}

// other is the category in a language that we have no rule of our own for: what golang.org/x/text has of CLDR 32. A tag
// that is no language counts like English.
func other(l Lang, u uint64) Form {
	tag, err := language.Parse(string(l))
	if err != nil {
		tag = language.English
	}
	return [...]Form{plural.Other: Other, plural.Zero: Zero, plural.One: One, plural.Two: Two, plural.Few: Few, plural.Many: Many}[plural.Cardinal.MatchPlural(tag, int(u%10_000_000), 0, 0, 0, 0)]
}

// PluralForm returns the cardinal category of a whole number in a language (CLDR 48 supplemental/plurals).
// The sign is ignored.
func PluralForm(l Lang, n int64) Form {
	u := uint64(n)
	if n < 0 {
		u = -u
	}
	switch base(l) {
	case "ja", "ko", "zh", "th", "vi", "id":
		return Other
	case "ru", "uk":
		return slavic(u, u%10 == 1 && u%100 != 11)
	case "pl":
		return slavic(u, u == 1)
	case "cs":
		switch {
		case u == 1:
			return One
		case u >= 2 && u <= 4:
			return Few
		}
		return Other
	case "ro":
		switch {
		case u == 1:
			return One
		case u == 0 || u%100 >= 1 && u%100 <= 19:
			return Few
		}
		return Other
	case "ar":
		return arabic(u)
	case "he":
		switch u {
		case 1:
			return One
		case 2:
			return Two
		}
		return Other
	case "fr":
		return romance(u, u <= 1)
	case "pt":
		return romance(u, u == 1 || u == 0 && l == "pt-BR")
	case "es", "it":
		return romance(u, u == 1)
	case "en", "de", "nl", "kk", "tr", "sv", "da", "nb", "fi", "el", "hu":
		if u == 1 {
			return One
		}
		return Other
	}
	return other(l, u)
}

func slavic(u uint64, one bool) Form {
	switch {
	case one:
		return One
	case u%10 >= 2 && u%10 <= 4 && (u%100 < 12 || u%100 > 14):
		return Few
	}
	return Many
}

func arabic(u uint64) Form {
	switch {
	case u <= 2:
		return [...]Form{Zero, One, Two}[u]
	case u%100 >= 3 && u%100 <= 10:
		return Few
	case u%100 >= 11:
		return Many
	}
	return Other
}

// romance knows the form for whole millions ("1 million de pièces").
func romance(u uint64, one bool) Form {
	switch {
	case one:
		return One
	case u != 0 && u%1_000_000 == 0:
		return Many
	}
	return Other
}

func base(l Lang) string {
	b, _, _ := strings.Cut(string(l), "-")
	return b
}
