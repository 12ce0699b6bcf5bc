package simulate

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed content/*.txt
var contentFiles embed.FS

// content is everything that was written by hand, parsed.
type content struct {
	stories map[string][]*story            // by language
	pools   map[string]map[string][]string // language, pool
	notices []*story
	locales []*locale
	phrases map[string]map[string]string // language, phrase of a mail client
}

// story is one written conversation.
type story struct {
	id       string // language and running number
	topic    string
	states   []string
	product  string
	at       []string // countries; empty for all
	shops    []string // empty for all
	mood     string
	outcome  string
	keys     map[string]string // other keys of the header
	subjects []string
	lines    []said
}

// said is one message of a story.
type said struct {
	who   string
	after time.Duration // 0: the teller decides
	photo string
	as    string // name and address of a foreign sender
	text  string
}

func (s *story) fits(country, shop string) bool {
	return (len(s.at) == 0 || slices.Contains(s.at, country)) &&
		(len(s.shops) == 0 || slices.Contains(s.shops, shop))
}

// library returns the embedded content. It is part of the program, so an error
// in it is a programming error, found by any test of the package.
var library = sync.OnceValue(func() *content {
	c, err := readContent()
	if err != nil {
		panic(err)
	}
	return c
})

func readContent() (*content, error) {
	c := &content{
		stories: map[string][]*story{},
		pools:   map[string]map[string][]string{},
		phrases: map[string]map[string]string{},
	}
	files, err := contentFiles.ReadDir("content")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		raw, err := contentFiles.ReadFile("content/" + f.Name())
		if err != nil {
			return nil, err
		}
		read := c.readStories
		switch f.Name() {
		case "people.txt":
			read = c.readPeople
		case "clients.txt":
			read = c.readPhrases
		}
		if err := read(string(raw)); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
	}
	return c, nil
}

func (c *content) readStories(raw string) error {
	var (
		lang, pool string
		now        *story
		body       []string
	)
	flush := func() {
		if now != nil && len(now.lines) > 0 {
			now.lines[len(now.lines)-1].text = strings.TrimSpace(strings.Join(body, "\n"))
		}
		body = nil
	}
	for i, line := range strings.Split(raw, "\n") {
		switch {
		case strings.HasPrefix(line, "@lang "):
			flush()
			now, lang = nil, strings.TrimSpace(line[6:])
			if c.pools[lang] == nil {
				c.pools[lang] = map[string][]string{}
			}
		case strings.HasPrefix(line, "@pool "):
			flush()
			now, pool = nil, strings.TrimSpace(line[6:])
		case line == "@end":
			pool = ""
		case strings.HasPrefix(line, "=== "):
			flush()
			now = readHeader(line[4:])
			if now.topic == "notice" {
				now.id = fmt.Sprintf("%s-n%d", lang, len(c.notices))
				now.keys["lang"] = lang
				c.notices = append(c.notices, now)
			} else {
				now.id = fmt.Sprintf("%s-%d", lang, len(c.stories[lang]))
				c.stories[lang] = append(c.stories[lang], now)
			}
		case pool != "":
			if t := strings.TrimSpace(line); t != "" {
				c.pools[lang][pool] = append(c.pools[lang][pool], strings.ReplaceAll(t, `\n`, "\n"))
			}
		case now == nil:
			if strings.TrimSpace(line) != "" {
				return fmt.Errorf("line %d: text outside a story", i+1)
			}
		case strings.HasPrefix(line, "subject: "):
			for s := range strings.SplitSeq(line[9:], " | ") {
				now.subjects = append(now.subjects, strings.TrimSpace(s))
			}
		case strings.HasPrefix(line, "--- "):
			flush()
			s, err := readSaid(line[4:])
			if err != nil {
				return fmt.Errorf("line %d: %w", i+1, err)
			}
			now.lines = append(now.lines, s)
		default:
			body = append(body, line)
		}
	}
	flush()
	return nil
}

func readHeader(line string) *story {
	words := strings.Fields(line)
	s := &story{topic: words[0], states: []string{"delivered"}, mood: "neutral", keys: map[string]string{}}
	for _, w := range words[1:] {
		k, v, _ := strings.Cut(w, "=")
		switch k {
		case "state":
			s.states = strings.Split(v, ",")
		case "product":
			s.product = v
		case "at":
			s.at = strings.Split(v, ",")
		case "shop":
			s.shops = strings.Split(v, ",")
		case "mood":
			s.mood = v
		case "outcome":
			s.outcome = v
		default:
			s.keys[k] = v
		}
	}
	return s
}

func readSaid(line string) (said, error) {
	who, rest, _ := strings.Cut(line, " ")
	s := said{who: who}
	if _, as, ok := strings.Cut(rest, "as="); ok {
		s.as = as
		rest = rest[:len(rest)-len(as)-3]
	}
	for w := range strings.FieldsSeq(rest) {
		switch {
		case strings.HasPrefix(w, "+"):
			d, err := readDelay(w[1:])
			if err != nil {
				return s, err
			}
			s.after = d
		case strings.HasPrefix(w, "photo="):
			s.photo = w[6:]
		default:
			return s, fmt.Errorf("unknown word %q", w)
		}
	}
	return s, nil
}

// readDelay reads 20m, 6h or 3d.
func readDelay(s string) (time.Duration, error) {
	if d, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(d)
		return time.Duration(n) * 24 * time.Hour, err
	}
	return time.ParseDuration(s)
}

// readPhrases reads "[lang]" sections of "key: value" lines.
func (c *content) readPhrases(raw string) error {
	var now map[string]string
	for i, line := range strings.Split(raw, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if strings.HasPrefix(line, "[") {
			now = map[string]string{}
			for lang := range strings.FieldsSeq(strings.Trim(line, "[]")) {
				c.phrases[lang] = now
			}
			continue
		}
		k, v, ok := strings.Cut(line, ": ")
		if !ok || now == nil {
			return fmt.Errorf("line %d: no key", i+1)
		}
		now[k] = v
	}
	return nil
}

// base returns the language of a BCP 47 tag as the content files name it:
// "de-AT" is "de", "zh-Hant-TW" is "zh-Hant", any other Chinese "zh-Hans".
func base(tag string) string {
	lang, rest, _ := strings.Cut(tag, "-")
	switch {
	case lang != "zh":
		return lang
	case strings.HasPrefix(rest, "Hant"):
		return "zh-Hant"
	}
	return "zh-Hans"
}
