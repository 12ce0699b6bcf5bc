package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// caseRoutes is the table of after-sales cases.
func caseRoutes() []route {
	read, write := may(auth.ReadCases), may(auth.WriteCases)
	return []route{
		{"GET", "/cases", read, none, (*server).casesPage},
		{"GET", "/cases/rows", read.unasked(), none, (*server).casesRows},
		{"GET", "/cases/counts", read.unasked(), none, (*server).casesCounts},
		{"GET", "/cases/{case}", read, none, (*server).casePage},
		{"GET", "/cases/{case}/files/{file}", read, none, (*server).caseFile},
		{"GET", "/orders/{order}/cases/new", write, text, (*server).caseNew},
		{"POST", "/orders/{order}/cases", write, text, (*server).caseOpen},
		{"POST", "/cases/{case}/approve", write, form, (*server).caseApprove},
		{"POST", "/cases/{case}/grant", write, form, (*server).caseGrant},
		{"POST", "/cases/{case}/ask", write, form, (*server).caseAsk},
		{"POST", "/cases/{case}/decline", write, form, (*server).caseDecline},
		{"POST", "/cases/{case}/close", write, none, (*server).caseClose},
		{"POST", "/cases/{case}/finish", write, form, (*server).caseFinish},
		{"POST", "/cases/{case}/reopen", write, form, (*server).caseReopen},
		{"POST", "/cases/{case}/forgo", may(auth.ApproveRefunds), form, (*server).caseForgo},
		{"POST", "/cases/{case}/hold", may(auth.ApproveRefunds), form, (*server).caseHold},
		{"POST", "/cases/{case}/differ", write, form, (*server).caseDiffer},
		{"POST", "/cases/{case}/settle", write, form, (*server).caseSettle},
	}
}

// afterSale reads the case that a path names.
func (r *request) afterSale() (cases.Case, error) {
	n, err := r.number("case")
	if err != nil {
		return cases.Case{}, err
	}
	return r.s.Cases.Get(r.Context(), r.actor, cases.ID(n))
}

// casePage shows a case with its decision and all that came of it.
func (s *server) casePage(w http.ResponseWriter, r *request) error {
	c, err := r.afterSale()
	if err != nil {
		return err
	}
	return r.drawCase(w, http.StatusOK, c, ui.Form{})
}

func (r *request) drawCase(w http.ResponseWriter, status int, c cases.Case, f ui.Form) error {
	v, err := r.caseView(w, c)
	if err != nil {
		return err
	}
	v.Form = f
	return r.draw(w, status, ui.CasePage(v))
}

// caseView reads all that the page of a case shows.
func (r *request) caseView(w http.ResponseWriter, c cases.Case) (ui.CaseView, error) {
	h, err := r.house()
	if err != nil {
		return ui.CaseView{}, err
	}
	rows, err := r.caseRows(h, []cases.Case{c})
	if err != nil {
		return ui.CaseView{}, err
	}
	page, err := r.page(w, r.printer.T("cases.kind."+string(c.Kind))+" #"+id64(c.Number), ui.SectionCases)
	if err != nil {
		return ui.CaseView{}, err
	}
	events, err := r.s.Cases.History(r.Context(), r.actor, c.ID)
	if err != nil {
		return ui.CaseView{}, err
	}
	kept, err := r.s.Casework.Kept(c)
	if err != nil {
		return ui.CaseView{}, err
	}
	v := ui.CaseView{
		Page: page, Row: rows[0], CustomerID: int64(c.Customer), Gift: c.Gift, Policy: c.Decision.Policy, Why: c.Decision.Why,
		Steps: caseSteps(c, events), Timeline: r.caseTimeline(c, events), Can: caseCan(c),
	}
	if c.Reason != "" {
		v.Reason = r.printer.T("cases.closed." + string(c.Reason))
	}
	v.Asked, v.Words = r.proofs(strings.Fields(c.Waiting)), c.Words
	if list := c.Orders(); len(list) > 0 && r.actor.May(auth.ReadOrders) {
		v.OrderID = int64(list[0])
	}
	r.caseLines(&v, c, kept)
	r.caseOffers(&v, c, kept)
	if err := r.caseResolutions(&v, c); err != nil {
		return v, err
	}
	if err := r.caseFiles(&v, c); err != nil {
		return v, err
	}
	if err := r.caseCovers(&v, c); err != nil {
		return v, err
	}
	if err := r.caseBack(&v, c); err != nil {
		return v, err
	}
	if err := r.caseDiffers(&v, c); err != nil {
		return v, err
	}
	if err := r.caseRepairs(&v, c); err != nil {
		return v, err
	}
	if err := r.caseHolds(&v, c); err != nil {
		return v, err
	}
	r.caseChoices(&v)
	if v.Claims, err = r.claimsOf(recovery.Filter{Case: c.ID}); err != nil {
		return v, err
	}
	return v, r.caseTicket(&v, c)
}

