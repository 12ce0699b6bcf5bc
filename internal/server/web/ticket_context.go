package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// ordersBeside is how many orders stand beside a ticket.
const ordersBeside = 5

// lettersBeside is how many letters to the customer of its order stand beside a ticket.
const lettersBeside = 3

// context fills the panel beside a thread.
func (r *request) context(h *house, o *opened, near []ticket.Ticket) (ui.Context, error) {
	tk := o.thread.Ticket
	var c ui.Context
	orders, err := r.ordersOf(o)
	if err != nil {
		return c, err
	}
	for i, x := range orders {
		if i == ordersBeside {
			c.MoreOrders = int64(len(orders) - i)
			break
		}
		u := r.uiOrder(h, x)
		u.Linked = x.ID == tk.Order
		u.Why = "sender"
		if u.Linked {
			u.Why = "number"
		}
		if u.Refunds, err = r.orderRefunds(x.ID); err != nil {
			return c, err
		}
		if r.mayPayBack() {
			u.PayBack = ui.PaybackPath(u.ID, tk.Number)
		}
		c.Orders = append(c.Orders, u)
	}
	if tk.Order != 0 && len(c.Orders) > 0 {
		told, err := r.letters(tk.Order, 0)
		if err != nil {
			return c, err
		}
		told = slices.DeleteFunc(told, func(t ui.Told) bool { return !wrote(t) })
		c.Told = told[:min(len(told), lettersBeside)]
	}
	if c.Habit, err = r.habits(h, o, orders); err != nil {
		return c, err
	}
	for i, x := range near {
		if i == nearTickets-1 {
			c.MoreTickets = int64(len(near) - i)
			break
		}
		c.Tickets = append(c.Tickets, ticketRef(x))
	}
	for _, f := range h.fields {
		c.Fields = append(c.Fields, ui.FieldValue{
			Key: f.Key, Label: f.Label, Kind: ui.FieldKind(f.Type), Value: tk.Fields[f.Key], Options: f.Options, Required: f.Required,
		})
	}
	for _, s := range o.thread.Sides {
		c.Sides = append(c.Sides, *uiSide(o.thread.Sides, s.ID))
	}
	if o.customer.ID != 0 {
		u := r.uiCustomer(o.customer)
		u.Orders, u.Tickets = int64(len(orders)), int64(len(near))+1
		u.Spent = spent(r, orders, o.customer)
		c.Customer = &u
	}
	return c, nil
}

// ordersOf returns the order of a ticket and those of its customer, the
// ticket's first. An order is found by the customer alone: mail addresses that
// a thread merely names are not trusted.
func (r *request) ordersOf(o *opened) ([]order.Order, error) {
	if !r.actor.May(auth.ReadOrders) {
		return nil, nil
	}
	tk := o.thread.Ticket
	own, err := r.s.Orders.ForCustomer(r.Context(), r.actor, o.customer.ID, "", 20)
	if err != nil || tk.Order == 0 {
		return own, err
	}
	if i := slices.IndexFunc(own, func(x order.Order) bool { return x.ID == tk.Order }); i >= 0 {
		linked := own[i]
		return slices.Insert(slices.Delete(own, i, i+1), 0, linked), nil
	}
	linked, err := r.s.Orders.Get(r.Context(), r.actor, tk.Order)
	if errs.Is(err, errs.NotFound) {
		return own, nil
	}
	return slices.Insert(own, 0, linked), err
}

// spent adds up what a customer paid, if it was all in one currency.
func spent(r *request, orders []order.Order, c customer.Customer) string {
	sum, currency := int64(0), ""
	for _, o := range orders {
		if o.Customer != c.ID || o.Status == order.Cancelled {
			continue
		}
		if currency != "" && currency != o.Currency {
			return ""
		}
		currency, sum = o.Currency, sum+o.Total-o.Refunded
	}
	if currency == "" {
		return ""
	}
	return r.money(sum, currency)
}

// money writes an amount for the reader; a currency that we do not know is
// written as it stands.
func (r *request) money(minor int64, currency string) string {
	a, err := money.New(minor, currency)
	if err != nil {
		return r.printer.Number(minor) + " " + currency
	}
	return a.Format(string(r.printer.Lang()))
}

// moneyOr writes an amount unless it is zero.
func (r *request) moneyOr(minor int64, currency string) string {
	if minor == 0 {
		return ""
	}
	return r.money(minor, currency)
}

func (r *request) uiCustomer(c customer.Customer) ui.Customer {
	u := ui.Customer{
		ID: int64(c.ID), Name: who(r, c), Lang: nativeName(c.Language), Market: c.Country, Since: c.CreatedAt, Notes: c.Note,
	}
	if strings.EqualFold(c.Tier, vip) {
		u.Tier = vip
	}
	for _, i := range c.Identities {
		u.Identities = append(u.Identities, ui.Identity{Kind: i.Kind, Value: i.Value, Verified: i.Verified})
	}
	return u
}

