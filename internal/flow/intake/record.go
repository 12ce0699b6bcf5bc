package intake

import (
	"strings"
	"time"
	"unicode"

	"godwit.dev/godwit/internal/base/wire"
)

// Limits of what a record says of itself.
const (
	factDepth = 4
	factCount = 200
	factBytes = 1000 // of one text
)

// secrets are parts of names whose values are never told.
var secrets = []string{"secret", "token", "password", "signature", "authorization", "api_key", "apikey", "card_number", "cvv", "cvc", "fingerprint"}

// NewRecord tells of an object, whatever it is, by its identifiers, sums, times and texts, under the paths where they
// stand. Reading it so does not count as understanding it: what the vendor does not document stays unknown.
func NewRecord(noun string, n *wire.Node) *Record {
	r := &Record{Noun: noun, Amounts: map[string]Money{}, Facts: map[string]string{}}
	r.Kind = KindOther
	r.ID = Identifier(n)
	r.gather(n, "", "", 0)
	r.Amount = r.Amounts["amount"]
	r.Status = ""
	r.VendorStatus = n.Peek("status").Text()
	r.CreatedAt = momentOf(n, "created_at", "created", "createdAt", "create_time", "createdTime", "creationDate", "date")
	r.UpdatedAt = momentOf(n, "updated_at", "updated", "updatedAt", "update_time", "lastUpdatedTime", "occurredAt", "occurred_at")
	return r
}

func momentOf(n *wire.Node, names ...string) time.Time {
	for _, name := range names {
		if t, ok := wire.Moment(n.Peek(name).Text()); ok {
			return t
		}
	}
	return time.Time{}
}

// Identifier is what an object calls itself, by the names that vendors use.
func Identifier(n *wire.Node) string {
	for _, name := range []string{"id", "ID", "Id", "uuid", "token"} {
		if m := n.Peek(name); m.Given() && m.Kind() <= wire.String {
			return m.Text()
		}
	}
	return ""
}

// gather collects what stands below a value. Currency is the one that stands nearest above.
func (r *Record) gather(n *wire.Node, path, currency string, depth int) {
	if depth > factDepth {
		return
	}
	for _, name := range []string{"currency", "currency_code", "currencyCode", "CurrencyCode"} {
		if c := n.Peek(name); c.Kind() == wire.String {
			currency = c.Text()
		}
	}
	if n.Kind() != wire.Object {
		return
	}
	for _, m := range n.Members() {
		if len(r.Facts)+len(r.Amounts) >= factCount {
			return
		}
		at := wire.Join(path, m.Key())
		if hidden(m.Key()) {
			continue
		}
		switch m.Kind() {
		case wire.Object:
			if sum, ok := sumOf(m); ok {
				r.Amounts[at] = sum
				continue
			}
			r.gather(m, at, currency, depth+1)
		case wire.Array:
			for i, item := range m.Members() {
				if i == 20 {
					break
				}
				p := wire.Index(at, i)
				if item.Kind() == wire.Object {
					r.gather(item, p, currency, depth+1)
				} else {
					r.fact(p, "", item)
				}
			}
		case wire.Absent, wire.Null:
		default:
			r.fact(at, m.Key(), m)
		}
	}
}

func (r *Record) fact(at, name string, m *wire.Node) {
	text := m.Text()
	if text == "" {
		return
	}
	if len(text) > factBytes {
		text = strings.ToValidUTF8(text[:factBytes], "")
	}
	r.Facts[at] = text
	if what, ok := reference(name); ok && !strings.ContainsAny(at, ".[") {
		r.Refer(what, text)
	}
}

// reference tells the name of an identifier from others: order_id, orderId and AmazonOrderId are an order's.
func reference(name string) (string, bool) {
	for _, suffix := range []string{"_id", "Id", "ID"} {
		if what, ok := strings.CutSuffix(name, suffix); ok && what != "" {
			return snake(what), true
		}
	}
	return "", false
}

func snake(s string) string {
	var b strings.Builder
	for i, c := range s {
		if unicode.IsUpper(c) {
			if i > 0 {
				b.WriteByte('_')
			}
			c = unicode.ToLower(c)
		}
		b.WriteRune(c)
	}
	return b.String()
}

func hidden(name string) bool {
	name = strings.ToLower(name)
	for _, s := range secrets {
		if strings.Contains(name, s) {
			return true
		}
	}
	return false
}

// sums are the pairs of names by which vendors write money in whole units.
var sums = [][2]string{{"amount", "currency_code"}, {"amount", "currencyCode"}, {"value", "currency_code"}, {"Amount", "CurrencyCode"}, {"CurrencyAmount", "CurrencyCode"}, {"currencyAmount", "currencyCode"}, {"value", "currencyCode"}}

// sumOf reads an object that is nothing but a sum. It does not count as read.
func sumOf(n *wire.Node) (Money, bool) {
	if n.Size() != 2 {
		return Money{}, false
	}
	for _, s := range sums {
		a, c := n.Peek(s[0]), n.Peek(s[1])
		if a.Given() && c.Kind() == wire.String && a.Kind() <= wire.String {
			return Decimal(a.Copy(), c.Text()), true
		}
	}
	return Money{}, false
}

// Price reads an object that is a sum in whole units, as vendors write it: {amount, currency}, {value, currency_code}...
func Price(n *wire.Node) Money {
	if n.Kind() != wire.Object {
		return Money{}
	}
	for _, s := range append(sums, [2]string{"amount", "currency"}, [2]string{"value", "currency"}) {
		if n.Has(s[0]) && n.Has(s[1]) {
			return Decimal(n.At(s[0]), n.String(s[1]))
		}
	}
	return Money{}
}
