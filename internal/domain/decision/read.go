package decision

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/money"
)

// Problem says where a written case is wrong, and how.
type Problem struct {
	Path string // order.lines[0].goods
	Text string // a sentence without its subject: must be given
}

// Error returns the problem as a sentence.
func (p *Problem) Error() string { return p.Path + " " + p.Text + "." }

// Reader reads written cases. It remembers time zones and may be used by many at
// once; the zero Reader is ready.
type Reader struct{ zones sync.Map }

type written struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Now    *string         `json:"now,omitempty"`
	Market *struct {
		Country  string   `json:"country,omitempty"`
		Region   string   `json:"region,omitempty"`
		Zone     string   `json:"zone,omitempty"`
		Holidays []string `json:"holidays,omitempty"`
	} `json:"market,omitempty"`
	Shop *struct {
		ReturnDays *int `json:"return_days,omitempty"`
	} `json:"shop,omitempty"`
	Order  *writtenOrder  `json:"order,omitempty"`
	Case   *writtenClaim  `json:"case,omitempty"`
	Policy *writtenPolicy `json:"policy,omitempty"`
	Costs  *writtenCosts  `json:"costs,omitempty"`
	Buyer  *struct {
		Tier     string `json:"tier,omitempty"`
		Returns  int64  `json:"returns,omitempty"`
		Disputes int64  `json:"disputes,omitempty"`
	} `json:"customer,omitempty"`
}

type writtenOrder struct {
	Currency    string  `json:"currency,omitempty"`
	PlacedAt    *string `json:"placed_at,omitempty"`
	Shipment    string  `json:"shipment,omitempty"`
	DeliveredAt *string `json:"delivered_at,omitempty"`
	ShipBy      *string `json:"ship_by,omitempty"`
	DeliverBy   *string `json:"deliver_by,omitempty"`
	Delays      []struct {
		To     *string `json:"to,omitempty"`
		Answer string  `json:"answer,omitempty"`
	} `json:"delays,omitempty"`
	ExtraUntil *string `json:"extra_until,omitempty"`
	Informed   *struct {
		At       *string `json:"at,omitempty"`
		Complete *bool   `json:"complete,omitempty"`
	} `json:"informed,omitempty"`
	Lines []struct {
		Line     string   `json:"line,omitempty"`
		SKU      string   `json:"sku,omitempty"`
		Qty      *int64   `json:"qty,omitempty"`
		Settled  int64    `json:"settled,omitempty"`
		Flags    []string `json:"flags,omitempty"`
		Goods    *string  `json:"goods"`
		Discount *string  `json:"discount,omitempty"`
		Tax      *string  `json:"tax,omitempty"`
		Duty     *string  `json:"duty,omitempty"`
	} `json:"lines,omitempty"`
	Shipping *struct {
		Paid     *string `json:"paid,omitempty"`
		Standard *string `json:"standard,omitempty"`
	} `json:"shipping,omitempty"`
	Payments []struct {
		Method     string  `json:"method,omitempty"`
		Left       *string `json:"left,omitempty"`
		Refundable *bool   `json:"refundable,omitempty"`
		Until      *string `json:"until,omitempty"`
		Days       int     `json:"days,omitempty"`
		Dispute    bool    `json:"dispute,omitempty"`
	} `json:"payments,omitempty"`
}

type writtenClaim struct {
	Kind   string `json:"kind,omitempty"`
	Reason string `json:"reason,omitempty"`
	Lines  []struct {
		Line string `json:"line,omitempty"`
		Qty  *int64 `json:"qty,omitempty"`
	} `json:"lines,omitempty"`
	Wants    string   `json:"wants,omitempty"`
	OpenedAt *string  `json:"opened_at,omitempty"`
	Evidence []string `json:"evidence,omitempty"`
	Prior    []struct {
		Remedy string  `json:"remedy,omitempty"`
		At     *string `json:"at,omitempty"`
		Failed bool    `json:"failed,omitempty"`
	} `json:"prior,omitempty"`
	Major        bool    `json:"major,omitempty"`
	DiscoveredAt *string `json:"discovered_at,omitempty"`
	ReturnedAt   *string `json:"returned_at,omitempty"`
}

