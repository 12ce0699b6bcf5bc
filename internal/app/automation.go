package app

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// buildAutomation makes what answers by rules.
func (c *Core) buildAutomation() {
	c.Automation = automating.New(automating.Config{
		Store: c.Store, Tickets: c.Tickets, People: c.Store, Crew: c.Auth.Crew, Values: c.macroValues, Journal: c.Store, Queue: c.Store, IDs: c.IDs, Now: c.Now, Log: c.Log, Disabled: c.ruleOff,
	})
}

// macroValues are what the variables of a macro stand for where no person writes: the shop speaks for itself.
func (c *Core) macroValues(ctx context.Context, actor auth.Actor, t ticket.Ticket) (map[string]string, error) {
	w, err := c.Store.Workspace(ctx, actor.Workspace)
	if err != nil {
		return nil, err
	}
	v := map[string]string{"shop.name": w.Name, "ticket.number": strconv.FormatInt(t.Number, 10)}
	shops, err := c.Orders.Shops(ctx, actor)
	if err != nil {
		return nil, err
	}
	for _, x := range shops {
		if x.ID == t.Shop {
			v["shop.name"] = x.Name
		}
	}
	v["agent.name"] = v["shop.name"]
	who, err := c.Customers.Get(ctx, actor, t.Customer)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	first, _, _ := strings.Cut(who.Name, " ")
	v["customer.name"], v["customer.first_name"] = who.Name, first
	if t.Order == 0 {
		return v, nil
	}
	o, err := c.Orders.Get(ctx, actor, t.Order)
	if err != nil {
		if errs.Is(err, errs.NotFound) {
			err = nil
		}
		return v, err
	}
	v["order.number"] = o.Number
	if a, err := money.New(o.Total, o.Currency); err == nil {
		v["order.total"] = a.Format(cmp.Or(t.Language, "en"))
	}
	for _, f := range o.Fulfillments {
		if f.Tracking != "" {
			v["order.tracking"] = f.Tracking
		}
	}
	return v, nil
}

// ruleNoticeJob is the kind of the job that writes to the owner of a rule that was switched off by itself.
const ruleNoticeJob = "rule.notice"

type ruleNotice struct {
	Rule   automation.ID `json:"rule"`
	Person auth.PersonID `json:"person"`
}

// ruleOff asks for a letter to the rule's owner; if they have left, to the owners of the workspace.
func (c *Core) ruleOff(ctx context.Context, r automation.Rule) error {
	c.Log.WarnContext(ctx, "a rule was switched off", "rule", int64(r.ID), "workspace", int64(r.Workspace), "why", r.Off)
	people, err := c.Store.People(ctx, r.Workspace)
	if err != nil {
		return err
	}
	for _, told := range []func(auth.Person) bool{
		func(p auth.Person) bool { return p.ID == r.Owner },
		func(p auth.Person) bool { return p.Role == auth.Owner },
	} {
		var jobs []job.Job
		for _, p := range people {
			if p.Status == auth.Active && told(p) {
				jobs = append(jobs, job.New(r.Workspace, ruleNoticeJob, ruleNotice{r.ID, p.ID}).On(errandQueue).Tries(errandTries))
			}
		}
		if len(jobs) > 0 {
			return c.Store.Enqueue(ctx, jobs...)
		}
	}
	return nil
}

// ruleLetter tells one of them, unless somebody has seen to it meanwhile. Without a mailbox that sends, the settings page is
// what tells.
func (c *Core) ruleLetter(ctx context.Context, j job.Job) error {
	var n ruleNotice
	if err := j.Decode(&n); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	r, err := c.Store.Rule(ctx, j.Workspace, n.Rule)
	if errs.Is(err, errs.NotFound) || err == nil && (r.On || r.Off == "") {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := c.Store.Person(ctx, j.Workspace, n.Person)
	if errs.Is(err, errs.NotFound) || err == nil && p.Status != auth.Active {
		return nil
	}
	if err != nil {
		return err
	}
	say := i18n.For(i18n.Lang(p.Language))
	err = c.letter(ctx, j.Workspace, auth.Mail{
		To: p.Email, Name: p.Name, Language: p.Language, Subject: say.T("rule.letter_subject", "Name", r.Name), Text: say.T("rule.letter_text", "Name", r.Name),
	})
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	return err
}
