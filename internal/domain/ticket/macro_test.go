package ticket

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/triage"
)

func TestMacroIsChosenForTheCustomer(t *testing.T) {
	m := Macro{Bodies: map[string]string{}, Marks: map[string]Mark{"fr": {Draft: true}}}
	for _, key := range []string{"", "en", "de+formal", "de+informal", "nl", "nl+formal", "es", "es-MX", "pt-BR", "zh-Hans", "zh-Hant", "fr", "it+informal"} {
		m.Bodies[key] = "body " + key
	}
	for _, x := range []struct {
		want   Want
		key    string
		spoken bool
	}{
		{Want{"de", "DE", habit.Formal}, "de+formal", true},
		{Want{"de", "XX", habit.Informal}, "de+informal", true},
		{Want{"de", "", ""}, "de+formal", true},                // nobody told: the safer of the two
		{Want{"de-AT", "AT", habit.Formal}, "de+formal", true}, // from the region to the language
		{Want{"nl", "BE", habit.Formal}, "nl+formal", true},
		{Want{"nl", "NL", habit.Informal}, "nl", true}, // one that does not tell, before the other
		{Want{"es", "MX", habit.Formal}, "es-MX", true},
		{Want{"es", "ES", habit.Neutral}, "es", true},
		{Want{"pt", "PT", habit.Formal}, "pt-BR", true}, // as others speak it
		{Want{"zh", "CN", ""}, "zh-Hans", true},
		{Want{"zh", "TW", ""}, "zh-Hant", true},
		{Want{"zh-TW", "TW", ""}, "zh-Hant", true},
		{Want{"zh-Hant", "", ""}, "zh-Hant", true},
		{Want{"it", "IT", habit.Formal}, "it+informal", true},
		{Want{"fr", "FR", habit.Formal}, "", false}, // a draft is not sent
		{Want{"sv", "SE", habit.Informal}, "", false},
		{Want{"", "", ""}, "", false},
		{Want{"not a language", "", ""}, "", false},
	} {
		got := m.Choose(x.want)
		if got.Key != x.key || got.Spoken() != x.spoken || got.Body != "body "+x.key {
			t.Errorf("%+v got %q, spoken %v, want %q, %v", x.want, got.Key, got.Spoken(), x.key, x.spoken)
		}
	}
	if got := m.Choose(Want{Language: "fr"}); got.Held != "fr" {
		t.Errorf("the draft that was passed over is not told: %+v", got)
	}
	delete(m.Bodies, "")
	if got := m.Choose(Want{Language: "sv"}); got.Key != "en" {
		t.Errorf("without a text for all others, English: %q", got.Key)
	}
	delete(m.Bodies, "zh-Hant")
	if got := m.Choose(Want{Language: "zh-Hant"}); got.Key != "en" {
		t.Errorf("another script is another text: %q", got.Key)
	}
}

func TestMacroTextsAreJudged(t *testing.T) {
	now := time.UnixMilli(5_000)
	old := Macro{Bodies: map[string]string{
		"": "Hello {{ customer.first_name }}, {{order.number}}", "de": "Zu {{order.number}}", "fr": "De {{ order.number }}", "it": "Di {{order.number}}",
	}, Marks: map[string]Mark{"fr": {Behind: 7}}}
	for _, x := range []struct{ key, body, err string }{
		{"de", "Zu {{order.number}}, {{customer.nmae}}", "error.macro_unknown"},
		{"de", "Ihre Bestellung", "error.macro_lacks"},
		{"de", "Zu {{order.number}} { {{order number}}", "error.macro_braces"},
		{"no language", "Zu {{order.number}}", "error.macro_language"},
		{"de+rude", "Zu {{order.number}}", "error.macro_language"},
		{"de", "Bestellung {{ order.number }} {{shop.name}}", ""},
		{"PT-br+formal", "Pedido {{order.number}}", ""},
		{"", "No number here", ""}, // the source itself says what there is
	} {
		got, err := old.With(x.key, x.body, false).written(old, now)
		key := ""
		if list := errs.Fields(err); len(list) > 0 {
			key = list[0].Key
		}
		if key != x.err {
			t.Errorf("%s %q: %v, want %q", x.key, x.body, err, x.err)
		}
		if x.key == "PT-br+formal" && got.Bodies["pt-BR+formal"] == "" {
			t.Errorf("kept under %v", keysOf(got.Bodies))
		}
	}
	// The source says something else: what was not written with it is older.
	next := old.With("", "Dear {{ customer.first_name }}, {{order.number}} ...", false).With("it", "Nuovo {{order.number}}", true)
	got, err := next.written(old, now)
	if err != nil {
		t.Fatal(err)
	}
	if want := (map[string]Mark{"de": {Behind: 5_000}, "fr": {Behind: 7}, "it": {Draft: true}}); !reflect.DeepEqual(got.Marks, want) {
		t.Errorf("marks %v, want %v", got.Marks, want)
	}
	for lang, want := range map[string]TextState{"de": TextBehind, "fr": TextBehind, "it": TextDraft, "es": TextMissing} {
		if s, _ := got.State(lang); s != want {
			t.Errorf("%s is %s, want %s", lang, s, want)
		}
	}
	again, err := got.With("de", "Neu: {{order.number}}", false).written(got, now.Add(time.Hour))
	if s, _ := again.State("de"); err != nil || s != TextReady || again.Marks["fr"].Behind != 7 {
		t.Errorf("a text that is written anew is %s, %v", s, again.Marks)
	}
}

