package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
)

//go:embed static/css static/js static/vendor static/icons.svg
var static embed.FS

// asset is one served file with its encodings made beforehand.
type asset struct {
	name   string // with the hash of its content: "app.1a2b3c4d.css"
	kind   string // media type
	plain  []byte
	gzip   []byte
	brotli []byte
}

// bundles lists what is served: each name is made of the files that match its patterns, in order.
var bundles = []struct {
	name, kind string
	from       []string
}{
	{"app.css", "text/css; charset=utf-8", []string{"static/css/*.css"}},
	{"app.js", "text/javascript; charset=utf-8", []string{"static/vendor/htmx-*.js", "static/js/*.js"}},
	{"icons.svg", "image/svg+xml", []string{"static/icons.svg"}},
}

// assets makes the served files once; they are part of the binary, so a file that cannot be read is a broken build.
var assets = sync.OnceValue(func() map[string]asset {
	all := map[string]asset{}
	for _, b := range bundles {
		var text bytes.Buffer
		for _, pattern := range b.from {
			names, err := fs.Glob(static, pattern)
			if err != nil || len(names) == 0 {
				panic("ui: no file for " + pattern)
			}
			slices.Sort(names)
			for _, name := range names {
				data, err := static.ReadFile(name)
				if err != nil {
					panic(err)
				}
				text.Write(data)
				text.WriteByte('\n')
			}
		}
		all[b.name] = newAsset(b.name, b.kind, text.Bytes())
	}
	return all
})

func newAsset(name, kind string, data []byte) asset {
	sum := sha256.Sum256(data)
	ext := path.Ext(name)
	hash := base64.RawURLEncoding.EncodeToString(sum[:6])
	a := asset{name: strings.TrimSuffix(name, ext) + "." + hash + ext, kind: kind, plain: data}
	var gz, br bytes.Buffer
	z, _ := gzip.NewWriterLevel(&gz, gzip.BestCompression)
	z.Write(data) //nolint:errcheck // a bytes.Buffer takes every write
	z.Close()     //nolint:errcheck
	// The best level would save a few percent more and hold up the first request.
	b := brotli.NewWriterLevel(&br, 9)
	b.Write(data) //nolint:errcheck
	b.Close()     //nolint:errcheck
	a.gzip, a.brotli = gz.Bytes(), br.Bytes()
	return a
}

// Asset returns the path of a static file ("app.css", "app.js", "icons.svg") with the hash of its content, so that browsers may keep
// it for ever. An unknown name is a mistake in a template and panics.
func Asset(name string) string {
	a, ok := assets()[name]
	if !ok {
		panic("ui: no asset " + name)
	}
	return "/static/" + a.name
}

// Assets serves the static files at the paths that [Asset] returns, compressed as the browser likes. A path with an old hash is not
// found. Its caller mounts it at GET /static/.
func Assets() http.Handler {
	byPath := map[string]asset{}
	for _, a := range assets() {
		byPath["/static/"+a.name] = a
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := byPath[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Add("Vary", "Accept-Encoding")
		body := a.plain
		switch accept := r.Header.Get("Accept-Encoding"); {
		case strings.Contains(accept, "br"):
			h.Set("Content-Encoding", "br")
			body = a.brotli
		case strings.Contains(accept, "gzip"):
			h.Set("Content-Encoding", "gzip")
			body = a.gzip
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	})
}
