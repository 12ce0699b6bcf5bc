package lang

import (
	_ "embed"
	"math"
	"slices"
	"sync"

	"godwit.dev/godwit/internal/base/lang/ngram"
)

// Undetermined is the language of a text that does not tell.
const Undetermined = "und"

// Result is what a text is taken for.
type Result struct {
	Language   string  // ISO 639-1, or Undetermined
	Script     string  // ISO 15924, "" of a text without letters
	Confidence float64 // 0 to 1
}

//go:embed ngrams.bin
var packed []byte

// Detector tells languages. It is safe for concurrent use.
type Detector struct {
	table *ngram.Table
	of    map[string][]int // the languages of a script, as indices of the table
	words map[string][]int // whole words that part a language from its neighbours
	whole map[string][]int // words of which a whole message may consist
	prior []int            // tenths of bits against each language before any letter was read
}

// Default is the detector over the shipped table, made at its first use.
var Default = sync.OnceValue(func() *Detector {
	d, err := New(packed)
	if err != nil {
		panic("lang: the shipped table is broken: " + err.Error())
	}
	return d
})

// New makes a detector of a packed table.
func New(packed []byte) (*Detector, error) {
	t, err := ngram.Read(packed)
	if err != nil {
		return nil, err
	}
	d := &Detector{table: t, of: map[string][]int{}, words: parting(neighbours, t.Labels), whole: parting(everyday, t.Labels), prior: make([]int, len(t.Labels))}
	for i, code := range t.Labels {
		script := scriptOf[code]
		if script == "" {
			script = "Latn"
		}
		d.of[script] = append(d.of[script], i)
		if slices.Contains(rare, code) {
			d.prior[i] = rarity
		}
	}
	return d, nil
}

const (
	most    = 600               // letters that are looked at; more change nothing
	rarity  = 4 * ngram.Steps   // against a language that few customers of a shop write; this and the next are tenths of bits, as those of the table
	backoff = 2 * ngram.Steps   // for each letter of history that a language does not know
	unknown = 16 * ngram.Steps  // of a letter that a language never uses
	telling = 4 * ngram.Steps   // for a word that parts a language from its neighbours
	few     = 4                 // Latin letters; fewer are as well a size or a code as a word
	brief   = 2                 // words of a message in which one of every day decides
	greets  = 16 * ngram.Steps  // for such a word
	hint    = 6 * ngram.Steps   // for a language that the caller expects
	sharp   = .75 / ngram.Steps // letters depend on each other, so the evidence of each counts for less
	least   = 0.25              // confidence below which nothing is said
)

// rare are languages in which letters to a cross-border shop are seldom written, beside likelier neighbours that
// share most of their words.
var rare = []string{"eo", "la", "lg", "mi", "nn", "bs", "sn", "st", "tn", "ts", "xh", "zu", "yo", "ms"}

// Detect tells the language of a text. The languages that the caller expects, such as that of the customer's market,
// decide where the letters leave it open. A text that does not tell is Undetermined.
func (d *Detector) Detect(text string, expected ...string) Result {
	if len(text) > reach {
		text = text[:reach]
	}
	words, counts := split(text)
	top := counts.top()
	if top == none {
		return Result{Language: Undetermined}
	}
	script := scripts[top].code
	switch script {
	case "Hani", "Hira", "Kana":
		return eastAsian(text, counts)
	case "Hang":
		return Result{"ko", "Kore", 1}
	case "Latn":
		if code, sure := romanised(words); code != "" {
			return Result{code, script, sure}
		}
	}
	if code := alone[script]; code != "" {
		return Result{code, script, 1}
	}
	of := d.of[script]
	if len(of) == 0 {
		return Result{Undetermined, script, 0}
	}
	bits, letters, known := d.score(words, top)
	best, sure := d.best(bits, of, expected)
	if sure < least || letters < 2 || letters < few && script == "Latn" && !known && len(expected) == 0 { // XL, ETA
		return Result{Undetermined, script, sure}
	}
	return Result{d.table.Labels[best], script, sure}
}

// score adds up, for each language of the table, the tenths of bits that it takes to write the words of one script, less
// what they take where no language knows any letter; and whether there is any word that is of some language.
func (d *Detector) score(words []word, script script) (bits []int, letters int, known bool) {
	bits = slices.Clone(d.prior)
	var told [256]int // the last letter that a language was asked about, by language
	short := len(words) <= brief
	for _, w := range words {
		if w.script != script {
			continue
		}
		for _, code := range d.words[w.text] {
			bits[code] -= telling
			known = true
		}
		if short {
			for _, code := range d.whole[w.text] {
				bits[code] -= greets
				known = true
			}
		}
		for i := range w.letters {
			if letters++; letters > most {
				return bits, letters, known
			}
			past := min(i+1, ngram.Most)
			for n := past; n > 0; n-- { // the longest history that a language knows counts
				for _, m := range d.table.Marks(d.table.Find(ngram.Hash(w.letters[i+1-n : i+1]))) {
					if told[m.Label] != letters {
						told[m.Label] = letters
						bits[m.Label] += int(m.Level) - n*backoff - unknown
					}
				}
			}
		}
	}
	return bits, letters, known
}

// best is the language that takes the fewest bits, and its share among those of its script.
func (d *Detector) best(bits, of []int, expected []string) (int, float64) {
	at := of[0]
	for _, l := range of {
		if slices.Contains(expected, d.table.Labels[l]) {
			bits[l] -= hint
		}
		if bits[l] < bits[at] {
			at = l
		}
	}
	sum := 0.0
	for _, l := range of {
		sum += math.Exp2(float64(bits[at]-bits[l]) * sharp)
	}
	return at, 1 / sum
}