// caseTicket adds the conversation about a case, as far as the reader may see it.
func (r *request) caseTicket(v *ui.CaseView, c cases.Case) error {
	if c.Ticket == 0 || !r.actor.May(auth.ReadTickets) {
		return nil
	}
	t, err := r.s.Tickets.Get(r.Context(), r.actor, c.Ticket)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err == nil {
		v.Ticket = ticketRef(t)
	}
	return err
}

// caseRows draws cases in a list, with the names of their customers and orders.
func (r *request) caseRows(h *house, list []cases.Case) ([]ui.CaseRow, error) {
	orders := map[order.ID]order.Order{}
	if r.actor.May(auth.ReadOrders) {
		var ids []order.ID
		for _, c := range list {
			if of := c.Orders(); len(of) > 0 {
				ids = append(ids, of[0])
			}
		}
		known, err := r.s.Orders.Heads(r.Context(), r.actor, ids)
		if err != nil {
			return nil, err
		}
		orders = known
	}
	var placed []order.Order
	for _, o := range orders {
		placed = append(placed, o)
	}
	people, err := r.s.orderCustomers(r, placed)
	if err != nil {
		return nil, err
	}
	out := make([]ui.CaseRow, len(list))
	for i, c := range list {
		party, until := c.Waits()
		row := ui.CaseRow{
			ID: int64(c.ID), Number: c.Number, Kind: string(c.Kind), Phase: string(c.Phase), Waiting: string(party), Shop: h.shop[c.Shop].Name,
			Deadline: until, Lawful: until.Equal(cmp.Or(c.DueAt(), c.Deadline)), Opened: c.OpenedAt, Law: c.Statutory, What: caseGoods(c),
		}
		if of := c.Orders(); len(of) > 0 {
			o := orders[of[0]]
			row.Order, row.Country, row.Customer = o.Number, o.ShipTo.Country, cmp.Or(o.ShipTo.Name, o.Email)
			if p, ok := people[o.Customer]; ok {
				row.Customer = cmp.Or(who(r, p), row.Customer)
			}
		}
		if x, ok := speaks(c); ok {
			row.Means = string(x.Means)
			row.Worth = r.moneyOr(worth(x), x.Money.Currency)
		}
		out[i] = row
	}
	return out, nil
}

// speaks is the resolution that speaks for a case in a list: one that the customer
// has, else the first that they are offered.
func speaks(c cases.Case) (first cases.Resolution, ok bool) {
	for _, r := range c.Resolutions {
		if r.Stand.Alive() {
			return r, true
		}
		if !ok && r.Stand == cases.Offered {
			first, ok = r, true
		}
	}
	return first, ok
}

// worth is what a resolution gives in money, in minor units.
func worth(x cases.Resolution) int64 {
	a, err := x.Money.Components.Total(x.Money.Currency)
	if err != nil { // one that gives goods
		return 0
	}
	return a.Minor
}

