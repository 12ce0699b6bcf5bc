package app

import (
	"context"
	"io"
	"strings"
	"time"

	"godwit.dev/godwit/internal/adapter/blob"
	"godwit.dev/godwit/internal/base/errs"
)

// BackupPrefix begins the names of backups; the time of the moment that they
// hold follows, so that names sort by age.
const BackupPrefix = "godwit-"

const backupStamp = "20060102T150405Z"

// Backup is one that was made.
type Backup struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
	Rows int64     `json:"rows"`
	// Removed are the older ones that gave way to it.
	Removed []string `json:"removed,omitempty"`
}

// Backup writes the whole database to a place while the server goes on working,
// and removes the oldest backups beyond the number to keep; 0 keeps all.
func (c *Core) Backup(ctx context.Context, to blob.Place, o ArchiveOptions, keep int) (Backup, error) {
	now := c.Now().UTC().Truncate(time.Second)
	b := Backup{At: now, Name: BackupPrefix + now.Format(backupStamp) + ".godwit"}
	if !o.Lock.open() {
		b.Name += ".age"
	}
	err := to.Put(ctx, b.Name, func(w io.Writer) (err error) {
		b.Rows, err = c.WriteArchive(ctx, w, o)
		return err
	})
	if err != nil || keep <= 0 {
		return b, err
	}
	all, err := to.List(ctx, BackupPrefix)
	if err != nil {
		return b, err
	}
	for len(all) > keep {
		if err := to.Remove(ctx, all[0].Name); err != nil {
			return b, err
		}
		b.Removed = append(b.Removed, all[0].Name)
		all = all[1:]
	}
	return b, nil
}

// NewestBackup returns the moment that the newest backup of a place holds;
// errs.NotFound if there is none.
func NewestBackup(ctx context.Context, from blob.Place) (time.Time, error) {
	all, err := from.List(ctx, BackupPrefix)
	if err != nil {
		return time.Time{}, err
	}
	var newest time.Time
	for _, f := range all {
		stamp, _, _ := strings.Cut(strings.TrimPrefix(f.Name, BackupPrefix), ".")
		if at, err := time.Parse(backupStamp, stamp); err == nil && at.After(newest) {
			newest = at
		}
	}
	if newest.IsZero() {
		return newest, errs.New(errs.NotFound, "error.backup_none")
	}
	return newest, nil
}

// OpenBackup opens a backup of a place by its name, or the newest if name is "".
func OpenBackup(ctx context.Context, from blob.Place, name string) (io.ReadCloser, string, error) {
	if name == "" {
		all, err := from.List(ctx, BackupPrefix)
		if err != nil {
			return nil, "", err
		}
		for _, f := range all {
			if strings.HasSuffix(f.Name, ".godwit") || strings.HasSuffix(f.Name, ".age") {
				name = f.Name
			}
		}
		if name == "" {
			return nil, "", errs.New(errs.NotFound, "error.backup_none")
		}
	}
	r, err := from.Get(ctx, name)
	return r, name, err
}
