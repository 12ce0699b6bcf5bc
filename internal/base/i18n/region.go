package i18n

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country names the country of a code of ISO 3166-1 alpha-2 in the reader's
// language, after CLDR. A code that names no country comes back as it is.
func (p *Printer) Country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() {
		return code
	}
	if names := display.Regions(language.Make(string(p.lang))); names != nil {
		if name := names.Name(region); name != "" {
			return name
		}
	}
	return code
}

// Language names the language of a BCP 47 tag in the reader's language, after CLDR. A tag
// that names no language comes back as it is.
func (p *Printer) Language(tag string) string {
	l, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	if names := display.Tags(language.Make(string(p.lang))); names != nil {
		if name := names.Name(l); name != "" {
			return name
		}
	}
	return tag
}
