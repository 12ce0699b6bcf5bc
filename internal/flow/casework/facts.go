package casework

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/zone"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/cost"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// year is how far back a customer's record reaches.
const year = 365 * 24 * time.Hour

// ask is a line of a case that is to be decided about.
type ask struct {
	line   int   // of the case, from 1
	row    int64 // order.Line.ID
	qty    int64
	reason decision.Reason
}

// scene is all that a decision about an order goes by, before its policy.
type scene struct {
	order    order.Order
	market   decision.Market
	sale     decision.Order
	units    []refund.Unit
	settled  map[int64]int64 // units of a row that are held
	buyer    decision.Buyer
	parcels  []shipment.Shipment
	earlier  []cases.Case // of the order
	payments []refund.Payment
	now      time.Time
}

// look reads what is known of an order. What the resolutions of one case hold does not count as settled; 0 is no case.
func (s *Service) look(ctx context.Context, o order.Order, except cases.ID, gift bool, now time.Time) (*scene, error) {
	w := o.Workspace
	system := auth.ForSystem(w)
	sc := &scene{order: o, now: now, settled: map[int64]int64{}, market: market(o.ShipTo)}
	var err error
	if sc.units, err = refund.SoldOf(o).Units(); err != nil {
		return nil, fmt.Errorf("units of order %d: %w", o.ID, err)
	}
	if sc.earlier, err = s.Store.Cases(ctx, system.Scope(), cases.Filter{Order: o.ID}, 0, cases.MaxPage); err != nil {
		return nil, err
	}
	own := map[int64]bool{}
	for _, c := range sc.earlier {
		for _, r := range c.Resolutions {
			own[r.Number] = c.ID == except
		}
	}
	held, err := s.Store.UnitsHeld(ctx, w, o.ID)
	if err != nil {
		return nil, err
	}
	for _, u := range held {
		if !own[u.Resolution] {
			sc.settled[u.OrderRow]++
		}
	}
	if sc.parcels, err = s.outbound(ctx, o); err != nil {
		return nil, err
	}
	if sc.payments, err = s.Left(ctx, w, o); err != nil {
		return nil, err
	}
	if gift { // what the receiver gets must not show on the payer's statement
		for i := range sc.payments {
			sc.payments[i].Closed = true
		}
	}
	if err := s.record(ctx, sc); err != nil {
		return nil, err
	}
	sc.sell()
	return sc, nil
}

// record reads the customer's record of the last twelve months.
func (s *Service) record(ctx context.Context, sc *scene) error {
	if sc.order.Customer == 0 {
		return nil
	}
	system := auth.ForSystem(sc.order.Workspace)
	people, err := s.Customers.ByIDs(ctx, system, []customer.ID{sc.order.Customer})
	if err != nil {
		return err
	}
	sc.buyer.Tier = people[sc.order.Customer].Tier
	list, err := s.Store.Cases(ctx, system.Scope(), cases.Filter{Customer: sc.order.Customer}, 0, cases.MaxPage)
	for _, c := range list {
		switch {
		case sc.now.Sub(c.OpenedAt) > year || c.Kind == cases.Goodwill:
		case c.Reason == cases.MovedToDispute:
			sc.buyer.Disputes++
		case c.Phase == cases.Closed && c.Reason == cases.Completed:
			sc.buyer.Returns++
		}
	}
	return err
}

// market is where an address is by law.
func market(a order.Address) decision.Market {
	m := decision.Market{Country: strings.ToUpper(cmp.Or(a.Country, "XX")), Zone: time.UTC}
	if m.Country == "UK" {
		m.Country = "GB"
	}
	if list := zone.Of(m.Country, a.City); len(list) > 0 {
		m.Zone = list[0]
	}
	region := strings.ToUpper(strings.TrimSpace(a.Region))
	if to, ok := regions[m.Country+"/"+region]; ok {
		region = to
	}
	if len(region) <= 3 {
		m.Region = region
	}
	return m
}

// regions brings names of those regions that have law of their own to their codes.
var regions = map[string]string{"CA/ONTARIO": "ON", "CA/QUEBEC": "QC", "CA/QUÉBEC": "QC", "GB/SCOTLAND": "SCT"}

