package app

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/app/simulate"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/domain/product"
)

// loadTrade tells what the merchant sells, how it sends, and what its
// shops look like.
func (l *demoLoader) loadTrade(ctx context.Context) error {
	for _, f := range []func(context.Context) error{l.loadProducts, l.loadPlans, l.loadLooks, l.loadPlaces} {
		if err := f(ctx); err != nil {
			return err
		}
	}
	return nil
}

// demoLanguages are those in which shops name their products.
var demoLanguages = map[string]string{"ozon": "ru"}

func (l *demoLoader) loadProducts(ctx context.Context) error {
	return l.core.Store.InTx(ctx, func(ctx context.Context) error {
		for _, s := range l.merchant.Shops {
			lang, ok := demoLanguages[s.Key]
			if !ok {
				lang = "en"
			}
			for _, p := range l.merchant.Products {
				n := demoProduct(p, lang, l.shops[s.Key])
				if _, _, err := l.core.Products.Save(ctx, l.owner, n); err != nil {
					return fmt.Errorf("product %s: %w", p.Key, err)
				}
			}
		}
		return nil
	})
}

// suppliers make the merchant's goods, all in China.
var suppliers = []string{"Ningbo Outdoor Co.", "深圳市灰翼电子有限公司", "Yiwu Travelware", "Xiamen Softgoods"}

func demoProduct(p simulate.Product, lang string, shop order.Shop) product.New {
	n := product.New{
		Shop: shop.ID, ExternalID: p.SKU, Title: p.Titles[lang], Brand: "Greywing", Type: demoKind(p), Supplier: suppliers[int(demoHash(p.Key)%uint64(len(suppliers)))],
		Batch: fmt.Sprintf("2026-%02d", 1+demoHash(p.SKU)%9), Images: []string{demoPicture(p)}, Currency: shop.Currency,
	}
	side := 60 + int64(math.Cbrt(float64(p.Grams)*4000)) // millimetres, of something as dense as luggage
	for i, name := range p.Variants {
		sku := fmt.Sprintf("%s-%02d", p.SKU, 1+i)
		stock := int64(demoHash(sku) % 120)
		price := simulate.Price(p.Cents, shop.Currency)
		v := product.Variant{
			ExternalID: sku, SKU: sku, Title: name, Price: price, Cost: price * 2 / 5, HSCode: p.HSCode, Origin: "CN", Grams: int64(p.Grams), Stock: &stock,
			Size: product.Size{Length: side * 3 / 2, Width: side, Height: side / 2}, Attributes: map[string]string{attributeOf(name): name},
		}
		if stock%7 == 0 { // of another delivery than the rest
			v.Batch = n.Batch + "-B"
		}
		n.Variants = append(n.Variants, v)
	}
	return n
}

// attributeOf says what a variant's name is.
func attributeOf(name string) string {
	switch {
	case len(name) <= 3 && strings.Trim(name, "XSML0123456789") == "", strings.Contains(name, "cm"), name == "Regular", name == "Long", name == "Wide":
		return "size"
	case strings.Contains(name, "plug"), len(name) == 2:
		return "plug"
	}
	return "colour"
}

// demoKind is the merchant's own kind of goods, by the chapter of the HS code.
func demoKind(p simulate.Product) string {
	switch p.HSCode[:2] {
	case "85", "84", "94":
		return "Gear"
	case "61", "62", "64":
		return "Wear"
	case "42":
		return "Bags"
	}
	return "Outdoor"
}

func demoHash(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // cannot fail
	return h.Sum64()
}

// shapes are what kinds of goods look like, drawn on 64 by 64.
var shapes = map[string]string{
	"Gear":    "M22 14h20a4 4 0 0 1 4 4v28a4 4 0 0 1-4 4H22a4 4 0 0 1-4-4V18a4 4 0 0 1 4-4zm10 10-6 11h5l-2 8 8-12h-5z",
	"Wear":    "M24 14l-12 7 4 10 5-3v23h22V28l5 3 4-10-12-7c-2 4-14 4-16 0z",
	"Bags":    "M24 22v-4a8 8 0 0 1 16 0v4h4a5 5 0 0 1 5 5v20a5 5 0 0 1-5 5H20a5 5 0 0 1-5-5V27a5 5 0 0 1 5-5zm4 0h8v-4a4 4 0 0 0-8 0z",
	"Outdoor": "M32 12 8 52h48zm0 14 8 26H24z",
}

