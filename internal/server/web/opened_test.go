package web

import (
	"strings"
	"testing"
)

// holds checks which marks the HTML of an answer has.
func (a answer) holds(has bool, marks ...string) answer {
	a.t.Helper()
	for _, m := range marks {
		if strings.Contains(a.body, m) != has {
			a.t.Errorf("%s: %t", m, !has)
		}
	}
	return a
}

func TestOpenedFromTheListIsTheTicketAlone(t *testing.T) {
	_, _, b, tk := deskOf(t)
	const list, views, thread = `class="rows-list"`, `id="view-links"`, `id="thread"`
	b.get(path(tk, "?view=unassigned")).want(200, "Hello, my tent", "€54.90").holds(true, list, views, thread)
	b.get(path(tk, "?view=unassigned"), "HX-Request", "true", "HX-Target", "div#thread").want(200, "Hello, my tent", "€54.90").
		holds(true, thread, "<title>#1 Where is DE-10482?", "/inbox/unassigned").holds(false, list, views, "<html")
	b.get(path(tk, ""), "HX-Request", "true", "HX-Target", "body").want(200).holds(true, list, views, thread)
}

func TestWhatAMessageLeavesAlone(t *testing.T) {
	_, _, b, tk := deskOf(t)
	const head, items, row, panel, composer = `hx-target="#t-head"`, `hx-target="#messages"`, `hx-target="#row-1"`, `hx-target="#context"`, `hx-target="#composer"`
	b.script(path(tk, "/note"), "body", "Asked the carrier").want(200, "Asked the carrier").holds(true, head, items, row, composer).holds(false, panel)
	b.script(path(tk, "/priority"), "priority", "high").want(200, "High").holds(true, head, items, row, panel).holds(false, composer)
}
