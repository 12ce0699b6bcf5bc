package store

import (
	"context"
	"math"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

var _ recovery.Store = (*Store)(nil)

const recoveryCols = `id, workspace_id, shop_id, against, party, name, cause, state, currency, asked, granted, received, batch, reference, owner_id,
	deadline, reply_by, due_at, created_at, updated_at, ended_at, data`

func recoveryDest(c *recovery.Claim) []any {
	return []any{
		&c.ID, &c.Workspace, ref(&c.Shop), &c.Against, &c.Party, &c.Name, &c.Cause, &c.State, &c.Currency, &c.Asked, &c.Granted, &c.Received, &c.Batch, &c.Reference, ref(&c.Owner),
		at(&c.Deadline), at(&c.ReplyBy), at(&c.DueAt), at(&c.CreatedAt), at(&c.UpdatedAt), at(&c.EndedAt), doc(&c.File),
	}
}

// recoveryClock is the clock of a claim as lists go by it: one without comes last.
func recoveryClock(t time.Time) int64 {
	if t.IsZero() {
		return math.MaxInt64
	}
	return ms(t)
}

// AddRecovery implements recovery.Store.
func (s *Store) AddRecovery(ctx context.Context, c recovery.Claim) error {
	_, err := s.exec(ctx, `INSERT INTO recovery_claim (`+recoveryCols+`, clock) VALUES (`+places(1, 23)+`)`,
		int64(c.ID), int64(c.Workspace), opt(c.Shop), string(c.Against), clean(c.Party), clean(c.Name), string(c.Cause), string(c.State), c.Currency, c.Asked, c.Granted, c.Received,
		clean(c.Batch), clean(c.Reference), opt(c.Owner), ms(c.Deadline), ms(c.ReplyBy), ms(c.DueAt), ms(c.CreatedAt), ms(c.UpdatedAt), ms(c.EndedAt), clean(js(c.File)), recoveryClock(c.Clock()))
	return err
}

// SaveRecovery implements recovery.Store.
func (s *Store) SaveRecovery(ctx context.Context, c recovery.Claim) error {
	return found(s.exec(ctx, `UPDATE recovery_claim SET state=$1, asked=$2, granted=$3, received=$4, reference=$5, owner_id=$6, deadline=$7, reply_by=$8, due_at=$9, updated_at=$10, ended_at=$11,
		data=$12, clock=$13 WHERE workspace_id=$14 AND id=$15`,
		string(c.State), c.Asked, c.Granted, c.Received, clean(c.Reference), opt(c.Owner), ms(c.Deadline), ms(c.ReplyBy), ms(c.DueAt), ms(c.UpdatedAt), ms(c.EndedAt),
		clean(js(c.File)), recoveryClock(c.Clock()), int64(c.Workspace), int64(c.ID)))
}

const recoveryItemCols = `source, shipment_id, tracking, order_id, case_id, sku, title, quantity, value, refunded, at`

func recoveryItemDest(x *recovery.Item) []any {
	return []any{&x.Source, ref(&x.Shipment), &x.Tracking, ref(&x.Order), ref(&x.Case), &x.SKU, &x.Title, &x.Quantity, &x.Value, &x.Refunded, at(&x.At)}
}

// AddRecoveryItem implements recovery.Store.
func (s *Store) AddRecoveryItem(ctx context.Context, c recovery.Claim, x recovery.Item) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO recovery_item (workspace_id, claim_id, against, party, `+recoveryItemCols+`) VALUES (`+places(1, 15)+`) ON CONFLICT DO NOTHING`,
		int64(c.Workspace), int64(c.ID), string(c.Against), clean(c.Party), clean(x.Source), opt(x.Shipment), clean(x.Tracking), opt(x.Order), opt(x.Case), clean(x.SKU), clean(x.Title),
		x.Quantity, x.Value, x.Refunded, ms(x.At))
	return n > 0, err
}

// SaveRecoveryItem implements recovery.Store.
func (s *Store) SaveRecoveryItem(ctx context.Context, c recovery.Claim, x recovery.Item) error {
	return found(s.exec(ctx, `UPDATE recovery_item SET value=$1, refunded=$2 WHERE workspace_id=$3 AND against=$4 AND party=$5 AND source=$6 AND claim_id=$7`,
		x.Value, x.Refunded, int64(c.Workspace), string(c.Against), clean(c.Party), clean(x.Source), int64(c.ID)))
}

// RecoveryOf implements recovery.Store.
func (s *Store) RecoveryOf(ctx context.Context, w auth.WorkspaceID, against recovery.Against, party, source string) (recovery.ID, error) {
	return scalar[recovery.ID](ctx, s.DB, `SELECT claim_id FROM recovery_item WHERE workspace_id=$1 AND against=$2 AND party=$3 AND source=$4`, int64(w), string(against), clean(party), clean(source))
}

// GatheringRecovery implements recovery.Store.
func (s *Store) GatheringRecovery(ctx context.Context, w auth.WorkspaceID, party, batch string, shop order.ShopID, currency string) (recovery.ID, error) {
	return scalar[recovery.ID](ctx, s.DB, `SELECT id FROM recovery_claim WHERE workspace_id=$1 AND against='supplier' AND party=$2 AND batch=$3 AND COALESCE(shop_id, 0)=$4 AND currency=$5
		AND state IN ('collecting', 'ready') ORDER BY id DESC LIMIT 1`, int64(w), clean(party), clean(batch), int64(shop), currency)
}

// Recovery implements recovery.Store.
func (s *Store) Recovery(ctx context.Context, w auth.WorkspaceID, id recovery.ID) (recovery.Claim, error) {
	return s.recovery(ctx, `SELECT `+recoveryCols+` FROM recovery_claim WHERE workspace_id=$1 AND id=$2`, w, id)
}

// HoldRecovery implements recovery.Store.
func (s *Store) HoldRecovery(ctx context.Context, w auth.WorkspaceID, id recovery.ID) (recovery.Claim, error) {
	return s.recovery(ctx, `SELECT `+recoveryCols+` FROM recovery_claim WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, id)
}

