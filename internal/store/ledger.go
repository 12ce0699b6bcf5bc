package store

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ ledger.Store = (*Store)(nil)

const (
	entryCols  = `id, workspace_id, key, kind, source_kind, source_id, reverses_id, at, booked_at`
	postedCols = `l.entry_id, l.seq, l.account, l.amount, l.currency, e.key, e.kind, e.source_kind, e.source_id, e.at`
)

func entryDest(e *ledger.Entry) []any {
	return []any{&e.ID, &e.Workspace, &e.Key, &e.Kind, &e.Source.Kind, &e.Source.ID, ref(&e.Reverses), at(&e.At), at(&e.BookedAt)}
}

func postedDest(p *ledger.Posted) []any {
	return []any{&p.Entry, &p.Seq, &p.Account, &p.Amount, &p.Currency, &p.Key, &p.Kind, &p.Source.Kind, &p.Source.ID, at(&p.At)}
}

// AddEntry implements ledger.Store. The lines go first: the entry closes them.
func (s *Store) AddEntry(ctx context.Context, e ledger.Entry) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		for i, l := range e.Lines {
			if _, err := s.exec(ctx, `INSERT INTO ledger_line (entry_id, seq, workspace_id, account, currency, amount) VALUES ($1,$2,$3,$4,$5,$6)`,
				int64(e.ID), i, int64(e.Workspace), string(l.Account), l.Currency, l.Amount); err != nil {
				return err
			}
		}
		if _, err := s.exec(ctx, `INSERT INTO ledger_entry (`+entryCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)`,
			int64(e.ID), int64(e.Workspace), e.Key, string(e.Kind), e.Source.Kind, e.Source.ID, opt(e.Reverses), ms(e.At), ms(e.BookedAt)); err != nil {
			return err
		}
		for _, b := range ledger.Balances(e) { // in one order for everybody, so that two never wait for each other
			if _, err := s.exec(ctx, `INSERT INTO ledger_balance (workspace_id, account, currency, debit, credit, lines) VALUES ($1,$2,$3,$4,$5,$6)
				ON CONFLICT (workspace_id, account, currency) DO UPDATE SET debit=ledger_balance.debit+excluded.debit,
					credit=ledger_balance.credit+excluded.credit, lines=ledger_balance.lines+excluded.lines`,
				int64(e.Workspace), string(b.Account), b.Currency, b.Debit, b.Credit, b.Lines); err != nil {
				return err
			}
		}
		return nil
	})
}

// EntryByKey implements ledger.Store.
func (s *Store) EntryByKey(ctx context.Context, w auth.WorkspaceID, key string) (ledger.Entry, error) {
	e, err := one(ctx, s.DB, entryDest, `SELECT `+entryCols+` FROM ledger_entry WHERE workspace_id=$1 AND key=$2`, w, key)
	return s.withLines(ctx, w, e, err)
}

// Entry implements ledger.Store.
func (s *Store) Entry(ctx context.Context, w auth.WorkspaceID, id ledger.ID) (ledger.Entry, error) {
	e, err := one(ctx, s.DB, entryDest, `SELECT `+entryCols+` FROM ledger_entry WHERE workspace_id=$1 AND id=$2`, w, int64(id))
	return s.withLines(ctx, w, e, err)
}

func (s *Store) withLines(ctx context.Context, w auth.WorkspaceID, e ledger.Entry, err error) (ledger.Entry, error) {
	if err != nil {
		return e, err
	}
	list := []ledger.Entry{e}
	err = s.fillEntries(ctx, w, list)
	return list[0], err
}

// fillEntries reads the lines of entries, in one query.
func (s *Store) fillEntries(ctx context.Context, w auth.WorkspaceID, list []ledger.Entry) error {
	type row struct {
		entry int64
		ledger.Line
	}
	keys, place := make([]int64, len(list)), map[int64]int{}
	for i, e := range list {
		keys[i], place[int64(e.ID)] = int64(e.ID), i
	}
	rows, err := among(ctx, s.DB, func(r *row) []any { return []any{&r.entry, &r.Account, &r.Amount, &r.Currency} },
		`SELECT entry_id, account, amount, currency FROM ledger_line WHERE workspace_id=$1 AND `, []any{w}, "entry_id", keys, ` ORDER BY entry_id, seq`)
	for _, r := range rows {
		e := &list[place[r.entry]]
		e.Lines = append(e.Lines, r.Line)
	}
	return err
}

// EntriesOf implements ledger.Store.
func (s *Store) EntriesOf(ctx context.Context, w auth.WorkspaceID, src ledger.Source, after ledger.ID, limit int) ([]ledger.Entry, error) {
	list, err := all(ctx, s.DB, entryDest, `SELECT `+entryCols+` FROM ledger_entry WHERE workspace_id=$1 AND source_kind=$2 AND source_id=$3 AND id>$4 ORDER BY id LIMIT $5`,
		w, src.Kind, src.ID, int64(after), limit)
	if err != nil {
		return nil, err
	}
	return list, s.fillEntries(ctx, w, list)
}

// Statement implements ledger.Store.
func (s *Store) Statement(ctx context.Context, w auth.WorkspaceID, a ledger.Account, currency string, before ledger.Cursor, limit int) ([]ledger.Posted, error) {
	b := &where{}
	b.add("l.workspace_id=$", w)
	b.add("l.account=$", string(a))
	b.add("l.currency=$", currency)
	if before != (ledger.Cursor{}) {
		b.raw("(l.entry_id, l.seq)<(" + b.param(int64(before.Entry)) + "," + b.param(before.Seq) + ")")
	}
	return all(long(ctx), s.DB, postedDest, `SELECT `+postedCols+` FROM ledger_line l JOIN ledger_entry e ON e.id=l.entry_id WHERE `+b.String()+
		` ORDER BY l.entry_id DESC, l.seq DESC LIMIT `+b.param(limit), b.args...)
}

const balanceCols = `account, currency, debit, credit, lines`

func balanceDest(b *ledger.Balance) []any {
	return []any{&b.Account, &b.Currency, &b.Debit, &b.Credit, &b.Lines}
}

// Balances implements ledger.Store.
func (s *Store) Balances(ctx context.Context, w auth.WorkspaceID) ([]ledger.Balance, error) {
	return all(ctx, s.DB, balanceDest, `SELECT `+balanceCols+` FROM ledger_balance WHERE workspace_id=$1 ORDER BY account, currency`, w)
}

// LedgerCheck is what adding up the books of a workspace found.
type LedgerCheck struct {
	Entries  int64
	Problems []string
}

// CheckLedger adds up every line of a workspace again: each entry in each currency, and each account against its
// balance. It reads all of them, and may run beside whoever books.
func (s *Store) CheckLedger(ctx context.Context, w auth.WorkspaceID) (LedgerCheck, error) {
	var c LedgerCheck
	var err error
	ctx = long(ctx)
	if c.Entries, err = scalar[int64](ctx, s.DB, `SELECT count(*) FROM ledger_entry WHERE workspace_id=$1`, w); err != nil {
		return c, err
	}
	type slant struct {
		entry    int64
		currency string
		off      int64
	}
	slants, err := all(ctx, s.DB, func(x *slant) []any { return []any{&x.entry, &x.currency, &x.off} }, `SELECT entry_id, currency, cast(sum(amount) AS BIGINT)
		FROM ledger_line WHERE workspace_id=$1 GROUP BY entry_id, currency HAVING sum(amount)<>0 ORDER BY entry_id LIMIT 20`, w)
	if err != nil {
		return c, err
	}
	for _, x := range slants {
		c.Problems = append(c.Problems, fmt.Sprintf("entry %d is out of balance by %d %s", x.entry, x.off, x.currency))
	}
	// One statement sees lines and balances at one moment.
	apart, err := all(ctx, s.DB, balanceDest, `SELECT account, currency, cast(sum(debit) AS BIGINT), cast(sum(credit) AS BIGINT), cast(sum(lines) AS BIGINT) FROM (
			SELECT account, currency, debit, credit, lines FROM ledger_balance WHERE workspace_id=$1
			UNION ALL SELECT account, currency, CASE WHEN amount>0 THEN -amount ELSE 0 END, CASE WHEN amount<0 THEN amount ELSE 0 END, -1 FROM ledger_line WHERE workspace_id=$1
		) x GROUP BY account, currency HAVING sum(debit)<>0 OR sum(credit)<>0 OR sum(lines)<>0 ORDER BY account, currency LIMIT 20`, w)
	for _, b := range apart {
		c.Problems = append(c.Problems, fmt.Sprintf("the balance of %s in %s is off by %d from its lines", b.Account, b.Currency, b.Net()))
	}
	return c, err
}