// caseGoods names the goods of a case in short.
func caseGoods(c cases.Case) string {
	var names []string
	for _, l := range c.Lines {
		name := cmp.Or(l.Title, l.Foreign, l.SKU)
		if n := l.Count(cases.Asked); n > 1 {
			name = strconv.FormatInt(n, 10) + " × " + name
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// caseSteps are the stops on a case's way with the times at which it came there.
func caseSteps(c cases.Case, events []cases.Event) []ui.CaseStep {
	stops := []struct {
		key    string
		phases []cases.Phase
	}{
		{"asked", []cases.Phase{cases.Draft, cases.Submitted, cases.NeedsInfo, cases.Appealed}},
		{"decided", []cases.Phase{cases.Approved, cases.Declined, cases.AwaitingGoods, cases.NoGoodsNeeded}},
		{"goods", []cases.Phase{cases.GoodsMoving, cases.GoodsHere}},
		{"checked", []cases.Phase{cases.Inspecting}},
		{"settled", []cases.Phase{cases.Resolving, cases.Closed}},
	}
	at := func(p cases.Phase) int {
		return slices.IndexFunc(stops, func(s struct {
			key    string
			phases []cases.Phase
		}) bool {
			return slices.Contains(s.phases, p)
		})
	}
	comes := slices.ContainsFunc(c.Resolutions, func(r cases.Resolution) bool {
		return r.Returns() && r.Stand != cases.Lapsed && r.Stand != cases.Refused
	})
	if !comes && c.Phase != cases.GoodsMoving && c.Phase != cases.GoodsHere && c.Phase != cases.Inspecting {
		stops = slices.Delete(stops, 2, 4)
	}
	here := at(c.Phase)
	out := make([]ui.CaseStep, len(stops))
	for i, s := range stops {
		out[i] = ui.CaseStep{Key: s.key, Done: i <= here, Here: i == here}
	}
	for _, e := range events {
		if i := at(e.Phase); i >= 0 && out[i].Done && out[i].At.IsZero() {
			out[i].At = e.At
		}
	}
	return out
}

// caseCan tells what the state of a case allows.
func caseCan(c cases.Case) ui.CaseCan {
	open := c.Phase == cases.Submitted || c.Phase == cases.NeedsInfo
	taken := slices.ContainsFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Stand.Alive() })
	running := slices.ContainsFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Stand == cases.Executing || r.Stand == cases.Waiting })
	return ui.CaseCan{
		Decide: open || c.Phase == cases.Approved && !taken, Choose: open && !taken, Grant: c.Phase != cases.Draft && c.Phase != cases.Closed, Ask: c.Phase == cases.Submitted,
		Close: c.Phase != cases.Closed && !running, Reopen: c.Phase == cases.Closed && c.Reason != cases.Merged,
	}
}

// caseLines draws what the customer asks about.
func (r *request) caseLines(v *ui.CaseView, c cases.Case, kept casework.Advice) {
	paid := map[int]string{}
	for _, p := range kept.Parts {
		for i, n := range p.Lines {
			if i < len(p.Case.Claim.Lines) {
				paid[n] = r.paidFor(p.Case, p.Case.Claim.Lines[i])
			}
		}
		v.Currency = p.Case.Order.Currency
	}
	for _, l := range c.Lines {
		x := ui.CaseLine{
			Number: l.Number, Title: cmp.Or(l.Title, l.Foreign, l.SKU), SKU: l.SKU, Quantity: l.Count(cases.Asked), Reason: l.Reason, Declined: l.Declined,
			Foreign: l.OrderRow == 0, Paid: paid[l.Number],
		}
		for _, k := range []cases.Counter{cases.Authorised, cases.Shipped, cases.Received, cases.Matched, cases.Unexpected, cases.Missing, cases.Accepted, cases.Rejected} {
			if n := l.Count(k); n > 0 {
				x.Counts = append(x.Counts, ui.CaseCount{Key: string(k), N: n})
			}
		}
		v.Lines = append(v.Lines, x)
	}
}

