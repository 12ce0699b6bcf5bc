package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

func (s *server) home(w http.ResponseWriter, r *request) error {
	to := "/account"
	if len(r.adminOpen()) > 0 {
		to = "/admin"
	}
	for _, x := range slices.Backward(sections) {
		if r.actor.May(x.permission) {
			to = x.path
		}
	}
	http.Redirect(w, r.Request, to, http.StatusSeeOther)
	return nil
}

// inbox draws a view without an open ticket.
func (s *server) inbox(w http.ResponseWriter, r *request) error {
	d, err := r.desk(w, r.PathValue("view"), nil)
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.DeskPage(d))
}

// inboxRows draws the rows of a view alone.
func (s *server) inboxRows(w http.ResponseWriter, r *request) error {
	l, err := r.listing(r.PathValue("view"), r.URL.Query())
	if err != nil {
		return err
	}
	rows, err := r.rows(&l, nil)
	if err != nil {
		return err
	}
	l.list.Rows = rows
	p, err := r.page(w, "", ui.SectionInbox)
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.Rows(p, l.list))
}

// inboxCounts draws the column of views anew.
func (s *server) inboxCounts(w http.ResponseWriter, r *request) error {
	st, err := r.seat()
	if err != nil {
		return err
	}
	p, err := r.page(w, "", ui.SectionInbox)
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.ViewsPart(p, r.uiViews(st), r.URL.Query().Get("view")))
}

// listing is a view with its filter, ready to be read.
type listing struct {
	query ticket.ListQuery
	after ticket.Cursor
	list  ui.List
}

// desk reads a view's page: its list, and the views beside it. The customer of an
// open ticket is read along.
func (r *request) desk(w http.ResponseWriter, view string, open *opened) (ui.Desk, error) {
	q := r.URL.Query()
	if open != nil {
		q.Del("after")
	}
	l, err := r.listing(view, q)
	if err != nil {
		return ui.Desk{}, err
	}
	rows, err := r.rows(&l, open)
	if err != nil {
		return ui.Desk{}, err
	}
	l.list.Rows = rows
	st, err := r.seat()
	if err != nil {
		return ui.Desk{}, err
	}
	title := l.list.View.Name
	if title == "" {
		title = r.printer.T("view." + l.list.View.Key)
	}
	p, err := r.page(w, title, ui.SectionInbox)
	if err != nil {
		return ui.Desk{}, err
	}
	return ui.Desk{Page: p, Views: r.uiViews(st), List: l.list}, nil
}

// listing reads a view's key and the query of its page.
func (r *request) listing(key string, q url.Values) (listing, error) {
	h, err := r.house()
	if err != nil {
		return listing{}, err
	}
	st, err := r.seat()
	if err != nil {
		return listing{}, err
	}
	query, saved, err := viewQuery(r.actor, key, st.views)
	if err != nil {
		return listing{}, err
	}
	l := listing{query: query}
	l.list.View = withCount(ui.View{Key: key}, st)
	if saved != nil {
		l.list.View = withCount(r.uiView(*saved), st)
	}
	if l.after, err = ticket.ParseCursor(q.Get("after")); err != nil {
		return l, err
	}
	l.list.First = q.Get("after") == ""
	l.list.Untaught = len(h.boxes) == 0
	l.filter(r, h, q)
	for _, m := range h.macros {
		if m.Off || m.OfLibrary() { // what is done to many is what the workspace has made
			continue
		}
		l.list.Macros = append(l.list.Macros, ui.Option{Value: id64(m.ID), Label: r.macroName(m)})
	}
	l.list.People, l.list.Teams = r.peopleOptions(h, 0), teamOptions(h, 0)
	return l, nil
}

