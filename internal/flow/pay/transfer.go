package pay

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/platform/event"
)

// Bank is the merchant's own account, out of which refunds are transferred: it writes what a bank is told, and reads what
// a bank tells. It touches no network; people carry the files. Its methods may be called by several goroutines.
type Bank interface {
	About() About
	// Takes reports whether a transfer to a payee can stand in a file; else people transfer it by hand, from a list.
	Takes(p Payee, a money.Amount) bool
	// Day returns the first day on which banks execute what they are told at a moment: midnight UTC of it.
	Day(told time.Time) time.Time
	// File writes a batch. The same batch is the same bytes.
	File(Batch) (File, error)
}

// Reader reads what a bank booked, in order, out of a statement; errs.Invalid for what is none.
type Reader func(statement []byte) ([]Booked, error)

// File is what a bank, or whoever transfers by hand, is given.
type File struct {
	Name  string
	Media string
	Data  []byte
}

// Booked is one booking of a statement that names a transfer, or all of a batch.
type Booked struct {
	EndToEnd string // the name that we gave the transfer, or ""
	Batch    string // where the bank books a batch as one: the name that we gave it
	Amount   money.Amount
	Outcome  refund.Outcome // succeeded, pending, or reversed: the money came back
	Code     string         // why it came back: a reason of ISO 20022, such as AC04
}

// BatchID identifies a batch.
type BatchID int64

// Name returns what a batch is called in files.
func (id BatchID) Name() string { return "GWB" + strings.ToUpper(strconv.FormatInt(int64(id), 36)) }

// BatchState is how far a batch has come. How far its transfers have come say their allocations.
type BatchState string

// The states of a batch.
const (
	BatchMade      BatchState = "made"
	BatchSent      BatchState = "sent"      // somebody gave it to the bank
	BatchWithdrawn BatchState = "withdrawn" // nobody will: its transfers wait for the next one
)

// Format is how a batch is carried out.
type Format string

// The formats.
const (
	BySEPA Format = "sepa" // a file that banks read: pain.001.001.09
	ByList Format = "list" // a table for people
)

// Batch is a set of transfers out of one account in one currency, that one file tells.
type Batch struct {
	ID          BatchID
	Workspace   auth.WorkspaceID
	Account     AccountID
	Format      Format
	Currency    string
	State       BatchState
	Count       int
	Total       int64     // in minor units
	ExecuteOn   time.Time // midnight UTC of the day
	FileName    string
	MadeBy      auth.Actor // kind, identifier and name
	MadeAt      time.Time
	SentAt      time.Time
	WithdrawnAt time.Time
	Transfers   []Transfer // not in lists of batches
}

// Transfer is one attempt of an allocation in a batch.
type Transfer struct {
	Number     int    // from 1, in the batch
	EndToEnd   string // what it is called on its way through the banks
	Refund     refund.ID
	Allocation int
	Attempt    int
	Order      order.ID
	Amount     int64
	Payee      Payee
	About      string // what the payee reads: the order's number
	// State is that of the allocation, while this is its newest attempt; Over says that a later one has taken its place.
	State    refund.State
	Over     bool
	Code     string
	Returned bool // a bank said that it came back
}

// EndToEnd returns what an attempt of an allocation is called on its way through the banks: at most 35 letters, digits and
// dashes. No two attempts share one.
func EndToEnd(r refund.ID, allocation, attempt int) string {
	return fmt.Sprintf("GW%s-%d-%d", strings.ToUpper(strconv.FormatInt(int64(r), 36)), allocation, attempt)
}

// The kinds of event about batches, and of their subject.
const (
	BatchWasMade      = "transfers.made"
	BatchWasSent      = "transfers.sent"
	BatchWasWithdrawn = "transfers.withdrawn"
	StatementRead     = "transfers.heard"
	BatchKind         = "transfers"
)

// BankName is the name of the driver through which transfers leave.
const BankName = refund.BankProvider

const (
	maxTransfers = 1000 // in a batch
	maxWaiting   = 5000 // that are looked at
)

// BankRefund is a refund with what a transfer of it needs.
type BankRefund struct {
	refund.Refund
	Number string // of its order
	Payee  Payee  // zero while nobody has given it
}

// TransferStore keeps payees and batches. A record of another workspace does not exist.
type TransferStore interface {
	SavePayee(context.Context, auth.WorkspaceID, order.ID, Payee) error
	Payee(context.Context, auth.WorkspaceID, order.ID) (Payee, error)
	// BankRefunds returns the refunds after one with an allocation that is to be transferred and nobody was told to, in order.
	BankRefunds(ctx context.Context, w auth.WorkspaceID, after refund.ID, limit int) ([]BankRefund, error)
	// AddBatch keeps a batch with its transfers and its file, for ever as it is.
	AddBatch(context.Context, Batch, File) error
	// SaveBatch changes state and times of a batch.
	SaveBatch(context.Context, Batch) error
	Batch(context.Context, auth.WorkspaceID, BatchID) (Batch, error)
	// HoldBatch is Batch that keeps others from changing it until the transaction ends.
	HoldBatch(context.Context, auth.WorkspaceID, BatchID) (Batch, error)
	// Batches returns batches before one, the newest first, without their transfers.
	Batches(ctx context.Context, w auth.WorkspaceID, before BatchID, limit int) ([]Batch, error)
	BatchFile(context.Context, auth.WorkspaceID, BatchID) (File, error)
	// BatchOf returns the batch of a transfer by its name.
	BatchOf(ctx context.Context, w auth.WorkspaceID, endToEnd string) (BatchID, error)
	// NoteReturned says of a transfer that a bank said that it came back.
	NoteReturned(ctx context.Context, w auth.WorkspaceID, endToEnd string) error
}

// mayTransfer is what everything about batches takes: they are the whole house's money on its way to bank accounts.
func mayTransfer(a auth.Actor) error {
	if err := a.Can(auth.ApproveRefunds); err != nil {
		return err
	}
	if !a.Scope().All {
		return errs.New(errs.Denied, "error.transfer_limited")
	}
	return nil
}

// bankOf opens the bank account of an account with its driver.
func (s *Service) bankOf(c Account) (Bank, error) {
	d, ok := s.Driver(c.Driver)
	if !ok || d.Bank == nil {
		return nil, errs.Field("account_id", "error.transfer_account")
	}
	values, err := connector.Check(d.Options, c.Values)
	if err != nil {
		return nil, err
	}
	return d.Bank(connector.Settings{Workspace: c.Workspace, Connection: int64(c.ID), Values: values, Now: s.Now})
}

// Waiting is an allocation that waits to be transferred to a bank account.
type Waiting struct {
	Refund     refund.ID
	Allocation int
	Order      order.ID
	Number     string // of the order
	Amount     money.Amount
	Payee      Payee     // its mask is for eyes; zero while nobody has given it
	Known      bool      // somebody gave it
	Account    AccountID // that it leaves by, 0 if there is none
	Format     Format    // how it can leave, "" while that is not known
	Held       bool      // a dispute is open
	From       time.Time // it may not leave before, or zero
}

// Waiting returns what waits to be transferred, the oldest first, at most 5,000: what is known, and what lacks an account
// of the customer's or of the house's. It needs ApproveRefunds and a view of the whole workspace, as all verbs about
// transfers do.
func (s *Service) Waiting(ctx context.Context, a auth.Actor) ([]Waiting, error) {
	if err := mayTransfer(a); err != nil {
		return nil, err
	}
	accounts, err := s.Store.PayAccounts(ctx, a.Workspace)
	if err != nil {
		return nil, err
	}
	banks := map[AccountID]Bank{}
	var out []Waiting
	for after := refund.ID(0); len(out) < maxWaiting; {
		list, err := s.Store.BankRefunds(ctx, a.Workspace, after, resumed)
		if err != nil || len(list) == 0 {
			return out, err
		}
		for _, r := range list {
			more, err := s.waits(r, accounts, banks)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
		after = list[len(list)-1].ID
	}
	return out, nil
}

// waits returns the allocations of a refund that wait to be transferred.
func (s *Service) waits(r BankRefund, accounts []Account, banks map[AccountID]Bank) ([]Waiting, error) {
	var out []Waiting
	for _, x := range r.Allocations {
		if !x.AwaitsTransfer() {
			continue
		}
		w := Waiting{Refund: r.ID, Allocation: x.Number, Order: r.Order, Number: r.Number, Amount: money.Amount{Minor: x.Amount, Currency: r.Currency},
			Payee: r.Payee, Known: !r.Payee.SavedAt.IsZero(), Held: len(r.Disputes) > 0}
		if w.From = x.NotBefore; !r.Payee.ChangedAt.IsZero() && w.From.Before(r.Payee.ChangedAt.Add(Cooling)) {
			w.From = r.Payee.ChangedAt.Add(Cooling)
		}
		if !w.From.After(s.Now()) {
			w.From = time.Time{}
		}
		if c, ok := ownAccount(accounts, BankName, r.Shop); ok && c.State == On {
			w.Account = c.ID
			bank := banks[c.ID]
			if bank == nil {
				var err error
				if bank, err = s.bankOf(c); err != nil {
					return nil, err
				}
				banks[c.ID] = bank
			}
			if w.Known {
				w.Format = ByList
				if bank.Takes(w.Payee, w.Amount) {
					w.Format = BySEPA
				}
			}
		}
		out = append(out, w)
	}
	return out, nil
}

// NewBatch says what a batch is to hold.
type NewBatch struct {
	Account  AccountID
	Format   Format
	Currency string
}

// Collect makes a batch of what waits to leave by an account in a format and a currency, the oldest first, at most 1,000,
// with the file that tells it; all of them are submitted in the same transaction, so that none is in two files. It fails
// with errs.Conflict if nothing waits. What failed before is in it as a new attempt once somebody has sent it there again.
func (s *Service) Collect(ctx context.Context, a auth.Actor, n NewBatch) (Batch, error) {
	if err := mayTransfer(a); err != nil {
		return Batch{}, err
	}
	if n.Format != BySEPA && n.Format != ByList {
		return Batch{}, errs.Field("format", "error.invalid")
	}
	now := s.Now().UTC().Truncate(time.Millisecond)
	b := Batch{ID: BatchID(s.IDs.Next()), Workspace: a.Workspace, Account: n.Account, Format: n.Format, Currency: n.Currency, State: BatchMade, MadeBy: a, MadeAt: now}
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err := s.Store.HoldPayAccount(ctx, a.Workspace, n.Account) // two who collect at once come one after the other
		if err != nil {
			return err
		}
		bank, err := s.bankOf(c)
		if err != nil {
			return err
		}
		if c.State != On {
			return errs.New(errs.Conflict, "error.transfer_paused")
		}
		b.Transfers, b.Total, b.ExecuteOn = nil, 0, bank.Day(now)
		list, err := s.Waiting(ctx, a)
		if err != nil {
			return err
		}
		for _, w := range list {
			if w.Account != n.Account || w.Format != n.Format || w.Amount.Currency != n.Currency || w.Held || !w.From.IsZero() || len(b.Transfers) == maxTransfers {
				continue
			}
			r, err := s.Refunds.Submit(ctx, a, w.Refund, w.Allocation)
			if err != nil {
				return err
			}
			x := r.Allocations[w.Allocation-1]
			b.Transfers = append(b.Transfers, Transfer{Number: len(b.Transfers) + 1, EndToEnd: EndToEnd(r.ID, x.Number, x.Attempt), Refund: r.ID, Allocation: x.Number,
				Attempt: x.Attempt, Order: r.Order, Amount: x.Amount, Payee: w.Payee, About: w.Number, State: x.State})
			b.Total += x.Amount
		}
		if b.Count = len(b.Transfers); b.Count == 0 {
			return errs.New(errs.Conflict, "error.transfer_none")
		}
		file, err := bank.File(b)
		if err != nil {
			return err
		}
		b.FileName = file.Name
		if err := s.Store.AddBatch(ctx, b, file); err != nil {
			return err
		}
		return s.record(ctx, a, BatchWasMade, b)
	})
	if err != nil {
		return Batch{}, fmt.Errorf("collect transfers: %w", err)
	}
	return b, nil
}

func (s *Service) record(ctx context.Context, a auth.Actor, kind string, b Batch) error {
	return s.Journal.Append(ctx, event.New(kind, a, event.Subject{Kind: BatchKind, ID: int64(b.ID)}, 0,
		map[string]any{"count": b.Count, "amount": b.Total, "currency": b.Currency, "format": string(b.Format)}))
}

// Batches returns batches before one (0: from the newest), the newest first, at most limit, without their transfers.
func (s *Service) Batches(ctx context.Context, a auth.Actor, before BatchID, limit int) ([]Batch, error) {
	if err := mayTransfer(a); err != nil {
		return nil, err
	}
	return s.Store.Batches(ctx, a.Workspace, before, limit)
}

// Batch returns one batch with its transfers.
func (s *Service) Batch(ctx context.Context, a auth.Actor, id BatchID) (Batch, error) {
	if err := mayTransfer(a); err != nil {
		return Batch{}, err
	}
	return s.Store.Batch(ctx, a.Workspace, id)
}

// BatchFile returns the file of a batch, the same bytes each time. One that was withdrawn is errs.Conflict: nobody is to
// send it.
func (s *Service) BatchFile(ctx context.Context, a auth.Actor, id BatchID) (File, error) {
	b, err := s.Batch(ctx, a, id)
	if err != nil {
		return File{}, err
	}
	if b.State == BatchWithdrawn {
		return File{}, errs.New(errs.Conflict, "error.transfer_withdrawn")
	}
	return s.Store.BatchFile(ctx, a.Workspace, id)
}

