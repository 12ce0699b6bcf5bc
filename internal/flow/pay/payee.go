package pay

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/iban"
	"godwit.dev/godwit/internal/base/redact"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Payee is the bank account to which refunds of an order are transferred: the customer's, as the customer or an agent
// gave it. It is sealed at rest, and belongs to one order, so that whoever knows one order moves no other's money.
type Payee struct {
	Name    string    `json:"name"`              // of the account's holder
	IBAN    string    `json:"iban,omitempty"`    // as machines write it, or "" where there are none
	BIC     string    `json:"bic,omitempty"`     // of the bank, or "" where the number tells it
	Account string    `json:"account,omitempty"` // where there is no IBAN: number, bank and branch in the customer's words
	SavedAt time.Time `json:"saved_at,omitzero"`
	// ChangedAt is when another account took the place of one that was known; zero for the first.
	ChangedAt time.Time `json:"changed_at,omitzero"`
}

// Mask returns the account so that its holder knows it again and nobody else can use it.
func (p Payee) Mask() string {
	if p.IBAN != "" {
		return iban.Mask(p.IBAN)
	}
	if n := []rune(p.Account); len(n) > 8 {
		return "•••• " + string(n[len(n)-4:])
	}
	return "••••"
}

// Cooling is how long nothing is transferred to an account that took the place of another one. The customer is written to
// at once: whoever has stolen a mailbox or a link changes where money goes, and this is the time to say so.
const Cooling = 24 * time.Hour

// same reports whether it is the same account.
func (p Payee) same(as Payee) bool {
	return p.Name == as.Name && p.IBAN == as.IBAN && p.BIC == as.BIC && p.Account == as.Account
}

// PayeeSaved is the kind of event that says that an order's account was given; it tells its mask alone.
const PayeeSaved = "payee.saved"

const (
	maxPayeeName = 70 // what a transfer of the SEPA carries
	maxPayeeText = 300
)

var bicShape = regexp.MustCompile(`^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$`)

// check returns the payee as it is kept: trimmed, the number as machines write it. It fails with errs.Invalid, field by
// field, for a name that no transfer carries, an IBAN that cannot be, and a text with the number of a payment card.
func (p Payee) check() (Payee, error) {
	p.Name, p.Account = strings.Join(strings.Fields(p.Name), " "), strings.TrimSpace(p.Account)
	var err error
	if n := utf8.RuneCountInString(p.Name); n == 0 || n > maxPayeeName || strings.ContainsFunc(p.Name, unicode.IsControl) {
		err = errs.Field("name", "error.payee_name", "max", maxPayeeName)
	}
	if p.IBAN == "" && iban.Like(p.Account) { // typed into the other field
		p.IBAN, p.Account = p.Account, ""
	}
	p.BIC = strings.ToUpper(strings.ReplaceAll(p.BIC, " ", ""))
	if p.BIC != "" && !bicShape.MatchString(p.BIC) {
		err = errors.Join(err, errs.Field("bic", "error.payee_bic"))
	}
	if strings.TrimSpace(p.IBAN) != "" {
		number, ok := iban.Parse(p.IBAN)
		if !ok {
			return p, errors.Join(err, errs.Field("iban", "error.payee_iban"))
		}
		p.IBAN, p.Account = number, ""
		return p, err
	}
	p.IBAN = ""
	_, cards := redact.Cards(p.Account)
	switch n := utf8.RuneCountInString(p.Account); {
	case n == 0:
		err = errors.Join(err, errs.Field("iban", "error.payee_iban"))
	case n < 4 || n > maxPayeeText:
		err = errors.Join(err, errs.Field("account", "error.payee_account", "max", maxPayeeText))
	case len(cards) > 0:
		err = errors.Join(err, errs.Field("account", "error.payee_card"))
	}
	return p, err
}

// about checks that the actor may see or change the account of an order, and returns the order: whoever holds a permission
// and sees the order, and the customer whose order it is.
func (s *Service) about(ctx context.Context, a auth.Actor, p auth.Permission, id order.ID) (order.Order, error) {
	if a.Kind != auth.Customer {
		if err := a.Can(p); err != nil {
			return order.Order{}, err
		}
		return s.Orders.Get(ctx, a, id)
	}
	o, err := s.Orders.Get(ctx, auth.ForSystem(a.Workspace), id)
	if err == nil && (a.ID == 0 || int64(o.Customer) != a.ID) {
		err = errs.New(errs.NotFound, "error.not_found")
	}
	return o, err
}

// SavePayee says to which account refunds of an order are transferred, instead of the one before. Another account than
// before is told to the customer, masked, whoever gave it, and nothing is transferred to it before Cooling is over. What is in
// a file of transfers already stays there. It fails with errs.Invalid by field. It needs WriteCases and sight of the order, or to be
// its customer.
func (s *Service) SavePayee(ctx context.Context, a auth.Actor, id order.ID, p Payee) (Payee, error) {
	o, err := s.about(ctx, a, auth.WriteCases, id)
	if err != nil {
		return Payee{}, fmt.Errorf("save payee: %w", err)
	}
	if p, err = p.check(); err != nil {
		return Payee{}, err
	}
	p.SavedAt = s.Now().UTC().Truncate(time.Millisecond)
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		was, err := s.Store.Payee(ctx, a.Workspace, o.ID)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		switch {
		case was.same(p):
			p.ChangedAt = was.ChangedAt
		case !was.SavedAt.IsZero():
			p.ChangedAt = p.SavedAt
		}
		if err := s.Store.SavePayee(ctx, a.Workspace, o.ID, p); err != nil {
			return err
		}
		if err := s.Journal.Append(ctx, event.New(PayeeSaved, a, event.Subject{Kind: "order", ID: int64(o.ID)}, 0, map[string]any{"account": p.Mask()})); err != nil {
			return err
		}
		if s.Told == nil || was.same(p) {
			return nil
		}
		return s.Told(ctx, o, p)
	})
	return p, err
}

// Payee returns the account to which refunds of an order are transferred; errs.NotFound while nobody has given one. It
// needs ReadCases and sight of the order, or to be its customer.
func (s *Service) Payee(ctx context.Context, a auth.Actor, id order.ID) (Payee, error) {
	o, err := s.about(ctx, a, auth.ReadCases, id)
	if err != nil {
		return Payee{}, err
	}
	return s.Store.Payee(ctx, a.Workspace, o.ID)
}
