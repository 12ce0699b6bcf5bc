package api

import (
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/flow/routing"
	"godwit.dev/godwit/internal/platform/auth"
)

func routingGroup() group {
	read, manage := may(auth.ReadTickets), may(auth.ReadTickets, auth.ManageTeams)
	return group{"Routing", "Routing gives tickets that wait for a person to people: by team, language and level, topic, market, tier, dedicated people, load, shift and who had the customer's last ticket. A sheet says what a person can do and when. It is off until a workspace turns it on.", []operation{
		{"routingGet", "GET", "/routing", read, do((*server).routingGet), "Get how tickets are given out", "The newest settings. Version 0 is what holds before anybody saved some: nothing is given out."},
		{"routingPut", "PUT", "/routing", manage, do((*server).routingPut), "Save how tickets are given out", "Checks the whole settings and saves them as the next version. Turning routing on queues all open tickets that nobody has; turning it off empties the queue, and whoever has a ticket keeps it. What is wrong is told with its place, such as `rules.2.team`."},
		{"sheetList", "GET", "/sheets", read, do((*server).sheetList), "List the sheets", "Everybody who can sign in, with their sheet and how they stand: on shift or not, until when, and how much they have."},
		{"sheetPut", "PUT", "/people/{person}/sheet", manage, do((*server).sheetPut), "Save a person's sheet", "Checks a sheet and saves it as the person's next version. A capacity of 0 gives them no tickets."},
		{"ticketRouting", "GET", "/tickets/{ticket}/routing", read, do((*server).ticketRouting), "Get why a ticket is where it is", "Why routing gave the ticket to the person who has it or, while it waits, why nobody has it yet."},
	}}
}

// Routing is how a workspace gives out tickets.
type Routing struct {
	Version int             `json:"version" example:"3" doc:"0: nobody saved any yet."`
	SavedAt *time.Time      `json:"saved_at" nullable:"true"`
	SavedBy *Ref[aPerson]   `json:"saved_by" nullable:"true"`
	Routing RoutingContents `json:"routing"`
}

// RoutingContents is what is saved of how a workspace gives out tickets.
type RoutingContents struct {
	On       bool           `json:"on"`
	Rules    []RoutingRule  `json:"rules,omitempty" nullable:"false" maxItems:"100" doc:"The first that a ticket meets holds."`
	Tiers    map[string]int `json:"tiers,omitempty" doc:"Head starts in minutes, by the merchant's own words for tiers: such a ticket goes before those that came up to that much earlier."`
	Weights  map[string]int `json:"weights,omitempty" doc:"How much of a capacity a ticket of a topic takes, from 1 to 20; 1 for topics that are not named."`
	Patience int            `json:"patience" example:"30" minimum:"0" maximum:"43200" doc:"Minutes that a ticket waits for somebody who knows its topic; it waits twice as long for somebody who speaks its language."`
	Escalate int            `json:"escalate,omitempty" example:"30" minimum:"0" maximum:"43200" doc:"Minutes before a promise is due from which its ticket goes forward by eight hours and is held back for nobody; 0 for never."`
	Level    int            `json:"level" example:"2" minimum:"1" maximum:"3" doc:"From which somebody counts as speaking a language: 1 basic, 2 working, 3 fluent."`
	HandOver string         `json:"hand_over" enum:"due,all,none" doc:"What is given to others when somebody goes off shift: what is due before they are back, all, or nothing."`
}

// RoutingRule sends tickets to a team, to dedicated people, or both.
type RoutingRule struct {
	Name      string         `json:"name" maxLength:"80" example:"VIP"`
	When      *RoutingWhen   `json:"when,omitempty" doc:"All by default."`
	TeamID    *Ref[aTeam]    `json:"team_id,omitempty" doc:"The one that the ticket has by default."`
	PersonIDs []Ref[aPerson] `json:"person_ids,omitempty" nullable:"false" maxItems:"200" doc:"Who are asked before all others."`
}