// uiOrder draws an order with its lines and parcels.
func (r *request) uiOrder(h *house, o order.Order) ui.Order {
	shop := h.shop[o.Shop]
	u := ui.Order{
		ID: int64(o.ID), Number: o.Number, Shop: shop.Name, Market: cmp.Or(shop.Market, o.ShipTo.Country), PlacedAt: o.PlacedAt, Status: orderStatus(o),
		Payment: o.PaymentStatus, Customer: o.ShipTo.Name, CustomerID: int64(o.Customer), Subtotal: r.money(o.Goods, o.Currency),
		Currency: o.Currency, Shipping: r.moneyOr(o.Shipping, o.Currency), Tax: r.moneyOr(o.Tax, o.Currency), Duty: r.moneyOr(o.Duty, o.Currency), Discount: r.moneyOr(-o.Discount, o.Currency),
		Total: r.money(o.Total, o.Currency), Refunded: r.moneyOr(o.Refunded, o.Currency), Country: r.printer.Country(o.ShipTo.Country),
	}
	for _, l := range o.Lines {
		u.Lines = append(u.Lines, ui.OrderLine{
			Title: l.Title, Variant: l.Variant, SKU: l.SKU, Quantity: l.Quantity, Price: r.money(l.Price, o.Currency),
			Total: r.money(l.Price*l.Quantity-l.Discount, o.Currency),
		})
	}
	if o.PaymentMethod != "" {
		u.Payments = []ui.Payment{{Method: o.PaymentMethod, Amount: u.Total, Status: o.PaymentStatus, At: o.PlacedAt}}
	}
	for _, f := range o.Fulfillments {
		u.Parcels = append(u.Parcels, uiParcel(f))
	}
	u.ShipTo = addressLines(o.ShipTo)
	return u
}

// addressLines writes an address as the post of its country wants it (UPU S42
// country templates, by groups), without the country.
func addressLines(a order.Address) []string {
	lines := []string{a.Name, a.Company, a.Line1, a.Line2}
	join := func(sep string, parts ...string) string {
		return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
	}
	switch a.Country {
	case "US", "CA", "AU", "IN", "TH", "ID", "PH", "MY", "SG":
		lines = append(lines, join(", ", a.City, join(" ", a.Region, a.Postcode)))
	case "GB", "IE", "UA", "RU", "KZ", "BY":
		lines = append(lines, a.City, a.Region, a.Postcode)
	case "CN", "JP", "KR", "TW", "HK", "MO": // from the largest to the smallest
		lines = []string{a.Postcode, join(" ", a.Region, a.City), a.Line1, a.Line2, a.Company, a.Name}
	case "BR":
		lines = append(lines, join(" - ", a.City, a.Region), a.Postcode)
	case "IT", "ES", "MX":
		lines = append(lines, join(" ", a.Postcode, a.City, a.Region))
	default:
		lines = append(lines, join(" ", a.Postcode, a.City), a.Region)
	}
	return slices.DeleteFunc(lines, func(s string) bool { return s == "" })
}

func orderStatus(o order.Order) ui.OrderStatus {
	switch {
	case o.Status == order.Cancelled:
		return ui.OrderCancelled
	case o.FulfillmentStatus == "returned":
		return ui.OrderReturned
	case o.FulfillmentStatus == "fulfilled" || o.FulfillmentStatus == "shipped" || o.FulfillmentStatus == "delivered":
		return ui.OrderFulfilled
	case strings.HasPrefix(o.FulfillmentStatus, "partial"):
		return ui.OrderPart
	}
	return ui.OrderOpen
}

// parcelStatuses are the words that a parcel's status may have; a platform's
// other words say no more than whether it has left.
var parcelStatuses = []ui.ParcelStatus{
	ui.ParcelAnnounced, ui.ParcelPicked, ui.ParcelTransit, ui.ParcelCustoms, ui.ParcelOut, ui.ParcelPickup, ui.ParcelAttempt, ui.ParcelHeld,
	ui.ParcelDelivered, ui.ParcelReturning, ui.ParcelReturned, ui.ParcelLost, ui.ParcelDestroyed, ui.ParcelCancelled,
}

func uiParcel(f order.Fulfillment) ui.Parcel {
	p := ui.Parcel{Carrier: f.Carrier, Number: f.Tracking, Status: ui.ParcelStatus(f.Status), At: f.ShippedAt, Delivered: f.DeliveredAt}
	switch {
	case !f.DeliveredAt.IsZero():
		p.Status, p.At = ui.ParcelDelivered, f.DeliveredAt
	case slices.Contains(parcelStatuses, p.Status):
	case !f.ShippedAt.IsZero():
		p.Status = ui.ParcelTransit
	default:
		p.Status = ui.ParcelUnknown
	}
	return p
}

