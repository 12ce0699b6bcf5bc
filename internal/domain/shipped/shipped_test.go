package shipped

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/triage"
)

var placeholder = regexp.MustCompile(`\{\{[a-z_.]+\}\}`)

// placeholders returns what a text has the console fill in, but for names, which a greeting has or not.
func placeholders(text string) []string {
	names := placeholder.FindAllString(text, -1)
	slices.Sort(names)
	return slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, "{{customer.") || n == "{{agent.name}}" })
}

// scripts are those in which a language is written, beside signs and digits; others are in Latin letters.
var scripts = map[string][]*unicode.RangeTable{
	"ru": {unicode.Cyrillic}, "uk": {unicode.Cyrillic}, "kk": {unicode.Cyrillic}, "ar": {unicode.Arabic}, "th": {unicode.Thai},
	"ja": {unicode.Hiragana, unicode.Katakana, unicode.Han}, "ko": {unicode.Hangul}, "zh-Hans": {unicode.Han}, "zh-Hant": {unicode.Han},
}

// signs are letters and words that only texts of a language have, or never: what tells it from its neighbours.
var signs = map[string]struct{ has, not string }{
	"uk": {"іїє", "ыэъё"}, "ru": {"ыэ", "іїєқң"}, "kk": {"әіқғңөұү", "їє"}, "zh-Hans": {"们请这", "們請這單"}, "zh-Hant": {"們請這單", "们请这单"},
	"ja": {"のをにご", ""}, "de": {"äöüß", ""}, "pl": {"ąęłśż", ""}, "vi": {"ơưđạế", ""}, "tr": {"ışğ", ""}, "fr": {"éèà", ""}, "es": {"áéíñ", ""}, "es-AR": {"áéíñ", ""}, "pt": {"ãçé", ""}, "pt-BR": {"ãçé", ""},
}

// rude are the words that a text which addresses formally must not have, and stiff those of one that does informally.
// Each stands for a whole word in small letters.
var rude, stiff = map[string]string{
	"de": "du dir dich dein deine deinen deinem deiner deines euch euer eure", "fr": "tu te toi ton ta tes t'as", "it": "tu ti te tuo tua tuoi tue vi vostro vostra",
	"es": "tú tu te ti tus contigo vosotros os vuestro vuestra", "ru": "ты тебя тебе тобой твой твоя твоё твои твоего твоей", "uk": "ти тебе тобі тобою твій твоя твоє твої твого",
	"pl": "ty ciebie cię tobie ci twój twoja twoje twojego twojej twoich", "tr": "sen seni sana senin senden", "kk": "сен сені саған сенің", "nl": "je jij jou jouw jullie",
	"id": "kamu kau engkau", "pt-BR": "tu te ti teu tua vós", "zh-Hans": "", "zh-Hant": "",
	"es-AR": "vos tú tu te ti tus contigo vosotros os vuestro vuestra tenés podés querés decinos mandanos contanos",
	"pt":    "tu te ti teu tua teus tuas contigo vós vosso vossa você vocês cupom estoque endereço equipe celular contato conosco",
}, map[string]string{
	"de": "sie ihnen ihr ihre ihren ihrem ihrer ihres", "nl": "u uw uzelf", "pt-BR": "vossa senhor senhora",
	"es":    "usted ustedes su sus le les consigo vos díganos envíenos cuéntenos escríbanos inténtelo elija guarde",
	"es-AR": "usted ustedes su sus consigo tú ti tuyo contigo eres puedes quieres tienes prefieres dinos envíanos díganos envíenos cuéntenos",
}

func TestShippedTextsAreComplete(t *testing.T) {
	for _, l := range []string{"ar", "de", "en", "es", "es-AR", "fr", "id", "it", "ja", "kk", "ko", "nl", "pl", "pt", "pt-BR", "ru", "th", "tr", "uk", "vi", "zh-Hans", "zh-Hant"} {
		byLanguage(t, l)
	}
	english, seen := byLanguage(t, "en"), map[string]bool{}
	for _, in := range Texts() {
		form := in.Language + "+" + string(in.Address)
		if seen[form] {
			t.Errorf("%s is there twice", form)
		}
		seen[form] = true
		if in.Address != habit.Formal && in.Address != habit.Informal && in.Address != habit.Neutral || in.Greeting == "" || in.Closing == "" {
			t.Errorf("%s: how it addresses, greets and ends: %q, %q, %q", in.Language, in.Address, in.Greeting, in.Closing)
		}
		if len(in.Texts) != len(Macros()) {
			t.Errorf("%s has %d texts for %d macros", in.Language, len(in.Texts), len(Macros()))
		}
		for _, m := range Macros() {
			text, en := in.Texts[m.Key], english.Texts[m.Key]
			switch {
			case text == "":
				t.Errorf("%s lacks %s", in.Language, m.Key)
				continue
			case in.Language != "en" && text == en:
				t.Errorf("%s says %s in English", in.Language, m.Key)
			case !slices.Equal(placeholders(text), placeholders(en)):
				t.Errorf("%s: %s has %v, not %v", in.Language, m.Key, placeholders(text), placeholders(en))
			case strings.Count(text, "{{") != len(placeholder.FindAllString(text, -1)) || text != strings.TrimSpace(text) || strings.Contains(text, "  "):
				t.Errorf("%s: %s is not clean: %q", in.Language, m.Key, text)
			}
			n, of := utf8.RuneCountInString(text), utf8.RuneCountInString(en)
			if low, high := of/5, of*2; n < low || n > high {
				t.Errorf("%s: %s has %d letters for %d in English", in.Language, m.Key, n, of)
			}
		}
	}
}

