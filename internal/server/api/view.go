package api

import (
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

func viewGroup() group {
	read := may(auth.ReadTickets)
	return group{"Views", "A view is a saved condition over tickets: your own, or shared with the workspace. Its tickets are at GET /tickets?view=.", []operation{
		{"viewList", "GET", "/views", read, do((*server).viewList), "List views", "The shared views and your own. With `counts` each says how many tickets it holds, up to 9,999."},
		{"viewCreate", "POST", "/views", read, do((*server).viewCreate).created(), "Save a view",
			"Saves a condition over tickets. A condition is a group of conditions, of which `all` or any must hold, or a test of one field:\n\n" + conditionTable() +
				"\n\nA custom field is tested as `f.` and its key. Ages are whole hours; a promise is due `within` so many from now, 0 for those that are late. Shared views need the scope macros.manage."},
		{"viewGet", "GET", "/views/{view}", read, do((*server).viewGet), "Get a view", "One view that you may use."},
		{"viewUpdate", "PUT", "/views/{view}", read, do((*server).viewUpdate), "Replace a view", "Replaces a view's name, condition, order and sharing."},
		{"viewDelete", "DELETE", "/views/{view}", read, do((*server).viewDelete), "Delete a view", "Deletes a view; the tickets in it stay."},
	}}
}

// conditionTable lists the fields of conditions with their comparisons.
func conditionTable() string {
	var b strings.Builder
	b.WriteString("| field | comparisons |\n|---|---|")
	ops := ticket.ConditionOps()
	for _, f := range []string{
		"status", "bucket", "channel", "priority", "waiting", "assignee", "team", "shop", "mailbox", "order", "tag", "language", "unread", "subject",
		"created", "activity", "inbound", "due",
	} {
		b.WriteString("\n| `" + f + "` | " + strings.Join(ops[f], ", ") + " |")
	}
	return b.String()
}

// Condition is a group of conditions, or a test of one field.
type Condition struct {
	Group    bool        `json:"group,omitempty" doc:"It is a group."`
	All      bool        `json:"all,omitempty" doc:"Of a group: all must hold, else any."`
	Children []Condition `json:"children,omitempty" nullable:"false" maxItems:"100" doc:"Of a group: its conditions."`
	Field    string      `json:"field,omitempty" maxLength:"60" example:"status" doc:"Of a test: what is tested."`
	Op       string      `json:"op,omitempty" maxLength:"10" example:"is" doc:"Of a test: the comparison."`
	Value    string      `json:"value,omitempty" maxLength:"300" example:"open" doc:"Of a test: the value; an identifier for assignee, team, shop and mailbox."`
}

// named gives the fields of conditions that hold identifiers their kinds.
func namedField(field string) kind {
	switch field {
	case "assignee":
		return aPerson{}
	case "team":
		return aTeam{}
	case "shop":
		return aShop{}
	case "mailbox":
		return aMailbox{}
	}
	return nil
}

// kept returns the condition as it is kept.
func (x Condition) kept() (ticket.Condition, error) {
	out := ticket.Condition{Group: x.Group, All: x.All, Field: x.Field, Op: x.Op, Value: strings.TrimSpace(x.Value)}
	if k := namedField(x.Field); k != nil && out.Value != "" && out.Value != "me" {
		n, err := id.Parse(k.prefix(), out.Value)
		if err != nil {
			return out, errs.Field("condition", "error.condition_value", "field", x.Field)
		}
		out.Value = strconv.FormatInt(n, 10)
	}
	for _, child := range x.Children {
		c, err := child.kept()
		if err != nil {
			return out, err
		}
		out.Children = append(out.Children, c)
	}
	return out, nil
}

func conditionRecord(c ticket.Condition) Condition {
	out := Condition{Group: c.Group, All: c.All, Field: c.Field, Op: c.Op, Value: c.Value, Children: convert(c.Children, conditionRecord)}
	if k := namedField(c.Field); k != nil {
		if n, err := strconv.ParseInt(c.Value, 10, 64); err == nil {
			out.Value = id.Format(k.prefix(), n)
		}
	}
	return out
}

// View is a saved condition over tickets.
type View struct {
	ID        Ref[aView] `json:"id"`
	Name      string     `json:"name" example:"Stuck at customs"`
	Shared    bool       `json:"shared" doc:"Everybody of the workspace has it."`
	Condition Condition  `json:"condition"`
	Sort      string     `json:"sort" enum:"newest,oldest,due" doc:"By the last activity, or by the promise that is due next."`
	Count     *int64     `json:"count,omitempty" doc:"With counts: how many tickets it holds, 10,000 for more than 9,999."`
}

func viewRecord(v ticket.View) View {
	out := View{ID: refTo[aView](v.ID), Name: v.Name, Shared: v.Person == 0, Condition: conditionRecord(v.Condition), Sort: "newest"}
	switch v.Sort {
	case sortOldest:
		out.Sort = "oldest"
	case sortDue:
		out.Sort = "due"
	}
	return out
}

func (s *server) viewList(c *call, in *struct {
	Counts bool `query:"counts" doc:"Counts the tickets of each view."`
	Paging
	Picking
}) (*pageOut[View], error) {
	views, err := s.Tickets.Views(c, c.actor)
	if err != nil {
		return nil, err
	}
	views, next, err := part(views, func(v ticket.View) int64 { return int64(v.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	out := convert(views, viewRecord)
	if in.Counts {
		lists := convert(views, func(v ticket.View) ticket.ListQuery { return ticket.ListQuery{Cond: &v.Condition} })
		counts, err := s.Tickets.Counts(c, c.actor, lists, ticket.CountLimit)
		if err != nil {
			return nil, err
		}
		for i, n := range counts {
			n := int64(n)
			out[i].Count = &n
		}
	}
	return page(c, out, next), nil
}

// ViewPath names a view.
type ViewPath struct {
	View Ref[aView] `path:"view" doc:"The view's id."`
}

func (p ViewPath) id() ticket.ViewID { return ticket.ViewID(p.View.num()) }

func (s *server) viewGet(c *call, in *struct {
	ViewPath
	Picking
}) (*recordOut[View], error) {
	v, err := s.Tickets.View(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return record(viewRecord(v)), nil
}

// ViewDraft is a view to be saved.
type ViewDraft struct {
	Name      string    `json:"name" minLength:"1" maxLength:"80" example:"Stuck at customs"`
	Shared    bool      `json:"shared,omitempty" doc:"Everybody of the workspace gets it."`
	Condition Condition `json:"condition"`
	Sort      string    `json:"sort,omitempty" enum:"newest,oldest,due" doc:"newest by default."`
}

// keepView writes a view over the one it replaces.
func (s *server) keepView(c *call, v ticket.View, d ViewDraft) (*recordOut[View], error) {
	cond, err := d.Condition.kept()
	if err != nil {
		return nil, err
	}
	v.Name, v.Condition, v.Sort, v.Person = d.Name, cond, sortNewest, c.actor.Person()
	switch d.Sort {
	case "oldest":
		v.Sort = sortOldest
	case "due":
		v.Sort = sortDue
	}
	if d.Shared {
		v.Person = 0
	}
	if v, err = s.Tickets.SaveView(c, c.actor, v); err != nil {
		return nil, err
	}
	return record(viewRecord(v)), nil
}

func (s *server) viewCreate(c *call, in *struct{ Body ViewDraft }) (*recordOut[View], error) {
	return s.keepView(c, ticket.View{}, in.Body)
}

func (s *server) viewUpdate(c *call, in *struct {
	ViewPath
	Matching
	Body ViewDraft
}) (out *recordOut[View], err error) {
	err = s.inTx(c, func(c *call) error {
		old, err := s.Tickets.View(c, c.actor, in.id())
		if err != nil {
			return err
		}
		if err := c.match(in.Matching, tagOf(viewRecord(old))); err != nil {
			return err
		}
		out, err = s.keepView(c, old, in.Body)
		return err
	})
	return out, err
}

func (s *server) viewDelete(c *call, in *struct{ ViewPath }) (*noneOut, error) {
	return &noneOut{}, s.Tickets.DeleteView(c, c.actor, in.id())
}
