package translating

import (
	"context"
	"errors"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/platform/auth"
)

// Terms are what a provider costs a workspace.
type Terms struct {
	// Price is of a million characters, or tokens of a provider that counts those; the zero Amount
	// if nobody said.
	Price money.Amount
	// Most is how many characters or tokens it gets a month; 0 for no limit but that of the book.
	Most int64
}

// highest is the highest price, in minor units.
const highest = 1_000_000_00

func (t Terms) check() error {
	var wrong []error
	if t.Price != (money.Amount{}) {
		if a, err := money.New(t.Price.Minor, t.Price.Currency); err != nil || a.Minor < 0 || a.Minor > highest {
			wrong = append(wrong, errs.Field("price", "error.translator_price"))
		}
	}
	if t.Most < 0 || t.Most > translate.MostLimit {
		wrong = append(wrong, errs.Field("most", "error.translate_limit", "most", translate.MostLimit))
	}
	return errors.Join(wrong...)
}

// Cost is what so many characters or tokens cost by the price, to the nearest minor unit; the
// zero Amount without a price.
func (t Terms) Cost(billed int64) money.Amount {
	const million = 1_000_000
	return money.Amount{Minor: billed/million*t.Price.Minor + (billed%million*t.Price.Minor+million/2)/million, Currency: t.Price.Currency}
}

// longestTry bounds a text that a connection is tried with, in bytes.
const longestTry = 1000

// Try has one provider translate a text, as it would translate a message: with marks, counted,
// and without the memory. It fails as the provider does, with errs.Unavailable if the answer
// does not bring names, numbers and links back whole, with errs.Conflict at a limit, and with errs.Invalid for a text that is
// empty or too long and for languages that are the same. Whoever connects providers may.
func (s *Service) Try(ctx context.Context, a auth.Actor, id ID, from, to, text string) (Result, error) {
	if err := may(a); err != nil {
		return Result{}, err
	}
	text = plain(text)
	switch {
	case text == "":
		return Result{}, errs.Field("text", "error.required")
	case len(text) > longestTry:
		return Result{}, errs.Field("text", "error.setting_value")
	case !Apart(from, to):
		return Result{}, errs.Field("to", "error.translator_same")
	}
	c, err := s.Store.Translator(ctx, a.Workspace, id)
	if err != nil {
		return Result{}, err
	}
	set, err := s.setting(ctx, a.Workspace)
	if err != nil {
		return Result{}, err
	}
	e, _, err := s.engine(c)
	if err != nil {
		return Result{}, err
	}
	t := task{w: a.Workspace, from: Tongue(from), to: Tongue(to), text: text, theirs: true}
	marked, err := translate.Protect(text, nil, set.Book.Terms(t.from, t.to))
	if err != nil {
		return Result{}, err
	}
	pieces := marked.Pieces()
	out := Result{From: t.from, To: t.to, Done: make([]Done, len(pieces))}
	var open []int
	for i, p := range pieces {
		out.Done[i] = Done{Source: p.Source(), Target: p.Source(), Sentence: p.Sentence}
		if p.Sentence {
			open = append(open, i)
		}
	}
	if len(open) == 0 {
		return Result{}, errs.Field("text", "error.required")
	}
	ctx, cancel := context.WithTimeout(ctx, testPatience)
	defer cancel()
	good, refused, err := s.askOne(ctx, t, set.Book, c, e, pieces, open, out.Done)
	switch {
	case err != nil:
		return Result{}, err
	case refused != nil:
		return Result{}, refused
	case len(good) != len(open):
		return Result{}, errs.New(errs.Unavailable, "error.translate_marks")
	}
	return out, nil
}

// month returns what connections were sent in the present month.
func (s *Service) month(ctx context.Context, w auth.WorkspaceID) (map[ID]int64, error) {
	list, err := s.Store.SpentOnTranslation(ctx, w, Month(s.Now()))
	out := map[ID]int64{}
	for _, x := range list {
		out[x.Connection] = x.Characters
	}
	return out, err
}

// currency brings a code that somebody typed to how codes are kept.
func currency(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }

// PriceOf reads a price as people write it, in a currency: "20" or "4,99". It is the zero Amount
// for "", and errs.Invalid for what is no price.
func PriceOf(decimal, code string) (money.Amount, error) {
	if decimal = strings.TrimSpace(decimal); decimal == "" {
		return money.Amount{}, nil
	}
	a, err := money.Parse(strings.Replace(decimal, ",", ".", 1), currency(code))
	if err != nil {
		return money.Amount{}, errs.Field("price", "error.translator_price")
	}
	return a, nil
}
