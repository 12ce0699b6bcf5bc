package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
)

// Ticket is a conversation with a customer.
type Ticket struct {
	ID             Ref[aTicket]       `json:"id"`
	Number         int64              `json:"number" example:"1042" doc:"What people call the ticket, counted from 1 in the workspace."`
	Version        int64              `json:"version" example:"7" doc:"Rises with every change."`
	Channel        string             `json:"channel" example:"email" doc:"Where the conversation takes place."`
	Subject        string             `json:"subject" example:"Where is my order DE-10482?"`
	Preview        string             `json:"preview" example:"Hello, my parcel has not moved since Monday." doc:"The beginning of the last message."`
	Language       *string            `json:"language" example:"de" doc:"The language of the customer's last message (BCP 47), if it is known."`
	Topic          *string            `json:"topic" example:"where_is_my_order" doc:"What the customer wants, if it is known: read from the message, or said by a person."`
	Mood           *string            `json:"mood" enum:"negative,neutral,positive" doc:"How the customer's last message sounds, if it was read."`
	Alarm          *string            `json:"alarm" enum:"risk,legal,chargeback,press,haste" doc:"The gravest matter that the customer's last message names: a risk to a child or to health, a lawyer or court, a bank or regulator, the press, haste."`
	Status         string             `json:"status" enum:"new,open,pending,solved,closed"`
	Waiting        *string            `json:"waiting" enum:"customer,carrier,supplier,marketplace,colleague" doc:"For whom a pending ticket waits."`
	Bucket         string             `json:"bucket" enum:"open,waiting,snoozed,done,spam" doc:"What lists divide by; it follows from status, snooze and spam."`
	Priority       string             `json:"priority" enum:"low,normal,high,urgent"`
	Spam           bool               `json:"spam"`
	Unread         bool               `json:"unread" doc:"The customer wrote something that nobody has read."`
	AssigneeID     *Ref[aPerson]      `json:"assignee_id" nullable:"true"`
	TeamID         *Ref[aTeam]        `json:"team_id" nullable:"true"`
	CustomerID     *Ref[aCustomer]    `json:"customer_id" nullable:"true"`
	OrderID        *Ref[anOrder]      `json:"order_id" nullable:"true"`
	ShopID         *Ref[aShop]        `json:"shop_id" nullable:"true"`
	MailboxID      *Ref[aMailbox]     `json:"mailbox_id" nullable:"true"`
	Tags           []string           `json:"tags" nullable:"false" example:"customs,vip"`
	Fields         map[string]string  `json:"fields" doc:"Custom fields that have a value, by their keys."`
	SnoozedUntil   *time.Time         `json:"snoozed_until" doc:"Until when the ticket is put aside."`
	WakeOnReply    bool               `json:"wake_on_reply" doc:"An answer of the customer ends the snooze."`
	MergedIntoID   *Ref[aTicket]      `json:"merged_into_id" nullable:"true" doc:"The ticket that took over."`
	FollowUpOfID   *Ref[aTicket]      `json:"follow_up_of_id" nullable:"true" doc:"The closed ticket that this one continues."`
	MessageCount   int64              `json:"message_count" example:"3"`
	ReopenedCount  int64              `json:"reopened_count" example:"0"`
	LastMessageAt  *time.Time         `json:"last_message_at"`
	LastInboundAt  *time.Time         `json:"last_inbound_at"`
	LastOutboundAt *time.Time         `json:"last_outbound_at"`
	CreatedAt      time.Time          `json:"created_at"`
	SolvedAt       *time.Time         `json:"solved_at"`
	DueAt          *time.Time         `json:"due_at" doc:"When the promise that is due next is due; null if none runs."`
	Messages       *[]Message         `json:"messages,omitempty" nullable:"false" doc:"With include=messages: the newest 60, oldest first."`
	Customer       *Customer          `json:"customer,omitempty" doc:"With include=customer."`
	Order          *Order             `json:"order,omitempty" doc:"With include=order, if the ticket has one."`
	Sides          *[]Side            `json:"sides,omitempty" nullable:"false" doc:"With include=sides."`
	Recipients     *[]MailAddress     `json:"recipients,omitempty" nullable:"false" doc:"With include=recipients: to whom a reply goes unless it says otherwise."`
	Following      *[]TicketReference `json:"follow_ups,omitempty" nullable:"false" doc:"With include=follow_ups: the numbers of tickets that continue this one."`
}

// TicketReference names a ticket by its number.
type TicketReference struct {
	Number int64 `json:"number" example:"1077"`
}

// MailAddress is somebody's mail address.
type MailAddress struct {
	Name    string `json:"name,omitempty" maxLength:"200" example:"Anna Kowalska"`
	Address string `json:"address" minLength:"3" maxLength:"320" example:"anna@client.example"`
}

