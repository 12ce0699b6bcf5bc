package api

import (
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

func sideGroup() group {
	read, send := may(auth.ReadTickets), may(auth.WriteTickets, auth.SendMail)
	return group{"Side conversations", "Conversations with a carrier or supplier about a ticket, which the customer does not see.", []operation{
		{"sideList", "GET", "/tickets/{ticket}/sides", read, do((*server).sideList), "List side conversations", "The side conversations of a ticket. Their messages stand among the ticket's, with a `side_id`."},
		{"sideOpen", "POST", "/tickets/{ticket}/sides", send, do((*server).sideOpen).upTo(texts).created(), "Write to a carrier or supplier",
			"Begins a conversation about a ticket with somebody else. Answers come back to it, and the customer sees nothing of it."},
		{"sideReply", "POST", "/tickets/{ticket}/sides/{side}/reply", send, do((*server).sideReply).upTo(texts).created(), "Write again in a side conversation", "Writes again to the other side. The ticket comes back."},
	}}
}

func (s *server) sideList(c *call, in *struct {
	TicketPath
	Paging
}) (*pageOut[Side], error) {
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	th, err := s.Tickets.Thread(c, c.actor, t.Number, 0)
	if err != nil {
		return nil, err
	}
	sides, next, err := part(th.Sides, func(x ticket.Side) int64 { return int64(x.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(sides, sideRecord), next), nil
}

// SideDraft is a side conversation to be begun.
type SideDraft struct {
	Party    string          `json:"party" enum:"carrier,supplier,marketplace,other"`
	To       MailAddress     `json:"to"`
	Subject  string          `json:"subject" minLength:"1" maxLength:"300" example:"Parcel 00340434: where is it?"`
	Body     string          `json:"body" minLength:"1" maxLength:"500000" example:"Hello, this parcel has not moved since Monday."`
	Encloses []Ref[aMessage] `json:"enclose_ids,omitempty" nullable:"false" maxItems:"50" doc:"Messages of the ticket to quote, with their files."`
}

func (s *server) sideOpen(c *call, in *struct {
	TicketPath
	Body SideDraft
}) (*recordOut[Side], error) {
	to := addresses([]MailAddress{in.Body.To})
	if err := plausible("to.address", to); err != nil {
		return nil, err
	}
	side, err := s.Tickets.OpenSide(c, c.actor, in.id(), ticket.NewSide{
		Kind: in.Body.Party, To: to[0], Subject: in.Body.Subject, Body: in.Body.Body, Enclose: nums[ticket.MessageID](in.Body.Encloses),
	})
	if err != nil {
		return nil, err
	}
	return record(sideRecord(side)), nil
}

// SideText is what is written in a side conversation.
type SideText struct {
	Body string `json:"body" minLength:"1" maxLength:"500000" example:"Any news?"`
}

func (s *server) sideReply(c *call, in *struct {
	TicketPath
	Side Ref[aSide] `path:"side" doc:"The side conversation's id."`
	Body SideText
}) (*recordOut[Ticket], error) {
	if err := s.Tickets.ReplySide(c, c.actor, in.id(), ticket.SideID(in.Side.num()), in.Body.Body); err != nil {
		return nil, err
	}
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return ticketAnswer(t), nil
}
