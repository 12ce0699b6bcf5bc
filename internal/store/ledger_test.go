package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func yen(n int64) money.Amount { return money.Amount{Minor: n, Currency: "JPY"} }

func keyed(key string, e ledger.Entry) ledger.Entry {
	e.Key, e.Source = key, ledger.Source{Kind: "refund", ID: 1}
	return e
}

func TestBooksKeepWhatIsBooked(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d, other := context.Background(), newDesk(t, s), newDesk(t, s)
		book := ledger.New(ledger.Config{Store: s, IDs: d.ids})
		paid, err := book.Post(ctx, d.w, keyed("paid", ledger.Payment("card", "sandbox", yen(5000))), keyed("asked", ledger.Submit(yen(700))))
		if err != nil {
			t.Fatal(err)
		}
		again, err := book.Post(ctx, d.w, keyed("paid", ledger.Payment("card", "sandbox", yen(5000))))
		if err != nil || again[0].ID != paid[0].ID {
			t.Errorf("told twice: %+v, %v", again, err)
		}
		if _, err := book.Post(ctx, d.w, keyed("paid", ledger.Payment("card", "sandbox", yen(5001)))); !errs.Is(err, errs.Conflict) {
			t.Errorf("another sum under one key: %v", err)
		}
		if _, err := book.Post(ctx, other.w, keyed("paid", ledger.Payment("card", "sandbox", yen(1)))); err != nil {
			t.Errorf("another workspace's key: %v", err)
		}
		for range 2 {
			if _, err := book.Reverse(ctx, d.w, paid[1].ID); err != nil {
				t.Fatal(err)
			}
		}
		want := []ledger.Balance{
			{Account: "clearing.sandbox", Currency: "JPY", Debit: 5000, Lines: 1}, {Account: "payments.card", Currency: "JPY", Credit: 5000, Lines: 1},
			{Account: ledger.RefundsInTransit, Currency: "JPY", Debit: 700, Credit: 700, Lines: 2}, {Account: ledger.RefundsPayable, Currency: "JPY", Debit: 700, Credit: 700, Lines: 2},
		}
		if got, err := book.Balances(ctx, d.owner); err != nil || !slices.Equal(got, want) {
			t.Errorf("balances %+v, %v", got, err)
		}
		if _, err := book.Reverse(ctx, other.w, paid[1].ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("reversed across workspaces: %v", err)
		}
		if got, err := book.EntriesOf(ctx, d.owner, ledger.Source{Kind: "refund", ID: 1}, 0, 10); err != nil || len(got) != 3 || got[2].Reverses != paid[1].ID || len(got[2].Lines) != 2 {
			t.Errorf("entries %+v, %v", got, err)
		}
		for _, who := range []auth.Actor{{Kind: auth.Agent, ID: 2, Workspace: d.w, Role: auth.AgentRole}, {Kind: auth.Agent, ID: 3, Workspace: d.w, Role: auth.Owner, Limits: auth.Limits{Shops: []int64{1}}}} {
			if _, err := book.Balances(ctx, who); !errs.Is(err, errs.Denied) {
				t.Errorf("%+v saw the books: %v", who, err)
			}
		}
	})
}

func TestStatementsArePagedByTheirLines(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		book := ledger.New(ledger.Config{Store: s, IDs: d.ids})
		for i := range 7 {
			if _, err := book.Post(ctx, d.w, keyed(fmt.Sprint(i), ledger.Submit(yen(int64(i+1))))); err != nil {
				t.Fatal(err)
			}
		}
		var got []int64
		for at := (ledger.Cursor{}); ; {
			page, err := book.Statement(ctx, d.owner, ledger.RefundsPayable, "JPY", at, 3)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range page {
				got, at = append(got, p.Amount), ledger.Cursor{Entry: p.Entry, Seq: p.Seq}
			}
			if len(page) < 3 {
				break
			}
		}
		if !slices.Equal(got, []int64{7, 6, 5, 4, 3, 2, 1}) {
			t.Errorf("%v", got)
		}
	})
}

// The database itself refuses what does not add up and keeps what is written, whoever writes to it.
func TestTheDatabaseGuardsTheBooks(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		book := ledger.New(ledger.Config{Store: s, IDs: d.ids})
		posted, err := book.Post(ctx, d.w, keyed("good", ledger.Submit(yen(10))))
		if err != nil {
			t.Fatal(err)
		}
		good := posted[0].ID
		next := func() ledger.ID { return ledger.ID(d.ids.Next()) }
		entry := func(id ledger.ID, lines ...ledger.Line) ledger.Entry {
			return ledger.Entry{ID: id, Workspace: d.w, Key: fmt.Sprint(id), Kind: ledger.Submitted, Lines: lines}
		}
		for name, e := range map[string]ledger.Entry{
			"off by one":     entry(next(), ledger.Line{Account: "bank", Amount: 5, Currency: "JPY"}, ledger.Line{Account: "loss", Amount: -4, Currency: "JPY"}),
			"two currencies": entry(next(), ledger.Line{Account: "bank", Amount: 5, Currency: "JPY"}, ledger.Line{Account: "loss", Amount: -5, Currency: "KRW"}),
			"nothing":        entry(next()),
			"one nothing":    entry(next(), ledger.Line{Account: "bank", Amount: 0, Currency: "JPY"}, ledger.Line{Account: "bank", Amount: 0, Currency: "JPY"}),
		} {
			if err := s.AddEntry(ctx, e); err == nil {
				t.Errorf("%s was booked", name)
			}
		}
		write, _ := s.Pools()
		for _, text := range []string{
			fmt.Sprintf(`UPDATE ledger_line SET amount=amount*2 WHERE entry_id=%d`, good),
			fmt.Sprintf(`DELETE FROM ledger_line WHERE entry_id=%d`, good),
			fmt.Sprintf(`UPDATE ledger_entry SET at=0 WHERE id=%d`, good),
			fmt.Sprintf(`DELETE FROM ledger_entry WHERE id=%d`, good),
			fmt.Sprintf(`INSERT INTO ledger_line (entry_id, seq, workspace_id, account, currency, amount) VALUES (%d, 9, %d, 'bank', 'JPY', 1)`, good, d.w),
			fmt.Sprintf(`INSERT INTO ledger_line (entry_id, seq, workspace_id, account, currency, amount) VALUES (%d, 1, %d, 'bank', 'JPY', 1)`, next(), d.w),
			fmt.Sprintf(`INSERT INTO ledger_entry (id, workspace_id, key, kind, source_kind, source_id, at, booked_at) VALUES (%d, %d, 'empty', 'x', '', 0, 0, 0)`, next(), d.w),
		} {
			if _, err := write.Exec(text); err == nil {
				t.Errorf("accepted: %s", text)
			}
		}
		if c, err := s.CheckLedger(ctx, d.w); err != nil || len(c.Problems) > 0 || c.Entries != 1 {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

func TestTheBooksAreAddedUpAgain(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		book := ledger.New(ledger.Config{Store: s, IDs: d.ids})
		if _, err := book.Post(ctx, d.w, keyed("good", ledger.Submit(yen(10)))); err != nil {
			t.Fatal(err)
		}
		write, _ := s.Pools()
		if _, err := write.Exec(`UPDATE ledger_balance SET debit=debit+3 WHERE account='refunds_payable'`); err != nil {
			t.Fatal(err)
		}
		c, err := s.CheckLedger(ctx, d.w)
		if err != nil || len(c.Problems) != 1 || !strings.Contains(c.Problems[0], "refunds_payable in JPY is off by 3") {
			t.Errorf("%+v, %v", c, err)
		}
	})
}
