package portal

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// Casework is what is asked of the flow of cases, always as the customer.
type Casework interface {
	Agree(ctx context.Context, a auth.Actor, number cases.ID, difference int) (cases.Case, error)
	Disagree(ctx context.Context, a auth.Actor, number cases.ID, difference int, words string) (cases.Case, error)
	Advise(ctx context.Context, a auth.Actor, w casework.Wish) (casework.Advice, error)
	Open(ctx context.Context, a auth.Actor, w casework.Wish) (cases.Case, casework.Advice, error)
	Kept(c cases.Case) (casework.Advice, error)
	Choose(ctx context.Context, a auth.Actor, c cases.ID, resolution int64) (cases.Case, error)
	Answer(ctx context.Context, a auth.Actor, c cases.ID, evidence []string, words string) (cases.Case, error)
	Appeal(ctx context.Context, a auth.Actor, c cases.ID, words string) (cases.Case, error)
	Cancel(ctx context.Context, a auth.Actor, c cases.ID) (cases.Case, error)
}

// Refunds tells how far money has come.
type Refunds interface {
	Get(ctx context.Context, actor auth.Actor, id refund.ID) (refund.Refund, error)
}

// Bounds of what is filled in, in bytes.
const (
	mostWords   = 4000
	mostForeign = 200
)

// visitor is who fills in a form: the customer, the system in whose name their form is kept, and the form.
type visitor struct {
	portal.Holder
	system auth.Actor
	form   cases.Form
	filled ui.Filled
}

// holder returns whose session a request has.
func (d *door) holder(r *request) (visitor, error) {
	if d.Casework == nil || d.Cases == nil {
		return visitor{}, errs.New(errs.NotFound, "error.not_found")
	}
	h, err := d.Portal.Hold(r.Context(), r.shop, r.PathValue("token"), r.session())
	return visitor{Holder: h, system: auth.ForSystem(r.shop.Workspace)}, err
}

// filling returns the visitor with the form of the order that is being filled in. A page that was sent names its form:
// one of which a case came already leads there, whatever else it says.
func (d *door) filling(r *request) (v visitor, err error) {
	if v, err = d.holder(r); err != nil {
		return v, err
	}
	if id, bad := strconv.ParseInt(r.PostFormValue("form"), 10, 64); r.Method == http.MethodPost && bad == nil {
		v.form, err = d.Cases.Form(r.Context(), v.system, cases.FormID(id))
		if err == nil && v.form.Order != v.Order.ID {
			err = errs.New(errs.NotFound, "error.not_found")
		}
	} else {
		v.form, err = d.Cases.Begin(r.Context(), v.system, r.shop.ID, v.Order.ID, "", nil)
	}
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal(v.form.Data, &v.filled); err != nil {
		v.filled = ui.Filled{}
	}
	return v, nil
}

func (d *door) save(r *request, v *visitor) error {
	data, err := json.Marshal(v.filled)
	if err != nil {
		return err
	}
	v.form, err = d.Cases.Fill(r.Context(), v.system, v.form.ID, data)
	return err
}

// to leads on to a page of the order.
func (r *request) to(w http.ResponseWriter, rest string) error {
	http.Redirect(w, r.Request, r.with(r.link()+rest), http.StatusSeeOther)
	return nil
}

// became leads to the case of a form that is one already.
func (r *request) became(w http.ResponseWriter, f cases.Form) error {
	if f.Case == 0 {
		return r.to(w, "")
	}
	return r.to(w, "/case/"+strconv.FormatInt(int64(f.Case), 10))
}

// lines are those of an order that something may be asked for, with what is free of each.
func (d *door) lines(r *request, o order.Order) ([]ui.ReturnLine, error) {
	free, err := d.Cases.Free(r.Context(), o)
	if err != nil {
		return nil, err
	}
	out := make([]ui.ReturnLine, 0, len(o.Lines))
	for _, l := range o.Lines {
		out = append(out, ui.ReturnLine{Row: l.ID, Title: l.Title, Variant: l.Variant, Quantity: l.Quantity, Free: free[l.ID]})
	}
	return out, nil
}

// returnPage asks what and why.
func (d *door) returnPage(w http.ResponseWriter, r *request) error {
	v, err := d.filling(r)
	if err != nil {
		return err
	}
	return d.drawReturn(w, r, v, http.StatusOK, "")
}

