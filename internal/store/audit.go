package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/audit"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

const linkCols = `workspace_id, seq, event_id, key_name, digest, hash, erased`

func linkDest(l *audit.Link) []any {
	return []any{&l.Workspace, &l.Seq, &l.Event, &l.Key, &l.Digest, &l.Hash, flag(&l.Erased)}
}

// link adds the links of those events that are covered. It joins the
// transaction that writes them. The head is locked, so that links of one
// workspace come one after another.
func (s *Store) link(ctx context.Context, events []event.Event) error {
	for i := range events {
		e := events[i]
		if e.Workspace == 0 || !audit.Covers(e.Kind) {
			continue
		}
		e.ActorName, e.Data = clean(e.ActorName), []byte(js(e.Data)) // as the table holds them
		if err := s.linkOne(ctx, e); err != nil {
			return fmt.Errorf("link %s: %w", e.Kind, err)
		}
	}
	return nil
}

type auditHead struct {
	link   audit.Link
	anchor audit.Anchor
}

func (s *Store) auditHead(ctx context.Context, w auth.WorkspaceID) (auditHead, error) {
	return one(ctx, s.DB, func(h *auditHead) []any {
		return []any{&h.link.Seq, &h.link.Hash, &h.anchor.Seq, at(&h.anchor.At)}
	}, `SELECT seq, hash, anchor_seq, anchor_at FROM audit_head WHERE workspace_id=$1 FOR UPDATE`, w)
}

func (s *Store) linkOne(ctx context.Context, e event.Event) error {
	// The row is there before it is locked, or two first links would not meet.
	_, err := s.exec(ctx, `INSERT INTO audit_head (workspace_id, seq, hash, anchor_seq, anchor_at) VALUES ($1,0,$2,0,0) ON CONFLICT DO NOTHING`, e.Workspace, []byte{})
	if err != nil {
		return err
	}
	head, err := s.auditHead(ctx, e.Workspace)
	if err != nil {
		return err
	}
	l, err := audit.Next(s.vault, head.link, e)
	if err != nil {
		return err
	}
	person := int64(0)
	if e.ActorKind == auth.Agent {
		person = e.ActorID
	}
	_, err = s.exec(ctx, `INSERT INTO audit_link (`+linkCols+`, kind, family, person_id, subject_kind, subject_id) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)`,
		l.Workspace, l.Seq, l.Event, l.Key, l.Digest, l.Hash, false, e.Kind, audit.Family(e.Kind), person, e.Subject.Kind, e.Subject.ID)
	if err != nil {
		return err
	}
	if now := s.now(); audit.AnchorDue(l, head.anchor, now) {
		head.anchor = audit.Anchor{Workspace: e.Workspace, Seq: l.Seq, Hash: l.Hash, At: now}
		_, err = s.exec(ctx, `INSERT INTO audit_anchor (workspace_id, seq, hash, at) VALUES ($1,$2,$3,$4)`, e.Workspace, l.Seq, l.Hash, ms(now))
		if err != nil {
			return err
		}
		if s.anchored != nil {
			a := head.anchor
			s.AfterCommit(ctx, func() { s.anchored(a) })
		}
	}
	_, err = s.exec(ctx, `UPDATE audit_head SET seq=$1, hash=$2, anchor_seq=$3, anchor_at=$4 WHERE workspace_id=$5`,
		l.Seq, l.Hash, head.anchor.Seq, ms(head.anchor.At), e.Workspace)
	return err
}

// AuditPage returns entries of a workspace that a filter lets through, of events
// before one, the newest first; before 0 begins with the newest.
func (s *Store) AuditPage(ctx context.Context, w auth.WorkspaceID, f audit.Filter, before event.ID, limit int) ([]audit.Entry, error) {
	if before <= 0 {
		before = 1 << 62
	}
	b := &where{}
	b.add("l.workspace_id=$", w)
	if !f.Until.IsZero() {
		before = min(before, event.ID(id.Floor(f.Until)))
	}
	b.add("l.event_id<$", before) // identifiers rise with time, so times are ranges of them
	if !f.From.IsZero() {
		b.add("l.event_id>=$", event.ID(id.Floor(f.From)))
	}
	if f.Person != 0 {
		b.add("l.person_id=$", f.Person)
	}
	if f.Family != "" {
		b.add("l.family=$", f.Family)
	}
	if f.Kind != "" {
		b.add("l.kind=$", f.Kind)
	}
	if f.Subject.Kind != "" {
		b.add("l.subject_kind=$", f.Subject.Kind)
		if f.Subject.ID != 0 {
			b.add("l.subject_id=$", f.Subject.ID)
		}
	}
	last := b.param(limit)
	return s.entries(ctx, b.String()+` ORDER BY l.event_id DESC LIMIT `+last, b.args...)
}

