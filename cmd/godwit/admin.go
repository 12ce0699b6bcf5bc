package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/app/inspect"
	"godwit.dev/godwit/internal/platform/auth"
)

type initCmd struct {
	databaseFlags
	Workspace string `required:"" help:"The company's name."`
	Name      string `required:"" help:"The owner's name."`
	Email     string `required:"" help:"The owner's address."`
	Password  string `env:"GODWIT_PASSWORD" help:"The owner's password; better given by the environment than on the command line."`
	Language  string `default:"en" enum:"en,zh-Hans,ru" help:"The console's language: ${enum}."`
	Zone      string `default:"UTC" help:"The owner's time zone, such as Asia/Shanghai."`
}

func (c *initCmd) Run(ctx context.Context, log *slog.Logger) error {
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		w, p, err := core.Auth.Found(ctx, auth.Founding{Workspace: c.Workspace, Name: c.Name, Email: c.Email, Password: c.Password, Language: c.Language, Zone: c.Zone})
		if err != nil {
			return err
		}
		fmt.Printf("Workspace %s (%s) with owner %s\n", w.Name, w.Slug, p.Email)
		return nil
	})
}

// withCore opens the program without its doors for one command.
func withCore(ctx context.Context, log *slog.Logger, f databaseFlags, run func(*app.Core) error) error {
	core, err := app.NewCore(ctx, app.Config{Database: f.Database, KeyFile: f.KeyFile, Keys: f.Keys, Log: log})
	if err != nil {
		return err
	}
	err = run(core)
	if cerr := core.Close(); err == nil {
		err = cerr
	}
	return err
}

type userCmd struct {
	databaseFlags
	Invite    string `xor:"what" required:"" placeholder:"EMAIL" help:"Invite somebody and print the link."`
	Reset     string `xor:"what" required:"" placeholder:"EMAIL" help:"Print a link that lets somebody choose a new password."`
	Role      string `default:"agent" help:"The role of an invited person: owner, lead, agent or the key of one that the workspace made."`
	Workspace string `placeholder:"SLUG" help:"The workspace, if there are several."`
	Address   string `default:"http://127.0.0.1:7700" env:"GODWIT_ADDRESS" help:"The console's public address."`
}

func (c *userCmd) Run(ctx context.Context, log *slog.Logger) error {
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		w, err := core.Workspace(ctx, c.Workspace)
		if err != nil {
			return err
		}
		by := auth.ForSystem(w.ID)
		var token string
		if c.Invite != "" {
			token, _, err = core.Auth.Invite(ctx, by, c.Invite, "", auth.Role(c.Role), false, nil)
		} else {
			token, err = reset(ctx, core, by, c.Reset)
		}
		if err != nil {
			return err
		}
		fmt.Printf("%s/invite/%s\n", strings.TrimRight(c.Address, "/"), token)
		return nil
	})
}

func reset(ctx context.Context, core *app.Core, by auth.Actor, email string) (string, error) {
	p, err := personOf(ctx, core, by, email)
	if err != nil {
		return "", err
	}
	return core.Auth.Reinvite(ctx, by, p.ID)
}

type inspectCmd struct {
	Kind string `arg:"" help:"What the lines hold: mail, reply, html, redact, search, tracking or webhook."`
}

func (c *inspectCmd) Run(ctx context.Context) error {
	bad, err := inspect.Run(ctx, c.Kind, os.Stdin, os.Stdout, ".")
	if err == nil && bad > 0 {
		err = errBad
	}
	return err
}

type migrateCmd struct {
	databaseFlags
	JSON bool `name:"json" help:"Print as JSON."`
}

func (c *migrateCmd) Run(ctx context.Context, log *slog.Logger) error {
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		v, err := core.Store.SchemaVersion(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(map[string]int64{"version": v})
		}
		fmt.Println("The database is at version", v)
		return nil
	})
}
