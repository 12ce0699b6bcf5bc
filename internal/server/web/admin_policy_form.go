package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// previewed is how many past cases stand beside the form.
const previewed = 8

// policyFormPage opens a version of a policy as a form.
func (s *server) policyFormPage(w http.ResponseWriter, r *request) error {
	name := cmp.Or(r.FormValue("policy"), mainPolicy)
	number, _ := strconv.Atoi(r.FormValue("version"))
	v, err := s.Policies.Policy(r.Context(), r.actor, name, max(number, 0))
	if errs.Is(err, errs.NotFound) && r.FormValue("policy") == "" {
		v.Text, err = policyStart, nil
	}
	if err != nil {
		return err
	}
	doc, err := policy.Parse(v.Text)
	if err != nil {
		return err
	}
	return s.drawPolicyForm(w, r, doc, &ui.PolicyForm{Name: name, Fields: doc.Fields(), Remarks: policy.HasRemarks(v.Text), Open: -1}, nil)
}

// policyFields reads the form as it was sent.
func (r *request) policyFields() (policy.Fields, error) {
	if err := r.ParseForm(); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	return policy.Fields(r.PostForm), nil
}

// policyFormSave saves the form, or changes its rules.
func (s *server) policyFormSave(w http.ResponseWriter, r *request) error {
	fields, err := r.policyFields()
	if err != nil {
		return err
	}
	v := &ui.PolicyForm{Name: cmp.Or(strings.TrimSpace(r.FormValue("policy")), mainPolicy), Fields: fields, Open: -1}
	doc, wrong := policy.FromFields(fields)
	do, which, _ := strings.Cut(r.FormValue("do"), ":")
	n, _ := strconv.Atoi(which)
	n = max(0, min(n, len(doc.Rules)-1))
	switch do {
	case "add":
		doc.Rules, v.Open = append(doc.Rules, policy.Rule{}), len(doc.Rules)
	case "up", "down", "drop":
		if len(doc.Rules) == 0 {
			break
		}
		if do == "drop" {
			doc.Rules = slices.Delete(doc.Rules, n, n+1)
			break
		}
		v.Open = n + map[string]int{"up": -1, "down": 1}[do]
		if v.Open = max(0, min(v.Open, len(doc.Rules)-1)); v.Open != n {
			doc.Rules[n], doc.Rules[v.Open] = doc.Rules[v.Open], doc.Rules[n]
		}
	case "text":
		if wrong == nil {
			return s.drawTerms(w, r, ui.Policies{Text: doc.Text()}, policy.Version{Name: v.Name})
		}
	case "save":
		if wrong != nil {
			break
		}
		saved, err := s.Policies.Save(r.Context(), r.actor, v.Name, doc.Text())
		if err == nil {
			return r.see(w, "/admin/policies?policy="+v.Name, r.told("policy.told", "Name", v.Name, "N", r.printer.Number(int64(saved.Number))))
		}
		return s.drawPolicyForm(w, r, doc, v, err)
	}
	if do != "look" && do != "save" && wrong == nil {
		v.Fields = doc.Fields()
	}
	if wrong == nil && (do == "look" || do == "save") {
		_, wrong = s.Policies.Check(doc.Text())
	}
	return s.drawPolicyForm(w, r, doc, v, wrong)
}

// policyPreview is what the form would do with past cases, while it is typed.
func (s *server) policyPreview(w http.ResponseWriter, r *request) error {
	fields, err := r.policyFields()
	if err != nil {
		return err
	}
	v := &ui.PolicyForm{Fields: fields}
	doc, wrong := policy.FromFields(fields)
	if err := s.policySeen(r, v, doc, wrong); err != nil {
		return err
	}
	if v.Page, err = r.page(w, "", ui.SectionAdmin); err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.PolicyPreviewPart(v))
}

func (s *server) drawPolicyForm(w http.ResponseWriter, r *request, doc policy.Document, v *ui.PolicyForm, wrong error) error {
	if wrong != nil {
		f, ok := r.formErrors(wrong)
		if !ok {
			return wrong
		}
		v.Errors = map[string]string{"": f.Errors[""]}
		for _, e := range policy.Problems(wrong) {
			if field, ok := policyField(doc, e.Field); ok {
				v.Errors[field] = r.worded(e)
			} else if e.Field != "" {
				v.Wrong = append(v.Wrong, ui.PlanWrong{Place: e.Field, Text: r.worded(e)})
			}
		}
	}
	if err := s.policySeen(r, v, doc, wrong); err != nil {
		return err
	}
	words, err := s.policyWords(r)
	if err != nil {
		return err
	}
	v.Words = words
	if v.Page, err = r.page(w, r.printer.T("policy.form.title", "Name", v.Name), ui.SectionAdmin); err != nil {
		return err
	}
	return r.draw(w, formStatus(v.Form), ui.PolicyFormPage(v))
}

