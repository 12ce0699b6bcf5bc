package api

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// DraftPath names what the actor is writing in a ticket.
type DraftPath struct {
	TicketPath
	Draft string `path:"draft" enum:"reply,note" doc:"What it is to become."`
}

func (p DraftPath) kind() ticket.Kind {
	if p.Draft == "note" {
		return ticket.KindNote
	}
	return ticket.KindOutbound
}

// Draft is what somebody is writing.
type Draft struct {
	Body      string         `json:"body" example:"Hello Anna,"`
	To        string         `json:"to" example:"anna@client.example" doc:"Addresses apart by commas, as far as they are written."`
	CC        string         `json:"cc"`
	MacroID   *Ref[aMacro]   `json:"macro_id" nullable:"true" doc:"The macro whose actions wait to be done with the reply."`
	Version   int64          `json:"version" doc:"Rises with every save; 0 before the first."`
	Files     []AttachedFile `json:"files" nullable:"false"`
	UpdatedAt *time.Time     `json:"updated_at"`
}

func draftRecord(d ticket.Draft) Draft {
	return Draft{
		Body: d.Data.Body, To: d.Data.To, CC: d.Data.CC, MacroID: optRef[aMacro](d.Data.Macro), Version: d.Data.Version, Files: fileRecords(d.Data.Files),
		UpdatedAt: optTime(d.UpdatedAt),
	}
}

func (s *server) draftGet(c *call, in *struct{ DraftPath }) (*recordOut[Draft], error) {
	d, err := s.Tickets.DraftOf(c, c.actor, in.id(), in.kind())
	if err != nil {
		return nil, err
	}
	return record(draftRecord(d)), nil
}

// DraftText is what somebody has written so far.
type DraftText struct {
	Body    string       `json:"body" maxLength:"500000" example:"Hello Anna,"`
	To      string       `json:"to,omitempty" maxLength:"5000"`
	CC      string       `json:"cc,omitempty" maxLength:"5000"`
	MacroID *Ref[aMacro] `json:"macro_id,omitempty"`
	Version int64        `json:"version" minimum:"0" doc:"The version that you read last, 0 for none."`
}

func (s *server) draftPut(c *call, in *struct {
	DraftPath
	Body DraftText
}) (*recordOut[Draft], error) {
	d := ticket.DraftData{Body: in.Body.Body, To: in.Body.To, CC: in.Body.CC, Version: in.Body.Version}
	if in.Body.MacroID != nil {
		d.Macro = ticket.MacroID(in.Body.MacroID.num())
	}
	kept, err := s.Tickets.SaveDraft(c, c.actor, in.id(), in.kind(), d)
	if err != nil {
		return nil, err
	}
	return record(draftRecord(kept)), nil
}

func (s *server) draftDelete(c *call, in *struct{ DraftPath }) (*noneOut, error) {
	err := s.inTx(c, func(c *call) error {
		kept, err := s.Tickets.DraftOf(c, c.actor, in.id(), in.kind())
		if err != nil {
			return err
		}
		_, err = s.Tickets.SaveDraft(c, c.actor, in.id(), in.kind(), ticket.DraftData{Version: kept.Data.Version, Files: []ticket.File{}})
		return err
	})
	return &noneOut{}, err
}

// variables returns what macros can say of a ticket.
func (s *server) variables(c *call, t ticket.Ticket) (map[string]string, error) {
	v := map[string]string{"agent.name": c.actor.Name, "ticket.number": strconv.FormatInt(t.Number, 10)}
	w, err := s.Auth.Workspace(c, c.actor)
	if err != nil {
		return nil, err
	}
	v["shop.name"] = w.Name
	if c.actor.May(auth.ReadCustomers) && t.Customer != 0 {
		cust, err := s.Customers.Get(c, c.actor, t.Customer)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return nil, err
		}
		v["customer.name"], v["customer.first_name"] = cust.Name, firstName(cust.Name)
	}
	if !c.actor.May(auth.ReadOrders) {
		return v, nil
	}
	shops, err := s.Orders.Shops(c, c.actor)
	if err != nil {
		return nil, err
	}
	for _, x := range shops {
		if x.ID == t.Shop {
			v["shop.name"] = x.Name
		}
	}
	if t.Order == 0 {
		return v, nil
	}
	o, err := s.Orders.Get(c, c.actor, t.Order)
	if errs.Is(err, errs.NotFound) {
		return v, nil
	}
	if err != nil {
		return nil, err
	}
	v["order.number"] = o.Number
	if a, err := money.New(o.Total, o.Currency); err == nil {
		v["order.total"] = a.Format(cmp.Or(t.Language, "en"))
	}
	for _, f := range o.Fulfillments {
		if f.Tracking != "" {
			v["order.tracking"] = f.Tracking
		}
	}
	if s.OrderLink != nil {
		link, err := s.OrderLink(c, o)
		if err != nil {
			return nil, err
		}
		if link != "" {
			v["order.link"] = link
		}
	}
	return v, nil
}

// firstName returns by what a customer is addressed. Names without spaces, as
// most in Chinese and Japanese, are kept whole.
func firstName(name string) string {
	if family, given, ok := strings.Cut(name, ","); ok && !strings.ContainsAny(given, ",@") && family != "" {
		name = given
	}
	if words := strings.Fields(name); len(words) > 0 {
		return words[0]
	}
	return ""
}

// Attendance is somebody who has a ticket open.
type Attendance struct {
	PersonID Ref[aPerson] `json:"person_id"`
	State    string       `json:"state" enum:"viewing,typing"`
}

// Attendees is who has a ticket open.
type Attendees struct {
	Data []Attendance `json:"data" nullable:"false"`
}

func (s *server) presenceGet(c *call, in *struct{ TicketPath }) (*recordOut[Attendees], error) {
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	out := Attendees{Data: []Attendance{}}
	if s.Presence == nil {
		return record(out), nil
	}
	for _, p := range s.Presence.Others(c.actor.Workspace, t.Number, c.actor.Person()) {
		state := "viewing"
		if p.Typing {
			state = "typing"
		}
		out.Data = append(out.Data, Attendance{refTo[aPerson](p.Person), state})
	}
	return record(out), nil
}

// PresenceState is what somebody does in a ticket.
type PresenceState struct {
	State string `json:"state" enum:"viewing,typing,away"`
}

func (s *server) presencePut(c *call, in *struct {
	TicketPath
	Body PresenceState
}) (*noneOut, error) {
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil || s.Presence == nil {
		return &noneOut{}, err
	}
	if in.Body.State == "away" {
		s.Presence.Left(c.actor.Workspace, t.Number, c.actor.Person())
		return &noneOut{}, nil
	}
	s.Presence.Seen(c.actor.Workspace, t.Number, c.actor.Person(), in.Body.State == "typing")
	return &noneOut{}, nil
}
