package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/platform/auth"
)

// Differs is the letter that asks whether the customer agrees with what their refund becomes.
const Differs Occasion = "differs"

// Agree takes that the customer agrees with a difference, in their name where a person with WriteCases was told so. What
// waited goes on by what is agreed. A repeat changes nothing.
func (s *Service) Agree(ctx context.Context, a auth.Actor, number cases.ID, difference int) (cases.Case, error) {
	c, err := s.Cases().AgreeDifference(ctx, a, number, difference)
	if err != nil {
		return c, fmt.Errorf("agree: %w", err)
	}
	return c, nil
}

// Disagree takes that the customer does not agree with a difference, and why; a person decides.
func (s *Service) Disagree(ctx context.Context, a auth.Actor, number cases.ID, difference int, words string) (cases.Case, error) {
	var c cases.Case
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Cases().Get(ctx, a, number)
		if err != nil {
			return err
		}
		if c, err = s.Cases().DisputeDifference(ctx, a, number, difference, words); err != nil || c.Events == before.Events || s.Desk == nil {
			return err
		}
		return s.Desk.Said(ctx, a, c, strings.TrimSpace(words))
	})
	if err != nil {
		return cases.Case{}, fmt.Errorf("disagree: %w", err)
	}
	return c, nil
}

// asked is the difference that a letter is about: one that the customer was asked about, and is still.
func asked(c cases.Case, e cases.Event) bool {
	return e.Kind == cases.Differed && slices.ContainsFunc(c.Differences, func(d cases.Difference) bool {
		return d.Stand == cases.Asking && d.Resolution == e.Difference.Resolution
	})
}

// differing words what came, what the refund becomes, and what happens when nobody answers.
func differing(t *i18n.Printer, c cases.Case) []string {
	d, ok := c.OpenDifference()
	if !ok {
		return nil
	}
	out := []string{strings.Join(Findings(t, c, d), "\n")}
	if d.Was.Currency != "" {
		was, _ := d.Was.Components.Total(d.Was.Currency)
		becomes, err := d.Becomes.Components.Total(d.Becomes.Currency)
		if err != nil {
			becomes = money.Amount{Currency: d.Was.Currency}
		}
		out = append(out, t.T("portal.differ.sum", "Was", apart(t, sum(t, was)), "New", apart(t, sum(t, becomes))))
	}
	return append(out, d.Note, t.T("portal.differ.until", "Day", t.Date(d.Until, nil, i18n.Medium)))
}

// Findings words how what came differs, a line for each kind of goods and finding.
func Findings(t *i18n.Printer, c cases.Case, d cases.Difference) []string {
	var out []string
	for _, f := range d.Found {
		title := ""
		for _, l := range c.Lines {
			if l.Number == f.Line {
				title = apart(t, l.Title+l.Foreign)
			}
		}
		out = append(out, "- "+t.Number(f.Quantity)+" × "+title+": "+t.T("portal.differ.is."+string(f.Is)))
	}
	return out
}
