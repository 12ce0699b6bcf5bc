package route_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/hours"
	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/platform/auth"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const house auth.WorkspaceID = 1

// worker is a person of the house who is there for four hours to come.
func worker(id auth.PersonID, capacity int, languages ...string) route.Person {
	p := route.Person{
		ID: id, Scope: auth.Actor{Kind: auth.Agent, ID: int64(id), Workspace: house}.Scope(), Sheet: route.Sheet{Capacity: capacity, Languages: map[string]route.Level{}, Zone: "UTC"},
		On: hours.Interval{From: noon.Add(-4 * time.Hour), To: noon.Add(4 * time.Hour)},
	}
	for _, l := range languages {
		p.Languages[l] = route.Fluent
	}
	return p
}

// later says that the person comes after a while.
func later(p route.Person, d time.Duration) route.Person {
	p.On = hours.Interval{From: noon.Add(d), To: noon.Add(d + 8*time.Hour)}
	return p
}

func asks(id int64, waited time.Duration, language string) route.Ticket {
	return route.Ticket{ID: id, Resource: auth.Resource{Kind: auth.OfTicket, Workspace: house}, Channel: "email", Language: language, Since: noon.Add(-waited)}
}

func on() route.Book {
	b := route.Default()
	b.On = true
	return b
}

func kinds(d route.Decision) (out []route.Kind) {
	for _, r := range d.Why {
		out = append(out, r.Kind)
	}
	return out
}

