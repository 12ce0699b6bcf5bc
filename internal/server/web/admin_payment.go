package web

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/server/web/ui"
)

// paymentRoutes is the table of accounts with providers of payments, and of how high
// refunds are approved. Who changes accounts holds the keys of the till, and proves
// themself first.
func paymentRoutes() []route {
	see, limit := may(auth.ManageWebhooks), may(auth.ManagePeople)
	change := see.fresh()
	return []route{
		{"GET", "/admin/payments", see, none, (*server).paymentsPage},
		{"POST", "/admin/payments", change, form, (*server).paymentAdd},
		{"GET", "/admin/payments/{account}", see, none, (*server).paymentPage},
		{"POST", "/admin/payments/{account}", change, form, (*server).paymentSave},
		{"GET", "/admin/limits", limit, none, (*server).limitsPage},
		{"POST", "/admin/limits", limit.fresh(), form, (*server).limitsSave},
	}
}

// paymentsPage shows the accounts, and the providers that there are.
func (s *server) paymentsPage(w http.ResponseWriter, r *request) error {
	return s.drawPayments(w, r, ui.Payments{})
}

func (s *server) drawPayments(w http.ResponseWriter, r *request, v ui.Payments) error {
	list, err := s.Pay.Accounts(r.Context(), r.actor)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, r.printer.T("admin.payments"), ui.SectionAdmin); err != nil {
		return err
	}
	for _, c := range list {
		v.Rows = append(v.Rows, s.paymentRow(r, h, c))
	}
	for _, d := range s.Pay.Drivers {
		card := ui.ServiceCard{Name: d.Name, Title: r.provider(d), Docs: d.Docs, Invented: d.Docs == "", Open: d.Name == r.PostFormValue("provider")}
		card.Fields = r.paymentFields(d, func(o connector.Option) string {
			if card.Open && o.Kind != connector.Secret {
				return r.PostFormValue(d.Name + "-" + o.Name)
			}
			return o.Default
		}, true)
		v.Services = append(v.Services, card)
	}
	v.Shops = []ui.Option{{Value: "0", Label: r.printer.T("payments.all_shops")}}
	for _, shop := range h.shops {
		v.Shops = append(v.Shops, ui.Option{Value: id64(shop.ID), Label: shop.Name, Selected: r.PostFormValue("shop") == id64(shop.ID)})
	}
	return r.draw(w, formStatus(v.Form), ui.PaymentsPage(v))
}

func (s *server) paymentRow(r *request, h *house, c pay.Account) ui.PaymentRow {
	d, known := s.Pay.Driver(c.Driver)
	if !known {
		d.Name = c.Driver // of an account whose provider this build does not have
	}
	row := ui.PaymentRow{ID: int64(c.ID), Name: c.Name, Provider: r.provider(d), State: string(c.State), OKAt: c.OKAt, Shop: r.printer.T("payments.all_shops")}
	if c.Shop != 0 {
		row.Shop = h.shop[c.Shop].Name
	}
	if c.Problem != "" {
		row.Problem = r.printer.T(c.Problem)
	}
	return row
}

// paymentFields are the inputs for the options of a provider. A secret is never
// shown; one that is there already need not be given again.
func (r *request) paymentFields(d pay.Driver, value func(connector.Option) string, fresh bool) []ui.SettingField {
	var out []ui.SettingField
	for _, o := range d.Options {
		f := ui.SettingField{Name: o.Name, Kind: "text", Label: r.printer.T("payments.option." + o.Name), Hint: r.printer.T("payments.option." + o.Name + "_hint"), Value: value(o), Required: o.Required}
		switch o.Kind {
		case connector.Secret:
			f.Kind, f.Value, f.Required = "secret", "", o.Required && fresh
		case connector.URL:
			f.Kind = "url"
		}
		out = append(out, f)
	}
	return out
}

// paymentGiven reads the settings of a provider from a form whose names have a prefix.
func (r *request) paymentGiven(d pay.Driver, prefix string) map[string]string {
	out := map[string]string{}
	for _, o := range d.Options {
		if r.PostForm.Has(prefix + o.Name) {
			out[o.Name] = r.PostFormValue(prefix + o.Name)
		}
	}
	return out
}

// paymentAdd adds an account and shows the secret of its webhook, this once.
func (s *server) paymentAdd(w http.ResponseWriter, r *request) error {
	d, _ := s.Pay.Driver(r.PostFormValue("provider"))
	shop, err := strconv.ParseInt(cmp.Or(r.PostFormValue("shop"), "0"), 10, 64)
	if err != nil {
		return errs.Field("shop", "error.invalid")
	}
	c, secret, err := s.Pay.Add(r.Context(), r.actor, pay.Input{Driver: d.Name, Shop: order.ShopID(shop), Values: r.paymentGiven(d, d.Name+"-")})
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawPayments(w, r, ui.Payments{Form: f.Under(d.Name + "-")})
	}
	return s.drawPayment(w, r, c.ID, ui.PaymentEdit{Secret: secret})
}

// paymentPage shows one account.
func (s *server) paymentPage(w http.ResponseWriter, r *request) error {
	n, err := r.number("account")
	if err != nil {
		return err
	}
	return s.drawPayment(w, r, pay.AccountID(n), ui.PaymentEdit{})
}

func (s *server) drawPayment(w http.ResponseWriter, r *request, id pay.AccountID, v ui.PaymentEdit) error {
	c, err := s.Pay.Account(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, c.Name, ui.SectionAdmin); err != nil {
		return err
	}
	d, _ := s.Pay.Driver(c.Driver)
	v.PaymentRow, v.Docs = s.paymentRow(r, h, c), d.Docs
	if c.Hook != 0 {
		if err := s.paymentHook(r, c, &v); err != nil {
			return err
		}
	}
	v.Fields = r.paymentFields(d, func(o connector.Option) string {
		if len(v.Form.Errors) > 0 && r.PostForm.Has(o.Name) {
			return r.PostFormValue(o.Name)
		}
		return c.Values[o.Name]
	}, false)
	return r.draw(w, formStatus(v.Form), ui.PaymentPage(v))
}

