package blob

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// File is one that a Place holds.
type File struct {
	Name string
	Size int64
	At   time.Time
}

// Place keeps files.
type Place interface {
	// Put writes what fill writes as one file. If fill fails, nothing stays. It
	// fails with errs.Conflict if the name is taken.
	Put(ctx context.Context, name string, fill func(io.Writer) error) error
	// Get opens a file; errs.NotFound if there is none.
	Get(ctx context.Context, name string) (io.ReadCloser, error)
	// List returns the files whose names begin so, in the order of their names.
	List(ctx context.Context, prefix string) ([]File, error)
	Remove(ctx context.Context, name string) error
}

// Open returns the Place at an address. The transport carries requests to S3.
func Open(address string, transport http.RoundTripper) (Place, error) {
	if !strings.HasPrefix(address, "s3://") {
		return folder(strings.TrimPrefix(address, "file://")), nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, errs.New(errs.Invalid, "error.archive_place", "place", "s3://")
	}
	return openS3(u, transport)
}

// checkName refuses what would leave the place.
func checkName(name string) error {
	if name == "" || strings.ContainsAny(name, `/\`) || strings.HasPrefix(name, ".") {
		return errs.New(errs.Invalid, "error.archive_place", "place", name)
	}
	return nil
}
