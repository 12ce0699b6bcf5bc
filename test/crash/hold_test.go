package crash

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// childBank tells a child where customers answer on the provider's page.
const childBank = "GODWIT_CRASH_BANK"

// swaps reports whether the customer of an order wants another mug at once, against a sum on their card, and whether they
// send the first one back.
func swaps(number int64) (swap, back bool) { return number%6 == 4, number%12 == 4 }

// mug is what they get.
func mug(x counter) product.New {
	return product.New{Shop: x.shop, ExternalID: "mug-2", Title: "Bigger mug", Currency: "EUR", Variants: []product.Variant{{SKU: "MUG-2", Price: 10_000}}}
}

// swap lets everybody do their part in an exchange that goes out against a hold: the customer, the packer, the carrier, the
// warehouse and the calendar. It reports false when nothing is left to do.
func (x counter) swap(ctx context.Context, customer auth.Actor, c cases.Case) (bool, error) {
	if c.Phase == cases.Submitted {
		return x.step(ctx, customer, c)
	}
	_, back := swaps(c.Number)
	desk := app.HoldDesk{Core: x.Core}
	list, err := desk.Holds(ctx, c)
	if err != nil {
		return false, err
	}
	list = slices.DeleteFunc(list, func(h hold.Hold) bool { return h.State == hold.Failed }) // nobody opened its page in time
	if len(list) == 0 || list[0].State == hold.Asked && list[0].Page == "" {
		return true, x.ask(ctx, desk, c, back)
	}
	h := list[0]
	switch {
	case h.State == hold.Asked:
		if err := x.agree(ctx, h.Page); err != nil {
			return true, err
		}
	case h.State == hold.Held:
		if went, err := x.send(ctx, c); err != nil || went {
			return true, err
		}
		if back && c.Lines[0].Count(cases.Received) == 0 {
			return x.step(ctx, customer, c)
		}
	case h.State.Over() && c.Phase == cases.GoodsHere:
		return x.step(ctx, customer, c)
	case h.State.Over():
		return false, nil
	}
	_, err = x.Pay.WorkHold(ctx, h.Workspace, h.ID)
	return true, err
}

// ask asks for the hold. The last day of whoever sends nothing back is today: then the sum is taken as soon as the new mug
// has left.
func (x counter) ask(ctx context.Context, desk app.HoldDesk, c cases.Case, back bool) error {
	list, err := desk.Securable(ctx, c)
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("case %d: %d sums to hold; %+v", c.Number, len(list), c.Resolutions)
	}
	if err != nil {
		return err
	}
	if !back {
		list[0].DueAt = c.OpenedAt
	}
	list[0].Terms, list[0].Language = "We hold it.", "en"
	_, err = desk.Ask(ctx, c, list[0], "https://shop.example/case")
	return err
}

// agree is the customer at the provider's page.
func (x counter) agree(ctx context.Context, page string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, x.bank+"/customer/"+page, nil)
	if err != nil {
		return err
	}
	res, err := outbound.Do(outbound.New(outbound.Options{Allow: outbound.Loopback()}), req)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// send packs and sends the new mug, and reports whether there was something to do.
func (x counter) send(ctx context.Context, c cases.Case) (bool, error) {
	list, err := x.Outgoing.List(ctx, x.person, outgoing.Filter{Case: c.ID}, 0, 2)
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("case %d: %d parcels go out", c.Number, len(list))
	}
	if err != nil {
		return false, err
	}
	p := list[0]
	if p.State != outgoing.ToSend {
		return false, nil
	}
	if p.Lines[0].SKU != "MUG-2" {
		_, err = x.Outgoing.Choose(ctx, x.person, p.ID, 1, "MUG-2")
		return true, err
	}
	_, err = x.Outgoing.Send(ctx, x.person, p.ID, "DHL", fmt.Sprintf("00340434%012d", c.Number))
	return true, err
}