func TestWhoGetsIt(t *testing.T) {
	chinese := asks(1, 0, "zh-Hant")
	returns := asks(1, 0, "de")
	returns.Topic = "return_request"
	vip := asks(1, 0, "de")
	vip.Tier = "VIP"
	again := asks(1, 0, "de")
	again.Last = 3
	team := asks(1, 0, "de")
	team.Resource.Team = 7
	inTeam := worker(3, 5, "fr")
	inTeam.Teams = []auth.TeamID{7}
	knows := worker(3, 5, "de")
	knows.Topics = []string{"return_request"}
	other := worker(2, 5, "de")
	other.Topics = []string{"warranty"}
	busy := worker(2, 5, "de")
	busy.Load = 4
	elsewhere := worker(2, 5, "de")
	elsewhere.Scope = auth.Actor{Kind: auth.Agent, ID: 2, Workspace: house, Limits: auth.Limits{Shops: []int64{9}}}.Scope()
	beginner := worker(2, 5)
	beginner.Languages["de"] = route.Basic
	heavy := on()
	heavy.Weights = map[string]int{"return_request": 3}
	two := worker(3, 5, "de")
	two.Load = 3
	named := on()
	named.Rules = []route.Rule{{Name: "VIPs", When: route.When{Tiers: []string{"vip"}}, People: []auth.PersonID{3}}}
	sent := on()
	sent.Rules = []route.Rule{{Name: "German", When: route.When{Languages: []string{"de"}}, Team: 7}}
	full := worker(2, 1, "de")
	full.Load = 1
	kept := asks(1, 0, "de") // the customer has a person of their own
	kept.Own = 3
	keptLong := asks(1, 31*time.Minute, "de")
	keptLong.Own = 3
	keptFull := worker(3, 1, "fr")
	keptFull.Load = 1
	soon := asks(1, 0, "de")
	soon.Due = noon.Add(29 * time.Minute)
	notYet := asks(1, 0, "de")
	notYet.Due = noon.Add(40 * time.Minute)
	late := asks(1, 0, "de")
	late.Due = noon.Add(-time.Hour)
	keptSoon := kept
	keptSoon.Due = noon.Add(time.Minute)
	never := on()
	never.Escalate = 0
	for name, c := range map[string]struct {
		book   route.Book
		ticket route.Ticket
		people []route.Person
		to     auth.PersonID
		stage  route.Stage
		next   time.Duration
		kind   route.Kind
	}{
		"who speaks it":                       {on(), asks(1, 0, "de"), []route.Person{worker(2, 5, "fr"), worker(3, 5, "de")}, 3, route.Fitting, 0, route.ByLanguage},
		"the base of a language will do":      {on(), chinese, []route.Person{worker(2, 5, "ja"), worker(3, 5, "zh-Hans")}, 3, route.Fitting, 0, route.ByLanguage},
		"who knows the topic":                 {on(), returns, []route.Person{worker(2, 5, "de"), knows}, 3, route.Fitting, 0, route.ByTopic},
		"never mind the topic after a while":  {on(), func() route.Ticket { x := returns; x.Since = noon.Add(-31 * time.Minute); return x }(), []route.Person{other}, 2, route.Speaking, 0, route.ByWaiting},
		"a specialist of it who comes soon":   {on(), returns, []route.Person{other, later(knows, 20*time.Minute)}, 0, route.Fitting, 20 * time.Minute, route.WaitsShift},
		"one who comes too late is not asked": {on(), returns, []route.Person{other, later(knows, 40*time.Minute)}, 2, route.Speaking, 0, route.ByWaiting},
		"waits for who speaks it":             {on(), asks(1, 0, "de"), []route.Person{full, worker(3, 5, "fr")}, 0, route.Fitting, 30 * time.Minute, route.WaitsFull},
		"still waits":                         {on(), asks(1, 40*time.Minute, "de"), []route.Person{full, worker(3, 5, "fr")}, 0, route.Speaking, 20 * time.Minute, route.WaitsFull},
		"anybody in the end":                  {on(), asks(1, time.Hour, "de"), []route.Person{full, worker(3, 5, "fr")}, 3, route.Anybody, 0, route.ByWaiting},
		"nobody speaks it at all":             {on(), asks(1, 0, "th"), []route.Person{worker(2, 5, "de")}, 2, route.Anybody, 0, route.ByWaiting},
		"a beginner does not count":           {on(), asks(1, 0, "de"), []route.Person{beginner, later(worker(3, 5, "de"), 10*time.Minute)}, 0, route.Fitting, 10 * time.Minute, route.WaitsShift},
		"who has room":                        {on(), asks(1, 0, "de"), []route.Person{busy, worker(3, 5, "de")}, 3, route.Fitting, 0, route.ByRoom},
		"who answered last":                   {on(), again, []route.Person{worker(2, 5, "de"), func() route.Person { p := worker(3, 5, "de"); p.Load = 3; return p }()}, 3, route.Fitting, 0, route.ByLast},
		"of the team":                         {on(), team, []route.Person{worker(2, 5, "de"), inTeam}, 3, route.Anybody, 0, route.ByWaiting},
		"nobody of the team":                  {on(), team, []route.Person{worker(2, 5, "de")}, 0, route.Anybody, 0, route.WaitsNobody},
		"sent to a team":                      {sent, asks(1, 0, "de"), []route.Person{worker(2, 5, "de"), func() route.Person { p := inTeam; p.Languages = nil; return p }()}, 3, route.Anybody, 0, route.ByRule},
		"dedicated":                           {named, vip, []route.Person{worker(2, 5, "de"), worker(3, 5, "de")}, 3, route.Dedicated, 0, route.ByDedicated},
		"dedicated, and comes soon":           {named, vip, []route.Person{worker(2, 5, "de"), later(worker(3, 5, "de"), 29*time.Minute)}, 0, route.Dedicated, 29 * time.Minute, route.WaitsShift},
		"dedicated, and comes too late":       {named, vip, []route.Person{worker(2, 5, "de"), later(worker(3, 5, "de"), 31*time.Minute)}, 2, route.Fitting, 0, route.ByTier},
		"own person, whatever the language":   {on(), kept, []route.Person{worker(2, 5, "de"), worker(3, 5, "fr")}, 3, route.Own, 0, route.ByOwn},
		"own before the rule's": {func() route.Book {
			b := sent
			b.Rules = []route.Rule{{Name: "x", People: []auth.PersonID{2}}}
			return b
		}(), kept, []route.Person{worker(2, 5, "de"), worker(3, 5, "de")}, 3, route.Own, 0, route.ByOwn},
		"own person comes soon":                 {on(), kept, []route.Person{worker(2, 5, "de"), later(worker(3, 5), 20*time.Minute)}, 0, route.Own, 20 * time.Minute, route.WaitsShift},
		"own person comes too late":             {on(), kept, []route.Person{worker(2, 5, "de"), later(worker(3, 5), 31*time.Minute)}, 2, route.Fitting, 0, route.OwnAway},
		"own person is never there":             {on(), kept, []route.Person{worker(2, 5, "de")}, 2, route.Fitting, 0, route.OwnNever},
		"own person may not see it":             {on(), func() route.Ticket { x := kept; x.Own = 2; return x }(), []route.Person{elsewhere, worker(3, 5, "de")}, 3, route.Fitting, 0, route.OwnNever},
		"own person is full":                    {on(), kept, []route.Person{worker(2, 5, "de"), keptFull}, 0, route.Own, 30 * time.Minute, route.WaitsFull},
		"own person was full for long":          {on(), keptLong, []route.Person{worker(2, 5, "de"), keptFull}, 2, route.Fitting, 0, route.OwnFull},
		"due soon, and waits for nobody":        {on(), soon, []route.Person{full, worker(3, 5, "fr")}, 3, route.Anybody, 0, route.ByDue},
		"late, and waits for nobody":            {on(), late, []route.Person{full, worker(3, 5, "fr")}, 3, route.Anybody, 0, route.ByDue},
		"not due so soon":                       {on(), notYet, []route.Person{full, worker(3, 5, "fr")}, 0, route.Fitting, 10 * time.Minute, route.WaitsFull},
		"due soon, and nothing is pressing":     {never, soon, []route.Person{full, worker(3, 5, "fr")}, 0, route.Fitting, 30 * time.Minute, route.WaitsFull},
		"due soon, and their own person is off": {on(), keptSoon, []route.Person{worker(2, 5, "de"), later(worker(3, 5), 5*time.Minute)}, 2, route.Fitting, 0, route.OwnAway},
		"too heavy":                             {heavy, returns, []route.Person{two}, 0, route.Fitting, 30 * time.Minute, route.WaitsFull},
		"says what it weighs":                   {heavy, returns, []route.Person{two}, 0, route.Fitting, 30 * time.Minute, route.ByWeight},
		"takes all of a small capacity":         {heavy, returns, []route.Person{worker(3, 2, "de")}, 3, route.Fitting, 0, route.ByRoom},
		"may not see it":                        {on(), asks(1, 0, "de"), []route.Person{elsewhere}, 0, route.Anybody, 0, route.WaitsNobody},
		"nobody is there":                       {on(), asks(1, 0, "de"), []route.Person{later(worker(2, 5, "de"), 9*time.Hour)}, 0, route.Anybody, 9 * time.Hour, route.WaitsShift},
		"no capacity at all":                    {on(), asks(1, 0, "de"), []route.Person{worker(2, 0, "de")}, 0, route.Anybody, 0, route.WaitsNobody},
		"no language known":                     {on(), asks(1, 0, ""), []route.Person{worker(2, 5, "fr")}, 2, route.Fitting, 0, route.ByRoom},
	} {
		d := c.book.Decide([]route.Ticket{c.ticket}, c.people, noon)[0]
		next := time.Duration(0)
		if !d.Next.IsZero() {
			next = d.Next.Sub(noon)
		}
		if d.To != c.to || d.Stage != c.stage || next != c.next || !slices.Contains(kinds(d), c.kind) {
			t.Errorf("%s: to %d at stage %d, next in %v, because of %v; want %d, %d, %v, %s", name, d.To, d.Stage, next, kinds(d), c.to, c.stage, c.next, c.kind)
		}
	}
}

