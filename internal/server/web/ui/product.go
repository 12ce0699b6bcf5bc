package ui

import (
	"net/url"
	"time"
)

// Products is the list of products.
type Products struct {
	Page
	Q        string // words of the title or an SKU
	Shop     string
	Status   string
	Shops    []Option
	Statuses []Option
	Rows     []ProductRow
	Next     string // cursor of the next page; empty on the last
}

// ProductRow is one product in a list.
type ProductRow struct {
	ID       int64
	Title    string
	Status   string // "active", "draft", "archived", "deleted"
	Shop     string
	Image    string // address of a picture; empty for none
	SKUs     string
	HSCode   string
	Origin   string // by name
	Supplier string
	Batch    string
	Variants int64
}

// ProductView is the page of one product.
type ProductView struct {
	Page
	Form
	Row         ProductRow
	Brand, Type string
	Href        string // its page in the shop; empty if unknown
	Tags        []string
	Facts       []Option // attributes: the name is the label
	Own         []Option // those that the merchant added
	OwnText     string   // the same, one in each line
	Mending     bool     // the form of these was refused
	Edits       int64    // how often somebody wrote by hand
	Variants    []ProductVariant
	ToldAt      time.Time
	Refused     int64 // the variant whose form was refused
	Sold        ProductSold
	Cover       *ProductCover // nil: not for this reader
}

// ProductVariant is one form of a product that can be bought.
type ProductVariant struct {
	ID                      int64
	Title, SKU, Barcode     string
	Image                   string
	Price                   string
	HSCode, Origin, Country string
	Supplier, Batch         string
	Grams                   int64
	Stock                   int64 // -1 if nobody says
	Facts                   []Option
	Told                    map[string]string // what the shop says of the fields that were written by hand
}

// ProductSold is what became of the orders of a product.
type ProductSold struct {
	Days                                 int64 // the span of the figures
	Figures                              []SoldFigure
	SeesOrders, SeesTickets, SeesParcels bool
	Orders                               []SoldOrder
	Tickets                              []TicketRef
	Parcels                              []ParcelRow
	Sought                               url.Values // the places at which the lists begin
	MoreOrders, MoreTickets, MoreParcels string     // cursors of the next pages; empty on the last
}

// SoldFigure is one number about a product's orders.
type SoldFigure struct {
	Name string // "units", "orders", "tickets", "open", "parcels", "risk", "lost"
	N    int64
	More bool
	Tone Tone
}

// SoldOrder is an order with how many of a product it has.
type SoldOrder struct {
	Order
	Units int64
}

// sold returns the page with one of its lists begun at a place, "" for the beginning.
func (v ProductView) sold(list, after string) string {
	q := url.Values{}
	for name, value := range v.Sold.Sought {
		q[name] = value
	}
	if q.Set(list, after); after == "" {
		q.Del(list)
	}
	return withQuery("/products/"+id64(v.Row.ID), q) + "#p-" + list
}

func productTone(status string) Tone {
	switch status {
	case "active":
		return ToneGood
	case "draft":
		return ToneWarn
	}
	return ToneNone
}

// path returns an address of the list under the same filter.
func (v Products) path(after string) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": v.Q, "shop": v.Shop, "status": v.Status, "after": after} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return withQuery("/products", q)
}