// paidFor writes what was paid for the units of a claim.
func (r *request) paidFor(c decision.Case, a decision.Asked) string {
	for _, l := range c.Order.Lines {
		if l.Line == a.Line && l.Qty > 0 {
			return r.money((l.Goods-l.Discount+l.Tax)*a.Qty/l.Qty, c.Order.Currency)
		}
	}
	return ""
}

// caseOffers draws the decision: rights, offers by rank, refusals.
func (r *request) caseOffers(v *ui.CaseView, c cases.Case, kept casework.Advice) {
	for _, x := range kept.Rights {
		v.Rights = append(v.Rights, ui.CaseRight{Key: x.Basis.String(), Law: x.Law, Until: dayOf(x.Until), RefundBy: dayOf(x.RefundBy), Verified: x.Verified})
	}
	dearest := int64(1)
	for _, o := range kept.Offers {
		dearest = max(dearest, o.Cost)
	}
	for _, o := range kept.Offers {
		amount := func(n int64) string { return r.money(n, o.Currency) }
		x := ui.CaseOffer{
			Resolution: o.Resolution, Remedy: o.Remedy.String(), Stand: string(o.Stand), Gets: r.moneyOr(o.Money.Total, o.Currency), Costs: amount(o.Cost),
			Share: float64(max(o.Cost, 0)) / float64(dearest), Gain: o.Cost < 0, Days: int64(o.Days), Route: o.Route.String(), Payer: o.Postage.String(),
			Law: o.Law, Auto: o.Auto, Why: r.printer.T(o.Why.Key, o.Why.Args...),
		}
		for _, res := range c.Resolutions {
			if res.Number == o.Resolution && res.Offer != nil {
				x.Needs = r.proofWords(res.Offer.Needs)
			}
		}
		if len(c.Lines) > 1 {
			x.Lines = caseUnits(c, o.Units)
		}
		m := o.Money
		for _, s := range []struct {
			key string
			n   int64
		}{{"goods", m.Goods}, {"tax", m.Tax}, {"duty", m.Duty}, {"shipping_out", m.Out}, {"shipping_back", m.Back}, {"fee", m.Fee}, {"bonus", m.Bonus}} {
			if s.n != 0 {
				x.Parts = append(x.Parts, ui.Sum{Label: r.printer.T("cases.sum." + s.key), Text: amount(s.n)})
			}
		}
		for _, a := range o.To {
			x.To = append(x.To, ui.Sum{Label: r.destination(a.Method), Text: amount(a.Amount)})
		}
		v.Offers = append(v.Offers, x)
	}
	for _, x := range kept.Refused {
		if x.Remedy != "" {
			v.Refused = append(v.Refused, ui.CaseRefusal{Remedy: x.Remedy, Code: x.Code, Clause: x.Clause})
		}
	}
}

// destination names where money goes: a method of payment, a bank account, credit.
func (r *request) destination(method string) string {
	if key := "cases.to." + method; r.printer.Has(key) {
		return r.printer.T(key)
	}
	if m, ok := refund.MethodOf(method); ok {
		return m.Name
	}
	return method
}

// caseUnits names the units of some lines.
func caseUnits(c cases.Case, units []cases.Group) string {
	var out []string
	for _, g := range units {
		for _, l := range c.Lines {
			if l.Number == g.Line {
				out = append(out, strconv.FormatInt(g.Quantity, 10)+" × "+cmp.Or(l.Title, l.SKU))
			}
		}
	}
	return strings.Join(out, ", ")
}

// dayOf is a day of a decision as a time, zero for never.
func dayOf(d decision.Day) time.Time {
	if d == decision.Never {
		return time.Time{}
	}
	return d.Time()
}

