package translate_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/translate"
)

func TestWhatSurvivesIsMarked(t *testing.T) {
	terms := []translate.Term{{Source: "parcel locker", Target: "consigna"}, {Source: "Godwit Trail 40", Target: "Godwit Trail 40"}}
	for text, want := range map[string][]string{
		"Hi Ana Ruiz, order #10234 left.":                          {"Ana Ruiz", "#10234"},
		"Dear ANA, mail me at ana@example.com or www.example.org.": {"ANA", "ana@example.com", "www.example.org"},
		"See https://x.example/t/9?a=1&b=2.":                       {"https://x.example/t/9?a=1&b=2"},
		"We pay 12,50 € back by 2026-11-05, or US$ and £1,200.00":  {"12,50 €", "2026-11-05", "£1,200.00"},
		"Tracking LX123456789CN, 3 of 4 parts, 20 % off":           {"LX123456789CN", "3", "4", "20 %"},
		"Ваш заказ №A-77 на 1 200 ₽, {{customer.name}}":            {"№A-77", "1 200 ₽", "{{customer.name}}"},
		"包裹3天后到，单号SF1234567890。":                                   {"3", "SF1234567890"},
		"Parcel lockers and a Parcel locker":                       {"Parcel locker"},
		"ana is no name here, anagram neither":                     nil,
		"The Godwit Trail 40 jacket":                               {"Godwit Trail 40"},
		"a private \uE005 sign":                                    {"\uE005"},
	} {
		m, err := translate.Protect(text, []string{"Ana Ruiz"}, terms)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range m.Marks {
			got = append(got, x.Source)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: marked %q, want %q", text, got, want)
		}
	}
}

func TestATermOfTheGlossaryComesBackInTheOtherLanguage(t *testing.T) {
	b := translate.Book{Glossary: []translate.Entry{
		{Words: map[string]string{"en": "parcel locker", "es": "consigna", "pt": "cacifo"}}, {Keep: "Godwit Trail"},
	}}
	for lang, want := range map[string]string{"es": "Consigna … Godwit Trail … consigna", "pt-BR": "Cacifo … Godwit Trail … cacifo", "de": "Parcel locker … Godwit Trail … parcel locker"} {
		m, err := translate.Protect("Parcel locker … Godwit Trail … parcel locker", nil, b.Terms("en", lang))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.Restore(m.Text); err != nil || got != want {
			t.Errorf("%s: %q %v, want %q", lang, got, err, want)
		}
	}
}

func TestNothingPrivateIsShown(t *testing.T) {
	m, err := translate.Protect("Ana, ana@example.com, https://a.example, #1234, LX123456789CN, {{x}}: 12,50 € on 1.2.2026, 3 pieces", []string{"Ana"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, x := range m.Marks {
		if s := x.Shown(); s != "" {
			shown = append(shown, s)
		}
	}
	if want := []string{"12,50 €", "1.2.2026", "3"}; !slices.Equal(shown, want) {
		t.Errorf("a provider sees %q, want %q", shown, want)
	}
}

func TestSentences(t *testing.T) {
	for text, want := range map[string][]string{
		"Hello. Where is it? Thanks!\nBye":     {"Hello.", "Where is it?", "Thanks!", "Bye"},
		"Dear Mr. Smith, e.g. this. Next.":     {"Dear Mr. Smith, e.g. this.", "Next."},
		"It came... broken. \"Why?\" Ask J. B": {"It came... broken.", "\"Why?\"", "Ask J. B"},
		"你好。我的包裹在哪里？谢谢":                        {"你好。", "我的包裹在哪里？", "谢谢"},
		"\n\n  #12 \n --- \nOne":               {"One"},
	} {
		m, err := translate.Protect(text, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		var whole strings.Builder
		for _, p := range m.Pieces() {
			whole.WriteString(p.Source())
			if p.Sentence {
				got = append(got, p.Source())
			}
		}
		if !slices.Equal(got, want) || whole.String() != text {
			t.Errorf("%q: %q, whole %q", text, got, whole.String())
		}
	}
}

// vocabulary is what the texts of the properties are made of.
var vocabulary = []string{
	"Ana", "Ruiz", "#10234", "LX123456789CN", "12,50 €", "$1,200.00", "2026-11-05", "3", "20 %", "{{customer.name}}", "https://x.example/a?b=1", "ana@example.com",
	"where", "is", "my", "parcel", "El", "paquete", "не", "пришёл", "包裹", "。", "ünder", "\uE000", "locker", ".", "?", "\n", "!", ",",
}

func texts() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(vocabulary), 0, 25).Draw(t, "words"), rapid.SampledFrom([]string{" ", "  "}).Draw(t, "between"))
	})
}