type writtenPolicy struct {
	Windows   map[string]int      `json:"windows"`
	Postage   map[string]string   `json:"postage,omitempty"`
	Label     *string             `json:"label,omitempty"`
	Fee       *string             `json:"fee,omitempty"`
	Duty      bool                `json:"duty,omitempty"`
	FinalSale []string            `json:"final_sale,omitempty"`
	NoReturn  []string            `json:"no_return,omitempty"`
	Evidence  map[string][]string `json:"evidence,omitempty"`
	KeepBelow *string             `json:"keep_below,omitempty"`
	Partial   *string             `json:"partial,omitempty"`
	Bonus     *string             `json:"bonus,omitempty"`
	Fallback  *struct {
		Method string `json:"method,omitempty"`
		Days   int    `json:"days,omitempty"`
	} `json:"fallback,omitempty"`
	Auto   map[string]string `json:"auto,omitempty"`
	Review *struct {
		Returns  *int64 `json:"returns,omitempty"`
		Disputes *int64 `json:"disputes,omitempty"`
	} `json:"review,omitempty"`
	Tiers map[string]writtenTier `json:"tiers,omitempty"`
	Cap   *writtenCap            `json:"cap,omitempty"`
}

type writtenCap struct {
	Limit string `json:"limit"`
	Spent string `json:"spent"`
}

type writtenTier struct {
	Days int     `json:"days,omitempty"`
	Fee  *string `json:"fee,omitempty"`
	Auto *string `json:"auto,omitempty"`
}

type writtenCosts struct {
	Routes   map[string]writtenRoute  `json:"routes,omitempty"`
	Handling *string                  `json:"handling,omitempty"`
	Items    map[string]writtenItem   `json:"items,omitempty"`
	Replace  map[string]writtenSender `json:"replace,omitempty"`
	Repair   *struct {
		Cost    *string `json:"cost,omitempty"`
		Freight *string `json:"freight,omitempty"`
		Days    int     `json:"days,omitempty"`
	} `json:"repair,omitempty"`
	TaxBack *string `json:"tax_back,omitempty"`
	Credit  *string `json:"credit,omitempty"`
}

type writtenRoute struct {
	Freight  *string `json:"freight,omitempty"`
	Fee      *string `json:"fee,omitempty"`
	Days     int     `json:"days,omitempty"`
	DutyBack *string `json:"duty_back,omitempty"`
}

type writtenItem struct {
	Cost   *string `json:"cost,omitempty"`
	Resale struct {
		A *string `json:"A,omitempty"`
		B *string `json:"B,omitempty"`
		C *string `json:"C,omitempty"`
	} `json:"resale"`
}

type writtenSender struct {
	Freight *string `json:"freight,omitempty"`
	Days    int     `json:"days,omitempty"`
}

// Read reads a case from JSON as docs/decisions.md describes it. Members that are
// not known are left alone. Every error is a *Problem, the first that was met.
func (r *Reader) Read(data []byte) (Case, error) {
	var w written
	if err := json.Unmarshal(data, &w); err != nil {
		var typed *json.UnmarshalTypeError
		if errors.As(err, &typed) && typed.Field != "" {
			return Case{}, &Problem{typed.Field, "must not be a JSON " + typed.Value}
		}
		return Case{}, &Problem{"the line", "is not a JSON object: " + err.Error()}
	}
	s := &scan{reader: r}
	c := s.all(&w)
	if s.problem != nil {
		return Case{}, s.problem
	}
	return c, nil
}

// scan converts a written case and keeps the first problem.
type scan struct {
	reader  *Reader
	digits  int
	problem *Problem
}

func (s *scan) fail(path, format string, args ...any) {
	if s.problem == nil {
		s.problem = &Problem{path, fmt.Sprintf(format, args...)}
	}
}

func (s *scan) given(ok bool, path string) bool {
	if !ok {
		s.fail(path, "must be given")
	}
	return ok
}

