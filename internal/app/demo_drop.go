package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/app/simulate"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/auth"
)

// demoDrop is the merchant's own shop, whose system writes files into a drop folder:
// a first one with its history, and then, as long as the demo runs, new orders.
type demoDrop struct {
	core     *Core
	merchant *simulate.Merchant
	space    auth.WorkspaceID
	conn     commerce.ID
	dir      string
	dice     *rand.Rand
	orders   int // written so far
}

// outletHistory is how many orders the first file holds, as a share of the merchant's.
const outletHistory = 3

// loadDrop connects the shop; its first file is read when the jobs run.
func (l *demoLoader) loadDrop(ctx context.Context) error {
	made, err := l.core.Shops.Connect(ctx, l.owner, commerce.New{Driver: "generic", Settings: map[string]string{"name": "Greywing Outlet", "currency": "EUR", "country": "DE", "folder": "outlet"}})
	if err != nil {
		return fmt.Errorf("connect the outlet: %w", err)
	}
	if err := l.dress(ctx, made.Shop.ID, looks["outlet"]); err != nil {
		return err
	}
	d := &demoDrop{
		core: l.core, merchant: l.merchant, space: l.space.ID, conn: made.Connection.ID, dir: filepath.Join(l.core.dropFolder(), strconv.FormatInt(int64(l.space.ID), 10), "outlet"),
		dice: rand.New(rand.NewPCG(l.seed, demoHash("outlet"))),
	}
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return fmt.Errorf("make the drop folder: %w", err)
	}
	shop := order.Shop{Currency: "EUR"}
	var products, orders []any
	for _, p := range l.merchant.Products {
		products = append(products, dropProduct(demoProduct(p, "en", shop), l.merchant.Now()))
	}
	now := l.merchant.Now()
	n := len(l.merchant.Orders) / outletHistory
	for i := range n {
		orders = append(orders, d.order(now.Add(-time.Duration(n-i)*30*24*time.Hour/time.Duration(n)), now))
	}
	if err := d.write("products", products); err != nil {
		return err
	}
	if err := d.write("orders-history", orders); err != nil {
		return err
	}
	l.drop = d
	return nil
}

// live writes a file with new orders now and then, until ctx ends.
func (d *demoDrop) live(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := d.core.Now().UTC()
		var list []any
		for range 1 + d.dice.IntN(3) {
			list = append(list, d.order(now, now))
		}
		err := d.write("orders-"+now.Format("150405.000"), list)
		if err == nil {
			_, err = d.core.Shops.SyncNow(ctx, auth.ForSystem(d.space), d.conn, false)
		}
		if err != nil && ctx.Err() == nil {
			d.core.Log.Warn("demo orders", "error", err)
		}
	}
}

