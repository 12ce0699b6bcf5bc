package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/webhook"
)

type listenCmd struct {
	Events    string `placeholder:"KINDS" help:"What to listen for, such as ticket.*,order.updated; default everything."`
	After     string `placeholder:"ID" help:"Begin after an event, such as evt_01h8xk3m5q0vg; default now."`
	Server    string `default:"http://127.0.0.1:7700" env:"GODWIT_SERVER" placeholder:"URL" help:"The server to listen to."`
	Token     string `env:"GODWIT_TOKEN" placeholder:"TOKEN" help:"An API token with the scope webhooks.manage; better given by the environment."`
	Database  string `env:"GODWIT_DATABASE" placeholder:"ADDRESS" help:"Listen to a database instead of a server, if there is no token."`
	KeyFile   string `env:"GODWIT_KEY_FILE" placeholder:"PATH" help:"The database's key file."`
	Keys      string `env:"GODWIT_KEYS" placeholder:"BASE64" help:"Keys instead of a key file."`
	Workspace string `placeholder:"SLUG" help:"The workspace of the database, if there are several."`
	Forward   string `placeholder:"URL" help:"Send each message on as a signed webhook, such as to http://localhost:3000/hook."`
	Secret    string `env:"GODWIT_WEBHOOK_SECRET" placeholder:"SECRET" help:"The secret to sign with; without it one is made and told."`
}

func (c *listenCmd) Run(ctx context.Context, log *slog.Logger) error {
	kinds, err := webhook.Patterns(c.Events)
	if err != nil {
		return err
	}
	l := &app.Listener{Out: os.Stdout, Notes: os.Stderr, Forward: c.Forward}
	if c.After != "" {
		if l.After, err = webhook.ParseMessageID(c.After); err != nil {
			return err
		}
	}
	if c.Forward != "" {
		if l.Secret = webhook.NewSecret(); c.Secret != "" {
			if l.Secret, err = webhook.ParseSecret(c.Secret); err != nil {
				return err
			}
		} else {
			fmt.Fprintln(os.Stderr, "godwit: signing with", l.Secret.Reveal())
		}
	}
	switch {
	case c.Token != "":
		l.Source = app.ServerSource(c.Server, c.Token, strings.Join(kinds, ","))
		return l.Run(ctx)
	case c.Database == "":
		return errs.New(errs.Invalid, "error.listen_how")
	}
	return withCore(ctx, log, databaseFlags{Database: c.Database, KeyFile: c.KeyFile, Keys: c.Keys}, func(core *app.Core) error {
		w, err := core.Workspace(ctx, c.Workspace)
		if err != nil {
			return err
		}
		l.Source = core.JournalSource(w.ID, kinds)
		return l.Run(ctx)
	})
}