func TestMacrosAreSuggestedWithTheirReason(t *testing.T) {
	own := Macro{ID: 2000, Name: "Own", Bodies: map[string]string{"en": "x"}, Fits: Fits{Topics: []triage.Topic{triage.LostParcel}}, UpdatedAt: time.UnixMilli(1)}
	polish := own
	polish.ID, polish.Bodies = 2001, map[string]string{"pl": "x"}
	off := polish
	off.ID, off.Off = 2002, true
	list := append([]Macro{own, off, polish}, Library()...)
	names := func(r *Reading, lang string) string {
		var out []string
		for _, s := range Suggest(list, r, Want{Language: lang}) {
			name := s.Macro.Shipped
			if name == "" {
				name = s.Macro.Name + "/" + keysOf(s.Macro.Bodies)[0]
			}
			out = append(out, string(s.Alarm)+string(s.Topic)+string(s.Mood)+":"+name)
		}
		return strings.Join(out, " ")
	}
	about := func(topics ...triage.Topic) (out []triage.Scored) {
		for _, x := range topics {
			out = append(out, triage.Scored{Topic: x, Score: 0.9})
		}
		return out
	}
	for _, x := range []struct {
		r    *Reading
		lang string
		want string
	}{
		{nil, "en", ""},
		{&Reading{Topics: about(triage.Damaged), Mood: triage.Neutral}, "en", "damaged:damaged"},
		{&Reading{Topics: about(triage.LostParcel), Mood: triage.Neutral}, "pl", "lost_parcel:Own/pl"},
		{&Reading{Topics: about(triage.Damaged), Mood: triage.Negative, Alarms: []triage.Alarm{triage.Risk, triage.Legal}}, "en", "risk:safety legal:legal damaged:damaged"},
		{&Reading{Topics: about(triage.Damaged), Mood: triage.Negative, Alarms: []triage.Alarm{triage.Haste}}, "en", "damaged:damaged negative:complaint"},
		{&Reading{Topics: about(triage.ReviewFeedback), Mood: triage.Positive}, "en", ""},
		{&Reading{Topics: about(triage.ReviewFeedback), Mood: triage.Negative}, "en", "review_feedback:bad_review negative:complaint"},
	} {
		if got := names(x.r, x.lang); !strings.HasPrefix(got, x.want) || x.want == "" && got != "" {
			t.Errorf("%+v in %s: %q, want %q", x.r, x.lang, got, x.want)
		}
	}
	// Everything that triage may say has an answer, but haste, which no words of ours make shorter.
	for _, x := range triage.Topics() {
		if got := names(&Reading{Topics: about(x), Mood: triage.Negative}, "en"); !strings.Contains(got, string(x)+":") {
			t.Errorf("no macro for the topic %s: %q", x, got)
		}
	}
	for _, a := range triage.Alarms() {
		if got := names(&Reading{Alarms: []triage.Alarm{a}}, "en"); a != triage.Haste && !strings.Contains(got, string(a)+":") {
			t.Errorf("no macro for the alarm %s: %q", a, got)
		}
	}
}

// TestShippedTextsSuitTheMarkets says that customers of each market get the shipped text in the form of address that they
// are used to, wherever their language is shipped at all.
func TestShippedTextsSuitTheMarkets(t *testing.T) {
	chosen := map[string]string{}
	for _, m := range Library() {
		for _, market := range habit.Markets() {
			p, _ := habit.Of(market)
			for _, lang := range p.Languages {
				c := m.Choose(Want{Language: lang, Market: market, Address: p.Formality})
				if !c.Spoken() {
					continue
				}
				_, address := TextOf(c.Key)
				if address != "" && address != p.Formality && p.Formality != habit.Neutral {
					t.Errorf("%s for %s in %s is %s, the market is %s", m.Name, lang, market, c.Key, p.Formality)
				}
				if at := lang + " " + market; chosen[at] != "" && chosen[at] != c.Key {
					t.Errorf("%s is %s for one macro and %s for another", at, chosen[at], c.Key)
				} else {
					chosen[at] = c.Key
				}
			}
		}
	}
	for at, want := range map[string]string{
		"es US": "es+informal", "es MX": "es+formal", "es ES": "es+formal", "es CL": "es+formal", "es AR": "es-AR+informal", "nl NL": "nl+informal", "nl BE": "nl+formal",
		"pt PT": "pt+formal", "pt BR": "pt-BR+informal", "de DE": "de+formal", "zh TW": "zh-Hant+formal", "en US": "en",
	} {
		if chosen[at] != want {
			t.Errorf("%s gets %q, not %s", at, chosen[at], want)
		}
	}
	// What a merchant says of a market in place of the table holds as well.
	for _, x := range []struct{ lang, market, want string }{{"es", "AR", "es-AR+formal"}, {"nl", "NL", "nl+formal"}} {
		if c := Library()[0].Choose(Want{Language: x.lang, Market: x.market, Address: habit.Formal}); c.Key != x.want {
			t.Errorf("%s in %s, formally: %s", x.lang, x.market, c.Key)
		}
	}
	for _, x := range []struct{ lang, market, want string }{{"es", "ES", "es+informal"}, {"nl", "BE", "nl+informal"}, {"de", "DE", "de+informal"}} {
		if c := Library()[0].Choose(Want{Language: x.lang, Market: x.market, Address: habit.Informal}); c.Key != x.want {
			t.Errorf("%s in %s, informally: %s", x.lang, x.market, c.Key)
		}
	}
}
