package ticket

import (
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// Mailbox is a mail address of the merchant with the ways in and out.
type Mailbox struct {
	ID           MailboxID
	Workspace    auth.WorkspaceID
	Address      string // folded
	Name         string // the display name of outgoing mail
	Shop         order.ShopID
	Team         auth.TeamID // new tickets go here
	Signature    string
	Settings     MailSettings
	Secrets      MailSecrets // sealed at rest
	Status       string      // new, connected, idle, failing, off
	StatusDetail string
	StatusAt     time.Time
	Disabled     bool
	CreatedAt    time.Time
}

// Resource returns a ticket that came in by the mailbox a moment ago, as rights
// see it: who may see that may write from here.
func (m Mailbox) Resource() auth.Resource {
	return auth.Resource{Kind: auth.OfTicket, Workspace: m.Workspace, Team: m.Team, Mailbox: int64(m.ID), Shop: int64(m.Shop)}
}

// MailSettings are the ways in and out of a mailbox, without secrets.
type MailSettings struct {
	InKind      string   `json:"in_kind"` // imap, lmtp, off
	InHost      string   `json:"in_host,omitempty"`
	InPort      int      `json:"in_port,omitempty"`
	InTLS       string   `json:"in_tls,omitempty"` // tls, starttls, none
	InUser      string   `json:"in_user,omitempty"`
	InAuth      string   `json:"in_auth,omitempty"` // password, oauth2
	Folders     []string `json:"folders,omitempty"`
	OutKind     string   `json:"out_kind"` // smtp, off
	OutHost     string   `json:"out_host,omitempty"`
	OutPort     int      `json:"out_port,omitempty"`
	OutTLS      string   `json:"out_tls,omitempty"`
	OutUser     string   `json:"out_user,omitempty"`
	OutAuth     string   `json:"out_auth,omitempty"`
	ClientID    string   `json:"oauth_client,omitempty"`
	TokenURL    string   `json:"oauth_token_url,omitempty"`
	PlusAddress bool     `json:"plus_address,omitempty"` // the server delivers name+anything@ to name@
	Copy        bool     `json:"copy,omitempty"`         // send ourselves a copy: the proof that a mail went out
	AuthServer  string   `json:"auth_server,omitempty"`  // the authserv-id whose results are believed (RFC 8601)
}

// MailSecrets are the secrets of a mailbox.
type MailSecrets struct {
	InPassword   string `json:"in_password,omitempty"`
	OutPassword  string `json:"out_password,omitempty"`
	ClientSecret string `json:"oauth_secret,omitempty"`
	RefreshToken string `json:"oauth_refresh,omitempty"`
}

// Domain returns the part of the mailbox's address after the at sign.
func (m Mailbox) Domain() string {
	_, d, _ := strings.Cut(m.Address, "@")
	return d
}

// ours reports whether an address is one of the workspace's mailboxes.
func ours(boxes []Mailbox, address string) bool {
	return slices.ContainsFunc(boxes, func(b Mailbox) bool { return b.Address == address })
}
