package route_test

import (
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/platform/auth"
)

// weighty is a book by which a warranty case weighs three.
func weighty() route.Book {
	b := on()
	b.Weights = map[string]int{"warranty": 3}
	return b
}

// heavy is a ticket that weighs three and has waited longer than anything else is asked of anybody.
func heavy(id int64) route.Ticket {
	t := asks(id, 2*time.Hour, "")
	t.Topic = "warranty"
	return t
}

// TestHeavyTicketsAreServed: somebody finishes one ticket after the other while lighter ones keep coming. What is heavier
// than the room that one of them leaves gets its turn all the same.
func TestHeavyTicketsAreServed(t *testing.T) {
	p := worker(2, 4)
	p.Load = 4
	queue := []route.Ticket{heavy(1)}
	for round := range 4 {
		queue = append(queue, asks(int64(10+round), time.Hour, ""))
		p.Load-- // one is done
		var waiting []route.Ticket
		for _, d := range weighty().Decide(queue, []route.Person{p}, noon) {
			switch {
			case d.To == 0:
				waiting = append(waiting, d.Ticket)
			case d.Ticket.ID == 1:
				return
			default:
				p.Load++
			}
		}
		queue = waiting
	}
	t.Error("the heavy ticket waits for ever")
}

// TestRoomIsKept: whose room is kept, for what, and what the others are told.
func TestRoomIsKept(t *testing.T) {
	who := func(id auth.PersonID, load int) route.Person {
		p := worker(id, 4)
		p.Load = load
		return p
	}
	inTeam := heavy(1)
	inTeam.Resource.Team = 7
	young := heavy(1)
	young.Since, young.Language = noon, "de"
	german := worker(2, 4, "de")
	german.Load = 3
	for name, c := range map[string]struct {
		first  route.Ticket
		people []route.Person
		to     auth.PersonID // of the light one behind
		kinds  [2]route.Kind
	}{
		"of who lacks least":            {heavy(1), []route.Person{who(2, 2), who(3, 3)}, 3, [2]route.Kind{route.KeepsRoom, route.ByRoom}},
		"of the only one":               {heavy(1), []route.Person{who(2, 3), who(3, 4)}, 0, [2]route.Kind{route.KeepsRoom, route.WaitsKept}},
		"of nobody who may not have it": {inTeam, []route.Person{who(2, 3)}, 2, [2]route.Kind{route.WaitsNobody, route.ByRoom}},
		"of nobody who has none":        {heavy(1), []route.Person{who(2, 4)}, 0, [2]route.Kind{route.WaitsFull, route.WaitsFull}},
		"not while it waits for others": {young, []route.Person{german}, 2, [2]route.Kind{route.WaitsFull, route.ByRoom}},
	} {
		out := weighty().Decide([]route.Ticket{c.first, asks(2, time.Hour, "")}, c.people, noon)
		slices.SortFunc(out, func(x, y route.Decision) int { return int(x.Ticket.ID - y.Ticket.ID) })
		if out[0].To != 0 || out[1].To != c.to {
			t.Errorf("%s: the first to %d, the other to %d, want %d", name, out[0].To, out[1].To, c.to)
		}
		for i, d := range out {
			if got := d.Why[len(d.Why)-1].Kind; got != c.kinds[i] {
				t.Errorf("%s: ticket %d says %v, want %s last", name, i+1, kinds(d), c.kinds[i])
			}
		}
	}
}

// TestDeskGoesOn: what a desk gave out of one part of the queue counts in the next.
func TestDeskGoesOn(t *testing.T) {
	d := on().Sit([]route.Person{worker(2, 2)}, noon)
	for i, full := range []bool{false, true, true} {
		out := d.Decide([]route.Ticket{asks(int64(i+1), time.Hour, "")})
		if (out[0].To != 0) != (i < 2) || d.Full() != full {
			t.Errorf("part %d: to %d, full %v", i+1, out[0].To, d.Full())
		}
	}
}

// TestAmongTeams: a rule does not send to a team that is no more.
func TestAmongTeams(t *testing.T) {
	b := on()
	b.Rules = []route.Rule{{Name: "gone", Team: 7}, {Name: "gone, with people", Team: 7, People: []auth.PersonID{2}}, {Name: "there", Team: 8}, {Name: "people", People: []auth.PersonID{3}}}
	var names []string
	got := b.Among([]auth.TeamID{8})
	for _, r := range got.Rules {
		names = append(names, r.Name)
	}
	if !slices.Equal(names, []string{"gone, with people", "there", "people"}) || got.Rules[0].Team != 0 || got.Rules[1].Team != 8 || b.Rules[1].Team != 7 {
		t.Errorf("%+v of %+v", got.Rules, b.Rules)
	}
}
