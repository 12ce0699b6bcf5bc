package app

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/platform/watch"
)

// A letter about unusual activity is a job for each owner, as those about webhooks
// are.
const unusualJob = "security.notice"

type unusualNotice struct {
	Kind   watch.Kind    `json:"kind"`
	What   watch.What    `json:"what,omitempty"`
	N      int           `json:"n"`
	Person auth.PersonID `json:"person"`
	At     time.Time     `json:"at"`
}

// buildWatch builds what watches refusals.
func (c *Core) buildWatch() {
	c.Watch = watch.New(watch.Config{Store: c.Store, Once: c.Auth.Once, Tell: c.unusual, Nodes: c.Node.Peers, Now: c.Now, Log: c.Log})
}

// unusual asks for letters to the owners.
func (c *Core) unusual(ctx context.Context, w auth.WorkspaceID, a watch.Alarm) error {
	people, err := c.Store.People(ctx, w)
	if err != nil {
		return err
	}
	var jobs []job.Job
	for _, p := range people {
		if p.Role == auth.Owner && p.Status == auth.Active {
			jobs = append(jobs, job.New(w, unusualJob, unusualNotice{a.Kind, a.What, a.N, p.ID, c.Now()}).On(errandQueue).Tries(errandTries))
		}
	}
	return c.Store.Enqueue(ctx, jobs...)
}

// unusualLetter tells an owner. Without a mailbox that sends, the audit trail is
// what tells.
func (c *Core) unusualLetter(ctx context.Context, j job.Job) error {
	var n unusualNotice
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
	space, err := c.Store.Workspace(ctx, j.Workspace)
	if err != nil {
		return err
	}
	say := i18n.For(i18n.Match(p.Language, i18n.Console()))
	what := "mail.unusual." + string(n.Kind)
	if n.Kind == watch.Refusals {
		what += "_" + string(n.What)
	}
	args := []any{"Name", p.Name, "Workspace", space.Name, "Count", say.Number(int64(n.N)), "Date", say.DateTime(n.At, nil, i18n.Medium)}
	args = append(args, "What", say.T(what, args...))
	err = c.letter(ctx, j.Workspace, auth.Mail{
		To: p.Email, Name: p.Name, Language: string(say.Lang()), Subject: say.T("mail.unusual.subject", args...), Text: say.T("mail.unusual.text", args...),
	})
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	return err
}

// sweepEvery is how often what the sign-in gate has counted is swept.
const sweepEvery = 10 * time.Minute

// sweep drops what the sign-in gate has counted and nobody needs any more.
func (c *Core) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := c.Auth.Sweep(ctx); err != nil && ctx.Err() == nil {
			c.Log.Error("sweep the sign-in gate", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
