package lanes

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// told is what is known of a parcel's way when it is learned.
type told struct {
	signs   []shipment.Sign
	through time.Time        // of the newest event in the signs
	read    shipment.EventID // no tracking event up to this one is missing in them
}

// knows reports whether all of these events are learned: none of them came after the
// parcel's whole history was read.
func (m Mark) knows(list []Fresh) bool {
	return m.Ended || !slices.ContainsFunc(list, func(f Fresh) bool { return f.ID > m.Read })
}

// signsOf returns the signs of life of parcels of which something is fresh. A lone
// new sign follows from the mark and the parcel's state; where several events came at
// once, or one out of order, all events of the parcel are read.
func (s *Service) signsOf(ctx context.Context, w auth.WorkspaceID, parcels []shipment.Shipment, marks map[shipment.ID]Mark, fresh map[shipment.ID][]Fresh, settled shipment.EventID) (map[shipment.ID]told, error) {
	out := make(map[shipment.ID]told, len(parcels))
	var whole []shipment.ID
	for _, v := range parcels {
		mark, known := marks[v.ID]
		if signs, ok := mark.follow(known, v, fresh[v.ID]); ok {
			out[v.ID] = told{signs, v.Through, mark.Read}
		} else {
			whole = append(whole, v.ID)
		}
	}
	events, err := s.eventsOf(ctx, w, whole)
	if err != nil {
		return nil, err
	}
	for _, v := range parcels {
		if list := events[v.ID]; len(list) > 0 {
			out[v.ID] = told{shipment.Signs(v.Route(), list), list[len(list)-1].At, settled}
		}
	}
	return out, nil
}

// follow returns a parcel's signs after a lone event without reading those before it.
// It can where the parcel stands as that event left it: the event is the newest that
// is folded, nothing was folded since it arrived, and the signs before it are known,
// or there are none.
func (m Mark) follow(known bool, v shipment.Shipment, list []Fresh) ([]shipment.Sign, bool) {
	if len(list) != 1 || !v.Through.Equal(list[0].At) || !v.UpdatedAt.Equal(list[0].ArrivedAt) {
		return nil, false
	}
	if !known {
		return shipment.NextSign(shipment.Signs(v.Route(), nil), v.State), v.CreatedAt.Equal(list[0].ArrivedAt)
	}
	signs, ok := readTrail(m.Trail)
	if !ok || !signs[len(signs)-1].At.Equal(m.Last) || !v.Through.After(m.Through) {
		return nil, false
	}
	return shipment.NextSign(signs, v.State), true
}

// A trail is the signs of a parcel as text of some ten letters each: milliseconds since
// the sign before in base 36, a capital for the status, the country's code or nothing.
// The capital is the status's place on the list, so that list may only grow.

func writeTrail(signs []shipment.Sign) string {
	var b []byte
	last := int64(0)
	for _, g := range signs {
		status, at := slices.Index(shipment.Statuses(), g.Status), g.At.UnixMilli()
		if status < 0 || at < last || g.Country != "" && !isCode(g.Country) {
			return "" // nothing that is told today is so; it is read again
		}
		b = strconv.AppendInt(b, at-last, 36)
		b = append(append(b, 'A'+byte(status)), g.Country...)
		last = at
	}
	return string(b)
}

func isCapital(c byte) bool { return c >= 'A' && c <= 'Z' }

func isCode(s string) bool { return len(s) == 2 && isCapital(s[0]) && isCapital(s[1]) }

// readTrail is the inverse of writeTrail; ok is false of what it did not write, and of
// no signs.
func readTrail(s string) (signs []shipment.Sign, ok bool) {
	at, statuses := int64(0), shipment.Statuses()
	for s != "" {
		n := strings.IndexFunc(s, func(r rune) bool { return r >= 'A' && r <= 'Z' })
		if n < 0 {
			return nil, false
		}
		since, err := strconv.ParseInt(s[:n], 36, 64)
		status := int(s[n] - 'A')
		if err != nil || since < 0 || status >= len(statuses) {
			return nil, false
		}
		g := shipment.Sign{Status: statuses[status]}
		if s = s[n+1:]; len(s) >= 2 && isCode(s[:2]) {
			g.Country, s = s[:2], s[2:]
		}
		at += since
		g.At = time.UnixMilli(at).UTC()
		signs = append(signs, g)
	}
	return signs, len(signs) > 0
}
