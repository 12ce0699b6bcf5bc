package web

import (
	"net/http"
	"slices"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// teamsPage shows the teams with their members.
func (s *server) teamsPage(w http.ResponseWriter, r *request) error {
	return s.drawTeams(w, r, ui.Teams{})
}

func (s *server) drawTeams(w http.ResponseWriter, r *request, v ui.Teams) error {
	var err error
	if v.Page, err = r.page(w, r.printer.T("admin.teams"), ui.SectionAdmin); err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	lists := make([]ticket.ListQuery, len(h.teams))
	for i, t := range h.teams {
		lists[i] = ticket.ListQuery{Team: t.ID, Bucket: ticket.InOpen}
	}
	open, err := s.countLists(r, lists)
	if err != nil {
		return err
	}
	for i, t := range h.teams {
		v.Teams = append(v.Teams, ui.TeamRow{ID: int64(t.ID), Name: t.Name, Members: memberOptions(h, t.Members), Count: int64(len(t.Members)), Open: open[i]})
	}
	v.People = memberOptions(h, nil)
	return r.draw(w, formStatus(v.Form), ui.TeamsPage(v))
}

// memberOptions lists who can be in a team: everybody who is not disabled, and
// members who are.
func memberOptions(h *house, members []auth.PersonID) []ui.Option {
	var out []ui.Option
	for _, p := range h.people {
		if in := slices.Contains(members, p.ID); in || p.Status != auth.Disabled {
			out = append(out, ui.Option{Value: id64(p.ID), Label: p.Name, Selected: in})
		}
	}
	return out
}

// teamAdd makes a team.
func (s *server) teamAdd(w http.ResponseWriter, r *request) error {
	name := r.PostFormValue("name")
	t, err := s.Auth.SaveTeam(r.Context(), r.actor, auth.Team{Name: name, Members: formIDs[auth.PersonID](r, "members")})
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawTeams(w, r, ui.Teams{Form: f, Name: name})
	}
	return r.saved(w, "/admin/teams", r.told("told.team_created", "Name", t.Name))
}

// teamSave renames a team, changes its members, or deletes it.
func (s *server) teamSave(w http.ResponseWriter, r *request) error {
	n, err := r.number("team")
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	id, flash := auth.TeamID(n), r.told("told.saved")
	if _, ok := h.team[id]; !ok {
		return errs.New(errs.NotFound, "error.not_found")
	}
	if r.PostFormValue("do") == "delete" {
		flash = r.told("told.deleted", "Name", h.team[id])
		err = s.Auth.DeleteTeam(r.Context(), r.actor, id)
	} else {
		_, err = s.Auth.SaveTeam(r.Context(), r.actor, auth.Team{ID: id, Name: r.PostFormValue("name"), Members: formIDs[auth.PersonID](r, "members")})
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawTeams(w, r, ui.Teams{Form: whole(f)})
	}
	return r.saved(w, "/admin/teams", flash)
}
