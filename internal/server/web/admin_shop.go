package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/server/web/ui"
)

// shopProblems is how many objects that could not be taken are shown.
const shopProblems = 50

// shopRoutes is the table of the shops whose copies are kept. Who changes them holds the keys of a shop, and proves
// themself first.
func shopRoutes() []route {
	see := may(auth.Manage)
	change := see.fresh()
	return []route{
		{"GET", "/admin/shops", see, none, (*server).shopsPage},
		{"POST", "/admin/shops", change, form, (*server).shopConnect},
		{"GET", "/admin/shops/{connection}", see, none, (*server).shopPage},
		{"POST", "/admin/shops/{connection}", change, form, (*server).shopSave},
	}
}

// shopsPage lists the connections, with the form of the platform that the query names.
func (s *server) shopsPage(w http.ResponseWriter, r *request) error {
	return s.drawShops(w, r, r.URL.Query().Get("driver"), ui.Shops{})
}

func (s *server) drawShops(w http.ResponseWriter, r *request, driver string, v ui.Shops) error {
	var err error
	if v.Page, err = r.page(w, r.printer.T("admin.shops"), ui.SectionAdmin); err != nil {
		return err
	}
	list, err := s.Shops.Connections(r.Context(), r.actor)
	if err != nil {
		return err
	}
	names, err := s.shopNames(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for _, c := range list {
		row := s.shopRow(r, c, names[c.Shop])
		v.Rows = append(v.Rows, row)
		v.Moving = v.Moving || c.State == commerce.Importing
	}
	for _, d := range s.Shops.Drivers {
		v.Drivers = append(v.Drivers, ui.Option{Value: d.Name, Label: r.platform(d)})
	}
	if d, err := s.Shops.Driver(driver); err == nil {
		v.Driver, v.Title = d.Name, r.platform(d)
		v.Docs, _, _ = strings.Cut(d.Docs, " ")
		v.Fields = r.shopFields(d, func(o connector.Option) string {
			if r.PostForm != nil {
				return r.PostFormValue("o_" + o.Name)
			}
			return o.Default
		})
	}
	return r.draw(w, formStatus(v.Form), ui.ShopsPage(v))
}

// shopNames are the names of all shops: whoever may see a connection may see whose it is, without the right to orders.
func (s *server) shopNames(ctx context.Context, a auth.Actor) (map[order.ShopID]string, error) {
	shops, err := s.Orders.Shops(ctx, auth.ForSystem(a.Workspace))
	names := make(map[order.ShopID]string, len(shops))
	for _, x := range shops {
		names[x.ID] = x.Name
	}
	return names, err
}

func (s *server) shopRow(r *request, c commerce.Connection, name string) ui.ShopRow {
	row := ui.ShopRow{ID: int64(c.ID), Shop: name, Platform: c.Driver, State: string(c.State), Objects: c.Taken(), OKAt: c.OKAt, DueAt: c.DueAt}
	row.Percent, row.Known = c.Share()
	if d, err := s.Shops.Driver(c.Driver); err == nil {
		row.Platform = r.platform(d)
	}
	if c.Failing() {
		row.Problem = r.printer.T(c.Problem)
	}
	return row
}

// platform names a platform: most by their own name, in every language.
func (r *request) platform(d commerce.Driver) string {
	if key := "shop.platform." + d.Name; r.printer.Has(key) {
		return r.printer.T(key)
	}
	return d.Title
}

// shopFields are the fields of a form by a driver's options. A platform may have words of its own for one.
func (r *request) shopFields(d commerce.Driver, value func(connector.Option) string) []ui.SettingField {
	var out []ui.SettingField
	for _, o := range d.Options {
		x := ui.SettingField{Name: o.Name, Kind: string(o.Kind), Label: o.Name, Required: o.Required, Value: value(o)}
		for _, key := range []string{"shop.option." + d.Name + "." + o.Name, "shop.option." + o.Name} {
			if r.printer.Has(key) {
				x.Label = r.printer.T(key)
				if r.printer.Has(key + ".help") {
					x.Hint = r.printer.T(key + ".help")
				}
				break
			}
		}
		for _, c := range o.Choices {
			label := c
			if key := "shop.choice." + c; r.printer.Has(key) {
				label = r.printer.T(key)
			}
			x.Choices = append(x.Choices, ui.Option{Value: c, Label: label, Selected: c == x.Value})
		}
		out = append(out, x)
	}
	return out
}

// shopValues reads the options of a form.
func (r *request) shopValues(d commerce.Driver) map[string]string {
	out := map[string]string{}
	for _, o := range d.Options {
		out[o.Name] = r.PostFormValue("o_" + o.Name)
	}
	return out
}

// shopErrors puts the errors of options beside their fields; what a shop answers stands above the form.
func (r *request) shopErrors(err error) (ui.Form, bool) {
	f, ok := r.formErrors(err)
	if !ok {
		var e *errs.Error
		if word := r.worded(err); word != "" && errors.As(err, &e) && strings.HasPrefix(strings.TrimPrefix(e.Key, "error."), "shop_") {
			return ui.Form{Errors: map[string]string{"": word}}, true
		}
		return f, false
	}
	out := ui.Form{Errors: map[string]string{}}
	for name, word := range f.Errors {
		if name != "" && name != "shop_name" {
			name = "o_" + name
		}
		out.Errors[name] = word
	}
	return out, true
}

// shopConnect connects a shop that answers, and shows the secret of its webhooks, this once.
func (s *server) shopConnect(w http.ResponseWriter, r *request) error {
	d, err := s.Shops.Driver(r.PostFormValue("driver"))
	if err != nil {
		return s.drawShops(w, r, "", ui.Shops{Form: ui.Form{Errors: map[string]string{"": r.worded(err)}}})
	}
	n := commerce.New{Driver: d.Name, Settings: r.shopValues(d), Name: r.PostFormValue("shop_name"), Currency: r.PostFormValue("o_currency")}
	m, err := s.Shops.Connect(r.Context(), r.actor, n)
	if err != nil {
		f, ok := r.shopErrors(err)
		if !ok {
			return err
		}
		return s.drawShops(w, r, d.Name, ui.Shops{Form: f, Name: n.Name})
	}
	return s.drawShop(w, r, m.Connection.ID, ui.ShopEdit{Secret: m.Secret})
}

// shopPage shows a connection.
func (s *server) shopPage(w http.ResponseWriter, r *request) error {
	n, err := r.number("connection")
	if err != nil {
		return err
	}
	return s.drawShop(w, r, commerce.ID(n), ui.ShopEdit{})
}

func (s *server) drawShop(w http.ResponseWriter, r *request, id commerce.ID, v ui.ShopEdit) error {
	c, err := s.Shops.Connection(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	names, err := s.shopNames(r.Context(), r.actor)
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, names[c.Shop], ui.SectionAdmin); err != nil {
		return err
	}
	v.ShopRow = s.shopRow(r, c, names[c.Shop])
	if d, err := s.Shops.Driver(c.Driver); err == nil {
		v.Fields = r.shopFields(d, func(o connector.Option) string { return c.Settings[o.Name] })
		for i := range v.Fields {
			if v.Fields[i].Kind == string(connector.Secret) {
				v.Fields[i].Required = false // an empty one is kept
			}
		}
	}
	for _, l := range c.Lists {
		v.Lists = append(v.Lists, ui.ShopList{Kind: l.Kind, Done: l.Objects, Total: l.Total, Reading: !l.Began.IsZero(), FinishedAt: l.FinishedAt})
	}
	if c.Hook != 0 {
		v.Address, v.Asked = s.Address+c.Hook.Path(), !c.Called.IsZero()
	}
	bad, err := s.Shops.Problems(r.Context(), r.actor, id, commerce.Version{}, shopProblems)
	if err != nil {
		return err
	}
	for _, b := range bad {
		v.Problems = append(v.Problems, ui.ShopProblem{Kind: b.Kind, ID: b.External, Why: r.printer.T(b.Problem), Privacy: b.Kind == commerce.KindPrivacy})
	}
	return r.draw(w, formStatus(v.Form), ui.ShopPage(v))
}

// shopSave does what its form's button says to a connection.
func (s *server) shopSave(w http.ResponseWriter, r *request) error {
	n, err := r.number("connection")
	if err != nil {
		return err
	}
	id, ctx, path := commerce.ID(n), r.Context(), "/admin/shops/"+id64(n)
	flash := r.told("told.saved")
	switch r.PostFormValue("do") {
	case "delete":
		path, flash = "/admin/shops", r.told("told.shop_removed")
		err = s.Shops.Remove(ctx, r.actor, id)
	case "pause":
		_, err = s.Shops.Pause(ctx, r.actor, id)
	case "resume":
		_, err = s.Shops.Resume(ctx, r.actor, id)
	case "sync", "whole":
		flash = r.told("told.shop_sync")
		_, err = s.Shops.SyncNow(ctx, r.actor, id, r.PostFormValue("do") == "whole")
	case "seen":
		err = s.Shops.SeenTo(ctx, r.actor, id, commerce.KindPrivacy, r.PostFormValue("request"))
	case "test":
		var about commerce.About
		if about, err = s.Shops.Test(ctx, r.actor, id); err == nil {
			flash = r.told("told.shop_answers", "Name", about.Name)
		}
	default:
		var c commerce.Connection
		if c, err = s.Shops.Connection(ctx, r.actor, id); err != nil {
			return err
		}
		d, derr := s.Shops.Driver(c.Driver)
		if derr != nil {
			return derr
		}
		_, err = s.Shops.Change(ctx, r.actor, id, r.shopValues(d))
	}
	if err != nil {
		f, ok := r.shopErrors(err)
		if !ok {
			return err
		}
		return s.drawShop(w, r, id, ui.ShopEdit{Form: f})
	}
	return r.saved(w, path, flash)
}
