package store

import (
	"context"
	"fmt"
	"strings"

	"godwit.dev/godwit/internal/base/term"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// workspaceTerm is the term that every message of a workspace is indexed under.
func workspaceTerm(w auth.WorkspaceID) string { return fmt.Sprintf("w%d", w) }

// The number of matching messages read for one page of tickets, and how many
// times more are read when they belong to few tickets.
const (
	searchChunk  = 150
	searchRounds = 4
	rankedChunk  = 400
	// PostgreSQL: how many of the newest messages are looked at first, and how many
	// of them must match for the older ones to be looked at in turn.
	searchSample = 300
	searchCommon = 3
)

type match struct {
	message ticket.MessageID
	ticket  ticket.ID
}

func matchDest(m *match) []any { return []any{&m.message, &m.ticket} }

// Search finds tickets by their messages.
func (s *Store) Search(ctx context.Context, q ticket.SearchQuery) (ticket.SearchPage, error) {
	ctx = long(ctx)
	tq := term.ParseQuery(q.Text)
	if q.Text != "" && tq.Empty() {
		return ticket.SearchPage{}, nil
	}
	if q.Ranked && q.Text != "" {
		return s.searchRanked(ctx, q, tq)
	}
	var page ticket.SearchPage
	var order []ticket.ID
	best := map[ticket.ID]*ticket.SearchHit{}
	cursor := q.Cursor
	for range searchRounds {
		found, err := s.matches(ctx, q, tq, cursor)
		if err != nil {
			return page, err
		}
		shown, err := s.shown(ctx, q, tq, found)
		if err != nil {
			return page, err
		}
		for _, m := range found {
			if shown[m.ticket] {
				cursor = m.message
				continue
			}
			if h := best[m.ticket]; h != nil {
				h.Matches++
				cursor = m.message
				continue
			}
			if len(order) == q.Limit {
				page.More, page.Next = true, cursor
				return page, s.fillHits(ctx, q, &page, order, best)
			}
			order = append(order, m.ticket)
			best[m.ticket] = &ticket.SearchHit{Message: ticket.Message{ID: m.message}, Matches: 1}
			cursor = m.message
		}
		if len(found) < searchChunk {
			return page, s.fillHits(ctx, q, &page, order, best)
		}
	}
	page.More, page.Next = true, cursor
	return page, s.fillHits(ctx, q, &page, order, best)
}

// shown tells which tickets of some matches stand on an earlier page, by a newer
// message that matches as well.
func (s *Store) shown(ctx context.Context, q ticket.SearchQuery, tq term.Query, found []match) (map[ticket.ID]bool, error) {
	if q.Cursor == 0 || len(found) == 0 {
		return nil, nil
	}
	b := &where{}
	table := "message m JOIN ticket t ON t.id=m.ticket_id"
	switch {
	case q.Text != "" && s.lite:
		// From the index to the messages: what is newer than the cursor is no more
		// than was paged through, while each look-up in the index costs a query.
		table = "message_term CROSS JOIN message m ON m.id=message_term.rowid CROSS JOIN ticket t ON t.id=m.ticket_id"
		b.raw("message_term.rowid>=" + b.param(q.Cursor))
		b.raw("message_term MATCH " + b.param(tq.FTS5(workspaceTerm(q.Scope.Workspace))))
	case q.Text != "":
		table += " JOIN message_term f ON f.message_id=m.id"
		b.raw("f.terms @@ cast(cast(" + b.param(tq.TSQuery(workspaceTerm(q.Scope.Workspace))) + " as text) as tsquery)")
	}
	b.raw("m.id>=" + b.param(q.Cursor))
	tickets := make([]ticket.ID, len(found))
	for i, m := range found {
		tickets[i] = m.ticket
	}
	var in []string
	for _, id := range pad(distinct(tickets)) {
		in = append(in, b.param(id))
	}
	b.raw("m.ticket_id IN (" + strings.Join(in, ",") + ")")
	s.searchWhere(b, q)
	ids, err := all(ctx, s.DB, func(id *ticket.ID) []any { return []any{id} }, `SELECT DISTINCT m.ticket_id FROM `+table+` WHERE `+b.String(), b.args...)
	out := make(map[ticket.ID]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}

// fillHits reads the tickets and messages of a page in two statements.
func (s *Store) fillHits(ctx context.Context, q ticket.SearchQuery, page *ticket.SearchPage, order []ticket.ID, best map[ticket.ID]*ticket.SearchHit) error {
	if len(order) == 0 {
		return nil
	}
	tickets, err := s.TicketsByID(ctx, q.Scope.Workspace, order)
	if err != nil {
		return err
	}
	args := []any{q.Scope.Workspace}
	ids := make([]ticket.MessageID, len(order))
	for i, t := range order {
		ids[i] = best[t].Message.ID
	}
	for _, id := range pad(ids) {
		args = append(args, id)
	}
	messages, err := all(ctx, s.DB, messageDest, `SELECT `+messageCols+` FROM message WHERE workspace_id=$1 AND id IN (`+places(2, len(args)-1)+`)`, args...)
	if err != nil {
		return err
	}
	for i := range tickets {
		best[tickets[i].ID].Ticket = tickets[i]
	}
	for i := range messages {
		if h := best[messages[i].Ticket]; h != nil && h.Message.ID == messages[i].ID {
			h.Message = messages[i]
		}
	}
	for _, t := range order {
		page.Hits = append(page.Hits, *best[t])
	}
	return nil
}

// matches returns the newest matching messages older than a cursor.
func (s *Store) matches(ctx context.Context, q ticket.SearchQuery, tq term.Query, cursor ticket.MessageID) ([]match, error) {
	if cursor == 0 {
		cursor = 1<<63 - 1
	}
	b := &where{}
	if q.Text == "" {
		b.raw("m.id<" + b.param(cursor))
		s.searchWhere(b, q)
		from := "message m JOIN ticket t ON t.id=m.ticket_id"
		if s.lite && (q.Order != "" || q.Tag != "") {
			// Few tickets have an order or a tag: from them to their messages, not
			// through all messages in the hope of meeting them. PostgreSQL counts.
			from = "ticket t CROSS JOIN message m ON m.ticket_id=t.id"
		}
		return all(ctx, s.DB, matchDest, `SELECT m.id, m.ticket_id FROM `+from+`
			WHERE `+b.String()+` ORDER BY m.id DESC LIMIT `+b.param(searchChunk), b.args...)
	}
	if s.lite {
		b.raw("message_term MATCH " + b.param(tq.FTS5(workspaceTerm(q.Scope.Workspace))))
		b.raw("message_term.rowid<" + b.param(cursor))
		s.searchWhere(b, q)
		return all(ctx, s.DB, matchDest, `SELECT m.id, m.ticket_id FROM message_term CROSS JOIN message m ON m.id=message_term.rowid
			CROSS JOIN ticket t ON t.id=m.ticket_id WHERE `+b.String()+` ORDER BY message_term.rowid DESC LIMIT `+b.param(searchChunk), b.args...)
	}
	words := tq.TSQuery(workspaceTerm(q.Scope.Workspace))
	fields := q
	fields.Text = ""
	if !q.Scope.All || !fields.Empty() { // what else is asked may drop any match: all of them are looked at
		return s.matchesAmong(ctx, q, everyHit, words, cursor)
	}
	// The index yields every match before any can be sorted, the primary key every
	// message before any is known to match. A sample of the newest messages tells
	// which is the shorter way; the planner, which knows the commonest words alone,
	// cannot.
	found, err := s.matchesAmong(ctx, q, newestHits, words, cursor, searchSample, searchChunk)
	if err == nil && len(found) >= searchCommon && len(found) < searchChunk {
		found, err = s.matchesAmong(ctx, q, newestHits, words, cursor, 2*searchSample*searchChunk/len(found), searchChunk)
	}
	if err != nil || len(found) == searchChunk {
		return found, err
	}
	return s.matchesAmong(ctx, q, indexedHits, words, cursor, searchChunk)
}

// Ways to messages that have the words $1 and are older than $2, on PostgreSQL.
const (
	everyHit    = `SELECT message_id FROM message_term WHERE terms @@ cast(cast($1 as text) as tsquery) AND message_id<$2`
	indexedHits = `SELECT message_id FROM (` + everyHit + ` OFFSET 0) hit ORDER BY message_id DESC LIMIT $3`
	newestHits  = `SELECT message_id FROM (SELECT cast(cast($1 as text) as tsquery) AS words) q
		CROSS JOIN (SELECT message_id, terms FROM message_term WHERE message_id<$2 ORDER BY message_id DESC LIMIT $3) newest
		WHERE terms @@ words ORDER BY message_id DESC LIMIT $4`
)

// matchesAmong reads the newest of the messages that a way leads to.
func (s *Store) matchesAmong(ctx context.Context, q ticket.SearchQuery, way string, args ...any) ([]match, error) {
	b := &where{args: args}
	s.searchWhere(b, q)
	return all(ctx, s.DB, matchDest, `WITH f AS MATERIALIZED (`+way+`)
		SELECT m.id, m.ticket_id FROM f JOIN message m ON m.id=f.message_id JOIN ticket t ON t.id=m.ticket_id
		WHERE `+b.String()+` ORDER BY m.id DESC LIMIT `+b.param(searchChunk), b.args...)
}

// searchRanked returns tickets by how well their best message matches.
func (s *Store) searchRanked(ctx context.Context, q ticket.SearchQuery, tq term.Query) (ticket.SearchPage, error) {
	var page ticket.SearchPage
	b := &where{}
	s.searchWhere(b, q)
	var text string
	if s.lite {
		b.raw("message_term MATCH " + b.param(tq.FTS5(workspaceTerm(q.Scope.Workspace))))
		text = `SELECT m.id, m.ticket_id FROM message_term CROSS JOIN message m ON m.id=message_term.rowid
			CROSS JOIN ticket t ON t.id=m.ticket_id WHERE ` + b.String() + ` ORDER BY message_term.rank, message_term.rowid DESC LIMIT ` + b.param(rankedChunk)
	} else {
		ts := tq.TSQuery(workspaceTerm(q.Scope.Workspace))
		cast := "cast(cast(" + b.param(ts) + " as text) as tsquery)"
		text = `WITH f AS MATERIALIZED (SELECT message_id, ts_rank(terms, ` + cast + `, 1) AS score FROM message_term WHERE terms @@ ` + cast + `)
			SELECT m.id, m.ticket_id FROM f JOIN message m ON m.id=f.message_id JOIN ticket t ON t.id=m.ticket_id
			WHERE ` + b.String() + ` ORDER BY f.score DESC, m.id DESC LIMIT ` + b.param(rankedChunk)
	}
	found, err := all(ctx, s.DB, matchDest, text, b.args...)
	if err != nil {
		return page, err
	}
	var order []ticket.ID
	best := map[ticket.ID]*ticket.SearchHit{}
	for _, m := range found {
		if h := best[m.ticket]; h != nil {
			h.Matches++
			continue
		}
		best[m.ticket] = &ticket.SearchHit{Message: ticket.Message{ID: m.message}, Matches: 1}
		order = append(order, m.ticket)
	}
	start := min(q.Offset, len(order))
	end := min(start+q.Limit, len(order))
	if page.More = end < len(order); page.More {
		page.Offset = end
	}
	return page, s.fillHits(ctx, q, &page, order[start:end], best)
}

// searchWhere restricts messages m of tickets t by a query's fields and by what
// its scope may see.
func (s *Store) searchWhere(b *where, q ticket.SearchQuery) {
	b.add("t.workspace_id=$", q.Scope.Workspace)
	b.scope(q.Scope, "t.")
	if q.From != "" {
		b.raw("(" + b.contains("m.address", q.From) + " OR " + b.contains("m.author_name", q.From) + ")")
	}
	if q.To != "" {
		b.raw(b.contains("cast(m.rcpt as text)", q.To))
	}
	if q.Subject != "" {
		b.raw("(" + b.contains("m.subject", q.Subject) + " OR " + b.contains("t.subject", q.Subject) + ")")
	}
	if q.Order != "" {
		w, key := b.param(q.Scope.Workspace), b.param(q.Order)
		b.raw("t.order_id IN (SELECT id FROM orders WHERE workspace_id=" + w + " AND number_key=" + key +
			" UNION ALL SELECT id FROM orders WHERE workspace_id=" + w + " AND number_alt=" + key + ")")
	}
	if q.Tag != "" {
		b.raw("t." + b.tagged(q.Scope.Workspace, q.Tag))
	}
	if q.Status != "" {
		b.add("t.status=$", q.Status)
	}
	if q.Bucket != "" {
		b.add("t.bucket=$", q.Bucket)
	}
	if q.Channel != "" {
		b.add("t.channel=$", q.Channel)
	}
	switch {
	case q.Assignee == "me":
		b.add("t.assignee_id=$", q.Scope.Person)
	case q.Assignee == "none":
		b.raw("t.assignee_id IS NULL")
	case q.Assignee != "":
		b.raw("t.assignee_id IN (SELECT id FROM person WHERE workspace_id=" + b.param(q.Scope.Workspace) +
			" AND (" + b.contains("name", q.Assignee) + " OR " + b.contains("email", q.Assignee) + "))")
	}
	if q.Files {
		b.raw("m.files<>" + b.param("null") + " AND m.files<>" + b.param("[]"))
	}
	if !q.After.IsZero() {
		b.add("m.at>=$", ms(q.After))
	}
	if !q.Before.IsZero() {
		b.add("m.at<$", ms(q.Before))
	}
}
