package importer

import (
	"errors"
	"io"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
)

// sheet is a file of separated values with a header.
type sheet struct {
	in     *reader
	header []string
	at     map[string]int // columns by field
}

// openSheet reads the header and maps its columns. head is how r begins.
func openSheet(r io.Reader, head []byte, schema Schema, m Mapping, charset string) (*sheet, error) {
	enc, err := decoder(charset, head)
	if err != nil {
		return nil, err
	}
	t := &sheet{in: newReader(utf8Text(r, enc))}
	first, err := t.in.takeLine()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errs.Wrap(errs.Invalid, err, "error.import_header")
	}
	if d, ok := strings.CutPrefix(strings.TrimRight(first, "\r\n"), "sep="); ok && len(d) == 1 { // Excel's own line
		t.in.delim = d[0]
	} else {
		t.in.delim = sniff(first)
		t.in.ahead = append(t.in.ahead, first)
		t.in.line--
	}
	header, _, err := t.in.read()
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.import_header")
	}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	t.header = header
	if t.at, err = schema.match(header, m); err != nil {
		return nil, err
	}
	return t, nil
}

// columns returns the column of each field that has one, and the columns that
// no field reads.
func (t *sheet) columns() (read map[string]string, ignored []string) {
	read = map[string]string{}
	used := map[int]bool{}
	for f, i := range t.at {
		read[f], used[i] = t.header[i], true
	}
	for i, h := range t.header {
		if !used[i] && h != "" {
			ignored = append(ignored, h)
		}
	}
	return read, ignored
}

// text returns what a row says of a field.
func (t *sheet) text(values []string, field string) string {
	i, ok := t.at[field]
	if !ok || i >= len(values) {
		return ""
	}
	s := strings.TrimSpace(values[i])
	if len(s) > 1 && s[0] == '\'' && strings.ContainsAny(s[1:2], "=+-@0123456789") { // a spreadsheet's mark of text
		s = s[1:]
	}
	return s
}

// beyond returns what a row holds behind the last column of the header.
func (t *sheet) beyond(values []string) string {
	if len(values) <= len(t.header) {
		return ""
	}
	return strings.TrimSpace(strings.Join(values[len(t.header):], " "))
}

// table reads orders from a sheet.
type table struct {
	*sheet
	last *group // of the row before
}

func newTable(r io.Reader, head []byte, m Mapping, run *run) (*table, error) {
	s, err := openSheet(r, head, orders, m, run.o.Charset)
	if err != nil {
		return nil, err
	}
	run.report.Columns, run.report.Ignored = s.columns()
	return &table{sheet: s}, nil
}

// row reads one row into the order it belongs to.
func (t *table) row(r *run) error {
	values, line, err := t.in.read()
	switch {
	case errors.Is(err, errQuote):
		r.alone(line).bad(RowError{Line: line, Reason: ReasonQuote})
		return nil
	case errors.Is(err, errLong):
		r.alone(line).bad(RowError{Line: line, Reason: ReasonTooLong})
		return nil
	case err != nil:
		return err
	}
	c := &cells{t: t, values: values, line: line, o: r.o}
	if c.blank() {
		return nil
	}
	g := t.group(r, c)
	c.g = g
	if more := t.beyond(values); more != "" {
		g.bad(RowError{Line: line, Value: more, Reason: ReasonColumns})
		return nil
	}
	if g.given == nil {
		g.given, g.sums = map[string]string{}, map[string]int64{}
	}
	if g.key != "" {
		c.order(r.shop)
		c.item()
	}
	return nil
}

// group finds the order of a row. A row without a number of its own continues
// the one before if it says nothing about an order as a whole.
func (t *table) group(r *run, c *cells) *group {
	key := c.text("number")
	if key == "" {
		key = c.text("external_id")
	}
	if key == "" {
		if t.last != nil && c.onlyLines() {
			return t.last
		}
		t.last = nil
		g := r.alone(c.line)
		g.bad(RowError{Line: c.line, Column: t.header[t.at["number"]], Reason: ReasonNoNumber})
		return g
	}
	g := r.of(key, c.line)
	if g == nil {
		g = r.alone(c.line)
		g.bad(RowError{Line: c.line, Column: t.header[t.at["number"]], Value: key, Reason: ReasonScattered})
	}
	t.last = g
	return g
}

