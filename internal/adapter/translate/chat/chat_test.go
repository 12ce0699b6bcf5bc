package chat

import (
	"encoding/json"
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

// The object is the one of OpenAI's reference ("The chat completion object", platform.openai.com/docs/api-reference/chat/object,
// as its OpenAPI description prints it), with the content of this test; refusals are those of its guide "Error codes". Both
// read on 2026-11-23. Ollama, vLLM and others answer with fewer of its fields.
type completion struct {
	ID      string   `json:"id"`
	Object  string   `json:"object"`
	Created int64    `json:"created"`
	Model   string   `json:"model"`
	Choices []choice `json:"choices"`
	Usage   struct {
		Prompt     int `json:"prompt_tokens"`
		Completion int `json:"completion_tokens"`
		Total      int `json:"total_tokens"`
	} `json:"usage"`
}

type choice struct {
	Index   int     `json:"index"`
	Message message `json:"message"`
	Why     string  `json:"finish_reason"`
}

const (
	models  = `{"object":"list","data":[{"id":"gpt-4o-mini","object":"model","created":1686935002,"owned_by":"openai"}]}`
	noKey   = `{"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`
	noMoney = `{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}`
	noModel = `{"error":{"message":"The model does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}`
)

// says makes a server whose model answers what a function makes of the two messages.
func says(answer func(system, user string) (content, why string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		say := func(status int, body string) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body) // the test sees what comes of it
		}
		if r.Header.Get("Authorization") != "Bearer "+translatingtest.Secret {
			say(http.StatusUnauthorized, noKey)
			return
		}
		switch r.Method + " " + r.URL.String() {
		case "GET /v1/models":
			say(http.StatusOK, models)
		case "POST /v1/chat/completions":
			var q struct {
				Model    string    `json:"model"`
				Messages []message `json:"messages"`
			}
			if err := translatingtest.Strict(r, &q); err != nil || len(q.Messages) != 2 || q.Messages[0].Role != "system" || q.Messages[1].Role != "user" {
				say(http.StatusBadRequest, `{"error":{"message":"Unrecognized request argument supplied","type":"invalid_request_error","param":null,"code":null}}`)
				return
			}
			if q.Model != "gpt-4o-mini" {
				say(http.StatusNotFound, noModel)
				return
			}
			c := completion{ID: "chatcmpl-123", Object: "chat.completion", Created: 1677652288, Model: "gpt-4o-mini", Choices: []choice{{}}}
			c.Choices[0].Message.Role = "assistant"
			c.Choices[0].Message.Content, c.Choices[0].Why = answer(q.Messages[0].Content, q.Messages[1].Content)
			c.Usage.Prompt, c.Usage.Completion, c.Usage.Total = 190, 120, 310
			raw, err := json.Marshal(c)
			if err != nil {
				panic(err)
			}
			say(http.StatusOK, string(raw))
		default:
			say(http.StatusNotFound, `{"error":{"message":"Unknown request URL"}}`)
		}
	}
}

// obedient does as it is told.
func obedient(system, user string) (string, string) {
	if !strings.Contains(system, "into Spanish (es)") && !strings.Contains(system, "into Brazilian Portuguese (pt-BR)") {
		return `{"translations": []}`, "stop"
	}
	var sentences []string
	if err := json.Unmarshal([]byte(user), &sentences); err != nil {
		return "I see no sentences.", "stop"
	}
	for i := range sentences {
		sentences[i] = "Es " + sentences[i]
	}
	raw, err := json.Marshal(map[string]any{"translations": sentences})
	if err != nil {
		panic(err)
	}
	return string(raw), "stop"
}

func settings(address string) map[string]string {
	return map[string]string{"address": address + "/v1", "model": "gpt-4o-mini", "api_key": translatingtest.Secret}
}

