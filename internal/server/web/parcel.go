package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/carrier"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/lanes"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// Lanes says what is expected of parcels, and what lanes did.
type Lanes interface {
	Outlook(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) (map[shipment.ID]lanes.Outlook, error)
	Performance(ctx context.Context, actor auth.Actor, f lanes.Filter) ([]lanes.Row, error)
	Promises(ctx context.Context, actor auth.Actor, f lanes.Filter) ([]lanes.Promise, int, error)
}

// byHand is the source of tracking events that a person tells.
const byHand = "console"

// parcel reads the parcel that a path names.
func (r *request) parcel() (shipment.Shipment, error) {
	n, err := r.number("parcel")
	if err != nil {
		return shipment.Shipment{}, err
	}
	return r.s.Shipments.Get(r.Context(), r.actor, shipment.ID(n))
}

// parcelPage shows a parcel with all that is known of it.
func (s *server) parcelPage(w http.ResponseWriter, r *request) error {
	v, err := r.parcel()
	if err != nil {
		return err
	}
	page, err := r.parcelView(w, v)
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.ParcelPage(page))
}

// parcelView reads all that the page of a parcel shows.
func (r *request) parcelView(w http.ResponseWriter, v shipment.Shipment) (ui.ParcelView, error) {
	page, err := r.page(w, r.printer.T("parcels.title", "Number", cmp.Or(v.Number, r.printer.T("board.no_number"))), ui.SectionParcels)
	if err != nil {
		return ui.ParcelView{}, err
	}
	h, err := r.house()
	if err != nil {
		return ui.ParcelView{}, err
	}
	rows, err := r.parcelRows(h, []shipment.Shipment{v})
	if err != nil {
		return ui.ParcelView{}, err
	}
	events, err := r.s.Shipments.Events(r.Context(), r.actor, v.ID)
	if err != nil {
		return ui.ParcelView{}, err
	}
	out := ui.ParcelView{
		Page: page, Row: rows[0], Service: v.Service, PickedUp: v.PickedUpAt, Delivered: v.DeliveredAt, Seen: v.LastScanAt,
		Arrival: ui.Arrival{CarrierFrom: v.Expected.From, CarrierTo: v.Expected.To},
	}
	if r.s.Lanes != nil {
		outlooks, err := r.s.Lanes.Outlook(r.Context(), r.actor.Workspace, []shipment.Shipment{v})
		if err != nil {
			return out, err
		}
		o := outlooks[v.ID]
		out.Arrival.Early, out.Arrival.Likely, out.Arrival.Late, out.Window = o.Early, o.Likely, o.Late, o.Window
		out.Why = r.sentences(o.Why)
	}
	for _, l := range v.Legs {
		name, link := carrierLink(cmp.Or(l.Name, l.Carrier), l.Number)
		out.Legs = append(out.Legs, ui.ParcelLeg{Seq: l.Seq, Carrier: name, Number: l.Number, Href: link, At: l.LabelAt, Here: l.Seq == v.Leg})
	}
	for _, e := range slices.Backward(events) {
		out.Events = append(out.Events, r.parcelEvent(v, e))
	}
	for _, st := range shipment.Statuses()[1:] {
		out.Statuses = append(out.Statuses, ui.Option{Value: string(st), Label: r.printer.T("parcel." + string(st)), Selected: st == v.Status})
	}
	if out.Letters, err = r.letters(v.Order, v.ID); err != nil {
		return out, err
	}
	if err := r.parcelOrder(&out, h, v); err != nil {
		return out, err
	}
	currency := ""
	if out.Order != nil {
		currency = out.Order.Currency
	}
	if out.Claims, err = r.claimsOf(recovery.Filter{Shipment: v.ID}); err != nil {
		return out, err
	}
	return out, r.parcelTraces(&out, v, cmp.Or(currency, h.shop[v.Shop].Currency, "EUR"))
}

// parcelOrder adds the order of a parcel with its customer and its tickets, as far
// as the reader may see them.
func (r *request) parcelOrder(out *ui.ParcelView, h *house, v shipment.Shipment) error {
	if v.Order == 0 || !r.actor.May(auth.ReadOrders) {
		return nil
	}
	o, err := r.s.Orders.Get(r.Context(), r.actor, v.Order)
	if errs.Is(err, errs.NotFound) { // of a shop that the reader does not see
		return nil
	}
	if err != nil {
		return err
	}
	known, err := r.s.orderCustomers(r, []order.Order{o})
	if err != nil {
		return err
	}
	named := r.namedOrder(h, o, known)
	named.Parcels = nil
	out.Order = &named
	out.Arrival.PromisedFrom, out.Arrival.PromisedTo = o.Promise.From, o.Promise.To
	if r.actor.May(auth.ReadTickets) {
		tickets, _, err := r.s.Tickets.List(r.Context(), r.actor, ticket.ListQuery{Order: o.ID}, ticket.Cursor{})
		if err != nil {
			return err
		}
		for _, t := range tickets {
			out.Tickets = append(out.Tickets, ticketRef(t))
		}
	}
	out.Letter = r.parcelLetter(v, o, known[o.Customer])
	return nil
}

// parcelLetter drafts what is written to the customer of a parcel, in their
// language: what happened and what comes next, in the words of the customer's page.
func (r *request) parcelLetter(v shipment.Shipment, o order.Order, c customer.Customer) ui.ParcelLetter {
	p := i18n.For(i18n.Lang(c.Language))
	letter := ui.ParcelLetter{To: cmp.Or(c.Email(), o.Email), Name: cmp.Or(c.Name, o.ShipTo.Name), Lang: nativeName(c.Language)}
	letter.Subject = p.T("portal.order", "Number", o.Number)
	state := string(v.Status)
	if key := "portal.status." + state; p.Has(key) {
		letter.Subject += " · " + p.T(key)
	}
	if key := "portal.next." + state; p.Has(key) {
		letter.Body = p.T(key)
	}
	if _, link := carrierLink(carrierName(v), v.Number); link != "" {
		letter.Body += "\n\n" + p.T("portal.number") + ": " + v.Number + "\n" + link
	}
	return letter
}

