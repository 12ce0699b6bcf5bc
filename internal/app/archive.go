package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"filippo.io/age"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/vault"
	"godwit.dev/godwit/internal/store"
)

// Lock says how an archive is encrypted (age, https://age-encryption.org/v1).
// The zero Lock leaves it readable.
type Lock struct {
	Recipients []string // age1...
	Passphrase string
}

func (l Lock) open() bool { return len(l.Recipients) == 0 && l.Passphrase == "" }

func (l Lock) wrap(w io.Writer) (io.WriteCloser, error) {
	if l.open() {
		return nopCloser{w}, nil
	}
	var to []age.Recipient
	for _, text := range l.Recipients {
		r, err := age.ParseX25519Recipient(text)
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, err, "error.archive_recipient", "recipient", text)
		}
		to = append(to, r)
	}
	if l.Passphrase != "" {
		r, err := age.NewScryptRecipient(l.Passphrase)
		if err != nil {
			return nil, err
		}
		to = append(to, r)
	}
	return age.Encrypt(w, to...)
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// Keys open an encrypted archive: lines of an age identity file, or a passphrase.
type Keys struct {
	Identities string
	Passphrase string
}

// ageMagic begins every encrypted archive.
const ageMagic = "age-encryption.org/"

func (k Keys) unwrap(r io.Reader) (io.Reader, error) {
	in := bufio.NewReader(r)
	if head, _ := in.Peek(len(ageMagic)); string(head) != ageMagic {
		return in, nil
	}
	var ids []age.Identity
	if k.Identities != "" {
		parsed, err := age.ParseIdentities(strings.NewReader(k.Identities))
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, err, "error.archive_locked")
		}
		ids = parsed
	}
	if k.Passphrase != "" {
		i, err := age.NewScryptIdentity(k.Passphrase)
		if err != nil {
			return nil, err
		}
		ids = append(ids, i)
	}
	if len(ids) == 0 {
		return nil, errs.New(errs.Denied, "error.archive_locked")
	}
	out, err := age.Decrypt(in, ids...)
	if err != nil {
		return nil, errs.Wrap(errs.Denied, err, "error.archive_locked")
	}
	return out, nil
}

// envelope may stand before an archive: the keys that open its secrets.
type envelope struct {
	Keys []string `json:"keys"`
}

// ArchiveOptions say what goes into an archive.
type ArchiveOptions struct {
	Workspace auth.WorkspaceID // 0: everything
	Lock      Lock
	WithKeys  bool // put the keys that open the secrets in; the archive must be locked
	Tell      store.Progress
}

// WriteArchive writes a database or a workspace, as it is at one moment, while
// the server goes on working. It returns the number of rows.
func (c *Core) WriteArchive(ctx context.Context, w io.Writer, o ArchiveOptions) (int64, error) {
	if o.WithKeys && o.Lock.open() {
		return 0, errs.New(errs.Invalid, "error.archive_open_secret")
	}
	out, err := o.Lock.wrap(w)
	if err != nil {
		return 0, err
	}
	if o.WithKeys {
		keys, err := readKeys(c.Config)
		if err != nil {
			return 0, err
		}
		raw, err := json.Marshal(envelope{Keys: keys})
		if err != nil {
			return 0, err
		}
		if _, err := out.Write(append(raw, '\n')); err != nil {
			return 0, err
		}
	}
	n, err := c.Store.WriteArchive(ctx, out, o.Workspace, o.Tell)
	return n, errors.Join(err, out.Close())
}

// Export is WriteArchive of one workspace, which stands in its audit trail.
func (c *Core) Export(ctx context.Context, w io.Writer, o ArchiveOptions) (int64, error) {
	by := auth.ForSystem(o.Workspace)
	err := c.Store.Append(ctx, event.New("data.exported", by, event.Subject{Kind: "workspace", ID: int64(o.Workspace)}, 0,
		map[string]any{"encrypted": !o.Lock.open(), "keys": o.WithKeys}))
	if err != nil {
		return 0, err
	}
	return c.WriteArchive(ctx, w, o)
}

