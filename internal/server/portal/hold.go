package portal

import (
	"context"
	"slices"
	"strconv"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// Holds lets goods go out before the customer's are back, against a sum on their card. It is asked as the system, of a case
// that was found to be its customer's.
type Holds interface {
	Securable(context.Context, cases.Case) ([]hold.Hold, error)
	Holds(context.Context, cases.Case) ([]hold.Hold, error)
	Ask(ctx context.Context, c cases.Case, h hold.Hold, back string) (hold.Hold, error)
	Answer(ctx context.Context, h hold.Hold, agrees bool) error
	Look(context.Context, hold.Hold) (hold.Hold, error)
}

// holdsOf are the sums that may be held for a case, and the last one that is or was. Whoever comes back from the
// provider's page sees at once what became of it.
func (d *door) holdsOf(r *request, c *cases.Case) (out []ui.Hold, err error) {
	if d.Holds == nil {
		return nil, nil
	}
	list, err := d.Holds.Holds(r.Context(), *c)
	if err != nil {
		return nil, err
	}
	for i, h := range list {
		if i > 0 && !h.State.Live() {
			continue
		}
		if h.State == hold.Asked && h.Address != "" {
			if h, err = d.Holds.Look(r.Context(), h); err != nil {
				return nil, err
			}
			if h.State == hold.Held {
				if *c, err = d.Cases.Get(r.Context(), auth.ForSystem(c.Workspace), c.ID); err != nil {
					return nil, err
				}
			}
		}
		if h.State == hold.Released && h.HeldAt.IsZero() {
			h.State = hold.Failed // they left the page
		}
		out = append(out, ui.Hold{Hold: h})
	}
	may, err := d.Holds.Securable(r.Context(), *c)
	for _, h := range may {
		if !slices.ContainsFunc(list, func(x hold.Hold) bool { return x.Resolution == h.Resolution && x.State.Live() }) {
			out = append(out, ui.Hold{Hold: h})
		}
	}
	return out, err
}

// hold asks for a sum on the customer's card, on the terms that the page shows, or takes their answer where the provider has
// no page of its own.
func (d *door) hold(r *request, c cases.Case) error {
	if d.Holds == nil {
		return errs.New(errs.NotFound, "error.not_found")
	}
	number, _ := strconv.ParseInt(r.PostFormValue("resolution"), 10, 64)
	list, err := d.Holds.Holds(r.Context(), c)
	if err != nil {
		return err
	}
	for _, h := range list {
		if answer := r.PostFormValue("answer"); answer != "" && h.Resolution == number && h.State == hold.Asked {
			if err := d.Holds.Answer(r.Context(), h, answer == "yes"); err != nil {
				return err
			}
			_, err := d.Holds.Look(r.Context(), h)
			return err
		}
	}
	may, err := d.Holds.Securable(r.Context(), c)
	if err != nil {
		return err
	}
	for _, h := range may {
		if h.Resolution == number {
			h.Terms, h.Language = ui.HoldTerms(r.printer, h), string(r.printer.Lang())
			_, err := d.Holds.Ask(r.Context(), c, h, d.origin(r)+r.link()+"/case/"+strconv.FormatInt(int64(c.ID), 10))
			return err
		}
	}
	return errs.New(errs.Conflict, "error.case_state")
}