// A provider that changes, drops, doubles or invents marks, figures or addresses is refused;
// whatever passes has each span of the text exactly as often as the text.
func TestNoProviderChangesWhatSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Draw(t, "text")
		m, err := translate.Protect(text, []string{"Ana Ruiz"}, []translate.Term{{Source: "locker", Target: "consigna"}})
		if err != nil {
			t.Fatal(err)
		}
		answer := []rune(m.Text)
		hostile := rapid.SampledFrom([]string{"none", "shuffle", "drop", "double", "invent", "figure", "link", "foreign"}).Draw(t, "does")
		at := 0
		if len(answer) > 0 {
			at = rapid.IntRange(0, len(answer)-1).Draw(t, "at")
		}
		switch hostile {
		case "shuffle":
			answer = rapid.Permutation(answer).Draw(t, "order")
		case "drop":
			answer = slices.Delete(answer, min(at, len(answer)), min(at+1, len(answer)))
		case "double":
			if len(answer) > 0 {
				answer = append(answer, answer[at])
			}
		case "invent":
			answer = append(answer, translate.First+rune(len(m.Marks)))
		case "figure":
			answer = append(answer, []rune(" 7")...)
		case "link":
			answer = append(answer, []rune(" https://evil.example")...)
		case "foreign":
			answer = append(answer, '\uF8FF')
		}
		got, err := m.Restore(string(answer))
		if err != nil {
			if !errs.Is(err, errs.Unavailable) {
				t.Fatalf("refused with %v", err)
			}
			if hostile == "none" || hostile == "shuffle" {
				t.Fatalf("%s was refused: %v", hostile, err)
			}
			return
		}
		if hostile == "invent" || hostile == "figure" || hostile == "link" || hostile == "foreign" {
			t.Fatalf("%s passed: %q", hostile, got)
		}
		for _, x := range m.Marks {
			n := 0
			for _, y := range m.Marks {
				n += strings.Count(y.Target, x.Target)
			}
			if c := strings.Count(got, x.Target); c < n {
				t.Fatalf("%q is there %d times and not %d: %q", x.Target, c, n, got)
			}
		}
		if hostile == "none" && got != strings.ReplaceAll(text, "locker", "consigna") {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

// The pieces of a text are the text, and each can be put back by itself.
func TestPiecesAreTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Draw(t, "text")
		m, err := translate.Protect(text, []string{"Ana"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, p := range m.Pieces() {
			if p.Source() == "" {
				t.Fatal("an empty piece")
			}
			if p.Sentence {
				back, err := p.Restore(p.Text)
				if err != nil || back != p.Source() {
					t.Fatalf("%q came back as %q, %v", p.Source(), back, err)
				}
			}
			b.WriteString(p.Source())
		}
		if b.String() != text {
			t.Fatalf("%q became %q", text, b.String())
		}
	})
}

