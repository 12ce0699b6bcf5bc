package lane

import "strings"

// Lane is a way that parcels take. Origin and Dest are ISO 3166-1 alpha-2 codes
// in capitals, or empty where they are not known; Service names the carrier
// and its service in words of the caller that stay the same, such as "post-eco".
type Lane struct{ Origin, Dest, Service string }

// Stage is what a parcel's last scan said of it: a shipment's status
// ("in_transit"), and where the scan's country is known, "@origin" or "@dest"
// behind it ("in_transit@dest"). Parcels of one stage share their statistics,
// so a finer stage tells more and learns more slowly.
type Stage string

// The statuses of a shipment after which another scan is expected.
const (
	Unknown   Stage = "unknown"
	Announced Stage = "announced"
	PickedUp  Stage = "picked_up"
	Transit   Stage = "in_transit"
	Customs   Stage = "in_customs"
	Out       Stage = "out_for_delivery"
	Pickup    Stage = "ready_for_pickup"
	Attempt   Stage = "attempt_failed"
	Held      Stage = "held"
	Returning Stage = "returning"
)

// journey is the stage under which whole journeys are counted.
const journey Stage = ""

// Status returns the stage without its place.
func (s Stage) Status() Stage {
	status, _, _ := strings.Cut(string(s), "@")
	return Stage(status)
}

// side is where the calendar of a stage is kept.
type side uint8

const (
	between side = iota // under way: whichever end is slower
	atOrigin
	atDest
)

func (s Stage) side() side {
	status, place, _ := strings.Cut(string(s), "@")
	switch {
	case place == "origin":
		return atOrigin
	case place == "dest":
		return atDest
	}
	switch Stage(status) {
	case Announced, PickedUp:
		return atOrigin
	case Customs, Out, Pickup, Attempt, Held:
		return atDest
	}
	return between
}

// Pool is how wide a scope is. Evidence of a lane is completed by that of the
// pools above it.
type Pool uint8

// The pools from the narrowest to the widest.
const (
	OfLane   Pool = iota // origin, destination and service
	OfPair               // origin and destination
	OfRegion             // regions of origin and destination
	OfWorld              // everything
	pools    = 4
)

func (p Pool) String() string {
	return [pools]string{"lane", "pair", "region", "world"}[min(p, OfWorld)]
}

// Scope is what a cell's evidence is of: one lane, or a pool of lanes.
type Scope struct {
	Pool                  Pool
	Origin, Dest, Service string
}

// scopes returns the pools that a lane belongs to, narrowest first.
func (l Lane) scopes() [pools]Scope {
	return [pools]Scope{
		{OfLane, l.Origin, l.Dest, l.Service},
		{OfPair, l.Origin, l.Dest, ""},
		{OfRegion, region(l.Origin), region(l.Dest), ""},
		{Pool: OfWorld},
	}
}

// String writes a scope as a key for the store, such as "lane CN BR post-eco".
func (s Scope) String() string {
	return strings.TrimRight(strings.Join([]string{s.Pool.String(), s.Origin, s.Dest, s.Service}, " "), " ")
}

// ParseScope reads what String wrote. It fails with errs.Invalid.
func ParseScope(key string) (Scope, error) {
	parts := strings.SplitN(key, " ", 4)
	for len(parts) < 4 {
		parts = append(parts, "")
	}
	for p := OfLane; p <= OfWorld; p++ {
		s := Scope{p, parts[1], parts[2], parts[3]}
		if p.String() == parts[0] && s.String() == key {
			return s, nil
		}
	}
	return Scope{}, unreadable("scope %q", key)
}

// regions are the groups of countries whose lanes stand in for each other
// while a pair has little history of its own.
var regions = map[string]string{
	"east_asia":     "CN HK MO TW JP KR KP MN",
	"south_asia":    "IN PK BD LK NP BT MV AF",
	"se_asia":       "SG MY TH VN PH ID BN KH LA MM TL",
	"middle_east":   "AE SA QA KW BH OM YE IQ IR IL PS JO LB SY TR EG",
	"cis":           "RU BY KZ KG UZ TJ TM AM AZ GE MD UA",
	"europe":        "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK GB CH NO IS LI MC AD SM VA RS BA ME MK AL XK GI JE GG IM FO AX",
	"north_america": "US CA PR GL PM BM VI",
	"latin_america": "MX BR AR CL CO PE UY PY BO EC VE CR PA GT HN SV NI DO CU HT JM TT BB BS BZ GY SR GF GP MQ CW AW",
	"oceania":       "AU NZ FJ PG NC PF WS TO VU SB GU",
	"africa":        "ZA NG KE GH MA TN DZ LY ET TZ UG RW SN CI CM AO MZ ZM ZW BW NA MU MG RE SC SD SS SO DJ ER MW ML BF NE TD BJ TG GA CG CD GM GN SL LR MR CV",
}

var regionOf = func() map[string]string {
	m := map[string]string{}
	for name, members := range regions {
		for _, country := range strings.Fields(members) {
			m[country] = name
		}
	}
	return m
}()

func region(country string) string {
	if name, ok := regionOf[country]; ok {
		return name
	}
	return "elsewhere"
}
