package paypal

import (
	_ "embed"
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/flow/pay"
)

//go:embed known.txt
var known string

// Source reads events and objects.
func Source() intake.Source {
	return intake.Source{Name: "paypal", Known: wire.MustVocabulary(known), Convert: convert}
}

func convert(h http.Header, body *wire.Node) intake.Told {
	if event := body.String("event_type"); event != "" && body.Has("resource") {
		t := intake.Told{VendorType: event, Key: body.String("id"), OccurredAt: body.Time("create_time")}
		if t.Key == "" {
			t.Key = h.Get("Paypal-Transmission-Id")
		}
		if t.OccurredAt.IsZero() {
			t.OccurredAt, _ = wire.Moment(h.Get("Paypal-Transmission-Time"))
		}
		n := body.At("resource")
		t.Objects = []intake.Object{object(strings.ToLower(body.String("resource_type")), event, n)}
		t.Type = typeOf(event, t.Objects[0])
		return t
	}
	t := intake.Told{Key: h.Get("Paypal-Transmission-Id")}
	if n := body.At("items"); n.Kind() == wire.Array && len(n.Members()) > 0 {
		t.Objects = intake.List(n, func(m *wire.Node) intake.Object { return object("", "", m) })
	} else {
		o, verb := bare(body)
		t.Objects = []intake.Object{o}
		if verb != "" {
			t.Type = "dispute." + verb
			t.VendorType = verb
		}
		if _, failed := o.(*intake.Failure); failed {
			t.Type = "answer.failed"
		}
	}
	return t
}

func typeOf(event string, o intake.Object) string {
	verb := event[strings.LastIndexByte(event, '.')+1:]
	if _, isOrder := o.(*intake.Order); !isOrder && verbs[verb] != "" {
		verb = verbs[verb]
	}
	verb = strings.ToLower(strings.ReplaceAll(verb, "-", "_"))
	kind := o.Base().Kind
	switch o := o.(type) {
	case *intake.Refund:
		kind = intake.KindRefund
		if verb == "refunded" {
			verb = "created"
		}
	case *intake.Payment:
		kind = intake.KindPayment
	case *intake.Dispute:
		kind = intake.KindDispute
	case *intake.Order:
		kind = intake.KindOrder
	case *intake.Payout:
		kind = intake.KindPayout
	case *intake.Record:
		kind = strings.ToLower(o.Noun)
	}
	return kind + "." + verb
}

// object reads a resource, by its type, else by the event, else by its members.
func object(what, event string, n *wire.Node) intake.Object {
	switch {
	case strings.Contains(what, "dispute") || strings.HasPrefix(event, "CUSTOMER.DISPUTE") || strings.HasPrefix(event, "RISK.DISPUTE") || n.Has("dispute_id") && n.Has("dispute_amount"):
		return dispute(n)
	case what == "refund" || n.Has("seller_payable_breakdown") || n.Has("refund_from_transaction_fee") || n.Has("refund_to_payer") || n.Has("sale_id"):
		return refundOf(n)
	case what == "checkout-order" || n.Has("purchase_units"):
		return order(n)
	case what == "capture" || what == "authorization" || what == "sale" || what == "order" || n.Has("seller_receivable_breakdown") || n.Has("final_capture") || n.Has("seller_protection"):
		return payment(what, n)
	case strings.HasPrefix(what, "payouts") || n.Has("payout_item_id") || n.Has("batch_header"):
		return payout(n)
	case n.Has("debug_id") || n.Has("name") && n.Has("message") && n.Has("details"):
		return failure(n)
	}
	if what == "" {
		what = guess(n)
	}
	r := intake.NewRecord(strings.ReplaceAll(strings.ReplaceAll(what, "-", "_"), ".", "_"), n)
	r.VendorStatus = n.String("status")
	r.CreatedAt, r.UpdatedAt = n.First("create_time", "time_created").Time(), n.First("update_time", "status_update_time").Time()
	if a := n.At("amount"); a.Given() {
		r.Amount = sum(a)
	}
	return r
}

// guess names a body that nobody named.
func guess(n *wire.Node) string {
	switch {
	case n.Has("event_types"):
		return "webhook"
	case n.Kind() == wire.Array:
		return "patch"
	case n.Has("billing_cycles"):
		return "plan"
	case n.Has("plan_id"):
		return "subscription"
	case n.Has("trackers") || n.Has("tracking_number"):
		return "tracker"
	case n.Has("invoicer") || n.Has("primary_recipients"):
		return "invoice"
	}
	return "other"
}