// uiDelivery returns how far a message of ours got.
func (r *request) uiDelivery(m ticket.Message) *ui.Delivery {
	if m.Kind != ticket.KindOutbound || m.Delivery == "" {
		return nil
	}
	d := &ui.Delivery{State: ui.DeliveryState(m.Delivery), At: cmp.Or(m.SentAt, m.SendAt), Detail: m.DeliveryDetail}
	switch m.Delivery {
	case ticket.Scheduled:
		// One that should have left and has not waits for its server or its mailbox.
		if m.SendAt.Sub(m.At) <= r.s.Tickets.UndoSend+time.Second && r.now.Before(m.SendAt.Add(2*time.Second)) {
			d.State, d.Until = ui.Held, m.SendAt
		}
	case ticket.Unknown:
		d.State, d.Detail = ui.Failed, cmp.Or(m.DeliveryDetail, r.printer.T("said.delivery_unknown"))
	}
	return d
}

// authResults lists the checks of a mail's origin; one that nobody made is left out.
func authResults(o ticket.Origin) []ui.AuthResult {
	var out []ui.AuthResult
	for _, x := range []struct{ method, result, detail string }{
		{"SPF", o.SPF, ""}, {"DKIM", o.DKIM, o.Domain}, {"DMARC", o.DMARC, o.Source},
	} {
		if x.result != "" {
			out = append(out, ui.AuthResult{Method: x.method, Result: x.result, Detail: x.detail})
		}
	}
	return out
}

// uiFiles lists a message's attachments. A picture that the mail's own layout
// shows in its place is left out.
func (r *request) uiFiles(m ticket.Message) []ui.File {
	var out []ui.File
	names := ticket.FileNames(m.Files)
	for i, f := range m.Files {
		if f.Inline && f.ContentID != "" && m.HTML != "" {
			continue
		}
		out = append(out, ui.File{ID: int64(m.ID), Name: names[i], Size: r.printer.Bytes(f.Size), Type: f.ContentType, Preview: picture(f.ContentType), Unseen: unseen(f.ContentType)})
	}
	return out
}

// eventLine words a change of a ticket. An event whose kind has no words is left out.
func (r *request) eventLine(h *house, tk ticket.Ticket, e ticket.TimelineEvent) (ui.EventLine, bool) {
	d := eventData{}
	_ = json.Unmarshal(e.Data, &d) // an event of an older shape is worded without its detail
	text, icon := r.happened(h, e.Kind, d)
	if text == "" {
		return ui.EventLine{}, false
	}
	line := ui.EventLine{ID: int64(e.ID), At: e.At, Text: text, By: e.ActorName, Icon: icon}
	if p, ok := h.person[auth.PersonID(e.ActorID)]; ok && e.ActorKind == auth.Agent {
		line.By = p.Name
	}
	if e.CanUndo && r.actor.May(auth.WriteTickets) && tk.MergedInto == 0 {
		line.Undo = undoPath(tk.Number, int64(e.ID))
	}
	return line, true
}

func undoPath(number, event int64) string { return "/t/" + id64(number) + "/undo/" + id64(event) }

// eventData is what the events of a ticket carry, each a few of these.
type eventData struct {
	From       any      `json:"from"`
	To         any      `json:"to"`
	Waiting    string   `json:"waiting"`
	By         string   `json:"by"`
	Added      []string `json:"added"`
	Removed    []string `json:"removed"`
	Until      int64    `json:"until"`
	On         bool     `json:"on"`
	Said       bool     `json:"said"`
	FromNumber int64    `json:"from_number"`
	ToNumber   int64    `json:"to_number"`
	IntoNumber int64    `json:"into_number"`
	Number     int64    `json:"number"`
	Party      string   `json:"party"`
	Kind       string   `json:"kind"`
	FollowUp   int64    `json:"follow_up_of"`
	Target     string   `json:"target"`
	Due        int64    `json:"due"`
	Language   string   `json:"language"`
}

// UnmarshalJSON keeps numbers whole: identifiers need all 63 bits.
func (d *eventData) UnmarshalJSON(raw []byte) error {
	type plain eventData
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return dec.Decode((*plain)(d))
}

// word reads a value that is a word.
func word(v any) string {
	s, _ := v.(string)
	return s
}

// ref reads a value that is an identifier, 0 if it is none.
func ref(v any) int64 {
	n, _ := v.(json.Number)
	id, _ := n.Int64()
	return id
}

