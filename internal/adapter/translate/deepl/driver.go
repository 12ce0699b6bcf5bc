// Package deepl translates with DeepL's API, version 2.
//
// Marks are elements x, which ignore_tags has left alone. Languages are written as DeepL lists
// them: a target has a region where DeepL wants one. What a translation costs is what DeepL
// says that it billed.
package deepl

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver speaks version 2 of the API.
func Driver() translating.Driver {
	return translating.Driver{
		Name: "deepl", Title: "DeepL", Docs: "https://developers.deepl.com/api-reference/translate",
		Options: []connector.Option{
			{Name: "api_key", Kind: connector.Secret, Required: true},
			{Name: "address", Kind: connector.URL},
		},
		// 50 texts and 128 KiB in a request ("Translate text", "Request body size limit").
		Capabilities: translating.Capabilities{Formality: true, Sentences: 50, Characters: 20_000},
		Rate:         connector.Rate{Requests: 5, Per: time.Second},
		Open:         open,
	}
}

// The addresses of the API; keys of free accounts end with a mark ("Authentication").
const (
	pro  = "https://api.deepl.com"
	free = "https://api-free.deepl.com"
)

type engine struct {
	address string
	header  http.Header
	client  *http.Client
	tongues translating.Listed[tongues]
}

// tongues are the languages that may be translated from and into.
type tongues struct{ from, to []string }

func open(s connector.Settings) (translating.Engine, error) {
	address, key := s.Values["address"], s.Values["api_key"]
	if address == "" {
		if address = pro; strings.HasSuffix(key, ":fx") {
			address = free
		}
	}
	e := &engine{address: address, header: http.Header{"Authorization": {"DeepL-Auth-Key " + key}}, client: s.Client}
	e.tongues.Fresh = 6 * time.Hour
	return e, nil
}

// About lists the target languages, and says what is left of the period.
func (e *engine) About(ctx context.Context) (translating.About, error) {
	var usage struct {
		Count *int64 `json:"character_count"`
		Limit int64  `json:"character_limit"`
	}
	if err := e.get(ctx, "/v2/usage", &usage); err != nil {
		return translating.About{}, err
	}
	if usage.Count == nil {
		return translating.About{}, translating.ErrAnswer(nil)
	}
	known, err := e.tongues.Get(ctx, e.list)
	return translating.About{Languages: known.to, Left: max(usage.Limit-*usage.Count, 0)}, err
}

func (e *engine) get(ctx context.Context, path string, into any) error {
	raw, err := connector.Do(ctx, e.client, connector.Call{URL: e.address + path, Header: e.header})
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return translating.ErrAnswer(err)
	}
	return nil
}

// list asks for the languages of both sides.
func (e *engine) list(ctx context.Context) (out tongues, err error) {
	for _, side := range []struct {
		name string
		into *[]string
	}{{"source", &out.from}, {"target", &out.to}} {
		var list []struct {
			Language string `json:"language"`
		}
		if err := e.get(ctx, "/v2/languages?type="+side.name, &list); err != nil {
			return out, err
		}
		if len(list) == 0 {
			return out, translating.ErrAnswer(nil)
		}
		for _, l := range list {
			*side.into = append(*side.into, l.Language)
		}
	}
	return out, nil
}

// others are languages that DeepL writes otherwise.
var others = map[string][]string{"en": {"EN-GB"}, "pt": {"PT-PT"}, "no": {"NB"}}

// quota is DeepL's own status for an account that is used up ("Error handling").
const quota = 456

type answer struct {
	Translations []struct {
		Text   string `json:"text"`
		Billed int64  `json:"billed_characters"`
	} `json:"translations"`
}

// Translate sends the sentences as XML.
func (e *engine) Translate(ctx context.Context, ask translating.Ask) (translating.Answer, error) {
	known, err := e.tongues.Get(ctx, e.list)
	if err != nil {
		return translating.Answer{}, err
	}
	from, to := translating.Among(known.from, ask.From, others[ask.From]...), translating.Among(known.to, ask.To, others[ask.To]...)
	if from == "" || to == "" {
		return translating.Answer{}, translating.ErrPair()
	}
	if len(ask.Sentences) == 0 {
		return translating.Answer{}, nil
	}
	body := map[string]any{
		"text": translating.XML.WriteAll(ask.Sentences), "source_lang": from, "target_lang": to,
		"tag_handling": "xml", "ignore_tags": []string{"x"}, "split_sentences": "0", "show_billed_characters": true,
	}
	switch ask.Formality {
	case translating.Formal:
		body["formality"] = "prefer_more"
	case translating.Informal:
		body["formality"] = "prefer_less"
	}
	raw, err := connector.Do(ctx, e.client, connector.Call{URL: e.address + "/v2/translate", Header: e.header, Body: body})
	var refused *connector.Answer
	if errors.As(err, &refused) && refused.Status == quota {
		return translating.Answer{}, translating.ErrQuota()
	}
	if err != nil {
		return translating.Answer{}, err
	}
	var a answer
	if err := json.Unmarshal(raw, &a); err != nil {
		return translating.Answer{}, translating.ErrAnswer(err)
	}
	var out translating.Answer
	texts := make([]string, len(a.Translations))
	for i, t := range a.Translations {
		texts[i] = t.Text
		out.Billed += t.Billed
	}
	out.Texts, err = translating.XML.ReadAll(texts, len(ask.Sentences))
	return out, err
}
