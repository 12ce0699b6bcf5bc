package ui

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"net/http"
	"strings"
)

//go:embed portal.css
var style string

// afterStyle is what the pages after the sale need beside it.
//
//go:embed return.css
var afterStyle string

// stylePath and afterPath have a hash of their style sheet in them, so that browsers may keep it for ever.
var stylePath, afterPath = hashed("portal", style), hashed("return", afterStyle)

func hashed(name, text string) string {
	sum := sha256.Sum256([]byte(text))
	return "/p/-/shared/" + name + "." + base64.RawURLEncoding.EncodeToString(sum[:6]) + ".css"
}

// StylePath is the pattern of the path under which [Style] stands.
const StylePath = "/p/-/shared/{file}"

// ContentSecurityPolicy is the policy of a page: style sheets of ours and the few
// words of the shop's look, by their hash; pictures, a manifest and forms of ourselves;
// and nothing else. Connections to ourselves stand open for those who look at robots.txt
// from within the page, as Lighthouse does: no script of the page could make one.
func ContentSecurityPolicy(l Look) string {
	style := "style-src 'self'"
	if css := l.css(); css != "" {
		sum := sha256.Sum256([]byte(css))
		style += " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; " + style + "; img-src 'self' data:; manifest-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

// Style serves the style sheets.
func Style() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := map[string]string{stylePath: style, afterPath: afterStyle}[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/css; charset=utf-8")
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		_, _ = strings.NewReader(text).WriteTo(w) // a reader who went away is no failure
	})
}
