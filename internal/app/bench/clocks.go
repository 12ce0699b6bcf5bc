package bench

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/clocks"
)

const (
	firedClocks = 400
	firedEvery  = 20 * time.Millisecond
	firedAfter  = 2 * time.Second
)

// clocks measures, while every ticket has four open clocks, what it takes to look whether one rings, and how long after
// its instant a due one is told of: by the program as it runs, until others can read the event.
func (b *bench) clocks(ctx context.Context) (err error) {
	const name = "open clocks"
	if !b.wanted(name) {
		return nil
	}
	write, _ := b.core.Store.Pools()
	clear := fmt.Sprintf(`DELETE FROM ticket_clock WHERE workspace_id=%d`, b.space.ID)
	if _, err := write.ExecContext(ctx, clear); err != nil {
		return fmt.Errorf("load clocks: %w", err)
	}
	defer func() { // or the next run on this database would be told of all of them
		if _, cerr := write.ExecContext(context.WithoutCancel(ctx), clear); err == nil {
			err = cerr
		}
	}()
	began := b.core.Now()
	all := int64(0)
	for _, target := range promise.Targets() {
		due := fmt.Sprintf("%d+number*100", began.Add(time.Hour).UnixMilli())
		res, err := write.ExecContext(ctx, `INSERT INTO ticket_clock (ticket_id, target, workspace_id, rule, place, calendar, thread_id, minutes, from_at, soon_at, due_at, rest, paused, stage, next_at)
			SELECT id, '`+string(target)+`', workspace_id, 'Everybody', 0, '', id, 480, created_at, 0, `+due+`, 0, '', 0, `+due+fmt.Sprintf(` FROM ticket WHERE workspace_id=%d`, b.space.ID))
		if err != nil {
			return fmt.Errorf("load clocks: %w", err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			return fmt.Errorf("load clocks: %w", err)
		}
		all += n
	}
	if err := b.core.Store.Settle(ctx); err != nil {
		return err
	}
	b.Say("%d open clocks, loaded in %v", all, time.Since(began).Round(time.Millisecond))
	if err := b.run(ctx, name+": look", func(ctx context.Context, _ int) error {
		list, err := b.core.Store.Ringing(ctx, began, 100)
		if err == nil && len(list) > 0 {
			err = fmt.Errorf("%d clocks ring", len(list))
		}
		return err
	}); err != nil {
		return err
	}
	lags, err := b.fire(ctx)
	if err != nil {
		return fmt.Errorf("measure %s: %w", name, err)
	}
	b.Say("  %d came due, one each %v; told at most %v after", len(lags), firedEvery, slices.Max(lags).Round(time.Millisecond))
	r := summary(lags, firedClocks*firedEvery)
	r.Name, r.Clients = name+": due until told", 1
	b.results = append(b.results, r)
	return nil
}

// fire has clocks come due one after the other, and returns how long after its instant the event of each could be read.
func (b *bench) fire(ctx context.Context) ([]time.Duration, error) {
	write, read := b.core.Store.Pools()
	rows, err := read.QueryContext(ctx, fmt.Sprintf(`SELECT ticket_id FROM ticket_clock WHERE workspace_id=%d AND target='%s' LIMIT %d`, b.space.ID, promise.First, firedClocks))
	if err != nil {
		return nil, err
	}
	tickets, err := ticketIDs(rows)
	if err != nil {
		return nil, err
	}
	after := b.core.IDs.Next()
	due := map[ticket.ID]time.Time{}
	begin := b.core.Now().Add(firedAfter).Truncate(time.Millisecond)
	tx, err := write.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	for i, id := range tickets {
		due[id] = begin.Add(time.Duration(i) * firedEvery)
		ms := due[id].UnixMilli()
		if _, err := tx.ExecContext(ctx, fmt.Sprintf(`UPDATE ticket_clock SET due_at=%d, next_at=%d WHERE ticket_id=%d AND target='%s'`, ms, ms, id, promise.First)); err != nil {
			return nil, err
		}
	}
	if err := tx.Commit(); err != nil {
		return nil, err
	}
	var lags []time.Duration
	seen := fmt.Sprintf(`SELECT ticket_id FROM event WHERE workspace_id=%d AND id>%d AND kind='%s'`, b.space.ID, after, clocks.BrokenKind)
	for end := begin.Add(time.Duration(len(tickets))*firedEvery + time.Minute); len(due) > 0 && b.core.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		rows, err := read.QueryContext(ctx, seen)
		if err != nil {
			return nil, err
		}
		told, err := ticketIDs(rows)
		if err != nil {
			return nil, err
		}
		now := b.core.Now()
		for _, id := range told {
			if at, open := due[id]; open {
				lags = append(lags, now.Sub(at))
				delete(due, id)
			}
		}
	}
	if len(due) > 0 || len(lags) == 0 {
		return nil, fmt.Errorf("%d of %d clocks were never told of", len(due), len(tickets))
	}
	return lags, nil
}

// ticketIDs reads one column.
func ticketIDs(rows *sql.Rows) (out []ticket.ID, err error) {
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, ticket.ID(id))
	}
	return out, rows.Err()
}