func byLanguage(t *testing.T, language string) Text {
	t.Helper()
	for _, x := range Texts() {
		if x.Language == language {
			return x
		}
	}
	t.Fatalf("no texts in %s", language)
	return Text{}
}

func TestShippedTextsAreInTheirLanguage(t *testing.T) {
	for _, in := range Texts() {
		whole := in.Greeting + "\n" + in.Closing
		for _, m := range Macros() {
			text := placeholder.ReplaceAllString(in.Texts[m.Key], "")
			whole += "\n" + text
			own, all := 0, 0
			for _, r := range text {
				if !unicode.IsLetter(r) {
					continue
				}
				all++
				if tables := scripts[in.Language]; tables == nil && unicode.Is(unicode.Latin, r) || tables != nil && unicode.In(r, tables...) {
					own++
				}
			}
			if own*100 < all*95 {
				t.Errorf("%s: %s has %d of %d letters in its script", in.Language, m.Key, own, all)
			}
		}
		s := signs[in.Language]
		for _, r := range s.has {
			if !strings.ContainsRune(strings.ToLower(whole), r) {
				t.Errorf("%s has no %q", in.Language, r)
			}
		}
		if i := strings.IndexAny(strings.ToLower(whole), s.not); s.not != "" && i >= 0 {
			t.Errorf("%s has a letter of another language: ...%s", in.Language, whole[max(i-20, 0):min(i+20, len(whole))])
		}
	}
}

func TestShippedTextsAddressInOneWay(t *testing.T) {
	for _, in := range Texts() {
		words := map[habit.Formality]map[string]string{habit.Formal: rude, habit.Informal: stiff}[in.Address][in.Language]
		for key, text := range in.Texts {
			for _, w := range strings.FieldsFunc(strings.ToLower(in.Of(key)), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
				if slices.Contains(strings.Fields(words), w) {
					t.Errorf("%s addresses %sly and says %q: %s", in.Language, in.Address, w, text)
				}
			}
		}
	}
}

func TestShippedMacrosAreSound(t *testing.T) {
	seen := map[string]bool{}
	for i, m := range Macros() {
		if m.Number != int64(i+1) || seen[m.Key] || m.Key == "" {
			t.Errorf("%s has the number %d at place %d", m.Key, m.Number, i+1)
		}
		seen[m.Key] = true
		for _, lang := range []string{"en", "zh-Hans", "ru"} {
			if m.Names[lang] == "" {
				t.Errorf("%s has no name in %s", m.Key, lang)
			}
		}
		for _, x := range m.Topics {
			if !slices.Contains(triage.Topics(), x) {
				t.Errorf("%s answers %q", m.Key, x)
			}
		}
		for _, x := range m.Alarms {
			if !slices.Contains(triage.Alarms(), x) {
				t.Errorf("%s answers %q", m.Key, x)
			}
		}
	}
	if len(Macros()) < 48 {
		t.Errorf("%d macros are shipped", len(Macros()))
	}
}

// TestShippedTextsHaveNoFalseFriends holds texts to what natives mean: each of these words says something else than the
// English one that it was written for, or supposes that an agent or a customer is a man.
func TestShippedTextsHaveNoFalseFriends(t *testing.T) {
	wrong := map[string]*regexp.Regexp{
		"de":      regexp.MustCompile(`(?i)versender|verletzt oder unwohl`),         // who sends, not who carries
		"ru":      regexp.MustCompile(`(?i)кредит|за наш счёт`),                     // a loan
		"fr":      regexp.MustCompile(`(?i)\bsuis désolé|vous avoir déçu\b`),        // of a man
		"es":      regexp.MustCompile(`(?i)rechazado en la puerta|las noticias de`), // the press has those
		"zh-Hans": regexp.MustCompile(`写信告诉|两张都要`),                                  // a letter on paper; what is counted as sheets
		"ja":      regexp.MustCompile(`喜んで交換`),
	}
	for _, in := range Texts() {
		for key, text := range in.Texts {
			if re := wrong[in.Language]; re != nil && re.MatchString(text) {
				t.Errorf("%s %s %s has %q: %s", in.Language, in.Address, key, re.FindString(text), text)
			}
		}
	}
}