// filter narrows a listing by the bar above it. A value that names nothing
// matches nothing rather than everything.
func (l *listing) filter(r *request, h *house, q url.Values) {
	f := ui.Filter{
		Q: strings.TrimSpace(q.Get("q")), Status: q.Get("status"), Assignee: q.Get("assignee"), Team: q.Get("team"), Tag: q.Get("tag"),
		Channel: q.Get("channel"), Shop: q.Get("shop"), Due: q.Get("due"), Sort: ui.Sort(q.Get("sort")),
	}
	switch f.Sort {
	case ui.SortOldest, ui.SortNewest, ui.SortDue:
		l.query.Oldest, l.query.Due = f.Sort == ui.SortOldest, f.Sort == ui.SortDue
	default:
		f.Sort = listSort(l.query)
	}
	l.query.Status, l.query.Tag, l.query.Channel = ticket.Status(f.Status), ticket.TagName(f.Tag), ticket.Channel(f.Channel)
	switch f.Assignee {
	case "":
	case "none":
		l.narrow("assignee", "empty", "")
	default:
		l.narrow("assignee", "is", f.Assignee)
	}
	if f.Team != "" {
		l.narrow("team", "is", f.Team)
	}
	if f.Shop != "" {
		l.narrow("shop", "is", f.Shop)
	}
	switch f.Due {
	case "":
	case "late":
		l.narrow("due", "within", "0")
	case "day":
		l.narrow("due", "within", "24")
	default:
		l.narrow("due", "empty", "")
	}
	for _, due := range []string{"late", "day", "none"} {
		f.Dues = append(f.Dues, ui.Option{Value: due, Label: r.printer.T("promise.filter." + due), Selected: f.Due == due})
	}
	if f.Q != "" {
		l.narrow("subject", "has", f.Q)
	}
	for _, st := range ticket.Statuses() {
		f.Statuses = append(f.Statuses, ui.Option{Value: string(st), Label: r.printer.T("status." + string(st)), Selected: f.Status == string(st)})
	}
	f.Assignees = []ui.Option{
		{Value: "me", Label: r.printer.T("option.me"), Selected: f.Assignee == "me"},
		{Value: "none", Label: r.printer.T("option.nobody"), Selected: f.Assignee == "none"},
	}
	chosen, _ := strconv.ParseInt(f.Assignee, 10, 64)
	f.Assignees = append(f.Assignees, r.peopleOptions(h, auth.PersonID(chosen))...)
	team, _ := strconv.ParseInt(f.Team, 10, 64)
	f.Teams = teamOptions(h, auth.TeamID(team))
	for _, t := range h.tags {
		f.Tags = append(f.Tags, ui.Option{Value: t.Name, Label: t.Name, Selected: t.Name == f.Tag})
	}
	for _, c := range []ticket.Channel{ticket.Email} {
		f.Channels = append(f.Channels, ui.Option{Value: string(c), Label: r.printer.T("channel." + string(c)), Selected: string(c) == f.Channel})
	}
	scope := r.actor.Scope()
	for _, shop := range h.shops {
		if !scope.Sees(shop.Resource()) {
			continue
		}
		f.Shops = append(f.Shops, ui.Option{Value: id64(shop.ID), Label: shop.Name, Selected: id64(shop.ID) == f.Shop})
	}
	l.list.Filter = f
}

// listSort names the order of a list.
func listSort(q ticket.ListQuery) ui.Sort {
	switch {
	case q.Due:
		return ui.SortDue
	case q.Oldest:
		return ui.SortOldest
	}
	return ui.SortNewest
}

// narrow adds a test to what the view itself demands.
func (l *listing) narrow(field, op, value string) {
	test := ticket.Condition{Field: field, Op: op, Value: value}
	c := ticket.Condition{Group: true, All: true, Children: []ticket.Condition{test}}
	switch {
	case l.query.Cond == nil:
	case l.query.Cond.Group && l.query.Cond.All:
		c.Children = append(slices.Clone(l.query.Cond.Children), test)
	default:
		c.Children = []ticket.Condition{*l.query.Cond, test}
	}
	l.query.Cond = &c
}

