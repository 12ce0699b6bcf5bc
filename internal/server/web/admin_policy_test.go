package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/flow/replay"
)

// TestPoliciesPage saves a policy, is refused one below the law, tries one on past
// cases and publishes it.
func TestPoliciesPage(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := d.as("lead@acme.example")
	b.get("/admin/policies").want(http.StatusOK, "No policy is in force", "Return policies", "keep_below")
	b.get("/admin/policies?policy=other").want(http.StatusNotFound)
	short := strings.Replace(policyStart, "refund: 30", "refund: 10", 1)
	b.post("/admin/policies", "policy", "standard", "text", short, "do", "save").want(http.StatusUnprocessableEntity, "terms.windows.refund", "the law", "this says 10").holds(true, "refund: 10")
	b.post("/admin/policies", "policy", "standard", "text", "currency: [", "do", "save").want(http.StatusUnprocessableEntity, "cannot be read")
	at := b.post("/admin/policies", "policy", "standard", "text", short, "do", "replay", "since", "2026-01-01").to()
	b.get(at).want(http.StatusOK, "Replay of standard", "Waiting", "refund: 10").holds(true, `hx-get="`+at+`/now"`)
	b.get(at+"/now").holds(true, `id="replay"`).holds(false, "<html")
	b.post("/admin/policies", "policy", "standard", "text", "currency: [", "do", "replay").want(http.StatusUnprocessableEntity, "cannot be read")
	b.post("/admin/policies", "policy", "standard", "text", short, "do", "replay").to()
	b.post("/admin/policies", "policy", "standard", "text", short, "do", "replay").want(http.StatusUnprocessableEntity, "2 replays are under way")
	if to := b.post(at, "do", "stop").to(); to != at {
		t.Errorf("stopped to %s", to)
	}
	b.get(at).want(http.StatusOK, "Stopped").holds(false, "hx-get=\""+at+"/now\"", "Export CSV")
	b.get("/admin/policies").want(http.StatusOK, "standard, cases since").holds(true, at)
	if to := b.post("/admin/policies", "policy", "standard", "text", policyStart, "do", "save").to(); to != "/admin/policies?policy=standard" {
		t.Errorf("saved to %s", to)
	}
	b.get("/admin/policies").want(http.StatusOK, "No policy is in force", "Versions never change")
	b.post("/admin/policies", "policy", "standard", "version", "1", "do", "publish").to()
	b.get("/admin/policies").want(http.StatusOK, "standard/1", "In force").holds(false, "No policy is in force", "Budgets")
	b.post("/admin/policies", "policy", "standard", "text", strings.Replace(policyStart, "  bonus:", "  cap: {amount: 100.00, per: month}\n  bonus:", 1), "do", "save").to()
	b.post("/admin/policies", "policy", "standard", "version", "2", "do", "publish").to()
	ok, err := policy.New(policy.Config{Store: d.store, Journal: d.store}).Spend(t.Context(), m.workspace.ID, 1, policy.CapTerms{Per: "month", Limit: 10000, Currency: "EUR", Of: 10000}, 8500)
	if must(t, err); !ok {
		t.Error("nothing was spent")
	}
	b.get("/admin/policies").want(http.StatusOK, "Budgets", "€85.00 of €100.00", "85 % spent")
}