// happened words an event and gives its icon.
func (r *request) happened(h *house, kind string, d eventData) (text, icon string) {
	t := r.printer.T
	switch kind {
	case "ticket.opened":
		if d.FollowUp != 0 {
			return t("happened.follow_up"), "forward"
		}
		return t("happened.opened"), "mail"
	case "ticket.reopened":
		return t("happened.reopened"), "rotate-ccw"
	case "ticket.status":
		to := word(d.To)
		if to == string(ticket.Pending) && d.Waiting != "" {
			return t("happened.waiting", "For", t("waiting."+d.Waiting)), "circle-pause"
		}
		return t("happened.status", "Status", t("status."+to)), "circle-check"
	case "ticket.assigned":
		if p, ok := h.person[auth.PersonID(ref(d.To))]; ok {
			if d.By == "reply" {
				return t("happened.took", "Name", p.Name), "user"
			}
			return t("happened.assigned", "Name", p.Name), "user"
		}
		return t("happened.unassigned"), "user"
	case "ticket.team":
		if name := h.team[auth.TeamID(ref(d.To))]; name != "" {
			return t("happened.team", "Team", name), "users"
		}
		return t("happened.no_team"), "users"
	case "ticket.priority":
		return t("happened.priority", "Priority", t("priority."+word(d.To))), "flag"
	case "ticket.language":
		if !d.Said {
			return t("happened.read_language"), "globe"
		}
		return t("happened.language", "Language", r.printer.Language(word(d.To))), "globe"
	case "ticket.topic":
		if word(d.To) == "" {
			return t("happened.no_topic"), "message-circle"
		}
		return t("happened.topic", "Topic", t("topic."+word(d.To))), "message-circle"
	case "ticket.tags":
		switch {
		case len(d.Removed) == 0:
			return t("happened.tagged", "Tags", r.printer.List(d.Added)), "tag"
		case len(d.Added) == 0:
			return t("happened.untagged", "Tags", r.printer.List(d.Removed)), "tag"
		}
		return t("happened.retagged", "Added", r.printer.List(d.Added), "Removed", r.printer.List(d.Removed)), "tag"
	case "ticket.fields":
		return t("happened.fields", "Fields", r.printer.List(r.fieldNames(h, d.To))), "pencil"
	case "ticket.subject":
		return t("happened.subject", "Subject", word(d.To)), "pencil"
	case "ticket.snoozed":
		if d.Until == 0 {
			return t("happened.woken"), "alarm-clock"
		}
		return t("happened.snoozed", "Time", r.printer.DateTime(time.UnixMilli(d.Until), r.zone, i18n.Brief)), "alarm-clock"
	case "ticket.woke":
		return t("happened.woke"), "alarm-clock"
	case "ticket.spam":
		if d.On {
			return t("happened.spam"), "ban"
		}
		return t("happened.not_spam"), "ban"
	case "ticket.order":
		if ref(d.To) != 0 {
			return t("happened.order"), "package"
		}
		return t("happened.no_order"), "package"
	case "ticket.merged":
		return t("happened.merged", "Number", id64(d.FromNumber)), "git-merge"
	case "ticket.merged_away":
		return t("happened.merged_away", "Number", id64(d.IntoNumber)), "git-merge"
	case "ticket.unmerged":
		return t("happened.unmerged"), "git-merge"
	case "ticket.split":
		return t("happened.split", "Number", id64(d.ToNumber)), "split"
	case "ticket.split_off":
		return t("happened.split_off", "Number", id64(d.FromNumber)), "split"
	case "ticket.side_opened":
		return t("happened.side", "Party", t("party."+d.Party)), "forward"
	case "ticket.unsent":
		return t("happened.unsent"), "undo-2"
	case "ticket.hurried":
		return t("happened.hurried"), "send"
	case "ticket.resent":
		return t("happened.resent"), "send"
	case "ticket.bounced":
		return t("happened.bounced"), "triangle-alert"
	case "ticket.promise_soon":
		return t("happened.promise_soon", "What", t("promise.target."+d.Target), "Time", r.printer.DateTime(time.UnixMilli(d.Due), r.zone, i18n.Brief)), "clock"
	case "ticket.promise_broken":
		return t("happened.promise_broken", "What", t("promise.target."+d.Target), "Time", r.printer.DateTime(time.UnixMilli(d.Due), r.zone, i18n.Brief)), "triangle-alert"
	case "ticket.translation":
		if d.On {
			return t("happened.translation_on", "What", r.printer.Language(d.Language)), "languages"
		}
		return t("happened.translation_off", "What", r.printer.Language(d.Language)), "languages"
	case "ticket.undone":
		return t("happened.undone"), "undo-2"
	}
	return "", ""
}

func (r *request) fieldNames(h *house, changed any) []string {
	values, _ := changed.(map[string]any)
	var out []string
	for _, f := range h.fields {
		if _, ok := values[f.Key]; ok {
			out = append(out, f.Label)
		}
	}
	return out
}
