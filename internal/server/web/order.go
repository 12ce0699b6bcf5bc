package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// ordersPageSize is how many orders a page shows. likeNamed is how many
// customers of a name are looked at for their orders.
const (
	ordersPageSize = 50
	likeNamed      = 10
)

// query writes a query of names and values in turn, empty values left out.
func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q.Encode()
}

// ordersPage lists orders, newest first, or finds them by number, address or
// the customer's name.
func (s *server) ordersPage(w http.ResponseWriter, r *request) error {
	page, err := r.page(w, r.printer.T("nav.orders"), ui.SectionOrders)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v := ui.Orders{Page: page, Q: strings.TrimSpace(q.Get("q")), Status: q.Get("status"), Shop: q.Get("shop"), Total: -1}
	for _, x := range []struct{ status, key string }{
		{order.Open, "order.status.open"}, {order.Closed, "orders.closed"}, {order.Cancelled, "order.status.cancelled"},
	} {
		v.Statuses = append(v.Statuses, ui.Option{Value: x.status, Label: r.printer.T(x.key), Selected: x.status == v.Status})
	}
	scope := r.actor.Scope()
	for _, shop := range h.shops {
		if !scope.Sees(shop.Resource()) {
			continue
		}
		v.Shops = append(v.Shops, ui.Option{Value: id64(shop.ID), Label: shop.Name, Selected: id64(shop.ID) == v.Shop})
	}
	after, err := parseOrderCursor(q.Get("after"))
	if err != nil {
		return err
	}
	shop, _ := strconv.ParseInt(v.Shop, 10, 64) // any other text is no shop's
	list, err := s.findOrders(r, order.Filter{Shop: order.ShopID(shop), Status: v.Status}, v.Q, after)
	if err != nil {
		return err
	}
	if len(list) > ordersPageSize {
		list = list[:ordersPageSize]
		last := list[len(list)-1]
		v.Next = orderCursor(last)
	}
	known, err := s.orderCustomers(r, list)
	if err != nil {
		return err
	}
	for _, o := range list {
		o.Lines, o.Fulfillments = nil, nil
		v.Rows = append(v.Rows, r.namedOrder(h, o, known))
	}
	return r.draw(w, http.StatusOK, ui.OrdersPage(v))
}

// findOrders reads a page of orders and one more. Words are a mail address, else
// an order's number, else the beginning of a customer's name.
func (s *server) findOrders(r *request, f order.Filter, words string, after order.Cursor) ([]order.Order, error) {
	switch {
	case words == "":
	case strings.Contains(words, "@"):
		f.Email = words
	default:
		f.Keys = append([]string{order.Key(words)}, order.Numbers(words, 10)...)
		f.Keys = slices.DeleteFunc(f.Keys, func(k string) bool { return k == "" })
		if len(f.Keys) == 0 {
			return s.ordersByName(r, f, words)
		}
	}
	list, err := s.Orders.List(r.Context(), r.actor, f, after, ordersPageSize+1)
	if err != nil || len(list) > 0 || len(f.Keys) == 0 || after.ID != 0 {
		return list, err
	}
	f.Keys = nil
	return s.ordersByName(r, f, words)
}

