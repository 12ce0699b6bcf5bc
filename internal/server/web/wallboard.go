package web

import (
	"net/http"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/forecast"
	"godwit.dev/godwit/internal/flow/foresight"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// wallRoutes is the table of the wallboard.
func wallRoutes() []route {
	return []route{
		{"GET", "/wallboard", may(auth.ReadTickets), none, (*server).wallboard},
		{"POST", "/wallboard", may(auth.ManageTeams), form, (*server).wallboardSave},
	}
}

// wallboard shows how the desk stands and what its next hours may bring.
func (s *server) wallboard(w http.ResponseWriter, r *request) error {
	b, err := s.Foresight.Board(r.Context(), r.actor)
	if err != nil {
		return err
	}
	return s.drawWallboard(w, r, b, strconv.Itoa(b.Setting.Percent), ui.Form{})
}

func (s *server) drawWallboard(w http.ResponseWriter, r *request, b foresight.Board, percent string, f ui.Form) error {
	h, err := r.house()
	if err != nil {
		return err
	}
	v := ui.Wallboard{
		Form: f, At: b.At, Waiting: int64(b.Waiting), More: b.More, Late: int64(b.Late), Soon: int64(b.Soon),
		Oldest: b.Oldest.Number, OldestSince: b.Oldest.Since, Warn: b.Setting.Warn, Percent: percent, Version: b.Setting.Version,
	}
	if v.Page, err = r.page(w, r.printer.T("nav.wallboard"), ui.SectionWall); err != nil {
		return err
	}
	for _, x := range b.People {
		row := ui.RosterRow{ID: int64(x.Person), Name: x.Name, Has: true, Able: true, There: x.There, Until: x.Until, Load: x.Load, Capacity: x.Sheet.Capacity}
		if x.There && x.Until.After(r.now.AddDate(0, 6, 0)) {
			row.Until = row.Until.AddDate(-row.Until.Year(), 0, 0)
		}
		if x.Off != "" {
			row.Off = r.printer.T("routing.off." + string(x.Off))
		}
		if x.There {
			v.On = append(v.On, row)
		} else {
			v.Away = append(v.Away, row)
		}
	}
	for _, q := range b.Queues {
		name := r.printer.T("wall.desk")
		for _, t := range h.teams {
			if t.ID == q.Team {
				name = t.Name
			}
		}
		v.Queues = append(v.Queues, r.wallQueue(name, b.Setting, q))
	}
	return r.draw(w, formStatus(f), ui.WallboardPage(v))
}

func (r *request) wallQueue(name string, v foresight.Setting, q foresight.Queue) ui.WallQueue {
	worst, bearable := q.Forecast.Worst(), float64(v.Percent)/100
	out := ui.WallQueue{
		Team: int64(q.Team), Name: name, At: q.At, WarnedAt: q.WarnedAt, Bearable: bearable, Bad: worst.Chance >= bearable,
		Rate: r.printer.Decimal(q.Forecast.Rate, 1), Guess: q.Forecast.Measured == 0,
	}
	if percent := r.printer.Percent(worst.Chance, 0); worst.Chance >= 0.01 {
		out.Worst = r.printer.T("wall.chance_of", "Percent", percent, "From", r.printer.Time(worst.From, r.zone), "To", r.printer.Time(worst.To, r.zone))
		out.Missing = foresight.Missing(r.printer, q.Forecast.Short)
		for _, x := range q.Forecast.Why {
			out.Why = append(out.Why, foresight.Words(r.printer, r.zone, x))
		}
	}
	for _, n := range q.Forecast.Hours {
		missing := r.printer.Number(int64(n.Short))
		if n.Short >= forecast.Many {
			missing = "–"
		}
		out.Hours = append(out.Hours, ui.WallHour{
			From: n.From, To: n.To, Chance: n.Chance, Percent: r.printer.Percent(n.Chance, 0), Misses: r.printer.Decimal(n.Misses, 1), Due: int64(n.Due),
			Arrivals: r.printer.Decimal(n.Arrivals, 0), Answers: r.printer.Decimal(n.Answers, 0), Staff: r.printer.Decimal(n.Staff, 1), Missing: missing,
		})
	}
	return out
}

// wallboardSave saves when leads are told.
func (s *server) wallboardSave(w http.ResponseWriter, r *request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Field("", "error.required")
	}
	seen, _ := strconv.Atoi(r.PostFormValue("version"))
	text := strings.TrimSpace(r.PostFormValue("percent"))
	percent, _ := strconv.Atoi(strings.TrimSuffix(text, "%")) // what is no number is no chance
	_, err := s.Foresight.Save(r.Context(), r.actor, r.PostFormValue("warn") == "yes", percent, seen)
	if err == nil {
		return r.saved(w, "/wallboard", r.told("told.saved"))
	}
	f, ok := r.formErrors(err)
	if !ok {
		return err
	}
	b, err := s.Foresight.Board(r.Context(), r.actor)
	if errs.Is(err, errs.Denied) { // who manages teams need not read tickets
		b, err = foresight.Board{At: r.now}, nil
	}
	if err != nil {
		return err
	}
	b.Setting.Warn = r.PostFormValue("warn") == "yes"
	return s.drawWallboard(w, r, b, text, whole(f))
}
