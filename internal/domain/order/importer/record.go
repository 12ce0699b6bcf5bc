package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
)

// Record is one line of a JSONL file. Only number is required. Amounts are
// decimal numbers in the order's currency, written as JSON strings ("12.30") or
// numbers (12.3); a time is RFC 3339; a field that is not listed is an error.
type Record struct {
	Number            string         `json:"number"`
	ExternalID        string         `json:"external_id"` // the platform's own ID; the number if absent
	Email             string         `json:"email"`
	CustomerName      string         `json:"customer_name"`
	Language          string         `json:"language"`
	Status            string         `json:"status"` // open, cancelled, closed
	PaymentStatus     string         `json:"payment_status"`
	FulfillmentStatus string         `json:"fulfillment_status"`
	PaymentMethod     string         `json:"payment_method"`
	Currency          string         `json:"currency"` // ISO 4217; the shop's if absent
	Goods             Decimal        `json:"goods"`    // before discount
	Discount          Decimal        `json:"discount"`
	Shipping          Decimal        `json:"shipping"`
	Tax               Decimal        `json:"tax"`
	Duty              Decimal        `json:"duty"`
	Total             Decimal        `json:"total"`
	Refunded          Decimal        `json:"refunded"`
	PlacedAt          time.Time      `json:"placed_at"`
	ShipTo            order.Address  `json:"ship_to"`
	Promise           RecordPromise  `json:"promise"`
	Lines             []RecordLine   `json:"lines"`
	Fulfillments      []RecordParcel `json:"fulfillments"`
	Payments          []RecordPaid   `json:"payments"`
}

// RecordPaid is one of the means by which a Record was paid. It was taken unless captured is false.
type RecordPaid struct {
	ID       string    `json:"id"`       // the provider's own
	Provider string    `json:"provider"` // who took it
	Method   string    `json:"method"`
	Amount   Decimal   `json:"amount"`
	Refunded Decimal   `json:"refunded"`
	PaidAt   time.Time `json:"paid_at"` // when the order was placed, if absent
	Until    time.Time `json:"until"`   // the provider takes it back until then
	Captured *bool     `json:"captured"`
	Disputed bool      `json:"disputed"`
}

// RecordPromise is what the customer was told of delivery: by which day, after how
// many days, or by which quote.
type RecordPromise struct {
	Quote    string    `json:"quote"`
	Service  string    `json:"service"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	DaysFrom int       `json:"days_from"`
	DaysTo   int       `json:"days_to"`
	Price    Decimal   `json:"price"`
}

// RecordLine is one line item of a Record.
type RecordLine struct {
	SKU      string  `json:"sku"`
	Title    string  `json:"title"`
	Variant  string  `json:"variant"`
	Quantity int64   `json:"quantity"`
	Price    Decimal `json:"price"`    // one unit, before discount
	Discount Decimal `json:"discount"` // of the whole line
	Tax      Decimal `json:"tax"`
	Duty     Decimal `json:"duty"`
}

// RecordParcel is one fulfillment of a Record.
type RecordParcel struct {
	Carrier     string    `json:"carrier"`
	Tracking    string    `json:"tracking"`
	Status      string    `json:"status"`
	ShippedAt   time.Time `json:"shipped_at"`
	DeliveredAt time.Time `json:"delivered_at"`

	Packed []order.Packed `json:"packed"` // what is in it, lines by their place from 1
}

// Decimal is the text of an amount: a JSON string, or a number as it was written.
type Decimal string

// UnmarshalJSON implements json.Unmarshaler.
func (d *Decimal) UnmarshalJSON(b []byte) error {
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil { // takes strings that hold numbers too
		return err
	}
	*d = Decimal(n)
	return nil
}

// records reads orders from JSON lines.
type records struct{ in *reader }

func newRecords(r io.Reader) *records { return &records{newReader(r)} }

// row reads one line.
func (j *records) row(r *run) error {
	text, err := j.in.takeLine()
	line := j.in.line
	if errors.Is(err, errLong) {
		r.alone(line).bad(RowError{Line: line, Reason: ReasonTooLong})
		return nil
	}
	if err != nil {
		return err
	}
	if text = strings.TrimSpace(strings.TrimPrefix(text, "\uFEFF")); text == "" {
		return nil
	}
	var rec Record
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&rec); err != nil || dec.More() {
		r.alone(line).bad(RowError{Line: line, Column: jsonField(err), Value: text, Reason: ReasonJSON})
		return nil
	}
	key := rec.ExternalID
	if key == "" {
		key = rec.Number
	}
	if rec.Number == "" {
		r.alone(line).bad(RowError{Line: line, Column: "number", Reason: ReasonNoNumber})
		return nil
	}
	g := r.of(key, line)
	if g == nil || g.order.Number != "" {
		r.alone(line).bad(RowError{Line: line, Column: "number", Value: rec.Number, Reason: ReasonDiffers})
		return nil
	}
	rec.read(g, r.shop)
	return nil
}

// jsonField returns the field that an error of encoding/json is about, if it
// says so.
func jsonField(err error) string {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) {
		return t.Field
	}
	if err != nil {
		if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
			return strings.Trim(name, `"`)
		}
	}
	return ""
}

