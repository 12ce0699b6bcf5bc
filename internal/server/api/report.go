package api

import (
	"cmp"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

func reportGroup() group {
	return group{"Reports", "How many tickets stand where, what came and went, and what cases cost.", []operation{
		{"outlayList", "GET", "/reports/returns", may(auth.SeeReports), do((*server).outlayList), "See what returns cost", "Where the money of cases goes by way back, product, reason, remedy or market, the dearest first: what the decisions expected, and what happened where that is known. Counted within a minute of what happens."},
		{"outlayCases", "GET", "/reports/returns/cases", may(auth.ReadCases), do((*server).outlayCases), "List the cases behind a row of what returns cost", "The newest first, at most 200."},
		{"reportStanding", "GET", "/reports/standing", may(auth.SeeReports, auth.ReadTickets), do((*server).reportStanding), "Get the standing",
			"Tickets by state and by person now, what came and was solved each day, and the median time to solve. Counts stop at 9,999, then they are 10,000."},
	}}
}

// Standing says how many tickets stand where.
type Standing struct {
	ByStatus     map[string]int64 `json:"by_status" doc:"Tickets by state; spam is left out."`
	ByPerson     []Load           `json:"by_person" nullable:"false"`
	Days         []Day            `json:"days" nullable:"false" doc:"Oldest first, today included."`
	SolveSeconds *int64           `json:"solve_seconds" example:"86400" doc:"The median time from opening to solving of the tickets last solved; null if none was."`
}

// Load is the work of one person.
type Load struct {
	PersonID Ref[aPerson] `json:"person_id"`
	Name     string       `json:"name" example:"Lena Fischer"`
	Open     int64        `json:"open" example:"12" doc:"Open tickets, and those that wait."`
}

// Day is what came and went in one day.
type Day struct {
	Date   string `json:"date" format:"date" example:"2026-11-22"`
	Opened int64  `json:"opened"`
	Solved int64  `json:"solved"`
}

func (s *server) reportStanding(c *call, in *struct {
	Days int    `query:"days" minimum:"1" maximum:"90" default:"30" doc:"How many days it goes back, today included."`
	Zone string `query:"zone" maxLength:"60" doc:"The time zone that days are of (IANA); yours by default." example:"Europe/Berlin"`
}) (*recordOut[Standing], error) {
	zone, err := zoneNamed(cmp.Or(in.Zone, c.actor.Zone, "UTC"))
	if err != nil {
		return nil, err
	}
	x, err := s.Tickets.Report(c, c.actor, zone, in.Days)
	if err != nil {
		return nil, err
	}
	out := Standing{ByStatus: map[string]int64{}}
	for _, status := range ticket.Statuses() {
		out.ByStatus[string(status)] = x.Status[status]
	}
	out.ByPerson = convert(x.Load, func(l ticket.Load) Load { return Load{refTo[aPerson](l.Person), l.Name, l.Open} })
	out.Days = convert(x.Days, func(d ticket.DayTraffic) Day { return Day{d.From.Format(time.DateOnly), d.Opened, d.Solved} })
	if x.Solve > 0 {
		n := int64(x.Solve / time.Second)
		out.SolveSeconds = &n
	}
	return record(out), nil
}
