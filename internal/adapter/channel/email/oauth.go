package email

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"golang.org/x/oauth2"

	"godwit.dev/godwit/internal/base/outbound"
)

// OAuth2 holds what signs in without a password. The pointer is shared by every
// connection of the account, so that a token is refreshed once for all of them.
type OAuth2 struct {
	ClientID     string
	ClientSecret string
	TokenURL     string
	Scopes       []string
	RefreshToken string
	AccessToken  string    // may be empty: it is then fetched before the first use
	Expiry       time.Time // of AccessToken; zero means unknown

	// OnRefresh is told each new token, so that a rotated refresh token is not lost.
	OnRefresh func(*oauth2.Token)
	// Source replaces the refresh by the fields above, for other grant types.
	Source oauth2.TokenSource
	// Client fetches tokens; nil calls the public internet alone, over HTTPS.
	Client *http.Client

	mu   sync.Mutex
	last *oauth2.Token
}

// token returns a token that is valid now, refreshing it when it is not.
func (o *OAuth2) token(ctx context.Context) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.last.Valid() {
		return o.last.AccessToken, nil
	}
	src := o.Source
	if src == nil {
		cfg := &oauth2.Config{
			ClientID:     o.ClientID,
			ClientSecret: o.ClientSecret,
			Scopes:       o.Scopes,
			Endpoint:     oauth2.Endpoint{TokenURL: o.TokenURL},
		}
		have := o.last
		if have == nil {
			have = &oauth2.Token{AccessToken: o.AccessToken, RefreshToken: o.RefreshToken, Expiry: o.Expiry}
		}
		client := o.Client
		if client == nil {
			client = outbound.New(outbound.Options{HTTPS: true})
			defer client.CloseIdleConnections()
		}
		src = cfg.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, client), have)
	}
	tok, err := src.Token()
	if err != nil {
		return "", fmt.Errorf("%w: %w", errTokenRefused, outbound.Clean(err))
	}
	if o.OnRefresh != nil && tok.AccessToken != o.AccessToken && (o.last == nil || tok.AccessToken != o.last.AccessToken) {
		o.OnRefresh(tok)
	}
	o.last = tok
	return tok.AccessToken, nil
}

// forget drops the cached token after a server has refused it, so that the next
// attempt refreshes even though the token has not expired.
func (o *OAuth2) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.last != nil {
		stale := *o.last
		stale.AccessToken = ""
		o.last = &stale
	}
}

// saslClient chooses the mechanism: OAUTHBEARER (RFC 7628) where it is offered,
// else XOAUTH2, its older form that some large providers still ask for.
func (a Account) saslClient(ctx context.Context, offers func(mech string) bool) (sasl.Client, error) {
	if a.OAuth == nil {
		if offers(sasl.Plain) {
			return sasl.NewPlainClient("", a.Username, a.Password), nil
		}
		if offers(sasl.Login) {
			return sasl.NewLoginClient(a.Username, a.Password), nil
		}
		return nil, errNoMechanism
	}
	tok, err := a.OAuth.token(ctx)
	if err != nil {
		return nil, err
	}
	if offers(sasl.OAuthBearer) {
		return sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{
			Username: a.Username, Token: tok, Host: a.Host, Port: a.Port,
		}), nil
	}
	return &xoauth2{user: a.Username, token: tok}, nil
}

// xoauth2 is the mechanism of that name: one initial response, and an empty reply
// to the JSON error that a server sends as a challenge before it says no.
type xoauth2 struct{ user, token string }

func (x *xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

func (x *xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }
