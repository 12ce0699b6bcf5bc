package credit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Moved is the kind of event that this package announces, and SubjectKind the kind of its subject; data: News.
const (
	Moved       = "credit.moved"
	SubjectKind = "credit"
)

// News is what an event tells of a move.
type News struct {
	Customer customer.ID `json:"customer"`
	What     Kind        `json:"what"`
	Amount   int64       `json:"amount"`
	Balance  int64       `json:"balance"`
	Currency string      `json:"currency"`
	Refund   int64       `json:"refund,omitzero"`
	Note     string      `json:"note,omitempty"`
}

const (
	maxNote = 500
	maxKey  = 200
	// MaxMoves is the most moves that one call returns.
	MaxMoves = 200
)

// Store keeps credits. One of another workspace does not exist.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	// OpenCredit returns the credit of a customer in a currency, locked until the transaction ends, and adds the one that
	// is given if there is none.
	OpenCredit(context.Context, Credit) (Credit, error)
	// HoldCredit returns a credit, locked until the transaction ends.
	HoldCredit(context.Context, auth.WorkspaceID, ID) (Credit, error)
	// CreditByCode returns the credit whose code has a digest.
	CreditByCode(ctx context.Context, w auth.WorkspaceID, digest []byte) (Credit, error)
	// CreditsOf returns the credits of a customer, and of those who turned out to be the same one, by currency.
	CreditsOf(context.Context, auth.WorkspaceID, customer.ID) ([]Credit, error)
	// MoveCredit writes a move and the balance after it. It reports false if a move with the key is there, and fails with
	// errs.Invalid if a new one would leave less than nothing.
	MoveCredit(ctx context.Context, c Credit, m Move) (bool, error)
	// CreditMoves returns the moves of a credit, the newest first, before one of them.
	CreditMoves(ctx context.Context, w auth.WorkspaceID, c ID, before int64, limit int) ([]Move, error)
}

// Poster books entries in the transaction in ctx; *ledger.Book is one.
type Poster interface {
	Post(ctx context.Context, w auth.WorkspaceID, entries ...ledger.Entry) ([]ledger.Entry, error)
}

// Config is what a Service needs.
type Config struct {
	Store   Store
	Ledger  Poster
	Journal event.Journal
	IDs     *id.Source
	Now     func() time.Time
}

// Service holds the verbs of store credit.
type Service struct{ Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg}
}

// Issue gives a customer credit out of a refund, in the transaction in ctx, under the key of its attempt: a repeat gives
// nothing more. What the refund books is booked by the refund. It needs ApproveRefunds, which the system holds.
func (s *Service) Issue(ctx context.Context, a auth.Actor, who customer.ID, sum money.Amount, bonus, refund int64, key string) (Credit, error) {
	if err := a.Can(auth.ApproveRefunds); err != nil {
		return Credit{}, err
	}
	if sum.Sign() <= 0 || who == 0 {
		return Credit{}, errs.Field("amount", "error.refund_sum")
	}
	var c Credit
	err := s.Store.InTx(ctx, func(ctx context.Context) (err error) {
		now := s.clock()
		c, err = s.Store.OpenCredit(ctx, Credit{ID: ID(s.IDs.Next()), Workspace: a.Workspace, Customer: who, Currency: sum.Currency, Code: NewCode(), CreatedAt: now, UpdatedAt: now})
		if err != nil {
			return err
		}
		c, err = s.move(ctx, a, c, Move{Key: key, Kind: Issued, Amount: sum.Minor, Bonus: bonus, Refund: refund})
		return err
	})
	if err != nil {
		return Credit{}, fmt.Errorf("issue store credit: %w", err)
	}
	return c, nil
}

// Redeem takes what a purchase cost off a credit, under a key that names the purchase: a repeat takes nothing more. More
// than there is is errs.Invalid. It needs WriteCases.
func (s *Service) Redeem(ctx context.Context, a auth.Actor, id ID, sum int64, note, key string) (Credit, error) {
	if sum <= 0 {
		return Credit{}, errs.Field("amount", "error.refund_sum")
	}
	return s.change(ctx, a, auth.WriteCases, id, Move{Key: fmt.Sprintf("redeem/%d/%s", id, key), Kind: Redeemed, Amount: -sum, Note: note}, key)
}

// Adjust gives more or takes some away, with a reason. It needs ApproveRefunds.
func (s *Service) Adjust(ctx context.Context, a auth.Actor, id ID, sum int64, reason, key string) (Credit, error) {
	if sum == 0 {
		return Credit{}, errs.Field("amount", "error.refund_sum")
	}
	if strings.TrimSpace(reason) == "" {
		return Credit{}, errs.Field("note", "error.refund_reason")
	}
	return s.change(ctx, a, auth.ApproveRefunds, id, Move{Key: fmt.Sprintf("adjust/%d/%s", id, key), Kind: Adjusted, Amount: sum, Note: reason}, key)
}

