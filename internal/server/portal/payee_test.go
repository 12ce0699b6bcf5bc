package portal

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
)

// toBank is a refund that goes to a bank account, in a state.
type toBank struct{ state refund.State }

func (b toBank) Get(_ context.Context, a auth.Actor, id refund.ID) (refund.Refund, error) {
	r := refund.Refund{ID: id, Workspace: a.Workspace, Allocations: []refund.Allocation{{Number: 1, Target: refund.Target{To: refund.ToBank, Method: "bank"}, Amount: 4950, State: b.state}}}
	r.Currency = "EUR"
	return r, nil
}

// TestACustomerSaysWhereTheMoneyGoes: the page of a case whose refund goes to a bank account asks for it in every language,
// keeps it sealed and shows it masked, takes another one until the money leaves, and refuses what is no account, a card's
// number among that.
func TestACustomerSaysWhereTheMoneyGoes(t *testing.T) {
	p, link, held, c, _ := withWayBack(t)
	at := link + "/case/" + strconv.FormatInt(int64(c.ID), 10)
	form := func(name, iban, account string) url.Values {
		return url.Values{"name": {name}, "iban": {iban}, "account": {account}}
	}
	if a := p.ask("GET", at, nil, "Cookie", held); strings.Contains(a.body, `id="payee"`) {
		t.Error("somebody is asked for an account though no money goes to a bank")
	}
	c, err := p.store.Case(t.Context(), c.Workspace, c.ID)
	must(t, err)
	c.Resolutions[0].Refund = 5
	c.Events++
	must(t, p.store.AppendCase(t.Context(), c, []cases.Event{{Case: c.ID, Seq: c.Events, Kind: cases.Stepped, At: p.now, By: auth.ForSystem(c.Workspace)}}))
	payees := pay.New(pay.Config{Store: p.store, Orders: p.orders, Journal: p.store, IDs: id.NewSource(8, p.clock), Now: p.clock})
	p.door.Payees, p.door.Refunds = payees, toBank{refund.Approved}

	for _, l := range i18n.Customer() {
		a := p.ask("GET", at+"?lang="+string(l), nil, "Cookie", held)
		if a.StatusCode != http.StatusOK || !strings.Contains(a.body, i18n.For(l).T("portal.payee.lead")) || untold.MatchString(a.body) {
			t.Errorf("%s: %d: %s", l, a.StatusCode, untold.FindString(a.body))
		}
	}
	for name, f := range map[string]url.Values{
		"wrong check digits": form("Wanda <b>", "DE89 3704 0044 0532 0130 01", ""),
		"no name":            form(" ", "DE89 3704 0044 0532 0130 00", ""),
		"nothing":            form("Wanda", "", ""),
		"a card":             form("Wanda", "", "4111 1111 1111 1111"),
	} {
		a := p.ask("POST", at+"/payee", f, "Cookie", held)
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, i18n.For(i18n.English).T("portal.payee.wrong")) {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
		if strings.Contains(a.body, "Wanda <b>") || strings.Contains(a.body, "4111") || strings.Contains(a.body, "0130") {
			t.Errorf("%s: what was typed comes back", name)
		}
	}
	if a := p.ask("POST", at+"/payee", form("Wanda", "DE89370400440532013000", "")); a.StatusCode == http.StatusSeeOther && strings.Contains(a.Header.Get("Location"), "/case/") {
		t.Error("without a session somebody gives an account")
	}
	for range 2 { // sent twice
		if a := p.ask("POST", at+"/payee", form("Wanda Wanderer", "de89 3704 0044 0532 0130 00", ""), "Cookie", held); a.Header.Get("Location") != at {
			t.Fatalf("%d: %s", a.StatusCode, a.body)
		}
	}
	a := p.ask("GET", at, nil, "Cookie", held)
	if !strings.Contains(a.body, "3000") || strings.Contains(a.body, "37040044") || strings.Contains(a.body, "3704 0044") {
		t.Error("the account is not shown, or whole")
	}
	system := auth.ForSystem(c.Workspace)
	kept, err := p.store.Payee(t.Context(), c.Workspace, c.Orders()[0])
	if err != nil || kept.IBAN != "DE89370400440532013000" || kept.Name != "Wanda Wanderer" {
		t.Errorf("%+v, %v", kept, err)
	}
	if _, err := payees.Payee(t.Context(), auth.Actor{Kind: auth.Customer, ID: 1, Workspace: system.Workspace}, c.Orders()[0]); err == nil {
		t.Error("another customer reads it")
	}

	p.door.Refunds = toBank{refund.Submitted} // the money has left
	if a := p.ask("GET", at, nil, "Cookie", held); strings.Contains(a.body, at+"/payee") || !strings.Contains(a.body, `id="payee"`) {
		t.Error("the account of money that has left can be changed, or is not shown")
	}
	p.ask("POST", at+"/payee", form("Wanda", "FR1420041010050500013M02606", ""), "Cookie", held)
	if is, err := p.store.Payee(t.Context(), c.Workspace, c.Orders()[0]); err != nil || is != kept {
		t.Errorf("%+v, %v", is, err)
	}
}
