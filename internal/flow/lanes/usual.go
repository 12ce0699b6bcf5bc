package lanes

import (
	"context"
	"fmt"
	"math"
	"time"

	"godwit.dev/godwit/internal/domain/lane"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// Usual is what is usual on the way of a parcel, as far as it is good to know for whoever
// waits: a parcel that does worse has none.
type Usual struct {
	// Of ten parcels that arrived, eight took From to To days from the first scan to
	// delivery; 0 where too few did, or this one has taken longer.
	From, To int
	// Silent is for how many whole days nobody has scanned it, which is common at its
	// stage; 0 where it is not, or nobody can tell.
	Silent int
}

// What there must be before anything is called usual.
const (
	usualWeeks   = 26  // back to when parcels are counted
	usualArrived = 30  // parcels
	usualSilence = 0.1 // of the silences are longer still
)

// Usual says what is usual of parcels, which their caller has seen; those of which nothing
// is to be said are left out.
func (s *Service) Usual(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) (map[shipment.ID]Usual, error) {
	out := make(map[shipment.ID]Usual, len(list))
	m, now := s.of(w), s.Now()
	if _, err := s.current(ctx, w, m); err != nil {
		return nil, err
	}
	ways := map[[2]string][]Week{}
	for _, v := range list {
		l := LaneOf(v)
		if v.Workspace != w || v.Direction != shipment.Out || !v.Status.Open() || v.Status == shipment.Returning || v.Status == shipment.ReadyForPickup || l.Origin == "" || l.Dest == "" {
			continue
		}
		pair := [2]string{l.Origin, l.Dest}
		if _, ok := ways[pair]; !ok {
			weeks, err := s.Store.LaneWeeks(ctx, w, Filter{From: l.Origin, To: l.Dest}, week(now)-usualWeeks, week(now))
			if err != nil {
				return nil, fmt.Errorf("read lanes: %w", err)
			}
			ways[pair] = weeks
		}
		var u Usual
		if u.From, u.To = span(ways[pair], l); !v.FirstScanAt.IsZero() && now.Sub(v.FirstScanAt) > time.Duration(u.To)*24*time.Hour {
			u.From, u.To = 0, 0
		}
		u.Silent = s.silence(m, v, now)
		if u != (Usual{}) {
			out[v.ID] = u
		}
	}
	return out, nil
}

// span reads the days that parcels took off what their lane did, or else off all that went
// between its countries; zero if that are few.
func span(weeks []Week, l lane.Lane) (from, to int) {
	var own, all Week
	for _, x := range weeks {
		if all.Add(x); x.Lane == l {
			own.Add(x)
		}
	}
	for _, x := range []Week{own, all} {
		if x.Arrived < usualArrived {
			continue
		}
		from = max(int(x.quantile(0.1).Hours()/24), 1)
		return from, max(int(math.Ceil(x.quantile(0.9).Hours()/24)), from+1)
	}
	return 0, 0
}

// silence returns for how many days a parcel is silent if that is common on its lane, or
// between its countries: nothing follows from what parcels elsewhere do.
func (s *Service) silence(m *model, v shipment.Shipment, now time.Time) int {
	p, ok := s.parcelOf(v)
	if !ok || v.FirstScanAt.IsZero() || v.Risk != shipment.NoRisk || v.Delayed {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lanes == nil { // its first evidence is being read
		return 0
	}
	why := m.lanes.Explain(p, now)
	if why.Pool > lane.OfPair || why.Weight < usualArrived || m.lanes.Judge(p, now).Level != lane.Quiet || m.lanes.Odds(p, now).Longer < usualSilence {
		return 0
	}
	return int(now.Sub(p.Last).Hours() / 24)
}