func (d *door) drawReturn(w http.ResponseWriter, r *request, v visitor, status int, wrong string) error {
	lines, err := d.lines(r, v.Order)
	if err != nil {
		return err
	}
	return r.draw(w, status, ui.ReturnPage(ui.Return{Flow: r.flow(v, "portal.return.title", 1), Lines: lines, Wrong: wrong}))
}

// later is the frame of a page after the sale.
func (r *request) later(title string, args ...any) ui.Page {
	p := r.page(r.printer.T(title, args...))
	p.After = true
	return p
}

// flow is what the pages of a return share.
func (r *request) flow(v visitor, title string, step int) ui.Flow {
	return ui.Flow{
		Page: r.later(title), Link: r.link(), Back: r.with(r.link()), Number: v.Order.Number, Form: int64(v.form.ID), Filled: v.filled, Step: step,
		Currency: v.Order.Currency,
	}
}

// chooseLines takes what and why, and leads on.
func (d *door) chooseLines(w http.ResponseWriter, r *request) error {
	v, err := d.filling(r)
	if err != nil {
		return err
	}
	if v.form.Became() {
		return r.became(w, v.form)
	}
	lines, err := d.lines(r, v.Order)
	if err != nil {
		return err
	}
	f := ui.Filled{Gift: r.PostFormValue("gift") != "", Words: bound(r.PostFormValue("words"), mostWords), Foreign: bound(r.PostFormValue("foreign"), mostForeign)}
	lacks := false
	for _, l := range lines {
		row := strconv.FormatInt(l.Row, 10)
		n, _ := strconv.ParseInt(r.PostFormValue("n"+row), 10, 64) // what is no number is none
		reason := r.PostFormValue("why" + row)
		if n = min(n, l.Free); n < 1 {
			continue
		}
		if !slices.Contains(ui.Reasons(), reason) {
			reason, lacks = "", true
		}
		f.Items = append(f.Items, ui.FilledItem{Row: l.Row, Quantity: n, Reason: reason})
	}
	v.filled = f
	if lacks || len(f.Items) == 0 && f.Foreign == "" {
		return d.drawReturn(w, r, v, http.StatusUnprocessableEntity, r.printer.T("portal.return.none"))
	}
	if err := d.save(r, &v); err != nil {
		return err
	}
	advice, err := d.Casework.Advise(r.Context(), v.Actor, d.wish(r, v, nil))
	if err != nil {
		return err
	}
	if f.Faulty() || needs(advice) != 0 {
		return r.to(w, "/return/show")
	}
	return r.to(w, "/return/offers")
}

func bound(s string, most int) string {
	return strings.TrimSpace(strings.ToValidUTF8(s[:min(len(s), most)], ""))
}

// wish is what a form asks for.
func (d *door) wish(r *request, v visitor, files []cases.File) casework.Wish {
	w := casework.Wish{Order: v.Order.ID, Kind: cases.Kind(v.filled.Kind()), Words: v.filled.Words, Gift: v.filled.Gift, Language: string(r.printer.Lang()), Evidence: shown(files, v.filled.Words)}
	for _, x := range v.filled.Items {
		w.Items = append(w.Items, casework.Item{Row: x.Row, Quantity: x.Quantity, Reason: ui.DecisionReason(x.Reason)})
	}
	if v.filled.Foreign != "" {
		w.Items = append(w.Items, casework.Item{Foreign: v.filled.Foreign, Quantity: 1, Reason: decision.OtherReason.String()})
	}
	return w
}

// shown says what evidence files and words are, in the words of package decision. Which paper a PDF is, whoever decides
// reads.
func shown(files []cases.File, words string) []string {
	set := decision.Evidence(0)
	for _, f := range files {
		switch f.Kind {
		case cases.Photo:
			set |= decision.Photo
		case cases.Video:
			set |= decision.Video
		case cases.Document:
			set |= decision.CarrierReport | decision.ExpertReport | decision.ProofOfPurchase
		}
	}
	if words != "" {
		set |= decision.Statement | decision.Serial
	}
	return ui.EvidenceWords(set)
}

// needs is what evidence offers still want, or the policy for the reasons.
func needs(a casework.Advice) (set decision.Evidence) {
	for _, o := range a.Offers {
		set |= o.Needs
	}
	for _, p := range a.Parts {
		set |= p.Case.Policy.Evidence[p.Case.Claim.Reason] &^ p.Case.Claim.Evidence
	}
	return set
}

