package api

import (
	"net/http"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// An outside model is chosen by who may let text out of the house, stays where nothing is said of it, and is taken away.
func TestAnOutsideModelIsChosen(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) { modelIsChosen(t, newWorld(t, s)) })
}

func modelIsChosen(t *testing.T, w *world) {
	m := w.found("acme")
	c, err := w.translations().Add(t.Context(), m.owner, translating.Input{Driver: "apertium", Name: "House model"})
	must(t, err)
	model := string(refTo[aTranslator](c.ID))
	some, both := m.token(auth.Manage), m.token(auth.Manage, auth.ManageWebhooks)
	put := func(secret, after, more string) answered {
		return w.call("PUT", "/api/v1/triage", secret, `{"mode":"learn","version":0,"after":`+after+more+`}`)
	}
	put(some, "0", `,"model":{"id":"`+model+`","daily":7}`).want(http.StatusForbidden)
	put(both, "0", `,"model":{"id":"`+model+`","daily":0}`).want(http.StatusUnprocessableEntity)
	want := `"model":{"id":"` + model + `","daily":7,"asked_today":0,"answered_today":0}`
	for _, got := range []answered{put(both, "0", `,"model":{"id":"`+model+`","daily":7}`), put(some, "1", ""), w.call("GET", "/api/v1/triage", some, "")} {
		if got.want(http.StatusOK); !strings.Contains(strings.ReplaceAll(got.body, " ", ""), want) {
			t.Errorf("%s has not %s", got.body, want)
		}
	}
	if got := put(both, "2", `,"model":{"id":null,"daily":0}`).want(http.StatusOK); strings.Contains(got.body, `"model"`) {
		t.Errorf("taken away: %s", got.body)
	}
}
