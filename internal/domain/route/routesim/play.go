package routesim

import (
	"math"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/route"
)

// Way is a way of giving out tickets: those that wait, in the order in which they came, to
// people as they stand. It returns the place of a person for each ticket, -1 to let it wait.
type Way func(waiting []route.Ticket, people []route.Person, now time.Time) []int

// Routed gives tickets out by a book.
func Routed(b route.Book) Way {
	return func(waiting []route.Ticket, people []route.Person, now time.Time) []int {
		place := map[int64]int{}
		for i, t := range waiting {
			place[t.ID] = i
		}
		out := nobody(len(waiting))
		if !slices.ContainsFunc(people, func(p route.Person) bool { return p.There(now) && p.Room() > 0 }) {
			return out
		}
		for _, d := range b.Decide(waiting, people, now) {
			if d.To != 0 {
				out[place[d.Ticket.ID]] = int(d.To) - 1
			}
		}
		return out
	}
}

// RoundRobin gives each ticket to the next person who is there, as it comes. With
// languages, to the next of those who write its language, if one is there.
func RoundRobin(languages bool) Way {
	next := 0
	return func(waiting []route.Ticket, people []route.Person, now time.Time) []int {
		out := nobody(len(waiting))
		for i, t := range waiting {
			for _, strict := range []bool{true, false} {
				if strict && !languages || out[i] >= 0 {
					continue
				}
				for n := range people {
					if at := (next + n) % len(people); people[at].There(now) && (!strict || people[at].Languages[t.Language] >= route.Working) {
						out[i], next = at, at+1
						break
					}
				}
			}
		}
		return out
	}
}

func nobody(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// Figures are what a day came to.
type Figures struct {
	Answered         int
	Median, P95, Max time.Duration // from when a ticket came until its answer is written
	VIPMedian        time.Duration
	VIPP95           time.Duration
	Language         float64 // share of the tickets that were answered by somebody who writes their language
	Low, High        float64 // share of their hours that the tenth and the ninetieth of a hundred people wrote, by how much they wrote
	Spread           float64 // standard deviation of that share over the people, in parts of the mean
}

// step is how often tickets are given out.
const step = 15 * time.Second

// Play plays the day to the last answer. Whoever goes off shift gives back what they have
// not begun. Slower is how many times longer an answer takes in a language that its writer
// does not write.
func (d *Day) Play(give Way, slower float64) Figures {
	people := slices.Clone(d.People)
	trays := make([][]Arrival, len(people))
	free := make([]time.Time, len(people)) // when they can begin the next
	wrote, there := make([]time.Duration, len(people)), make([]time.Duration, len(people))
	var waits, vips []time.Duration
	var queue []route.Ticket
	takes := map[int64]time.Duration{}
	right, came := 0, 0
	for now := d.Begin; len(waits) < len(d.Tickets); now = now.Add(step) {
		for ; came < len(d.Tickets) && !d.Tickets[came].Since.After(now); came++ {
			queue = append(queue, d.Tickets[came].Ticket)
			takes[d.Tickets[came].ID] = d.Tickets[came].Takes
		}
		for i := range people {
			p := &people[i]
			if !now.Before(p.On.To) {
				p.On, _ = d.shifts[i].At(now)
			}
			if p.There(now) {
				there[i] += step
			} else if len(trays[i]) > 0 {
				for _, a := range trays[i] {
					queue = append(queue, a.Ticket)
				}
				trays[i] = nil
			}
			for p.There(now) && len(trays[i]) > 0 && !free[i].After(now) {
				a := trays[i][0]
				trays[i] = trays[i][1:]
				spent := a.Takes
				if p.Languages[a.Language] >= route.Working {
					right++
				} else {
					spent = time.Duration(float64(spent) * slower)
				}
				begin := free[i]
				if begin.Before(now.Add(-step)) {
					begin = now
				}
				free[i] = begin.Add(spent)
				wrote[i] += spent
				waits = append(waits, free[i].Sub(a.Since))
				if a.Tier != "" {
					vips = append(vips, free[i].Sub(a.Since))
				}
			}
			if p.Load = len(trays[i]); free[i].After(now) {
				p.Load++
			}
		}
		var rest []route.Ticket
		for i, to := range give(queue, people, now) {
			if to < 0 {
				rest = append(rest, queue[i])
				continue
			}
			trays[to] = append(trays[to], Arrival{Ticket: queue[i], Takes: takes[queue[i].ID]})
			people[to].Given = now
		}
		queue = rest
	}
	f := Figures{Answered: len(waits), Language: float64(right) / float64(len(waits))}
	f.Median, f.P95, f.Max = at(waits, 0.5), at(waits, 0.95), at(waits, 1)
	f.VIPMedian, f.VIPP95 = at(vips, 0.5), at(vips, 0.95)
	var shares []float64
	for i := range people {
		if there[i] > 0 {
			shares = append(shares, float64(wrote[i])/float64(there[i]))
		}
	}
	slices.Sort(shares)
	var sum, squares float64
	for _, s := range shares {
		sum += s
		squares += s * s
	}
	n := float64(len(shares))
	f.Low, f.High = shares[len(shares)/10], shares[len(shares)*9/10]
	f.Spread = math.Sqrt(max(squares/n-sum/n*sum/n, 0)) / (sum / n)
	return f
}

// Rush returns the first tickets of the day as if they all waited at once at noon UTC, and
// the people as they stand then.
func (d *Day) Rush(n int) ([]route.Ticket, []route.Person, time.Time) {
	now := d.Begin.Add(12 * time.Hour)
	people := slices.Clone(d.People)
	for i := range people {
		people[i].On, _ = d.shifts[i].At(now)
	}
	var queue []route.Ticket
	for _, a := range d.Tickets[:min(n, len(d.Tickets))] {
		queue = append(queue, a.Ticket)
	}
	return queue, people, now
}

// at returns the value that a share of a list does not exceed.
func at(list []time.Duration, share float64) time.Duration {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[int(share*float64(len(list)-1))].Round(time.Second)
}
