package web

import (
	"net/http"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// reportDays is how many days the report goes back, today included. topTags is
// how many tags it draws.
const (
	reportDays = 30
	topTags    = 10
)

// report draws how many tickets stand where and what came and went. Every number
// leads to the list behind it.
func (s *server) report(w http.ResponseWriter, r *request) error {
	page, err := r.page(w, r.printer.T("nav.reports"), ui.SectionReports)
	if err != nil {
		return err
	}
	standing, err := s.Tickets.Report(r.Context(), r.actor, r.zone, reportDays)
	if err != nil {
		return err
	}
	st, err := r.seat()
	if err != nil {
		return err
	}
	v := ui.Report{
		Page: page, Open: int64(st.counts[ui.ViewOpen]), Unowned: int64(st.counts[ui.ViewUnassigned]), Waiting: int64(st.counts[ui.ViewPending]),
		ByView: r.viewBars(st), ByStatus: statusBars(standing), ByAgent: r.agentBars(standing, st),
	}
	if v.ByTag, err = s.tagBars(r); err != nil {
		return err
	}
	if standing.Solve > 0 {
		v.Solve = r.printer.Duration(standing.Solve.Round(time.Minute))
	}
	for _, d := range standing.Days {
		v.Days = append(v.Days, ui.Day{Date: d.From.Format(time.DateOnly), Opened: d.Opened, Solved: d.Solved})
	}
	return r.draw(w, http.StatusOK, ui.ReportPage(v))
}

func (r *request) viewBars(st *seat) []ui.Bar {
	var out []ui.Bar
	for _, v := range r.uiViews(st) {
		if _, counts := st.counts[v.Key]; counts {
			out = append(out, ui.Bar{Key: v.Key, Label: v.Name, Count: int64(st.counts[v.Key]), Href: "/inbox/" + v.Key})
		}
	}
	return out
}

func statusBars(x ticket.Standing) []ui.Bar {
	var out []ui.Bar
	for _, status := range ticket.Statuses() {
		out = append(out, ui.Bar{Key: string(status), Count: x.Status[status], Href: "/inbox/" + ui.ViewAll + "?status=" + string(status)})
	}
	return out
}

// agentBars draws the open tickets of each person, most first, after those that
// are nobody's.
func (r *request) agentBars(x ticket.Standing, st *seat) []ui.Bar {
	out := []ui.Bar{{Label: r.printer.T("report.none"), Count: int64(st.counts[ui.ViewUnassigned]), Href: "/inbox/" + ui.ViewUnassigned}}
	loads := slices.Clone(x.Load)
	slices.SortStableFunc(loads, func(a, b ticket.Load) int { return int(b.Open - a.Open) })
	for _, l := range loads {
		out = append(out, ui.Bar{Label: l.Name, Count: l.Open, Href: "/inbox/" + ui.ViewOpen + "?assignee=" + id64(l.Person)})
	}
	return out
}

func (s *server) tagBars(r *request) ([]ui.Bar, error) {
	if !r.actor.May(auth.ReadTickets) {
		return nil, nil
	}
	tags, counts, err := s.Tickets.Tags(r.Context(), r.actor)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(tags, func(a, b ticket.Tag) int { return int(counts[b.Name] - counts[a.Name]) })
	var out []ui.Bar
	for _, t := range tags[:min(len(tags), topTags)] {
		if counts[t.Name] > 0 {
			out = append(out, ui.Bar{Label: t.Name, Count: counts[t.Name], Href: "/inbox/" + ui.ViewAll + "?" + query("tag", t.Name)})
		}
	}
	return out, nil
}
