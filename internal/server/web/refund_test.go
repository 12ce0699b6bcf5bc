package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
)

// paid saves an order of 60.00 dollars that was paid by card through the sandbox.
func (d *door) paid(m *merchant, number string) order.Order {
	d.t.Helper()
	day := time.Now().Add(-9 * 24 * time.Hour)
	o, _, err := d.orders.Save(context.Background(), m.owner, order.New{
		Shop: m.shop.ID, ExternalID: number, Number: number, Email: "june@client.example", CustomerName: "June Park", Currency: "USD", Goods: 5000, Shipping: 500, Tax: 500, Total: 6000, PaymentMethod: "card", PlacedAt: day,
		ShipTo:   order.Address{Name: "June Park", City: "Portland", Region: "OR", Country: "US"},
		Lines:    []order.Line{{Title: "Lamp", SKU: "LAMP", Quantity: 2, Price: 2500, Tax: 500}},
		Payments: []order.Payment{{ID: "pay_" + number, Provider: "sandbox", Method: "card", Amount: 6000, PaidAt: day, CapturedAt: day}},
	})
	must(d.t, err)
	return o
}

// owes asks for a refund of an order, in minor units of dollars.
func (d *door) owes(m *merchant, sum int64) refund.Refund {
	d.t.Helper()
	ctx := context.Background()
	o := d.paid(m, "US-3001")
	left, err := d.refunds.Left(ctx, m.workspace.ID, o)
	must(d.t, err)
	f, err := d.refunds.Request(ctx, m.owner, refund.NewRefund{Terms: refund.Terms{Order: o.ID, Currency: "USD", Components: ledger.Components{Goods: sum}, Reason: "Late parcel"}, Payments: left})
	must(d.t, err)
	return f
}

// sandboxed connects the sandbox.
func (d *door) sandboxed(m *merchant) {
	d.t.Helper()
	_, _, err := d.pay.Add(context.Background(), m.owner, pay.Input{Driver: "sandbox"})
	must(d.t, err)
}

// answered takes what a provider said of the newest attempt of a refund.
func (d *door) answered(m *merchant, f refund.Refund, outcome refund.Outcome, code string) {
	d.t.Helper()
	ctx, us := context.Background(), auth.ForSystem(m.workspace.ID)
	f, err := d.refunds.Submit(ctx, us, f.ID, 1)
	must(d.t, err)
	_, err = d.refunds.Observe(ctx, us, f.ID, refund.Answer{Allocation: 1, Attempt: f.Allocations[0].Attempt, Outcome: outcome, Code: code, Reference: "re_1"})
	must(d.t, err)
}

func TestTheBoardShowsWhatRefundsWaitFor(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	f := d.owes(m, 1500)
	b := d.as("owner@acme.example")
	b.get("/refunds").want(http.StatusOK, "$15.00", "June Park", "US-3001", "Waits to be approved", "To approve", "Late parcel")
	b.get("/refunds?tab=approve&currency=USD&way=sandbox").want(http.StatusOK, "$15.00")
	for _, none := range []string{"tab=second", "tab=stuck", "currency=EUR", "way=bank", "age=3", "person=1", "state=succeeded", "q=US-9999", "shop=1"} {
		b.get("/refunds?" + none).want(http.StatusOK).lacks("June Park")
	}
	b.get("/refunds?q=US-3001&tab=stuck").want(http.StatusOK, "June Park")
	b.get("/refunds?after=zz!").want(http.StatusUnprocessableEntity)
	_, err := d.refunds.SetLimits(context.Background(), m.owner, []refund.Limit{{Currency: "USD", Above: 1000}})
	must(t, err)
	b.get("/refunds?tab=second").want(http.StatusOK, "June Park", "Above the limit")
	b.get("/refunds?tab=approve").want(http.StatusOK).lacks("June Park")
	_, err = d.refunds.SetLimits(context.Background(), m.owner, nil)
	must(t, err)
	_, err = d.refunds.Approve(context.Background(), m.owner, f.ID)
	must(t, err)
	b.get("/refunds?tab=leave").want(http.StatusOK, "No account carries it", "Connect the provider")
	d.answered(m, f, refund.OutcomeFailed, "expired_card")
	b.get("/refunds?tab=stuck").want(http.StatusOK, "The provider refused it", "expired_card", "send it to a bank account")
	b.get("/refunds/counts?tab=open").want(http.StatusOK, "$15.00 of it needs somebody")
	d.as("owner@acme.example").get("/refunds?tab=open").want(http.StatusOK, "Stuck")
}

