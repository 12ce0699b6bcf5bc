package portal

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/rate"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// Warranty knows what covers an order's goods, registers units, and follows repairs, as the customer.
type Warranty interface {
	Covers(ctx context.Context, o order.Order) ([]warranty.Covered, error)
	Register(ctx context.Context, a auth.Actor, n warranty.Registration) (warranty.Unit, bool, error)
	RepairsOf(ctx context.Context, c cases.Case) ([]warranty.Repair, error)
	AnswerPrice(ctx context.Context, a auth.Actor, id warranty.RepairID, agreed bool, note string) (warranty.Repair, error)
	GotBack(ctx context.Context, a auth.Actor, id warranty.RepairID) (warranty.Repair, error)
}

// unitRate is how many registrations one order may try, all nodes together: serial numbers are not to be guessed here.
var unitRate = rate.Rate{PerMinute: 10, Burst: 20}

// covered returns whose session a request has, and what covers the order.
func (d *door) covered(r *request) (portal.Holder, []warranty.Covered, error) {
	if d.Warranty == nil {
		return portal.Holder{}, nil, errs.New(errs.NotFound, "error.not_found")
	}
	h, err := d.Portal.Hold(r.Context(), r.shop, r.PathValue("token"), r.session())
	if err != nil {
		return h, nil, err
	}
	list, err := d.Warranty.Covers(r.Context(), h.Order)
	return h, list, err
}

// warrantyPage says what covers the goods of an order.
func (d *door) warrantyPage(w http.ResponseWriter, r *request) error {
	h, list, err := d.covered(r)
	if err != nil {
		return err
	}
	return d.drawWarranty(w, r, h, ui.Warranty{Covered: list, At: -1}, http.StatusOK)
}

func (d *door) drawWarranty(w http.ResponseWriter, r *request, h portal.Holder, v ui.Warranty, status int) error {
	v.Flow = ui.Flow{Page: r.later("portal.warranty.title"), Link: r.link(), Back: r.with(r.link()), Number: h.Order.Number, Currency: h.Order.Currency}
	return r.draw(w, status, ui.WarrantyPage(v))
}

// registerUnit registers a unit. A repeat changes nothing.
func (d *door) registerUnit(w http.ResponseWriter, r *request) error {
	h, list, err := d.covered(r)
	if err != nil {
		return err
	}
	row, bad := strconv.ParseInt(r.PostFormValue("line"), 10, 64)
	unit, worse := strconv.ParseInt(r.PostFormValue("unit"), 10, 64)
	if bad != nil || worse != nil || unit < 1 {
		return errs.New(errs.NotFound, "error.not_found")
	}
	v := ui.Warranty{Covered: list, Serial: bound(r.PostFormValue("serial"), 200), At: slices.IndexFunc(list, func(c warranty.Covered) bool { return c.Row == row && unit >= c.First && unit < c.First+c.Quantity })}
	if x := d.units.Take(strconv.FormatInt(int64(h.Order.ID), 10)); !x.OK {
		v.Wrong = r.wait(w, &portal.Wait{For: x.Wait})
		return d.drawWarranty(w, r, h, v, http.StatusTooManyRequests)
	}
	_, _, err = d.Warranty.Register(r.Context(), h.Actor, warranty.Registration{Order: h.Order.ID, Row: row, Number: unit, Serial: v.Serial, Language: string(r.printer.Lang())})
	switch {
	case errs.Is(err, errs.Invalid):
		v.Wrong = r.printer.T("portal.warranty.bad")
	case errs.Is(err, errs.Conflict):
		v.Wrong = r.printer.T("portal.warranty.taken")
	case err != nil:
		return err
	default:
		return r.to(w, "/warranty")
	}
	return d.drawWarranty(w, r, h, v, http.StatusUnprocessableEntity)
}