func ticketRecord(t ticket.Ticket) Ticket {
	fields := t.Fields
	if fields == nil {
		fields = map[string]string{}
	}
	tags := t.Tags
	if tags == nil {
		tags = []string{}
	}
	return Ticket{
		ID: refTo[aTicket](t.ID), Number: t.Number, Version: t.Version, Channel: string(t.Channel), Subject: t.Subject, Preview: t.Preview,
		Language: optText(t.Language), Topic: optText(t.Topic), Mood: optText(string(t.Mood)), Alarm: optText(string(t.Alarm)), Status: string(t.Status), Waiting: optText(string(t.Waiting)), Bucket: string(t.Bucket()),
		Priority: t.Priority.String(), Spam: t.Spam, Unread: t.Unread, AssigneeID: optRef[aPerson](t.Assignee), TeamID: optRef[aTeam](t.Team),
		CustomerID: optRef[aCustomer](t.Customer), OrderID: optRef[anOrder](t.Order), ShopID: optRef[aShop](t.Shop), MailboxID: optRef[aMailbox](t.Mailbox),
		Tags: tags, Fields: fields, SnoozedUntil: optTime(t.SnoozedUntil), WakeOnReply: t.WakeOnReply, MergedIntoID: optRef[aTicket](t.MergedInto),
		FollowUpOfID: optRef[aTicket](t.FollowUpOf), MessageCount: t.Messages, ReopenedCount: t.Reopened, LastMessageAt: optTime(t.LastAt),
		LastInboundAt: optTime(t.LastInboundAt), LastOutboundAt: optTime(t.LastOutboundAt), CreatedAt: at(t.CreatedAt), SolvedAt: optTime(t.SolvedAt), DueAt: optTime(t.DueAt),
	}
}

// Message is one item of a ticket.
type Message struct {
	ID             Ref[aMessage]  `json:"id"`
	TicketID       Ref[aTicket]   `json:"ticket_id"`
	SideID         *Ref[aSide]    `json:"side_id" nullable:"true" doc:"The side conversation that it belongs to; null in the one with the customer."`
	Kind           string         `json:"kind" enum:"inbound,outbound,note" doc:"A note is never seen by the customer."`
	Form           string         `json:"form" enum:"message,bounce,auto_reply,list,report" doc:"What sort of mail it is."`
	Channel        string         `json:"channel" example:"email"`
	AuthorKind     string         `json:"author_kind" enum:"customer,agent,bot,system,rule"`
	AuthorName     string         `json:"author_name" example:"Anna Kowalska"`
	PersonID       *Ref[aPerson]  `json:"person_id" nullable:"true" doc:"The person of the workspace who wrote it."`
	Verified       bool           `json:"verified" doc:"The author is known to take part; nothing is ever sent to one who is not."`
	From           *string        `json:"from" example:"anna@client.example"`
	To             []MailAddress  `json:"to" nullable:"false"`
	CC             []MailAddress  `json:"cc" nullable:"false"`
	Subject        string         `json:"subject" example:"Where is my order DE-10482?"`
	Body           string         `json:"body" example:"Hello, my parcel has not moved since Monday." doc:"What the author newly wrote, as plain text."`
	Quoted         string         `json:"quoted" doc:"What the author quoted."`
	Signature      string         `json:"signature"`
	HTML           bool           `json:"has_html" doc:"A layout of its own is at the path /html."`
	Original       bool           `json:"has_original" doc:"The mail as it came is at the path /raw."`
	Language       *string        `json:"language" example:"de"`
	MessageID      *string        `json:"message_id" example:"gw.06f.0a1@acme.example" doc:"The Message-ID of the mail, without brackets (RFC 5322)."`
	Delivery       *string        `json:"delivery" enum:"scheduled,sending,sent,bounced,failed,unknown,cancelled" doc:"How far an outbound message got. A scheduled one can be cancelled; unknown means that a person must decide."`
	DeliveryDetail *string        `json:"delivery_detail" doc:"What the mail server said."`
	Origin         *Origin        `json:"origin,omitempty" doc:"What the checks of an inbound mail's origin said; left out if there were none."`
	Warnings       []string       `json:"warnings" nullable:"false" doc:"What was odd about the mail."`
	Mentions       []Ref[aPerson] `json:"mentions" nullable:"false" doc:"Whom a note calls."`
	Reading        *Reading       `json:"reading,omitempty" doc:"What a customer's message was read as when it came in; left out if it was not read."`
	Files          []AttachedFile `json:"files" nullable:"false"`
	SendAt         *time.Time     `json:"send_at" doc:"When an outbound message leaves."`
	SentAt         *time.Time     `json:"sent_at"`
	CreatedAt      time.Time      `json:"created_at"`
}

