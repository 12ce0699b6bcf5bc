package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make an API token for a person and print its secret, which is shown this once."`
	List   tokenListCmd   `cmd:"" help:"List the API tokens of a workspace."`
	Revoke tokenRevokeCmd `cmd:"" help:"End an API token."`
}

// workspaceFlags are the flags of every command that works in one workspace.
type workspaceFlags struct {
	databaseFlags
	Workspace string `placeholder:"SLUG" help:"The workspace, if there are several."`
	JSON      bool   `name:"json" help:"Print as JSON."`
}

// with runs a command in the workspace that the flags name.
func (f workspaceFlags) with(ctx context.Context, log *slog.Logger, run func(*app.Core, auth.Actor) error) error {
	return withCore(ctx, log, f.databaseFlags, func(core *app.Core) error {
		w, err := core.Workspace(ctx, f.Workspace)
		if err != nil {
			return err
		}
		return run(core, auth.ForSystem(w.ID))
	})
}

// tokenLine is a token as the command line prints it.
type tokenLine struct {
	ID        int64             `json:"id,string"`
	Name      string            `json:"name"`
	Person    string            `json:"person"`
	Prefix    string            `json:"prefix"`
	Scopes    []auth.Permission `json:"scopes"`
	Status    string            `json:"status"` // live, expired, revoked
	CreatedAt time.Time         `json:"created_at"`
	SeenAt    *time.Time        `json:"seen_at"`
	ExpiresAt *time.Time        `json:"expires_at"`
	RevokedAt *time.Time        `json:"revoked_at"`
	Secret    string            `json:"secret,omitempty"`
}

func lineOf(t auth.Token, person string, now time.Time) tokenLine {
	at := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		return &t
	}
	status := "live"
	switch {
	case !t.RevokedAt.IsZero():
		status = "revoked"
	case !t.Live(now):
		status = "expired"
	}
	return tokenLine{
		ID: int64(t.ID), Name: t.Name, Person: person, Prefix: t.Prefix, Scopes: t.Scopes, Status: status,
		CreatedAt: t.CreatedAt, SeenAt: at(t.SeenAt), ExpiresAt: at(t.ExpiresAt), RevokedAt: at(t.RevokedAt),
	}
}

type tokenCreateCmd struct {
	workspaceFlags
	Person string            `required:"" placeholder:"EMAIL" help:"For whom the token acts. It never may more than they."`
	Name   string            `required:"" help:"What will use the token."`
	Scopes []auth.Permission `required:"" help:"What the token may do, such as tickets.read,tickets.write."`
	Days   int               `default:"90" help:"After how many days it expires; 0 is never."`
}

func (c *tokenCreateCmd) Run(ctx context.Context, log *slog.Logger) error {
	return c.with(ctx, log, func(core *app.Core, by auth.Actor) error {
		p, err := personOf(ctx, core, by, c.Person)
		if err != nil {
			return err
		}
		n := auth.NewToken{Name: c.Name, Scopes: c.Scopes, Person: p.ID}
		if c.Days < 0 {
			return errs.Field("days", "error.expiry_past")
		}
		if c.Days > 0 {
			n.ExpiresAt = core.Now().Add(time.Duration(c.Days) * 24 * time.Hour)
		}
		secret, t, err := core.Auth.CreateToken(ctx, by, n)
		if err != nil {
			return err
		}
		if !c.JSON {
			fmt.Println(secret)
			return nil
		}
		line := lineOf(t, p.Email, core.Now())
		line.Secret = secret
		return json.NewEncoder(os.Stdout).Encode(line)
	})
}

type tokenListCmd struct{ workspaceFlags }

func (c *tokenListCmd) Run(ctx context.Context, log *slog.Logger) error {
	return c.with(ctx, log, func(core *app.Core, by auth.Actor) error {
		list, err := core.Auth.Tokens(ctx, by)
		if err != nil {
			return err
		}
		people, err := core.Auth.People(ctx, by)
		if err != nil {
			return err
		}
		emails := map[auth.PersonID]string{}
		for _, p := range people {
			emails[p.ID] = p.Email
		}
		lines := make([]tokenLine, len(list))
		for i, t := range list {
			lines[i] = lineOf(t, emails[t.Person], core.Now())
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(lines)
		}
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tNAME\tPERSON\tTOKEN\tSTATUS\tEXPIRES\tSCOPES")
		for _, l := range lines {
			expires := "never"
			if l.ExpiresAt != nil {
				expires = l.ExpiresAt.Format(time.DateOnly)
			}
			scopes := make([]string, len(l.Scopes))
			for i, s := range l.Scopes {
				scopes[i] = string(s)
			}
			fmt.Fprintf(w, "%d\t%s\t%s\t%s...\t%s\t%s\t%s\n", l.ID, l.Name, l.Person, l.Prefix, l.Status, expires, strings.Join(scopes, ","))
		}
		return w.Flush()
	})
}

