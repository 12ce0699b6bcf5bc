package web

import (
	"bytes"
	"encoding/base64"
	"errors"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// lookForm is the largest form with a logo in it.
const lookForm = brand.MostLogo + 64<<10

// lookRoutes is the table of how the shops' pages for customers look. Whoever changes
// that speaks for a shop, and proves themself first.
func lookRoutes() []route {
	see := may(auth.Manage)
	change := see.fresh()
	return []route{
		{"GET", "/admin/pages", see, none, (*server).looksPage},
		{"GET", "/admin/pages/{shop}", see, none, (*server).lookPage},
		{"POST", "/admin/pages/{shop}", change, lookForm, (*server).lookSave},
		{"GET", "/admin/pages/{shop}/preview", see, none, (*server).lookPreview},
	}
}

// looksPage lists the shops with the addresses of their pages.
func (s *server) looksPage(w http.ResponseWriter, r *request) error {
	var v ui.Looks
	var err error
	if v.Page, err = r.page(w, r.printer.T("admin.pages"), ui.SectionAdmin); err != nil {
		return err
	}
	shops, err := s.Orders.Shops(r.Context(), auth.ForSystem(r.actor.Workspace))
	if err != nil {
		return err
	}
	for _, x := range shops {
		if !r.actor.Scope().Sees(x.Resource()) {
			continue
		}
		b, err := s.Brands.Of(r.Context(), x)
		if err != nil {
			return err
		}
		row := ui.LookRow{ID: int64(x.ID), Shop: x.Name, Waits: b.Domain.Host != "" && !b.Domain.Proven(), Failing: b.Domain.Failing(), Gone: b.Domain.Withdrawn()}
		if row.Address, err = s.pageAddress(r, x); err != nil {
			return err
		}
		v.Rows = append(v.Rows, row)
	}
	return r.draw(w, http.StatusOK, ui.LooksPage(v))
}

// pageAddress is where a shop's page stands: its public address, or its path here.
func (s *server) pageAddress(r *request, x order.Shop) (string, error) {
	if s.CustomerPage == nil {
		return "/p/" + x.Slug, nil
	}
	address, err := s.CustomerPage(r.Context(), x)
	if address == "" {
		address = "/p/" + x.Slug
	}
	return address, err
}

func (s *server) lookPage(w http.ResponseWriter, r *request) error {
	n, err := r.number("shop")
	if err != nil {
		return err
	}
	return s.drawLook(w, r, order.ShopID(n), nil, ui.Form{})
}

// drawLook draws the form of a shop's look, as it is kept or as it was refused.
func (s *server) drawLook(w http.ResponseWriter, r *request, id order.ShopID, refused *brand.Update, f ui.Form) error {
	shop, b, err := s.Brands.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	v := ui.LookEdit{Form: f, ID: int64(id), Shop: shop.Name, HasLogo: b.Logo.Hash != "", Version: id64(b.UpdatedAt.UnixMilli()), MostLogo: r.printer.Bytes(brand.MostLogo)}
	u := brand.Update{Name: b.Name, Accent: b.Accent, Support: b.Support, Links: b.Links, Languages: b.Languages, Origins: b.Origins, Silent: b.Silent}
	if refused != nil {
		u = *refused
	}
	v.Name, v.Accent, v.Support, v.Replies, v.Origins = u.Name, u.Accent, u.Support, !u.Silent, strings.Join(u.Origins, "\n")
	v.Links = []ui.LookLink{
		{Name: "help", URL: u.Links.Help}, {Name: "returns", URL: u.Links.Returns}, {Name: "terms", URL: u.Links.Terms}, {Name: "privacy", URL: u.Links.Privacy}, {Name: "imprint", URL: u.Links.Imprint},
	}
	for _, l := range i18n.Customer() {
		v.Langs = append(v.Langs, ui.Option{Value: string(l), Label: i18n.NativeName(l), Selected: slices.Contains(u.Languages, l)})
	}
	shades := brand.ShadesOf(b.Accent)
	v.Light, v.Dark = shades.Light, shades.Dark
	v.Host, v.Proven = b.Domain.Host, b.Domain.Proven()
	switch day := func(t time.Time) string { return r.printer.Date(t, r.zone, i18n.Medium) }; {
	case b.Domain.Failing():
		v.Failing, v.Ends = day(b.Domain.FailingSince), day(b.Domain.EndsAt())
	case b.Domain.Withdrawn():
		v.Gone = day(b.Domain.FailingSince)
	}
	record, err := s.Brands.RecordOf(r.Context(), b)
	if err != nil {
		return err
	}
	v.Record, v.Value, v.Ours = record.Name, record.Value, s.Brands.Host
	if v.Address, err = s.pageAddress(r, shop); err != nil {
		return err
	}
	if v.Page, err = r.page(w, shop.Name, ui.SectionAdmin); err != nil {
		return err
	}
	return r.draw(w, formStatus(f), ui.LookPage(v))
}

// lookSave does what its form's button says to a shop's page.
func (s *server) lookSave(w http.ResponseWriter, r *request) error {
	n, err := r.number("shop")
	if err != nil {
		return err
	}
	id, ctx, path := order.ShopID(n), r.Context(), "/admin/pages/"+id64(n)
	flash := r.told("told.saved")
	var u *brand.Update
	switch r.PostFormValue("do") {
	case "domain":
		_, err = s.Brands.SetDomain(ctx, r.actor, id, strings.TrimSpace(r.PostFormValue("domain")))
	case "undomain":
		_, err = s.Brands.SetDomain(ctx, r.actor, id, "")
	case "prove":
		flash = r.told("told.domain_proven")
		_, err = s.Brands.Prove(ctx, r.actor, id)
	case "unlogo":
		_, err = s.Brands.SetLogo(ctx, r.actor, id, nil)
	default:
		u = r.lookForm()
		if _, err = s.Brands.Save(ctx, r.actor, id, *u); err == nil {
			var data []byte
			if data, err = r.upload("logo", brand.MostLogo); err == nil && len(data) > 0 {
				_, err = s.Brands.SetLogo(ctx, r.actor, id, data)
			}
		}
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok && errs.Is(err, errs.Unavailable) {
			f, ok = ui.Form{Errors: map[string]string{"domain": r.worded(err)}}, true
		}
		if !ok {
			return err
		}
		return s.drawLook(w, r, id, u, f)
	}
	return r.saved(w, path, flash)
}

// lookForm reads what a form says of a look.
func (r *request) lookForm() *brand.Update {
	u := &brand.Update{
		Name: r.PostFormValue("name"), Accent: r.PostFormValue("accent"), Support: r.PostFormValue("support"), Origins: strings.Fields(r.PostFormValue("origins")), Silent: r.PostFormValue("replies") == "",
		Links: brand.Links{Help: r.PostFormValue("help"), Returns: r.PostFormValue("returns"), Terms: r.PostFormValue("terms"), Privacy: r.PostFormValue("privacy"), Imprint: r.PostFormValue("imprint")},
	}
	for _, l := range r.PostForm["languages"] {
		u.Languages = append(u.Languages, i18n.Lang(l))
	}
	return u
}

// upload reads a file of a form, nil if none was chosen.
func (r *request) upload(name string, most int64) ([]byte, error) {
	file, _, err := r.FormFile(name)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, nil
	}
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.form")
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, most+1))
}

