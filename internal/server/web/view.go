package web

import (
	"slices"
	"strconv"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// builtin lists the keys of the built-in views in the order of the column.
var builtin = []string{
	ui.ViewMine, ui.ViewUnassigned, ui.ViewOpen, ui.ViewPending, ui.ViewSnoozed, ui.ViewMentions, ui.ViewSolved, ui.ViewAll, ui.ViewSpam,
}

// viewKey is the key of a saved view in addresses: its number, which no
// built-in key is.
func viewKey(id ticket.ViewID) string { return strconv.FormatInt(int64(id), 10) }

// parseViewKey reads what viewKey wrote; any other text is errs.NotFound.
func parseViewKey(key string) (ticket.ViewID, error) {
	n, err := strconv.ParseInt(key, 10, 64)
	if err != nil || n <= 0 {
		return 0, errs.New(errs.NotFound, "error.not_found")
	}
	return ticket.ViewID(n), nil
}

// viewQuery returns what a view lists, and the saved view behind it if it is
// one. A key that names no view of the reader is errs.NotFound.
func viewQuery(a auth.Actor, key string, saved []ticket.View) (ticket.ListQuery, *ticket.View, error) {
	switch key {
	case ui.ViewMine:
		return ticket.ListQuery{Assignee: a.Person(), Bucket: ticket.InOpen}, nil, nil
	case ui.ViewUnassigned:
		return ticket.ListQuery{Nobody: true, Bucket: ticket.InOpen}, nil, nil
	case ui.ViewOpen:
		return ticket.ListQuery{Bucket: ticket.InOpen}, nil, nil
	case ui.ViewPending:
		return ticket.ListQuery{Bucket: ticket.InWaiting}, nil, nil
	case ui.ViewSnoozed:
		return ticket.ListQuery{Bucket: ticket.InSnoozed}, nil, nil
	case ui.ViewMentions:
		return ticket.ListQuery{Mentions: a.Person()}, nil, nil
	case ui.ViewSolved:
		return ticket.ListQuery{Bucket: ticket.InDone}, nil, nil
	case ui.ViewAll:
		return ticket.ListQuery{Cond: &ticket.Condition{Field: "bucket", Op: "not", Value: string(ticket.InSpam)}}, nil, nil
	case ui.ViewSpam:
		return ticket.ListQuery{Bucket: ticket.InSpam}, nil, nil
	}
	id, err := parseViewKey(key)
	if err != nil {
		return ticket.ListQuery{}, nil, err
	}
	i := slices.IndexFunc(saved, func(v ticket.View) bool { return v.ID == id })
	if i < 0 {
		return ticket.ListQuery{}, nil, errs.New(errs.NotFound, "error.not_found")
	}
	v := saved[i]
	return ticket.ListQuery{Cond: &v.Condition, Oldest: v.Sort == string(ui.SortOldest), Due: v.Sort == string(ui.SortDue)}, &v, nil
}

// uiViews returns the column of views: the built-in ones, then the saved ones.
func (r *request) uiViews(st *seat) []ui.View {
	out := make([]ui.View, 0, len(builtin)+len(st.views))
	for _, key := range builtin {
		out = append(out, withCount(ui.View{Key: key}, st))
	}
	for _, v := range st.views {
		out = append(out, withCount(r.uiView(v), st))
	}
	return out
}

// uiView returns a saved view without its count.
func (r *request) uiView(v ticket.View) ui.View {
	return ui.View{Key: viewKey(v.ID), Name: v.Name, Shared: v.Person == 0, Own: v.Person != 0 || r.actor.May(auth.ManageMacros)}
}

func withCount(v ui.View, st *seat) ui.View {
	n := st.counts[v.Key]
	v.Count, v.More = int64(min(n, countLimit)), n > countLimit
	return v
}
