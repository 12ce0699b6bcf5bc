package web

import (
	"net/http"
	"net/url"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// paletteSize is how many results of one kind the palette shows.
const paletteSize = 6

// palette draws what the command palette finds: tickets, customers, orders,
// views, pages and actions.
func (s *server) palette(w http.ResponseWriter, r *request) error {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	v := ui.Palette{Page: ui.Page{Printer: r.printer, Now: r.now, Zone: r.zone}, Query: q}
	add := func(kind string, items []ui.PaletteItem, err error) error {
		if len(items) > 0 {
			v.Groups = append(v.Groups, ui.PaletteGroup{Kind: kind, Items: items})
		}
		return err
	}
	tickets, err := r.paletteTickets(q)
	if err := add("ticket", tickets, err); err != nil {
		return err
	}
	if q != "" {
		found, err := r.paletteOrders(q)
		if err := add("order", found, err); err != nil {
			return err
		}
		found, err = r.paletteCustomers(q)
		if err := add("customer", found, err); err != nil {
			return err
		}
	}
	views, err := r.paletteViews(q)
	if err := add("view", views, err); err != nil {
		return err
	}
	for _, kind := range []string{"page", "action"} {
		if err := add(kind, r.palettePlaces(kind, q), nil); err != nil {
			return err
		}
	}
	return r.draw(w, http.StatusOK, ui.PaletteResults(v))
}

// paletteTickets finds a ticket by its number, else the newest that match;
// without a query the reader's own.
func (r *request) paletteTickets(q string) ([]ui.PaletteItem, error) {
	var list []ticket.Ticket
	if n, err := parseID(strings.TrimPrefix(q, "#")); err == nil {
		t, err := r.s.Tickets.ByNumber(r.Context(), r.actor, n)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return nil, err
		}
		if err == nil {
			list = append(list, t)
		}
	}
	if q == "" {
		mine, _, err := r.s.Tickets.List(r.Context(), r.actor, ticket.ListQuery{Assignee: r.actor.Person(), Bucket: ticket.InOpen, Limit: paletteSize}, ticket.Cursor{})
		if err != nil {
			return nil, err
		}
		list = mine
	} else if len([]rune(q)) > 1 && len(q) < 200 {
		sq := ticket.ParseSearch(q, r.zone)
		sq.Limit = paletteSize
		page, err := r.s.Tickets.Search(r.Context(), r.actor, sq)
		if err != nil {
			return nil, err
		}
		for _, h := range page.Hits {
			list = append(list, h.Ticket)
		}
	}
	known, err := r.names(list)
	if err != nil {
		return nil, err
	}
	var out []ui.PaletteItem
	for _, t := range list[:min(len(list), paletteSize)] {
		out = append(out, ui.PaletteItem{Href: "/t/" + id64(t.Number), Label: t.Subject, Note: "#" + id64(t.Number) + " · " + who(r, known[t.Customer])})
	}
	return out, nil
}

func (r *request) paletteOrders(q string) ([]ui.PaletteItem, error) {
	key := order.Key(q)
	if key == "" || !r.actor.May(auth.ReadOrders) {
		return nil, nil
	}
	list, err := r.s.Orders.Find(r.Context(), r.actor, []string{key})
	if err != nil {
		return nil, err
	}
	var out []ui.PaletteItem
	for _, o := range list[:min(len(list), paletteSize)] {
		out = append(out, ui.PaletteItem{Href: "/orders/" + id64(o.ID), Label: o.Number, Note: r.money(o.Total, o.Currency)})
	}
	return out, nil
}

func (r *request) paletteCustomers(q string) ([]ui.PaletteItem, error) {
	if !r.actor.May(auth.ReadCustomers) {
		return nil, nil
	}
	list, err := r.s.Customers.Search(r.Context(), r.actor, q, paletteSize)
	if err != nil {
		return nil, err
	}
	var out []ui.PaletteItem
	for _, c := range list {
		out = append(out, ui.PaletteItem{Href: "/customers/" + id64(c.ID), Label: who(r, c), Note: c.Email()})
	}
	return out, nil
}

func (r *request) paletteViews(q string) ([]ui.PaletteItem, error) {
	st, err := r.seat()
	if err != nil {
		return nil, err
	}
	var out []ui.PaletteItem
	for _, v := range r.uiViews(st) {
		name := v.Name
		if name == "" {
			name = r.printer.T("view." + v.Key)
		}
		if q == "" && v.Name == "" && v.Key != ui.ViewMine && v.Key != ui.ViewUnassigned {
			continue
		}
		if contains(name, q) && len(out) < paletteSize {
			out = append(out, ui.PaletteItem{Href: "/inbox/" + url.PathEscape(v.Key), Label: name})
		}
	}
	return out, nil
}

