package deepl

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/flow/translating/translatingtest"
)

// The samples are those of DeepL's OpenAPI description, version 3.5.0 (github.com/DeepLcom/openapi, read on 2026-11-23):
// "Basic" of /v2/translate, and the examples of /v2/usage and /v2/languages, shortened. Refusals have the words of
// github.com/DeepLcom/deepl-mock, read on the same day.
const (
	sample    = `{"translations":[{"detected_source_language":"EN","text":"Hallo, Welt!","billed_characters":42}]}`
	usage     = `{"character_count":180118,"character_limit":1250000}`
	sources   = `[{"language":"EN","name":"English"},{"language":"DE","name":"German"},{"language":"ES","name":"Spanish"},{"language":"ZH","name":"Chinese"}]`
	targets   = `[{"language":"DE","name":"German","supports_formality":true},{"language":"EN-GB","name":"English (British)","supports_formality":false},{"language":"ES","name":"Spanish","supports_formality":true},{"language":"PT-BR","name":"Portuguese (Brazilian)","supports_formality":true},{"language":"PT-PT","name":"Portuguese (European)","supports_formality":true},{"language":"ZH-HANS","name":"Chinese (simplified)","supports_formality":false}]`
	exhausted = `{"message":"Quota for this billing period has been exceeded."}`
)

// question is the body that DeepL describes, as far as it is used here.
type question struct {
	Text      []string `json:"text"`
	Source    string   `json:"source_lang"`
	Target    string   `json:"target_lang"`
	Tags      string   `json:"tag_handling"`
	Ignore    []string `json:"ignore_tags"`
	Split     string   `json:"split_sentences"`
	Billed    bool     `json:"show_billed_characters"`
	Formality string   `json:"formality"`
}

// vendor answers as DeepL does, and refuses what its description does not allow.
func vendor(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, words string) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"message":"`+words+`"}`) // the test sees what comes of it
	}
	say := func(body string) { _, _ = io.WriteString(w, body) }
	if r.Header.Get("Authorization") != "DeepL-Auth-Key "+translatingtest.Secret {
		refuse(http.StatusForbidden, "Authorization failed. Please supply a valid DeepL-Auth-Key via the Authorization header.")
		return
	}
	switch r.Method + " " + r.URL.String() {
	case "GET /v2/usage":
		say(usage)
	case "GET /v2/languages?type=source":
		say(sources)
	case "GET /v2/languages?type=target":
		say(targets)
	case "POST /v2/translate":
		var q question
		switch {
		case r.ContentLength > 128<<10:
			refuse(http.StatusRequestEntityTooLarge, "The request size exceeds the limit.")
		case translatingtest.Strict(r, &q) != nil || len(q.Text) == 0 || len(q.Text) > 50:
			refuse(http.StatusBadRequest, "Bad request.")
		case !strings.Contains(targets, `"`+q.Target+`"`):
			refuse(http.StatusBadRequest, "Value for 'target_lang' not supported.")
		case !strings.Contains(sources, `"`+q.Source+`"`):
			refuse(http.StatusBadRequest, "Value for 'source_lang' not supported.")
		case q.Formality != "" && q.Formality != "prefer_more" && q.Formality != "prefer_less":
			refuse(http.StatusBadRequest, "Value for 'formality' not supported.")
		case q.Tags != "xml" || len(q.Ignore) != 1 || q.Ignore[0] != "x" || q.Split != "0" || !wellFormed(q.Text):
			refuse(http.StatusBadRequest, "Tag handling parsing failed, please check input.")
		case q.Text[0] == "Hello, world!" && q.Target == "DE":
			say(sample)
		default:
			var parts []string
			for _, t := range q.Text {
				parts = append(parts, `{"detected_source_language":"EN","text":`+quoted("Es "+t)+`,"billed_characters":30}`)
			}
			say(`{"translations":[` + strings.Join(parts, ",") + `]}`)
		}
	default:
		refuse(http.StatusNotFound, "The requested resource could not be found.")
	}
}

// wellFormed reports whether texts are XML.
func wellFormed(texts []string) bool {
	d := xml.NewDecoder(strings.NewReader("<all>" + strings.Join(texts, "") + "</all>"))
	for {
		if _, err := d.Token(); err != nil {
			return err == io.EOF
		}
	}
}

// quoted writes a string of JSON as DeepL does, with its letters as they are.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func settings(address string) map[string]string {
	return map[string]string{"api_key": translatingtest.Secret, "address": address}
}

func TestConformance(t *testing.T) {
	translatingtest.Run(t, Driver(), translatingtest.Fixture{
		Server: http.HandlerFunc(vendor), Settings: settings, Quota: quota, QuotaBody: exhausted, Formal: `"formality":"prefer_more"`,
	})
}

// connected opens the driver on the vendor's server.
func connected(t *testing.T) translating.Engine {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(vendor))
	t.Cleanup(server.Close)
	e, err := Driver().Connect(settings(server.URL), outbound.New(outbound.Options{Allow: outbound.Loopback()}), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// DeepL's own sample comes back as it is printed, with what it was billed; its account is read too.
func TestTheVendorsSample(t *testing.T) {
	e := connected(t)
	a := translating.Ask{From: "en", To: "de", Sentences: []translate.Piece{{Text: "Hello, world!", Sentence: true}}}
	if out, err := e.Translate(t.Context(), a); err != nil || len(out.Texts) != 1 || out.Texts[0] != "Hallo, Welt!" || out.Billed != 42 {
		t.Errorf("%+v %v", out, err)
	}
	if about, err := e.About(t.Context()); err != nil || about.Left != 1250000-180118 {
		t.Errorf("%+v %v", about, err)
	}
}

// Languages are written as DeepL lists them: with a region as a target, without one as a source.
func TestLanguagesAreWrittenAsTheVendorListsThem(t *testing.T) {
	e := connected(t)
	for _, c := range [][2]string{{"en", "pt-BR"}, {"en", "pt"}, {"es", "en"}, {"zh-Hant", "en"}, {"en", "zh-Hans"}} {
		if _, err := e.Translate(t.Context(), translating.Ask{From: c[0], To: c[1], Sentences: []translate.Piece{{Text: "Good morning.", Sentence: true}}}); err != nil {
			t.Errorf("%s to %s: %v", c[0], c[1], err)
		}
	}
}

// A key of a free account goes to the address of free accounts, unless another one is given.
func TestFreeKeysGoToTheirOwnAddress(t *testing.T) {
	for want, given := range map[string]map[string]string{
		pro: {"api_key": "a"}, free: {"api_key": "a:fx"}, "https://deepl.example": {"api_key": "a:fx", "address": "https://deepl.example"},
	} {
		e, err := Driver().Connect(given, outbound.New(outbound.Options{}), time.Now)
		if err != nil || e.(*engine).address != want {
			t.Errorf("%v: %v", want, err)
		}
	}
}
