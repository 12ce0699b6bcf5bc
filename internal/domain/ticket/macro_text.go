package ticket

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
)

// Macro is a reusable reply with actions: one macro, many texts.
//
// A text stands under its key: a language (BCP 47), and where it matters how it addresses the customer, that as well:
// "de", "de+formal", "de+informal". The text under "" is for all other languages.
type Macro struct {
	ID        MacroID
	Workspace auth.WorkspaceID
	Name      string
	Folder    string
	Bodies    map[string]string // by key
	Marks     map[string]Mark   // by key; none for a text that is approved and as new as its source
	Fits      Fits
	Shipped   string // the key of the shipped macro that this is, or that it stands for; "" for one of the workspace's own
	Off       bool   // it is not offered to agents
	Actions   MacroActions
	Uses      int64
	UpdatedAt time.Time // zero for a shipped macro that the workspace did not change
}

// Mark is what is known of a text besides.
type Mark struct {
	Draft  bool  `json:"draft,omitempty"`  // nobody approved it: it is not sent
	Behind int64 `json:"behind,omitempty"` // since when its source says something else, Unix ms; 0 for never
}

// Fits are the messages that a macro is the answer to: those with one of the alarms, those about one of the topics, in
// the mood if it names one, and without topics those in the mood.
type Fits struct {
	Topics []triage.Topic `json:"topics,omitempty"`
	Alarms []triage.Alarm `json:"alarms,omitempty"`
	Mood   triage.Mood    `json:"mood,omitempty"` // "" for any
}

// MacroActions are what applying a macro also does, when the reply is sent.
type MacroActions struct {
	Status   Status        `json:"status,omitempty"`
	Waiting  Waiting       `json:"waiting,omitempty"`
	AddTags  []string      `json:"add_tags,omitempty"`
	Assignee auth.PersonID `json:"assignee,omitempty"`
	Self     bool          `json:"self,omitempty"` // assign to whoever applies it
	Team     auth.TeamID   `json:"team,omitempty"`
	Priority *Priority     `json:"priority,omitempty"`
}

// The marks of a key that says how the customer is addressed.
const (
	formal   = "+" + string(habit.Formal)
	informal = "+" + string(habit.Informal)
)

// TextKey returns the key of a text in a language that addresses the customer in a way; neutral and "" are none.
func TextKey(lang string, address habit.Formality) string {
	if address == habit.Formal || address == habit.Informal {
		return lang + "+" + string(address)
	}
	return lang
}

// TextOf takes a key apart.
func TextOf(key string) (lang string, address habit.Formality) {
	lang, a, _ := strings.Cut(key, "+")
	return lang, habit.Formality(a)
}

// checkKey returns a key in the form in which it is kept; it fails with errs.Invalid for what is none.
func checkKey(key string) (string, error) {
	if key == "" {
		return "", nil
	}
	lang, address := TextOf(key)
	tag, err := language.Parse(lang)
	if err != nil || tag == language.Und || address != "" && address != habit.Formal && address != habit.Informal {
		return "", errs.Field("language", "error.macro_language", "Language", key)
	}
	return TextKey(tag.String(), address), nil
}

// Source is the key of the text that the others are translated from: the one for all others, else the English one, else
// the first; "" if there is no text.
func (m Macro) Source() string {
	for _, key := range []string{"", "en", "en" + informal, "en" + formal} {
		if m.Bodies[key] != "" {
			return key
		}
	}
	if keys := keysOf(m.Bodies); len(keys) > 0 {
		return keys[0]
	}
	return ""
}

