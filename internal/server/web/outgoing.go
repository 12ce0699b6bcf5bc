package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// outgoingRoutes is the table of replacements.
func outgoingRoutes() []route {
	read, write := may(auth.ReadCases), may(auth.WriteCases)
	return []route{
		{"GET", "/replacements", read, none, (*server).outgoingPage},
		{"GET", "/replacements/sheet", read, none, (*server).outgoingSheet},
		{"POST", "/replacements/sheet", write, upload, (*server).outgoingNumbers},
		{"GET", "/replacements/{replacement}", read, none, (*server).outgoingOne},
		{"POST", "/replacements/{replacement}", write, form, (*server).outgoingDo},
	}
}

// outgoingPageSize is how many replacements the board shows at once.
const outgoingPageSize = 50

// outgoingPage is the board of what is to be sent, by state.
func (s *server) outgoingPage(w http.ResponseWriter, r *request) error {
	return s.drawOutgoings(w, r, ui.Form{})
}

func (s *server) drawOutgoings(w http.ResponseWriter, r *request, f ui.Form) error {
	v := ui.Outgoings{Form: f, State: r.URL.Query().Get("state")}
	if !slices.Contains(outgoing.States(), outgoing.State(v.State)) {
		v.State = string(outgoing.ToSend)
	}
	counts, err := s.Outgoing.Counts(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for _, state := range outgoing.States() {
		n, counted := counts[state]
		tab := ui.OutgoingTab{State: string(state), Count: -1, More: n > cases.MaxCount}
		if counted {
			tab.Count = min(n, cases.MaxCount)
		}
		v.Tabs = append(v.Tabs, tab)
	}
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	list, err := s.Outgoing.List(r.Context(), r.actor, outgoing.Filter{State: outgoing.State(v.State)}, outgoing.ID(before), outgoingPageSize+1)
	if err != nil {
		return err
	}
	if len(list) > outgoingPageSize {
		list = list[:outgoingPageSize]
		v.Next = int64(list[len(list)-1].ID)
	}
	for _, p := range list {
		v.Rows = append(v.Rows, uiOutgoing(p))
	}
	if v.Page, err = r.page(w, r.printer.T("nav.replacements"), ui.SectionCases); err != nil {
		return err
	}
	return r.draw(w, formStatus(f), ui.OutgoingsPage(v))
}

func uiOutgoing(p outgoing.Parcel) ui.Outgoing {
	x := ui.Outgoing{
		ID: int64(p.ID), Case: p.Number, CaseID: int64(p.Case), Means: string(p.Means), State: string(p.State), Customer: cmp.Or(p.To.Name, p.To.Company), To: ui.OutgoingAddress(p.To), Confirm: p.Confirm, Ready: p.Ready(),
		From: p.From, Note: p.Note, Expected: p.Expected, Attempt: p.Attempt, Carrier: p.Carrier, Tracking: p.Tracking, Shipment: int64(p.Shipment), At: p.UpdatedAt,
	}
	for _, l := range p.Lines {
		x.Lines = append(x.Lines, ui.OutgoingLine{Line: l.Case, Had: l.Had, SKU: l.SKU, Title: l.Title, Quantity: l.Quantity})
	}
	return x
}

// outgoingOne is the page of one replacement.
func (s *server) outgoingOne(w http.ResponseWriter, r *request) error {
	n, err := r.number("replacement")
	if err != nil {
		return err
	}
	return s.drawOutgoing(w, r, outgoing.ID(n), ui.Form{})
}

func (s *server) drawOutgoing(w http.ResponseWriter, r *request, n outgoing.ID, f ui.Form) error {
	p, err := s.Outgoing.Get(r.Context(), r.actor, n)
	if err != nil {
		return err
	}
	v := ui.OutgoingView{Form: f, Outgoing: uiOutgoing(p), MayWrite: r.actor.May(auth.WriteCases)}
	if d, ok := p.Difference(); ok && d != 0 {
		v.Difference = r.moneyOr(max(d, -d), p.Currency)
		v.Dearer = d > 0
	}
	v.Again = p.State == outgoing.Lost || p.State == outgoing.CameBack
	v.Open = p.State == outgoing.ToSend || p.State == outgoing.Short
	for _, to := range []outgoing.State{outgoing.Delivered, outgoing.Lost, outgoing.CameBack, outgoing.Cancelled} {
		if outgoing.CanGo(p.State, to) {
			v.Ends = append(v.Ends, ui.Option{Value: string(to), Label: r.printer.T("outgoing.state." + string(to))})
		}
	}
	if v.Page, err = r.page(w, r.printer.T("outgoing.title", "Number", p.Number), ui.SectionCases); err != nil {
		return err
	}
	return r.draw(w, formStatus(f), ui.OutgoingPage(v))
}

// outgoingDo does one thing with a replacement.
func (s *server) outgoingDo(w http.ResponseWriter, r *request) error {
	number, err := r.number("replacement")
	if err != nil {
		return err
	}
	n, ctx := outgoing.ID(number), r.Context()
	switch r.PostFormValue("do") {
	case "choose":
		_, err = s.Outgoing.Choose(ctx, r.actor, n, int(r.formNumber("line")), r.PostFormValue("sku"))
	case "address":
		to := order.Address{}
		for name, at := range map[string]*string{"person": &to.Name, "company": &to.Company, "line1": &to.Line1, "line2": &to.Line2, "postcode": &to.Postcode, "city": &to.City, "region": &to.Region, "country": &to.Country, "phone": &to.Phone} {
			*at = r.PostFormValue(name)
		}
		_, err = s.Outgoing.Readdress(ctx, r.actor, n, to)
	case "short", "back":
		day, _ := time.Parse(time.DateOnly, r.PostFormValue("expected")) // a day that is none is not known
		_, err = s.Outgoing.Lack(ctx, r.actor, n, r.PostFormValue("do") == "back", r.PostFormValue("why"), day)
	case "sent":
		_, err = s.Outgoing.Send(ctx, r.actor, n, r.PostFormValue("carrier"), r.PostFormValue("tracking"))
	case "end":
		_, err = s.Outgoing.End(ctx, r.actor, n, outgoing.State(r.PostFormValue("state")), r.PostFormValue("why"))
	case "again":
		_, err = s.Outgoing.Again(ctx, r.actor, n)
	default:
		if _, err = s.Outgoing.Get(ctx, r.actor, n); err == nil {
			err = errs.New(errs.Invalid, "error.invalid")
		}
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawOutgoing(w, r, n, f)
	}
	return r.see(w, "/replacements/"+id64(number), nil)
}
