package portal

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/forwarded"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// A code proves that somebody reads the mail of an order. It is six digits, works
// once, for CodeLife, in one place, and may be tried a few times; only a keyed hash
// of it is kept, which is worth nothing without the workspace's sealed secret.
const (
	CodeLife    = 10 * time.Minute
	SessionLife = 30 * time.Minute

	codeDigits      = 6
	triesPerCode    = 5
	codesPerOrder   = 4
	codesPerNetwork = 40
)

// Code is a code that was sent and not used yet.
type Code struct {
	Workspace auth.WorkspaceID
	Order     order.ID
	Hash      []byte
	ExpiresAt time.Time
}

// Store keeps what customers begin here. A record of another workspace does not
// exist.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	// PutCode keeps a code in the place of the one that an order had.
	PutCode(context.Context, Code) error
	// TryCode counts a try at the code of an order and returns its hash. One that is
	// over, or was tried most times, is errs.NotFound.
	TryCode(ctx context.Context, w auth.WorkspaceID, o order.ID, now time.Time, most int) ([]byte, error)
	// TakeCode removes a code; of two who try, one is told true.
	TakeCode(ctx context.Context, w auth.WorkspaceID, o order.ID, hash []byte) (bool, error)

	// Subscription returns what was wished for an order, errs.NotFound if nothing was;
	// PutSubscription writes it.
	Subscription(context.Context, auth.WorkspaceID, order.ID) (Subscription, error)
	PutSubscription(context.Context, Subscription) error

	// MissingOf returns the parcels of an order that were reported as not received.
	MissingOf(context.Context, auth.WorkspaceID, order.ID) ([]Missing, error)
	// AddMissing fails with errs.Conflict if the parcel was reported before.
	AddMissing(context.Context, Missing) error
}

// Letter is a letter to a customer.
type Letter struct {
	To, Name      string
	Subject, Text string
	Language      string
	// Unsubscribe is the address that ends such letters with one request (RFC 8058),
	// "" for a letter that somebody has just asked for.
	Unsubscribe string
}

// Post sends a letter by a mailbox of a shop. It fails with errs.NotFound if there
// is none that sends.
type Post func(ctx context.Context, shop order.Shop, l Letter) error

// JobKind is the kind of the jobs that send letters to customers, Queue where they
// stand.
const (
	JobKind = "portal.letter"
	Queue   = "portal"
	jobTry  = 4
)

// errand is a letter that is to be written. It holds no secret and no address.
type errand struct {
	Kind     string       `json:"kind"`
	Shop     order.ShopID `json:"shop"`
	Order    order.ID     `json:"order"`
	Language i18n.Lang    `json:"language"`
	At       time.Time    `json:"at"`
	Form     cases.FormID `json:"form,omitzero"` // of a declaration
}

const (
	codeErrand    = "code"
	confirmErrand = "confirm"
	receiptErrand = "receipt"
)

func (s *Service) later(ctx context.Context, shop order.Shop, e errand) error {
	e.Shop, e.At = shop.ID, s.Now()
	return s.Queue.Enqueue(ctx, job.New(shop.Workspace, JobKind, e).On(Queue).Tries(jobTry).At(e.At))
}

// Handle writes and sends a letter. A repeat sends another one, whose code takes the
// place of the one before.
func (s *Service) Handle(ctx context.Context, j job.Job) error {
	var e errand
	if err := j.Decode(&e); err != nil {
		return err
	}
	actor := auth.ForSystem(j.Workspace)
	if e.Kind == receiptErrand {
		shop, err := s.shop(ctx, actor, e.Shop)
		if err == nil {
			err = s.sendReceipt(ctx, shop, e)
		}
		if errs.Is(err, errs.NotFound) {
			return nil // no mailbox of theirs sends
		}
		return err
	}
	o, err := s.Orders.Get(ctx, actor, e.Order)
	if errs.Is(err, errs.NotFound) || err == nil && (o.Email == "" || o.Shop != e.Shop) {
		return nil // nobody to write to
	}
	if err != nil {
		return err
	}
	shop, err := s.shop(ctx, actor, e.Shop)
	if err != nil {
		return err
	}
	switch e.Kind {
	case codeErrand:
		if s.Now().Sub(e.At) > CodeLife {
			return nil // whoever asked has gone
		}
		err = s.sendCode(ctx, shop, o, i18n.For(e.Language))
	case confirmErrand:
		err = s.sendConfirm(ctx, shop, o, i18n.For(e.Language))
	default:
		return errs.New(errs.Unsupported, "error.errand", "kind", e.Kind)
	}
	if errs.Is(err, errs.NotFound) {
		return nil // no mailbox of theirs sends
	}
	return err
}

func (s *Service) shop(ctx context.Context, actor auth.Actor, id order.ShopID) (order.Shop, error) {
	list, err := s.Orders.Shops(ctx, actor)
	if err != nil {
		return order.Shop{}, err
	}
	for _, shop := range list {
		if shop.ID == id {
			return shop, nil
		}
	}
	return order.Shop{}, nothing()
}

