package shopify

import (
	_ "embed"
	"net/http"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

//go:embed known.txt
var known string

// Source reads hooks and answers of the REST Admin API.
func Source() intake.Source {
	return intake.Source{Name: "shopify", Known: wire.MustVocabulary(known), Convert: convert}
}

// convert reads a message. Its key is the event's identifier, which all hooks of one event share, then the hook's own.
func convert(h http.Header, body *wire.Node) intake.Told {
	topic := strings.ToLower(h.Get("X-Shopify-Topic"))
	family, verb, _ := strings.Cut(strings.Replace(topic, ".", "/", 1), "/")
	t := intake.Told{VendorType: topic, Key: h.Get("X-Shopify-Event-Id"), Container: family}
	if t.Key == "" {
		t.Key = h.Get("X-Shopify-Webhook-Id")
	}
	t.OccurredAt, _ = wire.Moment(h.Get("X-Shopify-Triggered-At"))
	if family == "" {
		wrapped, inner := unwrap(body)
		if inner == nil {
			family = recognise(body)
			t.Container = family
		} else {
			family, t.Container = wrapped, "."
			body = inner
		}
	}
	if verb == "" {
		verb = "updated"
	}
	if past, ok := verbs[verb]; ok {
		verb = past
	}
	items := []*wire.Node{body}
	if body.Kind() == wire.Array {
		items = body.Items()
	}
	for _, n := range items {
		t.Objects = append(t.Objects, object(family, n))
	}
	t.Type = typeOf(family, verb, t.Objects)
	if t.VendorType == "" {
		t.VendorType = family
	}
	if t.OccurredAt.IsZero() && (family == "fulfillment_events" || family == "inventory_shipments") {
		t.OccurredAt = body.Time("happened_at")
	}
	if t.OccurredAt.IsZero() {
		t.OccurredAt = body.Time("occurredAt")
	}
	return t
}

func typeOf(family, verb string, objects []intake.Object) string {
	noun, ok := families[family]
	if !ok {
		noun = strings.TrimSuffix(family, "s")
		if strings.HasSuffix(noun, "sse") {
			noun = strings.TrimSuffix(noun, "e")
		}
		if noun == "" {
			noun = "other"
		}
	}
	if len(objects) > 0 && noun == "payment" && objects[0].Base().Kind == intake.KindRefund {
		noun = "refund" // a transaction by which money goes back
	}
	return noun + "." + verb
}

// unwrap returns what the REST API puts under a name, and the family of that name.
// What has an identifier of its own, or is about a shop, is no wrapper.
func unwrap(n *wire.Node) (family string, inner *wire.Node) {
	for _, own := range []string{"id", "admin_graphql_api_id", "token", "shop_domain", "line_items"} {
		if n.Has(own) {
			return "", nil
		}
	}
	for _, m := range n.Members() {
		if f := wrappers[m.Key()]; f != "" && m.Kind() >= wire.Array {
			return f, n.At(m.Key())
		}
	}
	return "", nil
}

// shapes tell a body without a topic by members that only it has.
var shapes = []struct{ member, family string }{
	{"refund_line_items", "refunds"}, {"order_adjustments", "refunds"}, {"evidence_due_by", "disputes"}, {"network_reason_code", "disputes"},
	{"return_line_items", "returns"}, {"abandoned_checkout_url", "checkouts"}, {"financial_status", "orders"}, {"order_edit", "orders"}, {"shipment_status", "fulfillments"},
	{"tracking_company", "fulfillments"}, {"payout_status", "order_transactions"}, {"happened_at", "fulfillment_events"}, {"fulfillment_order", "fulfillment_orders"},
	{"original_fulfillment_order", "fulfillment_orders"}, {"fulfillment_order_merges", "fulfillment_orders"}, {"request_status", "fulfillment_orders"}, {"whats_app_marketing_consent", "customers_whats_app_marketing_consent"},
	{"email_marketing_consent", "customers_email_marketing_consent"}, {"sms_marketing_consent", "customers_marketing_consent"}, {"data_request", "customers"},
	{"orders_requested", "customers"}, {"orders_to_redact", "customers"}, {"inventory_policy", "variants"}, {"product_type", "products"}, {"variant_gids", "products"}, {"available", "inventory_levels"},
	{"total_line_items_price", "orders"}, {"line_price", "carts"}, {"gateway", "order_transactions"}, {"remote_reference", "tender_transactions"},
	{"current", "app"}, {"merge_intents", "fulfillment_orders"}, {"properties", "line_items"}, {"myshopify_domain", "shop"}, {"verified_email", "customers"},
}

// recognise says what a body without a topic is: by its global identifier, else by its members.
func recognise(n *wire.Node) string {
	if parts := strings.Split(n.Peek("admin_graphql_api_id").Text(), "/"); len(parts) > 4 {
		if f := gids[parts[3]]; f != "" {
			return f
		}
	}
	for _, s := range shapes {
		if n.Has(s.member) {
			return s.family
		}
	}
	return ""
}

func object(family string, n *wire.Node) intake.Object {
	switch family {
	case "orders":
		if n.Has("line_items") || n.Has("financial_status") || n.Has("total_price") {
			return order(n)
		}
	case "draft_orders", "checkouts":
		if n.Has("line_items") || n.Has("total_price") {
			return draft(n)
		}
	case "refunds":
		return refund(n, "")
	case "returns":
		return returned(n)
	case "disputes":
		return dispute(n)
	case "fulfillments":
		return shipment(n)
	case "fulfillment_events":
		return scan(n)
	case "reverse_deliveries":
		return wayBack(n)
	case "fulfillment_orders":
		return fulfillmentOrder(n)
	case "order_transactions", "tender_transactions":
		return transaction(n)
	case "payouts":
		return payout(n)
	case "customers", "customers_email_marketing_consent", "customers_marketing_consent", "customers_whats_app_marketing_consent":
		return customer(n)
	case "products":
		return product(n)
	case "variants":
		return oneVariant(n)
	case "inventory_items", "inventory_levels":
		return inventory(n)
	}
	return record(family, n)
}

// record tells of what has no type of its own. Of an order that was edited or deleted the order's identifier is told.
func record(family string, n *wire.Node) intake.Object {
	r := intake.NewRecord(strings.TrimSuffix(family, "s"), n)
	inner := n
	for _, m := range n.Members() { // one inside: app_subscription, order_edit
		if r.ID == "" && inner == n && m.Kind() == wire.Object && (m.Has("id") || m.Has("admin_graphql_api_id")) && (family == "" || strings.HasPrefix(family, m.Key()[:min(5, len(m.Key()))])) {
			inner = n.At(m.Key())
		}
	}
	if exact := id(inner); exact != "" {
		r.ID = exact
	}
	for what, id := range r.Refs {
		delete(r.Refs, what)
		r.Refer(strings.TrimSuffix(strings.TrimPrefix(what, "admin_graphql_api_"), "_admin_graphql_api"), tail(id))
	}
	delete(r.Refs, "admin_graphql_api")
	for _, what := range []string{"order", "customer"} { // the exact digits
		if g := inner.Peek("admin_graphql_api_" + what + "_id"); g.Given() {
			r.Refer(what, tail(g.Text()))
		} else {
			r.Refer(what, inner.Peek(what+"_id").Text())
		}
	}
	if family == "orders" && r.Refs["order"] == "" {
		r.Refer("order", r.ID)
	}
	r.VendorStatus = inner.Peek("status").Text()
	if c := inner.Peek("currency").Text(); c != "" {
		r.Amount = intake.Decimal(inner.Peek("amount").Copy(), c)
	}
	return r
}

// exact is the largest whole number that every reader of JSON keeps.
const exact = "9007199254740992"

// id is an object's identifier. A sender whose own numbers are floats rounds those beyond 2^53; the global identifier
// beside them is text and right.
func id(n *wire.Node) string {
	number := n.String("id")
	global := tail(n.String("admin_graphql_api_id"))
	if strings.HasPrefix(number, "gid://") {
		return tail(number)
	}
	if number == "" || global != "" && beyond(number) && digits(global) {
		return global
	}
	return number
}

func beyond(number string) bool {
	return len(number) > len(exact) || len(number) == len(exact) && number > exact
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// tail is the last part of a global identifier: gid://shopify/Order/1?key=x is 1. Other texts are their own.
func tail(gid string) string {
	rest, ok := strings.CutPrefix(gid, "gid://")
	if !ok {
		return gid
	}
	rest, _, _ = strings.Cut(rest, "?")
	return rest[strings.LastIndexByte(rest, '/')+1:]
}

// sum reads a price. Beside it often stands the same in the shop's and in the customer's currency.
func sum(n *wire.Node, name, currency string) intake.Money {
	set := n.At(name+"_set", "shop_money")
	if c := set.First("currency_code", "currency"); c.Given() {
		currency = c.Text()
	}
	if plain := n.At(name); plain.Given() {
		return intake.Decimal(plain, currency)
	}
	return intake.Decimal(set.At("amount"), currency)
}

// ref reads an identifier of another object, by its global identifier where there is one.
func ref(n *wire.Node, name string) string {
	if g := n.At("admin_graphql_api_" + name + "_id"); g.Given() {
		return tail(g.Text())
	}
	return tail(n.String(name + "_id"))
}

func address(n *wire.Node) *intake.Address {
	if !n.Given() {
		return nil
	}
	a := intake.Address{
		Name: n.String("name"), Company: n.String("company"), Line1: n.String("address1"), Line2: n.String("address2"), City: n.String("city"),
		Region: n.First("province_code", "province").Text(), Postcode: n.String("zip"), Country: n.First("country_code", "country").Text(), Phone: n.String("phone"), Email: n.String("email"),
	}
	if name := strings.TrimSpace(n.String("first_name") + " " + n.String("last_name")); a.Name == "" {
		a.Name = name
	}
	return a.Or()
}

func tags(n *wire.Node, name string) []string {
	m := n.At(name)
	if m.Kind() == wire.Array {
		return m.Texts()
	}
	var out []string
	for t := range strings.SplitSeq(m.Text(), ",") {
		if t = strings.TrimSpace(t); t != "" {
			out = append(out, t)
		}
	}
	return out
}

func texts(n *wire.Node) string { return strings.Join(n.Texts(), ", ") }

func head(n *wire.Node) intake.Head {
	h := intake.Head{ID: id(n), Note: n.String("note"), CreatedAt: n.Time("created_at"), UpdatedAt: n.Time("updated_at"), Test: n.Bool("test")}
	h.Refer("order", ref(n, "order"))
	h.Refer("customer", ref(n, "customer"))
	return h
}

func latest(n *wire.Node, names ...string) time.Time {
	var all []time.Time
	for _, name := range names {
		all = append(all, n.Time(name))
	}
	return intake.Latest(all...)
}
