package web

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// refundRoutes is the table of refunds.
func refundRoutes() []route {
	read, approve := may(auth.ReadCases), may(auth.ApproveRefunds)
	return []route{
		{"GET", "/refunds", read, none, (*server).refundsPage},
		{"GET", "/refunds/rows", read.unasked(), none, (*server).refundsRows},
		{"GET", "/refunds/counts", read.unasked(), none, (*server).refundsCounts},
		{"GET", "/refunds/{refund}", read, none, (*server).refundPage},
		{"GET", "/orders/{order}/refunds/new", approve, text, (*server).paybackPage},
		{"POST", "/orders/{order}/refunds", approve, form, (*server).paybackGive},
		{"POST", "/refunds/{refund}/approve", approve, form, (*server).refundApprove},
		{"POST", "/refunds/{refund}/cancel", approve, form, (*server).refundCancel},
		{"POST", "/refunds/{refund}/redirect", approve, form, (*server).refundRedirect},
		{"POST", "/refunds/{refund}/elsewhere", approve, form, (*server).refundElsewhere},
		{"POST", "/refunds/{refund}/ask", approve, form, (*server).refundAsk},
		{"POST", "/refunds/{refund}/twice", approve, form, (*server).refundTwice},
		{"POST", "/refunds/{refund}/twice/ask-back", approve, form, (*server).refundTwiceAsk},
		{"POST", "/refunds/{refund}/twice/came-back", approve, form, (*server).refundTwiceBack},
		{"POST", "/refunds/{refund}/twice/write-off", approve, form, (*server).refundTwiceWriteOff},
		{"POST", "/refunds/{refund}/twice/dismiss", approve, form, (*server).refundTwiceDismiss},
	}
}

// refundOf reads the refund that a path names.
func (r *request) refundOf() (refund.Waiting, error) {
	n, err := r.number("refund")
	if err != nil {
		return refund.Waiting{}, err
	}
	return r.s.Refunds.Waits(r.Context(), r.actor, refund.ID(n))
}

// refundPage shows a refund with all that happened to it.
func (s *server) refundPage(w http.ResponseWriter, r *request) error {
	x, err := r.refundOf()
	if err != nil {
		return err
	}
	return r.drawRefund(w, http.StatusOK, x, ui.Form{})
}

func (r *request) drawRefund(w http.ResponseWriter, status int, x refund.Waiting, f ui.Form) error {
	h, err := r.house()
	if err != nil {
		return err
	}
	rows, err := r.refundRows(h, []refund.Waiting{x})
	if err != nil {
		return err
	}
	page, err := r.page(w, r.printer.T("refunds.title", "Sum", rows[0].Amount), ui.SectionRefunds)
	if err != nil {
		return err
	}
	events, err := r.s.Refunds.History(r.Context(), r.actor, x.ID)
	if err != nil {
		return err
	}
	v := ui.RefundView{
		Page: page, Row: rows[0], Case: x.Case, NotAfter: x.NotAfter, Disputes: x.Disputes, RequestedBy: h.person[x.RequestedBy].Name, ApprovedBy: h.person[x.ApprovedBy].Name,
		CreatedAt: x.CreatedAt, Timeline: r.refundTimeline(x.Refund, events), Form: f,
	}
	if r.actor.May(auth.ReadOrders) {
		v.OrderID = int64(x.Order)
	}
	v.Parts = r.components(x.Components, x.Currency)
	ways, err := r.payWays()
	if err != nil {
		return err
	}
	for _, a := range x.Allocations {
		v.Allocations = append(v.Allocations, r.refundAllocation(x.Refund, a, events, ways))
	}
	v.Can = ui.RefundCan{Approve: x.State() == refund.Requested, Cancel: !slices.ContainsFunc(x.Allocations, func(a refund.Allocation) bool { return !refund.CanMove(a.State, refund.Cancelled) })}
	if err := r.refundEntries(&v, x.ID); err != nil {
		return err
	}
	return r.draw(w, status, ui.RefundPage(v))
}

