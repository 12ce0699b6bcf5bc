package api

import (
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

func teamGroup() group {
	read, manage := may(auth.ReadTickets), may(auth.ReadTickets, auth.ManageTeams)
	return group{"Teams", "A team is a group of people who share tickets.", []operation{
		{"teamList", "GET", "/teams", read, do((*server).teamList), "List teams", "The teams of the workspace with their members."},
		{"teamCreate", "POST", "/teams", manage, do((*server).teamCreate).created(), "Make a team", "Makes a team."},
		{"teamGet", "GET", "/teams/{team}", read, do((*server).teamGet), "Get a team", "One team."},
		{"teamUpdate", "PUT", "/teams/{team}", manage, do((*server).teamUpdate), "Replace a team", "Replaces a team's name and members."},
		{"teamDelete", "DELETE", "/teams/{team}", manage, do((*server).teamDelete), "Delete a team", "Deletes a team; its tickets and mailboxes keep no team."},
	}}
}

// Team is a group of people who share tickets.
type Team struct {
	ID        Ref[aTeam]     `json:"id"`
	Name      string         `json:"name" example:"Returns"`
	MemberIDs []Ref[aPerson] `json:"member_ids" nullable:"false"`
	CreatedAt time.Time      `json:"created_at"`
}

func teamRecord(t auth.Team) Team {
	return Team{refTo[aTeam](t.ID), t.Name, refs[aPerson](t.Members), at(t.CreatedAt)}
}

func (s *server) teamList(c *call, in *struct{ Paging }) (*pageOut[Team], error) {
	teams, err := s.Auth.Teams(c, c.actor)
	if err != nil {
		return nil, err
	}
	teams, next, err := part(teams, func(t auth.Team) int64 { return int64(t.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(teams, teamRecord), next), nil
}

// TeamDraft is a team to be saved.
type TeamDraft struct {
	Name      string         `json:"name" minLength:"1" maxLength:"200" example:"Claims"`
	MemberIDs []Ref[aPerson] `json:"member_ids,omitempty" nullable:"false" maxItems:"1000"`
}

func (s *server) teamCreate(c *call, in *struct{ Body TeamDraft }) (*recordOut[Team], error) {
	return s.keepTeam(c, auth.Team{}, in.Body)
}

func (s *server) keepTeam(c *call, t auth.Team, d TeamDraft) (*recordOut[Team], error) {
	members := nums[auth.PersonID](d.MemberIDs)
	if err := s.known(c, "member_ids", members); err != nil {
		return nil, err
	}
	made := t.CreatedAt
	t.Name, t.Members = d.Name, members
	t, err := s.Auth.SaveTeam(c, c.actor, t)
	if err != nil {
		return nil, err
	}
	if !made.IsZero() {
		t.CreatedAt = made
	}
	return record(teamRecord(t)), nil
}

// known refuses people whom the workspace does not have.
func (s *server) known(c *call, field string, list []auth.PersonID) error {
	if len(list) == 0 {
		return nil
	}
	people, err := s.Auth.People(c, c.actor)
	if err != nil {
		return err
	}
	for _, id := range list {
		if !slices.ContainsFunc(people, func(p auth.Person) bool { return p.ID == id }) {
			return errs.Field(field, "problem.unknown")
		}
	}
	return nil
}

// TeamPath names a team.
type TeamPath struct {
	Team Ref[aTeam] `path:"team" doc:"The team's id."`
}

// team returns the team that a path names.
func (s *server) team(c *call, p TeamPath) (auth.Team, error) {
	teams, err := s.Auth.Teams(c, c.actor)
	if err != nil {
		return auth.Team{}, err
	}
	i := slices.IndexFunc(teams, func(t auth.Team) bool { return t.ID == auth.TeamID(p.Team.num()) })
	if i < 0 {
		return auth.Team{}, errs.New(errs.NotFound, "error.not_found")
	}
	return teams[i], nil
}

func (s *server) teamGet(c *call, in *struct{ TeamPath }) (*recordOut[Team], error) {
	t, err := s.team(c, in.TeamPath)
	if err != nil {
		return nil, err
	}
	return record(teamRecord(t)), nil
}

func (s *server) teamUpdate(c *call, in *struct {
	TeamPath
	Matching
	Body TeamDraft
}) (out *recordOut[Team], err error) {
	err = s.inTx(c, func(c *call) error {
		old, err := s.team(c, in.TeamPath)
		if err != nil {
			return err
		}
		if err := c.match(in.Matching, tagOf(teamRecord(old))); err != nil {
			return err
		}
		out, err = s.keepTeam(c, old, in.Body)
		return err
	})
	return out, err
}

func (s *server) teamDelete(c *call, in *struct{ TeamPath }) (*noneOut, error) {
	t, err := s.team(c, in.TeamPath)
	if err != nil {
		return nil, err
	}
	return &noneOut{}, s.Auth.DeleteTeam(c, c.actor, t.ID)
}