// ordersByName reads the orders of customers with a name, newest first; none for
// who may not see customers.
func (s *server) ordersByName(r *request, f order.Filter, name string) ([]order.Order, error) {
	if !r.actor.May(auth.ReadCustomers) {
		return nil, nil
	}
	people, err := s.Customers.Search(r.Context(), r.actor, name, likeNamed)
	if err != nil {
		return nil, err
	}
	var out []order.Order
	for _, c := range people {
		f.Customer = c.ID
		list, err := s.Orders.List(r.Context(), r.actor, f, order.Cursor{}, ordersPageSize)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	slices.SortStableFunc(out, func(a, b order.Order) int { return b.PlacedAt.Compare(a.PlacedAt) })
	return out[:min(len(out), ordersPageSize)], nil
}

// orderCursor writes the place after an order for an address.
func orderCursor(o order.Order) string {
	return strconv.FormatInt(o.PlacedAt.UnixMilli(), 36) + "." + strconv.FormatInt(int64(o.ID), 36)
}

// parseOrderCursor reads what orderCursor wrote; "" is the beginning.
func parseOrderCursor(s string) (order.Cursor, error) {
	if s == "" {
		return order.Cursor{}, nil
	}
	at, id, _ := strings.Cut(s, ".")
	ms, err1 := strconv.ParseInt(at, 36, 64)
	n, err2 := strconv.ParseInt(id, 36, 64)
	if err1 != nil || err2 != nil || n <= 0 {
		return order.Cursor{}, errs.Field("after", "error.cursor")
	}
	return order.Cursor{PlacedAt: time.UnixMilli(ms).UTC(), ID: order.ID(n)}, nil
}

// orderCustomers reads the customers of orders at once.
func (s *server) orderCustomers(r *request, list []order.Order) (map[customer.ID]customer.Customer, error) {
	var ids []customer.ID
	for _, o := range list {
		if o.Customer != 0 && !slices.Contains(ids, o.Customer) {
			ids = append(ids, o.Customer)
		}
	}
	if len(ids) == 0 || !r.actor.May(auth.ReadCustomers) {
		return nil, nil
	}
	return s.Customers.ByIDs(r.Context(), r.actor, ids)
}

// namedOrder draws an order under the name of its customer, else that of whom it
// is sent to, else the address it was placed with.
func (r *request) namedOrder(h *house, o order.Order, known map[customer.ID]customer.Customer) ui.Order {
	u := r.uiOrder(h, o)
	if c, ok := known[o.Customer]; ok {
		u.Customer = who(r, c)
	}
	u.Customer = cmp.Or(u.Customer, o.Email)
	return u
}

// orderPage shows an order with the tickets about it.
func (s *server) orderPage(w http.ResponseWriter, r *request) error {
	n, err := r.number("order")
	if err != nil {
		return err
	}
	o, err := s.Orders.Get(r.Context(), r.actor, order.ID(n))
	if err != nil {
		return err
	}
	page, err := r.page(w, r.printer.T("order.title", "Number", o.Number), ui.SectionOrders)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	known, err := s.orderCustomers(r, []order.Order{o})
	if err != nil {
		return err
	}
	drawn := r.namedOrder(h, o, known)
	if err := r.orderProducts(w, o, drawn.Lines); err != nil {
		return err
	}
	var tickets []ticket.Ticket
	if r.actor.May(auth.ReadTickets) {
		if tickets, _, err = s.Tickets.List(r.Context(), r.actor, ticket.ListQuery{Order: o.ID}, ticket.Cursor{}); err != nil {
			return err
		}
	}
	v := ui.OrderView{Page: page, Order: drawn}
	if v.Covers, err = r.covers(o, nil); err != nil {
		return err
	}
	for _, t := range tickets {
		v.Tickets = append(v.Tickets, ticketRef(t))
	}
	var sent []shipment.Shipment
	var asked []ui.TraceStep
	if r.actor.May(auth.ReadShipments) {
		if sent, err = s.Shipments.List(r.Context(), r.actor, shipment.Filter{Order: o.ID}, shipment.Cursor{}, boardPageSize); err != nil {
			return err
		}
		if v.Parcels, err = r.parcelRows(h, sent); err != nil {
			return err
		}
		if asked, err = r.orderTraces(sent, v.Parcels); err != nil {
			return err
		}
	}
	if len(v.Parcels) > 0 {
		v.Order.Parcels = nil
	}
	if s.Cases != nil && r.actor.May(auth.ReadCases) {
		about, err := s.Cases.List(r.Context(), r.actor, cases.Filter{Order: o.ID}, 0, casesPageSize)
		if err != nil {
			return err
		}
		for _, c := range about {
			v.Cases = append(v.Cases, ui.CaseRow{ID: int64(c.ID), Number: c.Number, Kind: string(c.Kind), Phase: string(c.Phase)})
		}
	}
	if v.Refunds, err = r.orderRefunds(o.ID); err != nil {
		return err
	}
	v.PaysBack = r.mayPayBack()
	v.Promise = r.promise(o, sent)
	if v.Told, err = r.letters(o.ID, 0); err != nil {
		return err
	}
	v.Timeline = r.orderTimeline(o, sent, asked, tickets, v.Told)
	return r.draw(w, http.StatusOK, ui.OrderPage(v))
}

// promise sets what an order's customer was told beside what became of it, nil if
// nothing was told.
func (r *request) promise(o order.Order, sent []shipment.Shipment) *ui.Promise {
	p := o.Promise
	if p.To.IsZero() {
		return nil
	}
	out := &ui.Promise{
		Service: p.Service, From: p.From, To: p.To, Source: p.Source, At: p.QuotedAt,
		Price: r.moneyOr(p.Price, p.Currency), Duty: r.moneyOr(p.Duty, p.Currency), Tax: r.moneyOr(p.Tax, p.Currency),
	}
	end := r.now
	for _, v := range sent {
		if v.Direction != shipment.Out || v.Status == shipment.Cancelled {
			continue
		}
		if v.DeliveredAt.IsZero() {
			out.Arrived, end = time.Time{}, r.now
			break
		}
		if v.DeliveredAt.After(out.Arrived) {
			out.Arrived, end = v.DeliveredAt, v.DeliveredAt
		}
	}
	// The last day counts to its end, in the westernmost zone too.
	if over := end.Sub(p.To.AddDate(0, 0, 1)); over > 0 && o.Status != order.Cancelled {
		out.Late = int64(over/(24*time.Hour)) + 1
	}
	return out
}

// orderTimeline is what happened with an order, the newest first.
func (r *request) orderTimeline(o order.Order, sent []shipment.Shipment, asked []ui.TraceStep, tickets []ticket.Ticket, letters []ui.Told) []ui.TimelineEntry {
	out := []ui.TimelineEntry{{At: o.PlacedAt, Kind: "order", Text: r.printer.T("order.placed_line")}}
	if !o.DeletedAt.IsZero() {
		out = append(out, ui.TimelineEntry{At: o.DeletedAt, Kind: "order", Text: r.printer.T("order.deleted_line")})
	}
	for _, v := range sent {
		href := "/parcels/" + id64(v.ID)
		for _, x := range []struct {
			at    time.Time
			state shipment.Status
		}{{v.PickedUpAt, shipment.PickedUp}, {v.CustomsSince, shipment.InCustoms}, {v.AttemptAt, shipment.AttemptFailed}, {v.DeliveredAt, shipment.Delivered}} {
			if !x.at.IsZero() {
				out = append(out, ui.TimelineEntry{At: x.at, Kind: "parcel", Text: r.printer.T("parcel."+string(x.state)) + " · " + v.Number, Href: href})
			}
		}
	}
	for _, t := range asked {
		text := r.printer.T("trace.kind."+t.Kind) + " · " + t.Text
		if t.Note != "" {
			text += " · " + t.Note
		}
		out = append(out, ui.TimelineEntry{At: t.At, Kind: "trace", Text: text + " · " + t.Number, By: t.By, Href: "/parcels/" + id64(t.Shipment) + "#traces"})
	}
	for _, t := range tickets {
		out = append(out, ui.TimelineEntry{At: t.CreatedAt, Kind: "ticket", Text: t.Subject, Href: "/t/" + id64(t.Number)})
	}
	out = append(out, r.wroteLines(letters)...)
	slices.SortStableFunc(out, func(a, b ui.TimelineEntry) int { return b.At.Compare(a.At) })
	return out
}