// cells are the values of one row.
type cells struct {
	t        *table
	values   []string
	line     int
	o        Options
	g        *group
	currency string
}

func (c *cells) text(field string) string { return c.t.text(c.values, field) }

func (c *cells) blank() bool { return strings.TrimSpace(strings.Join(c.values, "")) == "" }

func (c *cells) onlyLines() bool {
	some := false
	for name := range c.t.at {
		if c.text(name) == "" {
			continue
		}
		if !strings.HasPrefix(name, "line_") && name != "tracking" && name != "carrier" {
			return false
		}
		some = true
	}
	return some
}

func (c *cells) bad(field string, why Reason) {
	c.g.bad(RowError{Line: c.line, Column: c.t.header[c.t.at[field]], Value: c.text(field), Reason: why})
}

// order reads what belongs to the order as a whole; the first row that says it
// counts, and a later one must not contradict where it matters.
func (c *cells) order(shop order.Shop) {
	n := &c.g.order
	c.setCurrency(shop)
	for _, f := range []struct {
		name string
		to   *string
	}{
		{"number", &n.Number}, {"external_id", &n.ExternalID}, {"customer_name", &n.CustomerName}, {"language", &n.Language},
		{"payment_method", &n.PaymentMethod}, {"ship_name", &n.ShipTo.Name}, {"ship_first", &c.g.ship.first}, {"ship_last", &c.g.ship.last},
		{"customer_first", &c.g.buyer.first}, {"customer_last", &c.g.buyer.last},
		{"ship_company", &n.ShipTo.Company}, {"ship_line1", &n.ShipTo.Line1}, {"ship_line2", &n.ShipTo.Line2}, {"ship_city", &n.ShipTo.City},
		{"promise_quote", &n.Promise.Quote}, {"promise_service", &n.Promise.Service},
		{"ship_region", &n.ShipTo.Region}, {"ship_postcode", &n.ShipTo.Postcode}, {"ship_phone", &n.ShipTo.Phone},
	} {
		if *f.to == "" {
			*f.to = c.text(f.name)
		}
	}
	if n.Number == "" {
		n.Number = n.ExternalID
	}
	if country := c.text("ship_country"); n.ShipTo.Country == "" {
		n.ShipTo.Country = country
		if len(country) == 2 {
			n.ShipTo.Country = strings.ToUpper(country)
		}
	}
	if c.once("email") {
		n.Email = customer.Identity{Kind: customer.Email, Value: c.text("email")}.Fold().Value
		if n.Email == "" {
			c.bad("email", ReasonEmail)
		}
	}
	c.states()
	for _, f := range []struct {
		name string
		to   *int64
	}{
		{"goods", &n.Goods}, {"discount", &n.Discount}, {"shipping", &n.Shipping}, {"tax", &n.Tax}, {"duty", &n.Duty},
		{"total", &n.Total}, {"refunded", &n.Refunded}, {"promise_price", &n.Promise.Price},
	} {
		if c.once(f.name) {
			*f.to = c.amount(f.name)
		}
	}
	n.Discount, n.Refunded = max(n.Discount, -n.Discount), max(n.Refunded, -n.Refunded) // some write them as what they take away
	if t := c.date("placed_at"); n.PlacedAt.IsZero() {
		n.PlacedAt = t
	}
	if id := c.text("payment_id"); id != "" && len(n.Payments) == 0 && n.Total > 0 {
		n.Payments = []order.Payment{{ID: id, Provider: strings.ToLower(c.text("payment_provider")), Method: n.PaymentMethod, Amount: n.Total, PaidAt: n.PlacedAt, CapturedAt: n.PlacedAt}}
	}
	if n.Promise.From.IsZero() {
		n.Promise.From = c.day("promised_from")
	}
	if n.Promise.To.IsZero() {
		n.Promise.To = c.day("promised_to")
	}
}

// once reports whether a field of the whole order is told here for the first
// time, and reports a row that contradicts an earlier one.
func (c *cells) once(field string) bool {
	v := c.text(field)
	if v == "" {
		return false
	}
	was, told := c.g.given[field]
	if told && was != v {
		c.bad(field, ReasonDiffers)
	}
	c.g.given[field] = v
	return !told
}

