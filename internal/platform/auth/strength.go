package auth

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the list of common passwords
	"io"
	"math"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
)

// The length of a new password in code points (OWASP ASVS 2.1.1 and 2.1.2). No
// fewer than 64 must be allowed, and more than 128 must not be.
const (
	MinPassword = 12
	MaxPassword = 128
)

// Strength says how long a password stands up to somebody who guesses well.
type Strength int

// The strengths, by the number of guesses that it takes. Guessable is refused: a
// million guesses or less find it, or it stands in a list of breached ones.
const (
	Guessable Strength = iota
	Weak
	Fair
	Good
	Strong
)

// The bits above which a password is Weak, Fair, Good and Strong: a million
// guesses, a hundred million, ten thousand million, and what a rented machine
// does to a slow hash in a year.
const (
	weakBits   = 20
	fairBits   = 26.6
	goodBits   = 33.2
	strongBits = 50
)

//go:embed common/passwords.txt.gz
var commonFile []byte

// common gives each common password its rank, from 1. The file is part of the
// binary, so one that cannot be read is a broken build.
var common = sync.OnceValue(func() map[string]int {
	z, err := gzip.NewReader(bytes.NewReader(commonFile))
	if err != nil {
		panic("auth: common passwords: " + err.Error())
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic("auth: common passwords: " + err.Error())
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	ranks := make(map[string]int, len(lines))
	for i, l := range lines {
		ranks[l] = i + 1
	}
	return ranks
})

// CheckNew judges a new password: twelve to 128 characters, runs of spaces
// counting as one, not among the common and breached ones, and not made of what
// is known about its person, such as their name and address. There are no rules
// about kinds of characters (NIST SP 800-63B section 5.1.1.2).
func CheckNew(password string, about ...string) error {
	switch {
	case utf8.RuneCountInString(strings.Join(strings.Fields(password), " ")) < MinPassword:
		return errs.Field("password", "error.password_short", "min", MinPassword)
	case utf8.RuneCountInString(password) > MaxPassword:
		return errs.Field("password", "error.password_long", "max", MaxPassword)
	case Judge(password, about...) == Guessable:
		return errs.Field("password", "error.password_common")
	}
	return nil
}

// Judge estimates the strength of a password. What is known about its person is as
// easy to guess as the most common password.
func Judge(password string, about ...string) Strength {
	folded := strings.ToLower(strings.Join(strings.Fields(password), " "))
	if folded == "" || common()[folded] != 0 {
		return Guessable
	}
	switch bits := (&guesser{about: words(about)}).bits(password); {
	case bits < weakBits:
		return Guessable
	case bits < fairBits:
		return Weak
	case bits < goodBits:
		return Fair
	case bits < strongBits:
		return Good
	}
	return Strong
}

// words splits what is known about a person into what a guesser would try, whole
// and in parts.
func words(about []string) map[string]bool {
	out := map[string]bool{"godwit": true}
	for _, a := range about {
		for _, w := range append(strings.FieldsFunc(a, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), a) {
			if w = strings.ToLower(w); utf8.RuneCountInString(w) >= shortestWord {
				out[onKeys(w)] = true
			}
		}
	}
	return out
}

// The words that are looked up, in code points.
const (
	shortestWord = 3
	longestWord  = 32
)

// guesser tells what a password costs to guess: it is cut into words, runs and
// single characters in the cheapest way there is, as zxcvbn does it (Wheeler,
// "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016).
type guesser struct{ about map[string]bool }

// keyRows are rows and columns of keyboards, as fingers run over them.
var keyRows = []string{"1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "abcdefghijklmnopqrstuvwxyz"}

// cyrillic are the letters of the Russian layout, and latin what stands on the same
// keys: a list of common passwords knows "пароль" as "gfhjkm".
const (
	cyrillic = "йцукенгшщзхъфывапролджэячсмитьбюё"
	latin    = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
)

// onKeys writes a text as the keys that type it on a Latin keyboard.
func onKeys(s string) string {
	return strings.Map(func(r rune) rune {
		if i := strings.IndexRune(cyrillic, r); i >= 0 {
			return rune(latin[i/2]) // each of these letters takes two bytes
		}
		return r
	}, s)
}

// masks are what people write for letters.
var masks = strings.NewReplacer("@", "a", "4", "a", "3", "e", "0", "o", "$", "s", "5", "s", "7", "t", "+", "t", "1", "i", "!", "i")

// bits returns the binary logarithm of the guesses that a password takes.
func (g *guesser) bits(password string) float64 {
	raw := []rune(password)
	raw = raw[:min(len(raw), MaxPassword)]
	lower := []rune(onKeys(strings.ToLower(string(raw))))
	if len(lower) != len(raw) { // a letter whose small form takes two
		raw = lower
	}
	times := 1
	for p := 1; p <= len(raw)/2; p++ { // the same text over and over
		if len(raw)%p == 0 && strings.Repeat(string(raw[:p]), len(raw)/p) == string(raw) {
			times, raw, lower = len(raw)/p, raw[:p], lower[:p]
			break
		}
	}
	cost := make([]float64, len(raw)+1)
	for i := range raw {
		to := i + 1
		cost[to] = cost[i] + single(raw[i])
		for from := max(0, to-longestWord); from <= to-shortestWord; from++ {
			if b, ok := g.piece(raw[from:to], lower[from:to]); ok {
				cost[to] = min(cost[to], cost[from]+b+1) // one more for where it begins
			}
		}
	}
	return cost[len(raw)] + math.Log2(float64(times))
}

// single is what one character costs that belongs to nothing.
func single(r rune) float64 {
	switch {
	case unicode.IsDigit(r):
		return math.Log2(10)
	case unicode.Is(unicode.Han, r):
		return math.Log2(2500) // the characters that nearly all text is made of
	case unicode.IsLetter(r):
		return math.Log2(30)
	}
	return math.Log2(33)
}

// piece is what some characters cost as a word or a run.
func (g *guesser) piece(raw, lower []rune) (float64, bool) {
	best, found := math.Inf(1), false
	take := func(b float64) { best, found = min(best, b), true }
	text := string(lower)
	capital := 0.0
	if strings.ToLower(string(raw)) != string(raw) {
		capital = 1
	}
	for i, w := range []string{text, masks.Replace(text), masks.Replace(strings.ReplaceAll(text, "1", "l"))} {
		masked := 0.0
		if i > 0 {
			masked = 1
		}
		if g.about[w] {
			take(capital + masked)
		}
		if rank := common()[w]; rank != 0 {
			take(math.Log2(float64(rank)) + capital + masked)
		}
	}
	length := math.Log2(float64(len(lower)))
	if step, ok := steady(lower); ok && step >= -1 && step <= 1 {
		if step == 0 {
			take(single(lower[0]) + length)
		} else {
			take(4 + length)
		}
	}
	if onRow(text) || onRow(backwards(lower)) {
		take(5 + length)
	}
	if len(text) == 4 && (strings.HasPrefix(text, "19") || strings.HasPrefix(text, "20")) && unicode.IsDigit(lower[2]) && unicode.IsDigit(lower[3]) {
		take(math.Log2(120)) // a year
	}
	return best, found
}

// steady reports by how much each character differs from the one before.
func steady(s []rune) (step rune, ok bool) {
	step = s[1] - s[0]
	for i := 2; i < len(s); i++ {
		if s[i]-s[i-1] != step {
			return 0, false
		}
	}
	return step, true
}

func onRow(s string) bool {
	for _, row := range keyRows {
		if strings.Contains(row, s) {
			return true
		}
	}
	return false
}

func backwards(s []rune) string {
	out := make([]rune, len(s))
	for i, r := range s {
		out[len(s)-1-i] = r
	}
	return string(out)
}
