// Command gen builds the n-gram table of package lang from the language models that the module lingua-go publishes
// (Apache-2.0; see NOTICE beside the table). Run it with go generate; it fetches the module itself, so that Godwit does
// not depend on its 124 MB. The same models give the same bytes.
package main

import (
	"archive/zip"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"godwit.dev/godwit/internal/base/lang/ngram"
)

const source = "github.com/pemistahl/lingua-go@v1.4.0"

// languages share their script with another language; the others are told by their letters alone.
var languages = []string{
	"af", "az", "bs", "ca", "cs", "cy", "da", "de", "en", "eo", "es", "et", "eu", "fi", "fr", "ga", "hr", "hu", "id", "is",
	"it", "la", "lg", "lt", "lv", "mi", "ms", "nb", "nl", "nn", "pl", "pt", "ro", "sk", "sl", "sn", "so", "sq", "st", "sv",
	"sw", "tl", "tn", "tr", "ts", "vi", "xh", "yo", "zu",
	"be", "bg", "kk", "mk", "mn", "ru", "sr", "uk",
	"ar", "fa", "ur",
	"hi", "mr",
}

// entry is an n-gram of a language with what it tells.
type entry struct {
	ngram.Entry
	gain float64
}

func main() {
	log.SetFlags(0)
	out := flag.String("out", "ngrams.bin", "the table to write")
	most := flag.Int("most", 24000, "n-grams a language may keep")
	flag.Parse()
	dir, err := fetch()
	if err != nil {
		log.Fatal(err)
	}
	var all []entry
	for i, code := range languages {
		kept, err := read(filepath.Join(dir, "language-models", code), byte(i), *most)
		if err != nil {
			log.Fatalf("%s: %v", code, err)
		}
		all = append(all, kept...)
	}
	if err := write(*out, all); err != nil {
		log.Fatal(err)
	}
}

// fetch returns the folder of the published models, from the module cache or the module proxy.
func fetch() (string, error) {
	said, err := exec.Command("go", "mod", "download", "-json", source).Output()
	if err != nil {
		return "", fmt.Errorf("go mod download %s: %w", source, err)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(said, &module); err != nil {
		return "", err
	}
	return module.Dir, nil
}

// read keeps of one language the n-grams that say most: those whose frequency, times what they tell beyond their own
// ending, is greatest (the criterion of Stolcke, "Entropy-based pruning of backoff language models", 1998).
func read(dir string, lang byte, most int) ([]entry, error) {
	given := map[string]float64{} // the last letter's probability behind the letters before it
	var kept []entry
	for _, name := range []string{"unigrams", "bigrams", "trigrams", "quadrigrams", "fivegrams"} {
		data, err := unzip(filepath.Join(dir, name+".pb.bin.zip"))
		if err != nil {
			return nil, err
		}
		level := map[string]float64{}
		if err := sets(data, func(gram string, p float64) { level[gram] = p }); err != nil {
			return nil, err
		}
		for gram, p := range level {
			r := []rune(gram)
			joint := p
			for n := 1; n < len(r); n++ {
				joint *= given[string(r[:n])]
			}
			shorter := 1e-6
			for n := 1; n < len(r); n++ {
				if q, ok := given[string(r[n:])]; ok {
					shorter = q
					break
				}
			}
			gain := joint * math.Abs(math.Log(p/shorter))
			if len(r) == 1 {
				gain = math.Inf(1)
			}
			if gain > 1e-9 {
				kept = append(kept, entry{ngram.Entry{Hash: ngram.Hash(r), Label: lang, Level: ngram.Level(p)}, gain})
			}
		}
		for gram, p := range level {
			given[gram] = p
		}
	}
	slices.SortFunc(kept, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.gain, a.gain), cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Level, b.Level))
	})
	return kept[:min(most, len(kept))], nil
}

func unzip(path string) ([]byte, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	if len(z.File) != 1 {
		return nil, fmt.Errorf("%s holds %d files", path, len(z.File))
	}
	f, err := z.File[0].Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// sets walks the protocol buffer of a model: field 4 repeats {1: probability (double), 2: n-grams (repeated string)}.
func sets(data []byte, each func(gram string, p float64)) error {
	return fields(data, func(number int, value []byte) error {
		if number != 4 {
			return nil
		}
		p := math.NaN()
		return fields(value, func(number int, value []byte) error {
			switch number {
			case 1:
				p = math.Float64frombits(binary.LittleEndian.Uint64(value))
			case 2:
				each(string(value), p)
			}
			return nil
		})
	})
}

func fields(data []byte, each func(number int, value []byte) error) error {
	for len(data) > 0 {
		tag, n := binary.Uvarint(data)
		if n <= 0 {
			return io.ErrUnexpectedEOF
		}
		data = data[n:]
		size := 0
		switch tag & 7 {
		case 0:
			if _, size = binary.Uvarint(data); size <= 0 {
				return io.ErrUnexpectedEOF
			}
		case 1:
			size = 8
		case 2:
			long, n := binary.Uvarint(data)
			if n <= 0 {
				return io.ErrUnexpectedEOF
			}
			data, size = data[n:], int(long)
		default:
			return fmt.Errorf("wire type %d", tag&7)
		}
		if size > len(data) {
			return io.ErrUnexpectedEOF
		}
		if err := each(int(tag>>3), data[:size]); err != nil {
			return err
		}
		data = data[size:]
	}
	return nil
}

func write(path string, all []entry) error {
	entries := make([]ngram.Entry, len(all))
	for i, e := range all {
		entries[i] = e.Entry
	}
	packed, err := ngram.Pack(languages, entries)
	if err != nil {
		return err
	}
	log.Printf("%d entries, %d bytes packed", len(entries), len(packed))
	return os.WriteFile(path, packed, 0o644)
}