// caseResolutions draws what the customer has or had, with the refunds behind it.
func (r *request) caseResolutions(v *ui.CaseView, c cases.Case) error {
	for _, x := range c.Resolutions {
		if x.Stand == cases.Proposed || x.Stand == cases.Offered || x.Stand == cases.Lapsed || x.Stand == cases.Refused {
			continue
		}
		out := ui.CaseResolution{
			Number: x.Number, Means: string(x.Means), Stand: string(x.Stand), Trigger: string(x.Trigger), By: x.By, Code: r.whyNot(x.Code), Tone: ui.StandTone(string(x.Stand)),
			Money: r.moneyOr(worth(x), x.Money.Currency), Refund: int64(x.Refund), Sending: x.Parcel, Owed: x.Owed && c.Owes(),
		}
		if x.Refund != 0 {
			f, err := r.s.Refunds.Get(r.Context(), r.actor, x.Refund)
			if err != nil && !errs.Is(err, errs.NotFound) {
				return err
			}
			if err == nil {
				out.RefundIs = r.printer.T("cases.refund." + string(f.State()))
			}
		}
		v.Resolutions = append(v.Resolutions, out)
	}
	return nil
}

// whyNot words why a resolution failed, as far as the code is known.
func (r *request) whyNot(code string) string {
	for _, key := range []string{code, "cases.refusal." + code} {
		if code != "" && r.printer.Has(key) {
			return r.printer.T(key)
		}
	}
	return code
}

// caseBack draws the parcels in which goods come back.
func (r *request) caseBack(v *ui.CaseView, c cases.Case) error {
	if r.s.Goods == nil {
		return nil
	}
	list, err := r.s.Goods.OfCase(r.Context(), r.actor, c.ID)
	if err != nil {
		return err
	}
	for _, p := range list {
		v.Parcels = append(v.Parcels, ui.CaseParcel{
			RMA: goods.Spaced(p.RMA), State: r.printer.T("warehouse.state." + string(p.State)), Place: r.printer.T("cases.route." + p.Route), Carrier: p.Carrier, Number: p.Tracking,
			Href: "/warehouse?code=" + url.QueryEscape(p.RMA), Label: "/warehouse/" + id64(p.ID) + "/label",
		})
	}
	return nil
}

// caseFiles draws the evidence.
func (r *request) caseFiles(v *ui.CaseView, c cases.Case) error {
	list, err := r.s.Cases.Files(r.Context(), r.actor, c.ID)
	if err != nil {
		return err
	}
	for _, f := range list {
		v.Files = append(v.Files, ui.CaseFile{
			Href: "/cases/" + id64(c.ID) + "/files/" + id64(f.ID), Name: cmp.Or(f.Name, string(f.Kind)), Kind: string(f.Kind), At: f.At,
			Preview: slices.Contains([]string{"image/jpeg", "image/png", "image/webp"}, f.Type),
		})
	}
	return nil
}

// caseFile sends a piece of evidence: a picture to be looked at, all else to be saved.
func (s *server) caseFile(w http.ResponseWriter, r *request) error {
	c, err := r.afterSale()
	if err != nil {
		return err
	}
	n, err := r.number("file")
	if err != nil {
		return err
	}
	f, body, err := s.Cases.File(r.Context(), r.actor, c.ID, cases.FileID(n))
	if err != nil {
		return err
	}
	how := "attachment"
	if strings.HasPrefix(f.Type, "image/") {
		how = "inline"
	}
	return r.sendFile(w, f.Type, how, body)
}

// caseChoices fills the lists of the forms.
func (r *request) caseChoices(v *ui.CaseView) {
	for _, code := range append(decision.Codes(), cases.NotBoughtHere) {
		if key := "cases.refusal." + code; r.printer.Has(key) {
			v.Codes = append(v.Codes, ui.Option{Value: code, Label: r.printer.T(key), Selected: code == "not_offered"})
		}
	}
	for _, m := range cases.AllMeans() {
		if m != cases.Nothing {
			v.Means = append(v.Means, ui.Option{Value: string(m), Label: r.printer.T("cases.means." + string(m))})
		}
	}
	for _, e := range decision.EvidenceWords() {
		v.Evidence = append(v.Evidence, ui.Option{Value: e, Label: r.printer.T("cases.proof." + e)})
	}
}

