package api

import (
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/flow/clocks"
	"godwit.dev/godwit/internal/platform/auth"
)

func promiseBookGroup() group {
	read, manage := may(auth.ReadTickets), may(auth.ReadTickets, auth.ManageTeams)
	return group{"Promises about answers", "The book of promises says how soon customers are answered: targets in minutes of open time by channel, topic, tier, market and shop, the most specific rule first, on calendars with holidays and closures. Every ticket has clocks by it. Versions never change; a new one sets all clocks anew.", []operation{
		{"promiseBookGet", "GET", "/promise-book", read, do((*server).promiseBookGet), "Get the book of promises", "The newest version. Version 0 is what holds before anybody saved one: an answer within 24 hours."},
		{"promiseBookPut", "PUT", "/promise-book", manage, do((*server).promiseBookPut).upTo(promiseTexts), "Save the book of promises", "Checks a whole book and saves it as the next version, by which all clocks are set anew in the background; what is late by it at that moment is told to nobody. The same book twice makes no new one. What is wrong with it is told with its place, such as `rules.2.targets.first`."},
		{"promiseBookList", "GET", "/promise-book/versions", read, do((*server).promiseBookList), "List the versions", "Who saved which book and when, newest first."},
		{"ticketPromises", "GET", "/tickets/{ticket}/promises", read, do((*server).ticketPromises), "Get the promises about a ticket", "How each promise stands, when it is due, and which rule and calendar gave it."},
		{"promiseBookTry", "POST", "/tickets/{ticket}/promises/trials", read, do((*server).promiseBookTry).upTo(promiseTexts), "Try a book on a ticket", "How the promises about a ticket would stand if a book were saved. Writes nothing."},
	}}
}

// promiseTexts is how large a book may be.
const promiseTexts = 1 << 20

// PromiseBook is a version of the book of promises.
type PromiseBook struct {
	Version int                 `json:"version" example:"3" doc:"0: nobody saved one yet."`
	SavedAt *time.Time          `json:"saved_at" nullable:"true"`
	SavedBy *Ref[aPerson]       `json:"saved_by" nullable:"true"`
	Book    PromiseBookContents `json:"book"`
}

// PromiseBookContents is all that a workspace promises about its answers.
type PromiseBookContents struct {
	Calendars []PromiseCalendar `json:"calendars,omitempty" nullable:"false"`
	Chains    []PromiseChain    `json:"chains,omitempty" nullable:"false" doc:"Calendars that take over from each other: a chain is open whenever one is."`
	Closures  []PromiseClosure  `json:"closures,omitempty" nullable:"false"`
	Calendar  string            `json:"calendar,omitempty" maxLength:"80" example:"Shenzhen" doc:"Of tickets whose rule and team have none; around the clock by default."`
	Rules     []PromiseRule     `json:"rules,omitempty" nullable:"false"`
}

// PromiseCalendar is the hours of a team.
type PromiseCalendar struct {
	Name        string              `json:"name" maxLength:"80" example:"Shenzhen"`
	Zone        string              `json:"zone" maxLength:"60" example:"Asia/Shanghai" doc:"IANA."`
	Weekly      map[string][]string `json:"weekly" doc:"Hours in the zone's wall time for mon, tue, wed, thu, fri, sat and sun, such as 09:00-12:30; a missing day is closed."`
	Countries   []string            `json:"countries,omitempty" nullable:"false" example:"CN" doc:"Whose public holidays close it, ISO 3166-1 alpha-2."`
	Events      []string            `json:"events,omitempty" nullable:"false" example:"golden_week_cn" doc:"Longer closures around holidays."`
	Holidays    []string            `json:"holidays,omitempty" nullable:"false" example:"2026-12-24" doc:"More days off."`
	WorkingDays []string            `json:"working_days,omitempty" nullable:"false" example:"2026-10-10" doc:"Days that are worked on all the same."`
	TeamIDs     []Ref[aTeam]        `json:"team_ids,omitempty" nullable:"false" doc:"Whose tickets go by it unless their rule says otherwise."`
}