// RoutingWhen are the conditions of a rule: each list that is there must hold the ticket's value.
type RoutingWhen struct {
	Channels  []string     `json:"channels,omitempty" nullable:"false" example:"email"`
	Topics    []string     `json:"topics,omitempty" nullable:"false" example:"refund_status"`
	Tiers     []string     `json:"tiers,omitempty" nullable:"false" example:"vip"`
	Markets   []string     `json:"markets,omitempty" nullable:"false" example:"DE"`
	Languages []string     `json:"languages,omitempty" nullable:"false" example:"de"`
	ShopIDs   []Ref[aShop] `json:"shop_ids,omitempty" nullable:"false"`
}

func routingRecord(v routing.Setting) Routing {
	return Routing{Version: v.Version, SavedBy: optRef[aPerson](v.SavedBy), SavedAt: optTime(v.SavedAt), Routing: routingContents(v.Book)}
}

func routingContents(b route.Book) RoutingContents {
	return RoutingContents{
		On: b.On, Tiers: b.Tiers, Weights: b.Weights, Patience: b.Patience, Escalate: b.Escalate, Level: int(b.Level), HandOver: string(b.HandOver),
		Rules: convert(b.Rules, func(r route.Rule) RoutingRule {
			out := RoutingRule{Name: r.Name, TeamID: optRef[aTeam](r.Team), PersonIDs: refs[aPerson](r.People)}
			w := RoutingWhen{r.When.Channels, r.When.Topics, r.When.Tiers, r.When.Markets, r.When.Languages, convert(r.When.Shops, refTo[aShop, int64])}
			if len(w.Channels)+len(w.Topics)+len(w.Tiers)+len(w.Markets)+len(w.Languages)+len(w.ShopIDs) > 0 {
				out.When = &w
			}
			return out
		}),
	}
}

// book reads the contents of a request. What cannot be read is left for the check to name.
func (x RoutingContents) book() route.Book {
	return route.Book{
		On: x.On, Tiers: x.Tiers, Weights: x.Weights, Patience: x.Patience, Escalate: x.Escalate, Level: route.Level(x.Level), HandOver: route.HandOver(x.HandOver),
		Rules: convert(x.Rules, func(r RoutingRule) route.Rule {
			out := route.Rule{Name: r.Name, People: nums[auth.PersonID](r.PersonIDs)}
			if r.TeamID != nil {
				out.Team = auth.TeamID(r.TeamID.num())
			}
			if w := r.When; w != nil {
				out.When = route.When{Channels: w.Channels, Topics: w.Topics, Tiers: w.Tiers, Markets: w.Markets, Languages: w.Languages, Shops: numbersOf(w.ShopIDs)}
			}
			return out
		}),
	}
}

