package automation

import (
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
)

// Facts are what expressions ask about, as it is when a rule acts.
type Facts struct {
	Now      time.Time // in the workspace's zone
	Event    EventFacts
	Ticket   TicketFacts
	Customer CustomerFacts
	Order    OrderFacts
	Shipment ShipmentFacts
	Case     CaseFacts
	Refund   RefundFacts
}

// EventFacts are those of what happened.
type EventFacts struct {
	By   string // customer, agent, bot, system or rule
	From string // a value before, of events that tell of one
	To   string // and after
	Form string // of a message: message, auto_reply, bounce ...
}

// TicketFacts are those of a ticket.
type TicketFacts struct {
	Status, Waiting, Topic, Mood, Alarm     string
	Priority                                int
	Channel, Language, Subject, Team, Shop  string
	Market                                  string // ISO 3166, of the shop
	Tags                                    []string
	Assigned, Spam, Unread, Snoozed         bool
	Messages, Reopened                      int64
	Created, Inbound, Outbound, Last, Solve time.Time // Solve is when it was solved
}

// CustomerFacts are those of a ticket's customer.
type CustomerFacts struct{ Tier, Country, Language string }

// OrderFacts are those of a ticket's order.
type OrderFacts struct {
	Known                       bool
	Status, Payment, Fulfilment string
	Total                       Sum
	Placed                      time.Time
}

// ShipmentFacts are those of the newest parcel of an order to its customer.
type ShipmentFacts struct {
	Known                         bool
	Status, Risk, Carrier, Reason string
	Attempts                      int64
	Scan                          time.Time
}

// CaseFacts are those of the newest case about an order.
type CaseFacts struct {
	Known       bool
	Kind, Phase string
}

// RefundFacts are those of the newest refund of an order.
type RefundFacts struct {
	Known bool
	State string
	Total Sum
}

// Sum is an amount of money in the currency's smallest unit.
type Sum struct {
	Minor    int64
	Currency string // ISO 4217; "" is no sum
}

// Type is what a fact is.
type Type string

// The types of fact.
const (
	Text   Type = "text"   // compared without regard to case; has looks for a part of it
	Choice Type = "choice" // one of a list, "" for none of them
	Level  Type = "level"  // one of a list in order, so that < and > work
	Number Type = "number"
	Money  Type = "money" // an amount with its currency; another currency is never equal, less or more
	Truth  Type = "truth" // a test by itself
	List   Type = "list"  // of texts
)

// Field is a fact that expressions may name.
type Field struct {
	Name    string
	Type    Type
	Choices []string // of Choice and Level, in order
	Known   []string // of Text: the words that Godwit writes itself; others may be asked for, too
	Words   string   // the beginning of catalogue keys of the choices and known words, "" if they stand as they are
	Today   bool     // a dry run reads it as it is now, not as it was
	unit    string   // of Number: hours, days, times, messages or clock, as catalogues name it
	bare    bool     // its words stand in a sentence without quotation marks
	get     func(*Facts) value
}

// value is a fact or what it is compared with.
type value struct {
	text   string
	number float64
	sum    Sum
	truth  bool
	list   []string
	none   bool // a number or sum that nobody knows
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return out
}

func word(f func(*Facts) string) func(*Facts) value {
	return func(x *Facts) value { return value{text: f(x)} }
}

func truth(f func(*Facts) bool) func(*Facts) value {
	return func(x *Facts) value { return value{truth: f(x)} }
}

func count(f func(*Facts) int64) func(*Facts) value {
	return func(x *Facts) value { return value{number: float64(f(x))} }
}

func sum(f func(*Facts) Sum) func(*Facts) value {
	return func(x *Facts) value { s := f(x); return value{sum: s, none: s.Currency == ""} }
}

// since is how many units have passed since a time that may not have been.
func since(unit time.Duration, f func(*Facts) time.Time) func(*Facts) value {
	return func(x *Facts) value {
		at := f(x)
		if at.IsZero() {
			return value{none: true}
		}
		return value{number: float64(x.Now.Sub(at)) / float64(unit)}
	}
}

var (
	priorities = []string{"low", "normal", "high", "urgent"}
	weekdays   = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	actors     = []string{"customer", "agent", "bot", "system", "rule"}
	risks      = []string{"overdue", "stalled", "presumed_lost", "contradicted"}
	moods      = texts([]triage.Mood{triage.Negative, triage.Neutral, triage.Positive})
	channels   = []string{"email", "web", "chat", "phone", "sms", "whatsapp", "telegram", "marketplace", "api"}
	forms      = texts([]ticket.Form{ticket.Plain, ticket.AutoReply, ticket.Bounce, ticket.List, ticket.Report})
	sales      = []string{"open", "fulfilled", "partially_fulfilled", "cancelled", "returned"}
	payments   = []string{"pending", "unpaid", "authorized", "paid", "partially_refunded", "refunded", "failed"}
	alarms     = texts([]triage.Alarm{triage.Risk, triage.Legal, triage.Chargeback, triage.Press, triage.Haste})
)