func TestARefundIsApprovedSentElsewhereAndConfirmedByHand(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	d.sandboxed(m)
	ctx := context.Background()
	f := d.owes(m, 1500)
	b, at := d.as("owner@acme.example"), "/refunds/"+id64(f.ID)
	b.get(at).want(http.StatusOK, "$15.00", "June Park", "Goods", "Arrives", "pay_US-3001", "Late parcel", "Approve", "Decline or give up").lacks("In the books")
	b.post(at+"/cancel", "seen", "1", "reason", "").want(http.StatusUnprocessableEntity, "Give a reason.")
	b.post(at+"/approve", "seen", "1").want(http.StatusSeeOther)
	b.post(at+"/approve", "seen", "1").want(http.StatusSeeOther) // sent twice
	b.get(at).want(http.StatusOK, "Approved", "In the books", "2100 Refunds owed", "USD balances")
	d.answered(m, f, refund.OutcomeFailed, "expired_card")
	b.get(at).want(http.StatusOK, "Attempt 1", "godwit-0-0-", "refused", "expired_card", "Try once more", "Send elsewhere")
	b.post(at+"/redirect", "allocation", "1", "to", "moon").want(http.StatusUnprocessableEntity, "Money cannot go there.")
	b.post(at+"/redirect", "allocation", "1", "to", "bank", "seen", "2").want(http.StatusSeeOther) // of a page that is out of date
	if now, err := d.refunds.Get(ctx, m.owner, f.ID); err != nil || now.Allocations[0].To != refund.ToPayment {
		t.Errorf("what was out of date was done: %+v, %v", now.Allocations, err)
	}
	b.post(at+"/redirect", "allocation", "1", "to", "bank", "seen", "4").want(http.StatusSeeOther)
	b.get("/refunds?tab=hand").want(http.StatusOK, "June Park", "To be paid by a person", "Bank transfer")
	b.post(at+"/elsewhere", "allocation", "1", "payer", "bank", "reference", "transfer 4711").want(http.StatusSeeOther)
	b.get(at).want(http.StatusOK, "Paid", "transfer 4711", "USD balances")
	now, err := d.refunds.Get(ctx, m.owner, f.ID)
	must(t, err)
	if now.State() != refund.Succeeded || now.Allocations[0].Payer != "bank" {
		t.Errorf("the refund is %s, paid by %q", now.State(), now.Allocations[0].Payer)
	}
	b.get("/refunds").want(http.StatusOK, "No refund waits")
	b.get("/refunds?tab=done").want(http.StatusOK, "June Park", "It arrived")
}

