package ui

import (
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// Board is the list of parcels that want looking after.
type Board struct {
	Page
	Tab    string
	Tabs   []BoardTab
	Filter BoardFilter
	Rows   []ParcelRow
	Next   string // cursor of the next page, the value of "after"; empty on the last
	First  bool   // no "after" was given
	Said   *BoardSaid
}

// BoardSaid is what became of an action on many parcels.
type BoardSaid struct {
	Text string
	Rows []BoardSaidRow
}

// BoardSaidRow is what became of it for one parcel.
type BoardSaidRow struct {
	ID       int64
	Number   string // empty for one that is out of sight
	Tone     Tone
	Text     string
	Deadline time.Time
}

// ClaimSoon is the filter of the traces that must be sent within days.
const ClaimSoon = "soon"

// BoardTab is one of the boards with its count.
type BoardTab struct {
	Key   string // "risk", "customs", "attempts", "pickup", "lost", "doubtful", "open"
	Count int64
	More  bool // the count stopped at Count and there are more
}

// BoardFilter is the state of the bar above the board; every field is a query parameter of the same name.
type BoardFilter struct {
	Q       string
	From    string // country codes
	To      string
	Carrier string
	Shop    string
	Status  string
	Claim   string // ClaimSoon or empty

	Statuses []Option
	Carriers []Option
	Shops    []Option
}

// Active reports whether the filter leaves anything out.
func (f BoardFilter) Active() bool { return f.Q+f.From+f.To+f.Carrier+f.Shop+f.Status+f.Claim != "" }

// query returns the filter as a query, without tab and cursor.
func (f BoardFilter) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"q": f.Q, "from": f.From, "to": f.To, "carrier": f.Carrier, "shop": f.Shop, "status": f.Status, "claim": f.Claim} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// path returns an address of the board, with some of its query changed; an empty value takes it off.
func (v Board) path(base string, change ...string) string {
	q := v.Filter.query()
	q.Set("tab", v.Tab)
	for i := 0; i+1 < len(change); i += 2 {
		if change[i+1] == "" {
			q.Del(change[i])
		} else {
			q.Set(change[i], change[i+1])
		}
	}
	return withQuery(base, q)
}

// chips are the filters that are on; the link of each takes it off.
func (v Board) chips() []filterChip {
	var chips []filterChip
	add := func(name, label, value, text string, choices []Option) {
		if value == "" {
			return
		}
		for _, o := range choices {
			if o.Value == value {
				text = o.Label
			}
		}
		chips = append(chips, filterChip{v.T(label) + ": " + text, v.path("/parcels", name, "")})
	}
	f := v.Filter
	add("q", "filter.q", f.Q, f.Q, nil)
	add("from", "board.from", f.From, v.printer().Country(f.From), nil)
	add("to", "board.to", f.To, v.printer().Country(f.To), nil)
	add("carrier", "board.carrier", f.Carrier, f.Carrier, f.Carriers)
	add("shop", "filter.shop", f.Shop, f.Shop, f.Shops)
	add("status", "filter.status", f.Status, f.Status, f.Statuses)
	add("claim", "board.claim", f.Claim, v.T("board.claim.soon"), nil)
	return chips
}

// ParcelRow is one parcel in a list.
type ParcelRow struct {
	ID       int64
	Number   string
	Carrier  string
	Order    string // its number; empty if none is known
	Shop     string
	Customer string
	From, To string // country codes, empty if unknown
	Status   ParcelStatus
	Since    time.Time // of the status
	Silent   int64     // whole days without news
	Risk     bool
	Early    time.Time // when it is expected, zero if nobody knows
	Late     time.Time
	Why      string // worded; empty if there is nothing to say
	Tone     Tone
	Back     bool         // it comes back from the customer
	Trace    *TraceBrief  // the open one
	Ended    []TraceBrief // those that are over, the newest first, where a page shows them
}

// parcelPath leads to a parcel.
func parcelPath(id int64, rest string) string { return "/parcels/" + id64(id) + rest }

// lane writes where a parcel comes from and goes to, by codes.
func lane(from, to string) string {
	if from == "" && to == "" {
		return "–"
	}
	or := func(s string) string {
		if s == "" {
			return "?"
		}
		return s
	}
	return or(from) + " → " + or(to)
}

// laneName writes it by names.
func (p Page) laneName(from, to string) string {
	or := func(code string) string {
		if code == "" {
			return p.T("board.somewhere")
		}
		return p.printer().Country(code)
	}
	return p.T("board.lane_name", "From", or(from), "To", or(to))
}

// days writes a span of days, one day where both are the same.
func (p Page) days(from, to time.Time) string {
	switch {
	case from.IsZero() && to.IsZero():
		return ""
	case from.IsZero() || to.IsZero() || p.date(from) == p.date(to):
		if to.IsZero() {
			to = from
		}
		return p.date(to)
	}
	return p.date(from) + " – " + p.date(to)
}

// stop is one of the five stops that the little picture of a parcel's way has.
type stop struct {
	x    string
	done bool
	here bool
}

// stops are where a parcel has been and is: its label, the carrier, the way, the last stretch, the door.
func stops(s ParcelStatus) []stop {
	out := make([]stop, 5)
	at := parcelStep(s)
	for i := range out {
		out[i] = stop{x: strconv.Itoa(4 + i*23), done: i <= at, here: i == at}
	}
	return out
}

// gone is where the drawn way of a parcel ends.
func gone(s ParcelStatus) string { return strconv.Itoa(4 + parcelStep(s)*23) }

// wayTone colours the drawn way.
func wayTone(r ParcelRow) templ.Attributes {
	tone := parcelTone(r.Status)
	if r.Risk {
		tone = string(ToneBad)
	}
	return templ.Attributes{"data-tone": tone}
}

// parcelIcon stands beside a parcel's state.
func parcelIcon(s ParcelStatus) string {
	switch s {
	case ParcelDelivered:
		return "circle-check"
	case ParcelCustoms:
		return "shield-check"
	case ParcelAttempt, ParcelHeld:
		return "circle-pause"
	case ParcelPickup:
		return "store"
	case ParcelLost, ParcelDestroyed:
		return "circle-alert"
	case ParcelReturning, ParcelReturned:
		return "undo-2"
	case ParcelUnknown, ParcelAnnounced:
		return "package"
	case ParcelCancelled:
		return "ban"
	}
	return "truck"
}

func boardIcon(key string) string {
	switch key {
	case "customs":
		return "shield-check"
	case "attempts":
		return "rotate-ccw"
	case "pickup":
		return "store"
	case "lost":
		return "circle-alert"
	case "traces":
		return "flag"
	case "doubtful":
		return "shield-question-mark"
	case "open":
		return "truck"
	}
	return "triangle-alert"
}

// tabKey is the digit that opens the ith tab.
func tabKey(i int) string { return strconv.Itoa(i + 1) }

// dotSize is the radius of a stop: where the parcel is, it is larger.
func dotSize(s stop) string {
	if s.here {
		return "4"
	}
	return "2.5"
}

// or returns the first text, the second where there is none.
func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
