package web

import (
	"net/http"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/server/web/ui"
)

// fieldsPage shows the custom fields of tickets.
func (s *server) fieldsPage(w http.ResponseWriter, r *request) error {
	return s.drawFields(w, r, ui.Fields{Draft: ui.FieldRow{Kind: ui.FieldText}})
}

func (s *server) drawFields(w http.ResponseWriter, r *request, v ui.Fields) error {
	var err error
	if v.Page, err = r.page(w, r.printer.T("admin.fields"), ui.SectionAdmin); err != nil {
		return err
	}
	fields, err := s.Tickets.Fields(r.Context(), r.actor)
	if err != nil {
		return err
	}
	used, err := s.Tickets.FieldUse(r.Context(), r.actor, fields)
	if err != nil {
		return err
	}
	for _, f := range fields {
		row := uiField(f)
		row.Used = used[f.Key]
		v.Rows = append(v.Rows, row)
	}
	return r.draw(w, formStatus(v.Form), ui.FieldsPage(v))
}

func uiField(f ticket.Field) ui.FieldRow {
	return ui.FieldRow{ID: int64(f.ID), Key: f.Key, Label: f.Label, Kind: ui.FieldKind(f.Type), Options: f.Options, Required: f.Required}
}

func readField(r *request) ticket.Field {
	return ticket.Field{
		Key: strings.TrimSpace(r.PostFormValue("key")), Label: r.PostFormValue("label"), Type: ticket.FieldType(r.PostFormValue("kind")),
		Options: strings.Split(r.PostFormValue("options"), "\n"), Required: r.PostFormValue("required") == "1",
	}
}

// fieldAdd makes a custom field.
func (s *server) fieldAdd(w http.ResponseWriter, r *request) error {
	in := readField(r)
	if _, err := s.Tickets.SaveField(r.Context(), r.actor, in); err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		if slices.ContainsFunc(errs.Fields(err), func(e *errs.Error) bool { return e.Key == "error.name_taken" }) {
			f = ui.Form{Errors: map[string]string{"key": f.Errors["name"]}} // what must be unique is the key
		}
		return s.drawFields(w, r, ui.Fields{Form: atFields(f, "label", "key"), Draft: uiField(in)})
	}
	return r.saved(w, "/admin/fields", r.told("told.saved"))
}

// fieldSave changes a custom field or deletes it.
func (s *server) fieldSave(w http.ResponseWriter, r *request) error {
	n, err := r.number("field")
	if err != nil {
		return err
	}
	in, flash := readField(r), r.told("told.saved")
	in.ID = ticket.FieldID(n)
	if r.PostFormValue("do") == "delete" {
		flash = r.told("told.deleted", "Name", in.Label)
		err = s.Tickets.DeleteField(r.Context(), r.actor, in.ID)
	} else {
		_, err = s.Tickets.SaveField(r.Context(), r.actor, in)
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawFields(w, r, ui.Fields{Form: whole(f), Draft: ui.FieldRow{Kind: ui.FieldText}})
	}
	return r.saved(w, "/admin/fields", flash)
}
