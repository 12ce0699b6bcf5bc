package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// repairRoutes is the table of repairs.
func repairRoutes() []route {
	return []route{
		{"GET", "/repairs", may(auth.ReadCases), none, (*server).repairsPage},
		{"POST", "/cases/{case}/repair", may(auth.WriteCases), form, (*server).repairDo},
	}
}

// repairsPage lists repairs: those of which something is to happen by their next day, or those of a stage, newest first.
func (s *server) repairsPage(w http.ResponseWriter, r *request) error {
	page, err := r.page(w, r.printer.T("nav.repairs"), ui.SectionParcels)
	if err != nil {
		return err
	}
	v := ui.Repairs{Page: page}
	stage := warranty.Stage(r.URL.Query().Get("stage"))
	v.Stages = []ui.Option{{Label: r.printer.T("repair.open"), Selected: stage == ""}}
	for _, x := range warranty.Stages() {
		v.Stages = append(v.Stages, ui.Option{Value: string(x), Label: r.printer.T("repair.stage." + string(x)), Selected: x == stage})
	}
	list, err := s.Warranty.Repairs(r.Context(), r.actor, warranty.RepairFilter{Stage: stage, Open: stage == ""}, 0, warranty.MaxPage)
	if err != nil {
		return err
	}
	for _, x := range list {
		v.Rows = append(v.Rows, r.repairView(x))
	}
	return r.draw(w, http.StatusOK, ui.RepairsPage(v))
}

// repairView is a repair as pages show it.
func (r *request) repairView(x warranty.Repair) ui.Repair {
	now := r.s.Now()
	v := ui.Repair{
		ID: int64(x.ID), Case: int64(x.Case), Number: x.CaseNumber, Resolution: x.Resolution, Stage: string(x.Stage), Open: x.Stage.Open(), Due: x.DueAt, By: x.ByAt, Late: !x.NextAt().IsZero() && x.NextAt().Before(now),
		Fault: x.Fault, Uncovered: x.Uncovered, Covered: x.Covered, Currency: x.Currency, Shipment: int64(x.Shipment), Tracking: strings.TrimSpace(x.Carrier + " " + x.Tracking), Asks: x.Stage == warranty.Consent,
		Looks: x.Stage == warranty.Received, Owed: x.Owed(), Refused: x.Agreed != nil && !*x.Agreed,
	}
	if x.Estimate > 0 {
		v.Price = r.money(x.Estimate, x.Currency)
	}
	if x.Cost() > 0 {
		v.Cost = r.money(x.Cost(), x.Currency)
	}
	for _, p := range x.Pieces {
		v.Pieces = append(v.Pieces, ui.RepairPiece{Quantity: p.Quantity, Title: cmp.Or(p.Title, p.SKU), Serial: p.Serial})
	}
	if !v.Asks || x.Replaced() {
		for _, s := range x.Next() {
			v.Next = append(v.Next, ui.Option{Value: string(s), Label: r.printer.T("repair.stage." + string(s))})
			v.Sends = v.Sends || s == warranty.SentBack
		}
	}
	if l := x.Loan; l != nil {
		v.Loan = &ui.RepairLoan{Kind: string(l.Kind), Serial: l.Serial, SKU: l.SKU, Due: l.DueAt, Back: l.ReturnedAt, Out: l.Out()}
		if l.Charge > 0 {
			v.Loan.Charge = r.money(l.Charge, x.Currency)
		}
	}
	v.Lends = x.Stage.Open() && x.Stage != warranty.SentBack && x.Stage != warranty.NotAgreed && !x.Loan.Out() && !x.Replaced()
	for _, k := range []warranty.LoanKind{warranty.Lent, warranty.Swapped} {
		v.Kinds = append(v.Kinds, ui.Option{Value: string(k), Label: r.printer.T("repair.kind." + string(k))})
	}
	for _, k := range warranty.CostKinds() {
		v.Costs = append(v.Costs, ui.Option{Value: string(k), Label: r.printer.T("repair.cost." + string(k))})
	}
	return v
}

// caseRepairs adds the repairs of a case.
func (r *request) caseRepairs(v *ui.CaseView, c cases.Case) error {
	if r.s.Warranty == nil {
		return nil
	}
	list, err := r.s.Warranty.RepairsOf(r.Context(), c)
	for _, x := range list {
		v.Repairs = append(v.Repairs, r.repairView(x))
	}
	v.MayCharge = r.actor.May(auth.ApproveRefunds)
	return err
}

// repairDo does what somebody says of a repair of a case.
func (s *server) repairDo(w http.ResponseWriter, r *request) error {
	c, err := r.afterSale()
	if err != nil {
		return err
	}
	list, err := s.Warranty.RepairsOf(r.Context(), c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(x warranty.Repair) bool { return int64(x.ID) == r.formNumber("repair") })
	if i < 0 {
		return errs.New(errs.NotFound, "error.not_found")
	}
	if err := r.repairStep(list[i]); err != nil {
		return r.caseMended(w, err)
	}
	return r.caseDone(w, c.ID, "finished")
}

// repairStep takes one step of a repair.
func (r *request) repairStep(x warranty.Repair) error {
	ctx, do := r.Context(), r.s.Warranty
	var err error
	switch r.FormValue("do") {
	case "move":
		m := warranty.Move{To: warranty.Stage(r.FormValue("to")), Fault: r.FormValue("fault"), Uncovered: r.FormValue("uncovered"), Carrier: r.FormValue("carrier"), Tracking: r.FormValue("tracking"), Note: r.FormValue("note")}
		if m.Estimate, err = r.repairSum("estimate", x.Currency); err != nil && r.FormValue("estimate") != "" {
			return err
		}
		_, err = do.MoveRepair(ctx, r.actor, x.ID, m)
	case "agree", "refuse":
		_, err = do.AnswerPrice(ctx, r.actor, x.ID, r.FormValue("do") == "agree", r.FormValue("note"))
	case "lend":
		l := warranty.Loan{Kind: warranty.LoanKind(r.FormValue("kind")), SKU: r.FormValue("sku"), Serial: r.FormValue("serial")}
		if day, bad := time.Parse(time.DateOnly, r.FormValue("due")); bad == nil {
			l.DueAt = day.AddDate(0, 0, 1)
		}
		_, err = do.Lend(ctx, r.actor, x.ID, l)
	case "back":
		_, err = do.TakeBack(ctx, r.actor, x.ID)
	case "charge":
		var sum int64
		if sum, err = r.repairSum("charge", x.Currency); err == nil {
			_, err = do.ChargeLoan(ctx, r.actor, x.ID, sum)
		}
	case "spend":
		n := warranty.Spend{Key: r.FormValue("bill"), Kind: warranty.CostKind(r.FormValue("cost_kind"))}
		if n.Amount, err = r.repairSum("amount", x.Currency); err == nil {
			_, err = do.SpendOn(ctx, r.actor, x.ID, n)
		}
	default:
		err = errs.Field("do", "error.invalid")
	}
	return err
}

// repairSum reads a sum of money.
func (r *request) repairSum(name, currency string) (int64, error) {
	a, err := money.Parse(strings.TrimSpace(r.FormValue(name)), currency)
	if err != nil || a.Minor <= 0 {
		return 0, errs.Field(name, "error.amount")
	}
	return a.Minor, nil
}
