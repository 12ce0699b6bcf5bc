package store

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
)

const actionCols = `id, workspace_id, kind, key, state, payload, ticket_id, proposer_kind, proposer_id, decided_by, run_at, attempt, detail, created_at, updated_at`

func actionDest(a *action.Action) []any {
	return []any{&a.ID, &a.Workspace, &a.Kind, &a.Key, &a.State, doc(&a.Payload), ref(&a.TicketID), &a.ProposerKind, &a.ProposerID,
		ref(&a.DecidedBy), at(&a.RunAt), &a.Attempt, &a.Detail, at(&a.CreatedAt), at(&a.UpdatedAt)}
}

// AddAction inserts an action unless its key exists.
func (s *Store) AddAction(ctx context.Context, a action.Action) (action.Action, bool, error) {
	a.ID = action.ID(s.ids.Next())
	n, err := s.exec(ctx, `INSERT INTO action (`+actionCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)
		ON CONFLICT (workspace_id, key) DO NOTHING`,
		a.ID, a.Workspace, a.Kind, a.Key, a.State, js(a.Payload), opt(a.TicketID), a.ProposerKind, a.ProposerID, opt(a.DecidedBy),
		ms(a.RunAt), a.Attempt, clean(a.Detail), ms(a.CreatedAt), ms(a.UpdatedAt))
	if err != nil || n == 1 {
		return a, n == 1, err
	}
	kept, err := s.ActionByKey(ctx, a.Workspace, a.Key)
	return kept, false, err
}

// Action returns one action.
func (s *Store) Action(ctx context.Context, w auth.WorkspaceID, id action.ID) (action.Action, error) {
	return one(ctx, s.DB, actionDest, `SELECT `+actionCols+` FROM action WHERE workspace_id=$1 AND id=$2`, w, id)
}

// ActionByKey returns the action with a key.
func (s *Store) ActionByKey(ctx context.Context, w auth.WorkspaceID, key string) (action.Action, error) {
	return one(ctx, s.DB, actionDest, `SELECT `+actionCols+` FROM action WHERE workspace_id=$1 AND key=$2`, w, key)
}

// MoveAction changes the state of an action; see action.Store.
func (s *Store) MoveAction(ctx context.Context, a action.Action, from []action.State, to action.State) (bool, error) {
	if len(from) == 0 || len(from) > 3 {
		return false, errs.New(errs.Internal, "", "from", fmt.Sprint(from))
	}
	before := a.Attempt
	if to == action.Running {
		before--
	}
	n, err := s.exec(ctx, `UPDATE action SET state=$1, attempt=$2, run_at=$3, detail=$4, decided_by=$5, updated_at=$6
		WHERE workspace_id=$7 AND id=$8 AND attempt=$9 AND state IN ($10,$11,$12)`,
		to, a.Attempt, ms(a.RunAt), clean(a.Detail), opt(a.DecidedBy), ms(a.UpdatedAt), a.Workspace, a.ID, before, from[0], from[len(from)/2], from[len(from)-1])
	return n == 1, err
}

// Actions returns the newest actions in a state.
func (s *Store) Actions(ctx context.Context, w auth.WorkspaceID, state action.State, limit int) ([]action.Action, error) {
	return all(ctx, s.DB, actionDest, `SELECT `+actionCols+` FROM action WHERE workspace_id=$1 AND state=$2 ORDER BY id DESC LIMIT $3`, w, state, limit)
}