// TestPressing: what is due soon goes before whoever came up to eight hours earlier, and not before others, so that nobody
// is overtaken for ever.
func TestPressing(t *testing.T) {
	pressing := asks(9, 0, "")
	pressing.Due = noon.Add(10 * time.Minute)
	for _, x := range []struct {
		waited time.Duration
		first  int64
	}{{7 * time.Hour, 9}, {9 * time.Hour, 1}} {
		d := on().Decide([]route.Ticket{asks(1, x.waited, ""), pressing}, []route.Person{worker(2, 1)}, noon)
		if d[0].Ticket.ID != x.first || d[0].To != 2 || d[1].To != 0 {
			t.Errorf("after %v: %+v", x.waited, d)
		}
	}
}

// TestHeadStart: a VIP goes before whoever came less than its head start earlier, and
// after whoever came more.
func TestHeadStart(t *testing.T) {
	vip := asks(3, 0, "")
	vip.Tier = "vip"
	queue := []route.Ticket{vip, asks(1, 3*time.Hour, ""), asks(2, 5*time.Hour, "")}
	var order []int64
	for _, d := range on().Decide(queue, []route.Person{worker(2, 2)}, noon) {
		order = append(order, d.Ticket.ID)
	}
	if !slices.Equal(order, []int64{2, 3, 1}) {
		t.Errorf("order %v", order)
	}
}

