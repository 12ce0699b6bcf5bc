package automating

import (
	"encoding/json"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// blank is a ticket before the first event of its journal. One whose beginning is older than its journal is as it is today.
func blank(today automation.TicketFacts, events []PastEvent) automation.TicketFacts {
	if len(events) > 0 && events[0].Kind != "ticket.opened" {
		return today
	}
	return automation.TicketFacts{
		Status: string(ticket.New), Created: today.Created, Channel: today.Channel, Language: today.Language, Subject: today.Subject, Shop: today.Shop, Market: today.Market,
	}
}

// change is what the events of tickets say that changes them.
type change struct {
	From    any      `json:"from"`
	To      any      `json:"to"`
	Subject string   `json:"subject"`
	Channel string   `json:"channel"`
	Form    string   `json:"form"`
	Waiting string   `json:"waiting"`
	Topic   string   `json:"topic"`
	Mood    string   `json:"mood"`
	Alarm   string   `json:"alarm"`
	Added   []string `json:"added"`
	Removed []string `json:"removed"`
	Until   int64    `json:"until"`
	On      bool     `json:"on"`
}

func (c change) to() string { s, _ := c.To.(string); return s }

// id is what the event says that something became, 0 for nothing.
func (c change) id() bool { n, _ := c.To.(float64); return n != 0 }

// fold does to a ticket what an event says.
func (y *trying) fold(t *automation.TicketFacts, e PastEvent) {
	var c change
	_ = json.Unmarshal(e.Data, &c) // what is no object of these changes nothing
	move := func(to, wait string) {
		if t.Status, t.Waiting = to, wait; to == string(ticket.Pending) && wait == "" {
			t.Waiting = string(ticket.ForCustomer)
		}
		switch done := to == string(ticket.Solved) || to == string(ticket.Closed); {
		case !done:
			t.Solve = time.Time{}
		case t.Solve.IsZero():
			t.Solve = e.At
		}
		if !t.Solve.IsZero() {
			t.Snoozed = false
		}
	}
	switch e.Kind {
	case "ticket.opened":
		t.Subject, t.Channel, t.Created, t.Last = c.Subject, c.Channel, e.At, e.At
		if e.By == auth.Agent {
			t.Status = string(ticket.Open)
		}
	case "ticket.received":
		t.Messages++
		t.Last, t.Inbound = e.At, e.At
		if c.Form != string(ticket.AutoReply) && c.Form != string(ticket.Report) {
			t.Unread = true
			if t.Status == string(ticket.Pending) {
				move(string(ticket.Open), "")
			}
		}
	case "ticket.reopened":
		if c.From == nil { // by the customer; a reply that was taken back is no such thing
			t.Reopened++
		}
		move(string(ticket.Open), "")
	case "ticket.replied":
		t.Messages++
		t.Last, t.Outbound, t.Unread = e.At, e.At, false
	case "ticket.noted", "ticket.imported":
		t.Messages++
	case "ticket.status":
		move(c.to(), c.Waiting)
	case "ticket.merged_away":
		move(string(ticket.Closed), "")
	case "ticket.assigned":
		t.Assigned = c.id()
	case "ticket.team":
		n, _ := c.To.(float64)
		t.Team = y.teams[auth.TeamID(n)]
	case "ticket.priority", "ticket.sorted":
		if p, ok := ticket.ParsePriority(c.to()); ok {
			t.Priority = int(p)
		}
		if e.Kind == "ticket.sorted" {
			t.Topic, t.Mood, t.Alarm = c.Topic, c.Mood, c.Alarm
		}
	case "ticket.topic":
		t.Topic = c.to()
	case "ticket.subject":
		t.Subject = c.to()
	case "ticket.tags":
		t.Tags = append(slices.DeleteFunc(slices.Clone(t.Tags), func(s string) bool { return slices.Contains(c.Removed, s) }), c.Added...)
		slices.Sort(t.Tags)
	case "ticket.snoozed":
		t.Snoozed = c.Until != 0
	case "ticket.woke":
		t.Snoozed, t.Unread = false, true
	case "ticket.spam":
		t.Spam = c.On
	case "ticket.read":
		t.Unread = !c.On
	}
}

// newest is the form of the newest message that came in, once an event of the ticket is told.
func newest(form string, e PastEvent) string {
	var c change
	if e.Kind != "ticket.received" || json.Unmarshal(e.Data, &c) != nil {
		return form
	}
	return c.Form
}