// TestReplayPage runs a replay and reads what it found, on the page and in its file.
func TestReplayPage(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	c := decision.Case{
		ID: "1", Now: d.now(), Market: decision.Market{Country: "US", Zone: time.UTC},
		Order: decision.Order{
			Currency: "EUR", PlacedAt: d.now().AddDate(0, 0, -20), Shipment: decision.Delivered, DeliveredAt: d.now().AddDate(0, 0, -15),
			Lines: []decision.Line{{Line: "1", SKU: "MUG", Qty: 1, Goods: 5000}}, Payments: []decision.Payment{{Method: "card", Left: 5000, Until: decision.Never}},
		},
		Claim:  decision.Claim{Kind: decision.Return, Reason: decision.ChangedMind, Wants: decision.Refund, Lines: []decision.Asked{{Line: "1", Qty: 1}}, OpenedAt: d.now()},
		Policy: decision.Policy{Windows: map[decision.Remedy]int{decision.Refund: 30}, Fallback: decision.Fallback{Method: "bank", Days: 5}},
		Costs:  decision.Costs{Routes: [decision.Origin + 1]*decision.RouteCost{decision.Origin: {Freight: 700}}, Credit: decision.Whole},
	}
	must(t, d.store.AddInput(t.Context(), m.workspace.ID, replay.Input{Case: 7, OpenedAt: d.now(), Customer: 3, Data: decision.Pack(&c)}))
	b := d.as("lead@acme.example")
	at := b.post("/admin/policies", "policy", "standard", "text", strings.Replace(policyStart, "refund: 30", "refund: 14", 1), "do", "replay").to()
	list, err := d.store.Claim(t.Context(), replay.Queue, time.Now(), time.Now().Add(time.Minute), 1)
	if must(t, err); len(list) != 1 {
		t.Fatalf("%d jobs", len(list))
	}
	must(t, d.replays().Work(t.Context(), list[0]))
	b.get(at).want(http.StatusOK, "Done", "1 of 1 decisions read", "United States", "MUG", "100.0% of all", "1 gets less", "Paid to customers, EUR", "-€40.00", "Export CSV").holds(false, "/now")
	b.get(at+"/file").want(http.StatusOK, "all,,1,1,1,EUR,5000,1000,5000,1000", "market,US,1,1,1,EUR,5000,1000,", "product,MUG,")
}

func (d *door) replays() *replay.Service {
	return replay.New(replay.Config{Store: d.store, Rates: d.rates, Jobs: replay.Jobs{Store: d.store, Queue: d.store, Journal: d.store, IDs: id.NewSource(2, time.Now), Now: time.Now}})
}

// TestPolicyForm opens a policy as a form, gets it wrong, adds, moves and drops rules, and saves it.
func TestPolicyForm(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.as("owner@acme.example")
	b.get("/admin/policies/form?policy=other").want(http.StatusNotFound)
	b.get("/admin/policies/form").want(http.StatusOK, "standard as a form", "holds remarks", "gold", "No case was decided yet").
		holds(true, `name="terms.windows.refund" value="30"`, `name="rules.0.when.tiers"`, `hx-post="/admin/policies/preview"`)
	doc, err := policy.Parse(policyStart)
	must(t, err)
	send := func(do string, change ...string) answer {
		t.Helper()
		list := []string{"policy", "standard", "do", do}
		f := doc.Fields()
		for i := 0; i < len(change); i += 2 {
			f[change[i]] = []string{change[i+1]}
		}
		for name, values := range f {
			for _, v := range values {
				list = append(list, name, v)
			}
		}
		return b.post("/admin/policies/form", list...)
	}
	send("save", "terms.windows.refund", "10").want(http.StatusUnprocessableEntity, "2011/83/EU art. 9", "this says 10").
		holds(true, `aria-invalid="true"`, `id="p-terms-windows-refund-e"`, `name="terms.windows.refund" value="10"`)
	send("save", "terms.windows.refund", "ten").want(http.StatusUnprocessableEntity, "“ten” is no number").holds(true, `value="ten"`)
	send("look", "rules.0.windows.refund", "3").want(http.StatusUnprocessableEntity, "this says 3").holds(true, `id="p-rules-0-windows-refund-e"`)
	send("add").want(http.StatusOK, "New rule").holds(true, `name="rules" value="2"`, `id="rule-1"`)
	send("up:1", "rules", "2", "rules.1.name", "outlet", "rules.1.when.skus", "SALE-*").want(http.StatusOK).holds(true, `name="rules.0.name" value="outlet"`, `name="rules.1.name" value="gold"`)
	send("drop:0").want(http.StatusOK).holds(true, `name="rules" value="0"`).holds(false, `id="rule-0"`)
	send("text", "terms.bonus", "15%").want(http.StatusOK, "Rules (YAML)").holds(true, "bonus: 15%", "refund: 30")
	b.post("/admin/policies/preview", "currency", "EUR", "rules", "0", "terms.windows.refund", "10").want(http.StatusOK, "could not be saved").holds(true, `id="preview"`).holds(false, "<html")
	if to := send("save", "terms.bonus", "15%").to(); to != "/admin/policies?policy=standard" {
		t.Errorf("saved to %s", to)
	}
	b.get("/admin/policies/form?policy=standard").want(http.StatusOK).holds(true, `name="terms.bonus" value="15%"`).holds(false, "holds remarks")
}
