package ui

import (
	_ "embed"
	"net/http"
	"strings"
)

//go:embed widget.js
var widget string

// WidgetPath is where the widget stands, on every host. The number in it is that of the
// attributes and of the answers that it reads: what would break a page gets another.
const WidgetPath = "/p/-/shared/widget.1.js"

// Widget serves the widget to every site: it is nothing without the quotes, which are
// for the shop's own.
func Widget() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/javascript; charset=utf-8")
		h.Set("Cache-Control", "public, max-age=3600")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		_, _ = strings.NewReader(widget).WriteTo(w) // a reader who went away is no failure
	})
}
