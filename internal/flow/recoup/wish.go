package recoup

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/platform/auth"
)

// Wish is a claim for a parcel that a person asks for.
type Wish struct {
	Shipment shipment.ID
	Against  recovery.Against // not a supplier: they answer for goods and for no parcel
	Party    string           // its name; of a carrier the parcel's own
	Cause    recovery.Cause
	Amount   money.Amount // zero: as the carrier's rule says
	Deadline time.Time    // zero: as the carrier's rule says
}

// Claim opens a claim for a parcel of an order in the actor's sight. One that the party has already stays as it is, and is
// returned. It needs WriteCases and ReadShipments.
func (s *Service) Claim(ctx context.Context, actor auth.Actor, wish Wish) (recovery.Claim, bool, error) {
	if err := actor.Can(auth.WriteCases); err != nil {
		return recovery.Claim{}, false, err
	}
	v, err := s.Shipments.Get(ctx, actor, wish.Shipment)
	if err != nil {
		return recovery.Claim{}, false, err
	}
	if v.Order == 0 || wish.Against == recovery.Carrier && v.Carrier == "" {
		return recovery.Claim{}, false, errs.New(errs.Conflict, "error.recovery_order")
	}
	if wish.Against == recovery.Supplier {
		return recovery.Claim{}, false, errs.Field("against", "error.invalid")
	}
	system := auth.ForSystem(actor.Workspace)
	o, err := s.Orders.Get(ctx, system, v.Order)
	if err != nil {
		return recovery.Claim{}, false, err
	}
	list, err := s.Cases.List(ctx, system, cases.Filter{Order: o.ID}, 0, cases.MaxPage)
	if err != nil {
		return recovery.Claim{}, false, err
	}
	var about *cases.Case
	for i, c := range list {
		if c.Kind == cases.NotReceived || c.Kind == cases.Damaged {
			about = &list[i]
			break
		}
	}
	n, err := s.Draft(ctx, system, v, o, about, wish.Cause)
	if err != nil {
		return recovery.Claim{}, false, err
	}
	n.Deadline = wish.Deadline
	if wish.Against != recovery.Carrier {
		t := recovery.Terms{Rule: recovery.Rule{Papers: papersFor(wish.Against, n.Terms.Papers)}}
		t, err := s.Claims.Agreed(ctx, actor.Workspace, wish.Against, wish.Party, wish.Cause, t, trace.Posted(v), recovery.CountsFrom(v, wish.Cause))
		if err != nil {
			return recovery.Claim{}, false, err
		}
		n.Against, n.Party, n.Name, n.Terms = wish.Against, wish.Party, wish.Party, t
		if n.Item.Value > 0 {
			if n.Item.Value, err = s.worth(ctx, system, o, t); err != nil {
				return recovery.Claim{}, false, err
			}
		}
	}
	if wish.Amount.Minor != 0 {
		if wish.Amount.Currency != n.Currency || wish.Amount.Minor < 0 {
			return recovery.Claim{}, false, errs.Field("amount", "error.currencies", "a", wish.Amount.Currency, "b", n.Currency)
		}
		n.Item.Value = wish.Amount.Minor
	}
	c, added, err := s.Claims.Open(ctx, actor, n)
	if err != nil {
		return recovery.Claim{}, false, fmt.Errorf("claim parcel %d: %w", v.ID, err)
	}
	return c, added, nil
}

// papersFor is what another party than the carrier is shown: what the carrier asks for, and of an insurer the insurance.
func papersFor(a recovery.Against, carrier []string) []string {
	out := []string{}
	for _, p := range carrier {
		if p != recovery.Insurance {
			out = append(out, p)
		}
	}
	if a == recovery.Insurer {
		out = append(out, recovery.Insurance)
	}
	return out
}
