package customer

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Recognise returns the customer who holds one of several proofs, the first one first, and creates one if nobody does.
// Proofs that nobody holds become theirs; one that somebody else holds stays where it is, because two customers are only
// made one by a person. A repeat changes nothing. It joins the transaction in ctx, and fails with errs.Invalid if no proof
// can be an identity.
func (s *Service) Recognise(ctx context.Context, w auth.WorkspaceID, proofs []Identity, name, language string) (c Customer, created bool, err error) {
	var list []Identity
	for _, p := range proofs {
		if p = p.Fold(); p.Kind != "" && p.Value != "" {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return c, false, errs.Field("identity", "error.identity")
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		by := list[0]
		for _, p := range list {
			_, err := s.store.CustomerByIdentity(ctx, w, p.Kind, p.Value)
			if err == nil {
				by = p
				break
			}
			if !errs.Is(err, errs.NotFound) {
				return err
			}
		}
		if c, created, err = s.ensure(ctx, w, by, tidy(name, maxName), tidy(language, maxWord)); err != nil {
			return err
		}
		for _, p := range list {
			if c.holds(p) {
				continue
			}
			added, err := s.store.AddIdentity(ctx, w, c.ID, p, s.now())
			if err != nil {
				return err
			}
			if !added {
				continue
			}
			c.Identities = append(c.Identities, p)
			if err := s.journal.Append(ctx, event.New(Linked, auth.ForSystem(w), c.ID.subject(), 0, map[string]string{"kind": p.Kind, "value": p.Value})); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Customer{}, false, fmt.Errorf("recognise customer: %w", err)
	}
	return c, created, nil
}

func (c Customer) holds(i Identity) bool {
	for _, known := range c.Identities {
		if known.Kind == i.Kind && known.Value == i.Value {
			return true
		}
	}
	return false
}
