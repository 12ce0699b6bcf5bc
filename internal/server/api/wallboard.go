package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/forecast"
	"godwit.dev/godwit/internal/flow/foresight"
	"godwit.dev/godwit/internal/platform/auth"
)

func wallboardGroup() group {
	read := may(auth.ReadTickets)
	return group{"Wallboard", "How the desk stands now, and how likely promises about answers are broken in its next hours. Leads are told before it happens (`forecast.warned`).", []operation{
		{"wallboardGet", "GET", "/wallboard", read, do((*server).wallboardGet), "Get the wallboard", "Who is on shift, what waits, and the forecasts of the whole desk and of its teams, as far as the caller may see them. Forecasts are made anew every two minutes; a workspace of which nobody has a sheet with a capacity has none."},
		{"forecastSettingGet", "GET", "/forecast-setting", read, do((*server).forecastSettingGet), "Get when leads are told", "The newest setting. Version 0 is what holds before anybody saved one."},
		{"forecastSettingPut", "PUT", "/forecast-setting", may(auth.ReadTickets, auth.ManageTeams), do((*server).forecastSettingPut), "Save when leads are told", "Saves the setting as the next version. It holds from the next forecast on."},
	}}
}

// Wallboard is how the desk stands.
type Wallboard struct {
	At        time.Time       `json:"at"`
	Waiting   int             `json:"waiting" example:"31" doc:"Tickets that owe an answer, of the first few thousand by what is due."`
	More      bool            `json:"more" doc:"There are more than are counted."`
	Late      int             `json:"late" example:"2" doc:"Of those: late."`
	Soon      int             `json:"soon" example:"5" doc:"Of those: due within an hour."`
	Oldest    *int64          `json:"oldest" nullable:"true" example:"1042" doc:"Number of the ticket that has waited longest."`
	Since     *time.Time      `json:"since" nullable:"true" doc:"Since when it waits."`
	People    []WallPerson    `json:"people" nullable:"false"`
	Forecasts []QueueForecast `json:"forecasts" nullable:"false" doc:"The whole desk first."`
}

// WallPerson is somebody who is given tickets.
type WallPerson struct {
	PersonID Ref[aPerson] `json:"person_id"`
	There    bool         `json:"there" doc:"They are on shift."`
	Until    *time.Time   `json:"until" nullable:"true" doc:"When they go or, if they are not there, come. Null: never."`
	Off      *string      `json:"off" enum:"absent,holiday" nullable:"true" doc:"Why they are away all day."`
	Load     int          `json:"load" example:"3" doc:"Weight of their open tickets."`
	Capacity int          `json:"capacity" example:"8"`
}

// QueueForecast is what the next hours may bring to a team, or to the whole desk.
type QueueForecast struct {
	TeamID   *Ref[aTeam]     `json:"team_id" nullable:"true" doc:"Null: the whole desk."`
	At       time.Time       `json:"at" doc:"When it was made."`
	WarnedAt *time.Time      `json:"warned_at" nullable:"true" doc:"When leads were told of what lies ahead; null while nothing does."`
	Level    float64         `json:"level" example:"1.4" doc:"What comes at present, in parts of what is usual at this hour of the week."`
	Rate     float64         `json:"rate" example:"6.2" doc:"Answers that a person writes in an hour of work."`
	Measured float64         `json:"measured" example:"120" doc:"Hours of work that the rate was measured over; 0: it is a guess."`
	Late     int             `json:"late" example:"2" doc:"Answers that are late already."`
	Short    int             `json:"short" example:"2" doc:"People missing, so that no hour is likelier to break a promise than the setting bears; 100: no number helps."`
	Hours    []ForecastHour  `json:"hours" nullable:"false"`
	Why      []ForecastCause `json:"why" nullable:"false"`
}

// ForecastHour is an hour of the clock to come, or what is left of the running one.
type ForecastHour struct {
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Chance   float64   `json:"chance" example:"0.35" doc:"Probability that a promise is broken."`
	Misses   float64   `json:"misses" example:"1.2" doc:"Promises that will be broken, on average."`
	Due      int       `json:"due" example:"9" doc:"Answers owed already that are due."`
	Arrivals float64   `json:"arrivals" example:"12.5" doc:"Questions that will come, on average."`
	Answers  float64   `json:"answers" example:"18" doc:"That the people on shift can write."`
	Staff    float64   `json:"staff" example:"3" doc:"People on shift, on average."`
	Short    int       `json:"short" example:"1" doc:"People missing from now on; 100: no number helps."`
}

