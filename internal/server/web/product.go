package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// productRoutes is the table of products.
func productRoutes() []route {
	read := may(auth.ReadProducts)
	return []route{
		{"GET", "/products", read, none, (*server).productsPage},
		{"GET", "/products/{product}", read, none, (*server).productPage},
		{"POST", "/products/{product}", may(auth.ImportProducts), form, (*server).productSave},
	}
}

// productsPageSize is how many products a page shows.
const productsPageSize = 50

// productsPage lists products, newest first, or finds them by words and SKUs.
func (s *server) productsPage(w http.ResponseWriter, r *request) error {
	page, err := r.page(w, r.printer.T("nav.products"), ui.SectionOrders)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v := ui.Products{Page: page, Q: strings.TrimSpace(q.Get("q")), Shop: q.Get("shop"), Status: q.Get("status")}
	for _, status := range []string{product.Active, product.Draft, product.Archived, product.Deleted} {
		v.Statuses = append(v.Statuses, ui.Option{Value: status, Label: r.printer.T("product.status." + status), Selected: status == v.Status})
	}
	scope := r.actor.Scope()
	for _, shop := range h.shops {
		if scope.Sees(shop.Resource()) {
			v.Shops = append(v.Shops, ui.Option{Value: id64(shop.ID), Label: shop.Name, Selected: id64(shop.ID) == v.Shop})
		}
	}
	after, err := strconv.ParseInt("0"+q.Get("after"), 10, 64)
	if err != nil {
		return errs.Field("after", "error.cursor")
	}
	shop, _ := strconv.ParseInt(v.Shop, 10, 64) // any other text is no shop's
	list, err := s.Products.List(r.Context(), r.actor, product.Filter{Shop: order.ShopID(shop), Status: v.Status, Words: v.Q}, product.ID(after), productsPageSize+1)
	if err != nil {
		return err
	}
	if len(list) > productsPageSize {
		list = list[:productsPageSize]
		v.Next = id64(list[len(list)-1].ID)
	}
	var pictures []string
	for _, p := range list {
		row := r.productRow(h, p)
		pictures = append(pictures, row.Image)
		v.Rows = append(v.Rows, row)
	}
	showPictures(w, pictures)
	return r.draw(w, http.StatusOK, ui.ProductsPage(v))
}

// productRow draws a product as the row of a list.
func (r *request) productRow(h *house, p product.Product) ui.ProductRow {
	row := ui.ProductRow{
		ID: int64(p.ID), Title: p.Title, Status: p.Status, Shop: h.shop[p.Shop].Name, Image: pictureOf(p, product.Variant{}), Variants: int64(len(p.Variants)),
	}
	add := func(list *[]string, value string) {
		if value != "" && !slices.Contains(*list, value) {
			*list = append(*list, value)
		}
	}
	var skus, codes, origins, suppliers, batches []string
	for _, v := range p.Variants {
		add(&skus, v.SKU)
		add(&codes, v.HSCode)
		add(&origins, r.printer.Country(v.Origin))
		add(&suppliers, p.SupplierOf(v))
		add(&batches, p.BatchOf(v))
	}
	row.Supplier, row.Batch = firstOf(suppliers, 2), firstOf(batches, 2)
	row.SKUs, row.HSCode, row.Origin = firstOf(skus, 3), firstOf(codes, 2), firstOf(origins, 2)
	return row
}

// firstOf joins some texts, and says that there are more.
func firstOf(list []string, most int) string {
	if len(list) > most {
		return strings.Join(list[:most], ", ") + " …"
	}
	return strings.Join(list, ", ")
}

// pictureOf returns the address of what a variant is shown by, "" for none that a
// page may load.
func pictureOf(p product.Product, v product.Variant) string {
	for _, address := range append([]string{v.Image}, p.Images...) {
		if strings.HasPrefix(address, "data:image/") { // a picture that is its own address; drawn as one it runs nothing
			return address
		}
		if local := webAddress(address); local != "" {
			return local
		}
	}
	return ""
}

// webAddress returns an address that a page may lead to or load from, "" for any other.
func webAddress(address string) string {
	if u, err := url.Parse(address); err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil {
		return u.String()
	}
	return ""
}

// showPictures lets a page load the pictures that stand on it, from their hosts
// and from no other.
func showPictures(w http.ResponseWriter, addresses []string) {
	var hosts []string
	for _, a := range addresses {
		if u, err := url.Parse(a); err == nil && u.Host != "" && !strings.ContainsAny(u.Host, " ;,'\"") && !slices.Contains(hosts, "https://"+u.Host) {
			hosts = append(hosts, "https://"+u.Host)
		}
	}
	if len(hosts) == 0 {
		return
	}
	slices.Sort(hosts)
	w.Header().Set("Content-Security-Policy", strings.Replace(ui.ContentSecurityPolicy, "img-src 'self'", "img-src 'self' "+strings.Join(hosts, " "), 1))
}

// productPage shows a product with its variants.
func (s *server) productPage(w http.ResponseWriter, r *request) error {
	n, err := r.number("product")
	if err != nil {
		return err
	}
	return s.drawProduct(w, r, product.ID(n), ui.ProductView{})
}

