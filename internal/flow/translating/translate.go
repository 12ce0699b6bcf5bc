package translating

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

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
	// Lost are the connections whose answer was not whole: they would give the same again, for the same money.
	Lost []ID `json:"x,omitempty"`
}

// Result is the translation of a text.
type Result struct {
	From string `json:"from"`
	To   string `json:"to"`
	Done []Done `json:"done"`
	// Formality is how the reader was to be addressed: what the memory keeps of it says so to nobody else.
	Formality Formality `json:"formality,omitempty"`
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

// Tongue brings a tag to the one under which translations are kept; see translate.Tongue.
func Tongue(tag string) string { return translate.Tongue(tag) }

// task is a text that is to be translated.
type task struct {
	w         auth.WorkspaceID
	from, to  string
	text      string
	names     []string
	formality Formality
	// theirs says that a customer wrote it: it is kept beside the message, where it goes with it,
	// and never in the memory. before is what is kept there.
	theirs bool
	before Result
	// insists says that a person wants it now: who gave a broken answer before is asked once more.
	insists bool
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
	out = Result{From: t.from, To: t.to, Formality: t.formality, Done: make([]Done, len(pieces))}
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
	open = again(t.before, open, out.Done)
	if t.insists {
		for i := range out.Done {
			out.Done[i].Lost = nil
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

// again takes over what was translated before of the same text, and returns the others. Nothing
// that a provider was paid for is asked for once more.
func again(before Result, open []int, done []Done) (rest []int) {
	for _, i := range open {
		at := slices.IndexFunc(before.Done, func(d Done) bool {
			return d.Sentence && d.Source == done[i].Source
		})
		switch {
		case at < 0:
			rest = append(rest, i)
		case before.Done[at].By == ByAlike || before.Done[at].By == ByNobody:
			done[i].Lost = before.Done[at].Lost
			rest = append(rest, i)
		default:
			done[i] = before.Done[at]
		}
	}
	return rest
}

// recall translates sentences that the memory has, and returns the others.
func (s *Service) recall(ctx context.Context, t task, pieces []translate.Piece, open []int, done []Done) (rest []int, err error) {
	var keys []int64
	for _, i := range open {
		keys = append(keys, translate.Key(pieces[i].Text))
	}
	list, err := s.Store.Recall(ctx, t.w, t.from, t.to, told(t.to, t.formality), keys)
	if err != nil {
		return nil, err
	}
	var used []MemoryID
	now := s.Now()
	for _, i := range open {
		p := pieces[i]
		same := func(f Formality) int {
			return slices.IndexFunc(list, func(m Memory) bool {
				return m.Key == translate.Key(p.Text) && m.Formality == f && translate.Score(m.Source, p.Text) == translate.Same
			})
		}
		at := same(told(t.to, t.formality))
		if at < 0 {
			at = same(AsUsual)
		}
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

// told is the formality that a sentence of the memory was approved in: English has none.
func told(to string, f Formality) Formality {
	if to == "en" {
		return AsUsual
	}
	return f
}

// twins takes out of what is open each sentence that stands there before, as a provider sees it, and returns those by the
// first: nobody is paid twice for one text.
func twins(pieces []translate.Piece, open []int) (first []int, rest map[int][]int) {
	seen, rest := map[string]int{}, map[int][]int{}
	for _, i := range open {
		shown := pieces[i].Text
		for _, m := range pieces[i].Marks {
			shown += "\x00" + m.Shown()
		}
		if at, ok := seen[shown]; ok {
			rest[at] = append(rest[at], i)
			continue
		}
		seen[shown] = i
		first = append(first, i)
	}
	return first, rest
}

// ask asks the connections in their order for what is open, and returns what none of them
// translated. busy says that one of them was, and might have translated that.
func (s *Service) ask(ctx context.Context, t task, b translate.Book, pieces []translate.Piece, all []int, done []Done) (_ []int, busy bool, err error) {
	list, err := s.Store.Translators(ctx, t.w)
	if err != nil {
		return all, false, err
	}
	open, same := twins(pieces, all)
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
		fresh := slices.DeleteFunc(slices.Clone(open), func(i int) bool { return slices.Contains(done[i].Lost, c.ID) })
		for part := range chunks(pieces, fresh, d.Capabilities) {
			good, refused, err := s.askOne(ctx, t, b, c, e, pieces, part, done)
			if err != nil {
				return open, true, err
			}
			for i, answer := range good {
				for _, j := range same[i] { // it has the same marks, so it is as whole
					if target, err := pieces[j].Restore(answer); err == nil {
						done[j].Target, done[j].By, done[j].Of = target, ByProvider, c.ID
					}
				}
			}
			open = slices.DeleteFunc(open, func(i int) bool { _, ok := good[i]; return ok })
			if refused != nil {
				busy = busy || errs.Is(refused, errs.Unavailable)
				break
			}
		}
	}
	var rest []int
	for _, i := range open {
		rest = append(append(rest, i), same[i]...)
	}
	return rest, busy && len(rest) > 0, nil
}

// paid is what was sent to all that are paid, those that are deleted by now among them.
func (s *Service) paid(list []Connection, spent map[ID]int64) (paid int64) {
	for id, n := range spent {
		i := slices.IndexFunc(list, func(c Connection) bool { return c.ID == id })
		if i >= 0 {
			if d, _ := s.Driver(list[i].Driver); d.Capabilities.Local {
				continue
			}
		}
		paid += n
	}
	return paid
}

// over reports whether n more are beyond what the book or the connection allows a month.
func over(b translate.Book, c Connection, paid, spent, n int64) bool {
	most := c.Terms.Most
	return b.Limit > 0 && paid+n > b.Limit || most > 0 && spent+n > most
}

// chunks cuts what is open into requests that a provider takes.
func chunks(pieces []translate.Piece, open []int, c Capabilities) func(func([]int) bool) {
	open = slices.Clone(open)
	return func(yield func([]int) bool) {
		var part []int
		size := 0
		for _, i := range open {
			n := Weight(pieces[i])
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

// patience is how long one request waits for its answer.
const patience = 50 * time.Second

// errLimit is what askOne refuses with at a limit of the book or of the connection.
func errLimit() error { return errs.New(errs.Conflict, "error.model_limit") }

// reserve counts a request before it is sent, if the limits leave room for it, and returns the month in which it counts:
// two nodes do not spend the same rest. It fails with errs.Conflict if there is none. What runs on this machine is not
// limited, and counts when it is done.
func (s *Service) reserve(ctx context.Context, b translate.Book, c Connection, n int64) (month string, err error) {
	month = Month(s.Now())
	d, _ := s.Driver(c.Driver)
	if d.Capabilities.Local {
		return month, nil
	}
	return month, s.Store.InTx(ctx, func(ctx context.Context) error {
		list, err := s.Store.Translators(ctx, c.Workspace)
		if err != nil {
			return err
		}
		ids := make([]ID, len(list))
		for i, x := range list {
			ids[i] = x.ID
		}
		slices.Sort(ids)
		for _, id := range ids { // whoever else reserves waits here
			if _, err := s.Store.Translator(ctx, c.Workspace, id); err != nil && !errs.Is(err, errs.NotFound) {
				return err
			}
		}
		spent, err := s.month(ctx, c.Workspace)
		if err != nil {
			return err
		}
		if over(b, c, s.paid(list, spent), spent[c.ID], n) {
			s.Log.Info("translation limit", "workspace", int64(c.Workspace), "translator", int64(c.ID))
			return errLimit()
		}
		return s.Store.SpendTranslation(ctx, c.Workspace, month, Spending{c.ID, n, 1})
	})
}

// settle is what is to be counted beside what was reserved for a request that was sent, now that it is known what the
// provider counts.
func (s *Service) settle(c Connection, reserved, billed int64) Spending {
	if d, _ := s.Driver(c.Driver); d.Capabilities.Local {
		return Spending{c.ID, billed, 1}
	}
	return Spending{c.ID, billed - reserved, 0}
}

// askOne asks one connection, if the limits let it, keeps what it brought back whole, and returns those answers by
// sentence, and with what it refused the rest.
func (s *Service) askOne(ctx context.Context, t task, b translate.Book, c Connection, e Engine, pieces []translate.Piece, part []int, done []Done) (good map[int]string, refused, err error) {
	a := Ask{From: t.from, To: t.to, Formality: t.formality}
	for _, i := range part {
		a.Sentences = append(a.Sentences, pieces[i])
	}
	reserved := characters(pieces, part)
	month, err := s.reserve(ctx, b, c, reserved)
	if errs.Is(err, errs.Conflict) {
		return nil, err, nil
	}
	if err != nil {
		return nil, nil, err
	}
	asked, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, refused := e.Translate(asked, a)
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if refused == nil && len(answer.Texts) != len(part) {
		refused = ErrAnswer(nil)
	}
	now := s.Now().UTC().Truncate(time.Millisecond)
	if errs.Is(refused, errs.Unsupported) { // other languages may do
		if d, _ := s.Driver(c.Driver); d.Capabilities.Local {
			return nil, refused, nil
		}
		return nil, refused, s.Store.SpendTranslation(ctx, c.Workspace, month, Spending{c.ID, -reserved, -1})
	}
	if refused != nil {
		answer.Billed = reserved // it may have counted them
	}
	good = map[int]string{}
	var learned []Memory
	for n, i := range part {
		if refused != nil {
			break
		}
		target, lost := pieces[i].Restore(answer.Texts[n])
		if lost != nil {
			done[i].Lost = append(done[i].Lost, c.ID)
			continue
		}
		done[i].Target, done[i].By, done[i].Of = target, ByProvider, c.ID
		good[i] = answer.Texts[n]
		if t.theirs {
			continue
		}
		learned = append(learned, Memory{
			ID: MemoryID(s.IDs.Next()), Workspace: t.w, From: t.from, To: t.to, Formality: told(t.to, t.formality), Key: translate.Key(pieces[i].Text), Source: pieces[i].Text, Target: answer.Texts[n], By: c.ID, At: now, UsedAt: now,
		})
	}
	return good, refused, s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Remember(ctx, learned); err != nil {
			return err
		}
		return s.tell(ctx, c, month, s.settle(c, reserved, answer.Billed), refused, now)
	})
}

// tell counts a request and brings what became of it into its connection, within the transaction in ctx. The connection
// comes first, as where requests are reserved.
func (s *Service) tell(ctx context.Context, c Connection, month string, more Spending, refused error, now time.Time) error {
	fresh, gone := s.Store.Translator(ctx, c.Workspace, c.ID)
	if gone != nil && !errs.Is(gone, errs.NotFound) {
		return gone
	}
	if err := s.Store.SpendTranslation(ctx, c.Workspace, month, more); err != nil {
		return err
	}
	if gone != nil || !fresh.UpdatedAt.Equal(c.UpdatedAt) {
		return nil // somebody has changed it meanwhile
	}
	fresh.heard(refused, now)
	return s.Store.SaveTranslator(ctx, fresh)
}

// heard brings what a provider answered into its connection.
func (c *Connection) heard(err error, now time.Time) {
	if err == nil {
		c.Problem, c.RestUntil, c.OKAt = "", time.Time{}, now
		return
	}
	c.Problem, c.RestUntil = "error.vendor_busy", now.Add(rest)
	var told *errs.Error
	if errors.As(err, &told) && len(told.Args) == 0 {
		c.Problem = told.Key
	}
	if until, ok := connector.RestUntil(err); ok && until.After(now) {
		c.RestUntil = until
	}
	switch errs.KindOf(err) {
	case errs.Denied:
		c.State, c.RestUntil = Broken, time.Time{}
	case errs.Conflict:
		c.RestUntil = now.Add(usedUp)
	}
}

// offer looks for sentences of the memory that are much alike.
func (s *Service) offer(ctx context.Context, t task, pieces []translate.Piece, open []int, done []Done) error {
	for _, i := range open {
		p := pieces[i]
		list, err := s.Store.Near(ctx, t.w, t.from, t.to, told(t.to, t.formality), translate.Grams(p.Text), nearest)
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