func TestConformance(t *testing.T) {
	translatingtest.Run(t, Driver(), translatingtest.Fixture{
		Server: says(obedient), Settings: settings, Quota: http.StatusTooManyRequests, QuotaBody: noMoney, Formal: "Address the reader formally.",
	})
}

func connect(t *testing.T, handler http.Handler, change map[string]string) translating.Engine {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	given := settings(server.URL)
	for k, v := range change {
		given[k] = v
	}
	e, err := Driver().Connect(given, outbound.New(outbound.Options{Allow: outbound.Loopback()}), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

var morning = translating.Ask{From: "en", To: "es", Sentences: []translate.Piece{{Text: "Good <3 morning & \"more\".", Sentence: true}}}

// A model says what it likes: only JSON of the wanted shape, whole and of as many sentences, is an answer.
func TestOnlyAnAnswerIsOne(t *testing.T) {
	for name, c := range map[string]struct {
		content, why string
		good         bool
		kind         errs.Kind
	}{
		"as wanted":       {`{"translations":["Buenos <3 días & \"más\"."]}`, "stop", true, 0},
		"in a fence":      {"```json\n{\"translations\":[\"Buenos <3 días.\"]}\n```", "stop", true, 0},
		"cut off":         {`{"translations":["Buenos`, "length", false, errs.Unavailable},
		"whole, but long": {`{"translations":["Buenos días."]}`, "length", false, errs.Unavailable},
		"filtered":        {``, "content_filter", false, errs.Unavailable},
		"talk":            {`Sure! Here is your translation: Buenos días.`, "stop", false, errs.Unavailable},
		"two for one":     {`{"translations":["Buenos","días."]}`, "stop", false, errs.Unavailable},
		"another object":  {`{"answer":["Buenos días."]}`, "stop", false, errs.Unavailable},
		"no strings":      {`{"translations":[7]}`, "stop", false, errs.Unavailable},
		"not known":       {`{"translations":[]}`, "stop", false, errs.Unsupported},
	} {
		e := connect(t, says(func(string, string) (string, string) { return c.content, c.why }), nil)
		out, err := e.Translate(t.Context(), morning)
		if c.good && (err != nil || !strings.HasPrefix(out.Texts[0], "Buenos <3") || out.Billed != 310) || !c.good && !errs.Is(err, c.kind) {
			t.Errorf("%s: %+v %v", name, out, err)
		}
	}
}

// The text of a customer is in the second message, as JSON and as it was written; nothing of it is among the orders.
func TestTheTextIsNoOrder(t *testing.T) {
	var system, user string
	e := connect(t, says(func(a, b string) (string, string) { system, user = a, b; return obedient(a, b) }), nil)
	a := morning
	a.To, a.Formality = "pt-BR", translating.Informal
	if _, err := e.Translate(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if user != `["Good <3 morning & \"more\"."]` || strings.Contains(system, "morning") || !strings.Contains(system, "informally") {
		t.Errorf("told %q and %q", system, user)
	}
}

// A model that there is not is told apart from a key that is refused; a server without keys is asked without one.
func TestWhatIsWrongIsSaid(t *testing.T) {
	e := connect(t, says(obedient), map[string]string{"model": "gpt-nothing"})
	if _, err := e.Translate(t.Context(), morning); !errs.Is(err, errs.NotFound) || !strings.Contains(err.Error(), "translator_model") {
		t.Errorf("another model: %v", err)
	}
	open := says(obedient)
	e = connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("a key was sent that nobody gave")
		}
		r.Header.Set("Authorization", "Bearer "+translatingtest.Secret)
		open(w, r)
	}), map[string]string{"api_key": ""})
	if _, err := e.Translate(t.Context(), morning); err != nil {
		t.Errorf("without a key: %v", err)
	}
	e = connect(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusPaymentRequired) }), nil)
	if _, err := e.Translate(t.Context(), morning); !errs.Is(err, errs.Conflict) {
		t.Errorf("no money: %v", err)
	}
}