// rows reads a page of a listing. The customer of an open ticket is read along.
func (r *request) rows(l *listing, open *opened) ([]ui.Row, error) {
	tickets, next, err := r.s.Tickets.List(r.Context(), r.actor, l.query, l.after)
	if errs.Is(err, errs.Invalid) && l.query.Cond != nil { // a filter that names nothing
		tickets, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	l.list.Next = next.String()
	if open != nil {
		l.list.Selected = open.thread.Ticket.Number
		if open.customer, err = r.customer(open.thread.Ticket); err != nil {
			return nil, err
		}
	}
	known, err := r.names(tickets)
	if err != nil {
		return nil, err
	}
	return r.uiRows(tickets, known)
}

// names reads the customers of tickets as rows name them, at once.
func (r *request) names(tickets []ticket.Ticket) (map[customer.ID]customer.Customer, error) {
	var ids []customer.ID
	for _, t := range tickets {
		if t.Customer != 0 {
			ids = append(ids, t.Customer)
		}
	}
	if len(ids) == 0 || !r.actor.May(auth.ReadCustomers) {
		return nil, nil
	}
	return r.s.Customers.Named(r.Context(), r.actor, ids)
}

// customer reads the customer of a ticket with their identities; one that is not
// there, or not for the reader, is the zero Customer.
func (r *request) customer(t ticket.Ticket) (customer.Customer, error) {
	if t.Customer == 0 || !r.actor.May(auth.ReadCustomers) {
		return customer.Customer{}, nil
	}
	known, err := r.s.Customers.ByIDs(r.Context(), r.actor, []customer.ID{t.Customer})
	return known[t.Customer], err
}

// uiRows draws tickets as the rows of a list.
func (r *request) uiRows(tickets []ticket.Ticket, known map[customer.ID]customer.Customer) ([]ui.Row, error) {
	h, err := r.house()
	if err != nil {
		return nil, err
	}
	ids := make([]ticket.ID, len(tickets))
	for i, t := range tickets {
		ids[i] = t.ID
	}
	marks, err := r.s.Tickets.MarksOn(r.Context(), r.actor, ids)
	if err != nil {
		return nil, err
	}
	rows := make([]ui.Row, len(tickets))
	for i, t := range tickets {
		c := known[t.Customer]
		rows[i] = ui.Row{
			Number: t.Number, Who: who(r, c), Lang: t.Language, Subject: t.Subject, Preview: t.Preview, Status: ui.Status(t.Status),
			Channel: ui.Channel(t.Channel), Shop: h.shop[t.Shop].Name, Market: h.shop[t.Shop].Market, At: t.LastAt,
			Reasons: reasons(t, c, marks[t.ID].Mentioned), Assignee: h.uiPerson(t.Assignee), Team: h.team[t.Team], Tags: h.uiTags(t.Tags),
			Unread: t.Unread, Priority: ui.Priority(t.Priority.String()), Snoozed: t.SnoozedUntil, Draft: marks[t.ID].Draft, Messages: t.Messages,
			Typing: r.typing(h, t.Number), Due: rowDue(t),
		}
	}
	return rows, nil
}

// who names a customer: by name, else by address.
func who(r *request, c customer.Customer) string {
	if c.Name != "" {
		return c.Name
	}
	if e := c.Email(); e != "" {
		return e
	}
	if len(c.Identities) > 0 {
		return c.Identities[0].Value
	}
	return r.printer.T("customer.unknown")
}

// vip is the tier that marks a customer everywhere.
const vip = "vip"

// reasons says why a ticket deserves attention.
func reasons(t ticket.Ticket, c customer.Customer, mentioned bool) []ui.Reason {
	var out []ui.Reason
	if strings.EqualFold(c.Tier, vip) {
		out = append(out, "vip")
	}
	if mentioned {
		out = append(out, "mention")
	}
	if t.Reopened > 0 && t.Status != ticket.Solved && t.Status != ticket.Closed {
		out = append(out, "reopened")
	}
	if t.FollowUpOf != 0 {
		out = append(out, "followup")
	}
	if t.Alarm != "" && t.Status != ticket.Solved && t.Status != ticket.Closed {
		out = append(out, alarmReason(t.Alarm))
	}
	return out
}

// alarmReason names an alarm. What risks somebody's health is told apart from a ticket at risk.
func alarmReason(a triage.Alarm) ui.Reason {
	if a == triage.Risk {
		return "safety"
	}
	return ui.Reason(a)
}

// typing names somebody else who writes in a ticket.
func (r *request) typing(h *house, number int64) string {
	for _, p := range r.s.Presence.others(r.actor.Workspace, number, r.actor.Person()) {
		if p.typing {
			return h.person[p.person].Name
		}
	}
	return ""
}

// uiPerson returns a colleague, nil for nobody.
func (h *house) uiPerson(id auth.PersonID) *ui.Person {
	p, ok := h.person[id]
	if !ok {
		return nil
	}
	u := uiPerson(p)
	return &u
}

func (h *house) uiTags(names []string) []ui.Tag {
	out := make([]ui.Tag, len(names))
	for i, n := range names {
		out[i] = ui.Tag{Name: n, Color: h.color[n]}
	}
	return out
}

// peopleOptions lists those who can take a ticket, the reader first.
func (r *request) peopleOptions(h *house, chosen auth.PersonID) []ui.Option {
	var out []ui.Option
	for _, p := range h.people {
		if p.Status != auth.Active {
			continue
		}
		o := ui.Option{Value: id64(p.ID), Label: p.Name, Selected: p.ID == chosen}
		if p.ID == r.actor.Person() {
			out = slices.Insert(out, 0, o)
		} else {
			out = append(out, o)
		}
	}
	return out
}

func teamOptions(h *house, chosen auth.TeamID) []ui.Option {
	var out []ui.Option
	for _, t := range h.teams {
		out = append(out, ui.Option{Value: id64(t.ID), Label: t.Name, Selected: t.ID == chosen})
	}
	return out
}

// id64 writes an identifier for an address or a field.
func id64[T ~int64](id T) string { return strconv.FormatInt(int64(id), 10) }
