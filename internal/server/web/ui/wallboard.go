package ui

import (
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// Wallboard shows how the desk stands and what its next hours may bring.
type Wallboard struct {
	Page
	Form
	At          time.Time
	Waiting     int64
	More        bool // there are more than are counted
	Late        int64
	Soon        int64
	Oldest      int64 // the ticket that has waited longest, 0 for none
	OldestSince time.Time
	On          []RosterRow
	Away        []RosterRow
	Queues      []WallQueue // the whole desk first
	Warn        bool
	Percent     string
	Version     int
}

// WallQueue is the forecast of the desk or of a team.
type WallQueue struct {
	Team     int64
	Name     string
	At       time.Time
	WarnedAt time.Time // when leads were told, zero if they were not
	Bearable float64   // chance up to which it is
	Bad      bool
	Worst    string // the chance of the worst hour, "" for none
	Missing  string
	Why      []string
	Rate     string
	Guess    bool // the rate is one
	Hours    []WallHour
}

// WallHour is an hour of a forecast.
type WallHour struct {
	From, To time.Time
	Chance   float64
	Percent  string
	Misses   string
	Due      int64
	Arrivals string
	Answers  string
	Staff    string
	Missing  string
}

func (q WallQueue) id() string { return "wall-q" + strconv.FormatInt(q.Team, 10) }

// waiting is how many wait, as a figure.
func (v Wallboard) waiting() string {
	if v.More {
		return v.number(v.Waiting) + "+"
	}
	return v.number(v.Waiting)
}

// The drawing of a forecast, in its own units.
const (
	wallSlot   = 80
	wallHeight = 150
)

// wallColumn is one hour of the drawing: a bar from zero to certainty.
type wallColumn struct {
	WallHour
	x, mid, y, height string
	textY             string
	fill              string
	label             string
}

func wallColumns(p Page, q WallQueue) []wallColumn {
	out := make([]wallColumn, len(q.Hours))
	for i, h := range q.Hours {
		x, height := float64(i)*wallSlot, h.Chance*wallHeight
		c := wallColumn{WallHour: h, x: px(x + 8), mid: px(x + wallSlot/2), y: px(wallHeight - height), height: px(height), textY: px(wallHeight - height - 8), fill: "fill", label: p.clock(h.From)}
		if h.Chance >= q.Bearable {
			c.fill = "fill-late"
		}
		out[i] = c
	}
	return out
}

func wallWidth(q WallQueue) string { return px(float64(len(q.Hours) * wallSlot)) }

func wallLine(q WallQueue) string { return px(wallHeight - q.Bearable*wallHeight) }

// loadTone is how full somebody's hands are.
func loadTone(r RosterRow) string {
	if r.Load >= r.Capacity {
		return string(ToneWarn)
	}
	return ""
}

func wallWide(q WallQueue) string { return px(float64(len(q.Hours)*wallSlot) + 52) }

// toned marks what has a tone.
func toned(tone string) templ.Attributes {
	if tone == "" {
		return nil
	}
	return templ.Attributes{"data-tone": tone}
}
