package app

import (
	"context"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// A letter about a budget that is nearly used up, or is, is a job for each lead and owner, so that one whose mailbox is
// down does not get it twice because of another.
const budgetNoticeJob = "policy.budget_notice"

type budgetNotice struct {
	Person auth.PersonID `json:"person"`
	policy.Spree
	Over bool `json:"over"`
}

// budgetWarned asks for letters to the leads and owners, in the transaction in ctx.
func (c *Core) budgetWarned(ctx context.Context, w auth.WorkspaceID, b policy.Budget) error {
	people, err := c.Store.People(ctx, w)
	if err != nil {
		return err
	}
	var jobs []job.Job
	for _, p := range people {
		if (p.Role == auth.Owner || p.Role == auth.Lead) && p.Status == auth.Active {
			n := budgetNotice{p.ID, policy.Spree{Rule: b.Rule, Per: b.Per, Period: b.Period, Spent: b.Spent, Reserved: b.Reserved, Limit: b.Limit, Currency: b.Currency}, b.Over}
			jobs = append(jobs, job.New(w, budgetNoticeJob, n).On(errandQueue).Tries(errandTries))
		}
	}
	return c.Store.Enqueue(ctx, jobs...)
}

// budgetLetter tells a lead or owner. Without a mailbox that sends, the settings page is what tells.
func (c *Core) budgetLetter(ctx context.Context, j job.Job) error {
	var n budgetNotice
	if err := j.Decode(&n); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	p, err := c.Store.Person(ctx, j.Workspace, n.Person)
	if errs.Is(err, errs.NotFound) || err == nil && p.Status != auth.Active {
		return nil
	}
	if err != nil {
		return err
	}
	say := i18n.For(i18n.Match(p.Language, i18n.Console()))
	rule := n.Rule
	if rule == "" {
		rule = say.T("policy.terms")
	}
	sum := func(minor int64) string {
		return money.Amount{Minor: minor, Currency: n.Currency}.Format(string(say.Lang()))
	}
	what := "mail.budget.near"
	if n.Over {
		what = "mail.budget.over"
	}
	args := []any{"Rule", rule, "Period", n.Period, "Used", sum(n.Spent + n.Reserved), "Limit", sum(n.Limit)}
	err = c.letter(ctx, j.Workspace, auth.Mail{
		To: p.Email, Name: p.Name, Language: string(say.Lang()), Subject: say.T(what+"_subject", args...), Text: say.T(what+"_text", args...),
	})
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	return err
}
