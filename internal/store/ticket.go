package store

import (
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

const ticketCols = `id, workspace_id, number, version, channel, mailbox_id, shop_id, customer_id, order_id, subject, preview, language,
	topic, status, bucket, waiting, priority, assignee_id, team_id, tags, fields, snoozed_until, wake_on_reply, merged_into, follow_up_of,
	messages, unread, reopened, last_at, last_inbound_at, last_outbound_at, created_at, solved_at, mood, alarm, due_at`

type spamCol struct{ v *bool }

func (c spamCol) Scan(src any) error { *c.v = src == string(ticket.InSpam); return nil }

func ticketDest(t *ticket.Ticket) []any {
	return []any{&t.ID, &t.Workspace, &t.Number, &t.Version, &t.Channel, ref(&t.Mailbox), ref(&t.Shop), &t.Customer, ref(&t.Order),
		&t.Subject, &t.Preview, &t.Language, &t.Topic, &t.Status, spamCol{&t.Spam}, &t.Waiting, &t.Priority, ref(&t.Assignee), ref(&t.Team),
		doc(&t.Tags), doc(&t.Fields), at(&t.SnoozedUntil), flag(&t.WakeOnReply), ref(&t.MergedInto), ref(&t.FollowUpOf), &t.Messages,
		flag(&t.Unread), &t.Reopened, at(&t.LastAt), at(&t.LastInboundAt), at(&t.LastOutboundAt), at(&t.CreatedAt), at(&t.SolvedAt), &t.Mood, &t.Alarm, dueCol{&t.DueAt}}
}

func (s *Store) ticketVals(t *ticket.Ticket) []any {
	tags, fields := t.Tags, t.Fields
	if tags == nil {
		tags = []string{}
	}
	if fields == nil {
		fields = map[string]string{}
	}
	return []any{t.ID, t.Workspace, t.Number, t.Version, t.Channel, opt(t.Mailbox), opt(t.Shop), t.Customer, opt(t.Order),
		clean(t.Subject), clean(t.Preview), t.Language, t.Topic, t.Status, t.Bucket(), t.Waiting, t.Priority, opt(t.Assignee), opt(t.Team),
		js(tags), js(fields), optMS(t.SnoozedUntil), s.bool(t.WakeOnReply), opt(t.MergedInto), opt(t.FollowUpOf), t.Messages,
		s.bool(t.Unread), t.Reopened, ms(t.LastAt), optMS(t.LastInboundAt), optMS(t.LastOutboundAt), ms(t.CreatedAt), optMS(t.SolvedAt), t.Mood, t.Alarm, dueMS(t.DueAt)}
}

// NextNumber returns the next ticket number of a workspace.
func (s *Store) NextNumber(ctx context.Context, w auth.WorkspaceID) (int64, error) {
	var n int64
	err := s.InTx(ctx, func(ctx context.Context) (err error) { // what returns rows outside of one is read from another pool
		n, err = scalar[int64](ctx, s.DB, `INSERT INTO counter (workspace_id, name, value) VALUES ($1,'ticket',1)
			ON CONFLICT (workspace_id, name) DO UPDATE SET value=counter.value+1 RETURNING value`, w)
		return err
	})
	return n, err
}

// AddTicket inserts a ticket.
func (s *Store) AddTicket(ctx context.Context, t ticket.Ticket) error {
	if _, err := s.exec(ctx, `INSERT INTO ticket (`+ticketCols+`) VALUES (`+places(1, 36)+`)`, s.ticketVals(&t)...); err != nil {
		return err
	}
	return s.setTags(ctx, &t, nil)
}

// SaveTicket writes a ticket if nobody else did since it was read.
func (s *Store) SaveTicket(ctx context.Context, t *ticket.Ticket) error {
	old, err := one(ctx, s.DB, func(v *[]string) []any { return []any{doc(v)} },
		`SELECT tags FROM ticket WHERE workspace_id=$1 AND id=$2`, t.Workspace, t.ID)
	if err != nil {
		return err
	}
	before := t.Version
	t.Version++
	n, err := s.exec(ctx, `UPDATE ticket SET version=$1, mailbox_id=$2, shop_id=$3, customer_id=$4, order_id=$5, subject=$6, preview=$7, language=$8,
		topic=$9, status=$10, bucket=$11, waiting=$12, priority=$13, assignee_id=$14, team_id=$15, tags=$16, fields=$17, snoozed_until=$18,
		wake_on_reply=$19, merged_into=$20, messages=$21, unread=$22, reopened=$23, last_at=$24, last_inbound_at=$25, last_outbound_at=$26,
		solved_at=$27, mood=$28, alarm=$29 WHERE workspace_id=$30 AND id=$31 AND version=$32`,
		append(saved(s.ticketVals(t)), t.Workspace, t.ID, before)...)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.New(errs.Conflict, "error.ticket_changed")
	}
	if slices.Equal(old, t.Tags) {
		return nil
	}
	return s.setTags(ctx, t, old)
}

