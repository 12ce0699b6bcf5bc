package pay_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/payment/sepa"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// vault is a till with a bank account.
type vault struct {
	*till
	t       *testing.T
	account pay.AccountID
	boss    auth.Actor
}

func newVault(t *testing.T, s *store.Store) *vault {
	x := newTill(t, s)
	x.carrier.Orders, x.carrier.Drivers = x.orders, append(x.carrier.Drivers, sepa.Driver())
	c, _, err := x.carrier.Add(t.Context(), x.us, pay.Input{Driver: pay.BankName, Values: map[string]string{"holder": "Greywing GmbH", "iban": "DE89370400440532013000"}})
	must(t, err)
	return &vault{x, t, c.ID, auth.Actor{Kind: auth.Agent, ID: 3, Workspace: x.us.Workspace, Role: auth.Owner}}
}

// owe approves a refund to a bank account, which is given unless it is "".
func (v *vault) owe(name, iban string, sum int64, currency string) refund.Refund {
	v.t.Helper()
	o, _, err := v.orders.Save(v.t.Context(), v.us, order.New{Shop: v.shop, Number: name, Email: "anna@client.example", Currency: currency, Goods: sum, Total: sum, PlacedAt: v.now})
	must(v.t, err)
	if iban != "" {
		_, err = v.carrier.SavePayee(v.t.Context(), v.us, o.ID, pay.Payee{Name: "Änna " + name, IBAN: iban})
		must(v.t, err)
	}
	r, err := v.refunds.Request(v.t.Context(), v.us, refund.NewRefund{Terms: refund.Terms{Order: o.ID, Currency: currency, Components: ledger.Components{Goods: sum}},
		Payments: []refund.Payment{{ID: name, Provider: "p", Method: "multibanco", Left: sum}}})
	must(v.t, err)
	r, err = v.refunds.Approve(v.t.Context(), v.us, r.ID)
	must(v.t, err)
	return r
}

func (v *vault) collect() pay.Batch {
	v.t.Helper()
	b, err := v.carrier.Collect(v.t.Context(), v.boss, pay.NewBatch{Account: v.account, Format: pay.BySEPA, Currency: "EUR"})
	must(v.t, err)
	return b
}

func (v *vault) is(r refund.Refund, want refund.State) refund.Refund {
	v.t.Helper()
	r, err := v.refunds.Get(v.t.Context(), v.us, r.ID)
	if err != nil || r.State() != want {
		v.t.Fatalf("%s, %v; want %s", r.State(), err, want)
	}
	return r
}

func (v *vault) balanced(arrived int64) {
	v.t.Helper()
	if c, err := v.CheckLedger(v.t.Context(), v.us.Workspace); err != nil || len(c.Problems) > 0 || v.net(v.t, ledger.Bank) != -arrived {
		v.t.Errorf("%+v, %v; the bank lacks %d, want %d", c, err, -v.net(v.t, ledger.Bank), arrived)
	}
}

// entry is a booking of a statement.
func entry(name, sign, sum, code string) string {
	reason := ""
	if code != "" {
		reason = `<RtrInf><Rsn><Cd>` + code + `</Cd></Rsn></RtrInf>`
	}
	return `<Ntry><Amt Ccy="EUR">` + sum + `</Amt><CdtDbtInd>` + sign + `</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls><TxDtls><Refs><EndToEndId>` + name + `</EndToEndId></Refs>` + reason + `</TxDtls></NtryDtls></Ntry>`
}

func (v *vault) hears(entries ...string) pay.Heard {
	v.t.Helper()
	h, err := v.carrier.ReadStatement(v.t.Context(), v.boss, []byte(`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>`+strings.Join(entries, "")+`</Stmt></BkToCstmrStmt></Document>`))
	must(v.t, err)
	return h
}

