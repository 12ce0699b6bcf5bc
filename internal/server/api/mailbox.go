package api

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

func mailboxGroup() group {
	manage := may(auth.ReadTickets, auth.ManageMail)
	return group{"Mailboxes", "A mailbox is a mail address of the merchant with the ways in and out. Secrets are written and never read.", []operation{
		{"mailboxList", "GET", "/mailboxes", manage, do((*server).mailboxList), "List mailboxes", "The mailboxes of the workspace and how each does."},
		{"mailboxCreate", "POST", "/mailboxes", manage, do((*server).mailboxCreate).created(), "Make a mailbox", "Makes a mailbox. Its mail is fetched from the next minute on."},
		{"mailboxTestNew", "POST", "/mailboxes/test", manage, do((*server).mailboxTestNew).onItsOwn(), "Test settings",
			"Tries the ways in and out with settings that are not saved, and says step by step how far it came. It sends no mail."},
		{"mailboxGet", "GET", "/mailboxes/{mailbox}", manage, do((*server).mailboxGet), "Get a mailbox", "One mailbox, without its secrets."},
		{"mailboxUpdate", "PUT", "/mailboxes/{mailbox}", manage, do((*server).mailboxUpdate), "Replace a mailbox",
			"Replaces a mailbox's settings. A secret that is left out stays, unless the server it would be sent to is another."},
		{"mailboxTest", "POST", "/mailboxes/{mailbox}/test", manage, do((*server).mailboxTest).onItsOwn(), "Test a mailbox",
			"Tries the ways in and out of a mailbox and says step by step how far it came. It sends no mail."},
		{"mailboxDelete", "DELETE", "/mailboxes/{mailbox}", manage, do((*server).mailboxDelete), "Delete a mailbox",
			"Deletes a mailbox that has never received a message. Any other can only be disabled, because its messages remain."},
	}}
}

// Mailbox is a mail address of the merchant.
type Mailbox struct {
	ID           Ref[aMailbox] `json:"id"`
	Address      string        `json:"address" example:"help@acme.example"`
	Name         string        `json:"name" example:"Acme Help" doc:"The display name of outgoing mail."`
	ShopID       *Ref[aShop]   `json:"shop_id" nullable:"true"`
	TeamID       *Ref[aTeam]   `json:"team_id" nullable:"true" doc:"Whose new tickets are."`
	Signature    string        `json:"signature"`
	In           MailIn        `json:"in"`
	Out          MailOut       `json:"out"`
	OAuth        MailOAuth     `json:"oauth"`
	PlusAddress  bool          `json:"plus_address" doc:"The server delivers name+anything@ to name@ (RFC 5233)."`
	Copy         bool          `json:"copy" doc:"Sends ourselves a copy: the proof that a mail went out."`
	AuthServer   string        `json:"auth_server" doc:"The authserv-id whose results are believed (RFC 8601)."`
	Disabled     bool          `json:"disabled"`
	Status       string        `json:"status" example:"connected" doc:"new, connected, idle, failing or off."`
	StatusDetail string        `json:"status_detail"`
	Secrets      SecretsSet    `json:"secrets" doc:"Which secrets are stored."`
	LastInAt     *time.Time    `json:"last_in_at" doc:"When the newest mail was received."`
	LastOutAt    *time.Time    `json:"last_out_at" doc:"When the newest reply left."`
	Outgoing     int64         `json:"outgoing" doc:"Replies that are scheduled or being sent."`
	CreatedAt    time.Time     `json:"created_at"`
}

// MailIn is the way in.
type MailIn struct {
	Kind    string   `json:"kind" enum:"imap,lmtp,off"`
	Host    string   `json:"host,omitempty" maxLength:"253" example:"imap.acme.example"`
	Port    int      `json:"port,omitempty" minimum:"0" maximum:"65535" example:"993"`
	TLS     string   `json:"tls,omitempty" enum:"tls,starttls,none"`
	User    string   `json:"user,omitempty" maxLength:"320" example:"help@acme.example"`
	Auth    string   `json:"auth,omitempty" enum:"password,oauth2"`
	Folders []string `json:"folders,omitempty" nullable:"false" maxItems:"50" doc:"INBOX by default."`
}

// MailOut is the way out.
type MailOut struct {
	Kind string `json:"kind" enum:"smtp,off"`
	Host string `json:"host,omitempty" maxLength:"253" example:"smtp.acme.example"`
	Port int    `json:"port,omitempty" minimum:"0" maximum:"65535" example:"465"`
	TLS  string `json:"tls,omitempty" enum:"tls,starttls,none"`
	User string `json:"user,omitempty" maxLength:"320" example:"help@acme.example"`
	Auth string `json:"auth,omitempty" enum:"password,oauth2"`
}

// MailOAuth is how access tokens for mail servers are got.
type MailOAuth struct {
	ClientID string `json:"client_id,omitempty" maxLength:"500"`
	TokenURL string `json:"token_url,omitempty" maxLength:"2000"`
}

