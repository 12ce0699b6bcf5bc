package blob

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"godwit.dev/godwit/internal/base/errs"
)

type s3 struct {
	client *minio.Client
	bucket string
	prefix string
}

func openS3(u *url.URL, transport http.RoundTripper) (Place, error) {
	q := u.Query()
	creds := credentials.NewChainCredentials([]credentials.Provider{&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{}})
	client, err := minio.New(cmp.Or(q.Get("endpoint"), "s3.amazonaws.com"), &minio.Options{
		Creds: creds, Secure: q.Get("insecure") == "", Region: q.Get("region"), Transport: transport, MaxRetries: 5,
	})
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.archive_place", "place", u.Host)
	}
	return &s3{client: client, bucket: u.Host, prefix: strings.Trim(u.Path, "/")}, nil
}

func (s *s3) fail(err error) error {
	kind := errs.Unavailable
	switch minio.ToErrorResponse(err).StatusCode {
	case http.StatusNotFound:
		kind = errs.NotFound
	case http.StatusForbidden, http.StatusUnauthorized:
		kind = errs.Denied
	}
	return errs.Wrap(kind, err, "error.archive_place", "place", "s3://"+s.bucket)
}

// partSize is how much of a file of unknown length waits in memory before it is
// sent; 10,000 parts of it are the largest file: 156 GB.
const partSize = 16 << 20

// Put sends parts as they are written. An upload that is not completed is no
// file, and is given up.
func (s *s3) Put(ctx context.Context, name string, fill func(io.Writer) error) error {
	if err := checkName(name); err != nil {
		return err
	}
	if _, err := s.client.StatObject(ctx, s.bucket, path.Join(s.prefix, name), minio.StatObjectOptions{}); err == nil {
		return errs.New(errs.Conflict, "error.archive_place", "place", name)
	}
	r, w := io.Pipe()
	filled := make(chan error, 1)
	go func() {
		err := fill(w)
		filled <- err
		_ = w.CloseWithError(err) // nil ends the file
	}()
	_, err := s.client.PutObject(ctx, s.bucket, path.Join(s.prefix, name), r, -1, minio.PutObjectOptions{PartSize: partSize, ContentType: "application/octet-stream"})
	_ = r.CloseWithError(errors.Join(err, io.ErrClosedPipe))
	if ferr := <-filled; ferr != nil && (err == nil || !errors.Is(ferr, io.ErrClosedPipe)) {
		return ferr
	}
	if err != nil {
		return s.fail(err)
	}
	return nil
}

func (s *s3) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	o, err := s.client.GetObject(ctx, s.bucket, path.Join(s.prefix, name), minio.GetObjectOptions{})
	if err == nil {
		_, err = o.Stat() // GetObject itself asks for nothing
	}
	if err != nil {
		return nil, s.fail(err)
	}
	return o, nil
}

func (s *s3) List(ctx context.Context, prefix string) ([]File, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	base := ""
	if s.prefix != "" {
		base = s.prefix + "/"
	}
	var out []File
	for o := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: base + prefix, Recursive: false}) {
		if o.Err != nil {
			return nil, s.fail(o.Err)
		}
		if name := strings.TrimPrefix(o.Key, base); !strings.Contains(name, "/") {
			out = append(out, File{Name: name, Size: o.Size, At: o.LastModified.UTC()})
		}
	}
	slices.SortFunc(out, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

func (s *s3) Remove(ctx context.Context, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := s.client.RemoveObject(ctx, s.bucket, path.Join(s.prefix, name), minio.RemoveObjectOptions{}); err != nil {
		return s.fail(err)
	}
	return nil
}
