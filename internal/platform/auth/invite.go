package auth

import (
	"context"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// OpenInvite is somebody who was invited and has not joined yet. ExpiresAt is
// that of the newest link; it is zero if no link works any more.
type OpenInvite struct {
	Person    PersonID
	Email     string
	Role      Role
	ExpiresAt time.Time
}

// OpenInvites returns who was invited and has not joined, by address.
func (s *Service) OpenInvites(ctx context.Context, a Actor) ([]OpenInvite, error) {
	if err := a.Can(ManagePeople); err != nil {
		return nil, err
	}
	return s.store.OpenInvites(ctx, a.Workspace, s.now())
}

// InviteAgain invites an address once more: that of somebody who has not joined
// yet gets a new link, one whose invitation was revoked is invited afresh, both
// with the role and teams now given. It fails with errs.NotFound if the address
// is nobody's, and with errs.Invalid if its person has joined.
func (s *Service) InviteAgain(ctx context.Context, a Actor, email string, role Role, teams []TeamID) (token string, p Person, err error) {
	if err := a.Can(ManagePeople); err != nil {
		return "", p, err
	}
	email = strings.ToLower(strings.TrimSpace(email))
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		people, err := s.store.PeopleByEmail(ctx, email)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(people, func(p Person) bool { return p.Workspace == a.Workspace })
		if i < 0 {
			return errs.New(errs.NotFound, "error.not_found")
		}
		if p = people[i]; p.Status != Invited && !p.Revoked() {
			return errs.Field("email", "error.address_taken")
		}
		p.Status, p.Role = Invited, role
		if err := s.mayGive(ctx, a, p); err != nil {
			return err
		}
		if err := s.store.SavePerson(ctx, p); err != nil {
			return err
		}
		if err := s.join(ctx, a, p.ID, teams); err != nil {
			return err
		}
		if token, err = s.link(ctx, p, "invite"); err != nil {
			return err
		}
		return s.log(ctx, "person.invited", a, "person", int64(p.ID), map[string]any{"email": email, "role": role})
	})
	return token, p, err
}

// Revoked reports whether the person was invited and the invitation taken back
// before they joined.
func (p Person) Revoked() bool { return p.Status == Disabled && p.PasswordHash == "" }
