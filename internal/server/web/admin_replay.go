package web

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/flow/replay"
	"godwit.dev/godwit/internal/server/web/ui"
)

// mostGroups is how many markets, laws and products a page shows; the file has all that are kept.
const mostGroups = 12

// settling is how long after it was stopped a replay may still bring what it has read.
const settling = 10 * time.Second

func replayRow(h *house, t replay.Trial) ui.ReplayRow {
	return ui.ReplayRow{ID: int64(t.ID), Name: t.Name, State: string(t.State), Since: t.Since, At: t.AskedAt, Percent: t.Percent(), By: h.person[t.AskedBy].Name}
}

// trial reads the replay of the path.
func (s *server) trial(r *request) (replay.Trial, error) {
	n, err := r.number("trial")
	if err != nil {
		return replay.Trial{}, err
	}
	return s.Replay.Trial(r.Context(), r.actor, replay.TrialID(n))
}

// replayView is a replay as it stands.
func (s *server) replayView(r *request) (ui.Replay, error) {
	t, err := s.trial(r)
	if err != nil {
		return ui.Replay{}, err
	}
	h, err := r.house()
	if err != nil {
		return ui.Replay{}, err
	}
	v := ui.Replay{ReplayRow: replayRow(h, t), Read: t.Read, Total: t.Total, Run: t.Run, Why: t.Why, Text: t.Text}
	v.Moving = t.State.Open() || t.State == replay.Stopped && t.Result == nil && t.Run > 0 && s.Now().Sub(t.EndedAt) < settling
	if left, ok := t.Left(s.Now()); ok {
		v.Left = r.printer.Duration(max(left.Round(time.Second), time.Second))
	}
	if t.Result != nil {
		v.Result = r.replayResult(t.Result)
	}
	return v, nil
}

// replayPage shows a replay.
func (s *server) replayPage(w http.ResponseWriter, r *request) error {
	v, err := s.replayView(r)
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, r.printer.T("replay.title", "Name", v.Name), ui.SectionAdmin); err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.ReplayPage(v))
}

// replayNow is the part of the page that changes while it runs.
func (s *server) replayNow(w http.ResponseWriter, r *request) error {
	v, err := s.replayView(r)
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, "", ui.SectionAdmin); err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.ReplayNow(v))
}

// replayStop ends a replay.
func (s *server) replayStop(w http.ResponseWriter, r *request) error {
	t, err := s.trial(r)
	if err != nil {
		return err
	}
	if t, err = s.Replay.Cancel(r.Context(), r.actor, t.ID); err != nil {
		return err
	}
	return r.see(w, "/admin/policies/replays/"+id64(int64(t.ID)), nil)
}

func (r *request) replayResult(did *replay.Result) *ui.ReplayResult {
	t := &ui.ReplayResult{Total: did.Total, Cases: did.Cases, Unread: did.Unread, Changed: did.Changed, Granted: did.Granted, Refused: did.Refused, Alone: did.Alone, Looked: did.Looked, Customers: did.Customers, Worse: did.Worse, Stopped: did.Stopped}
	t.Share = r.printer.Percent(float64(did.Changed)/float64(max(did.Cases, 1)), 1)
	for _, m := range did.Money {
		t.Money = append(t.Money, r.replayMoney("policy.paid", m.Currency, m.PaidBefore, m.PaidAfter), r.replayMoney("policy.cost", m.Currency, m.CostBefore, m.CostAfter))
	}
	t.Groups = []ui.ReplayGroups{
		{Title: r.printer.T("policy.by_market"), Rows: r.replayGroups(did.Markets, r.printer.Country)},
		{Title: r.printer.T("policy.by_law"), Rows: r.replayGroups(did.Laws, nil)},
		{Title: r.printer.T("policy.by_product"), Rows: r.replayGroups(did.Products, nil)},
	}
	for _, e := range did.Examples {
		t.Examples = append(t.Examples, ui.ReplayExample{Case: int64(e.Case), Rule: e.Rule, Before: r.policyOutcome(e.Before), After: r.policyOutcome(e.After)})
	}
	return t
}

func (r *request) replayMoney(key, currency string, was, is int64) ui.ReplayMoney {
	return ui.ReplayMoney{Title: r.printer.T(key, "Currency", currency), Before: r.money(was, currency), After: r.money(is, currency), Change: r.difference(is-was, currency), Was: was, Is: is}
}

func (r *request) replayGroups(list []replay.Group, name func(string) string) []ui.ReplayGroup {
	var out []ui.ReplayGroup
	for _, g := range list[:min(len(list), mostGroups)] {
		row := ui.ReplayGroup{Name: g.Key, Cases: g.Cases, Changed: g.Changed, Refused: g.Refused}
		if name != nil {
			row.Name = name(g.Key)
		}
		var paid, cost []string
		for _, m := range g.Money {
			paid, cost = append(paid, r.difference(m.PaidAfter-m.PaidBefore, m.Currency)), append(cost, r.difference(m.CostAfter-m.CostBefore, m.Currency))
		}
		row.Paid, row.Cost = strings.Join(paid, ", "), strings.Join(cost, ", ")
		out = append(out, row)
	}
	return out
}

// difference writes a difference with its sign.
func (r *request) difference(n int64, currency string) string {
	text := r.money(n, currency)
	if n > 0 {
		text = "+" + text
	}
	return text
}

// policyOutcome words what came of a decision.
func (r *request) policyOutcome(o replay.Outcome) string {
	if o.Remedy == "" {
		return r.printer.T("policy.nothing")
	}
	text := r.printer.T("policy.remedy." + o.Remedy)
	if o.Paid != 0 {
		text += " · " + r.money(o.Paid, o.Currency)
	}
	if o.Law != "" {
		text += " · " + o.Law
	}
	return text
}

// replayFile saves what a replay found as a table for other programs, in minor units.
func (s *server) replayFile(w http.ResponseWriter, r *request) error {
	t, err := s.trial(r)
	if err != nil {
		return err
	}
	rows := [][]string{{"by", "key", "cases", "changed", "refused", "currency", "paid_before", "paid_after", "cost_before", "cost_after"}}
	add := func(by, key string, cases, changed, refused int64, money []replay.Money) {
		for _, m := range money {
			row := []string{by, key}
			for _, n := range []int64{cases, changed, refused} {
				row = append(row, strconv.FormatInt(n, 10))
			}
			row = append(row, m.Currency)
			for _, n := range []int64{m.PaidBefore, m.PaidAfter, m.CostBefore, m.CostAfter} {
				row = append(row, strconv.FormatInt(n, 10))
			}
			rows = append(rows, row)
		}
	}
	if x := t.Result; x != nil {
		add("all", "", x.Cases, x.Changed, x.Refused, x.Money)
		for _, g := range []struct {
			by   string
			list []replay.Group
		}{{"market", x.Markets}, {"law", x.Laws}, {"product", x.Products}} {
			for _, y := range g.list {
				add(g.by, y.Key, y.Cases, y.Changed, y.Refused, y.Money)
			}
		}
	}
	var out bytes.Buffer
	if err := csv.NewWriter(&out).WriteAll(rows); err != nil {
		return err
	}
	return r.sendFile(w, "text/csv; charset=utf-8", `attachment; filename="replay-`+id64(int64(t.ID))+`.csv"`, out.Bytes())
}