func (s *Store) recovery(ctx context.Context, q string, w auth.WorkspaceID, id recovery.ID) (recovery.Claim, error) {
	c, err := one(ctx, s.DB, recoveryDest, q, int64(w), int64(id))
	if err != nil {
		return c, err
	}
	list := []recovery.Claim{c}
	err = s.recoveryItems(ctx, w, list)
	return list[0], err
}

// recoveryItems adds the items of claims, in the order in which they happened.
func (s *Store) recoveryItems(ctx context.Context, w auth.WorkspaceID, list []recovery.Claim) error {
	type row struct {
		claim recovery.ID
		recovery.Item
	}
	ids, place := make([]int64, len(list)), make(map[recovery.ID]int, len(list))
	for i, c := range list {
		ids[i], place[c.ID] = int64(c.ID), i
	}
	rows, err := among(ctx, s.DB, func(r *row) []any { return append([]any{&r.claim}, recoveryItemDest(&r.Item)...) },
		`SELECT claim_id, `+recoveryItemCols+` FROM recovery_item WHERE +workspace_id=$1 AND `, []any{int64(w)}, "claim_id", ids, " ORDER BY claim_id, at, source")
	for _, r := range rows {
		c := &list[place[r.claim]]
		c.Items = append(c.Items, r.Item)
	}
	return err
}

// recoveries adds who sees a list of claims and what its filter says.
func (b *where) recoveries(sc auth.Scope, f recovery.Filter) {
	linked := f.Shipment != 0 || f.Order != 0 || f.Case != 0
	if linked { // few claims: SQLite must not read the workspace for them
		b.add("+workspace_id=$", sc.Workspace)
	} else {
		b.add("workspace_id=$", sc.Workspace)
	}
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "shop_id", sc.Shops))
	}
	if len(f.States) > 0 {
		in := make([]string, len(f.States))
		for i, s := range f.States {
			in[i] = b.param(string(s))
		}
		b.raw("state IN (" + strings.Join(in, ",") + ")")
	}
	if f.ByClock() { // as the index says it
		b.raw("ended_at=0")
	}
	for _, x := range [][2]string{{"against=$", string(f.Against)}, {"party=$", f.Party}, {"batch=$", f.Batch}} {
		if x[1] != "" {
			b.add(x[0], clean(x[1]))
		}
	}
	if f.Owner != 0 {
		b.add("owner_id=$", int64(f.Owner))
	}
	if !f.Since.IsZero() {
		b.add("created_at>=$", ms(f.Since))
	}
	if !f.Until.IsZero() {
		b.add("created_at<$", ms(f.Until))
	}
	if linked {
		in := "id IN (SELECT claim_id FROM recovery_item WHERE +workspace_id=" + b.param(sc.Workspace)
		if f.Shipment != 0 {
			in += " AND shipment_id=" + b.param(int64(f.Shipment))
		}
		if f.Order != 0 {
			in += " AND order_id=" + b.param(int64(f.Order))
		}
		if f.Case != 0 {
			in += " AND case_id=" + b.param(int64(f.Case))
		}
		b.raw(in + ")")
	}
}