// sell writes down the sale: what was paid for each line net of promotions, as the refund of its units would pay it back.
func (sc *scene) sell() {
	o := sc.order
	sale := decision.Order{Currency: o.Currency, PlacedAt: o.PlacedAt, InformedAt: o.PlacedAt, Shipping: o.Shipping, Standard: o.Shipping}
	sale.Shipment, sale.DeliveredAt = whereabouts(o, sc.parcels)
	if to := o.Promise.To; !to.IsZero() { // its midnight in UTC names the day there
		y, m, d := to.UTC().Date()
		sale.DeliverBy = time.Date(y, m, d, 23, 59, 0, 0, sc.market.Zone)
	}
	for i, l := range o.Lines {
		line := decision.Line{Line: rowName(i), SKU: cmp.Or(l.SKU, rowName(i)), Qty: l.Quantity, Settled: min(sc.settled[l.ID], l.Quantity)}
		for _, u := range sc.units {
			if u.Line == i {
				line.Goods, line.Tax, line.Duty = line.Goods+u.Paid.Goods, line.Tax+u.Paid.Tax, line.Duty+u.Paid.Duty
			}
		}
		sale.Lines = append(sale.Lines, line)
	}
	for _, p := range sc.payments {
		m, _ := refund.MethodOf(p.Method)
		x := decision.Payment{Method: cmp.Or(p.Method, "unknown"), Left: max(p.Left, 0), Closed: p.Closed || m.Way == refund.ToAccount || m.Way == refund.NotBack, Until: decision.Never, Days: m.To, Dispute: p.Disputed}
		if !p.Until.IsZero() {
			x.Until = decision.DayOf(p.Until, sc.market.Zone)
		} else if m.Latest > 0 && !p.PaidAt.IsZero() {
			x.Until = decision.DayOf(p.PaidAt.AddDate(0, 0, m.Latest), sc.market.Zone)
		}
		sale.Payments = append(sale.Payments, x)
	}
	sc.sale = sale
}

// rowName names a line of an order that a part is not about.
func rowName(i int) string { return "row " + strconv.Itoa(i+1) }

// whereabouts is where the parcels of an order are: delivered when all are, with the day of the last one, else where the
// one is that is the furthest from it. Of an order without parcels the shop's own word counts.
func whereabouts(o order.Order, parcels []shipment.Shipment) (decision.Shipment, time.Time) {
	var last time.Time
	worst, found := decision.Delivered, false
	for _, v := range parcels {
		at, ok := decision.ShipmentOf(string(v.Status))
		if !ok || v.Status == shipment.Cancelled && len(parcels) > 1 {
			continue
		}
		if found = true; at == decision.Delivered {
			if v.DeliveredAt.After(last) {
				last = v.DeliveredAt
			}
			continue
		}
		if worst == decision.Delivered || at > worst {
			worst = at
		}
	}
	if found {
		if worst != decision.Delivered || last.IsZero() {
			last = time.Time{}
		}
		if worst == decision.Delivered && last.IsZero() {
			return decision.InTransit, time.Time{}
		}
		return worst, last
	}
	sent := false
	for _, f := range o.Fulfillments {
		sent = sent || !f.ShippedAt.IsZero()
		if f.DeliveredAt.IsZero() {
			last = time.Time{}
			break
		}
		if f.DeliveredAt.After(last) {
			last = f.DeliveredAt
		}
	}
	switch {
	case !last.IsZero():
		return decision.Delivered, last
	case sent:
		return decision.InTransit, time.Time{}
	case o.Status == order.Cancelled:
		return decision.Cancelled, time.Time{}
	}
	return decision.Unknown, time.Time{}
}

// prior are earlier repairs and replacements of some rows: those of other cases, and those of this one that failed. Whoever
// comes again with a fault says that the earlier ones did.
func (sc *scene) prior(rows []int64, reason decision.Reason, except cases.ID) []decision.Prior {
	var out []decision.Prior
	for _, c := range sc.earlier {
		for _, r := range c.Resolutions {
			failed := r.Stand == cases.Failed || r.Stand == cases.Lapsed && r.Code == notMended
			if c.ID == except && !failed {
				continue
			}
			remedy := decision.Repair
			if r.Means == cases.Resend {
				remedy = decision.Replace
			} else if r.Means != cases.Repair {
				continue
			}
			about := slices.ContainsFunc(r.Units, func(g cases.Group) bool {
				return g.Line >= 1 && g.Line <= len(c.Lines) && slices.Contains(rows, c.Lines[g.Line-1].OrderRow)
			})
			if about && (r.Stand == cases.Done || failed) {
				out = append(out, decision.Prior{Remedy: remedy, At: c.UpdatedAt, Failed: failed || reason.Fault()})
			}
		}
	}
	return out
}

// claim is what a case claims, beside its lines.
type claim struct {
	kind     decision.Kind
	wants    decision.Remedy
	evidence decision.Evidence
	openedAt time.Time
	returned time.Time // the goods, or proof of posting, were here
	except   cases.ID
}

