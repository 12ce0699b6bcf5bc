package stripe

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
	return intake.Source{Name: "stripe", Known: wire.MustVocabulary(known), Naming: naming, Convert: convert}
}

// naming is what an object calls itself.
func naming(n *wire.Node) string {
	if o := n.Peek("object"); o.Kind() == wire.String {
		return o.Text()
	}
	return ""
}

func convert(_ http.Header, body *wire.Node) intake.Told {
	what := body.String("object")
	if what != "event" {
		t := intake.Told{VendorType: what, Container: what, Objects: list(what, body)}
		if first := body.Peek("data").Members(); what == "list" && len(first) > 0 { // a page is of the type of its objects
			what = naming(first[0])
		}
		t.Type = nounOf(t.Objects[0], what) + ".updated"
		return t
	}
	inner := body.At("data", "object")
	t := intake.Told{Key: body.String("id"), VendorType: body.String("type"), OccurredAt: body.Time("created"), Container: "event"}
	what = inner.String("object")
	t.Objects = []intake.Object{object(what, inner)}
	verb := t.VendorType[strings.LastIndexByte(t.VendorType, '.')+1:]
	if ours, ok := verbs[verb]; ok {
		verb = ours
	}
	t.Type = nounOf(t.Objects[0], what) + "." + verb
	if h := t.Objects[0].Base(); !h.Test {
		h.Test = body.Has("livemode") && !body.Bool("livemode")
	}
	return t
}

func nounOf(o intake.Object, what string) string {
	if n, ok := nouns[what]; ok {
		return n
	}
	if what == "" {
		return o.Base().Kind
	}
	return strings.ReplaceAll(what, ".", "_")
}

// list reads one object, or those of a page of them.
func list(what string, n *wire.Node) []intake.Object {
	if items := n.Peek("data"); what == "list" && items.Kind() == wire.Array && items.Size() > 0 {
		return intake.List(n.At("data"), func(m *wire.Node) intake.Object { return object(m.String("object"), m) })
	}
	return []intake.Object{object(what, n)}
}

func object(what string, n *wire.Node) intake.Object {
	switch what {
	case "charge":
		return charge(n)
	case "payment_intent":
		return intent(n)
	case "checkout.session":
		return session(n)
	case "balance_transaction":
		return movement(n)
	case "refund", "terminal.refund", "fee_refund", "transfer_reversal":
		return refundOf(n)
	case "dispute", "issuing.dispute":
		return dispute(n)
	case "radar.early_fraud_warning":
		return warning(n)
	case "payout", "transfer", "topup":
		return payout(n)
	case "customer":
		if !n.Bool("deleted") {
			return customer(n)
		}
	case "product":
		if !n.Bool("deleted") {
			return product(n)
		}
	}
	return record(what, n)
}

// references are members that hold an identifier or an object.
var references = []string{"customer", "charge", "payment_intent", "invoice", "balance_transaction", "payment_method", "subscription", "source", "destination", "product", "transfer", "payment_link", "source_transaction", "payout", "transaction", "card", "account", "price", "dispute", "refund"}

func head(n *wire.Node) intake.Head {
	h := intake.Head{ID: n.String("id"), Number: n.First("number", "receipt_number").Text(), Note: n.String("description"), CreatedAt: n.Time("created"), Test: n.Has("livemode") && !n.Bool("livemode")}
	for _, name := range references {
		if m := n.Peek(name); m.Given() && name != n.Peek("object").Text() {
			if m.Kind() == wire.Object {
				h.Refer(name, m.String("id"))
			} else {
				h.Refer(name, m.Text())
			}
			n.At(name)
		}
	}
	h.Refer("order", n.First("order", "client_reference_id").Text())
	meta := n.At("metadata").Whole()
	if h.Refs["order"] == "" {
		h.Refer("order", meta.First("order_id", "order", "order_number").Text())
	}
	h.Refer(pay.KeyRef, meta.String(metaKey))
	return h
}

func minor(n *wire.Node, name string) intake.Money {
	return intake.Minor(n.At(name), n.String("currency"), decimals)
}

