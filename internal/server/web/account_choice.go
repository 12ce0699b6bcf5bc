package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/server/web/ui"
)

// language reads a field that names a language of the console; any other text
// is the reader's own.
func (r *request) language(field string) string {
	if l := i18n.Lang(r.PostFormValue(field)); slices.Contains(i18n.Console(), l) {
		return string(l)
	}
	return string(r.printer.Lang())
}

// langOptions lists the languages of the console, each by its own name.
func langOptions(chosen string) []ui.Option {
	var out []ui.Option
	for _, l := range i18n.Console() {
		out = append(out, ui.Option{Value: string(l), Label: i18n.NativeName(l), Selected: string(l) == chosen})
	}
	return out
}

// likelyZone guesses the zone of a first reader by the language of the browser.
func likelyZone(l i18n.Lang) string {
	switch l {
	case i18n.SimplifiedChinese:
		return "Asia/Shanghai"
	case i18n.Russian:
		return "Europe/Moscow"
	}
	return "UTC"
}

// zoneNames are the zones offered: one for each clock that people live by, under
// the name that most of them know.
var zoneNames = []string{
	"UTC",
	"Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Phoenix", "America/Denver", "America/Mexico_City",
	"America/Chicago", "America/Bogota", "America/Lima", "America/New_York", "America/Toronto", "America/Caracas", "America/Halifax",
	"America/Santiago", "America/St_Johns", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "Atlantic/Azores", "Atlantic/Reykjavik",
	"Europe/London", "Europe/Dublin", "Europe/Lisbon", "Africa/Casablanca", "Africa/Lagos", "Europe/Amsterdam", "Europe/Berlin",
	"Europe/Brussels", "Europe/Budapest", "Europe/Copenhagen", "Europe/Madrid", "Europe/Oslo", "Europe/Paris", "Europe/Prague",
	"Europe/Rome", "Europe/Stockholm", "Europe/Vienna", "Europe/Warsaw", "Europe/Zurich", "Africa/Johannesburg", "Africa/Cairo",
	"Asia/Jerusalem", "Europe/Athens", "Europe/Bucharest", "Europe/Helsinki", "Europe/Kyiv", "Europe/Kaliningrad", "Europe/Istanbul",
	"Europe/Minsk", "Europe/Moscow", "Asia/Riyadh", "Africa/Nairobi", "Europe/Samara", "Asia/Dubai", "Asia/Tbilisi", "Asia/Yerevan",
	"Asia/Tehran", "Asia/Kabul", "Asia/Almaty", "Asia/Karachi", "Asia/Tashkent", "Asia/Yekaterinburg", "Asia/Kolkata", "Asia/Colombo",
	"Asia/Kathmandu", "Asia/Dhaka", "Asia/Omsk", "Asia/Yangon", "Asia/Bangkok", "Asia/Ho_Chi_Minh", "Asia/Jakarta", "Asia/Novosibirsk",
	"Asia/Krasnoyarsk", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Kuala_Lumpur", "Asia/Manila",
	"Asia/Irkutsk", "Australia/Perth", "Asia/Seoul", "Asia/Tokyo", "Asia/Yakutsk", "Australia/Adelaide", "Australia/Brisbane",
	"Australia/Sydney", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka", "Pacific/Auckland",
}

// zoneOptions lists the zones with their distance from UTC now, and the chosen
// one even if it is another.
func zoneOptions(chosen string, now time.Time) []ui.Option {
	names := zoneNames
	if chosen != "" && !slices.Contains(names, chosen) {
		names = append([]string{chosen}, names...)
	}
	out := make([]ui.Option, 0, len(names))
	for _, name := range names {
		zone, err := time.LoadLocation(name)
		if err != nil {
			continue // the machine has no such zone
		}
		_, seconds := now.In(zone).Zone()
		label := strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], "_", " ")
		if name != "UTC" {
			sign := '+'
			if seconds < 0 {
				sign, seconds = '−', -seconds
			}
			label = fmt.Sprintf("%s (UTC%c%d:%02d)", label, sign, seconds/3600, seconds/60%60)
		}
		out = append(out, ui.Option{Value: name, Label: label, Selected: name == chosen})
	}
	return out
}