// parts divides lines by reason and terms, and makes the case of each part.
func (s *Service) parts(ctx context.Context, sc *scene, cl claim, list []ask) ([]Part, error) {
	var out []Part
	var keys []string
	for _, x := range list {
		i := slices.IndexFunc(sc.order.Lines, func(l order.Line) bool { return l.ID == x.row })
		if i < 0 {
			return nil, errs.New(errs.NotFound, "error.not_found")
		}
		if x.qty > sc.order.Lines[i].Quantity {
			return nil, errs.Field("quantity", "error.case_quantity")
		}
		terms, err := s.terms(ctx, sc, cl, x, i)
		if err != nil {
			return nil, err
		}
		key := fmt.Sprint(x.reason, terms.Version, "\x00", terms.Rule, "\x00", terms.Flags)
		at := slices.Index(keys, key)
		if at >= 0 && out[at].Case.Order.Lines[i].Line != rowName(i) { // the row is in it for another line of the case
			at = -1
		}
		if at < 0 {
			at, keys = len(out), append(keys, key)
			out = append(out, Part{Terms: terms, Case: decision.Case{
				ID: strconv.Itoa(len(out) + 1), Now: sc.now, Market: sc.market, Order: sc.sale, Policy: terms.Policy, Buyer: sc.buyer,
				Claim: decision.Claim{Kind: cl.kind, Reason: x.reason, Wants: cl.wants, OpenedAt: cl.openedAt, Evidence: cl.evidence, ReturnedAt: cl.returned},
			}})
			out[at].Case.Order.Lines = slices.Clone(sc.sale.Lines)
		}
		p := &out[at]
		name := strconv.Itoa(x.line)
		p.Case.Order.Lines[i].Line, p.Case.Order.Lines[i].Flags = name, terms.Flags
		p.Case.Claim.Lines = append(p.Case.Claim.Lines, decision.Asked{Line: name, Qty: x.qty})
		p.Lines = append(p.Lines, x.line)
		p.Case.Claim.Prior = append(p.Case.Claim.Prior, sc.prior([]int64{x.row}, x.reason, cl.except)...)
	}
	for i := range out {
		if err := s.costs(ctx, sc, &out[i].Case); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// terms asks the policy about one line.
func (s *Service) terms(ctx context.Context, sc *scene, cl claim, x ask, i int) (policy.Terms, error) {
	l, o := sc.order.Lines[i], sc.order
	f := policy.Facts{
		Shop: o.Shop, Market: sc.market.Country, Region: sc.market.Region, Kind: cl.kind.String(), Reason: x.reason.String(), SKU: l.SKU, Currency: o.Currency,
		Price: sc.sale.Lines[i].Goods / max(l.Quantity, 1), Tier: sc.buyer.Tier, Returns: sc.buyer.Returns, Disputes: sc.buyer.Disputes, PlacedAt: o.PlacedAt,
	}
	if d := sc.sale.DeliveredAt; !d.IsZero() {
		f.Days = max(0, int(decision.DayOf(cl.openedAt, sc.market.Zone)-decision.DayOf(d, sc.market.Zone)))
	}
	if s.Category != nil {
		var err error
		if f.Category, err = s.Category(ctx, o, l.SKU); err != nil {
			return policy.Terms{}, err
		}
	}
	t, err := s.Policies.Terms(ctx, o.Workspace, f)
	if err != nil {
		return t, fmt.Errorf("terms: %w", err)
	}
	if s.Guaranteed != nil && x.reason.Defect() {
		days, err := s.Guaranteed(ctx, o, x.row)
		if err != nil {
			return t, err
		}
		t.Policy = guarantee(t.Policy, x.reason, days)
	}
	return t, nil
}

// costs asks what ways out of a part cost.
func (s *Service) costs(ctx context.Context, sc *scene, c *decision.Case) error {
	f := cost.Facts{Shop: sc.order.Shop, From: sc.market.Country, Currency: sc.order.Currency, At: sc.now}
	for _, v := range sc.parcels {
		f.To = cmp.Or(f.To, v.Origin.Country)
	}
	for _, x := range c.Claim.Lines {
		i := slices.IndexFunc(c.Order.Lines, func(l decision.Line) bool { return l.Line == x.Line })
		l := c.Order.Lines[i]
		f.Items = append(f.Items, cost.Item{SKU: l.SKU, Qty: x.Qty, Price: l.Goods / max(l.Qty, 1)})
	}
	var err error
	if c.Costs, err = s.Costs.Costs(ctx, sc.order.Workspace, f); err != nil {
		return fmt.Errorf("costs: %w", err)
	}
	return nil
}

// clip brings the money of a resolution down to what was paid for its very units. Decisions count the units of a line in
// the order in which they come back; where an earlier one was let go again, another cent may fall on them.
func (sc *scene) clip(c cases.Case, r *cases.Resolution) {
	if !r.Means.Pays() {
		return
	}
	var paid ledger.Components
	for _, g := range r.Units {
		l := c.Lines[g.Line-1]
		place := slices.IndexFunc(sc.order.Lines, func(x order.Line) bool { return x.ID == l.OrderRow })
		first := l.From + g.From - 1
		for _, u := range sc.units {
			if u.Line == place && u.Number >= first && u.Number < first+g.Quantity {
				paid.Goods, paid.Tax, paid.Duty = paid.Goods+u.Paid.Goods, paid.Tax+u.Paid.Tax, paid.Duty+u.Paid.Duty
			}
		}
	}
	m := &r.Money.Components
	m.Goods, m.Tax, m.Duty = min(m.Goods, paid.Goods), min(m.Tax, paid.Tax), min(m.Duty, paid.Duty)
}