// fields are all facts, in the order in which an editor offers them.
var fields = []Field{
	{Name: "ticket.status", Type: Choice, Choices: texts(ticket.Statuses()), Words: "status.", get: word(func(f *Facts) string { return f.Ticket.Status })},
	{Name: "ticket.priority", Type: Level, Choices: priorities, Words: "priority.", get: func(f *Facts) value { return value{text: ticket.Priority(f.Ticket.Priority).String()} }},
	{Name: "ticket.topic", Type: Choice, Choices: texts(triage.Topics()), Words: "topic.", get: word(func(f *Facts) string { return f.Ticket.Topic })},
	{Name: "ticket.alarm", Type: Choice, Choices: alarms, Words: "rule.alarm.", get: word(func(f *Facts) string { return f.Ticket.Alarm })},
	{Name: "ticket.mood", Type: Choice, Choices: moods, Words: "mood.", get: word(func(f *Facts) string { return f.Ticket.Mood })},
	{Name: "ticket.tags", Type: List, get: func(f *Facts) value { return value{list: f.Ticket.Tags} }},
	{Name: "ticket.assigned", Type: Truth, get: truth(func(f *Facts) bool { return f.Ticket.Assigned })},
	{Name: "ticket.team", Type: Text, get: word(func(f *Facts) string { return f.Ticket.Team })},
	{Name: "ticket.shop", Type: Text, Today: true, get: word(func(f *Facts) string { return f.Ticket.Shop })},
	{Name: "ticket.market", Type: Text, Today: true, bare: true, get: word(func(f *Facts) string { return f.Ticket.Market })},
	{Name: "ticket.language", Type: Text, Today: true, bare: true, get: word(func(f *Facts) string { return f.Ticket.Language })},
	{Name: "ticket.channel", Type: Text, Known: channels, Words: "channel.", get: word(func(f *Facts) string { return f.Ticket.Channel })},
	{Name: "ticket.subject", Type: Text, get: word(func(f *Facts) string { return f.Ticket.Subject })},
	{Name: "ticket.waiting", Type: Choice, Choices: texts(ticket.Waits()), Words: "waiting.", bare: true, get: word(func(f *Facts) string { return f.Ticket.Waiting })},
	{Name: "ticket.spam", Type: Truth, get: truth(func(f *Facts) bool { return f.Ticket.Spam })},
	{Name: "ticket.snoozed", Type: Truth, get: truth(func(f *Facts) bool { return f.Ticket.Snoozed })},
	{Name: "ticket.unread", Type: Truth, get: truth(func(f *Facts) bool { return f.Ticket.Unread })},
	{Name: "ticket.messages", Type: Number, unit: "messages", get: count(func(f *Facts) int64 { return f.Ticket.Messages })},
	{Name: "ticket.reopened", Type: Number, unit: "times", get: count(func(f *Facts) int64 { return f.Ticket.Reopened })},
	{Name: "ticket.age_hours", Type: Number, unit: "hours", get: since(time.Hour, func(f *Facts) time.Time { return f.Ticket.Created })},
	{Name: "ticket.silent_hours", Type: Number, unit: "hours", get: since(time.Hour, func(f *Facts) time.Time { return f.Ticket.Last })},
	{Name: "ticket.customer_silent_hours", Type: Number, unit: "hours", get: since(time.Hour, func(f *Facts) time.Time { return f.Ticket.Inbound })},
	{Name: "ticket.unanswered", Type: Truth, get: truth(func(f *Facts) bool { return f.Ticket.Inbound.After(f.Ticket.Outbound) })},
	{Name: "ticket.solved_hours", Type: Number, unit: "hours", get: since(time.Hour, func(f *Facts) time.Time { return f.Ticket.Solve })},

	{Name: "customer.tier", Type: Text, Today: true, get: word(func(f *Facts) string { return f.Customer.Tier })},
	{Name: "customer.country", Type: Text, Today: true, bare: true, get: word(func(f *Facts) string { return f.Customer.Country })},
	{Name: "customer.language", Type: Text, Today: true, bare: true, get: word(func(f *Facts) string { return f.Customer.Language })},

	{Name: "order.known", Type: Truth, get: truth(func(f *Facts) bool { return f.Order.Known })},
	{Name: "order.status", Type: Text, Today: true, Known: sales, Words: "order.status.", get: word(func(f *Facts) string { return f.Order.Status })},
	{Name: "order.payment", Type: Text, Today: true, Known: payments, Words: "payment.", get: word(func(f *Facts) string { return f.Order.Payment })},
	{Name: "order.fulfilment", Type: Text, Today: true, Known: sales, Words: "order.status.", get: word(func(f *Facts) string { return f.Order.Fulfilment })},
	{Name: "order.total", Type: Money, Today: true, get: sum(func(f *Facts) Sum { return f.Order.Total })},
	{Name: "order.age_days", Type: Number, unit: "days", get: since(24*time.Hour, func(f *Facts) time.Time { return f.Order.Placed })},

	{Name: "shipment.known", Type: Truth, Today: true, get: truth(func(f *Facts) bool { return f.Shipment.Known })},
	{Name: "shipment.status", Type: Text, Today: true, Known: texts(shipment.Statuses()), Words: "parcel.", get: word(func(f *Facts) string { return f.Shipment.Status })},
	{Name: "shipment.risk", Type: Choice, Choices: risks, Words: "rule.risk.", Today: true, get: word(func(f *Facts) string { return f.Shipment.Risk })},
	{Name: "shipment.carrier", Type: Text, Today: true, get: word(func(f *Facts) string { return f.Shipment.Carrier })},
	{Name: "shipment.reason", Type: Text, Today: true, get: word(func(f *Facts) string { return f.Shipment.Reason })},
	{Name: "shipment.attempts", Type: Number, Today: true, unit: "times", get: count(func(f *Facts) int64 { return f.Shipment.Attempts })},
	{Name: "shipment.silent_hours", Type: Number, Today: true, unit: "hours", get: since(time.Hour, func(f *Facts) time.Time { return f.Shipment.Scan })},

	{Name: "case.known", Type: Truth, Today: true, get: truth(func(f *Facts) bool { return f.Case.Known })},
	{Name: "case.kind", Type: Text, Today: true, Known: texts(cases.Kinds()), Words: "cases.kind.", get: word(func(f *Facts) string { return f.Case.Kind })},
	{Name: "case.phase", Type: Text, Today: true, Known: texts(cases.Phases()), Words: "cases.phase.", get: word(func(f *Facts) string { return f.Case.Phase })},

	{Name: "refund.known", Type: Truth, Today: true, get: truth(func(f *Facts) bool { return f.Refund.Known })},
	{Name: "refund.state", Type: Text, Today: true, Known: texts(refund.States()), Words: "refunds.state.", get: word(func(f *Facts) string { return f.Refund.State })},
	{Name: "refund.total", Type: Money, Today: true, get: sum(func(f *Facts) Sum { return f.Refund.Total })},

	{Name: "event.by", Type: Choice, Choices: actors, Words: "rule.by.", bare: true, get: word(func(f *Facts) string { return f.Event.By })},
	{Name: "event.from", Type: Text, get: word(func(f *Facts) string { return f.Event.From })},
	{Name: "event.to", Type: Text, get: word(func(f *Facts) string { return f.Event.To })},
	{Name: "event.form", Type: Text, Known: forms, Words: "rule.form.", get: word(func(f *Facts) string { return f.Event.Form })},

	{Name: "now.hour", Type: Number, unit: "clock", get: count(func(f *Facts) int64 { return int64(f.Now.Hour()) })},
	{Name: "now.weekday", Type: Choice, Choices: weekdays, Words: "promise.day.", bare: true, get: word(func(f *Facts) string { return weekdays[(int(f.Now.Weekday())+6)%7] })},
}

// Fields returns the facts that expressions may name, in the order in which an editor offers them.
func Fields() []Field { return slices.Clone(fields) }

var fieldByName = func() map[string]*Field {
	m := map[string]*Field{}
	for i := range fields {
		m[fields[i].Name] = &fields[i]
	}
	return m
}()

// Signs are the signs that fit a type, in the order in which an editor offers them.
func (t Type) Signs() []string {
	switch t {
	case Text:
		return []string{"=", "!=", "in", "has"}
	case Choice:
		return []string{"=", "!=", "in"}
	case Level:
		return []string{"=", "!=", "<", "<=", ">", ">=", "in"}
	case Number, Money:
		return []string{"=", "!=", "<", "<=", ">", ">="}
	case List:
		return []string{"has"}
	}
	return nil
}

// Example is a value of the type as it is written, for whoever wrote another.
func (f *Field) Example() string {
	switch f.Type {
	case Choice, Level:
		return `"` + strings.Join(f.Choices, `", "`) + `"`
	case Number:
		return "24"
	case Money:
		return "100 EUR"
	}
	return `"…"`
}
