package dump

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// However records are written, they are the same records.
func TestRecords(t *testing.T) {
	shape := Shape{Marks: []string{"id"}, Lists: []string{"tickets", "data"}, Wraps: []string{"data", "ticket"}}
	for name, c := range map[string]struct {
		text string
		want []string // list:line:raw, or an error
	}{
		"lines":          {"{\"id\":1}\n\n{\"id\":2}\n", []string{`:1:{"id":1}`, `:3:{"id":2}`}},
		"no line end":    {`{"id":1}`, []string{`:1:{"id":1}`}},
		"mark":           {"\ufeff[{\"id\":1}]", []string{`:1:{"id":1}`}},
		"array":          {"[ {\"id\":1},\n {\"id\":2}\n]", []string{`:1:{"id":1}`, `:2:{"id":2}`}},
		"page":           {`{"count":2,"tickets":[{"id":1},{"id":2}]}`, []string{`tickets:1:{"id":1}`, `tickets:1:{"id":2}`}},
		"pages by line":  {"{\"tickets\":[{\"id\":1}]}\n{\"tickets\":[]}\n{\"tickets\":[{\"id\":2}]}", []string{`tickets:1:{"id":1}`, `tickets:3:{"id":2}`}},
		"several lines":  {"{\n \"data\": {\n  \"data\": [{\"id\":1}]\n }\n}\n{\"id\":2}", []string{`data:1:{"id":1}`, `:6:{"id":2}`}},
		"wrapped":        {`[{"ticket":{"id":1}}]`, []string{`ticket:1:{"id":1}`}},
		"strings":        {`[{"id":"a]}\"{"}]`, []string{`:1:{"id":"a]}\"{"}`}},
		"broken line":    {"{\"id\":1}\n{\"id\":2,\n{\"id\":3}\n", []string{`:1:{"id":1}`, `:2:unexpected EOF`, `:3:{"id":3}`}},
		"not an object":  {"[1,null,\"x\",{\"id\":1}]", []string{`:1:error`, `:1:error`, `:1:error`, `:1:{"id":1}`}},
		"end too soon":   {`[{"id":1},{"id":`, []string{`:1:{"id":1}`, `:1:unexpected EOF`}},
		"nothing":        {" \n", nil},
		"form feed":      {"\f\n{\"id\":1}", []string{`:1:error`, `:2:{"id":1}`}},
		"record in list": {`{"id":1,"tickets":[{"id":2}]}`, []string{`:1:{"id":1,"tickets":[{"id":2}]}`}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "x.json"), []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, path := range []string{dir, filepath.Join(dir, "x.json")} {
				got = nil
				s, err := Open(path)
				if err != nil {
					t.Fatal(err)
				}
				err = s.Records(context.Background(), shape, nil, func(r Record) error {
					said := string(r.Raw)
					if r.Err != nil {
						if said = r.Err.Error(); !strings.Contains(said, "unexpected EOF") {
							said = "error"
						}
					}
					got = append(got, r.List+":"+itoa(r.Place.Line)+":"+said)
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%s: %q, want %q", path, got, c.want)
				}
			}
		})
	}
}

func itoa(n int) string { return string(rune(48 + n)) }

// Nothing outside of the source is opened, and what is not there is not.
func TestFilesStayInside(t *testing.T) {
	top := t.TempDir()
	for _, name := range []string{"secret.txt", "in/a.txt"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(top, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(top, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(top, "secret.txt"), filepath.Join(top, "in", "link.txt")); err != nil {
		t.Fatal(err)
	}
	s, err := Open(filepath.Join(top, "in"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for name, want := range map[string]bool{"a.txt": true, "/a.txt": true, "../in/a.txt": false, "../secret.txt": false, "link.txt": false, "": false, "/etc/passwd": false} {
		if got := s.File(name) != nil; got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
	if _, err := Open(filepath.Join(top, "nothing")); err == nil {
		t.Error("nothing is opened")
	}
}

func TestTimes(t *testing.T) {
	for text, want := range map[string]string{
		"2012-12-04T12:08:27+05:30": "2012-12-04 06:38:27", "2019-11-16T15:59:41.966927": "2019-11-16 15:59:41", "1696896263": "2023-10-10 00:04:23",
		"1696896263000": "2023-10-10 00:04:23", "2024-03-01 10:00": "2024-03-01 10:00:00", "2024-03-01": "2024-03-01 00:00:00", "2024-03-01 10:00:00 UTC": "2024-03-01 10:00:00",
		"": "0001-01-01 00:00:00", "yesterday": "0001-01-01 00:00:00", "7": "0001-01-01 00:00:00", "1e300": "0001-01-01 00:00:00",
	} {
		if got := ParseTime(text).Format("2006-01-02 15:04:05"); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func FuzzRecords(f *testing.F) {
	f.Add([]byte(`{"tickets":[{"id":1}]}`))
	f.Add([]byte("{\"id\":1}\n{\n\"id\":2}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "x.json")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		if err := s.Records(context.Background(), Shape{Marks: []string{"id"}, Lists: []string{"tickets"}, Wraps: []string{"w"}}, nil, func(Record) error { return nil }); err != nil {
			t.Error(err)
		}
	})
}
