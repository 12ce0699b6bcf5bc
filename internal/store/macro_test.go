package store_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
)

func oneMacroManyTexts(t *testing.T, h *house, _ *post) {
	ctx := context.Background()
	m, err := h.tickets.SaveMacro(ctx, h.owner, ticket.Macro{
		Name: "Late", Bodies: map[string]string{"": "{{order.number}} is late", "de": "{{order.number}} kommt später"}, Fits: ticket.Fits{Topics: []triage.Topic{triage.DeliveryDelayed}},
	})
	must(t, err)
	_, err = h.tickets.SaveMacroText(ctx, h.owner, m.ID, "fr", "{{order.number}} a du retard", true)
	must(t, err)
	h.pass(time.Second)
	_, err = h.tickets.SaveMacroText(ctx, h.owner, m.ID, "", "{{order.number}} takes longer", false)
	must(t, err)
	got, err := h.tickets.Macro(ctx, h.owner, m.ID)
	must(t, err)
	for lang, want := range map[string]ticket.TextState{"de": ticket.TextBehind, "fr": ticket.TextDraft, "it": ticket.TextMissing} {
		if s, _ := got.State(lang); s != want {
			t.Errorf("%s is %s, want %s", lang, s, want)
		}
	}
	if got.Body("fr") != "{{order.number}} takes longer" || got.Body("de") != "{{order.number}} kommt später" || !reflect.DeepEqual(got.Fits, m.Fits) {
		t.Errorf("kept %+v", got)
	}
	if _, err := h.tickets.SaveMacroText(ctx, h.owner, m.ID, "de", "Ihre Bestellung kommt später", false); !errs.Is(err, errs.Invalid) {
		t.Errorf("a text without the order's number: %v", err)
	}
	if _, err := h.tickets.SaveMacroText(ctx, h.agent, m.ID, "de", "{{order.number}} kommt", false); !errs.Is(err, errs.Denied) {
		t.Errorf("an agent wrote a macro: %v", err)
	}
	_, err = h.tickets.SaveMacroText(ctx, h.owner, m.ID, "de", "", false)
	must(t, err)
	if got, err = h.tickets.Macro(ctx, h.owner, m.ID); err != nil || got.Bodies["de"] != "" || len(got.Bodies) != 2 {
		t.Errorf("a text that was taken away: %v, %v", got.Bodies, err)
	}
}

func shippedMacrosAreCopied(t *testing.T, h *house, _ *post) {
	ctx, tk := context.Background(), h.asked(t)
	lost := ticket.Macro{ID: 4, Name: "Lost", Shipped: "lost", Bodies: map[string]string{"en": "{{order.tracking}} is lost", "de": "{{order.tracking}} ist verloren"}}
	h.tickets.Library = []ticket.Macro{lost}
	defer func() { h.tickets.Library = nil }()
	list := func() (out []ticket.Macro) {
		all, err := h.tickets.Macros(ctx, h.owner)
		must(t, err)
		return slices.DeleteFunc(all, func(m ticket.Macro) bool { return m.Shipped == "" })
	}
	if got := list(); len(got) != 1 || got[0].ID != 4 || !got[0].OfLibrary() {
		t.Fatalf("the library: %+v", got)
	}
	_, err := h.tickets.Reply(ctx, h.agent, tk.ID, ticket.NewReply{Body: "It is lost", Macro: 4})
	must(t, err)
	if got := list(); got[0].Uses != 1 {
		t.Errorf("used %d times", got[0].Uses)
	}
	if err := h.tickets.DeleteMacro(ctx, h.owner, 4); !errs.Is(err, errs.Invalid) {
		t.Errorf("a shipped macro was deleted: %v", err)
	}
	own, err := h.tickets.SaveMacroText(ctx, h.owner, 4, "de", "Leider ist {{order.tracking}} weg", false)
	must(t, err)
	if own.ID == 4 || own.Shipped != "lost" || own.Uses != 1 || h.tickets.Library[0].Bodies["de"] != "{{order.tracking}} ist verloren" {
		t.Fatalf("the copy %+v, the library %v", own, h.tickets.Library[0].Bodies)
	}
	// A newer Godwit says it otherwise: the copy stays, and the number leads to it.
	newer := lost
	newer.Bodies = map[string]string{"en": "{{order.tracking}} cannot be found", "de": "{{order.tracking}} fehlt"}
	h.tickets.Library = []ticket.Macro{newer}
	if got := list(); len(got) != 1 || got[0].ID != own.ID || got[0].Body("de") != "Leider ist {{order.tracking}} weg" || got[0].Body("en") != "{{order.tracking}} is lost" {
		t.Errorf("after the newer version: %+v", got)
	}
	byNumber, err := h.tickets.Macro(ctx, h.owner, 4)
	must(t, err)
	if byNumber.ID != own.ID {
		t.Errorf("the number leads to %d", byNumber.ID)
	}
	if _, err := h.tickets.SaveDraft(ctx, h.agent, tk.ID, ticket.KindOutbound, ticket.DraftData{Body: "x", Macro: 4}); err != nil {
		t.Errorf("a draft with the number: %v", err)
	}
	// Another workspace has what is shipped.
	if theirs, err := h.Store.MacroFor(ctx, auth.WorkspaceID(h.w+1), "lost"); !errs.Is(err, errs.NotFound) {
		t.Errorf("another workspace has %+v, %v", theirs, err)
	}
	must(t, h.tickets.DeleteMacro(ctx, h.owner, own.ID))
	if got := list(); len(got) != 1 || got[0].ID != 4 || got[0].Body("de") != "{{order.tracking}} fehlt" {
		t.Errorf("after the copy was deleted: %+v", got)
	}
}
