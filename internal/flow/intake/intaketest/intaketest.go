// Package intaketest holds what every vendor's decoder must keep to, and runs it over the vendor's samples.
//
// Words: a sample is a message as a vendor sends it, testdata/NAME.json, or one of several under testdata/FOLDER; its
// headers stand in testdata/NAME.headers if it has some, a "Name: value" a line. What is made of it is its golden
// answer, testdata/golden/NAME.json, which people have checked by hand; go test -update writes them anew. What stands in
// testdata/api is no sample: it belongs to the servers that drivers are tried on.
package intaketest

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

var update = flag.Bool("update", false, "write the golden answers anew")

// sample is one message of testdata.
type sample struct {
	name   string
	header http.Header
	body   []byte
}

func samples(t *testing.T) []sample {
	t.Helper()
	var out []sample
	err := filepath.WalkDir("testdata", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "golden" || d.Name() == "fuzz" || d.Name() == "api"):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".json":
			return nil
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel("testdata", strings.TrimSuffix(path, ".json"))
		if err != nil {
			return err
		}
		out = append(out, sample{filepath.ToSlash(name), header(t, strings.TrimSuffix(path, ".json")+".headers"), body})
		return nil
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("%d samples: %v", len(out), err)
	}
	return out
}

func header(t *testing.T, path string) http.Header {
	h := http.Header{}
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			h.Set(name, value)
		}
	}
	return h
}

// Run holds a source to its golden answers and to the rules of all sources. Free are the names of members whose content
// the vendor does not choose.
func Run(t *testing.T, source intake.Source, free ...string) {
	all := samples(t)
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			got, err := source.Decode(s.header, s.body)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, s.name, got)
			sane(t, got)
			orderless(t, source, s, got)
			noticing(t, source, s, got, free)
		})
	}
}

func golden(t *testing.T, name string, d intake.Delivery) {
	t.Helper()
	path := filepath.Join("testdata", "golden", filepath.FromSlash(name)+".json")
	got := indent(t, d)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; it is now\n%s", path, got)
	}
}

func indent(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sane holds what every delivery has.
func sane(t *testing.T, d intake.Delivery) {
	t.Helper()
	if d.Type == "" || !strings.Contains(d.Type, ".") || strings.ToLower(d.Type) != d.Type {
		t.Errorf("type %q", d.Type)
	}
	if d.Key == "" || d.Object == nil || d.Object.Base().Kind == "" || d.Unknown == nil || !slices.IsSorted(d.Unknown) {
		t.Errorf("key %q, object %v, unknown %v", d.Key, d.Object, d.Unknown)
	}
	for _, o := range d.Items {
		for what, id := range o.Base().Refs {
			if id == "" {
				t.Errorf("the reference %s is empty", what)
			}
		}
	}
}

// orderless holds that the order of members and the blanks between them say nothing, and that a repeat says the same.
func orderless(t *testing.T, source intake.Source, s sample, want intake.Delivery) {
	t.Helper()
	root, err := wire.Parse(s.body)
	if err != nil {
		t.Fatal(err)
	}
	var spaced bytes.Buffer
	if err := json.Indent(&spaced, s.body, " ", "\t"); err != nil {
		t.Fatal(err)
	}
	for form, body := range map[string][]byte{"again": s.body, "sorted": []byte(root.Compact()), "spaced": spaced.Bytes()} {
		got, err := source.Decode(s.header, body)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := indent(t, got), indent(t, want); !bytes.Equal(a, b) {
			t.Errorf("%s: it is now\n%s", form, a)
		}
	}
}

const (
	news  = "zz_new"
	added = `{"zz_new":{"inner":[1,2]},`
)

// noticing holds that a member that nobody knows is listed by exactly its path, wherever it stands, and that the rest is
// understood as before.
func noticing(t *testing.T, source intake.Source, s sample, want intake.Delivery, free []string) {
	t.Helper()
	for _, at := range objects(t, s.body) {
		if slices.ContainsFunc(at.names, func(name string) bool { return slices.Contains(free, name) }) {
			continue
		}
		body := slices.Concat(s.body[:at.offset], []byte(added), s.body[at.offset+1:])
		if bytes.HasPrefix(bytes.TrimSpace(s.body[at.offset+1:]), []byte("}")) { // there was no member
			body = slices.Concat(s.body[:at.offset], []byte(strings.TrimSuffix(added, ",")), s.body[at.offset+1:])
		}
		got, err := source.Decode(s.header, body)
		if err != nil {
			t.Fatal(err)
		}
		path := wire.Join(at.path, news)
		more := append(slices.Clone(want.Unknown), path)
		slices.Sort(more)
		if !slices.Equal(got.Unknown, more) {
			t.Errorf("%s: unknown is %v, want %v", path, got.Unknown, more)
		}
		if got.Type != want.Type || got.Object.Base().ID != want.Object.Base().ID || got.Object.Base().Kind != want.Object.Base().Kind {
			t.Errorf("%s: %s %s, want %s %s", path, got.Type, got.Object.Base().ID, want.Type, want.Object.Base().ID)
		}
	}
}

// place is where an object begins.
type place struct {
	offset int
	path   string
	names  []string // above it
}

// objects lists the objects of a document.
func objects(t *testing.T, body []byte) []place {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	var out []place
	var value func(path string, names []string)
	value = func(path string, names []string) {
		token, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		switch token {
		case json.Delim('{'):
			out = append(out, place{int(d.InputOffset()) - 1, path, names})
			for d.More() {
				key, err := d.Token()
				if err != nil {
					t.Fatal(err)
				}
				name, _ := key.(string)
				value(wire.Join(path, name), append(slices.Clone(names), name))
			}
			_, err = d.Token()
		case json.Delim('['):
			for i := 0; d.More(); i++ {
				value(wire.Index(path, i), names)
			}
			_, err = d.Token()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	value("", nil)
	return out
}
