package web

import (
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/server/web/ui"
)

// search draws the tickets that a query finds, best or newest first.
func (s *server) search(w http.ResponseWriter, r *request) error {
	began := time.Now()
	in := r.URL.Query()
	p, err := r.page(w, r.printer.T("nav.search"), ui.SectionSearch)
	if err != nil {
		return err
	}
	v := ui.Search{Page: p, Q: strings.TrimSpace(in.Get("q")), Sort: "new"}
	if in.Get("sort") == "rank" {
		v.Sort = "rank"
	}
	q := ticket.ParseSearch(v.Q, r.zone)
	q.Ranked = v.Sort == "rank" && q.Text != ""
	if after := in.Get("after"); after != "" {
		n, err := parseID(after)
		if err != nil {
			return errs.Field("after", "error.cursor")
		}
		if q.Ranked {
			q.Offset = int(min(n, 100_000))
		} else {
			q.Cursor = ticket.MessageID(n)
		}
	}
	page, err := s.Tickets.Search(r.Context(), r.actor, q)
	if err != nil {
		return err
	}
	v.Unknown = q.Unknown
	if v.Hits, err = r.hits(q, page); err != nil {
		return err
	}
	v.Count, v.More = int64(q.Offset+len(v.Hits)), page.More
	switch {
	case page.More && q.Ranked:
		v.Next = id64(int64(page.Offset))
	case page.More:
		v.Next = id64(page.Next)
	}
	v.Took = time.Since(began)
	return r.draw(w, http.StatusOK, ui.SearchPage(v))
}

func (r *request) hits(q ticket.SearchQuery, page ticket.SearchPage) ([]ui.Hit, error) {
	h, err := r.house()
	if err != nil {
		return nil, err
	}
	tickets := make([]ticket.Ticket, len(page.Hits))
	for i, x := range page.Hits {
		tickets[i] = x.Ticket
	}
	known, err := r.names(tickets)
	if err != nil {
		return nil, err
	}
	needles := needlesOf(q.Text)
	out := make([]ui.Hit, len(page.Hits))
	for i, x := range page.Hits {
		out[i] = ui.Hit{
			Number: x.Ticket.Number, Message: int64(x.Message.ID), Subject: mark(x.Ticket.Subject, needles), Snippet: mark(around(x.Message.Body, needles), needles),
			Lang: x.Message.Language, Who: who(r, known[x.Ticket.Customer]), Status: ui.Status(x.Ticket.Status), Channel: ui.Channel(x.Ticket.Channel),
			Shop: h.shop[x.Ticket.Shop].Name, At: x.Message.At, Assignee: h.uiPerson(x.Ticket.Assignee), Matches: int64(x.Matches),
		}
	}
	return out, nil
}

// needlesOf returns the words of a query that a hit shows marked: lower-case,
// without those that must be absent. A word loses its last letters, which
// languages bend; the search itself knows better, this only paints.
func needlesOf(text string) []string {
	var out []string
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return unicode.IsSpace(c) || c == '"' }) {
		if strings.HasPrefix(word, "-") {
			continue
		}
		word = strings.TrimFunc(word, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
		n := utf8.RuneCountInString(word)
		if n == 0 || len(out) == 16 {
			continue
		}
		if spaced(word) && n > 4 {
			runes := []rune(word)
			word = string(runes[:max(4, n-2)])
		}
		out = append(out, word)
	}
	return out
}

// spaced reports whether a word is of a script that puts spaces between words.
func spaced(word string) bool {
	c, _ := utf8.DecodeRuneInString(word)
	return !unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Hangul)
}

// snippetLength is how much of a message a hit shows, in characters.
const snippetLength = 220

// around returns the part of a text around the first needle, on one line.
func around(text string, needles []string) string {
	line := []rune(strings.Join(strings.Fields(text), " "))
	if len(line) <= snippetLength {
		return string(line)
	}
	at := 0
	if spans := mark(string(line), needles); len(spans) > 1 || len(spans) == 1 && spans[0].Hit {
		for _, s := range spans {
			if s.Hit {
				break
			}
			at += utf8.RuneCountInString(s.Text)
		}
	}
	from := max(0, min(at-60, len(line)-snippetLength))
	out := string(line[from:min(from+snippetLength, len(line))])
	if from > 0 {
		out = "…" + out
	}
	if from+snippetLength < len(line) {
		out += "…"
	}
	return out
}

// mark cuts a text at the words that begin with a needle.
func mark(text string, needles []string) []ui.Span {
	low := strings.ToLower(text)
	if len(needles) == 0 || len(low) != len(text) { // lower case of other length: offsets would lie
		return []ui.Span{{Text: text}}
	}
	var out []ui.Span
	plain := 0
	inWord := false
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(low[i:])
		letter := unicode.IsLetter(c) || unicode.IsDigit(c)
		if letter && (!inWord || !spaced(low[i:])) {
			if n := matches(low[i:], needles); n > 0 {
				if i > plain {
					out = append(out, ui.Span{Text: text[plain:i]})
				}
				out = append(out, ui.Span{Text: text[i : i+n], Hit: true})
				i += n
				plain, inWord = i, false
				continue
			}
		}
		inWord = letter
		i += size
	}
	if plain < len(text) {
		out = append(out, ui.Span{Text: text[plain:]})
	}
	return out
}

// matches returns how long the match at the beginning of a text is: to the end
// of the word in scripts with spaces, the needle itself in others.
func matches(low string, needles []string) int {
	for _, n := range needles {
		if !strings.HasPrefix(low, n) {
			continue
		}
		if !spaced(n) {
			return len(n)
		}
		end := strings.IndexFunc(low, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
		if end < 0 {
			return len(low)
		}
		return end
	}
	return 0
}
