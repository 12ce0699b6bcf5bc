package web

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/flow/sorting"
)

func TestWhatNumbersMeanInTheCustomersMarket(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	d.tickets.Triage = sorting.New(sorting.Config{Orders: d.orders, Shipments: d.shipments, Now: time.Now})
	_, _, err := d.products.Save(context.Background(), m.owner, product.New{Shop: m.shop.ID, ExternalID: "1", Title: "Camping lamp 110V US plug", Variants: []product.Variant{{SKU: "T"}}})
	must(t, err)
	b := d.as("agent@acme.example")

	size := d.mail(m, "anna@client.example", "Size of the boots, DE-10482", "Is this true to size? I usually wear US 8 and size 39, which size should I order? My foot is 24.5 cm long.")
	b.get(path(size, "")).want(200, "Habits in Germany", "US 8 · Shoes", "EU 39 · Shoes", "foot 245 mm", "245 (old 39)", "the customer’s scale", "9.6 in", "Self-service first · Formal · Sie", "1.234,50")

	lamp := d.mail(m, "anna@client.example", "A question before I order, DE-10482", "Is the lamp 12 inches wide? What voltage does it take and does it come with a plug adapter? Is it compatible?")
	b.get(path(lamp, "")).want(200, "30.5 cm", "takes 110 V, the mains have 230 V: dangerous without a transformer", "needs an adapter").lacks("foot 245 mm")

	late := d.mail(m, "anna@client.example", "Where is DE-10482?", "Where is my parcel? It has been 3 weeks, you told us 2, and the tracking does not move.")
	b.get(path(late, "")).want(200, "Habits in Germany").lacks("foot 245 mm", "dangerous")
}

// Every word of the tables has one in each language of the console.
func TestHabitsAreWorded(t *testing.T) {
	for _, l := range i18n.Console() {
		p := i18n.For(l)
		for prefix, list := range map[string][]string{
			"habit.trait.": habit.Traits(), "habit.service.": habit.Services(), "habit.channel.": habit.Channels(),
			"habit.first.": {"self", "person", "either"}, "habit.formality.": {"formal", "informal", "neutral"}, "habit.units.": {"metric", "imperial", "mixed"},
			"habit.goods.": {"shoes", "clothing", "ring"}, "habit.gender.": {"women", "men", "kids", "unisex"}, "habit.basis.": {"foot", "bust", "chest", "height", "inner"},
			"habit.volt.": {"works", "burns", "weak"}, "habit.plug.": {"works", "adapter"},
		} {
			for _, word := range list {
				if !p.Has(prefix + word) {
					t.Errorf("%s: %s%s has no word", l, prefix, word)
				}
			}
		}
	}
}
