package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/server/mcp"
)

type mcpCmd struct {
	databaseFlags
	TokenFile string `env:"GODWIT_TOKEN_FILE" type:"existingfile" placeholder:"PATH" help:"The file with the API token whose rights the agent gets."`
	Token     string `env:"GODWIT_TOKEN" placeholder:"SECRET" help:"The token itself; better given by the environment or a file than on the command line."`
	Server    string `env:"GODWIT_SERVER" placeholder:"URL" help:"Use the server at this address instead of a database."`
}

// relayTime bounds one exchange with a server elsewhere.
const relayTime = 2 * time.Minute

// Run speaks the Model Context Protocol on the standard streams. Whatever is not
// part of it goes to standard error.
func (c *mcpCmd) Run(ctx context.Context, log *slog.Logger) error {
	secret, err := c.secret()
	if err != nil {
		return err
	}
	if c.Server != "" {
		client := outbound.New(outbound.Options{Allow: outbound.Any(), Timeout: relayTime, HeaderTimeout: relayTime, MaxRedirects: -1})
		return mcp.Relay(ctx, client, c.Server, secret, app.Version(), os.Stdin, os.Stdout)
	}
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		return core.MCP().Serve(ctx, secret, os.Stdin, os.Stdout)
	})
}

func (c *mcpCmd) secret() (string, error) {
	if c.TokenFile != "" {
		f, err := os.Open(c.TokenFile)
		if err != nil {
			return "", err
		}
		defer f.Close()
		raw, err := io.ReadAll(io.LimitReader(f, 4<<10))
		return strings.TrimSpace(string(raw)), err
	}
	if c.Token == "" {
		return "", errs.New(errs.Invalid, "error.mcp_token")
	}
	return strings.TrimSpace(c.Token), nil
}
