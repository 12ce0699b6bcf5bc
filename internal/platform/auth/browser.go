package auth

import (
	"context"
	"strings"

	"godwit.dev/godwit/internal/base/i18n"
)

// browser returns the hash by which a browser is known again: of the token that it
// keeps, or, for a program that keeps none, of what it says of itself and its
// address.
func (v Visit) browser() []byte {
	if v.Browser == "" {
		return TokenHash(v.UserAgent + "\x00" + v.Address)
	}
	return TokenHash(v.Browser)
}

// NewBrowser returns a token for a browser that has none yet.
func NewBrowser() string {
	token, _ := newLink()
	return token
}

// met records from which browser a person signs in, and tells them by mail if they
// never did so before; the very first one is nothing to tell.
func (s *Service) met(ctx context.Context, p Person, v Visit) (isNew bool, err error) {
	known, others, err := s.store.SeeBrowser(ctx, p.Workspace, p.ID, v.browser(), s.now())
	if err != nil || known || !others {
		return false, err
	}
	return true, s.later(ctx, Errand{
		Kind: noticeErrand, Workspace: p.Workspace, Person: p.ID, Note: newBrowser, At: s.now(), Address: v.Address, UserAgent: short(v.UserAgent),
	})
}

// newBrowser is the notice of a sign-in from a browser that was not seen before.
const newBrowser = "new_browser"

// short bounds what a browser says of itself.
func short(userAgent string) string {
	return strings.ToValidUTF8(userAgent[:min(len(userAgent), 300)], "")
}

// Device words a User-Agent in a language: a browser and the system that it runs
// on. Browsers claim to be each other, so those who say more come first.
func Device(t *i18n.Printer, userAgent string) string {
	named := func(signs ...[2]string) string {
		for _, sign := range signs {
			if strings.Contains(userAgent, sign[0]) {
				return sign[1]
			}
		}
		return ""
	}
	browser := named([2]string{"Edg", "Edge"}, [2]string{"OPR/", "Opera"}, [2]string{"YaBrowser", "Yandex"}, [2]string{"Firefox", "Firefox"},
		[2]string{"FxiOS", "Firefox"}, [2]string{"Chrome", "Chrome"}, [2]string{"CriOS", "Chrome"}, [2]string{"Safari", "Safari"})
	system := named([2]string{"Windows", "Windows"}, [2]string{"Android", "Android"}, [2]string{"iPhone", "iPhone"}, [2]string{"iPad", "iPad"},
		[2]string{"Mac OS X", "macOS"}, [2]string{"CrOS", "ChromeOS"}, [2]string{"Linux", "Linux"})
	switch {
	case browser == "" && system == "":
		return t.T("device.unknown")
	case browser == "" || system == "":
		return browser + system
	}
	return t.T("device.on", "Browser", browser, "System", system)
}
