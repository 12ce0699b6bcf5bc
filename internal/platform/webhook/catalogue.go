package webhook

import (
	"slices"

	"godwit.dev/godwit/internal/platform/audit"
)

// Fields that many kinds share.
var (
	number  = Field{"number", Integer, "the ticket's number"}
	message = Field{"message", "message", "the message"}
	name    = Field{"name", Text, "its name"}
)

func from(t Type) Field { return Field{"from", t, "before"} }

func to(t Type) Field { return Field{"to", t, "now"} }

// orderFields are those of an order's state.
var orderFields = []Field{
	{"number", Text, "the order's number"}, {"status", Text, "open, completed, cancelled ..."}, {"payment_status", Text, "if the shop told it"},
	{"fulfillment_status", Text, "if the shop told it"}, {"currency", Text, "ISO 4217"}, {"total", Integer, "in the currency's smallest unit"},
	{"refunded", Integer, "in the currency's smallest unit"},
}

// promiseFields are those of a promise about a ticket.
var promiseFields = []Field{
	number, {"target", Text, "first, next, resolution or update"}, {"rule", Text, "the rule that promised it"}, {"from", Moment, "from when it is counted"}, {"due", Moment, "when it is due"},
}

// productFields are those of a product's state.
var productFields = []Field{
	{"shop", "shop", "the shop that sells it"}, {"external_id", Text, "the shop's own identifier"}, {"title", Text, "its name"},
	{"status", Text, "active, draft, archived or deleted"}, {"skus", Texts, "of its variants, the first twenty"}, {"variants", Integer, "how many"},
}

// shipmentFields are those of the state that a tracking event caused.
var shipmentFields = []Field{
	{"number", Text, "the tracking number of its first leg"}, {"carrier", Text, "of its first leg, in small letters and digits"}, {"direction", Text, "out or back"},
	{"order", "order", "the order that it belongs to"}, {"shop", "shop", "the order's shop"}, {"status", Text, "now"}, {"was", Text, "before"},
	{"at", Moment, "when it happened, which may be long before it became known"}, {"cause", Text, "carrier, shipper, recipient, customs or force_majeure"},
	{"reason", Text, "why, in our words"}, {"country", Text, "where, ISO 3166"}, {"city", Text, "where"},
	{"attempts", Integer, "visits of the courier in vain so far"}, {"correction", Boolean, "it takes back what was said before"},
	{"risk", Text, "overdue, stalled, presumed_lost or contradicted, in the events of these names"},
}

// connectionFields are those of a connection with a shop.
var connectionFields = []Field{
	{"connection", Text, "its connection"}, {"driver", Text, "the platform"}, {"state", Text, "importing, live or paused"},
	{"problem", Text, "what is wrong, as a key of our texts; left out if nothing is"}, {"objects", Integer, "versions of orders, products and customers taken so far"},
}

// translatorFields are those of a connection with a provider of translations.
var translatorFields = []Field{{"driver", Text, "the provider"}, name, {"state", Text, "on, paused or broken"}}

// traceFields are those of a search request or claim to a carrier.
var traceFields = []Field{
	{"shipment", "shipment", "the parcel"}, {"shop", "shop", "the parcel's shop"}, {"order", "order", "the parcel's order"}, {"ticket", "ticket", "where it is spoken of"}, {"kind", Text, "search or claim"},
	{"state", Text, "now"}, {"was", Text, "before"}, {"carrier", Text, "in small letters and digits"}, {"number", Text, "the tracking number"},
	{"reference", Text, "the carrier's own"}, {"deadline", Moment, "until when the carrier takes it"}, {"amount", Integer, "in the currency's smallest unit"}, {"currency", Text, "ISO 4217"},
	{"note", "note", "the note that was written with it"},
}

// recoveryFields are those of a claim against a carrier, an insurer, a supplier or a marketplace.
var recoveryFields = []Field{
	{"against", Text, "carrier, insurer, supplier or marketplace"}, {"party", Text, "its name"}, {"cause", Text, "lost, never_scanned, damaged, delayed or defective"}, {"state", Text, "now"}, {"was", Text, "before"},
	{"shop", "shop", "the shop of what happened"}, {"order", "order", "of the first thing that happened"}, {"batch", Text, "of a supplier"}, {"reference", Text, "the party's own"},
	{"asked", Integer, "in the currency's smallest unit"}, {"granted", Integer, "likewise"}, {"received", Integer, "likewise"}, {"currency", Text, "ISO 4217"},
	{"deadline", Moment, "by which something must happen"}, {"paid", Text, "a payment as it came, in recovery.paid"}, {"why", Text, "why it was refused, asked about or written off"},
	{"added", Text, "the paper of a file that was put to it"}, {"removed", Text, "the paper of a file that was taken off"},
}

