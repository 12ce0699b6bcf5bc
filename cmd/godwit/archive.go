package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"godwit.dev/godwit/internal/adapter/blob"
	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/store"
)

// lockFlags say how an archive is encrypted.
type lockFlags struct {
	Recipient      []string `env:"GODWIT_BACKUP_RECIPIENT" placeholder:"AGE1..." help:"Encrypt for this age recipient; may be given several times."`
	PassphraseFile string   `env:"GODWIT_BACKUP_PASSPHRASE_FILE" type:"existingfile" help:"Encrypt with the passphrase in this file."`
	WithKeys       bool     `help:"Put the keys that open the secrets into the encrypted archive."`
	Plain          bool     `help:"Leave the archive readable."`
}

func (f lockFlags) lock() (app.Lock, error) {
	l := app.Lock{Recipients: f.Recipient}
	pass, err := passphrase(f.PassphraseFile)
	if err != nil {
		return l, err
	}
	if l.Passphrase = pass; pass == "" && len(f.Recipient) == 0 && !f.Plain {
		return l, errs.New(errs.Invalid, "error.archive_plain")
	}
	return l, nil
}

// keyFlags open an encrypted archive.
type keyFlags struct {
	Identity       string `type:"existingfile" help:"The file with the age identity that the archive is encrypted for."`
	PassphraseFile string `env:"GODWIT_BACKUP_PASSPHRASE_FILE" type:"existingfile" help:"The file with the archive's passphrase."`
}

func (f keyFlags) keys() (k app.Keys, err error) {
	if k.Passphrase, err = passphrase(f.PassphraseFile); err == nil && f.Identity != "" {
		var raw []byte
		raw, err = os.ReadFile(f.Identity)
		k.Identities = string(raw)
	}
	return k, err
}

// passphrase reads the first line of a file.
func passphrase(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	raw, err := os.ReadFile(path)
	line, _, _ := strings.Cut(string(raw), "\n")
	return strings.TrimRight(line, "\r"), err
}

// openPlace opens a place of backups. Whoever types the command chooses it, so it
// may be in a private network; a backup may take hours and be large.
func openPlace(address string) (blob.Place, error) {
	client := outbound.New(outbound.Options{Allow: outbound.Any(), Timeout: -1, HeaderTimeout: 5 * time.Minute, MaxBody: 1 << 50})
	return blob.Open(address, client.Transport)
}

// rowsProgress draws a line that tells which table is under way.
func rowsProgress(w io.Writer, quiet bool) store.Progress {
	if quiet {
		return nil
	}
	var total, before int64
	last, table := time.Time{}, ""
	return func(name string, rows int64) {
		if name != table {
			total, before, table = total+before, 0, name
		}
		before = rows
		if time.Since(last) > 100*time.Millisecond {
			last = time.Now()
			fmt.Fprintf(w, "\r  %-18s %d rows, %d in all\033[K", name, rows, total+before)
		}
	}
}

type backupCmd struct {
	databaseFlags
	lockFlags
	To   string `required:"" env:"GODWIT_BACKUP_TO" placeholder:"PLACE" help:"A folder, or s3://BUCKET/PREFIX?endpoint=HOST&region=R."`
	Keep int    `default:"0" help:"How many backups stay; 0 keeps all."`
	JSON bool   `name:"json" help:"Print the result as JSON."`
}

func (c *backupCmd) Run(ctx context.Context, log *slog.Logger) error {
	lock, err := c.lock()
	if err != nil {
		return err
	}
	to, err := openPlace(c.To)
	if err != nil {
		return err
	}
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		b, err := core.Backup(ctx, to, app.ArchiveOptions{Lock: lock, WithKeys: c.WithKeys, Tell: rowsProgress(os.Stderr, c.JSON)}, c.Keep)
		if !c.JSON {
			fmt.Fprintln(os.Stderr)
		}
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(b)
		}
		fmt.Printf("%s: %d rows\n", b.Name, b.Rows)
		return nil
	})
}

type restoreCmd struct {
	databaseFlags
	keyFlags
	From string `arg:"" help:"The place of the backups, as in backup --to, or one backup file."`
	Name string `help:"Which backup; the newest if it is not said."`
	Copy bool   `help:"Make a trial copy: mailboxes are paused, and nothing that was on its way goes out."`
	JSON bool   `name:"json" help:"Print the result as JSON."`
}

func (c *restoreCmd) Run(ctx context.Context, log *slog.Logger) error {
	keys, err := c.keys()
	if err != nil {
		return err
	}
	place, name := c.From, c.Name
	if info, err := os.Stat(place); err == nil && info.Mode().IsRegular() {
		place, name = filepath.Split(place)
		if place == "" {
			place = "."
		}
	}
	from, err := openPlace(place)
	if err != nil {
		return err
	}
	r, name, err := app.OpenBackup(ctx, from, name)
	if err != nil {
		return err
	}
	defer r.Close()
	out, err := app.Restore(ctx, app.Config{Database: c.Database, KeyFile: c.KeyFile, Keys: c.Keys, Log: log, Now: time.Now}, r, keys,
		store.LoadOptions{Copy: c.Copy, Tell: rowsProgress(os.Stderr, c.JSON)})
	if !c.JSON {
		fmt.Fprintln(os.Stderr)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(out)
	}
	fmt.Printf("%s: %d rows as of %s\n", name, out.Rows, out.At.Format(time.RFC3339))
	return nil
}

type exportCmd struct {
	databaseFlags
	lockFlags
	Out       string `arg:"" help:"The file to write; it must not be there yet."`
	Workspace string `placeholder:"SLUG" help:"The workspace, if there are several."`
	JSON      bool   `name:"json" help:"Print the result as JSON."`
}

func (c *exportCmd) Run(ctx context.Context, log *slog.Logger) error {
	lock, err := c.lock()
	if err != nil {
		return err
	}
	to, err := blob.Open(filepath.Dir(c.Out), nil)
	if err != nil {
		return err
	}
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		w, err := core.Workspace(ctx, c.Workspace)
		if err != nil {
			return err
		}
		var rows int64
		err = to.Put(ctx, filepath.Base(c.Out), func(out io.Writer) (err error) {
			rows, err = core.Export(ctx, out, app.ArchiveOptions{Workspace: w.ID, Lock: lock, WithKeys: c.WithKeys, Tell: rowsProgress(os.Stderr, c.JSON)})
			return err
		})
		if !c.JSON {
			fmt.Fprintln(os.Stderr)
		}
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(map[string]any{"workspace": w.Name, "rows": rows})
		}
		fmt.Printf("%s: %d rows\n", w.Name, rows)
		return nil
	})
}

type importWorkspaceCmd struct {
	databaseFlags
	keyFlags
	Source string `arg:"" type:"existingfile" help:"What godwit export wrote."`
	Copy   bool   `help:"Make a trial copy: mailboxes are paused, and nothing that was on its way goes out."`
	JSON   bool   `name:"json" help:"Print the result as JSON."`
}

func (c *importWorkspaceCmd) Run(ctx context.Context, log *slog.Logger) error {
	keys, err := c.keys()
	if err != nil {
		return err
	}
	f, err := os.Open(c.Source)
	if err != nil {
		return err
	}
	defer f.Close()
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		out, err := core.ImportWorkspace(ctx, f, keys, store.LoadOptions{Copy: c.Copy, Tell: rowsProgress(os.Stderr, c.JSON)})
		if !c.JSON {
			fmt.Fprintln(os.Stderr)
		}
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(out)
		}
		fmt.Printf("%s: %d rows as of %s\n", out.Name, out.Rows, out.At.Format(time.RFC3339))
		return nil
	})
}
