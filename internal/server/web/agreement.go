package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// agreementRoutes is the table of what was agreed with carriers, insurers, suppliers and marketplaces.
func agreementRoutes() []route {
	manage := may(auth.ManagePlans)
	return []route{
		{"GET", "/admin/agreements", manage, none, (*server).agreementsPage},
		{"POST", "/admin/agreements", manage, form, (*server).agreementSave},
	}
}

func (s *server) agreementsPage(w http.ResponseWriter, r *request) error {
	a := recovery.Agreement{Against: recovery.Carrier, From: r.now.In(r.zone)}
	if n, err := strconv.ParseInt(r.URL.Query().Get("agreement"), 10, 64); err == nil {
		list, err := s.Recovery.Agreements(r.Context(), r.actor)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(x recovery.Agreement) bool { return int64(x.ID) == n })
		if i < 0 {
			return errs.New(errs.NotFound, "error.not_found")
		}
		a = list[i]
	}
	return r.drawAgreements(w, a, r.uiAgreement(a), ui.Form{})
}

// drawAgreements shows all agreements, and one in the form.
func (r *request) drawAgreements(w http.ResponseWriter, a recovery.Agreement, edit ui.Agreement, f ui.Form) error {
	list, err := r.s.Recovery.Agreements(r.Context(), r.actor)
	if err != nil {
		return err
	}
	page, err := r.page(w, r.printer.T("admin.agreements"), ui.SectionAdmin)
	if err != nil {
		return err
	}
	v := ui.Agreements{Page: page, Edit: edit, Form: f}
	for _, x := range recovery.Parties() {
		v.Against = append(v.Against, ui.Option{Value: string(x), Label: r.printer.T("recovery.against." + string(x)), Selected: x == a.Against})
	}
	v.Causes = []ui.Option{{Label: r.printer.T("agreement.all_causes")}}
	for _, x := range recovery.Causes() {
		v.Causes = append(v.Causes, ui.Option{Value: string(x), Label: r.printer.T("recovery.cause." + string(x)), Selected: x == a.Cause})
	}
	for _, x := range recovery.PaperKinds() {
		if x != recovery.Other {
			v.Papers = append(v.Papers, ui.Option{Value: x, Label: r.printer.T("recovery.paper." + x), Selected: slices.Contains(a.Papers, x)})
		}
	}
	for _, x := range list {
		v.Rows = append(v.Rows, r.uiAgreement(x))
	}
	return r.draw(w, formStatus(f), ui.AgreementsPage(v))
}

// uiAgreement writes an agreement out.
func (r *request) uiAgreement(a recovery.Agreement) ui.Agreement {
	amount := func(minor int64) string {
		if minor == 0 {
			return ""
		}
		return money.Amount{Minor: minor, Currency: a.Currency}.String()
	}
	days := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	cause := r.printer.T("agreement.all_causes")
	if a.Cause != "" {
		cause = r.printer.T("recovery.cause." + string(a.Cause))
	}
	v := ui.Agreement{
		ID: int64(a.ID), Party: a.Name, From: a.From.Format(time.DateOnly), Days: days(a.Days), Reply: days(a.Reply), Currency: a.Currency, PerKg: amount(a.PerKg), Most: amount(a.Most), Note: a.Note,
		ShownFor: r.printer.T("recovery.against."+string(a.Against)) + " · " + cause, ShownFrom: r.printer.Date(a.From, time.UTC, i18n.Medium), ShownPays: r.agreedSum(a), Next: a.From.After(r.now),
	}
	if a.Days > 0 {
		v.ShownDays = r.printer.N("agreement.shown_days", int64(a.Days))
	}
	var papers []string
	for _, k := range a.Papers {
		papers = append(papers, r.printer.T("recovery.paper."+k))
	}
	v.ShownPapers = r.printer.List(papers)
	return v
}

// agreedSum says what a party pays at most.
func (r *request) agreedSum(a recovery.Agreement) string {
	var out []string
	if a.PerKg > 0 {
		out = append(out, r.printer.T("agreement.shown_kg", "Sum", r.money(a.PerKg, a.Currency)))
	}
	if a.Most > 0 {
		out = append(out, r.printer.T("agreement.shown_most", "Sum", r.money(a.Most, a.Currency)))
	}
	return strings.Join(out, " · ")
}

// agreedWords says on the page of a claim what was agreed with its party.
func (r *request) agreedWords(a recovery.Agreement) string {
	x := r.uiAgreement(a)
	parts := []string{r.printer.T("agreement.on_claim", "Party", a.Name, "Date", x.ShownFrom)}
	if a.Days > 0 {
		parts = append(parts, r.printer.N("agreement.shown_days", int64(a.Days)))
	}
	for _, p := range []string{x.ShownPays, x.ShownPapers, a.Note} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " · ")
}

// agreementSave keeps an agreement, or takes one off.
func (s *server) agreementSave(w http.ResponseWriter, r *request) error {
	if n := r.formNumber("drop"); n != 0 {
		if err := s.Recovery.DropAgreement(r.Context(), r.actor, recovery.AgreementID(n)); err != nil {
			return err
		}
		return r.see(w, "/admin/agreements", r.told("agreement.said_dropped"))
	}
	a, err := r.agreementForm()
	if err == nil {
		_, err = s.Recovery.SaveAgreement(r.Context(), r.actor, a)
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		edit := ui.Agreement{Party: r.FormValue("party"), From: r.FormValue("from"), Days: r.FormValue("days"), Reply: r.FormValue("reply"), Currency: r.FormValue("currency"), PerKg: r.FormValue("per_kg"), Most: r.FormValue("most"), Note: r.FormValue("note")}
		return r.drawAgreements(w, a, edit, f)
	}
	return r.see(w, "/admin/agreements", r.told("told.saved"))
}

// agreementForm reads an agreement; a carrier is known by its key.
func (r *request) agreementForm() (recovery.Agreement, error) {
	a := recovery.Agreement{Against: recovery.Against(r.FormValue("against")), Party: r.FormValue("party"), Cause: recovery.Cause(r.FormValue("cause"))}
	a.Name, a.Note, a.Papers, a.Currency = a.Party, r.FormValue("note"), r.Form["papers"], strings.ToUpper(strings.TrimSpace(r.FormValue("currency")))
	if a.Against == recovery.Carrier {
		a.Party = shipment.CarrierKey(a.Party)
	}
	var err [5]error
	a.From, err[0] = time.ParseInLocation(time.DateOnly, r.FormValue("from"), time.UTC)
	if err[0] != nil {
		err[0] = errs.Field("from", "error.required")
	}
	a.Days, err[1] = r.days("days")
	a.Reply, err[2] = r.days("reply")
	if r.FormValue("per_kg")+r.FormValue("most") != "" {
		if _, ok := money.Digits(a.Currency); !ok {
			return a, errs.Field("currency", "error.currency", "currency", a.Currency)
		}
		var sum money.Amount
		sum, err[3] = r.sum("per_kg", a.Currency)
		a.PerKg = sum.Minor
		sum, err[4] = r.sum("most", a.Currency)
		a.Most = sum.Minor
	}
	return a, cmp.Or(err[0], err[1], err[2], err[3], err[4])
}

// days reads a number of days from a form; an empty field is 0.
func (r *request) days(field string) (int, error) {
	text := strings.TrimSpace(r.FormValue(field))
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, errs.Field(field, "error.invalid")
	}
	return n, nil
}
