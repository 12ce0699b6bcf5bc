package lanes

import (
	"time"

	"godwit.dev/godwit/internal/domain/lane"
	"godwit.dev/godwit/internal/domain/shipment"
)

// Outlook is what is expected of one parcel.
type Outlook struct {
	// Early, Likely and Late are the instants before which 10, 50 and 90 of 100
	// such parcels arrive; zero where nothing is known, as of one that has arrived.
	Early, Likely, Late time.Time
	// Level says how unusual its silence is.
	Level lane.Level
	// Why explains both, the most important sentence first.
	Why []Sentence
	// Window is the end of the carrier's time for search requests and claims, zero
	// if none is known.
	Window time.Time
}

// Sentence is a key of the catalogue and the values in its text. Times are
// time.Time, in UTC; the page writes them in its reader's language.
type Sentence struct {
	Key  string
	Args map[string]any
}

// outlook judges one parcel, whose events are given.
func (s *Service) outlook(m *lane.Model, v shipment.Shipment, events []shipment.Event, now time.Time) Outlook {
	p, ok := s.parcelOf(v)
	if !ok {
		return Outlook{}
	}
	var o Outlook
	if _, o.Window = s.Claims(v); o.Window.Before(now) {
		o.Window = time.Time{}
	}
	o.Level = m.Judge(p, now).Level
	o.Why = append(o.Why, sentence(m.Explain(p, now)))
	if v.Direction != shipment.Out || v.Status == shipment.Returning || o.Level == lane.Lost {
		return o
	}
	p.Step = stepOf(shipment.Signs(v.Route(), events))
	if f, ok := m.Forecast(p, now); ok {
		o.Early, o.Likely, o.Late = f.P10, f.P50, f.P90
		o.Why = append(o.Why, sentence(m.ExplainForecast(p, f, now)))
	}
	return o
}

// stepOf counts the signs of life before the last one that said the same.
func stepOf(signs []shipment.Sign) int {
	n := len(signs) - 1
	step := 0
	for ; n > 0 && signs[n-1].Status == signs[n].Status; n-- {
		step++
	}
	return step
}

// LaneOf returns the lane of a parcel. Its service names the carrier too, since
// two carriers take different times for what both call standard.
func LaneOf(v shipment.Shipment) lane.Lane {
	service := v.Carrier
	if v.Service != "" {
		service += "/" + v.Service
	}
	return lane.Lane{Origin: v.Origin.Country, Dest: v.To.Country, Service: service}
}

// ParcelOf returns an open parcel as package lane judges it; ok is false of one
// that has ended or that nobody can tell of, since it has no number.
func ParcelOf(v shipment.Shipment) (p lane.Parcel, ok bool) {
	if !v.Status.Open() || v.Number == "" {
		return p, false
	}
	p = lane.Parcel{Lane: LaneOf(v), Last: v.Seen()}
	p.Stage = stageOf(v.Status, v.Place.Country, p.Lane)
	return p, true
}

// stageOf returns the stage of a scan. Parcels under way are told apart by the end
// of the lane that they are at.
func stageOf(s shipment.Status, country string, l lane.Lane) lane.Stage {
	stage := lane.Stage(s)
	switch {
	case s != shipment.InTransit || country == "" || l.Origin == l.Dest:
		return stage
	case country == l.Origin:
		return stage + "@origin"
	case country == l.Dest:
		return stage + "@dest"
	}
	return stage
}

// sentence turns a reason into what the catalogue has words for.
func sentence(r lane.Reason) Sentence {
	s := Sentence{Key: r.Key, Args: map[string]any{}}
	args := r.Args()
	for i := 0; i+1 < len(args); i += 2 {
		s.Args[args[i].(string)] = args[i+1]
	}
	return s
}
