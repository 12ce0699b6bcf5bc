package web

import (
	"net/url"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/sold"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// soldRows is how many orders, tickets and parcels the page of a product shows at once.
const soldRows = 10

// productSold reads what became of a product's orders, as far as the reader may see it:
// figures, and a page of orders, tickets and parcels, each from the place that the
// address names.
func (r *request) productSold(h *house, p product.Product) (ui.ProductSold, error) {
	q := r.URL.Query()
	desk := sold.Desk{Orders: r.s.Orders, Tickets: r.s.Tickets, Shipments: r.s.Shipments}
	figures, err := desk.Count(r.Context(), r.actor, p, r.now, sold.DefaultDays)
	if err != nil {
		return ui.ProductSold{}, err
	}
	v := ui.ProductSold{Days: sold.DefaultDays, Figures: r.soldFigures(figures), Sought: url.Values{}}
	for _, name := range []string{"orders", "tickets", "parcels"} {
		if place := q.Get(name); place != "" {
			v.Sought.Set(name, place)
		}
	}
	of := sold.Of(p, time.Time{})
	if v.SeesOrders = r.actor.May(auth.ReadOrders); v.SeesOrders {
		if err := r.soldOrders(h, p, of, &v); err != nil {
			return v, err
		}
	}
	if v.SeesTickets = r.actor.May(auth.ReadTickets); v.SeesTickets {
		after, err := ticket.ParseCursor(q.Get("tickets"))
		if err != nil {
			return v, err
		}
		list, next, err := r.s.Tickets.List(r.Context(), r.actor, ticket.ListQuery{Sold: &of, Limit: soldRows}, after)
		if err != nil {
			return v, err
		}
		for _, t := range list {
			v.Tickets = append(v.Tickets, ticketRef(t))
		}
		v.MoreTickets = next.String()
	}
	if v.SeesParcels = r.actor.May(auth.ReadShipments); v.SeesParcels {
		after, err := strconv.ParseInt("0"+q.Get("parcels"), 10, 64)
		if err != nil {
			return v, errs.Field("parcels", "error.cursor")
		}
		list, err := r.s.Shipments.List(r.Context(), r.actor, shipment.Filter{Sold: &of}, shipment.Cursor{ID: shipment.ID(after)}, soldRows+1)
		if err != nil {
			return v, err
		}
		if len(list) > soldRows {
			list = list[:soldRows]
			v.MoreParcels = id64(list[soldRows-1].ID)
		}
		if v.Parcels, err = r.parcelRows(h, list); err != nil {
			return v, err
		}
	}
	return v, nil
}

// soldOrders adds a page of a product's orders, with how many of it each has.
func (r *request) soldOrders(h *house, p product.Product, of order.Sold, v *ui.ProductSold) error {
	after, err := parseOrderCursor(r.URL.Query().Get("orders"))
	if err != nil {
		return err
	}
	list, err := r.s.Orders.Sold(r.Context(), r.actor, of, after, soldRows+1)
	if err != nil {
		return err
	}
	if len(list) > soldRows {
		list = list[:soldRows]
		v.MoreOrders = orderCursor(list[soldRows-1])
	}
	known, err := r.s.orderCustomers(r, list)
	if err != nil {
		return err
	}
	for _, o := range list {
		row := ui.SoldOrder{}
		for _, l := range o.Lines {
			if _, ok := p.Variant(l.SKU); ok {
				row.Units += int64(l.Quantity)
			}
		}
		o.Lines, o.Fulfillments = nil, nil
		row.Order = r.namedOrder(h, o, known)
		v.Orders = append(v.Orders, row)
	}
	return nil
}

// soldFigures draws the figures of a product that the reader may see.
func (r *request) soldFigures(f sold.Figures) []ui.SoldFigure {
	var out []ui.SoldFigure
	add := func(name string, n *sold.Tally, tone ui.Tone) {
		if n == nil {
			return
		}
		if n.N == 0 {
			tone = ui.ToneNone
		}
		out = append(out, ui.SoldFigure{Name: name, N: n.N, More: n.More, Tone: tone})
	}
	add("units", f.Units, ui.ToneNone)
	add("orders", f.Orders, ui.ToneNone)
	add("tickets", f.Tickets, ui.ToneNone)
	add("open", f.Open, ui.ToneWarn)
	add("parcels", f.Parcels, ui.ToneNone)
	add("risk", f.AtRisk, ui.ToneWarn)
	add("lost", f.Astray, ui.ToneBad)
	return out
}
