package casework

import (
	"context"
	"fmt"
	"slices"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/platform/auth"
)

// press does what is due about goods that do not come: the customer is reminded before their last day, then the resolution
// lapses and its parcel with it; where a law keeps the right alive they are asked again instead. Where the customer has what
// they get already nothing lapses: they are asked again, and then a person is told. Goods that are said to be on their way are
// waited for without a word.
func (s *Service) press(ctx context.Context, c cases.Case) error {
	late := c.Late(s.clock())
	for _, r := range c.Resolutions {
		do, ok := late[r.Number]
		if !ok || c.Phase == cases.Closed {
			continue
		}
		if s.Posted != nil {
			posted, err := s.Posted(ctx, c, r)
			if err != nil {
				return err
			}
			if posted && do != cases.Flag {
				do = cases.NoNudge
			}
		}
		var err error
		if c, err = s.Cases().Nudge(ctx, auth.ForSystem(c.Workspace), c.ID, r.Number, do); err != nil {
			return err
		}
		if do == cases.Flag && s.Desk != nil {
			t := i18n.For(i18n.English)
			if err := s.Desk.Task(ctx, c, fmt.Sprintf("case.%d.owed.%d", c.ID, r.Number), t.T("case.task.owed", "Case", c.Number, "Day", t.Date(r.SendBy, nil, i18n.Medium))); err != nil {
				return err
			}
		}
	}
	return nil
}

// Came takes a case up again of which goods came after it had lapsed for want of them, decides anew, and takes what the
// customer had chosen where it is offered still: it goes on by itself where it may, else a person lets it. It reports
// whether the case is open. It joins the transaction in which the goods are counted, and checks no right of its own.
func (s *Service) Came(ctx context.Context, w auth.WorkspaceID, number cases.ID) (bool, error) {
	system := auth.ForSystem(w)
	c, err := s.Cases().Get(ctx, system, number)
	if err != nil || c.Phase != cases.Closed {
		return err == nil, err
	}
	i := slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Stand == cases.Lapsed && !r.SendBy.IsZero() })
	if i < 0 || c.Reason != cases.Expired && c.Reason != cases.Completed {
		return false, nil
	}
	had := c.Resolutions[i]
	if c, err = s.Cases().Reopen(ctx, system, number, "goods_came"); err != nil {
		return false, fmt.Errorf("goods came: %w", err)
	}
	if c, err = s.renew(ctx, c); err != nil {
		return false, fmt.Errorf("goods came: %w", err)
	}
	for _, r := range c.Resolutions {
		if r.Stand == cases.Offered && r.Means == had.Means && slices.Equal(r.Units, had.Units) {
			_, err = s.Choose(ctx, system, number, r.Number)
			return err == nil, err
		}
	}
	return true, nil
}

// owes says until when goods are to be sent that the customer has been given something for already, or were to be.
func owes(t *i18n.Printer, x Content) string {
	key := "case.letter.owed_by"
	if x.Resolution.Nudged > 1 { // the one before the last day has been written
		key = "case.letter.owed_over"
	}
	return t.T(key, "Day", t.Date(x.Resolution.SendBy, x.Resolution.Zone(), i18n.Medium))
}

// sendBy says until when goods are to be sent and what follows else, or that the money waits for them.
func sendBy(t *i18n.Printer, x Content) string {
	switch _, withheld := x.Case.Withheld(x.Resolution); {
	case withheld:
		return t.T("case.letter.withheld")
	case x.Resolution.SendBy.IsZero():
		return ""
	}
	return t.T("case.letter.lapses", "Day", t.Date(x.Resolution.SendBy, x.Resolution.Zone(), i18n.Medium))
}

// TellHold writes to a customer what becomes of a sum on their card, as Tell does.
func (s *Service) TellHold(ctx context.Context, w auth.WorkspaceID, number cases.ID, what Occasion, x Held, key string) error {
	return s.inform(ctx, w, number, Content{Occasion: what, Held: x}, key)
}

// Tell writes to the customer what became of goods that go to them in place of others: Replaced, Lacking, Astray, Back or
// Where. It
// joins the transaction in ctx; a repeat with a key writes nothing, and nobody is written to who cannot be.
func (s *Service) Tell(ctx context.Context, w auth.WorkspaceID, number cases.ID, what Occasion, x Sending, key string) error {
	return s.inform(ctx, w, number, Content{Occasion: what, Sending: x}, key)
}

func (s *Service) inform(ctx context.Context, w auth.WorkspaceID, number cases.ID, x Content, key string) error {
	c, err := s.Cases().Get(ctx, auth.ForSystem(w), number)
	if err != nil || s.Desk == nil || c.Ticket == 0 {
		return err
	}
	x.Case = c
	return s.tell(ctx, x, key)
}
