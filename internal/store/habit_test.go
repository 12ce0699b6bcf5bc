package store_test

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/platform/auth"
)

func marketsAreTheMerchants(t *testing.T, h *house, _ *post) {
	ctx := context.Background()
	s := habit.New(habit.Config{Store: h.Store, Journal: h.Store, Now: h.time})
	of := func(w auth.WorkspaceID) habit.Profile {
		p, err := s.Of(ctx, w, "de")
		must(t, err)
		return p
	}
	_, err := s.Save(ctx, h.agent, "DE", habit.Own{First: habit.Person}, 0)
	refused(t, err, errs.Denied, "an agent changes a market")
	_, err = s.Save(ctx, h.owner, "XX", habit.Own{First: habit.Person}, 0)
	refused(t, err, errs.NotFound, "a market of nowhere")
	_, err = s.Get(ctx, auth.Actor{Workspace: h.w}, "DE")
	refused(t, err, errs.Denied, "nobody reads a market")
	own := habit.Own{First: habit.Person, Formality: habit.Informal, Channels: []string{"WhatsApp", "email"}, Hours: &habit.Hours{Days: []string{"mon"}, From: "09:00", To: "18:00"}}
	v, err := s.Save(ctx, h.owner, "de", own, 0)
	must(t, err)
	if p := of(h.w); v.Version != 1 || v.Market != "DE" || p.First != habit.Person || p.Formality != habit.Informal || p.Channels[0] != "WhatsApp" || p.Hours.To != "18:00" || p.Volts[0] != 230 {
		t.Errorf("%+v of %+v", p, v)
	}
	if p := of(h.w + 1); p.First != habit.SelfService || p.Formality != habit.Formal {
		t.Errorf("another house has %+v", p)
	}
	_, err = s.Save(ctx, h.owner, "DE", habit.Own{Formality: habit.Formal}, 0)
	refused(t, err, errs.Conflict, "over another's version")
	again, err := s.Save(ctx, h.owner, "DE", own, 0)
	must(t, err)
	if again.Version != 1 {
		t.Errorf("saved again as version %d", again.Version)
	}
	got, err := s.Get(ctx, h.agent, "DE")
	must(t, err)
	if got.SavedBy != h.owner.Person() || got.Own.Channels[1] != "email" || got.Own.Hours.Days[0] != "mon" {
		t.Errorf("kept %+v", got)
	}
	_, err = s.Save(ctx, h.owner, "DE", habit.Own{}, 1)
	must(t, err)
	list, err := s.List(ctx, h.agent)
	must(t, err)
	for _, x := range list {
		if !x.Own.IsZero() || (x.Market == "DE") != (x.Version == 2) {
			t.Errorf("%+v", x)
		}
	}
	if p := of(h.w); p.First != habit.SelfService || len(list) != len(habit.Markets()) {
		t.Errorf("%+v of %d", p, len(list))
	}
	events, err := h.EventsOf(ctx, h.w, habit.SavedKind, time.Time{}, 9)
	must(t, err)
	if len(events) != 2 {
		t.Errorf("%d events", len(events))
	}
}
