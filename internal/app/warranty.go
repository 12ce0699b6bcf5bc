package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// buildWarranty makes what knows what covers a unit. It comes before the cases that go by it.
func (c *Core) buildWarranty() {
	c.Warranty = warranty.New(warranty.Config{Log: c.Log,
		Store: c.Store, Orders: c.Orders, Market: casework.Market, Delivered: func(ctx context.Context, o order.Order) (time.Time, error) { return c.Casework.Delivered(ctx, o) }, Categories: func(ctx context.Context, o order.Order) (map[string]string, error) {
			skus := make([]string, 0, len(o.Lines))
			for _, l := range o.Lines {
				skus = append(skus, l.SKU)
			}
			return c.categories(ctx, o.Workspace, skus)
		}, Confirm: c.confirmUnit,
		Ship: func(ctx context.Context, o order.Order, carrier, number string) (shipment.ID, error) {
			v, err := c.Shipments.Announce(ctx, auth.ForSystem(o.Workspace), o, "repair", carrier, number)
			return v.ID, err
		},
		Journal: c.Store, IDs: c.IDs, Now: c.Now,
	})
}

// registeredJob writes to a customer who registered a unit.
const registeredJob = "warranty.letter"

// registeredNotice is what such a letter is made from.
type registeredNotice struct {
	Order    order.ID        `json:"order"`
	Unit     warranty.UnitID `json:"unit"`
	Language string          `json:"language"`
}

// confirmUnit leaves a letter to be sent once the registration stands.
func (c *Core) confirmUnit(ctx context.Context, o order.Order, u warranty.Unit, language string) error {
	if !strings.Contains(o.Email, "@") {
		return nil
	}
	return c.Store.Enqueue(ctx, job.New(o.Workspace, registeredJob, registeredNotice{o.ID, u.ID, language}).On(errandQueue).Tries(errandTries))
}

// registeredLetter sends one: what was registered, what covers it, and until when.
func (c *Core) registeredLetter(ctx context.Context, j job.Job) error {
	var n registeredNotice
	if err := j.Decode(&n); err != nil {
		return err
	}
	o, list, err := c.Warranty.Order(ctx, auth.ForSystem(j.Workspace), n.Order)
	if errs.Is(err, errs.NotFound) {
		return nil // the order is gone, and with it the reason to write
	}
	if err != nil {
		return err
	}
	shops, err := c.Orders.Shops(ctx, auth.ForSystem(j.Workspace))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(shops, func(s order.Shop) bool { return s.ID == o.Shop })
	at := slices.IndexFunc(list, func(x warranty.Covered) bool { return x.Unit != nil && x.Unit.ID == n.Unit })
	if i < 0 || at < 0 {
		return nil
	}
	t := i18n.For(i18n.Lang(cmp.Or(n.Language, "und-"+cmp.Or(o.ShipTo.Country, "US"))))
	said := t.T("portal.warranty.letter", "Title", list[at].Title)
	if s := list[at].Unit.Serial; s != "" {
		said += " (" + s + ")"
	}
	var lines []string
	for _, l := range ui.CoverLines(t, list[at].Coverage, c.Now()) {
		lines = append(lines, "- "+l.What+": "+l.Until)
	}
	text := strings.Join([]string{t.T("portal.news.hello"), said + ".", strings.Join(lines, "\n"), t.T("portal.warranty.lead"), shops[i].Name}, "\n\n")
	return c.customerLetter(ctx, shops[i], portal.Letter{To: o.Email, Name: o.ShipTo.Name, Subject: said, Text: text, Language: string(t.Lang())})
}
