package web

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/carrier"
	"godwit.dev/godwit/internal/flow/lanes"
	"godwit.dev/godwit/internal/server/web/ui"
)

// lanesShown is how many lanes the page draws; the file has all of them.
const lanesShown = 200

// lanePeriods are the periods that lanes are compared over, in days; the first
// one is the one without a choice.
var lanePeriods = [...]int{90, 30, 180, 365}

// laneAsk is what is asked of lanes.
type laneAsk struct {
	filter lanes.Filter
	days   int
	sort   string
}

// laneAsk reads the query of the page of lanes. A value that is none of the
// choices is left out.
func (r *request) laneAsk() laneAsk {
	q := r.URL.Query()
	a := laneAsk{days: lanePeriods[0], sort: q.Get("sort")}
	if n, _ := strconv.Atoi(q.Get("days")); slices.Contains(lanePeriods[:], n) {
		a.days = n
	}
	if !slices.Contains(ui.LaneSorts(), a.sort) {
		a.sort = ui.LaneSorts()[0]
	}
	a.filter = lanes.Filter{
		From: country(strings.TrimSpace(q.Get("from"))), To: country(strings.TrimSpace(q.Get("to"))), Carrier: q.Get("carrier"),
		Since: r.now.AddDate(0, 0, -a.days), Until: r.now,
	}
	return a
}

// lanes reads what lanes did, in the order that is asked for.
func (r *request) lanes(a laneAsk) ([]lanes.Row, error) {
	if r.s.Lanes == nil {
		return nil, nil
	}
	list, err := r.s.Lanes.Performance(r.Context(), r.actor, a.filter)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(x, y lanes.Row) int {
		switch a.sort {
		case "lane":
			return cmp.Or(strings.Compare(x.Lane.Origin, y.Lane.Origin), strings.Compare(x.Lane.Dest, y.Lane.Dest), strings.Compare(x.Carrier, y.Carrier))
		case "median":
			return cmp.Compare(y.Median, x.Median)
		case "ninetieth":
			return cmp.Compare(y.Ninetieth, x.Ninetieth)
		case "late":
			return cmp.Compare(kept(x), kept(y))
		case "lost":
			return cmp.Compare(y.LossRate, x.LossRate)
		}
		return cmp.Compare(y.Arrived, x.Arrived)
	})
	return list, nil
}

// kept is the share of promises that a lane kept; one without promises kept all.
func kept(x lanes.Row) float64 {
	if x.Due == 0 {
		return 1
	}
	return float64(x.Kept) / float64(x.Due)
}

// lanesPage draws what lanes did.
func (s *server) lanesPage(w http.ResponseWriter, r *request) error {
	page, err := r.page(w, r.printer.T("nav.lanes"), ui.SectionParcels)
	if err != nil {
		return err
	}
	a := r.laneAsk()
	list, err := r.lanes(a)
	if err != nil {
		return err
	}
	v := ui.LanesView{Page: page, From: a.filter.From, To: a.filter.To, Carrier: a.filter.Carrier, Sort: a.sort, Days: a.days, All: int64(len(list))}
	for _, n := range slices.Sorted(slices.Values(lanePeriods[:])) {
		v.Periods = append(v.Periods, ui.Option{Value: strconv.Itoa(n), Label: r.printer.N("lanes.days", int64(n)), Selected: n == a.days})
	}
	for _, c := range carrier.Carriers() {
		v.Carriers = append(v.Carriers, ui.Option{Value: string(c.Key), Label: c.Name, Selected: string(c.Key) == v.Carrier})
	}
	slices.SortFunc(v.Carriers, func(x, y ui.Option) int {
		return strings.Compare(strings.ToLower(x.Label), strings.ToLower(y.Label))
	})
	for _, x := range list[:min(len(list), lanesShown)] {
		name, _ := carrierLink(x.Carrier, "")
		row := ui.LaneRow{
			From: x.Lane.Origin, To: x.Lane.Dest, CarrierKey: x.Carrier, Carrier: name, Service: x.Service, Arrived: int64(x.Arrived), Lost: int64(x.Lost),
			Promised: daysOf(x.Promised), Median: daysOf(x.Median), Ninetieth: daysOf(x.Ninetieth), LossRate: r.printer.Percent(x.LossRate, 1),
		}
		if x.Due > 0 {
			row.Kept = r.printer.Percent(kept(x), 0)
		}
		v.Rows = append(v.Rows, row)
	}
	if err := r.promises(a, &v); err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.LanesPage(v))
}

// promises sets what became of what customers were promised. A choice of carrier leaves
// it as it is: who promises is the shop.
func (r *request) promises(a laneAsk, v *ui.LanesView) error {
	if r.s.Lanes == nil {
		return nil
	}
	list, all, err := r.s.Lanes.Promises(r.Context(), r.actor, a.filter)
	if err != nil {
		return err
	}
	names, err := r.s.shopNames(r.Context(), r.actor)
	if err != nil {
		return err
	}
	v.MorePromises = int64(all - len(list))
	for _, x := range list {
		row := ui.PromiseRow{
			Shop: names[x.Shop], Plan: x.Plan, Service: x.Service, Due: int64(x.Due), Lost: int64(x.Lost), First: x.First, Last: x.Last,
			Median: float64(x.Median), Ninetieth: float64(x.Ninetieth), Kept: r.printer.Percent(float64(x.Kept)/float64(max(x.Due, 1)), 0), Bad: 2*x.Kept < x.Due,
		}
		if x.Early > 0 {
			row.Early = r.printer.Percent(float64(x.Early)/float64(x.Due), 0)
		}
		v.Promises = append(v.Promises, row)
	}
	return nil
}

// daysOf is a duration in days.
func daysOf(d time.Duration) float64 { return d.Hours() / 24 }

// lanesFile saves what lanes did as a table for other programs: all lanes, days
// with two decimals, shares from 0 to 1.
func (s *server) lanesFile(w http.ResponseWriter, r *request) error {
	list, err := r.lanes(r.laneAsk())
	if err != nil {
		return err
	}
	var out bytes.Buffer
	table := csv.NewWriter(&out)
	decimal := func(x float64, places int) string { return strconv.FormatFloat(x, 'f', places, 64) }
	rows := [][]string{{"from", "to", "carrier", "service", "arrived", "lost", "loss_rate", "due", "kept", "promised_days", "median_days", "p90_days"}}
	for _, x := range list {
		rows = append(rows, []string{
			x.Lane.Origin, x.Lane.Dest, x.Carrier, x.Service, strconv.Itoa(x.Arrived), strconv.Itoa(x.Lost), decimal(x.LossRate, 4), strconv.Itoa(x.Due), strconv.Itoa(x.Kept),
			decimal(daysOf(x.Promised), 2), decimal(daysOf(x.Median), 2), decimal(daysOf(x.Ninetieth), 2),
		})
	}
	if err := table.WriteAll(rows); err != nil {
		return err
	}
	return r.sendFile(w, "text/csv; charset=utf-8", `attachment; filename="lanes.csv"`, out.Bytes())
}
