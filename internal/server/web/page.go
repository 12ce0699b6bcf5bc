package web

import (
	"net/http"
	"sync"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// page returns what every page shows around its content. The outcome that the
// request before left is taken along.
func (r *request) page(w http.ResponseWriter, title string, section ui.Section) (ui.Page, error) {
	p := ui.Page{
		Printer: r.printer, Title: title, Now: r.now, Zone: r.zone, Path: r.URL.RequestURI(),
		Theme: ui.Theme(r.person.Settings.Theme), Nav: ui.Nav{Section: section},
	}
	if r.flash == nil && !r.htmx() {
		r.flash = r.takeFlash(w)
	}
	p.Flash = r.flash
	if !r.signed() {
		return p, nil
	}
	h, err := r.house()
	if err != nil {
		return p, err
	}
	seat, err := r.seat()
	if err != nil {
		return p, err
	}
	p.Workspace = h.workspace.Name
	p.Me = uiPerson(r.person)
	p.Nav.Mine = int64(seat.counts[ui.ViewMine])
	p.Nav.Admin = r.adminOpen()
	for _, x := range sections {
		if !r.actor.May(x.permission) {
			p.Nav.Closed = append(p.Nav.Closed, x.section)
		}
	}
	p.Roles = h.roleNames()
	p.Allows = r.allows
	p.Bare = seat.bare && len(r.s.Demo) == 0 // a demo has nothing to guard
	p.Live = r.URL.Query().Get("live") != "off" && r.actor.May(auth.ReadTickets)
	p.Tour = ui.Tour{On: !r.person.Settings.TourDone, Step: r.person.Settings.TourStep}
	return p, nil
}

// allows reports whether the reader may ask for a path by a method.
func (r *request) allows(method, path string) bool { return r.s.allows(r.actor, method, path) }

// adminPages lists the pages of the administration in the order of their menu.
var adminPages = []struct {
	name       string
	permission auth.Permission
}{
	{"people", auth.ManagePeople}, {"roles", auth.ManagePeople}, {"teams", auth.ManageTeams}, {"security", auth.Manage}, {"tokens", auth.ManageTokens}, {"audit", auth.ReadAudit}, {"limits", auth.ManagePeople},
	{"mailboxes", auth.ManageMail}, {"macros", auth.ManageMacros}, {"translation", auth.ManageMacros}, {"tags", auth.ManageMacros}, {"fields", auth.ManageFields}, {"webhooks", auth.ManageWebhooks}, {"shops", auth.Manage}, {"proactive", auth.Manage}, {"markets", auth.Manage}, {"pages", auth.Manage},
	{"trackers", auth.ManageWebhooks}, {"payments", auth.ManageWebhooks}, {"plans", auth.ManagePlans}, {"policies", auth.ManagePlans}, {"costs", auth.ManagePlans}, {"rates", auth.ManagePlans}, {"places", auth.ManagePlans}, {"warranties", auth.ManagePlans}, {"agreements", auth.ManagePlans}, {"promises", auth.ManageTeams},
	{"routing", auth.ManageTeams},
	{"automation", auth.ManageTeams}, {"triage", auth.Manage},
}

// sections are the entries of the rail that need a permission.
var sections = []struct {
	section    ui.Section
	permission auth.Permission
	path       string
}{
	{ui.SectionInbox, auth.ReadTickets, "/inbox/" + ui.ViewMine}, {ui.SectionSearch, auth.ReadTickets, "/search"},
	{ui.SectionOrders, auth.ReadOrders, "/orders"}, {ui.SectionCases, auth.ReadCases, "/cases"}, {ui.SectionRefunds, auth.ReadCases, "/refunds"}, {ui.SectionParcels, auth.ReadShipments, "/parcels"}, {ui.SectionWall, auth.ReadTickets, "/wallboard"}, {ui.SectionReports, auth.SeeReports, "/reports"},
}

// roleNames are the names of the roles that the workspace made.
func (h *house) roleNames() map[ui.Role]string {
	out := make(map[ui.Role]string, len(h.roles))
	for _, r := range h.roles {
		out[ui.Role(r.Key)] = r.Name
	}
	return out
}

// adminOpen returns the pages of the administration that are open to the reader.
func (r *request) adminOpen() []string {
	var open []string
	for _, p := range adminPages {
		if r.actor.May(p.permission) {
			open = append(open, p.name)
		}
	}
	return open
}

func uiPerson(p auth.Person) ui.Person {
	return ui.Person{ID: int64(p.ID), Name: p.Name, Email: p.Email, Role: ui.Role(p.Role)}
}

// zones keeps time zones that were read, since reading one opens a file.
type zones struct{ m sync.Map }

func (z *zones) load(name string) *time.Location {
	if l, ok := z.m.Load(name); ok {
		return l.(*time.Location)
	}
	l, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		l = time.UTC
	}
	z.m.Store(name, l)
	return l
}
