package portal

import (
	"context"
	"net/http"
	"strconv"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// Outgoing is what is asked of the flow that sends goods out. It is asked as the system, of a case that was found to be its
// customer's.
type Outgoing interface {
	List(ctx context.Context, actor auth.Actor, f outgoing.Filter, before outgoing.ID, limit int) ([]outgoing.Parcel, error)
	Confirm(ctx context.Context, customer auth.Actor, number outgoing.ID, to order.Address) (outgoing.Parcel, error)
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
		x := ui.Sending{ID: int64(p.ID), State: string(p.State), Carrier: p.Carrier, Tracking: p.Tracking, Expected: p.Expected, Asks: p.Asks(), To: p.To}
		for _, l := range p.Lines {
			x.Goods = append(x.Goods, ui.SentGoods{Title: l.Title, Quantity: l.Quantity})
		}
		out = append(out, x)
	}
	return out, nil
}

// confirm takes from the customer where goods go to. What is wrong with it is said beside the form, which keeps what was
// written; the country is not theirs to change here.
func (d *door) confirm(w http.ResponseWriter, r *request, v visitor, c cases.Case) error {
	n, bad := strconv.ParseInt(r.PostFormValue("parcel"), 10, 64)
	if bad != nil || d.Outgoing == nil {
		return errs.New(errs.NotFound, "error.not_found")
	}
	to := order.Address{}
	for name, at := range map[string]*string{"name": &to.Name, "line1": &to.Line1, "line2": &to.Line2, "postcode": &to.Postcode, "city": &to.City, "region": &to.Region, "phone": &to.Phone} {
		*at = bound(r.PostFormValue(name), 200)
	}
	_, err := d.Outgoing.Confirm(r.Context(), v.Actor, outgoing.ID(n), to)
	if errs.Is(err, errs.Invalid) {
		page, err := d.viewCase(r, v, c)
		if err != nil {
			return err
		}
		for i := range page.Sendings {
			if x := &page.Sendings[i]; x.ID == n {
				to.Country = x.To.Country
				x.To, x.Wrong = to, r.printer.T("portal.where.wrong")
			}
		}
		return r.draw(w, http.StatusUnprocessableEntity, ui.CasePage(page))
	}
	if err != nil && !errs.Is(err, errs.Conflict) { // a conflict: it was said already, which the page says
		return err
	}
	return r.to(w, "/case/"+strconv.FormatInt(int64(c.ID), 10))
}