// palettePlaces returns the pages or the actions that the reader may open.
func (r *request) palettePlaces(kind, q string) []ui.PaletteItem {
	var out []ui.PaletteItem
	for _, p := range []struct {
		kind, name, href, key string
		need                  auth.Permission
	}{
		{"page", "inbox", "/inbox/" + ui.ViewMine, "g i", auth.ReadTickets},
		{"page", "search", "/search", "/", auth.ReadTickets},
		{"page", "orders", "/orders", "g o", auth.ReadOrders},
		{"page", "cases", "/cases", "g c", auth.ReadCases},
		{"page", "refunds", "/refunds", "g m", auth.ReadCases},
		{"page", "parcels", "/parcels", "g b", auth.ReadShipments},
		{"page", "lanes", "/lanes", "g l", auth.ReadShipments},
		{"page", "warehouse", "/warehouse", "", auth.ReadCases},
		{"page", "replacements", "/replacements", "g x", auth.ReadCases},
		{"page", "repairs", "/repairs", "g f", auth.ReadCases},
		{"page", "wallboard", "/wallboard", "g w", auth.ReadTickets},
		{"page", "reports", "/reports", "g r", auth.SeeReports},
		{"page", "views", "/views", "", auth.ReadTickets},
		{"page", "account", "/account", "g p", auth.ReadTickets},
		{"page", "people", "/admin/people", "g a", auth.ManagePeople},
		{"page", "teams", "/admin/teams", "", auth.ManageTeams},
		{"page", "mailboxes", "/admin/mailboxes", "", auth.ManageMail},
		{"page", "macros", "/admin/macros", "", auth.ManageMacros},
		{"page", "tags", "/admin/tags", "", auth.ManageMacros},
		{"page", "fields", "/admin/fields", "", auth.ManageFields},
		{"page", "keys", "/keys", "?", auth.ReadTickets},
		{"action", "new_view", "/views/new", "", auth.ReadTickets},
		{"action", "new_macro", "/admin/macros/new", "", auth.ManageMacros},
		{"action", "new_mailbox", "/admin/mailboxes/new", "", auth.ManageMail},
		{"action", "tour", "/tour", "", auth.ReadTickets},
	} {
		label := r.printer.T("goto." + p.name)
		if p.kind == kind && r.actor.May(p.need) && contains(label, q) {
			out = append(out, ui.PaletteItem{Href: p.href, Label: label, Key: p.key})
		}
	}
	if kind == "action" && q != "" {
		out = append(out, ui.PaletteItem{Href: "/search?" + url.Values{"q": {q}}.Encode(), Label: r.printer.T("goto.search_for", "Query", q), Key: ""})
	}
	return out
}

func contains(label, q string) bool {
	return strings.Contains(strings.ToLower(label), strings.ToLower(q))
}

// keys draws the list of keyboard shortcuts as a page.
func (s *server) keys(w http.ResponseWriter, r *request) error {
	p, err := r.page(w, r.printer.T("keys.title"), ui.SectionAccount)
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.KeysPage(ui.Keys{Page: p}))
}

// tourStart begins the tour anew, on the desk.
func (s *server) tourStart(w http.ResponseWriter, r *request) error {
	_, err := s.Auth.SaveProfile(r.Context(), r.actor, auth.Profile{Settings: func(x *auth.Settings) { x.TourDone, x.TourStep = false, 0 }})
	if err != nil {
		return err
	}
	return r.see(w, "/inbox/"+ui.ViewMine, nil)
}

// maxTourStep bounds what the script may say it has shown.
const maxTourStep = 50

// tourStep notes how far the reader came in the tour.
func (s *server) tourStep(w http.ResponseWriter, r *request) error {
	_, err := s.Auth.SaveProfile(r.Context(), r.actor, auth.Profile{Settings: func(x *auth.Settings) {
		x.TourStep = int(min(r.formNumber("step"), maxTourStep))
		x.TourDone = x.TourDone || r.FormValue("done") == "1"
	}})
	if err != nil {
		return err
	}
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		return r.see(w, r.back("/inbox/"+ui.ViewMine), nil)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
