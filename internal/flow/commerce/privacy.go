package commerce

import (
	"context"
	"encoding/json"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/auth"
)

// KindPrivacy is the kind of what a shop passes on of somebody's right to their data. It stands among the problems of its
// connection until a person says that it was seen to: what may be erased, and what law wants kept, a person decides.
const KindPrivacy = "privacy"

// PrivacyKind is the kind of event of such a request, and PrivacyDone that of its end.
const (
	PrivacyKind = "shop.privacy_requested"
	PrivacyDone = "shop.privacy_done"
)

// privacy are the types of messages that ask for it, with what they ask for.
var privacy = map[string]string{
	"customer.redact_requested": "error.shop_privacy_erase",
	"customer.data_requested":   "error.shop_privacy_tell",
	"shop.redact_requested":     "error.shop_privacy_shop",
}

// demand keeps a request of privacy, and reports whether a message is one. A repeat after its end opens it again.
func (s *Service) demand(ctx context.Context, c Connection, told intake.Delivery, at time.Time) (bool, error) {
	problem, ok := privacy[told.Type]
	if !ok {
		return false, nil
	}
	v := Version{Kind: KindPrivacy, External: told.Type, AskedAt: milli(at), Problem: problem}
	if b := told.Object.Base(); b.Kind == intake.KindCustomer && b.ID != "" {
		v.External += "/" + b.ID
	}
	var err error
	if v.Body, err = json.Marshal(told.Object); err != nil {
		return true, err
	}
	if err := s.Store.SaveShopVersions(ctx, c.Workspace, c.ID, []Version{v}); err != nil {
		return true, err
	}
	c.Problem = problem
	return true, s.note(ctx, auth.ForSystem(c.Workspace), PrivacyKind, c)
}

// SeenTo ends a request of privacy. A repeat, and one that does not exist, change nothing. It fails with errs.Conflict
// for what is another problem: that ends when the shop mends it.
func (s *Service) SeenTo(ctx context.Context, a auth.Actor, id ID, kind, external string) error {
	if err := may(a); err != nil {
		return err
	}
	if kind != KindPrivacy {
		return errs.New(errs.Conflict, "error.shop_problem")
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err := s.Store.HoldShopConnection(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		known, err := s.Store.ShopVersions(ctx, a.Workspace, id, kind, []string{external})
		if err != nil {
			return err
		}
		v, ok := known[external]
		if !ok || v.Problem == "" {
			return nil
		}
		c.Problem = v.Problem
		v.Problem, v.Body = "", nil // the name of whom it was about goes as well
		if err := s.Store.SaveShopVersions(ctx, a.Workspace, id, []Version{v}); err != nil {
			return err
		}
		return s.note(ctx, a, PrivacyDone, c)
	})
}
