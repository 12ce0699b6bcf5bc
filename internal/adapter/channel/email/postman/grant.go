package postman

import (
	"net/http"
	"slices"
	"sync"

	"golang.org/x/oauth2"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
)

// grants keeps one OAuth2 grant for each mailbox, shared by all its
// connections, so that a token is refreshed once and a rotated refresh token
// (RFC 6749 section 6) does not look like another grant.
type grants struct {
	mu   sync.Mutex
	kept map[ticket.MailboxID]*grantOf
}

type grantOf struct {
	oauth  *email.OAuth2
	client string
	had    []string // refresh tokens that this grant has had
}

func clientOf(box ticket.Mailbox) string {
	return box.Settings.TokenURL + "\n" + box.Settings.ClientID + "\n" + box.Secrets.ClientSecret
}

// of returns the grant of a mailbox, whose tokens client fetches; rotated is told
// each new refresh token.
func (g *grants) of(box ticket.Mailbox, client *http.Client, rotated func(box ticket.Mailbox, was, is string)) (*email.OAuth2, error) {
	if box.Settings.TokenURL == "" || box.Secrets.RefreshToken == "" {
		return nil, errs.Field("oauth_refresh", "error.oauth_incomplete")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.kept == nil {
		g.kept = map[ticket.MailboxID]*grantOf{}
	}
	k := g.kept[box.ID]
	if box.ID != 0 && k != nil && k.client == clientOf(box) && slices.Contains(k.had, box.Secrets.RefreshToken) {
		return k.oauth, nil
	}
	k = &grantOf{client: clientOf(box), had: []string{box.Secrets.RefreshToken}}
	k.oauth = &email.OAuth2{
		ClientID: box.Settings.ClientID, ClientSecret: box.Secrets.ClientSecret, TokenURL: box.Settings.TokenURL, RefreshToken: box.Secrets.RefreshToken, Client: client,
		OnRefresh: func(t *oauth2.Token) { g.rotate(k, box, t, rotated) },
	}
	if box.ID != 0 { // a mailbox that is only being tried is not kept
		g.kept[box.ID] = k
	}
	return k.oauth, nil
}

func (g *grants) rotate(k *grantOf, box ticket.Mailbox, t *oauth2.Token, rotated func(box ticket.Mailbox, was, is string)) {
	g.mu.Lock()
	was := k.had[len(k.had)-1]
	fresh := t.RefreshToken != "" && t.RefreshToken != was
	if fresh {
		k.had = append(k.had[max(0, len(k.had)-4):], t.RefreshToken)
	}
	g.mu.Unlock()
	if fresh && rotated != nil && box.ID != 0 {
		rotated(box, was, t.RefreshToken)
	}
}

// Same reports whether two states of a mailbox's secrets sign in alike, a
// refresh token that was rotated meanwhile included.
func (p *Post) Same(a, b ticket.Mailbox) bool {
	x, y := a.Secrets, b.Secrets
	if x == y {
		return true
	}
	p.grants.mu.Lock()
	defer p.grants.mu.Unlock()
	k := p.grants.kept[b.ID]
	rotated := k != nil && slices.Contains(k.had, x.RefreshToken) && slices.Contains(k.had, y.RefreshToken)
	x.RefreshToken, y.RefreshToken = "", ""
	return rotated && x == y
}