// Expire takes away what is left, which nobody can spend any more. It needs ApproveRefunds. Whether the law lets it
// expire is the merchant's to know: a reason is needed.
func (s *Service) Expire(ctx context.Context, a auth.Actor, id ID, reason string) (out Credit, err error) {
	if strings.TrimSpace(reason) == "" {
		return Credit{}, errs.Field("note", "error.refund_reason")
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err := s.hold(ctx, a, auth.ApproveRefunds, id)
		if err != nil || c.Balance == 0 {
			out = c
			return err
		}
		out, err = s.move(ctx, a, c, Move{Key: fmt.Sprintf("expire/%d/%d", c.ID, s.IDs.Next()), Kind: Expired, Amount: -c.Balance, Note: reason})
		return err
	})
	return out, err
}

func (s *Service) change(ctx context.Context, a auth.Actor, p auth.Permission, id ID, m Move, key string) (out Credit, err error) {
	if key == "" || len(m.Key) > maxKey {
		return Credit{}, errs.Field("key", "error.required")
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err := s.hold(ctx, a, p, id)
		if err != nil {
			return err
		}
		out, err = s.move(ctx, a, c, m)
		return err
	})
	return out, err
}

// hold returns a credit that the actor may change. Credit is the whole workspace's: it is spent in any of its shops.
func (s *Service) hold(ctx context.Context, a auth.Actor, p auth.Permission, id ID) (Credit, error) {
	if err := a.Can(p); err != nil {
		return Credit{}, err
	}
	return s.Store.HoldCredit(ctx, a.Workspace, id)
}

// move writes a move of a credit that is held, books it and announces it.
func (s *Service) move(ctx context.Context, a auth.Actor, c Credit, m Move) (Credit, error) {
	if m.Note = strings.TrimSpace(m.Note); len(m.Note) > maxNote {
		return c, errs.Field("note", "error.invalid")
	}
	m.ID, m.Credit, m.By, m.At = s.IDs.Next(), c.ID, a, s.clock()
	after, err := c.Amount().Add(money.Amount{Minor: m.Amount, Currency: c.Currency})
	if err != nil {
		return c, err
	}
	was := c
	c.Balance, c.UpdatedAt = after.Minor, m.At
	if added, err := s.Store.MoveCredit(ctx, c, m); err != nil || !added {
		return was, err // it was done before
	}
	if e, ok := entry(c, m); ok {
		if _, err := s.Ledger.Post(ctx, c.Workspace, e); err != nil {
			return was, err
		}
	}
	x := event.New(Moved, a, event.Subject{Kind: SubjectKind, ID: int64(c.ID)}, 0, News{c.Customer, m.Kind, m.Amount, c.Balance, c.Currency, m.Refund, m.Note})
	return c, s.Journal.Append(ctx, x)
}

// entry is what a move books; an issue is booked by its refund.
func entry(c Credit, m Move) (ledger.Entry, bool) {
	sum := money.Amount{Minor: -m.Amount, Currency: c.Currency}
	var e ledger.Entry
	switch m.Kind {
	case Redeemed:
		e = ledger.Payment("store_credit", "", sum)
	case Expired:
		e = ledger.Expire(sum)
	case Adjusted:
		e = ledger.AdjustCredit(money.Amount{Minor: m.Amount, Currency: c.Currency})
	default:
		return e, false
	}
	e.Key, e.Source, e.At = fmt.Sprintf("credit/%d", m.ID), ledger.Source{Kind: SubjectKind, ID: int64(c.ID)}, m.At
	return e, true
}

func (s *Service) clock() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// Of returns the credits of a customer, by currency. It needs ReadCustomers and ReadCases.
func (s *Service) Of(ctx context.Context, a auth.Actor, who customer.ID) ([]Credit, error) {
	if err := read(a); err != nil {
		return nil, err
	}
	return s.Store.CreditsOf(ctx, a.Workspace, who)
}

// Find returns the credit of a code, however it was typed. One that does not exist is errs.NotFound.
func (s *Service) Find(ctx context.Context, a auth.Actor, code string) (Credit, error) {
	if err := read(a); err != nil {
		return Credit{}, err
	}
	hash, ok := Digest(code)
	if !ok {
		return Credit{}, errs.New(errs.NotFound, "error.not_found")
	}
	return s.Store.CreditByCode(ctx, a.Workspace, hash)
}

// Get returns a credit.
func (s *Service) Get(ctx context.Context, a auth.Actor, id ID) (c Credit, err error) {
	if err := read(a); err != nil {
		return Credit{}, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err = s.Store.HoldCredit(ctx, a.Workspace, id)
		return err
	})
	return c, err
}

// Moves returns what happened to a credit, the newest first, before a move (0: from the newest), at most MaxMoves.
func (s *Service) Moves(ctx context.Context, a auth.Actor, id ID, before int64, limit int) ([]Move, error) {
	if err := read(a); err != nil {
		return nil, err
	}
	if limit < 1 || limit > MaxMoves {
		limit = MaxMoves
	}
	return s.Store.CreditMoves(ctx, a.Workspace, id, before, limit)
}

func read(a auth.Actor) error {
	if err := a.Can(auth.ReadCases); err != nil {
		return err
	}
	return a.Can(auth.ReadCustomers)
}