// agreementFields are those of what was agreed with a party about claims.
var agreementFields = []Field{
	{"against", Text, "carrier, insurer, supplier or marketplace"}, {"party", Text, "its name"}, {"cause", Text, "of one cause alone"}, {"from", Text, "the day from which it holds, as 2026-06-30"},
}

// caseFields are those of the phase that something caused which happened to a case.
var caseFields = []Field{
	{"number", Integer, "the case's number"}, {"kind", Text, "withdrawal, return, exchange, warranty ..."}, {"what", Text, "what happened: went, counted, resolution ..."},
	{"phase", Text, "now"}, {"was", Text, "before"}, {"reason", Text, "why it is closed"}, {"code", Text, "the coded reason that the customer reads"},
	{"resolution", Integer, "the resolution that went on"}, {"stand", Text, "where that stands"}, {"orders", list("order"), "the orders that it is about"},
}

// goodsFields are those of the state of a parcel that goods come back in.
var goodsFields = []Field{
	{"case", Integer, "the case's number"}, {"order", "order", "the order"}, {"rma", Text, "the number under which it is received"},
	{"route", Text, "drop_off, local_hub, local_warehouse or origin"}, {"state", Text, "now"}, {"was", Text, "before"},
	{"carrier", Text, "as the customer told it"}, {"tracking", Text, "likewise"},
}

// repairFields are those of what happened to a repair.
var repairFields = []Field{
	{"case", Integer, "the case's number"}, {"order", "order", "the order"}, {"what", Text, "opened, went, lent, returned, charged, spent or late"}, {"stage", Text, "now"}, {"was", Text, "before"},
	{"serial", Text, "of the unit that went out, came back or was charged"}, {"amount", Integer, "price, charge or cost, in the currency's smallest unit"}, {"currency", Text, "ISO 4217"},
}

// outgoingFields are those of the state of a replacement.
var outgoingFields = []Field{
	{"case", Integer, "the case's number"}, {"order", "order", "the order"}, {"means", Text, "exchange_variant, exchange_other, resend or spare_part"},
	{"state", Text, "to_send, short, sent, delivered, lost, came_back or cancelled"}, {"was", Text, "before"}, {"attempt", Integer, "from 1"},
	{"carrier", Text, "of one that was sent"}, {"tracking", Text, "likewise"},
}

// holdFields are those of a sum that is held on a customer's card.
var holdFields = []Field{
	{"case", Integer, "the case's number"}, {"order", "order", "the order"}, {"provider", Text, "that holds it"},
	{"state", Text, "asked, held, lapsed, taking, taken, unpaid, releasing, released, failed, returning or returned"}, {"was", Text, "before"},
	{"amount", Integer, "agreed, in the currency's smallest unit"}, {"taken", Integer, "of it, that was taken, or paid back"}, {"currency", Text, "ISO 4217"},
	{"due_at", Moment, "the customer's last day to send the goods"}, {"code", Text, "why it failed, in the provider's words"},
}

// transferFields are those of a batch of transfers.
var transferFields = []Field{
	{"count", Integer, "of its transfers"}, {"amount", Integer, "of all, in the currency's smallest unit"}, {"currency", Text, "ISO 4217"}, {"format", Text, "sepa: a file; list: by hand"},
}

// refundFields are those of the state that something caused which happened to a refund.
var refundFields = []Field{
	{"order", "order", "the order"}, {"what", Text, "what happened: approved, submitted, succeeded ..."}, {"state", Text, "of the refund, now"}, {"was", Text, "before"},
	{"allocation", Integer, "the part that it is about, from 1"}, {"attempt", Integer, "the attempt of that part"}, {"code", Text, "why, in the provider's words"},
	{"reference", Text, "the provider's own identifier"}, {"amount", Integer, "of the refund, in the currency's smallest unit"},
	{"owed", Integer, "of it, what has not arrived"}, {"out", Integer, "what the customer got twice and has not sent back"}, {"currency", Text, "ISO 4217"},
}