func (s *server) drawProduct(w http.ResponseWriter, r *request, id product.ID, v ui.ProductView) error {
	p, err := s.Products.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, p.Title, ui.SectionOrders); err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	v.Row, v.Brand, v.Type, v.Tags, v.ToldAt = r.productRow(h, p), p.Brand, p.Type, p.Tags, p.ToldAt
	if local := webAddress(p.URL); local != "" {
		v.Href = local
	}
	v.Facts, v.Own, v.Edits = attributes(p.Attributes, product.Supplier, product.Batch), attributes(p.Own), p.Edits
	if !v.Mending {
		for _, a := range v.Own {
			v.OwnText += a.Label + ": " + a.Value + "\n"
		}
	}
	if v.Sold, err = r.productSold(h, p); err != nil {
		return err
	}
	if v.Cover, err = r.productCover(p); err != nil {
		return err
	}
	pictures := []string{v.Row.Image}
	for _, x := range p.Variants {
		u := ui.ProductVariant{
			ID: int64(x.ID), Title: x.Title, SKU: x.SKU, Barcode: x.Barcode, Image: pictureOf(p, x), Price: r.moneyOr(x.Price, p.Currency), HSCode: x.HSCode, Origin: x.Origin,
			Country: r.printer.Country(x.Origin), Supplier: p.SupplierOf(x), Batch: p.BatchOf(x), Grams: x.Grams, Stock: -1, Facts: attributes(x.Attributes, product.Supplier, product.Batch), Told: map[string]string{},
		}
		for name, own := range x.Own {
			u.Told[name] = own.Told
		}
		if x.Stock != nil {
			u.Stock = *x.Stock
		}
		if v.Refused == u.ID {
			u.HSCode, u.Origin, u.Supplier, u.Batch = r.FormValue("hs_code"), r.FormValue("origin"), r.FormValue("supplier"), r.FormValue("batch")
		}
		pictures = append(pictures, u.Image)
		v.Variants = append(v.Variants, u)
	}
	showPictures(w, pictures)
	return r.draw(w, formStatus(v.Form), ui.ProductPage(v))
}

// attributes are attributes in the order of their names, without those that are shown apart.
func attributes(m map[string]string, shown ...string) []ui.Option {
	var out []ui.Option
	for name, value := range m {
		if slices.ContainsFunc(shown, func(s string) bool { return strings.EqualFold(s, name) }) {
			continue
		}
		out = append(out, ui.Option{Value: value, Label: name})
	}
	slices.SortFunc(out, func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
	return out
}

// productSave writes what customs and warehouses ask about a variant.
func (s *server) productSave(w http.ResponseWriter, r *request) error {
	n, err := r.number("product")
	if err != nil {
		return err
	}
	p, err := s.Products.Get(r.Context(), r.actor, product.ID(n))
	if err != nil {
		return err
	}
	if r.Form.Has("attributes") {
		return s.productAttributes(w, r, p)
	}
	i := slices.IndexFunc(p.Variants, func(v product.Variant) bool { return id64(v.ID) == r.FormValue("variant") })
	if i < 0 {
		return errs.New(errs.NotFound, "error.not_found")
	}
	x := p.Variants[i]
	fields := map[string]string{}
	for _, name := range []string{product.HSCode, product.Origin, product.Supplier, product.Batch} {
		if r.Form.Has(name) {
			fields[name] = r.FormValue(name)
		}
	}
	seen, err := strconv.ParseInt(r.FormValue("seen"), 10, 64)
	if err == nil {
		_, err = s.Products.Edit(r.Context(), r.actor, p.ID, product.Change{Seen: seen, Variant: x.ID, Fields: fields})
	} else {
		err = errs.Field("seen", "error.invalid")
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawProduct(w, r, p.ID, ui.ProductView{Form: f, Refused: int64(x.ID)})
	}
	return r.see(w, "/products/"+id64(p.ID), r.told("told.saved"))
}

// productAttributes writes the attributes that the merchant adds, one in each line: its
// name, a colon, its value.
func (s *server) productAttributes(w http.ResponseWriter, r *request, p product.Product) error {
	own := map[string]string{}
	var err error
	for text := range strings.Lines(r.FormValue("attributes")) {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		name, value, ok := strings.Cut(strings.Replace(text, "：", ":", 1), ":")
		if name, value = strings.TrimSpace(name), strings.TrimSpace(value); !ok || name == "" || value == "" {
			err = errs.Field("attributes", "error.product_attribute", "line", text)
			break
		}
		own[name] = value
	}
	seen, bad := strconv.ParseInt(r.FormValue("seen"), 10, 64)
	if bad != nil {
		err = errs.Field("attributes", "error.invalid")
	}
	if err == nil {
		_, err = s.Products.Edit(r.Context(), r.actor, p.ID, product.Change{Seen: seen, Attributes: own})
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawProduct(w, r, p.ID, ui.ProductView{Form: f, Mending: true, OwnText: r.FormValue("attributes")})
	}
	return r.see(w, "/products/"+id64(p.ID), r.told("told.saved"))
}

// orderProducts adds what the lines of an order are in the catalogue: a picture
// and a page.
func (r *request) orderProducts(w http.ResponseWriter, o order.Order, lines []ui.OrderLine) error {
	if !r.actor.May(auth.ReadProducts) {
		return nil
	}
	var skus, pictures []string
	for _, l := range o.Lines {
		skus = append(skus, l.SKU)
	}
	known, err := r.s.Products.BySKU(r.Context(), r.actor, o.Shop, skus)
	if err != nil {
		return err
	}
	for i, l := range o.Lines {
		p, ok := known[product.Key(l.SKU)]
		if !ok || i >= len(lines) {
			continue
		}
		v, _ := p.Variant(l.SKU)
		lines[i].Product, lines[i].Image = int64(p.ID), pictureOf(p, v)
		pictures = append(pictures, lines[i].Image)
	}
	showPictures(w, pictures)
	return nil
}
