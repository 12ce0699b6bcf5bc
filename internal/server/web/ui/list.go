package ui

import (
	"net/url"
	"time"

	"github.com/a-h/templ"
)

// current marks the one of several links or rows that is shown; word says what it is the current one of.
func current(is bool, word string) templ.Attributes {
	if !is {
		return nil
	}
	return templ.Attributes{"aria-current": word}
}

func langAttr(lang string) templ.Attributes {
	if lang == "" {
		return nil
	}
	return templ.Attributes{"lang": lang}
}

// countText writes a count, with a plus if it stopped early.
func countText(p Page, n int64, more bool) string {
	if more {
		return p.number(n) + "+"
	}
	return p.number(n)
}

func rowsPath(l List) string {
	return withQuery("/inbox/"+url.PathEscape(l.View.Key)+"/rows", l.Filter.Query())
}

func rowsPathAfter(l List) string {
	q := l.Filter.Query()
	q.Set("after", l.Next)
	return withQuery("/inbox/"+url.PathEscape(l.View.Key)+"/rows", q)
}

// filterChip is one filter that is on; its link takes it off.
type filterChip struct{ text, href string }

func (l List) chips(p Page) []filterChip {
	var chips []filterChip
	add := func(name, value string, choices []Option) {
		if value == "" {
			return
		}
		text := value
		for _, o := range choices {
			if o.Value == value {
				text = o.Label
			}
		}
		chips = append(chips, filterChip{p.T("filter."+name) + ": " + text, l.path(name, "")})
	}
	f := l.Filter
	add("q", f.Q, nil)
	add("status", f.Status, f.Statuses)
	add("assignee", f.Assignee, f.Assignees)
	add("team", f.Team, f.Teams)
	add("tag", f.Tag, f.Tags)
	add("channel", f.Channel, f.Channels)
	add("shop", f.Shop, f.Shops)
	if f.Sort != "" && f.Sort != SortNewest {
		chips = append(chips, filterChip{p.T("sort." + string(f.Sort)), l.path("sort", "")})
	}
	return chips
}

// where names the shop and market of a row.
func where(r Row) string {
	switch {
	case r.Shop == "":
		return r.Market
	case r.Market == "":
		return r.Shop
	}
	return r.Shop + " · " + r.Market
}

func whereTitle(p Page, r Row) string {
	return p.word("channel", string(r.Channel)) + " · " + where(r)
}

// soon is how long before a promise its chip warns.
const soon = 2 * time.Hour

func dueTone(p Page, d Due) string {
	switch {
	case d.Paused:
		return ""
	case d.At.Before(p.Now):
		return string(ToneBad)
	case d.At.Before(p.Now.Add(soon)):
		return string(ToneWarn)
	}
	return ""
}

func dueStamp(d Due) string {
	if d.Paused {
		return ""
	}
	return iso(d.At)
}

func priorityTone(pr Priority) string {
	switch pr {
	case PriorityUrgent:
		return string(ToneBad)
	case PriorityHigh:
		return string(ToneWarn)
	}
	return ""
}

func priorities() []Priority {
	return []Priority{PriorityLow, PriorityNormal, PriorityHigh, PriorityUrgent}
}

func snoozes() []string { return []string{"later", "tomorrow", "monday", "week"} }

func waitings() []Waiting {
	return []Waiting{WaitCustomer, WaitCarrier, WaitSupplier, WaitMarketplace, WaitColleague}
}
