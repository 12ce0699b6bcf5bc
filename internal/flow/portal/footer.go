package portal

import (
	"context"
	"strings"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// ReplyFooter is the line with the link to its order's page that stands below a reply, in
// the customer's language. There is none where the shop wants none, where no public
// address is known, where the reply names the page already, and where somebody else than
// the order's own address would read it: whoever asks about an order need not be its
// customer.
func (s *Service) ReplyFooter(ctx context.Context, f ticket.Footing) (string, error) {
	if s.Address == "" {
		return "", nil
	}
	o, err := s.Orders.Get(ctx, auth.ForSystem(f.Workspace), f.Order)
	if err != nil {
		return "", err
	}
	readers := append(append([]ticket.Address{}, f.Recipients.To...), f.Recipients.CC...)
	for _, r := range readers {
		if o.Email == "" || customer.FoldEmail(r.Address) != o.Email {
			return "", nil
		}
	}
	shop, err := s.shop(ctx, auth.ForSystem(f.Workspace), o.Shop)
	if err != nil {
		return "", err
	}
	b, err := s.brand(ctx, shop)
	if err != nil || b.Silent || len(readers) == 0 {
		return "", err
	}
	page, err := s.page(ctx, shop)
	if err != nil || strings.Contains(f.Body, page+"/o/") {
		return "", err
	}
	link, err := s.LinkTo(ctx, shop, o.ID)
	if err != nil {
		return "", err
	}
	return i18n.For(i18n.Match(f.Language, i18n.Customer())).T("portal.reply.link", "Number", o.Number, "Link", link), nil
}
