package mcp

import (
	"context"
	"io"
	"net/http"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"godwit.dev/godwit/internal/base/errs"
)

// Relay answers an agent on a pair of streams with the tools of a server
// elsewhere, at its public address. It fails with errs.Unavailable if that server
// cannot be reached or refuses the secret.
func Relay(ctx context.Context, client *http.Client, address, secret, version string, in io.ReadCloser, out io.WriteCloser) error {
	far := *client
	far.Transport = signed{client.Transport, secret}
	me := &sdk.Implementation{Name: "godwit", Title: "Godwit", Version: version}
	session, err := sdk.NewClient(me, nil).Connect(ctx, &sdk.StreamableClientTransport{
		Endpoint: strings.TrimSuffix(address, "/") + Path, HTTPClient: &far, MaxRetries: -1, DisableStandaloneSSE: true,
	}, nil)
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "error.mcp_server", "address", address)
	}
	defer func() { _ = session.Close() }()
	x := sdk.NewServer(me, &sdk.ServerOptions{Instructions: instructions, Capabilities: &sdk.ServerCapabilities{Tools: &sdk.ToolCapabilities{}}})
	x.AddReceivingMiddleware(func(next sdk.MethodHandler) sdk.MethodHandler {
		return func(ctx context.Context, method string, req sdk.Request) (sdk.Result, error) {
			switch p := req.GetParams().(type) {
			case *sdk.ListToolsParams:
				return answered(session.ListTools(ctx, &sdk.ListToolsParams{Cursor: p.Cursor}))
			case *sdk.CallToolParamsRaw:
				return answered(session.CallTool(ctx, &sdk.CallToolParams{Name: p.Name, Arguments: p.Arguments}))
			}
			return next(ctx, method, req)
		}
	})
	err = x.Run(ctx, &sdk.IOTransport{Reader: in, Writer: out, MaxLineLength: maxBody})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// answered makes a missing result a missing one, whatever its type.
func answered[R interface {
	comparable
	sdk.Result
}](r R, err error) (sdk.Result, error) {
	var none R
	if err != nil || r == none {
		return nil, err
	}
	return r, nil
}

// signed adds the secret to each request.
type signed struct {
	next   http.RoundTripper
	secret string
}

// RoundTrip sends a request with the secret.
func (t signed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+t.secret)
	return t.next.RoundTrip(r)
}