// Reading is what a customer's message was read as.
type Reading struct {
	Topics []ReadTopic `json:"topics" nullable:"false" doc:"What it is about, the likeliest first; other stands alone."`
	Model  *string     `json:"model" nullable:"true" example:"invoice" doc:"The topic that an outside model told, if its own words did not and it gave the ticket its topic; else null."`
	Words  []string    `json:"words" nullable:"false" example:"parcel,arrived" doc:"The words that decided the topic."`
	Mood   string      `json:"mood" enum:"negative,neutral,positive"`
	Alarms []string    `json:"alarms" nullable:"false" example:"legal" doc:"The gravest first: risk, legal, chargeback, press, haste."`
	Signs  []string    `json:"signs" nullable:"false" example:"lawyer" doc:"The words that decided mood and alarms."`
}

// ReadTopic is a topic with how likely it is meant.
type ReadTopic struct {
	Topic string  `json:"topic" example:"where_is_my_order"`
	Score float64 `json:"score" example:"0.93" minimum:"0" maximum:"1"`
}

func readingRecord(r *ticket.Reading) *Reading {
	if r == nil {
		return nil
	}
	return &Reading{
		Model:  optText(string(r.Model)),
		Topics: convert(r.Topics, func(t triage.Scored) ReadTopic { return ReadTopic{string(t.Topic), t.Score} }),
		Words:  append([]string{}, r.Why...), Mood: string(r.Mood),
		Alarms: convert(r.Alarms, func(a triage.Alarm) string { return string(a) }), Signs: append([]string{}, r.Because...),
	}
}

// Origin is what the checks of a mail's origin said.
type Origin struct {
	SPF    string `json:"spf" example:"pass"`
	DKIM   string `json:"dkim" example:"pass"`
	DMARC  string `json:"dmarc" example:"pass"`
	Domain string `json:"domain" example:"client.example"`
}

// AttachedFile is a file of a message; its content is at the path /files/{name}.
type AttachedFile struct {
	Name        string `json:"name" example:"label.pdf" doc:"The name under which it is read; no two of a message are alike."`
	ContentType string `json:"content_type" example:"application/pdf" doc:"What the sender says it is."`
	Size        int64  `json:"size" example:"48213" doc:"In bytes."`
	SHA256      string `json:"sha256" example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	Inline      bool   `json:"inline" doc:"The mail's own layout shows it in its place."`
}

func messageRecord(m ticket.Message) Message {
	out := Message{
		ID: refTo[aMessage](m.ID), TicketID: refTo[aTicket](m.Ticket), SideID: optRef[aSide](m.Side), Kind: string(m.Kind), Form: string(m.Form),
		Channel: string(m.Channel), AuthorKind: string(m.AuthorKind), AuthorName: m.AuthorName, Verified: m.Verified, From: optText(m.Address),
		To: addressRecords(m.Recipients.To), CC: addressRecords(m.Recipients.CC), Subject: m.Subject, Body: m.Body, Quoted: m.Quoted, Signature: m.Signature,
		HTML: m.HTML != "", Original: m.Intake != 0, Language: optText(m.Language), MessageID: optText(m.Key), Delivery: optText(string(m.Delivery)),
		DeliveryDetail: optText(m.DeliveryDetail), Warnings: append([]string{}, m.Warnings...), Mentions: refs[aPerson](m.Mentions), Reading: readingRecord(m.Reading), Files: fileRecords(m.Files),
		SendAt: optTime(m.SendAt), SentAt: optTime(m.SentAt), CreatedAt: at(m.At),
	}
	if m.AuthorKind == "agent" {
		out.PersonID = optRef[aPerson](m.AuthorID)
	}
	if o := m.Origin; o != (ticket.Origin{}) {
		out.Origin = &Origin{SPF: o.SPF, DKIM: o.DKIM, DMARC: o.DMARC, Domain: o.Domain}
	}
	return out
}

func addressRecords(list []ticket.Address) []MailAddress {
	return convert(list, func(a ticket.Address) MailAddress { return MailAddress{a.Name, a.Address} })
}

func fileRecords(list []ticket.File) []AttachedFile {
	names := ticket.FileNames(list)
	out := make([]AttachedFile, len(list))
	for i, f := range list {
		out[i] = AttachedFile{Name: names[i], ContentType: f.ContentType, Size: f.Size, SHA256: f.SHA256, Inline: f.Inline}
	}
	return out
}

// Side is a conversation with somebody else about a ticket.
type Side struct {
	ID        Ref[aSide]   `json:"id"`
	TicketID  Ref[aTicket] `json:"ticket_id"`
	Party     string       `json:"party" enum:"carrier,supplier,marketplace,other"`
	Address   string       `json:"address" example:"claims@carrier.example"`
	Name      string       `json:"name" example:"Claims desk"`
	Subject   string       `json:"subject" example:"Parcel 00340434: where is it?"`
	CreatedAt time.Time    `json:"created_at"`
}

func sideRecord(x ticket.Side) Side {
	return Side{ID: refTo[aSide](x.ID), TicketID: refTo[aTicket](x.Ticket), Party: x.Kind, Address: x.Address, Name: x.Name, Subject: x.Subject, CreatedAt: at(x.CreatedAt)}
}
