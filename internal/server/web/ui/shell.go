package ui

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// may reports whether the reader may send a form to a path. What they may not is
// not drawn: the rule stands in the table of routes, and nowhere else.
func (p Page) may(path string) bool { return p.Allows == nil || p.Allows("POST", path) }

// mayGo reports whether the reader may open a page.
func (p Page) mayGo(path string) bool { return p.Allows == nil || p.Allows("GET", path) }

// works reports whether the reader may change the ticket, and not only read it.
func (t Ticket) works() bool { return t.may(ticketPath(t.Number, "/status")) }

// sends reports whether the reader may write to somebody outside from the ticket.
func (t Ticket) sends() bool { return t.may(ticketPath(t.Number, "/reply")) }

func pageTitle(p Page) string {
	if p.Title == "" {
		return "Godwit"
	}
	return p.Title + " · Godwit"
}

func invalid(f Form, name string) templ.Attributes {
	if f.Err(name) == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true"}
}

func live(p Page) templ.Attributes {
	if !p.Live {
		return nil
	}
	return templ.Attributes{"data-live": "/live"}
}

func keyHint(key string) string {
	if key == "" {
		return ""
	}
	return " (" + key + ")"
}

func backOr(href string) string {
	if href == "" {
		return "/"
	}
	return href
}

func toastOf(f *Flash) *Toast {
	if f == nil {
		return nil
	}
	return &Toast{Tone: f.Tone, Text: f.Text, Undo: f.Undo}
}

func toastTone(t Toast) Tone {
	if t.Tone == "" {
		return ToneGood
	}
	return t.Tone
}

func toastSeconds(t Toast) string {
	if t.Seconds == 0 {
		return "10"
	}
	return strconv.Itoa(int(t.Seconds / time.Second))
}

// shortcut is a line of the keyboard help.
type shortcut struct {
	name string
	caps []string
}

// shortcuts lists every key of the console in the order of the help; the script holds their effects.
func shortcuts() []shortcut {
	return []shortcut{
		{"palette", []string{"Ctrl", "K"}},
		{"next", []string{"J"}}, {"previous", []string{"K"}}, {"open", []string{"Enter"}}, {"select", []string{"X"}},
		{"reply", []string{"R"}}, {"note", []string{"N"}}, {"send", []string{"Ctrl", "Enter"}}, {"macro", []string{"M"}}, {"alarm", []string{"W"}},
		{"assign", []string{"A"}}, {"status", []string{"S"}}, {"solve", []string{"E"}}, {"snooze", []string{"H"}},
		{"tag", []string{"T"}}, {"priority", []string{"P"}}, {"topic", []string{"O"}}, {"context", []string{"I"}}, {"undo", []string{"Z"}},
		{"search", []string{"/"}}, {"back", []string{"Esc"}}, {"tabs", []string{"1", "8"}}, {"go_inbox", []string{"G", "I"}}, {"go_orders", []string{"G", "O"}},
		{"go_cases", []string{"G", "C"}}, {"go_refunds", []string{"G", "M"}}, {"go_parcels", []string{"G", "B"}}, {"go_lanes", []string{"G", "L"}}, {"go_replacements", []string{"G", "X"}}, {"go_repairs", []string{"G", "F"}}, {"go_wallboard", []string{"G", "W"}}, {"go_reports", []string{"G", "R"}}, {"go_admin", []string{"G", "A"}}, {"help", []string{"?"}},
	}
}

// shortcuts lists the keys that do something for the reader.
func (p Page) shortcuts() []shortcut {
	posts := map[string]string{
		"select": "/inbox/bulk", "reply": "/t/1/status", "send": "/t/1/reply", "note": "/t/1/note", "macro": "/t/1/status", "alarm": "/t/1/status", "assign": "/t/1/assign",
		"status": "/t/1/status", "solve": "/t/1/status", "snooze": "/t/1/snooze", "tag": "/t/1/tags", "priority": "/t/1/priority", "topic": "/t/1/topic", "undo": "/t/1/status",
	}
	opens := map[string]string{
		"palette": "/palette", "next": "/inbox/mine", "previous": "/inbox/mine", "open": "/inbox/mine", "context": "/inbox/mine", "search": "/search",
		"go_inbox": "/inbox/mine", "go_orders": "/orders", "go_cases": "/cases", "go_refunds": "/refunds", "go_parcels": "/parcels", "go_lanes": "/lanes", "go_replacements": "/replacements", "go_repairs": "/repairs", "tabs": "/parcels", "go_wallboard": "/wallboard", "go_reports": "/reports",
	}
	return slices.DeleteFunc(shortcuts(), func(k shortcut) bool {
		post, sends := posts[k.name]
		open, goes := opens[k.name]
		return sends && !p.may(post) || goes && !p.mayGo(open) || k.name == "go_admin" && p.Allows != nil && len(p.Nav.Admin) == 0
	})
}

// step is a stop of the guided tour: its words and the element it stands beside.
type step struct{ name, anchor string }

func tourSteps() []step {
	return []step{
		{"views", `[data-tour="views"]`}, {"list", `[data-tour="list"]`}, {"thread", `[data-tour="thread"]`},
		{"composer", `[data-tour="composer"]`}, {"order", `[data-tour="context"]`}, {"palette", `[data-tour="nav-search"]`},
		{"keys", `.rail`},
	}
}

func paletteIcon(kind string) string {
	switch kind {
	case "ticket":
		return "mail"
	case "order":
		return "package"
	case "customer":
		return "user"
	case "view":
		return "layers"
	case "action":
		return "zap"
	}
	return "file-text"
}

// scriptWords returns the texts that the script writes itself.
func scriptWords(p Page) string {
	words := map[string]string{}
	for _, key := range []string{
		"act.copied", "age.now", "age.m", "age.h", "age.d", "draft.saving", "draft.saved", "draft.kept", "draft.restored", "live.lost", "live.back", "list.newer_one",
		"list.newer_many", "undo.seconds", "send.one_file", "act.remove", "tour.count", "tour.finish", "tour.next", "palette.wait", "fail.offline", "list.selected_many",
	} {
		words[key] = scriptText(p.T(key))
	}
	out, err := json.Marshal(words)
	if err != nil {
		return "{}"
	}
	return string(out)
}

// scriptText turns placeholders into the script's own: "{{.N}}" is "{N}" there.
func scriptText(s string) string {
	return strings.NewReplacer("{{.", "{", "}}", "}").Replace(s)
}
