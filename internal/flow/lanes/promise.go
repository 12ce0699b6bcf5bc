package lanes

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// Offer is what customers were promised by: a service of a shop's shipping plan, or
// of whatever else promised for the shop.
type Offer struct {
	Shop    order.ShopID
	Plan    string // its name; what else promised otherwise, as "Shopify"
	Service string // as the customer saw it
}

// PromiseWeek is what became of an offer's promises on one lane, by the week in which
// their parcels ended.
type PromiseWeek struct {
	Offer
	From, To string // countries
	Week     int
	// Of Due parcels Kept came on the last promised day or earlier, Early of those
	// before the first one; Lost were given up.
	Due, Kept, Early, Lost int
	First, Last            int         // promised days from order to door, the least and the most, in all
	Days                   map[int]int // how many came after so many days
}

// Promise is what became of an offer's promises in a period.
type Promise struct {
	Offer
	Due, Kept, Early, Lost int
	// First and Last are the days from order to door that were promised, on average,
	// Median and Ninetieth those after which half and nine of ten of the parcels that
	// came had come; 0 where none did.
	First, Last       float64
	Median, Ninetieth int
}

// longestDays is the most days from order to door that are told apart.
const longestDays = 999

// planOf is the name of what a promise was made by. Of a plan's label the version is
// left out: its versions go on from one another.
func planOf(p order.Promise) string {
	i := strings.LastIndexByte(p.Source, ' ')
	if _, err := strconv.ParseUint(p.Source[i+1:], 10, 32); i < 0 || err != nil {
		return p.Source
	}
	return p.Source[:i]
}

type promiseKey struct {
	Offer
	from, to string
	week     int
}

// judgePromise adds a parcel that has ended to what became of the promise that was made
// for its order. Days are those of the calendar in UTC.
func judgePromise(weeks map[promiseKey]*PromiseWeek, v shipment.Shipment, due Due) {
	p := due.Promise
	outcome, _ := plan.Kept(p, v, time.UTC, v.Since)
	came := outcome == plan.Early || outcome == plan.InTime || outcome == plan.Late
	lost := v.Status == shipment.Lost || v.Status == shipment.Destroyed
	if v.Direction != shipment.Out || p.To.IsZero() || !came && !lost {
		return
	}
	days := func(t time.Time) int {
		n := t.UTC().Truncate(24*time.Hour).Sub(due.Placed.UTC().Truncate(24*time.Hour)) / (24 * time.Hour)
		return min(max(int(n), 0), longestDays)
	}
	key := promiseKey{Offer{due.Shop, planOf(p), p.Service}, v.Origin.Country, v.To.Country, week(v.Since)}
	x := weeks[key]
	if x == nil {
		x = &PromiseWeek{Offer: key.Offer, From: key.from, To: key.to, Week: key.week, Days: map[int]int{}}
		weeks[key] = x
	}
	first := p.From
	if first.IsZero() {
		first = p.To
	}
	x.Due, x.First, x.Last = x.Due+1, x.First+days(first), x.Last+days(p.To)
	if lost {
		x.Lost++
		return
	}
	x.Days[days(v.DeliveredAt)]++
	if outcome != plan.Late {
		x.Kept++
	}
	if outcome == plan.Early {
		x.Early++
	}
}

// Add adds another week's counts.
func (x *PromiseWeek) Add(o PromiseWeek) {
	x.Due, x.Kept, x.Early, x.Lost, x.First, x.Last = x.Due+o.Due, x.Kept+o.Kept, x.Early+o.Early, x.Lost+o.Lost, x.First+o.First, x.Last+o.Last
	if x.Days == nil {
		x.Days = map[int]int{}
	}
	for k, n := range o.Days {
		x.Days[k] += n
	}
}

// MostPromises is how many offers one call returns.
const MostPromises = 200

// Promises returns what became of what customers were promised, by offer, those first
// of which most parcels ended in the period; at most MostPromises, and how many there
// are. It needs ReadShipments, and tells of the shops that the actor may see.
func (s *Service) Promises(ctx context.Context, actor auth.Actor, f Filter) (list []Promise, all int, err error) {
	if err := actor.Can(auth.ReadShipments); err != nil {
		return nil, 0, err
	}
	from, to := f.weeks(s.Now())
	weeks, err := s.Store.PromiseWeeks(ctx, actor.Scope(), f, from, to)
	if err != nil {
		return nil, 0, fmt.Errorf("read promises: %w", err)
	}
	sums := map[Offer]*PromiseWeek{}
	for _, x := range weeks {
		sum := sums[x.Offer]
		if sum == nil {
			sum = &PromiseWeek{Offer: x.Offer}
			sums[x.Offer] = sum
		}
		sum.Add(x)
	}
	for _, x := range slices.SortedFunc(maps.Values(sums), func(a, b *PromiseWeek) int {
		return cmp.Or(cmp.Compare(b.Due, a.Due), cmp.Compare(a.Shop, b.Shop), cmp.Compare(a.Plan, b.Plan), cmp.Compare(a.Service, b.Service))
	}) {
		list = append(list, x.promise())
	}
	return list[:min(len(list), MostPromises)], len(list), nil
}

func (x *PromiseWeek) promise() Promise {
	p := Promise{Offer: x.Offer, Due: x.Due, Kept: x.Kept, Early: x.Early, Lost: x.Lost, Median: x.day(0.5), Ninetieth: x.day(0.9)}
	if x.Due > 0 {
		p.First, p.Last = float64(x.First)/float64(x.Due), float64(x.Last)/float64(x.Due)
	}
	return p
}

// day returns the day by which a share of the parcels that came had come.
func (x *PromiseWeek) day(share float64) int {
	came := x.Due - x.Lost
	left := int(math.Ceil(share * float64(came)))
	for _, day := range slices.Sorted(maps.Keys(x.Days)) {
		if left -= x.Days[day]; left <= 0 {
			return day
		}
	}
	return 0
}
