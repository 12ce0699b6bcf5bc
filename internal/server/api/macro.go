package api

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
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
		{"macroDelete", "DELETE", "/macros/{macro}", manage, do((*server).macroDelete), "Delete a macro", "Deletes a macro; replies that were made with it stay. What was made of a shipped macro is the shipped one again."},
		{"macroTextPut", "PUT", "/macros/{macro}/texts/{language}", manage, do((*server).macroTextPut).upTo(texts), "Write one text of a macro",
			"Writes what a macro says in one language, and leaves the others as they are. A text is refused if it uses a variable that there is not or lacks one of its source. An empty body takes it away. Writing a text of a shipped macro makes a copy with an id of its own."},
		{"macroTextList", "GET", "/macro-texts", manage, do((*server).macroTextList), "List the texts of macros", "Which macro is written in which language: every macro that agents are offered, in every language that one of them has or that a shop's market speaks."},
	}}
}

// Macro is a reusable reply with actions.
type Macro struct {
	ID        Ref[aMacro]       `json:"id"`
	Name      string            `json:"name" example:"Parcel on its way"`
	Folder    string            `json:"folder" example:"Shipping"`
	Bodies    map[string]string `json:"bodies" doc:"The texts by language (BCP 47), with +formal or +informal where it matters how the customer is addressed; default is the one for all others."`
	Drafts    []string          `json:"drafts" nullable:"false" example:"fr" doc:"The languages whose text nobody has approved; they are not sent."`
	Outdated  []string          `json:"outdated" nullable:"false" example:"de+formal" doc:"The languages whose text is older than what its source says now."`
	Topics    []string          `json:"topics" nullable:"false" example:"delivery_delayed" doc:"The topics that it answers."`
	Alarms    []string          `json:"alarms" nullable:"false" example:"legal" doc:"The alarms that it answers."`
	Mood      *string           `json:"mood" nullable:"true" enum:"negative,neutral,positive" doc:"The mood that a message has to have, null for any."`
	Shipped   bool              `json:"shipped" doc:"It comes with Godwit and was not changed."`
	Off       bool              `json:"off" doc:"Agents are not offered it."`
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
		bodies[languageOf(lang)] = text
	}
	out := Macro{
		ID: refTo[aMacro](m.ID), Name: m.Name, Folder: m.Folder, Bodies: bodies, Drafts: []string{}, Outdated: []string{}, Topics: []string{}, Alarms: []string{},
		Mood: optText(string(m.Fits.Mood)), Shipped: m.OfLibrary(), Off: m.Off, Actions: macroActionsRecord(m.Actions), Uses: m.Uses, UpdatedAt: at(m.UpdatedAt),
	}
	for _, key := range slices.Sorted(maps.Keys(m.Marks)) {
		switch m.Marks[key].State() {
		case ticket.TextDraft:
			out.Drafts = append(out.Drafts, languageOf(key))
		case ticket.TextBehind:
			out.Outdated = append(out.Outdated, languageOf(key))
		}
	}
	for _, x := range m.Fits.Topics {
		out.Topics = append(out.Topics, string(x))
	}
	for _, x := range m.Fits.Alarms {
		out.Alarms = append(out.Alarms, string(x))
	}
	return out
}

// languageOf is what a text's key is called here, and keyOf takes it back.
func languageOf(key string) string { return cmp.Or(key, anyLanguage) }

func keyOf(language string) string {
	if language == anyLanguage {
		return ""
	}
	return language
}

// MacroDraft is a macro to be saved.
type MacroDraft struct {
	Name    string            `json:"name" minLength:"1" maxLength:"100" example:"Parcel on its way"`
	Folder  string            `json:"folder,omitempty" maxLength:"60" example:"Shipping"`
	Bodies  map[string]string `json:"bodies,omitempty" doc:"The texts by language (BCP 47), with +formal or +informal where it matters how the customer is addressed; default is the one for all others."`
	Drafts  []string          `json:"drafts,omitempty" maxItems:"200" example:"fr" doc:"The languages whose text nobody has approved."`
	Topics  []string          `json:"topics,omitempty" maxItems:"30" example:"delivery_delayed" doc:"The topics that it answers."`
	Alarms  []string          `json:"alarms,omitempty" maxItems:"10" example:"legal" doc:"The alarms that it answers."`
	Mood    *string           `json:"mood,omitempty" enum:"negative,neutral,positive" doc:"The mood that a message has to have."`
	Off     bool              `json:"off,omitempty" doc:"Agents are not offered it."`
	Actions MacroActions      `json:"actions,omitempty" required:"false"`
}

