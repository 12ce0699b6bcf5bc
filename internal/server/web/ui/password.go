package ui

import "github.com/a-h/templ"

// passwordRules tells browsers and password managers what a field is for. There is no longest length: a browser would cut off silently
// what is pasted (OWASP ASVS 2.1.3).
func passwordRules(fresh bool) templ.Attributes {
	if !fresh {
		return templ.Attributes{"autocomplete": "current-password"}
	}
	return templ.Attributes{"autocomplete": "new-password", "minlength": "12", "data-weigh": "/password/strength"}
}