// PromiseChain is calendars that take over from each other.
type PromiseChain struct {
	Name      string   `json:"name" maxLength:"80" example:"Follow the sun"`
	Calendars []string `json:"calendars" nullable:"false" example:"Shenzhen,Berlin"`
}

// PromiseClosure is time in which nobody is there: in some shops, on some calendars, or anywhere.
type PromiseClosure struct {
	From      time.Time    `json:"from"`
	To        time.Time    `json:"to"`
	ShopIDs   []Ref[aShop] `json:"shop_ids,omitempty" nullable:"false" doc:"Whose tickets' clocks stand still."`
	Calendars []string     `json:"calendars,omitempty" nullable:"false" example:"Shenzhen" doc:"That are shut; never beside shops."`
	Note      string       `json:"note,omitempty" maxLength:"200" example:"Moving house"`
}

// PromiseRule promises targets to the tickets that meet its conditions.
type PromiseRule struct {
	Name     string              `json:"name" maxLength:"80" example:"VIP"`
	When     *PromiseWhen        `json:"when,omitempty" doc:"All by default."`
	Calendar string              `json:"calendar,omitempty" maxLength:"80" example:"Follow the sun" doc:"Or a chain; the team's by default."`
	Targets  map[string]int      `json:"targets" doc:"Minutes of open time for first, next, resolution and update; 0 promises nothing, whatever wider rules say."`
	Pauses   map[string][]string `json:"pauses,omitempty" doc:"For which waiting reasons the clock of a target stands still."`
	Soon     int                 `json:"soon,omitempty" example:"60" doc:"Minutes of open time before it is due that ticket.promise_soon is told; never by default."`
}

// PromiseWhen are the conditions of a rule: each list that is there must hold the ticket's value.
type PromiseWhen struct {
	Channels []string     `json:"channels,omitempty" nullable:"false" example:"email"`
	Topics   []string     `json:"topics,omitempty" nullable:"false" example:"refund_status"`
	Tiers    []string     `json:"tiers,omitempty" nullable:"false" example:"vip"`
	Markets  []string     `json:"markets,omitempty" nullable:"false" example:"DE"`
	ShopIDs  []Ref[aShop] `json:"shop_ids,omitempty" nullable:"false"`
}

func promiseBookRecord(v clocks.Version) PromiseBook {
	out := PromiseBook{Version: v.Number, SavedBy: optRef[aPerson](v.SavedBy), SavedAt: optTime(v.SavedAt), Book: promiseContents(v.Book)}
	return out
}

func promiseContents(b promise.Book) PromiseBookContents {
	return PromiseBookContents{
		Calendar: b.Calendar,
		Calendars: convert(b.Calendars, func(c promise.Calendar) PromiseCalendar {
			weekly := map[string][]string{}
			for day, spans := range c.Weekly {
				weekly[day] = convert(spans, func(s [2]string) string { return s[0] + "-" + s[1] })
			}
			return PromiseCalendar{Name: c.Name, Zone: c.Zone, Weekly: weekly, Countries: c.Countries, Events: c.Events, Holidays: c.Holidays, WorkingDays: c.WorkingDays, TeamIDs: convert(c.Teams, refTo[aTeam, int64])}
		}),
		Chains: convert(b.Chains, func(c promise.Chain) PromiseChain { return PromiseChain(c) }),
		Closures: convert(b.Closures, func(c promise.Closure) PromiseClosure {
			return PromiseClosure{From: at(c.From), To: at(c.To), ShopIDs: convert(c.Shops, refTo[aShop, int64]), Calendars: c.Calendars, Note: c.Note}
		}),
		Rules: convert(b.Rules, func(r promise.Rule) PromiseRule {
			out := PromiseRule{Name: r.Name, Calendar: r.Calendar, Targets: map[string]int{}, Soon: r.Soon}
			for t, minutes := range r.Targets {
				out.Targets[string(t)] = minutes
			}
			for t, reasons := range r.Pauses {
				if out.Pauses == nil {
					out.Pauses = map[string][]string{}
				}
				out.Pauses[string(t)] = reasons
			}
			if len(r.When.Names()) > 0 {
				w := r.When
				out.When = &PromiseWhen{Channels: w.Channels, Topics: w.Topics, Tiers: w.Tiers, Markets: w.Markets, ShopIDs: convert(w.Shops, refTo[aShop, int64])}
			}
			return out
		}),
	}
}