// lookPreview draws the page of a shop in small, as it looks by day and by night.
func (s *server) lookPreview(w http.ResponseWriter, r *request) error {
	n, err := r.number("shop")
	if err != nil {
		return err
	}
	shop, b, err := s.Brands.Get(r.Context(), r.actor, order.ShopID(n))
	if err != nil {
		return err
	}
	shades := brand.ShadesOf(b.Accent)
	v := preview{Name: b.Called(shop.Name), Dir: r.printer.Dir(), Action: r.printer.T("portal.find.action"), Title: r.printer.T("portal.find.title"), Number: r.printer.T("portal.find.number"), Contact: r.printer.T("portal.find.contact")}
	if b.Logo.Hash != "" {
		data, err := s.Brands.LogoOf(r.Context(), shop)
		if err != nil {
			return err
		}
		v.Logo = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(data)) //nolint:gosec // a PNG of our own drawing
		high := min(b.Logo.Height/2, 44)
		v.LogoWide, v.LogoHigh = b.Logo.Width*high/max(b.Logo.Height, 1), high
	}
	v.Sides = []previewSide{
		{X: 0, Sand: "#f6f3ee", Paper: "#fdfcfa", Ink: "#1d2429", Soft: "#4b565e", Line: "#dfdad2", Accent: shades.Light, On: "#ffffff", Plate: b.Logo.Plate == brand.Dark, Ground: "#262e34"},
		{X: 320, Sand: "#0b1115", Paper: "#151c21", Ink: "#ebe9e5", Soft: "#bcb7b0", Line: "#2a3238", Accent: shades.Dark, On: "#14110f", Plate: b.Logo.Plate == brand.Light, Ground: "#ffffff"},
	}
	var buf bytes.Buffer
	if err := previewDrawing.Execute(&buf, v); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("Content-Length", strconv.Itoa(buf.Len()))
	_, _ = w.Write(buf.Bytes()) // a reader who went away is no failure
	return nil
}

// preview is what the drawing of a page says.
type preview struct {
	Name, Dir, Action, Title, Number, Contact string
	Logo                                      template.URL
	LogoWide, LogoHigh                        int
	Sides                                     []previewSide
}

// previewSide is one of its two halves.
type previewSide struct {
	X                                                int
	Sand, Paper, Ink, Soft, Line, Accent, On, Ground string
	Plate                                            bool
}

var previewDrawing = template.Must(template.New("preview").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" font-family="system-ui, sans-serif">
{{- $v := .}}{{range .Sides}}<g transform="translate({{.X}} 0)"><rect width="320" height="360" fill="{{.Sand}}"/>
{{- if $v.Logo}}{{if .Plate}}<rect x="18" y="12" width="{{$v.LogoWide}}" height="{{$v.LogoHigh}}" rx="4" stroke="{{.Ground}}" stroke-width="10" fill="{{.Ground}}"/>{{end}}<image x="18" y="12" width="{{$v.LogoWide}}" height="{{$v.LogoHigh}}" href="{{$v.Logo}}"/>
{{- else}}<text x="18" y="40" font-size="16" font-weight="650" fill="{{.Ink}}">{{$v.Name}}</text>{{end}}
<rect x="18" y="68" width="284" height="268" rx="14" fill="{{.Paper}}" stroke="{{.Line}}"/><text x="38" y="108" font-size="20" font-weight="650" fill="{{.Ink}}">{{$v.Title}}</text>
<text x="38" y="142" font-size="13" fill="{{.Soft}}">{{$v.Number}}</text><rect x="38" y="152" width="244" height="38" rx="9" fill="{{.Sand}}" stroke="{{.Soft}}"/>
<text x="38" y="216" font-size="13" fill="{{.Soft}}">{{$v.Contact}}</text><rect x="38" y="226" width="244" height="38" rx="9" fill="{{.Sand}}" stroke="{{.Soft}}"/>
<rect x="38" y="280" width="244" height="40" rx="9" fill="{{.Accent}}"/><text x="160" y="305" font-size="14" font-weight="600" fill="{{.On}}" text-anchor="middle">{{$v.Action}}</text></g>{{end}}</svg>`))