// bare reads a body that is no event: an object, or what somebody asks PayPal to do with a dispute.
func bare(n *wire.Node) (o intake.Object, verb string) {
	for _, a := range actions {
		if n.Has(a.member) && !n.Has("dispute_id") {
			d := &intake.Dispute{Offer: sum(n.At("offer_amount")), OfferType: n.String("offer_type")}
			d.Note, d.Status = n.String("note"), a.status
			d.Outcome, d.VendorOutcome = disputeOutcomes.Of(n, "adjudication_outcome")
			d.Reason = n.First("accept_claim_reason", "accept_claim_type", "acknowledgement_type").Text()
			if r := sum(n.At("refund_amount")); !r.IsZero() {
				d.Offer = r
			}
			for _, e := range n.At("evidences").Items() {
				d.EvidenceCount++
				for _, t := range e.At("evidence_info", "tracking_info").Items() {
					d.Refer("tracking", t.String("tracking_number"))
				}
			}
			if a.verb == "accepted" {
				d.Outcome = intake.OutcomeAccepted
			}
			d.VendorStatus = d.VendorOutcome
			return d, a.verb
		}
	}
	if action := n.String("action"); action != "" && !n.Has("id") {
		d := &intake.Dispute{}
		d.VendorStatus = action
		switch action {
		case "BUYER_EVIDENCE":
			d.Status = intake.DisputeWaitingBuyer
		case "SELLER_EVIDENCE":
			d.Status = intake.DisputeNeedsResponse
		default:
			d.Status = intake.Unknown
			n.At("action").Puzzle()
		}
		return d, "evidence_required"
	}
	if text := n.First("note", "message"); text.Given() && !n.Has("id") && !n.Has("name") && !n.Has("amount") && !n.Has("invoice_id") {
		return &intake.Message{Text: text.Text()}, "note_added"
	}
	return object("", "", n), ""
}

// sum reads money: {value, currency_code}, or {total, currency} of the first version.
func sum(n *wire.Node) intake.Money {
	if n.Has("total") {
		return intake.Decimal(n.At("total"), n.String("currency"))
	}
	return intake.Price(n)
}