func (s *server) routingGet(c *call, _ *struct{}) (*recordOut[Routing], error) {
	v, err := s.Routing.Setting(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(routingRecord(v)), nil
}

func (s *server) routingPut(c *call, in *struct {
	Body struct {
		Routing RoutingContents `json:"routing"`
		After   int             `json:"after" minimum:"0" example:"2" doc:"The version that this one was made from; another newest one is a conflict."`
	} `nameHint:"RoutingDraft"`
}) (*recordOut[Routing], error) {
	v, err := s.Routing.Save(c, c.actor, in.Body.Routing.book(), in.Body.After)
	if err != nil {
		return nil, err
	}
	return record(routingRecord(v)), nil
}

// Sheet is what a person can do, and when.
type Sheet struct {
	PersonID Ref[aPerson]  `json:"person_id"`
	Version  int           `json:"version" example:"2" doc:"0: nobody saved one yet."`
	SavedAt  *time.Time    `json:"saved_at" nullable:"true"`
	Sheet    SheetContents `json:"sheet"`
	Able     bool          `json:"able" doc:"The person may answer tickets."`
	There    bool          `json:"there" doc:"They are on shift."`
	Until    *time.Time    `json:"until" nullable:"true" doc:"When they go or, if they are not there, come. Null: never."`
	Load     int           `json:"load" example:"3" doc:"Weight of their open tickets."`
	Off      *string       `json:"off" enum:"absent,holiday" nullable:"true" doc:"Why they are away all day, where they are: days away, or a public holiday."`
	Holidays []string      `json:"holidays" nullable:"false" example:"2027-01-01" doc:"The next public holidays that they have off, three at most."`
}

// SheetContents is what is saved of what a person can do, and when.
type SheetContents struct {
	Capacity  int                 `json:"capacity" example:"8" minimum:"0" maximum:"500" doc:"Weight of the open tickets up to which routing gives them more; 0 gives them none."`
	Languages map[string]int      `json:"languages,omitempty" doc:"Levels by BCP 47 tag: 1 basic, 2 working, 3 fluent."`
	Topics    []string            `json:"topics,omitempty" nullable:"false" maxItems:"200" example:"damaged" doc:"What they know best; all alike by default."`
	Zone      string              `json:"zone" maxLength:"60" example:"Asia/Shanghai" doc:"IANA."`
	Weekly    map[string][]string `json:"weekly,omitempty" doc:"Hours in the zone's wall time for mon, tue, wed, thu, fri, sat and sun, such as 09:00-12:30; at any hour by default."`
	Away      []Absence           `json:"away,omitempty" nullable:"false" maxItems:"200"`
	Country   string              `json:"country,omitempty" maxLength:"2" example:"CN" doc:"ISO 3166-1 alpha-2: whose public holidays they have off; none by default."`
}

// Absence is days on which a person is not there.
type Absence struct {
	From string `json:"from" maxLength:"10" example:"2026-12-24"`
	To   string `json:"to" maxLength:"10" example:"2026-12-31" doc:"The last day."`
	Note string `json:"note,omitempty" maxLength:"500" example:"Spring Festival"`
}

func sheetContents(s route.Sheet) SheetContents {
	out := SheetContents{Capacity: s.Capacity, Topics: s.Topics, Zone: s.Zone, Country: s.Country, Away: convert(s.Away, func(a route.Absence) Absence { return Absence(a) })}
	for l, level := range s.Languages {
		if out.Languages == nil {
			out.Languages = map[string]int{}
		}
		out.Languages[l] = int(level)
	}
	for day, spans := range s.Weekly {
		if out.Weekly == nil {
			out.Weekly = map[string][]string{}
		}
		out.Weekly[day] = convert(spans, func(s [2]string) string { return s[0] + "-" + s[1] })
	}
	return out
}

func (x SheetContents) sheet() route.Sheet {
	out := route.Sheet{Capacity: x.Capacity, Topics: x.Topics, Zone: x.Zone, Country: strings.ToUpper(x.Country), Away: convert(x.Away, func(a Absence) route.Absence { return route.Absence(a) })}
	for l, level := range x.Languages {
		if out.Languages == nil {
			out.Languages = map[string]route.Level{}
		}
		out.Languages[l] = route.Level(level)
	}
	for day, spans := range x.Weekly {
		if out.Weekly == nil {
			out.Weekly = map[string][][2]string{}
		}
		out.Weekly[day] = convert(spans, func(s string) [2]string {
			from, to, _ := strings.Cut(s, "-")
			return [2]string{strings.TrimSpace(from), strings.TrimSpace(to)}
		})
	}
	return out
}

func sheetRecord(r routing.Roster) Sheet {
	out := Sheet{
		PersonID: refTo[aPerson](r.Person), Version: r.Version, SavedAt: optTime(r.SavedAt), Sheet: sheetContents(r.Sheet.Sheet),
		Able: r.Able, There: r.There, Until: optTime(r.Until), Load: r.Load, Holidays: convert(r.Holidays, func(d time.Time) string { return d.Format(time.DateOnly) }),
	}
	if r.Off != "" {
		off := string(r.Off)
		out.Off = &off
	}
	return out
}

func (s *server) sheetList(c *call, in *struct{ Paging }) (*pageOut[Sheet], error) {
	list, err := s.Routing.Roster(c, c.actor)
	if err != nil {
		return nil, err
	}
	list, next, err := part(list, func(r routing.Roster) int64 { return int64(r.Person) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, sheetRecord), next), nil
}

func (s *server) sheetPut(c *call, in *struct {
	PersonPath
	Body struct {
		Sheet SheetContents `json:"sheet"`
		After int           `json:"after" minimum:"0" example:"0" doc:"The version that this one was made from; another newest one is a conflict."`
	} `nameHint:"SheetDraft"`
}) (*recordOut[Sheet], error) {
	who := auth.PersonID(in.Person.num())
	if _, err := s.Routing.SaveSheet(c, c.actor, who, in.Body.Sheet.sheet(), in.Body.After); err != nil {
		return nil, err
	}
	list, err := s.Routing.Roster(c, c.actor)
	if err != nil {
		return nil, err
	}
	var out Sheet
	for _, r := range list {
		if r.Person == who {
			out = sheetRecord(r)
		}
	}
	return record(out), nil
}

// TicketRouting is how a ticket stands with routing.
type TicketRouting struct {
	On      bool         `json:"on" doc:"Routing is on in the workspace."`
	GivenAt *time.Time   `json:"given_at" nullable:"true" doc:"When routing gave the ticket to the person who has it; null if it did not."`
	Since   *time.Time   `json:"since" nullable:"true" doc:"Since when the ticket waits for a person; null if it does not."`
	Next    *time.Time   `json:"next" nullable:"true" doc:"When the answer may become another by itself; null for never, and for a ticket that does not wait."`
	Why     []RouteCause `json:"why" nullable:"false"`
}

// RouteCause is one thing that counted.
type RouteCause struct {
	Kind   string     `json:"kind" enum:"tier,priority,due,rule,weight,own,own_full,own_away,own_never,dedicated,language,topic,last,room,waited,full,kept,keeps,shift,nobody,giving" doc:"own is the customer's own person, and own_full, own_away and own_never say why they do not have it. full, kept, shift, nobody and giving say why nobody has the ticket yet: those who would do have no room, their room is kept for an earlier ticket that weighs more, they come later, they are not there at all, or the ticket is being given at this moment. keeps is said of the ticket that room is kept for."`
	Word   string     `json:"word,omitempty" example:"de" doc:"The tier, rule, language or topic."`
	Number int        `json:"number,omitempty" example:"3" doc:"Minutes of a head start; what the ticket weighs; the level of a language; the load before the ticket; what was asked for in the end, from -1 the customer's own person and 0 dedicated people to 3 anybody."`
	Of     int        `json:"of,omitempty" example:"8" doc:"The capacity, beside the load."`
	At     *time.Time `json:"at,omitempty" doc:"When the first of them comes; of due, when the promise is due."`
	Points int        `json:"points,omitempty" example:"36" doc:"What it counted for the person, against others."`
}

func routeCauses(list []route.Reason) []RouteCause {
	return convert(list, func(r route.Reason) RouteCause {
		out := RouteCause{Kind: string(r.Kind), Word: r.Word, Number: r.Number, Of: r.Of, Points: r.Points}
		if r.At != 0 {
			out.At = optTime(time.UnixMilli(r.At))
		}
		return out
	})
}

func (s *server) ticketRouting(c *call, in *struct{ TicketPath }) (*recordOut[TicketRouting], error) {
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	st, err := s.Routing.Of(c, c.actor, t)
	if err != nil {
		return nil, err
	}
	out := TicketRouting{On: st.On, Since: optTime(st.Since), Why: []RouteCause{}}
	if st.Given != nil {
		out.GivenAt, out.Why = optTime(st.Given.At), routeCauses(st.Given.Why)
	}
	if st.Waiting != nil {
		out.Next, out.Why = optTime(st.Waiting.Next), routeCauses(st.Waiting.Why)
	}
	return record(out), nil
}
