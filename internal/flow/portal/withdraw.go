package portal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/forwarded"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// WithdrawalTopic is the topic of tickets about withdrawals that no order could be found for.
const WithdrawalTopic = "withdrawal"

const declarationsAnHour = 20

// longestWithdrawal is after how long nobody can withdraw any more, even where the shop told nothing of the right: twelve
// months and fourteen days after delivery (2011/83/EU art. 10(1)), with room for the delivery.
const longestWithdrawal = 18 * 30 * 24 * time.Hour

// withdrawal are the countries of the European Union, in which a function to withdraw online is due from 19 June 2026
// (2011/83/EU art. 11a, of Directive (EU) 2023/2673), and those of the European Economic Area.
var withdrawal = []string{
	"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
}

// HasWithdrawal reports whether the law of a country has a function by which customers withdraw online.
func HasWithdrawal(country string) bool { return slices.Contains(withdrawal, country) }

// Declaration is what somebody says who withdraws from a contract (2011/83/EU art. 11a(2)): who they are, which contract,
// and where the acknowledgement goes.
type Declaration struct {
	Name     string    `json:"name"`
	Number   string    `json:"number"`
	Contact  string    `json:"contact"` // a mail address
	Words    string    `json:"words,omitempty"`
	Language i18n.Lang `json:"language"`
	At       time.Time `json:"at"` // when it was confirmed
}

// Check returns the declaration cut to measure, and errs.Invalid if it lacks something.
func (d Declaration) Check() (Declaration, error) {
	d.Name, d.Number, d.Contact = strings.TrimSpace(cut(d.Name)), strings.TrimSpace(cut(d.Number)), customer.FoldEmail(strings.TrimSpace(cut(d.Contact)))
	d.Words = strings.TrimSpace(strings.ToValidUTF8(d.Words[:min(len(d.Words), mostNote)], ""))
	if d.Name == "" || order.Key(d.Number) == "" || !strings.Contains(d.Contact, "@") {
		return d, errs.New(errs.Invalid, "portal.withdraw.empty")
	}
	return d, nil
}

// Forms keeps declarations. Become calls open once for a form, in a transaction.
type Forms interface {
	Begin(ctx context.Context, actor auth.Actor, shop order.ShopID, o order.ID, key string, data json.RawMessage) (cases.Form, error)
	Become(ctx context.Context, actor auth.Actor, f cases.FormID, open func(ctx context.Context, x *cases.Form) error) (cases.Form, error)
	Form(ctx context.Context, actor auth.Actor, f cases.FormID) (cases.Form, error)
}

// Withdraw opens the case of a withdrawal from an order, as its customer, and acknowledges it. What it cannot do, with
// errs.Conflict, errs.Invalid, errs.NotFound or errs.Unsupported, people do.
type Withdraw func(ctx context.Context, actor auth.Actor, o order.Order, d Declaration) (cases.ID, error)

// Declare takes a withdrawal, without login or account. The key is that of the form: what is sent twice is one. Where the
// order is found, and was placed with the address, its withdrawal is opened and acknowledged by mail; else people get a
// ticket, and the receipt is acknowledged to the address all the same. Nobody learns from the answer which of both
// happened. Who declares too often gets a *Wait.
func (s *Service) Declare(ctx context.Context, shop order.Shop, key string, d Declaration, v Visit) error {
	d, err := d.Check()
	if err != nil {
		return err
	}
	if s.Forms == nil || s.Desk == nil || key == "" {
		return nothing()
	}
	ok, err := s.Gate.AllowWithin(ctx, "portal declarations", forwarded.Network(v.Address), declarationsAnHour, triesWithin)
	if err == nil && !ok {
		err = &Wait{triesWithin}
	}
	if err != nil {
		return err
	}
	d.Language, d.At = v.Language, s.Now().UTC()
	o, known, err := s.declared(ctx, shop, d)
	if err != nil {
		return err
	}
	data, err := json.Marshal(d)
	if err != nil {
		return err
	}
	system := auth.ForSystem(shop.Workspace)
	f, err := s.Forms.Begin(ctx, system, shop.ID, 0, "withdrawal "+cut(key), data)
	if err != nil {
		return fmt.Errorf("declare withdrawal: %w", err)
	}
	if known && s.Withdraw != nil {
		_, err = s.Forms.Become(ctx, system, f.ID, func(ctx context.Context, x *cases.Form) (err error) {
			x.Order = o.ID
			x.Case, err = s.Withdraw(ctx, actorOf(o), o, d)
			return err
		})
		if kind := errs.KindOf(err); err == nil || kind != errs.Conflict && kind != errs.Invalid && kind != errs.NotFound && kind != errs.Unsupported {
			return err
		}
	}
	_, err = s.Forms.Become(ctx, system, f.ID, func(ctx context.Context, x *cases.Form) (err error) {
		x.Ticket, err = s.undecided(ctx, shop, o, d, x.ID)
		return err
	})
	return err
}