func head(n *wire.Node) intake.Head {
	h := intake.Head{ID: n.String("id"), Reason: n.First("reason_code", "reason").Text(), CreatedAt: n.Time("create_time"), UpdatedAt: n.Time("update_time")}
	h.Reason = first(n.String("status_details", "reason"), h.Reason)
	h.Number = n.First("invoice_id", "invoice_number").Text()
	h.Refer("order", n.First("custom_id", "custom").Text())
	h.Refer("checkout", n.String("supplementary_data", "related_ids", "order_id"))
	h.Refer("authorization", n.String("supplementary_data", "related_ids", "authorization_id"))
	h.Refer("payment", first(n.String("supplementary_data", "related_ids", "capture_id"), n.First("capture_id", "sale_id").Text()))
	h.Refer("payment", linked(n, "up"))
	h.Refer("parent", n.String("parent_payment"))
	return h
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// linked is the identifier at the end of a link to a capture: a refund names what it refunds in no other way.
func linked(n *wire.Node, rel string) string {
	for _, l := range n.At("links").Items() {
		if href := l.String("href"); l.String("rel") == rel && strings.Contains(href, "/captures/") {
			return href[strings.LastIndexByte(href, '/')+1:]
		}
	}
	return ""
}

func payment(what string, n *wire.Node) *intake.Payment {
	b := n.At("seller_receivable_breakdown")
	p := &intake.Payment{Head: head(n), Operation: what, Amount: sum(n.At("amount")), Fee: sum(b.At("paypal_fee")), Net: sum(b.At("net_amount")), Gateway: "paypal", ExpiresAt: n.First("expiration_time", "valid_until").Time(), Email: n.String("payee", "email_address")}
	if p.Operation == "" {
		p.Operation = "capture"
	}
	if fee := n.At("transaction_fee"); fee.Given() && p.Fee.IsZero() {
		p.Fee = intake.Price(fee)
	}
	p.Email = n.String("payer", "email_address")
	p.Status, p.VendorStatus = captureStatuses.Of(n, "status")
	if p.VendorStatus == "" {
		p.Status, p.VendorStatus = captureStatuses.Of(n, "state")
	}
	if r := n.At("processor_response"); r.Given() {
		p.ErrorCode = r.String("response_code")
	}
	return p
}

func refundOf(n *wire.Node) *intake.Refund {
	b := n.At("seller_payable_breakdown")
	r := &intake.Refund{Head: head(n), Amount: sum(n.At("amount")), Trace: n.String("acquirer_reference_number")}
	r.Note = n.First("note_to_payer", "description").Text()
	if key := n.String("custom_id"); strings.HasPrefix(key, "godwit-") {
		delete(r.Refs, "order")
		r.Refer(pay.KeyRef, key)
	}
	r.Components = intake.Components{Fee: sum(b.At("paypal_fee")), Net: sum(b.At("net_amount"))}
	r.Status, r.VendorStatus = refundStatuses.Of(n, "status")
	if r.VendorStatus == "" {
		r.Status, r.VendorStatus = refundStatuses.Of(n, "state")
	}
	if r.Amount.IsZero() {
		r.Amount = sum(b.At("gross_amount"))
	}
	if r.Status == "failed" {
		r.Failure = r.Reason
	}
	r.Allocations = []intake.Allocation{{ID: r.ID, To: "paypal", Payment: r.Refs["payment"], Amount: r.Amount, Status: r.Status, VendorStatus: r.VendorStatus, At: intake.Latest(r.CreatedAt, r.UpdatedAt)}}
	return r
}

func order(n *wire.Node) *intake.Order {
	o := &intake.Order{Head: head(n)}
	o.Status, o.VendorStatus = orderStatuses.Of(n, "status")
	o.PlacedAt = o.CreatedAt
	if p := n.First("payer"); p.Given() {
		o.Customer = &intake.Customer{Email: p.String("email_address"), Name: name(p.At("name"))}
		o.Customer.ID, o.Customer.Kind = p.String("payer_id"), intake.KindCustomer
		o.Email = o.Customer.Email
		o.Refer("payer", o.Customer.ID)
	}
	for _, u := range n.At("purchase_units").Items() {
		a := u.At("amount")
		b := a.At("breakdown")
		o.Total = intake.Add(o.Total, sum(a))
		o.Goods = intake.Add(o.Goods, sum(b.At("item_total")))
		o.Shipping = intake.Add(o.Shipping, sum(b.At("shipping")))
		o.Tax = intake.Add(o.Tax, sum(b.At("tax_total")))
		o.Discount = intake.Add(o.Discount, sum(b.At("discount")), sum(b.At("shipping_discount")))
		o.Fee = intake.Add(o.Fee, sum(b.At("handling")), sum(b.At("insurance")))
		o.Number = first(o.Number, u.String("invoice_id"))
		o.Note = first(o.Note, u.String("description"))
		o.Refer("order", first(u.String("custom_id"), u.String("reference_id")))
		if s := u.At("shipping"); s.Given() {
			o.ShipTo = address(s.At("address"), first(name(s.At("name")), s.String("name", "full_name")))
			for _, t := range s.At("trackers").Items() {
				o.Fulfillments = append(o.Fulfillments, &intake.Shipment{Head: intake.Head{Kind: intake.KindShipment, ID: t.String("id"), VendorStatus: t.String("status")}})
			}
		}
		for _, i := range u.At("items").Items() {
			o.Lines = append(o.Lines, intake.Line{SKU: i.String("sku"), Title: i.String("name"), Quantity: i.Int("quantity"), Price: sum(i.At("unit_amount")), Tax: sum(i.At("tax"))})
		}
		pays := u.At("payments")
		for _, what := range []string{"captures", "authorizations"} {
			for _, c := range pays.At(what).Items() {
				p := payment(strings.TrimSuffix(what, "s"), c)
				p.Kind = intake.KindPayment
				o.Payments = append(o.Payments, p)
			}
		}
		for _, r := range pays.At("refunds").Items() {
			x := refundOf(r)
			x.Kind = intake.KindRefund
			o.Refunds = append(o.Refunds, x)
			o.Refunded = intake.Add(o.Refunded, x.Amount)
		}
	}
	o.Currency = o.Total.Currency
	return o
}

func name(n *wire.Node) string {
	if full := n.String("full_name"); full != "" {
		return full
	}
	return strings.TrimSpace(n.String("given_name") + " " + n.String("surname"))
}

func address(n *wire.Node, who string) *intake.Address {
	return intake.Address{
		Name: who, Line1: n.First("address_line_1", "line1").Text(), Line2: n.First("address_line_2", "line2").Text(), City: n.First("admin_area_2", "city").Text(),
		Region: n.First("admin_area_1", "state").Text(), Postcode: n.String("postal_code"), Country: n.String("country_code"),
	}.Or()
}

func payout(n *wire.Node) *intake.Payout {
	p := &intake.Payout{Head: head(n), Fee: sum(n.First("payout_item_fee", "fees"))}
	inner := n
	if b := n.At("batch_header"); b.Given() {
		inner = b
	}
	p.ID = first(p.ID, inner.First("payout_item_id", "payout_batch_id").Text())
	p.Amount = sum(given(inner.At("amount"), n.At("payout_item", "amount")))
	p.Status, p.VendorStatus = payoutStatuses.Of(inner, statusMember(inner))
	p.CreatedAt, p.UpdatedAt = inner.Time("time_created"), inner.First("time_processed", "time_completed").Time()
	p.Failure = n.String("errors", "name")
	p.Refer("batch", n.String("payout_batch_id"))
	return p
}

func given(nodes ...*wire.Node) *wire.Node {
	for _, n := range nodes {
		if n.Given() {
			return n
		}
	}
	return nil
}

// statusMember is where a payout says its state: an item and a batch differ.
func statusMember(n *wire.Node) string {
	if n.Has("batch_status") {
		return "batch_status"
	}
	return "transaction_status"
}

func failure(n *wire.Node) *intake.Failure {
	f := &intake.Failure{Errors: []intake.Fault{{Code: n.String("name"), Message: n.String("message")}}}
	f.ID = n.String("debug_id")
	for _, d := range n.At("details").Items() {
		f.Errors = append(f.Errors, intake.Fault{Code: d.String("issue"), Message: d.String("description"), Field: d.String("field"), Details: d.String("value")})
	}
	return f
}
