// Package timewalk keeps a place in a list that a vendor orders by a time and gives in pages, where several objects may
// have the same time.
//
// A walk has phases, one after the other; a phase begins at a time. The place is the time of the last object that was
// given and how many of that time were given with it: objects that change while we read move to the end of the list, and
// a numbered page would then miss others. Where a database keeps more of a time than the vendor shows, an object may be
// given twice; none is missed, except of more than a page of objects with one and the same time, while they change.
package timewalk

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// Place is where a walk stands: in a phase, behind the first Skip objects of those at From and later. A zero From is the
// beginning of the list.
type Place struct {
	Phase int
	From  time.Time
	Skip  int
}

// Begin is the place before all phases, which begin at these times.
func Begin(starts []time.Time) Place { return Place{From: starts[0]} }

// Token is the place as text.
func (p Place) Token() string {
	return fmt.Sprintf("%d %s %d", p.Phase, p.From.Format(time.RFC3339Nano), p.Skip)
}

// At reads a token of a walk; "" is its beginning. A token of nothing of ours is errs.Invalid.
func At(token string, starts []time.Time) (Place, error) {
	if token == "" {
		return Begin(starts), nil
	}
	if part := strings.Split(token, " "); len(part) == 3 {
		var p Place
		var err [3]error
		p.Phase, err[0] = strconv.Atoi(part[0])
		p.From, err[1] = time.Parse(time.RFC3339Nano, part[1])
		p.Skip, err[2] = strconv.Atoi(part[2])
		if err == [3]error{} && p.Phase >= 0 && p.Phase < len(starts) && p.Skip >= 0 {
			return p, nil
		}
	}
	return Place{}, errs.Wrap(errs.Invalid, fmt.Errorf("%q is no place in a list", token), "error.shop_answer")
}

// Behind is the place after a page that holds objects with these times, and whether there is one. A page that is not full
// ends its phase.
func (p Place) Behind(times []time.Time, size int, starts []time.Time) (Place, bool) {
	if len(times) < size {
		p.Phase++
		if p.Phase == len(starts) {
			return p, false
		}
		return Place{Phase: p.Phase, From: starts[p.Phase]}, true
	}
	end := times[len(times)-1]
	if end.Equal(p.From) { // more at one time than a page holds
		p.Skip += len(times)
		return p, true
	}
	next := Place{Phase: p.Phase, From: end}
	for _, t := range times {
		if t.Equal(end) {
			next.Skip++
		}
	}
	return next, true
}

// Floor is the beginning of a second: some databases keep no more of a time, and a walk that begins later in it would
// miss what changed in it.
func Floor(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
