package carrier

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"unicode"
)

// Key names a carrier for ever.
type Key string

// International is the key of numbers of the international post, whatever the country (UPU S10).
const International Key = "s10"

// Carrier is who moves parcels.
type Carrier struct {
	Key     Key
	Name    string
	Country string   // ISO 3166-1 alpha-2 of its home; EU or SEA for a region; "" for the post of the world
	Posts   []string // countries whose international mail it issues (UPU S10)

	hosts []string // of its tracking pages; "dpd.*" is dpd under any ending
	names []string // as people call it, in lower case; "*" at the end is any ending
	link  string
}

// Link returns the carrier's page on a number, or "" if it has none that takes numbers.
func (c Carrier) Link(number string) string {
	if !strings.Contains(c.link, "%s") {
		return ""
	}
	return strings.Replace(c.link, "%s", url.QueryEscape(Normalise(number)), 1)
}

// Format is one shape of a carrier's numbers.
type Format struct {
	ID       string
	Carrier  Key
	Country  string // where it is in use
	Shape    string // see data/README.md
	Check    string // "" if its numbers carry no check digit
	Strength string // own, some or weak: see the package comment
	Example  string
	Status   string // sourced, verify or general_knowledge
}

//go:embed data/carriers.csv data/formats.csv data/words.csv
var files embed.FS

// data is what the files say, ready for use.
type data struct {
	carriers []Carrier
	index    map[Key]int
	called   map[string]Key // by name, without blanks and signs
	post     map[string]Key // by country
	formats  []Format
	shapes   [maxNumber + 1][]shape // by length
	words    *words
}

// built is the data, read once when first asked for. That it can be read is tested.
var built = sync.OnceValue(func() *data {
	d, err := load()
	if err != nil {
		panic(err)
	}
	return d
})

// Carriers lists all carriers.
func Carriers() []Carrier { return append([]Carrier(nil), built().carriers...) }

// Formats lists all formats.
func Formats() []Format { return append([]Format(nil), built().formats...) }

// ByKey returns a carrier.
func ByKey(key Key) (Carrier, bool) {
	d := built()
	i, ok := d.index[key]
	if !ok {
		return Carrier{}, false
	}
	return d.carriers[i], true
}

// Named returns the carrier that a shop or a tracking service calls by a name or a code of its own: "Royal Mail",
// "canada-post", "DHL Germany". Products and countries of a carrier are the carrier.
func Named(text string) (Key, bool) {
	d := built()
	if key, ok := d.called[bareName(text)]; ok {
		return key, true
	}
	first := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '&' })
	if len(first) < 2 {
		return "", false
	}
	key, ok := d.called[bareName(first[0])]
	return key, ok
}

// bareName is a name without blanks and signs, in lower case.
func bareName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

func load() (*data, error) {
	d := &data{index: map[Key]int{}, called: map[string]Key{}, post: map[string]Key{}}
	err := rows("data/carriers.csv", 7, func(r []string) error {
		c := Carrier{Key: Key(r[0]), Name: r[1], Country: r[2], Posts: strings.Fields(r[3]), hosts: split(r[4]), names: split(r[5]), link: r[6]}
		if _, twice := d.index[c.Key]; twice {
			return fmt.Errorf("carrier %s twice", c.Key)
		}
		d.index[c.Key] = len(d.carriers)
		for _, n := range append([]string{string(c.Key), c.Name}, c.names...) {
			if n = bareName(n); n != "" && d.called[n] == "" {
				d.called[n] = c.Key
			}
		}
		for _, country := range c.Posts {
			d.post[country] = c.Key
		}
		d.carriers = append(d.carriers, c)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = rows("data/formats.csv", 9, func(r []string) error {
		f := Format{ID: r[0], Carrier: Key(r[1]), Country: r[2], Shape: r[3], Check: r[4], Strength: r[5], Example: r[6], Status: r[8]}
		if _, ok := d.index[f.Carrier]; !ok {
			return fmt.Errorf("format %s of nobody", f.ID)
		}
		d.formats = append(d.formats, f)
		return d.add(f, len(d.formats)-1)
	})
	if err != nil {
		return nil, err
	}
	d.words, err = loadWords(d.carriers)
	return d, err
}

// rows calls fn for each line of a table but the first.
func rows(file string, fields int, fn func([]string) error) error {
	text, err := files.ReadFile(file)
	if err != nil {
		return err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = fields
	all, err := r.ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for i, row := range all[1:] {
		if err := fn(row); err != nil {
			return fmt.Errorf("%s, row %d: %w", file, i+2, err)
		}
	}
	return nil
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, "|")
}