// saved picks from the values of an insert those that an update writes. When a promise is
// due is written by SetDue alone.
func saved(v []any) []any {
	out := []any{v[3]} // version
	out = append(out, v[5:24]...)
	out = append(out, v[25:31]...)
	return append(out, v[32:35]...)
}

// setTags brings the index of tags in line with the ticket.
func (s *Store) setTags(ctx context.Context, t *ticket.Ticket, old []string) error {
	for _, tag := range old {
		if !slices.Contains(t.Tags, tag) {
			if _, err := s.exec(ctx, `DELETE FROM ticket_tag WHERE workspace_id=$1 AND tag=$2 AND ticket_id=$3`, t.Workspace, tag, t.ID); err != nil {
				return err
			}
		}
	}
	for _, tag := range t.Tags {
		if !slices.Contains(old, tag) {
			if _, err := s.exec(ctx, `INSERT INTO ticket_tag (workspace_id, tag, ticket_id) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING`, t.Workspace, tag, t.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// Ticket returns a ticket, locked until the end of the transaction if there is one.
func (s *Store) Ticket(ctx context.Context, w auth.WorkspaceID, id ticket.ID) (ticket.Ticket, error) {
	lock := ""
	if from(ctx) != nil {
		lock = " FOR UPDATE"
	}
	return one(ctx, s.DB, ticketDest, `SELECT `+ticketCols+` FROM ticket WHERE workspace_id=$1 AND id=$2`+lock, w, id)
}

// TicketByNumber returns the ticket with a number.
func (s *Store) TicketByNumber(ctx context.Context, w auth.WorkspaceID, n int64) (ticket.Ticket, error) {
	return one(ctx, s.DB, ticketDest, `SELECT `+ticketCols+` FROM ticket WHERE workspace_id=$1 AND number=$2`, w, n)
}

// TicketsByID returns those of the tickets that exist. The + keeps SQLite, which
// has no statistics, from reading the whole workspace by one of its indexes.
func (s *Store) TicketsByID(ctx context.Context, w auth.WorkspaceID, ids []ticket.ID) ([]ticket.Ticket, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := []any{w}
	for _, id := range pad(ids) {
		args = append(args, id)
	}
	return all(ctx, s.DB, ticketDest, `SELECT `+ticketCols+` FROM ticket WHERE +workspace_id=$1 AND id IN (`+places(2, len(args)-1)+`)`, args...)
}

// pad repeats the last value up to a power of two, so that lists of many
// lengths share few statement texts.
func pad[T any](v []T) []T {
	n := 1
	for n < len(v) {
		n *= 2
	}
	out := slices.Clone(v)
	for len(out) < n {
		out = append(out, v[len(v)-1])
	}
	return out
}

// TicketsOfCustomer returns the newest tickets of a customer within a scope.
func (s *Store) TicketsOfCustomer(ctx context.Context, sc auth.Scope, c customer.ID, limit int) ([]ticket.Ticket, error) {
	b := &where{}
	b.add(`customer_id=$`, c)
	b.add(`workspace_id=$`, sc.Workspace)
	b.scope(sc, "")
	b.args = append(b.args, limit)
	return all(ctx, s.DB, ticketDest, `SELECT `+ticketCols+` FROM ticket WHERE `+b.String()+` ORDER BY last_at DESC LIMIT `+b.last(), b.args...)
}

// TicketsOfOrder implements ticket.Store.
func (s *Store) TicketsOfOrder(ctx context.Context, w auth.WorkspaceID, o order.ID, limit int) ([]ticket.Ticket, error) {
	return all(ctx, s.DB, ticketDest, `SELECT `+ticketCols+` FROM ticket WHERE order_id=$1 AND +workspace_id=$2 ORDER BY last_at DESC LIMIT $3`, o, w, limit)
}

// RaiseOnce implements ticket.Store.
func (s *Store) RaiseOnce(ctx context.Context, w auth.WorkspaceID, o order.ID, key string) error {
	n, err := s.exec(ctx, `INSERT INTO ticket_case (workspace_id, key, order_id) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING`, w, clean(key), o)
	if err == nil && n == 0 {
		err = ticket.ErrRaised
	}
	return err
}

// OpenTicketFor returns a customer's newest tickets that are not closed.
func (s *Store) OpenTicketFor(ctx context.Context, w auth.WorkspaceID, c customer.ID, since time.Time, limit int) ([]ticket.Ticket, error) {
	return all(ctx, s.DB, ticketDest, `SELECT `+ticketCols+` FROM ticket
		WHERE customer_id=$1 AND last_at>=$2 AND workspace_id=$3 AND status<>'closed' AND bucket<>'spam' ORDER BY last_at DESC LIMIT $4`, c, ms(since), w, limit)
}

// FollowUps returns the numbers of the tickets that follow one up.
func (s *Store) FollowUps(ctx context.Context, w auth.WorkspaceID, t ticket.ID) ([]int64, error) {
	return all(ctx, s.DB, func(n *int64) []any { return []any{n} },
		`SELECT number FROM ticket WHERE follow_up_of=$1 AND +workspace_id=$2 ORDER BY number LIMIT 50`, t, w)
}

// DueSnoozed returns tickets of all workspaces whose snooze is over.
func (s *Store) DueSnoozed(ctx context.Context, now time.Time, limit int) ([]ticket.Ticket, error) {
	return all(ctx, s.DB, ticketDest, `SELECT `+ticketCols+` FROM ticket WHERE snoozed_until<=$1 ORDER BY snoozed_until LIMIT $2`, ms(now), limit)
}

func participantDest(p *ticket.Participant) []any {
	return []any{&p.Address, &p.Name, flag(&p.Verified)}
}

// AddParticipants adds addresses to a ticket; one that is there becomes verified
// if it now is, and keeps its name.
func (s *Store) AddParticipants(ctx context.Context, w auth.WorkspaceID, t ticket.ID, people []ticket.Participant) error {
	for _, p := range people {
		_, err := s.exec(ctx, `INSERT INTO participant (ticket_id, workspace_id, address, name, verified) VALUES ($1,$2,$3,$4,$5)
			ON CONFLICT (ticket_id, address) DO UPDATE SET verified=CASE WHEN participant.verified THEN participant.verified ELSE excluded.verified END
			WHERE participant.verified<>excluded.verified`,
			t, w, clean(p.Address), clean(p.Name), s.bool(p.Verified))
		if err != nil {
			return err
		}
	}
	return nil
}

// Participants returns the participants of a ticket, verified ones first.
func (s *Store) Participants(ctx context.Context, w auth.WorkspaceID, t ticket.ID) ([]ticket.Participant, error) {
	return all(ctx, s.DB, participantDest, `SELECT address, name, verified FROM participant WHERE ticket_id=$1 AND workspace_id=$2
		ORDER BY verified DESC, address LIMIT 200`, t, w)
}

// MoveParticipants copies participants to another ticket and returns those that
// it did not have.
func (s *Store) MoveParticipants(ctx context.Context, w auth.WorkspaceID, a, b ticket.ID) ([]ticket.Participant, error) {
	src, err := s.Participants(ctx, w, a)
	if err != nil {
		return nil, err
	}
	dst, err := s.Participants(ctx, w, b)
	if err != nil {
		return nil, err
	}
	var added []ticket.Participant
	for _, p := range src {
		if !slices.ContainsFunc(dst, func(x ticket.Participant) bool { return x.Address == p.Address }) {
			added = append(added, p)
		}
	}
	return added, s.AddParticipants(ctx, w, b, added)
}

// RemoveParticipants takes addresses off a ticket.
func (s *Store) RemoveParticipants(ctx context.Context, w auth.WorkspaceID, t ticket.ID, addresses []string) error {
	for _, a := range addresses {
		if _, err := s.exec(ctx, `DELETE FROM participant WHERE ticket_id=$1 AND workspace_id=$2 AND address=$3`, t, w, a); err != nil {
			return err
		}
	}
	return nil
}

func sideDest(x *ticket.Side) []any {
	return []any{&x.ID, &x.Workspace, &x.Ticket, &x.Kind, &x.Address, &x.Name, &x.Subject, at(&x.CreatedAt)}
}

const sideCols = `id, workspace_id, ticket_id, kind, address, name, subject, created_at`

// AddSide inserts a side conversation.
func (s *Store) AddSide(ctx context.Context, x ticket.Side) error {
	_, err := s.exec(ctx, `INSERT INTO side (`+sideCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`,
		x.ID, x.Workspace, x.Ticket, x.Kind, x.Address, clean(x.Name), clean(x.Subject), ms(x.CreatedAt))
	return err
}

// Side returns one side conversation.
func (s *Store) Side(ctx context.Context, w auth.WorkspaceID, id ticket.SideID) (ticket.Side, error) {
	return one(ctx, s.DB, sideDest, `SELECT `+sideCols+` FROM side WHERE workspace_id=$1 AND id=$2`, w, id)
}

// Sides returns the side conversations of a ticket.
func (s *Store) Sides(ctx context.Context, w auth.WorkspaceID, t ticket.ID) ([]ticket.Side, error) {
	return all(ctx, s.DB, sideDest, `SELECT `+sideCols+` FROM side WHERE ticket_id=$1 AND workspace_id=$2 ORDER BY id LIMIT 100`, t, w)
}
