package policy

import (
	"os"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/decision"
)

// small is a policy that any market allows.
const small = `
currency: EUR
terms:
  windows: {refund: 40}
  fallback: {method: bank, days: 5}
  trigger: receipt
`

func problems(t *testing.T, text string) []string {
	t.Helper()
	doc, err := Parse(text)
	if err != nil {
		return []string{err.Error()}
	}
	var out []string
	for _, p := range Problems(doc.Check(decision.Statute())) {
		s := p.Field + " " + p.Key
		for i := 0; i+1 < len(p.Args); i += 2 {
			if p.Args[i] == "markets" {
				s += " " + p.Args[i+1].(string)
			}
		}
		out = append(out, s)
	}
	return out
}

func TestAPolicyMayNotPromiseLessThanTheLaw(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"it is enough everywhere":                        {small, ""},
		"a window shorter than the right":                {strings.Replace(small, "refund: 40", "refund: 13", 1), "terms.windows.refund error.policy_floor_window EU, BY"},
		"no refund at all":                               {strings.Replace(small, "refund: 40", "store_credit: 60", 1), "terms.windows error.policy_floor_none AR"},
		"final sale in one market":                       {small + "rules: [{name: sale, when: {markets: [DE], skus: [A]}, final_sale: true}]", "rules.sale.final_sale error.policy_floor_final DE"},
		"final sale of what the law leaves out":          {small + "rules: [{name: sale, when: {markets: [DE], skus: [A]}, goods: [custom_made], final_sale: true}]", ""},
		"final sale where no law stands against it":      {small + "rules: [{name: sale, when: {markets: [US]}, final_sale: true}]", ""},
		"kinds of goods that the law does not leave out": {small + "rules: [{name: r, when: {markets: [FR]}, no_return: [used, custom_made]}]", "rules.r.no_return.used error.policy_floor_goods FR"},
		"the way back where the seller bears it":         {small + "rules: [{name: r, when: {markets: [BR]}, postage: {changed_mind: customer}}]", "rules.r.postage.changed_mind error.policy_floor_postage BR"},
		"the way back of faulty goods":                   {small + "rules: [{name: r, when: {markets: [DE]}, postage: {damaged: customer}}]", "rules.r.postage.damaged error.policy_floor_postage DE"},
		"proof from whoever changes their mind":          {small + "rules: [{name: r, when: {markets: [GB]}, evidence: {size_fit: [photo]}}]", "rules.r.evidence.size_fit error.policy_floor_proof GB"},
		"photos of damage":                               {small + "rules: [{name: r, when: {markets: [GB]}, evidence: {damaged: [photo]}}]", ""},
		"an expert for a fault":                          {small + "rules: [{name: r, when: {markets: [DE]}, evidence: {defective: [expert_report]}}]", "rules.r.evidence.defective error.policy_floor_expert DE"},
		"a fee that could only fall on the law's days":   {small + "rules: [{name: r, when: {markets: [DE]}, windows: {refund: 14}, fee: 10%}]", "rules.r.fee error.policy_floor_fee DE"},
		"a fee on the days after":                        {small + "rules: [{name: r, when: {markets: [DE]}, fee: 10%}]", ""},
		"a fee of a tier":                                {small + "rules: [{name: r, when: {markets: [DE]}, windows: {refund: 14}, tiers: {bad: {fee: 50%}}}]", "rules.r.tiers.bad.fee error.policy_floor_fee DE"},
		"short windows after the law's days":             {small + "rules: [{name: r, when: {markets: [DE], days: {from: 15}}, windows: {store_credit: 60}}]", ""},
		"credit only for faults":                         {small + "rules: [{name: r, when: {markets: [DE], reasons: [defective]}, windows: {store_credit: 60}}]", "rules.r.windows error.policy_floor_remedy DE"},
		"a short time for faults":                        {small + "rules: [{name: r, when: {markets: [DE], reasons: [defective]}, windows: {refund: 30, replace: 30}}]", "rules.r.windows.replace error.policy_floor_window DE"},
		"the thirty days of rejection":                   {small + "rules: [{name: r, when: {markets: [GB], reasons: [damaged]}, windows: {refund: 20, replace: 3000}}]", "rules.r.windows.refund error.policy_floor_window GB"},
		"what an earlier rule always decides": {small + `rules:
  - {name: union, when: {markets: [EU]}}
  - {name: sale, when: {markets: [DE, US]}, final_sale: true}`, ""},
		"what an earlier rule decides for some": {small + `rules:
  - {name: union, when: {markets: [EU], tiers: [gold]}}
  - {name: sale, when: {markets: [DE, US]}, final_sale: true}`, "rules.sale.final_sale error.policy_floor_final DE"},
	} {
		found := problems(t, c.text)
		switch {
		case c.want == "" && len(found) > 0:
			t.Errorf("%s: refused: %v", name, found)
		case c.want != "" && (len(found) == 0 || !strings.HasPrefix(found[0], c.want)):
			t.Errorf("%s: found %v, want %s", name, found, c.want)
		}
	}
}

func TestEveryMistakeIsNamedWithItsPlace(t *testing.T) {
	found := strings.Join(problems(t, `
currency: JPY
terms:
  windows: {refund: 4000, cash: 3, full_keep: 3}
  fee: 0.1
  label: 4.90
  fallback: {method: cash, days: 3}
  trigger: never
rules:
  - {name: Has Space, when: {kinds: [nothing], price: {from: 9, to: 3}}, goods: [custom_made]}
`), "\n")
	for _, want := range []string{"terms.windows.refund error.policy_days", "terms.windows error.policy_word", "terms.windows error.policy_full_keep", "terms.fee error.policy_percent",
		"terms.label error.policy_amount", "terms.fallback.method error.policy_word", "terms.trigger error.policy_word", "rules error.policy_name", ".when.kinds error.policy_word",
		".when.price error.policy_span", ".goods error.policy_goods"} {
		if !strings.Contains(found, want) {
			t.Errorf("%s is not among\n%s", want, found)
		}
	}
	for _, text := range []string{"", "currency: EUR\nwindow: {}", "- a", "currency: EUR\n---\ncurrency: EUR", "currency: [", strings.Repeat("#", MaxText+1)} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%.30q was read", text)
		}
	}
}

func TestTheStandardPolicyIsAllowed(t *testing.T) {
	text, err := os.ReadFile("testdata/standard.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if found := problems(t, string(text)); len(found) > 0 {
		t.Errorf("%v", found)
	}
	doc, _ := Parse(string(text))
	again, err := Parse(doc.Text())
	if err != nil || again.Text() != doc.Text() {
		t.Errorf("the document reads back differently: %v\n%s", err, doc.Text())
	}
}
