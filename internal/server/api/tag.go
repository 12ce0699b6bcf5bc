package api

import (
	"slices"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

func tagGroup() group {
	read, manage := may(auth.ReadTickets), may(auth.ReadTickets, auth.ManageMacros)
	return group{"Tags", "Tags label tickets. They are known by their names.", []operation{
		{"tagList", "GET", "/tags", read, do((*server).tagList), "List tags", "The tags of the workspace with how many tickets bear each, up to 9,999."},
		{"tagCreate", "POST", "/tags", manage, do((*server).tagCreate).created(), "Make a tag", "Makes a tag. A name that is taken is refused."},
		{"tagUpdate", "PATCH", "/tags/{tag}", manage, do((*server).tagUpdate).onItsOwn(), "Change a tag",
			"Renames a tag on all of its tickets, or gives it another colour. Renaming works through the tickets one after another and can be repeated."},
		{"tagMerge", "POST", "/tags/{tag}/merge", manage, do((*server).tagMerge).onItsOwn(), "Merge tags",
			"Puts another tag in this one's place on all of its tickets. It works through the tickets one after another and can be repeated."},
		{"tagDelete", "DELETE", "/tags/{tag}", manage, do((*server).tagDelete), "Delete a tag", "Takes a tag from all of its tickets and deletes it."},
	}}
}

// Tag labels tickets.
type Tag struct {
	Name  string `json:"name" example:"customs" doc:"One word, lower-case."`
	Color string `json:"color" example:"sand"`
	Count *int64 `json:"ticket_count,omitempty" doc:"In lists: how many tickets bear it, 10,000 for more than 9,999."`
}

func (s *server) tagList(c *call, in *struct {
	Paging
	Picking
}) (*pageOut[Tag], error) {
	tags, counts, err := s.Tickets.Tags(c, c.actor)
	if err != nil {
		return nil, err
	}
	tags, next, err := part(tags, func(t ticket.Tag) int64 { return placeOf(t.Name) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(tags, func(t ticket.Tag) Tag {
		n := counts[t.Name]
		return Tag{t.Name, t.Color, &n}
	}), next), nil
}

// tag returns the tag of a name.
func (s *server) tag(c *call, name string) (ticket.Tag, error) {
	tags, err := s.Tickets.TagList(c, c.actor)
	if err != nil {
		return ticket.Tag{}, err
	}
	i := slices.IndexFunc(tags, func(t ticket.Tag) bool { return t.Name == ticket.TagName(name) })
	if i < 0 {
		return ticket.Tag{}, errs.New(errs.NotFound, "error.not_found")
	}
	return tags[i], nil
}

// TagDraft is a tag to be made.
type TagDraft struct {
	Name  string `json:"name" minLength:"1" maxLength:"40" example:"lost-parcel"`
	Color string `json:"color,omitempty" maxLength:"20" example:"tide"`
}

func (s *server) tagCreate(c *call, in *struct{ Body TagDraft }) (*recordOut[Tag], error) {
	if _, err := s.tag(c, in.Body.Name); err == nil {
		return nil, errs.Field("name", "error.name_taken")
	} else if !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	if err := s.Tickets.SaveTag(c, c.actor, ticket.Tag{Name: in.Body.Name, Color: in.Body.Color}); err != nil {
		return nil, err
	}
	return s.tagNow(c, in.Body.Name)
}

func (s *server) tagNow(c *call, name string) (*recordOut[Tag], error) {
	t, err := s.tag(c, name)
	if err != nil {
		return nil, err
	}
	return record(Tag{Name: t.Name, Color: t.Color}), nil
}

// TagPath names a tag.
type TagPath struct {
	Tag string `path:"tag" maxLength:"60" doc:"The tag's name." example:"customs"`
}

// TagUpdate changes a tag; a property that is left out stays.
type TagUpdate struct {
	Name  *string `json:"name,omitempty" minLength:"1" maxLength:"40" example:"duties"`
	Color *string `json:"color,omitempty" maxLength:"20" example:"rust"`
}

func (s *server) tagUpdate(c *call, in *struct {
	TagPath
	Matching
	Body TagUpdate
}) (*recordOut[Tag], error) {
	old, err := s.tag(c, in.Tag)
	if err != nil {
		return nil, err
	}
	if err := c.match(in.Matching, tagOf(Tag{Name: old.Name, Color: old.Color})); err != nil {
		return nil, err
	}
	next := old
	if in.Body.Name != nil {
		next.Name = ticket.TagName(*in.Body.Name)
	}
	if in.Body.Color != nil {
		next.Color = *in.Body.Color
	}
	if next.Name != old.Name {
		if _, err := s.tag(c, next.Name); err == nil {
			return nil, errs.Field("name", "error.name_taken")
		} else if !errs.Is(err, errs.NotFound) {
			return nil, err
		}
	}
	if err := s.Tickets.SaveTag(c, c.actor, next); err != nil {
		return nil, err
	}
	if next.Name != old.Name {
		if err := s.Tickets.ReplaceTag(c, c.actor, old.Name, next.Name); err != nil {
			return nil, err
		}
	}
	return s.tagNow(c, next.Name)
}

// TagTarget names the tag that takes over.
type TagTarget struct {
	Into string `json:"into" minLength:"1" maxLength:"40" example:"customs"`
}

func (s *server) tagMerge(c *call, in *struct {
	TagPath
	Body TagTarget
}) (*recordOut[Tag], error) {
	from, err := s.tag(c, in.Tag)
	if err != nil {
		return nil, err
	}
	into, err := s.tag(c, in.Body.Into)
	if errs.Is(err, errs.NotFound) {
		return nil, errs.Field("into", "problem.unknown")
	}
	if err != nil {
		return nil, err
	}
	if err := s.Tickets.ReplaceTag(c, c.actor, from.Name, into.Name); err != nil {
		return nil, err
	}
	return s.tagNow(c, into.Name)
}

func (s *server) tagDelete(c *call, in *struct{ TagPath }) (*noneOut, error) {
	t, err := s.tag(c, in.Tag)
	if err != nil {
		return nil, err
	}
	return &noneOut{}, s.Tickets.ReplaceTag(c, c.actor, t.Name, "")
}
