package blob

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
)

type folder string

func (f folder) fail(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errs.Wrap(errs.NotFound, err, "error.archive_place", "place", string(f))
	}
	return errs.Wrap(errs.Unavailable, err, "error.archive_place", "place", string(f))
}

// Put writes beside the name first; the link that gives the file its name fails
// if there is one already.
func (f folder) Put(_ context.Context, name string, fill func(io.Writer) error) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return f.fail(err)
	}
	tmp, err := os.CreateTemp(string(f), ".part-*")
	if err != nil {
		return f.fail(err)
	}
	defer os.Remove(tmp.Name())
	if err := fill(tmp); err != nil {
		_ = tmp.Close()
		return err
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return f.fail(err)
	}
	err = os.Link(tmp.Name(), filepath.Join(string(f), name))
	if errors.Is(err, fs.ErrExist) {
		return errs.Wrap(errs.Conflict, err, "error.archive_place", "place", name)
	}
	if err != nil {
		return f.fail(err)
	}
	dir, err := os.Open(string(f)) // the name itself is to be durable
	if err != nil {
		return f.fail(err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return f.fail(err)
	}
	return nil
}

func (f folder) Get(_ context.Context, name string) (io.ReadCloser, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	r, err := os.Open(filepath.Join(string(f), name))
	if err != nil {
		return nil, f.fail(err)
	}
	return r, nil
}

func (f folder) List(_ context.Context, prefix string) ([]File, error) {
	entries, err := os.ReadDir(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, f.fail(err)
	}
	var out []File
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), prefix) || strings.HasPrefix(e.Name(), ".") || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return nil, f.fail(err)
		}
		out = append(out, File{Name: e.Name(), Size: info.Size(), At: info.ModTime().UTC()})
	}
	slices.SortFunc(out, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

func (f folder) Remove(_ context.Context, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(string(f), name)); err != nil {
		return f.fail(err)
	}
	return nil
}