// What is owed to bank accounts leaves in one file, once, and the file is the same each time; what lacks an account waits
// for it.
func TestTransfersAreInOneFile(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		v, ctx := newVault(t, s), t.Context()
		a, b, c := v.owe("A", "DE89370400440532013000", 2109, "EUR"), v.owe("B", "", 500, "EUR"), v.owe("C", "FR1420041010050500013M02606", 791, "EUR")
		v.settles(t) // nobody but people carries them
		list, err := v.carrier.Waiting(ctx, v.boss)
		must(t, err)
		if len(list) != 3 || !list[0].Known || list[1].Known || list[1].Format != "" || list[0].Format != pay.BySEPA || list[0].Number != "A" || list[0].Payee.Mask() != "DE89 •••• 3000" {
			t.Fatalf("%+v", list)
		}
		x := v.collect()
		if x.Count != 2 || x.Total != 2900 || !x.ExecuteOn.Equal(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)) {
			t.Fatalf("%+v", x)
		}
		file, err := v.carrier.BatchFile(ctx, v.boss, x.ID)
		must(t, err)
		for _, want := range []string{"<CtrlSum>29.00</CtrlSum>", "<EndToEndId>" + pay.EndToEnd(a.ID, 1, 1) + "</EndToEndId>", "<Nm>Anna C</Nm>", "<Ustrd>Refund A</Ustrd>", "<Dt>2026-11-23</Dt>"} {
			if !bytes.Contains(file.Data, []byte(want)) {
				t.Errorf("no %s in %s", want, file.Data)
			}
		}
		v.now = v.now.Add(48 * time.Hour)
		if again, err := v.carrier.BatchFile(ctx, v.boss, x.ID); err != nil || !bytes.Equal(again.Data, file.Data) || again.Name != file.Name {
			t.Errorf("another file: %v", err)
		}
		if _, err := v.carrier.Collect(ctx, v.boss, pay.NewBatch{Account: v.account, Format: pay.BySEPA, Currency: "EUR"}); !errs.Is(err, errs.Conflict) {
			t.Errorf("what is in a file is in another one: %v", err)
		}
		v.is(a, refund.Submitted)
		v.is(b, refund.Approved)
		for range 2 {
			_, err = v.carrier.Sent(ctx, v.boss, x.ID)
			must(t, err)
		}
		v.is(c, refund.Pending)
		if _, err := v.carrier.Withdraw(ctx, v.boss, x.ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("what was sent is withdrawn: %v", err)
		}
		for range 2 {
			_, err = v.carrier.Confirm(ctx, v.boss, x.ID, 1, refund.OutcomeSucceeded, "")
			must(t, err)
		}
		v.is(a, refund.Succeeded)
		_, err = v.carrier.Confirm(ctx, v.boss, x.ID, 2, refund.OutcomeFailed, "AC01")
		must(t, err)
		if r := v.is(c, refund.Failed); r.Allocations[0].Code != "AC01" {
			t.Errorf("%+v", r.Allocations)
		}
		v.balanced(2109)
		got, err := v.carrier.Batch(ctx, v.boss, x.ID)
		if err != nil || got.Transfers[0].State != refund.Succeeded || got.Transfers[1].Code != "AC01" || got.Transfers[1].Payee.IBAN != "FR1420041010050500013M02606" {
			t.Errorf("%+v, %v", got, err)
		}

		// Sent there again it is a new attempt, under another name, in the next file.
		_, err = v.refunds.Resend(ctx, v.boss, c.ID, 1, "again")
		must(t, err)
		y := v.collect()
		if y.Count != 1 || y.Transfers[0].EndToEnd == x.Transfers[1].EndToEnd {
			t.Errorf("%+v", y)
		}
		if got, err := v.carrier.Batch(ctx, v.boss, x.ID); err != nil || !got.Transfers[1].Over || got.Transfers[0].Over {
			t.Errorf("%+v, %v", got.Transfers, err)
		}
		if list, err := v.carrier.Batches(ctx, v.boss, 0, 10); err != nil || len(list) != 2 || list[0].ID != y.ID || list[1].State != pay.BatchSent {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// A file that was withdrawn leaves nothing behind: its transfers are in the next one under other names. If the first was
// sent all the same, nobody pays it again unseen.
func TestAFileIsWithdrawnBeforeItWasSent(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		v, ctx := newVault(t, s), t.Context()
		a, b := v.owe("A", "DE89370400440532013000", 1000, "EUR"), v.owe("B", "DE89370400440532013000", 2000, "EUR")
		x := v.collect()
		for range 2 {
			_, err := v.carrier.Withdraw(ctx, v.boss, x.ID)
			must(t, err)
		}
		v.is(a, refund.Approved)
		if _, err := v.carrier.BatchFile(ctx, v.boss, x.ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("its file can be sent: %v", err)
		}
		if _, err := v.carrier.Sent(ctx, v.boss, x.ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("it was sent: %v", err)
		}
		v.hears(entry(x.Transfers[0].EndToEnd, "DBIT", "10.00", "")) // somebody sent it all the same
		v.is(a, refund.Succeeded)
		y := v.collect()
		if y.Count != 1 || y.Transfers[0].Refund != b.ID {
			t.Errorf("%+v", y.Transfers)
		}
		v.hears(entry(x.Transfers[1].EndToEnd, "DBIT", "20.00", ""), entry(y.Transfers[0].EndToEnd, "DBIT", "20.00", ""))
		if r := v.is(b, refund.Succeeded); len(r.Allocations[0].Twice) != 1 || !r.Stuck() {
			t.Errorf("nobody sees that it was paid twice: %+v", r.Allocations)
		}
		v.balanced(5000)
	})
}

