package app_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/hook"
	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/i18n"
)

// Forms ask for a driver's options in words, and webhooks are proven by a scheme that exists.
func TestDriversOfShops(t *testing.T) {
	seen, schemes := map[string]bool{}, hook.Schemes()
	for _, d := range app.Shops() {
		if seen[d.Name] {
			t.Errorf("two drivers are called %s", d.Name)
		}
		seen[d.Name] = true
		if _, ok := schemes[d.Scheme]; !ok && d.Scheme != "" {
			t.Errorf("%s proves its webhooks by %q, which is no scheme", d.Name, d.Scheme)
		}
		for _, o := range d.Options {
			for _, lang := range i18n.Console() {
				p := i18n.For(lang)
				own, shared := "shop.option."+d.Name+"."+o.Name, "shop.option."+o.Name
				if !p.Has(own) && !p.Has(shared) {
					t.Errorf("%s has no word for %s in %s", d.Name, o.Name, lang)
				}
			}
		}
	}
}
