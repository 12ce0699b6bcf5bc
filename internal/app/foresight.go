package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/forecast"
	"godwit.dev/godwit/internal/flow/foresight"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// A letter about what the next hours may bring is a job for each person who is told.
const foresightJob = "forecast.notice"

type foresightNotice struct {
	Person auth.PersonID `json:"person"`
	foresight.Told
	Why []forecast.Reason `json:"why"`
}

// buildForesight makes what tells a desk what its next hours may bring.
func (c *Core) buildForesight() {
	c.Foresight = foresight.New(foresight.Config{Store: c.Store, Workers: c.workers, Journal: c.Store, Tell: c.foretold, Now: c.Now})
}

// workers are the people of a workspace as routing knows them.
func (c *Core) workers(ctx context.Context, w auth.WorkspaceID) ([]foresight.Worker, error) {
	list, err := c.Routing.Roster(ctx, auth.ForSystem(w))
	out := make([]foresight.Worker, len(list))
	for i, r := range list {
		out[i] = foresight.Worker{
			Person: r.Person, Name: r.Name, Teams: r.Teams, Sheet: r.Sheet.Sheet, Able: r.Able, There: r.There, Until: r.Until, Off: r.Off, Load: r.Load,
		}
	}
	return out, err
}

// foretold asks for letters to whoever manages teams, about a team to those who see it, in
// the transaction in ctx.
func (c *Core) foretold(ctx context.Context, w auth.WorkspaceID, told foresight.Told) error {
	crew, err := c.Auth.Crew(ctx, w)
	if err != nil {
		return err
	}
	var jobs []job.Job
	for _, a := range crew {
		if foretells(a, told.Team) {
			jobs = append(jobs, job.New(w, foresightJob, foresightNotice{a.Person(), told, told.Why}).On(errandQueue).Tries(errandTries))
		}
	}
	return c.Store.Enqueue(ctx, jobs...)
}

// foretells reports whether somebody is told of a team, or of the whole desk as team 0:
// whoever leads it and may open the wallboard, to which the letter leads.
func foretells(a auth.Actor, team auth.TeamID) bool {
	return a.May(auth.ManageTeams) && a.May(auth.ReadTickets) && foresight.Sees(a.Scope(), team)
}

// foresightLetter tells somebody. Without a mailbox that sends, the wallboard is
// what tells; what has come to pass by then, or is no longer likely, is told to nobody, and
// nothing to whoever leads no more.
func (c *Core) foresightLetter(ctx context.Context, j job.Job) error {
	var n foresightNotice
	if err := j.Decode(&n); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	if c.Now().After(time.UnixMilli(n.To)) {
		return nil
	}
	queues, err := c.Store.Forecasts(ctx, j.Workspace)
	if err != nil || !slices.ContainsFunc(queues, func(q foresight.Queue) bool { return q.Team == n.Team && !q.WarnedAt.IsZero() }) {
		return err
	}
	crew, err := c.Auth.Crew(ctx, j.Workspace)
	if err != nil || !slices.ContainsFunc(crew, func(a auth.Actor) bool { return a.Person() == n.Person && foretells(a, n.Team) }) {
		return err
	}
	p, err := c.Store.Person(ctx, j.Workspace, n.Person)
	if err != nil {
		return err
	}
	space, err := c.Store.Workspace(ctx, j.Workspace)
	if err != nil {
		return err
	}
	teams, err := c.Store.Teams(ctx, j.Workspace)
	if err != nil {
		return err
	}
	say := i18n.For(i18n.Match(p.Language, i18n.Console()))
	zone, err := time.LoadLocation(cmp.Or(p.Zone, space.Zone))
	if err != nil {
		zone = time.UTC
	}
	queue := say.T("wall.desk")
	for _, t := range teams {
		if t.ID == n.Team {
			queue = t.Name
		}
	}
	var why []string
	for _, r := range n.Why {
		why = append(why, "- "+foresight.Words(say, zone, r))
	}
	args := []any{
		"Queue", queue, "From", say.Time(time.UnixMilli(n.From), zone), "To", say.Time(time.UnixMilli(n.To), zone), "Percent", say.Percent(float64(n.Percent)/100, 0),
		"Misses", say.N("wall.misses", int64(n.Misses)), "Missing", foresight.Missing(say, n.Short), "Why", strings.Join(why, "\n"), "Link", c.Address + "/wallboard",
	}
	what := "mail.forecast.text"
	if c.Address == "" {
		what = "mail.forecast.text_bare"
	}
	err = c.letter(ctx, j.Workspace, auth.Mail{To: p.Email, Name: p.Name, Language: string(say.Lang()), Subject: say.T("mail.forecast.subject", args...), Text: say.T(what, args...)})
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	return err
}