func charge(n *wire.Node) *intake.Payment {
	p := &intake.Payment{
		Head: head(n), Operation: "capture", Amount: minor(n, "amount"), Captured: minor(n, "amount_captured"), Refunded: minor(n, "amount_refunded"), Fee: minor(n, "application_fee_amount"),
		Method: method(n.At("payment_method_details")), Email: n.String("receipt_email"), BillTo: person(n.At("billing_details")), ShipTo: person(n.At("shipping")), Disputed: n.Bool("disputed"),
		ErrorCode: n.String("failure_code"), Error: n.String("failure_message"),
	}
	p.Status, p.VendorStatus = chargeStatuses.Of(n, "status")
	switch {
	case p.Status != "succeeded":
	case n.Has("captured") && !n.Bool("captured"):
		p.Operation, p.Status = "authorization", "authorized"
	case n.Bool("refunded"):
		p.Status = "refunded"
	case p.Refunded.Minor > 0:
		p.Status = "partially_refunded"
	}
	return p
}

func intent(n *wire.Node) *intake.Payment {
	p := &intake.Payment{
		Head: head(n), Operation: "payment", Amount: minor(n, "amount"), Captured: minor(n, "amount_received"), Fee: minor(n, "application_fee_amount"), Email: n.String("receipt_email"), ShipTo: person(n.At("shipping")),
	}
	p.Status, p.VendorStatus = intentStatuses.Of(n, "status")
	p.Refer("charge", reference(n.At("latest_charge")))
	p.Reason = n.String("cancellation_reason")
	if e := n.At("last_payment_error"); e.Given() {
		p.ErrorCode, p.Error = e.First("decline_code", "code", "type").Text(), e.String("message")
	}
	if types := n.At("payment_method_types").Texts(); len(types) == 1 {
		p.Method = &intake.Method{Type: types[0]}
	}
	p.UpdatedAt = n.Time("canceled_at")
	return p
}

func session(n *wire.Node) *intake.Payment {
	p := &intake.Payment{Head: head(n), Operation: "checkout", Amount: minor(n, "amount_total"), Email: n.String("customer_email"), BillTo: person(n.At("customer_details")), ShipTo: person(n.At("shipping_details")), ExpiresAt: n.Time("expires_at")}
	p.Status, p.VendorStatus = sessionStatuses.Of(n, "status")
	if s := n.String("payment_status"); s == "unpaid" && p.Status == "succeeded" {
		p.Status = "pending"
	}
	return p
}

func movement(n *wire.Node) *intake.Payment {
	p := &intake.Payment{Head: head(n), Operation: n.String("type"), Amount: minor(n, "amount"), Fee: minor(n, "fee"), Net: minor(n, "net")}
	p.VendorStatus = n.String("status")
	p.Status = map[string]string{"available": "succeeded", "pending": "pending"}[p.VendorStatus]
	return p
}

func refundOf(n *wire.Node) *intake.Refund {
	r := &intake.Refund{Head: head(n), Amount: minor(n, "amount"), Failure: n.String("failure_reason")}
	r.Reason = n.String("reason")
	r.Status, r.VendorStatus = refundStatuses.Of(n, "status")
	r.Refer("payment", r.Refs["charge"])
	if d := n.At("destination_details"); d.Given() {
		kind := d.String("type")
		way := d.At(kind)
		r.Trace = way.String("reference")
		r.Method = &intake.Method{Type: kind, Name: way.String("type")}
	}
	r.Allocations = []intake.Allocation{{ID: r.ID, To: "original", Payment: r.Refs["charge"], Amount: r.Amount, Status: r.Status, VendorStatus: r.VendorStatus, At: r.CreatedAt}}
	return r
}

func dispute(n *wire.Node) *intake.Dispute {
	d := &intake.Dispute{Head: head(n), Stage: intake.StageChargeback, Amount: minor(n, "amount"), RespondBy: n.Time("evidence_details", "due_by"), EvidenceCount: n.Int("evidence_details", "submission_count"), Method: method(n.At("payment_method_details"))}
	d.Reason = n.String("reason")
	d.OpenedAt = d.CreatedAt
	d.Status, d.VendorStatus = disputeStatuses.Of(n, "status")
	if d.Outcome = disputeOutcomes[d.VendorStatus]; d.Outcome != "" {
		d.VendorOutcome = d.VendorStatus
	}
	card := n.At("payment_method_details", "card")
	d.ReasonCode, d.Network, d.VendorStage = card.String("network_reason_code"), card.First("network", "brand").Text(), card.String("case_type")
	if strings.HasPrefix(d.VendorStatus, "warning_") || d.VendorStage == "inquiry" {
		d.Stage = intake.StageInquiry
	}
	if !d.RespondBy.IsZero() {
		d.RespondSource = "evidence_details.due_by"
	}
	if r := n.At("is_charge_refundable"); r.Given() {
		yes := r.Bool()
		d.Refundable = &yes
	}
	if n.Bool("evidence_details", "past_due") && d.Status == intake.DisputeNeedsResponse {
		d.Note = "past due"
	}
	d.Moves = intake.List(n.At("balance_transactions"), func(m *wire.Node) intake.Move {
		p := movement(m)
		return intake.Move{ID: p.ID, Type: p.Operation, Amount: p.Amount, Fee: p.Fee, At: p.CreatedAt}
	})
	d.Refer("payment", d.Refs["charge"])
	return d
}

