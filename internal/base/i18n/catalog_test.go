package i18n

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestCatalogsAgree holds the console's catalogues to the same keys, placeholders and complete plural forms.
func TestCatalogsAgree(t *testing.T) {
	if _, twice, err := load(files); err != nil || len(twice) > 0 {
		t.Errorf("keys stand twice: %v, %v", twice, err)
	}
	english := catalogs()[English]
	for _, lang := range Console() {
		c := catalogs()[lang]
		for key, want := range english {
			got, ok := c[key]
			if !ok || got.lent {
				t.Errorf("%s: key %q is missing", lang, key)
				continue
			}
			if want.forms != nil && got.forms == nil && len(Forms(lang)) > 1 {
				t.Errorf("%s: key %q must have plural forms", lang, key)
			}
			if got.forms != nil && want.forms == nil {
				t.Errorf("%s: key %q has plural forms, English has none", lang, key)
			}
			if got.forms != nil {
				for _, f := range Forms(lang) {
					if got.forms[f].text == "" {
						t.Errorf("%s: key %q lacks the form %s", lang, key, f)
					}
				}
				for f := range got.forms {
					if got.forms[f].text != "" && !slices.Contains(Forms(lang), Form(f)) {
						t.Errorf("%s: key %q has the form %s, which the language has not", lang, key, Form(f))
					}
				}
			}
			if a, b := placeholders(got), placeholders(want); !slices.Equal(a, b) {
				t.Errorf("%s: key %q has placeholders %v, English has %v", lang, key, a, b)
			}
			if strings.TrimSpace(got.other.text) == "" {
				t.Errorf("%s: key %q is empty", lang, key)
			}
		}
		for key := range c {
			if _, ok := english[key]; !ok {
				t.Errorf("%s: key %q is not in English", lang, key)
			}
		}
	}
}

func placeholders(m message) []string {
	var names []string
	all := []wording{m.other}
	if m.forms != nil {
		all = append(all, m.forms[:]...)
	}
	for _, w := range all {
		for _, p := range w.parts {
			if p.name != "" && !slices.Contains(names, p.name) {
				names = append(names, p.name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// TestKeysInUse finds every literal key that the program asks for, so that none is missing from English.
func TestKeysInUse(t *testing.T) {
	asked := regexp.MustCompile(`\.(T|N)\("([a-z0-9_]+(?:\.[a-z0-9_]+)+)"`)
	failed := regexp.MustCompile(`errs\.(New|Wrap|Field)\((?:errs\.\w+|[\w.]+|"[^"]*"), (?:[a-z]\w*, )?"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"`)
	root := filepath.Join("..", "..", "..", "internal")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		ext := filepath.Ext(path)
		if d.IsDir() || ext != ".go" && ext != ".templ" || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return nil
		}
		if strings.Contains(filepath.ToSlash(path), "base/i18n/") {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		keys := append(asked.FindAllStringSubmatch(string(data), -1), failed.FindAllStringSubmatch(string(data), -1)...)
		for _, m := range keys {
			if strings.HasSuffix(m[2], "_") {
				continue // the beginning of a key that is put together
			}
			if _, ok := catalogs()[English][m[2]]; !ok {
				t.Errorf("%s asks for key %q, which English lacks", path, m[2])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"broken":       `{`,
		"action":       `{"a.b":"{{range .X}}"}`,
		"open":         `{"a.b":"{{.X"}`,
		"number":       `{"a.b":1}`,
		"unknown form": `{"a.b":{"other":"x","lots":"y"}}`,
	} {
		if _, _, err := load(fstest.MapFS{"locale/x.en.json": {Data: []byte(text)}}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, _, err := load(fstest.MapFS{"locale/en.json": {Data: []byte(`{}`)}}); err == nil {
		t.Error("a name without area was accepted")
	}
	got, twice, err := load(fstest.MapFS{"locale/x.en.json": {Data: []byte(`{"a":{"b":"x","c":{"one":"1","other":"n","description":"d"}},"a.b":"x"}`)}})
	if len(twice) != 1 || twice[0] != "a.b" {
		t.Errorf("keys that stand twice: %v", twice)
	}
	if err != nil || got[English]["a.b"].other.text != "x" || got[English]["a.c"].forms[One].text != "1" {
		t.Errorf("nested keys: %v, %v", got, err)
	}
}