func TestReturns(t *testing.T) {
	there, gone := worker(2, 5), later(worker(2, 5), 10*time.Hour)
	for name, c := range map[string]struct {
		how    route.HandOver
		person route.Person
		due    time.Time
		want   bool
	}{
		"there":                  {route.All, there, noon, false},
		"gone":                   {route.All, gone, time.Time{}, true},
		"due before":             {route.DueFirst, gone, noon.Add(9 * time.Hour), true},
		"due after":              {route.DueFirst, gone, noon.Add(11 * time.Hour), false},
		"not due at all":         {route.DueFirst, gone, time.Time{}, false},
		"never comes back":       {route.DueFirst, func() route.Person { p := there; p.On = hours.Interval{}; return p }(), time.Time{}, true},
		"keeps what is theirs":   {route.Nothing, gone, noon, false},
		"keeps nothing for ever": {route.Nothing, func() route.Person { p := there; p.On = hours.Interval{}; return p }(), time.Time{}, true},
	} {
		b := on()
		b.HandOver = c.how
		if got := b.Returns(c.person, c.due, noon); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestSheets(t *testing.T) {
	s := route.Sheet{
		Capacity: 5, Zone: "Asia/Shanghai", Languages: map[string]route.Level{"en": route.Working}, Weekly: map[string][][2]string{"mon": {{"22:00", "24:00"}}, "tue": {{"00:00", "06:00"}}},
		Away: []route.Absence{{From: "2026-11-30", To: "2026-12-01"}},
	}
	shift, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string][2]string{
		"2026-11-23T12:00:00Z": {"2026-11-23T14:00:00Z", "2026-11-23T22:00:00Z"}, // one night
		"2026-11-23T21:59:00Z": {"2026-11-23T21:59:00Z", "2026-11-23T22:00:00Z"},
		"2026-11-24T00:00:00Z": {"2026-12-07T14:00:00Z", "2026-12-07T22:00:00Z"}, // away for a night
	} {
		now, _ := time.Parse(time.RFC3339, at)
		got, ok := shift.At(now)
		if !ok || got.From.UTC().Format(time.RFC3339) != want[0] || got.To.UTC().Format(time.RFC3339) != want[1] {
			t.Errorf("%s: %v %v", at, got, ok)
		}
	}
	always, err := route.Sheet{Zone: "UTC"}.Open()
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := always.At(noon); !ok || !got.From.Equal(noon) {
		t.Error("a sheet without hours is not always there")
	}
	for path, s := range map[string]route.Sheet{
		"capacity": {Zone: "UTC", Capacity: -1}, "languages": {Zone: "UTC", Languages: map[string]route.Level{"de": 4}}, "zone": {Zone: "Moon/Base"}, "topics": {Zone: "UTC", Topics: []string{""}},
		"weekly.mon": {Zone: "UTC", Weekly: map[string][][2]string{"mon": {{"18:00", "09:00"}}}}, "away.0": {Zone: "UTC", Away: []route.Absence{{From: "2026-12-24", To: "2026-12-23"}}},
	} {
		_, err := s.Open()
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", path, err)
		}
	}
	for path, change := range map[string]func(*route.Book){
		"name": func(b *route.Book) { b.Rules = []route.Rule{{Team: 1}} }, "nowhere": func(b *route.Book) { b.Rules = []route.Rule{{Name: "x"}} }, "tiers": func(b *route.Book) { b.Tiers = map[string]int{"vip": -1} },
		"weights": func(b *route.Book) { b.Weights = map[string]int{"other": 0} }, "patience": func(b *route.Book) { b.Patience = -1 }, "level": func(b *route.Book) { b.Level = 0 }, "hand over": func(b *route.Book) { b.HandOver = "" },
	} {
		b := on()
		change(&b)
		if err := b.Check(); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := on().Check(); err != nil {
		t.Error(err)
	}
}

// draw is a desk of people and tickets of all sorts.
func draw(t *rapid.T) (route.Book, []route.Person, []route.Ticket) {
	languages, topics, teams := []string{"de", "fr", "zh-Hans", "th"}, []string{"", "return_request", "warranty"}, []auth.TeamID{0, 0, 7, 8}
	b := on()
	b.Patience, b.Level = rapid.IntRange(0, 90).Draw(t, "patience"), route.Level(rapid.IntRange(1, 3).Draw(t, "level"))
	b.Weights = map[string]int{"warranty": rapid.IntRange(1, 4).Draw(t, "weight")}
	for i := range rapid.IntRange(0, 2).Draw(t, "rules") {
		b.Rules = append(b.Rules, route.Rule{
			Name: fmt.Sprint("rule ", i), When: route.When{Topics: []string{rapid.SampledFrom(topics[1:]).Draw(t, "of")}},
			Team: rapid.SampledFrom(teams).Draw(t, "to"), People: []auth.PersonID{auth.PersonID(rapid.IntRange(1, 5).Draw(t, "named"))},
		})
	}
	var people []route.Person
	for i := range rapid.IntRange(1, 5).Draw(t, "people") {
		p := worker(auth.PersonID(i+1), rapid.IntRange(0, 4).Draw(t, "capacity"))
		for _, l := range languages {
			if n := rapid.IntRange(0, 3).Draw(t, l); n > 0 {
				p.Languages[l] = route.Level(n)
			}
		}
		p.Load = rapid.IntRange(0, 3).Draw(t, "load")
		if rapid.Bool().Draw(t, "expert") {
			p.Topics = []string{"warranty"}
		}
		if rapid.Bool().Draw(t, "away") {
			p = later(p, time.Duration(rapid.IntRange(1, 600).Draw(t, "comes"))*time.Minute)
		}
		a := auth.Actor{Kind: auth.Agent, ID: int64(p.ID), Workspace: house, Restricted: rapid.Bool().Draw(t, "restricted")}
		if rapid.Bool().Draw(t, "team") {
			p.Teams = []auth.TeamID{7}
		}
		a.Teams = p.Teams
		p.Scope = a.Scope()
		people = append(people, p)
	}
	var queue []route.Ticket
	for i := range rapid.IntRange(1, 12).Draw(t, "tickets") {
		x := asks(int64(i+1), time.Duration(rapid.IntRange(0, 300).Draw(t, "waited"))*time.Minute, rapid.SampledFrom(append(languages, "")).Draw(t, "language"))
		x.Topic, x.Priority, x.Tier = rapid.SampledFrom(topics).Draw(t, "topic"), rapid.IntRange(-1, 2).Draw(t, "priority"), rapid.SampledFrom([]string{"", "vip"}).Draw(t, "tier")
		x.Resource.Team, x.Last = rapid.SampledFrom(teams).Draw(t, "its team"), auth.PersonID(rapid.IntRange(0, 5).Draw(t, "last"))
		queue = append(queue, x)
	}
	return b, people, queue
}

// TestNobodyGetsTooMuch: never above capacity, never to who is not there, may not see it or
// is not of the team; and the same values give the same decisions in whichever order.
func TestNobodyGetsTooMuch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, people, queue := draw(t)
		who := map[auth.PersonID]*route.Person{}
		for _, p := range people {
			who[p.ID] = &p
		}
		out := b.Decide(queue, people, noon)
		if len(out) != len(queue) {
			t.Fatalf("%d decisions about %d tickets", len(out), len(queue))
		}
		for _, d := range out {
			if len(d.Why) == 0 {
				t.Fatalf("%+v says nothing", d)
			}
			if d.To == 0 {
				if !d.Next.IsZero() && !d.Next.After(noon) {
					t.Fatalf("%+v waits for the past", d)
				}
				continue
			}
			p := who[d.To]
			r := d.Ticket.Resource
			r.Team = d.Team
			takes := min(b.Weight(d.Ticket.Topic), p.Capacity)
			if p.Load+takes > p.Capacity || !p.There(noon) || !p.Scope.Sees(r) || d.Team != 0 && !slices.Contains(p.Teams, d.Team) {
				t.Fatalf("%+v may not go to %+v", d, p)
			}
			p.Load += takes
		}
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 1))
		rnd.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
		rnd.Shuffle(len(queue), func(i, j int) { queue[i], queue[j] = queue[j], queue[i] })
		if again := b.Decide(queue, people, noon); !reflect.DeepEqual(out, again) {
			t.Fatalf("%+v\nin another order %+v", out, again)
		}
	})
}