// read turns a record into the order of a group.
func (rec Record) read(g *group, shop order.Shop) {
	currency := strings.ToUpper(rec.Currency)
	if currency == "" {
		currency = shop.Currency
	}
	amount := func(field string, d Decimal) int64 {
		if d == "" {
			return 0
		}
		minor, err := parseAmount(string(d), currency, '.')
		if errors.Is(err, errDecimals) {
			g.bad(RowError{Line: g.line, Column: field, Value: string(d), Reason: ReasonDecimals})
		} else if err != nil {
			g.bad(RowError{Line: g.line, Column: field, Value: string(d), Reason: ReasonAmount})
		}
		return minor
	}
	n := order.New{
		Shop: shop.ID, ExternalID: rec.ExternalID, Number: rec.Number, CustomerName: rec.CustomerName, Language: rec.Language,
		Email: rec.Email, PaymentStatus: rec.PaymentStatus, FulfillmentStatus: rec.FulfillmentStatus, PaymentMethod: rec.PaymentMethod,
		Currency: rec.Currency, Goods: amount("goods", rec.Goods), Discount: amount("discount", rec.Discount),
		Shipping: amount("shipping", rec.Shipping), Tax: amount("tax", rec.Tax), Duty: amount("duty", rec.Duty),
		Total: amount("total", rec.Total), Refunded: amount("refunded", rec.Refunded), ShipTo: rec.ShipTo, PlacedAt: rec.PlacedAt,
	}
	n.Promise = order.Promise{
		Quote: rec.Promise.Quote, Service: rec.Promise.Service, From: rec.Promise.From, To: rec.Promise.To,
		DaysFrom: rec.Promise.DaysFrom, DaysTo: rec.Promise.DaysTo, Price: amount("promise.price", rec.Promise.Price),
	}
	if rec.Status != "" {
		n.Status, _ = status(rec.Status)
	}
	if rec.Email != "" && (customer.Identity{Kind: customer.Email, Value: rec.Email}).Fold().Value == "" {
		g.bad(RowError{Line: g.line, Column: "email", Value: rec.Email, Reason: ReasonEmail})
	}
	for _, l := range rec.Lines {
		if l.Quantity < 0 {
			g.bad(RowError{Line: g.line, Column: "quantity", Value: l.SKU, Reason: ReasonQuantity})
		}
		n.Lines = append(n.Lines, order.Line{
			SKU: l.SKU, Title: l.Title, Variant: l.Variant, Quantity: l.Quantity, Price: amount("price", l.Price),
			Discount: amount("discount", l.Discount), Tax: amount("tax", l.Tax), Duty: amount("duty", l.Duty),
		})
	}
	for _, p := range rec.Payments {
		v := order.Payment{ID: p.ID, Provider: p.Provider, Method: p.Method, Amount: amount("payments.amount", p.Amount), Refunded: amount("payments.refunded", p.Refunded),
			PaidAt: p.PaidAt, Until: p.Until, Disputed: p.Disputed}
		if v.PaidAt.IsZero() {
			v.PaidAt = rec.PlacedAt
		}
		if p.Captured == nil || *p.Captured {
			v.CapturedAt = v.PaidAt
		}
		n.Payments = append(n.Payments, v)
	}
	for _, f := range rec.Fulfillments {
		n.Fulfillments = append(n.Fulfillments, order.Fulfillment{
			Carrier: f.Carrier, Tracking: f.Tracking, Status: f.Status, ShippedAt: f.ShippedAt, DeliveredAt: f.DeliveredAt, Packed: f.Packed,
		})
	}
	g.order = n
}