// budgetFields are those of a cap of the return policy in a day, week or month.
var budgetFields = []Field{
	{"rule", Text, "where the cap stands; empty is the terms"}, {"per", Text, "day, week or month"}, {"period", Text, "2026-11-23, 2026-W48 or 2026-11, in UTC"},
	{"spent", Integer, "that went out without a person, in the currency's smallest unit"}, {"reserved", Integer, "that is to"}, {"limit", Integer, "of the cap"}, {"currency", Text, "ISO 4217"},
}

// letterFields are those of a letter about a parcel to its customer.
var letterFields = []Field{
	{"letter", "message", "the letter"}, {"order", "order", "the parcel's order"}, {"occasion", Text, "delay, customs, attempt, pickup, delivered or lost"},
	{"language", Text, "BCP 47"}, {"subject", Text, "its subject"}, {"state", Text, "sent, failed or unknown"},
}

// catalogue is the contract with receivers: fields are added to it, and neither
// renamed nor taken away. A test holds it to the journal.
var catalogue = []Kind{
	{"ticket.opened", "A conversation began.", []Field{number, {"channel", Text, "where it came in"}, {"subject", Text, "its subject"}, {"follow_up_of", "ticket", "the closed ticket that it continues"}}},
	{"ticket.received", "A message came in. The text is read over the API.", []Field{number, message,
		{"form", Text, "message, auto_reply, bounce ..."}, {"by", Text, "what tied it to the ticket: token, reference, order, subject ..."}, {"verified", Boolean, "the sender is proven or known to take part"}}},
	{"ticket.replied", "A reply was written; it leaves at send_at unless it is taken back.", []Field{number, message, {"send_at", Moment, "when it leaves"}}},
	{"ticket.delivery", "A reply reached a state on its way.", []Field{number, message, {"state", Text, "sent, failed, unknown ..."}, {"detail", Text, "the mail server's words"}}},
	{"ticket.unsent", "A reply was taken back before it left.", []Field{number, message}},
	{"ticket.hurried", "A reply that was to leave later was sent at once.", []Field{number, message}},
	{"ticket.resent", "A reply that had failed was sent again.", []Field{number, message}},
	{"ticket.bounced", "A reply came back.", []Field{number, message, {"recipient", Text, "whom it did not reach"}, {"status", Text, "enhanced status code, RFC 3463"}}},
	{"ticket.noted", "An internal note was written.", []Field{number, message, {"mentions", list("person"), "who was mentioned"}}},
	{"ticket.imported", "A sent message of an archive was added.", []Field{number, message}},
	{"ticket.status", "The status changed.", []Field{number, from(Text), to(Text), {"waiting", Text, "for whom it waits, if it is pending"}}},
	{"ticket.reopened", "A message reopened it, or a reply was taken back.", []Field{number, from(Text), {"by", Text, "unsent, if a reply was taken back"}}},
	{"ticket.assigned", "The assignee changed.", []Field{number, from("person"), to("person"), {"by", Text, "reply, if replying did it"}}},
	{"ticket.team", "The team changed.", []Field{number, from("team"), to("team")}},
	{"ticket.priority", "The priority changed.", []Field{number, from(Text), to(Text)}},
	{"ticket.language", "A person said which language the customer writes, or took that back.", []Field{number, from(Text), to(Text), {"said", Boolean, "a person says so now"}, {"was_said", Boolean, "a person had said so before"}}},
	{"ticket.topic", "A person said what it is about.", []Field{number, from(Text), to(Text)}},
	{"ticket.sorted", "What a customer wrote was read: topic, mood and alarms of it, and the priority that follows.", []Field{number, message, {"topic", Text, "what the ticket is about"},
		{"mood", Text, "negative, neutral or positive"}, {"alarm", Text, "risk, legal, chargeback, press or haste; empty for none"}, {"words", Texts, "the words that decided"}, from(Text), to(Text), {"by", Text, "model, if an outside model told the topic afterwards"}}},
	{"ticket.tags", "Tags were added or removed.", []Field{number, {"added", Texts, ""}, {"removed", Texts, ""}}},
	{"ticket.fields", "Custom fields changed.", []Field{number, from(Values), to(Values)}},
	{"ticket.subject", "The subject changed.", []Field{number, from(Text), to(Text)}},
	{"ticket.snoozed", "It was put aside, or taken up again.", []Field{number, from(Moment), {"until", Moment, "when it comes back; null for now"}, {"wake", Boolean, "an answer brings it back earlier"}}},
	{"ticket.woke", "The time it was put aside for is over.", []Field{number}},
	{"ticket.spam", "It was marked as spam, or not.", []Field{number, {"on", Boolean, "it is spam"}}},
	{"ticket.order", "It was tied to another order.", []Field{number, from("order"), to("order")}},
	{"ticket.read", "It was marked as read or unread.", []Field{number, {"on", Boolean, "it is read"}}},
	{"ticket.promise_soon", "A promise about it is soon due.", promiseFields},
	{"ticket.promise_broken", "A promise about it was not kept in time. It is told once; a promise that is due anew may be told of again.", promiseFields},
	{"ticket.merged", "Another ticket was merged into it.", []Field{number, from("ticket"), {"from_number", Integer, "the other one's number"}, {"messages", list("message"), "those that moved here"}}},
	{"ticket.merged_away", "It was merged into another ticket and is closed.", []Field{number, {"into", "ticket", "where it lives on"}, {"into_number", Integer, "that one's number"}}},
	{"ticket.unmerged", "A merge was undone: it stands on its own again.", []Field{number, from("ticket")}},
	{"ticket.split", "Messages were moved out into a new ticket.", []Field{number, to("ticket"), {"to_number", Integer, "the new one's number"}, {"messages", list("message"), "those that moved"}}},
	{"ticket.split_off", "It was made from messages of another ticket.", []Field{number, from("ticket"), {"from_number", Integer, "the other one's number"}}},
	{"ticket.undone", "An earlier change was taken back.", []Field{number, {"event", "event", "the event that was taken back"}, {"kind", Text, "its type"}}},
	{"ticket.side_opened", "A conversation with a third party about it began.", []Field{number, {"side", "side", "the conversation"}, {"party", Text, "carrier, supplier ..."}, {"to", Text, "the address"}}},
	{"ticket.side_replied", "A message was written to a third party.", []Field{number, message, {"side", "side", "the conversation"}}},

	{"customer.created", "A customer wrote or bought for the first time.", []Field{{"via", Text, "the kind of address"}}},
	{"customer.updated", "What is known about a customer changed.", []Field{{"name", Text, ""}, {"language", Text, "BCP 47"}, {"tier", Text, ""}, {"country", Text, "ISO 3166"}}},
	{"customer.linked", "An address was added.", []Field{{"kind", Text, "email, phone ..."}}},
	{"customer.unlinked", "An address was taken away.", []Field{{"kind", Text, "email, phone ..."}}},
	{"customer.merged", "Two customers turned out to be one; the subject stays.", []Field{from("customer"), {"into", "customer", "the one that stays"},
		{"orders", list("order"), "those that moved"}, {"tickets", list("ticket"), "those that moved"}}},
	{"customer.unmerged", "A merge of customers was undone.", []Field{from("customer"), {"into", "customer", ""}, {"merge", "event", "the event that was undone"}}},

	{"order.created", "An order became known.", orderFields},
	{"order.updated", "An order changed.", orderFields},
	{"order.disputed", "Who paid it asked their bank to take a payment back, or that is over.", []Field{{"provider", Text, "who took the payment"}, {"payment", Text, "the provider's name of it"}, {"disputed", Boolean, ""}}},
	{"shop.created", "A shop became known.", []Field{name, {"platform", Text, ""}, {"currency", Text, "ISO 4217"}}},

	{"brand.saved", "The look of a shop's page for customers changed.", []Field{{"part", Text, "look, logo or domain"}}},
	{"brand.domain_proven", "A shop's page for customers stands on a host of its own.", []Field{{"host", Text, "its name"}}},
	{"brand.domain_failing", "The proof of a shop's own host has been gone for three days; its owners were told.", []Field{{"host", Text, "its name"}}},
	{"brand.domain_recovered", "The proof of a host that failed is there again.", []Field{{"host", Text, "its name"}}},
	{"brand.domain_withdrawn", "The proof had been gone for fourteen days: nothing stands on the host any more.", []Field{{"host", Text, "its name"}}},
	{"product.created", "A product became known.", productFields},
	{"product.updated", "A product changed.", productFields},
	{"product.edited", "Somebody wrote to a product by hand.", append(slices.Clone(productFields), Field{"variant", "variant", "the variant that it was written to"}, Field{"fields", Texts, "hs_code, origin, supplier, batch, attributes.NAME"})},
	{"plan.saved", "A version of a shipping plan was saved.", []Field{name, {"version", Integer, "its number"}}},
	{"ticket.translation", "Translating its messages into a language was turned on or off.", []Field{number, {"language", Text, "BCP 47"}, {"on", Boolean, "they are translated"}}},
	{"ticket.translated", "Messages of it were translated.", []Field{number, {"language", Text, "into which, BCP 47"}, {"messages", Integer, "how many"}}},
	{"translation.saved", "The glossary and limits of translations were saved.", []Field{{"version", Integer, "its number"}}},
	{"translator.saved", "A connection with a provider of translations was made or changed.", translatorFields},
	{"translator.deleted", "A connection with a provider of translations was deleted.", translatorFields},
	{"market.saved", "What the workspace says of the customers of a market was saved, or taken back.", []Field{{"market", Text, "ISO 3166-1 alpha-2"}, {"version", Integer, "its number"}, {"own", Boolean, "it says something; false: the market is as shipped"}}},
	{"routing.saved", "How tickets are given to people was saved.", []Field{{"version", Integer, "its number"}, {"on", Boolean, "tickets are given out"}}},
	{"triage.learned", "Something was learned of corrected topics; it is used only if adopted.", []Field{{"version", Integer, "its number"}, {"judgement", Text, "adopted, or why not: worse_shipped, worse_aside, no_better"}, {"corrections", Integer, "how many there were"}}},
	{"triage.saved", "A person said whether the program learns of corrected topics, and which version reads.", []Field{{"mode", Text, "learn, hold or off"}, {"version", Integer, "0 for the one that is shipped"}, {"model", "translator", "the outside model that is asked; none for nobody"}, {"daily", Integer, "how often a day at most"}}},
	{"sheet.saved", "What a person can do, and when, was saved; the subject is the person.", []Field{{"version", Integer, "its number"}}},
	{"forecast.saved", "When people are told that a promise is likely to be broken was saved.", []Field{{"version", Integer, "its number"}, {"warn", Boolean, "people are told"}, {"percent", Integer, "chance from which on"}}},
	{"forecast.warned", "A promise about an answer is likely to be broken within the next hours; told once, until that has passed.", []Field{{"team", "team", "whose; none for the whole desk"}, {"from", Moment, "the hour in which it is likeliest"}, {"to", Moment, "its end"}, {"percent", Integer, "chance in that hour"}, {"misses", Integer, "broken promises in all hours of the forecast, on average"}, {"short", Integer, "people missing; 100: no number helps"}}},
	{"promises.saved", "A version of the book of promises was saved.", []Field{{"version", Integer, "its number"}}},
	{"costs.saved", "A version of the cost book was saved.", []Field{{"version", Integer, "its number"}}},
	{"policy.budget_near", "Four fifths of a budget of the return policy are used; once a day, week or month.", budgetFields},
	{"policy.budget_spent", "A budget of the return policy is used up: people decide from now on; once a day, week or month.", budgetFields},
	{"policy.saved", "A version of a return policy was saved.", []Field{name, {"version", Integer, "its number"}}},
	{"policy.released", "A version of a return policy was put in force.", []Field{name, {"version", Integer, "its number"}, {"from", Moment, "for orders placed from then on"}}},
	{"replay.asked", "Somebody asked what a return policy would have changed in past cases.", []Field{name, {"since", Moment, "cases that were opened from then on"}}},
	{"replay.ended", "A replay of past cases ended.", []Field{name, {"state", Text, "done, stopped or failed"}, {"cases", Integer, "that were read"}, {"changed", Integer, "of which an offer differs; left out where nothing is known of it"}}},
	{"rates.imported", "Exchange rates came in.", []Field{{"source", Text, "ecb"}, {"day", Text, "the newest day"}, {"rates", Integer, "how many are new"}}},
	{"rates.set", "The merchant set an exchange rate.", []Field{{"base", Text, "ISO 4217"}, {"quote", Text, "ISO 4217"}, {"value", Text, "what one base is worth"}, {"day", Text, "from when"}}},
	{"rates.dropped", "The merchant took an exchange rate away.", []Field{{"base", Text, "ISO 4217"}, {"quote", Text, "ISO 4217"}}},
	{"shipment.announced", "There is a label for a parcel, and no scan yet.", shipmentFields},
	{"shipment.picked_up", "The carrier has a parcel.", shipmentFields},
	{"shipment.in_transit", "A parcel moves.", shipmentFields},
	{"shipment.in_customs", "Customs has a parcel.", shipmentFields},
	{"shipment.out_for_delivery", "A courier has a parcel.", shipmentFields},
	{"shipment.ready_for_pickup", "A parcel waits for its recipient at a shop, locker or post office.", shipmentFields},
	{"shipment.attempt_failed", "A courier came in vain.", shipmentFields},
	{"shipment.held", "Somebody must do something before a parcel goes on.", shipmentFields},
	{"shipment.delivered", "A parcel was delivered.", shipmentFields},
	{"shipment.returning", "A parcel goes back to its sender.", shipmentFields},
	{"shipment.returned", "A parcel is back at its sender.", shipmentFields},
	{"shipment.lost", "A parcel is lost.", shipmentFields},
	{"shipment.destroyed", "A parcel was destroyed.", shipmentFields},
	{"proactive.sent", "A customer was told something of a parcel, by itself.", letterFields},
	{"proactive.failed", "A letter about a parcel did not leave, or nobody knows whether it did.", letterFields},
	{"proactive.set", "What a shop writes to customers by itself was changed.", []Field{{"on", Boolean, "it writes by itself"}, {"occasions", Texts, "delay, customs, attempt, pickup, delivered, lost"},
		{"gap_hours", Integer, "the least between two letters about one order"}, {"most", Integer, "letters about one order"}, {"from_hour", Integer, "of the customer's day"}, {"until_hour", Integer, "of the customer's day"}}},
	{"recovery.opened", "A claim against a carrier, an insurer, a supplier or a marketplace was opened.", recoveryFields},
	{"recovery.moved", "A claim came to another state.", recoveryFields},
	{"recovery.noted", "Something else about a claim changed.", recoveryFields},
	{"recovery.paid", "Money came for a claim.", recoveryFields},
	{"recovery.agreed", "What was agreed with a party about claims was written down, or changed.", agreementFields},
	{"recovery.agreement_dropped", "What was agreed with a party about claims was taken off.", agreementFields},
	{"recovery.due", "A claim's deadline is near, or its answer is late.", recoveryFields},
	{"trace.opened", "A search request or claim to a carrier was drafted.", traceFields},
	{"trace.moved", "It was sent, answered, paid, rejected, or it expired.", traceFields},
	{"trace.noted", "Something else about it changed.", traceFields},
	{"trace.due", "Its deadline is near, and it is not sent.", traceFields},
	{"shipment.overdue", "A parcel is late: its carrier says so, or the day that it named is over.", shipmentFields},
	{"shipment.stalled", "A parcel is silent for longer than its lane explains.", shipmentFields},
	{"shipment.presumed_lost", "A parcel is silent for so long that hardly any such parcel is seen again.", shipmentFields},
	{"shipment.contradicted", "A parcel ended, and a later scan says otherwise.", shipmentFields},
	{"shipment.cancelled", "A parcel's label was cancelled before a scan.", shipmentFields},

	{"case.opened", "A return, claim or withdrawal was begun.", caseFields},
	{"case.moved", "A case went to another phase.", caseFields},
	{"case.noted", "Something else about a case changed: quantities, goods, a resolution.", caseFields},
	{"goods.moved", "A parcel that goods come back in is expected, was sent, moves, arrived, was received or is cancelled.", goodsFields},
	{"replacement.moved", "Goods that go out for a case are to be sent, are not in stock, were sent, delivered, lost, came back or cannot be sent.", outgoingFields},
	{"replacement.addressed", "It was said where goods go that go out for a case: by its customer, or by a person in their word.", outgoingFields},
	{"hold.moved", "A sum on a customer's card, for an exchange that goes out at once, is asked for, held, released, taken, paid back, or was refused.", holdFields},
	{"refund.requested", "A refund was asked for.", refundFields},
	{"refund.moved", "A refund's state changed.", refundFields},
	{"refund.noted", "Something else about a refund changed: a dispute, another destination, one of several parts.", refundFields},
	{"refund.reversed", "A bank sent back a refund that had succeeded: the customer is owed again.", refundFields},
	{"refund.paid_twice", "A customer got the same money twice: a provider paid an attempt that had been given up, or somebody else paid as well.", refundFields},
	{"refund.settled", "What a customer got twice came back, was written off, or was not twice.", refundFields},
	{"refund.limits", "The sums up to which refunds are approved changed.", []Field{{"limits", Values, "sums by role and currency"}, {"was", Values, "those before"}}},
	{"payee.saved", "The bank account to which refunds of an order are transferred was given.", []Field{{"account", Text, "masked"}}},
	{"transfers.made", "A batch of transfers to bank accounts was made.", transferFields},
	{"transfers.sent", "A batch of transfers was given to the bank.", transferFields},
	{"transfers.withdrawn", "A batch of transfers was taken back before it was sent.", transferFields},
	{"transfers.heard", "A bank's statement told something new of transfers.", []Field{{"bookings", Integer, "that name a transfer"}, {"ours", Integer, "of them, of this house"}, {"news", Integer, "of them, new"}, {"returned", Integer, "of them, money that came back"}, {"odd", Integer, "told with another sum"}}},
	{"credit.moved", "Store credit of a customer was issued, redeemed, adjusted or expired.", []Field{{"customer", "customer", ""}, {"what", Text, "issued, redeemed, adjusted or expired"}, {"amount", Integer, "plus is more for the customer, in the currency's smallest unit"}, {"balance", Integer, "what is left"}, {"currency", Text, "ISO 4217"}, {"refund", "refund", "that issued it"}, {"note", Text, "why"}}},

	{"shop.connected", "A shop was connected with its platform.", connectionFields},
	{"shop.changed", "A connection with a shop got other settings.", connectionFields},
	{"shop.paused", "A connection with a shop was paused.", connectionFields},
	{"shop.resumed", "A connection with a shop goes on.", connectionFields},
	{"shop.disconnected", "A connection with a shop was removed; its orders stay.", connectionFields},
	{"shop.imported", "The first import of a shop is complete.", connectionFields},
	{"shop.failing", "A shop cannot be read any more.", connectionFields},
	{"shop.recovered", "A shop can be read again.", connectionFields},
	{"shop.privacy_requested", "A shop passes on that somebody wants their data erased or told.", connectionFields},
	{"shop.privacy_done", "A person has seen to such a request.", connectionFields},

	{"macro.saved", "A macro was made or changed.", []Field{name}},
	{"macro.deleted", "A macro was deleted.", []Field{name}},
	{"field.saved", "A custom field was made or changed.", []Field{{"key", Text, "the field's key"}}},
	{"field.deleted", "A custom field was deleted.", nil},
	{"mailbox.saved", "A mailbox was made or changed.", []Field{{"address", Text, ""}, {"disabled", Boolean, ""}}},
	{"mailbox.deleted", "A mailbox was deleted.", nil},
	{"team.saved", "A team was made or changed.", []Field{name}},
	{"team.deleted", "A team was deleted.", nil},
	{"person.invited", "A person was invited.", []Field{{"role", Text, "as what"}}},
	{"person.joined", "A person took an invitation or a reset link.", []Field{{"purpose", Text, "invite or reset"}}},
	{"person.changed", "A person's role or state changed.", []Field{{"role", Text, ""}, {"status", Text, "active, invited or disabled"}}},
	{"person.revoked", "An invitation was taken back.", nil},

	{"webhook.test", "Somebody pressed the test button. Sent to that endpoint alone.", []Field{{"text", Text, "a greeting"}}},
	{"webhook.saved", "An endpoint was made or changed.", []Field{{"host", Text, "of its address"}, {"state", Text, "on or off"}}},
	{"webhook.deleted", "An endpoint was deleted.", []Field{{"host", Text, "of its address"}}},
	{"webhook.rotated", "An endpoint got a new secret.", []Field{{"host", Text, "of its address"}}},
	{"webhook.replayed", "A stretch of the journal is delivered again.", []Field{{"host", Text, "of its address"}}},
	{"webhook.disabled", "An endpoint was switched off because it failed.", []Field{{"host", Text, "of its address"}, {"state", Text, "gone or dead"}}},
	{"hook.saved", "A connection for incoming hooks was made or changed.", []Field{name, {"disabled", Boolean, ""}}},
	{"hook.deleted", "A connection for incoming hooks was deleted.", []Field{name}},
	{"hook.rotated", "A connection for incoming hooks got another secret.", []Field{name}},
	{"hook.received", "A verified hook came in.", []Field{{"connection", "hook", "through which connection"}, {"received", "received", "what was stored"}, {"key", Text, "the sender's id"}, {"topic", Text, "what the sender calls it"}}},
	{"tracker.saved", "A connection with a tracking service was made or changed.", trackerFields},
	{"tracker.deleted", "A connection with a tracking service was deleted.", trackerFields},
	{"tracker.broken", "A tracking service refuses a connection's key.", trackerFields},
	{"warranty.term_saved", "A guarantee was made or changed.", []Field{name, {"months", Integer, "beyond which only the law holds"}, {"off", Boolean, "it holds for nothing any more"}}},
	{"warranty.plan_saved", "An extended plan was made or changed.", []Field{name, {"months", Integer, "by which it prolongs the guarantee"}, {"off", Boolean, "it is not recognised any more"}}},
	{"warranty.registered", "A unit was registered.", []Field{{"order", "order", ""}, {"line", Integer, "of the order"}, {"unit", Integer, "of the line's units, from 1"}, {"sku", Text, ""}}},
	{"repair.opened", "A resolution repair is carried out: its repair began.", repairFields},
	{"repair.moved", "A repair went to another stage.", repairFields},
	{"repair.loan", "A unit was lent or swapped for a repair, came back or was charged.", repairFields},
	{"repair.spent", "What a repair cost was written down.", repairFields},
	{"repair.late", "The last day of a repair's stage, or of a lent unit, has passed.", repairFields},
	{"rule.saved", "A rule of automation was made, or got another version.", ruleFields},
	{"rule.switched", "A rule of automation was turned on or off.", ruleFields},
	{"rule.disabled", "A rule of automation was switched off by itself, because it failed.", ruleFields},
	{"rule.deleted", "A rule of automation was deleted.", []Field{name}},
	{"rule.ordered", "The order in which rules of automation answer changed.", []Field{{"rules", Integer, "how many there are"}}},
	{"rule.tried", "Somebody asked what a rule of automation would have done in the past.", []Field{name, {"since", Moment, "what happened from then on"}}},
	{"rule.fired", "The time of rules of automation that fire by the calendar has come; they are asked about each ticket that is not closed.", []Field{{"at", Moment, "the instant of the calendar"}}},
	{"rule.called", "A rule of automation says so: one of its steps tells webhooks.", []Field{name, {"word", Text, "what the step is called"}, {"ticket", "ticket", "the ticket"}, number, {"cause", Text, "the type of the event that it answered"}}},
	{"place.saved", "A place that goods go back to was made or changed.", []Field{name, {"route", Text, "drop_off, local_hub, local_warehouse or origin"}, {"off", Boolean, "no new parcel goes there"}}},
	{"provider.saved", "An account with a payment provider was made or changed.", trackerFields},
	{"provider.deleted", "An account with a payment provider was deleted.", trackerFields},
	{"provider.broken", "A payment provider refuses an account's key: nothing leaves through it.", trackerFields},
}

// ruleFields are those of how a rule of automation stands.
var ruleFields = []Field{name, {"version", Integer, "the newest"}, {"on", Boolean, "it acts"}}

var trackerFields = []Field{name, {"driver", Text, "which service"}, {"state", Text, "on, paused or broken"}}

// Unsent returns why events of a kind never leave, and "" if no reason is known.
// What the audit trail covers and the catalogue does not describe (sign-ins,
// factors, tokens, settings of security) is for those who read that trail.
func Unsent(kind string) string {
	switch {
	case Known(kind):
		return ""
	case audit.Covers(kind):
		return "it belongs to the audit trail"
	}
	return ""
}
