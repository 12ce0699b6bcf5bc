package shopify

import (
	"strings"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

// read notes what all kinds of transactions carry and nobody needs: it says how the gateway was asked.
func read(t *wire.Node) {
	t.At("receipt").Whole() // the gateway's own
}

// transaction reads a movement of money on an order or on the merchant's balance. One that gives money back is a refund.
func transaction(n *wire.Node) intake.Object {
	read(n)
	h := head(n)
	c := n.String("currency")
	h.Reason = n.String("message")
	h.Refer("parent", ref(n, "parent"))
	h.Refer("payout", n.String("payout_id"))
	h.Refer("source", n.String("source_id"))
	h.Refer("order", n.String("source_order_id"))
	h.Refer("payment", n.First("payment_id", "remote_reference", "authorization").Text())
	h.Status, h.VendorStatus = transactionStatuses.Of(n, "status")
	if h.VendorStatus == "" {
		h.VendorStatus = n.String("payout_status")
	}
	at := n.First("processed_at", "created_at").Time()
	if h.CreatedAt.IsZero() {
		h.CreatedAt = at
	}
	kind := n.First("kind", "type").Text()
	amount := sum(n, "amount", c)
	d := n.At("payment_details")
	m := &intake.Method{Type: d.First("payment_method_name").Text(), Brand: d.String("credit_card_company"), Last4: lastFour(d.String("credit_card_number")), Name: d.String("credit_card_name"), Wallet: d.String("credit_card_wallet")}
	if m.Type == "" {
		m.Type = n.String("payment_method")
	}
	if *m == (intake.Method{}) {
		m = nil
	}
	if kind == "refund" && n.Has("kind") {
		h.Refer("payment", h.Refs["parent"])
		return &intake.Refund{Head: h, Amount: amount, Method: m, Failure: n.String("error_code"), Allocations: []intake.Allocation{{ID: h.ID, To: n.String("gateway"), Payment: h.Refs["parent"], Amount: amount, Status: h.Status, VendorStatus: h.VendorStatus, At: at}}}
	}
	return &intake.Payment{Head: h, Operation: kind, Amount: amount, Fee: sum(n, "fee", c), Net: sum(n, "net", c), Method: m, Gateway: n.String("gateway"), ErrorCode: n.String("error_code")}
}

// lastFour are the digits of a card number that is not hidden.
func lastFour(s string) string {
	if len(s) < 4 || strings.Trim(s[len(s)-4:], "0123456789") != "" {
		return ""
	}
	return s[len(s)-4:]
}

func payout(n *wire.Node) *intake.Payout {
	p := &intake.Payout{Head: head(n), Amount: sum(n, "amount", n.String("currency")), ArrivesAt: n.Time("date")}
	p.Status, p.VendorStatus = payoutStatuses.Of(n, "status")
	if p.CreatedAt.IsZero() {
		p.CreatedAt = p.ArrivesAt
	}
	return p
}

func product(n *wire.Node) *intake.Product {
	p := &intake.Product{Head: head(n), Title: n.String("title"), Vendor: n.String("vendor"), Type: n.String("product_type"), Tags: tags(n, "tags"), Variants: intake.List(n.At("variants"), variant)}
	p.Number = n.String("handle")
	p.Status, p.VendorStatus = productStatuses.Of(n, "status")
	for _, i := range n.At("images").Items() {
		p.Images = append(p.Images, i.Texts()...)
		if src := i.String("src"); src != "" {
			p.Images = append(p.Images, src)
		}
	}
	return p
}

func oneVariant(n *wire.Node) *intake.Product {
	p := &intake.Product{Head: head(n), Variants: []intake.Variant{variant(n)}}
	p.Refer("variant", p.ID)
	p.Refer("product", n.String("product_id"))
	return p
}

func variant(n *wire.Node) intake.Variant {
	v := intake.Variant{ID: id(n), SKU: n.String("sku"), Barcode: n.String("barcode"), Title: n.String("title"), Price: sum(n, "price", ""), Listed: sum(n, "compare_at_price", ""), Grams: n.Int("grams"), StockRef: n.String("inventory_item_id"), Options: map[string]string{}}
	for _, o := range []string{"option1", "option2", "option3"} {
		if text := n.String(o); text != "" {
			v.Options[o] = text
		}
	}
	if q := n.At("inventory_quantity"); q.Given() {
		i := q.Int()
		v.Stock = &i
	}
	return v
}
