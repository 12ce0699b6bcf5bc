package api

import (
	"maps"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

func macroGroup() group {
	read, manage := may(auth.ReadTickets), may(auth.ReadTickets, auth.ManageMacros)
	return group{"Macros", "A macro is a reusable reply with actions.", []operation{
		{"macroList", "GET", "/macros", read, do((*server).macroList), "List macros", "The macros of the workspace by name."},
		{"macroCreate", "POST", "/macros", manage, do((*server).macroCreate).upTo(texts).created(), "Make a macro",
			"Makes a macro. Its texts may hold variables such as `{{ customer.first_name }}`, `{{ order.number }}`, `{{ order.total }}`, `{{ order.tracking }}`, `{{ order.link }}` (the order's page for its customer), `{{ ticket.number }}`, `{{ agent.name }}` and `{{ shop.name }}`."},
		{"macroGet", "GET", "/macros/{macro}", read, do((*server).macroGet), "Get a macro", "One macro."},
		{"macroUpdate", "PUT", "/macros/{macro}", manage, do((*server).macroUpdate).upTo(texts), "Replace a macro", "Replaces a macro's name, folder, texts and actions."},
		{"macroDelete", "DELETE", "/macros/{macro}", manage, do((*server).macroDelete), "Delete a macro", "Deletes a macro; replies that were made with it stay."},
	}}
}

// Macro is a reusable reply with actions.
type Macro struct {
	ID        Ref[aMacro]       `json:"id"`
	Name      string            `json:"name" example:"Parcel on its way"`
	Folder    string            `json:"folder" example:"Shipping"`
	Bodies    map[string]string `json:"bodies" doc:"The texts by language (BCP 47); default is the one for all others."`
	Actions   MacroActions      `json:"actions"`
	Uses      int64             `json:"uses" example:"12" doc:"How often it was used."`
	UpdatedAt time.Time         `json:"updated_at"`
}

// MacroActions are what a macro does besides its text.
type MacroActions struct {
	Status     *string       `json:"status,omitempty" enum:"new,open,pending,solved,closed"`
	Waiting    *string       `json:"waiting,omitempty" enum:"customer,carrier,supplier,marketplace,colleague"`
	AddTags    []string      `json:"add_tags,omitempty" nullable:"false" maxItems:"50" example:"parcel"`
	AssigneeID *Ref[aPerson] `json:"assignee_id,omitempty"`
	AssignSelf bool          `json:"assign_self,omitempty" doc:"Gives the ticket to whoever uses the macro."`
	TeamID     *Ref[aTeam]   `json:"team_id,omitempty"`
	Priority   *string       `json:"priority,omitempty" enum:"low,normal,high,urgent"`
}

// anyLanguage is what the text for all other languages is called here.
const anyLanguage = "default"

func macroActionsRecord(a ticket.MacroActions) MacroActions {
	out := MacroActions{
		Status: optText(string(a.Status)), Waiting: optText(string(a.Waiting)), AddTags: a.AddTags, AssigneeID: optRef[aPerson](a.Assignee),
		AssignSelf: a.Self, TeamID: optRef[aTeam](a.Team),
	}
	if a.Priority != nil {
		out.Priority = optText(a.Priority.String())
	}
	return out
}

func macroRecord(m ticket.Macro) Macro {
	bodies := make(map[string]string, len(m.Bodies))
	for lang, text := range m.Bodies {
		if lang == "" {
			lang = anyLanguage
		}
		bodies[lang] = text
	}
	return Macro{ID: refTo[aMacro](m.ID), Name: m.Name, Folder: m.Folder, Bodies: bodies, Actions: macroActionsRecord(m.Actions), Uses: m.Uses, UpdatedAt: at(m.UpdatedAt)}
}

// MacroDraft is a macro to be saved.
type MacroDraft struct {
	Name    string            `json:"name" minLength:"1" maxLength:"100" example:"Parcel on its way"`
	Folder  string            `json:"folder,omitempty" maxLength:"60" example:"Shipping"`
	Bodies  map[string]string `json:"bodies,omitempty" doc:"The texts by language (BCP 47); default is the one for all others."`
	Actions MacroActions      `json:"actions,omitempty" required:"false"`
}

func (d MacroDraft) macro(id ticket.MacroID) ticket.Macro {
	m := ticket.Macro{ID: id, Name: d.Name, Folder: d.Folder, Bodies: maps.Clone(d.Bodies)}
	if m.Bodies == nil {
		m.Bodies = map[string]string{}
	}
	if text, ok := m.Bodies[anyLanguage]; ok {
		delete(m.Bodies, anyLanguage)
		m.Bodies[""] = text
	}
	a := d.Actions
	m.Actions = ticket.MacroActions{Status: text[ticket.Status](a.Status), Waiting: text[ticket.Waiting](a.Waiting), AddTags: a.AddTags, Self: a.AssignSelf}
	if a.AssigneeID != nil {
		m.Actions.Assignee = auth.PersonID(a.AssigneeID.num())
	}
	if a.TeamID != nil {
		m.Actions.Team = auth.TeamID(a.TeamID.num())
	}
	if a.Priority != nil {
		p, _ := ticket.ParsePriority(*a.Priority) // the schema has judged it
		m.Actions.Priority = &p
	}
	return m
}

func (s *server) macroList(c *call, in *struct {
	Paging
	Picking
}) (*pageOut[Macro], error) {
	macros, err := s.Tickets.Macros(c, c.actor)
	if err != nil {
		return nil, err
	}
	macros, next, err := part(macros, func(m ticket.Macro) int64 { return int64(m.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(macros, macroRecord), next), nil
}

func (s *server) macroCreate(c *call, in *struct{ Body MacroDraft }) (*recordOut[Macro], error) {
	return s.keepMacro(c, in.Body.macro(0))
}

func (s *server) keepMacro(c *call, m ticket.Macro) (*recordOut[Macro], error) {
	m, err := s.Tickets.SaveMacro(c, c.actor, m)
	if err != nil {
		return nil, err
	}
	return record(macroRecord(m)), nil
}

// MacroPath names a macro.
type MacroPath struct {
	Macro Ref[aMacro] `path:"macro" doc:"The macro's id."`
}

func (p MacroPath) id() ticket.MacroID { return ticket.MacroID(p.Macro.num()) }

func (s *server) macroGet(c *call, in *struct {
	MacroPath
	Picking
}) (*recordOut[Macro], error) {
	m, err := s.Tickets.Macro(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return record(macroRecord(m)), nil
}

func (s *server) macroUpdate(c *call, in *struct {
	MacroPath
	Matching
	Body MacroDraft
}) (out *recordOut[Macro], err error) {
	err = s.inTx(c, func(c *call) error {
		old, err := s.Tickets.Macro(c, c.actor, in.id())
		if err != nil {
			return err
		}
		if err := c.match(in.Matching, tagOf(macroRecord(old))); err != nil {
			return err
		}
		out, err = s.keepMacro(c, in.Body.macro(old.ID))
		return err
	})
	return out, err
}

func (s *server) macroDelete(c *call, in *struct{ MacroPath }) (*noneOut, error) {
	return &noneOut{}, s.Tickets.DeleteMacro(c, c.actor, in.id())
}
