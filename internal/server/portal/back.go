package portal

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/paper"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// Goods is what is asked of the flow that brings goods back. It is asked as the system, of the parcels of a case that was
// found to be its customer's.
type Goods interface {
	OfCase(ctx context.Context, actor auth.Actor, c cases.ID) ([]goods.Parcel, error)
	Place(ctx context.Context, actor auth.Actor, id goods.PlaceID) (goods.Place, error)
	Near(ctx context.Context, actor auth.Actor, shop order.ShopID, a order.Address) ([]goods.Place, error)
	Redirect(ctx context.Context, actor auth.Actor, number goods.ParcelID, place goods.PlaceID) (goods.Parcel, error)
	Sent(ctx context.Context, actor auth.Actor, number goods.ParcelID, carrier, tracking string) (goods.Parcel, error)
	Declaration(ctx context.Context, actor auth.Actor, number goods.ParcelID) (goods.Declaration, error)
	Label(ctx context.Context, actor auth.Actor, number goods.ParcelID, language string) ([]byte, error)
	LabelA6(ctx context.Context, actor auth.Actor, number goods.ParcelID, language string) ([]byte, error)
	Papers(ctx context.Context, actor auth.Actor, number goods.ParcelID) ([]byte, error)
}

// mostNear is how many other counters a page names.
const mostNear = 5

// backs are the ways back of a case as its page tells them: those on which something is still to come.
func (d *door) backs(r *request, v visitor, page ui.Case) ([]ui.Back, error) {
	if d.Goods == nil {
		return nil, nil
	}
	ctx := r.Context()
	list, err := d.Goods.OfCase(ctx, v.system, page.Case.ID)
	if err != nil {
		return nil, err
	}
	var out []ui.Back
	for _, p := range list {
		if p.State == goods.Cancelled || p.State == goods.Received {
			continue
		}
		b := ui.Back{Case: page, Parcel: p}
		if p.Shipment != 0 {
			way, err := d.Portal.Back(ctx, v.Order, p.Shipment)
			if err != nil && !errs.Is(err, errs.NotFound) {
				return nil, err
			}
			b.Way = way
		}
		if err := d.where(r, v, &b); err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// where tells where a parcel that can still be sent goes to, and which papers it needs.
func (d *door) where(r *request, v visitor, b *ui.Back) error {
	if b.Parcel.Place == 0 || !b.Sendable() {
		return nil
	}
	ctx := r.Context()
	at, err := d.Goods.Place(ctx, v.system, b.Parcel.Place)
	if err != nil {
		return err
	}
	b.Place = at
	said, err := d.Goods.Declaration(ctx, v.system, b.Parcel.ID)
	if err != nil {
		return err
	}
	b.Customs = said.Form != goods.NoForm
	if b.Parcel.State == goods.Expected {
		b.Near, err = d.near(ctx, v, b.Parcel)
	}
	return err
}

// near are the other counters at which a parcel can be handed in.
func (d *door) near(ctx context.Context, v visitor, p goods.Parcel) ([]goods.Place, error) {
	if p.Route != decision.DropOff.String() {
		return nil, nil
	}
	list, err := d.Goods.Near(ctx, v.system, p.Shop, p.Sender)
	list = slices.DeleteFunc(list, func(x goods.Place) bool { return x.ID == p.Place })
	return list[:min(len(list), mostNear)], err
}

// backOf returns the parcel of a request with its case and whose it is. One of another case does not exist.
func (d *door) backOf(r *request) (v visitor, c cases.Case, p goods.Parcel, err error) {
	if v, c, err = d.caseOf(r); err != nil {
		return v, c, p, err
	}
	gone := errs.New(errs.NotFound, "error.not_found")
	id, bad := strconv.ParseInt(r.PathValue("parcel"), 10, 64)
	if bad != nil || d.Goods == nil {
		return v, c, p, gone
	}
	list, err := d.Goods.OfCase(r.Context(), v.system, c.ID)
	if err != nil {
		return v, c, p, err
	}
	i := slices.IndexFunc(list, func(x goods.Parcel) bool { return x.ID == goods.ParcelID(id) })
	if i < 0 {
		return v, c, p, gone
	}
	return v, c, list[i], nil
}

// modules is how wide a module of a code is on a screen, in pixels: sharp on one of twice the density.
const modules = 12

// backPaper sends what is printed or shown: the label, alone or with its slip, the customs papers, the code.
func (d *door) backPaper(w http.ResponseWriter, r *request) error {
	v, _, p, err := d.backOf(r)
	if err != nil {
		return err
	}
	ctx, kind, what := r.Context(), "application/pdf", r.PathValue("paper")
	var data []byte
	switch what {
	case "label.pdf":
		data, err = d.Goods.Label(ctx, v.system, p.ID, string(r.printer.Lang()))
	case "label-a6.pdf":
		data, err = d.Goods.LabelA6(ctx, v.system, p.ID, string(r.printer.Lang()))
	case "customs.pdf":
		data, err = d.Goods.Papers(ctx, v.system, p.ID)
	case "code.png":
		kind = "image/png"
		if p.State.Open() {
			data, err = paper.QRPicture(p.RMA, modules)
		} else {
			err = errs.New(errs.Conflict, "error.goods_state")
		}
	default:
		err = errs.New(errs.NotFound, "error.not_found")
	}
	if errs.Is(err, errs.Conflict) { // it was received or called off meanwhile: the page says how it is now
		return r.to(w, "/case/"+r.PathValue("case"))
	}
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `inline; filename="`+goods.Spaced(p.RMA)+"-"+what+`"`)
	h.Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data) // a reader who went away is no failure
	return nil
}

// backSent takes the number under which a parcel was sent. Sent twice it is one.
func (d *door) backSent(w http.ResponseWriter, r *request) error {
	v, c, p, err := d.backOf(r)
	if err != nil {
		return err
	}
	said := ui.Said{Parcel: p.ID, Tracking: bound(r.PostFormValue("tracking"), 100), Carrier: bound(r.PostFormValue("carrier"), 100)}
	_, err = d.Goods.Sent(r.Context(), v.system, p.ID, said.Carrier, said.Tracking)
	switch {
	case errs.Is(err, errs.Invalid):
		said.Wrong = r.printer.T("portal.back.wrong")
		return d.drawSaid(w, r, v, c, http.StatusUnprocessableEntity, said)
	case errs.Is(err, errs.Conflict):
		said.Wrong = r.printer.T("portal.back.late")
		return d.drawSaid(w, r, v, c, http.StatusConflict, said)
	case err != nil:
		return err
	}
	return r.to(w, "/case/"+r.PathValue("case"))
}

// backPlace takes another counter at which a parcel will be handed in: one of those that the page named.
func (d *door) backPlace(w http.ResponseWriter, r *request) error {
	v, _, p, err := d.backOf(r)
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(r.PostFormValue("place"), 10, 64) // what is no number is none of them
	list, err := d.near(r.Context(), v, p)
	if err == nil && p.State == goods.Expected && slices.ContainsFunc(list, func(x goods.Place) bool { return x.ID == goods.PlaceID(id) }) {
		_, err = d.Goods.Redirect(r.Context(), v.system, p.ID, goods.PlaceID(id))
	}
	if err != nil && !errs.Is(err, errs.Conflict) {
		return err
	}
	return r.to(w, "/case/"+r.PathValue("case"))
}