// book reads the contents of a request. What cannot be read is left for the check to name.
func (x PromiseBookContents) book() promise.Book {
	shops := func(list []Ref[aShop]) []int64 { return numbersOf(list) }
	return promise.Book{
		Calendar: x.Calendar,
		Calendars: convert(x.Calendars, func(c PromiseCalendar) promise.Calendar {
			weekly := map[string][][2]string{}
			for day, spans := range c.Weekly {
				weekly[day] = convert(spans, func(s string) [2]string {
					from, to, _ := strings.Cut(s, "-")
					return [2]string{strings.TrimSpace(from), strings.TrimSpace(to)}
				})
			}
			return promise.Calendar{Name: c.Name, Zone: c.Zone, Weekly: weekly, Countries: c.Countries, Events: c.Events, Holidays: c.Holidays, WorkingDays: c.WorkingDays, Teams: numbersOf(c.TeamIDs)}
		}),
		Chains: convert(x.Chains, func(c PromiseChain) promise.Chain { return promise.Chain(c) }),
		Closures: convert(x.Closures, func(c PromiseClosure) promise.Closure {
			return promise.Closure{From: at(c.From), To: at(c.To), Shops: shops(c.ShopIDs), Calendars: c.Calendars, Note: c.Note}
		}),
		Rules: convert(x.Rules, func(r PromiseRule) promise.Rule {
			out := promise.Rule{Name: r.Name, Calendar: r.Calendar, Targets: map[promise.Target]int{}, Soon: r.Soon}
			for t, minutes := range r.Targets {
				out.Targets[promise.Target(t)] = minutes
			}
			for t, reasons := range r.Pauses {
				if out.Pauses == nil {
					out.Pauses = map[promise.Target][]string{}
				}
				out.Pauses[promise.Target(t)] = reasons
			}
			if w := r.When; w != nil {
				out.When = promise.When{Channels: w.Channels, Topics: w.Topics, Tiers: w.Tiers, Markets: w.Markets, Shops: shops(w.ShopIDs)}
			}
			return out
		}),
	}
}

// numbersOf reads identifiers.
func numbersOf[K kind](list []Ref[K]) []int64 {
	return convert(list, func(r Ref[K]) int64 { return r.num() })
}