// TestVIPIsNeverAfter: of two tickets that differ in nothing but the tier, the VIP's gets a
// person if the other does.
func TestVIPIsNeverAfter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, people, queue := draw(t)
		b.Rules = slices.DeleteFunc(b.Rules, func(r route.Rule) bool { return len(r.When.Tiers) > 0 })
		plain := queue[0]
		plain.Tier, plain.ID = "", 100
		vip := plain
		vip.Tier, vip.ID = "vip", 101
		got := map[int64]bool{}
		for _, d := range b.Decide(append(queue[1:], plain, vip), people, noon) {
			got[d.Ticket.ID] = d.To != 0
		}
		if got[100] && !got[101] {
			t.Fatal("the VIP waits and the other does not")
		}
	})
}

// TestEverybodyIsServed: whatever comes, with a stream of VIPs among it, once no more comes
// each ticket gets a person, if its team has one who may.
func TestEverybodyIsServed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, people, queue := draw(t)
		for i := range people {
			people[i].Capacity, people[i].Load, people[i].Teams = max(people[i].Capacity, 1), 0, []auth.TeamID{7, 8}
			people[i].Scope = auth.Actor{Kind: auth.Agent, ID: int64(people[i].ID), Workspace: house}.Scope()
		}
		for i := range 10 {
			v := asks(int64(200+i), -time.Duration(i)*30*time.Minute, "de")
			v.Tier, v.Priority = "vip", 2
			queue = append(queue, v)
		}
		now, given := noon, map[int64]bool{}
		for range 400 { // an hour each; what was given is done within the hour
			var waiting []route.Ticket
			for _, x := range queue {
				if !given[x.ID] && !x.Since.After(now) {
					waiting = append(waiting, x)
				}
			}
			here := slices.Clone(people)
			for i := range here { // eight hours of each day
				from := now.Truncate(24 * time.Hour).Add(time.Duration(i) * time.Hour)
				if here[i].On = (hours.Interval{From: from, To: from.Add(8 * time.Hour)}); !now.Before(here[i].On.To) {
					here[i].On = hours.Interval{From: from.Add(24 * time.Hour), To: from.Add(32 * time.Hour)}
				}
			}
			for _, d := range b.Decide(waiting, here, now) {
				if d.To != 0 {
					given[d.Ticket.ID] = true
				}
			}
			now = now.Add(time.Hour)
		}
		if len(given) != len(queue) {
			t.Fatalf("%d of %d were served", len(given), len(queue))
		}
	})
}