func keysOf(bodies map[string]string) []string {
	keys := make([]string, 0, len(bodies))
	for key := range bodies {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Want says for whom a text is chosen.
type Want struct {
	Language string          // BCP 47; "" if it is not known
	Market   string          // ISO 3166-1, "" if it is not known
	Address  habit.Formality // how customers of the market are addressed
}

// language is the wanted one, and for Chinese alone the script that the market reads.
func (w Want) language() string {
	if w.Language == "zh" && slices.Contains([]string{"TW", "HK", "MO"}, w.Market) {
		return "zh-Hant"
	}
	return w.Language
}

// Choice is the text of a macro for a customer.
type Choice struct {
	Key   string // of the text
	Body  string
	Asked string // the language that was wanted
	Held  string // the key of a nearer text that is a draft, "" for none
}

// Spoken reports whether the text is in the language that was wanted, whatever its region.
func (c Choice) Spoken() bool {
	lang, _ := TextOf(c.Key)
	if lang == "" || c.Asked == "" {
		return false
	}
	base, script := spoken(lang)
	b, s := spoken(c.Asked)
	return base == b && script == s
}

// Choose returns the text for a customer: in the language as it is spoken in the market, in the language, in that of
// another region with the same script, the text for all others, the English one, any. Of each it takes the one that
// addresses the customer as wanted, else the one that does not tell, else the other. Drafts are passed over.
func (m Macro) Choose(w Want) Choice {
	c := Choice{Asked: w.language()}
	for _, key := range m.chain(w) {
		switch {
		case m.Bodies[key] == "":
		case m.Marks[key].Draft:
			if c.Held == "" {
				c.Held = key
			}
		default:
			c.Key, c.Body = key, m.Bodies[key]
			return c
		}
	}
	return c
}

// Body is the text that Choose returns for a language.
func (m Macro) Body(lang string) string { return m.Choose(Want{Language: lang}).Body }

// chain lists the keys that are tried in turn.
func (m Macro) chain(w Want) []string {
	var keys []string
	add := func(lang string) {
		if w.Address == habit.Formal || w.Address == habit.Informal {
			keys = append(keys, TextKey(lang, w.Address))
		}
		keys = append(keys, lang, lang+formal, lang+informal)
	}
	lang := w.language()
	if tag, err := language.Parse(lang); err == nil && tag != language.Und {
		base, script := spoken(lang)
		if w.Market != "" {
			add(lang + "-" + w.Market)
		}
		for l := lang; l != ""; l = l[:max(strings.LastIndexByte(l, '-'), 0)] {
			if _, s := spoken(l); s == script { // "zh" is not where "zh-Hant" goes
				add(l)
			}
		}
		for _, key := range keysOf(m.Bodies) { // the same language as others speak it
			other, _ := TextOf(key)
			if b, s := spoken(other); other != "" && b == base && s == script {
				add(other)
			}
		}
	}
	add("")
	add("en")
	return append(keys, keysOf(m.Bodies)...)
}

// spoken returns what two texts have in common that the same people read.
func spoken(lang string) (language.Base, language.Script) {
	tag := language.Make(lang)
	base, _ := tag.Base()
	script, _ := tag.Script()
	return base, script
}

var variable = regexp.MustCompile(`\{\{\s*([a-z_.]+)\s*\}\}`)

// Expand replaces {{ name }} by its value. Unknown names stay, so that the
// agent sees them before the customer does; they are returned as well.
func Expand(body string, values map[string]string) (text string, unknown []string) {
	text = variable.ReplaceAllStringFunc(body, func(m string) string {
		name := variable.FindStringSubmatch(m)[1]
		v, ok := values[name]
		if !ok || v == "" {
			unknown = append(unknown, name)
			return m
		}
		return v
	})
	return text, unknown
}

// Variables are the names that a macro's text may use as {{ name }}.
func Variables() []string {
	return []string{
		"customer.name", "customer.first_name", "ticket.number", "shop.name", "order.number", "order.total", "order.tracking", "order.link", "agent.name",
	}
}

// courteous are the variables of a greeting and a closing, which each language words in its own way.
var courteous = []string{"customer.name", "customer.first_name", "agent.name"}

// variablesIn returns the names that a text uses, in order and each once.
func variablesIn(body string) []string {
	var names []string
	for _, m := range variable.FindAllStringSubmatch(body, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// checkText judges the variables of a text: it may use only those that there are, each written as {{ name }}, and it has
// to use those of its source, but for greeting and closing.
func checkText(key, body, source string) error {
	var unknown []string
	used := variablesIn(body)
	for _, name := range used {
		if !slices.Contains(Variables(), name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		return errs.Field("body", "error.macro_unknown", "Names", strings.Join(unknown, ", "), "Known", strings.Join(Variables(), ", "))
	}
	if rest := variable.ReplaceAllString(body, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
		return errs.Field("body", "error.macro_braces", "Example", "{{order.number}}")
	}
	var missing []string
	for _, name := range variablesIn(source) {
		if !slices.Contains(used, name) && !slices.Contains(courteous, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return errs.Field("body", "error.macro_lacks", "Names", strings.Join(missing, ", "), "Language", key)
	}
	return nil
}

// written judges the texts of a macro that are new or changed, and marks those that are older than what their source says
// now. Drafts are taken from what is written, the rest of the marks from what was kept.
func (m Macro) written(old Macro, now time.Time) (Macro, error) {
	bodies, marks := make(map[string]string, len(m.Bodies)), map[string]Mark{}
	for key, body := range m.Bodies {
		if len(body) > maxBody {
			return m, errs.Field("body", "error.reply_long")
		}
		if strings.TrimSpace(body) == "" {
			continue
		}
		kept, err := checkKey(key)
		if err != nil {
			return m, err
		}
		if _, twice := bodies[kept]; twice {
			return m, errs.Field("language", "error.macro_twice", "Language", kept)
		}
		bodies[kept] = body
		if m.Marks[key].Draft {
			marks[kept] = Mark{Draft: true}
		}
	}
	if len(bodies) > maxTexts {
		return m, errs.Field("language", "error.macro_many", "Most", maxTexts)
	}
	m.Bodies = bodies
	src := m.Source()
	moved := old.Bodies[src] != "" && old.Bodies[src] != bodies[src]
	for _, key := range keysOf(bodies) {
		if bodies[key] != old.Bodies[key] {
			source := bodies[src]
			if key == src {
				source = ""
			}
			if err := checkText(key, bodies[key], source); err != nil {
				return m, err
			}
			continue
		}
		mark := marks[key]
		if mark.Behind = old.Marks[key].Behind; mark.Behind == 0 && moved && key != src {
			mark.Behind = now.UnixMilli()
		}
		if mark != (Mark{}) {
			marks[key] = mark
		}
	}
	if m.Marks = marks; len(marks) == 0 {
		m.Marks = nil
	}
	return m, nil
}

// maxTexts is how many texts a macro may have.
const maxTexts = 200

// TextState is how a macro's text in a language stands.
type TextState string

// The states of a text.
const (
	TextReady   TextState = "ready"
	TextDraft   TextState = "draft"
	TextBehind  TextState = "behind"  // it is older than what its source says
	TextMissing TextState = "missing" // customers of the language get another's
)

// TextStates lists the states.
func TextStates() []TextState { return []TextState{TextReady, TextDraft, TextBehind, TextMissing} }

// State is how a text that is there stands.
func (k Mark) State() TextState {
	switch {
	case k.Draft:
		return TextDraft
	case k.Behind != 0:
		return TextBehind
	}
	return TextReady
}

// State is how the macro stands in a language, and the key of the text that says so: of several that address the
// customer in different ways the one that most needs somebody.
func (m Macro) State(lang string) (TextState, string) {
	state, at := TextMissing, lang
	for _, key := range []string{lang, lang + formal, lang + informal} {
		if m.Bodies[key] == "" {
			continue
		}
		now := m.Marks[key].State()
		if state == TextMissing || state == TextReady || now == TextDraft {
			state, at = now, key
		}
	}
	return state, at
}

// MacroTable says which macros are written in which languages: those that agents are offered, and every language that
// one of them has a text in or that a market with a shop speaks.
type MacroTable struct {
	Macros    []Macro
	Languages []string
}

func macroTable(macros []Macro, markets []string) MacroTable {
	t := MacroTable{Macros: slices.DeleteFunc(macros, func(m Macro) bool { return m.Off })}
	for _, m := range t.Macros {
		for key := range m.Bodies {
			if lang, _ := TextOf(key); lang != "" && !slices.Contains(t.Languages, lang) {
				t.Languages = append(t.Languages, lang)
			}
		}
	}
	for _, market := range markets {
		p, ok := habit.Of(market)
		if !ok || len(p.Languages) == 0 {
			continue
		}
		lang := Want{Language: p.Languages[0], Market: market}.language()
		base, script := spoken(lang)
		if !slices.ContainsFunc(t.Languages, func(l string) bool { b, s := spoken(l); return b == base && s == script }) {
			t.Languages = append(t.Languages, lang)
		}
	}
	slices.Sort(t.Languages)
	return t
}