func (s *server) promiseBookGet(c *call, _ *struct{}) (*recordOut[PromiseBook], error) {
	v, err := s.Clocks.Book(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(promiseBookRecord(v)), nil
}

func (s *server) promiseBookPut(c *call, in *struct {
	Body struct {
		Book  PromiseBookContents `json:"book"`
		After int                 `json:"after" minimum:"0" example:"2" doc:"The version that this one was made from; another newest one is a conflict."`
	} `nameHint:"PromiseBookDraft"`
}) (*recordOut[PromiseBook], error) {
	v, err := s.Clocks.Save(c, c.actor, in.Body.Book.book(), in.Body.After)
	if err != nil {
		return nil, err
	}
	return record(promiseBookRecord(v)), nil
}

func (s *server) promiseBookList(c *call, in *struct{ Paging }) (*pageOut[PromiseBook], error) {
	list, err := s.Clocks.Versions(c, c.actor, 0, clocks.MaxPage)
	if err != nil {
		return nil, err
	}
	list, next, err := part(list, func(v clocks.Version) int64 { return -int64(v.Number) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, promiseBookRecord), next), nil
}

// TicketPromises is how the promises about a ticket stand.
type TicketPromises struct {
	Version  int           `json:"version" example:"3" doc:"Of the book."`
	Tier     *string       `json:"tier" example:"vip" doc:"Of the ticket's customer, as rules ask for it."`
	Market   *string       `json:"market" example:"DE" doc:"Of the ticket, as rules ask for it: the country that its order goes to, else that of its customer, else that of its shop."`
	MarketBy *string       `json:"market_by" enum:"order,customer,shop" doc:"What told the market."`
	Clocks   []TicketClock `json:"clocks" nullable:"false"`
	Rules    []TicketRule  `json:"rules" nullable:"false" doc:"Which rule each target comes from."`
}

// TicketClock is one promise about a ticket.
type TicketClock struct {
	Target   string     `json:"target" enum:"first,next,resolution,update"`
	State    string     `json:"state" enum:"fine,soon,late,paused,kept,broken" doc:"broken: it ended late."`
	From     time.Time  `json:"from" doc:"From when it is counted."`
	DueAt    *time.Time `json:"due_at" doc:"Null while it is paused."`
	EndedAt  *time.Time `json:"ended_at"`
	LeftMin  *int64     `json:"left_minutes" example:"240" doc:"Of open time, while it is paused."`
	Paused   *string    `json:"paused" enum:"customer,carrier,supplier,marketplace,colleague" doc:"Why it stands still."`
	Minutes  int        `json:"minutes" example:"1440" doc:"Of open time that were promised."`
	Rule     string     `json:"rule" example:"VIP"`
	Calendar *string    `json:"calendar" example:"Shenzhen" doc:"Null: around the clock."`
}

// TicketRule is where a target of a ticket comes from.
type TicketRule struct {
	Target   string  `json:"target" enum:"first,next,resolution,update"`
	Rule     string  `json:"rule" example:"VIP"`
	Minutes  int     `json:"minutes" example:"1440" doc:"0: it promises nothing of it."`
	Calendar *string `json:"calendar" example:"Shenzhen"`
}

func (s *server) ticketPromisesRecord(st clocks.Standing) TicketPromises {
	now := s.Now()
	return TicketPromises{
		Version: st.Version.Number, Tier: optText(st.Subject.Tier), Market: optText(st.Subject.Market), MarketBy: optText(string(st.MarketBy)),
		Clocks: convert(st.Clocks, func(c promise.Clock) TicketClock {
			out := TicketClock{
				Target: string(c.Target), State: string(c.State(now)), From: at(c.From), DueAt: optTime(c.Due), EndedAt: optTime(c.Ended), Paused: optText(c.Paused),
				Minutes: c.Minutes, Rule: c.Rule, Calendar: optText(c.Calendar),
			}
			if c.Paused != "" {
				left := int64(c.Left / time.Minute)
				out.LeftMin = &left
			}
			return out
		}),
		Rules: convert(st.Promises, func(p promise.Promised) TicketRule {
			return TicketRule{Target: string(p.Target), Rule: st.Version.Book.Rules[p.Rule].Name, Minutes: p.Minutes, Calendar: optText(p.Calendar)}
		}),
	}
}

func (s *server) ticketPromises(c *call, in *struct{ TicketPath }) (*recordOut[TicketPromises], error) {
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	st, err := s.Clocks.Of(c, c.actor, t)
	if err != nil {
		return nil, err
	}
	return record(s.ticketPromisesRecord(st)), nil
}

func (s *server) promiseBookTry(c *call, in *struct {
	TicketPath
	Body struct {
		Book PromiseBookContents `json:"book"`
	} `nameHint:"PromiseBookTrial"`
}) (*recordOut[TicketPromises], error) {
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	st, err := s.Clocks.Try(c, c.actor, in.Body.Book.book(), t)
	if err != nil {
		return nil, err
	}
	return record(s.ticketPromisesRecord(st)), nil
}