// Statements may be read twice and in any order; a return is a reversal after a success and a failure before, with the
// bank's reason; other sums and other people's transfers change nothing.
func TestStatementsSayWhatBecameOfTransfers(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		v := newVault(t, s)
		a, b, c, d := v.owe("A", "DE89370400440532013000", 1000, "EUR"), v.owe("B", "DE89370400440532013000", 2000, "EUR"), v.owe("C", "DE89370400440532013000", 3000, "EUR"), v.owe("D", "DE89370400440532013000", 4000, "EUR")
		x := v.collect()
		name := func(i int) string { return x.Transfers[i].EndToEnd }
		if h := v.hears(entry(name(0), "DBIT", "10.00", ""), entry(name(1), "DBIT", "20.01", ""), entry("GWOTHER-1-1", "DBIT", "1.00", "")); h.Ours != 1 || h.News != 1 || len(h.Odd) != 1 || h.Odd[0] != name(1) {
			t.Errorf("%+v", h)
		}
		v.is(a, refund.Succeeded)
		v.is(b, refund.Pending) // who reads of one knows that the file was sent
		if h := v.hears(entry(name(0), "DBIT", "10.00", "")); h.Ours != 1 || h.News != 0 {
			t.Errorf("a repeat: %+v", h)
		}
		if h := v.hears(entry(name(0), "CRDT", "10.00", "AC04")); h.Returned != 1 {
			t.Errorf("a return: %+v", h)
		}
		if r := v.is(a, refund.Reversed); r.Allocations[0].Code != "AC04" {
			t.Errorf("%+v", r.Allocations)
		}
		v.hears(entry(name(0), "CRDT", "10.00", "AC04"), entry(name(0), "DBIT", "10.00", ""))
		v.is(a, refund.Reversed)
		v.hears(entry(name(1), "CRDT", "20.00", "AC01")) // the way back is told before the way out
		v.is(b, refund.Failed)
		v.hears(entry(name(1), "DBIT", "20.00", ""))
		v.is(b, refund.Failed)
		_, err := v.carrier.Confirm(t.Context(), v.boss, x.ID, 0, refund.OutcomeSucceeded, "") // what is left of it
		must(t, err)
		v.is(a, refund.Reversed)
		v.is(c, refund.Succeeded)
		v.is(d, refund.Succeeded)
		v.balanced(7000)
	})
}

// A bank may book a batch as one: all of it arrived, if the sum is right.
func TestABatchIsBookedAsOne(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		v := newVault(t, s)
		a, b := v.owe("A", "DE89370400440532013000", 1000, "EUR"), v.owe("B", "DE89370400440532013000", 2000, "EUR")
		x := v.collect()
		whole := func(sum string) string {
			return `<Ntry><Amt Ccy="EUR">` + sum + `</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls><Btch><PmtInfId>` + x.ID.Name() + `</PmtInfId></Btch></NtryDtls></Ntry>`
		}
		if h := v.hears(whole("29.99")); len(h.Odd) != 1 || h.News != 0 {
			t.Errorf("%+v", h)
		}
		v.is(a, refund.Submitted)
		if h := v.hears(whole("30.00")); h.News != 2 {
			t.Errorf("%+v", h)
		}
		v.is(b, refund.Succeeded)
		v.balanced(3000)
	})
}

