package ui

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/policy"
)

// everything is a policy that says all that one can say.
const everything = `currency: EUR
terms:
  windows: {refund: 61, store_credit: 62, exchange: 63, replace: 64, partial_keep: 65, repair: 181}
  postage: {size_fit: merchant}
  label: 4.91
  fee: 12.5%
  duty: true
  final_sale: true
  no_return: [custom_made, perishable, hygiene_seal_opened, media_seal_opened, periodical, digital_started_with_consent, mixed_inseparably, price_fluctuates, date_specific_service, confirmed_no_return, used, complex, non_durable]
  evidence: {damaged: [photo, video], wrong_item: [serial]}
  keep_below: 12.01
  partial: 21%
  bonus: 11%
  fallback: {method: store_credit, days: 7}
  auto: {refund: 51.02}
  review: {returns: 6, disputes: 3}
  tiers:
    gold: {days: 33, fee: 1%, auto: 201.03}
  trigger: receipt
rules:
  - name: every
    when: {categories: [Hats], skus: ["SALE-*"], price: {from: 5.55, to: 66.66}, kinds: [withdrawal, return, exchange, warranty, damaged_wrong_missing, not_received, refused_at_door, goodwill], reasons: [changed_mind], days: {from: 15, to: 45}, tiers: [gold], returns: {from: 2}, disputes: {to: 4}}
    goods: [custom_made]
    fallback: {method: bank, days: 8}
    trigger: inspection
`

func drawPolicy(t *testing.T, l i18n.Lang, doc policy.Document, market string) string {
	t.Helper()
	v := Policy{
		Page: Page{Printer: i18n.For(l), Now: time.Now(), Title: "T", Shop: "Shop", Path: "/p/s/returns"}, Market: market, Currency: "EUR",
		Notice: doc.Notice(policy.Facts{Market: market, Currency: "EUR"}, fx.Table{}), Floor: decision.Statute().Floor(market),
	}
	var b bytes.Buffer
	if err := PolicyPage(v).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return html.UnescapeString(b.String())
}

var placeholder = regexp.MustCompile(`portal\.[a-z_]+\.[a-z_.]+|\{\{|%!`)

// Every clause of a policy stands on its page, in every language.
func TestEveryClauseIsPublished(t *testing.T) {
	doc, err := policy.Parse(everything)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range i18n.Customer() {
		p := i18n.For(l)
		v := Policy{Page: Page{Printer: p}}
		body := drawPolicy(t, l, doc, "DE")
		want := []string{"Hats", "SALE-*", "gold", "Shop"}
		for _, n := range []int64{61, 62, 63, 64, 65, 181, 7, 8, 6, 3, 33, 15, 45, 2, 4} {
			want = append(want, p.Number(n))
		}
		for _, minor := range []int64{491, 1201, 5102, 20103, 555, 6666} {
			want = append(want, v.money(minor, "EUR"))
		}
		for _, s := range []string{"0.125", "0.21", "0.11", "0.01"} {
			share, _ := decision.ParseShare(s)
			want = append(want, v.share(share))
		}
		for _, key := range []string{"duty", "final", "trigger.receipt", "trigger.inspection", "fallback", "review", "warranty", "goods.custom_made", "goods.non_durable"} {
			want = append(want, p.T("portal.policy."+key))
		}
		for _, r := range decision.Remedies() {
			if r != decision.FullKeep {
				want = append(want, p.T("portal.remedy."+r.String()))
			}
		}
		for _, word := range []string{"photo", "video", "serial"} {
			want = append(want, p.T("portal.evidence."+word))
		}
		want = append(want, p.T("portal.to.bank"), p.T("portal.to.store_credit"), p.T("portal.postage.merchant"), p.T("portal.postage.customer"), decision.Statute().Floor("DE").Withdraw.Law)
		floor := decision.Statute().Floor("DE")
		want = append(want, p.T("portal.policy.above", "Laws", v.List(v.aparts(floor.Laws()))), v.label(p.T("portal.policy.as_of"), p.Date(time.Date(2026, 6, 28, 0, 0, 0, 0, time.UTC), time.UTC, i18n.Long)))
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s: %q is not on the page", l, w)
			}
		}
		if found := placeholder.FindString(body); found != "" {
			t.Errorf("%s: %s", l, found)
		}
	}
}

// Whatever sends the money is said in every language, each trigger in words of its own.
func TestThePageSaysWhenTheMoneyIsSent(t *testing.T) {
	for _, l := range i18n.Customer() {
		said := map[string]bool{}
		for _, x := range cases.Triggers() {
			doc, err := policy.Parse("currency: EUR\nterms: {windows: {refund: 30}, fallback: {method: bank, days: 5}, trigger: " + string(x) + "}\n")
			if err != nil {
				t.Fatal(err)
			}
			text := i18n.For(l).T("portal.policy.trigger." + string(x))
			if said[text] || !strings.Contains(drawPolicy(t, l, doc, "US"), text) {
				t.Errorf("%s: %s is not said, or as another is: %q", l, x, text)
			}
			said[text] = true
		}
	}
}

// For whatever policy, the page says the days, the fee and the limits by which a case is decided.
func TestThePageSaysWhatDecides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.IntRange(14, 3000).Draw(t, "days")
		fee := rapid.IntRange(0, 9999).Draw(t, "hundredths of a percent")
		keep, auto := rapid.IntRange(1, 99999).Draw(t, "keep"), rapid.IntRange(1, 99999).Draw(t, "auto")
		l := rapid.SampledFrom(i18n.Customer()).Draw(t, "language")
		text := fmt.Sprintf("currency: EUR\nterms: {windows: {refund: %d}, fee: %d.%02d%%, keep_below: %d.%02d, auto: {refund: %d.%02d}, fallback: {method: bank, days: 5}, trigger: receipt}\n",
			days, fee/100, fee%100, keep/100, keep%100, auto/100, auto%100)
		doc, err := policy.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		decided := doc.Decide(policy.Facts{Market: "US", Currency: "EUR", Reason: "changed_mind"}, fx.Table{}).Policy
		p := Page{Printer: i18n.For(l)}
		v := Policy{Page: p, Currency: "EUR", Notice: doc.Notice(policy.Facts{Market: "US", Currency: "EUR"}, fx.Table{})}
		var said []string
		for _, c := range v.clauses(v.Notice.Says[0]) {
			said = append(append(said, c.Text), c.Items...)
		}
		want := []string{
			p.label(p.T("portal.remedy.refund"), p.Number(int64(decided.Windows[decision.Refund]))), p.T("portal.policy.keep", "Amount", p.money(decided.KeepBelow, "EUR")),
			p.label(p.T("portal.remedy.refund"), p.money(decided.Auto[decision.Refund], "EUR")),
		}
		if decided.Fee > 0 {
			want = append(want, p.T("portal.policy.fee", "Share", p.Percent(float64(fee)/10000, places(fee))))
		}
		for _, w := range want {
			if !slices.Contains(said, w) {
				t.Fatalf("%q is not among %q", w, said)
			}
		}
	})
}

// places is how many places hundredths of a percent have.
func places(hundredths int) int {
	switch {
	case hundredths%100 == 0:
		return 0
	case hundredths%10 == 0:
		return 1
	}
	return 2
}