func TestAnotherOrderIsTheSameSentence(t *testing.T) {
	one := func(text string) translate.Piece {
		m, err := translate.Protect(text, []string{"Ana", "Li Wei"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return m.Pieces()[0]
	}
	a, b := one("Dear Ana, order #1234 was sent on 1.2.2026."), one("Dear Li Wei,  order #77-B was sent on 2026-03-04.")
	if translate.Key(a.Text) != translate.Key(b.Text) || translate.Score(a.Text, b.Text) != translate.Same {
		t.Errorf("%q and %q differ", a.Text, b.Text)
	}
	kept, ok := a.Remark("Querida Ana: el pedido #1234 salió el 1.2.2026.")
	if !ok {
		t.Fatal("a good pair was not kept")
	}
	if got, err := b.Restore(kept); err != nil || got != "Querida Li Wei: el pedido #77-B salió el 2026-03-04." {
		t.Errorf("%q %v", got, err)
	}
	for _, bad := range []string{"Querida Ana: el pedido salió el 1.2.2026.", "Ana, Ana: #1234, 1.2.2026", "Ana #1234 1.2.2026 y 5 más"} {
		if _, ok := a.Remark(bad); ok {
			t.Errorf("%q was kept", bad)
		}
	}
}

func TestScore(t *testing.T) {
	for _, c := range []struct {
		a, b     string
		low, top int
	}{
		{"Where is my parcel?", "Where is my parcel?", 100, 100},
		{"Where is my parcel?", "where is my parcel", 99, 99},
		{"Where is my parcel now?", "Where is my parcel?", 70, 90},
		{"Where is my parcel?", "I want my money back", 0, 40},
		{"我的包裹在哪里", "我的包裹在哪里呢", 70, 95},
		{"Order \uE000 came", "Order came", 0, 0},
		{"Order \uE000 came", "Order \uE003 came", 99, 100},
		{"", "", 0, 0},
	} {
		if s := translate.Score(c.a, c.b); s < c.low || s > c.top || s != translate.Score(c.b, c.a) {
			t.Errorf("%q and %q score %d", c.a, c.b, s)
		}
	}
}

// Sentences that are alike are found by their grams.
func TestAlikeIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zа-я]{2,8}`), 4, 20, rapid.ID[string]).Draw(t, "words")
		changed := slices.Clone(list)
		changed[rapid.IntRange(0, len(list)-1).Draw(t, "at")] = "elsewhere"
		a, b := strings.Join(list, " "), strings.Join(changed, " ")
		if translate.Score(a, b) < translate.Alike {
			return
		}
		shared := 0
		for _, g := range translate.Grams(a) {
			if slices.Contains(translate.Grams(b), g) {
				shared++
			}
		}
		if shared == 0 {
			t.Fatalf("%q and %q are alike and have no gram in common", a, b)
		}
	})
}

func TestBooksAreChecked(t *testing.T) {
	if err := translate.DefaultBook().Check(); err != nil {
		t.Error(err)
	}
	bad := translate.Book{Limit: -1, Memory: translate.MostMemory + 1, Glossary: []translate.Entry{
		{}, {Keep: "x", Words: map[string]string{"en": "x"}}, {Words: map[string]string{"en": "one"}}, {Words: map[string]string{"en": "a", "!!": "b"}}, {Keep: "fine"},
		{Words: map[string]string{"en": "a", "de": " b"}},
	}}
	var got []string
	for _, f := range errs.Fields(bad.Check()) {
		got = append(got, f.Field)
	}
	slices.Sort(got)
	if want := []string{"glossary.0", "glossary.1", "glossary.2", "glossary.3", "glossary.5", "limit", "memory"}; !slices.Equal(got, want) {
		t.Errorf("refused %q", got)
	}
}

func FuzzProtect(f *testing.F) {
	f.Add("Hi Ana, #1234 costs 12,50 €. {{x}} https://a.example", "Ana", "cost")
	f.Fuzz(func(t *testing.T, text, name, term string) {
		m, err := translate.Protect(text, []string{name}, []translate.Term{{Source: term, Target: term}})
		if err != nil {
			return
		}
		var b strings.Builder
		for _, p := range m.Pieces() {
			b.WriteString(p.Source())
		}
		if b.String() != text {
			t.Fatalf("%q became %q", text, b.String())
		}
		if strings.TrimSpace(text) == "" {
			return
		}
		if back, err := m.Restore(m.Text); err != nil || !strings.EqualFold(back, text) {
			t.Fatalf("%q came back as %q, %v", text, back, err)
		}
	})
}

// A name is put back only where it stands as a word: what is left in a memory is sent to others.
func TestRemarkFindsWholeWords(t *testing.T) {
	for _, c := range []struct {
		source, name, target, want string
	}{
		{"Hello Li, it comes.", "Li", "Ihre Lieferung kommt.", ""},
		{"Hello Li, it comes.", "Li", "Hallo Li, die Lieferung kommt.", "Hallo \ue000, die Lieferung kommt."},
		{"Hello Anna!", "Anna", "Anna님, 안녕하세요!", "\ue000님, 안녕하세요!"},
		{"Hello Li!", "Li", "Li, Li!", ""},
		{"Hello Li!", "Li", "Здравствуйте!", ""},
	} {
		m, err := translate.Protect(c.source, []string{c.name}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := m.Pieces()[0].Remark(c.target)
		if ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%q: %q %v, want %q", c.target, got, ok, c.want)
		}
	}
}

// A word of the glossary holds however its language was written: by region, by script or alone.
func TestGlossaryHoldsForTagsOfRegions(t *testing.T) {
	b := translate.Book{Glossary: []translate.Entry{{Words: map[string]string{"en-US": "parcel locker", "zh-CN": "快递柜", "pt": "cacifo", "pt-BR": "armário"}}}}
	for _, c := range [][3]string{{"en", "zh-Hans", "快递柜"}, {"en", "pt-BR", "armário"}, {"en", "pt", "cacifo"}, {"en", "zh-Hant", ""}} {
		list := b.Terms(c[0], c[1])
		if c[2] == "" && len(list) != 0 || c[2] != "" && (len(list) != 1 || list[0] != translate.Term{"parcel locker", c[2]}) {
			t.Errorf("%v: %+v", c, list)
		}
	}
}
