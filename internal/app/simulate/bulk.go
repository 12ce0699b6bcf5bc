package simulate

import (
	"strconv"
	"strings"
)

// Bulk makes n short messages in mixed languages for load tests, cheaply: it
// cuts sentences out of the written stories and joins them anew. i counts
// from 0; about two thirds name an order. The same configuration gives the
// same messages. Strings are safe to keep.
func Bulk(c Config, n int, each func(i int, subject, text, from, order string)) {
	c = c.withDefaults()
	stock := stockOf(library(), c)
	var b strings.Builder
	d := newDice(c.Seed, "bulk", 0)
	for i := range n {
		s := &stock[d.n(len(stock))]
		first := d.n(len(s.sentences))
		order := ""
		if d.n(3) > 0 {
			order = "#GW" + strconv.Itoa(1001+d.n(max(c.Orders, n/2)))
		}
		b.Reset()
		b.WriteString(s.sentences[first])
		for range 1 + d.n(3) {
			b.WriteByte(' ')
			b.WriteString(s.sentences[d.n(len(s.sentences))])
		}
		if order != "" {
			b.WriteByte('\n')
			b.WriteString(order)
		}
		subject := s.subjects[d.n(len(s.subjects))]
		if order != "" && d.n(2) == 0 {
			subject += " " + order
		}
		who := d.n(max(1, n/3))
		from := s.names[who%len(s.names)] + strconv.Itoa(who) + "@" + s.domain
		each(i, subject, b.String(), from, order)
	}
}

// supply is what one locale's bulk mail is made of.
type supply struct {
	sentences, subjects, names []string
	domain                     string
}

func stockOf(books *content, c Config) []supply {
	var stock []supply
	for _, l := range books.locales {
		s := supply{domain: l.domains[0]}
		d := newDice(c.Seed, "stock"+l.tag+l.country, 0)
		who := l.person(d, 0)
		t := &teller{d: d, lang: l.tag, who: &who, at: c.Now, m: &Merchant{books: books}}
		for _, st := range books.stories[base(l.tag)] {
			if !st.fits(l.country, l.shops[0]) {
				continue
			}
			for _, subject := range st.subjects {
				if !strings.Contains(subject, "{") {
					s.subjects = append(s.subjects, t.say(subject))
				}
			}
			for _, line := range st.lines {
				if line.who != FromCustomer {
					continue
				}
				for _, sentence := range sentences(t.genders(t.choices(strings.TrimPrefix(line.text, "~")))) {
					if !strings.Contains(sentence, "{") {
						s.sentences = append(s.sentences, sentence)
					}
				}
			}
		}
		for _, n := range append(l.women[:len(l.women):len(l.women)], l.men...) {
			s.names = append(s.names, n.latin)
		}
		if len(s.sentences) > 0 && len(s.subjects) > 0 {
			stock = append(stock, s)
		}
	}
	return stock
}

// sentences cuts after full stops of the scripts in use.
func sentences(text string) []string {
	var out []string
	start := 0
	for i, r := range text {
		switch r {
		case '.', '!', '?', '。', '！', '？', '\n', '؟':
			end := i + len(string(r))
			if s := strings.TrimSpace(text[start:end]); len(s) > 12 {
				out = append(out, s)
			}
			start = end
		}
	}
	return out
}
