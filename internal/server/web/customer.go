package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/server/web/ui"
)

// What a customer's page shows at most of each.
const (
	customerTickets = 100
	customerOrders  = 100
)

// customerID reads the customer that the path names.
func (r *request) customerID() (customer.ID, error) {
	n, err := r.number("customer")
	return customer.ID(n), err
}

// customerPage shows a customer with all that happened; one that was merged
// away leads to the one that took over.
func (s *server) customerPage(w http.ResponseWriter, r *request) error {
	id, err := r.customerID()
	if err != nil {
		return err
	}
	c, err := s.Customers.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	if c.MergedInto != 0 {
		return r.see(w, customerPath(c.MergedInto), nil)
	}
	return s.drawCustomer(w, r, c, ui.Form{})
}

func customerPath(id customer.ID) string { return "/customers/" + id64(id) }

func (s *server) drawCustomer(w http.ResponseWriter, r *request, c customer.Customer, f ui.Form) error {
	page, err := r.page(w, who(r, c), ui.SectionInbox)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	var tickets []ticket.Ticket
	if r.actor.May(auth.ReadTickets) {
		if tickets, err = s.Tickets.OfCustomer(r.Context(), r.actor, c.ID, customerTickets); err != nil {
			return err
		}
	}
	var orders []order.Order
	if r.actor.May(auth.ReadOrders) {
		if orders, err = s.Orders.ForCustomer(r.Context(), r.actor, c.ID, "", customerOrders); err != nil {
			return err
		}
	}
	merges, err := s.Customers.Merges(r.Context(), r.actor, c.ID)
	if err != nil {
		return err
	}
	v := ui.CustomerView{Page: page, Form: f, Customer: r.uiCustomer(c), Langs: customerLangs(r, c.Language), Agents: customerAgents(r, h, c.Agent)}
	v.Customer.Orders, v.Customer.Tickets, v.Customer.Spent = int64(len(orders)), int64(len(tickets)), spent(r, orders, c)
	for _, o := range orders {
		v.Orders = append(v.Orders, r.uiOrder(h, o))
	}
	for _, t := range tickets {
		v.Tickets = append(v.Tickets, ticketRef(t))
	}
	v.Timeline = r.timeline(tickets, orders, merges)
	return r.draw(w, formStatus(f), ui.CustomerPage(v))
}

// timeline puts what happened with a customer in order, newest first.
func (r *request) timeline(tickets []ticket.Ticket, orders []order.Order, merges []customer.Merge) []ui.TimelineEntry {
	var out []ui.TimelineEntry
	add := func(e ui.TimelineEntry) {
		if !e.At.IsZero() {
			out = append(out, e)
		}
	}
	t := r.printer.T
	for _, x := range tickets {
		add(ui.TimelineEntry{At: x.CreatedAt, Kind: "ticket", Text: t("timeline.ticket", "Number", id64(x.Number), "Subject", x.Subject), Href: "/t/" + id64(x.Number)})
	}
	for _, o := range orders {
		href := "/orders/" + id64(o.ID)
		add(ui.TimelineEntry{At: o.PlacedAt, Kind: "order", Text: t("timeline.order", "Number", o.Number, "Total", r.money(o.Total, o.Currency)), Href: href})
		for _, f := range o.Fulfillments {
			carrier := cmp.Or(strings.TrimSpace(f.Carrier+" "+f.Tracking), o.Number)
			add(ui.TimelineEntry{At: f.ShippedAt, Kind: "parcel", Text: t("timeline.shipped", "Number", o.Number, "Carrier", carrier), Href: href})
			add(ui.TimelineEntry{At: f.DeliveredAt, Kind: "parcel", Text: t("timeline.delivered", "Number", o.Number, "Carrier", carrier), Href: href})
		}
	}
	for _, m := range merges {
		add(ui.TimelineEntry{
			At: m.At, Kind: "merge", Text: t("timeline.merge", "Name", cmp.Or(m.Name, t("timeline.somebody"))), Undo: customerUndo(m.Event),
		})
	}
	slices.SortStableFunc(out, func(a, b ui.TimelineEntry) int { return b.At.Compare(a.At) })
	return out
}

func customerUndo(e event.ID) string { return "/customers/undo/" + id64(e) }

// customerAgents lists who may be a customer's own person, and who is.
func customerAgents(r *request, h *house, chosen auth.PersonID) []ui.Option {
	out := []ui.Option{{Value: "0", Label: r.printer.T("ticket.nobody"), Selected: chosen == 0}}
	for _, p := range h.people {
		if p.Status == auth.Active || p.ID == chosen {
			out = append(out, ui.Option{Value: id64(p.ID), Label: p.Name, Selected: p.ID == chosen})
		}
	}
	return out
}

// customerLangs lists the languages in which customers are served, and the
// customer's own if it is none of them. A regional form of a language keeps its
// tag under the language's name.
func customerLangs(r *request, chosen string) []ui.Option {
	out := []ui.Option{{Label: r.printer.T("field.none"), Selected: chosen == ""}}
	known := chosen == ""
	for _, l := range i18n.Customer() {
		o := ui.Option{Value: string(l), Label: i18n.NativeName(l), Selected: string(l) == chosen}
		if strings.HasPrefix(chosen, o.Value+"-") && !known && !slices.Contains(i18n.Customer(), i18n.Lang(chosen)) {
			o.Value, o.Selected = chosen, true
		}
		out, known = append(out, o), known || o.Selected
	}
	if !known {
		out = append(out, ui.Option{Value: chosen, Label: chosen, Selected: true})
	}
	return out
}

