package web

import (
	"hash/fnv"
	"net/http"
	"slices"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/server/web/ui"
)

// tagID names a tag in addresses. Tags are known by their name alone, which may
// hold any sign, so its hash stands there.
func tagID(name string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // a hash takes every write
	return int64(h.Sum64() >> 2)
}

func findTag(h *house, id int64) (ticket.Tag, error) {
	i := slices.IndexFunc(h.tags, func(t ticket.Tag) bool { return tagID(t.Name) == id })
	if i < 0 {
		return ticket.Tag{}, errs.New(errs.NotFound, "error.tag_unknown")
	}
	return h.tags[i], nil
}

// tagColor reads the colour of a form; one we do not know is the quiet one.
func tagColor(r *request) string {
	if c := r.PostFormValue("color"); slices.Contains(ui.TagColors(), c) {
		return c
	}
	return ui.TagColors()[0]
}

// tagsPage shows the tags with how many tickets bear each.
func (s *server) tagsPage(w http.ResponseWriter, r *request) error {
	return s.drawTags(w, r, ui.Tags{})
}

func (s *server) drawTags(w http.ResponseWriter, r *request, v ui.Tags) error {
	var err error
	if v.Page, err = r.page(w, r.printer.T("admin.tags"), ui.SectionAdmin); err != nil {
		return err
	}
	tags, counts, err := s.Tickets.Tags(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for _, t := range tags {
		v.Rows = append(v.Rows, ui.TagRow{ID: tagID(t.Name), Tag: ui.Tag{Name: t.Name, Color: t.Color}, Count: counts[t.Name]})
	}
	return r.draw(w, formStatus(v.Form), ui.TagsPage(v))
}

// tagAdd makes a tag.
func (s *server) tagAdd(w http.ResponseWriter, r *request) error {
	h, err := r.house()
	if err != nil {
		return err
	}
	tag := ticket.Tag{Name: r.PostFormValue("name"), Color: tagColor(r)}
	if _, there := h.color[ticket.TagName(tag.Name)]; there {
		err = errs.Field("name", "error.name_taken")
	} else {
		err = s.Tickets.SaveTag(r.Context(), r.actor, tag)
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawTags(w, r, ui.Tags{Form: f, Name: tag.Name})
	}
	return r.saved(w, "/admin/tags", r.told("told.saved"))
}

// tagSave renames or recolours a tag, merges it into another, or deletes it.
func (s *server) tagSave(w http.ResponseWriter, r *request) error {
	n, err := r.number("tag")
	if err != nil {
		return err
	}
	s.cache.forget(r.actor.Workspace) // tags have no event; another process may have changed them
	h, err := r.house()
	if err != nil {
		return err
	}
	tag, err := findTag(h, n)
	if err != nil {
		return err
	}
	flash := r.told("told.saved")
	switch r.PostFormValue("do") {
	case "delete":
		flash = r.told("told.deleted", "Name", tag.Name)
		err = s.Tickets.ReplaceTag(r.Context(), r.actor, tag.Name, "")
	case "merge":
		var into ticket.Tag
		if into, err = findTag(h, r.formNumber("into")); err == nil {
			flash = r.told("told.tag_merged", "From", tag.Name, "Into", into.Name)
			err = s.Tickets.ReplaceTag(r.Context(), r.actor, tag.Name, into.Name)
		}
	default:
		err = s.tagRename(r, h, tag)
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawTags(w, r, ui.Tags{Form: whole(f)})
	}
	return r.saved(w, "/admin/tags", flash)
}

func (s *server) tagRename(r *request, h *house, old ticket.Tag) error {
	tag := ticket.Tag{Name: ticket.TagName(r.PostFormValue("name")), Color: tagColor(r)}
	if tag.Name == old.Name {
		return s.Tickets.SaveTag(r.Context(), r.actor, tag)
	}
	if _, there := h.color[tag.Name]; there {
		return errs.Field("name", "error.name_taken")
	}
	if err := s.Tickets.SaveTag(r.Context(), r.actor, tag); err != nil {
		return err
	}
	return s.Tickets.ReplaceTag(r.Context(), r.actor, old.Name, tag.Name)
}
