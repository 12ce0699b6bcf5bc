package zone

import (
	"cmp"
	_ "embed"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/atlas"
)

//go:embed zones.tsv
var table string

// area is one zone within a country, by its principal town.
type area struct {
	at   atlas.Point
	name string
}

// areas is read when somebody first asks. The table is part of the binary and held
// right by a test, so a broken one is a broken build and panics.
var areas = sync.OnceValue(func() map[string][]area {
	out := map[string][]area{}
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		lat, err := strconv.Atoi(f[1])
		if err != nil {
			panic(err)
		}
		lon, err := strconv.Atoi(f[2])
		if err != nil {
			panic(err)
		}
		out[f[0]] = append(out[f[0]], area{atlas.Point{Lat: float64(lat) / 100, Lon: float64(lon) / 100}, f[3]})
	}
	return out
})

// doubt is how many times as far as the nearest principal town another one may be and
// still tell the hour: Seattle has the clocks of Los Angeles, and is nearer to Boise.
const doubt = 2.5

// Of returns the zones in which an address may be, by its country (ISO 3166-1 alpha-2)
// and its town, the likeliest first. Where the town is not known these are all in which
// people of the country commonly live; for an unknown country there is none.
func Of(country, town string) []*time.Location {
	list := slices.Clone(areas()[country])
	if at, ok := atlas.Town(country, town); ok && len(list) > 1 {
		slices.SortStableFunc(list, func(a, b area) int { return cmp.Compare(distance(a.at, at), distance(b.at, at)) })
		reach := doubt * distance(list[0].at, at)
		list = slices.DeleteFunc(list, func(a area) bool { return a.name != list[0].name && distance(a.at, at) > reach })
	}
	var out []*time.Location
	for i, a := range list {
		if remote[a.name] && (i > 0 || len(list) > 1) {
			continue
		}
		if z, err := time.LoadLocation(a.name); err == nil {
			out = append(out, z)
		}
	}
	return out
}

// remote are zones of whose country less than one in a hundred lives there. Who is not
// known to live in one is not made to wait for its morning.
var remote = map[string]bool{
	"America/Adak": true, "America/Anchorage": true, "America/Juneau": true, "America/Metlakatla": true, "America/Nome": true, "America/Sitka": true,
	"America/Yakutat": true, "Pacific/Honolulu": true, "America/Noronha": true, "America/Rio_Branco": true, "America/Eirunepe": true, "Pacific/Easter": true,
	"Pacific/Galapagos": true, "Pacific/Chatham": true, "Asia/Urumqi": true, "Antarctica/Macquarie": true, "Australia/Lord_Howe": true, "Australia/Eucla": true,
	"America/Danmarkshavn": true, "America/Scoresbysund": true, "America/Thule": true, "Atlantic/Azores": true, "Africa/Ceuta": true,
	"Asia/Kamchatka": true, "Asia/Anadyr": true, "Asia/Srednekolymsk": true, "Asia/Magadan": true, "Asia/Sakhalin": true, "Asia/Ust-Nera": true,
	"Asia/Khandyga": true, "Asia/Chita": true, "Asia/Yakutsk": true, "Europe/Busingen": true, "America/Blanc-Sablon": true,
}

// distance is the angle between two points, in radians (haversine).
func distance(a, b atlas.Point) float64 {
	rad := func(d float64) float64 { return d * math.Pi / 180 }
	sin2 := func(d float64) float64 { s := math.Sin(rad(d) / 2); return s * s }
	return 2 * math.Asin(math.Sqrt(sin2(a.Lat-b.Lat)+math.Cos(rad(a.Lat))*math.Cos(rad(b.Lat))*sin2(a.Lon-b.Lon)))
}

// Next returns the first moment, from one on, at which the clocks of all zones show an
// hour that is not before from and before until (0 to 24). Where the zones lie so far
// apart that there is none within three days, it asks the first zone alone. No zones
// are UTC.
func Next(t time.Time, zones []*time.Location, from, until int) time.Time {
	if len(zones) == 0 {
		zones = []*time.Location{time.UTC}
	}
	if at, ok := next(t, zones, from, until); ok {
		return at
	}
	at, _ := next(t, zones[:1], from, until)
	return at
}

// farthest bounds the search: it is over after a few steps a day.
const farthest = 72 * time.Hour

func next(t time.Time, zones []*time.Location, from, until int) (time.Time, bool) {
	at := t
	for at.Sub(t) < farthest {
		moved := false
		for _, z := range zones {
			local := at.In(z)
			if h := local.Hour(); h >= from && h < until {
				continue
			}
			day := local.Day()
			if local.Hour() >= until {
				day++
			}
			opens := time.Date(local.Year(), local.Month(), day, from, 0, 0, 0, z)
			if !opens.After(at) { // a clock put back shows an hour twice
				opens = at.Add(time.Hour)
			}
			at, moved = opens.In(t.Location()), true
		}
		if !moved {
			return at, true
		}
	}
	return at, false
}
