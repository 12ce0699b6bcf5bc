package api

import (
	"slices"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

func fieldGroup() group {
	read, manage := may(auth.ReadTickets), may(auth.ReadTickets, auth.ManageFields)
	return group{"Custom fields", "Custom fields hold what a merchant wants to know of each ticket.", []operation{
		{"fieldList", "GET", "/fields", read, do((*server).fieldList), "List custom fields", "The custom fields in their order."},
		{"fieldCreate", "POST", "/fields", manage, do((*server).fieldCreate).created(), "Make a custom field", "Makes a custom field. Key and type never change afterwards, because tickets hold values under them."},
		{"fieldGet", "GET", "/fields/{field}", read, do((*server).fieldGet), "Get a custom field", "One custom field."},
		{"fieldUpdate", "PUT", "/fields/{field}", manage, do((*server).fieldUpdate), "Replace a custom field", "Replaces a field's label, options and whether it is required."},
		{"fieldDelete", "DELETE", "/fields/{field}", manage, do((*server).fieldDelete), "Delete a custom field", "Deletes a custom field. The values that tickets hold stay in them unseen, and come back if the key is used again."},
	}}
}

// Field is a custom field of tickets.
type Field struct {
	ID       Ref[aField] `json:"id"`
	Key      string      `json:"key" example:"defect" doc:"What tickets call it."`
	Label    string      `json:"label" example:"Defect"`
	Type     string      `json:"type" enum:"text,number,date,select,check" doc:"A date is written 2006-01-02, a check 1 or 0."`
	Options  []string    `json:"options" nullable:"false" doc:"What a select may be."`
	Required bool        `json:"required" doc:"It must have a value before a ticket is solved."`
}

func fieldRecord(f ticket.Field) Field {
	return Field{refTo[aField](f.ID), f.Key, f.Label, string(f.Type), append([]string{}, f.Options...), f.Required}
}

func (s *server) fieldList(c *call, in *struct{ Paging }) (*pageOut[Field], error) {
	fields, err := s.Tickets.Fields(c, c.actor)
	if err != nil {
		return nil, err
	}
	fields, next, err := part(fields, func(f ticket.Field) int64 { return int64(f.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(fields, fieldRecord), next), nil
}

// FieldDraft is a custom field to be made.
type FieldDraft struct {
	Key      string   `json:"key" pattern:"^[a-z][a-z0-9_]{0,39}$" example:"batch"`
	Label    string   `json:"label" minLength:"1" maxLength:"80" example:"Batch"`
	Type     string   `json:"type" enum:"text,number,date,select,check"`
	Options  []string `json:"options,omitempty" nullable:"false" maxItems:"200"`
	Required bool     `json:"required,omitempty"`
}

func (s *server) fieldCreate(c *call, in *struct{ Body FieldDraft }) (*recordOut[Field], error) {
	b := in.Body
	return s.keepField(c, ticket.Field{Key: b.Key, Label: b.Label, Type: ticket.FieldType(b.Type), Options: b.Options, Required: b.Required})
}

func (s *server) keepField(c *call, f ticket.Field) (*recordOut[Field], error) {
	f, err := s.Tickets.SaveField(c, c.actor, f)
	if err != nil {
		return nil, err
	}
	return record(fieldRecord(f)), nil
}

// FieldPath names a custom field.
type FieldPath struct {
	Field Ref[aField] `path:"field" doc:"The custom field's id."`
}

func (p FieldPath) id() ticket.FieldID { return ticket.FieldID(p.Field.num()) }

// field returns the custom field that a path names.
func (s *server) field(c *call, id ticket.FieldID) (ticket.Field, error) {
	fields, err := s.Tickets.Fields(c, c.actor)
	if err != nil {
		return ticket.Field{}, err
	}
	i := slices.IndexFunc(fields, func(f ticket.Field) bool { return f.ID == id })
	if i < 0 {
		return ticket.Field{}, errs.New(errs.NotFound, "error.not_found")
	}
	return fields[i], nil
}

func (s *server) fieldGet(c *call, in *struct{ FieldPath }) (*recordOut[Field], error) {
	f, err := s.field(c, in.id())
	if err != nil {
		return nil, err
	}
	return record(fieldRecord(f)), nil
}

// FieldUpdate replaces what may change of a custom field.
type FieldUpdate struct {
	Label    string   `json:"label" minLength:"1" maxLength:"80" example:"Defect"`
	Options  []string `json:"options,omitempty" nullable:"false" maxItems:"200"`
	Required bool     `json:"required,omitempty"`
}

func (s *server) fieldUpdate(c *call, in *struct {
	FieldPath
	Matching
	Body FieldUpdate
}) (out *recordOut[Field], err error) {
	err = s.inTx(c, func(c *call) error {
		f, err := s.field(c, in.id())
		if err != nil {
			return err
		}
		if err := c.match(in.Matching, tagOf(fieldRecord(f))); err != nil {
			return err
		}
		f.Label, f.Options, f.Required = in.Body.Label, in.Body.Options, in.Body.Required
		out, err = s.keepField(c, f)
		return err
	})
	return out, err
}

func (s *server) fieldDelete(c *call, in *struct{ FieldPath }) (*noneOut, error) {
	if _, err := s.field(c, in.id()); err != nil {
		return nil, err
	}
	return &noneOut{}, s.Tickets.DeleteField(c, c.actor, in.id())
}