// Withdraw takes a batch back that was not sent: its transfers wait for the next one. One that was sent, or of which a
// transfer has been heard, is errs.Conflict; a repeat changes nothing.
func (s *Service) Withdraw(ctx context.Context, a auth.Actor, id BatchID) (Batch, error) {
	return s.changeBatch(ctx, a, id, func(ctx context.Context, b *Batch) error {
		switch b.State {
		case BatchWithdrawn:
			return nil
		case BatchSent:
			return errs.New(errs.Conflict, "error.transfer_sent")
		}
		for _, x := range b.Transfers {
			if _, err := s.Refunds.Withdraw(ctx, a, x.Refund, x.Allocation, x.Attempt); err != nil {
				return err
			}
		}
		b.State, b.WithdrawnAt = BatchWithdrawn, s.Now().UTC().Truncate(time.Millisecond)
		if err := s.Store.SaveBatch(ctx, *b); err != nil {
			return err
		}
		return s.record(ctx, a, BatchWasWithdrawn, *b)
	})
}

// Sent says that somebody gave a batch to the bank: its transfers are on their way. A repeat changes nothing; one that was
// withdrawn is errs.Conflict.
func (s *Service) Sent(ctx context.Context, a auth.Actor, id BatchID) (Batch, error) {
	return s.changeBatch(ctx, a, id, func(ctx context.Context, b *Batch) error {
		if b.State == BatchSent {
			return nil
		}
		return s.send(ctx, a, b)
	})
}

// send keeps that a batch was given to the bank.
func (s *Service) send(ctx context.Context, a auth.Actor, b *Batch) error {
	if b.State == BatchWithdrawn {
		return errs.New(errs.Conflict, "error.transfer_withdrawn")
	}
	b.State, b.SentAt = BatchSent, s.Now().UTC().Truncate(time.Millisecond)
	for _, x := range b.Transfers {
		if err := s.hearTransfer(ctx, a, x, Booked{Outcome: refund.OutcomePending}); err != nil {
			return err
		}
	}
	if err := s.Store.SaveBatch(ctx, *b); err != nil {
		return err
	}
	return s.record(ctx, a, BatchWasSent, *b)
}

// hearTransfer takes what is known of a transfer.
func (s *Service) hearTransfer(ctx context.Context, a auth.Actor, x Transfer, said Booked) error {
	_, err := s.Refunds.Observe(ctx, a, x.Refund, refund.Answer{Allocation: x.Allocation, Attempt: x.Attempt, Outcome: said.Outcome, Reference: x.EndToEnd, Code: said.Code})
	return err
}

// Confirm says by hand what became of a transfer, or (number 0) of all transfers of a batch that are still on their way:
// succeeded, failed or, after a success, reversed, both with a code or words. A batch of which that is said was sent. What
// is known already changes nothing.
func (s *Service) Confirm(ctx context.Context, a auth.Actor, id BatchID, number int, outcome refund.Outcome, code string) (Batch, error) {
	if outcome != refund.OutcomeSucceeded && outcome != refund.OutcomeFailed && outcome != refund.OutcomeReversed {
		return Batch{}, errs.Field("outcome", "error.invalid")
	}
	if code == "" && outcome != refund.OutcomeSucceeded {
		return Batch{}, errs.Field("code", "error.refund_reason")
	}
	return s.changeBatch(ctx, a, id, func(ctx context.Context, b *Batch) error {
		if number < 0 || number > len(b.Transfers) {
			return errs.New(errs.NotFound, "error.not_found")
		}
		if b.State != BatchSent {
			if err := s.send(ctx, a, b); err != nil {
				return err
			}
		}
		for _, x := range b.Transfers {
			if x.Over || number != 0 && x.Number != number || number == 0 && !x.State.Moving() {
				continue
			}
			if err := s.hearTransfer(ctx, a, x, Booked{Outcome: outcome, Code: code}); err != nil {
				return err
			}
		}
		return nil
	})
}

// changeBatch holds a batch, lets fn change and keep it, and returns what it has become.
func (s *Service) changeBatch(ctx context.Context, a auth.Actor, id BatchID, fn func(context.Context, *Batch) error) (b Batch, err error) {
	if err := mayTransfer(a); err != nil {
		return b, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if b, err = s.Store.HoldBatch(ctx, a.Workspace, id); err != nil {
			return err
		}
		if err := fn(ctx, &b); err != nil {
			return err
		}
		b, err = s.Store.Batch(ctx, a.Workspace, id)
		return err
	})
	if err != nil {
		return Batch{}, fmt.Errorf("transfers %d: %w", id, err)
	}
	return b, nil
}