type tokenRevokeCmd struct {
	workspaceFlags
	ID int64 `arg:"" help:"The token's number, as list prints it."`
}

func (c *tokenRevokeCmd) Run(ctx context.Context, log *slog.Logger) error {
	return c.with(ctx, log, func(core *app.Core, by auth.Actor) error {
		if err := core.Auth.RevokeToken(ctx, by, auth.TokenID(c.ID)); err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(map[string]string{"id": strconv.FormatInt(c.ID, 10), "status": "revoked"})
		}
		fmt.Println("Revoked", c.ID)
		return nil
	})
}

// personOf returns the person of a workspace who has an address.
func personOf(ctx context.Context, core *app.Core, by auth.Actor, email string) (auth.Person, error) {
	people, err := core.Auth.People(ctx, by)
	if err != nil {
		return auth.Person{}, err
	}
	for _, p := range people {
		if strings.EqualFold(p.Email, email) {
			return p, nil
		}
	}
	return auth.Person{}, errs.New(errs.NotFound, "error.no_person", "email", email)
}

type workspaceCmd struct {
	Create workspaceCreateCmd `cmd:"" help:"Make a workspace and its owner."`
	List   workspaceListCmd   `cmd:"" help:"List the workspaces."`
	Rename workspaceRenameCmd `cmd:"" help:"Give a workspace another name; its slug stays."`
}

// workspaceLine is a workspace as the command line prints it.
type workspaceLine struct {
	ID        int64     `json:"id,string"`
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	Language  string    `json:"language"`
	Zone      string    `json:"zone"`
	CreatedAt time.Time `json:"created_at"`
	Owner     string    `json:"owner,omitempty"`
}

func workspaceOf(w auth.Workspace) workspaceLine {
	return workspaceLine{ID: int64(w.ID), Slug: w.Slug, Name: w.Name, Language: w.Language, Zone: w.Zone, CreatedAt: w.CreatedAt}
}

type workspaceCreateCmd struct {
	databaseFlags
	Name      string `arg:"" help:"The company's name."`
	OwnerName string `required:"" help:"The owner's name."`
	Email     string `required:"" help:"The owner's address."`
	Password  string `env:"GODWIT_PASSWORD" help:"The owner's password; better given by the environment than on the command line."`
	Language  string `default:"en" enum:"en,zh-Hans,ru" help:"The console's language: ${enum}."`
	Zone      string `default:"UTC" help:"The owner's time zone, such as Asia/Shanghai."`
	JSON      bool   `name:"json" help:"Print as JSON."`
}

func (c *workspaceCreateCmd) Run(ctx context.Context, log *slog.Logger) error {
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		w, p, err := core.Auth.Found(ctx, auth.Founding{Workspace: c.Name, Name: c.OwnerName, Email: c.Email, Password: c.Password, Language: c.Language, Zone: c.Zone})
		if err != nil {
			return err
		}
		if c.JSON {
			line := workspaceOf(w)
			line.Owner = p.Email
			return json.NewEncoder(os.Stdout).Encode(line)
		}
		fmt.Printf("Workspace %s (%s) with owner %s\n", w.Name, w.Slug, p.Email)
		return nil
	})
}

type workspaceListCmd struct {
	databaseFlags
	JSON bool `name:"json" help:"Print as JSON."`
}

func (c *workspaceListCmd) Run(ctx context.Context, log *slog.Logger) error {
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		list, err := core.Store.Workspaces(ctx)
		if err != nil {
			return err
		}
		lines := make([]workspaceLine, len(list))
		for i, w := range list {
			lines[i] = workspaceOf(w)
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(lines)
		}
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "SLUG\tNAME\tLANGUAGE\tZONE\tSINCE")
		for _, l := range lines {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.Slug, l.Name, l.Language, l.Zone, l.CreatedAt.Format(time.DateOnly))
		}
		return w.Flush()
	})
}

type workspaceRenameCmd struct {
	workspaceFlags
	Name string `arg:"" help:"The new name."`
}

func (c *workspaceRenameCmd) Run(ctx context.Context, log *slog.Logger) error {
	return c.with(ctx, log, func(core *app.Core, by auth.Actor) error {
		w, err := core.Auth.RenameWorkspace(ctx, by, c.Name)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(workspaceOf(w))
		}
		fmt.Printf("Workspace %s (%s)\n", w.Name, w.Slug)
		return nil
	})
}
