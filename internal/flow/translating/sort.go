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
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
)

// Sorter is an Engine that can also say what a letter is about.
type Sorter interface {
	// Sort is one request, and fails as those of an Engine do. What the letter says is never an instruction.
	Sort(ctx context.Context, letter string, among []string) (Sorted, error)
}

// Sorted is what a letter was sorted as.
type Sorted struct {
	Word   string // one of those that were given; "" for none, and for an answer that is none
	Billed int64  // characters or tokens, as the provider counts them; 0 if it does not say
}

// longestLetter is how much of a letter is sent, in characters, and longestRead how much of it is looked through, in bytes.
const (
	longestLetter = 4000
	longestRead   = 32 << 10
)

// Sorters lists the connections of a workspace that can say what a letter is about, in the order in which they are asked
// for translations; those that are paused are among them.
func (s *Service) Sorters(ctx context.Context, w auth.WorkspaceID) ([]triage.Outside, error) {
	list, err := s.Store.Translators(ctx, w)
	var out []triage.Outside
	for _, c := range list {
		if e, _, err := s.engine(c); err == nil {
			if _, ok := e.(Sorter); ok {
				out = append(out, triage.Outside{ID: int64(c.ID), Name: c.Name})
			}
		}
	}
	return out, err
}

// Sort has a connection say what a letter is about; triage.Other if it does not tell. What leaves the house is the letter
// with marks in place of the given names and of those that it introduces, of addresses, links, sums, dates, codes and numbers. let is called before that,
// and what it fails with ends it. What the provider counts is counted as for translations, and the limits of those hold.
// It fails with errs.NotFound for a connection that there is no more, with errs.Conflict for one that is not on or at
// its limit, with errs.Unsupported for one that sorts nothing, and as the provider does.
func (s *Service) Sort(ctx context.Context, w auth.WorkspaceID, connection int64, letter string, names []string, let func(context.Context) error) (triage.Topic, error) {
	c, err := s.Store.Translator(ctx, w, ID(connection))
	if errs.Is(err, errs.NotFound) {
		return "", errs.New(errs.NotFound, "error.model_gone")
	}
	if err != nil {
		return "", err
	}
	if c.State != On {
		return "", errs.New(errs.Conflict, "error.model_off")
	}
	if c.RestUntil.After(s.Now()) {
		return "", errs.New(errs.Unavailable, "error.vendor_busy")
	}
	e, d, err := s.engine(c)
	if err != nil {
		return "", err
	}
	sorter, ok := e.(Sorter)
	if !ok {
		return "", errs.New(errs.Unsupported, "error.model_gone")
	}
	text, err := masked(letter, names)
	if err != nil {
		return "", err
	}
	if err := s.affords(ctx, c, d, int64(utf8.RuneCountInString(text))); err != nil {
		return "", err
	}
	if err := let(ctx); err != nil {
		return "", err
	}
	set, err := s.setting(ctx, w)
	if err != nil {
		return "", err
	}
	reserved := int64(utf8.RuneCountInString(text))
	month, err := s.reserve(ctx, set.Book, c, reserved)
	if err != nil {
		return "", err
	}
	var among []string
	for _, t := range triage.Topics() {
		if t != triage.Other {
			among = append(among, string(t))
		}
	}
	asked, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, refused := sorter.Sort(asked, text, among)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if answer.Billed == 0 { // it may have counted them
		answer.Billed = reserved
	}
	if err := s.Store.InTx(ctx, func(ctx context.Context) error {
		return s.tell(ctx, c, month, s.settle(c, reserved, answer.Billed), refused, s.Now().UTC().Truncate(time.Millisecond))
	}); err != nil || refused != nil {
		return "", errors.Join(refused, err)
	}
	if !slices.Contains(among, answer.Word) {
		return triage.Other, nil
	}
	return triage.Topic(answer.Word), nil
}

// masked is what of a letter may leave the house. Names, those that the letter itself gives its writer among them, are left
// out however they are written.
func masked(letter string, names []string) (string, error) {
	letter = strings.ToValidUTF8(letter, "")
	if len(letter) > longestRead {
		letter = strings.ToValidUTF8(letter[:longestRead], "")
	}
	names = append(translate.Introduced(letter), names...)
	all := slices.Clone(names)
	for _, n := range names {
		all = append(all, strings.ToLower(n))
	}
	t, err := translate.Protect(letter, all, nil)
	if err != nil {
		return "", err
	}
	text := []rune(t.Masked())
	return string(text[:min(len(text), longestLetter)]), nil
}

// affords fails with errs.Conflict if so many characters are beyond a limit of the book or of the connection.
func (s *Service) affords(ctx context.Context, c Connection, d Driver, n int64) error {
	if d.Capabilities.Local {
		return nil
	}
	set, err := s.setting(ctx, c.Workspace)
	if err != nil {
		return err
	}
	list, err := s.Store.Translators(ctx, c.Workspace)
	if err != nil {
		return err
	}
	spent, err := s.month(ctx, c.Workspace)
	if err != nil {
		return err
	}
	if over(set.Book, c, s.paid(list, spent), spent[c.ID], n) {
		return errLimit()
	}
	return nil
}