// Recoveries implements recovery.Store.
func (s *Store) Recoveries(ctx context.Context, sc auth.Scope, f recovery.Filter, after recovery.Cursor, limit int) ([]recovery.Claim, error) {
	b := &where{}
	b.recoveries(sc, f)
	by := "id DESC"
	switch {
	case f.ByClock():
		by = "clock, id"
		if after.ID != 0 {
			b.raw("(clock, id)>(" + b.param(recoveryClock(after.At)) + "," + b.param(int64(after.ID)) + ")")
		}
	case after.ID != 0:
		b.add("id<$", int64(after.ID))
	}
	list, err := all(long(ctx), s.DB, recoveryDest, `SELECT `+recoveryCols+` FROM recovery_claim WHERE `+b.String()+` ORDER BY `+by+` LIMIT `+b.param(limit), b.args...)
	if err != nil || len(list) == 0 {
		return list, err
	}
	return list, s.recoveryItems(ctx, auth.WorkspaceID(sc.Workspace), list)
}

// RecoverySums implements recovery.Store.
func (s *Store) RecoverySums(ctx context.Context, sc auth.Scope, f recovery.Filter) ([]recovery.Sum, error) {
	b := &where{}
	b.recoveries(sc, f)
	return all(long(ctx), s.DB, func(x *recovery.Sum) []any {
		return []any{&x.State, &x.Currency, &x.Claims, &x.Asked, &x.Granted, &x.Received}
	}, `SELECT state, currency, count(*), CAST(sum(asked) AS BIGINT), CAST(sum(granted) AS BIGINT), CAST(sum(received) AS BIGINT) FROM recovery_claim WHERE `+b.String()+`
		GROUP BY state, currency ORDER BY currency, state`, b.args...)
}

// DueRecoveries implements recovery.Store.
func (s *Store) DueRecoveries(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]recovery.Claim, error) {
	list, err := all(ctx, s.DB, recoveryDest, `SELECT `+recoveryCols+` FROM recovery_claim WHERE workspace_id=$1 AND due_at>0 AND due_at<=$2 ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED`,
		int64(w), ms(now), limit)
	if err != nil || len(list) == 0 {
		return list, err
	}
	return list, s.recoveryItems(ctx, w, list)
}

const recoveryPaymentCols = `id, workspace_id, claim_id, reference, amount, currency, counts, at, actor_kind, actor_id, actor_name, booked_at`

// AddRecoveryPayment implements recovery.Store.
func (s *Store) AddRecoveryPayment(ctx context.Context, p recovery.Payment) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO recovery_payment (`+recoveryPaymentCols+`) VALUES (`+places(1, 12)+`) ON CONFLICT DO NOTHING`,
		int64(p.ID), int64(p.Workspace), int64(p.Claim), clean(p.Reference), p.Paid.Minor, p.Paid.Currency, p.Counts, ms(p.At), string(p.By.Kind), p.By.ID, clean(p.By.Name), ms(p.BookedAt))
	return n > 0, err
}

// RecoveryPayments implements recovery.Store.
func (s *Store) RecoveryPayments(ctx context.Context, w auth.WorkspaceID, id recovery.ID) ([]recovery.Payment, error) {
	return all(ctx, s.DB, func(p *recovery.Payment) []any {
		return []any{&p.ID, &p.Workspace, &p.Claim, &p.Reference, &p.Paid.Minor, &p.Paid.Currency, &p.Counts, at(&p.At), &p.By.Kind, &p.By.ID, &p.By.Name, at(&p.BookedAt)}
	}, `SELECT `+recoveryPaymentCols+` FROM recovery_payment WHERE workspace_id=$1 AND claim_id=$2 ORDER BY id`, int64(w), int64(id))
}

// RecoveryEvents implements recovery.Store.
func (s *Store) RecoveryEvents(ctx context.Context, w auth.WorkspaceID, id recovery.ID) ([]event.Event, error) {
	return all(ctx, s.DB, eventDest, `SELECT `+eventCols+` FROM event WHERE +workspace_id=$1 AND subject_kind='recovery' AND subject_id=$2 ORDER BY id`, int64(w), int64(id))
}
