package auth

import (
	"context"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
)

// Mail is a letter of the house to one of its people.
type Mail struct {
	To, Name string
	Subject  string
	Text     string
	Language string
}

// Mailer sends a letter for a workspace. It fails with errs.NotFound if the
// workspace has no mailbox to send by.
type Mailer func(ctx context.Context, w WorkspaceID, m Mail) error

// Errand is work that sign-in leaves for later, so that a request costs the same
// whether or not there is anything to do. It holds no secret.
type Errand struct {
	Kind      string      `json:"kind"`
	Workspace WorkspaceID `json:"workspace,omitempty"`
	Person    PersonID    `json:"person,omitempty"`
	Email     string      `json:"email,omitempty"`
	Note      string      `json:"note,omitempty"`       // what a notice tells of
	Address   string      `json:"address,omitempty"`    // from where, if that is what it tells
	UserAgent string      `json:"user_agent,omitempty"` // and by which browser
	Token     TokenID     `json:"token,omitempty"`
	At        time.Time   `json:"at"`
}

// The errands.
const (
	resetErrand  = "reset"
	noticeErrand = "notice"
	tokenErrand  = "token" // an API token ends soon
)

// ResetLife is how long a link works that somebody asked for by mail.
const ResetLife = time.Hour

// AskReset takes the wish of whoever has forgotten a password. It answers alike,
// after the same work, whether or not the address is known; the link goes out by
// mail to the address itself.
func (s *Service) AskReset(ctx context.Context, email string, v Visit) error {
	email = strings.ToLower(strings.TrimSpace(email))
	if !plausible(email) {
		return errs.Field("email", "error.address", "address", email)
	}
	if !s.gate.Allow(ctx, "reset", email, resetsPerAccount) || !s.gate.Allow(ctx, "reset from", v.Address, resetsPerAddress) {
		return nil // the letters sent before still work
	}
	return s.later(ctx, Errand{Kind: resetErrand, Email: email, At: s.now()})
}

func (s *Service) later(ctx context.Context, e Errand) error {
	if s.signin.Later != nil {
		return s.signin.Later(ctx, e)
	}
	return s.Run(ctx, e)
}

// Run does an errand. A repeat may send a letter twice, with a link of its own.
func (s *Service) Run(ctx context.Context, e Errand) error {
	switch e.Kind {
	case resetErrand:
		return s.mailResets(ctx, e)
	case noticeErrand, tokenErrand:
		p, err := s.store.Person(ctx, e.Workspace, e.Person)
		if err != nil {
			return err
		}
		if e.Kind == tokenErrand {
			return s.mailEnd(ctx, p, e)
		}
		t := i18n.For(i18n.Match(p.Language, i18n.Console()))
		return s.mail(ctx, p, "mail.notice."+e.Note, "Date", t.DateTime(e.At, nil, i18n.Medium), "Device", Device(t, e.UserAgent), "Address", e.Address)
	}
	return errs.New(errs.Unsupported, "error.errand", "kind", e.Kind)
}

// mailResets sends a link to each person with an address who may use a password.
func (s *Service) mailResets(ctx context.Context, e Errand) error {
	people, err := s.store.PeopleByEmail(ctx, e.Email)
	if err != nil {
		return err
	}
	for _, p := range people {
		ok, err := s.mayUsePassword(ctx, p)
		if err != nil {
			return err
		}
		if !ok || p.Status != Active {
			continue
		}
		if s.signin.Address == "" || s.signin.Mailer == nil {
			s.signin.Notes.WarnContext(ctx, "a password reset was asked for, but no letter can leave: set the public address, or hand out a link on the page of people",
				"workspace", int64(p.Workspace), "person", int64(p.ID))
			continue
		}
		var token string
		err = s.store.InTx(ctx, func(ctx context.Context) error {
			if token, err = s.linkFor(ctx, p, "reset", ResetLife); err != nil {
				return err
			}
			return s.log(ctx, "person.reset_asked", ForSystem(p.Workspace), "person", int64(p.ID), nil)
		})
		if err == nil {
			err = s.mail(ctx, p, "mail.reset", "Link", strings.TrimRight(s.signin.Address, "/")+"/invite/"+token)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mail words a letter in its reader's language and sends it. That a workspace has
// no mailbox to send by is for its operator to know, and no failure.
func (s *Service) mail(ctx context.Context, p Person, key string, args ...any) error {
	if s.signin.Mailer == nil {
		return nil
	}
	w, err := s.store.Workspace(ctx, p.Workspace)
	if err != nil {
		return err
	}
	t := i18n.For(i18n.Match(p.Language, i18n.Console()))
	args = append(args, "Name", p.Name, "Workspace", w.Name)
	err = s.signin.Mailer(ctx, p.Workspace, Mail{
		To: p.Email, Name: p.Name, Subject: t.T(key+".subject", args...), Text: t.T(key+".text", args...), Language: string(t.Lang()),
	})
	if errs.Is(err, errs.NotFound) {
		s.signin.Notes.WarnContext(ctx, "a letter about sign-in cannot leave: the workspace has no mailbox that sends; a link can be handed out on the page of people",
			"workspace", int64(p.Workspace), "person", int64(p.ID))
		return nil
	}
	return err
}

// changed writes to the journal what has changed in how a person signs in, and
// tells them by mail.
func (s *Service) changed(ctx context.Context, by Actor, p Person, what string) error {
	if err := s.log(ctx, "person."+what, by, "person", int64(p.ID), nil); err != nil {
		return err
	}
	return s.later(ctx, Errand{Kind: noticeErrand, Workspace: p.Workspace, Person: p.ID, Note: what, At: s.now()})
}

// linkFor makes a link of a purpose that lives for a while.
func (s *Service) linkFor(ctx context.Context, p Person, purpose string, life time.Duration) (string, error) {
	token, hash := newLink()
	now := s.now()
	return token, s.store.AddInvite(ctx, Invite{Hash: hash, Workspace: p.Workspace, Person: p.ID, Purpose: purpose, CreatedAt: now, ExpiresAt: now.Add(life)})
}

// InvitedFrom is Invited for whoever comes through a door: nobody may try links
// without end.
func (s *Service) InvitedFrom(ctx context.Context, token string, v Visit) (Invite, Person, error) {
	if !s.gate.Allow(ctx, "invite from", v.Address, invitesPerAddress) {
		return Invite{}, Person{}, s.wait(time.Minute)
	}
	return s.Invited(ctx, token)
}
