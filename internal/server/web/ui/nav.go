package ui

import (
	"slices"

	"github.com/a-h/templ"
)

// place is one of the console's main places.
type place struct {
	Section Section
	Href    string
	Icon    string
	Key     string // that leads there
	Badge   int64  // how much waits there for whoever looks; 0 shows none
	Near    bool   // it stands in the bar of a telephone; the others are behind "more"
}

func (x place) name(p Page) string { return p.T("nav." + string(x.Section)) }

// places are the main places that a page's reader may go to, in order.
func (p Page) places() []place {
	return slices.DeleteFunc([]place{
		{SectionInbox, "/inbox/mine", "inbox", "g i", p.Nav.Mine, true},
		{SectionSearch, "/search", "search", "/", 0, false},
		{SectionOrders, "/orders", "package", "g o", 0, true},
		{SectionCases, "/cases", "undo-2", "g c", 0, true},
		{SectionRefunds, "/refunds", "credit-card", "g m", 0, false},
		{SectionParcels, "/parcels", "truck", "g b", 0, true},
		{SectionWall, "/wallboard", "monitor", "g w", 0, false},
		{SectionReports, "/reports", "chart-column", "g r", 0, false},
		{SectionAdmin, "/admin", "settings", "g a", 0, false},
		{SectionAccount, "/account", "circle-user", "g p", 0, false},
	}, func(x place) bool {
		return slices.Contains(p.Nav.Closed, x.Section) || x.Section == SectionAdmin && len(p.Nav.Admin) == 0
	})
}

// inMore marks "more" as current where the page is one of the places behind it.
func inMore(p Page) templ.Attributes {
	return current(slices.ContainsFunc(p.places(), func(x place) bool { return !x.Near && x.Section == p.Nav.Section }), "true")
}
