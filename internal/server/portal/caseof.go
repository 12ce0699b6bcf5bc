package portal

import (
	"net/http"
	"slices"
	"strconv"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// mostCases is how many cases of one order a page lists.
const mostCases = 50

// casesOf returns the cases of an order that its holder may see, the newest first: their own, and of gifts those alone that
// they opened themselves. Whoever paid is not told that a gift came back.
func (d *door) casesOf(r *request, h portal.Holder) ([]cases.Case, error) {
	list, err := d.Cases.List(r.Context(), auth.ForSystem(r.shop.Workspace), cases.Filter{Order: h.Order.ID}, 0, mostCases)
	if err != nil {
		return nil, err
	}
	var out []cases.Case
	for _, c := range list {
		ok, err := d.mine(r, h, c)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, c)
		}
	}
	return out, nil
}

// mine reports whether a case is the holder's to see.
func (d *door) mine(r *request, h portal.Holder, c cases.Case) (bool, error) {
	if c.Workspace != h.Actor.Workspace || c.Phase == cases.Draft || h.Actor.ID == 0 || int64(c.Customer) != h.Actor.ID || !slices.Contains(c.Orders(), h.Order.ID) {
		return false, nil
	}
	if !c.Gift {
		return true, nil
	}
	events, err := d.Cases.History(r.Context(), auth.ForSystem(r.shop.Workspace), c.ID)
	return len(events) > 0 && events[0].By.Kind == auth.Customer && events[0].By.ID == h.Actor.ID, err
}

// caseOf returns the case of a request and whose it is. One that is another's does not exist.
func (d *door) caseOf(r *request) (visitor, cases.Case, error) {
	v, err := d.holder(r)
	if err != nil {
		return v, cases.Case{}, err
	}
	id, bad := strconv.ParseInt(r.PathValue("case"), 10, 64)
	if bad != nil {
		return v, cases.Case{}, errs.New(errs.NotFound, "error.not_found")
	}
	c, err := d.Cases.Get(r.Context(), v.system, cases.ID(id))
	if err != nil {
		return v, c, err
	}
	ok, err := d.mine(r, v.Holder, c)
	if err == nil && !ok {
		err = errs.New(errs.NotFound, "error.not_found")
	}
	return v, c, err
}

// casePage tells how a case stands.
func (d *door) casePage(w http.ResponseWriter, r *request) error {
	v, c, err := d.caseOf(r)
	if err != nil {
		return err
	}
	return d.drawCase(w, r, v, c, http.StatusOK, "")
}

func (d *door) drawCase(w http.ResponseWriter, r *request, v visitor, c cases.Case, status int, wrong string) error {
	page, err := d.viewCase(r, v, c)
	if err != nil {
		return err
	}
	page.Wrong = wrong
	return r.draw(w, status, ui.CasePage(page))
}

// drawSaid draws a case's page with what was wrong about a tracking number.
func (d *door) drawSaid(w http.ResponseWriter, r *request, v visitor, c cases.Case, status int, said ui.Said) error {
	page, err := d.viewCase(r, v, c)
	if err != nil {
		return err
	}
	for i := range page.Backs {
		page.Backs[i].Said = said
	}
	return r.draw(w, status, ui.CasePage(page))
}

// viewCase is a case as its page shows it.
func (d *door) viewCase(r *request, v visitor, c cases.Case) (page ui.Case, err error) {
	page = ui.Case{
		Flow: ui.Flow{Page: r.later("portal.case.title", "Number", r.printer.Number(c.Number)), Link: r.link(), Back: r.with(r.link()), Number: v.Order.Number, Currency: v.Order.Currency},
		Case: c,
	}
	page.Path = page.At("")
	if page.Holds, err = d.holdsOf(r, &page.Case); err != nil {
		return page, err
	}
	c = page.Case
	files, err := d.Cases.Files(r.Context(), v.system, c.ID)
	if err != nil {
		return page, err
	}
	page.Files = d.pictures(r, files, page.At("/file/"))
	names := map[int]string{}
	for _, l := range c.Lines {
		names[l.Number] = l.Title + l.Foreign
	}
	if page.Asks() { // offers are on the table
		advice, err := d.Casework.Kept(c)
		if err != nil {
			return page, err
		}
		advice.Offers = slices.DeleteFunc(advice.Offers, func(o casework.Offer) bool { return o.Stand != cases.Offered })
		page.Parts, page.Refused = ui.Compare(page.Page, advice, names)
	}
	if page.Sendings, err = d.sendings(r, v, page.Case.ID); err != nil {
		return page, err
	}
	if page.Backs, err = d.backs(r, v, page); err != nil {
		return page, err
	}
	for _, x := range c.Resolutions {
		if x.Refund == 0 || d.Refunds == nil {
			continue
		}
		f, err := d.Refunds.Get(r.Context(), v.system, x.Refund)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return page, err
		}
		page.Refunds = append(page.Refunds, f)
	}
	if d.Warranty != nil {
		if page.Repairs, err = d.Warranty.RepairsOf(r.Context(), c); err != nil {
			return page, err
		}
	}
	page.Payee, err = d.payeeOf(r, v, page)
	return page, err
}

