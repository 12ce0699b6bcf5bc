package casework

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// TellAccount writes to the customer of an order, in the thread of its newest case, that its refunds go to another bank
// account from now on: its holder and its mask, so that whoever did not give it stops the money. It joins the transaction
// in ctx. An order without a case that has a thread, and one that nobody can be written to, is passed over.
func (s *Service) TellAccount(ctx context.Context, o order.Order, name, mask string) error {
	if s.Desk == nil {
		return nil
	}
	system := auth.ForSystem(o.Workspace)
	list, err := s.Store.Cases(ctx, system.Scope(), cases.Filter{Order: o.ID}, 0, cases.MaxPage)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(c cases.Case) bool { return c.Ticket != 0 })
	if i < 0 {
		return nil
	}
	c := list[i]
	lang := c.Language
	if lang == "" && o.Customer != 0 {
		people, err := s.Customers.ByIDs(ctx, system, []customer.ID{o.Customer})
		if err != nil {
			return err
		}
		if l := people[o.Customer].Language; l != "und" {
			lang = l
		}
	}
	t := i18n.For(i18n.Lang(cmp.Or(lang, "und-"+cmp.Or(o.ShipTo.Country, "US"))))
	body := strings.Join([]string{
		t.T("portal.news.hello"), t.T("case.letter.about", "Case", apart(t, fmt.Sprint(c.Number)), "Order", apart(t, o.Number)) + "\n" +
			t.T("case.letter.payee", "Account", apart(t, mask), "Name", apart(t, name)), t.T("portal.news.answer"),
	}, "\n\n")
	err = s.Desk.Write(ctx, c, fmt.Sprintf("case.%d.account.%d", c.ID, s.clock().UnixMilli()), body)
	if errs.Is(err, errs.Conflict) || errs.Is(err, errs.Invalid) {
		return nil
	}
	return err
}
