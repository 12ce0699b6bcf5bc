package portal

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// How long the links of letters work: one that begins updates, and one that ends
// them, which stands below each of them.
const (
	confirmLife = 3 * 24 * time.Hour
	stopLife    = 365 * 24 * time.Hour
)

// Subscription is the wish to hear of the parcels of an order by mail. Only a
// reader of the order's own mail begins one: with a code, or by a link in a letter.
type Subscription struct {
	Workspace   auth.WorkspaceID
	Order       order.ID
	Language    i18n.Lang // in which it was asked for
	ConfirmedAt time.Time // zero: nobody asked for updates, and somebody ended them
	EndedAt     time.Time // zero: it lasts
}

// On reports whether updates are wanted.
func (s Subscription) On() bool { return !s.ConfirmedAt.IsZero() && s.EndedAt.IsZero() }

// Updates says what was wished for an order, by its workspace: whether letters about
// its parcels are wanted or were stopped, in which language, and the two addresses
// that such a letter names. An order that nobody spoke of is the zero Subscription.
// Addresses are "" where no public address is known.
func (s *Service) Updates(ctx context.Context, w auth.WorkspaceID, o order.Order) (sub Subscription, status, unsubscribe string, err error) {
	sub, err = s.Store.Subscription(ctx, w, o.ID)
	if errs.Is(err, errs.NotFound) {
		sub, err = Subscription{}, nil
	}
	if err != nil || s.Address == "" {
		return sub, "", "", err
	}
	shop, err := s.shop(ctx, auth.ForSystem(w), o.Shop)
	if err != nil {
		return sub, "", "", err
	}
	if status, err = s.LinkTo(ctx, shop, o.ID); err != nil {
		return sub, "", "", err
	}
	unsubscribe, err = s.updatesLink(ctx, shop, o.ID, forStop, stopLife)
	return sub, status, unsubscribe, err
}

// LinkTo returns the address of the status of an order, as a letter names it, or ""
// where no public address is known.
func (s *Service) LinkTo(ctx context.Context, shop order.Shop, o order.ID) (string, error) {
	token, err := s.token(ctx, shop, forOrder, o, LinkLife)
	if err != nil || s.Address == "" {
		return "", err
	}
	page, err := s.page(ctx, shop)
	return page + "/o/" + token, err
}

// LinkToOrder is LinkTo where the shop is not at hand.
func (s *Service) LinkToOrder(ctx context.Context, o order.Order) (string, error) {
	shop, err := s.shop(ctx, auth.ForSystem(o.Workspace), o.Shop)
	if err != nil {
		return "", err
	}
	return s.LinkTo(ctx, shop, o.ID)
}

func (s *Service) updatesLink(ctx context.Context, shop order.Shop, o order.ID, p purpose, life time.Duration) (string, error) {
	token, err := s.token(ctx, shop, p, o, life)
	if err != nil {
		return "", err
	}
	page, err := s.page(ctx, shop)
	return page + "/updates/" + token, err
}

// page is the public address of a shop's page: on the host that it has proven to be its
// own, behind the same door as ours, else below ours. A host whose proof is gone is named
// no more, for it may be somebody else's by now.
func (s *Service) page(ctx context.Context, shop order.Shop) (string, error) {
	b, err := s.brand(ctx, shop)
	if err != nil || !b.Domain.Linked() {
		return s.Address + "/p/" + shop.Slug, err
	}
	ours, err := url.Parse(s.Address)
	if err != nil {
		return "", fmt.Errorf("public address: %w", err)
	}
	host := b.Domain.Host
	if port := ours.Port(); port != "" {
		host += ":" + port
	}
	return ours.Scheme + "://" + host, nil
}

// Page is the public address of a shop's page, "" where no public address is known.
func (s *Service) Page(ctx context.Context, shop order.Shop) (string, error) {
	if s.Address == "" {
		return "", nil
	}
	return s.page(ctx, shop)
}

// brand is how a shop looks.
func (s *Service) brand(ctx context.Context, shop order.Shop) (brand.Brand, error) {
	if s.Brands == nil {
		return brand.Brand{}, nil
	}
	return s.Brands.Of(ctx, shop)
}

func (s *Service) token(ctx context.Context, shop order.Shop, p purpose, o order.ID, life time.Duration) (string, error) {
	w, err := s.House.Workspace(ctx, shop.Workspace)
	if err != nil {
		return "", err
	}
	return makeToken(w.Secret, shop.ID, p, int64(o), s.Now().Add(life)), nil
}