func (d MacroDraft) macro(id ticket.MacroID) ticket.Macro {
	m := ticket.Macro{ID: id, Name: d.Name, Folder: d.Folder, Bodies: map[string]string{}, Marks: map[string]ticket.Mark{}, Off: d.Off, Fits: ticket.Fits{Mood: text[triage.Mood](d.Mood)}}
	for lang, body := range d.Bodies {
		m.Bodies[keyOf(lang)] = body
	}
	for _, lang := range d.Drafts {
		m.Marks[keyOf(lang)] = ticket.Mark{Draft: true}
	}
	for _, x := range d.Topics {
		m.Fits.Topics = append(m.Fits.Topics, triage.Topic(x))
	}
	for _, x := range d.Alarms {
		m.Fits.Alarms = append(m.Fits.Alarms, triage.Alarm(x))
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

// MacroTextDraft is one text of a macro to be saved.
type MacroTextDraft struct {
	Body  string `json:"body" maxLength:"100000" example:"Guten Tag, Ihr Paket ist unterwegs."`
	Draft bool   `json:"draft,omitempty" doc:"Nobody has approved it: it is kept and not sent."`
}

func (s *server) macroTextPut(c *call, in *struct {
	MacroPath
	Language string `path:"language" maxLength:"60" example:"de+formal" doc:"The text's language (BCP 47), with +formal or +informal where it matters how the customer is addressed; default for the one for all others."`
	Body     MacroTextDraft
}) (*recordOut[Macro], error) {
	m, err := s.Tickets.SaveMacroText(c, c.actor, in.id(), keyOf(in.Language), in.Body.Body, in.Body.Draft)
	if err != nil {
		return nil, err
	}
	return record(macroRecord(m)), nil
}

// MacroTextState is how a macro stands in a language.
type MacroTextState struct {
	MacroID  Ref[aMacro] `json:"macro_id"`
	Name     string      `json:"name" example:"Parcel on its way"`
	Language string      `json:"language" example:"de" doc:"BCP 47."`
	State    string      `json:"state" enum:"ready,draft,behind,missing" doc:"behind is older than what its source says; missing means that customers of the language get another's."`
}

func (s *server) macroTextList(c *call, in *struct {
	Language string `query:"language" maxLength:"60" example:"de" doc:"Only this language."`
	State    string `query:"state" enum:"ready,draft,behind,missing" doc:"Only texts that are so."`
	Paging
	Picking
}) (*pageOut[MacroTextState], error) {
	table, err := s.Tickets.MacroTable(c, c.actor)
	if err != nil {
		return nil, err
	}
	var all []MacroTextState
	for _, m := range table.Macros {
		for _, l := range table.Languages {
			state, _ := m.State(l)
			if (in.Language == "" || in.Language == l) && (in.State == "" || in.State == string(state)) {
				all = append(all, MacroTextState{refTo[aMacro](m.ID), m.Name, l, string(state)})
			}
		}
	}
	all, next, err := part(all, func(t MacroTextState) int64 { return placeOf(t.Name + "\n" + t.Language) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, all, next), nil
}

// MacroSuggestion is a macro that answers what a customer wrote last.
type MacroSuggestion struct {
	MacroID Ref[aMacro] `json:"macro_id"`
	Name    string      `json:"name" example:"Damaged: photos, please"`
	Alarm   *string     `json:"alarm" nullable:"true" example:"legal" doc:"The alarm of the message that says so."`
	Topic   *string     `json:"topic" nullable:"true" example:"damaged" doc:"The topic of the message that says so."`
	Mood    *string     `json:"mood" nullable:"true" enum:"negative,neutral,positive" doc:"The mood of the message that says so."`
}

func (s *server) ticketMacroSuggest(c *call, in *struct {
	TicketPath
	Picking
}) (*pageOut[MacroSuggestion], error) {
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	th, err := s.Tickets.Open(c, c.actor, t, 0)
	if err != nil {
		return nil, err
	}
	want, err := s.Tickets.Wanted(c, c.actor, th.Ticket)
	if err != nil {
		return nil, err
	}
	macros, err := s.Tickets.Macros(c, c.actor)
	if err != nil {
		return nil, err
	}
	var read *ticket.Reading
	for _, m := range slices.Backward(th.Messages) {
		if m.Kind == ticket.KindInbound {
			read = m.Reading
			break
		}
	}
	return page(c, convert(ticket.Suggest(macros, read, want), func(x ticket.Suggestion) MacroSuggestion {
		return MacroSuggestion{refTo[aMacro](x.Macro.ID), x.Macro.Name, optText(string(x.Alarm)), optText(string(x.Topic)), optText(string(x.Mood))}
	}), ""), nil
}
