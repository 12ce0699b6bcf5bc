package web

import (
	"net/http"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// placeRoutes is the table of the places that goods go back to.
func placeRoutes() []route {
	manage := may(auth.ManagePlans)
	return []route{
		{"GET", "/admin/places", manage, none, (*server).placesPage},
		{"POST", "/admin/places", manage, form, (*server).placeSave},
	}
}

// placesPage shows the places, and a form for a new one or for the one that is asked for.
func (s *server) placesPage(w http.ResponseWriter, r *request) error {
	v := ui.Places{}
	if n, err := strconv.ParseInt(r.URL.Query().Get("place"), 10, 64); err == nil {
		p, err := s.Goods.Place(r.Context(), r.actor, goods.PlaceID(n))
		if err != nil {
			return err
		}
		v.Edit = uiPlace(p)
	}
	return s.drawPlaces(w, r, v)
}

func (s *server) drawPlaces(w http.ResponseWriter, r *request, v ui.Places) error {
	list, err := s.Goods.Places(r.Context(), r.actor)
	if err != nil {
		return err
	}
	var shops []order.Shop
	if r.actor.May(auth.ReadOrders) {
		if shops, err = s.Orders.Shops(r.Context(), r.actor); err != nil {
			return err
		}
	}
	if v.Page, err = r.page(w, r.printer.T("admin.places"), ui.SectionAdmin); err != nil {
		return err
	}
	names := map[order.ShopID]string{}
	v.Shops = []ui.Option{{Label: r.printer.T("place.all_shops")}}
	for _, x := range shops {
		names[x.ID] = x.Name
		v.Shops = append(v.Shops, ui.Option{Value: id64(x.ID), Label: x.Name, Selected: id64(x.ID) == v.Edit.Shop})
	}
	for _, x := range goods.Routes() {
		v.Routes = append(v.Routes, ui.Option{Value: x, Label: r.printer.T("place.route." + x), Selected: x == v.Edit.Route})
	}
	for _, p := range list {
		row := uiPlace(p)
		row.Shop = names[p.Shop]
		row.Land = r.printer.Country(p.Address.Country)
		v.Rows = append(v.Rows, row)
	}
	return r.draw(w, formStatus(v.Form), ui.PlacesPage(v))
}

func uiPlace(p goods.Place) ui.Place {
	a := p.Address
	v := ui.Place{
		ID: int64(p.ID), Route: p.Route, Markets: strings.Join(p.Markets, ", "), Name: p.Name, Person: a.Name, Company: a.Company, Line1: a.Line1, Line2: a.Line2, City: a.City, Region: a.Region,
		Postcode: a.Postcode, Country: a.Country, Phone: a.Phone, Hours: p.Hours, Map: p.Map, Note: p.Note, Off: p.Off,
	}
	if p.Shop != 0 {
		v.Shop = id64(p.Shop)
	}
	return v
}

// placeSave writes a place.
func (s *server) placeSave(w http.ResponseWriter, r *request) error {
	get := func(name string) string { return r.PostFormValue(name) }
	number, _ := strconv.ParseInt(get("id"), 10, 64)
	shop, _ := strconv.ParseInt(get("shop"), 10, 64)
	p := goods.Place{
		ID: goods.PlaceID(number), Shop: order.ShopID(shop), Route: get("route"), Markets: strings.FieldsFunc(get("markets"), func(c rune) bool { return c == ',' || c == ' ' || c == ';' }), Name: get("name"),
		Address: order.Address{Name: get("person"), Company: get("company"), Line1: get("line1"), Line2: get("line2"), City: get("city"), Region: get("region"), Postcode: get("postcode"), Country: get("country"), Phone: get("phone")},
		Hours:   get("hours"), Map: get("map"), Note: get("note"), Off: get("off") != "",
	}
	if _, err := s.Goods.SavePlace(r.Context(), r.actor, p); err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawPlaces(w, r, ui.Places{Form: f, Edit: uiPlace(p)})
	}
	return r.see(w, "/admin/places", r.told("told.saved"))
}