// ForecastCause is one thing that drives a forecast.
type ForecastCause struct {
	Kind string     `json:"kind" enum:"late,due,surge,nobody,short" doc:"late: number answers are late and go first. due: by to, number answers are due, of which about of can be written. surge: number percent of what is usual comes. nobody: nobody is on shift from from to to. short: number questions will come until then, some with little time."`
	N    int        `json:"number,omitempty" example:"31"`
	Of   int        `json:"of,omitempty" example:"24"`
	From *time.Time `json:"from,omitempty"`
	To   *time.Time `json:"to,omitempty"`
}

// ForecastSetting says when leads are told.
type ForecastSetting struct {
	Version int           `json:"version" example:"1" doc:"0: nobody saved one yet."`
	SavedBy *Ref[aPerson] `json:"saved_by" nullable:"true"`
	SavedAt *time.Time    `json:"saved_at" nullable:"true"`
	ForecastWarning
}

// ForecastWarning is what is saved of it.
type ForecastWarning struct {
	Warn    bool `json:"warn" doc:"Leads are told."`
	Percent int  `json:"percent" example:"50" minimum:"5" maximum:"95" doc:"Chance of a broken promise in an hour from which they are told, and up to which nobody counts as missing."`
}

func (s *server) wallboardGet(c *call, _ *struct{}) (*recordOut[Wallboard], error) {
	b, err := s.Foresight.Board(c, c.actor)
	if err != nil {
		return nil, err
	}
	out := Wallboard{At: b.At, Waiting: b.Waiting, More: b.More, Late: b.Late, Soon: b.Soon, People: convert(b.People, wallPerson), Forecasts: convert(b.Queues, queueForecast)}
	if b.Oldest.Number != 0 {
		out.Oldest, out.Since = &b.Oldest.Number, optTime(b.Oldest.Since)
	}
	return record(out), nil
}

func wallPerson(w foresight.Worker) WallPerson {
	return WallPerson{PersonID: refTo[aPerson](w.Person), There: w.There, Until: optTime(w.Until), Off: optText(string(w.Off)), Load: w.Load, Capacity: w.Sheet.Capacity}
}

func queueForecast(q foresight.Queue) QueueForecast {
	f := q.Forecast
	return QueueForecast{
		TeamID: optRef[aTeam](q.Team), At: q.At, WarnedAt: optTime(q.WarnedAt), Level: f.Level, Rate: f.Rate, Measured: f.Measured, Late: f.Late, Short: f.Short,
		Hours: convert(f.Hours, func(n forecast.Next) ForecastHour { return ForecastHour(n) }),
		Why: convert(f.Why, func(r forecast.Reason) ForecastCause {
			out := ForecastCause{Kind: string(r.Kind), N: r.N, Of: r.Of}
			if r.From != 0 {
				out.From = optTime(time.UnixMilli(r.From))
			}
			if r.To != 0 {
				out.To = optTime(time.UnixMilli(r.To))
			}
			return out
		}),
	}
}

func forecastSetting(v foresight.Setting) ForecastSetting {
	return ForecastSetting{Version: v.Version, SavedBy: optRef[aPerson](v.SavedBy), SavedAt: optTime(v.SavedAt), ForecastWarning: ForecastWarning{v.Warn, v.Percent}}
}

func (s *server) forecastSettingGet(c *call, _ *struct{}) (*recordOut[ForecastSetting], error) {
	v, err := s.Foresight.Setting(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(forecastSetting(v)), nil
}

func (s *server) forecastSettingPut(c *call, in *struct {
	Body struct {
		ForecastWarning
		After int `json:"after" minimum:"0" example:"0" doc:"The version that this one was made from; another newest one is a conflict."`
	} `nameHint:"ForecastSettingDraft"`
}) (*recordOut[ForecastSetting], error) {
	v, err := s.Foresight.Save(c, c.actor, in.Body.Warn, in.Body.Percent, in.Body.After)
	if err != nil {
		return nil, err
	}
	return record(forecastSetting(v)), nil
}
