package automation

import (
	"godwit.dev/godwit/internal/base/i18n"
)

// Shipped is a rule that comes with the program. It is off until somebody takes it up and turns it on.
type Shipped struct {
	Key string // in the catalogue: its name is rule.shipped.KEY, what it writes rule.shipped.KEY_text
	Definition
}

// Name is what people call it.
func (s Shipped) Name(p *i18n.Printer) string { return p.T("rule.shipped." + s.Key) }

// Made returns the definition with its texts in a language.
func (s Shipped) Made(p *i18n.Printer) Definition {
	d := s.Definition
	d.Name, d.Then = s.Name(p), append([]Step{}, d.Then...)
	for i := range d.Then {
		if d.Then[i].Do == Note || d.Then[i].Do == Open {
			d.Then[i].Text = p.T("rule.shipped." + s.Key + "_text")
		}
	}
	return d
}

// ShippedRules are those that a merchant may want, in the order in which they are offered.
func ShippedRules() []Shipped {
	at := func(key, event string, after int, cond string, steps ...Step) Shipped {
		return Shipped{key, Definition{When: When{Event: event, After: after}, If: cond, Then: steps, Hourly: 200}}
	}
	morning := Shipped{"morning", Definition{
		When: When{Days: weekdays[:5:5], Time: "09:00"}, Hourly: 200,
		If:   `ticket.status in ["new", "open"] and ticket.unanswered and ticket.customer_silent_hours > 24 and not ticket.spam and not ticket.snoozed`,
		Then: []Step{{Do: Tag, Word: "waits-for-us"}, {Do: Note}},
	}}
	return []Shipped{
		at("vip", "ticket.received", 0, `customer.tier in ["vip", "gold"] and ticket.priority < "high"`, Step{Do: Raise, Word: "high"}, Step{Do: Tag, Word: "vip"}),
		at("legal", "ticket.sorted", 0, `ticket.alarm = "legal"`, Step{Do: Raise, Word: "urgent"}, Step{Do: Tag, Word: "legal"}, Step{Do: Note}),
		at("safety", "ticket.sorted", 0, `ticket.alarm = "risk"`, Step{Do: Raise, Word: "urgent"}, Step{Do: Tag, Word: "safety"}, Step{Do: Note}),
		at("chargeback", "ticket.sorted", 0, `ticket.alarm = "chargeback"`, Step{Do: Raise, Word: "urgent"}, Step{Do: Tag, Word: "chargeback"}, Step{Do: Note}),
		at("press", "ticket.sorted", 0, `ticket.alarm = "press"`, Step{Do: Raise, Word: "high"}, Step{Do: Tag, Word: "press"}, Step{Do: Note}),
		at("silent", "ticket.status", 7*24, `ticket.status = "solved" and ticket.solved_hours >= 168`, Step{Do: Status, Word: "closed"}),
		at("nudge", "ticket.replied", 3*24, `ticket.status = "pending" and ticket.waiting = "customer" and ticket.silent_hours >= 72`, Step{Do: Status, Word: "open"}, Step{Do: Note}),
		at("forgotten", "ticket.received", 24, `ticket.unanswered and ticket.status in ["new", "open"] and not ticket.spam`, Step{Do: Raise, Word: "high"}, Step{Do: Tag, Word: "waiting-a-day"}),
		at("stalled", "shipment.stalled", 0, `shipment.risk in ["stalled", "presumed_lost"]`, Step{Do: Open}, Step{Do: Tag, Word: "stalled-parcel"}),
		at("returns", "ticket.sorted", 0, `ticket.topic in ["return_request", "exchange_request", "size_fit"]`, Step{Do: Tag, Word: "returns"}),
		at("away", "ticket.received", 0, `event.form = "auto_reply" and ticket.status in ["new", "open"]`, Step{Do: Status, Word: "pending", Wait: "customer"}, Step{Do: Tag, Word: "out-of-office"}),
		at("dear", "ticket.sorted", 0, `order.total >= 500 EUR and ticket.mood = "negative"`, Step{Do: Raise, Word: "high"}, Step{Do: Tag, Word: "dear-order"}),
		at("again", "ticket.reopened", 0, `ticket.reopened >= 2`, Step{Do: Raise, Word: "high"}, Step{Do: Note}),
		morning,
	}
}
