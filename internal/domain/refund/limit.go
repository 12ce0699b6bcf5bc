package refund

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Limited is the kind of event that tells of other limits; data: {"limits": {...}, "was": {...}}, sums by role and currency.
const Limited = "refund.limits"

// LimitSubject is the kind of its subject.
const LimitSubject = "workspace"

const maxLimits = 200

// Limit is a sum up to which refunds in a currency are approved: by people of a role, or, where no role is named, by one
// person alone. Above that one it takes two: whoever asked for a refund does not approve it.
type Limit struct {
	Role     auth.Role `json:"role,omitempty"`
	Currency string    `json:"currency"`
	Above    int64     `json:"above"` // in minor units
}

// Limits returns the limits of the actor's workspace. It needs ReadCases, or ManagePeople as SetLimits does.
func (s *Service) Limits(ctx context.Context, actor auth.Actor) ([]Limit, error) {
	if err := actor.Can(auth.ReadCases); err != nil && actor.Can(auth.ManagePeople) != nil {
		return nil, err
	}
	return s.Store.RefundLimits(ctx, actor.Workspace)
}

// SetLimits puts other limits in the place of all that there are. It needs ManagePeople, as who may do what does.
func (s *Service) SetLimits(ctx context.Context, actor auth.Actor, list []Limit) ([]Limit, error) {
	if err := actor.Can(auth.ManagePeople); err != nil {
		return nil, err
	}
	if len(list) > maxLimits {
		return nil, errs.Field("limits", "error.invalid")
	}
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Limit) int { return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Currency, b.Currency)) })
	for i, l := range list {
		if _, ok := money.Digits(l.Currency); !ok {
			return nil, errs.Field("currency", "error.currency", "currency", l.Currency)
		}
		if l.Above < 0 || i > 0 && list[i-1].Role == l.Role && list[i-1].Currency == l.Currency {
			return nil, errs.Field("above", "error.refund_sum")
		}
	}
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		was, err := s.Store.RefundLimits(ctx, actor.Workspace)
		if err != nil || slices.Equal(was, list) {
			return err
		}
		if err := s.Store.SaveRefundLimits(ctx, actor.Workspace, list); err != nil {
			return err
		}
		return s.Journal.Append(ctx, event.New(Limited, actor, event.Subject{Kind: LimitSubject, ID: int64(actor.Workspace)}, 0, map[string]any{"limits": told(list), "was": told(was)}))
	})
	return list, err
}

// told are limits as an event tells them: sums by role and currency.
func told(list []Limit) map[string]string {
	out := map[string]string{}
	for _, l := range list {
		out[strings.TrimSpace(string(l.Role)+" "+l.Currency)] = money.Amount{Minor: l.Above, Currency: l.Currency}.String()
	}
	return out
}

// Alone reports whether one person of a role suffices for a sum that they decided on: their role approves as much, and it
// is not above the sum for four eyes. The role "" is nobody's, that of what the rules let go by themselves: the sum for
// four eyes alone counts.
func (s *Service) Alone(ctx context.Context, w auth.WorkspaceID, role auth.Role, sum money.Amount) (bool, error) {
	list, err := s.Store.RefundLimits(ctx, w)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(list, func(l Limit) bool {
		return l.Currency == sum.Currency && (l.Role == "" || l.Role == role) && sum.Minor > l.Above && (l.Role != "" || l.Above > 0)
	}), nil
}

// above returns the sum above which a refund takes two people. It fails with errs.Denied if the actor's role approves
// nothing as high as it.
func (s *Service) above(ctx context.Context, actor auth.Actor, r Refund) (int64, error) {
	list, err := s.Store.RefundLimits(ctx, actor.Workspace)
	if err != nil {
		return 0, err
	}
	four := int64(0)
	for _, l := range list {
		switch {
		case l.Currency != r.Currency:
		case l.Role == "":
			four = l.Above
		case actor.Kind == auth.Agent && l.Role == actor.Role && r.Total().Minor > l.Above:
			return 0, errs.New(errs.Denied, "error.refund_limit", "max", money.Amount{Minor: l.Above, Currency: l.Currency}.String())
		}
	}
	return four, nil
}
