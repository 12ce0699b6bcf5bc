package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/flow/sorting"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// triageRoutes is the table of what is learned of corrected topics.
func triageRoutes() []route {
	manage := may(auth.Manage)
	return []route{
		{"GET", "/admin/triage", manage, none, (*server).triagePage},
		{"POST", "/admin/triage", manage, form, (*server).triageSave},
	}
}

func (s *server) triagePage(w http.ResponseWriter, r *request) error {
	return s.drawTriage(w, r, ui.Form{})
}

// drawTriage shows how messages are read, what was learned with its figures, and what it was learned from.
func (s *server) drawTriage(w http.ResponseWriter, r *request, f ui.Form) error {
	st, err := s.Sorting.State(r.Context(), r.actor)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	out := ui.Triage{
		Form: f, Revision: st.Revision, SavedAt: st.SavedAt, SavedBy: h.person[st.SavedBy].Name, Mode: string(st.Mode), Version: st.Version, Stale: st.Stale, Fewest: triage.FewestCorrections,
		Choices: []ui.Option{{Value: "0", Label: r.printer.T("triage.as_shipped"), Selected: st.Version == 0}},
	}
	if out.Page, err = r.page(w, r.printer.T("admin.triage"), ui.SectionAdmin); err != nil {
		return err
	}
	for _, m := range []sorting.Mode{sorting.Learning, sorting.Holding, sorting.Off} {
		out.Modes = append(out.Modes, ui.Option{Value: string(m), Label: r.printer.T("triage.mode." + string(m)), Selected: m == st.Mode})
	}
	out.Model = r.asking(st)
	for _, x := range st.Versions {
		l := x.Lesson
		row := ui.TriageVersion{
			Number: x.Number, At: x.At, Adopted: l.Judgement == triage.Adopted, Why: r.printer.T("triage.judged." + string(l.Judgement)),
			Taught: r.measured(l.Taught), Aside: r.measured(l.Aside), Shipped: r.measured(l.Shipped),
		}
		row.InUse = x.Number == st.Version && st.Mode != sorting.Off && !st.Stale
		if row.Adopted {
			n := strconv.Itoa(x.Number)
			out.Choices = append(out.Choices, ui.Option{Value: n, Label: r.printer.T("triage.version_n", "N", n, "Date", r.printer.Date(x.At, r.zone, i18n.Medium)), Selected: x.Number == st.Version})
		}
		out.Versions = append(out.Versions, row)
	}
	for _, p := range st.Corrections {
		was := r.printer.T("ticket.no_topic")
		if p.Was != "" {
			was = r.printer.T("topic." + string(p.Was))
		}
		out.Corrections = append(out.Corrections, ui.TriagePair{Was: was, Topic: r.printer.T("topic." + string(p.Topic)), Count: int64(p.Count)})
		out.Count += int64(p.Count)
	}
	return r.draw(w, formStatus(f), ui.TriagePage(out))
}

// asking shows which outside model is asked, and how that went today.
func (r *request) asking(st sorting.State) ui.TriageModel {
	n := func(v int) string { return r.printer.Number(int64(v)) }
	m := ui.TriageModel{
		May: r.actor.May(auth.ManageWebhooks) && r.actor.Scope().All, On: st.Asking.Model != 0, Daily: strconv.Itoa(cmp.Or(st.Asking.Daily, usualDaily)),
		Today: r.printer.T("triage.model_today", "Asked", n(st.Today.Asked), "Answered", n(st.Today.Answered), "Most", n(st.Asking.Daily)),
	}
	now := strconv.FormatInt(st.Asking.Model, 10)
	if typed := r.PostForm; typed.Has("model") {
		now, m.Daily = typed.Get("model"), typed.Get("daily")
	}
	if st.Today.Problem != "" {
		m.Problem = r.printer.T(st.Today.Problem)
	}
	m.Gone = m.On && !slices.ContainsFunc(st.Models, func(o triage.Outside) bool { return o.ID == st.Asking.Model })
	m.Models = []ui.Option{{Value: "0", Label: r.printer.T("triage.model_none"), Selected: now == "0"}}
	for _, o := range st.Models {
		v := strconv.FormatInt(o.ID, 10)
		m.Models = append(m.Models, ui.Option{Value: v, Label: o.Name, Selected: v == now})
	}
	return m
}

// usualDaily is how many requests a day the form offers.
const usualDaily = 200

// measured words what was read right before something was learned and after it.
func (r *request) measured(m triage.Measure) string {
	if m.After.All == 0 {
		return "–"
	}
	n := func(v int) string { return r.printer.Number(int64(v)) }
	return r.printer.T("triage.measured", "Before", n(m.Before.Right), "After", n(m.After.Right), "All", n(m.After.All))
}

// triageSave says how messages are read from now on.
func (s *server) triageSave(w http.ResponseWriter, r *request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Field("", "error.required")
	}
	seen, _ := strconv.Atoi(r.PostFormValue("revision"))
	version, err := strconv.Atoi(r.PostFormValue("version"))
	if err != nil {
		version = -1 // which is none
	}
	var asking *sorting.Asking
	if r.PostForm.Has("model") {
		model, bad := strconv.ParseInt(r.PostFormValue("model"), 10, 64)
		daily, _ := strconv.Atoi(r.PostFormValue("daily")) // 0 is refused where it matters
		switch {
		case bad != nil:
			asking = &sorting.Asking{Model: -1, Daily: daily} // which is none
		case model == 0:
			asking = &sorting.Asking{}
		default:
			asking = &sorting.Asking{Model: model, Daily: daily}
		}
	}
	if _, err = s.Sorting.Save(r.Context(), r.actor, sorting.Mode(r.PostFormValue("mode")), version, seen, asking); err == nil {
		return r.saved(w, "/admin/triage", r.told("told.saved"))
	}
	f, ok := r.formErrors(err)
	if !ok {
		return err
	}
	return s.drawTriage(w, r, whole(f))
}
