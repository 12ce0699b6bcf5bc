package web

import (
	"net/http"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/server/web/ui"
)

func trialRow(t automating.Trial) ui.RuleTrialRow {
	row := ui.RuleTrialRow{ID: int64(t.ID), State: string(t.State), Percent: t.Percent(), Version: t.Version, Since: t.Since, At: t.AskedAt}
	if t.Found != nil {
		row.Acts = t.Found.Acts
	}
	return row
}

// ruleTrial is the trial of the path as it stands.
func (s *server) ruleTrial(r *request) (ui.RuleTrial, error) {
	n, err := r.number("tried")
	if err != nil {
		return ui.RuleTrial{}, err
	}
	t, err := s.Automation.Trial(r.Context(), r.actor, automating.TrialID(n))
	if err != nil {
		return ui.RuleTrial{}, err
	}
	names, err := s.Automation.Names(r.Context(), r.actor)
	if err != nil {
		return ui.RuleTrial{}, err
	}
	v := ui.RuleTrial{
		RuleTrialRow: trialRow(t), Rule: int64(t.Rule), Name: t.Definition.Name, Reading: t.Definition.Read(r.printer, names).Text(r.printer),
		Read: t.Read, Total: t.Total, Run: t.Run, Moving: t.Moves(s.Now()), Other: !automating.AboutTickets(t.Definition.When), Why: r.ruleWhy(t.Why),
	}
	if t.Found != nil {
		v.Found, err = s.ruleFound(r, t.Found)
	}
	return v, err
}

// ruleFound draws what a rule would have done. Examples that the reader may not open keep their number alone.
func (s *server) ruleFound(r *request, f *automating.Found) (*ui.RuleFound, error) {
	out := &ui.RuleFound{
		Looked: f.Looked, Events: f.Events, Acts: f.Acts, Over: f.Over, Unlike: f.Unlike, Without: f.Without, Today: f.Today, Stopped: f.Stopped, Took: strconv.FormatFloat(f.Took.Seconds(), 'f', 2, 64),
	}
	var ids []ticket.ID
	for _, x := range f.Examples {
		if x.Ticket != 0 {
			ids = append(ids, x.Ticket)
		}
	}
	tickets, err := s.Tickets.ByIDs(r.Context(), r.actor, ids)
	if err != nil && len(ids) > 0 {
		return nil, err
	}
	subjects := map[ticket.ID]string{}
	for _, t := range tickets {
		subjects[t.ID] = t.Subject
	}
	for _, x := range f.Examples {
		out.Examples = append(out.Examples, ui.RuleExample{Number: x.Number, Subject: subjects[x.Ticket], Order: int64(x.Order), At: x.At})
	}
	if len(f.Days) == 0 {
		return out, nil
	}
	date := func(day time.Time) string { return r.printer.Date(day, time.UTC, i18n.Medium) }
	acts := map[time.Time]automating.Day{}
	var first, last time.Time
	for i, d := range f.Days {
		if last, err = time.Parse(time.DateOnly, d.Date); err != nil {
			return nil, err
		}
		if i == 0 {
			first = last
		}
		acts[last] = d
	}
	out.First, out.Last = date(first), date(last)
	for day := first; !day.After(last); day = day.AddDate(0, 0, 1) { // days without any are gaps
		bar := ui.RuleDay{Acts: acts[day].Acts, Over: acts[day].Over}
		if n := bar.Acts + bar.Over; n > out.Most {
			out.Most, out.MostOn = n, date(day)
		}
		out.Days = append(out.Days, bar)
	}
	return out, nil
}

// ruleWhy words why something was not done.
func (r *request) ruleWhy(w automating.Why) string {
	if w.Key == "" {
		return ""
	}
	args := make([]any, len(w.Args))
	for i, a := range w.Args {
		args[i] = a
	}
	return r.printer.T(w.Key, args...)
}

// ruleTrialPage shows a trial.
func (s *server) ruleTrialPage(w http.ResponseWriter, r *request) error {
	v, err := s.ruleTrial(r)
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, r.printer.T("rule.trial_title", "Name", v.Name), ui.SectionAdmin); err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.RuleTrialPage(v))
}

// ruleTrialNow is the part of the page that changes while it runs.
func (s *server) ruleTrialNow(w http.ResponseWriter, r *request) error {
	v, err := s.ruleTrial(r)
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, "", ui.SectionAdmin); err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.RuleTrialNow(v))
}

// ruleTrialStop ends a trial.
func (s *server) ruleTrialStop(w http.ResponseWriter, r *request) error {
	n, err := r.number("tried")
	if err != nil {
		return err
	}
	t, err := s.Automation.StopTrial(r.Context(), r.actor, automating.TrialID(n))
	if err != nil {
		return err
	}
	return r.see(w, ui.TrialPath(int64(t.ID)), nil)
}