// grounds are what goods lie on: ground and goods.
var grounds = [][2]string{{"#e7efe9", "#3f6f5a"}, {"#f3e9dc", "#9a5b2c"}, {"#e4ecf4", "#345d8c"}, {"#f2e6ec", "#8a4663"}, {"#ececec", "#4f5660"}}

// demoPicture draws a product: a picture that is its own address, so that nothing is
// fetched from anywhere.
func demoPicture(p simulate.Product) string {
	g := grounds[demoHash(p.Key)%uint64(len(grounds))]
	svg := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="` + g[0] + `"/><path fill="` + g[1] + `" fill-rule="evenodd" d="` + shapes[demoKind(p)] + `"/></svg>`
	return "data:image/svg+xml," + url.PathEscape(svg)
}

// loadRates sets the rates that the merchant reckons by: those of its price lists, with
// the day on which it set them.
func (l *demoLoader) loadRates(ctx context.Context) error {
	per := simulate.PerDollar()
	per["CNY"] = 7.2
	var currencies []string
	for currency := range per {
		currencies = append(currencies, currency)
	}
	slices.Sort(currencies)
	day := fx.Day(l.clock.now().AddDate(0, 0, -3))
	for _, currency := range currencies {
		if currency == fx.Euro {
			continue
		}
		value, err := fx.ParseDecimal(strconv.FormatFloat(per[currency]/per[fx.Euro], 'f', 4, 64))
		if err != nil {
			return err
		}
		if _, err := l.core.Rates.Put(ctx, l.owner, fx.Rate{Base: fx.Euro, Quote: currency, Day: day, Value: value}); err != nil {
			return fmt.Errorf("rate of %s: %w", currency, err)
		}
	}
	return nil
}

// demoPlans are the ways in which the merchant sends: one plan for quotes, and one for
// each marketplace.
func demoPlans() map[string]plan.Document {
	shenzhen := plan.Warehouse{Key: "shenzhen", Name: "Shenzhen", Country: "CN", Zone: "Asia/Shanghai", CutOff: "16:00", Handling: 1}
	leipzig := plan.Warehouse{Key: "leipzig", Name: "Leipzig", Country: "DE", Zone: "Europe/Berlin", CutOff: "14:00"}
	ontario := plan.Warehouse{Key: "ontario", Name: "Ontario, California", Country: "US", Zone: "America/Los_Angeles", CutOff: "13:00"}
	europe := plan.Zone{Key: "europe", Name: "Europe", Countries: []string{"AT", "BE", "DE", "DK", "ES", "FI", "FR", "IE", "IT", "NL", "PL", "PT", "SE"}}
	states := plan.Zone{Key: "states", Name: "United States and Canada", Countries: []string{"CA", "US"}}
	asia := plan.Zone{Key: "asia", Name: "Asia", Countries: []string{"HK", "ID", "JP", "KR", "SG", "TH", "TW", "VN"}}
	world := plan.Zone{Key: "world", Name: "Rest of the world", Countries: []string{"AE", "BR", "GB", "MX", "SA", "TR", "UA"}}
	north := plan.Zone{Key: "north", Name: "Россия и Казахстан", Countries: []string{"KZ", "RU"}}
	rate := func(zone string, from, to int, prices ...int64) plan.ZoneRate {
		r := plan.ZoneRate{Zone: zone, Days: [2]int{from, to}}
		for i, grams := range []int64{500, 2000, 10_000}[:len(prices)] {
			r.Steps = append(r.Steps, plan.Step{To: grams, Price: prices[i]})
		}
		return r
	}
	free := func(r plan.ZoneRate, sums map[string]int64) plan.ZoneRate { r.Free = sums; return r }
	economy := plan.Way{Key: "economy", Name: map[string]string{"default": "Economy", "de": "Standard", "ru": "Стандарт", "zh": "经济"}, From: []string{"shenzhen"}, Rates: []plan.ZoneRate{
		free(rate("europe", 7, 12, 490, 890, 2900), map[string]int64{"EUR": 6000}), free(rate("states", 8, 14, 490, 990, 3400), map[string]int64{"USD": 6000}),
		rate("asia", 5, 10, 390, 790, 2400), rate("world", 10, 22, 590, 1190, 3900),
	}}
	express := plan.Way{Key: "express", Name: map[string]string{"default": "Express", "ru": "Экспресс", "zh": "特快"}, From: []string{"shenzhen"}, VolumeDivisor: 5000, EveryDay: true, DutyPaid: true, Rates: []plan.ZoneRate{
		rate("europe", 3, 5, 1900, 2900, 6900), rate("states", 3, 6, 1900, 2900, 6900), rate("asia", 2, 4, 1500, 2300, 5400), rate("world", 4, 7, 2300, 3600, 7900),
	}}
	local := plan.Way{Key: "local", Name: map[string]string{"default": "From a warehouse near you", "de": "Aus dem Lager in Leipzig"}, From: []string{"leipzig"}, Rates: []plan.ZoneRate{rate("europe", 1, 3, 590, 790, 1490)}}
	near := plan.Way{Key: "local_us", Name: map[string]string{"default": "From our US warehouse"}, From: []string{"ontario"}, Rates: []plan.ZoneRate{rate("states", 2, 5, 690, 890, 1690)}}
	returns := plan.Returns{Days: 30, Country: "DE"}
	return map[string]plan.Document{
		plan.Main: {
			Currency: "EUR", Registrations: []string{"IOSS", "GB"}, DefaultGrams: 400, Warehouses: []plan.Warehouse{shenzhen, leipzig, ontario},
			Zones: []plan.Zone{europe, states, asia, world}, Services: []plan.Way{economy, local, near, express}, Returns: returns,
		},
		"amazon": {
			Currency: "USD", DefaultGrams: 400, Warehouses: []plan.Warehouse{leipzig, ontario}, Zones: []plan.Zone{europe, states}, Services: []plan.Way{local, near},
			Returns: plan.Returns{Days: 30, Free: true, Country: "US"},
		},
		"ozon": {
			Currency: "RUB", DefaultGrams: 400, Warehouses: []plan.Warehouse{shenzhen}, Zones: []plan.Zone{north},
			Services: []plan.Way{{Key: "standard", Name: map[string]string{"default": "Standard", "ru": "Стандарт"}, From: []string{"shenzhen"}, Rates: []plan.ZoneRate{rate("north", 10, 20, 29000, 59000, 190000)}}},
			Returns:  plan.Returns{Days: 14, Country: "RU"},
		},
	}
}

func (l *demoLoader) loadPlans(ctx context.Context) error {
	plans := demoPlans()
	for _, name := range []string{plan.Main, "amazon", "ozon"} {
		if _, err := l.core.Plans.Save(ctx, l.owner, name, plans[name]); err != nil {
			return fmt.Errorf("shipping plan %s: %w", name, err)
		}
	}
	return nil
}

// promised is what the checkout showed: the last day is the one of the story.
func promised(o *simulate.Order) order.Promise {
	service, label := "Economy", plan.Main
	switch o.Shop {
	case "amazon":
		service, label = "From a warehouse near you", "amazon"
	case "ozon":
		service, label = "Стандарт", "ozon"
	}
	return order.Promise{
		Service: service, Currency: o.Currency, Price: o.Shipping, Duty: o.Duty, Paid: o.Duty > 0, From: o.PromisedAt.Add(-5 * 24 * time.Hour), To: o.PromisedAt,
		Source: label + " 1", QuotedAt: o.PlacedAt,
	}
}

// loadLooks gives each shop its colour, its mark and the links at the foot of its page.
func (l *demoLoader) loadLooks(ctx context.Context) error {
	for _, s := range l.merchant.Shops {
		if err := l.dress(ctx, l.shops[s.Key].ID, looks[s.Key]); err != nil {
			return err
		}
	}
	return nil
}

func (l *demoLoader) dress(ctx context.Context, shop order.ShopID, look demoLook) error {
	_, err := l.core.Brands.Save(ctx, l.owner, shop, brand.Update{Accent: look.accent, Links: brand.Links{Help: "https://greywing.example/help", Returns: "https://greywing.example/returns"}})
	if err != nil {
		return fmt.Errorf("look of a shop: %w", err)
	}
	mark, err := demoMark(look)
	if err != nil {
		return err
	}
	if _, err := l.core.Brands.SetLogo(ctx, l.owner, shop, mark); err != nil {
		return fmt.Errorf("mark of a shop: %w", err)
	}
	return nil
}