// SecretsSet says which secrets are stored.
type SecretsSet struct {
	InPassword   bool `json:"in_password"`
	OutPassword  bool `json:"out_password"`
	ClientSecret bool `json:"client_secret"`
	RefreshToken bool `json:"refresh_token"`
}

func mailboxRecord(m ticket.Mailbox, t ticket.MailTraffic) Mailbox {
	x := m.Settings
	return Mailbox{
		ID: refTo[aMailbox](m.ID), Address: m.Address, Name: m.Name, ShopID: optRef[aShop](m.Shop), TeamID: optRef[aTeam](m.Team), Signature: m.Signature,
		In:    MailIn{x.InKind, x.InHost, x.InPort, x.InTLS, x.InUser, x.InAuth, x.Folders},
		Out:   MailOut{x.OutKind, x.OutHost, x.OutPort, x.OutTLS, x.OutUser, x.OutAuth},
		OAuth: MailOAuth{x.ClientID, x.TokenURL}, PlusAddress: x.PlusAddress, Copy: x.Copy, AuthServer: x.AuthServer, Disabled: m.Disabled,
		Status: m.Status, StatusDetail: m.StatusDetail, LastInAt: optTime(t.InAt), LastOutAt: optTime(t.OutAt), Outgoing: t.Waiting, CreatedAt: at(m.CreatedAt),
		Secrets: SecretsSet{m.Secrets.InPassword != "", m.Secrets.OutPassword != "", m.Secrets.ClientSecret != "", m.Secrets.RefreshToken != ""},
	}
}

// settledTag is the entity tag of a mailbox's settings: how it does right now is
// no part of them.
func settledTag(m ticket.Mailbox) string {
	m.Status, m.StatusDetail = "", ""
	return tagOf(mailboxRecord(m, ticket.MailTraffic{}))
}

