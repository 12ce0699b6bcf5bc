package store

import (
	"context"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

const messageCols = `id, workspace_id, ticket_id, side_id, intake_id, kind, form, channel, author_kind, author_id, author_name, verified, address,
	rcpt, subject, body, quoted, signature, html, language, message_key, digest, delivery, delivery_detail, auth, warnings, mentions, files,
	send_at, sent_at, at, reading`

func messageDest(m *ticket.Message) []any {
	return []any{&m.ID, &m.Workspace, &m.Ticket, ref(&m.Side), ref(&m.Intake), &m.Kind, &m.Form, &m.Channel, &m.AuthorKind, &m.AuthorID,
		&m.AuthorName, flag(&m.Verified), &m.Address, doc(&m.Recipients), &m.Subject, &m.Body, &m.Quoted, &m.Signature, &m.HTML, &m.Language,
		&m.Key, &m.Digest, &m.Delivery, &m.DeliveryDetail, doc(&m.Origin), doc(&m.Warnings), doc(&m.Mentions), doc(&m.Files),
		at(&m.SendAt), at(&m.SentAt), at(&m.At), doc(&m.Reading)}
}

// AddMessage inserts a message and its search terms.
func (s *Store) AddMessage(ctx context.Context, m ticket.Message) error {
	if _, err := s.exec(ctx, `INSERT INTO message (`+messageCols+`) VALUES (`+places(1, 32)+`)`, s.messageVals(m)...); err != nil {
		return err
	}
	return s.indexMessage(ctx, m)
}

func (s *Store) messageVals(m ticket.Message) []any {
	return []any{m.ID, m.Workspace, m.Ticket, opt(m.Side), opt(m.Intake), m.Kind, m.Form, m.Channel, m.AuthorKind, m.AuthorID, clean(m.AuthorName),
		s.bool(m.Verified), clean(m.Address), js(m.Recipients), clean(m.Subject), clean(m.Body), clean(m.Quoted), clean(m.Signature), clean(m.HTML),
		m.Language, clean(m.Key), m.Digest, m.Delivery, clean(m.DeliveryDetail), js(m.Origin), js(m.Warnings), js(m.Mentions), js(m.Files),
		optMS(m.SendAt), optMS(m.SentAt), ms(m.At), optJS(m.Reading)}
}

// searchText is what a message is found by.
func searchText(m ticket.Message) string {
	var b strings.Builder
	for _, part := range []string{m.Subject, m.Body, m.AuthorName, m.Address} {
		b.WriteString(part)
		b.WriteByte('\n')
	}
	for _, f := range m.Files {
		b.WriteString(f.Name)
		b.WriteByte('\n')
	}
	return b.String()
}

// indexMessage writes the terms by which a message is found.
func (s *Store) indexMessage(ctx context.Context, m ticket.Message) error {
	vals := s.termVals(m)
	if s.lite {
		_, err := s.exec(ctx, `INSERT INTO message_term (rowid, raw, stem) VALUES ($1,$2,$3)`, vals...)
		return err
	}
	_, err := s.exec(ctx, `INSERT INTO message_term (message_id, terms) VALUES ($1, cast(cast($2 as text) as tsvector))`, vals...)
	return err
}

// SaveMessage writes what can change in a message after it was added.
func (s *Store) SaveMessage(ctx context.Context, m ticket.Message) error {
	return found(s.exec(ctx, `UPDATE message SET subject=$1, delivery=$2, delivery_detail=$3, send_at=$4, sent_at=$5 WHERE workspace_id=$6 AND id=$7`,
		clean(m.Subject), m.Delivery, clean(m.DeliveryDetail), optMS(m.SendAt), optMS(m.SentAt), m.Workspace, m.ID))
}

// PutReading implements ticket.Store.
func (s *Store) PutReading(ctx context.Context, m ticket.Message) error {
	return found(s.exec(ctx, `UPDATE message SET reading=$1 WHERE workspace_id=$2 AND id=$3`, js(m.Reading), m.Workspace, m.ID))
}

// TopicSaid implements ticket.Store.
func (s *Store) TopicSaid(ctx context.Context, w auth.WorkspaceID, t ticket.ID) (bool, error) {
	return scalar[bool](ctx, s.DB, `SELECT EXISTS (SELECT 1 FROM event WHERE workspace_id=$1 AND ticket_id=$2 AND kind='ticket.topic')`, w, t)
}

// Message returns one message.
func (s *Store) Message(ctx context.Context, w auth.WorkspaceID, id ticket.MessageID) (ticket.Message, error) {
	return one(ctx, s.DB, messageDest, `SELECT `+messageCols+` FROM message WHERE workspace_id=$1 AND id=$2`, w, id)
}

// Messages returns the newest messages of a ticket before one, oldest first.
func (s *Store) Messages(ctx context.Context, w auth.WorkspaceID, t ticket.ID, before ticket.MessageID, limit int) ([]ticket.Message, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	return all(ctx, s.DB, messageDest, `SELECT * FROM (SELECT `+messageCols+` FROM message
		WHERE ticket_id=$1 AND id<$2 AND workspace_id=$3 ORDER BY id DESC LIMIT $4) x ORDER BY id`, t, before, w, limit)
}

// LastMessage returns the newest message with the customer.
func (s *Store) LastMessage(ctx context.Context, w auth.WorkspaceID, t ticket.ID) (ticket.Message, error) {
	return one(ctx, s.DB, messageDest, `SELECT `+messageCols+` FROM message
		WHERE ticket_id=$1 AND workspace_id=$2 AND side_id IS NULL AND kind<>'note' ORDER BY id DESC LIMIT 1`, t, w)
}

// MessageIDs returns the messages of a ticket.
func (s *Store) MessageIDs(ctx context.Context, w auth.WorkspaceID, t ticket.ID) ([]ticket.MessageID, error) {
	return all(ctx, s.DB, func(id *ticket.MessageID) []any { return []any{id} },
		`SELECT id FROM message WHERE ticket_id=$1 AND workspace_id=$2 ORDER BY id`, t, w)
}

// MessagesByKey returns the messages with one of up to 50 Message-IDs.
func (s *Store) MessagesByKey(ctx context.Context, w auth.WorkspaceID, keys []string) ([]ticket.Message, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	if len(keys) > 50 {
		keys = keys[len(keys)-50:]
	}
	args := []any{w}
	for _, k := range pad(keys) {
		args = append(args, clean(k))
	}
	return all(ctx, s.DB, messageDest, `SELECT `+messageCols+` FROM message
		WHERE workspace_id=$1 AND message_key<>'' AND message_key IN (`+places(2, len(args)-1)+`) ORDER BY id LIMIT 200`, args...)
}

// MessageOnce returns the message of a ticket with a digest.
func (s *Store) MessageOnce(ctx context.Context, w auth.WorkspaceID, t ticket.ID, digest string) (ticket.Message, error) {
	return one(ctx, s.DB, messageDest, `SELECT `+messageCols+` FROM message WHERE ticket_id=$1 AND workspace_id=$2 AND digest=$3 ORDER BY id LIMIT 1`, t, w, digest)
}

// MoveMessages puts messages into another ticket, their sides along with them.
func (s *Store) MoveMessages(ctx context.Context, w auth.WorkspaceID, ids []ticket.MessageID, to ticket.ID) error {
	for _, id := range ids {
		if _, err := s.exec(ctx, `UPDATE side SET ticket_id=$1 WHERE workspace_id=$2 AND id=(SELECT side_id FROM message WHERE id=$3)`, to, w, id); err != nil {
			return err
		}
		if err := found(s.exec(ctx, `UPDATE message SET ticket_id=$1 WHERE workspace_id=$2 AND id=$3`, to, w, id)); err != nil {
			return err
		}
	}
	return nil
}

// PutBlob keeps content under its hash; content that is there is left alone.
func (s *Store) PutBlob(ctx context.Context, w auth.WorkspaceID, sha256 string, data []byte, at time.Time) error {
	_, err := s.exec(ctx, `INSERT INTO blob (workspace_id, sha256, size, data, created_at) VALUES ($1,$2,$3,$4,$5) ON CONFLICT DO NOTHING`,
		w, sha256, int64(len(data)), s.pack(data), ms(at))
	return err
}

// Blob returns content by its hash.
func (s *Store) Blob(ctx context.Context, w auth.WorkspaceID, sha256 string) ([]byte, error) {
	packed, err := scalar[[]byte](ctx, s.DB, `SELECT data FROM blob WHERE workspace_id=$1 AND sha256=$2`, w, sha256)
	if err != nil {
		return nil, err
	}
	return s.unpack(packed)
}

// Picture returns what was drawn of a content, in whichever edition.
func (s *Store) Picture(ctx context.Context, w auth.WorkspaceID, sha256 string) (ticket.Picture, error) {
	return one(ctx, s.DB, func(p *ticket.Picture) []any {
		return []any{&p.Workspace, &p.SHA256, &p.Edition, &p.Type, &p.Problem, &p.Width, &p.Height, &p.Data, at(&p.CreatedAt)}
	}, `SELECT workspace_id, sha256, edition, media, problem, width, height, data, created_at FROM preview WHERE workspace_id=$1 AND sha256=$2`, w, sha256)
}

// PutPicture keeps what was drawn, in place of an older edition.
func (s *Store) PutPicture(ctx context.Context, p ticket.Picture) error {
	_, err := s.exec(ctx, `INSERT INTO preview (workspace_id, sha256, edition, media, problem, width, height, data, created_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)
		ON CONFLICT (workspace_id, sha256) DO UPDATE SET edition=excluded.edition, media=excluded.media, problem=excluded.problem, width=excluded.width,
		height=excluded.height, data=excluded.data, created_at=excluded.created_at`,
		p.Workspace, p.SHA256, p.Edition, p.Type, p.Problem, p.Width, p.Height, append([]byte{}, p.Data...), ms(p.CreatedAt))
	return err
}

// AddMentions records who was called into a ticket.
func (s *Store) AddMentions(ctx context.Context, w auth.WorkspaceID, t ticket.ID, m ticket.MessageID, people []auth.PersonID) error {
	for _, p := range people {
		_, err := s.exec(ctx, `INSERT INTO mention (person_id, ticket_id, workspace_id, message_id) VALUES ($1,$2,$3,$4)
			ON CONFLICT (person_id, ticket_id) DO UPDATE SET message_id=excluded.message_id`, p, t, w, m)
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteMention takes a person's mention off a ticket.
func (s *Store) DeleteMention(ctx context.Context, w auth.WorkspaceID, t ticket.ID, p auth.PersonID) error {
	_, err := s.exec(ctx, `DELETE FROM mention WHERE person_id=$1 AND ticket_id=$2 AND workspace_id=$3`, p, t, w)
	return err
}

// PutDraft keeps a draft.
func (s *Store) PutDraft(ctx context.Context, d ticket.Draft) error {
	_, err := s.exec(ctx, `INSERT INTO draft (ticket_id, person_id, workspace_id, kind, data, updated_at) VALUES ($1,$2,$3,$4,$5,$6)
		ON CONFLICT (ticket_id, person_id, kind) DO UPDATE SET data=excluded.data, updated_at=excluded.updated_at`,
		d.Ticket, d.Person, d.Workspace, d.Kind, js(d.Data), ms(d.UpdatedAt))
	return err
}

// Draft returns somebody's draft on a ticket.
func (s *Store) Draft(ctx context.Context, w auth.WorkspaceID, t ticket.ID, p auth.PersonID, k ticket.Kind) (ticket.Draft, error) {
	return one(ctx, s.DB, func(d *ticket.Draft) []any {
		return []any{&d.Ticket, &d.Person, &d.Workspace, &d.Kind, doc(&d.Data), at(&d.UpdatedAt)}
	}, `SELECT ticket_id, person_id, workspace_id, kind, data, updated_at FROM draft WHERE ticket_id=$1 AND person_id=$2 AND kind=$3 AND workspace_id=$4`, t, p, k, w)
}

// DeleteDraft forgets a draft; one that is not there is no error.
func (s *Store) DeleteDraft(ctx context.Context, w auth.WorkspaceID, t ticket.ID, p auth.PersonID, k ticket.Kind) error {
	_, err := s.exec(ctx, `DELETE FROM draft WHERE ticket_id=$1 AND person_id=$2 AND kind=$3 AND workspace_id=$4`, t, p, k, w)
	return err
}

// DraftsOf tells on which of the tickets somebody has a draft.
func (s *Store) DraftsOf(ctx context.Context, w auth.WorkspaceID, p auth.PersonID, tickets []ticket.ID) (map[ticket.ID]bool, error) {
	if len(tickets) == 0 {
		return nil, nil
	}
	args := []any{p, w}
	for _, t := range pad(tickets) {
		args = append(args, t)
	}
	ids, err := all(ctx, s.DB, func(id *ticket.ID) []any { return []any{id} },
		`SELECT DISTINCT ticket_id FROM draft WHERE person_id=$1 AND workspace_id=$2 AND ticket_id IN (`+places(3, len(args)-2)+`)`, args...)
	out := make(map[ticket.ID]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}
