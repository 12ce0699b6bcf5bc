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
	p.Nav.Admin = r.mayAdmin()
	p.Live = r.URL.Query().Get("live") != "off"
	p.Tour = ui.Tour{On: !r.person.Settings.TourDone, Step: r.person.Settings.TourStep}
	return p, nil
}

// mayAdmin reports whether any of the administration pages is open to the reader.
func (r *request) mayAdmin() bool {
	for _, p := range []auth.Permission{auth.ManagePeople, auth.ManageTeams, auth.ManageMail, auth.ManageMacros, auth.ManageFields} {
		if r.actor.May(p) {
			return true
		}
	}
	return false
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
