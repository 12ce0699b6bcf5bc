package triage

import (
	"bytes"
	"crypto/sha256"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/domain/triage/phrase"
)

// most is how many texts one phrase with choices is written out to.
const most = 16

// Corpus makes the examples of a training from phrases, and from whole messages, which count twice: each as it stands, and
// again with a greeting, a closing, an order number, in one case, with a slip of the keyboard, or among the answers of a chat.
// Greetings, closings and answers alone are Other. Some examples are of two topics.
func Corpus(phrases, messages []phrase.File, seed uint64) []Example {
	r, talk := rand.New(rand.NewPCG(seed, 6)), rand.New(rand.NewPCG(seed, 7))
	var out []Example
	for _, code := range languages(phrases, messages) {
		f, whole := of(phrases, code), of(messages, code)
		d := dresser{f.Parts["greeting"], f.Parts["closing"], nil, nil, r}
		for _, line := range f.Parts["neutral"] {
			d.neutral = append(d.neutral, phrase.Vary(line, most, r)...)
		}
		for _, line := range f.Parts["chat"] {
			d.chat = append(d.chat, phrase.Vary(line, most, talk)...)
		}
		var own []Example
		for _, t := range topics {
			for _, line := range f.Parts[string(t)] {
				for _, text := range phrase.Vary(line, most, r) {
					own = append(own, Example{code, text, []Topic{t}})
				}
			}
			for _, text := range whole.Parts[string(t)] {
				own = append(own, Example{code, text, []Topic{t}}, Example{code, text, []Topic{t}})
			}
			cues := f.Cues[string(t)]
			for _, cue := range cues {
				own = append(own, Example{code, cue, []Topic{t}}, Example{code, cue + " " + cues[r.IntN(len(cues))], []Topic{t}})
			}
		}
		for _, list := range [][]string{d.greetings, d.closings, d.neutral} {
			for _, text := range list {
				out = append(out, Example{code, text, []Topic{Other}}, Example{code, text, []Topic{Other}})
			}
		}
		for _, text := range d.chat {
			out = append(out, Example{code, text, []Topic{Other}})
		}
		for _, e := range own {
			out = append(out, e, Example{code, d.dress(e.Text), e.Topics})
			if r.IntN(3) == 0 {
				out = append(out, Example{code, phrase.Slip(e.Text, r), e.Topics})
			}
			if talk.IntN(6) == 0 {
				out = append(out, Example{code, d.typed(e.Text, talk), e.Topics})
			}
			if mate := own[r.IntN(len(own))]; r.IntN(4) == 0 && mate.Topics[0] != e.Topics[0] && mate.Topics[0] != Other && e.Topics[0] != Other {
				out = append(out, Example{code, e.Text + ". " + mate.Text, []Topic{e.Topics[0], mate.Topics[0]}})
			}
		}
	}
	return out
}

// languages lists those that there are phrases or messages in.
func languages(phrases, messages []phrase.File) []string {
	var out []string
	for _, f := range slices.Concat(phrases, messages) {
		if !slices.Contains(out, f.Language) {
			out = append(out, f.Language)
		}
	}
	slices.Sort(out)
	return out
}

// of is what there is in a language.
func of(files []phrase.File, code string) phrase.File {
	if i := slices.IndexFunc(files, func(f phrase.File) bool { return f.Language == code }); i >= 0 {
		return files[i]
	}
	return phrase.File{Language: code}
}

// dresser puts around a phrase what customers write beside it.
type dresser struct {
	greetings, closings, neutral []string
	chat                         []string // answers to what a person asks back
	r                            *rand.Rand
}

func (d dresser) one(list []string, of int) string {
	if len(list) == 0 || d.r.IntN(of) > 0 {
		return ""
	}
	return list[d.r.IntN(len(list))]
}

func (d dresser) dress(text string) string {
	var b strings.Builder
	if g := d.one(d.greetings, 2); g != "" {
		b.WriteString(g + ", ")
	}
	before := d.r.IntN(2) == 0
	if n := d.one(d.neutral, 2); n != "" && before {
		b.WriteString(n + ". ")
	}
	b.WriteString(text)
	if d.r.IntN(4) == 0 {
		b.WriteString(" #" + string(rune('1'+d.r.IntN(9))) + "4421")
	}
	if n := d.one(d.neutral, 2); n != "" && !before {
		b.WriteString(". " + n)
	}
	if c := d.one(d.closings, 2); c != "" {
		b.WriteString(". " + c)
	}
	if d.r.IntN(12) == 0 {
		return strings.ToUpper(b.String())
	}
	return b.String()
}

// typed puts a phrase into what somebody types to a person who asks back: a line for each answer.
func (d dresser) typed(text string, r *rand.Rand) string {
	var lines []string
	add := func(n int, list []string) {
		for range n {
			if len(list) > 0 {
				lines = append(lines, list[r.IntN(len(list))])
			}
		}
	}
	answers := slices.Concat(d.neutral, d.chat)
	add(r.IntN(2), d.greetings)
	add(r.IntN(2), answers)
	lines = append(lines, text)
	add(1+r.IntN(5), answers)
	add(r.IntN(2), d.closings)
	return strings.Join(lines, "\n")
}

// Seed sets what is chosen by chance for the shipped model.
const Seed = 1

// Course is the training of the shipped model.
var Course = Training{Rounds: 4, Rate: 0.5, Seed: Seed}

// Source is a digest of the phrases, messages and lexica in the folder of this package; the shipped model carries that of its own.
func Source(dir string) (digest [sha256.Size]byte, err error) {
	var all bytes.Buffer
	for _, part := range []string{"phrases", "messages", "lexicon"} {
		names, err := filepath.Glob(filepath.Join(dir, part, "*.txt"))
		if err != nil {
			return digest, err
		}
		slices.Sort(names)
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				return digest, err
			}
			all.WriteString(filepath.Base(name) + "\n")
			all.Write(data)
		}
	}
	return sha256.Sum256(all.Bytes()), nil
}
