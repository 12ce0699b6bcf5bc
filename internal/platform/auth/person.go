package auth

import (
	"context"
	"time"
)

// Workspace is one merchant company.
type Workspace struct {
	ID        WorkspaceID
	Slug      string
	Name      string
	Language  string
	Zone      string // IANA name
	Secret    []byte // signs reply addresses and message ids
	CreatedAt time.Time
}

// Status is whether a person can sign in.
type Status string

// The statuses of a person.
const (
	Active   Status = "active"
	Invited  Status = "invited"
	Disabled Status = "disabled"
)

// Person is somebody of the merchant who can sign in.
type Person struct {
	ID           PersonID
	Workspace    WorkspaceID
	Email        string // folded
	Name         string
	Role         Role
	Status       Status
	Restricted   bool   // sees only the tickets of own teams
	Limits       Limits // what is nil here is as the role has it
	PasswordHash string
	Language     string
	Zone         string
	Settings     Settings
	CreatedAt    time.Time
	SeenAt       time.Time
}

// Settings are a person's own choices.
type Settings struct {
	Theme    string `json:"theme,omitempty"` // light, dark or "" for the system's
	TourDone bool   `json:"tour_done,omitempty"`
	TourStep int    `json:"tour_step,omitempty"`
	SendAnd  string `json:"send_and,omitempty"` // the last choice of "send and ..."
	// Signature stands under the person's replies, above that of the mailbox.
	Signature string `json:"signature,omitempty"`
}

// Team is a group of people who share tickets.
type Team struct {
	ID        TeamID
	Workspace WorkspaceID
	Name      string
	Members   []PersonID
	CreatedAt time.Time
}

// Session is one signed-in browser.
type Session struct {
	Hash      []byte // SHA-256 of the token
	Workspace WorkspaceID
	Person    PersonID
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	UserAgent string
	Address   string
	ProvedAt  time.Time     // when the person last proved themself, by password, code or passkey
	Idle      time.Duration // how long it lasts unused
}

// Invite is a link that lets a person set a password, once.
type Invite struct {
	Hash      []byte
	Workspace WorkspaceID
	Person    PersonID
	Purpose   string // invite, reset
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time
}

// Store keeps workspaces, people, teams, sessions, invites, roles and tokens.
type Store interface {
	SigninStore
	TallyStore
	InTx(context.Context, func(context.Context) error) error
	AccessStore

	AddWorkspace(context.Context, Workspace) error
	Workspace(context.Context, WorkspaceID) (Workspace, error)
	WorkspaceBySlug(context.Context, string) (Workspace, error)
	Workspaces(context.Context) ([]Workspace, error)

	AddPerson(context.Context, Person) error
	SavePerson(context.Context, Person) error
	Person(context.Context, WorkspaceID, PersonID) (Person, error)
	PeopleByEmail(ctx context.Context, email string) ([]Person, error)
	People(context.Context, WorkspaceID) ([]Person, error)
	CountOwners(context.Context, WorkspaceID) (int, error)

	AddTeam(context.Context, Team) error
	SaveTeam(context.Context, Team) error // name and members
	DeleteTeam(context.Context, WorkspaceID, TeamID) error
	Teams(context.Context, WorkspaceID) ([]Team, error)
	TeamsOf(context.Context, WorkspaceID, PersonID) ([]TeamID, error)

	AddSession(context.Context, Session) error
	Session(ctx context.Context, hash []byte) (Session, error)
	TouchSession(ctx context.Context, hash []byte, seen time.Time) error
	DeleteSession(ctx context.Context, w WorkspaceID, p PersonID, hash []byte) error
	DeleteSessions(ctx context.Context, w WorkspaceID, p PersonID, except []byte) error
	Sessions(context.Context, WorkspaceID, PersonID) ([]Session, error)

	AddInvite(context.Context, Invite) error
	Invite(ctx context.Context, hash []byte) (Invite, error)
	// UseInvite marks an invite as used; it fails with errs.Conflict if it was.
	UseInvite(ctx context.Context, hash []byte, at time.Time) error
	OpenInvites(ctx context.Context, w WorkspaceID, now time.Time) ([]OpenInvite, error)
}
