package trace

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

// NoteID identifies a note. Later notes have greater ones.
type NoteID int64

// Note is what somebody wrote to a trace: a call with the carrier, what it asked for,
// what was found. Notes are neither changed nor taken back.
type Note struct {
	ID        NoteID
	Workspace auth.WorkspaceID
	Trace     ID
	At        time.Time
	ActorKind auth.Kind // "" if it was written before notes had authors
	ActorID   int64
	ActorName string
	Text      string
}

// write adds a note to a trace, and makes it what was last written to it. Nothing is
// added by nothing, nor by what was just written: whoever sends a form twice wrote once.
func (s *Service) write(ctx context.Context, actor auth.Actor, t *Trace, text string, now time.Time) (Note, error) {
	text = cut(text, maxNote)
	if text == "" || text == t.Note {
		return Note{}, nil
	}
	t.Note = text
	n := Note{
		ID: NoteID(s.IDs.Next()), Workspace: t.Workspace, Trace: t.ID, At: now, ActorKind: actor.Kind, ActorID: actor.ID, ActorName: actor.Name, Text: text,
	}
	return n, s.Store.AddTraceNote(ctx, n)
}

// Annotate writes a note to a trace, open or not, and returns the note that says it; a
// repeat of the newest one returns that. It fails with errs.Invalid on an empty note and
// needs WriteTickets.
func (s *Service) Annotate(ctx context.Context, actor auth.Actor, id ID, text string) (Note, error) {
	if cut(text, maxNote) == "" {
		return Note{}, errs.Field("text", "error.required")
	}
	t, said, err := s.change(ctx, actor, id, Change{Note: &text})
	if err != nil || said.ID != 0 {
		return said, err
	}
	list, err := s.Store.TraceNotes(ctx, actor.Workspace, []ID{t.ID}, 0, 1)
	if err == nil && len(list) == 0 {
		err = errs.New(errs.Conflict, "error.conflict")
	}
	if err != nil {
		return Note{}, fmt.Errorf("read note: %w", err)
	}
	return list[0], nil
}

// Notes returns what was written to traces that the actor read before, the newest
// first, after a note (0: from the newest), at most MaxPage. It needs ReadShipments.
func (s *Service) Notes(ctx context.Context, actor auth.Actor, list []Trace, after NoteID, limit int) ([]Note, error) {
	ids, err := seen(actor, list)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	if limit < 1 || limit > MaxPage {
		limit = MaxPage
	}
	return s.Store.TraceNotes(ctx, actor.Workspace, ids, after, limit)
}

// seen returns which of some traces the actor may see.
func seen(actor auth.Actor, list []Trace) ([]ID, error) {
	if err := actor.Can(auth.ReadShipments); err != nil {
		return nil, err
	}
	var ids []ID
	for _, t := range list {
		if auth.Can(actor, auth.ReadShipments, t.Resource()) == nil {
			ids = append(ids, t.ID)
		}
	}
	return ids, nil
}