// actCase does what the customer says about a case.
func (d *door) actCase(w http.ResponseWriter, r *request) error {
	v, c, err := d.caseOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	switch r.PathValue("verb") {
	case "cancel":
		_, err = d.Casework.Cancel(ctx, v.Actor, c.ID)
	case "appeal":
		words := bound(r.PostFormValue("words"), mostWords)
		if words == "" {
			return d.drawCase(w, r, v, c, http.StatusUnprocessableEntity, r.printer.T("portal.case.words"))
		}
		_, err = d.Casework.Appeal(ctx, v.Actor, c.ID, words)
	case "answer":
		return d.answer(w, r, v, c)
	case "payee":
		return d.payee(w, r, v, c)
	case "agree", "disagree":
		return d.differ(w, r, v, c, r.PathValue("verb") == "agree")
	case "repair_agree", "repair_refuse", "repair_back":
		return d.mend(w, r, v, c)
	case "where":
		return d.confirm(w, r, v, c)
	case "choose":
		err = d.choose(r, v, c)
	case "hold":
		err = d.hold(r, c)
	default:
		return errs.New(errs.NotFound, "error.not_found")
	}
	if errs.Is(err, errs.Conflict) { // somebody was quicker, or it was sent twice: the page says how it is now
		err = nil
	}
	if err != nil {
		return err
	}
	return r.to(w, "/case/"+strconv.FormatInt(int64(c.ID), 10))
}

// choose takes the offers that were chosen.
func (d *door) choose(r *request, v visitor, c cases.Case) error {
	advice, err := d.Casework.Kept(c)
	if err != nil {
		return err
	}
	for part := range advice.Parts {
		key := r.PostFormValue("part" + strconv.Itoa(part))
		i := slices.IndexFunc(advice.Offers, func(o casework.Offer) bool {
			return o.Part == part && ui.OfferKey(o) == key && o.Stand == cases.Offered
		})
		if i < 0 {
			continue
		}
		if _, err := d.Casework.Choose(r.Context(), v.Actor, c.ID, advice.Offers[i].Resolution); err != nil {
			return err
		}
	}
	return nil
}

// answer adds files and words to a case, and tells whoever waits for them.
func (d *door) answer(w http.ResponseWriter, r *request, v visitor, c cases.Case) error {
	_, err := r.files(func(n cases.NewFile) error {
		_, err := d.Cases.Attach(r.Context(), v.Actor, c.ID, n)
		return err
	})
	if wrong := r.wrongFile(err); wrong != "" {
		return d.drawCase(w, r, v, c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil && !errs.Is(err, errs.Conflict) {
		return err
	}
	words := bound(r.PostFormValue("words"), mostWords)
	if c.Phase == cases.NeedsInfo && (err == nil || errs.Is(err, errs.Conflict)) && r.PostFormValue("on") != "" {
		files, err := d.Cases.Files(r.Context(), v.system, c.ID)
		if err != nil {
			return err
		}
		if _, err := d.Casework.Answer(r.Context(), v.Actor, c.ID, shown(files, words), words); err != nil && !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	return r.to(w, "/case/"+strconv.FormatInt(int64(c.ID), 10))
}

// caseFile sends a file of a case.
func (d *door) caseFile(w http.ResponseWriter, r *request) error {
	v, c, err := d.caseOf(r)
	if err != nil {
		return err
	}
	id, bad := strconv.ParseInt(r.PathValue("file"), 10, 64)
	if bad != nil {
		return errs.New(errs.NotFound, "error.not_found")
	}
	f, data, err := d.Cases.File(r.Context(), v.system, c.ID, cases.FileID(id))
	if err != nil {
		return err
	}
	return sendFile(w, f, data)
}
