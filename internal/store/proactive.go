package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/proactive"
	"godwit.dev/godwit/internal/platform/auth"
)

var (
	_ proactive.Store = (*Store)(nil)
	_ ticket.Letters  = (*Store)(nil)
)

// ProactivePolicies implements proactive.Store.
func (s *Store) ProactivePolicies(ctx context.Context, w auth.WorkspaceID) ([]proactive.Policy, error) {
	type row struct {
		proactive.Policy
		occasions string
		gap       int64
	}
	list, err := all(ctx, s.DB, func(r *row) []any {
		return []any{&r.Shop, &r.Workspace, flag(&r.On), &r.occasions, &r.gap, &r.Most, &r.From, &r.Until, at(&r.UpdatedAt)}
	}, `SELECT shop_id, workspace_id, active, occasions, gap, most, from_hour, until_hour, updated_at FROM proactive_policy WHERE workspace_id=$1 ORDER BY shop_id`, w)
	out := make([]proactive.Policy, len(list))
	for i, r := range list {
		out[i] = r.Policy
		out[i].Occasions, out[i].Gap = proactive.ReadOccasions(r.occasions), time.Duration(r.gap)*time.Millisecond
	}
	return out, err
}

// PutProactivePolicy implements proactive.Store.
func (s *Store) PutProactivePolicy(ctx context.Context, p proactive.Policy) error {
	_, err := s.exec(ctx, `INSERT INTO proactive_policy (shop_id, workspace_id, active, occasions, gap, most, from_hour, until_hour, updated_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)
		ON CONFLICT (shop_id) DO UPDATE SET active=excluded.active, occasions=excluded.occasions, gap=excluded.gap, most=excluded.most,
			from_hour=excluded.from_hour, until_hour=excluded.until_hour, updated_at=excluded.updated_at WHERE proactive_policy.workspace_id=excluded.workspace_id`,
		p.Shop, p.Workspace, s.bool(p.On), proactive.Words(p.Occasions), p.Gap.Milliseconds(), p.Most, p.From, p.Until, ms(p.UpdatedAt))
	return err
}

// PromisedOrders implements proactive.Store.
func (s *Store) PromisedOrders(ctx context.Context, w auth.WorkspaceID, after proactive.PromisedOrder, until time.Time, limit int) ([]proactive.PromisedOrder, error) {
	dest := func(p *proactive.PromisedOrder) []any { return []any{at(&p.By), &p.Order} }
	return all(ctx, s.DB, dest, `SELECT promised_by, id FROM orders WHERE workspace_id=$1 AND promised_by>0 AND (promised_by, id)>($2, $3) AND promised_by<=$4 AND status<>'cancelled'
		ORDER BY promised_by, id LIMIT $5`, w, ms(after.By), after.Order, ms(until), limit)
}

const letterCols = `id, workspace_id, shop_id, order_id, shipment_id, occasion, detail, happened_at, state, why, problem, due_at, created_at, sent_at,
	language, recipient, name, sender, key, subject, body, stop`

func letterDest(l *proactive.Letter) []any {
	return []any{
		&l.ID, &l.Workspace, &l.Shop, &l.Order, &l.Shipment, &l.Occasion, &l.Detail, at(&l.HappenedAt), &l.State, &l.Why, &l.Problem, at(&l.DueAt), at(&l.CreatedAt), at(&l.SentAt),
		&l.Language, &l.To, &l.Name, &l.From, &l.Key, &l.Subject, &l.Body, &l.Stop,
	}
}

// PlanLetter implements proactive.Store.
func (s *Store) PlanLetter(ctx context.Context, l proactive.Letter) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO proactive_letter (`+letterCols+`) VALUES (`+places(1, 22)+`) ON CONFLICT DO NOTHING`,
		l.ID, l.Workspace, l.Shop, l.Order, l.Shipment, string(l.Occasion), clean(l.Detail), ms(l.HappenedAt), string(l.State), string(l.Why), clean(l.Problem), ms(l.DueAt), ms(l.CreatedAt), ms(l.SentAt),
		string(l.Language), clean(l.To), clean(l.Name), clean(l.From), clean(l.Key), clean(l.Subject), clean(l.Body), l.Stop)
	return n > 0, err
}

// Letter implements proactive.Store.
func (s *Store) Letter(ctx context.Context, w auth.WorkspaceID, id ticket.MessageID) (proactive.Letter, error) {
	return one(ctx, s.DB, letterDest, `SELECT `+letterCols+` FROM proactive_letter WHERE workspace_id=$1 AND id=$2`, w, id)
}

// Letters implements proactive.Store.
func (s *Store) Letters(ctx context.Context, w auth.WorkspaceID, o order.ID) ([]proactive.Letter, error) {
	return all(ctx, s.DB, letterDest, `SELECT `+letterCols+` FROM proactive_letter WHERE order_id=$1 AND +workspace_id=$2 ORDER BY id`, o, w)
}

// HoldLetters implements proactive.Store.
func (s *Store) HoldLetters(ctx context.Context, w auth.WorkspaceID, o order.ID) ([]proactive.Letter, error) {
	return all(ctx, s.DB, letterDest, `SELECT `+letterCols+` FROM proactive_letter WHERE order_id=$1 AND +workspace_id=$2 ORDER BY id FOR UPDATE`, o, w)
}

// SaveLetter implements proactive.Store.
func (s *Store) SaveLetter(ctx context.Context, l proactive.Letter) error {
	_, err := s.exec(ctx, `UPDATE proactive_letter SET state=$1, why=$2, problem=$3, due_at=$4, sent_at=$5, language=$6, recipient=$7, name=$8, sender=$9, key=$10, subject=$11, body=$12, stop=$13
		WHERE workspace_id=$14 AND id=$15`,
		string(l.State), string(l.Why), clean(l.Problem), ms(l.DueAt), ms(l.SentAt), string(l.Language), clean(l.To), clean(l.Name), clean(l.From), clean(l.Key), clean(l.Subject), clean(l.Body), l.Stop,
		l.Workspace, l.ID)
	return err
}

// LetterAbout implements ticket.Letters.
func (s *Store) LetterAbout(ctx context.Context, w auth.WorkspaceID, id ticket.MessageID) (order.ID, order.ShopID, string, error) {
	l, err := s.Letter(ctx, w, id)
	return l.Order, l.Shop, l.To, err
}

// LetterReturned implements ticket.Letters.
func (s *Store) LetterReturned(ctx context.Context, w auth.WorkspaceID, id ticket.MessageID, problem string) error {
	n, err := s.exec(ctx, `UPDATE proactive_letter SET state=$1, problem=$2 WHERE workspace_id=$3 AND id=$4`, string(proactive.Bounced), clean(problem), w, id)
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "error.not_found")
	}
	return err
}