// What no file carries is on a list for people, in currencies with none, two and three decimals, with the same ends.
func TestOtherCurrenciesAreOnLists(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		v, ctx := newVault(t, s), t.Context()
		for currency, want := range map[string]string{"JPY": ",2109,JPY,", "PLN": ",21.09,PLN,", "KWD": ",2.109,KWD,"} {
			r := v.owe("L"+currency, "DE89370400440532013000", 2109, currency)
			b, err := v.carrier.Collect(ctx, v.boss, pay.NewBatch{Account: v.account, Format: pay.ByList, Currency: currency})
			must(t, err)
			f, err := v.carrier.BatchFile(ctx, v.boss, b.ID)
			if err != nil || !strings.HasSuffix(f.Name, ".csv") || !bytes.Contains(f.Data, []byte(want)) {
				t.Errorf("%s, %v", f.Data, err)
			}
			_, err = v.carrier.Confirm(ctx, v.boss, b.ID, 0, refund.OutcomeSucceeded, "")
			must(t, err)
			v.is(r, refund.Succeeded)
		}
	})
}

// A dispute holds a transfer back, and nothing about transfers is for who may not approve or sees some shops alone.
func TestTransfersAreHeldAndGuarded(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		v, ctx := newVault(t, s), t.Context()
		limited, agent := v.boss, v.boss
		limited.Limits.Shops = []int64{int64(v.shop)}
		agent.Role = auth.AgentRole
		for name, a := range map[string]auth.Actor{"limited": limited, "agent": agent, "customer": {Kind: auth.Customer, ID: 1, Workspace: v.us.Workspace}} {
			_, err1 := v.carrier.Waiting(ctx, a)
			_, err2 := v.carrier.Collect(ctx, a, pay.NewBatch{Account: v.account, Format: pay.BySEPA, Currency: "EUR"})
			_, err3 := v.carrier.Batches(ctx, a, 0, 1)
			_, err4 := v.carrier.BatchFile(ctx, a, 1)
			_, err5 := v.carrier.Withdraw(ctx, a, 1)
			_, err6 := v.carrier.Confirm(ctx, a, 1, 0, refund.OutcomeSucceeded, "")
			_, err7 := v.carrier.ReadStatement(ctx, a, nil)
			_, err8 := v.carrier.Sent(ctx, a, 1)
			for i, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8} {
				if !errs.Is(err, errs.Denied) {
					t.Errorf("%s, verb %d: %v", name, i+1, err)
				}
			}
		}
		r := v.owe("A", "DE89370400440532013000", 1000, "EUR")
		other := auth.ForSystem(storetest.Workspace(t, s))
		if _, err := v.carrier.Payee(ctx, other, r.Order); !errs.Is(err, errs.NotFound) {
			t.Errorf("another house reads the account: %v", err)
		}
		x := v.collect()
		for _, err := range []error{
			second(v.carrier.Batch(ctx, other, x.ID)), second(v.carrier.BatchFile(ctx, other, x.ID)), second(v.carrier.Withdraw(ctx, other, x.ID)), second(v.carrier.Confirm(ctx, other, x.ID, 0, refund.OutcomeSucceeded, "")),
		} {
			if !errs.Is(err, errs.NotFound) {
				t.Errorf("another house: %v", err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

// The customer gives the account of their own order alone, and nobody gives what no bank can take.
func TestWhoseAccountItIs(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		v, ctx := newVault(t, s), t.Context()
		r := v.owe("A", "", 1000, "EUR")
		o, err := v.orders.Get(ctx, v.us, r.Order)
		must(t, err)
		anna := auth.Actor{Kind: auth.Customer, ID: int64(o.Customer), Name: "Anna", Workspace: v.us.Workspace}
		bob := anna
		bob.ID++
		if _, err := v.carrier.SavePayee(ctx, bob, o.ID, pay.Payee{Name: "Bob", IBAN: "DE89370400440532013000"}); !errs.Is(err, errs.NotFound) {
			t.Errorf("another customer: %v", err)
		}
		if _, err := v.carrier.Payee(ctx, anna, o.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("before: %v", err)
		}
		for field, p := range map[string]pay.Payee{
			"name": {IBAN: "DE89370400440532013000"}, "iban": {Name: "Anna", IBAN: "DE88370400440532013000"}, "bic": {Name: "Anna", IBAN: "DE89370400440532013000", BIC: "x"},
			"account": {Name: "Anna", Account: "4111 1111 1111 1111"},
		} {
			_, err := v.carrier.SavePayee(ctx, anna, o.ID, p)
			if fields := errs.Fields(err); len(fields) != 1 || fields[0].Field != field {
				t.Errorf("%+v: %v", p, err)
			}
		}
		var told []string
		v.carrier.Told = func(_ context.Context, of order.Order, p pay.Payee) error {
			told = append(told, of.Number+" "+p.Mask())
			return nil
		}
		for _, p := range []pay.Payee{{Name: " Anna  Schmidt ", IBAN: "de89 3704 0044 0532 0130 00"}, {Name: "Anna Schmidt", Account: "DE89 3704 0044 0532 0130 00"}} {
			if got, err := v.carrier.SavePayee(ctx, anna, o.ID, p); err != nil || got.IBAN != "DE89370400440532013000" || got.Name != "Anna Schmidt" || got.Account != "" {
				t.Errorf("%+v, %v", got, err)
			}
		}
		if got, err := v.carrier.Payee(ctx, v.boss, o.ID); err != nil || got.Mask() != "DE89 •••• 3000" {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := v.carrier.SavePayee(ctx, anna, o.ID, pay.Payee{Name: "Anna", Account: "021000021 / 1234"}); err != nil {
			t.Errorf("a number that is no IBAN: %v", err)
		}
		if want := []string{"A DE89 •••• 3000", "A •••• 1234"}; !slices.Equal(told, want) { // the same account again is no news
			t.Errorf("told %q, want %q", told, want)
		}
	})
}

// Money does not leave for an account that took the place of another before a day is over; the first one waits for nothing,
// nor does the same one again.
func TestAnotherAccountCools(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		v, ctx := newVault(t, s), t.Context()
		r := v.owe("A", "DE89370400440532013000", 1000, "EUR")
		from := func() time.Time {
			t.Helper()
			list, err := v.carrier.Waiting(ctx, v.boss)
			if err != nil || len(list) != 1 {
				t.Fatalf("%+v, %v", list, err)
			}
			return list[0].From
		}
		give := func(iban string) {
			t.Helper()
			_, err := v.carrier.SavePayee(ctx, v.us, r.Order, pay.Payee{Name: "Anna", IBAN: iban})
			must(t, err)
		}
		if at := from(); !at.IsZero() {
			t.Errorf("the first waits until %v", at)
		}
		give("FR7630006000011234567890189")
		want := v.now.Add(pay.Cooling)
		if at := from(); !at.Equal(want.UTC().Truncate(time.Millisecond)) {
			t.Errorf("another waits until %v, want %v", at, want)
		}
		if _, err := v.carrier.Collect(ctx, v.boss, pay.NewBatch{Account: v.account, Format: pay.BySEPA, Currency: "EUR"}); err == nil {
			t.Error("it was collected")
		}
		v.now = v.now.Add(pay.Cooling - time.Hour)
		give("FR7630006000011234567890189")
		if at := from(); !at.Equal(want.UTC().Truncate(time.Millisecond)) {
			t.Errorf("the same again waits until %v, want %v", at, want)
		}
		v.now = v.now.Add(time.Hour)
		if x := v.collect(); len(x.Transfers) != 1 || x.Transfers[0].Payee.IBAN != "FR7630006000011234567890189" {
			t.Errorf("%+v", x.Transfers)
		}
	})
}
