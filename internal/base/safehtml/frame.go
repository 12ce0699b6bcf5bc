package safehtml

import "strings"

// Policy is the content security policy of a framed mail, for the header of a response that serves Frame's document.
// remoteImages must be what was given to Mail.
func Policy(remoteImages bool) string {
	images := "data: 'self'"
	if remoteImages {
		images += " http: https:"
	}
	return "default-src 'none'; img-src " + images + "; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
}

// Sandbox is the value of the sandbox attribute of the iframe that shows a framed mail: no scripts, no forms, no origin;
// links open in a tab of their own, free of the sandbox.
const Sandbox = "allow-popups allow-popups-to-escape-sandbox"

// Frame makes the result of Mail a whole document for an iframe with the Sandbox attribute. It holds its own content
// security policy, which lets remote images through only if Mail was asked to keep them. A mail that sets colours is
// shown on white in any theme, since it was written for white; any other follows the reader's theme.
func Frame(safe string) string {
	scheme, ground := "light dark", "Canvas"
	if strings.Contains(safe, "color: ") || strings.Contains(safe, `color="`) || strings.Contains(safe, "background: ") {
		scheme, ground = "light", "#fff"
	}
	var b strings.Builder
	b.Grow(len(safe) + 1200)
	b.WriteString(`<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="`)
	b.WriteString(Policy(strings.Contains(safe, ` referrerpolicy="no-referrer"`)))
	b.WriteString(`"><meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width, initial-scale=1">` +
		`<meta name="color-scheme" content="` + scheme + `"><title></title><style>:root{color-scheme:` + scheme + `;background:` + ground + `;color:CanvasText}` +
		`body{margin:0;padding:1px;font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}img{max-width:100%;height:auto}` +
		`img:not([src]){display:inline-block;min-width:1.5em;min-height:1.5em;outline:1px dashed GrayText;outline-offset:-1px;color:GrayText;font-size:12px}` +
		`table{max-width:100%}pre{white-space:pre-wrap}blockquote{margin:0 0 0 .5em;padding-inline-start:.75em;border-inline-start:2px solid GrayText}` +
		`</style></head><body>`)
	b.WriteString(safe)
	b.WriteString(`</body></html>`)
	return b.String()
}