// components writes what a refund is made of: what the customer bears is below
// zero.
func (r *request) components(c ledger.Components, currency string) []ui.Sum {
	var out []ui.Sum
	for _, s := range []struct {
		key string
		n   int64
	}{
		{"goods", c.Goods}, {"tax", c.Tax}, {"duty", c.Duty}, {"shipping_out", c.ShippingOut}, {"shipping_back", c.ShippingBack}, {"fee", c.Fee}, {"bonus", c.Bonus}, {"goodwill", c.Goodwill},
		{"exchange", c.Exchange},
	} {
		if s.n != 0 {
			out = append(out, ui.Sum{Label: r.printer.T("refunds.sum." + s.key), Text: r.money(s.n, currency)})
		}
	}
	return out
}

// payWays tells how the accounts do by which money leaves.
func (r *request) payWays() (pay.Ways, error) {
	if r.s.Pay == nil {
		return pay.Ways{}, nil
	}
	return r.s.Pay.Ways(r.Context(), r.actor)
}

// refundRows draws refunds in a list, with the names of their customers and orders.
func (r *request) refundRows(h *house, list []refund.Waiting) ([]ui.RefundRow, error) {
	orders := map[order.ID]order.Order{}
	if r.actor.May(auth.ReadOrders) {
		var ids []order.ID
		for _, x := range list {
			ids = append(ids, x.Order)
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
	ways, err := r.payWays()
	if err != nil {
		return nil, err
	}
	out := make([]ui.RefundRow, len(list))
	for i, x := range list {
		lane := string(x.Lane)
		if x.Second {
			lane = string(refund.LaneSecond)
		}
		row := ui.RefundRow{
			ID: int64(x.ID), Seen: x.Events, State: string(x.State()), Lane: lane, Since: x.Since, Shop: h.shop[x.Shop].Name, Amount: r.money(x.Total().Minor, x.Currency), Reason: x.Reason,
		}
		if owed := x.Owed(); owed != 0 && owed != x.Total().Minor {
			row.Owed = r.money(owed, x.Currency)
		}
		for _, a := range x.Allocations {
			if to := r.wayName(a.Way()); !slices.Contains(row.Ways, to) {
				row.Ways = append(row.Ways, to)
			}
		}
		row.Why, row.Code = r.refundWhy(x, ways)
		o := orders[x.Order]
		row.Order, row.Country, row.Customer = o.Number, o.ShipTo.Country, cmp.Or(o.ShipTo.Name, o.Email)
		if p, ok := people[o.Customer]; ok {
			row.Customer, row.CustomerID = cmp.Or(who(r, p), row.Customer), int64(p.ID)
		}
		out[i] = row
	}
	return out, nil
}

// refundWhy says in a word why a refund is where it is, which the page explains
// with what to do about it, and what the provider said.
func (r *request) refundWhy(x refund.Waiting, ways pay.Ways) (why, code string) {
	for _, a := range x.Allocations {
		if a.Code != "" && a.Owes() {
			code = a.Code
		}
	}
	switch x.Lane {
	case refund.LaneTwice:
		if !slices.ContainsFunc(x.Allocations, func(a refund.Allocation) bool {
			return slices.ContainsFunc(a.Twice, func(t refund.Twice) bool { return t.State == refund.TwiceOpen })
		}) {
			return "asked_back", code
		}
	case refund.LaneStuck:
		if len(x.Disputes) > 0 {
			return "dispute", code
		}
		return "failed", code
	case refund.LaneApprove:
		if x.Second {
			return "second", code
		}
		return "approve", code
	case refund.LaneLeave:
		for _, a := range x.Allocations {
			if why := r.held(x.Refund, a, ways); why != "" {
				return why, code
			}
		}
		return "leave", code
	case refund.LaneProvider:
		if slices.ContainsFunc(x.Allocations, func(a refund.Allocation) bool { return a.To == refund.ToMarketplace && a.Owes() }) {
			return "marketplace", code
		}
		return "provider", code
	case refund.LaneDone:
		if x.State() == refund.Cancelled {
			return "cancelled", code
		}
		return "paid", code
	}
	return string(x.Lane), code
}

// held says why an allocation that was approved has not left, or "".
func (r *request) held(x refund.Refund, a refund.Allocation, ways pay.Ways) string {
	switch {
	case a.State != refund.Approved && a.State != refund.Scheduled:
		return ""
	case r.now.Before(a.NotBefore):
		return "scheduled"
	case a.To != refund.ToPayment:
		return ""
	}
	switch state, ok := ways.State(a.Provider, x.Shop); {
	case !ok:
		return "no_account"
	case state == pay.Paused:
		return "paused"
	case state == pay.Broken:
		return "broken"
	}
	return ""
}

// refundAllocation draws one way with its attempts: what was asked, under which
// key, and what was answered.
func (r *request) refundAllocation(x refund.Refund, a refund.Allocation, events []refund.Event, ways pay.Ways) ui.RefundAllocation {
	out := ui.RefundAllocation{
		Number: a.Number, To: r.wayName(a.Way()), Method: r.destination(a.Method), Payment: a.Payment, Amount: r.money(a.Amount, x.Currency), Plain: money.Amount{Minor: a.Amount, Currency: x.Currency}.String(), State: string(a.State), Doubt: a.Doubt, Code: a.Code, Reference: a.Reference,
		Payer: a.Payer, Twice: r.refundTwices(a, x.Currency), CanTwice: a.Out() == 0 && (a.State == refund.Succeeded || a.State.Moving()), NotBefore: a.NotBefore, EndedAt: a.EndedAt, Held: r.held(x, a, ways),
		CanAsk:  r.s.Pay != nil && a.To == refund.ToPayment && (a.State.Moving() || a.State == refund.Succeeded && a.Payer == ""),
		CanSend: a.State == refund.Failed || a.State == refund.Reversed || a.State == refund.Approved || a.State == refund.Scheduled,
		CanHand: refund.CanMove(a.State, refund.Succeeded) && !a.State.Moving(), Again: a.State == refund.Failed || a.State == refund.Reversed,
	}
	if a.Why != "" {
		out.Why = r.printer.T("refunds.fallback." + a.Why)
	}
	if m, known := refund.MethodOf(a.Method); known && a.To == refund.ToPayment && a.State != refund.Failed && a.State != refund.Reversed && a.State != refund.Cancelled {
		leaves := a.LeftAt
		if leaves.IsZero() {
			leaves = latest(r.now, a.NotBefore)
		}
		if from, to, ok := m.Arrival(leaves); ok && (a.State != refund.Succeeded || to.After(r.now)) {
			out.ArrivesFrom, out.ArrivesTo = from, to
		}
	}
	for _, e := range events {
		if e.Allocation != a.Number || e.Attempt == 0 || e.Twice != 0 {
			continue
		}
		if e.Kind == refund.WasSubmitted {
			out.Attempts = append(out.Attempts, ui.RefundAttempt{Number: e.Attempt, Key: e.Key, To: r.wayName(tried(a, e.Attempt).Way()), Asked: r.money(a.Amount, x.Currency), At: e.At})
			continue
		}
		if i := e.Attempt - 1; i < len(out.Attempts) {
			out.Attempts[i].Answers = append(out.Attempts[i].Answers, r.refundAnswer(e))
		}
	}
	return out
}

// tried is an allocation as it went in an attempt.
func tried(a refund.Allocation, attempt int) refund.Allocation {
	if attempt >= 1 && attempt <= len(a.Tries) {
		a.Target = a.Tries[attempt-1]
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// refundAnswer draws what a provider said of an attempt.
func (r *request) refundAnswer(e refund.Event) ui.RefundAnswer {
	out := ui.RefundAnswer{Kind: string(e.Kind), Reference: e.Reference, Code: e.Code, At: e.At, Tone: refundTone(e.Kind)}
	if !e.Moved.IsZero() {
		out.Moved = e.Moved.Format(string(r.printer.Lang()))
	}
	return out
}

func refundTone(k refund.Happening) ui.Tone {
	switch k {
	case refund.HasSucceeded, refund.PaidElsewhere, refund.CameBack, refund.WasNotTwice:
		return ui.ToneGood
	case refund.HasFailed, refund.WasReversed, refund.WasPaidTwice, refund.WasWrittenOff, refund.DisputeOpened:
		return ui.ToneBad
	case refund.WasInDoubt, refund.NeededAction:
		return ui.ToneWarn
	}
	return ui.ToneInfo
}

// refundTimeline words what happened to a refund, the newest first.
func (r *request) refundTimeline(x refund.Refund, events []refund.Event) []ui.CaseEvent {
	icons := map[refund.Happening]string{
		refund.WasRequested: "plus", refund.WasApproved: "shield-check", refund.WasScheduled: "calendar-clock", refund.WasSubmitted: "send", refund.WasInDoubt: "circle-alert", refund.WasPending: "clock",
		refund.NeededAction: "circle-pause", refund.HasSucceeded: "circle-check", refund.HasFailed: "ban", refund.WasReversed: "undo-2", refund.WasPaidTwice: "layers", refund.WasAskedBack: "mail", refund.CameBack: "undo-2", refund.WasWrittenOff: "x", refund.WasNotTwice: "check", refund.PaidElsewhere: "check",
		refund.WasRedirected: "forward", refund.WasCancelled: "x", refund.DisputeOpened: "shield-alert", refund.DisputeSettled: "shield-check",
	}
	var out []ui.CaseEvent
	for _, e := range slices.Backward(events) {
		to := ""
		if e.To != nil {
			to = r.wayName(refund.Allocation{Target: *e.To}.Way())
		} else if e.Allocation > 0 && e.Allocation <= len(x.Allocations) {
			to = r.wayName(tried(x.Allocations[e.Allocation-1], e.Attempt).Way())
		}
		note := cmp.Or(e.Code, e.Dispute)
		if e.Terms != nil {
			note = e.Terms.Reason
		}
		if e.Kind == refund.PaidElsewhere || e.Kind == refund.CameBack || e.Kind == refund.WasPaidTwice {
			note = e.Reference
		}
		out = append(out, ui.CaseEvent{Icon: icons[e.Kind], Text: r.printer.T(refundEventKey(e), "To", to, "Attempt", strconv.Itoa(e.Attempt), "Sum", r.moneyOr(e.Sum, x.Currency)), Note: note, By: e.By.Name, At: e.At})
	}
	return out
}

// refundEntries draws what a refund booked, for who may see the books.
func (r *request) refundEntries(v *ui.RefundView, id refund.ID) error {
	if r.s.Ledger == nil || !r.actor.May(auth.SeeReports) {
		return nil
	}
	list, err := r.s.Ledger.EntriesOf(r.Context(), r.actor, ledger.Source{Kind: refund.SourceKind, ID: int64(id)}, 0, ledger.MaxPage)
	if errs.Is(err, errs.Denied) {
		return nil // the books are those of the whole workspace
	}
	if err != nil {
		return err
	}
	for _, e := range list {
		x := ui.RefundEntry{Kind: string(e.Kind), At: e.At}
		for _, l := range e.Lines {
			line := ui.RefundLine{Account: r.accountName(l.Account)}
			if l.Amount > 0 {
				line.Debit = r.money(l.Amount, l.Currency)
			} else {
				line.Credit = r.money(-l.Amount, l.Currency)
			}
			x.Lines = append(x.Lines, line)
		}
		v.Entries = append(v.Entries, x)
	}
	v.Books = r.bookSums(list)
	return nil
}

// bookSums adds up both sides of entries by currency.
func (r *request) bookSums(list []ledger.Entry) []ui.RefundLine {
	debit, credit := map[string]int64{}, map[string]int64{}
	for _, b := range ledger.Balances(list...) {
		debit[b.Currency] += b.Debit
		credit[b.Currency] += b.Credit
	}
	var out []ui.RefundLine
	for _, c := range slices.Sorted(maps.Keys(debit)) {
		out = append(out, ui.RefundLine{Account: c, Debit: r.money(debit[c], c), Credit: r.money(credit[c], c), Even: debit[c] == credit[c]})
	}
	return out
}

// accountName writes an account of the books: its number, what it is, and whose
// part of it.
func (r *request) accountName(a ledger.Account) string {
	key, part, _ := strings.Cut(string(a), ".")
	name := key
	if k := "refunds.account." + key; r.printer.Has(k) {
		name = r.printer.T(k)
	}
	if part != "" {
		name += " · " + r.wayName(part)
	}
	if e, ok := a.Entry(); ok {
		name = e.Number + " " + name
	}
	return name
}
