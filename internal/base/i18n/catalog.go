package i18n

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed locale/*.json
var files embed.FS

// catalog holds the messages of one language, those of English filling its gaps.
type catalog map[string]message

// message is the wording of one key. Plural messages have forms; the other form always stands in other.
type message struct {
	other wording
	forms *[len(formNames)]wording
	lent  bool // by English, as its own language lacks it
}

// wording is one text; parts is nil if the text has no placeholder.
type wording struct {
	text  string
	parts []part
}

// part is a piece of a wording: literal text, then the value of the named argument unless name is empty.
type part struct{ literal, name string }

// catalogs reads the embedded files once. They are part of the binary and held right by a test, so a broken file is a
// broken build and panics.
var catalogs = sync.OnceValue(func() map[Lang]catalog {
	all, _, err := load(files)
	if err != nil {
		panic(err)
	}
	return all
})

// load reads every locale/area.language.json of fsys, in the order of their names. A key should stand once in a language;
// of those that stand twice, which it returns, the last counts.
func load(fsys fs.FS) (all map[Lang]catalog, twice []string, err error) {
	names, err := fs.Glob(fsys, "locale/*.json")
	if err != nil {
		return nil, nil, err
	}
	all = map[Lang]catalog{English: {}}
	for _, name := range names {
		if path.Base(name) == "languages.json" {
			continue
		}
		lang, err := fileLang(name)
		if err != nil {
			return nil, nil, err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, nil, fmt.Errorf("read catalogue: %w", err)
		}
		var tree map[string]any
		if err := json.Unmarshal(data, &tree); err != nil {
			return nil, nil, fmt.Errorf("parse catalogue %s: %w", name, err)
		}
		if all[lang] == nil {
			all[lang] = catalog{}
		}
		again, err := all[lang].add("", tree)
		twice = append(twice, again...)
		if err != nil {
			return nil, nil, fmt.Errorf("parse catalogue %s: %w", name, err)
		}
	}
	for lang, c := range all {
		if lang == English {
			continue
		}
		for key, m := range all[English].lent() {
			if _, ok := c[key]; !ok {
				c[key] = m
			}
		}
	}
	return all, twice, nil
}

// lent returns the catalogue as the stand-in of another language.
func (c catalog) lent() catalog {
	out := make(catalog, len(c))
	for key, m := range c {
		m.lent = true
		out[key] = m
	}
	return out
}

func fileLang(name string) (Lang, error) {
	words := strings.Split(path.Base(name), ".")
	if len(words) != 3 {
		return "", fmt.Errorf("catalogue %s: the name is not area.language.json", name)
	}
	return Lang(words[1]), nil
}

// add puts a tree of messages below a prefix and returns the keys that were there before; an object without plural
// forms is a level of keys, joined by dots.
func (c catalog) add(prefix string, tree map[string]any) (twice []string, err error) {
	for name, value := range tree {
		key := prefix + name
		var m message
		switch v := value.(type) {
		case string:
			m.other, err = parseWording(v)
		case map[string]any:
			if _, ok := v["other"].(string); !ok {
				again, err := c.add(key+".", v)
				twice = append(twice, again...)
				if err != nil {
					return twice, err
				}
				continue
			}
			m, err = parseMessage(v)
		default:
			err = errors.New("neither a text nor an object")
		}
		if err != nil {
			return twice, fmt.Errorf("key %q: %w", key, err)
		}
		if _, ok := c[key]; ok {
			twice = append(twice, key)
		}
		c[key] = m
	}
	return twice, nil
}

func parseMessage(fields map[string]any) (message, error) {
	var forms [len(formNames)]wording
	plural := false
	for name, value := range fields {
		text, ok := value.(string)
		if !ok {
			return message{}, fmt.Errorf("%s is not a text", name)
		}
		form := slices.Index(formNames[:], name)
		if form < 0 {
			if name == "description" || name == "hash" {
				continue
			}
			return message{}, fmt.Errorf("%s is not a plural form", name)
		}
		w, err := parseWording(text)
		if err != nil {
			return message{}, err
		}
		forms[form] = w
		plural = plural || Form(form) != Other
	}
	m := message{other: forms[Other]}
	if plural {
		m.forms = &forms
	}
	return m, nil
}

// parseWording splits a text at its {{.Name}} placeholders; no other template action is known.
func parseWording(text string) (wording, error) {
	if !strings.Contains(text, "{{") {
		return wording{text: text}, nil
	}
	w := wording{text: text}
	rest := text
	for {
		literal, after, found := strings.Cut(rest, "{{")
		if !found {
			w.parts = append(w.parts, part{literal: rest})
			return w, nil
		}
		inner, tail, closed := strings.Cut(after, "}}")
		name, dotted := strings.CutPrefix(strings.TrimSpace(inner), ".")
		if !closed || !dotted || !isName(name) {
			return wording{}, fmt.Errorf("placeholder in %q is not {{.Name}}", text)
		}
		w.parts = append(w.parts, part{literal: literal, name: name})
		rest = tail
	}
}

func isName(s string) bool {
	for _, r := range s {
		if r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return s != ""
}

// form returns the wording for a plural category; a form that is not given is read as Other.
func (m message) form(f Form) wording {
	if m.forms == nil || m.forms[f].text == "" {
		return m.other
	}
	return m.forms[f]
}
