package blob_test

import (
	"errors"
	"io"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"godwit.dev/godwit/internal/adapter/blob"
	"godwit.dev/godwit/internal/base/errs"
)

// places are every kind of place, each empty.
func places(t *testing.T) map[string]blob.Place {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	backend := s3mem.New()
	if err := backend.CreateBucket("bucket"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	u, _ := url.Parse(server.URL)
	out := map[string]blob.Place{}
	for name, address := range map[string]string{
		"folder": filepath.Join(t.TempDir(), "new"), "s3": "s3://bucket/a/prefix?endpoint=" + u.Host + "&region=us-east-1", "s3, whole bucket": "s3://bucket?endpoint=" + u.Host + "&region=us-east-1",
	} {
		p, err := blob.Open(address, server.Client().Transport)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = p
	}
	return out
}

func write(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func TestAPlaceKeepsWholeFilesByName(t *testing.T) {
	for name, p := range places(t) {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			if list, err := p.List(ctx, ""); err != nil || len(list) != 0 {
				t.Fatalf("at first: %v, %v", list, err)
			}
			big := strings.Repeat("0123456789", 2<<20) // more than one part
			for file, text := range map[string]string{"b-2": big, "b-1": "one", "c": "y", "a": "x"} {
				if err := p.Put(ctx, file, write(text)); err != nil {
					t.Fatalf("put %s: %v", file, err)
				}
			}
			if err := p.Put(ctx, "b-1", write("again")); !errs.Is(err, errs.Conflict) {
				t.Errorf("a second time: %v", err)
			}
			boom := errors.New("boom")
			if err := p.Put(ctx, "b-3", func(w io.Writer) error { _, _ = io.WriteString(w, big); return boom }); !errors.Is(err, boom) {
				t.Errorf("a failing one: %v", err)
			}
			list, err := p.List(ctx, "b-")
			if err != nil || len(list) != 2 || list[0].Name != "b-1" || list[0].Size != 3 || list[1].Name != "b-2" || list[1].Size != int64(len(big)) {
				t.Fatalf("list: %v, %v", list, err)
			}
			r, err := p.Get(ctx, "b-2")
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); err != nil || string(got) != big {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
			_ = r.Close()
			if err := p.Remove(ctx, "b-2"); err != nil {
				t.Error(err)
			}
			if _, err := p.Get(ctx, "b-2"); !errs.Is(err, errs.NotFound) {
				t.Errorf("after it was removed: %v", err)
			}
			for _, bad := range []string{"", "../x", "a/b", `a\b`, ".hidden"} {
				if err := p.Put(ctx, bad, write("x")); !errs.Is(err, errs.Invalid) {
					t.Errorf("put %q: %v", bad, err)
				}
			}
		})
	}
}

func TestAFolderIsForItsOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "backups")
	p, err := blob.Open("file://"+dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Put(t.Context(), "a", write("x")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "a"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestAnAddressCarriesNoSecret(t *testing.T) {
	if _, err := blob.Open("s3://user:secret@bucket/p", nil); !errs.Is(err, errs.Invalid) || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}