// openArchive takes lock and envelope off an archive.
func openArchive(r io.Reader, k Keys) (a *store.ArchiveReader, keys []string, err error) {
	plain, err := k.unwrap(r)
	if err != nil {
		return nil, nil, err
	}
	in := bufio.NewReaderSize(plain, 1<<16)
	if head, _ := in.Peek(1); bytes.Equal(head, []byte("{")) {
		line, err := in.ReadBytes('\n')
		var e envelope
		if err == nil {
			err = json.Unmarshal(line, &e)
		}
		if err != nil {
			return nil, nil, errs.Wrap(errs.Invalid, err, "error.archive")
		}
		keys = e.Keys
	}
	a, err = store.OpenArchive(in)
	return a, keys, err
}

// RestoreResult is what was brought back.
type RestoreResult struct {
	store.ArchiveHeader
	Rows    int64 `json:"rows"`
	Version int64 `json:"version"` // of the schema, after it was brought up to date
}

// Restore brings a backup of a whole database into an empty one, at the schema
// that the backup has, and then up to date. Keys in the backup are added to the
// key file. What was on its way when the backup was made is looked for in the
// world before it is sent again, since the lost machine may have sent it.
func Restore(ctx context.Context, cfg Config, from io.Reader, k Keys, o store.LoadOptions) (RestoreResult, error) {
	var out RestoreResult
	a, keys, err := openArchive(from, k)
	if err != nil {
		return out, err
	}
	defer a.Close()
	out.ArchiveHeader = a.Header
	if err := addKeys(cfg, keys); err != nil {
		return out, err
	}
	v, err := openVault(cfg)
	if err != nil {
		return out, err
	}
	db, err := store.OpenAt(ctx, cfg.Database, a.Header.Schema)
	if err != nil {
		return out, err
	}
	s, err := store.New(db, store.Config{IDs: id.NewSource(id.RandomNode(), cfg.Now), Now: cfg.Now, Bus: event.NewBus(), Vault: v})
	if err == nil {
		out.Rows, err = s.Load(ctx, a, o)
	}
	if err == nil && a.Header.Workspace == 0 {
		_, err = s.Workspaces(ctx) // each opens its secret: the keys are the right ones
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return out, err
	}
	if db, err = store.Open(ctx, cfg.Database); err != nil {
		return out, err
	}
	out.Version, err = db.SchemaVersion(ctx)
	return out, errors.Join(err, db.Close())
}

// ImportWorkspace brings an exported workspace into this database beside others.
func (c *Core) ImportWorkspace(ctx context.Context, from io.Reader, k Keys, o store.LoadOptions) (RestoreResult, error) {
	var out RestoreResult
	a, keys, err := openArchive(from, k)
	if err != nil {
		return out, err
	}
	defer a.Close()
	out.ArchiveHeader = a.Header
	if a.Header.Workspace == 0 {
		return out, errs.New(errs.Invalid, "error.archive_whole")
	}
	if err := addKeys(c.Config, keys); err != nil {
		return out, err
	}
	if out.Rows, err = c.Store.Load(ctx, a, o); err != nil {
		return out, err
	}
	out.Version = a.Header.Schema
	err = c.Store.Append(ctx, event.New("data.imported", auth.ForSystem(a.Header.Workspace), event.Subject{Kind: "workspace", ID: int64(a.Header.Workspace)}, 0,
		map[string]any{"written_at": a.Header.At, "copy": o.Copy}))
	return out, err
}

// readKeys returns the keys in use, in base 64, the one that seals first.
func readKeys(cfg Config) ([]string, error) {
	text := cfg.Keys
	if text == "" {
		raw, err := os.ReadFile(keyPath(cfg))
		if err != nil {
			return nil, errs.Wrap(errs.Unavailable, err, "error.vault_file", "path", keyPath(cfg))
		}
		text = strings.Join(strings.Fields(string(raw)), ",")
	}
	keys, err := vault.ParseKeys(text)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = base64.StdEncoding.EncodeToString(k)
	}
	return out, nil
}

// addKeys puts keys that came with an archive behind those in use, or makes a key
// file of them if there is none.
func addKeys(cfg Config, keys []string) error {
	if len(keys) == 0 || cfg.Keys != "" {
		return nil
	}
	path := keyPath(cfg)
	raw, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return errs.Wrap(errs.Unavailable, err, "error.vault_file", "path", path)
	}
	have := strings.Fields(string(raw))
	before := len(have)
	for _, k := range keys {
		if !slices.Contains(have, k) {
			have = append(have, k)
		}
	}
	if len(have) == before {
		return nil
	}
	return vault.Replace(path, have)
}