func BenchmarkDecide(b *testing.B) {
	var people []route.Person
	var queue []route.Ticket
	for i := range 200 {
		people = append(people, worker(auth.PersonID(i+1), 5, []string{"de", "fr", "en", "zh", "ru"}[i%5]))
	}
	for i := range 1000 {
		queue = append(queue, asks(int64(i+1), time.Duration(i)*time.Second, []string{"de", "fr", "en", "zh", "ru"}[i%5]))
	}
	book := on()
	for b.Loop() {
		book.Decide(queue, people, noon)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/ticket")
}

// TestHolidays: nobody is on shift on a public holiday of their country, by the date where
// they are, and nobody else is kept from work by it.
func TestHolidays(t *testing.T) {
	sheet := route.Sheet{Zone: "Asia/Shanghai", Country: "CN", Away: []route.Absence{{From: "2026-10-12", To: "2026-10-13"}}}
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	midnight := time.Date(2026, 10, 1, 0, 0, 0, 0, shanghai) // National Day begins
	for name, c := range map[string]struct {
		country string
		at      time.Time
		there   bool
		off     route.Off
	}{
		"the evening before": {"CN", midnight.Add(-time.Minute), true, ""},
		"the holiday":        {"CN", midnight, false, route.Holiday},
		"of another country": {"DE", midnight, true, ""},
		"of none":            {"", midnight, true, ""},
		"days away":          {"CN", midnight.AddDate(0, 0, 11), false, route.Absent},
		"back":               {"CN", midnight.AddDate(0, 0, 13), true, ""},
	} {
		s := sheet
		s.Country = c.country
		shift, err := s.Open()
		if err != nil {
			t.Fatal(err)
		}
		on, ok := shift.At(c.at)
		if there := ok && !c.at.Before(on.From); there != c.there || s.Off(c.at) != c.off {
			t.Errorf("%s: there %v, off %q; want %v, %q", name, there, s.Off(c.at), c.there, c.off)
		}
	}
	if next := sheet.Holidays(midnight.Add(30*time.Hour), 2); len(next) != 2 || next[0].Before(midnight) || !hours.Holiday("CN", next[0]) || !next[0].Before(next[1]) {
		t.Errorf("next holidays %v", next)
	}
	if today := sheet.Holidays(midnight.Add(time.Hour), 1); len(today) != 1 || today[0].Format(time.DateOnly) != "2026-10-01" {
		t.Errorf("today's holiday is not the next: %v", today)
	}
	if _, err := (route.Sheet{Zone: "UTC", Country: "XX"}).Open(); !errs.Is(err, errs.Invalid) {
		t.Errorf("a country without a table: %v", err)
	}
}
