// Package libretranslate translates with a server of LibreTranslate: libretranslate.com, or one
// of the merchant's own.
//
// Sentences go as HTML, whose spans that say translate="no" the server leaves alone: where it
// cannot place one of them within the sentence, it translates what stands between them. It
// hands entities back as characters. Whether it translates a pair is read from its list before
// a text leaves.
package libretranslate

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver speaks the one API that LibreTranslate has.
func Driver() translating.Driver {
	return translating.Driver{
		Name: "libretranslate", Title: "LibreTranslate", Docs: "https://docs.libretranslate.com/",
		Options: []connector.Option{
			{Name: "address", Kind: connector.URL, Default: "https://libretranslate.com", Required: true},
			{Name: "api_key", Kind: connector.Secret},
		},
		// Each server sets its own limits; libretranslate.com takes 2000 characters.
		Capabilities: translating.Capabilities{Sentences: 50, Characters: 2_000},
		Rate:         connector.Rate{Requests: 1, Per: time.Second, Burst: 5},
		Open:         open,
	}
}

type engine struct {
	address, key string
	client       *http.Client
	tongues      translating.Listed[[]tongue]
}

// tongue is a language of the server and those that it translates it into.
type tongue struct {
	Code    string   `json:"code"`
	Targets []string `json:"targets"`
}

func open(s connector.Settings) (translating.Engine, error) {
	e := &engine{address: s.Values["address"], key: s.Values["api_key"], client: s.Client}
	e.tongues.Fresh = time.Hour
	return e, nil
}

// About lists the pairs. The server tells them without a key.
func (e *engine) About(ctx context.Context) (translating.About, error) {
	about := translating.About{Left: -1}
	list, err := e.tongues.Get(ctx, e.list)
	for _, from := range list {
		for _, to := range from.Targets {
			if to != from.Code {
				about.Languages = append(about.Languages, from.Code+">"+to)
			}
		}
	}
	return about, err
}

func (e *engine) list(ctx context.Context) ([]tongue, error) {
	raw, err := connector.Do(ctx, e.client, connector.Call{URL: e.address + "/languages"})
	if err != nil {
		return nil, err
	}
	var list []tongue
	if err := json.Unmarshal(raw, &list); err != nil || len(list) == 0 {
		return nil, translating.ErrAnswer(err)
	}
	return list, nil
}

// others are languages that servers write otherwise; the last is how older ones did.
var others = map[string][]string{"zh-Hans": {"zh-Hans", "zh"}, "zh-Hant": {"zh-Hant", "zt"}, "pt-BR": {"pt-BR", "pb"}, "nb": {"nb", "no"}, "no": {"no", "nb"}, "fil": {"fil", "tl"}}

// pair returns how the server writes a pair of languages, or errs.Unsupported.
func (e *engine) pair(ctx context.Context, ask translating.Ask) (from, to string, err error) {
	list, err := e.tongues.Get(ctx, e.list)
	if err != nil {
		return "", "", err
	}
	var codes []string
	for _, t := range list {
		codes = append(codes, t.Code)
	}
	from = translating.Among(codes, ask.From, others[ask.From]...)
	if i := slices.Index(codes, from); i >= 0 {
		to = translating.Among(list[i].Targets, ask.To, others[ask.To]...)
	}
	if to == "" || to == from {
		return "", "", translating.ErrPair()
	}
	return from, to, nil
}

// refusal tells apart what the server says with the same status: that it wants a key (400), or
// that somebody asked too often (403).
func refusal(err error) error {
	var a *connector.Answer
	if !errors.As(err, &a) {
		return err
	}
	switch body := string(a.Body); {
	case a.Status == http.StatusBadRequest && strings.Contains(body, "API key"):
		return errs.Wrap(errs.Denied, a, "error.vendor_denied")
	case a.Status == http.StatusForbidden && strings.Contains(body, "request limits"):
		return errs.Wrap(errs.Unavailable, a, "error.vendor_busy")
	}
	return err
}

// Translate sends the sentences as HTML, in one request.
func (e *engine) Translate(ctx context.Context, ask translating.Ask) (translating.Answer, error) {
	from, to, err := e.pair(ctx, ask)
	if err != nil || len(ask.Sentences) == 0 {
		return translating.Answer{}, err
	}
	texts := translating.Unescaped.WriteAll(ask.Sentences)
	body := map[string]any{"q": texts, "source": from, "target": to, "format": "html"}
	if e.key != "" {
		body["api_key"] = e.key
	}
	raw, err := connector.Do(ctx, e.client, connector.Call{URL: e.address + "/translate", Body: body})
	if err != nil {
		return translating.Answer{}, refusal(err)
	}
	var a struct {
		Texts []string `json:"translatedText"`
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return translating.Answer{}, translating.ErrAnswer(err)
	}
	out := translating.Answer{Billed: translating.Characters(texts)}
	out.Texts, err = translating.Unescaped.ReadAll(a.Texts, len(ask.Sentences))
	return out, err
}
