package habit

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/hours"
)

// Own is what a workspace says of a market in the place of the profile that comes with Godwit. What it does not say is as
// shipped.
type Own struct {
	First       First     `json:"first,omitempty"`
	Formality   Formality `json:"formality,omitempty"`
	Channels    []string  `json:"channels,omitempty"` // of ChannelNames, in order of use
	Hours       *Hours    `json:"hours,omitempty"`
	FamilyFirst *bool     `json:"family_first,omitempty"`
	Large       *bool     `json:"large,omitempty"`
	Units       Units     `json:"units,omitempty"`
	Volts       []int     `json:"volts,omitempty"`
	Plugs       []string  `json:"plugs,omitempty"`
}

// Hours are when people answer the customers of a market: the same span of wall time there on some days of the week.
type Hours struct {
	Days []string `json:"days"` // of hours.Weekdays, in their order
	From string   `json:"from"` // as 09:00
	To   string   `json:"to"`   // as 18:00, or 24:00
}

// Runs returns the days as stretches of days that follow one another, each by its first and last.
func (h Hours) Runs() [][2]time.Weekday {
	var out [][2]time.Weekday
	last := -2
	for i, d := range hours.Weekdays() {
		if !slices.Contains(h.Days, d) {
			continue
		}
		day := time.Weekday((i + 1) % 7)
		if i != last+1 {
			out = append(out, [2]time.Weekday{day, day})
		}
		out[len(out)-1][1], last = day, i
	}
	return out
}

// Calendar returns the hours in a zone, nil for those of no day.
func (h Hours) Calendar(zone *time.Location) (*hours.Calendar, error) {
	span, ok := hours.ParseSpan(h.From, h.To)
	if !ok || len(h.Days) == 0 {
		return nil, nil
	}
	var weekly [7][]hours.Span
	for i, d := range hours.Weekdays() {
		if slices.Contains(h.Days, d) {
			weekly[(i+1)%7] = []hours.Span{span}
		}
	}
	return hours.New(zone, weekly, nil, nil)
}

// IsZero reports whether nothing is said: the market is as shipped.
func (o Own) IsZero() bool { return reflect.ValueOf(o).IsZero() }

// same reports whether both say the same.
func (o Own) same(p Own) bool { return reflect.DeepEqual(o, p) }

// With returns the profile with what a workspace says of its market. The words of an address go with the formality that
// they belong to.
func (p Profile) With(o Own) Profile {
	if o.First != "" {
		p.First = o.First
	}
	if o.Formality != "" && o.Formality != p.Formality {
		p.Formality, p.AddressAs = o.Formality, nil
	}
	if len(o.Channels) > 0 {
		p.Channels = o.Channels
	}
	if o.Hours != nil {
		p.Hours = *o.Hours
	}
	if o.FamilyFirst != nil {
		p.FamilyFirst = *o.FamilyFirst
	}
	if o.Large != nil {
		p.Large = *o.Large
	}
	if o.Units != "" {
		p.Units = o.Units
	}
	if len(o.Volts) > 0 {
		p.Volts = o.Volts
	}
	if len(o.Plugs) > 0 {
		p.Plugs = o.Plugs
	}
	return p
}

// Mains within which a workspace may say what voltage a market has: what is out of them is a slip of the pen.
const (
	leastVolts = 90
	mostVolts  = 260
	mostMains  = 4 // voltages of one market
)

// MostChannels is how many channels a workspace may name for a market.
const MostChannels = 5

// sockets are those of plugs and sockets (IEC 60083).
var sockets = strings.Split("ABCDEFGHIJKLMNO", "")

// ChannelNames returns all channels that a profile may name: those of Channels, and the messengers of the table.
func ChannelNames() []string { return words(func(p Profile) []string { return p.Channels }) }

// tidy brings what was typed to how it is kept. What is wrong is errs.Invalid with the field.
func (o Own) tidy() (Own, error) {
	var problems []error
	wrong := func(err error) { problems = append(problems, err) }
	if !slices.Contains([]First{"", SelfService, Person, Either}, o.First) {
		wrong(errs.Field("first", "error.habit_choice"))
	}
	if !slices.Contains([]Formality{"", Formal, Informal, Neutral}, o.Formality) {
		wrong(errs.Field("formality", "error.habit_choice"))
	}
	if !slices.Contains([]Units{"", Metric, Imperial, Mixed}, o.Units) {
		wrong(errs.Field("units", "error.habit_choice"))
	}
	o.Channels = once(o.Channels)
	for _, c := range o.Channels {
		if !slices.Contains(ChannelNames(), c) {
			wrong(errs.Field("channels", "error.habit_channel", "Channel", c))
		}
	}
	if len(o.Channels) > MostChannels {
		wrong(errs.Field("channels", "error.habit_many", "Most", MostChannels))
	}
	o.Plugs = once(o.Plugs)
	for i, p := range o.Plugs {
		if o.Plugs[i] = strings.ToUpper(p); !slices.Contains(sockets, o.Plugs[i]) {
			wrong(errs.Field("plugs", "error.habit_plug", "Plug", p))
		}
	}
	o.Plugs = once(o.Plugs)
	o.Volts = once(o.Volts)
	if slices.ContainsFunc(o.Volts, func(v int) bool { return v < leastVolts || v > mostVolts }) || len(o.Volts) > mostMains {
		wrong(errs.Field("volts", "error.habit_volts", "Least", leastVolts, "Most", mostVolts))
	}
	if h := o.Hours; h != nil {
		_, ok := hours.ParseSpan(h.From, h.To)
		days := slices.DeleteFunc(hours.Weekdays(), func(d string) bool { return !slices.Contains(h.Days, d) })
		if !ok || len(days) == 0 || len(days) != len(once(h.Days)) {
			wrong(errs.Field("hours", "error.habit_hours"))
		}
		o.Hours = &Hours{Days: days, From: h.From, To: h.To}
	}
	return o, errors.Join(problems...)
}

// once returns the values in order, each once; nil for none.
func once[T comparable](list []T) []T {
	var out []T
	for _, x := range list {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}
