package api

import (
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

func orderGroup() group {
	read, bring := may(auth.ReadOrders), may(auth.ReadOrders, auth.ImportOrders)
	return group{"Orders and shops", "An order is one sale of a shop; a shop is one place where the merchant sells.", []operation{
		{"orderList", "GET", "/orders", read, do((*server).orderList), "List or find orders",
			"Orders, newest first. `number` finds an order however a customer writes its number."},
		{"orderGet", "GET", "/orders/{order}", read, do((*server).orderGet), "Get an order", "One order with its lines and parcels."},
		{"orderSave", "POST", "/orders", bring, do((*server).orderSave).upTo(texts), "Save an order",
			"Brings an order up to what the shop says, and adds it if the shop has none with this `external_id`. The same order twice changes nothing and announces nothing."},
		{"orderSaveAll", "POST", "/orders/batch", bring, do((*server).orderSaveAll).upTo(upload), "Save many orders",
			"Saves up to 200 orders of one shop: either all or none."},
		{"shopList", "GET", "/shops", read, do((*server).shopList), "List shops", "The shops of the workspace by name."},
		{"shopCreate", "POST", "/shops", bring, do((*server).shopCreate), "Make a shop known",
			"Returns the shop of a name, and makes it as given if there is none. One that exists stays as it is."},
	}}
}

// Money is a sum of money.
type Money struct {
	Amount   int64  `json:"amount" example:"5490" doc:"In minor units of the currency: cents, or whole yen."`
	Currency string `json:"currency" example:"EUR" doc:"ISO 4217."`
}

// Order is one sale.
type Order struct {
	ID                Ref[anOrder]    `json:"id"`
	ShopID            Ref[aShop]      `json:"shop_id"`
	ExternalID        string          `json:"external_id" example:"5310482" doc:"The platform's own identifier."`
	Number            string          `json:"number" example:"DE-10482" doc:"As the platform shows it."`
	CustomerID        *Ref[aCustomer] `json:"customer_id" nullable:"true"`
	Email             *string         `json:"email" example:"anna@client.example"`
	Status            string          `json:"status" example:"open" doc:"open, cancelled or closed."`
	PaymentStatus     *string         `json:"payment_status" example:"paid" doc:"The platform's word."`
	FulfillmentStatus *string         `json:"fulfillment_status" example:"fulfilled" doc:"The platform's word."`
	PaymentMethod     *string         `json:"payment_method" example:"paypal"`
	Goods             Money           `json:"goods" doc:"Before discount."`
	Discount          Money           `json:"discount"`
	Shipping          Money           `json:"shipping"`
	Tax               Money           `json:"tax"`
	Duty              Money           `json:"duty"`
	Total             Money           `json:"total"`
	Refunded          Money           `json:"refunded"`
	ShipTo            PostalAddress   `json:"ship_to"`
	Promise           *Promise        `json:"promise,omitempty" doc:"What the customer was told of delivery when they bought; left out if nobody told us."`
	Lines             []OrderLine     `json:"lines" nullable:"false"`
	Parcels           []Parcel        `json:"parcels" nullable:"false"`
	PlacedAt          time.Time       `json:"placed_at"`
	UpdatedAt         time.Time       `json:"updated_at" doc:"When this copy last changed."`
	DeletedAt         *time.Time      `json:"deleted_at,omitempty" doc:"When we learned that the shop has it no more; left out if it does."`
}

// PostalAddress is where an order goes.
type PostalAddress struct {
	Name     string `json:"name,omitempty" maxLength:"500" example:"Anna Kowalska"`
	Company  string `json:"company,omitempty" maxLength:"500"`
	Line1    string `json:"line1,omitempty" maxLength:"500" example:"ul. Piękna 11"`
	Line2    string `json:"line2,omitempty" maxLength:"500"`
	City     string `json:"city,omitempty" maxLength:"500" example:"Warszawa"`
	Region   string `json:"region,omitempty" maxLength:"500"`
	Postcode string `json:"postcode,omitempty" maxLength:"500" example:"00-549"`
	Country  string `json:"country,omitempty" maxLength:"2" example:"PL" doc:"ISO 3166-1 alpha-2."`
	Phone    string `json:"phone,omitempty" maxLength:"500"`
}

// OrderLine is one line item of an order.
type OrderLine struct {
	ID       Ref[aLine] `json:"id"`
	SKU      string     `json:"sku" example:"TENT-2P"`
	Title    string     `json:"title" example:"Tent for two"`
	Variant  string     `json:"variant" example:"Green"`
	Quantity int64      `json:"quantity" example:"1"`
	Price    Money      `json:"price" doc:"One unit, before discount."`
	Discount Money      `json:"discount" doc:"Of the whole line."`
	Tax      Money      `json:"tax"`
	Duty     Money      `json:"duty"`
}

// Parcel is one fulfillment of an order, as the shop knows it.
type Parcel struct {
	ID          Ref[aParcel] `json:"id"`
	Carrier     string       `json:"carrier" example:"DHL"`
	Tracking    string       `json:"tracking" example:"00340434161094"`
	Status      string       `json:"status" example:"in_transit"`
	ShippedAt   *time.Time   `json:"shipped_at"`
	DeliveredAt *time.Time   `json:"delivered_at"`
	Packed      []Packed     `json:"packed" doc:"What is in it. Empty where the shop does not tell."`
}

// Packed is some units of a line of an order in one of its parcels.
type Packed struct {
	Line     int   `json:"line" minimum:"1" example:"1" doc:"Place of the line in the order's lines, from 1."`
	Quantity int64 `json:"quantity" minimum:"1" example:"2"`
}

func orderRecord(o order.Order) Order {
	sum := func(minor int64) Money { return Money{minor, o.Currency} }
	return Order{
		ID: refTo[anOrder](o.ID), ShopID: refTo[aShop](o.Shop), ExternalID: o.ExternalID, Number: o.Number, CustomerID: optRef[aCustomer](o.Customer),
		Email: optText(o.Email), Status: o.Status, PaymentStatus: optText(o.PaymentStatus), FulfillmentStatus: optText(o.FulfillmentStatus),
		PaymentMethod: optText(o.PaymentMethod), Goods: sum(o.Goods), Discount: sum(o.Discount), Shipping: sum(o.Shipping), Tax: sum(o.Tax), Duty: sum(o.Duty),
		Total: sum(o.Total), Refunded: sum(o.Refunded), ShipTo: PostalAddress(o.ShipTo), Promise: promiseRecord(o.Promise), PlacedAt: at(o.PlacedAt), UpdatedAt: at(o.UpdatedAt), DeletedAt: optTime(o.DeletedAt),
		Lines: convert(o.Lines, func(l order.Line) OrderLine {
			return OrderLine{refTo[aLine](l.ID), l.SKU, l.Title, l.Variant, l.Quantity, sum(l.Price), sum(l.Discount), sum(l.Tax), sum(l.Duty)}
		}),
		Parcels: convert(o.Fulfillments, func(f order.Fulfillment) Parcel {
			return Parcel{refTo[aParcel](f.ID), f.Carrier, f.Tracking, f.Status, optTime(f.ShippedAt), optTime(f.DeliveredAt), convert(f.Packed, func(p order.Packed) Packed { return Packed(p) })}
		}),
	}
}

func (s *server) orderList(c *call, in *struct {
	Shop     Ref[aShop]     `query:"shop"`
	Customer Ref[aCustomer] `query:"customer"`
	Email    string         `query:"email" maxLength:"320"`
	Number   string         `query:"number" maxLength:"100" example:"#DE 10482"`
	Status   string         `query:"status" enum:"open,cancelled,closed"`
	From     time.Time      `query:"placed_from" doc:"Placed at this time or later."`
	To       time.Time      `query:"placed_before" doc:"Placed before this time."`
	Paging
	Picking
}) (*pageOut[Order], error) {
	f := order.Filter{Status: in.Status, Email: in.Email, From: in.From, To: in.To, Shop: order.ShopID(in.Shop.num()), Customer: customer.ID(in.Customer.num())}
	if in.Number != "" {
		f.Keys = append(order.Numbers(in.Number, 10), order.Key(in.Number))
	}
	var at, last int64
	if err := readCursor('o', in.Cursor, &at, &last); err != nil {
		return nil, err
	}
	var after order.Cursor
	if in.Cursor != "" {
		after = order.Cursor{PlacedAt: time.UnixMilli(at).UTC(), ID: order.ID(last)}
	}
	// One more than a page shows whether there is a next one; the domain gives 200
	// at most, so a full page of 200 leads on without knowing.
	found, err := s.Orders.List(c, c.actor, f, after, min(in.Limit+1, order.MaxPage))
	if err != nil {
		return nil, err
	}
	next := ""
	if more := len(found) > in.Limit || len(found) == order.MaxPage; more {
		found = found[:min(len(found), in.Limit)]
		o := found[len(found)-1]
		next = writeCursor('o', o.PlacedAt.UnixMilli(), int64(o.ID))
	}
	return page(c, convert(found, orderRecord), next), nil
}

func (s *server) orderGet(c *call, in *struct {
	Order Ref[anOrder] `path:"order" doc:"The order's id."`
	Picking
}) (*recordOut[Order], error) {
	o, err := s.Orders.Get(c, c.actor, order.ID(in.Order.num()))
	if err != nil {
		return nil, err
	}
	return record(orderRecord(o)), nil
}

// OrderDraft is an order as a shop tells it. Sums are in minor units.
type OrderDraft struct {
	ExternalID        string          `json:"external_id,omitempty" maxLength:"500" example:"5310482" doc:"The platform's own identifier; the number by default."`
	Number            string          `json:"number" minLength:"1" maxLength:"500" example:"DE-10482"`
	CustomerID        *Ref[aCustomer] `json:"customer_id,omitempty" doc:"By default the customer who holds the address."`
	CustomerName      string          `json:"customer_name,omitempty" maxLength:"500" doc:"For a customer who is not known yet."`
	Language          string          `json:"language,omitempty" maxLength:"35" doc:"Likewise."`
	Email             string          `json:"email,omitempty" maxLength:"320" example:"anna@client.example"`
	Status            string          `json:"status,omitempty" enum:"open,cancelled,closed" doc:"open by default."`
	PaymentStatus     string          `json:"payment_status,omitempty" maxLength:"500" example:"paid"`
	FulfillmentStatus string          `json:"fulfillment_status,omitempty" maxLength:"500"`
	PaymentMethod     string          `json:"payment_method,omitempty" maxLength:"500"`
	Currency          string          `json:"currency,omitempty" maxLength:"3" example:"EUR" doc:"The shop's by default."`
	Goods             int64           `json:"goods,omitempty" example:"5000"`
	Discount          int64           `json:"discount,omitempty"`
	Shipping          int64           `json:"shipping,omitempty" example:"490"`
	Tax               int64           `json:"tax,omitempty"`
	Duty              int64           `json:"duty,omitempty"`
	Total             int64           `json:"total" example:"5490"`
	Refunded          int64           `json:"refunded,omitempty"`
	ShipTo            PostalAddress   `json:"ship_to,omitempty" required:"false"`
	Promise           *PromiseDraft   `json:"promise,omitempty" doc:"What the customer was told of delivery. Without it, what is known stays."`
	PlacedAt          time.Time       `json:"placed_at"`
	Lines             []LineDraft     `json:"lines,omitempty" nullable:"false" maxItems:"2000"`
	Parcels           []ParcelDraft   `json:"parcels,omitempty" nullable:"false" maxItems:"500"`
}

// LineDraft is a line item as a shop tells it.
type LineDraft struct {
	SKU      string `json:"sku,omitempty" maxLength:"500" example:"TENT-2P"`
	Title    string `json:"title" maxLength:"500" example:"Tent for two"`
	Variant  string `json:"variant,omitempty" maxLength:"500"`
	Quantity int64  `json:"quantity" minimum:"0" example:"1"`
	Price    int64  `json:"price" example:"5000"`
	Discount int64  `json:"discount,omitempty"`
	Tax      int64  `json:"tax,omitempty"`
	Duty     int64  `json:"duty,omitempty"`
}

// ParcelDraft is a parcel as a shop tells it.
type ParcelDraft struct {
	Carrier     string     `json:"carrier,omitempty" maxLength:"500" example:"DHL"`
	Tracking    string     `json:"tracking,omitempty" maxLength:"500" example:"00340434161094"`
	Status      string     `json:"status,omitempty" maxLength:"500" example:"in_transit"`
	ShippedAt   *time.Time `json:"shipped_at,omitempty"`
	DeliveredAt *time.Time `json:"delivered_at,omitempty"`
	Packed      []Packed   `json:"packed,omitempty" maxItems:"1000" doc:"What is in it. A parcel of several that turns back opens a case for these units."`
}

func (d OrderDraft) order(shop order.ShopID) order.New {
	n := order.New{
		Shop: shop, ExternalID: d.ExternalID, Number: d.Number, CustomerName: d.CustomerName, Language: d.Language, Email: d.Email, Status: d.Status,
		PaymentStatus: d.PaymentStatus, FulfillmentStatus: d.FulfillmentStatus, PaymentMethod: d.PaymentMethod, Currency: d.Currency, Goods: d.Goods,
		Discount: d.Discount, Shipping: d.Shipping, Tax: d.Tax, Duty: d.Duty, Total: d.Total, Refunded: d.Refunded, ShipTo: order.Address(d.ShipTo),
		PlacedAt: at(d.PlacedAt),
		Lines: convert(d.Lines, func(l LineDraft) order.Line {
			return order.Line{SKU: l.SKU, Title: l.Title, Variant: l.Variant, Quantity: l.Quantity, Price: l.Price, Discount: l.Discount, Tax: l.Tax, Duty: l.Duty}
		}),
		Fulfillments: convert(d.Parcels, func(p ParcelDraft) order.Fulfillment {
			return order.Fulfillment{Carrier: p.Carrier, Tracking: p.Tracking, Status: p.Status, ShippedAt: timeOf(p.ShippedAt), DeliveredAt: timeOf(p.DeliveredAt), Packed: convert(p.Packed, func(x Packed) order.Packed { return order.Packed(x) })}
		}),
	}
	if d.Promise != nil {
		n.Promise = d.Promise.promise()
	}
	if d.CustomerID != nil {
		n.Customer = customer.ID(d.CustomerID.num())
	}
	return n
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// SavedOrder is an order with what saving it did.
type SavedOrder struct {
	Outcome string `json:"outcome" enum:"unchanged,added,changed"`
	Order   Order  `json:"order"`
}

func savedOrder(o order.Order, out order.Outcome) SavedOrder {
	return SavedOrder{Outcome: []string{"unchanged", "added", "changed"}[out], Order: orderRecord(o)}
}

// checked refuses an order whose customer is not of the workspace, and fills in what its quote promised.
func (s *server) checked(c *call, field string, n *order.New) error {
	if err := s.promised(c, n); err != nil {
		return err
	}
	if n.Customer == 0 {
		return nil
	}
	if err := c.actor.Can(auth.ReadCustomers); err != nil {
		return err
	}
	if _, err := s.Customers.Get(c, c.actor, n.Customer); errs.Is(err, errs.NotFound) {
		return errs.Field(field, "problem.unknown")
	} else if err != nil {
		return err
	}
	return nil
}

func (s *server) orderSave(c *call, in *struct {
	Body struct {
		ShopID Ref[aShop] `json:"shop_id"`
		OrderDraft
	} `nameHint:"OrderOfShop"`
}) (*recordOut[SavedOrder], error) {
	n := in.Body.order(order.ShopID(in.Body.ShopID.num()))
	if err := s.checked(c, "customer_id", &n); err != nil {
		return nil, err
	}
	o, out, err := s.Orders.Save(c, c.actor, n)
	if errs.Is(err, errs.NotFound) {
		return nil, errs.Field("shop_id", "problem.unknown")
	}
	if err != nil {
		return nil, err
	}
	return record(savedOrder(o, out)), nil
}

// OrderBatch is orders of one shop.
type OrderBatch struct {
	ShopID Ref[aShop]   `json:"shop_id"`
	Orders []OrderDraft `json:"orders" nullable:"false" minItems:"1" maxItems:"200"`
}

// SavedOrders is orders with what saving them did, in the order they were sent.
type SavedOrders struct {
	Data []SavedOrder `json:"data" nullable:"false"`
}

func (s *server) orderSaveAll(c *call, in *struct{ Body OrderBatch }) (*recordOut[SavedOrders], error) {
	shops, err := s.Orders.Shops(c, c.actor)
	if err != nil {
		return nil, err
	}
	want := order.ShopID(in.Body.ShopID.num())
	for _, shop := range shops {
		if shop.ID != want {
			continue
		}
		list := convert(in.Body.Orders, func(d OrderDraft) order.New { return d.order(want) })
		for i := range list {
			if err := s.checked(c, "orders", &list[i]); err != nil {
				return nil, err
			}
		}
		saved, outcomes, err := s.Orders.SaveAll(c, c.actor, shop, list)
		if err != nil {
			return nil, err
		}
		out := SavedOrders{Data: make([]SavedOrder, len(saved))}
		for i := range saved {
			out.Data[i] = savedOrder(saved[i], outcomes[i])
		}
		return record(out), nil
	}
	return nil, errs.Field("shop_id", "problem.unknown")
}

// Shop is one place where the merchant sells.
type Shop struct {
	ID        Ref[aShop] `json:"id"`
	Name      string     `json:"name" example:"Berlin"`
	Platform  *string    `json:"platform" example:"shopify"`
	Market    *string    `json:"market" example:"DE" doc:"ISO 3166-1 alpha-2 of the country it sells to; null for many."`
	Currency  string     `json:"currency" example:"EUR"`
	CreatedAt time.Time  `json:"created_at"`
}

func shopRecord(x order.Shop) Shop {
	return Shop{refTo[aShop](x.ID), x.Name, optText(x.Platform), optText(x.Market), x.Currency, at(x.CreatedAt)}
}

func (s *server) shopList(c *call, in *struct{ Paging }) (*pageOut[Shop], error) {
	shops, err := s.Orders.Shops(c, c.actor)
	if err != nil {
		return nil, err
	}
	shops, next, err := part(shops, func(x order.Shop) int64 { return int64(x.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(shops, shopRecord), next), nil
}

// ShopDraft is a shop to be made known.
type ShopDraft struct {
	Name     string `json:"name" minLength:"1" maxLength:"200" example:"Warszawa"`
	Platform string `json:"platform,omitempty" maxLength:"60" example:"woocommerce"`
	Market   string `json:"market,omitempty" maxLength:"2" example:"PL"`
	Currency string `json:"currency" minLength:"3" maxLength:"3" example:"PLN"`
}

func (s *server) shopCreate(c *call, in *struct{ Body ShopDraft }) (*recordOut[Shop], error) {
	b := in.Body
	shop, _, err := s.Orders.EnsureShop(c, c.actor, order.Shop{Name: strings.TrimSpace(b.Name), Platform: b.Platform, Market: strings.ToUpper(b.Market), Currency: b.Currency})
	if err != nil {
		return nil, err
	}
	return record(shopRecord(shop)), nil
}
