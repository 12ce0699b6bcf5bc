package generic

import (
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/intake"
)

// Source reads webhooks and lines of files: an object, or one as the member "data" of an envelope with "type" and
// "timestamp".
func Source() intake.Source { return intake.Source{Name: "generic", Convert: convert} }

func convert(_ http.Header, body *wire.Node) intake.Told {
	t := intake.Told{VendorType: body.Peek("type").Text(), Key: body.Peek("key").Text()}
	data := body
	if d := body.Peek("data"); d.Kind() == wire.Object {
		data = body.At("data")
		t.OccurredAt = body.Time("timestamp")
	}
	noun := data.String("object")
	if noun == "" {
		noun, _, _ = strings.Cut(t.VendorType, ".")
	}
	var o intake.Object
	switch noun {
	case "", intake.KindOrder:
		o = anOrder(data)
	case intake.KindProduct:
		o = aProduct(data)
	case intake.KindCustomer:
		o = aCustomer(data)
	default:
		o = intake.NewRecord(noun, data)
	}
	if b := o.Base(); b.UpdatedAt.IsZero() {
		b.UpdatedAt = t.OccurredAt
	}
	o.Base().Deleted = o.Base().Deleted || strings.HasSuffix(t.VendorType, ".deleted")
	t.Objects = []intake.Object{o}
	return t
}

func head(n *wire.Node) intake.Head {
	h := intake.Head{ID: n.First("id", "external_id").Text(), Number: n.String("number"), Status: strings.ToLower(n.String("status")), CreatedAt: n.Time("created_at"), UpdatedAt: n.Time("updated_at"), Deleted: n.Bool("deleted")}
	if h.ID == "" {
		h.ID = h.Number
	}
	return h
}

func anOrder(n *wire.Node) *intake.Order {
	c := strings.ToUpper(n.String("currency"))
	sum := func(name string) intake.Money { return intake.Decimal(n.At(name), c) }
	o := &intake.Order{
		Head: head(n), Currency: c, PaymentStatus: n.String("payment_status"), FulfillmentStatus: n.String("fulfillment_status"), PaymentMethod: n.String("payment_method"),
		Goods: sum("goods"), Discount: sum("discount"), Shipping: sum("shipping"), Tax: sum("tax"), Duty: sum("duty"), Total: sum("total"), Refunded: sum("refunded"),
		Email: n.String("email"), Phone: n.String("phone"), Language: n.String("language"), PlacedAt: n.Time("placed_at"), CancelledAt: n.Time("cancelled_at"), ShipTo: address(n.At("ship_to")),
	}
	if x := n.At("customer"); x.Kind() == wire.Object {
		o.Customer = aCustomer(x)
	} else if name := n.String("customer_name"); name != "" {
		o.Customer = &intake.Customer{Name: name, Email: o.Email}
	}
	if p := n.At("promise"); p.Kind() == wire.Object {
		o.Promise = &intake.Promise{
			Quote: p.String("quote"), Service: p.String("service"), From: p.Time("from"), To: p.Time("to"), DaysFrom: p.Int("days_from"), DaysTo: p.Int("days_to"),
			Price: intake.Decimal(p.At("price"), c),
		}
	}
	for i, l := range n.At("lines").Items() {
		x := intake.Line{
			ID: l.String("id"), SKU: l.String("sku"), Title: l.String("title"), VariantTitle: l.String("variant"), Quantity: l.Int("quantity"),
			Price: intake.Decimal(l.At("price"), c), Discount: intake.Decimal(l.At("discount"), c), Tax: intake.Decimal(l.At("tax"), c), Duty: intake.Decimal(l.At("duty"), c),
		}
		if x.ID == "" {
			x.ID = wire.Index("line", i)
		}
		o.Lines = append(o.Lines, x)
	}
	for i, p := range n.At("payments").Items() {
		x := &intake.Payment{Head: intake.Head{ID: p.String("id"), Status: "succeeded", CreatedAt: p.Time("paid_at")}, Operation: "payment", Amount: intake.Decimal(p.At("amount"), c),
			Refunded: intake.Decimal(p.At("refunded"), c), Gateway: p.String("provider"), ExpiresAt: p.Time("until"), Disputed: p.Bool("disputed")}
		if method := p.String("method"); method != "" {
			x.Method = &intake.Method{Type: method}
		}
		if p.Has("captured") && !p.Bool("captured") {
			x.Status = "authorized"
		}
		if x.Refer("transaction", x.ID); x.ID == "" {
			x.ID = wire.Index("payment", i)
		}
		o.Payments = append(o.Payments, x)
	}
	for _, f := range n.At("fulfillments").Items() {
		s := &intake.Shipment{Head: head(f), Carrier: f.String("carrier"), ShippedAt: f.Time("shipped_at"), DeliveredAt: f.Time("delivered_at")}
		if number := f.String("tracking"); number != "" {
			s.Numbers = []string{number}
		}
		for _, p := range f.At("packed").Items() {
			s.Lines = append(s.Lines, packed(o, int(p.Int("line")), p.Int("quantity")))
		}
		o.Fulfillments = append(o.Fulfillments, s)
	}
	return o
}

