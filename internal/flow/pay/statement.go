package pay

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Heard says what a statement told.
type Heard struct {
	Bookings int // that name a transfer, of whomever
	Ours     int // of them, transfers of this house
	News     int // of them, what was not known
	Returned int // of them, money that came back
	// Odd are transfers of ours that are told with another sum, by their name: nothing is concluded from them.
	Odd []string
}

// ReadStatement takes what a statement of a bank tells of transfers: executed, or come back with a reason. It may be given
// again, and in any order: what is known changes nothing, and a transfer that came back stays so though its way out is told
// later. All of it is one transaction. It fails with errs.Invalid for what is no statement.
func (s *Service) ReadStatement(ctx context.Context, a auth.Actor, statement []byte) (h Heard, err error) {
	if err := mayTransfer(a); err != nil {
		return h, err
	}
	d, ok := s.Driver(BankName)
	if !ok || d.Statement == nil {
		return h, errs.New(errs.Unsupported, "error.transfer_account")
	}
	booked, err := d.Statement(statement)
	if err != nil {
		return h, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		h = Heard{Bookings: len(booked)}
		for _, said := range booked {
			if err := s.hearBooking(ctx, a, said, &h); err != nil {
				return err
			}
		}
		if h.News == 0 {
			return nil
		}
		return s.Journal.Append(ctx, event.New(StatementRead, a, event.Subject{Kind: BatchKind}, 0,
			map[string]any{"bookings": h.Bookings, "ours": h.Ours, "news": h.News, "returned": h.Returned, "odd": len(h.Odd)}))
	})
	if err != nil {
		return Heard{}, fmt.Errorf("read statement: %w", err)
	}
	return h, nil
}

// hearBooking takes one booking.
func (s *Service) hearBooking(ctx context.Context, a auth.Actor, said Booked, h *Heard) error {
	id, err := s.batchOf(ctx, a, said)
	if errs.Is(err, errs.NotFound) {
		return nil // of another house, or another program
	}
	if err != nil {
		return err
	}
	b, err := s.Store.HoldBatch(ctx, a.Workspace, id)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if said.EndToEnd == "" { // the bank booked the batch as one
		if (money.Amount{Minor: b.Total, Currency: b.Currency}) != said.Amount {
			h.Odd = append(h.Odd, said.Batch)
			return nil
		}
	}
	if b.State == BatchMade { // who has it in a statement has it from us
		if err := s.send(ctx, a, &b); err != nil {
			return err
		}
	}
	for _, x := range b.Transfers {
		switch {
		case said.EndToEnd != "" && x.EndToEnd != said.EndToEnd:
			continue
		case said.EndToEnd != "" && (money.Amount{Minor: x.Amount, Currency: b.Currency}) != said.Amount:
			h.Odd = append(h.Odd, x.EndToEnd)
			continue
		}
		if err := s.hearOne(ctx, a, x, said, h); err != nil {
			return err
		}
	}
	return nil
}

// hearOne takes what a booking says of one transfer.
func (s *Service) hearOne(ctx context.Context, a auth.Actor, x Transfer, said Booked, h *Heard) error {
	h.Ours++
	if said.Outcome == refund.OutcomeReversed {
		if x.Returned {
			return nil
		}
		if err := s.Store.NoteReturned(ctx, a.Workspace, x.EndToEnd); err != nil {
			return err
		}
		h.Returned++
	} else if x.Returned {
		return nil // its way out, told after its way back
	}
	before, err := s.Refunds.Get(ctx, a, x.Refund)
	if err != nil {
		return err
	}
	if err := s.hearTransfer(ctx, a, x, said); err != nil {
		return err
	}
	after, err := s.Refunds.Get(ctx, a, x.Refund)
	if err == nil && after.Events > before.Events {
		h.News++
	}
	return err
}

// batchOf returns the batch that a booking speaks of.
func (s *Service) batchOf(ctx context.Context, a auth.Actor, said Booked) (BatchID, error) {
	if said.EndToEnd != "" {
		return s.Store.BatchOf(ctx, a.Workspace, said.EndToEnd)
	}
	digits, ok := strings.CutPrefix(said.Batch, "GWB")
	id, err := strconv.ParseInt(strings.ToLower(digits), 36, 64)
	if !ok || err != nil || BatchID(id).Name() != said.Batch {
		return 0, errs.New(errs.NotFound, "")
	}
	return BatchID(id), nil
}