// money reads an amount with exactly the digits of the currency.
func (s *scan) money(v *string, path string) int64 {
	if v == nil {
		return 0
	}
	units, minor, point := strings.Cut(*v, ".")
	if units == "" || len(minor) != s.digits || point != (s.digits > 0) || len(units)+len(minor) > 17 {
		s.fail(path, "must be an amount with %d decimals, not %q", s.digits, *v)
		return 0
	}
	var n int64
	for _, c := range units + minor {
		if c < '0' || c > '9' {
			s.fail(path, "must be an amount with %d decimals, not %q", s.digits, *v)
			return 0
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

func (s *scan) share(v *string, path string) Share {
	if v == nil {
		return 0
	}
	n, err := ParseShare(*v)
	if err != nil {
		s.fail(path, "must be a decimal from 0 to 1, not %q", *v)
	}
	return n
}

func (s *scan) instant(v *string, path string) time.Time {
	if v == nil {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, *v)
	if err != nil {
		s.fail(path, "must be an instant such as 2026-10-26T09:00:00+01:00, not %q", *v)
	}
	return t
}

func (s *scan) must(v *string, path string) time.Time {
	s.given(v != nil, path)
	return s.instant(v, path)
}

func (s *scan) day(v *string, path string) Day {
	if v == nil {
		return Never
	}
	d, err := ParseDay(*v)
	if err != nil {
		s.fail(path, "must be a date such as 2026-11-01, not %q", *v)
	}
	return d
}

// span reads a number of days: up to a century, so that no date overflows.
func (s *scan) span(n int, path string) int {
	if n < 0 || n > 36525 {
		s.fail(path, "must be a number of days from 0 to 36525, not %d", n)
		return 0
	}
	return n
}

func word[T ~uint8 | ~uint16](s *scan, w words[T], v, path string) T {
	if v == "" {
		s.given(false, path)
		return 0
	}
	x, ok := w.find(v)
	if !ok {
		s.fail(path, "must be one of %s, not %q", strings.Join(w[min(1, len(w)):], " "), v)
	}
	return x
}

func set[T ~uint8 | ~uint16](s *scan, w words[T], list []string, path string) T {
	var out T
	for _, v := range list {
		x, ok := w.bit(v)
		if !ok {
			s.fail(path, "must hold only %s, not %q", strings.Join(w, " "), v)
			continue
		}
		out |= x
	}
	return out
}

func (s *scan) all(w *written) Case {
	var c Case
	s.given(len(w.ID) > 0 && string(w.ID) != "null", "id")
	if json.Unmarshal(w.ID, &c.ID) != nil {
		c.ID = string(w.ID)
	}
	c.Now = s.must(w.Now, "now")
	if s.given(w.Market != nil, "market") {
		m := w.Market
		s.given(m.Country != "", "market.country")
		c.Market = Market{Country: m.Country, Region: m.Region, Zone: s.zone(m.Zone)}
		for i, h := range m.Holidays {
			c.Market.Holidays = append(c.Market.Holidays, s.day(&h, fmt.Sprintf("market.holidays[%d]", i)))
		}
	}
	if w.Shop != nil && w.Shop.ReturnDays != nil {
		n := s.span(*w.Shop.ReturnDays, "shop.return_days")
		c.ShopDays = &n
	}
	if s.given(w.Order != nil, "order") {
		c.Order = s.order(w.Order)
	}
	if s.given(w.Case != nil, "case") {
		c.Claim = s.claim(w.Case, &c.Order)
	}
	if s.given(w.Policy != nil, "policy") {
		c.Policy = s.policy(w.Policy)
	}
	c.Costs = s.costs(w.Costs)
	if w.Buyer != nil {
		c.Buyer = Buyer{Tier: w.Buyer.Tier, Returns: w.Buyer.Returns, Disputes: w.Buyer.Disputes}
	}
	return c
}

func (s *scan) zone(name string) *time.Location {
	if !s.given(name != "", "market.zone") {
		return time.UTC
	}
	if z, ok := s.reader.zones.Load(name); ok {
		return z.(*time.Location)
	}
	z, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		s.fail("market.zone", "must be a zone of the IANA database, not %q", name)
		return time.UTC
	}
	s.reader.zones.Store(name, z)
	return z
}

func (s *scan) order(w *writtenOrder) Order {
	digits, ok := money.Digits(w.Currency)
	if !s.given(w.Currency != "", "order.currency") || !ok {
		s.fail("order.currency", "must be a currency of ISO 4217, not %q", w.Currency)
	}
	s.digits = digits
	o := Order{
		Currency: w.Currency, PlacedAt: s.must(w.PlacedAt, "order.placed_at"), Shipment: word(s, shipmentWords, w.Shipment, "order.shipment"),
		DeliveredAt: s.instant(w.DeliveredAt, "order.delivered_at"), ShipBy: s.instant(w.ShipBy, "order.ship_by"),
		DeliverBy: s.instant(w.DeliverBy, "order.deliver_by"), ExtraUntil: s.instant(w.ExtraUntil, "order.extra_until"),
	}
	if o.Shipment == Delivered {
		s.given(w.DeliveredAt != nil, "order.delivered_at")
	}
	for i, d := range w.Delays {
		path := fmt.Sprintf("order.delays[%d]", i)
		o.Delays = append(o.Delays, Delay{To: s.must(d.To, path+".to"), Answer: word(s, answerWords, d.Answer, path+".answer")})
	}
	if w.Informed != nil {
		o.InformedAt = s.instant(w.Informed.At, "order.informed.at")
		o.Incomplete = w.Informed.Complete != nil && !*w.Informed.Complete
	}
	s.given(len(w.Lines) > 0, "order.lines")
	for i, l := range w.Lines {
		path := fmt.Sprintf("order.lines[%d]", i)
		s.given(l.Line != "", path+".line")
		s.given(l.SKU != "", path+".sku")
		s.given(l.Goods != nil, path+".goods")
		line := Line{
			Line: l.Line, SKU: l.SKU, Settled: l.Settled, Flags: set(s, flagWords, l.Flags, path+".flags"),
			Goods: s.money(l.Goods, path+".goods"), Discount: s.money(l.Discount, path+".discount"), Tax: s.money(l.Tax, path+".tax"), Duty: s.money(l.Duty, path+".duty"),
		}
		if s.given(l.Qty != nil, path+".qty") {
			line.Qty = *l.Qty
		}
		switch {
		case line.Qty < 1 || line.Qty > 1_000_000:
			s.fail(path+".qty", "must be from 1 to 1000000, not %d", line.Qty)
		case line.Settled < 0 || line.Settled > line.Qty:
			s.fail(path+".settled", "must be from 0 to the line's qty of %d, not %d", line.Qty, line.Settled)
		case line.Discount > line.Goods:
			s.fail(path+".discount", "must not be above the line's goods")
		}
		for _, other := range o.Lines {
			if other.Line == line.Line {
				s.fail(path+".line", "must differ from the other lines, and %q is there twice", line.Line)
			}
		}
		o.Lines = append(o.Lines, line)
	}
	if w.Shipping != nil {
		o.Shipping, o.Standard = s.money(w.Shipping.Paid, "order.shipping.paid"), s.money(w.Shipping.Standard, "order.shipping.standard")
	}
	for i, p := range w.Payments {
		path := fmt.Sprintf("order.payments[%d]", i)
		s.given(p.Method != "", path+".method")
		s.given(p.Left != nil, path+".left")
		o.Payments = append(o.Payments, Payment{
			Method: p.Method, Left: s.money(p.Left, path+".left"), Closed: p.Refundable != nil && !*p.Refundable,
			Until: s.day(p.Until, path+".until"), Days: s.span(p.Days, path+".days"), Dispute: p.Dispute,
		})
	}
	return o
}

func (s *scan) claim(w *writtenClaim, o *Order) Claim {
	c := Claim{
		Kind: word(s, kindWords, w.Kind, "case.kind"), Reason: word(s, reasonWords, w.Reason, "case.reason"), Wants: word(s, remedyWords, w.Wants, "case.wants"),
		OpenedAt: s.must(w.OpenedAt, "case.opened_at"), Evidence: set(s, evidenceWords, w.Evidence, "case.evidence"), Major: w.Major,
		Discovered: s.instant(w.DiscoveredAt, "case.discovered_at"), ReturnedAt: s.instant(w.ReturnedAt, "case.returned_at"),
	}
	s.given(len(w.Lines) > 0, "case.lines")
	for i, l := range w.Lines {
		path := fmt.Sprintf("case.lines[%d]", i)
		var line *Line
		for j := range o.Lines {
			if o.Lines[j].Line == l.Line {
				line = &o.Lines[j]
			}
		}
		for _, other := range c.Lines {
			if other.Line == l.Line {
				s.fail(path+".line", "must be there once, and %q is there twice", l.Line)
			}
		}
		switch {
		case line == nil:
			s.fail(path+".line", "must be a line of the order, not %q", l.Line)
			continue
		case l.Qty == nil:
			s.given(false, path+".qty")
			continue
		case *l.Qty < 1 || *l.Qty > line.Qty:
			s.fail(path+".qty", "must be from 1 to the line's qty of %d, not %d", line.Qty, *l.Qty)
		}
		c.Lines = append(c.Lines, Asked{l.Line, *l.Qty})
	}
	for i, p := range w.Prior {
		path := fmt.Sprintf("case.prior[%d]", i)
		remedy := word(s, remedyWords, p.Remedy, path+".remedy")
		if remedy != Repair && remedy != Replace {
			s.fail(path+".remedy", "must be repair or replace, not %q", p.Remedy)
		}
		c.Prior = append(c.Prior, Prior{Remedy: remedy, At: s.must(p.At, path+".at"), Failed: p.Failed})
	}
	return c
}