func (c *cells) setCurrency(shop order.Shop) {
	if c.once("currency") {
		c.g.order.Currency = strings.ToUpper(c.text("currency"))
		if _, ok := money.Digits(c.g.order.Currency); !ok {
			c.bad("currency", ReasonCurrency)
		}
	}
	if c.currency = c.g.order.Currency; c.currency == "" {
		c.currency = shop.Currency
	}
}

func (c *cells) states() {
	n := &c.g.order
	if v := c.text("payment_status"); v != "" && n.PaymentStatus == "" {
		n.PaymentStatus = word(v)
	}
	if v := c.text("fulfillment_status"); v != "" && n.FulfillmentStatus == "" {
		n.FulfillmentStatus = word(v)
	}
	if v := c.text("status"); v != "" && n.Status == "" {
		var payment string
		n.Status, payment = status(v)
		if n.PaymentStatus == "" {
			n.PaymentStatus = payment
		}
		if w := word(v); n.FulfillmentStatus == "" && (w == "shipped" || w == "delivered") {
			n.FulfillmentStatus = w
		}
	}
	if !c.date("cancelled_at").IsZero() {
		n.Status = order.Cancelled
	}
}

// item reads what belongs to one line item, and the parcels.
func (c *cells) item() {
	shipped, delivered := c.date("shipped_at"), c.date("delivered_at")
	c.g.addTracking(c.text("carrier"), c.text("tracking"), shipped, delivered)
	for _, f := range []string{"line_shipping", "line_shipping_tax", "line_shipping_discount"} {
		v := c.amount(f)
		c.g.sums[f] += max(v, -v)
	}
	l := order.Line{SKU: c.text("line_sku"), Title: c.text("line_title"), Variant: c.text("line_variant"), Quantity: 1}
	if l.SKU == "" && l.Title == "" {
		return
	}
	if c.text("line_quantity") != "" {
		q, ok := parseQuantity(c.text("line_quantity"))
		if !ok {
			c.bad("line_quantity", ReasonQuantity)
			return
		}
		l.Quantity = q
	}
	l.Price, l.Discount, l.Tax, l.Duty = c.amount("line_price"), c.amount("line_discount"), c.amount("line_tax"), c.amount("line_duty")
	l.Discount = max(l.Discount, -l.Discount)
	c.g.goods = c.g.goods || c.text("line_price")+c.text("line_total") != ""
	if total := c.amount("line_total"); c.text("line_price") == "" && l.Quantity > 0 {
		l.Price = (total + l.Quantity - 1) / l.Quantity // what does not divide is a discount, so that the line adds up
		l.Discount += l.Price*l.Quantity - total
	}
	c.g.sums["goods"] += l.Price * l.Quantity
	c.g.sums["line_discount"] += l.Discount
	c.g.sums["line_tax"] += l.Tax
	c.g.sums["line_duty"] += l.Duty
	c.g.order.Lines = append(c.g.order.Lines, l)
}

func (c *cells) amount(field string) int64 {
	v := c.text(field)
	if v == "" || v == "-" || v == "--" {
		return 0
	}
	minor, err := parseAmount(v, c.currency, c.o.Decimal)
	switch {
	case errors.Is(err, errDecimals):
		c.bad(field, ReasonDecimals)
	case err != nil:
		c.bad(field, ReasonAmount)
	}
	return minor
}

// day reads a day at the customer's, whose name counts and not its instant: its
// midnight in UTC.
func (c *cells) day(field string) time.Time {
	v := c.text(field)
	if len(v) > 10 && (v[10] == 'T' || v[10] == ' ') { // 2026-12-04T23:59:59-08:00 is the fourth
		v = v[:10]
	}
	if v == "" || v == "-" {
		return time.Time{}
	}
	t, ok := parseDate(v, time.UTC, c.o.DayFirst)
	if !ok {
		c.bad(field, ReasonDate)
	}
	return t
}

func (c *cells) date(field string) time.Time {
	v := c.text(field)
	if v == "" || v == "-" {
		return time.Time{}
	}
	t, ok := parseDate(v, c.o.Zone, c.o.DayFirst)
	if !ok {
		c.bad(field, ReasonDate)
	}
	return t
}