// refuseCustomer shows a customer's page again with what was wrong.
func (s *server) refuseCustomer(w http.ResponseWriter, r *request, id customer.ID, field string, cause error) error {
	f, ok := r.formErrors(cause)
	if !ok {
		return cause
	}
	if text := whole(f).Errors[""]; field != "" {
		f = ui.Form{Errors: map[string]string{field: text}}
	}
	c, err := s.Customers.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	return s.drawCustomer(w, r, c, f)
}

// customerSave changes what is known of a customer.
func (s *server) customerSave(w http.ResponseWriter, r *request) error {
	id, err := r.customerID()
	if err != nil {
		return err
	}
	name, lang, tier, note := r.PostFormValue("name"), r.PostFormValue("lang"), r.PostFormValue("tier"), strings.ReplaceAll(r.PostFormValue("notes"), "\r\n", "\n")
	c, err := s.Customers.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	u := customer.Update{Name: &name, Language: &lang, Note: &note}
	if text := r.PostFormValue("agent"); text != "" {
		who, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return s.refuseCustomer(w, r, id, "agent", errs.Field("agent", "error.assignee"))
		}
		own := auth.PersonID(who)
		u.Agent = &own
	}
	// The form knows one tier; a merchant's other word for one stays.
	if tier == vip || strings.EqualFold(c.Tier, vip) {
		u.Tier = &tier
	}
	if _, err := s.Customers.Update(r.Context(), r.actor, id, u); err != nil {
		return s.refuseCustomer(w, r, id, "", err)
	}
	return r.see(w, r.back(customerPath(id)), r.told("told.saved"))
}

// customerVerb tells apart what stands below a customer's path.
func (s *server) customerVerb(w http.ResponseWriter, r *request) error {
	verb := r.PathValue("verb")
	switch {
	case r.PathValue("customer") == "undo":
		return s.customerUnmerge(w, r)
	case verb == "identity":
		return s.customerIdentity(w, r)
	case verb == "merge":
		return s.customerMerge(w, r)
	}
	return errs.New(errs.NotFound, "error.not_found")
}

// customerIdentity adds an address to a customer or takes one away.
func (s *server) customerIdentity(w http.ResponseWriter, r *request) error {
	id, err := r.customerID()
	if err != nil {
		return err
	}
	if gone := r.PostFormValue("remove"); gone != "" {
		c, err := s.Customers.Get(r.Context(), r.actor, id)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(c.Identities, func(x customer.Identity) bool { return x.Value == gone })
		if i < 0 {
			return errs.New(errs.NotFound, "error.not_found")
		}
		if err := s.Customers.Unlink(r.Context(), r.actor, id, c.Identities[i]); err != nil {
			return s.refuseCustomer(w, r, id, "value", err)
		}
		return r.see(w, customerPath(id), r.told("told.saved"))
	}
	kind := customer.Email
	if r.PostFormValue("kind") == customer.Phone {
		kind = customer.Phone
	}
	if _, err := s.Customers.Link(r.Context(), r.actor, id, customer.Identity{Kind: kind, Value: r.PostFormValue("value")}); err != nil {
		return s.refuseCustomer(w, r, id, "value", err)
	}
	return r.see(w, customerPath(id), r.told("told.saved"))
}

// customerMerge merges another customer, named by number or address, into this
// one.
func (s *server) customerMerge(w http.ResponseWriter, r *request) error {
	id, err := r.customerID()
	if err != nil {
		return err
	}
	into, err := s.Customers.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	other, err := s.otherCustomer(r, strings.TrimSpace(r.PostFormValue("other")))
	if err != nil {
		return s.refuseCustomer(w, r, id, "other", err)
	}
	done, err := s.Customers.Merge(r.Context(), r.actor, other.ID, id)
	if err != nil {
		return s.refuseCustomer(w, r, id, "other", err)
	}
	flash := r.told("told.customer_merged", "From", who(r, other), "Into", who(r, into))
	flash.Undo = customerUndo(done)
	return r.see(w, r.back(customerPath(id)), flash)
}

func (s *server) otherCustomer(r *request, named string) (customer.Customer, error) {
	var c customer.Customer
	n, err := strconv.ParseInt(named, 10, 64)
	switch {
	case strings.Contains(named, "@"):
		c, err = s.Customers.ByEmail(r.Context(), r.actor.Workspace, named)
	case err == nil:
		c, err = s.Customers.Get(r.Context(), r.actor, customer.ID(n))
	default:
		err = errs.New(errs.NotFound, "error.not_found")
	}
	if errs.Is(err, errs.NotFound) {
		return c, errs.Field("other", "error.customer_unknown", "value", named)
	}
	return c, err
}

// customerUnmerge undoes a merge.
func (s *server) customerUnmerge(w http.ResponseWriter, r *request) error {
	n, err := r.number("verb")
	if err != nil {
		return err
	}
	if err := s.Customers.Unmerge(r.Context(), r.actor, event.ID(n)); err != nil {
		return err
	}
	back := r.back("/")
	if back == "/" {
		back = local(strings.TrimPrefix(r.Referer(), r.base()), "/")
	}
	return r.see(w, back, r.told("told.customer_unmerged"))
}
