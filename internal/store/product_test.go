package store_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func (d desk) products(s *store.Store) *product.Service {
	return product.NewService(product.Config{Store: s, Journal: s, IDs: d.ids, Now: time.Now})
}

func newProduct(shop order.ShopID, id, sku string) product.New {
	stock := int64(41)
	return product.New{
		Shop: shop, ExternalID: id, Title: "Tent for two", Brand: "Larch", Type: "Tents", Supplier: "Ningbo Outdoor", URL: "https://shop.example/tent", Tags: []string{"tents"},
		Images: []string{"https://shop.example/tent.jpg"}, Attributes: map[string]string{"material": "polyester"}, ToldAt: placed,
		Variants: []product.Variant{
			{ExternalID: id + "-1", SKU: sku, Barcode: "4006381333931", Title: "Green", Attributes: map[string]string{"colour": "green"}, Price: 5000, Listed: 6000, Cost: 2100,
				HSCode: "6306.22", Origin: "CN", Batch: "2026-31", Grams: 2400, Size: product.Size{Length: 450, Width: 160, Height: 160}, Stock: &stock},
			{ExternalID: id + "-2", SKU: sku + "-R", Title: "Red", Price: 5200},
		},
	}
}

func TestSaveProductFollowsThePlatform(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		products, shop := d.products(s), d.shop(t, "EUR")
		n := newProduct(shop, "88", "TENT-2P")
		first, out, err := products.Save(ctx, d.owner, n)
		if err != nil || out != order.Added {
			t.Fatalf("Save = %v, %v", out, err)
		}
		got, err := products.Get(ctx, d.owner, first.ID)
		if err != nil || !reflect.DeepEqual(got, first) {
			t.Fatalf("Get = %+v, %v\nwant %+v", got, err, first)
		}
		events := len(d.kinds(t))
		if again, out, err := products.Save(ctx, d.owner, n); err != nil || out != order.Unchanged || !reflect.DeepEqual(again, first) {
			t.Errorf("Save again = %v, %v", out, err)
		}
		older := n
		older.Title, older.ToldAt = "Old tent", placed.Add(-time.Minute)
		if kept, out, err := products.Save(ctx, d.owner, older); err != nil || out != order.Unchanged || kept.Title != n.Title {
			t.Errorf("an older telling = %v, %v: %q", out, err, kept.Title)
		}
		if len(d.kinds(t)) != events {
			t.Error("what changed nothing was announced")
		}
		part := product.New{Shop: shop, ExternalID: "88", Part: true, ToldAt: placed.Add(time.Hour), Variants: []product.Variant{{ExternalID: "88-2", SKU: "TENT-2P-R", Price: 4900}}}
		changed, out, err := products.Save(ctx, d.owner, part)
		if err != nil || out != order.Changed || changed.Title != n.Title || changed.Variants[1].Price != 4900 || changed.Variants[1].ID != first.Variants[1].ID {
			t.Fatalf("a variant alone = %v, %v: %+v", out, err, changed)
		}
		whole := n
		whole.Variants, whole.ToldAt = n.Variants[:1], placed.Add(2*time.Hour)
		if changed, _, err = products.Save(ctx, d.owner, whole); err != nil || len(changed.Variants) != 1 {
			t.Fatalf("a variant that is gone: %+v, %v", changed, err)
		}
		if got, _ = products.Get(ctx, d.owner, first.ID); !reflect.DeepEqual(got, changed) {
			t.Errorf("Get = %+v\nwant %+v", got, changed)
		}
		if kinds := d.kinds(t); kinds[len(kinds)-1] != product.Updated {
			t.Errorf("events %v", kinds)
		}
	})
}

func TestProductsAreListedAndFoundBySKU(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d, other := context.Background(), newDesk(t, s), newDesk(t, s)
		products, shop := d.products(s), d.shop(t, "EUR")
		for _, id := range []string{"1", "2", "3"} {
			if _, _, err := products.Save(ctx, d.owner, newProduct(shop, id, "SKU-"+id)); err != nil {
				t.Fatal(err)
			}
		}
		gone := newProduct(shop, "0", "SKU-9")
		gone.Status = product.Deleted
		if _, _, err := products.Save(ctx, d.owner, gone); err != nil {
			t.Fatal(err)
		}
		if _, _, err := products.Save(ctx, d.owner, newProduct(shop, "4", "SKU-9")); err != nil {
			t.Fatal(err)
		}
		first, err := products.List(ctx, d.owner, product.Filter{Shop: shop}, 0, 2)
		if err != nil || len(first) != 2 || first[0].ExternalID != "4" {
			t.Fatalf("first page %v, %v", first, err)
		}
		next, err := products.List(ctx, d.owner, product.Filter{}, first[1].ID, 9)
		if err != nil || len(next) != 3 || next[2].ExternalID != "1" || len(next[2].Variants) != 2 {
			t.Fatalf("next page %v, %v", next, err)
		}
		if found, err := products.List(ctx, d.owner, product.Filter{SKU: " sku-2-r"}, 0, 9); err != nil || len(found) != 1 || found[0].ExternalID != "2" {
			t.Errorf("by SKU: %v, %v", found, err)
		}
		by, err := products.BySKU(ctx, d.owner, 0, []string{"sku-1", "SKU-9", "none", " "})
		if err != nil || by["SKU-1"].ExternalID != "1" || by["SKU-9"].ExternalID != "4" {
			t.Errorf("BySKU = %v, %v", by, err)
		}
		limited := d.owner
		limited.Limits.Shops = []int64{99}
		if list, err := products.List(ctx, limited, product.Filter{}, 0, 9); err != nil || len(list) != 0 {
			t.Errorf("another shop's products: %v, %v", list, err)
		}
		if _, err := products.Get(ctx, other.owner, first[0].ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace's product: %v", err)
		}
		agent := auth.Actor{Kind: auth.Agent, Workspace: d.w, Role: auth.AgentRole}
		if _, _, err := products.Save(ctx, agent, newProduct(shop, "5", "X")); !errs.Is(err, errs.Denied) {
			t.Errorf("an agent saves: %v", err)
		}
	})
}

