package google

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/flow/translating/translatingtest"
)

// The shapes are those of Google's reference of version 2 ("translate", TranslateTextResponseList, and "languages";
// cloud.google.com/translate/docs/reference/rest/v2, read on 2026-11-23). What it answers with 403 is said in "Quotas and
// limits"; the body of a refused key and of a bad pair are as users of it print them (SubtitleEdit issue 8822,
// translate-discord-bot issue 2).
const (
	languages = `{"data":{"languages":[{"language":"en"},{"language":"es"},{"language":"iw"},{"language":"no"},{"language":"pt"},{"language":"pt-PT"},{"language":"zh-CN"},{"language":"zh-TW"}]}}`
	noKey     = `{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","errors":[{"message":"API key not valid. Please pass a valid API key.","domain":"global","reason":"badRequest"}],"status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}`
	daily     = `{"error":{"code":403,"message":"Daily Limit Exceeded","errors":[{"message":"Daily Limit Exceeded","domain":"usageLimits","reason":"dailyLimitExceeded"}]}}`
	often     = `{"error":{"code":403,"message":"User Rate Limit Exceeded","errors":[{"message":"User Rate Limit Exceeded","domain":"usageLimits","reason":"userRateLimitExceeded"}]}}`
	badPair   = `{"error":{"code":400,"message":"Bad language pair: pt|es","errors":[{"message":"Bad language pair: pt|es","domain":"global","reason":"badRequest"}],"details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"source","description":"Source language: pt"}]}]}}`
)

// vendor answers as Google does, and refuses what its reference does not have.
func vendor(w http.ResponseWriter, r *http.Request) {
	say := func(status int, body string) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the test sees what comes of it
	}
	if r.Header.Get("X-Goog-Api-Key") != translatingtest.Secret || r.URL.RawQuery != "" {
		say(http.StatusBadRequest, noKey)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /language/translate/v2/languages":
		say(http.StatusOK, languages)
	case "POST /language/translate/v2":
		var q struct {
			Q      []string `json:"q"`
			Source string   `json:"source"`
			Target string   `json:"target"`
			Format string   `json:"format"`
		}
		if err := translatingtest.Strict(r, &q); err != nil || len(q.Q) == 0 || len(q.Q) > 128 || q.Format != "html" || q.Source == "" || translating.Characters(q.Q) > 30_000 {
			say(http.StatusBadRequest, fmt.Sprintf(`{"error":{"code":400,"message":"Invalid Value","errors":[{"message":%q,"domain":"global","reason":"invalid"}]}}`, fmt.Sprint(err)))
			return
		}
		if q.Source == "pt" {
			say(http.StatusBadRequest, badPair)
			return
		}
		type one struct {
			Text string `json:"translatedText"`
		}
		var out struct {
			Data struct {
				Translations []one `json:"translations"`
			} `json:"data"`
		}
		for _, t := range q.Q {
			// Google puts a style into markup where the direction of writing changes ("Troubleshooting").
			out.Data.Translations = append(out.Data.Translations, one{"Es " + strings.ReplaceAll(t, "<span ", `<span style="direction:ltr" `)})
		}
		raw, err := json.Marshal(out)
		if err != nil {
			panic(err)
		}
		say(http.StatusOK, string(raw))
	default:
		say(http.StatusNotFound, `{"error":{"code":404}}`)
	}
}

func settings(address string) map[string]string {
	return map[string]string{"api_key": translatingtest.Secret, "address": address}
}

func TestConformance(t *testing.T) {
	translatingtest.Run(t, Driver(), translatingtest.Fixture{Server: http.HandlerFunc(vendor), Settings: settings, Quota: http.StatusForbidden, QuotaBody: daily})
}

var morning = []translate.Piece{{Text: "Good morning.", Sentence: true}}

// Google answers 403 to three things: only one of them is a key that it refuses.
func TestWhatGoogleRefusesIsToldApart(t *testing.T) {
	body := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && body != "" {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, body) // the test sees what comes of it
			return
		}
		vendor(w, r)
	}))
	defer server.Close()
	e, err := Driver().Connect(settings(server.URL), outbound.New(outbound.Options{Allow: outbound.Loopback()}), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for want, given := range map[errs.Kind]string{errs.Unavailable: often, errs.Conflict: daily, errs.Denied: `{"error":{"code":403,"status":"PERMISSION_DENIED"}}`} {
		body = given
		if _, err := e.Translate(t.Context(), translating.Ask{From: "en", To: "es", Sentences: morning}); !errs.Is(err, want) {
			t.Errorf("%s: %v", given, err)
		}
	}
	body = ""
	if _, err := e.Translate(t.Context(), translating.Ask{From: "pt-BR", To: "es", Sentences: morning}); !errs.Is(err, errs.Unsupported) {
		t.Errorf("a pair that Google does not have: %v", err)
	}
	for _, c := range [][2]string{{"zh-Hans", "zh-CN"}, {"zh-Hant", "zh-TW"}, {"pt", "pt-PT"}, {"pt-BR", "pt"}, {"he", "iw"}, {"nb", "no"}, {"de", ""}} {
		if got := translating.Among([]string{"zh-CN", "zh-TW", "pt", "pt-PT", "iw", "no"}, c[0], others[c[0]]...); got != c[1] {
			t.Errorf("%s is written %q", c[0], got)
		}
	}
	if about, err := e.About(t.Context()); err != nil || !slices.Contains(about.Languages, "zh-CN") || about.Left != -1 {
		t.Errorf("%+v %v", about, err)
	}
}
