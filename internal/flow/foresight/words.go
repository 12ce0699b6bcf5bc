package foresight

import (
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/forecast"
)

// Words says in a sentence what drives a forecast, with times in a zone.
func Words(p *i18n.Printer, zone *time.Location, r forecast.Reason) string {
	at := func(n int64) string { return p.Time(time.UnixMilli(n), zone) }
	switch r.Kind {
	case forecast.ByDue:
		return p.N("wall.why.due", int64(r.N), "Time", at(r.To), "Of", p.Number(int64(r.Of)))
	case forecast.ByLate:
		return p.N("wall.why.late", int64(r.N))
	case forecast.ByLying:
		return p.N("wall.why.lying", int64(r.N))
	case forecast.BySurge:
		return p.T("wall.why.surge", "Percent", p.Percent(float64(r.N)/100, 0))
	case forecast.ByNobody:
		return p.T("wall.why.nobody", "From", at(r.From), "To", at(r.To))
	case forecast.ByShort:
		return p.N("wall.why.short", int64(r.N))
	}
	return ""
}

// Missing says how many people are missing, "" for none.
func Missing(p *i18n.Printer, n int) string {
	switch {
	case n <= 0:
		return ""
	case n >= forecast.Many:
		return p.T("wall.missing.never")
	}
	return p.N("wall.missing.people", int64(n))
}
