// Package phrase reads the phrases that topics are learned from and tested with, and varies them.
//
// A file holds one language. "@name" begins the phrases of a topic, or of a greeting or a closing; each line below is a
// phrase, in which (a|b|c) is a choice and may be empty. A line that begins with "~" lists cues, short pieces of phrases
// between commas. Lines beginning with "#" are remarks.
package phrase

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
)

// File is the phrases of one language.
type File struct {
	Language string
	Parts    map[string][]string // phrases by topic, "greeting", "closing" or "neutral"
	Cues     map[string][]string // by topic
}

// Read reads all files of a folder, in the order of their languages.
func Read(in fs.FS, dir string) ([]File, error) {
	names, err := fs.Glob(in, path.Join(dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	var out []File
	for _, name := range names {
		data, err := fs.ReadFile(in, name)
		if err != nil {
			return nil, err
		}
		f := File{strings.TrimSuffix(path.Base(name), ".txt"), map[string][]string{}, map[string][]string{}}
		part := ""
		for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
			line := strings.TrimSpace(s.Text())
			switch {
			case line == "" || line[0] == '#':
			case line[0] == '@':
				part = line[1:]
			case part == "":
				return nil, fmt.Errorf("%s: a phrase stands before the first topic", name)
			case line[0] == '~':
				for cue := range strings.FieldsFuncSeq(line[1:], func(r rune) bool { return r == ',' || r == '、' || r == '，' || r == '،' }) {
					f.Cues[part] = append(f.Cues[part], strings.TrimSpace(cue))
				}
			default:
				f.Parts[part] = append(f.Parts[part], line)
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// Vary writes out at most n of the texts that a phrase with choices stands for, chosen evenly by r.
func Vary(line string, n int, r *rand.Rand) []string {
	all := 1
	parts := choices(line)
	for _, p := range parts {
		all = min(all*len(p), 1<<20)
	}
	var out []string
	take := func(k int) {
		var b strings.Builder
		for _, p := range parts {
			b.WriteString(p[k%len(p)])
			k /= len(p)
		}
		out = append(out, strings.Join(strings.Fields(b.String()), " "))
	}
	if all <= n {
		for k := range all {
			take(k)
		}
		return out
	}
	for range n {
		take(r.IntN(all))
	}
	return out
}

// choices cuts a phrase into parts, each a list of what may stand there.
func choices(line string) [][]string {
	var out [][]string
	for line != "" {
		open := strings.IndexByte(line, '(')
		end := strings.IndexByte(line, ')')
		if open < 0 || end < open {
			return append(out, []string{line})
		}
		out = append(out, []string{line[:open]}, strings.Split(line[open+1:end], "|"))
		line = line[end+1:]
	}
	return out
}

// Slip makes a slip of the keyboard in one longer word of a text: two letters swapped, one left out, or one doubled.
func Slip(text string, r *rand.Rand) string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return text
	}
	i := r.IntN(len(words))
	letters := []rune(words[i])
	if len(letters) < 4 {
		return text
	}
	k := 1 + r.IntN(len(letters)-2)
	switch r.IntN(3) {
	case 0:
		letters[k], letters[k+1] = letters[k+1], letters[k]
	case 1:
		letters = slices.Delete(letters, k, k+1)
	default:
		letters = slices.Insert(letters, k, letters[k])
	}
	words[i] = string(letters)
	return strings.Join(words, " ")
}
