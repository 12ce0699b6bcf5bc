package api

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/connector"
)

// loud is a provider that writes sentences in capitals.
type loud struct{}

func (loud) About(context.Context) (translating.About, error) {
	return translating.About{Languages: []string{"en>es"}, Left: 1000}, nil
}

func (loud) Translate(_ context.Context, a translating.Ask) (translating.Answer, error) {
	var out translating.Answer
	for _, p := range a.Sentences {
		out.Texts = append(out.Texts, strings.ToUpper(p.Text))
		out.Billed += int64(len(p.Text))
	}
	return out, nil
}

// Sort finds invoices everywhere.
func (loud) Sort(context.Context, string, []string) (translating.Sorted, error) {
	return translating.Sorted{Word: "invoice", Billed: 1}, nil
}

// translations has messages and replies translated.
func (w *world) translations() *translating.Service {
	return translating.New(translating.Config{
		Store: w.store, Tickets: func() translating.Tickets { return w.tickets }, Journal: w.store, Queue: w.store, Habits: w.habits(), IDs: w.ids, Client: outbound.New(outbound.Options{}), Now: w.now,
		Drivers: []translating.Driver{{
			Name: "apertium", Title: "Apertium", Docs: "https://vendor.example", Capabilities: translating.Capabilities{Local: true, Sentences: 50, Characters: 5000},
			Open: func(connector.Settings) (translating.Engine, error) { return loud{}, nil },
		}},
	})
}

// Glossary and limits come back as they went, and a text says what of it was translated.
func TestTranslationsComeBackAsTheyWent(t *testing.T) {
	b := translate.Book{Limit: 7, Memory: 9, Glossary: []translate.Entry{{Keep: "Godwit"}, {Words: map[string]string{"en": "a", "es": "b"}}}}
	if got := translationContents(b).book(); !reflect.DeepEqual(got, b) {
		t.Errorf("came back as %+v, was %+v", got, b)
	}
	got := translatedText(translating.Result{From: "es", To: "en", Done: []translating.Done{
		{Source: "Uno.", Target: "One.", Sentence: true, By: translating.ByMemory}, {Source: " ", Target: " "}, {Source: "Dos.", Target: "Two.", Sentence: true, By: translating.ByAlike, Score: 80},
	}})
	if got.Text != "One. Two." || got.Ready || len(got.Sentences) != 2 || got.Sentences[1].Score != 80 || got.Sentences[1].By != "alike" {
		t.Errorf("%+v", got)
	}
}