// Money that a customer got twice stands on a board of its own until a person settles it, once for the page they saw.
func TestMoneyPaidTwiceIsSettledByAPerson(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	d.sandboxed(m)
	ctx := context.Background()
	f := d.owes(m, 1500)
	b, at := d.as("owner@acme.example"), "/refunds/"+id64(f.ID)
	_, err := d.refunds.Approve(ctx, m.owner, f.ID)
	must(t, err)
	d.answered(m, f, refund.OutcomeSucceeded, "")
	seen := func() string {
		now, err := d.refunds.Get(ctx, m.owner, f.ID)
		must(t, err)
		return strconv.Itoa(now.Events)
	}
	b.post(at+"/twice", "allocation", "1", "amount", "15.01", "payer", "shop", "reference", "#1").want(http.StatusUnprocessableEntity, "The sum must be above zero")
	b.post(at+"/twice", "allocation", "1", "amount", "15.00", "payer", "shop", "reference", "#1").want(http.StatusSeeOther)
	b.get("/refunds?tab=twice").want(http.StatusOK, "June Park", "The customer got the same money twice", "$15.00 paid twice")
	b.get(at).want(http.StatusOK, "Paid twice", "shop paid it as well: #1", "Write it off", "It was not twice", "6400 Loss")
	b.post(at+"/twice/write-off", "allocation", "1", "twice", "1", "reason", "").want(http.StatusUnprocessableEntity, "Give a reason.")
	was := seen()
	for range 2 { // sent twice
		b.post(at+"/twice/ask-back", "allocation", "1", "twice", "1", "note", "letter", "seen", was).want(http.StatusSeeOther)
	}
	b.get("/refunds?tab=twice").want(http.StatusOK, "The customer was asked to send it back")
	b.post(at+"/twice/came-back", "allocation", "1", "twice", "1", "amount", "9,00", "into", "bank", "reference", "transfer 8").want(http.StatusSeeOther)
	b.get(at).want(http.StatusOK, "$6.00 has not come back", "1450 Due from customers", "letter").lacks("It was not twice")
	b.post(at+"/twice/write-off", "allocation", "1", "twice", "1", "reason", "gone").want(http.StatusSeeOther)
	b.get(at).want(http.StatusOK, "Paid twice, written off", "gone", "USD balances")
	b.get("/refunds?tab=twice").want(http.StatusOK, "Nobody was paid twice")
	for i, how := range []string{"7", "8"} { // and once more, which was the same money
		b.post(at+"/twice", "allocation", "1", "amount", "1.00", "payer", "shop", "reference", "#"+how).want(http.StatusSeeOther)
		b.post(at+"/twice/dismiss", "allocation", "1", "twice", strconv.Itoa(i+2), "reason", "noted by two").want(http.StatusSeeOther)
	}
	b.get(at).want(http.StatusOK, "Was not paid twice", "noted by two")
	d.as("agent@acme.example").post(at+"/twice/dismiss", "allocation", "1", "twice", "1", "reason", "x").want(http.StatusForbidden)
}

func TestAProviderIsAskedNow(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	d.sandboxed(m)
	ctx := context.Background()
	f := d.owes(m, 1500)
	b, at := d.as("owner@acme.example"), "/refunds/"+id64(f.ID)
	_, err := d.refunds.Approve(ctx, m.owner, f.ID)
	must(t, err)
	b.post(at+"/ask", "allocation", "1").want(http.StatusUnprocessableEntity) // nothing was asked of anybody yet
	_, err = d.refunds.Submit(ctx, auth.ForSystem(m.workspace.ID), f.ID, 1)   // the process dies before it asks
	must(t, err)
	b.post(at+"/ask", "allocation", "1").want(http.StatusSeeOther)
	now, err := d.refunds.Get(ctx, m.owner, f.ID)
	must(t, err)
	if a := now.Allocations[0]; a.State != refund.Succeeded || a.Attempt != 1 {
		t.Errorf("asked about, it is %s in attempt %d", a.State, a.Attempt)
	}
}

func TestWhoAskedDoesNotApproveAboveTheLimit(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	f := d.owes(m, 1500)
	_, err := d.refunds.SetLimits(context.Background(), m.owner, []refund.Limit{{Currency: "USD", Above: 1000}})
	must(t, err)
	at := "/refunds/" + id64(f.ID) + "/approve"
	if a := d.as("owner@acme.example").post(at); a.status != http.StatusForbidden || !strings.Contains(a.body, "somebody other than who asked") {
		t.Errorf("%d: %s", a.status, a.body)
	}
	d.as("lead@acme.example").post(at).want(http.StatusSeeOther)
}