// write drops a file as other systems should: under another name until it is whole.
func (d *demoDrop) write(name string, list []any) error {
	var b strings.Builder
	e := json.NewEncoder(&b)
	for _, o := range list {
		if err := e.Encode(o); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	path := filepath.Join(d.dir, name+".jsonl")
	if err := os.WriteFile(path+".part", []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("drop %s: %w", name, err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		return fmt.Errorf("drop %s: %w", name, err)
	}
	return nil
}

// The shapes are those of docs/shops.md.
type dropOrder struct {
	Object       string         `json:"object"`
	ID           string         `json:"id"`
	Number       string         `json:"number"`
	Status       string         `json:"status"`
	Payment      string         `json:"payment_status"`
	Fulfilled    string         `json:"fulfillment_status"`
	Method       string         `json:"payment_method"`
	Currency     string         `json:"currency"`
	Goods        string         `json:"goods"`
	Shipping     string         `json:"shipping"`
	Total        string         `json:"total"`
	Email        string         `json:"email"`
	Language     string         `json:"language"`
	PlacedAt     time.Time      `json:"placed_at"`
	UpdatedAt    time.Time      `json:"updated_at"`
	Customer     dropCustomer   `json:"customer"`
	ShipTo       dropAddress    `json:"ship_to"`
	Lines        []dropLine     `json:"lines"`
	Promise      map[string]any `json:"promise"`
	Fulfillments []dropParcel   `json:"fulfillments,omitempty"`
}

type dropCustomer struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

type dropAddress struct {
	Name     string `json:"name"`
	Line1    string `json:"line1"`
	Postcode string `json:"postcode"`
	City     string `json:"city"`
	Country  string `json:"country"`
}

type dropLine struct {
	ID       string `json:"id"`
	SKU      string `json:"sku"`
	Title    string `json:"title"`
	Variant  string `json:"variant"`
	Quantity int    `json:"quantity"`
	Price    string `json:"price"`
}

type dropParcel struct {
	ID        string    `json:"id"`
	Status    string    `json:"status"`
	Carrier   string    `json:"carrier"`
	Tracking  string    `json:"tracking"`
	ShippedAt time.Time `json:"shipped_at"`
}

func cents(n int64) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }

// order invents an order of a customer that the merchant has.
func (d *demoDrop) order(placed, now time.Time) dropOrder {
	d.orders++
	c := d.merchant.Customers[d.dice.IntN(len(d.merchant.Customers))]
	number := "OUT-" + strconv.Itoa(20000+d.orders)
	o := dropOrder{
		Object: "order", ID: number, Number: number, Status: "open", Payment: "paid", Fulfilled: "unfulfilled", Method: "card", Currency: "EUR", Email: c.Email, Language: c.Language,
		PlacedAt: placed, UpdatedAt: placed, Customer: dropCustomer{strconv.Itoa(c.ID), c.Name, c.Email},
		ShipTo:  dropAddress{c.Address.Name, c.Address.Line1, c.Address.PostalCode, c.Address.City, c.Address.Country},
		Promise: map[string]any{"service": "Economy", "price": "4.90", "from": placed.AddDate(0, 0, 8).Format(time.RFC3339), "to": placed.AddDate(0, 0, 15).Format(time.RFC3339)},
	}
	var goods int64
	for i := range 1 + d.dice.IntN(2) {
		p := d.merchant.Products[d.dice.IntN(len(d.merchant.Products))]
		v := d.dice.IntN(len(p.Variants))
		price := simulate.Price(p.Cents*4/5, "EUR") // last season's
		goods += price
		o.Lines = append(o.Lines, dropLine{strconv.Itoa(i + 1), fmt.Sprintf("%s-%02d", p.SKU, 1+v), p.Titles["en"], p.Variants[v], 1, cents(price)})
	}
	o.Goods, o.Shipping, o.Total = cents(goods), "4.90", cents(goods+490)
	if shipped := placed.Add(time.Duration(4+d.dice.IntN(30)) * time.Hour); shipped.Before(now) || placed.Equal(now) {
		if placed.Equal(now) { // the label is made at once
			shipped = now
		}
		o.Fulfilled, o.UpdatedAt = "fulfilled", shipped
		o.Fulfillments = []dropParcel{{ID: "1", Status: "in_transit", Carrier: "YunExpress", Tracking: fmt.Sprintf("YT26%012d", d.dice.Int64N(1e12)), ShippedAt: shipped}}
	}
	return o
}

type dropVariant struct {
	ID      string            `json:"id"`
	SKU     string            `json:"sku"`
	Title   string            `json:"title"`
	Price   string            `json:"price"`
	Grams   int64             `json:"grams"`
	HSCode  string            `json:"hs_code"`
	Origin  string            `json:"origin"`
	Stock   *int64            `json:"stock"`
	Options map[string]string `json:"options"`
	Others  map[string]string `json:"attributes"`
}

// dropProduct writes a product as the outlet's system does.
func dropProduct(p product.New, now time.Time) map[string]any {
	var variants []dropVariant
	for _, v := range p.Variants {
		others := map[string]string{"supplier": cmp.Or(v.Supplier, p.Supplier), "batch": cmp.Or(v.Batch, p.Batch)}
		variants = append(variants, dropVariant{v.ExternalID, v.SKU, v.Title, cents(v.Price * 4 / 5), v.Grams, v.HSCode, v.Origin, v.Stock, v.Attributes, others})
	}
	return map[string]any{
		"object": "product", "id": p.ExternalID, "title": p.Title, "status": product.Active, "brand": p.Brand, "currency": "EUR", "updated_at": now, "images": p.Images, "variants": variants,
	}
}
