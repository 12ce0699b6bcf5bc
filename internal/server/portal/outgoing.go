package portal

import (
	"context"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// Outgoing is what is asked of the flow that sends goods out. It is asked as the system, of a case that was found to be its
// customer's.
type Outgoing interface {
	List(ctx context.Context, actor auth.Actor, f outgoing.Filter, before outgoing.ID, limit int) ([]outgoing.Parcel, error)
}

// sendings are the goods that go to the customer for a case.
func (d *door) sendings(r *request, v visitor, c cases.ID) ([]ui.Sending, error) {
	if d.Outgoing == nil {
		return nil, nil
	}
	list, err := d.Outgoing.List(r.Context(), v.system, outgoing.Filter{Case: c}, 0, outgoing.MaxPage)
	if err != nil {
		return nil, err
	}
	var out []ui.Sending
	for _, p := range list {
		if p.State == outgoing.Cancelled { // people write to the customer
			continue
		}
		x := ui.Sending{State: string(p.State), Carrier: p.Carrier, Tracking: p.Tracking, Expected: p.Expected}
		for _, l := range p.Lines {
			x.Goods = append(x.Goods, ui.SentGoods{Title: l.Title, Quantity: l.Quantity})
		}
		out = append(out, x)
	}
	return out, nil
}
