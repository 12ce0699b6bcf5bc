package libretranslate

import (
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/flow/translating/translatingtest"
)

// The answers are those of LibreTranslate's own server (github.com/LibreTranslate/LibreTranslate, libretranslate/app.py
// and its tests, read on 2026-11-23): the list of languages with targets, a list of texts for a list, entities of an answer
// in HTML turned into characters, and the words of each refusal.
const languages = `[{"code":"en","name":"English","targets":["en","es","pb","zt"]},{"code":"es","name":"Spanish","targets":["en","es"]}]`

// vendor answers as a server does that wants keys, and refuses what it does not take.
func vendor(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, words string) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": words}) // the test sees what comes of it
	}
	switch r.Method + " " + r.URL.String() {
	case "GET /languages":
		_, _ = io.WriteString(w, languages) // likewise
	case "POST /translate":
		var q struct {
			Q      []string `json:"q"`
			Source string   `json:"source"`
			Target string   `json:"target"`
			Format string   `json:"format"`
			Key    *string  `json:"api_key"`
		}
		err := translatingtest.Strict(r, &q)
		switch {
		case err != nil:
			refuse(http.StatusBadRequest, "Invalid JSON format")
		case q.Key == nil:
			refuse(http.StatusBadRequest, "Visit https://portal.libretranslate.com to get an API key")
		case *q.Key != translatingtest.Secret:
			refuse(http.StatusForbidden, "Invalid API key")
		case len(q.Q) == 0 || q.Source == "" || q.Target == "":
			refuse(http.StatusBadRequest, "Invalid request: missing q parameter")
		case translating.Characters(q.Q) > 2000:
			refuse(http.StatusBadRequest, "Invalid request: request (3000) exceeds text limit (2000)")
		case q.Source != "en" || q.Target == "tlh":
			refuse(http.StatusBadRequest, q.Source+" is not supported")
		case q.Format != "html":
			refuse(http.StatusBadRequest, q.Format+" format is not supported")
		default:
			out := make([]string, len(q.Q))
			for i, t := range q.Q {
				out[i] = html.UnescapeString("Es " + t)
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"translatedText": out}) // likewise
		}
	default:
		refuse(http.StatusNotFound, "Not Found")
	}
}

func settings(address string) map[string]string {
	return map[string]string{"api_key": translatingtest.Secret, "address": address}
}

func TestConformance(t *testing.T) {
	translatingtest.Run(t, Driver(), translatingtest.Fixture{Server: http.HandlerFunc(vendor), Settings: settings})
}

func connect(t *testing.T, handler http.HandlerFunc, given map[string]string) translating.Engine {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	given["address"] = server.URL
	e, err := Driver().Connect(given, outbound.New(outbound.Options{Allow: outbound.Loopback()}), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

var morning = []translate.Piece{{Text: "Good morning.", Sentence: true}}

// A server that wants a key says so with 400, and one that somebody asked too often with 403.
func TestWhatTheServerRefusesIsToldApart(t *testing.T) {
	e := connect(t, vendor, map[string]string{})
	if _, err := e.Translate(t.Context(), translating.Ask{From: "en", To: "es", Sentences: morning}); !errs.Is(err, errs.Denied) {
		t.Errorf("without a key: %v", err)
	}
	e = connect(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"error":"Too many request limits violations"}`) // the test sees what comes of it
			return
		}
		vendor(w, r)
	}, settings(""))
	if _, err := e.Translate(t.Context(), translating.Ask{From: "en", To: "es", Sentences: morning}); !errs.Is(err, errs.Unavailable) {
		t.Errorf("asked too often: %v", err)
	}
}

// A pair is looked up before a text leaves, in the names that older servers have too.
func TestPairsAreThoseOfTheServer(t *testing.T) {
	posted := 0
	e := connect(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			posted++
		}
		vendor(w, r)
	}, settings(""))
	for to, known := range map[string]bool{"es": true, "pt-BR": true, "zh-Hant": true, "pt": false, "ja": false, "en": false} {
		before := posted
		_, err := e.Translate(t.Context(), translating.Ask{From: "en", To: to, Sentences: morning})
		if (err == nil) != known || !known && (!errs.Is(err, errs.Unsupported) || posted != before) {
			t.Errorf("%s: %v after %d requests", to, err, posted-before)
		}
	}
	about, err := e.About(t.Context())
	if got := strings.Join(about.Languages, " "); err != nil || got != "en>es en>pb en>zt es>en" {
		t.Errorf("%s %v", got, err)
	}
}
