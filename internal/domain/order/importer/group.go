package importer

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
)

// group is what a file says about one order.
type group struct {
	order  order.New
	key    string // what tells its rows together
	line   int    // where it begins
	rows   []RowError
	errors int

	given map[string]string // values of the order as a whole, by field
	sums  map[string]int64  // what the lines add up to, by field
	goods bool              // lines have prices
	ship  names
	buyer names
}

// names are a first and a last name in columns of their own.
type names struct{ first, last string }

func (n names) String() string { return strings.TrimSpace(n.first + " " + n.last) }

// bad condemns the order for a row.
func (g *group) bad(e RowError) {
	g.errors++
	if len(g.rows) < maxRows {
		e.Value = shorten(e.Value)
		g.rows = append(g.rows, e)
	}
}

// finish completes the order from what its rows said and checks it as a whole.
func (g *group) finish(shop order.Shop) {
	n := &g.order
	n.ShipTo.Name = cmp.Or(n.ShipTo.Name, g.ship.String())
	n.CustomerName = cmp.Or(n.CustomerName, g.buyer.String(), n.ShipTo.Name)
	if n.ShipTo.Line1 != "" {
		n.ShipTo.Name = cmp.Or(n.ShipTo.Name, n.CustomerName)
	}
	if g.given != nil {
		g.total()
	}
	n.Promise = promised(n.Promise)
	err := n.Check(shop)
	if err == nil {
		return
	}
	column := ""
	var e *errs.Error
	if errors.As(err, &e) {
		column = e.Field
	}
	g.bad(RowError{Line: g.line, Column: column, Value: n.Number, Reason: ReasonOrder})
}

// promised is a promise as a file tells it: by when, or by which quote. A way of sending alone is none.
func promised(p order.Promise) order.Promise {
	if p.To.IsZero() && p.DaysTo == 0 && p.Quote == "" {
		return order.Promise{}
	}
	p.Source = cmp.Or(p.Source, "file")
	return p
}

// total fills in the sums that the file does not give.
func (g *group) total() {
	n := &g.order
	fill := func(to *int64, field string, sums ...string) {
		if g.given[field] != "" {
			return
		}
		for _, s := range sums {
			*to += g.sums[s]
		}
	}
	if g.goods {
		n.Goods = g.sums["goods"] // subtotals of platforms differ in what they leave out
	}
	fill(&n.Discount, "discount", "line_discount", "line_shipping_discount")
	fill(&n.Shipping, "shipping", "line_shipping")
	fill(&n.Tax, "tax", "line_tax", "line_shipping_tax")
	fill(&n.Duty, "duty", "line_duty")
	if g.given["total"] != "" {
		return
	}
	n.Total = n.Goods - n.Discount + n.Shipping + n.Duty
	if c := n.ShipTo.Country; c == "US" || c == "CA" { // everywhere else prices hold the tax
		n.Total += n.Tax
	}
}

// addTracking adds the parcels that a cell names.
func (g *group) addTracking(carrier, cell string, shipped, delivered time.Time) {
	numbers := strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",;|\n\r", r) })
	for _, number := range numbers {
		number = strings.TrimSpace(number)
		if number == "" || g.ships(number) {
			continue
		}
		f := order.Fulfillment{Carrier: carrier, Tracking: number, ShippedAt: shipped, DeliveredAt: delivered}
		switch {
		case !delivered.IsZero():
			f.Status = "delivered"
		case !shipped.IsZero():
			f.Status = "shipped"
		}
		g.order.Fulfillments = append(g.order.Fulfillments, f)
	}
}

func (g *group) ships(tracking string) bool {
	for _, f := range g.order.Fulfillments {
		if order.TrackingKey(f.Tracking) == order.TrackingKey(tracking) {
			return true
		}
	}
	return false
}

// shorten returns the first characters of a value for the report.
func shorten(s string) string {
	n := 0
	for i := range s {
		if n == maxShown {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// status brings a platform's word for the state of an order to one of ours and,
// where it says so, that of the payment.
func status(word string) (state, payment string) {
	switch w := strings.ToLower(strings.TrimSpace(word)); w {
	case "cancelled", "canceled", "voided", "trash", "已取消", "取消", "交易关闭", "отменён", "отменен", "отменено":
		return order.Cancelled, ""
	case "completed", "complete", "closed", "delivered", "archived", "已完成", "交易成功", "已签收", "выполнен", "доставлен", "завершён", "завершен":
		return order.Closed, "paid"
	case "refunded", "已退款", "возвращён", "возвращен", "возврат":
		return order.Closed, "refunded"
	case "processing", "shipped", "paid", "已付款", "待发货", "已发货", "оплачен", "отправлен":
		return order.Open, "paid"
	case "pending", "pending payment", "on-hold", "on hold", "unpaid", "待付款", "ожидает оплаты":
		return order.Open, "pending"
	case "failed":
		return order.Open, "failed"
	}
	return order.Open, ""
}

// word folds a platform's word: "Partially refunded" becomes partially_refunded.
func word(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), "_") }