func TestPromiseStaysWithItsOrder(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		n := newOrder(d.shop(t, "EUR"), "1", "a@example.com")
		n.Promise = order.Promise{Service: "Economy", Price: 490, Tax: 950, DaysFrom: 5, DaysTo: 9, Source: "main 3", QuotedAt: placed}
		o, _, err := d.orders.Save(ctx, d.owner, n)
		if err != nil || o.Promise.To != time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC) || o.Promise.Currency != "EUR" {
			t.Fatalf("promise %+v, %v", o.Promise, err)
		}
		n.Promise, n.Status = order.Promise{}, order.Closed
		changed, out, err := d.orders.Save(ctx, d.owner, n)
		if err != nil || out != order.Changed || changed.Promise != o.Promise {
			t.Errorf("a platform that does not tell the promise took it away: %+v, %v", changed.Promise, err)
		}
		if got, err := d.orders.Get(ctx, d.owner, o.ID); err != nil || got.Promise != o.Promise {
			t.Errorf("Get = %+v, %v", got.Promise, err)
		}
		n.Promise = order.Promise{DaysFrom: 9, DaysTo: 5}
		if _, _, err := d.orders.Save(ctx, d.owner, n); !errs.Is(err, errs.Invalid) {
			t.Errorf("an impossible promise: %v", err)
		}
	})
}

// What somebody wrote by hand is kept beside what the shop tells; whoever wrote after a
// look that is too old is refused, and the journal names the fields.
func TestProductsAreEditedByHand(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d, other := context.Background(), newDesk(t, s), newDesk(t, s)
		products, shop := d.products(s), d.shop(t, "EUR")
		p, _, err := products.Save(ctx, d.owner, newProduct(shop, "88", "TENT-2P"))
		if err != nil {
			t.Fatal(err)
		}
		v := p.Variants[0].ID
		change := product.Change{Variant: v, Fields: map[string]string{product.HSCode: "6306.29", product.Batch: "7"}, Attributes: map[string]string{"voltage": "230 V"}}
		edited, err := products.Edit(ctx, d.owner, p.ID, change)
		if err != nil || edited.Edits != 1 || edited.Variants[0].HSCode != "630629" || edited.Own["voltage"] != "230 V" {
			t.Fatalf("%+v, %v", edited, err)
		}
		if got, err := products.Get(ctx, d.owner, p.ID); err != nil || !reflect.DeepEqual(got, edited) {
			t.Errorf("Get = %+v, %v\nwant %+v", got, err, edited)
		}
		if again, err := products.Edit(ctx, d.owner, p.ID, change); err != nil || again.Edits != 1 {
			t.Errorf("what is so already: %d edits, %v", again.Edits, err)
		}
		change.Fields[product.Batch] = "8"
		if _, err := products.Edit(ctx, d.owner, p.ID, change); !errs.Is(err, errs.Conflict) {
			t.Errorf("a look that is too old: %v", err)
		}
		n := newProduct(shop, "88", "TENT-2P")
		n.Title, n.ToldAt, n.Variants[0].HSCode, n.Attributes = "Tent", placed.Add(time.Hour), "630612", map[string]string{"season": "three"}
		told, _, err := products.Save(ctx, d.owner, n)
		if err != nil || told.Variants[0].HSCode != "630629" || told.Variants[0].Own[product.HSCode].Told != "630612" || told.Variants[0].Batch != "7" || told.Own["voltage"] != "230 V" || told.Title != "Tent" {
			t.Errorf("told anew: %+v, %v", told, err)
		}
		back, err := products.Edit(ctx, d.owner, p.ID, product.Change{Seen: 1, Variant: v, Fields: map[string]string{product.HSCode: ""}})
		if err != nil || back.Variants[0].HSCode != "630612" || back.Edits != 2 {
			t.Errorf("taken back: %+v, %v", back, err)
		}
		if kinds := d.kinds(t); kinds[len(kinds)-1] != product.Edited {
			t.Errorf("events %v", kinds)
		}
		for _, c := range []product.Change{{Seen: 2, Variant: v, Fields: map[string]string{product.HSCode: "63"}}, {Seen: 2, Variant: v, Fields: map[string]string{product.Origin: "China"}}, {Seen: 2, Variant: v, Fields: map[string]string{"title": "X"}}} {
			if _, err := products.Edit(ctx, d.owner, p.ID, c); !errs.Is(err, errs.Invalid) {
				t.Errorf("%v: %v", c.Fields, err)
			}
		}
		if _, err := products.Edit(ctx, other.owner, p.ID, product.Change{Seen: 2, Attributes: map[string]string{"a": "b"}}); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace's product: %v", err)
		}
	})
}

