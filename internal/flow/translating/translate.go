package translating

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
)

// By says who translated a sentence.
type By string

// Who translates sentences.
const (
	ByMemory   By = "memory"   // a person approved it before
	ByProvider By = "provider" // a connection
	ByPerson   By = "person"   // who corrected it
	ByAlike    By = "alike"    // the memory has one that is much alike: an offer, no translation
	ByNobody   By = "nobody"   // it stands as it was written
)

// Done is a sentence and its translation. What stands between sentences is one too, of which
// source and target are the same.
type Done struct {
	Source   string `json:"s"`
	Target   string `json:"t"`
	Sentence bool   `json:"w,omitempty"`
	By       By     `json:"by,omitempty"`    // of a sentence
	Of       ID     `json:"c,omitempty"`     // the connection
	Score    int    `json:"score,omitempty"` // of an offer, in hundredths
}

// Result is the translation of a text.
type Result struct {
	From string `json:"from"`
	To   string `json:"to"`
	Done []Done `json:"done"`
}

// Text is the whole translation.
func (r Result) Text() string {
	var b strings.Builder
	for _, d := range r.Done {
		b.WriteString(d.Target)
	}
	return b.String()
}

// Ready reports whether every sentence was translated. What is not may be shown, with what it
// lacks, and is not sent.
func (r Result) Ready() bool {
	return !slices.ContainsFunc(r.Done, func(d Done) bool { return d.Sentence && (d.By == ByAlike || d.By == ByNobody) })
}

// Apart reports whether two tags are of languages that need a translation between them:
// known ones that are not the same, in the same script.
func Apart(a, b string) bool {
	x, y := Tongue(a), Tongue(b)
	before := func(s string) string { s, _, _ = strings.Cut(s, "-BR"); return s }
	return x != "" && y != "" && before(x) != before(y)
}

// Tongue brings a tag to the one under which translations are kept: a language, with the script
// where it is written in two, and pt-BR apart from pt. It is "" for no known language.
func Tongue(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return ""
	}
	base, _ := t.Base()
	region, sure := t.Region()
	script, _ := t.Script()
	switch {
	case base.String() == "und":
		return ""
	case base.String() == "zh":
		return "zh-" + script.String()
	case base.String() == "pt" && sure == language.Exact && region.String() == "BR":
		return "pt-BR"
	}
	return base.String()
}

// task is a text that is to be translated.
type task struct {
	w         auth.WorkspaceID
	from, to  string
	text      string
	names     []string
	formality Formality
}

// nearest is how many sentences of the memory are compared with one.
const nearest = 40

// run translates a text as well as it can be now. Providers that fail are no errors: what they
// did not translate stands as it was written. busy says that one of them may be asked again
// later with better luck.
func (s *Service) run(ctx context.Context, t task) (out Result, busy bool, err error) {
	t.from, t.to = Tongue(t.from), Tongue(t.to)
	set, err := s.setting(ctx, t.w)
	if err != nil {
		return out, false, err
	}
	marked, err := translate.Protect(t.text, t.names, set.Book.Terms(t.from, t.to))
	if err != nil {
		return out, false, err
	}
	pieces := marked.Pieces()
	out = Result{From: t.from, To: t.to, Done: make([]Done, len(pieces))}
	var open []int
	for i, p := range pieces {
		out.Done[i] = Done{Source: p.Source(), Target: p.Source(), Sentence: p.Sentence}
		if p.Sentence {
			out.Done[i].By = ByNobody
			open = append(open, i)
		} else if target, err := p.Restore(p.Text); err == nil { // it may be a term
			out.Done[i].Target = target
		}
	}
	if open, err = s.recall(ctx, t, pieces, open, out.Done); err != nil || len(open) == 0 {
		return out, false, err
	}
	if open, busy, err = s.ask(ctx, t, set.Book, pieces, open, out.Done); err != nil {
		return out, busy, err
	}
	return out, busy, s.offer(ctx, t, pieces, open, out.Done)
}

// recall translates sentences that the memory has, and returns the others.
func (s *Service) recall(ctx context.Context, t task, pieces []translate.Piece, open []int, done []Done) (rest []int, err error) {
	var keys []int64
	for _, i := range open {
		keys = append(keys, translate.Key(pieces[i].Text))
	}
	list, err := s.Store.Recall(ctx, t.w, t.from, t.to, keys)
	if err != nil {
		return nil, err
	}
	var used []MemoryID
	now := s.Now()
	for _, i := range open {
		p := pieces[i]
		at := slices.IndexFunc(list, func(m Memory) bool {
			return m.Key == translate.Key(p.Text) && translate.Score(m.Source, p.Text) == translate.Same
		})
		if at < 0 {
			rest = append(rest, i)
			continue
		}
		m := list[at]
		target, err := p.Restore(m.Target)
		if err != nil {
			rest = append(rest, i)
			continue
		}
		done[i].Target, done[i].By, done[i].Of = target, ByProvider, m.By
		if m.Approved {
			done[i].By, done[i].Of = ByMemory, 0
		}
		if now.Sub(m.UsedAt) > 24*time.Hour {
			used = append(used, m.ID)
		}
	}
	return rest, s.Store.TouchMemory(ctx, t.w, used, now)
}

