package portal

import (
	"context"
	"net/http"
	"strconv"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// Payees keep the bank accounts to which refunds are transferred.
type Payees interface {
	Payee(ctx context.Context, a auth.Actor, o order.ID) (pay.Payee, error)
	SavePayee(ctx context.Context, a auth.Actor, o order.ID, p pay.Payee) (pay.Payee, error)
}

// payeeOf is what a case's page asks and shows of the account that its refund goes to; nil where none goes to a bank. The
// account is shown masked, to whoever holds the order.
func (d *door) payeeOf(r *request, v visitor, page ui.Case) (*ui.Payee, error) {
	waits, goes := page.ToBank()
	if d.Payees == nil || !goes {
		return nil, nil
	}
	p, err := d.Payees.Payee(r.Context(), v.Actor, v.Order.ID)
	if errs.Is(err, errs.NotFound) {
		return &ui.Payee{Open: waits}, nil
	}
	if err != nil {
		return nil, err
	}
	return &ui.Payee{Open: waits, Mask: p.Mask()}, nil
}

// payee takes the account from the customer, instead of the one before. What is wrong with it is said beside the form; the
// number is not sent back.
func (d *door) payee(w http.ResponseWriter, r *request, v visitor, c cases.Case) error {
	page, err := d.viewCase(r, v, c)
	if err != nil {
		return err
	}
	if page.Payee == nil || !page.Payee.Open { // it has left in the meantime, which the page says
		return r.to(w, "/case/"+strconv.FormatInt(int64(c.ID), 10))
	}
	given := pay.Payee{Name: bound(r.PostFormValue("name"), 200), IBAN: bound(r.PostFormValue("iban"), 100), Account: bound(r.PostFormValue("account"), 1000)}
	_, err = d.Payees.SavePayee(r.Context(), v.Actor, v.Order.ID, given)
	if errs.Is(err, errs.Invalid) {
		page.Payee.Wrong, page.Payee.Name = r.printer.T("portal.payee.wrong"), given.Name
		return r.draw(w, http.StatusUnprocessableEntity, ui.CasePage(page))
	}
	if err != nil {
		return err
	}
	return r.to(w, "/case/"+strconv.FormatInt(int64(c.ID), 10))
}
