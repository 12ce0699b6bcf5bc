package amazon

import (
	_ "embed"
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

//go:embed known.txt
var known string

// Source reads notifications and answers.
func Source() intake.Source {
	return intake.Source{Name: "amazon", Known: wire.MustVocabulary(known), Convert: convert}
}

func convert(_ http.Header, body *wire.Node) intake.Told {
	if body.Has("notificationType") || body.Has("NotificationType") {
		return notice(body)
	}
	if body.Has("response") && (body.Has("method") || body.Has("path")) {
		return exchange(body)
	}
	t := intake.Told{}
	t.Objects, t.Type = answer("", "", body, body)
	return t
}

// notice reads a notification: its newest version and, inside, the one whose names begin with capitals.
func notice(body *wire.Node) intake.Told {
	what := body.First("notificationType", "NotificationType").Text()
	meta := body.First("notificationMetadata", "NotificationMetadata")
	t := intake.Told{VendorType: what, Key: meta.First("notificationId", "NotificationId").Text(), OccurredAt: body.First("eventTime", "EventTime").Time()}
	payload := body.First("payload", "Payload")
	inner := payload
	for _, m := range payload.Members() {
		if strings.HasSuffix(m.Key(), "Notification") && m.Kind() == wire.Object {
			inner = payload.At(m.Key())
		}
	}
	ours, ok := notices[what]
	if !ok {
		ours = strings.ToLower(what) + ".updated"
	}
	t.Type = ours
	switch what {
	case "ORDER_CHANGE", "ORDER_STATUS_CHANGE", "MFN_ORDER_STATUS_CHANGE":
		o := changed(inner)
		o.UpdatedAt = t.OccurredAt
		t.Objects = []intake.Object{o}
	case "FULFILLMENT_ORDER_STATUS":
		t.Objects = fulfillment(inner)
	case "SHIPMENT_TRACKING_MILESTONE_CHANGED":
		t.Objects = []intake.Object{tracking(inner.At("trackingDetail"))}
	case "TRANSACTION_UPDATE":
		t.Objects = []intake.Object{transaction(inner)}
		if t.Objects[0].Base().Kind == intake.KindRefund {
			t.Type = "refund.updated"
		}
	case "ITEM_INVENTORY_EVENT_CHANGE":
		t.Objects = []intake.Object{stock(inner.At("itemInventoryEventChanges").Items())}
		if inner.Kind() == wire.Array {
			t.Objects = []intake.Object{stock(inner.Items())}
		}
	case "FBA_OUTBOUND_SHIPMENT_STATUS":
		t.Objects = []intake.Object{outbound(inner)}
	default:
		r := intake.NewRecord(strings.ToLower(what), inner)
		r.ID = r.Refs[""]
		for _, name := range []string{"queryId", "reportId", "feedId", "shipmentId", "InvoiceId", "SellerSKU", "Sku", "sku", "Asin", "asin", "ASIN"} {
			if m := inner.Peek(name); m.Given() && r.ID == "" {
				r.ID = m.Text()
			}
		}
		if r.ID == "" {
			r.ID = inner.Peek("offerChangeTrigger", "asin").Text() + inner.Peek("OfferChangeTrigger", "ASIN").Text() // either way of writing
		}
		r.VendorStatus = inner.First("processingStatus", "status", "Status", "InvoiceStatus", "issueType").Text()
		r.CreatedAt = t.OccurredAt
		t.Objects = []intake.Object{r}
	}
	for _, o := range t.Objects {
		h := o.Base()
		h.Refer("account", inner.First("sellerId", "SellerId", "accountId").Text())
		if h.CreatedAt.IsZero() && h.UpdatedAt.IsZero() {
			h.UpdatedAt = t.OccurredAt
		}
	}
	return t
}

// exchange reads a recorded request with its answer: what the answer is about often stands in the request alone.
func exchange(body *wire.Node) intake.Told {
	method, path := body.String("method"), body.String("path")
	parameters := body.At("request", "parameters").Whole()
	t := intake.Told{VendorType: strings.TrimSpace(method + " " + path)}
	response := body.At("response")
	t.Objects, t.Type = answer(method, path, response, parameters)
	status := body.Int("status")
	for _, o := range t.Objects {
		h := o.Base()
		_, isOrder := o.(*intake.Order)
		for _, p := range parameters.Members() {
			if what := refNames[p.Key()]; what != "" && h.Refs[what] == "" && !(isOrder && what == "order") {
				h.Refer(what, p.Peek("value").Text())
			}
		}
		if f, ok := o.(*intake.Failure); ok {
			f.HTTPStatus = status
		}
		if m, ok := o.(*intake.Message); ok && h.ID == "" {
			m.VendorStatus = body.String("status")
		}
		if f, ok := o.(*intake.Feedback); ok && h.ID == "" {
			h.ID, f.Product = h.Refs["product"], h.Refs["product"]
		}
	}
	return t
}

// refNames are parameters of requests that name things.
var refNames = map[string]string{
	"amazonOrderId": "order", "orderId": "order", "shipmentId": "shipment", "asin": "product", "marketplaceId": "marketplace", "returnId": "return", "subscriptionId": "subscription",
	"destinationId": "destination", "aftn": "tracking", "carrierTracking.trackingNumber": "tracking", "sellerFulfillmentOrderId": "fulfillment_order", "documentId": "document", "transactionId": "transaction", "browseNodeId": "category",
}

// answer reads what an operation answered.
func answer(method, path string, n, parameters *wire.Node) ([]intake.Object, string) {
	one := func(o intake.Object, kind string) ([]intake.Object, string) { return []intake.Object{o}, kind }
	p := n
	if inner := n.At("payload"); inner.Given() {
		p = inner
	}
	switch {
	case n.Has("errors") && len(n.At("errors").Items()) > 0:
		return one(failure(n.At("errors")), "answer.failed")
	case strings.Contains(path, "/messaging/") || strings.Contains(path, "/solicitations/") || n.Has("_links") && n.Has("_embedded"):
		return one(message(path, n, parameters), "message."+sent(method))
	case n.Has("order"):
		return one(order(n.At("order")), "order.updated")
	case n.At("orders").Kind() == wire.Array:
		return many(n.At("orders"), order, "order.updated")
	case p.Has("Orders"):
		return many(p.At("Orders"), orderV0, "order.updated")
	case p.Has("AmazonOrderId"):
		return one(orderV0(p), "order.updated")
	case n.Has("trackingDetail"):
		return one(tracking(n.At("trackingDetail")), "shipment.updated")
	case n.Has("topics") || n.Has("reviewTrends") || n.Has("returnTopics") || n.Has("returnTrends"):
		return one(feedback(n), "feedback.updated")
	case strings.Contains(path, "customerFeedback"):
		return one(&intake.Feedback{}, "feedback.updated")
	case p.At("transactions").Kind() == wire.Array:
		return many(p.At("transactions"), transaction, "payment.updated")
	case p.Has("FinancialEvents"):
		return events(p.At("FinancialEvents")), "payment.updated"
	case p.Has("returns"):
		return many(p.At("returns"), returned, "return.updated")
	case n.Has("merchantSku") && n.Has("returnLocationId"):
		return one(returned(n), "return.updated")
	case p.Has("inventorySummaries"):
		return one(stock(p.At("inventorySummaries").Items()), "inventory.updated")
	case p.Has("fulfillmentOrder"):
		return one(multichannel(p), "fulfillment_order.updated")
	case p.Has("Shipments") && p.At("Shipments").Has("InvoiceStatus"):
		return one(invoice(p.At("Shipments")), "invoice.updated")
	}
	noun := nounOf(path)
	r := intake.NewRecord(noun, p)
	for _, m := range p.Members() {
		if r.ID == "" {
			r.ID = intake.Identifier(m)
		}
	}
	if list := p.At("balances"); list.Kind() == wire.Array {
		for _, b := range list.Items() {
			r.Amount = intake.Price(b.At("amount"))
			r.UpdatedAt = b.Time("lastUpdatedTime")
			break
		}
	}
	if noun == "" {
		noun = intake.KindOther
	}
	return one(r, noun+"."+verbOf(method))
}

func many[T intake.Object](n *wire.Node, convert func(*wire.Node) T, kind string) ([]intake.Object, string) {
	out := intake.List(n, func(m *wire.Node) intake.Object { return convert(m) })
	if len(out) > 0 {
		if _, ok := out[0].(*intake.Refund); ok {
			kind = "refund.updated"
		}
	}
	return out, kind
}

func verbOf(method string) string {
	switch method {
	case "POST":
		return "created"
	case "DELETE":
		return "deleted"
	}
	return "updated"
}

func sent(method string) string {
	if method == "POST" {
		return "created"
	}
	return "actions"
}

// nounOf is what an operation is about: the last part of its path that is a word.
func nounOf(path string) string {
	parts := strings.Split(path, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		if p := parts[i]; p != "" && !strings.HasPrefix(p, "{") && strings.Trim(p, "v0123456789-") != "" {
			return strings.TrimSuffix(snake(p), "s")
		}
	}
	return ""
}

func snake(s string) string {
	var b strings.Builder
	for i, c := range s {
		if c >= 'A' && c <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}

func failure(n *wire.Node) *intake.Failure {
	return &intake.Failure{Errors: intake.List(n, func(e *wire.Node) intake.Fault {
		return intake.Fault{Code: e.String("code"), Message: e.String("message"), Details: e.String("details")}
	})}
}