// AskUpdates begins updates about the order behind a link at once for whom a session
// belongs to. Without one it lets a link be sent that begins them, whether or not the
// order has an address; begun says which.
func (s *Service) AskUpdates(ctx context.Context, shop order.Shop, token, session string, v Visit) (begun bool, err error) {
	o, err := s.orderOf(ctx, shop, token, forOrder)
	if err != nil {
		return false, err
	}
	held, err := s.private(ctx, shop, o, session)
	if err != nil {
		return false, err
	}
	if held != nil {
		return true, s.begin(ctx, o, v.Language)
	}
	if err := s.mayAsk(ctx, o, v); err != nil {
		return false, err
	}
	return false, s.later(ctx, shop, errand{Kind: confirmErrand, Order: o.ID, Language: v.Language})
}

// StopUpdates ends updates about the order behind a link, for whom a session belongs
// to; without one it fails with errs.Denied.
func (s *Service) StopUpdates(ctx context.Context, shop order.Shop, token, session string, v Visit) error {
	o, err := s.orderOf(ctx, shop, token, forOrder)
	if err != nil {
		return err
	}
	held, err := s.private(ctx, shop, o, session)
	if err == nil && held == nil {
		err = errs.New(errs.Denied, "portal.code.wrong")
	}
	if err != nil {
		return err
	}
	return s.end(ctx, o, v.Language)
}

// LetterLink is what the link of a letter is about.
type LetterLink struct {
	Number string // of the order
	Begins bool   // it begins updates; else it ends them
}

// ReadLetterLink says what the link of a letter does, without doing it: mail
// programs follow links on their own.
func (s *Service) ReadLetterLink(ctx context.Context, shop order.Shop, token string) (LetterLink, error) {
	l, _, err := s.letterLink(ctx, shop, token)
	return l, err
}

// FollowLetterLink does what the link of a letter says. A repeat changes nothing.
func (s *Service) FollowLetterLink(ctx context.Context, shop order.Shop, token string, v Visit) (LetterLink, error) {
	l, o, err := s.letterLink(ctx, shop, token)
	switch {
	case err != nil:
		return l, err
	case l.Begins:
		return l, s.begin(ctx, o, v.Language)
	}
	return l, s.end(ctx, o, v.Language)
}

func (s *Service) letterLink(ctx context.Context, shop order.Shop, token string) (LetterLink, order.Order, error) {
	g, err := s.read(ctx, shop, token, forConfirm, forStop)
	if err != nil {
		return LetterLink{}, order.Order{}, err
	}
	o, err := s.orderOf(ctx, shop, token, g.purpose)
	return LetterLink{Number: o.Number, Begins: g.purpose == forConfirm}, o, err
}

func (s *Service) begin(ctx context.Context, o order.Order, l i18n.Lang) error {
	return s.Store.PutSubscription(ctx, Subscription{Workspace: o.Workspace, Order: o.ID, Language: l, ConfirmedAt: s.Now()})
}

func (s *Service) end(ctx context.Context, o order.Order, l i18n.Lang) error {
	sub, err := s.Store.Subscription(ctx, o.Workspace, o.ID)
	if errs.Is(err, errs.NotFound) {
		sub, err = Subscription{Workspace: o.Workspace, Order: o.ID, Language: l}, nil
	}
	if err != nil || !sub.EndedAt.IsZero() {
		return err
	}
	sub.EndedAt = s.Now()
	return s.Store.PutSubscription(ctx, sub)
}

func (s *Service) sendConfirm(ctx context.Context, shop order.Shop, o order.Order, t *i18n.Printer) error {
	if s.Address == "" {
		return nil // a letter without its link asks for nothing
	}
	link, err := s.updatesLink(ctx, shop, o.ID, forConfirm, confirmLife)
	if err != nil {
		return err
	}
	b, err := s.brand(ctx, shop)
	if err != nil {
		return err
	}
	args := []any{"Number", o.Number, "Shop", b.Called(shop.Name), "Link", link + "?lang=" + string(t.Lang())}
	return s.Post(ctx, shop, Letter{
		To: o.Email, Subject: t.T("portal.mail.updates.subject", args...), Text: t.T("portal.mail.updates.text", args...), Language: string(t.Lang()),
	})
}
