package web

import (
	"cmp"
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

// policyRoutes is the table of return policies.
func policyRoutes() []route {
	manage := may(auth.ManagePlans)
	return []route{
		{"GET", "/admin/policies", manage, none, (*server).policiesPage},
		{"POST", "/admin/policies", manage, text, (*server).termsSave},
		{"GET", "/admin/policies/form", manage, none, (*server).policyFormPage},
		{"POST", "/admin/policies/form", manage, text, (*server).policyFormSave},
		{"POST", "/admin/policies/preview", manage.unasked(), text, (*server).policyPreview},
		{"GET", "/admin/policies/replays/{trial}", manage, none, (*server).replayPage},
		{"GET", "/admin/policies/replays/{trial}/now", manage.unasked(), none, (*server).replayNow},
		{"GET", "/admin/policies/replays/{trial}/file", manage, none, (*server).replayFile},
		{"POST", "/admin/policies/replays/{trial}", manage, form, (*server).replayStop},
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
	budgets, err := s.Policies.Budgets(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for _, b := range budgets {
		v.Budgets = append(v.Budgets, ui.PolicyBudget{Rule: b.Rule, Per: b.Per, Period: b.Period, Spent: r.money(b.Used(), b.Currency), Reserved: r.moneyOr(b.Reserved, b.Currency), Limit: r.money(b.Limit, b.Currency), Percent: b.Percent(), Near: b.Near(), Over: b.Over})
	}
	trials, err := s.Replay.Trials(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for _, x := range trials {
		v.Replays = append(v.Replays, replayRow(h, x))
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

// termsSave saves or publishes a policy, or asks what it would have changed.
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
	case "replay":
		since, wrong := time.Parse(time.DateOnly, r.FormValue("since"))
		if wrong != nil {
			since = s.Now().UTC().AddDate(-1, 0, 0)
		}
		var asked replay.Trial
		if asked, err = s.Replay.Start(r.Context(), r.actor, name, typed, since); err == nil {
			return r.see(w, "/admin/policies/replays/"+id64(int64(asked.ID)), nil)
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
