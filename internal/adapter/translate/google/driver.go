// Package google translates with Google Cloud Translation, version 2 ("Basic").
//
// Version 2 takes an API key, which a merchant makes in a minute. Version 3 wants a project and
// a service account that signs its requests, and what it adds - glossaries, models of one's own,
// documents - the glossary and the marks of this product do for every provider alike.
//
// Marks are spans that say translate="no", as Google documents ("Troubleshooting"). The key
// travels in a header, so that it is in no address.
package google

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver speaks version 2 of the API.
func Driver() translating.Driver {
	return translating.Driver{
		Name: "google", Title: "Google Cloud Translation", Docs: "https://cloud.google.com/translate/docs/reference/rest/v2/translate",
		Options: []connector.Option{
			{Name: "api_key", Kind: connector.Secret, Required: true},
			{Name: "address", Kind: connector.URL, Default: "https://translation.googleapis.com"},
		},
		// 128 texts ("translate", q), and 5000 characters are recommended ("Quotas and limits").
		Capabilities: translating.Capabilities{Sentences: 128, Characters: 5_000},
		Rate:         connector.Rate{Requests: 10, Per: time.Second},
		Open:         open,
	}
}

type engine struct {
	address string
	header  http.Header
	client  *http.Client
	tongues translating.Listed[[]string]
}

func open(s connector.Settings) (translating.Engine, error) {
	e := &engine{address: s.Values["address"] + "/language/translate/v2", header: http.Header{"X-Goog-Api-Key": {s.Values["api_key"]}}, client: s.Client}
	e.tongues.Fresh = 6 * time.Hour
	return e, nil
}

// About lists the languages. Google does not say what is left.
func (e *engine) About(ctx context.Context) (translating.About, error) {
	list, err := e.tongues.Get(ctx, e.list)
	return translating.About{Languages: list, Left: -1}, err
}

func (e *engine) list(ctx context.Context) ([]string, error) {
	raw, err := connector.Do(ctx, e.client, connector.Call{URL: e.address + "/languages", Header: e.header})
	if err != nil {
		return nil, refusal(err)
	}
	var a struct {
		Data struct {
			Languages []struct {
				Language string `json:"language"`
			} `json:"languages"`
		} `json:"data"`
	}
	if err := json.Unmarshal(raw, &a); err != nil || len(a.Data.Languages) == 0 {
		return nil, translating.ErrAnswer(err)
	}
	var out []string
	for _, l := range a.Data.Languages {
		out = append(out, l.Language)
	}
	return out, nil
}

// others are languages that Google writes otherwise: its pt is Brazil's.
var others = map[string][]string{
	"zh-Hans": {"zh-CN"}, "zh-Hant": {"zh-TW"}, "pt": {"pt-PT"}, "pt-BR": {"pt-BR", "pt"}, "nb": {"nb", "no"}, "he": {"he", "iw"}, "fil": {"fil", "tl"},
}

// refusal tells apart what Google answers with the same status: a key that is none (400), an
// account that is used up, or one that asks too often (403).
func refusal(err error) error {
	var a *connector.Answer
	if !errors.As(err, &a) {
		return err
	}
	body := strings.ToLower(string(a.Body))
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(body, w) {
				return true
			}
		}
		return false
	}
	switch {
	case a.Status == http.StatusBadRequest && has("api_key_invalid", "keyinvalid", "api key not valid", "api key expired"):
		return errs.Wrap(errs.Denied, a, "error.vendor_denied")
	case a.Status == http.StatusBadRequest && has("bad language pair"):
		return translating.ErrPair()
	case a.Status == http.StatusForbidden && has("userratelimitexceeded", "user rate limit exceeded"):
		return errs.Wrap(errs.Unavailable, a, "error.vendor_busy")
	case a.Status == http.StatusForbidden && has("dailylimitexceeded", "daily limit exceeded"):
		return translating.ErrQuota()
	}
	return err
}

// Translate sends the sentences as HTML.
func (e *engine) Translate(ctx context.Context, ask translating.Ask) (translating.Answer, error) {
	known, err := e.tongues.Get(ctx, e.list)
	if err != nil {
		return translating.Answer{}, err
	}
	from, to := translating.Among(known, ask.From, others[ask.From]...), translating.Among(known, ask.To, others[ask.To]...)
	if from == "" || to == "" {
		return translating.Answer{}, translating.ErrPair()
	}
	if len(ask.Sentences) == 0 {
		return translating.Answer{}, nil
	}
	texts := translating.HTML.WriteAll(ask.Sentences)
	body := map[string]any{"q": texts, "source": from, "target": to, "format": "html"}
	raw, err := connector.Do(ctx, e.client, connector.Call{URL: e.address, Header: e.header, Body: body})
	if err != nil {
		return translating.Answer{}, refusal(err)
	}
	var a struct {
		Data struct {
			Translations []struct {
				Text string `json:"translatedText"`
			} `json:"translations"`
		} `json:"data"`
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return translating.Answer{}, translating.ErrAnswer(err)
	}
	answers := make([]string, len(a.Data.Translations))
	for i, t := range a.Data.Translations {
		answers[i] = t.Text
	}
	out := translating.Answer{Billed: translating.Characters(texts)}
	out.Texts, err = translating.HTML.ReadAll(answers, len(ask.Sentences))
	return out, err
}
