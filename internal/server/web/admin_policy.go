package web

import (
	"cmp"
	"context"
	_ "embed"
	"net/http"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/flow/replay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// policyStart is the text that a merchant without a policy begins with.
//
//go:embed policy_start.yaml
var policyStart string

// mainPolicy is the name of a merchant's first policy.
const mainPolicy = "standard"

// policyReplayLimit keeps a trial within what a page may take.
const policyReplayLimit = 20 * time.Second

// policyRoutes is the table of return policies.
func policyRoutes() []route {
	manage := may(auth.ManagePlans)
	return []route{
		{"GET", "/admin/policies", manage, none, (*server).policiesPage},
		{"POST", "/admin/policies", manage, text, (*server).termsSave},
	}
}

// policiesPage shows a version of a policy, and what is in force when.
func (s *server) policiesPage(w http.ResponseWriter, r *request) error {
	name := cmp.Or(r.FormValue("policy"), mainPolicy)
	number, _ := strconv.Atoi(r.FormValue("version"))
	v, err := s.Policies.Policy(r.Context(), r.actor, name, max(number, 0))
	if errs.Is(err, errs.NotFound) && r.FormValue("policy") == "" {
		return s.drawTerms(w, r, ui.Policies{None: true, Text: policyStart}, policy.Version{Name: mainPolicy})
	}
	if err != nil {
		return err
	}
	return s.drawTerms(w, r, ui.Policies{Text: v.Text}, v)
}

// drawTerms draws a policy with what is known of its versions.
func (s *server) drawTerms(w http.ResponseWriter, r *request, v ui.Policies, p policy.Version) error {
	h, err := r.house()
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, r.printer.T("admin.policies"), ui.SectionAdmin); err != nil {
		return err
	}
	v.Name, v.Number, v.Since = p.Name, p.Number, cmp.Or(v.Since, s.Now().UTC().AddDate(-1, 0, 0).Format(time.DateOnly))
	all, err := s.Policies.Policies(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for _, x := range all {
		v.Names = append(v.Names, x.Name)
	}
	versions, err := s.Policies.Versions(r.Context(), r.actor, p.Name, 0)
	if err != nil {
		return err
	}
	releases, err := s.Policies.Releases(r.Context(), r.actor)
	if err != nil {
		return err
	}
	now := s.Now()
	inForce := false
	for _, x := range releases {
		row := ui.PolicyRelease{Label: x.Name + "/" + strconv.Itoa(x.Number), Name: x.Name, Number: x.Number, From: x.From, By: h.person[x.By].Name}
		switch {
		case x.From.After(now):
			row.State = "later"
		case !inForce:
			row.State, inForce = "now", true
		default:
			row.State = "over"
		}
		v.Releases = append(v.Releases, row)
	}
	for _, x := range versions {
		v.Versions = append(v.Versions, ui.PolicyVersion{Number: x.Number, At: x.SavedAt, By: h.person[x.SavedBy].Name})
	}
	if v.Public, err = s.publicPolicies(r); err != nil {
		return err
	}
	return r.draw(w, formStatus(v.Form), ui.PoliciesPage(v))
}

// publicPolicies are the pages on which customers read what is in force; who may not know of shops is told of none.
func (s *server) publicPolicies(r *request) ([]ui.PolicyPublic, error) {
	if !r.actor.May(auth.ReadOrders) {
		return nil, nil
	}
	shops, err := s.Orders.Shops(r.Context(), r.actor)
	if err != nil {
		return nil, err
	}
	out := make([]ui.PolicyPublic, 0, len(shops))
	for _, x := range shops {
		address, err := s.pageAddress(r, x)
		if err != nil {
			return nil, err
		}
		out = append(out, ui.PolicyPublic{Shop: x.Name, Address: strings.TrimRight(address, "/") + "/returns"})
	}
	return out, nil
}

// termsSave tries, saves or publishes a policy.
func (s *server) termsSave(w http.ResponseWriter, r *request) error {
	name := cmp.Or(strings.TrimSpace(r.FormValue("policy")), mainPolicy)
	typed := strings.ReplaceAll(r.FormValue("text"), "\r\n", "\n")
	number, _ := strconv.Atoi(r.FormValue("version"))
	var err error
	switch r.FormValue("do") {
	case "publish":
		var from time.Time
		if day := r.FormValue("from"); day != "" {
			if from, err = time.Parse(time.DateOnly, day); err != nil {
				return errs.Field("from", "error.required")
			}
		}
		var released policy.Release
		if released, err = s.Policies.Publish(r.Context(), r.actor, name, number, from); err == nil {
			return r.see(w, "/admin/policies?policy="+name, r.told("policy.told_released", "Name", name, "N", r.printer.Number(int64(released.Number))))
		}
	case "try":
		v := ui.Policies{Text: typed, Since: r.FormValue("since")}
		if err = s.policyTry(r, &v); err == nil {
			return s.drawTerms(w, r, v, policy.Version{Name: name, Number: number})
		}
	default:
		var saved policy.Version
		if saved, err = s.Policies.Save(r.Context(), r.actor, name, typed); err == nil {
			return r.see(w, "/admin/policies?policy="+name, r.told("policy.told", "Name", name, "N", r.printer.Number(int64(saved.Number))))
		}
	}
	f, ok := r.formErrors(err)
	if !ok {
		return err
	}
	return s.drawTerms(w, r, ui.Policies{Form: f, Wrong: r.policyWrong(err), Text: typed, Since: r.FormValue("since")}, policy.Version{Name: name, Number: number})
}

// policyWrong words what is wrong with a text.
func (r *request) policyWrong(err error) []ui.PlanWrong {
	var out []ui.PlanWrong
	for _, e := range policy.Problems(err) {
		out = append(out, ui.PlanWrong{Place: e.Field, Text: r.worded(e)})
	}
	return out
}

// policyTry decides past cases again by what is typed. That it could not be saved
// is said beside the figures.
func (s *server) policyTry(r *request, v *ui.Policies) error {
	doc, err := policy.Parse(v.Text)
	if err != nil {
		return err
	}
	_, problem := s.Policies.Check(v.Text)
	v.Wrong = r.policyWrong(problem)
	since, err := time.Parse(time.DateOnly, v.Since)
	if err != nil {
		since = s.Now().UTC().AddDate(-1, 0, 0)
	}
	ctx, cancel := context.WithTimeout(r.Context(), policyReplayLimit)
	defer cancel()
	did, err := s.Replay.Run(ctx, r.actor, doc, since, nil)
	if err != nil {
		return err
	}
	t := &ui.PolicyTrial{Total: did.Total, Cases: did.Cases, Changed: did.Changed, Granted: did.Granted, Refused: did.Refused, Alone: did.Alone, Looked: did.Looked, Customers: did.Customers, Worse: did.Worse, Stopped: did.Stopped}
	for _, m := range did.Money {
		t.Money = append(t.Money, ui.PolicyMoney{Currency: m.Currency, Paid: r.difference(m.PaidAfter-m.PaidBefore, m.Currency), Cost: r.difference(m.CostAfter-m.CostBefore, m.Currency)})
	}
	t.Groups = []ui.PolicyGroups{
		{Title: r.printer.T("policy.by_market"), Rows: r.policyGroups(did.Markets, r.printer.Country)},
		{Title: r.printer.T("policy.by_law"), Rows: r.policyGroups(did.Laws, nil)},
		{Title: r.printer.T("policy.by_product"), Rows: r.policyGroups(did.Products, nil)},
	}
	for _, e := range did.Examples {
		t.Examples = append(t.Examples, ui.PolicyExample{Case: int64(e.Case), Rule: e.Rule, Before: r.policyOutcome(e.Before), After: r.policyOutcome(e.After)})
	}
	v.Trial = t
	return nil
}

// mostGroups is how many markets, laws and products a trial shows.
const mostGroups = 12

func (r *request) policyGroups(list []replay.Group, name func(string) string) []ui.PolicyGroup {
	var out []ui.PolicyGroup
	for _, g := range list[:min(len(list), mostGroups)] {
		row := ui.PolicyGroup{Name: g.Key, Cases: g.Cases, Changed: g.Changed, Refused: g.Refused}
		if name != nil {
			row.Name = name(g.Key)
		}
		for _, m := range g.Money {
			row.Cost = append(row.Cost, r.difference(m.CostAfter-m.CostBefore, m.Currency))
		}
		out = append(out, row)
	}
	return out
}

// difference writes a difference with its sign.
func (r *request) difference(n int64, currency string) string {
	text := r.money(n, currency)
	if n > 0 {
		text = "+" + text
	}
	return text
}

// policyOutcome words what came of a decision.
func (r *request) policyOutcome(o replay.Outcome) string {
	if o.Remedy == "" {
		return r.printer.T("policy.nothing")
	}
	text := r.printer.T("policy.remedy." + o.Remedy)
	if o.Paid != 0 {
		text += " · " + r.money(o.Paid, o.Currency)
	}
	if o.Law != "" {
		text += " · " + o.Law
	}
	return text
}