// packed is some units of the line of an order at a place from 1, as a shipment tells of them. Of a line that there is not
// it knows no more than the quantity.
func packed(o *intake.Order, place int, quantity int64) intake.Line {
	l := intake.Line{Quantity: quantity}
	if place >= 1 && place <= len(o.Lines) {
		l.LineItem, l.SKU = o.Lines[place-1].ID, o.Lines[place-1].SKU
	}
	return l
}

func aProduct(n *wire.Node) *intake.Product {
	p := &intake.Product{Head: head(n), Title: n.String("title"), Vendor: n.String("brand"), Type: n.String("type"), URL: n.String("url"), Tags: n.At("tags").Texts(), Images: n.At("images").Texts(), Attributes: named(n.At("attributes"))}
	c := strings.ToUpper(n.String("currency"))
	for _, v := range n.At("variants").Items() {
		x := intake.Variant{
			ID: v.String("id"), SKU: v.String("sku"), Barcode: v.String("barcode"), Title: v.String("title"), Price: intake.Decimal(v.At("price"), c),
			Cost: intake.Decimal(v.At("cost"), c), Grams: v.Int("grams"), HSCode: v.String("hs_code"), Origin: v.String("origin"),
		}
		if v.Has("stock") {
			stock := v.Int("stock")
			x.Stock = &stock
		}
		x.Options, x.Attributes = named(v.At("options")), named(v.At("attributes"))
		p.Variants = append(p.Variants, x)
	}
	return p
}

// named are the texts of an object, by their names; nil for none.
func named(n *wire.Node) map[string]string {
	var out map[string]string
	for _, m := range n.Members() {
		if out == nil {
			out = map[string]string{}
		}
		out[m.Key()] = m.Text()
	}
	return out
}

func aCustomer(n *wire.Node) *intake.Customer {
	return &intake.Customer{Head: head(n), Name: n.String("name"), Email: n.String("email"), Phone: n.String("phone"), Language: n.String("language")}
}

func address(n *wire.Node) *intake.Address {
	return intake.Address{
		Name: n.String("name"), Company: n.String("company"), Line1: n.String("line1"), Line2: n.String("line2"), City: n.String("city"), Region: n.String("region"),
		Postcode: n.String("postcode"), Country: n.String("country"), Phone: n.String("phone"),
	}.Or()
}

// fromTable is an order of a CSV file, whose sums are exact already.
func fromTable(n order.New) *intake.Order {
	sum := func(minor int64) intake.Money {
		m := intake.Money{}
		m.Minor, m.Currency = minor, n.Currency
		return m
	}
	o := &intake.Order{
		Head: intake.Head{ID: n.ExternalID, Number: n.Number, Status: n.Status}, PaymentStatus: n.PaymentStatus, FulfillmentStatus: n.FulfillmentStatus, PaymentMethod: n.PaymentMethod,
		Currency: n.Currency, Goods: sum(n.Goods), Discount: sum(n.Discount), Shipping: sum(n.Shipping), Tax: sum(n.Tax), Duty: sum(n.Duty), Total: sum(n.Total), Refunded: sum(n.Refunded),
		Email: n.Email, Language: n.Language, PlacedAt: n.PlacedAt,
		ShipTo: intake.Address{
			Name: n.ShipTo.Name, Company: n.ShipTo.Company, Line1: n.ShipTo.Line1, Line2: n.ShipTo.Line2, City: n.ShipTo.City, Region: n.ShipTo.Region,
			Postcode: n.ShipTo.Postcode, Country: n.ShipTo.Country, Phone: n.ShipTo.Phone,
		}.Or(),
	}
	if o.ID == "" {
		o.ID = n.Number
	}
	if p := n.Promise; !p.IsZero() {
		o.Promise = &intake.Promise{Quote: p.Quote, Service: p.Service, From: p.From, To: p.To, DaysFrom: int64(p.DaysFrom), DaysTo: int64(p.DaysTo), Price: sum(p.Price)}
	}
	if n.CustomerName != "" {
		o.Customer = &intake.Customer{Name: n.CustomerName, Email: n.Email}
	}
	for i, l := range n.Lines {
		o.Lines = append(o.Lines, intake.Line{
			ID: wire.Index("line", i), SKU: l.SKU, Title: l.Title, VariantTitle: l.Variant, Quantity: l.Quantity, Price: sum(l.Price), Discount: sum(l.Discount), Tax: sum(l.Tax), Duty: sum(l.Duty),
		})
	}
	for _, p := range n.Payments {
		x := &intake.Payment{Head: intake.Head{ID: p.ID, Status: "succeeded", CreatedAt: p.PaidAt}, Operation: "payment", Amount: sum(p.Amount), Refunded: sum(p.Refunded), Gateway: p.Provider, ExpiresAt: p.Until, Disputed: p.Disputed}
		if p.Method != "" {
			x.Method = &intake.Method{Type: p.Method}
		}
		x.Refer("transaction", p.ID)
		o.Payments = append(o.Payments, x)
	}
	for _, f := range n.Fulfillments {
		s := &intake.Shipment{Head: intake.Head{Status: f.Status}, Carrier: f.Carrier, ShippedAt: f.ShippedAt, DeliveredAt: f.DeliveredAt}
		if f.Tracking != "" {
			s.Numbers = []string{f.Tracking}
		}
		for _, p := range f.Packed {
			s.Lines = append(s.Lines, packed(o, p.Line, p.Quantity))
		}
		o.Fulfillments = append(o.Fulfillments, s)
	}
	return o
}