// declared returns the order that a declaration is about, if it was placed with the address.
func (s *Service) declared(ctx context.Context, shop order.Shop, d Declaration) (order.Order, bool, error) {
	id, err := s.lookUp(ctx, shop, order.Key(d.Number), d.Contact)
	if errs.Is(err, errs.NotFound) {
		return order.Order{}, false, nil
	}
	if err != nil {
		return order.Order{}, false, err
	}
	o, err := s.Orders.Get(ctx, auth.ForSystem(shop.Workspace), order.ID(id))
	return o, err == nil, err
}

// undecided gives people a ticket about a declaration, and lets its receipt be acknowledged.
func (s *Service) undecided(ctx context.Context, shop order.Shop, o order.Order, d Declaration, f cases.FormID) (ticket.ID, error) {
	w, err := s.House.Workspace(ctx, shop.Workspace)
	if err != nil {
		return 0, err
	}
	boxes, err := s.House.Mailboxes(ctx, shop.Workspace)
	if err != nil {
		return 0, err
	}
	t := i18n.For(d.Language)
	in := ticket.Inbound{
		Channel: ticket.Email, Form: ticket.Plain, From: ticket.Address{Name: d.Name, Address: d.Contact}, Topic: WithdrawalTopic, Order: o.ID, Shop: shop.ID,
		Subject: t.T("portal.withdraw.subject", "Number", d.Number), Body: s.declaration(t, d), Language: string(t.Lang()),
		Key: fmt.Sprintf("withdrawal.%d@portal.invalid", f), Origin: ticket.Origin{Source: "portal"}, SentAt: d.At, ReceivedAt: d.At,
	}
	if box, ok := mailboxOf(shop, boxes); ok {
		in.Mailbox, in.Delivered, in.Recipients.To = box.ID, []string{box.Address}, []ticket.Address{{Address: box.Address}}
	}
	out, err := s.Desk.Receive(ctx, w, []ticket.Inbound{in})
	if err != nil {
		return 0, err
	}
	if s.Queue == nil {
		return out[0].Ticket, nil
	}
	return out[0].Ticket, s.later(ctx, shop, errand{Kind: receiptErrand, Form: f, Language: d.Language})
}

// declaration writes what was declared, with its day and time.
func (s *Service) declaration(t *i18n.Printer, d Declaration) string {
	text := t.T("portal.withdraw.statement", "Number", d.Number, "Name", d.Name, "At", Moment(t, d.At))
	if d.Words != "" {
		text += "\n\n" + d.Words
	}
	return text
}

// Moment writes a day with its time, in UTC and said so.
func Moment(t *i18n.Printer, at time.Time) string {
	return t.DateTime(at, nil, i18n.Long) + " UTC"
}

// sendReceipt acknowledges a declaration whose order was not found, with its content, date and time, on a durable medium
// (2011/83/EU art. 11a(4)).
func (s *Service) sendReceipt(ctx context.Context, shop order.Shop, e errand) error {
	f, err := s.Forms.Form(ctx, auth.ForSystem(shop.Workspace), e.Form)
	if err != nil {
		return err
	}
	var d Declaration
	if err := json.Unmarshal(f.Data, &d); err != nil {
		return fmt.Errorf("read declaration: %w", err)
	}
	b, err := s.brand(ctx, shop)
	if err != nil {
		return err
	}
	t := i18n.For(d.Language)
	return s.Post(ctx, shop, Letter{
		To: d.Contact, Name: d.Name, Subject: t.T("portal.withdraw.subject", "Number", d.Number), Language: string(t.Lang()),
		Text: t.T("portal.withdraw.receipt", "Shop", b.Called(shop.Name), "Statement", s.declaration(t, d)),
	})
}
