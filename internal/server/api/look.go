package api

import (
	"encoding/base64"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

func lookGroup() group {
	manage := may(auth.Manage)
	return group{"Customer pages", "A shop's page for its customers: its name, logo, colour, links and languages, and the host of its own on which it stands.", []operation{
		{"lookGet", "GET", "/shops/{shop}/customer-page", manage, do((*server).lookGet), "Get a customer page", "How the page of a shop looks, and where it stands."},
		{"lookPut", "PUT", "/shops/{shop}/customer-page", manage, do((*server).lookPut), "Change a customer page", "Replaces all of it but the logo and the host."},
		{"logoPut", "PUT", "/shops/{shop}/customer-page/logo", manage, do((*server).logoPut).upTo(brand.MostLogo/3*4 + 8<<10), "Set a logo", "Draws the picture anew and makes the icons of it. PNG, JPEG, WebP, GIF, BMP or TIFF of up to 2 MB; vector pictures are refused."},
		{"logoDelete", "DELETE", "/shops/{shop}/customer-page/logo", manage, do((*server).logoDelete), "Remove a logo", "Takes the logo away; the icons show the shop's initials then."},
		{"hostPut", "PUT", "/shops/{shop}/customer-page/host", manage, do((*server).hostPut), "Name a host", "Names the host of the shop's own on which its page is to stand. The answer says which records to set; nothing stands there before it is checked."},
		{"hostDelete", "DELETE", "/shops/{shop}/customer-page/host", manage, do((*server).hostDelete), "Remove a host", "The page stands below this installation's address again."},
		{"hostCheck", "POST", "/shops/{shop}/customer-page/host/check", manage, do((*server).hostCheck), "Check a host", "Looks into the DNS whether both records are set. From then on the page stands there, and links in letters name it."},
	}}
}

// CustomerPage is how the page of a shop looks, and where it stands.
type CustomerPage struct {
	ShopID    Ref[aShop]        `json:"shop_id"`
	Address   *string           `json:"address" format:"uri" example:"https://track.shop.example" doc:"Null where no public address is known."`
	Name      string            `json:"name" example:"Tent & Trail" doc:"Instead of the shop's; empty for the shop's."`
	Accent    string            `json:"accent" example:"#0b5d3b" doc:"Empty for ours."`
	Light     string            `json:"accent_light" example:"#0b5d3b" doc:"The shade on light pages: at least 4.5 to 1."`
	Dark      string            `json:"accent_dark" example:"#4fbf8f" doc:"The shade on dark pages: at least 4.5 to 1."`
	Support   string            `json:"support" example:"help@shop.example"`
	Links     CustomerPageLinks `json:"links"`
	Languages []string          `json:"languages" nullable:"false" doc:"That are offered; none for all."`
	Origins   []string          `json:"origins" nullable:"false" example:"[\"https://shop.example\"]" doc:"Sites whose pages may ask for quotes."`
	Replies   bool              `json:"link_in_replies" doc:"Replies about an order carry a link to its page."`
	Logo      bool              `json:"logo" doc:"It has one."`
	Host      *CustomerPageHost `json:"host,omitempty" doc:"Left out if the page has none of its own."`
	UpdatedAt *time.Time        `json:"updated_at"`
}

// CustomerPageLinks are addresses of the shop's own pages.
type CustomerPageLinks struct {
	Help    string `json:"help,omitempty" maxLength:"500"`
	Returns string `json:"returns,omitempty" maxLength:"500" example:"https://shop.example/returns"`
	Terms   string `json:"terms,omitempty" maxLength:"500"`
	Privacy string `json:"privacy,omitempty" maxLength:"500"`
	Imprint string `json:"imprint,omitempty" maxLength:"500"`
}

// CustomerPageHost is a host of a shop's own with what its owner puts into the DNS.
type CustomerPageHost struct {
	Name     string     `json:"name" example:"track.shop.example"`
	ProvenAt *time.Time `json:"proven_at" doc:"Null: nothing stands there yet."`
	Failing  *time.Time `json:"failing_since" doc:"Since when the daily look finds the record gone or the host leading elsewhere, null if it does not. With proven_at, the host is withdrawn fourteen days later, and letters name it no more; without, it was withdrawn."`
	Record   string     `json:"txt_name" example:"_godwit.track.shop.example"`
	Value    string     `json:"txt_value" example:"godwit=mzxw6ytboi4dcmrt"`
	Leads    string     `json:"cname" example:"desk.acme.example" doc:"Where the host must lead: by CNAME, or by the same addresses."`
}

// lookRecord words a shop's page.
func (s *server) lookRecord(c *call, shop order.Shop, b brand.Brand) (CustomerPage, error) {
	shades := brand.ShadesOf(b.Accent)
	out := CustomerPage{
		ShopID: refTo[aShop](shop.ID), Name: b.Name, Accent: b.Accent, Light: shades.Light, Dark: shades.Dark, Support: b.Support, Links: CustomerPageLinks(b.Links),
		Languages: convert(b.Languages, func(l i18n.Lang) string { return string(l) }), Origins: append([]string{}, b.Origins...), Replies: !b.Silent, Logo: b.Logo.Hash != "", UpdatedAt: optTime(b.UpdatedAt),
	}
	if s.CustomerPage != nil {
		address, err := s.CustomerPage(c, shop)
		if err != nil {
			return out, err
		}
		out.Address = optText(address)
	}
	record, err := s.Brands.RecordOf(c, b)
	if record.Name != "" {
		out.Host = &CustomerPageHost{Name: b.Domain.Host, ProvenAt: optTime(b.Domain.ProvenAt), Failing: optTime(b.Domain.FailingSince), Record: record.Name, Value: record.Value, Leads: s.Brands.Host}
	}
	return out, err
}

// ShopPath names a shop in a path.
type ShopPath struct {
	Shop Ref[aShop] `path:"shop" doc:"The shop's id."`
}

func (p ShopPath) id() order.ShopID { return order.ShopID(p.Shop.num()) }

// lookNow answers with a shop's page as it is, after err.
func (s *server) lookNow(c *call, id order.ShopID, err error) (*recordOut[CustomerPage], error) {
	if err != nil {
		return nil, err
	}
	shop, b, err := s.Brands.Get(c, c.actor, id)
	if err != nil {
		return nil, err
	}
	out, err := s.lookRecord(c, shop, b)
	if err != nil {
		return nil, err
	}
	return record(out), nil
}

func (s *server) lookGet(c *call, in *struct{ ShopPath }) (*recordOut[CustomerPage], error) {
	return s.lookNow(c, in.id(), nil)
}

// CustomerPageDraft is all that a page says of itself.
type CustomerPageDraft struct {
	Name      string            `json:"name,omitempty" maxLength:"200" example:"Tent & Trail"`
	Accent    string            `json:"accent,omitempty" maxLength:"7" example:"#0b5d3b"`
	Support   string            `json:"support,omitempty" maxLength:"254"`
	Links     CustomerPageLinks `json:"links,omitempty" required:"false"`
	Languages []string          `json:"languages,omitempty" maxItems:"60"`
	Origins   []string          `json:"origins,omitempty" maxItems:"20"`
	Replies   *bool             `json:"link_in_replies,omitempty" doc:"True by default."`
}

func (s *server) lookPut(c *call, in *struct {
	ShopPath
	Body CustomerPageDraft
}) (*recordOut[CustomerPage], error) {
	d := in.Body
	u := brand.Update{Name: d.Name, Accent: d.Accent, Support: d.Support, Links: brand.Links(d.Links), Origins: d.Origins, Silent: d.Replies != nil && !*d.Replies}
	for _, l := range d.Languages {
		u.Languages = append(u.Languages, i18n.Lang(l))
	}
	_, err := s.Brands.Save(c, c.actor, in.id(), u)
	return s.lookNow(c, in.id(), err)
}

func (s *server) logoPut(c *call, in *struct {
	ShopPath
	Body struct {
		Content string `json:"content" doc:"The file in base 64." example:"iVBORw0KGgo="`
	} `nameHint:"CustomerPageLogo"`
}) (*recordOut[CustomerPage], error) {
	data, err := base64.StdEncoding.DecodeString(in.Body.Content)
	if err != nil || len(data) == 0 {
		return nil, errs.Field("content", "error.brand_picture")
	}
	_, err = s.Brands.SetLogo(c, c.actor, in.id(), data)
	return s.lookNow(c, in.id(), err)
}

func (s *server) logoDelete(c *call, in *struct{ ShopPath }) (*noneOut, error) {
	_, err := s.Brands.SetLogo(c, c.actor, in.id(), nil)
	return &noneOut{}, err
}

func (s *server) hostPut(c *call, in *struct {
	ShopPath
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"300" example:"track.shop.example"`
	} `nameHint:"CustomerPageHostDraft"`
}) (*recordOut[CustomerPage], error) {
	_, err := s.Brands.SetDomain(c, c.actor, in.id(), in.Body.Name)
	return s.lookNow(c, in.id(), err)
}

func (s *server) hostDelete(c *call, in *struct{ ShopPath }) (*noneOut, error) {
	_, err := s.Brands.SetDomain(c, c.actor, in.id(), "")
	return &noneOut{}, err
}

func (s *server) hostCheck(c *call, in *struct{ ShopPath }) (*recordOut[CustomerPage], error) {
	_, err := s.Brands.Prove(c, c.actor, in.id())
	return s.lookNow(c, in.id(), err)
}
