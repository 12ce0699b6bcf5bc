package i18n

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// Lang is a language that Godwit writes in, as a BCP 47 tag in canonical case: "en", "zh-Hans", "pt-BR".
type Lang string

// The languages of the console.
const (
	English           Lang = "en"
	SimplifiedChinese Lang = "zh-Hans"
	Russian           Lang = "ru"
)

// written is a line of locale/languages.json, the list that a translator adds to.
type written struct {
	Tag     Lang   `json:"tag"`
	Name    string `json:"name"`    // what the language calls itself
	Console bool   `json:"console"` // whether the console is written in it, not only what customers read
}

// languages are those of the list, English first.
var languages = sync.OnceValue(func() []written {
	all, err := readLanguages(listed)
	if err != nil {
		panic(err)
	}
	return all
})

//go:embed locale/languages.json
var listed []byte

func readLanguages(data []byte) ([]written, error) {
	var all []written
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("read the list of languages: %w", err)
	}
	seen := map[Lang]bool{}
	for _, l := range all {
		tag, err := language.Parse(string(l.Tag))
		switch {
		case err != nil || tag.String() != string(l.Tag):
			return nil, fmt.Errorf("read the list of languages: %q is no BCP 47 tag in canonical case", l.Tag)
		case l.Name == "":
			return nil, fmt.Errorf("read the list of languages: %s has no name", l.Tag)
		case seen[l.Tag]:
			return nil, fmt.Errorf("read the list of languages: %s stands twice", l.Tag)
		}
		seen[l.Tag] = true
	}
	if len(all) == 0 || all[0].Tag != English || !all[0].Console {
		return nil, errors.New("read the list of languages: English, which misses nothing, must come first")
	}
	return all, nil
}

// Console lists the languages that the console is written in; English, the one that misses nothing, comes first.
func Console() []Lang {
	var out []Lang
	for _, l := range languages() {
		if l.Console {
			out = append(out, l.Tag)
		}
	}
	return out
}

// Customer lists the languages in which customers are served. "pt" is the Portuguese of Portugal.
func Customer() []Lang {
	out := make([]Lang, len(languages()))
	for i, l := range languages() {
		out[i] = l.Tag
	}
	return out
}

// NativeName returns the language's name for itself ("Deutsch", "简体中文"), or the tag if the language is not ours.
func NativeName(l Lang) string {
	for _, w := range languages() {
		if w.Tag == l {
			return w.Name
		}
	}
	return string(l)
}

// Dir returns the writing direction of a language for HTML's dir attribute: "rtl" or "ltr".
func Dir(l Lang) string {
	base, _, _ := strings.Cut(string(l), "-")
	switch base {
	case "ar", "he", "fa", "ur", "yi", "ps", "ckb", "dv", "ug", "sd", "iw":
		return "rtl"
	}
	return "ltr"
}

// Match returns the supported language that an Accept-Language header asks for, going down its wishes in order of
// weight. A wish is met only by the same language in the same script, so zh-TW finds zh-Hant but not zh-Hans, and uk
// never finds ru; among several the same region wins. Without a match it returns the first supported language, and ""
// if there is none. A malformed header counts as absent.
func Match(acceptLanguage string, supported []Lang) Lang {
	if len(supported) == 0 {
		return ""
	}
	if len(acceptLanguage) > maxAcceptLanguage {
		acceptLanguage = acceptLanguage[:maxAcceptLanguage]
		if i := strings.LastIndexByte(acceptLanguage, ','); i >= 0 {
			acceptLanguage = acceptLanguage[:i]
		}
	}
	wishes, weights, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return supported[0]
	}
	choices := parse(supported)
	for i, wish := range wishes {
		if weights[i] == 0 {
			continue
		}
		if l, ok := pick(wish, choices); ok {
			return l
		}
	}
	return supported[0]
}

// maxAcceptLanguage bounds the header that is read, in bytes; browsers send well under 200.
const maxAcceptLanguage = 512

func nearest(wish language.Tag, supported []Lang) (Lang, bool) {
	return pick(wish, parse(supported))
}

// parsed is a supported language taken apart.
type parsed struct {
	lang         Lang
	base, script string
	region       language.Region
}

func parse(supported []Lang) []parsed {
	out := make([]parsed, 0, len(supported))
	for _, l := range supported {
		tag, err := language.Parse(string(l))
		if err != nil {
			continue
		}
		p := parsed{lang: l}
		p.base, p.script = baseScript(tag)
		p.region = regionOf(l, tag)
		out = append(out, p)
	}
	return out
}

func pick(wish language.Tag, supported []parsed) (Lang, bool) {
	base, script := baseScript(wish)
	region, _ := wish.Region()
	found, ok := Lang(""), false
	for _, p := range supported {
		if p.base != base || p.script != script {
			continue
		}
		if p.region == region {
			return p.lang, true
		}
		if !ok {
			found, ok = p.lang, true
		}
	}
	return found, ok
}

// regionOf is the region that a supported language is written for; our plain "pt" is Portugal's, where CLDR's is Brazil's.
func regionOf(l Lang, tag language.Tag) language.Region {
	if l == "pt" {
		return language.MustParseRegion("PT")
	}
	region, _ := tag.Region()
	return region
}

// baseScript returns the language and its script, the likely one if it is not written. All Norwegian is Bokmål here.
func baseScript(tag language.Tag) (string, string) {
	base, _ := tag.Base()
	script, _ := tag.Script()
	switch b := base.String(); b {
	case "no", "nn":
		return "nb", script.String()
	default:
		return b, script.String()
	}
}
