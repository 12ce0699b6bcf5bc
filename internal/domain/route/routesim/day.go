// Package routesim plays a day at a desk: the same tickets come to the same people, and
// different ways of giving them out are compared.
//
// The people sit in three places around the world and work eight hours each; all write
// English, and most one or two of the customers' languages. Tickets come through a whole
// day, most of them in the daytime of the customer's market. A person answers one ticket
// after the other. An answer in a language that the person does not write takes longer, by
// a factor that the caller chooses; how long it takes otherwise does not depend on who
// gives it. Days are made from a seed: the same seed is the same day.
package routesim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/hours"
	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/platform/auth"
)

// Day is what happens whatever is decided.
type Day struct {
	Begin   time.Time
	Tickets []Arrival // in the order in which they come
	People  []route.Person
	shifts  []route.Shift
}

// Arrival is a ticket and how long an answer takes somebody who writes its language.
type Arrival struct {
	route.Ticket
	Takes time.Duration
}

// market is where customers are.
type market struct {
	country, language string
	share             int // of a hundred tickets
	zone              int // hours from UTC
}

var markets = []market{
	{"US", "en", 24, -5}, {"DE", "de", 16, 1}, {"FR", "fr", 11, 1}, {"GB", "en", 9, 0}, {"ES", "es", 8, 1}, {"BR", "pt", 8, -3}, {"IT", "it", 6, 1}, {"RU", "ru", 6, 3},
	{"PL", "pl", 5, 1}, {"JP", "ja", 4, 9}, {"TH", "th", 2, 7}, {"VN", "vi", 1, 7},
}

// places are where the people sit: their zone and the languages that are spoken there
// besides English, the commonest first.
var places = []struct {
	zone      string
	share     int // of ten people
	languages []string
}{
	{"Asia/Shanghai", 4, []string{"ja", "ru", "th", "vi", "de"}}, {"Europe/Warsaw", 4, []string{"de", "fr", "pl", "it", "es", "ru"}}, {"America/Mexico_City", 2, []string{"es", "pt", "fr"}},
}

const workspace auth.WorkspaceID = 1

// New makes a day. Answers take 3.4 minutes on average, some a quarter of an hour.
func New(seed uint64, tickets, people int) (*Day, error) {
	d := &Day{Begin: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	rnd := rand.New(rand.NewPCG(seed, 6))
	for i := range people {
		place := places[0]
		for at, n := i%10, 0; n < len(places); n++ {
			if place = places[n]; at < place.share {
				break
			}
			at -= place.share
		}
		id := auth.PersonID(i + 1)
		begin := []string{"07:00", "09:00", "12:00"}[rnd.IntN(3)]
		end := map[string]string{"07:00": "15:00", "09:00": "17:00", "12:00": "20:00"}[begin]
		sheet := route.Sheet{Capacity: 3, Zone: place.zone, Languages: map[string]route.Level{"en": route.Working}, Weekly: map[string][][2]string{}}
		for _, day := range hours.Weekdays() {
			sheet.Weekly[day] = [][2]string{{begin, end}}
		}
		for range 1 + rnd.IntN(2) {
			n := int(float64(len(place.languages)) * math.Pow(rnd.Float64(), 1.6)) // the commonest are spoken by most
			sheet.Languages[place.languages[n]] = route.Level(2 + rnd.IntN(2))
		}
		shift, err := sheet.Open()
		if err != nil {
			return nil, fmt.Errorf("person %d: %w", i, err)
		}
		d.shifts = append(d.shifts, shift)
		d.People = append(d.People, route.Person{ID: id, Sheet: sheet, Scope: auth.Actor{Kind: auth.Agent, ID: int64(id), Workspace: workspace}.Scope()})
	}
	for i := range tickets {
		m := pick(rnd.IntN(100))
		tier := ""
		if rnd.IntN(20) == 0 {
			tier = "vip"
		}
		d.Tickets = append(d.Tickets, Arrival{
			Ticket: route.Ticket{
				ID: int64(i + 1), Resource: auth.Resource{Kind: auth.OfTicket, Workspace: workspace}, Channel: "email", Language: m.language, Market: m.country, Tier: tier,
				Since: d.Begin.Add(moment(rnd, m.zone)),
			},
			Takes: time.Duration(min(15, math.Exp(0.95+0.7*rnd.NormFloat64())) * float64(time.Minute)),
		})
	}
	slices.SortStableFunc(d.Tickets, func(x, y Arrival) int { return x.Since.Compare(y.Since) })
	return d, nil
}

func pick(n int) market {
	for _, m := range markets {
		if n -= m.share; n < 0 {
			return m
		}
	}
	return markets[0]
}

// moment is when in the day a customer writes: twice as likely at their two in the
// afternoon as on average, hardly ever at their two at night.
func moment(rnd *rand.Rand, zone int) time.Duration {
	for {
		at := rnd.Float64() * 24
		if local := at + float64(zone); rnd.Float64()*2 < 1+math.Cos((local-14)/24*2*math.Pi) {
			return time.Duration(at * float64(time.Hour)).Truncate(time.Second)
		}
	}
}