// sentences words what lanes know; a sentence that no catalogue has is left out.
func (r *request) sentences(list []lanes.Sentence) []string {
	var out []string
	for _, x := range list {
		if !r.printer.Has(x.Key) {
			continue
		}
		var args []any
		for name, value := range x.Args {
			switch t := value.(type) {
			case time.Time:
				value = r.printer.Date(t, r.zone, i18n.Brief)
			case string:
				if name == "origin" || name == "dest" {
					value = r.printer.Country(t)
				}
			}
			args = append(args, name, value)
		}
		out = append(out, r.printer.T(x.Key, args...))
	}
	return out
}

// carrierLink names a carrier and returns its page on a number, "" if there is none.
func carrierLink(name, number string) (string, string) {
	key, ok := carrier.Named(name)
	if !ok {
		return name, ""
	}
	c, ok := carrier.ByKey(key)
	if !ok {
		return name, ""
	}
	if number == "" {
		return c.Name, ""
	}
	return c.Name, c.Link(number)
}

// parcelEvent draws one thing that a carrier told.
func (r *request) parcelEvent(v shipment.Shipment, e shipment.Event) ui.ParcelEvent {
	out := ui.ParcelEvent{
		ID: int64(e.ID), Status: ui.ParcelStatus(e.Status), At: e.At, Zoned: e.Zoned, Place: placeName(r.printer, e.Place), Code: e.Code, Text: e.Text,
		Source: e.Source, Arrived: e.ArrivedAt, Correction: e.Correction, ByHand: e.Source == byHand,
	}
	if e.Reason != "" {
		out.Why = r.printer.T("tracking_reason." + string(e.Reason))
	}
	if len(v.Legs) > 1 {
		for _, l := range v.Legs {
			if l.ID == e.Leg {
				out.Carrier, _ = carrierLink(cmp.Or(l.Name, l.Carrier), "")
			}
		}
	}
	if path := "/parcels/" + id64(v.ID) + "/payload/" + id64(e.Payload); e.Payload != 0 && r.allows("GET", path) {
		out.Payload = path
	}
	return out
}

// placeName writes a place for the reader.
func placeName(p *i18n.Printer, place shipment.Place) string {
	var parts []string
	for _, s := range []string{place.City, p.Country(place.Country)} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// parcelPayload saves what a carrier or service sent, as it was sent.
func (s *server) parcelPayload(w http.ResponseWriter, r *request) error {
	id, err := r.number("parcel")
	if err != nil {
		return err
	}
	n, err := r.number("payload")
	if err != nil {
		return err
	}
	body, err := s.Shipments.Payload(r.Context(), r.actor, shipment.ID(id), shipment.PayloadID(n))
	if err != nil {
		return err
	}
	return r.sendFile(w, "application/octet-stream", `attachment; filename="payload-`+id64(n)+`.txt"`, body)
}

// parcelCorrect tells by hand what is, against what the carrier said.
func (s *server) parcelCorrect(w http.ResponseWriter, r *request) error {
	v, err := r.parcel()
	if err != nil {
		return err
	}
	why := strings.TrimSpace(r.FormValue("why"))
	if why == "" {
		return errs.Field("why", "error.required")
	}
	leg := v.Legs[len(v.Legs)-1]
	for _, l := range v.Legs {
		if l.Seq == v.Leg {
			leg = l
		}
	}
	did, err := s.Shipments.Ingest(r.Context(), r.actor, shipment.Delivery{Source: byHand, Reports: []shipment.Report{{
		Number: shipment.Number{Carrier: cmp.Or(leg.Name, leg.Carrier), Number: leg.Number},
		Event: shipment.Event{
			Status: shipment.Status(r.FormValue("status")), Text: why + " (" + r.actor.Name + ")", At: r.now, Zoned: true, Correction: true,
		},
	}}})
	if err != nil {
		return err
	}
	if len(did.Refused) > 0 {
		return did.Refused[0].Err
	}
	return r.see(w, "/parcels/"+id64(v.ID), r.told("parcels.corrected"))
}

// parcelWrite opens a ticket with a message to the customer of a parcel's order.
func (s *server) parcelWrite(w http.ResponseWriter, r *request) error {
	v, err := r.parcel()
	if err != nil {
		return err
	}
	o, err := s.Orders.Get(r.Context(), r.actor, v.Order)
	if err != nil {
		return err
	}
	to, err := addresses("customer", r.FormValue("customer"))
	if err != nil {
		return err
	}
	if len(to) != 1 {
		return errs.Field("customer", "error.address", "address", r.FormValue("customer"))
	}
	to[0].Name = strings.TrimSpace(r.FormValue("name"))
	t, err := s.Tickets.Create(r.Context(), r.actor, ticket.NewTicket{To: to[0], Subject: r.FormValue("subject"), Body: r.FormValue("body"), Key: r.FormValue("key")})
	if err != nil {
		return err
	}
	if t.Order != o.ID {
		if _, err := s.Tickets.SetOrder(r.Context(), r.actor, t.ID, o.Number); err != nil && !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	return r.see(w, "/t/"+id64(t.Number), &ui.Flash{Tone: ui.ToneGood, Text: r.printer.T("said.created", "Number", id64(t.Number))})
}