// proofWords words kinds of evidence.
func (r *request) proofWords(list []string) []string {
	var out []string
	for _, e := range list {
		if key := "cases.proof." + e; r.printer.Has(key) {
			out = append(out, r.printer.T(key))
		}
	}
	return out
}

func (r *request) proofs(list []string) string { return strings.Join(r.proofWords(list), ", ") }

// caseTimeline words what happened to a case, the newest first.
func (r *request) caseTimeline(c cases.Case, events []cases.Event) []ui.CaseEvent {
	var out []ui.CaseEvent
	for _, e := range slices.Backward(events) {
		x := ui.CaseEvent{Icon: "circle-dot", Note: e.Note, By: e.By.Name, At: e.At}
		x.Text = r.caseHappened(c, e, &x)
		if x.Text != "" {
			out = append(out, x)
		}
	}
	return out
}

// caseHappened words one event; "" for what another one says already.
func (r *request) caseHappened(c cases.Case, e cases.Event, x *ui.CaseEvent) string {
	p := r.printer
	means := func(n int64) string {
		for _, res := range c.Resolutions {
			if res.Number == n {
				return p.T("cases.means." + string(res.Means))
			}
		}
		return ""
	}
	key := "cases.event." + string(e.Kind)
	switch e.Kind {
	case cases.LineAdded, cases.WasProposed:
		return ""
	case cases.Went:
		x.Icon = "chevron-right"
		return p.T("cases.phase." + string(e.Phase))
	case cases.LineRefused:
		x.Icon = "ban"
		return p.T(key, "Code", p.T("cases.refusal."+e.Code))
	case cases.WasCounted:
		if e.Counter == cases.Authorised {
			return ""
		}
		x.Icon = "package"
		return p.T(key, "Count", p.T("cases.count."+string(e.Counter)), "N", p.Number(e.Add))
	case cases.WasPlaced:
		x.Icon = "package"
		return p.T(key, "As", p.T("cases.as."+string(e.Placed.As)))
	case cases.Stepped:
		if e.Stand == cases.Offered || e.Stand == cases.Lapsed {
			return ""
		}
		x.Icon = "credit-card"
		return p.T(key, "Means", means(e.About), "Stand", p.T("cases.stand."+string(e.Stand)))
	case cases.TriggerMet:
		x.Icon = "zap"
		return p.T(key, "Trigger", p.T("cases.met."+string(e.Trigger)))
	case cases.WasClosed:
		x.Icon = "archive"
		return p.T(key, "Reason", p.T("cases.closed."+string(e.Reason)))
	case cases.Acknowledged, cases.Differed:
		x.Icon = "mail"
	case cases.DifferenceOn:
		x.Icon = "package"
		return p.T(key, "Stand", p.T("cases.differ.stand."+string(e.Difference.Stand)))
	case cases.Nudged:
		x.Icon = "mail"
		return p.T(key, "What", p.T("cases.nudge."+cmp.Or(e.Code, "posted")))
	case cases.WasSpent:
		x.Icon = "credit-card"
		return p.T(key, "Means", means(e.About))
	case cases.WasHanded:
		x.Icon = "package"
		return p.T("cases.waits." + cmp.Or(e.Code, string(cases.ByUs)))
	case cases.WasAnswered:
		x.Icon = "reply"
	case cases.WasDecided:
		x.Icon = "shield-check"
		if e.Decision != nil {
			x.Note = cmp.Or(e.Decision.Why, x.Note)
		}
	}
	if !p.Has(key) {
		return ""
	}
	return p.T(key)
}