// Products are found by the beginnings of words of their title and SKUs, page by page.
func TestProductsAreFoundByWords(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d, other := context.Background(), newDesk(t, s), newDesk(t, s)
		products, shop := d.products(s), d.shop(t, "EUR")
		for id, title := range map[string]string{"1": "Zelt für zwei", "2": "双人帐篷", "3": "Zeltplane"} {
			n := newProduct(shop, id, "AB-"+id)
			n.Title = title
			if _, _, err := products.Save(ctx, d.owner, n); err != nil {
				t.Fatal(err)
			}
		}
		renamed := newProduct(shop, "3", "AB-3")
		renamed.Title, renamed.ToldAt = "Plane", placed.Add(time.Hour)
		find := func(words string) (out string) {
			for after := product.ID(0); ; {
				list, err := products.List(ctx, d.owner, product.Filter{Words: words}, after, 2)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range list {
					out, after = out+p.ExternalID, p.ID
				}
				if len(list) < 2 {
					return out
				}
			}
		}
		count := func(words string, want int) {
			t.Helper()
			if got := find(words); len(got) != want {
				t.Errorf("%s: %q", words, got)
			}
		}
		count("zelt", 2)
		count("ZELT FUR", 1)
		count("帐篷", 1)
		count("ab-", 3)
		count("ab-2-r", 1)
		count("zelt nothing", 0)
		if _, _, err := products.Save(ctx, d.owner, renamed); err != nil {
			t.Fatal(err)
		}
		count("zelt", 1)
		count("plane", 1)
		if list, err := products.List(ctx, other.owner, product.Filter{Words: "zelt"}, 0, 9); err != nil || len(list) != 0 {
			t.Errorf("another workspace finds %v, %v", list, err)
		}
	})
}

// The orders of a product are those of its shop with one of its SKUs, however it is
// written, newest first; what is counted leaves out cancelled ones and other shops'.
func TestWhatASKUWasSoldIn(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		shop := d.shop(t, "EUR")
		save := func(id, status string, placed time.Time, lines ...order.Line) order.Order {
			n := newOrder(shop, id, "a@example.com")
			n.Status, n.PlacedAt, n.Lines = status, placed, lines
			o, _, err := d.orders.Save(ctx, d.owner, n)
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
		first := save("1", order.Open, placed, order.Line{Title: "Tent", SKU: " tent-2p", Quantity: 2}, order.Line{Title: "Tent", SKU: "TENT-2P", Quantity: 3})
		late := save("2", order.Open, placed.Add(time.Hour), order.Line{Title: "Tent", SKU: "Tent-R", Quantity: 1})
		save("3", order.Cancelled, placed.Add(2*time.Hour), order.Line{Title: "Tent", SKU: "tent-r", Quantity: 7})
		save("4", order.Open, placed.Add(3*time.Hour), order.Line{Title: "Stove", SKU: "STOVE", Quantity: 1}, order.Line{Title: "Gift", Quantity: 1})
		of := order.Sold{Shop: shop, Keys: []string{"TENT-2P", "TENT-R"}}
		page, err := d.orders.Sold(ctx, d.owner, of, order.Cursor{}, 2)
		if err != nil || len(page) != 2 || page[0].ExternalID != "x3" || page[1].ID != late.ID {
			t.Fatalf("%+v, %v", page, err)
		}
		page, err = d.orders.Sold(ctx, d.owner, of, order.Cursor{PlacedAt: late.PlacedAt, ID: late.ID}, 2)
		if err != nil || len(page) != 1 || page[0].ID != first.ID || len(page[0].Lines) != 2 {
			t.Fatalf("next page: %+v, %v", page, err)
		}
		if n, err := d.orders.Sales(ctx, d.owner, of); err != nil || n != (order.Sales{Orders: 2, Units: 6}) {
			t.Errorf("%+v, %v", n, err)
		}
		of.Since = placed.Add(time.Minute)
		if n, err := d.orders.Sales(ctx, d.owner, of); err != nil || n != (order.Sales{Orders: 1, Units: 1}) {
			t.Errorf("since: %+v, %v", n, err)
		}
		limited := d.owner
		limited.Limits.Shops = []int64{99}
		if n, err := d.orders.Sales(ctx, limited, of); err != nil || n != (order.Sales{}) {
			t.Errorf("of a shop that is not seen: %+v, %v", n, err)
		}
		if page, err := d.orders.Sold(ctx, limited, of, order.Cursor{}, 9); err != nil || page != nil {
			t.Errorf("of a shop that is not seen: %v, %v", page, err)
		}
	})
}