func (s *Service) sendCode(ctx context.Context, shop order.Shop, o order.Order, t *i18n.Printer) error {
	w, err := s.House.Workspace(ctx, shop.Workspace)
	if err != nil {
		return err
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return fmt.Errorf("make code: %w", err)
	}
	code := fmt.Sprintf("%0*d", codeDigits, n)
	c := Code{Workspace: shop.Workspace, Order: o.ID, Hash: codeHash(w.Secret, o.ID, code), ExpiresAt: s.Now().Add(CodeLife)}
	if err := s.Store.PutCode(ctx, c); err != nil {
		return err
	}
	b, err := s.brand(ctx, shop)
	if err != nil {
		return err
	}
	args := []any{"Number", o.Number, "Shop", b.Called(shop.Name), "Code", code, "Time", CodeTime(t)}
	return s.Post(ctx, shop, Letter{
		To: o.Email, Subject: t.T("portal.mail.code.subject", args...), Text: t.T("portal.mail.code.text", args...), Language: string(t.Lang()),
	})
}

// CodeTime writes how long a code works, without the full stop of an abbreviation:
// sentences end with it.
func CodeTime(t *i18n.Printer) string { return strings.TrimSuffix(t.Duration(CodeLife), ".") }

func codeHash(secret []byte, o order.ID, code string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("portal: code of an order\x00"))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(o)))
	h.Write([]byte(code))
	return h.Sum(nil)
}

// Visit is who asks: from which network, and in which language they read.
type Visit struct {
	Address  string
	Language i18n.Lang
}

// AskCode lets a code be sent to the mail address of the order behind a link. The
// answer is the same whether or not the order has one. Who asks too often gets a
// *Wait, a link that shows nothing is errs.NotFound.
func (s *Service) AskCode(ctx context.Context, shop order.Shop, token string, v Visit) error {
	o, err := s.orderOf(ctx, shop, token, forOrder)
	if err != nil {
		return err
	}
	if err := s.mayAsk(ctx, o, v); err != nil {
		return err
	}
	return s.later(ctx, shop, errand{Kind: codeErrand, Order: o.ID, Language: v.Language})
}

// mayAsk counts a letter that somebody lets be sent about an order.
func (s *Service) mayAsk(ctx context.Context, o order.Order, v Visit) error {
	if s.Queue == nil {
		return nothing()
	}
	for _, limit := range []struct {
		what, who string
		n         int
	}{
		{"portal codes from", forwarded.Network(v.Address), codesPerNetwork},
		{"portal codes", strconv.FormatInt(int64(o.ID), 36), codesPerOrder},
	} {
		ok, err := s.Gate.AllowWithin(ctx, limit.what, limit.who, limit.n, triesWithin)
		if err != nil {
			return err
		}
		if !ok {
			return &Wait{triesWithin}
		}
	}
	return nil
}

// Enter takes the code of the order behind a link and returns a session, which
// [Service.Show] takes until SessionLife is over. A code that is wrong, over, used or
// tried too often is errs.Denied; who tries too often gets a *Wait.
func (s *Service) Enter(ctx context.Context, shop order.Shop, token, code string, v Visit) (session string, err error) {
	o, err := s.orderOf(ctx, shop, token, forOrder)
	if err != nil {
		return "", err
	}
	account := "portal code " + strconv.FormatInt(int64(o.ID), 36)
	wait, err := s.Gate.Try(ctx, account, v.Address)
	if err != nil {
		return "", err
	}
	if wait > 0 {
		return "", &Wait{wait}
	}
	w, err := s.House.Workspace(ctx, shop.Workspace)
	if err != nil {
		return "", err
	}
	wrong := errs.New(errs.Denied, "portal.code.wrong")
	kept, err := s.Store.TryCode(ctx, shop.Workspace, o.ID, s.Now(), triesPerCode)
	if errs.Is(err, errs.NotFound) {
		return "", wrong
	}
	if err != nil {
		return "", err
	}
	if !hmac.Equal(kept, codeHash(w.Secret, o.ID, plainDigits(cut(code)))) {
		return "", wrong
	}
	taken, err := s.Store.TakeCode(ctx, shop.Workspace, o.ID, kept)
	if err != nil {
		return "", err
	}
	if !taken {
		return "", wrong
	}
	s.Gate.Passed(ctx, account, v.Address)
	return makeToken(w.Secret, shop.ID, forSession, int64(o.ID), s.Now().Add(SessionLife)), nil
}

// plainDigits brings digits of any script to those of ASCII and drops the rest.
func plainDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsDigit(r) {
			return -1
		}
		zero := r
		for unicode.IsDigit(zero-1) && r-zero < 9 {
			zero--
		}
		return '0' + r - zero
	}, s)
}

// Private is what only the reader of the order's mail is shown.
type Private struct {
	Email    string
	ShipTo   order.Address
	Lines    []order.Line
	Currency string
	Goods    int64 // all sums in minor units of Currency
	Discount int64
	Shipping int64
	Tax      int64
	Duty     int64
	Total    int64
	Refunded int64
	Updates  bool      // by mail, about its parcels
	Until    time.Time // when the session ends
}

// private returns the private part of an order if a session is on it, else nil.
func (s *Service) private(ctx context.Context, shop order.Shop, o order.Order, session string) (*Private, error) {
	if session == "" {
		return nil, nil
	}
	g, err := s.read(ctx, shop, session, forSession)
	if errs.Is(err, errs.NotFound) || err == nil && order.ID(g.about) != o.ID {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	sub, err := s.Store.Subscription(ctx, shop.Workspace, o.ID)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	return &Private{
		Updates: sub.On(),
		Email:   o.Email, ShipTo: o.ShipTo, Lines: o.Lines, Currency: o.Currency, Goods: o.Goods, Discount: o.Discount,
		Shipping: o.Shipping, Tax: o.Tax, Duty: o.Duty, Total: o.Total, Refunded: o.Refunded, Until: g.ends,
	}, nil
}
