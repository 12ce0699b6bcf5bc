package pay

import (
	"context"
	"fmt"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// maxNote bounds a person's reason, in bytes.
const maxNote = 2000

// Holding is what carries holds; the zero Holding holds nothing.
type Holding struct {
	Store  hold.Store
	Ledger interface {
		Post(ctx context.Context, w auth.WorkspaceID, entries ...ledger.Entry) ([]ledger.Entry, error)
	}
	// Goods tells what is known of a hold's exchange.
	Goods func(ctx context.Context, h hold.Hold) (hold.Goods, error)
	// Moved is told, in the transaction, that a hold came to another state; Remind that its customer is to be told that the
	// last day comes.
	Moved  func(ctx context.Context, h hold.Hold, was hold.State) error
	Remind func(ctx context.Context, h hold.Hold) error
}

// Holders returns the titles of the providers that can hold a sum on a card.
func (s *Service) Holders() []string {
	var out []string
	for _, d := range s.Drivers {
		if d.Can.Holds {
			out = append(out, d.Title)
		}
	}
	return out
}

// holder returns an account of a shop that can hold, by the driver's name; "" is the first that works.
func (s *Service) holder(ctx context.Context, w auth.WorkspaceID, driver string, shop order.ShopID) (c Account, ok bool, err error) {
	list, err := s.Store.PayAccounts(ctx, w)
	if err != nil {
		return c, false, err
	}
	for _, d := range s.Drivers {
		if !d.Can.Holds || driver != "" && d.Name != driver {
			continue
		}
		if c, ok := ownAccount(list, d.Name, shop); ok && (driver != "" || c.State == On) {
			return c, true, nil
		}
	}
	return c, false, nil
}

// CanHold reports whether a sum can be held on a card for a shop; shop 0 asks for an account of any.
func (s *Service) CanHold(ctx context.Context, w auth.WorkspaceID, shop order.ShopID) (bool, error) {
	if s.Holding.Store == nil {
		return false, nil
	}
	if _, ok, err := s.holder(ctx, w, "", shop); ok || err != nil || shop != 0 {
		return ok, err
	}
	list, err := s.Store.PayAccounts(ctx, w)
	for _, c := range list {
		if d, _ := s.Driver(c.Driver); d.Can.Holds && c.State == On {
			return true, nil
		}
	}
	return false, err
}

// openHolder opens the account that keeps a hold.
func (s *Service) openHolder(ctx context.Context, w auth.WorkspaceID, driver string, shop order.ShopID) (Account, Holder, error) {
	c, ok, err := s.holder(ctx, w, driver, shop)
	if err == nil && !ok {
		err = errs.New(errs.Conflict, "error.refund_no_account")
	}
	if err != nil {
		return c, nil, err
	}
	p, err := s.open(c)
	if err != nil {
		return c, nil, err
	}
	h, ok := p.(Holder)
	if !ok {
		return c, nil, errs.New(errs.Unsupported, "error.invalid")
	}
	return c, h, nil
}

// AskHold asks a customer to have a sum held, and returns the hold with the address of the page on which they answer. The
// hold names case, resolution, order, sum, units, terms, language and last day; the rest is filled in. While a live one
// stands for the resolution, that one is returned; one whose page is open still leads there again. Whoever calls has seen to
// it that the case is the customer's. It fails with errs.Conflict where no account can hold.
func (s *Service) AskHold(ctx context.Context, w auth.WorkspaceID, h hold.Hold, what, email, back string) (hold.Hold, error) {
	now := s.Now().UTC().Truncate(time.Millisecond)
	list, err := s.Holding.Store.CardHoldsOf(ctx, w, h.Case)
	if err != nil {
		return h, err
	}
	for _, x := range list {
		if x.Resolution == h.Resolution && x.State.Live() {
			if x.State == hold.Asked && x.Page == "" {
				return s.page(ctx, x, what, email, back) // the process ended before the provider answered
			}
			return x, nil
		}
	}
	if h.Amount < 1 {
		return h, errs.New(errs.Conflict, "error.case_state")
	}
	c, _, err := s.openHolder(ctx, w, "", h.Shop)
	if err != nil {
		return h, err
	}
	h.ID, h.Workspace, h.Provider, h.State, h.Attempt = hold.ID(s.IDs.Next()), w, c.Driver, hold.Asked, 1
	h.CreatedAt, h.UpdatedAt, h.LookAt = now, now, now.Add(firstLook)
	err = s.Holding.Store.InTx(ctx, func(ctx context.Context) error {
		ok, err := s.Holding.Store.AddCardHold(ctx, h)
		if err == nil && !ok { // they asked twice at once
			err = errs.New(errs.Conflict, "error.busy")
		}
		if err != nil {
			return err
		}
		return s.announceHold(ctx, auth.ForSystem(w), h, "")
	})
	if err != nil {
		return h, err
	}
	return s.page(ctx, h, what, email, back)
}

// page opens the provider's page of a hold.
func (s *Service) page(ctx context.Context, h hold.Hold, what, email, back string) (hold.Hold, error) {
	ctx, cancel := context.WithTimeout(ctx, testPatience)
	defer cancel()
	c, p, err := s.openHolder(ctx, h.Workspace, h.Provider, h.Shop)
	if err != nil {
		return h, err
	}
	page, err := p.OpenHold(ctx, HoldAsk{Key: h.Key(), Sum: h.Sum(), What: what, Terms: h.Terms, Language: h.Language, Email: email, Back: back, At: h.CreatedAt})
	if herr := s.health(ctx, c, err); herr != nil {
		return h, herr
	}
	if err != nil {
		return h, err
	}
	return s.changeHold(ctx, auth.ForSystem(h.Workspace), h.ID, func(_ context.Context, h *hold.Hold, _ time.Time) error {
		if h.State != hold.Asked { // it was given up meanwhile: nobody is led to a page that nobody looks at
			return errs.New(errs.Conflict, "error.busy")
		}
		h.Page, h.Address = page.Reference, page.Address
		return nil
	})
}

// When a hold that was asked for is looked at first, and how long nobody waits at most for a provider that does not answer.
const (
	firstLook = 20 * time.Second
	mostWait  = time.Hour
)

// AnswerHold takes the customer's word where the provider has no page of its own. It is errs.NotFound where it has one.
func (s *Service) AnswerHold(ctx context.Context, w auth.WorkspaceID, id hold.ID, agrees bool) error {
	h, err := s.Holding.Store.CardHold(ctx, w, id)
	if err != nil {
		return err
	}
	_, p, err := s.openHolder(ctx, w, h.Provider, h.Shop)
	if err != nil {
		return err
	}
	r, ok := p.(Rehearsal)
	if !ok {
		return errs.New(errs.NotFound, "error.not_found")
	}
	return r.AnswerHold(ctx, HoldRef{h.Key(), h.Page}, agrees)
}

// WorkHolds carries the holds of a workspace as far as they go now. A repeat finds nothing left.
func (s *Service) WorkHolds(ctx context.Context, w auth.WorkspaceID) error {
	if s.Holding.Store == nil {
		return nil
	}
	list, err := s.Holding.Store.DueCardHolds(ctx, w, s.Now(), resumed)
	for _, id := range list {
		if err == nil {
			_, err = s.WorkHold(ctx, w, id)
		}
	}
	return err
}

// WorkHold carries a hold as far as it goes now: what the provider says is taken, and what follows from it is done. It may
// be called at any time and any number of times. A provider that does not answer is asked again later, which is no error.
func (s *Service) WorkHold(ctx context.Context, w auth.WorkspaceID, id hold.ID) (hold.Hold, error) {
	h, err := s.Holding.Store.CardHold(ctx, w, id)
	for range 4 { // held, to be released, released
		if err != nil || h.State.Over() {
			return h, err
		}
		was := h.State
		if h, err = s.askHold(ctx, h); err != nil {
			return h, err
		}
		if was == h.State {
			h, err = s.nextHold(ctx, h)
		}
		if was == h.State || h.Tries > 0 {
			return h, err
		}
	}
	return h, err
}

// askHold asks the provider what its state wants, and takes the answer.
func (s *Service) askHold(ctx context.Context, h hold.Hold) (hold.Hold, error) {
	system := auth.ForSystem(h.Workspace)
	asked, cancel := context.WithTimeout(ctx, testPatience)
	defer cancel()
	c, p, err := s.openHolder(asked, h.Workspace, h.Provider, h.Shop)
	if errs.Is(err, errs.Conflict) { // its account is gone: somebody connects it, or ends the hold at the provider
		return s.patient(ctx, h)
	}
	if err != nil {
		return h, err
	}
	said, err := s.holdSays(asked, p, h)
	if errs.Is(err, errs.NotFound) && h.Page == "" { // no page was ever opened
		said, err = hold.Said{Outcome: hold.LetGo, Code: "no_page"}, nil
	}
	if herr := s.health(ctx, c, err); herr != nil {
		return h, herr
	}
	if err != nil {
		return s.patient(ctx, h)
	}
	state := h.State
	return s.changeHold(ctx, system, h.ID, func(_ context.Context, h *hold.Hold, now time.Time) error {
		h.Tries = 0
		if h.State != state {
			return nil
		}
		if state == hold.Returning {
			switch said.Outcome {
			case hold.LetGo:
				h.State, h.EndedAt = hold.Returned, now
			case hold.Refused:
				h.State, h.Code, h.EndedAt = hold.Taken, said.Code, now
			}
		} else {
			*h, _ = h.Hear(said, now)
		}
		h.LookAt = now.Add(min(max(now.Sub(h.CreatedAt)/4, firstLook), mostWait))
		return nil
	})
}

// holdSays asks what the state of a hold wants to know.
func (s *Service) holdSays(ctx context.Context, p Holder, h hold.Hold) (hold.Said, error) {
	r := HoldRef{h.Key(), h.Page}
	var x HoldAnswer
	var err error
	switch h.State {
	case hold.Taking:
		x, err = p.TakeHold(ctx, r, h.TakeKey(), h.ToTake())
	case hold.Releasing:
		x, err = p.EndHold(ctx, r)
	case hold.Returning:
		return payBack(ctx, p, h)
	default:
		x, err = p.LookHold(ctx, r)
	}
	return hold.Said{Outcome: x.Outcome, EndsAt: x.EndsAt, Payment: x.Payment, Taken: x.Taken, Code: x.Code}, err
}

// payBack pays what was taken back, by the way that refunds go, once.
func payBack(ctx context.Context, p Holder, h hold.Hold) (hold.Said, error) {
	pays, ok := p.(Provider)
	if !ok {
		return hold.Said{}, errs.New(errs.Unsupported, "error.invalid")
	}
	ask := Ask{Key: h.ReturnKey(), Payment: h.Payment, Amount: h.ToTake(), At: h.UpdatedAt}
	a, err := pays.Lookup(ctx, ask)
	if errs.Is(err, errs.NotFound) {
		a, err = pays.Refund(ctx, ask)
	}
	said := hold.Said{Code: a.Code}
	switch a.Outcome {
	case refund.OutcomeSucceeded, refund.OutcomePending:
		said.Outcome = hold.LetGo
	case refund.OutcomeFailed, refund.OutcomeReversed:
		said.Outcome = hold.Refused
	}
	return said, err
}

// patient has a hold looked at later whose provider did not answer: the longer it does not, the later.
func (s *Service) patient(ctx context.Context, h hold.Hold) (hold.Hold, error) {
	return s.changeHold(ctx, auth.ForSystem(h.Workspace), h.ID, func(_ context.Context, h *hold.Hold, now time.Time) error {
		h.Tries++
		h.LookAt = now.Add(min(time.Duration(1<<min(h.Tries, 12))*5*time.Second, mostWait))
		return nil
	})
}

// nextHold does what follows from a hold that stands as its provider says.
func (s *Service) nextHold(ctx context.Context, h hold.Hold) (hold.Hold, error) {
	if h.State != hold.Held && h.State != hold.Lapsed && h.State != hold.Asked {
		return h, nil
	}
	return s.changeHold(ctx, auth.ForSystem(h.Workspace), h.ID, func(ctx context.Context, h *hold.Hold, now time.Time) error {
		g, err := s.Holding.Goods(ctx, *h)
		if err != nil {
			return err
		}
		if h.State == hold.Asked {
			if g.Over {
				h.State, h.LookAt = hold.Releasing, now
			}
			return nil
		}
		step, look := h.Next(g, now)
		switch step {
		case hold.Release:
			h.State = hold.Releasing
		case hold.Take:
			h.State, h.Take = hold.Taking, g.Missing
		case hold.Remind:
			h.RemindedAt = now
			if err := s.Holding.Remind(ctx, *h); err != nil {
				return err
			}
		}
		h.LookAt = look
		return nil
	})
}

// ReleaseHold lets a customer's sum go, with a reason, before its time or although it could not be taken. A repeat changes
// nothing. It needs ApproveRefunds.
func (s *Service) ReleaseHold(ctx context.Context, actor auth.Actor, id hold.ID, why string) (hold.Hold, error) {
	return s.decideHold(ctx, actor, id, why, func(h *hold.Hold, now time.Time) error {
		if h.State == hold.Releasing || h.State == hold.Released {
			return nil
		}
		return h.Go(hold.Releasing, now)
	})
}

// TakeHold asks once more for a sum that could not be taken. Before that, nobody takes it but the calendar to which the
// customer agreed: it is errs.Conflict. It needs ApproveRefunds.
func (s *Service) TakeHold(ctx context.Context, actor auth.Actor, id hold.ID) (hold.Hold, error) {
	return s.decideHold(ctx, actor, id, "again", func(h *hold.Hold, now time.Time) error {
		if h.State == hold.Taking || h.State == hold.Taken {
			return nil
		}
		if h.State != hold.Unpaid {
			return errs.New(errs.Conflict, "error.hold_early")
		}
		h.Attempt++
		return h.Go(hold.Taking, now)
	})
}

// ReturnHold pays back what was taken, with a reason: the goods came after all. A repeat changes nothing. It needs
// ApproveRefunds.
func (s *Service) ReturnHold(ctx context.Context, actor auth.Actor, id hold.ID, why string) (hold.Hold, error) {
	return s.decideHold(ctx, actor, id, why, func(h *hold.Hold, now time.Time) error {
		if h.State == hold.Returning || h.State == hold.Returned {
			return nil
		}
		return h.Go(hold.Returning, now)
	})
}

// What a person may do with a hold.
const (
	DoRelease = "release"
	DoTake    = "take"
	DoReturn  = "return"
)

// DecideHold does one of these with the newest hold of a case; errs.NotFound where it has none.
func (s *Service) DecideHold(ctx context.Context, actor auth.Actor, c cases.ID, do, why string) (hold.Hold, error) {
	list, err := s.Holds(ctx, actor, c)
	if err == nil && len(list) == 0 {
		err = errs.New(errs.NotFound, "error.not_found")
	}
	if err != nil {
		return hold.Hold{}, err
	}
	switch do {
	case DoRelease:
		return s.ReleaseHold(ctx, actor, list[0].ID, why)
	case DoTake:
		return s.TakeHold(ctx, actor, list[0].ID)
	case DoReturn:
		return s.ReturnHold(ctx, actor, list[0].ID, why)
	}
	return hold.Hold{}, errs.Field("do", "error.invalid")
}

func (s *Service) decideHold(ctx context.Context, actor auth.Actor, id hold.ID, why string, decide func(h *hold.Hold, now time.Time) error) (hold.Hold, error) {
	if err := actor.Can(auth.ApproveRefunds); err != nil {
		return hold.Hold{}, err
	}
	if why = strings.TrimSpace(why); why == "" || len(why) > maxNote {
		return hold.Hold{}, errs.Field("why", "error.case_why")
	}
	return s.changeHold(ctx, actor, id, func(_ context.Context, h *hold.Hold, now time.Time) error {
		if err := auth.Can(actor, auth.ApproveRefunds, h.Resource()); err != nil {
			return err
		}
		was := h.State
		if err := decide(h, now); err != nil || was == h.State {
			return err
		}
		h.Note = why
		return nil
	})
}

// Holds returns the holds of a case that the actor may see, the newest first. It needs ReadCases.
func (s *Service) Holds(ctx context.Context, actor auth.Actor, c cases.ID) ([]hold.Hold, error) {
	if err := actor.Can(auth.ReadCases); err != nil || s.Holding.Store == nil {
		return nil, err
	}
	list, err := s.Holding.Store.CardHoldsOf(ctx, actor.Workspace, c)
	if err != nil {
		return nil, err
	}
	for _, h := range list {
		if err := auth.Can(actor, auth.ReadCases, h.Resource()); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// changeHold holds a record, writes what fn made of it, books it and tells of it.
func (s *Service) changeHold(ctx context.Context, actor auth.Actor, id hold.ID, fn func(ctx context.Context, h *hold.Hold, now time.Time) error) (h hold.Hold, err error) {
	err = s.Holding.Store.InTx(ctx, func(ctx context.Context) error {
		if h, err = s.Holding.Store.CardHold(ctx, actor.Workspace, id); err != nil {
			return err
		}
		if _, err = s.Holding.Store.HoldCase(ctx, h.Workspace, h.Case); err != nil { // first, as whoever moves the case does
			return err
		}
		if h, err = s.Holding.Store.LockCardHold(ctx, actor.Workspace, id); err != nil {
			return err
		}
		was, now := h.State, s.Now().UTC().Truncate(time.Millisecond)
		if err := fn(ctx, &h, now); err != nil {
			return err
		}
		h.UpdatedAt = now
		if err := s.Holding.Store.SaveCardHold(ctx, h); err != nil || was == h.State {
			return err
		}
		if entries := hold.Postings(h, now); len(entries) > 0 {
			if _, err := s.Holding.Ledger.Post(ctx, h.Workspace, entries...); err != nil {
				return err
			}
		}
		if err := s.announceHold(ctx, actor, h, was); err != nil {
			return err
		}
		return s.Holding.Moved(ctx, h, was)
	})
	if err != nil {
		return hold.Hold{}, fmt.Errorf("hold %d: %w", id, err)
	}
	return h, nil
}

// HoldSummary is what a hold's event tells.
type HoldSummary struct {
	Case     int64      `json:"case"` // its number
	Order    order.ID   `json:"order"`
	Provider string     `json:"provider"`
	State    hold.State `json:"state"`
	Was      hold.State `json:"was,omitempty"`
	Amount   int64      `json:"amount"`
	Taken    int64      `json:"taken,omitzero"`
	Currency string     `json:"currency"`
	DueAt    time.Time  `json:"due_at"`
	Code     string     `json:"code,omitempty"`
}

func (s *Service) announceHold(ctx context.Context, by auth.Actor, h hold.Hold, was hold.State) error {
	x := HoldSummary{h.Number, h.Order, h.Provider, h.State, was, h.Amount, 0, h.Currency, h.DueAt, h.Code}
	if h.State == hold.Taken || h.State == hold.Returned {
		x.Taken = h.Take
	}
	return s.Journal.Append(ctx, event.New("hold.moved", by, event.Subject{Kind: "hold", ID: int64(h.ID)}, 0, x))
}

// heardHold takes up what a provider called about a hold: it is asked at once.
func (s *Service) heardHold(ctx context.Context, w auth.WorkspaceID, key string) error {
	id, ok := hold.ParseKey(key)
	if !ok || s.Holding.Store == nil {
		return nil
	}
	_, err := s.WorkHold(ctx, w, id)
	if errs.Is(err, errs.NotFound) { // the key of another house
		return nil
	}
	return err
}