// swapped says what is wrong about an exchange against a hold; it may be asked at any moment at which nobody works. It
// returns what was taken, and whether all of it is over.
func (x witness) swapped(ctx context.Context, c cases.Case) (taken int64, over bool) {
	x.t.Helper()
	wrong := func(format string, args ...any) {
		x.t.Helper()
		x.t.Errorf("case %d, an exchange: "+format, append([]any{c.Number}, args...)...)
	}
	list, err := x.core.Pay.Holds(ctx, x.who, c.ID)
	if err != nil {
		x.t.Fatal(err)
	}
	sum, _ := priced(c.Number)
	_, back := swaps(c.Number)
	var h hold.Hold
	for _, one := range list {
		at := x.bank.Held(one.Key())
		if one.State == hold.Failed {
			if at.Active || at.Kept || at.Taken > 0 {
				wrong("a hold that failed is %+v at its provider", at)
			}
			continue
		}
		if h.ID != 0 {
			wrong("two holds: %+v, %+v", h, one)
		}
		h = one
		if at.Times > 1 || at.Taken > 0 && at.Taken != sum || one.Amount != sum {
			wrong("held %d times, %d taken, of %d", at.Times, at.Taken, sum)
		}
		as := map[hold.State]bool{ // what may be at its provider
			hold.Asked: at.Taken == 0, hold.Held: at.Active && at.Kept, hold.Releasing: at.Taken == 0, hold.Released: at.Taken == 0 && !at.Active && !at.Kept,
			hold.Taking: true, hold.Taken: at.Taken == sum && one.Take == sum && !at.Kept,
		}
		if !as[one.State] {
			wrong("its hold is %s, at its provider %+v", one.State, at)
		}
	}
	if h.State == hold.Released && !back || h.State == hold.Taken && back {
		wrong("its hold is %s, and the goods come back: %v", h.State, back)
	}
	parcels, err := x.core.Outgoing.List(ctx, x.who, outgoing.Filter{Case: c.ID}, 0, 3)
	if err != nil {
		x.t.Fatal(err)
	}
	if sent := len(parcels); sent > 1 || (sent == 1) != !h.HeldAt.IsZero() {
		wrong("%d parcels, its hold is %s", sent, h.State)
	}
	x.told(ctx, c, h, wrong)
	for _, f := range c.Resolutions {
		if f.Refund != 0 {
			wrong("money is paid back: %+v", f)
		}
	}
	if h.State == hold.Taken {
		taken = h.Take
	}
	return taken, h.State == hold.Taken || h.State == hold.Released && c.Phase != cases.GoodsHere
}

// told holds the letters about a hold, and its customer's page, against its state: each of them once, and none too early.
func (x witness) told(ctx context.Context, c cases.Case, h hold.Hold, wrong func(string, ...any)) {
	rows, err := x.read.QueryContext(ctx, `SELECT body FROM message WHERE kind='outbound' AND ticket_id=$1`, int64(c.Ticket))
	if err != nil {
		x.t.Fatal(err)
	}
	defer rows.Close()
	var began, ended, charged int
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			x.t.Fatal(err)
		}
		for words, n := range map[string]*int{"on your card, and your exchange": &began, "on your card was released": &ended, "to your card, as agreed": &charged} {
			*n += strings.Count(body, words)
		}
	}
	is := map[bool]int{true: 1}
	if began != is[!h.HeldAt.IsZero()] || ended != is[h.State == hold.Released] || charged != is[h.State == hold.Taken] {
		wrong("its hold is %s; told that it began %d times, was released %d, taken %d", h.State, began, ended, charged)
	}
	if word := ui.Standing(c).Word; h.State == hold.Taken && word == "send" || h.State == hold.Asked && c.Phase == cases.AwaitingGoods && word != "send" {
		wrong("its hold is %s, its page says %q", h.State, word)
	}
}

// swaps counts the exchanges, each of which is over, and adds up what was taken for them.
func (x witness) swaps(ctx context.Context) (n int, taken int64) {
	x.t.Helper()
	for before := cases.ID(0); ; {
		page, err := x.core.Cases.List(ctx, x.who, cases.Filter{}, before, cases.MaxPage)
		if err != nil {
			x.t.Fatal(err)
		}
		if len(page) == 0 {
			return n, taken
		}
		before = page[len(page)-1].ID
		for _, c := range page {
			if swap, _ := swaps(c.Number); !swap {
				continue
			}
			sum, over := x.swapped(ctx, c)
			if n, taken = n+1, taken+sum; !over {
				x.t.Errorf("case %d, an exchange, is not over: %s %+v", c.Number, c.Phase, c.Resolutions)
			}
		}
	}
}