// paymentHook tells where the provider calls us, and whether what came last was
// proven to be its own.
func (s *server) paymentHook(r *request, c pay.Account, v *ui.PaymentEdit) error {
	v.Address, v.HookID = r.base()+c.Hook.Path(), int64(c.Hook)
	last, err := s.Hooks.History(r.Context(), r.actor, c.Hook, "", 0, 1)
	if errs.Is(err, errs.NotFound) {
		return nil // somebody deleted it on the page of webhooks
	}
	if err != nil {
		return err
	}
	if len(last) > 0 {
		v.VerifiedAt, v.Topic = last[0].At, last[0].Topic
	}
	refused, err := s.Hooks.Refused(r.Context(), r.actor, c.Hook)
	for _, x := range refused {
		if x.LastAt.After(v.RefusedAt) {
			v.RefusedAt, v.Refused = x.LastAt, string(x.Reason)
		}
	}
	return err
}

// paymentSave does what its form's button says to an account.
func (s *server) paymentSave(w http.ResponseWriter, r *request) error {
	n, err := r.number("account")
	if err != nil {
		return err
	}
	id, ctx, path := pay.AccountID(n), r.Context(), "/admin/payments/"+id64(n)
	flash := r.told("told.saved")
	switch do := r.PostFormValue("do"); do {
	case "delete":
		path, flash = "/admin/payments", r.told("told.payment_deleted")
		err = s.Pay.Delete(ctx, r.actor, id)
	case "pause", "resume":
		_, err = s.Pay.Pause(ctx, r.actor, id, do == "pause")
	case "test":
		flash, err = s.paymentTest(r, id)
	default:
		c, gerr := s.Pay.Account(ctx, r.actor, id)
		if gerr != nil {
			return gerr
		}
		d, _ := s.Pay.Driver(c.Driver)
		_, err = s.Pay.Change(ctx, r.actor, id, pay.Input{Name: r.PostFormValue("name"), Values: r.paymentGiven(d, "")})
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawPayment(w, r, id, ui.PaymentEdit{Form: f})
	}
	return r.saved(w, path, flash)
}

// paymentTest asks the provider who we are there, and says what came of it.
func (s *server) paymentTest(r *request, id pay.AccountID) (*ui.Flash, error) {
	about, err := s.Pay.Test(r.Context(), r.actor, id)
	if key, ok := pay.Trouble(err); ok {
		return &ui.Flash{Tone: ui.ToneBad, Text: r.printer.T(key)}, nil
	}
	if err != nil {
		return nil, err
	}
	if about.Test {
		return r.told("told.payment_trial", "Name", cmp.Or(about.Name, "–")), nil
	}
	return r.told("told.payment_good", "Name", cmp.Or(about.Name, "–")), nil
}

// blankLimits is how many empty rows the page of limits offers.
const blankLimits = 3

// limitsPage shows up to which sums refunds are approved.
func (s *server) limitsPage(w http.ResponseWriter, r *request) error {
	list, err := s.Refunds.Limits(r.Context(), r.actor)
	if err != nil {
		return err
	}
	v := ui.RefundLimits{}
	for _, l := range list {
		v.Rows = append(v.Rows, ui.RefundLimit{Role: string(l.Role), Currency: l.Currency, Above: money.Amount{Minor: l.Above, Currency: l.Currency}.String()})
	}
	return s.drawLimits(w, r, v)
}

func (s *server) drawLimits(w http.ResponseWriter, r *request, v ui.RefundLimits) error {
	var err error
	if v.Page, err = r.page(w, r.printer.T("admin.limits"), ui.SectionAdmin); err != nil {
		return err
	}
	for range blankLimits {
		v.Rows = append(v.Rows, ui.RefundLimit{})
	}
	return r.draw(w, formStatus(v.Form), ui.LimitsPage(v))
}

// limitsSave puts what the form says in the place of all limits. A row without a sum
// is none.
func (s *server) limitsSave(w http.ResponseWriter, r *request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	var v ui.RefundLimits
	var list []refund.Limit
	var wrong error
	roles, currencies := r.PostForm["role"], r.PostForm["currency"]
	for i, text := range r.PostForm["above"] {
		if text = strings.TrimSpace(text); text == "" || i >= len(roles) || i >= len(currencies) {
			continue
		}
		currency := strings.ToUpper(strings.TrimSpace(currencies[i]))
		v.Rows = append(v.Rows, ui.RefundLimit{Role: roles[i], Currency: currency, Above: text})
		if _, ok := money.Digits(currency); !ok {
			wrong = cmp.Or[error](wrong, errs.Field("currency", "error.currency", "currency", currency))
			continue
		}
		a, err := money.Parse(text, currency)
		if err != nil {
			wrong = cmp.Or[error](wrong, errs.Field("above", "error.amount"))
			continue
		}
		list = append(list, refund.Limit{Role: auth.Role(roles[i]), Currency: currency, Above: a.Minor})
	}
	if wrong == nil {
		_, wrong = s.Refunds.SetLimits(r.Context(), r.actor, list)
	}
	if wrong != nil {
		f, ok := r.formErrors(wrong)
		if !ok {
			return wrong
		}
		v.Form = f
		return s.drawLimits(w, r, v)
	}
	return r.saved(w, "/admin/limits", r.told("told.saved"))
}
