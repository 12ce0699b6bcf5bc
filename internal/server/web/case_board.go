package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/server/web/ui"
)

// casesAll is the queue of everything, beside those of the parties.
const casesAll = "all"

// casesPageSize is how many cases a queue shows at once.
const casesPageSize = 50

// caseTabs are the queues in the order in which they are shown.
func caseTabs() []string {
	tabs := []string{string(cases.ByUs)}
	for _, p := range cases.Parties() {
		if p != cases.ByUs {
			tabs = append(tabs, string(p))
		}
	}
	return append(tabs, casesAll)
}

// casesPage draws the queue of cases.
func (s *server) casesPage(w http.ResponseWriter, r *request) error {
	v, err := r.caseBoard(w, true)
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.CasesPage(v))
}

// casesRows draws the rows of the queue alone.
func (s *server) casesRows(w http.ResponseWriter, r *request) error {
	v, err := r.caseBoard(w, false)
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.CaseRows(v))
}

// casesCounts draws the tabs of the queue alone.
func (s *server) casesCounts(w http.ResponseWriter, r *request) error {
	page, err := r.page(w, "", ui.SectionCases)
	if err != nil {
		return err
	}
	v := ui.CaseBoard{Page: page, Tab: r.caseTab()}
	if v.Tabs, err = r.caseCounts(); err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.CaseTabs(v))
}

// caseTab is the queue that is asked for. Whoever looks for a number wants its
// case, whomever it waits for.
func (r *request) caseTab() string {
	q := r.URL.Query()
	if tab := q.Get("tab"); slices.Contains(caseTabs(), tab) {
		return tab
	}
	if q.Get("q") != "" || q.Get("phase") != "" || q.Get("kind") != "" {
		return casesAll
	}
	return string(cases.ByUs)
}

// caseBoard reads a page of the queue, with the tabs and their counts if they are
// shown.
func (r *request) caseBoard(w http.ResponseWriter, tabs bool) (ui.CaseBoard, error) {
	h, err := r.house()
	if err != nil {
		return ui.CaseBoard{}, err
	}
	page, err := r.page(w, r.printer.T("nav.cases"), ui.SectionCases)
	if err != nil {
		return ui.CaseBoard{}, err
	}
	q := r.URL.Query()
	after, err := strconv.ParseInt(q.Get("after"), 36, 64)
	if q.Get("after") != "" && (err != nil || after <= 0) {
		return ui.CaseBoard{}, errs.Field("after", "error.cursor")
	}
	v := ui.CaseBoard{
		Page: page, Tab: r.caseTab(), First: after == 0,
		Filter: ui.CaseFilter{Q: strings.TrimSpace(q.Get("q")), Kind: q.Get("kind"), Phase: q.Get("phase")},
	}
	for _, k := range cases.Kinds() {
		v.Filter.Kinds = append(v.Filter.Kinds, ui.Option{Value: string(k), Label: r.printer.T("cases.kind." + string(k)), Selected: string(k) == v.Filter.Kind})
	}
	for _, p := range cases.Phases() {
		v.Filter.Phases = append(v.Filter.Phases, ui.Option{Value: string(p), Label: r.printer.T("cases.phase." + string(p)), Selected: string(p) == v.Filter.Phase})
	}
	list, err := r.caseList(v, cases.ID(after))
	if err != nil {
		return v, err
	}
	if len(list) > casesPageSize {
		list = list[:casesPageSize]
		v.Next = strconv.FormatInt(int64(list[len(list)-1].ID), 36)
	}
	if v.Rows, err = r.caseRows(h, list); err != nil || !tabs {
		return v, err
	}
	v.Tabs, err = r.caseCounts()
	return v, err
}

// caseList reads a page of cases and one more. Words are the number of a case or
// that of an order; one that names nothing finds nothing.
func (r *request) caseList(v ui.CaseBoard, after cases.ID) ([]cases.Case, error) {
	f := cases.Filter{Kind: cases.Kind(v.Filter.Kind), Phase: cases.Phase(v.Filter.Phase)}
	if v.Tab != casesAll {
		f.Waits = cases.Party(v.Tab)
	}
	if words := v.Filter.Q; words != "" {
		if n, err := strconv.ParseInt(strings.TrimPrefix(words, "#"), 10, 64); err == nil {
			f.Number = n
			list, err := r.s.Cases.List(r.Context(), r.actor, f, after, casesPageSize+1)
			if err != nil || len(list) > 0 {
				return list, err
			}
			f.Number = 0
		}
		o, err := r.orderNamed(words)
		if err != nil || o == 0 {
			return nil, err
		}
		f.Order = order.ID(o)
	}
	return r.s.Cases.List(r.Context(), r.actor, f, after, casesPageSize+1)
}

// caseCounts counts the queues; that of all cases is not counted, as it only
// grows.
func (r *request) caseCounts() ([]ui.BoardTab, error) {
	counts, err := r.s.Cases.Waiting(r.Context(), r.actor)
	if err != nil {
		return nil, err
	}
	var out []ui.BoardTab
	for _, key := range caseTabs() {
		t := ui.BoardTab{Key: key, Count: -1}
		if key != casesAll {
			n := counts[cases.Party(key)]
			t.Count, t.More = min(n, cases.MaxCount), n > cases.MaxCount
		}
		out = append(out, t)
	}
	return out, nil
}
