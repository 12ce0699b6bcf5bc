package portal

import (
	"cmp"
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/zone"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/hours"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// Habits tells how the customers of a market are used to be served.
type Habits interface {
	Of(ctx context.Context, w auth.WorkspaceID, market string) (habit.Profile, error)
}

// Help is how somebody reaches the people of a shop, and whether they look for that first.
type Help struct {
	First    habit.First
	Channels []Way       // in the order of the market; none if nobody can be reached
	Hours    habit.Hours // when people answer, as the merchant wrote of the market; no days if nobody did, or Week says it
	Week     []Opening   // when people answer within seven days from today, by the desk's own calendar
	Zone     *time.Location
	Doubt    bool      // the reader may have another clock than that of Zone
	Open     bool      // people answer at this moment
	Next     time.Time // when they do next, zero if they do now or nobody said
}

// Opening is some days of the week with the same hours, in wall time. What goes on after
// midnight stands with the day on which it begins.
type Opening struct {
	Days  []string    // of hours.Weekdays, in their order
	Spans [][2]string // as 09:00 and 18:00
}

// Way is a channel on which a shop is reached.
type Way struct {
	Channel string
	Link    string // a URL, such as mailto:
}

// Help tells how to reach the people of a shop, for somebody in a country; one that nothing is known of is the shop's.
// Hours are those of the desk's calendar, with its holidays and closures, on the reader's clock where their country tells it;
// where the desk has no calendar they are those that the merchant wrote of the market, closures left out of what is open now.
// Support is the shop's own address for help, "" for that of its mailbox. A channel is named only if it is connected.
func (s *Service) Help(ctx context.Context, shop order.Shop, country, support string) (Help, error) {
	p, err := s.Habits.Of(ctx, shop.Workspace, country)
	if err == nil && p.Market == "" {
		p, err = s.Habits.Of(ctx, shop.Workspace, shop.Market)
	}
	if err != nil {
		return Help{}, err
	}
	box, err := s.mailbox(ctx, shop)
	if err != nil {
		return Help{}, err
	}
	h := Help{First: cmp.Or(p.First, habit.Either), Hours: p.Hours}
	connected := map[string]string{}
	if to := cmp.Or(support, box.Address); to != "" {
		connected[string(ticket.Email)] = "mailto:" + to
	}
	for _, c := range slices.Concat(p.Channels, []string{string(ticket.Email)}) { // those that the market does not name come last
		if connected[c] != "" && !slices.ContainsFunc(h.Channels, func(w Way) bool { return w.Channel == c }) {
			h.Channels = append(h.Channels, Way{c, connected[c]})
		}
	}
	now := s.Now()
	desk, err := s.deskHours(ctx, promise.Subject{Channel: string(ticket.Email), Market: cmp.Or(country, shop.Market), Shop: int64(shop.ID), Team: int64(box.Team)}, shop.Workspace)
	if err != nil {
		return h, err
	}
	if desk.Calendar != "" {
		h.Hours = habit.Hours{}
		h.Zone, h.Doubt = clockOf(country, shop.Market, desk.Wall.Zone())
		h.Week = week(desk.Next, now, h.Zone)
	} else {
		zones := zone.Of(p.Market, "")
		if len(zones) == 0 {
			h.Hours = habit.Hours{} // hours of nowhere say nothing
			return h, nil
		}
		h.Zone, h.Doubt = zones[0], len(zones) > 1
		calendar, err := p.Hours.Calendar(h.Zone)
		if err != nil || calendar == nil {
			return h, err
		}
		desk.Wall = hours.Chain{calendar}
	}
	if next, ok := desk.Next(now); ok {
		if h.Open = !next.From.After(now); !h.Open {
			h.Next = next.From
		}
	}
	return h, nil
}

// clockOf returns the clock of a reader by their country, else that of the shop's market, else
// that of the desk, and whether theirs may be another one.
func clockOf(country, market string, desk *time.Location) (clock *time.Location, doubt bool) {
	if zones := zone.Of(country, ""); len(zones) > 0 {
		return zones[0], len(zones) > 1
	}
	if zones := zone.Of(market, ""); len(zones) > 0 {
		return zones[0], true
	}
	return desk, true
}

// deskHours is when the people of a desk are there; without a desk nobody says.
func (s *Service) deskHours(ctx context.Context, who promise.Subject, w auth.WorkspaceID) (promise.Hours, error) {
	if s.Hours == nil {
		return promise.Hours{}, nil
	}
	return s.Hours(ctx, w, who)
}

// week lays out when somebody is there on seven days from that of an instant on, holidays
// and closures among them, by days with the same hours.
func week(next func(time.Time) (hours.Interval, bool), now time.Time, zone *time.Location) []Opening {
	y, m, d := now.In(zone).Date()
	begin, end := time.Date(y, m, d, 0, 0, 0, 0, zone), time.Date(y, m, d+7, 0, 0, 0, 0, zone)
	days := map[time.Weekday][][2]string{}
	for at := begin.AddDate(0, 0, -1); at.Before(end); {
		on, ok := next(at)
		if !ok {
			break
		}
		for from := on.From.In(zone); from.Before(on.To) && from.Before(end); {
			to := on.To.In(zone)
			if to.Sub(from) > 24*time.Hour { // day and night: by the day
				to = time.Date(from.Year(), from.Month(), from.Day()+1, 0, 0, 0, 0, zone)
			}
			if !from.Before(begin) {
				days[from.Weekday()] = append(days[from.Weekday()], [2]string{from.Format("15:04"), until(to)})
			}
			from = to
		}
		at = on.To
	}
	var out []Opening
	for i, name := range hours.Weekdays() {
		spans := days[time.Weekday((i+1)%7)]
		if len(spans) == 0 {
			continue
		}
		if k := slices.IndexFunc(out, func(o Opening) bool { return slices.Equal(o.Spans, spans) }); k >= 0 {
			out[k].Days = append(out[k].Days, name)
			continue
		}
		out = append(out, Opening{[]string{name}, spans})
	}
	return out
}

// until writes the end of a span: midnight is 24:00.
func until(t time.Time) string {
	if s := t.Format("15:04"); s != "00:00" {
		return s
	}
	return "24:00"
}