// offersPage compares the ways out.
func (d *door) offersPage(w http.ResponseWriter, r *request) error {
	v, err := d.filling(r)
	if err != nil {
		return err
	}
	if len(v.filled.Items) == 0 && v.filled.Foreign == "" {
		return r.to(w, "/return")
	}
	return d.drawOffers(w, r, v, http.StatusOK, "")
}

func (d *door) drawOffers(w http.ResponseWriter, r *request, v visitor, status int, wrong string) error {
	files, err := d.Cases.FormFiles(r.Context(), v.system, v.form.ID)
	if err != nil {
		return err
	}
	advice, err := d.Casework.Advise(r.Context(), v.Actor, d.wish(r, v, files))
	if err != nil {
		return err
	}
	page := ui.Offers{Flow: r.flow(v, "portal.offers.title", 3), Wrong: wrong, Action: r.link() + "/return/offers"}
	page.Parts, page.Refused = ui.Compare(page.Page, advice, titles(v.Order, d.wish(r, v, files)))
	return r.draw(w, status, ui.OffersPage(page))
}

// titles are what the lines of the case that a wish becomes are called, from 1.
func titles(o order.Order, w casework.Wish) map[int]string {
	out := map[int]string{}
	for i, it := range w.Items {
		out[i+1] = it.Foreign
		if j := slices.IndexFunc(o.Lines, func(l order.Line) bool { return l.ID == it.Row }); j >= 0 {
			out[i+1] = o.Lines[j].Title
		}
	}
	return out
}

// submit opens the case and takes the offers that were chosen, once.
func (d *door) submit(w http.ResponseWriter, r *request) error {
	v, err := d.filling(r)
	if err != nil {
		return err
	}
	if v.form.Became() {
		return r.became(w, v.form)
	}
	if len(v.filled.Items) == 0 && v.filled.Foreign == "" {
		return r.to(w, "/return")
	}
	var gone bool
	f, err := d.Cases.Become(r.Context(), v.system, v.form.ID, func(ctx context.Context, x *cases.Form) error {
		files, err := d.Cases.FormFiles(ctx, v.system, x.ID)
		if err != nil {
			return err
		}
		c, advice, err := d.Casework.Open(ctx, v.Actor, d.wish(r, v, files))
		if err != nil {
			return err
		}
		x.Case = c.ID
		for part := range advice.Parts {
			key := r.PostFormValue("part" + strconv.Itoa(part))
			if key == "" {
				continue
			}
			i := slices.IndexFunc(advice.Offers, func(o casework.Offer) bool { return o.Part == part && ui.OfferKey(o) == key && o.Resolution != 0 })
			if i < 0 {
				gone = true
				return errs.New(errs.Conflict, "portal.offers.changed")
			}
			if _, err := d.Casework.Choose(ctx, v.Actor, c.ID, advice.Offers[i].Resolution); err != nil {
				return err
			}
		}
		return nil
	})
	if gone || errs.Is(err, errs.Conflict) {
		return d.drawOffers(w, r, v, http.StatusConflict, r.printer.T("portal.offers.changed"))
	}
	if err != nil {
		return err
	}
	return r.became(w, f)
}

// after tells on an order's page what came after the sale, and what can be begun.
func (d *door) after(r *request, v *ui.Status) error {
	if d.Casework == nil || d.Cases == nil || v.Status.Number == "" || v.Cancelled || v.Private == nil && !v.Asks {
		return nil
	}
	v.Return = r.with(r.link() + "/return")
	if d.Policies != nil {
		v.Policy = r.with(r.base+"/returns", "country", v.Market)
	}
	if v.Status.Withdrawable {
		v.Withdraw = r.with(r.base+"/withdraw", "number", v.Status.Number)
	}
	if v.Private == nil {
		return nil
	}
	if d.Warranty != nil {
		v.Warranty = r.with(r.link() + "/warranty")
	}
	h, err := d.Portal.Hold(r.Context(), r.shop, r.PathValue("token"), r.session())
	if err != nil {
		return err
	}
	list, err := d.casesOf(r, h)
	for _, c := range list {
		v.Cases = append(v.Cases, ui.Case{Flow: ui.Flow{Page: v.Page, Link: r.link()}, Case: c})
	}
	return err
}
