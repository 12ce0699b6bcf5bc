package store_test

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store/storetest"
)

// TestGraveScopesTakeAProof grants scopes that could hurt most: only to somebody
// who just proved themself, never by a token, and never for good.
func TestGraveScopesTakeAProof(t *testing.T) {
	s := storetest.SQLite(t)
	ctx, o := context.Background(), newOffice(t, s)
	for _, p := range auth.Grave() {
		make := func(a auth.Actor, life time.Duration) (auth.Token, error) {
			n := auth.NewToken{Name: "t", Scopes: []auth.Permission{auth.ReadTickets, p}, Person: o.owner.Person()}
			if life != 0 {
				n.ExpiresAt = o.now.Add(life)
			}
			_, made, err := o.auth.CreateToken(ctx, a, n)
			return made, err
		}
		stale, never := o.owner, o.owner
		stale.Proved, never.Proved = o.now.Add(-auth.FreshFor-time.Second), time.Time{}
		for name, a := range map[string]auth.Actor{"an old proof": stale, "no proof": never} {
			_, err := make(a, time.Hour)
			refused(t, err, errs.Denied, string(p)+" after "+name)
		}
		_, err := make(o.owner, auth.GraveMost+time.Hour)
		refused(t, err, errs.Invalid, string(p)+" for longer than a year")
		for _, a := range []auth.Actor{o.owner, auth.ForSystem(o.ws)} {
			made, err := make(a, 0)
			must(t, err)
			if got := made.ExpiresAt.Sub(o.now); got != auth.GraveLife {
				t.Errorf("%s: without an end it lives %v", p, got)
			}
		}
	}
	// A token makes tokens, but none that may do more harm than reading and writing.
	secret, _ := o.token(o.owner, auth.ReadTickets, auth.ManageTokens, auth.ManagePeople)
	a, _, err := o.auth.AuthenticateToken(ctx, secret)
	must(t, err)
	for _, p := range []auth.Permission{auth.ManageTokens, auth.ManagePeople} {
		_, _, err := o.auth.CreateToken(ctx, a, auth.NewToken{Name: "t", Scopes: []auth.Permission{p}})
		refused(t, err, errs.Invalid, string(p)+" by a token")
	}
	_, _, err = o.auth.CreateToken(ctx, a, auth.NewToken{Name: "t", Scopes: []auth.Permission{auth.ReadTickets}})
	must(t, err)
	// A row without an end, wherever it comes from, grants nothing grave.
	old := auth.Token{ID: auth.TokenID(o.ids.Next()), Workspace: o.ws, Person: o.owner.Person(), Name: "old", Scopes: []auth.Permission{auth.ReadTickets, auth.Manage}, Prefix: "gwt_old", CreatedAt: o.now}
	secret, spare := o.token(o.owner, auth.ReadTickets)
	must(t, s.RevokeToken(ctx, o.ws, spare.ID, o.now))
	must(t, func() error {
		write, _ := s.Pools()
		_, err := write.Exec(`DELETE FROM token WHERE id=?1`, int64(spare.ID))
		return err
	}())
	must(t, s.AddToken(ctx, old, auth.TokenHash(secret)))
	a, _, err = o.auth.AuthenticateToken(ctx, secret)
	must(t, err)
	if a.May(auth.Manage) || !a.May(auth.ReadTickets) {
		t.Errorf("%v", a.Permissions)
	}
}