func (s *server) mailboxList(c *call, in *struct {
	Paging
	Picking
}) (*pageOut[Mailbox], error) {
	boxes, err := s.Tickets.Mailboxes(c, c.actor)
	if err != nil {
		return nil, err
	}
	traffic, err := s.Tickets.MailTraffic(c, c.actor)
	if err != nil {
		return nil, err
	}
	boxes, next, err := part(boxes, func(m ticket.Mailbox) int64 { return int64(m.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(boxes, func(m ticket.Mailbox) Mailbox { return mailboxRecord(m, traffic[m.ID]) }), next), nil
}

// MailboxDraft is a mailbox to be saved.
type MailboxDraft struct {
	Address     string      `json:"address" minLength:"3" maxLength:"320" example:"returns@acme.example"`
	Name        string      `json:"name,omitempty" maxLength:"100" example:"Acme Returns"`
	ShopID      *Ref[aShop] `json:"shop_id,omitempty" nullable:"true"`
	TeamID      *Ref[aTeam] `json:"team_id,omitempty" nullable:"true"`
	Signature   string      `json:"signature,omitempty" maxLength:"10000"`
	In          MailIn      `json:"in"`
	Out         MailOut     `json:"out"`
	OAuth       MailOAuth   `json:"oauth,omitempty" required:"false"`
	Secrets     MailSecrets `json:"secrets,omitempty" required:"false"`
	PlusAddress bool        `json:"plus_address,omitempty"`
	Copy        bool        `json:"copy,omitempty"`
	AuthServer  string      `json:"auth_server,omitempty" maxLength:"253"`
	Disabled    bool        `json:"disabled,omitempty"`
}

// MailSecrets are the secrets of a mailbox. They are written and never read.
type MailSecrets struct {
	InPassword   string `json:"in_password,omitempty" maxLength:"2000" writeOnly:"true"`
	OutPassword  string `json:"out_password,omitempty" maxLength:"2000" writeOnly:"true"`
	ClientSecret string `json:"client_secret,omitempty" maxLength:"4000" writeOnly:"true"`
	RefreshToken string `json:"refresh_token,omitempty" maxLength:"8000" writeOnly:"true"`
}

// mailbox makes a mailbox of what was sent, over the one it replaces.
func (s *server) mailbox(c *call, old ticket.Mailbox, d MailboxDraft) (ticket.Mailbox, error) {
	m := old
	m.Address, m.Name, m.Signature, m.Disabled, m.Shop, m.Team = d.Address, d.Name, d.Signature, d.Disabled, 0, 0
	if d.TeamID != nil {
		m.Team = auth.TeamID(d.TeamID.num())
		if err := s.teamsKnown(c, "team_id", []auth.TeamID{m.Team}); err != nil {
			return m, err
		}
	}
	if d.ShopID != nil {
		m.Shop = order.ShopID(d.ShopID.num())
		shops, err := s.Orders.Shops(c, c.actor)
		if err != nil {
			return m, err
		}
		if !slices.ContainsFunc(shops, func(x order.Shop) bool { return x.ID == m.Shop }) {
			return m, errs.Field("shop_id", "problem.unknown")
		}
	}
	m.Settings = ticket.MailSettings{
		InKind: d.In.Kind, InHost: d.In.Host, InPort: d.In.Port, InTLS: d.In.TLS, InUser: d.In.User, InAuth: d.In.Auth, Folders: d.In.Folders,
		OutKind: d.Out.Kind, OutHost: d.Out.Host, OutPort: d.Out.Port, OutTLS: d.Out.TLS, OutUser: d.Out.User, OutAuth: d.Out.Auth,
		ClientID: d.OAuth.ClientID, TokenURL: d.OAuth.TokenURL, PlusAddress: d.PlusAddress, Copy: d.Copy, AuthServer: d.AuthServer,
	}
	m.Secrets = ticket.MailSecrets(d.Secrets)
	return m, nil
}

func (s *server) mailboxCreate(c *call, in *struct{ Body MailboxDraft }) (*recordOut[Mailbox], error) {
	m, err := s.mailbox(c, ticket.Mailbox{}, in.Body)
	if err != nil {
		return nil, err
	}
	if m, err = s.Tickets.SaveMailbox(c, c.actor, m); err != nil {
		return nil, mailboxField(err)
	}
	return &recordOut[Mailbox]{ETag: settledTag(m), Body: mailboxRecord(m, ticket.MailTraffic{})}, nil
}

// mailboxField names a field of a mailbox's settings as it is called here.
func mailboxField(err error) error {
	for _, e := range errs.Fields(err) {
		for _, side := range []string{"in", "out"} {
			if name, ok := strings.CutPrefix(e.Field, side+"_"); ok {
				return &errs.Error{Kind: e.Kind, Key: e.Key, Args: e.Args, Field: side + "." + name, Err: err}
			}
		}
	}
	return err
}

// MailboxPath names a mailbox.
type MailboxPath struct {
	Mailbox Ref[aMailbox] `path:"mailbox" doc:"The mailbox's id."`
}

func (p MailboxPath) id() ticket.MailboxID { return ticket.MailboxID(p.Mailbox.num()) }

func (s *server) mailboxGet(c *call, in *struct {
	MailboxPath
	Picking
}) (*recordOut[Mailbox], error) {
	m, err := s.Tickets.Mailbox(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	traffic, err := s.Tickets.MailTraffic(c, c.actor)
	if err != nil {
		return nil, err
	}
	return &recordOut[Mailbox]{ETag: settledTag(m), Body: mailboxRecord(m, traffic[m.ID])}, nil
}

func (s *server) mailboxUpdate(c *call, in *struct {
	MailboxPath
	Matching
	Body MailboxDraft
}) (out *recordOut[Mailbox], err error) {
	err = s.inTx(c, func(c *call) error {
		old, err := s.Tickets.Mailbox(c, c.actor, in.id())
		if err != nil {
			return err
		}
		if err := c.match(in.Matching, settledTag(old)); err != nil {
			return err
		}
		m, err := s.mailbox(c, old, in.Body)
		if err != nil {
			return err
		}
		if m, err = s.Tickets.SaveMailbox(c, c.actor, m); err != nil {
			return mailboxField(err)
		}
		out = &recordOut[Mailbox]{ETag: settledTag(m), Body: mailboxRecord(m, ticket.MailTraffic{})}
		return nil
	})
	return out, err
}

func (s *server) mailboxDelete(c *call, in *struct{ MailboxPath }) (*noneOut, error) {
	if _, err := s.Tickets.Mailbox(c, c.actor, in.id()); err != nil {
		return nil, err
	}
	return &noneOut{}, s.Tickets.DeleteMailbox(c, c.actor, in.id())
}

// MailTest is how a test of a mailbox went.
type MailTest struct {
	Data []MailTestStep `json:"data" nullable:"false"`
}

// MailTestStep is how one direction did.
type MailTestStep struct {
	Direction string `json:"direction" enum:"incoming,outgoing"`
	OK        bool   `json:"ok"`
	Skipped   bool   `json:"skipped" doc:"There was nothing to try."`
	Code      string `json:"code" example:"auth_failed" doc:"What went wrong, as a word."`
	Detail    string `json:"detail" doc:"What went wrong, in the server's own words."`
}

// testLimit is how long a connection test may take.
const testLimit = 20 * time.Second

func (s *server) tryMailbox(c *call, m ticket.Mailbox) (*recordOut[MailTest], error) {
	if s.MailTest == nil {
		return nil, errs.New(errs.Unsupported, "error.test_none")
	}
	ctx, cancel := context.WithTimeout(c, testLimit)
	defer cancel()
	out := MailTest{Data: convert(s.MailTest(ctx, m), func(x MailStep) MailTestStep { return MailTestStep{x.Name, x.OK, x.Skipped, x.Code, x.Detail} })}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, errs.New(errs.Unavailable, "mailtest.late")
	}
	return &recordOut[MailTest]{Body: out}, nil
}

func (s *server) mailboxTest(c *call, in *struct{ MailboxPath }) (*recordOut[MailTest], error) {
	m, err := s.Tickets.Mailbox(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return s.tryMailbox(c, m)
}

func (s *server) mailboxTestNew(c *call, in *struct{ Body MailboxDraft }) (*recordOut[MailTest], error) {
	m, err := s.mailbox(c, ticket.Mailbox{}, in.Body)
	if err != nil {
		return nil, err
	}
	return s.tryMailbox(c, m)
}