// AuditHead returns the number and hash of a workspace's newest link, and its
// newest anchor; both are zero where nothing happened yet.
func (s *Store) AuditHead(ctx context.Context, w auth.WorkspaceID) (audit.Link, audit.Anchor, error) {
	h, err := one(ctx, s.DB, func(h *auditHead) []any {
		return []any{&h.link.Seq, &h.link.Hash, &h.anchor.Seq, at(&h.anchor.At)}
	}, `SELECT seq, hash, anchor_seq, anchor_at FROM audit_head WHERE workspace_id=$1`, w)
	if errs.Is(err, errs.NotFound) {
		return audit.Link{}, audit.Anchor{}, nil
	}
	h.link.Workspace, h.anchor.Workspace = w, w
	return h.link, h.anchor, err
}

// AuditFrom returns entries after a number, the oldest first.
func (s *Store) AuditFrom(ctx context.Context, w auth.WorkspaceID, after int64, limit int) ([]audit.Entry, error) {
	return s.entries(ctx, `l.workspace_id=$1 AND l.seq>$2 ORDER BY l.seq LIMIT $3`, w, after, limit)
}

func (s *Store) entries(ctx context.Context, where string, args ...any) ([]audit.Entry, error) {
	rows, err := all(ctx, s.DB, func(x *entryRow) []any {
		e := &x.What
		return append(linkDest(&x.Link), ref(&e.ID), at(&e.At), text(&e.Kind), text(&x.actor), ref(&e.ActorID), text(&e.ActorName),
			text(&e.Subject.Kind), ref(&e.Subject.ID), ref(&e.TicketID), doc(&e.Data))
	}, `SELECT l.`+strings.ReplaceAll(linkCols, ", ", ", l.")+`, e.id, e.at, e.kind, e.actor_kind, e.actor_id, e.actor_name, e.subject_kind, e.subject_id, e.ticket_id, e.data
		FROM audit_link l LEFT JOIN event e ON e.id=l.event_id AND e.workspace_id=l.workspace_id WHERE `+where, args...)
	out := make([]audit.Entry, len(rows))
	for i, r := range rows {
		out[i] = r.Entry
		out[i].What.ActorKind = auth.Kind(r.actor)
		if out[i].What.ID != 0 {
			out[i].What.Workspace = r.Workspace
		}
	}
	return out, err
}

type entryRow struct {
	audit.Entry
	actor string
}

// Anchors returns the anchors of a workspace, the oldest first.
func (s *Store) Anchors(ctx context.Context, w auth.WorkspaceID) ([]audit.Anchor, error) {
	return all(ctx, s.DB, func(a *audit.Anchor) []any { return []any{&a.Workspace, &a.Seq, &a.Hash, at(&a.At)} },
		`SELECT workspace_id, seq, hash, at FROM audit_anchor WHERE workspace_id=$1 ORDER BY seq`, w)
}

// VerifyAudit walks the chain of a workspace from its first link. It returns how
// many links there are and what is wrong with them. More anchors, kept outside,
// are compared too.
func (s *Store) VerifyAudit(ctx context.Context, w auth.WorkspaceID, more ...audit.Anchor) (links int64, faults []audit.Fault, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		links, faults, err = s.verifyAudit(ctx, w, more)
		return err
	})
	return links, faults, err
}

func (s *Store) verifyAudit(ctx context.Context, w auth.WorkspaceID, more []audit.Anchor) (links int64, faults []audit.Fault, err error) {
	head, err := s.auditHead(ctx, w)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return 0, nil, err
	}
	anchors, err := s.Anchors(ctx, w)
	if err != nil {
		return 0, nil, err
	}
	v := audit.NewVerifier(s.vault, append(anchors, more...))
	const page = 500
	for last := int64(0); ; {
		entries, err := s.AuditFrom(ctx, w, last, page)
		if err != nil {
			return 0, nil, err
		}
		for _, e := range entries {
			what := &e.What
			if what.ID == 0 {
				what = nil
			}
			if err := v.Link(e.Link, what); err != nil {
				return 0, nil, err
			}
			last, links = e.Seq, links+1
		}
		if len(entries) < page {
			break
		}
	}
	faults = v.End(head.link)
	unlinked, err := s.unlinked(ctx, w)
	return links, append(faults, unlinked...), err
}

// unlinked returns covered events that are no links: somebody wrote them behind
// the program's back, or removed their links.
func (s *Store) unlinked(ctx context.Context, w auth.WorkspaceID) ([]audit.Fault, error) {
	var kinds strings.Builder
	args := []any{w}
	for i, p := range audit.Prefixes() {
		if i > 0 {
			kinds.WriteString(" OR ")
		}
		args = append(args, p)
		fmt.Fprintf(&kinds, "substr(kind,1,%d)=$%d", len(p), len(args))
	}
	not := len(args)
	for _, k := range audit.Unwatched() {
		args = append(args, k)
	}
	return all(ctx, s.DB, func(f *audit.Fault) []any { f.Kind = audit.Unlinked; return []any{&f.Event} },
		`SELECT id FROM event e WHERE workspace_id=$1 AND (`+kinds.String()+`) AND kind NOT IN (`+places(not+1, len(args)-not)+`)
		AND NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.workspace_id=e.workspace_id AND l.event_id=e.id) ORDER BY id LIMIT 100`, args...)
}

// HeadHash words the newest hash of a chain for a log or a letter.
func HeadHash(a audit.Anchor) string { return fmt.Sprintf("%d:%s", a.Seq, hex.EncodeToString(a.Hash)) }
