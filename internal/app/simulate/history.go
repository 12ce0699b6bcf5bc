package simulate

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// history writes a merchant's past: first who asks what about which order,
// then the orders' numbers, then the words.
type history struct {
	m       *Merchant
	numbers map[string]bool
	shopify int
	orders  []*Order
	plans   []plan
	decks   map[string]*deck
	known   map[string][]int // customers by locale
	told    map[string]bool  // texts that were said before
}

// plan is a conversation that is to be told.
type plan struct {
	story    *story
	locale   *locale
	shop     string
	customer int
	order    *Order // nil when the story needs none
	start    time.Time
}

// deck deals the stories of one locale and shop so that each is told before
// any is told again.
type deck struct {
	stories []*story
	order   []int
	next    int
}

func newHistory(m *Merchant) *history {
	return &history{m: m, numbers: map[string]bool{}, decks: map[string]*deck{}, known: map[string][]int{}, told: map[string]bool{}}
}

func (h *history) write() {
	c := h.m.config
	notices := c.Tickets * 7 / 100
	for i := range c.Tickets - notices {
		d := newDice(c.Seed, "ticket", i)
		h.plans = append(h.plans, h.plan(d, h.startOf(d)))
	}
	live := min(400, c.Orders/8)
	var coming []plan
	for i := range live {
		d := newDice(c.Seed, "live", i)
		coming = append(coming, h.plan(d, c.Now))
	}
	for i := 0; len(h.orders) < c.Orders; i++ {
		h.filler(newDice(c.Seed, "order", i))
	}
	place := h.enumerate()
	slices.SortStableFunc(h.plans, func(a, b plan) int { return a.start.Compare(b.start) })
	for i, p := range h.plans {
		h.m.Threads = append(h.m.Threads, h.tell(p, i))
	}
	for i := range notices {
		d := newDice(c.Seed, "notice", i)
		h.m.Threads = append(h.m.Threads, h.notice(d, i, h.startOf(d)))
	}
	slices.SortStableFunc(h.m.Threads, func(a, b Thread) int { return a.Messages[0].At.Compare(b.Messages[0].At) })
	h.collectLater()
	for _, p := range coming {
		l := liveStory{story: p.story, locale: p.locale, shop: p.shop, customer: p.customer, order: -1}
		if p.order != nil {
			l.order = place[p.order]
		}
		h.m.live = append(h.m.live, l)
	}
}

// startOf draws when a conversation begins: more of them lately.
func (h *history) startOf(d dice) time.Time {
	c := h.m.config
	back := math.Pow(d.unit(), 2.1) * float64(c.Days) * 24 * float64(time.Hour)
	return c.Now.Add(-time.Duration(back) - time.Duration(d.between(1, 300))*time.Minute).Truncate(time.Second)
}

func (h *history) localeOf(c Customer) *locale {
	for _, l := range h.m.books.locales {
		if l.tag == c.Language && l.country == c.Country {
			return l
		}
	}
	return h.m.books.locales[0]
}

func (h *history) product(key string) Product {
	for _, p := range h.m.Products {
		if p.Key == key {
			return p
		}
	}
	return h.m.Products[0]
}

// aLocale draws a locale by its share of tickets.
func (h *history) aLocale(d dice) *locale {
	weights := make([]int, len(h.m.books.locales))
	for i, l := range h.m.books.locales {
		weights[i] = l.weight
	}
	return h.m.books.locales[d.weighted(weights)]
}

// customer returns a new customer of a locale or, now and then, a known one.
func (h *history) customer(d dice, l *locale, shop string, again float64) int {
	key := l.tag + l.country + shop
	if known := h.known[key]; len(known) > 0 && d.chance(again) {
		return known[d.n(len(known))]
	}
	c := l.person(d, len(h.m.Customers))
	switch {
	case shop == "amazon" && d.chance(0.7):
		c.Client, c.Email = "amazon", d.digits("?#??##?#?##??")+"@marketplace-mail.example"
	case shop == "ozon" && d.chance(0.5):
		c.Client, c.Email = "ozon", "chat-"+d.digits("########")+strconv.Itoa(c.ID)+"@seller-chat.example"
	}
	h.m.Customers = append(h.m.Customers, c)
	h.known[key] = append(h.known[key], c.ID)
	return c.ID
}

func (h *history) deal(l *locale, shop string) *story {
	key := l.tag + l.country + shop
	dk := h.decks[key]
	if dk == nil {
		dk = &deck{}
		for _, s := range h.m.books.stories[base(l.tag)] {
			if s.fits(l.country, shop) {
				dk.stories = append(dk.stories, s)
			}
		}
		dk.order = newDice(h.m.config.Seed, key, 0).shuffled(len(dk.stories))
		h.decks[key] = dk
	}
	s := dk.stories[dk.order[dk.next%len(dk.order)]]
	dk.next++
	return s
}

func (h *history) plan(d dice, start time.Time) plan {
	l := h.aLocale(d)
	p := plan{locale: l, shop: d.pick(l.shops), start: start}
	if local := (start.Hour() + l.offset + 24) % 24; local < 7 && d.chance(0.9) {
		p.start = start.Add(-time.Duration(d.between(7, 9)) * time.Hour) // people sleep
	}
	p.story = h.deal(l, p.shop)
	p.customer = h.customer(d, l, p.shop, 0.1)
	if state := d.pick(p.story.states); state != "none" {
		o := h.order(d, h.m.Customers[p.customer], wish{shop: p.shop, state: state, product: p.story.product, asked: p.start})
		p.order = &o
		h.orders = append(h.orders, &o)
	}
	return p
}

// filler adds an order that nobody wrote about.
func (h *history) filler(d dice) {
	l := h.aLocale(d)
	shop := d.pick(l.shops)
	id := h.customer(d, l, shop, 0.3)
	c := h.m.config
	placed := c.Now.Add(-time.Duration(d.unit()*float64(c.Days)*24) * time.Hour).Add(-time.Duration(d.n(3600)) * time.Second)
	state := []string{"delivered", "delivered", "delivered", "delivered", "delivered", "transit", "cancelled", "refunded"}[d.n(8)]
	asked := placed
	if state != "cancelled" {
		asked = placed.Add(time.Duration(transit(d, shop, l.country)) * 24 * time.Hour)
	}
	o := h.order(d, h.m.Customers[id], wish{shop: shop, state: state, asked: asked})
	if o.PlacedAt.After(c.Now) {
		return
	}
	h.orders = append(h.orders, &o)
}

// enumerate sorts the orders, numbers them and files them with the merchant; it
// returns where each one landed.
func (h *history) enumerate() map[*Order]int {
	slices.SortStableFunc(h.orders, func(a, b *Order) int { return a.PlacedAt.Compare(b.PlacedAt) })
	place := make(map[*Order]int, len(h.orders))
	for i, o := range h.orders {
		o.Number = h.number(newDice(h.m.config.Seed, "number", i), o.Shop)
		place[o] = i
		h.m.Orders = append(h.m.Orders, *o)
	}
	return place
}
