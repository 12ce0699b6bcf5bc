package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
)

// banked is a refund that is approved and goes to a bank account.
func (d *door) banked(m *merchant, number, iban string) refund.Refund {
	d.t.Helper()
	ctx := context.Background()
	o := d.paid(m, number)
	f, err := d.refunds.Request(ctx, m.owner, refund.NewRefund{Terms: refund.Terms{Order: o.ID, Currency: o.Currency, Components: ledger.Components{Goods: 1500}},
		Payments: []refund.Payment{{Provider: "multibanco", Method: "multibanco", Left: 1500}}})
	must(d.t, err)
	_, err = d.refunds.Approve(ctx, m.owner, f.ID)
	must(d.t, err)
	if iban != "" {
		_, err = d.pay.SavePayee(ctx, m.owner, o.ID, pay.Payee{Name: "June Park", IBAN: iban})
		must(d.t, err)
	}
	return f
}

// Transfers go from waiting to a batch, its file, and what the bank made of it, on the page; what nobody gave to the bank
// is withdrawn and waits again.
func TestTransfersLeaveFromThePage(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	d.found("rival")
	ctx := context.Background()
	b := d.as("owner@acme.example")
	b.get("/transfers").want(http.StatusOK, "Nothing waits to be transferred.")
	_, _, err := d.pay.Add(ctx, m.owner, pay.Input{Driver: pay.BankName, Values: map[string]string{"holder": "Greywing GmbH", "iban": "DE89370400440532013000"}})
	must(t, err)
	f := d.banked(m, "B-1", "FR1420041010050500013M02606")
	d.banked(m, "B-2", "")
	page := b.get("/transfers").want(http.StatusOK, "Ready", "The customer's account is missing", "1 transfer", "June Park").lacks("FR1420041010050500013M02606")
	format := "list"
	if strings.Contains(page.body, `value="sepa"`) {
		format = "sepa"
	}
	list, err := d.pay.Accounts(ctx, m.owner)
	must(t, err)
	collect := []string{"account", id64(int64(list[0].ID)), "format", format, "currency", f.Currency}
	at := b.post("/transfers", collect...).want(http.StatusSeeOther).to()
	b.post("/transfers", collect...).want(http.StatusUnprocessableEntity)
	b.get(at).want(http.StatusOK, "Not sent yet", "June Park").lacks("FR1420041010050500013M02606")
	if file := b.get(at + "/file"); file.status != http.StatusOK || !strings.Contains(file.body, "FR1420041010050500013M02606") {
		t.Errorf("the file answers %d: %.200s", file.status, file.body)
	}
	d.as("owner@rival.example").get(at).want(http.StatusNotFound)
	d.as("agent@acme.example").get("/transfers").want(http.StatusForbidden)

	b.post(at, "do", "withdraw").want(http.StatusSeeOther)
	b.get(at + "/file").want(http.StatusConflict)
	at = b.post("/transfers", collect...).want(http.StatusSeeOther).to()
	b.post(at, "do", "sent").want(http.StatusSeeOther)
	b.post(at, "do", "withdraw").want(http.StatusUnprocessableEntity)
	b.upload("/transfers/statement", "statement", "x.xml", []byte("no statement")).want(http.StatusUnprocessableEntity)
	name := pay.EndToEnd(f.ID, 1, 2)
	booked := func(sign, reason string) []byte {
		return []byte(`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Ntry><Amt Ccy="` + f.Currency + `">15.00</Amt><CdtDbtInd>` + sign + `</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls><TxDtls><Refs><EndToEndId>` + name + `</EndToEndId></Refs>` + reason + `</TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>`)
	}
	b.upload("/transfers/statement", "statement", "s.xml", booked("DBIT", "")).want(http.StatusOK, "What the statement told", "Of them ours 1", "New 1", "Came back 0")
	b.get(at).want(http.StatusOK, "Paid", "Came back")
	b.post(at, "transfer", "1", "do", "reversed").want(http.StatusUnprocessableEntity)
	b.post(at, "transfer", "1", "do", "reversed", "code", "AC04").want(http.StatusSeeOther)
	b.get(at).want(http.StatusOK, "Sent back by the bank", "AC04")
	b.upload("/transfers/statement", "statement", "s.xml", booked("CRDT", "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")).want(http.StatusOK, "New 0")
}
