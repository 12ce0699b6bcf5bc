package web

import (
	"errors"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cost"
	"godwit.dev/godwit/internal/server/web/ui"
)

// costDraft reads the form of costs. Tables that are too long for the page stand as
// they stood.
func (r *request) costDraft(stands cost.Book) costDraft {
	d := costDraft{rest: map[string]string{}}
	for _, name := range []string{"currency", "handling", "anew", "resale_a", "resale_b", "resale_c", "repair_cost", "repair_freight", "repair_days", "tax_back", "credit"} {
		d.rest[name] = strings.TrimSpace(r.FormValue(name))
	}
	b := cost.Book{
		Currency: strings.ToUpper(d.rest["currency"]), Anew: cost.Percent(d.rest["anew"]), ResaleA: cost.Percent(d.rest["resale_a"]), ResaleB: cost.Percent(d.rest["resale_b"]), ResaleC: cost.Percent(d.rest["resale_c"]),
		TaxBack: cost.Percent(d.rest["tax_back"]), Credit: cost.Percent(d.rest["credit"]),
	}
	c := cell{&d, b.Currency}
	b.Handling = c.amount("handling", d.rest["handling"])
	if d.rest["repair_cost"] != "" || d.rest["repair_freight"] != "" {
		b.Repair = &cost.Repair{Cost: c.sum("repair_cost", d.rest["repair_cost"]), Freight: c.sum("repair_freight", d.rest["repair_freight"]), Days: int(c.number("repair_days", d.rest["repair_days"]))}
	}
	if b.Lanes = stands.Lanes; len(stands.Lanes) <= costRows {
		b.Lanes = r.costLanes(&d, c)
	} else {
		d.lanes = r.s.written(stands).lanes
	}
	if b.Goods = stands.Goods; len(stands.Goods) <= costRows {
		b.Goods = r.costGoods(&d, c)
	} else {
		d.goods = r.s.written(stands).goods
	}
	d.book = b
	return d
}

// costLanes reads the rows of lanes; an empty one is dropped.
func (r *request) costLanes(d *costDraft, c cell) []cost.Lane {
	var out []cost.Lane
	for i := range costRows + spareRows {
		field := func(name string) string {
			return strings.TrimSpace(r.FormValue("lanes." + strconv.Itoa(i+1) + "." + name))
		}
		row := ui.CostLane{Way: field("way"), From: field("from"), To: field("to"), Route: field("route"), Bands: field("bands"), Fee: field("fee"), Days: field("days"), Duty: field("duty_back")}
		if row.Bands == "" && row.From == "" && row.To == "" {
			continue
		}
		d.lanes = append(d.lanes, row)
		place := "lanes." + strconv.Itoa(len(d.lanes))
		l := cost.Lane{Way: row.Way, From: row.From, To: row.To, Route: row.Route, Fee: c.sum(place+".fee", row.Fee), Days: int(c.number(place+".days", row.Days)), DutyBack: cost.Percent(row.Duty)}
		for _, part := range strings.FieldsFunc(row.Bands, func(x rune) bool { return x == ',' || x == ';' || x == '，' }) {
			grams, freight, ok := strings.Cut(strings.ReplaceAll(part, "：", ":"), ":")
			n, err := strconv.ParseInt(strings.TrimSpace(grams), 10, 64)
			if !ok || err != nil {
				d.wrong = append(d.wrong, errs.Field(place+".bands", "error.cost_band", "text", part))
				continue
			}
			l.Bands = append(l.Bands, cost.Band{Grams: n, Freight: c.sum(place+".bands", strings.TrimSpace(freight))})
		}
		out = append(out, l)
	}
	return out
}

// costGoods reads the rows of articles; one without a SKU is dropped.
func (r *request) costGoods(d *costDraft, c cell) []cost.Goods {
	var out []cost.Goods
	for i := range costRows + spareRows {
		field := func(name string) string {
			return strings.TrimSpace(r.FormValue("goods." + strconv.Itoa(i+1) + "." + name))
		}
		row := ui.CostGoods{SKU: field("sku"), Cost: field("cost"), A: field("resale_a"), B: field("resale_b"), C: field("resale_c"), Grams: field("grams")}
		if row.SKU == "" {
			continue
		}
		d.goods = append(d.goods, row)
		place := "goods." + strconv.Itoa(len(d.goods))
		out = append(out, cost.Goods{
			SKU: row.SKU, Cost: c.amount(place+".cost", row.Cost), ResaleA: c.amount(place+".resale_a", row.A), ResaleB: c.amount(place+".resale_b", row.B), ResaleC: c.amount(place+".resale_c", row.C),
			Grams: c.number(place+".grams", row.Grams),
		})
	}
	return out
}

// cell reads fields of a draft and keeps what is wrong with them.
type cell struct {
	draft    *costDraft
	currency string
}

func (c cell) amount(place, text string) *int64 {
	if text == "" {
		return nil
	}
	a, err := money.Parse(text, c.currency)
	if err != nil {
		c.draft.wrong = append(c.draft.wrong, errs.Field(place, "error.policy_amount", "amount", text, "currency", c.currency))
		return nil
	}
	return &a.Minor
}

func (c cell) sum(place, text string) int64 {
	if n := c.amount(place, text); n != nil {
		return *n
	}
	return 0
}

func (c cell) number(place, text string) int64 {
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		c.draft.wrong = append(c.draft.wrong, errs.Field(place, "error.cost_number", "text", text))
	}
	return n
}

func joinErrs(list []error) error { return errors.Join(list...) }
