package ui

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// joinDot joins what is there with a middle dot.
func joinDot(parts ...string) string {
	var there []string
	for _, part := range parts {
		if part != "" {
			there = append(there, part)
		}
	}
	return strings.Join(there, " · ")
}

func whyOr(why string) string {
	if why == "sender" {
		return why
	}
	return "number"
}

func timelineIcon(kind string) string {
	switch kind {
	case "ticket":
		return "mail"
	case "order":
		return "package"
	case "parcel":
		return "truck"
	case "trace":
		return "flag"
	case "merge":
		return "git-merge"
	case "note":
		return "sticky-note"
	}
	return "message-circle"
}

func ordersNext(v Orders) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": v.Q, "status": v.Status, "shop": v.Shop, "after": v.Next} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return withQuery("/orders", q)
}

func searchPath(v Search, sort, after string) string {
	q := url.Values{"q": {v.Q}}
	if sort != "" && sort != "new" {
		q.Set("sort", sort)
	}
	if after != "" {
		q.Set("after", after)
	}
	return withQuery("/search", q)
}

func hitPath(h Hit) string {
	if h.Message == 0 {
		return ticketPath(h.Number)
	}
	return ticketPath(h.Number) + "?around=" + id64(h.Message)
}

func took(v Search) string { return strconv.FormatFloat(v.Took.Seconds()*1000, 'f', 1, 64) + " ms" }

// searchFields lists the fields of the search help with an example each.
func searchFields() []shortcut {
	return []shortcut{
		{"from", []string{"from:anna@example.com"}}, {"order", []string{"order:DE-10482"}}, {"tag", []string{"tag:customs"}},
		{"status", []string{"status:open"}}, {"assignee", []string{"assignee:me"}}, {"shop", []string{"shop:berlin"}},
		{"before", []string{"before:2026-11-01"}}, {"after", []string{"after:2026-10-01"}}, {"phrase", []string{`"not in the parcel"`}},
		{"without", []string{"-refund"}},
	}
}

// longest returns the greatest count of bars, at least one.
func longest(bars []Bar) int64 {
	most := int64(1)
	for _, b := range bars {
		most = max(most, b.Count)
	}
	return most
}

func (p Page) barName(set string, b Bar) string {
	if b.Label != "" {
		return b.Label
	}
	return p.word(set, b.Key)
}

// percent writes n of all for an SVG width.
func percent(n, all int64) string {
	if all <= 0 {
		return "0%"
	}
	return strconv.FormatFloat(float64(n)*100/float64(all), 'f', 2, 64) + "%"
}

// The drawing of the traffic chart, in its own units.
const (
	chartWidth  = 640
	chartHeight = 160
)

// dayColumn is one day of the traffic chart: two bars from zero.
type dayColumn struct {
	Day
	x, width         string
	openedY, openedH string
	solvedX          string
	solvedY, solvedH string
	label            string
}

func dayColumns(p Page, days []Day) []dayColumn {
	if len(days) == 0 {
		return nil
	}
	top := trafficTop(days)
	slot := float64(chartWidth) / float64(len(days))
	bar := slot * 0.36
	every := (len(days) + 6) / 7
	columns := make([]dayColumn, len(days))
	for i, d := range days {
		x := float64(i)*slot + slot*0.12
		opened := float64(d.Opened) * chartHeight / float64(top)
		solved := float64(d.Solved) * chartHeight / float64(top)
		columns[i] = dayColumn{
			Day: d, x: px(x), width: px(bar), openedY: px(chartHeight - opened), openedH: px(opened),
			solvedX: px(x + bar + slot*0.04), solvedY: px(chartHeight - solved), solvedH: px(solved),
		}
		if i%every == 0 {
			columns[i].label = p.dayName(d.Date)
		}
	}
	return columns
}

// trafficTop is the top of the traffic chart's scale: a round number no less than any day's count.
func trafficTop(days []Day) int64 {
	most := int64(4)
	for _, d := range days {
		most = max(most, d.Opened, d.Solved)
	}
	step := int64(1)
	for step*10 < most {
		step *= 10
	}
	for _, top := range []int64{step, 2 * step, 4 * step, 5 * step, 8 * step} {
		if top >= most {
			return top
		}
	}
	return 10 * step
}

func px(v float64) string { return fmt.Sprintf("%.1f", v) }