// warning reads a bank's word that a dispute may come: an alert.
func warning(n *wire.Node) *intake.Dispute {
	d := &intake.Dispute{Head: head(n), Stage: intake.StageAlert}
	d.Reason, d.VendorStage = n.String("fraud_type"), "early_fraud_warning"
	d.OpenedAt = d.CreatedAt
	d.Status = intake.DisputeNeedsResponse
	if n.Has("actionable") && !n.Bool("actionable") {
		d.Status = intake.DisputeClosed
	}
	d.Refer("payment", d.Refs["charge"])
	return d
}

func payout(n *wire.Node) *intake.Payout {
	p := &intake.Payout{Head: head(n), Amount: minor(n, "amount"), ArrivesAt: n.First("arrival_date", "expected_availability_date").Time(), Failure: n.First("failure_code", "failure_message").Text(), Trace: n.String("trace_id", "value")}
	p.Status, p.VendorStatus = payoutStatuses.Of(n, "status")
	if n.Bool("reversed") {
		p.Status = "reversed"
	}
	return p
}

func customer(n *wire.Node) *intake.Customer {
	c := &intake.Customer{Head: head(n), Name: n.First("name", "business_name", "individual_name").Text(), Email: n.String("email"), Phone: n.String("phone"), Currency: strings.ToUpper(n.String("currency"))}
	c.Address = person(n)
	if l := n.At("preferred_locales").Texts(); len(l) > 0 {
		c.Language = l[0]
	}
	if s := person(n.At("shipping")); s != nil {
		c.Addresses = []intake.Address{*s}
	}
	c.TaxExempt = n.String("tax_exempt") == "exempt"
	return c
}

func product(n *wire.Node) *intake.Product {
	p := &intake.Product{Head: head(n), Title: n.String("name"), URL: n.String("url"), Images: n.At("images").Texts(), Type: n.String("type")}
	p.UpdatedAt = n.Time("updated")
	p.Status = "active"
	if n.Has("active") && !n.Bool("active") {
		p.Status = "archived"
	}
	return p
}

// record tells of what has no type of its own, with its sum.
func record(what string, n *wire.Node) *intake.Record {
	r := intake.NewRecord(what, n)
	head := head(n)
	head.Kind, head.VendorStatus, head.UpdatedAt = r.Kind, r.VendorStatus, intake.Latest(head.CreatedAt, n.Time("updated"))
	if head.CreatedAt.IsZero() {
		head.CreatedAt = r.CreatedAt
	}
	head.Reason = n.String("reason")
	r.Head = head
	for _, name := range []string{"amount", "total", "amount_total", "amount_due", "unit_amount", "amount_requested"} {
		if m := n.Peek(name); m.Kind() == wire.Number {
			r.Amount = minor(n, name)
			break
		}
	}
	return r
}

// person reads an address with the name, phone and email that stand beside it.
func person(n *wire.Node) *intake.Address {
	a := n.At("address")
	return intake.Address{
		Name: n.String("name"), Line1: a.String("line1"), Line2: a.String("line2"), City: a.String("city"), Region: a.String("state"), Postcode: a.String("postal_code"),
		Country: a.String("country"), Phone: n.String("phone"), Email: n.String("email"),
	}.Or()
}

func method(n *wire.Node) *intake.Method {
	if !n.Given() {
		return nil
	}
	m := &intake.Method{Type: n.String("type")}
	way := n.At(m.Type)
	m.Brand, m.Last4, m.Wallet = way.First("brand", "bank_name", "bank").Text(), way.First("last4", "iban_last4").Text(), way.String("wallet", "type")
	return m
}

func reference(n *wire.Node) string {
	if n.Kind() == wire.Object {
		return n.String("id")
	}
	return n.Text()
}
