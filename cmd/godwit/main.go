// Godwit is the after-sales desk for merchants who sell across borders: one
// program that joins inbox, order, parcel, return and refund on the order.
//
// The tour, from the top down. This package reads flags and hands them on.
// internal/app builds the program from its parts. internal/server holds the
// doors: web is the console, and web/ui draws it. internal/adapter is where the
// outside speaks its own languages, each vendor in its own folder; mail is
// adapter/channel/email. internal/store holds every SQL statement. internal/flow
// works across records: mailroom carries mail between mailboxes and tickets.
// internal/domain holds the records and their rules: customer, order, ticket.
// internal/platform holds the rails: events, jobs, actions, people, secrets.
// internal/base holds words that know nothing of all this: errors, money,
// languages, search terms, safe HTML.
//
// Every outside effect can be followed back to the message that caused it; see
// docs/architecture.md for the drawing.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // machines and images without a zone database know all zones too

	"github.com/alecthomas/kong"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
)

// cli is the command line. Names are a contract: scripts rely on them.
type cli struct {
	Demo      demoCmd      `cmd:"" help:"Open the console on a lifelike merchant, on this machine only; nothing is sent outside."`
	Serve     serveCmd     `cmd:"" help:"Run the server: console, mail and workers."`
	Init      initCmd      `cmd:"" help:"Make the first workspace and its owner."`
	User      userCmd      `cmd:"" help:"Invite a person, or let one choose a new password."`
	Workspace workspaceCmd `cmd:"" help:"Make, list or rename workspaces."`
	Token     tokenCmd     `cmd:"" help:"Make, list or revoke API tokens."`
	Import    importCmd    `cmd:"" help:"Bring mail, orders, a workspace or another helpdesk's tickets in."`
	Rates     ratesCmd     `cmd:"" help:"Bring exchange rates in, or list them."`
	Export    exportCmd    `cmd:"" help:"Write everything of a workspace to a file that another Godwit can take."`
	Backup    backupCmd    `cmd:"" help:"Write the whole database to a folder or an S3 store while the server works."`
	Restore   restoreCmd   `cmd:"" help:"Bring a backup back into an empty database of either kind."`
	Listen    listenCmd    `cmd:"" help:"Print what happens, as webhooks tell it; for developers."`
	MCP       mcpCmd       `cmd:"" name:"mcp" help:"Serve tools to an AI agent on standard streams, with a token's rights."`
	Doctor    doctorCmd    `cmd:"" help:"Examine the set-up and say what to do about what is wrong."`
	Audit     auditCmd     `cmd:"" help:"Print the audit chain of a workspace as JSON lines."`
	Keys      keysCmd      `cmd:"" help:"List the keys that seal secrets, add one, or seal everything anew."`
	Inspect   inspectCmd   `cmd:"" help:"Show what Godwit makes of JSON lines on standard input."`
	Openapi   openapiCmd   `cmd:"" help:"Print the description of the API (OpenAPI 3.1)."`
	Replay    replayCmd    `cmd:"" help:"Say what another return policy would have changed in past cases."`
	Bench     benchCmd     `cmd:"" help:"Load a stated amount of data and measure the main operations."`
	Migrate   migrateCmd   `cmd:"" help:"Bring a database up to date and say at which version it is."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
	LogFormat string       `enum:"text,json" default:"text" env:"GODWIT_LOG_FORMAT" help:"How the log is written: ${enum}."`
	LogLevel  slog.Level   `default:"info" env:"GODWIT_LOG_LEVEL" help:"The least level that is logged: debug, info, warn, error."`
}

// databaseFlags are the flags of every command that works on a database.
type databaseFlags struct {
	Database string `default:"sqlite:godwit.db" env:"GODWIT_DATABASE" placeholder:"ADDRESS" help:"sqlite:PATH or postgres://USER@HOST/NAME."`
	KeyFile  string `env:"GODWIT_KEY_FILE" placeholder:"PATH" help:"The file with the key that seals secrets. Default: godwit.key beside the database."`
	Keys     string `env:"GODWIT_KEYS" placeholder:"BASE64" help:"Keys instead of a key file, the newest first."`
}

func main() {
	os.Exit(run())
}

func run() int {
	var c cli
	parser, err := kong.New(&c, kong.Name("godwit"), kong.Description("The after-sales desk for merchants who sell across borders."),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(os.Stderr, "godwit:", err)
		return 2
	}
	kctx, err := parser.Parse(os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "godwit: %v; run 'godwit --help'\n", err)
		return 2
	}
	var h slog.Handler = slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel})
	if c.LogFormat == "json" {
		h = slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel})
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	kctx.BindTo(ctx, (*context.Context)(nil))
	if err := kctx.Run(slog.New(h)); err != nil {
		if !errors.Is(err, errBad) {
			fmt.Fprintln(os.Stderr, "godwit:", explain(err))
		}
		return 1
	}
	return 0
}

// errBad ends a command that has already said what was wrong.
var errBad = errors.New("some input was bad")

// explain words an error in one line: the sentence for people, then the cause.
func explain(err error) string {
	p := i18n.For("en")
	var parts []string
	if fields := errs.Fields(err); len(fields) > 0 {
		for _, f := range fields {
			parts = append(parts, f.Field+": "+p.T(f.Key, f.Args...))
		}
		return strings.Join(parts, "; ")
	}
	var e *errs.Error
	if !errors.As(err, &e) || e.Key == "" {
		return err.Error()
	}
	text := p.T(e.Key, e.Args...)
	if e.Err != nil {
		text += " (" + strings.TrimSuffix(explain(e.Err), ".") + ")"
	}
	return strings.Join(strings.Fields(text), " ")
}