// fieldPlaces are the first words of the places of a document that a form has fields for.
var fieldPlaces = []string{
	"name", "windows", "postage", "label", "fee", "duty", "final_sale", "no_return", "evidence", "keep_below", "partial", "bonus", "fallback", "auto", "cap", "review", "trigger", "hold_card", "hold_share", "send_within", "goods",
}

// policyField finds the field of a place in a document; false where no field shows it.
func policyField(doc policy.Document, place string) (string, bool) {
	if place == "currency" {
		return place, true
	}
	at, rest := policy.TermsAt, ""
	if name, ok := strings.CutPrefix(place, "rules."); ok {
		i := slices.IndexFunc(doc.Rules, func(x policy.Rule) bool { return strings.HasPrefix(name+".", x.Name+".") })
		if i < 0 {
			return "", false
		}
		at, rest = policy.RuleAt(i), strings.TrimPrefix(strings.TrimPrefix(name, doc.Rules[i].Name), ".")
		if rest == "" {
			rest = "name"
		}
	} else if rest, ok = strings.CutPrefix(place, policy.TermsAt); !ok {
		return "", false
	}
	first, more, _ := strings.Cut(rest, ".")
	switch {
	case first == "when":
		return at + rest, strings.Contains(rest, ".")
	case rest == "fallback":
		return at + "fallback.method", true
	case rest == "review":
		return at + "review.returns", true
	case first == "no_return":
		return at + first, true
	case first == "tiers":
		name, of, _ := strings.Cut(more, ".")
		for i := range 50 {
			if row := at + "tiers." + strconv.Itoa(i) + "."; doc.Fields().Get(row+"name") == name {
				return row + of, true
			}
		}
		return "", false
	}
	return at + rest, slices.Contains(fieldPlaces, first)
}

// policySeen decides some past cases by the form.
func (s *server) policySeen(r *request, v *ui.PolicyForm, doc policy.Document, wrong error) error {
	if wrong == nil {
		_, wrong = s.Policies.Check(doc.Text())
	}
	v.Preview.Wrong = len(policy.Problems(wrong))
	if v.MayRead = r.actor.May(auth.ReadCases); !v.MayRead {
		return nil
	}
	seen, err := s.Replay.Sample(r.Context(), r.actor, doc, previewed)
	if err != nil {
		return err
	}
	for _, x := range seen {
		row := ui.PolicySeen{
			Case: int64(x.Case), Title: strings.Join([]string{r.printer.T("cases.kind." + x.Kind), r.printer.Country(x.Market), r.printer.T("cases.reason." + x.Reason)}, " · "),
			Before: r.policyOutcome(x.Before), After: r.policyOutcome(x.After), Rule: x.Rule, Changed: x.Changed,
		}
		if more := x.After.Paid - x.Before.Paid; more != 0 {
			row.Money = r.difference(more, cmp.Or(x.After.Currency, x.Before.Currency))
		}
		if x.Changed {
			v.Preview.Changed++
		}
		v.Preview.Seen = append(v.Preview.Seen, row)
	}
	return nil
}

// policyWords names the words that a policy may say.
func (s *server) policyWords(r *request) (ui.PolicyWords, error) {
	var w ui.PolicyWords
	add := func(to *[]ui.Option, prefix, word string) {
		*to = append(*to, ui.Option{Value: word, Label: r.printer.T(prefix + word)})
	}
	for _, x := range decision.Remedies() {
		add(&w.Remedies, "cases.remedy.", x.String())
	}
	for _, x := range decision.Reasons() {
		add(&w.Reasons, "cases.reason.", x.String())
	}
	for _, x := range cases.Kinds() {
		add(&w.Kinds, "cases.kind.", string(x))
	}
	for _, x := range decision.FlagList(decision.AllFlags) {
		add(&w.Flags, "portal.policy.goods.", x.String())
	}
	for _, x := range decision.EvidenceList(decision.AllEvidence) {
		add(&w.Proofs, "cases.proof.", x.String())
	}
	for _, x := range cases.Triggers() {
		add(&w.Triggers, "cases.trigger.", string(x))
	}
	if !r.actor.May(auth.ReadOrders) {
		return w, nil
	}
	shops, err := s.Orders.Shops(r.Context(), r.actor)
	for _, x := range shops {
		w.Shops = append(w.Shops, ui.Option{Value: id.Format("shp", int64(x.ID)), Label: x.Name})
	}
	return w, errors.Join(err)
}
