package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/server/web/ui"
)

// tryPlan asks the plan about a basket of one article, if the address names one.
func (s *server) tryPlan(r *request, v *ui.Plans, p plan.Plan) error {
	q := r.URL.Query()
	t := &v.Try
	t.Country, t.Postcode, t.Grams, t.Worth = q.Get("country"), q.Get("postcode"), strings.TrimSpace(q.Get("grams")), strings.TrimSpace(q.Get("worth"))
	if t.Country == "" {
		return nil
	}
	t.Asked = true
	offer, err := s.planAnswer(r, *t, p)
	if err != nil {
		f, ok := r.formErrors(err)
		if text := r.worded(err); !ok && errs.Is(err, errs.Unavailable) && text != "" { // a rate of exchange is missing
			f, ok = ui.Form{Errors: map[string]string{"": text}}, true
		}
		if !ok {
			return err
		}
		t.Form = f
		return nil
	}
	titles := map[string]string{}
	for _, x := range p.Document.Services {
		titles[x.Key] = x.Title(string(r.printer.Lang()))
	}
	for _, o := range offer.Options {
		t.Options = append(t.Options, r.planOption(o))
		for _, c := range []plan.Charge{o.Duty, o.Tax} {
			if c.Source != "" && !slices.Contains(t.Sources, c.Source) {
				t.Sources = append(t.Sources, c.Source)
			}
		}
	}
	for _, x := range offer.Refused {
		t.Refused = append(t.Refused, ui.PlanRefused{Title: titles[x.Service], Why: r.printer.T(x.Key)})
	}
	return nil
}

func (s *server) planAnswer(r *request, t ui.PlanTry, p plan.Plan) (plan.Offer, error) {
	grams, err := strconv.ParseInt(t.Grams, 10, 64)
	if err != nil || grams <= 0 {
		return plan.Offer{}, errs.Field("grams", "error.plan_number")
	}
	worth, err := money.Parse(strings.Replace(t.Worth, ",", ".", 1), p.Document.Currency)
	if err != nil || worth.Minor < 0 {
		return plan.Offer{}, errs.Field("worth", "error.plan_number")
	}
	return s.Plans.Try(r.Context(), r.actor, p, plan.Basket{
		Items:    []plan.Item{{Quantity: 1, Price: worth.Minor, Grams: grams}},
		Currency: p.Document.Currency, Country: t.Country, Postcode: t.Postcode, Language: string(r.printer.Lang()),
	})
}

func (r *request) planOption(o plan.Option) ui.PlanOption {
	out := ui.PlanOption{
		Title: o.Title, Price: r.money(o.Price.Minor, o.Price.Currency), Total: r.money(o.Total.Minor, o.Total.Currency),
		From: o.From, To: o.To, Days: r.printer.T("plan.span", "From", o.DaysFrom, "To", o.DaysTo),
		Returns: r.printer.N("plan.returns", int64(o.Returns.Days)),
	}
	if o.DaysFrom == o.DaysTo {
		out.Days = r.printer.N("plan.span_one", int64(o.DaysTo))
	}
	if o.Free {
		out.Price = r.printer.T("plan.costs_nothing")
	}
	for _, x := range portal.Charges(r.printer, o) {
		c := ui.PlanCharge{Text: r.printer.T("plan.due.never", "Name", x.Word)}
		if x.Text != "" {
			c.Text = r.printer.T("plan.due", "Name", x.Word, "Text", x.Text)
		}
		c.Rests = x.Name
		if day, err := time.Parse(time.DateOnly, x.CheckedOn); err == nil {
			c.Rests = strings.TrimPrefix(c.Rests+" · "+r.printer.T("plan.rests", "Day", r.printer.Date(day, nil, i18n.Medium)), " · ")
		}
		out.Charges = append(out.Charges, c)
	}
	return out
}
