package ui

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// composerPaths tells the script where drafts are kept and presence is told, as far
// as the reader may do either.
func composerPaths(t Ticket) templ.Attributes {
	out := templ.Attributes{"data-presence": ticketPath(t.Number, "/presence")}
	if t.works() {
		out["data-draft"] = ticketPath(t.Number, "/draft")
	}
	return out
}

// replyTo is where the reply goes. Without the right to send it has no address: it
// stays a draft, which the script keeps.
func replyTo(t Ticket) templ.Attributes {
	if t.Composer.DraftOnly {
		return templ.Attributes{"data-unsent": true}
	}
	return post(ticketPath(t.Number, "/reply"))
}

// backPath leads from a ticket to the list it was opened from.
func backPath(query string) string {
	q, err := url.ParseQuery(query)
	if err != nil || q.Get("view") == "" {
		return "/inbox/" + ViewMine
	}
	view := q.Get("view")
	q.Del("view")
	return withQuery("/inbox/"+url.PathEscape(view), q)
}

// viewOf names the view of a list's query.
func viewOf(query string) string {
	q, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	return q.Get("view")
}

func waitingText(t Ticket) string {
	if t.Status != StatusPending || t.Waiting == "" {
		return ""
	}
	return "· " + t.T("waiting."+string(t.Waiting))
}

func priorityOr(pr Priority) Priority {
	if pr == "" {
		return PriorityNormal
	}
	return pr
}

func typing(present []Presence) []string {
	var names []string
	for _, who := range present {
		if who.Typing {
			names = append(names, who.Person.Name)
		}
	}
	return names
}

// firstWords shortens a text to one line for a list.
func firstWords(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if runes := []rune(line); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return line
}

func mailPath(t Ticket, m Message, what string) string {
	return ticketPath(t.Number, "/m/", id64(m.ID), "/", what)
}

func filePath(f File) string { return "/f/" + id64(f.ID) + "/" + url.PathEscape(f.Name) }

func fileIcon(f File) string {
	if strings.HasPrefix(f.Type, "image/") {
		return "image"
	}
	return "file-text"
}

func deliveryIcon(s DeliveryState) string {
	switch s {
	case Scheduled:
		return "calendar-clock"
	case Held, Sending:
		return "clock"
	case Bounced, Failed:
		return "triangle-alert"
	}
	return "check"
}

func deliveryTone(s DeliveryState) string {
	switch s {
	case Bounced, Failed:
		return string(ToneBad)
	case Delivered, Sent:
		return string(ToneGood)
	}
	return string(ToneInfo)
}

// secondsLeft says how long a held reply can still be undone.
func secondsLeft(p Page, until time.Time) int64 {
	left := until.Sub(p.Now)
	if left < 0 {
		return 0
	}
	return int64((left + time.Second - 1) / time.Second)
}

func sends() []Status { return []Status{StatusOpen, StatusPending, StatusSolved} }

func thenOr(s Status) Status {
	if s == "" {
		return StatusPending
	}
	return s
}

// macro returns the macro that waits, the zero MacroPending for none.
func (c Composer) macro() MacroPending {
	if c.Macro == nil {
		return MacroPending{}
	}
	return *c.Macro
}

// then returns the state that sending leads to unless another is chosen.
func (c Composer) then() Status {
	if m := c.macro(); slices.Contains(sends(), m.Then) {
		return m.Then
	}
	return thenOr(c.Then)
}

// macroButton are the attributes of a button that puts a macro's text into the reply.
func macroButton(t Ticket, m MacroRef) templ.Attributes {
	return templ.Attributes{
		"type": "submit", "form": "reply-form", "formmethod": "post", "formenctype": "application/x-www-form-urlencoded", "formnovalidate": true,
		"formaction": ticketPath(t.Number, "/macro/", id64(m.ID)), "data-macro": id64(m.ID), "title": m.Preview,
	}
}

func macroFolders(macros []MacroRef) []string {
	var folders []string
	seen := map[string]bool{}
	for _, m := range macros {
		if !seen[m.Folder] {
			seen[m.Folder] = true
			folders = append(folders, m.Folder)
		}
	}
	return folders
}

func eventIcon(e EventLine) string {
	if e.Icon == "" {
		return "circle-dot"
	}
	return e.Icon
}

func authIcon(results []AuthResult) string {
	if authTone(results) == ToneGood {
		return "shield-check"
	}
	return "shield-alert"
}

// authWord judges a mail's origin in a word: "pass", "doubt", "fail" or "none".
func authWord(results []AuthResult) string {
	switch authTone(results) {
	case ToneGood:
		return "pass"
	case ToneBad:
		return "fail"
	case ToneWarn:
		return "doubt"
	}
	return "none"
}

func sizeAttr(n int) string {
	if n <= 0 {
		return "144"
	}
	return strconv.Itoa(n)
}

func zoneName(p Page) string {
	if p.Zone == nil {
		return "UTC"
	}
	return p.Zone.String()
}
