package ui

import (
	"strconv"

	"godwit.dev/godwit/internal/base/i18n"
)

// Look is how a shop looks to its customers.
type Look struct {
	Light, Dark string // the accent, "" is ours: "#rrggbb"
	Logo        Logo
	Icons       string // the path before an icon's side, "" where no shop is known
	Tag         string // behind it: changes with the icons
	Manifest    string
	Links       []Link
	Languages   []i18n.Lang
}

// Logo is the shop's picture, its size as it is shown.
type Logo struct {
	Src           string // "" is none
	Width, Height int
	Plate         string
}

// Link leads to a page of the shop, by the key of its words.
type Link struct{ Key, URL string }

// ThemeLight and ThemeDark are what browsers draw around a page: --sand of the style sheet.
const (
	ThemeLight = "#f8f4ee"
	ThemeDark  = "#0b1115"
)

// icon is the path of an icon.
func (l Look) icon(side int) string { return l.Icons + strconv.Itoa(side) + l.Tag }

// css says the accent in words of the style sheet, "" for ours. Both colours were
// checked where they were computed; nothing else is put into it.
func (l Look) css() string {
	if l.Light == "" || l.Dark == "" {
		return ""
	}
	return ":root{--rust:light-dark(" + l.Light + "," + l.Dark + ");--rust-deep:color-mix(in oklab,var(--rust) 84%,light-dark(black,white))}"
}