// ask asks the connections in their order for what is open, and returns what none of them
// translated.
func (s *Service) ask(ctx context.Context, t task, b translate.Book, pieces []translate.Piece, open []int, done []Done) (rest []int, busy bool, err error) {
	list, err := s.Store.Translators(ctx, t.w)
	if err != nil {
		return open, false, err
	}
	var paid int64
	if spent, err := s.Store.SpentOnTranslation(ctx, t.w, Month(s.Now())); err == nil {
		for _, x := range spent {
			i := slices.IndexFunc(list, func(c Connection) bool { return c.ID == x.Connection })
			if i < 0 {
				paid += x.Characters // of one that is deleted
			} else if d, _ := s.Driver(list[i].Driver); !d.Capabilities.Local {
				paid += x.Characters
			}
		}
	} else {
		return open, false, err
	}
	for _, c := range list {
		if len(open) == 0 || c.State != On {
			continue
		}
		if c.RestUntil.After(s.Now()) {
			busy = true
			continue
		}
		e, d, err := s.engine(c)
		if err != nil {
			continue // its settings say so on the page
		}
		for part := range chunks(pieces, open, d.Capabilities) {
			n := characters(pieces, part)
			if !d.Capabilities.Local && b.Limit > 0 && paid+n > b.Limit {
				s.Log.Info("translation limit", "workspace", int64(t.w), "translator", int64(c.ID))
				break
			}
			good, refused, err := s.askOne(ctx, t, c, e, pieces, part, done)
			if err != nil {
				return open, true, err
			}
			if !d.Capabilities.Local {
				paid += n
			}
			open = slices.DeleteFunc(open, func(i int) bool { return slices.Contains(good, i) })
			if refused != nil {
				busy = busy || errs.Is(refused, errs.Unavailable)
				break
			}
		}
	}
	return open, busy, nil
}

// chunks cuts what is open into requests that a provider takes.
func chunks(pieces []translate.Piece, open []int, c Capabilities) func(func([]int) bool) {
	open = slices.Clone(open)
	return func(yield func([]int) bool) {
		var part []int
		size := 0
		for _, i := range open {
			n := utf8.RuneCountInString(pieces[i].Text)
			if n > c.Characters {
				continue // no request takes it
			}
			if len(part) == c.Sentences || size+n > c.Characters {
				if !yield(part) {
					return
				}
				part, size = nil, 0
			}
			part, size = append(part, i), size+n
		}
		if len(part) > 0 {
			yield(part)
		}
	}
}

func characters(pieces []translate.Piece, part []int) (n int64) {
	for _, i := range part {
		n += int64(utf8.RuneCountInString(pieces[i].Text))
	}
	return n
}

// rest is how long a provider is left alone that failed without saying for how long, and
// usedUp one whose account is used up.
const (
	rest   = time.Minute
	usedUp = 6 * time.Hour
)

// askOne asks one connection, keeps what it brought back whole, and returns which that is, and
// with what the provider refused the rest.
func (s *Service) askOne(ctx context.Context, t task, c Connection, e Engine, pieces []translate.Piece, part []int, done []Done) (good []int, refused, err error) {
	a := Ask{From: t.from, To: t.to, Formality: t.formality}
	for _, i := range part {
		a.Sentences = append(a.Sentences, pieces[i])
	}
	answers, refused := e.Translate(ctx, a)
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if refused == nil && len(answers) != len(part) {
		refused = ErrAnswer(nil)
	}
	if errs.Is(refused, errs.Unsupported) {
		return nil, nil, nil // other languages may do
	}
	now := s.Now().UTC().Truncate(time.Millisecond)
	var learned []Memory
	if refused == nil {
		for n, i := range part {
			target, lost := pieces[i].Restore(answers[n])
			if lost != nil {
				continue
			}
			done[i].Target, done[i].By, done[i].Of = target, ByProvider, c.ID
			good = append(good, i)
			learned = append(learned, Memory{
				ID: MemoryID(s.IDs.Next()), Workspace: t.w, From: t.from, To: t.to, Key: translate.Key(pieces[i].Text), Source: pieces[i].Text, Target: answers[n], By: c.ID, At: now, UsedAt: now,
			})
		}
	}
	return good, refused, s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Remember(ctx, learned); err != nil {
			return err
		}
		if err := s.Store.SpendTranslation(ctx, t.w, Month(now), Spending{c.ID, characters(pieces, part), 1}); err != nil {
			return err
		}
		fresh, err := s.Store.Translator(ctx, t.w, c.ID)
		if errs.Is(err, errs.NotFound) || err == nil && !fresh.UpdatedAt.Equal(c.UpdatedAt) {
			return nil // somebody has changed it meanwhile
		}
		if err != nil {
			return err
		}
		fresh.heard(refused, now)
		return s.Store.SaveTranslator(ctx, fresh)
	})
}

// heard brings what a provider answered into its connection.
func (c *Connection) heard(err error, now time.Time) {
	if err == nil {
		c.Problem, c.RestUntil, c.OKAt = "", time.Time{}, now
		return
	}
	c.Problem, c.RestUntil = "error.vendor_busy", now.Add(rest)
	if until, ok := connector.RestUntil(err); ok && until.After(now) {
		c.RestUntil = until
	}
	switch errs.KindOf(err) {
	case errs.Denied:
		c.State, c.Problem, c.RestUntil = Broken, "error.vendor_denied", time.Time{}
	case errs.Conflict:
		c.Problem, c.RestUntil = "error.translator_quota", now.Add(usedUp)
	}
}

// offer looks for sentences of the memory that are much alike.
func (s *Service) offer(ctx context.Context, t task, pieces []translate.Piece, open []int, done []Done) error {
	for _, i := range open {
		p := pieces[i]
		list, err := s.Store.Near(ctx, t.w, t.from, t.to, translate.Grams(p.Text), nearest)
		if err != nil {
			return err
		}
		for _, m := range list {
			score := translate.Score(m.Source, p.Text)
			if score < translate.Alike || score <= done[i].Score {
				continue
			}
			if target, err := p.Restore(m.Target); err == nil {
				done[i].Target, done[i].By, done[i].Score = target, ByAlike, score
			}
		}
	}
	return nil
}
