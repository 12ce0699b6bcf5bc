package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/webhook"
)

// stage makes fresh records for every sample of the examples, fit for one
// operation, and returns which real identifier stands for which sample.
func (m *merchant) stage(op string) map[string]string {
	w, ctx, out := m.w, context.Background(), map[string]string{}
	w.t.Helper()
	w.seq++
	n := fmt.Sprintf("%s %d", m.mark, w.seq)
	host := fmt.Sprintf("%s%d.example", strings.ToLower(m.mark), w.seq)
	put := func(k kind, other bool, v int64) { out[sample(k, other)] = id.Format(k.prefix(), v) }

	_, guest, err := w.auth.Invite(ctx, m.owner, "guest@"+host, n, auth.AgentRole, false, nil)
	must(w.t, err)
	put(aPerson{}, false, m.owner.ID)
	if strings.HasPrefix(op, "person") && !strings.Contains(op, "Session") {
		put(aPerson{}, false, int64(guest.ID))
	}
	team, err := w.auth.SaveTeam(ctx, m.owner, auth.Team{Name: n})
	must(w.t, err)
	put(aTeam{}, false, int64(team.ID))
	put(aShop{}, false, int64(m.shop.ID))
	box, err := w.tickets.SaveMailbox(ctx, m.owner, ticket.Mailbox{
		Address: "help@" + host, Name: n, Shop: m.shop.ID, Settings: ticket.MailSettings{InKind: "off", OutKind: "smtp", OutHost: "127.0.0.1", OutPort: 25, OutTLS: "none"},
	})
	must(w.t, err)
	put(aMailbox{}, false, int64(box.ID))
	if op == "mailboxDelete" { // one without mail
		spare, err := w.tickets.SaveMailbox(ctx, m.owner, ticket.Mailbox{Address: "spare@" + host, Settings: ticket.MailSettings{InKind: "off", OutKind: "off"}})
		must(w.t, err)
		put(aMailbox{}, false, int64(spare.ID))
	}
	for _, tag := range []string{"customs", "vip"} {
		must(w.t, w.tickets.SaveTag(ctx, m.owner, ticket.Tag{Name: tag, Color: "sand"}))
	}
	macro, err := w.tickets.SaveMacro(ctx, m.owner, ticket.Macro{Name: n, Bodies: map[string]string{"": "Hello {{ customer.first_name }} " + m.mark}, Actions: ticket.MacroActions{AddTags: []string{"vip"}}})
	must(w.t, err)
	put(aMacro{}, false, int64(macro.ID))
	fields, err := w.tickets.Fields(ctx, m.owner)
	must(w.t, err)
	i := slices.IndexFunc(fields, func(f ticket.Field) bool { return f.Key == "defect" })
	if i < 0 {
		f, err := w.tickets.SaveField(ctx, m.owner, ticket.Field{Key: "defect", Label: m.mark + " defect", Type: ticket.SelectField, Options: []string{"zip", "seam"}})
		must(w.t, err)
		fields, i = append(fields, f), len(fields)
	}
	put(aField{}, false, int64(fields[i].ID))
	if op == "fieldCreate" {
		for _, f := range fields {
			if f.Key == "batch" {
				must(w.t, w.tickets.DeleteField(ctx, m.owner, f.ID))
			}
		}
	}
	views, err := w.tickets.Views(ctx, m.owner)
	must(w.t, err)
	if len(views) > 100 { // those of earlier stages: only so many are listed
		for _, v := range views {
			must(w.t, w.tickets.DeleteView(ctx, m.owner, v.ID))
		}
	}
	view, err := w.tickets.SaveView(ctx, m.owner, ticket.View{Name: n, Sort: sortNewest, Condition: ticket.Condition{Field: "status", Op: "is", Value: "open"}})
	must(w.t, err)
	put(aView{}, false, int64(view.ID))
	_, tok, err := w.auth.CreateToken(ctx, m.owner, auth.NewToken{Name: n, Scopes: []auth.Permission{auth.ReadTickets}})
	must(w.t, err)
	put(aToken{}, false, int64(tok.ID))
	roles, err := w.auth.Roles(ctx, m.owner)
	must(w.t, err)
	if !slices.ContainsFunc(roles, func(r auth.CustomRole) bool { return r.Key == "claims-desk" }) {
		r, err := w.auth.SaveRole(ctx, m.owner, auth.CustomRole{Name: "Claims desk", Permissions: []auth.Permission{auth.ReadTickets}})
		must(w.t, err)
		out["claims-desk"] = string(r.Key)
	}
	o, _, err := w.orders.Save(ctx, m.owner, order.New{
		Shop: m.shop.ID, ExternalID: n, Number: "DE-10482", Email: "anna@" + host, CustomerName: n, Currency: "EUR", Goods: 5000, Total: 5490, Shipping: 490, PlacedAt: w.now(),
		Lines: []order.Line{{Title: m.mark + " tent", Quantity: 1, Price: 5000}}, Fulfillments: []order.Fulfillment{{Carrier: "DHL", Tracking: "00340434", Status: "in_transit"}},
	})
	must(w.t, err)
	put(anOrder{}, false, int64(o.ID))
	goods, _, err := w.products.Save(ctx, m.owner, product.New{
		Shop: m.shop.ID, ExternalID: n, Title: m.mark + " tent", Currency: "EUR", Variants: []product.Variant{{ExternalID: n, SKU: "TENT-2P", Price: 5000}},
	})
	must(w.t, err)
	put(aProduct{}, false, int64(goods.ID))
	sending, err := plan.Parse([]byte(`{"currency": "EUR", "warehouses": [{"key": "cn", "name": "Shenzhen", "country": "CN", "zone": "Asia/Shanghai", "cut_off": "16:00", "handling_days": 1}], "zones": [{"key": "eu", "name": "EU", "countries": ["DE", "PL"]}], "services": [{"key": "economy", "name": {"default": "Economy"}, "from": ["cn"], "rates": [{"zone": "eu", "days": [7, 12], "steps": [{"to_grams": 2000, "price": 490}]}]}], "returns": {"days": 30}}`))
	must(w.t, err)
	_, err = w.plans.Save(ctx, m.owner, plan.Main, sending)
	must(w.t, err)
	_, err = policy.New(policy.Config{Store: w.store, Rates: w.rates, Journal: w.store, Now: w.now}).Save(ctx, m.owner, "standard", "currency: EUR\nterms: {windows: {refund: 41}, fallback: {method: bank, days: 5}, trigger: receipt}\n")
	must(w.t, err)
	_, err = w.rates.Put(ctx, m.owner, fx.Rate{Base: "USD", Quote: "CNY", Value: fx.Decimal{Digits: 72, Scale: 1}})
	must(w.t, err)
	sent, err := w.shipments.List(ctx, m.owner, shipment.Filter{Order: o.ID}, shipment.Cursor{}, 1)
	must(w.t, err)
	put(aShipment{}, false, int64(sent[0].ID))
	_, err = w.shipments.Ingest(ctx, m.owner, shipment.Delivery{Source: "api", Payload: []byte("told " + m.mark), Reports: []shipment.Report{
		{Number: shipment.Number{Carrier: "DHL", Number: "00340434"}, Event: shipment.Event{Status: shipment.InTransit, At: w.now()}},
	}})
	must(w.t, err)
	told, err := w.shipments.Events(ctx, m.owner, sent[0].ID)
	must(w.t, err)
	put(aPayload{}, false, int64(told[0].Payload))
	traced, err := w.traces.List(ctx, m.owner, trace.Filter{Shipment: sent[0].ID}, trace.Cursor{}, 1)
	must(w.t, err)
	if len(traced) == 0 { // a parcel has one
		one, err := w.traces.Open(ctx, m.owner, trace.NewTrace{Shipment: sent[0].ID})
		must(w.t, err)
		traced = append(traced, one)
	}
	if op == "traceOpen" {
		_, err = w.traces.Close(ctx, m.owner, traced[0].ID, trace.Found)
		must(w.t, err)
	}
	put(aTrace{}, false, int64(traced[0].ID))

	first, msg := m.mail(box, "anna@"+host, n+" parcel")
	_, err = w.tickets.Note(ctx, m.owner, first, ticket.NewNote{Body: "note " + m.mark})
	must(w.t, err)
	second, _ := m.mail(box, "maria@"+host, n+" other parcel")
	reply, err := w.tickets.Reply(ctx, m.owner, first, ticket.NewReply{Body: "answer " + m.mark})
	must(w.t, err)
	put(aTicket{}, false, int64(first))
	put(aTicket{}, true, int64(second))
	put(aMessage{}, false, int64(msg))
	put(aMessage{}, true, int64(reply.ID))
	side, err := w.tickets.OpenSide(ctx, m.owner, first, ticket.NewSide{Kind: "carrier", To: ticket.Address{Address: "claims@carrier.example"}, Subject: n, Body: m.mark})
	must(w.t, err)
	put(aSide{}, false, int64(side.ID))
	_, err = w.tickets.ChangeTags(ctx, m.owner, first, []string{"customs"}, nil)
	must(w.t, err)
	done, err := w.tickets.SetPriority(ctx, m.owner, first, ticket.High)
	must(w.t, err)
	put(anEvent{}, false, int64(done))
	if op == "messageRetry" {
		a, err := w.store.ActionByKey(ctx, m.workspace.ID, ticket.SendKey(reply.ID))
		must(w.t, err)
		_, err = w.store.MoveAction(ctx, a, []action.State{action.Ready}, action.Failed)
		must(w.t, err)
		must(w.t, w.tickets.SetDelivery(ctx, m.workspace.ID, reply.ID, action.Failed, "550 no"))
	}
	if op == "ticketFollowUp" {
		_, err := w.tickets.SetStatus(ctx, m.owner, first, ticket.Closed, "")
		must(w.t, err)
	}

	tk, err := w.tickets.Get(ctx, m.owner, first)
	must(w.t, err)
	other, err := w.tickets.Get(ctx, m.owner, second)
	must(w.t, err)
	put(aCustomer{}, false, int64(tk.Customer))
	put(aCustomer{}, true, int64(other.Customer))
	_, err = w.customers.Link(ctx, m.owner, tk.Customer, customer.Identity{Kind: "email", Value: "work@" + host})
	must(w.t, err)
	out["anna%40work.example"] = "work%40" + host
	third, _, err := w.customers.Ensure(ctx, m.workspace.ID, customer.Identity{Kind: "email", Value: "third@" + host}, n, "")
	must(w.t, err)
	merge, err := w.customers.Merge(ctx, m.owner, third.ID, tk.Customer)
	must(w.t, err)
	put(anEvent{}, true, int64(merge))
	out["+48 22 555 01 23"] = fmt.Sprintf("+48 22 555 %d", 10000+w.seq)
	for _, name := range []string{"jonas@acme.example", "returns@acme.example", "help@acme.example"} {
		out[name] = strings.Replace(name, "acme.example", host, 1)
	}
	for _, name := range []string{"Stuck at customs", "Parcel on its way", "Parcel delayed", "Claims\"", "Returns and claims", "Night shift", "Warszawa", "Lager"} {
		out[name] = name[:len(name)-1] + fmt.Sprint(w.seq) + name[len(name)-1:]
	}
	out["lost-parcel\", \"color"] = fmt.Sprintf("lost-parcel-%d\", \"color", w.seq)
	if strings.HasPrefix(op, "webhook") || strings.HasPrefix(op, "delivery") || strings.HasPrefix(op, "hook") || strings.HasPrefix(op, "received") {
		e, _, err := w.webhooks.Add(ctx, m.owner, webhook.New{URL: "https://" + host + "/", Description: n})
		must(w.t, err)
		d, err := w.webhooks.Test(ctx, m.owner, e.ID)
		must(w.t, err)
		put(aWebhook{}, false, int64(e.ID))
		put(anEvent{}, true, int64(d.Event))
		x, _, err := w.hooks.Add(ctx, m.owner, hook.New{Name: n, Scheme: "standard"})
		must(w.t, err)
		_, err = w.hooks.Accept(ctx, x.ID, http.Header{"Webhook-Id": {n}}, []byte(m.mark))
		must(w.t, err)
		got, err := w.hooks.History(ctx, m.owner, x.ID, "", 0, 1)
		must(w.t, err)
		put(aHook{}, false, int64(x.ID))
		put(aReceived{}, false, int64(got[0].ID))
	}
	if op == "hostCheck" {
		brands := w.config().Brands
		b, err := brands.SetDomain(ctx, m.owner, m.shop.ID, "track-"+strings.ToLower(m.mark)+".shop.example")
		must(w.t, err)
		record, err := brands.RecordOf(ctx, b)
		must(w.t, err)
		w.texts = map[string]string{record.Name: record.Value}
	}
	w.stageAfterSale(m, n, op, put)
	w.stageMoney(m, n, op, put)
	if strings.HasPrefix(op, "transfer") || strings.HasPrefix(op, "payee") {
		w.stageTransfer(m, n, op, put)
	}
	if strings.HasPrefix(op, "translator") {
		x, err := w.translations().Add(ctx, m.owner, translating.Input{Driver: "apertium", Name: n})
		must(w.t, err)
		put(aTranslator{}, false, int64(x.ID))
	}
	if strings.HasPrefix(op, "tracker") {
		x, _, err := w.tracking.Add(ctx, m.owner, tracking.Input{Driver: "easypost", Name: n, Values: map[string]string{"api_key": "key " + m.mark}})
		must(w.t, err)
		put(aTracker{}, false, int64(x.ID))
	}
	if strings.HasPrefix(op, "connection") {
		made, err := w.shops.Connect(ctx, m.owner, commerce.New{Driver: "generic", Settings: map[string]string{"name": n + " " + m.mark, "currency": "EUR"}})
		must(w.t, err)
		put(aConnection{}, false, int64(made.Connection.ID))
	}
	if strings.Contains(strings.ToLower(op), "session") {
		_, _, err := w.auth.SignIn(ctx, "owner@"+strings.ToLower(m.mark)+".example", password, "127.0.0.1", "test "+m.mark)
		must(w.t, err)
		sessions, err := w.auth.Sessions(ctx, m.owner)
		must(w.t, err)
		out["9mQ0Vq0d7cX3"] = sessionID(sessions[0])
	}
	return out
}

// staged replaces the samples of a text.
func staged(text string, real map[string]string) string {
	keys := make([]string, 0, len(real))
	for k := range real {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return len(b) - len(a) })
	for _, k := range keys {
		text = strings.ReplaceAll(text, k, real[k])
	}
	return text
}
